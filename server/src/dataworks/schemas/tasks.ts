/** Tasks (nodes), their instances and runs in the newer version of the API. */
import { type Action, ENV, PAGING, type Page, sortBy, TIME } from './action.ts'
import type { Parameter } from './binding.ts'

const ID = { kind: 'int64', required: true } as const satisfies Parameter
const IDS = { kind: 'list', encoding: 'json', items: { kind: 'int64' }, maxItems: 1000 } as const satisfies Parameter
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
  parameters: RELATED,
} as const satisfies Action

type Step = 'Normal' | 'CrossCycle'
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

const FIXED = { kind: 'refused', doc: 'Is refused: it comes with the import of the task.' } as const satisfies Parameter
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

const LOG = {
  Date: { ...TIME, doc: 'Only what was done on the day of this time, in milliseconds since 1970.' },
  ...PAGING,
} as const

type LogEntry = { readonly OperationSeq: number; readonly OperationContent: string; readonly CreateTime: number }

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

// Instances

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
  parameters: INSTANCE_IDS,
} as const satisfies Action

export type StopTaskInstancesResponse = Batched

export const SUSPEND_TASK_INSTANCES = {
  action: 'SuspendTaskInstances',
  versions: ['2024-05-18'],
  doc: 'Freezes instances, each for itself.',
  parameters: INSTANCE_IDS,
} as const satisfies Action

export type SuspendTaskInstancesResponse = Batched

export const RESUME_TASK_INSTANCES = {
  action: 'ResumeTaskInstances',
  versions: ['2024-05-18'],
  doc: 'Unfreezes instances, each for itself.',
  parameters: INSTANCE_IDS,
} as const satisfies Action

export type ResumeTaskInstancesResponse = Batched

export const SET_SUCCESS_TASK_INSTANCES = {
  action: 'SetSuccessTaskInstances',
  versions: ['2024-05-18'],
  doc: 'Sets failed instances to succeeded, each for itself.',
  parameters: INSTANCE_IDS,
} as const satisfies Action

export type SetSuccessTaskInstancesResponse = Batched

export const REMOVE_TASK_INSTANCE_DEPENDENCIES = {
  action: 'RemoveTaskInstanceDependencies',
  versions: ['2024-05-18'],
  doc: 'Lets an instance no longer wait for some of its upstream instances; all of them or none.',
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
