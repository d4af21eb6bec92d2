/** Instances in the newer version of the API. */
import { type Action, ENV, FIXED, ID, IDS, LOG, PAGING, type Page, sortBy, TIME } from './action.ts'
import type { Batched, LogEntry, Step, Task } from './tasks.ts'

const INSTANCE_IDS = {
  Ids: { ...IDS, required: true, doc: 'Ids of the instances.' },
  Comment: { kind: 'string', maxLength: 1024, doc: 'Is not looked at.' },
} as const

const TASK_INSTANCE_STATUSES = [
  'NotRun',
  'WaitTime',
  'WaitResource',
  'Running',
  'Failure',
  'Success',
  'Checking',
  'CheckingCondition',
] as const
export type TaskInstanceStatus = (typeof TASK_INSTANCE_STATUSES)[number]
const WORKFLOW_INSTANCE_TYPES = [
  'Normal',
  'Manual',
  'SmokeTest',
  'SupplementData',
  'TriggerWorkflow',
  'ManualWorkflow',
] as const
export type WorkflowInstanceType = (typeof WORKFLOW_INSTANCE_TYPES)[number]

/** Times in milliseconds since 1970; a business date is its midnight in the server's time zone. */
export type TaskInstance = {
  readonly Id: number
  readonly TaskId: number
  readonly TaskName: string
  readonly TaskType: string
  readonly ProjectId: number
  readonly ProjectEnv: 'Prod' | 'Dev'
  readonly EnvType: 'Prod' | 'Dev'
  readonly WorkflowId: 1
  readonly WorkflowInstanceId: number
  readonly WorkflowInstanceType: WorkflowInstanceType
  readonly UnifiedWorkflowInstanceId?: number
  readonly Owner: string
  /** Who made the run; nobody where the schedule did. */
  readonly CreateUser?: string
  readonly Description: string
  readonly ScriptParameters: string
  readonly DataSource?: { readonly Name: string }
  /** Seconds; 0: none. */
  readonly Timeout: number
  readonly Bizdate: number
  readonly PeriodNumber: number
  readonly Priority: number
  readonly RerunMode: Task['RerunMode']
  readonly RunNumber: number
  readonly RuntimeResource: { readonly ResourceGroupId?: string }
  readonly Status: TaskInstanceStatus
  readonly TriggerType: 'Scheduler' | 'Manual'
  readonly TriggerRecurrence: 'Normal' | 'Pause' | 'Skip'
  readonly TriggerTime: number
  readonly WaitingTriggerTime?: number
  readonly WaitingResourceTime?: number
  readonly StartedTime?: number
  readonly FinishedTime?: number
  readonly CreateTime: number
  readonly ModifyTime: number
}

export const LIST_TASK_INSTANCES = {
  action: 'ListTaskInstances',
  versions: ['2024-05-18'],
  doc: 'Lists the instances of a business date in a workspace, the newest first.',
  differs:
    'without baseline, gateway and process in its answer; `Checking` and `CheckingCondition` are taken for `Status` as well',
  parameters: {
    ProjectId: { ...ID, doc: 'Id of the workspace.' },
    Bizdate: { ...TIME, required: true, doc: 'The business date, as a time in milliseconds since 1970.' },
    ProjectEnv: ENV,
    Id: { kind: 'int64', doc: 'Only the instance with this id.' },
    TaskId: { kind: 'int64', doc: 'Only instances of this task.' },
    TaskName: { kind: 'string', maxLength: 256, doc: 'Only of tasks whose name contains this text.' },
    TaskType: { kind: 'string', maxLength: 128, doc: 'Only of tasks of this type.' },
    Owner: { kind: 'string', maxLength: 128, doc: 'Only of tasks that the user with this id owns.' },
    Status: { kind: 'enum', values: TASK_INSTANCE_STATUSES, doc: 'Only in this status.' },
    WorkflowInstanceId: { kind: 'int64', doc: 'Only of this run.' },
    WorkflowInstanceType: { kind: 'enum', values: WORKFLOW_INSTANCE_TYPES, doc: 'Only of runs of this type.' },
    UnifiedWorkflowInstanceId: { kind: 'int64', doc: 'Only of this backfill.' },
    WorkflowId: { kind: 'int64', doc: 'Only of this workflow; all are of workflow 1.' },
    Ids: { ...IDS, doc: 'Only these.' },
    TaskIds: { ...IDS, doc: 'Only instances of these tasks.' },
    TriggerType: {
      kind: 'enum',
      values: ['Scheduler', 'Manual'],
      doc: 'Only of scheduled tasks, or only of manual ones.',
    },
    TriggerRecurrence: {
      kind: 'enum',
      values: ['Pause', 'Skip', 'Normal'],
      doc: 'Only what is frozen, runs dry, or neither.',
    },
    RuntimeResource: { kind: 'string', maxLength: 128, doc: 'Only of the resource group with this identifier.' },
    Filter: {
      kind: 'object',
      members: {
        startedTimeStart: { ...TIME, doc: 'Started at this time or later.' },
        startedTimeEnd: { ...TIME, doc: 'Started at this time or before.' },
        finishedTimeStart: { ...TIME, doc: 'Finished at this time or later.' },
        finishedTimeEnd: { ...TIME, doc: 'Finished at this time or before.' },
        createTimeStart: { ...TIME, doc: 'Created at this time or later.' },
        createTimeEnd: { ...TIME, doc: 'Created at this time or before.' },
      },
      doc: 'Times that they are narrowed to, as JSON.',
    },
    SortBy: sortBy(['Id', 'TriggerTime', 'StartedTime', 'FinishedTime', 'CreateTime']),
    ...PAGING,
  },
} as const satisfies Action

