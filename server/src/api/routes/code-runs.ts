/** Running the code of a file, and what came of it. */
import { Refusal } from '@holdpoint/core'
import { askRun } from '../../modules/data-development/run-code.ts'
import { stopRun } from '../../modules/data-development/stop-run.ts'
import { dayAfter, localTime } from '../../modules/operation-center/cron-times.ts'
import * as store from '../../store/development-runs.ts'
import { fileById } from '../../store/files.ts'
import { developmentRunView } from '../development-run-views.ts'
import { AskedRun, CodeRun, DevelopmentRun } from '../development-shapes.ts'
import { readOperation } from '../read-operations.ts'
import { afterId, page, pageOf, pageQuery, route } from '../route.ts'
import { queryId } from './instances.ts'
import { workspaceParams } from './workspaces.ts'

const params = workspaceParams.extend({ fileId: queryId })

export const codeRunRoutes = [
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/files/:fileId/runs',
    access: 'file.run',
    tag: 'Data Development',
    summary:
      'Run the code of a file on the data source of development, in basic mode of production; its log is that of the instance',
    status: 201,
    alsoAnswers: { 202: 'Held: nothing runs, and it does by itself when every extension has passed it' },
    params,
    body: CodeRun,
    answer: AskedRun,
    async run({ platform, caller, workspace, params, body, reply }) {
      const {
        content,
        bizdate = dayAfter(localTime(platform.nowMs(), platform.timeZone).slice(0, 10), -1),
        ...rest
      } = body
      const request = { fileId: params.fileId, bizdate, ...rest, ...(content === undefined ? {} : { content }) }
      const held = await askRun(platform, caller, workspace, request)
      if (held.state === 'held') reply.status(202)
      const operation = await readOperation(platform, caller, held.id)
      const run = await store.developmentRunOf(platform.db, held.id)
      return { operation, run: run && developmentRunView(run) }
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/files/:fileId/runs',
    access: 'file.read',
    tag: 'Data Development',
    summary: 'What was run of a file, newest first',
    params,
    query: pageQuery,
    answer: pageOf(DevelopmentRun),
    async run({ platform, workspace, params: { fileId }, query }) {
      const file = await fileById(platform.db, workspace.tenant_id, fileId)
      if (file === null || file.workspace_id !== workspace.id) throw new Refusal('FILE_NOT_FOUND', { id: fileId })
      const beforeId = query.cursor === undefined ? null : afterId(query.cursor)
      const rows = await store.developmentRunsOfFile(platform.db, fileId, { beforeId, limit: query.limit + 1 })
      return page(rows, query.limit, (row) => String(row.instance_id), developmentRunView)
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/files/:fileId/runs/:instanceId/stop',
    access: 'file.run',
    tag: 'Data Development',
    summary: 'Stop what runs of the code of a file',
    status: 204,
    params: params.extend({ instanceId: queryId }),
    run: async ({ platform, caller, params: of }) => await stopRun(platform, caller, of),
  }),
]
