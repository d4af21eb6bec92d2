/** Data Integration: synchronisation jobs, and what becomes of them. */
import { JOB_STATES, Refusal, SYNC_KINDS, type Sync } from '@holdpoint/core'
import { z } from 'zod'
import type { Held } from '../../gate/hold.ts'
import { askStart, placesOf } from '../../modules/data-integration/start-jobs.ts'
import { stopJob } from '../../modules/data-integration/stop-job.ts'
import { createJob, deleteJob, ensureRunnable, saveJob } from '../../modules/data-integration/write-job.ts'
import type { Platform } from '../../platform.ts'
import { dataSourcesOf } from '../../store/data-sources.ts'
import { heldObjects } from '../../store/operations.ts'
import type { Caller } from '../../store/principals.ts'
import * as store from '../../store/sync-jobs.ts'
import * as runs from '../../store/sync-runs.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import {
  AskedSyncStart,
  NewSyncJob,
  SyncJobDetail,
  SyncJobSave,
  SyncJobStart,
  SyncJobSummary,
  SyncJobsStart,
  SyncMinute,
  SyncPreview,
  SyncRun,
  SyncShape,
  SyncTableState,
} from '../integration-shapes.ts'
import { readOperation } from '../read-operations.ts'
import { afterId, cursorRefusal, page, pageOf, pageQuery, route } from '../route.ts'
import { type JobsAround, syncJobDetailView, syncJobView, syncRunView, syncTableView } from '../sync-views.ts'
import { queryId } from './instances.ts'
import { workspaceParams } from './workspaces.ts'

const params = workspaceParams.extend({ syncJobId: queryId })
const tag = 'Data Integration'
const PREVIEW_WITHIN_MS = 20_000
const MOST_PREVIEWED = 500
const HOUR_MS = 3_600_000
const held202 = { 202: 'Held: nothing runs, and it does by itself when every extension has passed it' }

