/** The four operations on monitors of Data Quality that can be held (rule 60). */
import { isDeepStrictEqual } from 'node:util'
import {
  type Known,
  type KnownRule,
  type MonitorSnapshot,
  monitorProblems,
  type QualityMonitor,
  type QualityTarget,
  Refusal,
} from '@holdpoint/core'
import type { Gate } from '../../gate/gate.ts'
import { type Held, hold } from '../../gate/hold.ts'
import type { Description, OperationKind } from '../../gate/operation.ts'
import { watchableNodes } from '../../store/alerts.ts'
import type { Transaction } from '../../store/database.ts'
import { type Caller, entered } from '../../store/principals.ts'
import * as store from '../../store/quality-monitors.ts'
import * as rules from '../../store/quality-rules.ts'
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
  rulesProblems,
} from './ensure.ts'
import type { MonitorRequest } from './requests.ts'
import { ensureReceiver, secretFor, type Telling } from './subscriptions-operations.ts'
import { differences, monitorBody, ruleBody, sourceOf, targetBody } from './told.ts'

const LONGEST_NAME = 128

type Of<Kind extends MonitorRequest['kind']> = Extract<MonitorRequest, { kind: Kind }>
type Request<Asked extends MonitorRequest = MonitorRequest> = {
  readonly workspace: Pick<WorkspaceRow, 'id' | 'tenant_id' | 'identifier'>
  readonly asked: Asked
  /** Of what is to come to be. */
  readonly newIds: {
    readonly monitors: readonly number[]
    readonly rules: readonly number[]
    readonly subscriptions: readonly number[]
  }
}

const POINTS = {
  create: 'create-data-quality-evaluation-task',
  update: 'update-data-quality-evaluation-task',
  clone: 'clone-data-quality-evaluation-task',
  delete: 'batch-delete-data-quality-evaluation-tasks',
} as const

/** `ids`: those that have come to be, been changed or deleted; none while it is held. */
export async function askMonitor(
  platform: Gate & Telling,
  caller: Caller,
  workspace: WorkspaceRow,
  asked: MonitorRequest,
): Promise<Held & { readonly ids: readonly number[] }> {
  if (asked.kind === 'create' || asked.kind === 'update') ensureSound(monitorProblems(asked.monitor))
  if (asked.kind === 'create') {
    const given = asked.rules.flatMap((one, at) => ('id' in one ? [] : [{ one, at }]))
    ensureSound(
      rulesProblems(
        given.map(({ one }) => one),
        (index) => `rules[${given[index]!.at}]`,
      ),
    )
    for (const one of asked.subscriptions) ensureReceiver(platform, one)
    const receivers = asked.subscriptions.map(({ channel, receiver }) => `${channel} ${receiver}`)
    if (new Set(receivers).size < receivers.length)
      ensureSound([{ path: 'subscriptions', problem: 'somebody is named twice' }])
  }
  if (asked.kind === 'delete') ensureDifferent(asked.ids, 'ids')
  const many = {
    monitors: asked.kind === 'create' ? 1 : asked.kind === 'clone' ? asked.targets.length : 0,
    rules: asked.kind === 'create' ? asked.rules.filter((one) => !('id' in one)).length : 0,
    subscriptions: asked.kind === 'create' ? asked.subscriptions.length : 0,
  }
  const newIds = {
    monitors: await rules.newIds(platform.db, 'quality_monitors', many.monitors),
    rules: await rules.newIds(platform.db, 'quality_rules', many.rules),
    subscriptions: await rules.newIds(platform.db, 'quality_subscriptions', many.subscriptions),
  }
  const kind = platform.operations[POINTS[asked.kind]] as OperationKind<Request, MonitorSnapshot>
  const held = await hold(platform, entered(caller), kind, { workspace, asked, newIds })
  const ids = asked.kind === 'update' ? [asked.id] : asked.kind === 'delete' ? asked.ids : newIds.monitors
  return { ...held, ids: held.state === 'done' ? ids : [] }
}

const objectOf = ({ id, name }: { readonly id: number; readonly name: string }) => ({ id: String(id), name })

type Described = Omit<Description<MonitorSnapshot>, 'snapshot' | 'triggers' | 'fileType'> & {
  readonly snapshot: Partial<MonitorSnapshot>
}

