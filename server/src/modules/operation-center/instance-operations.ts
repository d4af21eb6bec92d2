/**
 * The five operations on instances that can be held: freeze, unfreeze, terminate, rerun, set to succeeded; on one instance or many.
 *
 * What must hold, what matters while the operation is held and what it leaves behind is said in core (operation-center/instance-operation.ts);
 * here it meets the tables. A rerun with what follows is one of the instance and of those of its descendants that were chosen; whatever is to run again
 * waits for what is upstream of it and is to run again as well.
 */
import {
  type Force,
  forcedDownstreamRefusals,
  hasMissedItsTurn,
  INSTANCE_POINTS,
  type InstanceOperation,
  type InstanceSnapshotField,
  type InstanceStaleness,
  type InstanceState,
  instanceOperationRefusals,
  instanceStaleness,
  instanceTriggers,
  may,
  phaseOf,
  Refusal,
} from '@holdpoint/core'
import type { OperationKind } from '../../gate/operation.ts'
import type { Transaction } from '../../store/database.ts'
import { setFrozen } from '../../store/instances.ts'
import type { Environment } from '../../store/nodes.ts'
import { writeObjectLog } from '../../store/object-log.ts'
import * as store from '../../store/operated-instances.ts'
import type { Caller } from '../../store/principals.ts'
import { localTime } from './cron-times.ts'
import { settle } from './settle.ts'

export type InstanceRequest = {
  readonly tenantId: number
  readonly workspaceId: number
  /** Where the caller names it: instances of the other environment are not found then. */
  readonly environment?: Environment | undefined
  readonly instanceIds: readonly number[]
  /** Of a rerun alone. */
  readonly force?: Force
  /** Of a rerun: it runs the definition that its node has by then. */
  readonly latest?: boolean
  /** Where days begin. */
  readonly timeZone: string
}

type Snapshot = {
  readonly tenantId: number
  readonly timeZone: string
  readonly force: Force
  readonly latest: boolean
  readonly workspaceIds: readonly number[]
  /** Where a forced rerun with what follows starts, first. */
  readonly instances: readonly InstanceState[]
}

export const MOST_INSTANCES = 1_000

/** Told once it has taken effect. */
const NEWS = {
  freeze: 'freeze-instance',
  unfreeze: 'unfreeze-instance',
  terminate: 'kill-instance',
  rerun: 'rerun-instance',
  'set-success': 'set-instance-success',
} as const satisfies Record<InstanceOperation, string>

