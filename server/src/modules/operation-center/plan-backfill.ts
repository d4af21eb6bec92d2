/**
 * What a request for a backfill comes to for whoever asks: nodes, dates, how many instances, and what stands in its way. It only reads, and outside of
 * the gate's transaction, which others share: a large graph takes a while. What changes meanwhile is found when the backfill takes effect.
 */
import {
  type BackfillRequest,
  backfillFaults,
  businessDates,
  MOST_INSTANCES,
  may,
  nodeGraph,
  nodePriority,
  Refusal,
  type Selection,
  selectNodes,
} from '@holdpoint/core'
import { resourceGroupId } from '../../store/backfills.ts'
import type { Database, Sql } from '../../store/database.ts'
import * as graph from '../../store/node-graph.ts'
import type { Caller } from '../../store/principals.ts'
import { knownWorkspaces, type WorkspaceRow } from '../../store/workspaces.ts'
import { type InstancePlan, planInstances } from './create-instances.ts'

export type Finding = { readonly code: 'frozen' | 'upstream-missing' | 'unresolved' } & graph.Listed

export type BackfillPlan = {
  readonly tenantId: number
  readonly workspaceId: number
  readonly requestedBy: number
  readonly request: BackfillRequest
  readonly selection: Selection
  /** Of those that run. */
  readonly runningIds: readonly number[]
  readonly dates: readonly string[]
  readonly instanceCount: number
  /** What the check beforehand has found; null where it was not asked for. */
  readonly findings: readonly Finding[] | null
  /** Nodes that are named in a sentence, with their names. */
  readonly targets: readonly { readonly id: number; readonly name: string; readonly workspaceId: number }[]
}

type Reads = Pick<Sql, 'rows'>

/** Rule 40: refuses what is no backfill; what whoever asks may not have is part of the plan (`planRefusal`). */
export async function planBackfill(
  { db, timeZone }: { readonly db: Database; readonly timeZone: string },
  caller: Caller,
  workspace: WorkspaceRow,
  request: BackfillRequest,
): Promise<BackfillPlan> {
  const [fault] = backfillFaults(request)
  if (fault) throw fault
  if (request.environment === 'DEV' && workspace.mode === 'basic')
    throw new Refusal('ENVIRONMENT_ABSENT', { field: 'environment' })
  return await db.snapshot(async (sql) => {
    await requireWorkspaces(sql, caller.tenantId, request)
    const groupId = await resourceGroupOf(sql, caller.tenantId, request.resourceGroup)
    const selection = await selectFor(sql, caller, workspace.id, request)
    const isDry = new Set(selection.dryRunIds)
    const runningIds = selection.nodeIds.filter((id) => !isDry.has(id))
    requireParameters(request, runningIds)
    const dates = businessDates(request)
    const of = { id: null, tenantId: caller.tenantId, workspaceId: workspace.id, createdBy: caller.userId }
    const planned = { ...instancePlan(of, request, selection, groupId), timeZone }
    const { instanceCount } = await planInstances(sql, planned, MOST_INSTANCES)
    if (instanceCount > MOST_INSTANCES)
      throw new Refusal('BACKFILL_TOO_LARGE', { field: 'dates', count: instanceCount, limit: MOST_INSTANCES })
    if (instanceCount === 0) throw new Refusal('BACKFILL_NO_INSTANCES', { field: 'dates' })
    const named = [...new Set([...request.rootNodeIds, ...request.includeNodeIds])]
    const targets = await graph.selectedNodes(sql, caller.tenantId, request.environment, named)
    return {
      tenantId: caller.tenantId,
      workspaceId: workspace.id,
      requestedBy: caller.userId,
      request,
      selection,
      runningIds,
      dates,
      instanceCount,
      findings: request.analysis.enabled ? await analyse(sql, runningIds, selection, dates) : null,
      targets: targets.map(({ id, name, workspace_id: workspaceId }) => ({ id, name, workspaceId })),
    }
  })
}

/** Why whoever asks does not get the backfill that they have planned; null where they do. */
export async function planRefusal(sql: Reads, plan: BackfillPlan): Promise<Refusal | null> {
  const { refusedIds } = plan.selection
  if (refusedIds.length > 0) {
    const rows = await graph.selectedNodes(
      sql,
      plan.tenantId,
      plan.request.environment,
      refusedIds.slice(0, MOST_NAMED),
    )
    return new Refusal('BACKFILL_NOT_ALLOWED', {
      field: 'rootNodeIds',
      nodes: rows.map(nameOf),
      count: refusedIds.length,
    })
  }
  if (plan.request.analysis.blocked && plan.findings !== null && plan.findings.length > 0)
    return new Refusal('BACKFILL_ANALYSIS', {
      field: 'analysis',
      findings: plan.findings.map(
        ({ code, count, nodes }) => `${code}: ${nodes.slice(0, MOST_NAMED).map(nameOf).join(', ')} (${count})`,
      ),
    })
  return null
}

