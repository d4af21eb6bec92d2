/** What monitors have checked, and what was said of it. */
import { QUALITY_STATUSES, Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { giveFeedback } from '../../modules/data-quality/give-feedback.ts'
import { startCheck } from '../../modules/data-quality/queue-checks.ts'
import { dayAfter, localTime } from '../../modules/operation-center/cron-times.ts'
import * as store from '../../store/quality-runs.ts'
import { date } from '../instance-shapes.ts'
import {
  NewQualityFeedback,
  QualityResult,
  QualityRunDetail,
  QualityRunStart,
  QualityRunSummary,
} from '../quality-shapes.ts'
import { qualityResultView, qualityRunView } from '../quality-views.ts'
import { afterId, page, pageOf, pageQuery, route } from '../route.ts'
import { queryId } from './instances.ts'
import { workspaceParams } from './workspaces.ts'

const tag = 'Data Quality'
const status = z.enum(QUALITY_STATUSES).optional()

export const qualityRunRoutes = [
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/quality-monitors/:qualityMonitorId/runs',
    access: 'quality.run',
    tag,
    summary: 'Check a monitor now, for a business date; it holds nothing up',
    status: 201,
    params: workspaceParams.extend({ qualityMonitorId: queryId }),
    body: QualityRunStart,
    answer: QualityRunSummary,
    async run({ platform, caller, workspace, params: { qualityMonitorId }, body }) {
      const { bizdate = dayAfter(localTime(platform.nowMs(), platform.timeZone).slice(0, 10), -1) } = body
      const id = await startCheck(platform, caller, workspace, qualityMonitorId, bizdate)
      return qualityRunView((await store.qualityRunById(platform.db, workspace.id, id))!)
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/quality-runs',
    access: 'quality.read',
    tag,
    summary: 'What was checked, newest first',
    params: workspaceParams,
    query: pageQuery.extend({ monitorId: queryId.optional(), instanceId: queryId.optional(), status }),
    answer: pageOf(QualityRunSummary),
    async run({ platform, workspace, query: { limit, cursor, ...filter } }) {
      const where = { beforeId: cursor === undefined ? null : afterId(cursor), limit: limit + 1 }
      const rows = await store.qualityRunsOf(platform.db, workspace.id, { ...filter, ...where })
      return page(rows, limit, (row) => String(row.id), qualityRunView)
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/quality-runs/:qualityRunId',
    access: 'quality.read',
    tag,
    summary: 'A run of a monitor with its results',
    params: workspaceParams.extend({ qualityRunId: queryId }),
    answer: QualityRunDetail,
    async run({ platform, workspace, params: { qualityRunId: id } }) {
      const row = await store.qualityRunById(platform.db, workspace.id, id)
      if (row === null) throw new Refusal('NOT_FOUND', { thing: 'quality run', id })
      return { ...qualityRunView(row), results: (await store.resultsOfRun(platform.db, id)).map(qualityResultView) }
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/quality-results',
    access: 'quality.read',
    tag,
    summary: 'Results of rules, newest first',
    params: workspaceParams,
    query: pageQuery.extend({
      ...{ monitorId: queryId.optional(), ruleId: queryId.optional(), status },
      from: date.optional().describe('The first business date'),
      to: date.optional().describe('The last business date'),
    }),
    answer: pageOf(QualityResult),
    async run({ platform, workspace, query: { limit, cursor, ...filter } }) {
      const where = { beforeId: cursor === undefined ? null : afterId(cursor), limit: limit + 1 }
      const rows = await store.qualityResultsOf(platform.db, workspace.id, { ...filter, ...where })
      return page(rows, limit, (row) => String(row.id), qualityResultView)
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/quality-results/:qualityResultId/feedback',
    access: 'quality.run',
    tag,
    summary: 'Say something of a result; it is told',
    status: 201,
    params: workspaceParams.extend({ qualityResultId: queryId }),
    body: NewQualityFeedback,
    answer: QualityResult,
    async run({ platform, caller, workspace, params: { qualityResultId: id }, body }) {
      await giveFeedback(platform, caller, workspace, id, body.text)
      return qualityResultView((await store.qualityResultById(platform.db, workspace.id, id))!)
    },
  }),
]
