/** Workspaces, which the dialect calls projects. */
import { type Action, PAGING, type Page, type Tag } from './action.ts'

/** The numbers of `ProjectStatusCode`, in its order. */
export type ProjectStatus = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9

export type ProjectStatusCode =
  | 'AVAILABLE'
  | 'DELETED'
  | 'INITIALIZING'
  | 'INIT_FAILED'
  | 'FORBIDDEN'
  | 'DELETING'
  | 'DEL_FAILED'
  | 'FROZEN'
  | 'UPDATING'
  | 'UPDATE_FAILED'

export const LIST_PROJECTS = {
  action: 'ListProjects',
  versions: ['2020-05-18'],
  doc: 'Lists the workspaces of the tenant that the caller belongs to.',
  parameters: {
    ResourceManagerResourceGroupId: { kind: 'string', maxLength: 128, doc: 'Only workspaces of this resource group.' },
    Tags: {
      kind: 'list',
      encoding: 'json',
      maxItems: 20,
      items: {
        kind: 'object',
        members: {
          Key: { kind: 'string', required: true, maxLength: 128, doc: 'Name of the tag.' },
          Value: { kind: 'string', maxLength: 256, doc: 'Value of the tag; any when left out.' },
        },
      },
      doc: 'Only workspaces that carry all of these tags.',
    },
    ...PAGING,
  },
} as const satisfies Action

export type ListProjectsResponse = {
  readonly RequestId: string
  readonly PageResult: Page & {
    readonly ProjectList: readonly {
      readonly ProjectId: number
      readonly ProjectIdentifier: string
      readonly ProjectName: string
      readonly ProjectDescription?: string
      readonly ProjectOwnerBaseId: string
      readonly ProjectStatus: ProjectStatus
      readonly ProjectStatusCode: ProjectStatusCode
      readonly DisableDevelopment?: boolean
      readonly IsDefault?: 0 | 1
      readonly TablePrivacyMode?: 0 | 1
      readonly UseProxyOdpsAccount?: boolean
      readonly ResourceManagerResourceGroupId?: string
      readonly Tags?: readonly Tag[]
    }[]
  }
}

/** One of the two parameters must be given; the published contract requires neither. */
export const GET_PROJECT = {
  action: 'GetProject',
  versions: ['2020-05-18'],
  doc: 'Reads one workspace, by its id or its identifier.',
  parameters: {
    ProjectId: { kind: 'int64', doc: 'Id of the workspace.' },
    ProjectIdentifier: { kind: 'string', maxLength: 128, doc: 'Identifier of the workspace.' },
  },
} as const satisfies Action

export type GetProjectResponse = {
  readonly RequestId: string
  readonly HttpStatusCode: 200
  readonly Success: true
  readonly Data: {
    readonly ProjectId: number
    readonly ProjectIdentifier: string
    readonly ProjectName: string
    readonly ProjectDescription?: string
    readonly ProjectOwnerBaseId: string
    readonly TenantId: number
    /** 2 for basic mode, 3 for standard mode. */
    readonly ProjectMode: 2 | 3
    readonly EnvTypes: readonly ('PROD' | 'DEV')[]
    readonly Status: ProjectStatus
    /** Text in the vendor's own form, for example `Oct 10, 2019 3:42:53 PM`. */
    readonly GmtCreate?: string
    readonly GmtModified?: string
    readonly SchedulerMaxRetryTimes?: number
    readonly SchedulerRetryInterval?: number
    readonly Appkey?: string
    readonly BaseProject?: boolean
    readonly DefaultDiResourceGroupIdentifier?: string
    readonly Destination?: number
    readonly DevStorageQuota?: string
    readonly DevelopmentType?: number
    readonly DisableDevelopment?: boolean
    readonly IsAllowDownload?: 0 | 1
    readonly IsDefault?: 0 | 1
    readonly MaxFlowNode?: number
    readonly ProdStorageQuota?: string
    readonly ProtectedMode?: 0 | 1
    readonly ResidentArea?: 'private' | 'swap'
    readonly ResourceManagerResourceGroupId?: string
    readonly TablePrivacyMode?: 0 | 1
    readonly Tags?: readonly Tag[]
    readonly UseProxyOdpsAccount?: boolean
  }
}
