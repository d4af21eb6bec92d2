import { BACKFILL_VERBS, Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { whoApplies } from '../../gate/hold.ts'
import { askBackfill } from '../../modules/operation-center/backfill-operation.ts'
import { doWithBackfill } from '../../modules/operation-center/backfill-verbs.ts'
import { planBackfill, planRefusal } from '../../modules/operation-center/plan-backfill.ts'
import * as store from '../../store/backfills.ts'
import { watchingTenant } from '../../store/extensions.ts'
import * as graph from '../../store/node-graph.ts'
import { objectLogOf } from '../../store/object-log.ts'
import { workspacesOf } from '../../store/workspaces.ts'
import {
  BackfillAsked,
  BackfillDetail,
  BackfillDone,
  BackfillModeShape,
  BackfillPreview,
  BackfillRequest,
  BackfillStateShape,
  BackfillSummary,
} from '../backfill-shapes.ts'
import { backfillDagView, backfillView, MOST_NODES_SHOWN, type PlanNodes, previewView } from '../backfill-views.ts'
import { countsView, objectLogView } from '../instance-views.ts'
import { readOperation } from '../read-operations.ts'
import { afterId, page, pageOf, pageQuery, route } from '../route.ts'
import { Environment } from '../shapes.ts'
import { queryId } from './instances.ts'
import { workspaceParams } from './workspaces.ts'

const params = workspaceParams.extend({ backfillId: queryId })
const MOST_NAMED = 100
const MOST_DAGS = 1_000
const MOST_LOG = 100

const DONE_BY: Readonly<Record<(typeof BACKFILL_VERBS)[number], string>> = {
  start: 'Start a backfill that was created without starting',
  pause: 'Start nothing new of a backfill; what runs goes on',
  resume: 'Go on with a backfill that was paused',
  cancel: 'End a backfill: what runs is terminated, and the rest never runs',
  'rerun-failed': 'Run again what of a backfill has failed',
}

export const backfillRoutes = [
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/backfill-previews',
    access: 'node.operate',
    tag: 'Backfills',
    summary: 'What a backfill would come to: nodes, dates, instances, what stands in its way, and who would be asked',
    params: workspaceParams,
    body: BackfillRequest,
    answer: BackfillPreview,
    async run({ platform, caller, workspace, body }) {
      const plan = await planBackfill(platform, caller, workspace, body)
      return await platform.db.snapshot(async (sql) => {
        const { selection } = plan
        const named = (ids: readonly number[], most = MOST_NAMED) =>
          graph.selectedNodes(sql, caller.tenantId, body.environment, ids.slice(0, most))
        const refusal = await planRefusal(sql, plan)
        const running = await graph.workspacesOfNodes(sql, plan.runningIds)
        const dry = new Map(
          (await graph.workspacesOfNodes(sql, selection.dryRunIds)).map((one) => [one.workspace_id, one]),
        )
        const ids = [...new Set([...running.map((one) => one.workspace_id), ...dry.keys()])]
        const runs = new Map(running.map((one) => [one.workspace_id, one.count]))
        const nodes: PlanNodes = {
          shown: await named(selection.nodeIds, MOST_NODES_SHOWN),
          gaps: await named(selection.gapIds),
          refused: await named(selection.refusedIds),
          frozen: await graph.frozenAmong(sql, plan.runningIds),
          workspaces: (await workspacesOf(sql, caller.tenantId, ids, 0, ids.length)).map(({ id, name }) => ({
            id,
            name,
            nodeCount: runs.get(id) ?? 0,
            dryRunCount: dry.get(id)?.count ?? 0,
          })),
        }
        const watching = whoApplies(
          await watchingTenant(sql, caller.tenantId, workspace.id),
          caller,
          { point: 'backfill-data', workspaceId: workspace.id },
          { triggers: body.environment === 'PROD', fileType: null },
          new Date(platform.nowMs()),
        )
        return previewView(plan, nodes, refusal, watching)
      })
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/backfills',
    access: 'node.operate',
    tag: 'Backfills',
    summary: 'Ask for a backfill; it is held as a whole while an extension watches, and nothing is created before',
    status: 201,
    alsoAnswers: { 202: 'Held: nothing has been created, and is by itself when every extension has passed it' },
    params: workspaceParams,
    body: BackfillRequest,
    answer: BackfillAsked,
    async run({ platform, caller, workspace, body, reply }) {
      const held = await askBackfill(platform, caller, workspace, body)
      if (held.state === 'held') reply.status(202)
      const operation = await readOperation(platform, caller, held.id)
      return { operation, backfillId: await store.backfillOf(platform.db, held.id) }
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/backfills',
    access: 'node.read',
    tag: 'Backfills',
    summary: 'Backfills of a workspace, newest first',
    params: workspaceParams,
    query: pageQuery.extend({
      environment: Environment.default('PROD'),
      name: z.string().max(256).optional().describe('Part of the name'),
      state: BackfillStateShape.optional(),
      mode: BackfillModeShape.optional(),
      operationId: z
        .uuid()
        .optional()
        .describe('The one that this operation has brought about, whatever else is asked for'),
      mine: z.stringbool().optional().describe('Only what the caller has asked for'),
    }),
    answer: pageOf(BackfillSummary),
    async run({ platform, caller, params, query }) {
      if (query.operationId !== undefined) {
        const id = await store.backfillOf(platform.db, query.operationId)
        const row = id === null ? null : await store.backfillById(platform.db, params.workspaceId, id)
        return { items: row === null ? [] : [backfillView(caller, row)], nextCursor: null }
      }
      const rows = await store.backfillsOf(
        platform.db,
        {
          workspaceId: params.workspaceId,
          environment: query.environment,
          name: query.name || undefined,
          state: query.state,
          mode: query.mode,
          createdBy: query.mine ? caller.userId : undefined,
        },
        { beforeId: query.cursor === undefined ? null : afterId(query.cursor), limit: query.limit + 1 },
      )
      return page(
        rows,
        query.limit,
        (row) => String(row.id),
        (row) => backfillView(caller, row),
      )
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/backfills/:backfillId',
    access: 'node.read',
    tag: 'Backfills',
    summary: 'One backfill with the runs of its dates, and how many instances are in which status',
    params,
    answer: BackfillDetail,
    async run({ platform, caller, params: { workspaceId, backfillId } }) {
      return await platform.db.snapshot(async (sql) => {
        const row = await store.backfillById(sql, workspaceId, backfillId)
        if (row === null) throw new Refusal('NOT_FOUND', { thing: 'backfill', id: backfillId })
        const [dags, counts, nodes, log] = await Promise.all([
          store.dagsInOrder(sql, backfillId, MOST_DAGS),
          store.statusCounts(sql, backfillId),
          store.nodesOfBackfill(sql, backfillId, MOST_NODES_SHOWN),
          objectLogOf(sql, workspaceId, 'backfill', backfillId, { before: null, limit: MOST_LOG }),
        ])
        const byDag = Map.groupBy(counts, (one) => one.dag_id)
        return {
          ...backfillView(caller, row),
          request: row.request as z.input<typeof BackfillRequest>,
          counts: countsView(counts),
          dags: dags.map((dag) => backfillDagView(dag, byDag.get(dag.id) ?? [])),
          nodes: nodes.map((one) => ({
            id: one.id,
            name: one.name,
            workspaceId: one.workspace_id,
            programType: one.program_type,
            dryRun: one.dry_run,
          })),
          log: log.map(objectLogView),
        }
      })
    },
  }),
  ...BACKFILL_VERBS.map((verb) =>
    route({
      method: 'POST',
      path: `/workspaces/:workspaceId/backfills/:backfillId/${verb}`,
      access: 'node.operate',
      tag: 'Backfills',
      summary: DONE_BY[verb],
      alsoAnswers: { 202: 'An operation on instances that it comes to is held' },
      params,
      answer: BackfillDone,
      async run({ platform, caller, params: of, reply }) {
        const held = await doWithBackfill(platform, caller, of, verb)
        if (held.some((one) => one.state === 'held')) reply.status(202)
        const row = (await store.backfillById(platform.db, of.workspaceId, of.backfillId))!
        return {
          backfill: backfillView(caller, row),
          operations: await Promise.all(held.map((one) => readOperation(platform, caller, one.id))),
        }
      },
    }),
  ),
]