const NOTHING = { monitors: [], monitor: null, rules: [], subscriptions: [], clones: [] }

const monitorOperation = <Asked extends MonitorRequest>(
  kind: Asked['kind'],
  secretKey: Buffer,
  describe: (tx: Transaction, request: Request<Asked>) => Promise<Described>,
): OperationKind<Request<Asked>, MonitorSnapshot> => ({
  point: POINTS[kind],
  action: 'quality.write',
  workspaceOf: ({ workspace }) => workspace.id,
  async describe(tx, request) {
    const described = await describe(tx, request)
    const { id: workspaceId, tenant_id: tenantId } = request.workspace
    return {
      ...described,
      snapshot: { ...NOTHING, tenantId, workspaceId, kind, ...described.snapshot },
      body: { projectId: workspaceId, operationTime: tx.now.getTime(), ...described.body },
      ...{ triggers: true, fileType: null },
    }
  },
  staleness,
  async apply(tx, snapshot, effect) {
    await APPLY[snapshot.kind](tx, snapshot, effect.requestedBy, secretKey)
    effect.changed('quality', snapshot.workspaceId)
  },
})

export const monitorOperations = (secretKey: Buffer) => ({
  [POINTS.create]: monitorOperation<Of<'create'>>('create', secretKey, describeCreation),
  [POINTS.update]: monitorOperation<Of<'update'>>('update', secretKey, describeUpdate),
  [POINTS.clone]: monitorOperation<Of<'clone'>>('clone', secretKey, describeClone),
  [POINTS.delete]: monitorOperation<Of<'delete'>>('delete', secretKey, describeDeletion),
})

// What is asked for

async function describeCreation(
  tx: Transaction,
  { workspace, asked, newIds }: Request<Of<'create'>>,
): Promise<Described> {
  const { monitor, subscriptions } = asked
  const [id = 0] = newIds.monitors
  const source = await sourceOf(tx, workspace.id, monitor.target)
  ensureNone(await obstacles(tx, workspace.id, [monitor.name], null, monitor))
  const namedIds = asked.rules.flatMap((one) => ('id' in one ? [one.id] : []))
  ensureDifferent(namedIds, 'rules')
  const rows = await rules.lockQualityRules(tx, workspace.id, namedIds)
  ensureThere('QUALITY_RULE_NOT_FOUND', namedIds, rows)
  const fresh = [...newIds.rules]
  const all = asked.rules.map((one, at): KnownRule & { readonly told: ReturnType<typeof ruleBody> } => {
    if (!('id' in one)) return { id: fresh.shift()!, revision: null, name: one.name, rule: one, told: ruleBody(one) }
    const row = rows.find((each) => each.id === one.id)!
    if (row.monitor_id !== null) ensureSound([{ path: `rules[${at}].id`, problem: 'it has a monitor already' }])
    if (!isSameTarget(rules.targetOf(row), monitor.target))
      ensureSound([{ path: `rules[${at}].id`, problem: 'it is of another table' }])
    return { id: row.id, revision: row.revision, name: row.name, rule: null, told: ruleBody(row.rule) }
  })
  ensureNamesDiffer(all.map(({ name }) => name))
  const object = { id: `table ${monitor.target.table}`, name: monitor.name }
  return {
    objects: [object],
    requestKey: JSON.stringify([monitor, asked.rules, subscriptions]),
    objectName: monitor.name,
    changes: [
      ...differences(object, null, monitor),
      ...all.map(({ name }) => ({ objectId: object.id, objectName: monitor.name, field: 'rule', from: '', to: name })),
    ],
    snapshot: {
      monitors: [{ id, revision: null, name: monitor.name }],
      monitor,
      rules: all.map(({ told: _, ...rule }) => rule),
      subscriptions: subscriptions.map((one, at) => ({ ...one, id: newIds.subscriptions[at]! })),
    },
    body: monitorBody(
      workspace.identifier,
      source,
      monitor,
      all.map(({ id: ruleId, revision, told }) => ({ ...(revision !== null && { id: ruleId }), ...told })),
      subscriptions,
    ),
  }
}

