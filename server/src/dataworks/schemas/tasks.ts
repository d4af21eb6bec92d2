/** Tasks (nodes) in the newer version of the API. */
import { type Action, ENV, FIXED, ID, IDS, LOG, PAGING, type Page, sortBy } from './action.ts'
import type { Parameter } from './binding.ts'

/** Times in milliseconds since 1970. */
export type Task = {
  readonly Id: number
  readonly Name: string
  readonly Type: string
  readonly Description: string
  readonly ProjectId: number
  readonly ProjectEnv: 'Prod' | 'Dev'
  readonly EnvType: 'Prod' | 'Dev'
  readonly Owner: string
  readonly Priority: number
  readonly InstanceMode: 'T+1' | 'Immediately'
  readonly RerunMode: 'AllAllowed' | 'FailureAllowed' | 'AllDenied'
  readonly RerunTimes: number
  /** Seconds. */
  readonly RerunInterval: number
  /** Seconds; 0: none. */
  readonly Timeout: number
  readonly ScriptParameters: string
  readonly RuntimeResource: { readonly ResourceGroupId?: string }
  readonly DataSource?: { readonly Name: string }
  readonly Trigger: {
    readonly Type: 'Scheduler' | 'Manual'
    readonly Recurrence: 'Normal' | 'Pause' | 'Skip'
    readonly Cron?: string
    readonly StartTime?: string
    readonly EndTime?: string
    readonly Timezone?: string
  }
  readonly WorkflowId: 1
  readonly CreateTime: number
  readonly ModifyTime: number
}

export const LIST_TASKS = {
  action: 'ListTasks',
  versions: ['2024-05-18'],
  doc: 'Lists the tasks (nodes) of a workspace in one environment.',
  differs: 'without baseline and who made or changed it in its answer',
  parameters: {
    ProjectId: { ...ID, doc: 'Id of the workspace.' },
    ProjectEnv: ENV,
    Name: { kind: 'string', maxLength: 256, doc: 'Only tasks whose name contains this text.' },
    Owner: { kind: 'string', maxLength: 128, doc: 'Only tasks that the user with this id owns.' },
    TaskType: { kind: 'string', maxLength: 128, doc: 'Only tasks of this type, for example ODPS_SQL.' },
    TriggerRecurrence: {
      kind: 'enum',
      values: ['Pause', 'Skip', 'Normal'],
      doc: 'Only tasks that are frozen, run dry or are scheduled.',
    },
    TriggerType: {
      kind: 'enum',
      values: ['Scheduler', 'Manual'],
      doc: 'Only tasks that are scheduled, or only manual ones.',
    },
    Ids: { ...IDS, doc: 'Only these.' },
    RuntimeResource: { kind: 'string', maxLength: 128, doc: 'Only tasks of the resource group with this identifier.' },
    WorkflowId: { kind: 'int64', doc: 'Only of this workflow; all are of workflow 1.' },
    SortBy: sortBy(['Id', 'CreateTime', 'ModifyTime']),
    ...PAGING,
  },
} as const satisfies Action

export type ListTasksResponse = {
  readonly RequestId: string
  readonly PagingInfo: Page & { readonly Tasks: readonly Task[] }
}

export const GET_TASK = {
  action: 'GetTask',
  versions: ['2024-05-18'],
  doc: 'Reads one task (node).',
  differs: 'without baseline, tags, sub-tasks, variables and who made or changed it in its answer',
  parameters: { Id: { ...ID, doc: 'Id of the task.' }, ProjectEnv: ENV },
} as const satisfies Action

export type GetTaskResponse = {
  readonly RequestId: string
  readonly Task: Task & {
    readonly Script: { readonly Content: string; readonly Parameters: string }
    readonly Dependencies: readonly {
      readonly Type:
        | 'Normal'
        | 'CrossCycleDependsOnOtherNode'
        | 'CrossCycleDependsOnSelf'
        | 'CrossCycleDependsOnChildren'
      readonly UpstreamOutput?: string
      /** The task that produces it, where there is one. Text here. */
      readonly UpstreamTaskId?: string
    }[]
    readonly Outputs: { readonly TaskOutputs: readonly { readonly Output: string }[] }
  }
}

const RELATED = { Id: { ...ID, doc: 'Id of the task.' }, ProjectEnv: ENV, ...PAGING } as const

export const LIST_UPSTREAM_TASKS = {
  action: 'ListUpstreamTasks',
  versions: ['2024-05-18'],
  doc: 'Lists the tasks that a task directly depends on.',
  differs: 'without baseline and who made or changed it in its answer',
  parameters: RELATED,
} as const satisfies Action

export type Step = 'Normal' | 'CrossCycle'
export type RelatedTask = { readonly DependencyType: Step; readonly Task: Task }
/** The same in the form of before. */
type TaskWithStep = Task & { readonly StepType: Step }

