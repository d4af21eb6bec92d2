/** What the pages of Data Development read, under keys that begin with the kind of thing, as in queries.ts. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import {
  developmentCalls as calls,
  type DeploymentsQuery,
  type FilesQuery,
  type ReviewsQuery,
} from './development-calls.ts'
import type { Environment } from './shapes.ts'

const LARGEST_PAGE = 200
/** Of what a page shows beside a file. */
const NEWEST = 20

export const developmentQueries = {
  folders: (workspaceId: number) =>
    queryOptions({
      queryKey: ['files', workspaceId, 'folders'],
      queryFn: () => calls.folders(workspaceId).then(({ items }) => items),
    }),
  files: (workspaceId: number, query: FilesQuery) =>
    queryOptions({ queryKey: ['files', workspaceId, query], queryFn: () => calls.files(workspaceId, query) }),
  file: (workspaceId: number, id: number) =>
    queryOptions({ queryKey: ['files', workspaceId, 'one', id], queryFn: () => calls.file(workspaceId, id) }),
  /** Of this very revision of the file: each commit makes one more. */
  versions: (workspaceId: number, id: number) =>
    queryOptions({
      queryKey: ['files', workspaceId, 'versions', id],
      queryFn: () => calls.versions(workspaceId, id, { limit: NEWEST }).then(({ items }) => items),
    }),
  parsed: (workspaceId: number, content: string, programType: string, dataSource: string | null) =>
    queryOptions({
      queryKey: ['sql-parsings', workspaceId, programType, dataSource, content],
      queryFn: () => calls.parseSql(workspaceId, content, programType, dataSource),
      placeholderData: keepPreviousData,
      staleTime: Number.POSITIVE_INFINITY,
      retry: false,
    }),
  deployments: (workspaceId: number, query: DeploymentsQuery) =>
    queryOptions({
      queryKey: ['deployments', workspaceId, query],
      queryFn: () => calls.deployments(workspaceId, query),
    }),
  deployment: (workspaceId: number, id: number) =>
    queryOptions({
      queryKey: ['deployments', workspaceId, 'one', id],
      queryFn: () => calls.deployment(workspaceId, id),
    }),
  codeRuns: (workspaceId: number, fileId: number) =>
    queryOptions({
      queryKey: ['code-runs', workspaceId, fileId],
      queryFn: () => calls.codeRuns(workspaceId, fileId, { limit: NEWEST }).then(({ items }) => items),
    }),
  reviews: (workspaceId: number, query: ReviewsQuery) =>
    queryOptions({ queryKey: ['file-reviews', workspaceId, query], queryFn: () => calls.reviews(workspaceId, query) }),
  review: (workspaceId: number, id: number) =>
    queryOptions({
      queryKey: ['file-reviews', workspaceId, 'one', id],
      queryFn: () => calls.review(workspaceId, id),
    }),
  tables: (workspaceId: number, query: { readonly name?: string | undefined; readonly cursor?: string | undefined }) =>
    queryOptions({ queryKey: ['tables', workspaceId, query], queryFn: () => calls.tables(workspaceId, query) }),
  /** For completion: names are enough. */
  tableNames: (workspaceId: number) =>
    queryOptions({
      queryKey: ['tables', workspaceId, 'names'],
      queryFn: () => calls.tables(workspaceId, { limit: LARGEST_PAGE }).then(({ items }) => items),
      retry: false,
    }),
  table: (workspaceId: number, id: number) =>
    queryOptions({ queryKey: ['tables', workspaceId, 'one', id], queryFn: () => calls.table(workspaceId, id) }),
  comparison: (workspaceId: number, id: number, environment: Environment, revision: number) =>
    queryOptions({
      queryKey: ['tables', workspaceId, 'comparison', id, environment, revision],
      queryFn: () => calls.comparison(workspaceId, id, environment),
      retry: false,
    }),
  submissions: (workspaceId: number, id: number) =>
    queryOptions({
      queryKey: ['tables', workspaceId, 'submissions', id],
      queryFn: () => calls.submissions(workspaceId, id, { limit: NEWEST }).then(({ items }) => items),
    }),
}