export type ListTaskInstancesResponse = {
  readonly RequestId: string
  readonly PagingInfo: Page & { readonly TaskInstances: readonly TaskInstance[] }
}

export const GET_TASK_INSTANCE = {
  action: 'GetTaskInstance',
  versions: ['2024-05-18'],
  doc: 'Reads one instance.',
  differs: 'without baseline, tags, variables, gateway and process in its answer',
  parameters: { Id: { ...ID, doc: 'Id of the instance.' } },
} as const satisfies Action

export type GetTaskInstanceResponse = {
  readonly RequestId: string
  readonly TaskInstance: TaskInstance & {
    readonly Script: { readonly Content: string; readonly Parameters: string }
    readonly Outputs: { readonly TaskOutputs: readonly { readonly Output: string }[] }
  }
}

const RELATED_INSTANCES = { Id: { ...ID, doc: 'Id of the instance.' }, ...PAGING } as const

/** CrossCycle: of another business date, or an earlier instance of the same task. */
export type RelatedTaskInstance = { readonly DependencyType: Step; readonly TaskInstance: TaskInstance }

/** The same in the form of before. */
type TaskInstanceWithStep = TaskInstance & { readonly StepType: Step }

export const LIST_UPSTREAM_TASK_INSTANCES = {
  action: 'ListUpstreamTaskInstances',
  versions: ['2024-05-18'],
  doc: 'Lists the instances that an instance directly waits for.',
  differs: 'without baseline, gateway and process in its answer',
  parameters: RELATED_INSTANCES,
} as const satisfies Action

export type ListUpstreamTaskInstancesResponse = {
  readonly RequestId: string
  readonly PagingInfo: Page & {
    readonly UpstreamTaskInstances: readonly RelatedTaskInstance[]
    readonly TaskInstances: readonly TaskInstanceWithStep[]
  }
}

export const LIST_DOWNSTREAM_TASK_INSTANCES = {
  action: 'ListDownstreamTaskInstances',
  versions: ['2024-05-18'],
  doc: 'Lists the instances that directly wait for an instance.',
  differs: 'without baseline, gateway and process in its answer',
  parameters: RELATED_INSTANCES,
} as const satisfies Action

export type ListDownstreamTaskInstancesResponse = {
  readonly RequestId: string
  readonly PagingInfo: Page & {
    readonly DownstreamTaskInstances: readonly RelatedTaskInstance[]
    readonly TaskInstances: readonly TaskInstanceWithStep[]
  }
}

export const GET_TASK_INSTANCE_LOG = {
  action: 'GetTaskInstanceLog',
  versions: ['2024-05-18'],
  doc: 'Reads what a run of an instance has written, at most the last mebibyte.',
  parameters: {
    Id: { ...ID, doc: 'Id of the instance.' },
    RunNumber: { kind: 'int32', min: 1, doc: 'The number of the run; the latest where it is left out.' },
  },
} as const satisfies Action

export type GetTaskInstanceLogResponse = { readonly RequestId: string; readonly TaskInstanceLog: string }