function instanceOperation(operation: InstanceOperation): OperationKind<InstanceRequest, Snapshot> {
  return {
    point: INSTANCE_POINTS[operation],
    action: 'node.operate',
    allows: (requester, { force, workspaceIds }) => force !== 'with-downstream' || mayForce(requester, workspaceIds),
    workspaceOf: (request) => request.workspaceId,

    async describe(tx, request) {
      const { tenantId, workspaceId, environment, timeZone, force = 'no', latest = false } = request
      const named = [...new Set(request.instanceIds)].sort((a, b) => a - b)
      if (named.length === 0) throw new Refusal('INSTANCES_EMPTY')
      if (named.length > MOST_INSTANCES) throw new Refusal('INSTANCES_TOO_MANY', { limit: MOST_INSTANCES })
      const isOurs = (one: store.OperatedInstance) =>
        one.workspaceId === workspaceId && one.environment === (environment ?? one.environment)
      let found = (await store.lockOperated(tx, tenantId, named)).filter(isOurs)
      const absent = named.filter((id) => !found.some((one) => one.instanceId === id))
      if (absent.length > 0) throw new Refusal('INSTANCE_NOT_FOUND', { id: absent, instanceIds: absent })
      if (force === 'with-downstream') found = await withDownstream(tx, tenantId, timeZone, found)
      const [refusal] = instanceOperationRefusals(operation, found, force)
      if (refusal) throw refusal
      const told = found.filter(instanceTriggers)
      return {
        objects: found.map((one) => ({ id: String(one.instanceId), name: nameOf(one) })),
        ...(force === 'no' && !latest ? {} : { requestKey: `${idsOf(found).join(',')} ${force} ${latest}` }),
        objectName: found.length === 1 ? nameOf(found[0]!) : `${nameOf(found[0]!)} +${found.length - 1}`,
        changes: found.map((one) => ({
          objectId: String(one.instanceId),
          objectName: nameOf(one),
          ...changeOf(operation, one),
        })),
        snapshot: {
          ...{ tenantId, timeZone, force, latest },
          workspaceIds: [...new Set(found.map((one) => one.workspaceId))],
          instances: found.map(stateOf),
        },
        body: {
          projectId: workspaceId,
          taskIds: idsOf(told),
          extensionBizName: told.length === 1 ? told[0]!.name : `${told[0]?.name} +${told.length - 1}`,
        },
        // Rules 4 and 41.
        triggers: told.length > 0,
        fileType: null,
      }
    },

    async staleness(tx, { tenantId, instances, force, timeZone }) {
      const ids = instances.map((one) => one.instanceId)
      const today = await store.lockOperated(tx, tenantId, ids)
      const differences = instanceStaleness(operation, instances, today, force)
      if (differences.length > 0) return explain(differences, instances)
      const still = [...instanceOperationRefusals(operation, today, force)]
      if (force === 'with-downstream') {
        const start = today.find((one) => one.instanceId === ids[0])!
        still.push(...forcedDownstreamRefusals(start, localTime(tx.now.getTime(), timeZone).slice(0, 10)))
      }
      return still
    },

    async apply(tx, { tenantId, instances, force, latest }, effect) {
      const ids = instances.map((one) => one.instanceId)
      const today = await store.lockOperated(tx, tenantId, ids)
      if (force === 'with-downstream') {
        await refuseSecondForced(tx, tenantId)
        store.putForcedRerun(tx, tenantId, ids[0]!, ids)
      }
      if (latest) store.useLatestVersion(tx, ids)
      await EFFECTS[operation](tx, today)
      for (const [workspaceId, of] of Map.groupBy(today, (one) => one.workspaceId)) {
        writeObjectLog(tx, {
          tenantId,
          workspaceId,
          kind: 'instance',
          ids: idsOf(of),
          userId: effect.requestedBy,
          action: operation,
          details: { ...(force === 'no' ? {} : { force }), ...(latest ? { latest } : {}) },
          operationId: effect.operationId,
        })
        effect.changed('instance', workspaceId)
      }
      if (!(await effect.mayReach(NEWS[operation]))) return
      for (const [projectType, of] of Map.groupBy(today, (one) => one.environment))
        await effect.publish(NEWS[operation], {
          projectId: effect.workspaceId,
          projectType,
          taskIds: idsOf(of),
        })
    },
  }
}

export const INSTANCE_KINDS = {
  freeze: instanceOperation('freeze'),
  unfreeze: instanceOperation('unfreeze'),
  terminate: instanceOperation('terminate'),
  rerun: instanceOperation('rerun'),
  'set-success': instanceOperation('set-success'),
} as const satisfies Record<InstanceOperation, OperationKind<InstanceRequest, Snapshot>>

/** What follows an instance is rerun by force by those who administer every workspace that it is in. */
export const mayForce = (caller: Caller, workspaceIds: readonly number[]): boolean =>
  workspaceIds.every((id) => may(caller, MAY_FORCE, id) && may(caller, 'node.operate', id))
export const MAY_FORCE = 'workspace.configure'

const idsOf = (some: readonly store.OperatedInstance[]) => some.map((one) => one.instanceId)

const EFFECTS: Readonly<
  Record<InstanceOperation, (tx: Transaction, instances: readonly store.OperatedInstance[]) => Promise<void>>