async function describeUpdate(tx: Transaction, { workspace, asked }: Request<Of<'update'>>): Promise<Described> {
  const { id, monitor } = asked
  const row = await lockedMonitor(tx, workspace.id, id)
  await ensureRevision(tx, row, asked.revision)
  const source = await sourceOf(tx, workspace.id, monitor.target)
  ensureNone(await obstacles(tx, workspace.id, [monitor.name], id, monitor))
  const [ruleRows, subscriptions] = await Promise.all([
    rules.rulesOfMonitors(tx, [id]),
    store.subscriptionsOf(tx, [id]),
  ])
  const told = ruleRows.map((one) => ({ id: one.id, ...ruleBody(one.rule) }))
  return {
    objects: [objectOf(row)],
    requestKey: JSON.stringify([id, row.revision, monitor]),
    objectName: row.name,
    changes: differences(objectOf(row), store.monitorOf(row), monitor),
    snapshot: { monitors: [knownOf(row)], monitor },
    body: { id, ...monitorBody(workspace.identifier, source, monitor, told, subscriptions) },
  }
}

/** A clone has the monitor's rules. It checks by hand until it is given nodes of its own, and tells nobody until somebody subscribes to it. */
async function describeClone(tx: Transaction, { workspace, asked, newIds }: Request<Of<'clone'>>): Promise<Described> {
  const row = await lockedMonitor(tx, workspace.id, asked.id)
  const told = []
  for (const target of asked.targets)
    told.push(targetBody(workspace.identifier, await sourceOf(tx, workspace.id, target), target))
  const clones = asked.targets.map((target, at) => ({
    id: newIds.monitors[at]!,
    name: cloneName(row.name, target),
    target,
  }))
  ensureNamesDiffer(clones.map(({ name }) => name))
  ensureNone(
    await obstacles(
      tx,
      workspace.id,
      clones.map(({ name }) => name),
      null,
      null,
    ),
  )
  const copied = await rules.rulesOfMonitors(tx, [row.id])
  return {
    objects: [objectOf(row)],
    requestKey: JSON.stringify([row.id, row.revision, asked.targets]),
    objectName: row.name,
    changes: clones.map(({ name }) => ({
      objectId: String(row.id),
      objectName: row.name,
      field: 'clone',
      from: '',
      to: name,
    })),
    snapshot: {
      monitors: [knownOf(row)],
      rules: copied.map(({ id, revision, name }) => ({ id, revision, name, rule: null })),
      clones,
    },
    body: { id: row.id, targets: told },
  }
}

async function describeDeletion(
  tx: Transaction,
  { workspace, asked: { ids } }: Request<Of<'delete'>>,
): Promise<Described> {
  const rows = await store.lockMonitors(tx, workspace.id, ids)
  ensureThere('QUALITY_MONITOR_NOT_FOUND', ids, rows)
  return {
    objects: rows.map(objectOf),
    objectName: rows.length === 1 ? rows[0]!.name : `${rows[0]?.name ?? ''} +${rows.length - 1}`,
    changes: rows.map(({ id, name }) => ({
      objectId: String(id),
      objectName: name,
      field: 'monitor',
      from: name,
      to: '',
    })),
    snapshot: { monitors: rows.map(knownOf) },
    body: { ids },
  }
}

const knownOf = ({ id, revision, name }: store.MonitorRow): Known => ({ id, revision, name })
const isSameTarget = (a: QualityTarget, b: QualityTarget) => isDeepStrictEqual({ ...a }, { ...b })

function cloneName(name: string, { dataSource, schema, table }: QualityTarget): string {
  const of = [dataSource, schema, table].filter((part) => part !== null).join('.')
  return `${name.slice(0, Math.max(1, LONGEST_NAME - of.length - 1))} ${of}`.slice(0, LONGEST_NAME)
}

async function lockedMonitor(tx: Transaction, workspaceId: number, id: number): Promise<store.MonitorRow> {
  const [row] = await store.lockMonitors(tx, workspaceId, [id])
  if (row === undefined) throw new Refusal('QUALITY_MONITOR_NOT_FOUND', { id })
  return row
}

