/** Instances, runs and data backfill in the older version of the API. */
import { type Action, PAGING, type Page, PROJECT_ENV } from './action.ts'
import type { Parameter } from './binding.ts'

const INSTANCE_ID = { kind: 'int64', required: true, doc: 'Id of the instance.' } as const satisfies Parameter
const NODE_ID = { kind: 'int64', required: true, doc: 'Id of the node.' } as const satisfies Parameter

const INSTANCE_STATUSES = [
  'NOT_RUN',
  'WAIT_TIME',
  'WAIT_RESOURCE',
  'RUNNING',
  'FAILURE',
  'SUCCESS',
  'CHECKING',
  'CHECKING_CONDITION',
] as const

export type InstanceStatusName = (typeof INSTANCE_STATUSES)[number]

export type OldOutcome = { readonly RequestId: string; readonly HttpStatusCode: 200; readonly Success: true }

/** Times in milliseconds since 1970; a business date is its midnight in the server's time zone. */
export type InstanceOfList = {
  readonly InstanceId: number
  readonly NodeId: number
  readonly NodeName: string
  readonly DagId: number
  readonly DagType: 'DAILY' | 'MANUAL' | 'SMOKE_TEST' | 'SUPPLY_DATA'
  readonly Bizdate: number
  readonly CycTime: number
  readonly Status: InstanceStatusName
  readonly TaskType:
    | 'NORMAL'
    | 'MANUAL'
    | 'PAUSE'
    | 'SKIP'
    | 'SKIP_UNCHOOSE'
    | 'SKIP_CYCLE'
    | 'CONDITION_UNCHOOSE'
    | 'REALTIME_DEPRECATED'
  readonly Priority: number
  readonly Repeatability: boolean
  /** How often it has been retried by itself. */
  readonly TaskRerunTime: number
  /** Who made the run; nobody where the schedule did. */
  readonly CreateUser?: string
  readonly ParamValues: string
  /** Name of the data source. */
  readonly Connection?: string
  /** Between two retries, in milliseconds. */
  readonly RepeatInterval: number
  readonly BeginWaitTimeTime?: number
  readonly BeginWaitResTime?: number
  readonly BeginRunningTime?: number
  readonly FinishTime?: number
  readonly CreateTime: number
  readonly ModifyTime: number
}

export const LIST_INSTANCES = {
  action: 'ListInstances',
  versions: ['2020-05-18'],
  doc: 'Lists the instances of a workspace in one environment, the newest business date first.',
  differs:
    'always the newest first, whatever `OrderBy` says; without baseline, workflow, data quality and error messages in its answer',
  parameters: {
    ProjectId: { kind: 'int64', required: true, doc: 'Id of the workspace.' },
    ProjectEnv: PROJECT_ENV,
    NodeId: { kind: 'int64', doc: 'Only instances of this node.' },
    NodeName: { kind: 'string', maxLength: 256, doc: 'Only of nodes whose name contains this text.' },
    Owner: { kind: 'string', maxLength: 128, doc: 'Only of nodes that the user with this id owns.' },
    ProgramType: { kind: 'string', maxLength: 128, doc: 'Only of nodes of this type.' },
    BizName: { kind: 'string', maxLength: 256, doc: 'Only of the workflow with this name; there is none.' },
    DagId: { kind: 'int64', doc: 'Only of this run.' },
    Bizdate: { kind: 'string', maxLength: 32, doc: 'Only of this business date, `yyyy-MM-dd HH:mm:ss`.' },
    BeginBizdate: { kind: 'string', maxLength: 32, doc: 'Only of business dates from this one on.' },
    EndBizdate: { kind: 'string', maxLength: 32, doc: 'Only of business dates up to this one.' },
    Status: { kind: 'enum', values: INSTANCE_STATUSES, doc: 'Only in this status.' },
    OrderBy: { kind: 'string', maxLength: 64, doc: 'Is not looked at: the newest come first.' },
    ...PAGING,
  },
} as const satisfies Action

export type ListInstancesResponse = OldOutcome & {
  /** Counted up to 100,000. */
  readonly Data: Page & { readonly Instances: readonly InstanceOfList[] }
}

export const GET_INSTANCE = {
  action: 'GetInstance',
  versions: ['2020-05-18'],
  doc: 'Reads one instance.',
  differs: 'without baseline, workflow and data quality in its answer',
  parameters: { InstanceId: INSTANCE_ID, ProjectEnv: PROJECT_ENV },
} as const satisfies Action

export type GetInstanceResponse = OldOutcome & {
  readonly Data: InstanceOfList & { readonly Owner: string; readonly PeriodNumber: number }
}

export const GET_INSTANCE_LOG = {
  action: 'GetInstanceLog',
  versions: ['2020-05-18'],
  doc: 'Reads what a run of an instance has written, at most the last mebibyte.',
  parameters: {
    InstanceId: INSTANCE_ID,
    ProjectEnv: PROJECT_ENV,
    InstanceHistoryId: { kind: 'int64', min: 1, doc: 'The number of the run; the latest where it is left out.' },
  },
} as const satisfies Action

