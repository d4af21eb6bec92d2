/** The four operations on rules of Data Quality that can be held (rule 60). */
import { isDeepStrictEqual } from 'node:util'
import { type KnownRule, type QualityRule, type QualityTarget, Refusal, type RulesSnapshot } from '@holdpoint/core'
import type { Gate } from '../../gate/gate.ts'
import { type Held, hold } from '../../gate/hold.ts'
import type { Description, OperationKind } from '../../gate/operation.ts'
import type { Transaction } from '../../store/database.ts'
import { type Caller, entered } from '../../store/principals.ts'
import { lockMonitors, type MonitorRow } from '../../store/quality-monitors.ts'
import * as store from '../../store/quality-rules.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import {
  changesSince,
  ensureDifferent,
  ensureNamesDiffer,
  ensureNone,
  ensureRevision,
  ensureSound,
  ensureThere,
  refusalOf,
  roomForRules,
  rulesProblems,
} from './ensure.ts'
import type { RulesRequest } from './requests.ts'
import { differences, ruleBody, sourceOf, targetBody } from './told.ts'

type Of<Kind extends RulesRequest['kind']> = Extract<RulesRequest, { kind: Kind }>
type Request<Asked extends RulesRequest = RulesRequest> = {
  readonly workspace: Pick<WorkspaceRow, 'id' | 'tenant_id' | 'identifier'>
  readonly asked: Asked
  /** Of what is to come to be. */
  readonly newIds: readonly number[]
}

/** `ids`: those that have come to be, been changed or deleted; none while it is held. */
export async function askRules(
  platform: Gate,
  caller: Caller,
  workspace: WorkspaceRow,
  asked: RulesRequest,
): Promise<Held & { readonly ids: readonly number[] }> {
  if (asked.kind !== 'delete') {
    ensureSound(
      rulesProblems(
        asked.rules.map((one) => ('rule' in one ? one.rule : one)),
        (index) => (asked.kind === 'create' ? `rules[${index}]` : `rules[${index}].rule`),
      ),
    )
  }
  const newIds = asked.kind === 'create' ? await store.newIds(platform.db, 'quality_rules', asked.rules.length) : []
  const ids = asked.kind === 'create' ? newIds : asked.kind === 'delete' ? asked.ids : asked.rules.map(({ id }) => id)
  if (asked.kind !== 'create') ensureDifferent(ids, asked.kind === 'delete' ? 'ids' : 'rules')
  const held = await hold(platform, entered(caller), kindOf(asked), { workspace, asked, newIds })
  return { ...held, ids: held.state === 'done' ? ids : [] }
}

function kindOf(asked: RulesRequest): OperationKind<Request, RulesSnapshot> {
  if (asked.kind === 'create') return createRules
  if (asked.kind === 'delete') return deleteRules
  return asked.isBatch || asked.rules.length !== 1 ? updateRules : updateRule
}

const objectOf = ({ id, name }: { readonly id: number; readonly name: string }) => ({ id: String(id), name })
const namesOf = (rules: readonly { readonly name: string }[]) =>
  rules.length === 1 ? rules[0]!.name : `${rules[0]?.name ?? ''} +${rules.length - 1}`

const rulesOperation = <Asked extends RulesRequest>(
  point: OperationKind<Request<Asked>, RulesSnapshot>['point'],
  describe: (
    tx: Transaction,
    request: Request<Asked>,
  ) => Promise<
    Omit<Description<RulesSnapshot>, 'snapshot' | 'triggers' | 'fileType'> & {
      readonly snapshot: Omit<RulesSnapshot, 'tenantId' | 'workspaceId' | 'kind'>
    }
  >,
): OperationKind<Request<Asked>, RulesSnapshot> => ({
  point,
  action: 'quality.write',
  workspaceOf: ({ workspace }) => workspace.id,
  async describe(tx, request) {
    const described = await describe(tx, request)
    const { id: workspaceId, tenant_id: tenantId } = request.workspace
    return {
      ...described,
      snapshot: { tenantId, workspaceId, kind: request.asked.kind, ...described.snapshot },
      body: { projectId: workspaceId, operationTime: tx.now.getTime(), ...described.body },
      ...{ triggers: true, fileType: null },
    }
  },
  staleness,
  async apply(tx, { kind, tenantId, workspaceId, monitorId, target, rules }, effect) {
    const by = effect.requestedBy
    const written = rules.flatMap(({ id, rule }) => (rule === null ? [] : [{ id, rule }]))
    if (kind === 'create')
      store.insertQualityRules(tx, { tenantId, workspaceId, monitorId, target: target!, by }, written)
    else if (kind === 'update') store.updateQualityRules(tx, written, by)
    else
      store.deleteQualityRules(
        tx,
        rules.map(({ id }) => id),
        by,
      )
    effect.changed('quality', workspaceId)
  },
})

export const createRules = rulesOperation<Of<'create'>>(
  'batch-create-data-quality-rules',
  async (tx, { workspace, asked, newIds }) => {
    const { monitorId } = asked
    const [monitor] = monitorId === null ? [] : await lockMonitors(tx, workspace.id, [monitorId])
    if (monitorId !== null && monitor === undefined) throw new Refusal('QUALITY_MONITOR_NOT_FOUND', { id: monitorId })
    const target = targetFor(asked.target, monitor)
    const source = await sourceOf(tx, workspace.id, target)
    ensureNamesDiffer(asked.rules.map(({ name }) => name))
    const rules = asked.rules.map((rule, at): KnownRule => ({ id: newIds[at]!, revision: null, name: rule.name, rule }))
    if (monitor !== undefined) ensureNone(await roomForRules(tx, monitor.id, rules))
    const object = monitor === undefined ? { id: `table ${target.table}`, name: target.table } : objectOf(monitor)
    return {
      objects: [object],
      requestKey: JSON.stringify([monitorId, target, asked.rules]),
      objectName: `${monitor?.name ?? target.table}: ${namesOf(asked.rules)}`,
      changes: rules.flatMap(({ name, rule }) => differences({ id: object.id, name }, null, rule)),
      snapshot: { monitorId, target, rules },
      body: {
        ...(monitorId !== null && { dataQualityTaskId: monitorId }),
        target: targetBody(workspace.identifier, source, target),
        rules: asked.rules.map(ruleBody),
      },
    }
  },
)

