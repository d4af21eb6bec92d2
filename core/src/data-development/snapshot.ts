/**
 * What is kept with a held operation of Data Development, and what `GetIDEEventDetail` answers about it. The content of files stands with their items and
 * versions, which do not change, and not here.
 */
import type { FileChange, FileKind } from './file.ts'
import type { FoundTable, TableChange, TableDesign } from './table.ts'

type Place = { readonly tenantId: number; readonly workspaceId: number }

/** Of commit-file, deploy-file and delete-file: one item of a deployment. */
export type FileSnapshot = Place & {
  readonly deploymentId: number
  readonly itemId: number
  readonly fileId: number
  readonly kind: FileKind
  readonly name: string
  readonly innerKey: string | null
  readonly change: FileChange
  /** The version that it makes, or that it deploys; of a deletion the newest. */
  readonly version: number
  /** The newest version, and the one that production had, when it was asked for: what matters while it is held. */
  readonly newestVersion: number
  readonly deployedVersion: number | null
  /** The revision that the version is made of when it takes effect; null where it is there already. */
  readonly revision: number | null
  /** Whether production gets it; in basic mode submitting is publishing. */
  readonly reachesProduction: boolean
  /** The file was in the recycle bin already: what is deployed is that it is gone. */
  readonly isInBin: boolean
  /** Files of the deployment that wait for it. */
  readonly awaitedBy: readonly number[]
}

/** Of run-file. */
export type RunSnapshot = Place & {
  readonly fileId: number
  readonly name: string
  readonly environment: 'PROD' | 'DEV'
  readonly dataSourceId: number | null
  readonly dataSourceName: string
  readonly programType: string
  readonly resourceGroup: string | null
  readonly fileType: number
  readonly nodeId: number
  /** What runs: the draft, or the part of it that was chosen. */
  readonly content: string
  /** yyyy-mm-dd */
  readonly bizdate: string
  /** The node's own, as they were, or what was given instead: `name=value name=value`. */
  readonly parameters: string | null
}

/** Of commit-table and deploy-table. */
export type TableSnapshot = Place & {
  readonly tableId: number
  readonly name: string
  readonly environment: 'PROD' | 'DEV'
  readonly dataSourceId: number
  readonly dataSourceName: string
  readonly revision: number
  readonly before: FoundTable | null
  readonly design: TableDesign
  readonly changes: readonly TableChange[]
  /** The newest submission to the environment when it was asked for; another one since makes it stale. */
  readonly lastSubmissionId: number | null
}

type UseType = 'NORMAL' | 'MANUAL' | 'SKIP'

/** The answer about a commit, a deployment, and the parts of either. */
export type CommittedFile = {
  readonly ChangeType: 'CREATE' | 'UPDATE' | 'DELETE'
  readonly Comment: string
  readonly Committor: string
  readonly Content: string
  readonly FileId: number
  readonly FileName: string
  readonly FileType: number
  readonly NodeId: number
  readonly UseType: UseType
  readonly FilePropertyContent: {
    readonly CurrentVersion: number
    readonly DataSourceName: string
    readonly FolderId: string
    readonly Owner: string
    /** Of a part: the file that it is inside of. */
    readonly ParentFileId?: number
    readonly BusinessId?: number
  }
  /** Of nodes only. */
  readonly NodeConfiguration?: {
    readonly AutoRerunIntervalMillis: number
    readonly AutoRerunTimes: number
    readonly CronExpress: string
    readonly CycleType: 'NOT_DAY' | 'DAY'
    readonly DependentNodeIdList: string
    readonly DependentType: 'SELF' | 'CHILD' | 'USER_DEFINE' | 'NONE'
    readonly InputList: readonly { readonly Input: string; readonly ParseType: 'MANUAL' | 'AUTO' }[]
    readonly OutputList: readonly { readonly Output: string; readonly RefTableName?: string }[]
    readonly ParaValue: string
    readonly RerunMode: 'ALL_ALLOWED' | 'FAILURE_ALLOWED' | 'ALL_DENIED'
    readonly ResourceGroupId?: number
    readonly SchedulerType: 'NORMAL' | 'MANUAL' | 'PAUSE' | 'SKIP'
  }
}

export type DeletedFile = {
  readonly Content: string
  readonly CurrentVersion: number
  readonly DataSourceName: string
  readonly FileId: number
  readonly FileName: string
  readonly FileType: number
  readonly FolderId: string
  readonly NodeId: number
  readonly Owner: string
  readonly ParentFileId?: number
  readonly BusinessId?: number
  readonly UseType: UseType
}

export type FileExecutionCommand = {
  readonly Content: string
  readonly DataSourceName: string
  readonly FileId: number
  readonly FileType: number
}

export type TableModel = {
  readonly Columns: readonly {
    readonly ColumnName: string
    readonly ColumnType: string
    readonly Comment: string
    readonly IsPartitionColumn: boolean
  }[]
  readonly Comment: string
  readonly DataSourceName: string
  readonly Env: 'DEV' | 'PROD'
  readonly LifeCycle: number
  readonly Location: string
  readonly TableName: string
}

/** Exactly one member, the one that belongs to the extension point. */
export type IdeEventDetail =
  | { readonly CommittedFile: CommittedFile }
  | { readonly DeletedFile: DeletedFile }
  | { readonly FileExecutionCommand: FileExecutionCommand }
  | { readonly TableModel: TableModel }
