/** The calls of Data Integration, apart from the others: only its pages load them. */
import type { Sync, SyncKind } from '@holdpoint/core'
import { type Page, type Query, request } from './client.ts'
import type {
  AskedSyncStart,
  JobState,
  NewSyncJob,
  SyncJobDetail,
  SyncJobSave,
  SyncJobSummary,
  SyncMinute,
  SyncPreview,
  SyncRun,
  SyncTableState,
} from './integration-shapes.ts'

type ListQuery = { readonly limit?: number; readonly cursor?: string | undefined }
export type SyncJobsQuery = ListQuery & {
  readonly name?: string | undefined
  readonly kind?: SyncKind | undefined
  readonly state?: JobState | undefined
}

const jobs = (workspaceId: number, path = '') => `/workspaces/${workspaceId}/sync-jobs${path}`
const get = <T>(path: string, query?: Query) => request<T>('GET', path, undefined, query)
const post = <T>(path: string, body?: unknown) => request<T>('POST', path, body)

export const integrationCalls = {
  jobs: (workspace: number, query: SyncJobsQuery) => get<Page<SyncJobSummary>>(jobs(workspace), query),
  job: (workspace: number, id: number) => get<SyncJobDetail>(jobs(workspace, `/${id}`)),
  createJob: (workspace: number, body: NewSyncJob) => post<SyncJobDetail>(jobs(workspace), body),
  saveJob: (workspace: number, id: number, body: SyncJobSave) =>
    request<SyncJobDetail>('PATCH', jobs(workspace, `/${id}`), body),
  deleteJob: (workspace: number, id: number) => request<void>('DELETE', jobs(workspace, `/${id}`)),
  start: (workspace: number, id: number, startAt: string | null) =>
    post<AskedSyncStart>(jobs(workspace, `/${id}/start`), { startAt }),
  startSeveral: (workspace: number, jobIds: readonly number[], startAt: string | null) =>
    post<AskedSyncStart>(`/workspaces/${workspace}/sync-job-starts`, { jobIds, startAt }),
  stop: (workspace: number, id: number) => post<SyncJobDetail>(jobs(workspace, `/${id}/stop`)),
  runs: (workspace: number, id: number, query: ListQuery) => get<Page<SyncRun>>(jobs(workspace, `/${id}/runs`), query),
  tables: (workspace: number, id: number, query: ListQuery) =>
    get<Page<SyncTableState>>(jobs(workspace, `/${id}/tables`), query),
  throughput: (workspace: number, id: number, hours: number) =>
    get<Page<SyncMinute>>(jobs(workspace, `/${id}/throughput`), { hours }),
  preview: (workspace: number, sync: Sync) => post<SyncPreview>(`/workspaces/${workspace}/sync-previews`, sync),
}
