/** What is asked of Data Development, whoever asks: the native API, the DataWorks dialect, an import. */
import type { DeploymentKind, DeploymentState, FileBody, TableDesign } from '@holdpoint/core'
import type { Environment } from '../../store/nodes.ts'

export type NewFile = {
  readonly name: string
  readonly folderId: number | null
  readonly ownerId: number
  readonly body: FileBody
}

/** What is not given stays. */
export type FileSave = {
  readonly fileId: number
  /** The one that it was made on; null: whatever there is, for interfaces that know no revisions. */
  readonly revision: number | null
  readonly name?: string
  readonly folderId?: number | null
  readonly ownerId?: number
  readonly body?: FileBody
}

export type DeploymentRequest = {
  readonly kind: DeploymentKind
  readonly files: readonly {
    readonly fileId: number
    /** Of a commit; null as above. */
    readonly revision?: number | null
    /** Of a deployment; without it the newest. */
    readonly version?: number
  }[]
  readonly comment: string
}

/** `id` is that of the open one where the same person asks for the same again (rule 24). */
export type AskedDeployment = { readonly id: number; readonly state: DeploymentState }

export type CodeRunRequest = {
  readonly fileId: number
  readonly revision: number | null
  /** Without it the whole draft. */
  readonly content?: string
  /** yyyy-mm-dd */
  readonly bizdate: string
  readonly parameters: string | null
}

export type TableSubmissionRequest = {
  readonly tableId: number
  readonly environment: Environment
  readonly revision: number | null
  /** What may lose data, by the names of `TableDifference.losses`. */
  readonly losses: readonly string[]
}

export type NewTable = { readonly name: string; readonly ownerId: number; readonly design: TableDesign }

/** What is to run on a data source outside the schedule (`development_runs`). */
export type DevelopmentRunPlan = {
  readonly tenantId: number
  readonly workspaceId: number
  readonly environment: Environment
  readonly kind: 'code' | 'table' | 'function'
  readonly fileId: number | null
  readonly tableId: number | null
  readonly operationId: string
  readonly requestedBy: number
  readonly name: string
  readonly programType: string
  readonly content: string
  readonly dataSourceName: string | null
  readonly resourceGroup: string | null
  /** yyyy-mm-dd */
  readonly bizdate: string
  readonly parameters: string | null
  /** So often more where its replica is lost: only of what finds out by itself what has been done already. */
  readonly retries: number
}
