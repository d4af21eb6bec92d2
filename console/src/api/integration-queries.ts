/** What the pages of Data Integration read, under keys that begin with the kind of thing, as in queries.ts. */
import type { Sync } from '@holdpoint/core'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { integrationCalls as calls, type SyncJobsQuery } from './integration-calls.ts'
import type { JobState } from './integration-shapes.ts'

/** Rows that are moved are no news: what is under way is read again at this pace. */
const LOOK_EVERY_MS = 3_000
/** Of what a page shows beside a job. */
const NEWEST = 20
const LARGEST_PAGE = 200

const isUnderWay = (state: JobState | undefined) => state === 'waiting' || state === 'running' || state === 'retrying'

export const integrationQueries = {
  jobs: (workspaceId: number, query: SyncJobsQuery) =>
    queryOptions({ queryKey: ['sync', workspaceId, query], queryFn: () => calls.jobs(workspaceId, query) }),
  job: (workspaceId: number, id: number) =>
    queryOptions({
      queryKey: ['sync', workspaceId, 'one', id],
      queryFn: () => calls.job(workspaceId, id),
      refetchInterval: ({ state }) => (isUnderWay(state.data?.state) ? LOOK_EVERY_MS : false),
    }),
  runs: (workspaceId: number, id: number) =>
    queryOptions({
      queryKey: ['sync', workspaceId, 'runs', id],
      queryFn: () => calls.runs(workspaceId, id, { limit: NEWEST }).then(({ items }) => items),
    }),
  tables: (workspaceId: number, id: number, underWay: boolean) =>
    queryOptions({
      queryKey: ['sync', workspaceId, 'tables', id],
      queryFn: () => calls.tables(workspaceId, id, { limit: LARGEST_PAGE }),
      refetchInterval: underWay ? LOOK_EVERY_MS : false,
    }),
  throughput: (workspaceId: number, id: number, hours: number, underWay: boolean) =>
    queryOptions({
      queryKey: ['sync', workspaceId, 'throughput', id, hours],
      queryFn: () => calls.throughput(workspaceId, id, hours).then(({ items }) => items),
      refetchInterval: underWay ? LOOK_EVERY_MS : false,
      placeholderData: keepPreviousData,
    }),
  /** Both data sources are asked; only when somebody wants to know. */
  preview: (workspaceId: number, sync: Sync | null) =>
    queryOptions({
      queryKey: ['sync-previews', workspaceId, sync],
      queryFn: () => calls.preview(workspaceId, sync!),
      enabled: sync !== null,
      retry: false,
    }),
}