/** So many nodes are named in a refusal. */
const MOST_NAMED = 20
const nameOf = ({ id, name }: { readonly id: number; readonly name: string }) => `${name} (${id})`

async function requireWorkspaces(sql: Reads, tenantId: number, request: BackfillRequest): Promise<void> {
  for (const field of ['includeWorkspaceIds', 'excludeWorkspaceIds'] as const) {
    if (request[field].length === 0) continue
    const found = new Set(await knownWorkspaces(sql, tenantId, request[field]))
    const lost = request[field].filter((id) => !found.has(id))
    if (lost.length > 0) throw new Refusal('WORKSPACE_NOT_FOUND', { field, id: lost })
  }
}

export async function resourceGroupOf(sql: Reads, tenantId: number, identifier: string | null): Promise<number | null> {
  if (identifier === null) return null
  const id = await resourceGroupId(sql, tenantId, identifier)
  if (id === null) throw new Refusal('NOT_FOUND', { field: 'resourceGroup', thing: 'resource group', id: identifier })
  return id
}

/** The nodes that a request comes to. In the mode `current` no graph is read. */
export async function selectFor(
  sql: Reads,
  caller: Caller,
  workspaceId: number,
  request: BackfillRequest,
): Promise<Selection> {
  const { tenantId } = caller
  const named = [...new Set([...request.rootNodeIds, ...request.includeNodeIds, ...request.excludeNodeIds])]
  const rows = await graph.selectedNodes(sql, tenantId, request.environment, named)
  const manual = new Set(rows.filter((row) => row.trigger === 'manual').map((row) => row.id))
  for (const field of ['rootNodeIds', 'includeNodeIds', 'excludeNodeIds'] as const) {
    const found = rows.filter((row) => manual.has(row.id) && request[field].includes(row.id))
    if (found.length > 0)
      throw new Refusal('BACKFILL_MANUAL_NODES', { field, nodes: found.slice(0, MOST_NAMED).map(nameOf) })
  }
  const { nodes, edges } =
    request.mode === 'current'
      ? { nodes: Float64Array.from(rows.flatMap((row) => [row.id, row.workspace_id])), edges: new Float64Array(0) }
      : await graph.readGraph(sql, tenantId, request.environment)
  const selection = selectNodes(nodeGraph(nodes, edges), request, (id) => may(caller, 'node.operate', id))
  const roots = rows.filter((row) => request.rootNodeIds.includes(row.id))
  const elsewhere = roots.filter((row) => row.workspace_id !== workspaceId)
  if (elsewhere.length > 0 && (request.mode !== 'advanced' || elsewhere.length === roots.length))
    throw new Refusal('BACKFILL_ELSEWHERE', { field: 'rootNodeIds', nodes: elsewhere.slice(0, MOST_NAMED).map(nameOf) })
  return selection
}

function requireParameters({ parameters }: BackfillRequest, runningIds: readonly number[]): void {
  const runs = new Set(runningIds.map(String))
  for (const id of Object.keys(parameters))
    if (!runs.has(id)) throw new Refusal('BACKFILL_PARAMETERS_OF_NONE', { field: `parameters.${id}`, id })
}

/** What stands in the way of those that run, as far as it is known today. */
async function analyse(
  sql: Reads,
  runningIds: readonly number[],
  { nodeIds }: Selection,
  dates: readonly string[],
): Promise<readonly Finding[]> {
  const [frozen, missing, unresolved] = await Promise.all([
    graph.frozenAmong(sql, runningIds),
    graph.missingUpstream(sql, runningIds, nodeIds, dates),
    graph.unresolvedAmong(sql, runningIds),
  ])
  const findings: readonly Finding[] = [
    { code: 'frozen', ...frozen },
    { code: 'upstream-missing', ...missing },
    { code: 'unresolved', ...unresolved },
  ]
  return findings.filter(({ count }) => count > 0)
}

/** What is to be created for a backfill. */
export function instancePlan(
  of: {
    readonly id: number | null
    readonly tenantId: number
    readonly workspaceId: number
    readonly createdBy: number
  },
  request: BackfillRequest,
  { nodeIds, dryRunIds }: Pick<Selection, 'nodeIds' | 'dryRunIds'>,
  resourceGroupId: number | null,
): Omit<InstancePlan, 'timeZone'> {
  const isDry = new Set(dryRunIds)
  const { startTime, endTime } = request.window
  return {
    tenantId: of.tenantId,
    workspaceId: of.workspaceId,
    environment: request.environment,
    kind: 'backfill',
    name: request.name,
    createdBy: of.createdBy,
    backfillId: of.id,
    nodes: nodeIds.map((nodeId) => ({ nodeId, dryRun: isDry.has(nodeId) })),
    dates: businessDates(request),
    lines: request.groups,
    window: startTime === null || endTime === null ? null : { startTime, endTime },
    startsFutureNow: request.startsFutureNow,
    starts: request.starts,
    priority: request.priority === null ? null : nodePriority(request.priority),
    resourceGroupId,
    parameters: Object.keys(request.parameters).length === 0 ? null : request.parameters,
  }
}