export const RERUN_TASK_INSTANCES = {
  action: 'RerunTaskInstances',
  versions: ['2024-05-18'],
  doc: 'Reruns instances, each for itself.',
  differs: '`Ids` must be given; `Comment` is not looked at',
  parameters: {
    ...INSTANCE_IDS,
    UseLatestConfig: { kind: 'boolean', default: false, doc: 'They run what their tasks are by now.' },
  },
} as const satisfies Action

export type RerunTaskInstancesResponse = Batched

export const STOP_TASK_INSTANCES = {
  action: 'StopTaskInstances',
  versions: ['2024-05-18'],
  doc: 'Terminates instances, each for itself; they fail by that.',
  differs: '`Ids` must be given; `Comment` is not looked at',
  parameters: INSTANCE_IDS,
} as const satisfies Action

export type StopTaskInstancesResponse = Batched

export const SUSPEND_TASK_INSTANCES = {
  action: 'SuspendTaskInstances',
  versions: ['2024-05-18'],
  doc: 'Freezes instances, each for itself.',
  differs: '`Ids` must be given; `Comment` is not looked at',
  parameters: INSTANCE_IDS,
} as const satisfies Action

export type SuspendTaskInstancesResponse = Batched

export const RESUME_TASK_INSTANCES = {
  action: 'ResumeTaskInstances',
  versions: ['2024-05-18'],
  doc: 'Unfreezes instances, each for itself.',
  differs: '`Ids` must be given; `Comment` is not looked at',
  parameters: INSTANCE_IDS,
} as const satisfies Action

export type ResumeTaskInstancesResponse = Batched

export const SET_SUCCESS_TASK_INSTANCES = {
  action: 'SetSuccessTaskInstances',
  versions: ['2024-05-18'],
  doc: 'Sets failed instances to succeeded, each for itself.',
  differs: '`Ids` must be given; `Comment` is not looked at',
  parameters: INSTANCE_IDS,
} as const satisfies Action

export type SetSuccessTaskInstancesResponse = Batched

export const REMOVE_TASK_INSTANCE_DEPENDENCIES = {
  action: 'RemoveTaskInstanceDependencies',
  versions: ['2024-05-18'],
  doc: 'Lets an instance no longer wait for some of its upstream instances; all of them or none.',
  differs: '`UpstreamTaskInstanceIds` must be given',
  parameters: {
    Id: { ...ID, doc: 'Id of the instance.' },
    UpstreamTaskInstanceIds: { ...IDS, required: true, doc: 'The instances that it no longer waits for.' },
    Comment: INSTANCE_IDS.Comment,
  },
} as const satisfies Action

export type RemoveTaskInstanceDependenciesResponse = { readonly RequestId: string; readonly Success: true }

export const UPDATE_TASK_INSTANCES = {
  action: 'UpdateTaskInstances',
  versions: ['2024-05-18'],
  doc: 'Changes the priority or the resource group of instances from their next start on, each for itself.',
  differs: '`TaskInstances` must be given',
  parameters: {
    TaskInstances: {
      kind: 'list',
      encoding: 'json',
      required: true,
      maxItems: 1000,
      items: {
        kind: 'object',
        members: {
          Id: { ...ID, doc: 'Id of the instance.' },
          Priority: { kind: 'int32', values: [1, 3, 5, 7, 8], doc: 'Higher ones run first.' },
          RuntimeResource: { kind: 'string', maxLength: 128, doc: 'Identifier of the resource group.' },
          DataSource: FIXED,
        },
      },
      doc: 'What is to be changed.',
    },
    Comment: INSTANCE_IDS.Comment,
  },
} as const satisfies Action

export type UpdateTaskInstancesResponse = Batched

export const LIST_TASK_INSTANCE_OPERATION_LOGS = {
  action: 'ListTaskInstanceOperationLogs',
  versions: ['2024-05-18'],
  doc: 'Lists what was done to an instance, the newest first.',
  parameters: { Id: { ...ID, doc: 'Id of the instance.' }, ...LOG },
} as const satisfies Action

export type ListTaskInstanceOperationLogsResponse = {
  readonly RequestId: string
  readonly PagingInfo: Page & {
    readonly OperationLogs: readonly (LogEntry & { readonly TaskInstanceId: number; readonly User: string })[]
  }
}