function targetFor(given: QualityTarget | null, monitor: MonitorRow | undefined): QualityTarget {
  if (monitor === undefined) {
    if (given === null) ensureSound([{ path: 'target', problem: 'name a table, or a monitor' }])
    return given!
  }
  const target = store.targetOf(monitor)
  if (given !== null && !isDeepStrictEqual({ ...given }, target))
    ensureSound([{ path: 'target', problem: `the monitor watches ${target.table}` }])
  return target
}

/** Each rule as it is and as it is to be, where that may be. */
async function describeUpdate(tx: Transaction, { workspace, asked }: Request<Of<'update'>>) {
  const ids = asked.rules.map(({ id }) => id)
  const rows = await store.lockQualityRules(tx, workspace.id, ids)
  ensureThere('QUALITY_RULE_NOT_FOUND', ids, rows)
  const rules: (KnownRule & { rule: QualityRule; row: store.QualityRuleRow })[] = []
  for (const { id, revision, rule } of asked.rules) {
    const row = rows.find((one) => one.id === id)!
    await ensureRevision(tx, row, revision)
    rules.push({ id, revision: row.revision, name: row.name, rule, row })
  }
  for (const [monitorId, some] of Map.groupBy(rules, ({ row }) => row.monitor_id)) {
    if (monitorId === null) continue
    ensureNamesDiffer(some.map(({ rule }) => rule.name))
    const renamed = some.map(({ id, rule }) => ({ id, name: rule.name }))
    ensureNone(await roomForRules(tx, monitorId, renamed))
  }
  return {
    objects: rules.map(objectOf),
    requestKey: JSON.stringify(rules.map(({ id, revision, rule }) => [id, revision, rule])),
    objectName: namesOf(rules),
    changes: rules.flatMap(({ row, rule }) => differences(objectOf(row), row.rule, rule)),
    snapshot: {
      ...{ monitorId: null, target: null },
      rules: rules.map(({ id, revision, name, rule }) => ({ id, revision, name, rule })),
    },
  }
}

export const updateRules = rulesOperation<Of<'update'>>('batch-update-data-quality-rules', async (tx, request) => ({
  ...(await describeUpdate(tx, request)),
  body: { rules: request.asked.rules.map(({ id, rule }) => ({ id, ...ruleBody(rule) })) },
}))

export const updateRule = rulesOperation<Of<'update'>>('update-data-quality-rule', async (tx, request) => {
  const [{ id, rule }] = request.asked.rules as [Of<'update'>['rules'][number]]
  return { ...(await describeUpdate(tx, request)), body: { id, ...ruleBody(rule) } }
})

export const deleteRules = rulesOperation<Of<'delete'>>(
  'batch-delete-data-quality-rules',
  async (tx, { workspace, asked: { ids } }) => {
    const rows = await store.lockQualityRules(tx, workspace.id, ids)
    ensureThere('QUALITY_RULE_NOT_FOUND', ids, rows)
    return {
      objects: rows.map(objectOf),
      objectName: namesOf(rows),
      changes: rows.map((row) => ({ ...changeOf(row), field: 'rule', from: row.name, to: '' })),
      snapshot: {
        ...{ monitorId: null, target: null },
        rules: rows.map(({ id, revision, name }) => ({ id, revision, name, rule: null })),
      },
      body: { ids },
    }
  },
)

const changeOf = ({ id, name }: { readonly id: number; readonly name: string }) => ({
  objectId: String(id),
  objectName: name,
})

async function staleness(tx: Transaction, { kind, workspaceId, monitorId, target, rules }: RulesSnapshot) {
  if (kind === 'create') {
    const missing = await refusalOf(() => sourceOf(tx, workspaceId, target!))
    if (monitorId === null) return missing
    const [monitor] = await lockMonitors(tx, workspaceId, [monitorId])
    if (monitor === undefined) return [new Refusal('QUALITY_GONE', { names: [`monitor ${monitorId}`] })]
    const isOther = !isDeepStrictEqual(store.targetOf(monitor), target)
    return [
      ...missing,
      ...(isOther ? [new Refusal('QUALITY_CHANGED_MEANWHILE', { names: [monitor.name] })] : []),
      ...(await roomForRules(tx, monitorId, rules)),
    ]
  }
  const rows = await store.lockQualityRules(
    tx,
    workspaceId,
    rules.map(({ id }) => id),
  )
  const changes = changesSince(rules, rows)
  if (kind === 'delete' || changes.length > 0) return changes
  const taken: Refusal[] = []
  for (const [id, some] of Map.groupBy(rows, (row) => row.monitor_id)) {
    if (id === null) continue
    const names = rules.flatMap((one) =>
      some.some((row) => row.id === one.id) ? [{ id: one.id, name: one.rule!.name }] : [],
    )
    taken.push(...(await roomForRules(tx, id, names)))
  }
  return taken
}