> = {
  async freeze(tx, instances) {
    setFrozen(tx, idsOf(instances), true)
    await settle(tx, { dags: instances.map((one) => one.dagId) })
  },
  // Rule 39: before its turn it runs, after it it fails and can be rerun.
  async unfreeze(tx, instances) {
    setFrozen(tx, idsOf(instances), false)
    const missed = instances.filter(hasMissedItsTurn)
    await settle(tx, { failed: idsOf(missed), dags: instances.map((one) => one.dagId) })
  },
  async terminate(tx, instances) {
    await settle(tx, { failed: idsOf(instances) })
  },
  // What has not begun keeps its time. What runs is stopped by its replica, and starts again only after that (rule 36).
  async rerun(tx, instances) {
    const again = instances.map((one) => ({
      id: one.instanceId,
      dueAt: phaseOf(one.status) === 'waiting' ? one.dueAt : null,
      retry: false,
    }))
    await settle(tx, { again })
  },
  async 'set-success'(tx, instances) {
    await settle(tx, { succeeded: idsOf(instances) })
  },
}

/** What of it a snapshot keeps. */
function stateOf({ workspaceId: _, dagId: __, dueAt: ___, ...state }: store.OperatedInstance): InstanceState {
  return state
}

const nameOf = (one: InstanceState) => `${one.name} ${one.bizdate}`

function changeOf(operation: InstanceOperation, one: store.OperatedInstance) {
  if (operation === 'freeze' || operation === 'unfreeze')
    return { field: 'frozen', from: String(one.frozen), to: String(operation === 'freeze') }
  const to = { terminate: 'failed', rerun: 'not-run', 'set-success': 'succeeded' } as const
  return { field: 'status', from: one.status, to: to[operation] }
}

/** The instance and all that follows it. Whoever asks may force it wherever that is, which was looked at before. */
async function withDownstream(
  tx: Transaction,
  tenantId: number,
  timeZone: string,
  found: readonly store.OperatedInstance[],
): Promise<store.OperatedInstance[]> {
  const [start] = found
  if (start === undefined || found.length > 1) throw new Refusal('FORCED_RERUN_ONE')
  const [refusal] = forcedDownstreamRefusals(start, localTime(tx.now.getTime(), timeZone).slice(0, 10))
  if (refusal) throw refusal
  await refuseSecondForced(tx, tenantId)
  const ids = await store.descendantsOf(tx, start.instanceId, MOST_INSTANCES)
  if (ids.length >= MOST_INSTANCES) throw new Refusal('FORCED_RERUN_TOO_LARGE', { limit: MOST_INSTANCES - 1 })
  return [start, ...(await store.lockOperated(tx, tenantId, ids))]
}

async function refuseSecondForced(tx: Transaction, tenantId: number): Promise<void> {
  const instance = await store.forcedRerunUnderWay(tx, tenantId)
  if (instance !== null) throw new Refusal('FORCED_RERUN_UNDER_WAY', { instance })
}

/** Rule 23: a stale request names the objects; one reason for what is gone, one for what has changed. */
function explain(differences: readonly InstanceStaleness[], snapshot: readonly InstanceState[]): readonly Refusal[] {
  const byInstance = Map.groupBy(differences, (one) => one.instanceId)
  const of = (isGone: boolean) =>
    snapshot.flatMap((one) => {
      const found = byInstance.get(one.instanceId) ?? []
      if (found.length === 0 || found.some(({ field }) => field === 'exists') !== isGone) return []
      const words = found.map((difference) => WORDS[difference.field](difference)).join(', ')
      return [`${nameOf(one)} (${one.instanceId})${isGone ? '' : `: ${words}`}`]
    })
  const [gone, changed] = [of(true), of(false)]
  return [
    ...(gone.length > 0 ? [new Refusal('INSTANCES_GONE', { instances: gone })] : []),
    ...(changed.length > 0 ? [new Refusal('INSTANCES_CHANGED', { changes: changed })] : []),
  ]
}

const WORDS: Readonly<Record<InstanceSnapshotField, (one: InstanceStaleness) => string>> = {
  exists: () => 'gone',
  frozen: ({ after }) => (after === true ? 'frozen' : 'not frozen'),
  phase: ({ before, after }) => `${before} → ${after}`,
  start: () => 'started anew',
}
