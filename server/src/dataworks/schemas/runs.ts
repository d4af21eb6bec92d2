/** Runs (workflow instances) in the newer version of the API: data backfill, tests and manual runs. */
import { type Action, ENV, PAGING, type Page, sortBy, TIME } from './action.ts'
import type { TaskInstanceStatus, WorkflowInstanceType } from './task-instances.ts'
import type { Batched } from './tasks.ts'

const idList = (doc: string) => ({ kind: 'list', encoding: 'json', items: { kind: 'int64' }, doc }) as const
const RUN_IDS = {
  Ids: {
    kind: 'list',
    encoding: 'json',
    items: { kind: 'int64' },
    maxItems: 100,
    required: true,
    doc: 'Ids of the runs.',
  },
  Comment: { kind: 'string', maxLength: 1024, doc: 'Is not looked at.' },
} as const

export const CREATE_WORKFLOW_INSTANCES = {
  action: 'CreateWorkflowInstances',
  versions: ['2024-05-18'],
  doc: 'Asks for a data backfill, a test run of a task or a run of a manual task; what comes of it is read with GetCreateWorkflowInstancesResult.',
  differs:
    'types `SupplementData`, `SmokeTest` and `Manual`; `Periods` and `DefaultRunProperties` must be given; notices go by `Mail` only; `WorkflowParameters` are refused, `WorkflowId`, `Tags` and `TagCreationPolicy` not looked at',
  parameters: {
    ProjectId: { kind: 'int64', required: true, doc: 'Id of the workspace.' },
    WorkflowId: { kind: 'int64', required: true, doc: 'Is not looked at: all tasks of a workspace are in workflow 1.' },
    Type: {
      kind: 'enum',
      values: ['SupplementData', 'SmokeTest', 'Manual'],
      required: true,
      doc: 'What is asked for. Tests and manual runs are of one task, RootTaskIds, and of one business date.',
    },
    Name: { kind: 'string', required: true, maxLength: 128, doc: 'Name of the backfill.' },
    EnvType: ENV,
    Comment: { kind: 'string', maxLength: 1024, default: '', doc: 'What it is for.' },
    AutoStartEnabled: {
      kind: 'boolean',
      default: true,
      doc: 'Without it the instances of a backfill wait for StartWorkflowInstances.',
    },
    TaskParameters: {
      kind: 'string',
      maxLength: 65_536,
      doc: 'Parameters of single tasks instead of their own, by the id of the task: `{"1001": "key=value key=value"}`.',
    },
    WorkflowParameters: { kind: 'refused', doc: 'Is refused: workflows have no parameters here.' },
    Periods: {
      kind: 'object',
      required: true,
      members: {
        BizDates: {
          kind: 'list',
          encoding: 'json',
          required: true,
          maxItems: 7,
          items: {
            kind: 'object',
            members: {
              StartBizDate: {
                kind: 'string',
                required: true,
                maxLength: 32,
                doc: 'First date of the range, `yyyy-MM-dd`.',
              },
              EndBizDate: {
                kind: 'string',
                required: true,
                maxLength: 32,
                doc: 'Last date of the range, `yyyy-MM-dd`.',
              },
            },
          },
          doc: 'Ranges of business dates.',
        },
        StartTime: { kind: 'string', maxLength: 8, doc: 'Of hourly tasks: from this time of the day on, `HH:mm:ss`.' },
        EndTime: { kind: 'string', maxLength: 8, doc: 'Of hourly tasks: up to this time of the day, `HH:mm:ss`.' },
      },
      doc: 'Which business dates.',
    },
    DefaultRunProperties: {
      kind: 'object',
      required: true,
      members: {
        Mode: {
          kind: 'enum',
          values: ['General', 'ManualSelection', 'Chain', 'AllDownstream'],
          default: 'ManualSelection',
          doc: 'General: the one of RootTaskIds, with those of IncludeTaskIds. ManualSelection: those of both. Chain: everything between the first of IncludeTaskIds and the others. AllDownstream: the one of RootTaskIds and all descendants.',
        },
        RootTaskIds: idList('Where it starts; none with Chain.'),
        IncludeTaskIds: idList('Tasks that run besides, by the mode.'),
        ExcludeTaskIds: idList('Tasks that get dry runs.'),
        IncludeProjectIds: idList('AllDownstream: only in these workspaces.'),
        ExcludeProjectIds: idList('AllDownstream: not in these workspaces.'),
        Order: { kind: 'enum', values: ['Asc', 'Desc'], default: 'Asc', doc: 'Of the business dates.' },
        Parallelism: {
          kind: 'int32',
          min: 1,
          max: 10,
          default: 1,
          doc: 'How many business dates run at the same time.',
        },
        Priority: { kind: 'int32', min: 1, max: 11, doc: 'Of all its instances.' },
        PriorityWeightStrategy: { kind: 'enum', values: ['Disable'], doc: 'Priorities are not weighted here.' },
        RuntimeResource: {
          kind: 'string',
          maxLength: 128,
          doc: 'Identifier of the resource group of all its instances.',
        },
        RunPolicy: {
          kind: 'object',
          members: {
            Type: { kind: 'enum', values: ['Daily', 'Weekend'], default: 'Daily', doc: 'On which days.' },
            StartTime: { kind: 'string', maxLength: 8, doc: 'From this time of the day on, `HH:mm:ss`.' },
            EndTime: { kind: 'string', maxLength: 8, doc: 'Up to this time of the day, `HH:mm:ss`.' },
            Immediately: { kind: 'boolean', default: false, doc: 'Instances of a future time run at once.' },
          },
          doc: 'When its instances may start.',
        },
        Alert: {
          kind: 'object',
          members: {
            Type: { kind: 'enum', values: ['Success', 'Failure', 'SuccessFailure'], doc: 'Of which end is told.' },
            NoticeType: { kind: 'enum', values: ['Mail'], doc: 'By mail; text messages are not sent.' },
          },
          doc: 'Who asked, and the receivers of the alert rules for backfills, are told.',
        },
        Analysis: {
          kind: 'object',
          members: {
            Enabled: { kind: 'boolean', default: false, doc: 'What stands in its way is looked for first.' },
            Blocked: { kind: 'boolean', default: false, doc: 'It is refused where something does.' },
          },
          doc: 'The check beforehand.',
        },
      },
      doc: 'Which tasks, and how they run.',
    },
  },
} as const satisfies Action

