import { Refusal } from '@holdpoint/core'
import type { z } from 'zod'
import { changeInstances, removeDependencies } from '../../modules/operation-center/change-instances.ts'
import { operateEachInstance, operateInstances } from '../../modules/operation-center/operate-instances.ts'
import { runNode } from '../../modules/operation-center/run-node.ts'
import {
  InstanceChange,
  InstanceOperation,
  InstanceResults,
  NodeRun,
  StartedNodeRun,
  UpstreamInstances,
} from '../instance-shapes.ts'
import { readOperation } from '../read-operations.ts'
import { route } from '../route.ts'
import { OperationView } from '../shapes.ts'
import { instanceParams } from './instances.ts'
import { workspaceParams } from './workspaces.ts'

/** What only a rerun takes. */
function onlyOfRerun({ operation, force, latest }: z.output<typeof InstanceOperation>): void {
  if (operation !== 'rerun' && (force !== 'no' || latest))
    throw new Refusal('REQUEST_INVALID', { problem: 'body: force and latest are for a rerun' })
}

const runRoute = (kind: 'smoke-test' | 'manual', path: string, summary: string) =>
  route({
    method: 'POST',
    path: `/workspaces/:workspaceId/${path}`,
    access: 'node.operate',
    tag: 'Instances',
    summary,
    status: 201,
    params: workspaceParams,
    body: NodeRun,
    answer: StartedNodeRun,
    async run({ platform, caller, params, body }) {
      const started = await runNode(platform, caller, { ...body, kind, workspaceId: params.workspaceId })
      return { dagId: started.dagId, instanceIds: [...started.instanceIds] }
    },
  })

export const instanceOperationRoutes = [
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/instance-operations',
    access: 'node.operate',
    tag: 'Instances',
    summary:
      'Ask for an operation on instances: freeze, unfreeze, terminate, rerun, set to succeeded; it is held while an extension watches it',
    alsoAnswers: { 202: 'Held: it has not taken effect, and does by itself when every extension has passed it' },
    params: workspaceParams,
    body: InstanceOperation,
    answer: OperationView,
    async run({ platform, caller, params, body, reply }) {
      onlyOfRerun(body)
      const asked = { ...body, workspaceId: params.workspaceId }
      const held = await operateInstances(platform, caller, body.operation, asked)
      if (held.state === 'held') reply.status(202)
      return await readOperation(platform, caller, held.id)
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/instance-operations/each',
    access: 'node.operate',
    tag: 'Instances',
    summary:
      'The same for each instance by itself: those for which it cannot be done are left out and named, the rest is one operation',
    params: workspaceParams,
    body: InstanceOperation,
    answer: InstanceResults,
    async run({ platform, caller, params, body }) {
      onlyOfRerun(body)
      const asked = { ...body, workspaceId: params.workspaceId }
      const { results, held } = await operateEachInstance(platform, caller, body.operation, asked)
      return {
        operation: held === null ? null : await readOperation(platform, caller, held.id),
        results: results.map((one) => ({ ...one })),
      }
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/instances/:instanceId/remove-dependencies',
    access: 'node.operate',
    tag: 'Instances',
    summary: 'Let an instance no longer wait for some of its upstream instances; all of them or none',
    status: 204,
    params: instanceParams,
    body: UpstreamInstances,
    async run({ platform, caller, params, body }) {
      await removeDependencies(platform, caller, { ...params, ...body })
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/instance-changes',
    access: 'node.operate',
    tag: 'Instances',
    summary: 'Change the priority or the resource group of instances from their next start on; all of them or none',
    status: 204,
    params: workspaceParams,
    body: InstanceChange,
    async run({ platform, caller, params, body }) {
      const { instanceIds, ...change } = body
      await changeInstances(platform, caller, { ...params, instanceIds }, change)
    },
  }),
  runRoute(
    'smoke-test',
    'smoke-tests',
    'Run a node once, of a business date, to see whether it works; it waits for nothing upstream',
  ),
  runRoute('manual', 'manual-runs', 'Run a manual node, of a business date'),
]