export type ListUpstreamTasksResponse = {
  readonly RequestId: string
  readonly PagingInfo: Page & {
    readonly UpstreamTasks: readonly RelatedTask[]
    readonly Tasks: readonly TaskWithStep[]
  }
}

export const LIST_DOWNSTREAM_TASKS = {
  action: 'ListDownstreamTasks',
  versions: ['2024-05-18'],
  doc: 'Lists the tasks that directly depend on a task.',
  differs: 'without baseline and who made or changed it in its answer',
  parameters: RELATED,
} as const satisfies Action

export type ListDownstreamTasksResponse = {
  readonly RequestId: string
  readonly PagingInfo: Page & {
    readonly DownstreamTasks: readonly RelatedTask[]
    readonly Tasks: readonly TaskWithStep[]
  }
}

export const DELETE_TASK = {
  action: 'DeleteTask',
  versions: ['2024-05-18'],
  doc: 'Takes a task (node) out of the scheduler.',
  parameters: { Id: { ...ID, doc: 'Id of the task.' }, ProjectEnv: ENV },
} as const satisfies Action

export type DeleteTaskResponse = { readonly RequestId: string; readonly Success: true }

const DEFINITION = {
  Name: FIXED,
  Description: FIXED,
  Owner: FIXED,
  DataSource: FIXED,
  RerunMode: FIXED,
  RerunTimes: FIXED,
  RerunInterval: FIXED,
  RuntimeResource: FIXED,
  Tags: FIXED,
  Timeout: FIXED,
} as const

const RECURRENCE = {
  kind: 'object',
  required: true,
  members: {
    Recurrence: {
      kind: 'enum',
      values: ['Normal', 'Pause'],
      required: true,
      doc: 'Pause freezes the task, Normal unfreezes it.',
    },
    Type: FIXED,
    Cron: FIXED,
    StartTime: FIXED,
    EndTime: FIXED,
    CycleType: FIXED,
  },
  doc: 'How it is triggered. Of all that the vendor lets change here only the recurrence can be changed.',
} as const satisfies Parameter

export const UPDATE_TASK = {
  action: 'UpdateTask',
  versions: ['2024-05-18'],
  doc: 'Freezes or unfreezes a task (node).',
  differs:
    'changes `Trigger.Recurrence`, which must be given; what else of a task is named is refused, because it comes with the import of the task; `ClientUniqueCode` is not looked at',
  parameters: {
    Id: { ...ID, doc: 'Id of the task.' },
    EnvType: ENV,
    Trigger: RECURRENCE,
    ...DEFINITION,
    Dependencies: FIXED,
    Inputs: FIXED,
    InstanceMode: FIXED,
    Outputs: FIXED,
    Script: FIXED,
  },
} as const satisfies Action

export type UpdateTaskResponse = { readonly RequestId: string; readonly Success: true }

export const BATCH_UPDATE_TASKS = {
  action: 'BatchUpdateTasks',
  versions: ['2024-05-18'],
  doc: 'Freezes or unfreezes tasks (nodes), each for itself.',
  differs: 'as `UpdateTask`; `Tasks` must be given',
  parameters: {
    Tasks: {
      kind: 'list',
      encoding: 'json',
      required: true,
      maxItems: 1000,
      items: {
        kind: 'object',
        members: { Id: { ...ID, doc: 'Id of the task.' }, EnvType: ENV, Trigger: RECURRENCE, ...DEFINITION },
      },
      doc: 'What is to be changed.',
    },
    Comment: { kind: 'string', maxLength: 1024, doc: 'Is not looked at.' },
  },
} as const satisfies Action

/** For each id whether it is done. What is held or refused is not, and its message says which, with process and message of a held operation. */
export type SuccessInfo = { readonly [id: string]: { readonly Success: boolean; readonly Message?: string } }
export type Batched = { readonly RequestId: string; readonly SuccessInfo: SuccessInfo }
export type BatchUpdateTasksResponse = Batched

export type LogEntry = { readonly OperationSeq: number; readonly OperationContent: string; readonly CreateTime: number }

export const LIST_TASK_OPERATION_LOGS = {
  action: 'ListTaskOperationLogs',
  versions: ['2024-05-18'],
  doc: 'Lists what was done to a task (node), the newest first.',
  parameters: { Id: { ...ID, doc: 'Id of the task.' }, ProjectEnv: ENV, ...LOG },
} as const satisfies Action

export type ListTaskOperationLogsResponse = {
  readonly RequestId: string
  readonly PagingInfo: Page & {
    readonly OperationLogs: readonly (LogEntry & { readonly TaskId: number; readonly User: string })[]
  }
}