export const syncJobRoutes = [
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/sync-jobs',
    access: 'sync.read',
    tag,
    summary: 'The synchronisation jobs of a workspace',
    params: workspaceParams,
    query: pageQuery.extend({
      name: z.string().max(128).optional().describe('Part of the name'),
      kind: z.enum(SYNC_KINDS).optional(),
      state: z.enum(JOB_STATES).optional(),
    }),
    answer: pageOf(SyncJobSummary),
    async run({ platform, caller, workspace, query: { cursor, limit, name, ...filter } }) {
      const rows = await store.syncJobsOf(platform.db, workspace.id, {
        ...{ ...filter, name: name || undefined, afterId: afterId(cursor), limit: limit + 1 },
      })
      const around = await aroundJobs(platform, caller, workspace, rows)
      return page(
        rows,
        limit,
        (row) => String(row.id),
        (row) => syncJobView(caller, row, around),
      )
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/sync-jobs',
    access: 'sync.write',
    tag,
    summary: 'Make a synchronisation job; nothing runs before it is started',
    status: 201,
    params: workspaceParams,
    body: NewSyncJob,
    answer: SyncJobDetail,
    async run({ platform, caller, workspace, body }) {
      const job = { ...body, definition: body.definition as Sync, ownerId: caller.userId }
      const { id } = await createJob(platform, caller, workspace, job)
      return await detailOf(platform, caller, workspace, id)
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/sync-jobs/:syncJobId',
    access: 'sync.read',
    tag,
    summary: 'One synchronisation job with its newest run',
    params,
    answer: SyncJobDetail,
    run: async ({ platform, caller, workspace, params: { syncJobId } }) =>
      await detailOf(platform, caller, workspace, syncJobId),
  }),
  route({
    method: 'PATCH',
    path: '/workspaces/:workspaceId/sync-jobs/:syncJobId',
    access: 'sync.write',
    tag,
    summary: 'Change a synchronisation job; refused where somebody has changed it meanwhile',
    params,
    body: SyncJobSave,
    answer: SyncJobDetail,
    async run({ platform, caller, workspace, params: { syncJobId: jobId }, body }) {
      const { definition, revision, name, description, resourceGroup } = body
      await saveJob(platform, caller, workspace, {
        ...{ jobId, revision },
        ...(name !== undefined && { name }),
        ...(description !== undefined && { description }),
        ...(definition !== undefined && { definition: definition as Sync }),
        ...(resourceGroup !== undefined && { resourceGroup }),
      })
      return await detailOf(platform, caller, workspace, jobId)
    },
  }),
  route({
    method: 'DELETE',
    path: '/workspaces/:workspaceId/sync-jobs/:syncJobId',
    access: 'sync.write',
    tag,
    summary: 'Delete a synchronisation job that is not under way; its targets stay as they are',
    status: 204,
    params,
    run: async ({ platform, caller, workspace, params: { syncJobId } }) =>
      await deleteJob(platform, caller, workspace, syncJobId),
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/sync-jobs/:syncJobId/start',
    access: 'sync.operate',
    tag,
    summary: 'Start a synchronisation job (start-diJob), once both data sources have been asked whether it can be',
    status: 201,
    alsoAnswers: held202,
    params,
    body: SyncJobStart,
    answer: AskedSyncStart,
    async run({ platform, caller, workspace, params: { syncJobId }, body: { startAt }, reply }) {
      const jobIds = [syncJobId]
      const held = await askStart(platform, caller, workspace, { jobIds, isBatch: false, startAt })
      if (held.state === 'held') reply.status(202)
      return await askedView(platform, caller, jobIds, held)
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/sync-job-starts',
    access: 'sync.operate',
    tag,
    summary: 'Start several real-time jobs (batch-start-diJob): all of them, or none',
    status: 201,
    alsoAnswers: held202,
    params: workspaceParams,
    body: SyncJobsStart,
    answer: AskedSyncStart,
    async run({ platform, caller, workspace, body: { jobIds, startAt }, reply }) {
      const held = await askStart(platform, caller, workspace, { jobIds, isBatch: true, startAt })
      if (held.state === 'held') reply.status(202)
      return await askedView(platform, caller, jobIds, held)
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/sync-jobs/:syncJobId/stop',
    access: 'sync.operate',
    tag,
    summary: 'Stop a synchronisation job; a later start goes on from where it came',
    params,
    answer: SyncJobDetail,
    async run({ platform, caller, workspace, params: { syncJobId } }) {
      await stopJob(platform, caller, workspace, syncJobId)
      return await detailOf(platform, caller, workspace, syncJobId)
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/sync-jobs/:syncJobId/runs',
    access: 'sync.read',
    tag,
    summary: 'The runs of a synchronisation job, newest first; the log of each is that of its instance',
    params,
    query: pageQuery,
    answer: pageOf(SyncRun),
    async run({ platform, workspace, params: { syncJobId }, query }) {
      const job = await jobFor(platform, workspace, syncJobId)
      const beforeId = query.cursor === undefined ? null : afterId(query.cursor)
      const rows = await runs.syncRunsOf(platform.db, job.id, { beforeId, limit: query.limit + 1 })
      return page(rows, query.limit, (row) => String(row.id), syncRunView)
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/sync-jobs/:syncJobId/tables',
    access: 'sync.read',
    tag,
    summary: 'The tables that a synchronisation job has brought, and how far it has come with each',
    params,
    query: pageQuery.extend({ cursor: z.string().max(2_000).optional() }),
    answer: pageOf(SyncTableState),
    async run({ platform, workspace, params: { syncJobId }, query: { cursor, limit } }) {
      const job = await jobFor(platform, workspace, syncJobId)
      const rows = await store.syncTablesOf(platform.db, job.id, { afterTarget: afterText(cursor), limit: limit + 1 })
      return page(rows, limit, ({ target }) => Buffer.from(target).toString('base64url'), syncTableView)
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/sync-jobs/:syncJobId/throughput',
    access: 'sync.read',
    tag,
    summary: 'What a synchronisation job has brought in each minute; minutes without rows are left out',
    params,
    query: z.object({ hours: z.coerce.number().int().min(1).max(24).default(1) }),
    answer: pageOf(SyncMinute),
    async run({ platform, workspace, params: { syncJobId }, query: { hours } }) {
      const job = await jobFor(platform, workspace, syncJobId)
      const rows = await store.syncMinutesOf(platform.db, job.id, new Date(platform.nowMs() - hours * HOUR_MS))
      const items = rows.map((row) => ({ at: row.at.toISOString(), rows: row.row_count, bytes: row.byte_count }))
      return { items, nextCursor: null }
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/sync-previews',
    access: 'sync.write',
    tag,
    summary: 'Which tables and columns a synchronisation would bring where, asked of both data sources now',
    params: workspaceParams,
    body: SyncShape,
    answer: SyncPreview,
    run: async ({ platform, workspace, body }) => await previewOf(platform, workspace, body as Sync),
  }),
]

async function jobFor({ db }: Platform, workspace: WorkspaceRow, id: number): Promise<store.ListedSyncJobRow> {
  const row = await store.listedSyncJob(db, workspace.id, id)
  if (row === null) throw new Refusal('SYNC_JOB_NOT_FOUND', { id })
  return row
}

async function detailOf(platform: Platform, caller: Caller, workspace: WorkspaceRow, id: number) {
  const row = await jobFor(platform, workspace, id)
  const [run] = await runs.syncRunsOf(platform.db, row.id, { beforeId: null, limit: 1 })
  return syncJobDetailView(caller, row, run ?? null, await aroundJobs(platform, caller, workspace, [row]))
}

async function aroundJobs(
  { db }: Platform,
  caller: Caller,
  workspace: WorkspaceRow,
  rows: readonly store.ListedSyncJobRow[],
): Promise<JobsAround> {
  const ids = rows.map(({ id }) => String(id))
  const [held, dataSources] = await Promise.all([
    heldObjects(db, caller.tenantId, workspace.id, ids),
    dataSourcesOf(db, workspace.id, 'PROD'),
  ])
  return { held, dataSources }
}

async function askedView(platform: Platform, caller: Caller, jobIds: readonly number[], held: Held) {
  const operation = await readOperation(platform, caller, held.id)
  const started = await runs.syncRunsStartedBy(platform.db, jobIds, held.id)
  return { operation, runs: started.map(syncRunView) }
}

/** What is wrong with it is an answer like any other. */
async function previewOf(
  { db, runners }: Platform,
  workspace: WorkspaceRow,
  sync: Sync,
): Promise<z.input<typeof SyncPreview>> {
  try {
    ensureRunnable(sync)
    const { source, target } = await placesOf(db, workspace.id, sync)
    const { tables } = await runners.previewSync(sync, source, target, AbortSignal.timeout(PREVIEW_WITHIN_MS))
    const shown = tables.slice(0, MOST_PREVIEWED).map(({ mapping, source, target, targetExists, columns }) => ({
      ...{ mapping, source: nameOf(source), target: nameOf(target), targetExists },
      columns: columns.pairs.map((pair) => ({ ...pair })),
      key: [...columns.key],
    }))
    return { tables: shown, more: tables.length - shown.length, problems: [] }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { code, details } = error
    return { tables: [], more: 0, problems: [{ code, details: { ...details } }] }
  }
}

const nameOf = ({ schema, table }: { readonly schema: string | null; readonly table: string }) =>
  schema === null ? table : `${schema}.${table}`

/** The text after which to go on. */
function afterText(cursor: string | undefined): string {
  if (cursor === undefined) return ''
  const text = Buffer.from(cursor, 'base64url').toString()
  if (text === '') throw cursorRefusal()
  return text
}
