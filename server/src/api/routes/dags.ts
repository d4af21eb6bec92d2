import { DAG_KINDS, Refusal, statusNumber, statusOfNumber } from '@holdpoint/core'
import { z } from 'zod'
import * as reading from '../../store/instance-reading.ts'
import * as neighbourhood from '../../store/neighbourhood.ts'
import { graphNodes } from '../../store/nodes.ts'
import { DagDetail, DagKindShape, DagStatus, DagSummary, date, InstanceGraph, NodeGraph } from '../instance-shapes.ts'
import { countsView, dagView, instanceRelativeView } from '../instance-views.ts'
import { afterId, page, pageOf, pageQuery, route } from '../route.ts'
import { Environment } from '../shapes.ts'
import { person } from '../views.ts'
import { queryId } from './instances.ts'
import { workspaceParams } from './workspaces.ts'

/** Counting them all would take a list of large runs too long. */
const MOST_COUNTED = 10_000

const level = z.coerce.number().int().min(0).max(10)
const reach = { up: level.default(1), down: level.default(1) }

export const dagRoutes = [
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/dags',
    access: 'node.read',
    tag: 'Instances',
    summary: 'Runs (DAGs) of a workspace, newest first',
    params: workspaceParams,
    query: pageQuery.extend({
      environment: Environment.default('PROD'),
      kind: DagKindShape.optional(),
      status: DagStatus.optional(),
      bizdateFrom: date.optional(),
      bizdateTo: date.optional(),
      backfillId: queryId.optional(),
    }),
    answer: pageOf(DagSummary),
    async run({ platform, params, query }) {
      const rows = await reading.dagsOf(
        platform.db,
        {
          ...query,
          workspaceId: params.workspaceId,
          kind: query.kind === undefined ? undefined : DAG_KINDS.indexOf(query.kind),
          status: query.status === undefined ? undefined : statusNumber(query.status),
        },
        { before: query.cursor === undefined ? null : afterId(query.cursor), limit: query.limit + 1 },
      )
      const counts = await reading.progressOfDags(
        platform.db,
        rows.map((row) => row.id),
        MOST_COUNTED,
      )
      const byDag = Map.groupBy(counts, (one) => one.dag_id)
      return page(
        rows,
        query.limit,
        (row) => String(row.id),
        (row) => ({ ...dagView(row), progress: progressView(byDag.get(row.id) ?? []) }),
      )
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/dags/:dagId',
    access: 'node.read',
    tag: 'Instances',
    summary: 'One run (DAG), with how many of its instances are in which status',
    params: workspaceParams.extend({ dagId: queryId }),
    answer: DagDetail,
    async run({ platform, params }) {
      return await platform.db.snapshot(async (sql) => {
        const row = await reading.dagById(sql, params.workspaceId, params.dagId)
        if (row === null) throw new Refusal('DAG_NOT_FOUND', { id: params.dagId })
        const counts = await reading.dagCounts(sql, row.id)
        return { ...dagView(row), counts: counts.map((one) => ({ ...one, status: statusOfNumber(one.status) })) }
      })
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/node-graph',
    access: 'node.read',
    tag: 'Nodes',
    summary:
      'The neighbourhood of a node: what it depends on and what depends on it, some levels far, 200 nodes at most',
    params: workspaceParams,
    query: z.object({
      environment: Environment.default('PROD'),
      nodeId: queryId.optional().describe('Where to start; the root of the workspace where there is none'),
      ...reach,
    }),
    answer: NodeGraph,
    async run({ platform, params, query }) {
      return await platform.db.snapshot(async (sql) => {
        const nodeId = query.nodeId ?? (await neighbourhood.rootOf(sql, params.workspaceId, query.environment)) ?? 0
        const [start] = await graphNodes(sql, [nodeId])
        if (start?.workspace_id !== params.workspaceId || start.environment !== query.environment)
          throw new Refusal('NODE_NOT_FOUND', { id: nodeId })
        const { levels, edges, more } = await neighbourhood.nodeNeighbourhood(sql, [nodeId], query)
        const rows = await graphNodes(sql, [...levels.keys()])
        return {
          nodes: rows.map((row) => ({
            id: row.id,
            workspaceId: row.workspace_id,
            name: row.name,
            programType: row.program_type,
            recurrence: row.recurrence,
            isRoot: row.is_root,
            owner: row.owner_id === null || row.owner_name === null ? null : person(row.owner_id, row.owner_name),
            ...around(row.id, levels, more),
          })),
          edges: edges.map(({ from, to, type }) => ({
            from,
            to,
            dependency: type === 'normal' ? ('normal' as const) : ('cross-cycle' as const),
          })),
          isCut: isCut(levels, more, query),
        }
      })
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/instance-graph',
    access: 'node.read',
    tag: 'Instances',
    summary: 'The neighbourhood of an instance, or the beginning of a run, some levels far, 200 instances at most',
    params: workspaceParams,
    query: z.object({
      instanceId: queryId.optional().describe('Where to start'),
      dagId: queryId.optional().describe('The run at whose beginning to start, where no instance is named'),
      ...reach,
    }),
    answer: InstanceGraph,
    async run({ platform, params, query }) {
      return await platform.db.snapshot(async (sql) => {
        const starts =
          query.instanceId !== undefined
            ? [query.instanceId]
            : query.dagId !== undefined
              ? await neighbourhood.startsOfDag(sql, query.dagId)
              : []
        const found = await reading.instanceRelativesByIds(sql, starts)
        // A run of the schedule holds instances of its own workspace alone, a backfill's of several.
        const dag = query.dagId === undefined ? null : await reading.dagById(sql, params.workspaceId, query.dagId)
        if (query.instanceId === undefined && query.dagId === undefined)
          throw new Refusal('REQUEST_INVALID', { problem: 'query: name an instance or a run' })
        if (query.instanceId === undefined && dag === null) throw new Refusal('DAG_NOT_FOUND', { id: query.dagId ?? 0 })
        if (query.instanceId !== undefined && found[0]?.workspace_id !== params.workspaceId)
          throw new Refusal('INSTANCE_NOT_FOUND', { id: query.instanceId })
        const { levels, edges, more } = await neighbourhood.instanceNeighbourhood(sql, starts, query)
        const rows = await reading.instanceRelativesByIds(sql, [...levels.keys()])
        return {
          instances: rows.map((row) => ({ ...instanceRelativeView(row), ...around(row.id, levels, more) })),
          edges: edges.map(({ from, to }) => ({ from, to })),
          isCut: isCut(levels, more, query),
        }
      })
    },
  }),
]

function progressView(rows: readonly reading.StatusCountRow[]) {
  return rows.reduce((sum, one) => sum + one.count, 0) > MOST_COUNTED ? null : countsView(rows)
}

type Around = neighbourhood.Neighbourhood

function around(id: number, levels: Around['levels'], more: Around['more']) {
  const { upstream: moreUpstream, downstream: moreDownstream } = more.get(id)!
  return { level: levels.get(id)!, moreUpstream, moreDownstream }
}

/** What is beyond the levels that were asked for is not cut; what is within them and not shown is. */
function isCut(levels: Around['levels'], more: Around['more'], { up, down }: neighbourhood.Reach): boolean {
  return [...levels].some(([id, level]) => {
    const { upstream, downstream } = more.get(id)!
    return (level <= 0 && -level < up && upstream > 0) || (level >= 0 && level < down && downstream > 0)
  })
}
