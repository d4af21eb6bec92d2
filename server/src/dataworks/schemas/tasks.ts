/** Tasks (nodes) in the newer version of the API. */
import { type Action, ENV, ID, IDS, LOG, PAGING, type Page, sortBy } from './action.ts'
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

const NOT_BUILT = { kind: 'refused', doc: 'Is refused: it is not built.' } as const satisfies Parameter

const DEFINITION = {
  Name: { kind: 'refused', doc: 'Is refused: a task is known by its name.' },
  Description: { kind: 'string', maxLength: 10_000, doc: 'What it is.' },
  Owner: { kind: 'string', maxLength: 128, doc: 'Id of the user whose it is.' },
  DataSource: {
    kind: 'object',
    members: { Name: { kind: 'string', maxLength: 128, doc: 'Name of the data source.' } },
    doc: 'What it runs on.',
  },
  RerunMode: {
    kind: 'enum',
    values: ['AllDenied', 'FailureAllowed', 'AllAllowed'],
    doc: 'After what it may be rerun.',
  },
  RerunTimes: { kind: 'int32', min: 0, max: 100, doc: 'How often it is tried again.' },
  RerunInterval: { kind: 'int32', min: 0, max: 86_400, doc: 'Seconds to wait before that.' },
  RuntimeResource: {
    kind: 'object',
    members: {
      ResourceGroupId: { kind: 'string', maxLength: 128, doc: 'Identifier of the resource group.' },
      Image: NOT_BUILT,
      Cu: NOT_BUILT,
    },
    doc: 'Where it runs.',
  },
  Tags: NOT_BUILT,
  Timeout: { kind: 'int32', min: 0, max: 604_800, doc: 'After how many seconds it is ended; 0: never.' },
} as const

const TRIGGER = {
  kind: 'object',
  members: {
    Recurrence: {
      kind: 'enum',
      values: ['Normal', 'Pause'],
      doc: 'Pause freezes the task, Normal unfreezes it; by a request that changes nothing else.',
    },
    Type: { kind: 'enum', values: ['Scheduler', 'Manual'], doc: 'Whether it is scheduled.' },
    Cron: { kind: 'string', maxLength: 256, doc: 'Six fields, seconds first.' },
    StartTime: { kind: 'string', maxLength: 32, doc: 'From when on it is scheduled, as yyyy-mm-dd hh:mm:ss.' },
    EndTime: { kind: 'string', maxLength: 32, doc: 'Until when.' },
    CycleType: { kind: 'enum', values: ['Daily', 'NotDaily'], doc: 'Is not looked at: it follows from Cron.' },
  },
  doc: 'How it is triggered.',
} as const satisfies Parameter

const VARIABLES = { kind: 'object', members: { Variables: NOT_BUILT }, doc: 'Variables are not built.' } as const

export const UPDATE_TASK = {
  action: 'UpdateTask',
  versions: ['2024-05-18'],
  doc: 'Freezes or unfreezes a task (node), or deploys another version of the file of a task in production.',
  differs:
    'what is not named stays; the recurrence is changed by a request of its own, and nothing else in development; without names, tags, images and variables; `ClientUniqueCode` is not looked at',
  parameters: {
    Id: { ...ID, doc: 'Id of the task.' },
    EnvType: ENV,
    Trigger: TRIGGER,
    ...DEFINITION,
    Dependencies: {
      kind: 'list',
      encoding: 'json',
      maxItems: 1000,
      items: {
        kind: 'object',
        members: {
          Type: {
            kind: 'enum',
            values: [
              'CrossCycleDependsOnChildren',
              'CrossCycleDependsOnSelf',
              'CrossCycleDependsOnOtherNode',
              'Normal',
            ],
            required: true,
            doc: 'What it waits for.',
          },
          UpstreamOutput: { kind: 'string', maxLength: 256, doc: 'The output that it waits for.' },
          UpstreamTaskId: { kind: 'int64', doc: 'The task that it waits for, instead of its output.' },
        },
      },
      doc: 'All that it waits for; an empty list is as none.',
    },
    Inputs: VARIABLES,
    InstanceMode: { kind: 'enum', values: ['T+1', 'Immediately'], doc: 'Since when its instances are generated.' },
    Outputs: {
      kind: 'object',
      members: {
        TaskOutputs: {
          kind: 'list',
          encoding: 'json',
          maxItems: 1000,
          items: {
            kind: 'object',
            members: { Output: { kind: 'string', required: true, maxLength: 256, doc: 'The output.' } },
          },
          doc: 'The outputs; an empty list is as none.',
        },
        Variables: NOT_BUILT,
      },
      doc: 'All that it produces.',
    },
    Script: {
      kind: 'object',
      members: {
        Content: { kind: 'string', maxLength: 720_000, doc: 'The code.' },
        Parameters: { kind: 'string', maxLength: 8192, doc: '`name=value name=value`.' },
      },
      doc: 'What it runs.',
    },
  },
} as const satisfies Action

export type UpdateTaskResponse = { readonly RequestId: string; readonly Success: true }

export const BATCH_UPDATE_TASKS = {
  action: 'BatchUpdateTasks',
  versions: ['2024-05-18'],
  doc: 'Changes tasks (nodes) as UpdateTask does, each for itself.',
  differs: 'as `UpdateTask`; `Tasks` must be given',
  parameters: {
    Tasks: {
      kind: 'list',
      encoding: 'json',
      required: true,
      maxItems: 1000,
      items: {
        kind: 'object',
        members: { Id: { ...ID, doc: 'Id of the task.' }, EnvType: ENV, Trigger: TRIGGER, ...DEFINITION },
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