/** What keeps monitors from being so: names that others have, nodes that are not there. */
async function obstacles(
  tx: Transaction,
  workspaceId: number,
  names: readonly string[],
  butId: number | null,
  monitor: QualityMonitor | null,
): Promise<Refusal[]> {
  const taken = await store.takenMonitorNames(tx, workspaceId, names, butId)
  const nodeIds = monitor?.trigger.nodeIds ?? []
  const there = nodeIds.length === 0 ? [] : await watchableNodes(tx, workspaceId, nodeIds)
  const unknown = nodeIds.filter((id) => !there.includes(id))
  const problem = `no published nodes here: ${unknown.join(', ')}`
  return [
    ...(taken.length > 0 ? [new Refusal('QUALITY_NAME_TAKEN', { names: taken })] : []),
    ...(unknown.length > 0
      ? [new Refusal('ALERT_NODES_UNKNOWN', { nodes: unknown, paths: ['trigger.nodeIds'], problems: [problem] })]
      : []),
  ]
}

// When it takes effect

async function staleness(tx: Transaction, snapshot: MonitorSnapshot): Promise<readonly Refusal[]> {
  const { kind, workspaceId, monitors, monitor, clones } = snapshot
  const ids = monitors.map(({ id }) => id)
  const rows = kind === 'create' ? [] : await store.lockMonitors(tx, workspaceId, ids)
  const changes = changesSince(monitors, rows)
  if (kind === 'delete' || changes.length > 0) return changes
  const known = snapshot.rules.filter(({ revision }) => revision !== null)
  const there =
    kind === 'clone'
      ? await rules.rulesOfMonitors(tx, ids)
      : await rules.lockQualityRules(
          tx,
          workspaceId,
          known.map(({ id }) => id),
        )
  const added = there.filter(({ id }) => !known.some((one) => one.id === id))
  const names = kind === 'clone' ? clones.map(({ name }) => name) : [monitor!.name]
  const targets = kind === 'clone' ? clones.map(({ target }) => target) : [monitor!.target]
  const missing: Refusal[] = []
  for (const target of targets) missing.push(...(await refusalOf(() => sourceOf(tx, workspaceId, target))))
  return [
    ...changesSince(known, there),
    ...(added.length > 0 ? [new Refusal('QUALITY_CHANGED_MEANWHILE', { names: added.map(({ name }) => name) })] : []),
    ...missing.slice(0, 1),
    ...(await obstacles(tx, workspaceId, names, kind === 'update' ? ids[0]! : null, monitor)),
  ]
}

type Apply = (tx: Transaction, snapshot: MonitorSnapshot, by: number, secretKey: Buffer) => Promise<void>

const APPLY: Readonly<Record<MonitorSnapshot['kind'], Apply>> = {
  async create(tx, { tenantId, workspaceId, monitors, monitor, rules: some, subscriptions }, by, secretKey) {
    const [{ id }] = monitors as [Known]
    store.insertMonitor(tx, { id, tenantId, workspaceId, by }, monitor!)
    const fresh = some.flatMap((one) => (one.rule === null ? [] : [{ id: one.id, rule: one.rule }]))
    rules.insertQualityRules(tx, { tenantId, workspaceId, monitorId: id, target: monitor!.target, by }, fresh)
    rules.giveQualityRules(
      tx,
      id,
      some.flatMap((one) => (one.rule === null ? [one.id] : [])),
    )
    for (const one of subscriptions)
      store.insertSubscription(
        tx,
        {
          ...{ id: one.id, tenant_id: tenantId, workspace_id: workspaceId, monitor_id: id, by },
          secret: secretFor(secretKey, one.id, one),
        },
        one,
      )
  },

  async update(tx, { monitors, monitor }, by) {
    store.updateMonitor(tx, monitors[0]!.id, monitor!, by)
  },

  async clone(tx, { tenantId, workspaceId, monitors, clones }, by) {
    const [row] = await store.lockMonitors(tx, workspaceId, [monitors[0]!.id])
    const copied = await rules.rulesOfMonitors(tx, [row!.id])
    const ids = await rules.newIds(tx, 'quality_rules', clones.length * copied.length)
    for (const { id, name, target } of clones) {
      const monitor = { ...store.monitorOf(row!), name, target, trigger: { type: 'ByManual', nodeIds: [] } } as const
      store.insertMonitor(tx, { id, tenantId, workspaceId, by }, monitor)
      const given = copied.map(({ rule }) => ({ id: ids.shift()!, rule }))
      rules.insertQualityRules(tx, { tenantId, workspaceId, monitorId: id, target, by }, given)
    }
  },

  async delete(tx, { monitors }, by) {
    store.deleteMonitors(
      tx,
      monitors.map(({ id }) => id),
      by,
    )
  },
}
