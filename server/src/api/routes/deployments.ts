/** Deployments: what is asked for at once on files. */
import { DEPLOYMENT_KINDS, Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { askDeployment } from '../../modules/data-development/ask-deployment.ts'
import { withdrawDeployment } from '../../modules/data-development/withdraw-deployment.ts'
import type { Platform } from '../../platform.ts'
import * as store from '../../store/deployment-reading.ts'
import { DeploymentDetail, DeploymentSummary, NewDeployment } from '../development-shapes.ts'
import { deploymentView, readDeployment } from '../development-views.ts'
import { afterId, page, pageOf, pageQuery, route } from '../route.ts'
import { queryId } from './instances.ts'
import { workspaceParams } from './workspaces.ts'

const deploymentParams = workspaceParams.extend({ deploymentId: queryId })

export const deploymentRoutes = [
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/deployments',
    // By what is asked for, and the mode of the workspace, it needs another right besides.
    access: 'file.read',
    tag: 'Data Development',
    summary: 'Ask for files to be committed, deployed or deleted; each is held by itself while an extension watches it',
    status: 201,
    alsoAnswers: { 202: 'Some of it is held, or under way on a data source: it goes on by itself' },
    params: workspaceParams,
    body: NewDeployment,
    answer: DeploymentDetail,
    async run({ platform, caller, workspace, body, reply }) {
      const files = body.files.map(({ fileId, revision, version }) => ({
        fileId,
        ...(revision !== undefined && { revision }),
        ...(version !== undefined && { version }),
      }))
      const asked = await askDeployment(platform, caller, workspace, { ...body, files })
      if (asked.state === 'open') reply.status(202)
      return await detail(platform, workspace.id, asked.id)
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/deployments',
    access: 'file.read',
    tag: 'Data Development',
    summary: 'The deployments of a workspace, newest first',
    params: workspaceParams,
    query: pageQuery.extend({ kind: z.enum(DEPLOYMENT_KINDS).optional(), fileId: queryId.optional() }),
    answer: pageOf(DeploymentSummary),
    async run({ platform, workspace, query }) {
      const { cursor, limit, ...filter } = query
      const rows = await store.deploymentsOf(
        platform.db,
        { ...filter, workspaceId: workspace.id },
        { before: cursor === undefined ? null : afterId(cursor), limit: limit + 1 },
      )
      return page(rows, limit, ({ deployment }) => String(deployment.id), deploymentView)
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/deployments/:deploymentId',
    access: 'file.read',
    tag: 'Data Development',
    summary: 'One deployment with its items, how each stands and what its checks say',
    params: deploymentParams,
    answer: DeploymentDetail,
    run: async ({ platform, workspace, params }) => await detail(platform, workspace.id, params.deploymentId),
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/deployments/:deploymentId/withdraw',
    access: 'file.read',
    tag: 'Data Development',
    summary: 'Withdraw all of a deployment that is still held; whoever asked for it may',
    params: deploymentParams,
    answer: DeploymentDetail,
    async run({ platform, caller, workspace, params }) {
      await withdrawDeployment(platform, caller, workspace.id, params.deploymentId)
      return await detail(platform, workspace.id, params.deploymentId)
    },
  }),
]

async function detail({ db }: Pick<Platform, 'db'>, workspaceId: number, id: number) {
  const found = await db.snapshot((sql) => readDeployment(sql, workspaceId, id))
  if (found === null) throw new Refusal('NOT_FOUND', { thing: 'deployment', id })
  return found
}