export type GetInstanceLogResponse = OldOutcome & { readonly Data: string }

export const LIST_INSTANCE_HISTORY = {
  action: 'ListInstanceHistory',
  versions: ['2020-05-18'],
  doc: 'Lists the runs of an instance, the latest first, a hundred at most.',
  parameters: { InstanceId: INSTANCE_ID, ProjectEnv: { ...PROJECT_ENV, required: false, default: 'PROD' } },
} as const satisfies Action

export type ListInstanceHistoryResponse = {
  readonly RequestId: string
  readonly Success: true
  readonly Instances: readonly {
    /** The number of the run, by which GetInstanceLog finds what it has written. */
    readonly InstanceHistoryId: number
    readonly InstanceId: number
    readonly NodeId: number
    readonly NodeName: string
    readonly DagId: number
    readonly DagType: InstanceOfList['DagType']
    readonly TaskType: InstanceOfList['TaskType']
    readonly Bizdate: number
    readonly CycTime: number
    readonly CreateTime: number
    readonly ModifyTime: number
    readonly Status: 'RUNNING' | 'FAILURE' | 'SUCCESS'
    readonly BeginRunningTime: number
    readonly FinishTime?: number
    /** Why it failed. */
    readonly ErrorMessage?: string
  }[]
}

const OPERATED = { InstanceId: INSTANCE_ID, ProjectEnv: PROJECT_ENV } as const

/** What is not done is an error, never this. */
export type InstanceOperatedResponse = OldOutcome & { readonly Data: true }

export const RESTART_INSTANCE = {
  action: 'RestartInstance',
  versions: ['2020-05-18'],
  doc: 'Reruns an instance.',
  parameters: OPERATED,
} as const satisfies Action

export type RestartInstanceResponse = InstanceOperatedResponse

export const STOP_INSTANCE = {
  action: 'StopInstance',
  versions: ['2020-05-18'],
  doc: 'Terminates an instance, which fails by that.',
  parameters: OPERATED,
} as const satisfies Action

export type StopInstanceResponse = InstanceOperatedResponse

export const SUSPEND_INSTANCE = {
  action: 'SuspendInstance',
  versions: ['2020-05-18'],
  doc: 'Freezes an instance.',
  parameters: OPERATED,
} as const satisfies Action

export type SuspendInstanceResponse = InstanceOperatedResponse

export const RESUME_INSTANCE = {
  action: 'ResumeInstance',
  versions: ['2020-05-18'],
  doc: 'Unfreezes an instance.',
  parameters: OPERATED,
} as const satisfies Action

export type ResumeInstanceResponse = InstanceOperatedResponse

export const SET_SUCCESS_INSTANCE = {
  action: 'SetSuccessInstance',
  versions: ['2020-05-18'],
  doc: 'Sets a failed instance to succeeded.',
  parameters: OPERATED,
} as const satisfies Action

export type SetSuccessInstanceResponse = InstanceOperatedResponse

export const GET_DAG = {
  action: 'GetDag',
  versions: ['2020-05-18'],
  doc: 'Reads a run: all instances of a business date, of a date of a backfill, of a test or of a manual run.',
  parameters: { DagId: { kind: 'int64', required: true, doc: 'Id of the run.' }, ProjectEnv: PROJECT_ENV },
} as const satisfies Action

/** Times in milliseconds since 1970; a business date is its midnight in the server's time zone. */
export type Dag = {
  readonly DagId: number
  /** Of its backfill. */
  readonly OpSeq?: number
  readonly Name: string
  readonly ProjectId: number
  readonly Type: 'DAILY' | 'MANUAL' | 'SMOKE_TEST' | 'SUPPLY_DATA' | 'BUSINESS_PROCESS_DAG'
  readonly Status: 'CREATED' | 'RUNNING' | 'FAILURE' | 'SUCCESS'
  readonly Bizdate: number
  readonly Gmtdate: number
  readonly CreateUser: string
  readonly CreateTime: number
  readonly ModifyTime: number
  readonly StartTime?: number
  readonly FinishTime?: number
}

export type GetDagResponse = OldOutcome & { readonly Data: Dag }

export const LIST_DAGS = {
  action: 'ListDags',
  versions: ['2020-05-18'],
  doc: 'Lists the runs of a backfill, one for each business date, in the order in which they are to run.',
  parameters: {
    OpSeq: { kind: 'int64', required: true, doc: 'The number of the backfill, as GetDag answers it.' },
    ProjectEnv: PROJECT_ENV,
  },
} as const satisfies Action

export type ListDagsResponse = OldOutcome & { readonly Data: { readonly Dags: readonly Dag[] } }

