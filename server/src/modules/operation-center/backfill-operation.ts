/**
 * The operation of backfilling data. It is held as a whole before anything is created; its effect is one row, and what that says is created soon
 * after by whichever replica comes first (create-backfills.ts).
 */
import { type BackfillRequest, may, Refusal } from '@holdpoint/core'
import type { Gate } from '../../gate/gate.ts'
import { type Held, hold } from '../../gate/hold.ts'
import type { OperationKind } from '../../gate/operation.ts'
import { insertBackfill } from '../../store/backfills.ts'
import * as graph from '../../store/node-graph.ts'
import { writeObjectLog } from '../../store/object-log.ts'
import { type Caller, callerById, entered } from '../../store/principals.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import { type BackfillPlan, planBackfill, planRefusal, resourceGroupOf } from './plan-backfill.ts'

type Snapshot = {
  readonly tenantId: number
  readonly workspaceId: number
  readonly requestedBy: number
  readonly request: BackfillRequest
  readonly nodeIds: readonly number[]
  readonly dryRunIds: readonly number[]
}

/** Operations are listed with their objects; a backfill of more nodes than that shows its first ones. */
const MOST_OBJECTS = 1_000

/** Rule 40: one operation for the whole; whoever may not operate on all that is to run gets nothing. */
export async function askBackfill(
  gate: Gate & { readonly timeZone: string },
  caller: Caller,
  workspace: WorkspaceRow,
  request: BackfillRequest,
): Promise<Held> {
  const plan = await planBackfill(gate, caller, workspace, request)
  const refusal = await planRefusal(gate.db, plan)
  if (refusal !== null) throw refusal
  return await hold(gate, entered(caller), backfillData, plan)
}

export const backfillData: OperationKind<BackfillPlan, Snapshot> = {
  point: 'backfill-data',
  action: 'node.operate',
  workspaceOf: (plan) => plan.workspaceId,

  async describe(_tx, plan) {
    const { request, selection, targets } = plan
    const [first] = targets
    if (first === undefined) throw new Refusal('BACKFILL_NODES_EMPTY', { field: 'rootNodeIds' })
    const root = targets.find((one) => one.id === request.rootNodeIds[0]) ?? first
    const change = (field: string, to: string) => ({
      objectId: String(root.id),
      objectName: root.name,
      field,
      from: '',
      to,
    })
    const ranges = request.dates.map(({ start, end }) => (start === end ? start : `${start} – ${end}`))
    return {
      objects: targets.slice(0, MOST_OBJECTS).map(({ id, name }) => ({ id: String(id), name })),
      objectName: request.name,
      requestKey: requestKeyOf(request),
      changes: [
        change('mode', request.mode),
        change('nodes', String(plan.runningIds.length)),
        change('dryRuns', String(selection.dryRunIds.length)),
        change('dates', ranges.join(', ')),
        change('instances', String(plan.instanceCount)),
      ],
      snapshot: {
        tenantId: plan.tenantId,
        workspaceId: plan.workspaceId,
        requestedBy: plan.requestedBy,
        request,
        nodeIds: selection.nodeIds,
        dryRunIds: selection.dryRunIds,
      },
      body: {
        projectId: plan.workspaceId,
        name: request.name,
        rootNodeId: root.id,
        rootNodeProjectId: root.workspaceId,
        includeNodeIds: plan.runningIds,
        excludeNodeIds: selection.dryRunIds,
        multipleTimePeriods: JSON.stringify(
          request.dates.map(({ start, end }) => ({ bizBeginTime: start, bizEndTime: end })),
        ),
        useMultipleTimePeriods: true,
        isParallel: request.groups > 1,
        parallelGroup: request.groups,
        startFutureInstanceImmediately: request.startsFutureNow,
        order: request.order,
      },
      // Rule 4: the development environment does not trigger.
      triggers: request.environment === 'PROD',
      fileType: null,
    }
  },

  /**
   * Rule 15. What matters: every node that is to run is still published and scheduled, whoever asked may still operate on all of them, and the resource
   * group is there. New versions do not (rule 40), nor new descendants, freezing, or what becomes of dry runs.
   */
  async staleness(tx, snapshot) {
    const { tenantId, request } = snapshot
    const runningIds = runningOf(snapshot)
    const [lost, workspaces, caller] = await Promise.all([
      graph.lostNodes(tx, runningIds),
      graph.workspacesOfNodes(tx, runningIds),
      callerById(tx, snapshot.requestedBy),
    ])
    const closed = workspaces.filter((one) => caller === null || !may(caller, 'node.operate', one.workspace_id))
    const reasons = lostReasons(lost)
    if (closed.length > 0)
      reasons.push(
        new Refusal('BACKFILL_RIGHTS_LOST', { nodes: closed.map((one) => `${one.first_name} (${one.first_id})`) }),
      )
    const noGroup = await resourceGroupOf(tx, tenantId, request.resourceGroup).then(
      () => [],
      (error) => {
        if (error instanceof Refusal) return [error]
        throw error
      },
    )
    return [...reasons, ...noGroup]
  },

  async apply(tx, snapshot, effect) {
    const id = await insertBackfill(tx, {
      tenant_id: snapshot.tenantId,
      workspace_id: snapshot.workspaceId,
      operation_id: effect.operationId,
      request: snapshot.request,
      node_ids: [...snapshot.nodeIds],
      dry_run_ids: [...snapshot.dryRunIds],
      created_by: snapshot.requestedBy,
    })
    writeObjectLog(tx, {
      tenantId: snapshot.tenantId,
      workspaceId: snapshot.workspaceId,
      kind: 'backfill',
      ids: [id],
      userId: snapshot.requestedBy,
      action: 'backfill',
      details: { name: snapshot.request.name },
      operationId: effect.operationId,
    })
    effect.changed('backfill', snapshot.workspaceId)
  },
}

export const runningOf = ({ nodeIds, dryRunIds }: Pick<Snapshot, 'nodeIds' | 'dryRunIds'>): readonly number[] => {
  const isDry = new Set(dryRunIds)
  return nodeIds.filter((id) => !isDry.has(id))
}

/** Why nodes that were to run cannot. */
export function lostReasons(lost: Awaited<ReturnType<typeof graph.lostNodes>>): Refusal[] {
  const named = (published: boolean) =>
    lost.filter((one) => one.published === published).map((one) => `${one.name} (${one.id})`)
  const gone = named(false)
  const manual = named(true)
  return [
    ...(gone.length > 0 ? [new Refusal('NODES_UNPUBLISHED', { nodes: gone })] : []),
    ...(manual.length > 0 ? [new Refusal('BACKFILL_NOW_MANUAL', { nodes: manual })] : []),
  ]
}

/** The whole request in one way of writing: the order in which ids were named makes no difference. */
function requestKeyOf(request: BackfillRequest): string {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value))
      return value.every((one) => typeof one === 'number') ? value.toSorted((a, b) => a - b) : value
    if (typeof value !== 'object' || value === null) return value
    return Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)])
  }
  return JSON.stringify(sorted(request))
}
