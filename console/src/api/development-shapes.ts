/** The shapes of Data Development. Bodies of files and designs of tables are core's own. */
import type { FileBody, TableDesign } from '@holdpoint/core'
import type * as sdk from '@holdpoint/sdk'

export type {
  AskedRun,
  AskedTableSubmission,
  CodeRunInput as CodeRun,
  DeploymentDetail,
  DeploymentItem,
  DeploymentSummary,
  DevelopmentRun,
  FileReviewDetail,
  FileReviewSummary,
  FileSummary,
  Folder,
  NewDeploymentInput as NewDeployment,
  SqlParsed,
  TableChange,
  TableComparison,
  TableSubmission,
  TableSummary,
} from '@holdpoint/sdk'

export type FileDetail = Omit<sdk.FileDetail, 'body'> & { readonly body: FileBody }
export type FileVersion = Omit<sdk.FileVersion, 'body'> & { readonly body: FileBody }
export type TableDetail = Omit<sdk.TableDetail, 'design'> & { readonly design: TableDesign }

export type FileKind = sdk.FileSummary['kind']
export type DeploymentKind = sdk.DeploymentSummary['kind']
export type ReviewState = sdk.FileReviewSummary['state']

/** What a request says of a file; what is not given of a change stays. */
export type NewFile = { readonly name: string; readonly folderId: number | null; readonly body: FileBody }
export type FileSave = { readonly revision: number } & Partial<NewFile>
