/** The calls of Data Development, apart from the others: only its pages load them. */
import type { TableDesign } from '@holdpoint/core'
import { type Page, type Query, request } from './client.ts'
import type {
  AskedRun,
  AskedTableSubmission,
  CodeRun,
  DeploymentDetail,
  DeploymentKind,
  DeploymentSummary,
  DevelopmentRun,
  FileDetail,
  FileKind,
  FileReviewDetail,
  FileReviewSummary,
  FileSave,
  FileSummary,
  FileVersion,
  Folder,
  NewDeployment,
  NewFile,
  ReviewState,
  SqlParsed,
  TableComparison,
  TableDetail,
  TableSubmission,
  TableSummary,
} from './development-shapes.ts'
import type { Environment } from './shapes.ts'

type ListQuery = { readonly limit?: number; readonly cursor?: string | undefined }
export type FileState = 'changed' | 'committed' | 'deployed' | 'deleted'
export type FilesQuery = ListQuery & {
  readonly folderId?: number | undefined
  readonly name?: string | undefined
  readonly kind?: FileKind | undefined
  readonly state?: FileState | undefined
}
export type DeploymentsQuery = ListQuery & {
  readonly kind?: DeploymentKind | undefined
  readonly fileId?: number | undefined
}
export type ReviewsQuery = ListQuery & {
  readonly fileId?: number | undefined
  readonly state?: ReviewState | undefined
}

const at = (workspaceId: number, path: string) => `/workspaces/${workspaceId}${path}`
const get = <T>(path: string, query?: Query) => request<T>('GET', path, undefined, query)
const post = <T>(path: string, body?: unknown) => request<T>('POST', path, body)
const patch = <T>(path: string, body: unknown) => request<T>('PATCH', path, body)
const remove = (path: string) => request<void>('DELETE', path)

export const developmentCalls = {
  folders: (workspace: number) => get<Page<Folder>>(at(workspace, '/folders')),
  createFolder: (workspace: number, path: string) => post<Folder>(at(workspace, '/folders'), { path }),
  moveFolder: (workspace: number, id: number, path: string) => patch<Folder>(at(workspace, `/folders/${id}`), { path }),
  deleteFolder: (workspace: number, id: number) => remove(at(workspace, `/folders/${id}`)),

  files: (workspace: number, query: FilesQuery) => get<Page<FileSummary>>(at(workspace, '/files'), query),
  file: (workspace: number, id: number) => get<FileDetail>(at(workspace, `/files/${id}`)),
  createFile: (workspace: number, body: NewFile) => post<FileDetail>(at(workspace, '/files'), body),
  saveFile: (workspace: number, id: number, body: FileSave) => patch<FileDetail>(at(workspace, `/files/${id}`), body),
  stopRun: (workspace: number, id: number, instanceId: number) =>
    post<void>(at(workspace, `/files/${id}/runs/${instanceId}/stop`)),
  restoreFile: (workspace: number, id: number) => post<FileDetail>(at(workspace, `/files/${id}/restore`)),
  versions: (workspace: number, id: number, query: ListQuery) =>
    get<Page<FileVersion>>(at(workspace, `/files/${id}/versions`), query),
  parseSql: (workspace: number, content: string, programType: string, dataSource: string | null) =>
    post<SqlParsed>(at(workspace, '/sql-parsings'), { content, programType, dataSource }),

  deploy: (workspace: number, body: NewDeployment) => post<DeploymentDetail>(at(workspace, '/deployments'), body),
  deployments: (workspace: number, query: DeploymentsQuery) =>
    get<Page<DeploymentSummary>>(at(workspace, '/deployments'), query),
  deployment: (workspace: number, id: number) => get<DeploymentDetail>(at(workspace, `/deployments/${id}`)),
  withdrawDeployment: (workspace: number, id: number) =>
    post<DeploymentDetail>(at(workspace, `/deployments/${id}/withdraw`)),

  runCode: (workspace: number, fileId: number, body: CodeRun) =>
    post<AskedRun>(at(workspace, `/files/${fileId}/runs`), body),
  codeRuns: (workspace: number, fileId: number, query: ListQuery) =>
    get<Page<DevelopmentRun>>(at(workspace, `/files/${fileId}/runs`), query),

  reviews: (workspace: number, query: ReviewsQuery) =>
    get<Page<FileReviewSummary>>(at(workspace, '/file-reviews'), query),
  review: (workspace: number, id: number) => get<FileReviewDetail>(at(workspace, `/file-reviews/${id}`)),
  askReview: (workspace: number, fileId: number, body: { readonly description: string }) =>
    post<FileReviewDetail>(at(workspace, `/files/${fileId}/reviews`), body),
  commentReview: (workspace: number, id: number, body: { readonly line: number | null; readonly text: string }) =>
    post<FileReviewDetail>(at(workspace, `/file-reviews/${id}/comments`), body),
  concludeReview: (
    workspace: number,
    id: number,
    body: { readonly verb: 'approve' | 'reject' | 'withdraw'; readonly comment: string },
  ) => post<FileReviewDetail>(at(workspace, `/file-reviews/${id}/conclusion`), body),

  tables: (workspace: number, query: ListQuery & { readonly name?: string | undefined }) =>
    get<Page<TableSummary>>(at(workspace, '/tables'), query),
  table: (workspace: number, id: number) => get<TableDetail>(at(workspace, `/tables/${id}`)),
  createTable: (workspace: number, body: { readonly name: string; readonly design: TableDesign }) =>
    post<TableDetail>(at(workspace, '/tables'), body),
  saveTable: (workspace: number, id: number, body: { readonly revision: number; readonly design: TableDesign }) =>
    patch<TableDetail>(at(workspace, `/tables/${id}`), body),
  deleteTable: (workspace: number, id: number) => remove(at(workspace, `/tables/${id}`)),
  comparison: (workspace: number, id: number, environment: Environment) =>
    get<TableComparison>(at(workspace, `/tables/${id}/comparison`), { environment }),
  submitTable: (
    workspace: number,
    id: number,
    body: { readonly environment: Environment; readonly revision: number; readonly losses: readonly string[] },
  ) => post<AskedTableSubmission>(at(workspace, `/tables/${id}/submissions`), body),
  submissions: (workspace: number, id: number, query: ListQuery) =>
    get<Page<TableSubmission>>(at(workspace, `/tables/${id}/submissions`), query),
}