const BACKFILL = {
  ProjectEnv: PROJECT_ENV,
  Name: { kind: 'string', required: true, maxLength: 128, doc: 'Name of the backfill.' },
  RootNodeId: { kind: 'int64', required: true, doc: 'The node at which it starts.' },
  IncludeNodeIds: {
    kind: 'list',
    encoding: 'comma',
    required: true,
    items: { kind: 'int64' },
    doc: 'The nodes that run; where the first one is not among them it does not run.',
  },
  ExcludeNodeIds: {
    kind: 'list',
    encoding: 'comma',
    items: { kind: 'int64' },
    doc: 'Nodes that get dry runs, so that what waits for them goes on.',
  },
  StartBizDate: { kind: 'string', required: true, maxLength: 32, doc: 'First business date, `yyyy-MM-dd HH:mm:ss`.' },
  EndBizDate: { kind: 'string', required: true, maxLength: 32, doc: 'Last business date, `yyyy-MM-dd HH:mm:ss`.' },
  BizBeginTime: { kind: 'string', maxLength: 8, doc: 'Of hourly nodes: from this time of the day on, `HH:mm:ss`.' },
  BizEndTime: { kind: 'string', maxLength: 8, doc: 'Of hourly nodes: up to this time of the day, `HH:mm:ss`.' },
  NodeParams: {
    kind: 'string',
    maxLength: 65_536,
    doc: 'Parameters of single nodes instead of their own, by the id of the node: `{"1001": "key=value key=value"}`.',
  },
  Parallelism: { kind: 'boolean', required: true, doc: 'Whether several business dates may run at the same time.' },
} as const

export const RUN_CYCLE_DAG_NODES = {
  action: 'RunCycleDagNodes',
  versions: ['2020-05-18'],
  doc: 'Backfills data: the chosen nodes for a range of business dates. Answers when the runs are there; nothing is created while it is held.',
  differs: 'notices go by `MAIL` only; answers once its runs are there, or after 8 seconds that they are being created',
  parameters: {
    ...BACKFILL,
    ConcurrentRuns: { kind: 'int32', min: 1, max: 10, default: 2, doc: 'How many dates run at once with Parallelism.' },
    StartFutureInstanceImmediately: { kind: 'boolean', default: false, doc: 'Instances of a future time run at once.' },
    AlertType: {
      kind: 'enum',
      values: ['SUCCESS', 'FAILURE', 'SUCCESS_FAILURE'],
      doc: 'Of which end whoever asks is told by mail.',
    },
    AlertNoticeType: {
      kind: 'enum',
      values: ['MAIL'],
      doc: 'How: by mail, and to the receivers of the alert rules for backfills. Text messages are not sent.',
    },
  },
} as const satisfies Action

/** The ids of its runs, one for each business date. */
export type RunCycleDagNodesResponse = OldOutcome & { readonly Data: readonly number[] }

export const CREATE_DAG_COMPLEMENT = {
  action: 'CreateDagComplement',
  versions: ['2020-05-18'],
  doc: 'Backfills data as RunCycleDagNodes does, with fewer options.',
  differs: 'answers once its runs are there, or after 8 seconds that they are being created',
  parameters: BACKFILL,
} as const satisfies Action

export type CreateDagComplementResponse = OldOutcome & { readonly Data: readonly number[] }

const TESTED = {
  NodeId: NODE_ID,
  ProjectEnv: PROJECT_ENV,
  Name: { kind: 'string', required: true, maxLength: 128, doc: 'Is not looked at: the run has the name of the node.' },
  Bizdate: { kind: 'string', required: true, maxLength: 32, doc: 'The business date, `yyyy-MM-dd HH:mm:ss`.' },
  NodeParams: {
    kind: 'string',
    maxLength: 4_096,
    doc: 'Parameters instead of those of the node, `key=value key=value`.',
  },
} as const

export const RUN_SMOKE_TEST = {
  action: 'RunSmokeTest',
  versions: ['2020-05-18'],
  doc: 'Runs a node once, now, to see it run. No extension is asked.',
  differs: 'the run has the name of its node, whatever `Name` says',
  parameters: TESTED,
} as const satisfies Action

/** The id of the run. */
export type RunSmokeTestResponse = OldOutcome & { readonly Data: number }

export const CREATE_DAG_TEST = {
  action: 'CreateDagTest',
  versions: ['2020-05-18'],
  doc: 'Does what RunSmokeTest does, under its name of before.',
  differs: 'the run has the name of its node, whatever `Name` says',
  parameters: TESTED,
} as const satisfies Action

export type CreateDagTestResponse = RunSmokeTestResponse

const NODE_IO = {
  NodeId: NODE_ID,
  ProjectEnv: PROJECT_ENV,
  IoType: { kind: 'enum', values: ['input', 'output'], required: true, doc: 'Which of them.' },
} as const

export const LIST_NODE_INPUT_OR_OUTPUT = {
  action: 'ListNodeInputOrOutput',
  versions: ['2020-05-18'],
  doc: 'Lists the outputs that a node produces, or those that it waits for with the nodes that produce them.',
  parameters: NODE_IO,
} as const satisfies Action

export type ListNodeInputOrOutputResponse = ListNodeIOResponse

export const LIST_NODE_IO = {
  action: 'ListNodeIO',
  versions: ['2020-05-18'],
  doc: 'Does what ListNodeInputOrOutput does, under its name of before.',
  parameters: NODE_IO,
} as const satisfies Action

export type ListNodeIOResponse = OldOutcome & {
  readonly Data: readonly { readonly Data: string; readonly NodeId?: number; readonly TableName?: string }[]
}
