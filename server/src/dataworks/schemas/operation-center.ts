/** Nodes of the Operation Center: reading them, freezing, unfreezing and unpublishing them. */
import { type Action, PAGING, type Page, PROJECT_ENV } from './action.ts'
import type { Parameter } from './binding.ts'

const NODE_ID = { kind: 'int64', required: true, doc: 'Id of the node.' } as const satisfies Parameter
const PROJECT_ID = { kind: 'int64', required: true, doc: 'Id of the workspace.' } as const satisfies Parameter

/** NORMAL is scheduled, MANUAL is run by hand, PAUSE is frozen, SKIP is a dry run. */
export type SchedulerType = 'NORMAL' | 'MANUAL' | 'PAUSE' | 'SKIP'

/** Members of success bodies of this group; `ErrorCode` and `ErrorMessage` are left out on success. */
export type Outcome = {
  readonly RequestId: string
  readonly HttpStatusCode: 200
  readonly Success: true
}

/** Times in milliseconds since 1970. What the platform does not know of a node is left out. */
type NodeDetail = {
  readonly NodeId: number
  readonly NodeName: string
  readonly ProjectId: number
  readonly OwnerId: string
  readonly SchedulerType: SchedulerType
  readonly ProgramType: string
  readonly CronExpress?: string
  readonly Description?: string
  readonly ParamValues?: string
  readonly Priority?: number
  readonly BaselineId?: number
  readonly BusinessId?: number
  readonly RelatedFlowId?: number
  readonly Connection?: string
  readonly ResGroupIdentifier?: string
  readonly ResGroupName?: string
  /** Between two retries. */
  readonly RepeatInterval?: number
  readonly RepeatMode?: number
  readonly FileId?: number
  readonly FileType?: number
  readonly FileVersion?: number
  readonly DqcType?: number
  readonly DqcDescription?: string
  readonly CreateTime?: number
  readonly ModifyTime?: number
  readonly DeployDate?: number
}

export const LIST_NODES = {
  action: 'ListNodes',
  versions: ['2020-05-18'],
  doc: 'Lists the nodes of a workspace in one environment.',
  parameters: {
    ProjectId: PROJECT_ID,
    ProjectEnv: PROJECT_ENV,
    NodeName: { kind: 'string', maxLength: 256, doc: 'Only nodes whose name contains this text.' },
    Owner: { kind: 'string', maxLength: 128, doc: 'Only nodes that the user with this id owns.' },
    BizName: { kind: 'string', maxLength: 256, doc: 'Only nodes of the workflow with this name.' },
    ProgramType: { kind: 'string', maxLength: 128, doc: 'Only nodes of this type, for example ODPS_SQL.' },
    SchedulerType: {
      kind: 'enum',
      values: ['NORMAL', 'PAUSE', 'SKIP'],
      doc: 'Only nodes that are scheduled, frozen or run dry.',
    },
    ...PAGING,
  },
} as const satisfies Action

export type ListNodesResponse = Outcome & {
  readonly Data: Page & { readonly Nodes: readonly (NodeDetail & { readonly Repeatability: boolean })[] }
}

export const GET_NODE = {
  action: 'GetNode',
  versions: ['2020-05-18'],
  doc: 'Reads one node.',
  parameters: { NodeId: NODE_ID, ProjectEnv: PROJECT_ENV },
} as const satisfies Action

export type GetNodeResponse = Outcome & {
  /** Text here, unlike in the lists. */
  readonly Data: NodeDetail & { readonly Repeatability: 'true' | 'false' }
}

export const GET_NODE_CODE = {
  action: 'GetNodeCode',
  versions: ['2020-05-18'],
  doc: 'Reads the code of one node.',
  parameters: { NodeId: NODE_ID, ProjectEnv: PROJECT_ENV },
} as const satisfies Action

/** No Data where the node has no code. */
export type GetNodeCodeResponse = Outcome & { readonly Data?: string }

export const GET_NODE_PARENTS = {
  action: 'GetNodeParents',
  versions: ['2020-05-18'],
  doc: 'Lists the nodes that a node directly depends on.',
  parameters: { NodeId: NODE_ID, ProjectEnv: PROJECT_ENV },
} as const satisfies Action

export const GET_NODE_CHILDREN = {
  action: 'GetNodeChildren',
  versions: ['2020-05-18'],
  doc: 'Lists the nodes that directly depend on a node.',
  parameters: { NodeId: NODE_ID, ProjectEnv: PROJECT_ENV },
} as const satisfies Action

export type RelatedNodesResponse = Outcome & {
  readonly Data: {
    readonly Nodes: readonly {
      readonly NodeId: number
      readonly NodeName: string
      readonly ProjectId: number
      readonly OwnerId: string
      readonly SchedulerType: SchedulerType
      readonly ProgramType: string
      readonly Repeatability: boolean
      readonly CronExpress?: string
      readonly Priority?: number
      readonly BaselineId?: number
      /** 0 for a dependency within one cycle, 3 for one on an earlier cycle. */
      readonly StepType: '0' | '3'
    }[]
  }
}

export type GetNodeParentsResponse = RelatedNodesResponse
export type GetNodeChildrenResponse = RelatedNodesResponse

export const OFFLINE_NODE = {
  action: 'OfflineNode',
  versions: ['2020-05-18'],
  doc: 'Unpublishes a node of the production environment.',
  parameters: { NodeId: NODE_ID, ProjectId: PROJECT_ID },
} as const satisfies Action

export type OfflineNodeResponse = {
  readonly RequestId: string
  /** Text here, unlike in the other actions on nodes. */
  readonly Success: 'true'
}

export const UPDATE_NODE_RUN_MODE = {
  action: 'UpdateNodeRunMode',
  versions: ['2020-05-18'],
  doc: 'Freezes or unfreezes a node.',
  parameters: {
    NodeId: NODE_ID,
    ProjectEnv: PROJECT_ENV,
    SchedulerType: { kind: 'int32', values: [0, 2], required: true, doc: '0 unfreezes the node, 2 freezes it.' },
  },
} as const satisfies Action

export type UpdateNodeRunModeResponse = { readonly RequestId: string; readonly Success: true }
