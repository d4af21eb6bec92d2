import { Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { hold } from '../../gate/hold.ts'
import { nextRuns } from '../../modules/operation-center/cron-times.ts'
import { importFlowSpec } from '../../modules/operation-center/import-flowspec.ts'
import { freezeNode, unfreezeNode, unpublishNode } from '../../modules/operation-center/node-operations.ts'
import * as nodes from '../../store/nodes.ts'
import { objectLogOf } from '../../store/object-log.ts'
import { heldObjects } from '../../store/operations.ts'
import { entered } from '../../store/principals.ts'
import { ObjectLogEntry } from '../instance-shapes.ts'
import { objectLogView } from '../instance-views.ts'
import { readOperation } from '../read-operations.ts'
import { afterId, page, pageOf, pageQuery, route } from '../route.ts'
import {
  Environment,
  FlowSpecImport,
  FlowSpecImported,
  NodeDetail,
  NodeOperation,
  NodeSummary,
  NodeVersion,
  OperationView,
  Recurrence,
} from '../shapes.ts'
import { nodeDetailView, nodeVersionView, nodeView } from '../views.ts'
import { workspaceParams } from './workspaces.ts'

const NEXT_RUNS = 5

/** What can be asked for on nodes; the console and the API name it by its extension point. */
const OPERATIONS = { 'freeze-node': freezeNode, 'unfreeze-node': unfreezeNode, 'undeploy-node': unpublishNode } as const

export const nodeRoutes = [
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/nodes',
    access: 'node.read',
    tag: 'Nodes',
    summary: 'The published nodes of a workspace',
    params: workspaceParams,
    query: pageQuery.extend({
      environment: Environment.default('PROD'),
      name: z.string().max(256).optional().describe('Part of the name'),
      recurrence: Recurrence.optional(),
      programType: z.string().max(64).optional(),
    }),
    answer: pageOf(NodeSummary),
    async run({ platform, caller, params, query }) {
      const filter = {
        workspaceId: params.workspaceId,
        ...query,
        name: query.name || undefined,
        programType: query.programType || undefined,
      }
      const rows = await nodes.nodesOf(platform.db, filter, { afterId: afterId(query.cursor), limit: query.limit + 1 })
      const held = await heldObjects(
        platform.db,
        caller.tenantId,
        params.workspaceId,
        rows.map((row) => String(row.id)),
      )
      return page(
        rows,
        query.limit,
        (row) => String(row.id),
        (row) => nodeView(caller, row, held),
      )
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/nodes/:nodeId',
    access: 'node.read',
    tag: 'Nodes',
    summary: 'One node with its direct upstream and downstream nodes',
    params: workspaceParams.extend({ nodeId: z.coerce.number().int().positive() }),
    query: z.object({ environment: Environment.default('PROD') }),
    answer: NodeDetail,
    async run({ platform, caller, params, query }) {
      const row = await nodes.nodeById(platform.db, caller.tenantId, query.environment, params.nodeId)
      if (row?.workspace_id !== params.workspaceId) throw new Refusal('NODE_NOT_FOUND', { id: params.nodeId })
      const [held, upstream, downstream, unresolved] = await Promise.all([
        heldObjects(platform.db, caller.tenantId, params.workspaceId, [String(row.id)]),
        nodes.parentsOf(platform.db, row.id),
        nodes.childrenOf(platform.db, row.id),
        nodes.unresolvedInputs(platform.db, row.id),
      ])
      const { timeZone } = platform
      const { cron } = row
      const nextRunsMs =
        cron === null || row.trigger === 'manual'
          ? []
          : nextRuns({ ...row.definition, cron }, Date.now(), NEXT_RUNS, timeZone)
      return nodeDetailView(caller, row, { held, upstream, downstream, unresolved, nextRunsMs, timeZone })
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/nodes/:nodeId/versions',
    access: 'node.read',
    tag: 'Nodes',
    summary: 'The versions of the definition of a node, newest first; what runs keeps the one it was made with',
    params: workspaceParams.extend({ nodeId: z.coerce.number().int().positive() }),
    // Definitions may be large.
    query: pageQuery.extend({ limit: z.coerce.number().int().min(1).max(20).default(10) }),
    answer: pageOf(NodeVersion),
    async run({ platform, params, query }) {
      const [node] = await nodes.nodesByIds(platform.db, [params.nodeId])
      if (node?.workspace_id !== params.workspaceId) throw new Refusal('NODE_NOT_FOUND', { id: params.nodeId })
      const rows = await nodes.nodeVersions(platform.db, params.nodeId, {
        before: query.cursor === undefined ? null : afterId(query.cursor),
        limit: query.limit + 1,
      })
      return page(rows, query.limit, (row) => String(row.version), nodeVersionView)
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/nodes/:nodeId/operation-log',
    access: 'node.read',
    tag: 'Nodes',
    summary: 'What was done to a node, by whom, newest first',
    params: workspaceParams.extend({ nodeId: z.coerce.number().int().positive() }),
    query: pageQuery,
    answer: pageOf(ObjectLogEntry),
    async run({ platform, params, query }) {
      const [node] = await nodes.nodesByIds(platform.db, [params.nodeId])
      if (node?.workspace_id !== params.workspaceId) throw new Refusal('NODE_NOT_FOUND', { id: params.nodeId })
      const rows = await objectLogOf(platform.db, params.workspaceId, 'node', params.nodeId, {
        before: query.cursor === undefined ? null : afterId(query.cursor),
        limit: query.limit + 1,
      })
      return page(rows, query.limit, (row) => String(row.id), objectLogView)
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/node-operations',
    access: 'node.operate',
    tag: 'Nodes',
    summary: 'Ask for an operation on nodes: freeze, unfreeze, unpublish; it is held while an extension watches it',
    alsoAnswers: { 202: 'Held: it has not taken effect, and does by itself when every extension has passed it' },
    params: workspaceParams,
    body: NodeOperation,
    answer: OperationView,
    async run({ platform, caller, params, body, reply }) {
      const held = await hold(platform, entered(caller), OPERATIONS[body.point], {
        ...body,
        tenantId: caller.tenantId,
        workspaceId: params.workspaceId,
      })
      if (held.state === 'held') reply.status(202)
      return await readOperation(platform, caller, held.id)
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/flowspec-imports',
    access: 'node.import',
    tag: 'Nodes',
    summary:
      'Import the nodes of a FlowSpec file, all of them or none; into production as a deployment where extensions apply',
    status: 201,
    alsoAnswers: {
      202: 'Held: files of it are checked, and each becomes a node by itself when every extension has passed it',
    },
    params: workspaceParams,
    body: FlowSpecImport,
    answer: FlowSpecImported,
    async run({ platform, caller, workspace, body, reply }) {
      const imported = await importFlowSpec(platform, caller, workspace, body.environment, flowSpecText(body.flowspec))
      platform.live.publish({
        kind: 'node',
        tenantId: caller.tenantId,
        workspaceId: workspace.id,
        id: String(workspace.id),
      })
      const { deploymentId } = imported
      if (deploymentId !== null) reply.status(202)
      return {
        created: [...imported.created],
        updated: [...imported.updated],
        deploymentId,
        warnings: [...imported.warnings],
      }
    },
  }),
]

/** JSON.stringify gives up on an object nested deeper than its stack; the reader of the text refuses such a file by its place. */
function flowSpecText(flowspec: string | Record<string, unknown>): string {
  try {
    return typeof flowspec === 'string' ? flowspec : JSON.stringify(flowspec)
  } catch {
    throw new Refusal('FLOWSPEC_MALFORMED', { path: 'the top', problem: 'it is nested too deeply' })
  }
}