/** Names what was asked for, which is not yet done. */
export type CreateWorkflowInstancesResponse = { readonly RequestId: string; readonly OperationId: string }

export const GET_CREATE_WORKFLOW_INSTANCES_RESULT = {
  action: 'GetCreateWorkflowInstancesResult',
  versions: ['2024-05-18'],
  doc: 'Reads what has come of CreateWorkflowInstances: Creating while it is held or being created, Created once the runs are there.',
  differs:
    'without `WorkflowTaskInstanceIds`; takes the `ProcessId` of a held `RunCycleDagNodes` or `CreateDagComplement` as well',
  parameters: {
    OperationId: { kind: 'string', required: true, maxLength: 64, doc: 'As CreateWorkflowInstances has answered it.' },
  },
} as const satisfies Action

export type GetCreateWorkflowInstancesResultResponse = {
  readonly RequestId: string
  readonly Result: {
    readonly Status: 'Creating' | 'Created' | 'CreateFailure'
    /** Why it was refused, is stale or failed; of what is held, its process and message. */
    readonly FailureMessage?: string
    /** The runs, one for each business date. */
    readonly WorkflowInstanceIds: readonly number[]
    /** The backfill. */
    readonly UnifiedWorkflowInstanceIds: readonly number[]
  }
}

export type WorkflowInstance = {
  readonly Id: number
  readonly Name: string
  readonly Type: WorkflowInstanceType
  readonly Status: TaskInstanceStatus
  readonly ProjectId: number
  readonly EnvType: 'Prod' | 'Dev'
  readonly WorkflowId: 1
  /** Its backfill. */
  readonly UnifiedWorkflowInstanceId?: number
  readonly BizDate: number
  readonly CreateUser: string
  readonly Owner: string
  readonly CreateTime: number
  readonly ModifyTime: number
  readonly StartedTime?: number
  readonly FinishedTime?: number
}

export const LIST_WORKFLOW_INSTANCES = {
  action: 'ListWorkflowInstances',
  versions: ['2024-05-18'],
  doc: 'Lists the runs of a business date in a workspace, the newest first.',
  differs:
    '`Tags`, `Filter.executionDate` and order by `TriggerTime` are refused, type `TriggerWorkflow` too; without tags, workflow parameters and who changed it in its answer',
  parameters: {
    ProjectId: { kind: 'int64', required: true, doc: 'Id of the workspace.' },
    BizDate: { ...TIME, required: true, doc: 'The business date, as a time in milliseconds since 1970.' },
    EnvType: ENV,
    Type: {
      kind: 'enum',
      values: ['Normal', 'Manual', 'SmokeTest', 'SupplementData', 'ManualWorkflow'],
      doc: 'Only of this type.',
    },
    UnifiedWorkflowInstanceId: { kind: 'int64', doc: 'Only of this backfill.' },
    Ids: idList('Only these.'),
    Name: { kind: 'string', maxLength: 256, doc: 'Only those whose name contains this text.' },
    Owner: { kind: 'string', maxLength: 128, doc: 'Only those that the user with this id has asked for.' },
    WorkflowId: { kind: 'int64', doc: 'Only of this workflow; all are of workflow 1.' },
    Tags: { kind: 'refused', doc: 'Is refused: runs have no tags here.' },
    Filter: {
      kind: 'object',
      members: {
        status: { kind: 'enum', values: ['NotRun', 'Running', 'Failure', 'Success'], doc: 'Only in this status.' },
        executionDate: { kind: 'refused', doc: 'Is refused.' },
      },
      doc: 'What else they are narrowed to, as JSON.',
    },
    SortBy: sortBy(['Id', 'CreateTime', 'StartedTime', 'FinishedTime']),
    ...PAGING,
  },
} as const satisfies Action

export type ListWorkflowInstancesResponse = {
  readonly RequestId: string
  readonly PagingInfo: Page & { readonly WorkflowInstances: readonly WorkflowInstance[] }
}

export const GET_WORKFLOW_INSTANCE = {
  action: 'GetWorkflowInstance',
  versions: ['2024-05-18'],
  doc: 'Reads one run.',
  differs: 'without tags, workflow parameters and who changed it in its answer',
  parameters: { Id: { kind: 'int64', required: true, doc: 'Id of the run.' } },
} as const satisfies Action

export type GetWorkflowInstanceResponse = { readonly RequestId: string; readonly WorkflowInstance: WorkflowInstance }

export const START_WORKFLOW_INSTANCES = {
  action: 'StartWorkflowInstances',
  versions: ['2024-05-18'],
  doc: 'Starts backfills that were created without starting, by any of their runs.',
  parameters: RUN_IDS,
} as const satisfies Action

export type StartWorkflowInstancesResponse = Batched

export const STOP_WORKFLOW_INSTANCES = {
  action: 'StopWorkflowInstances',
  versions: ['2024-05-18'],
  doc: 'Terminates what runs, or waits for its time or for resources, of runs. One of which nothing does and that has not ended is not done.',
  parameters: RUN_IDS,
} as const satisfies Action

export type StopWorkflowInstancesResponse = Batched
