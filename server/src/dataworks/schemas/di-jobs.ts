/** Synchronisation jobs in the newer version of the API. */
import { type Action, PAGING, type Page } from './action.ts'
import type { Parameter, Schema } from './binding.ts'

const UNREAD = { kind: 'string', maxLength: 65_536, doc: 'Is not looked at.' } as const satisfies Parameter
const NOT_BUILT = { kind: 'refused', doc: 'Is refused: it is not built.' } as const satisfies Parameter

const PLACES = {
  kind: 'list',
  encoding: 'json',
  maxItems: 1,
  items: {
    kind: 'object',
    members: {
      DataSourceName: {
        kind: 'string',
        required: true,
        maxLength: 128,
        doc: 'Name of the data source, in production.',
      },
      DataSourceProperties: { kind: 'json', doc: 'Is not looked at.' },
    },
  },
} as const satisfies Parameter

const MIGRATION_TYPES = [
  'Full',
  'OfflineIncremental',
  'FullAndOfflineIncremental',
  'RealtimeIncremental',
  'FullAndRealtimeIncremental',
] as const

const GROUP = {
  kind: 'object',
  members: {
    ResourceGroupIdentifier: { kind: 'string', maxLength: 128, doc: 'Identifier of the resource group.' },
  },
} as const satisfies Parameter

const RULE = {
  RuleActionType: {
    kind: 'enum',
    values: ['Rename', 'DefinePrimaryKey', 'DefineIncrementalCondition'],
    required: true,
    doc: 'What it does; others are not built.',
  },
  RuleName: { kind: 'string', required: true, maxLength: 128, doc: 'Name of the rule.' },
  RuleTargetType: { kind: 'enum', values: ['Table', 'Schema'], default: 'Table', doc: 'What it is about.' },
} as const satisfies Schema

const CONTENT = {
  Description: { kind: 'string', maxLength: 1_024, doc: 'What it is.' },
  TableMappings: {
    kind: 'list',
    encoding: 'json',
    maxItems: 5_000,
    doc: 'Which tables, and by which of the rules each gets another name, its key, its change column.',
    items: {
      kind: 'object',
      members: {
        SourceObjectSelectionRules: {
          kind: 'list',
          encoding: 'json',
          required: true,
          doc: 'Tables, by name or regular expression, and at most one schema that they are in.',
          items: {
            kind: 'object',
            members: {
              Action: { kind: 'enum', values: ['Include'], default: 'Include', doc: 'Leaving out is not built.' },
              Expression: { kind: 'string', required: true, maxLength: 256, doc: 'The name, or the expression.' },
              ExpressionType: { kind: 'enum', values: ['Exact', 'Regex'], default: 'Exact', doc: 'Which of the two.' },
              ObjectType: {
                kind: 'enum',
                values: ['Table', 'Schema', 'Database'],
                default: 'Table',
                doc: 'A database is not looked at: the data source says which it is.',
              },
            },
          },
        },
        TransformationRules: {
          kind: 'list',
          encoding: 'json',
          doc: 'Which of the rules apply.',
          items: { kind: 'object', members: RULE },
        },
      },
    },
  },
  TransformationRules: {
    kind: 'list',
    encoding: 'json',
    doc: 'The rules.',
    items: {
      kind: 'object',
      members: {
        ...RULE,
        RuleExpression: {
          kind: 'string',
          required: true,
          maxLength: 8_192,
          doc:
            'JSON. Rename: `expression`, with $' +
            '{srcTableName} and $' +
            '{srcSchemaName}. DefinePrimaryKey: `columns`. DefineIncrementalCondition: `column`, which is followed.',
        },
      },
    },
  },
  ResourceSettings: {
    kind: 'object',
    doc: 'In which resource group it runs.',
    members: {
      OfflineResourceSettings: { ...GROUP, doc: 'Of jobs that end.' },
      RealtimeResourceSettings: { ...GROUP, doc: 'Of real-time jobs.' },
      ScheduleResourceSettings: { ...GROUP, doc: 'Is not looked at.' },
    },
  },
  JobSettings: {
    kind: 'object',
    doc: 'What is set besides.',
    members: {
      ChannelSettings: UNREAD,
      ColumnDataTypeSettings: NOT_BUILT,
      CycleScheduleSettings: NOT_BUILT,
      DdlHandlingSettings: { kind: 'list', encoding: 'json', items: { kind: 'json' }, doc: 'Is not looked at.' },
      RuntimeSettings: { kind: 'list', encoding: 'json', items: { kind: 'json' }, doc: 'Is not looked at.' },
    },
  },
  FileSpec: NOT_BUILT,
} as const satisfies Schema

export const CREATE_DI_JOB = {
  action: 'CreateDIJob',
  versions: ['2024-05-18'],
  doc: 'Makes a synchronisation job; nothing runs before it is started.',
  differs: 'without schedules, other column types, and rules that leave tables out or add columns',
  parameters: {
    ProjectId: { kind: 'int64', required: true, doc: 'Id of the workspace.' },
    Name: { kind: 'string', maxLength: 128, doc: 'Its name; it or JobName must be given.' },
    JobName: { kind: 'string', maxLength: 128, doc: 'The same under its older name.' },
    MigrationType: {
      kind: 'enum',
      values: MIGRATION_TYPES,
      required: true,
      doc: 'Full; incremental, which ends; or real-time. What is incremental brings everything the first time.',
    },
    SourceDataSourceSettings: { ...PLACES, required: true, doc: 'Where it reads.' },
    DestinationDataSourceSettings: { ...PLACES, required: true, doc: 'Where it writes.' },
    Owner: { kind: 'string', maxLength: 128, doc: 'Id of the user whose it is; without it the caller.' },
    ...CONTENT,
    TableMappings: { ...CONTENT.TableMappings, required: true },
    SourceDataSourceType: UNREAD,
    DestinationDataSourceType: UNREAD,
    JobType: UNREAD,
  },
} as const satisfies Action

export type CreateDIJobResponse = {
  readonly RequestId: string
  readonly Id: number
  /** The same. */
  readonly DIJobId: number
}

const ONE = {
  Id: { kind: 'int64', doc: 'Id of the job; it or DIJobId must be given.' },
  DIJobId: { kind: 'int64', doc: 'The same under its older name.' },
  ProjectId: { kind: 'int64', doc: 'Id of its workspace.' },
} as const satisfies Schema

export const UPDATE_DI_JOB = {
  action: 'UpdateDIJob',
  versions: ['2024-05-18'],
  doc: 'Changes a synchronisation job; what is not given stays. A run that is under way goes on as it was started.',
  differs: 'as `CreateDIJob`',
  parameters: {
    ...ONE,
    ...CONTENT,
    Owner: { kind: 'refused', doc: 'Is refused: who owns a job is said when it is made.' },
  },
} as const satisfies Action

/** `Success` is always true: what cannot be done is an error. */
export type UpdateDIJobResponse = { readonly RequestId: string; readonly Success: true }

type JobStatus = 'Initialized' | 'Running' | 'Finished' | 'Stopped' | 'Failed'
type MigrationType = 'Full' | 'OfflineIncremental' | 'RealtimeIncremental'

export type DIJobSummary = {
  readonly Id: number
  readonly DIJobId: number
  readonly JobName: string
  readonly JobStatus: JobStatus
  readonly MigrationType: MigrationType
  readonly Owner: string
  readonly ProjectId: number
  /** The kind of the data source: postgresql or duckdb. */
  readonly SourceDataSourceType: string
  readonly DestinationDataSourceType: string
}

type Rule = {
  readonly RuleActionType: 'Rename' | 'DefinePrimaryKey' | 'DefineIncrementalCondition'
  readonly RuleName: string
  readonly RuleTargetType: 'Table' | 'Schema'
}

export const GET_DI_JOB = {
  action: 'GetDIJob',
  versions: ['2024-05-18'],
  doc: 'Reads a synchronisation job.',
  differs: 'with the rules that say the same, under names of their own',
  parameters: { ...ONE, WithDetails: { kind: 'boolean', default: false, doc: 'Is not looked at.' } },
} as const satisfies Action

export type DIJob = Omit<DIJobSummary, 'DIJobId'> & {
  readonly DIJobId: string
  readonly Description: string
  readonly JobType: 'DatabaseRealtimeMigration' | 'DatabaseOfflineMigration'
  readonly SourceDataSourceSettings: readonly { readonly DataSourceName: string }[]
  readonly DestinationDataSourceSettings: readonly { readonly DataSourceName: string }[]
  readonly TableMappings: readonly {
    readonly SourceObjectSelectionRules: readonly {
      readonly Action: 'Include'
      readonly Expression: string
      readonly ExpressionType: 'Exact' | 'Regex'
      readonly ObjectType: 'Table' | 'Schema'
    }[]
    readonly TransformationRules: readonly Rule[]
  }[]
  readonly TransformationRules: readonly (Rule & { readonly RuleExpression: string })[]
  readonly ResourceSettings: {
    readonly OfflineResourceSettings?: { readonly ResourceGroupIdentifier: string }
    readonly RealtimeResourceSettings?: { readonly ResourceGroupIdentifier: string }
  }
}

export type GetDIJobResponse = { readonly RequestId: string; readonly PagingInfo: DIJob }

export const LIST_DI_JOBS = {
  action: 'ListDIJobs',
  versions: ['2024-05-18'],
  doc: 'Lists the synchronisation jobs of a workspace.',
  parameters: {
    ProjectId: { kind: 'int64', required: true, doc: 'Id of the workspace.' },
    Name: { kind: 'string', maxLength: 128, doc: 'Only jobs whose name contains this text.' },
    MigrationType: { kind: 'enum', values: MIGRATION_TYPES, doc: 'Only jobs of this kind.' },
    ...PAGING,
    SourceDataSourceType: UNREAD,
    DestinationDataSourceType: UNREAD,
    SpecType: UNREAD,
  },
} as const satisfies Action

export type ListDIJobsResponse = {
  readonly RequestId: string
  readonly PagingInfo: Page & { readonly DIJobs: readonly DIJobSummary[] }
}

export const DELETE_DI_JOB = {
  action: 'DeleteDIJob',
  versions: ['2024-05-18'],
  doc: 'Deletes a synchronisation job that is not under way; its targets stay as they are.',
  parameters: ONE,
} as const satisfies Action

export type DeleteDIJobResponse = UpdateDIJobResponse

export const START_DI_JOB = {
  action: 'StartDIJob',
  versions: ['2024-05-18'],
  doc: 'Starts a synchronisation job. While it is held the answer is an error, like that of every held operation.',
  parameters: {
    Id: ONE.Id,
    DIJobId: ONE.DIJobId,
    RealtimeStartSettings: {
      kind: 'object',
      doc: 'Where it starts instead of where it ended the last time.',
      members: {
        StartTime: {
          kind: 'int64',
          min: 0,
          max: 253_402_214_400,
          doc: 'A time of the change column, in seconds since 1970.',
        },
        FailoverSettings: { kind: 'json', doc: 'Is not looked at.' },
      },
    },
    ForceToRerun: {
      kind: 'boolean',
      default: false,
      doc: 'Is not looked at: a job that has ended can be started again.',
    },
  },
} as const satisfies Action

export type StartDIJobResponse = UpdateDIJobResponse

export const STOP_DI_JOB = {
  action: 'StopDIJob',
  versions: ['2024-05-18'],
  doc: 'Stops a synchronisation job that is under way.',
  parameters: {
    Id: ONE.Id,
    DIJobId: ONE.DIJobId,
    InstanceId: { kind: 'int64', doc: 'Is not looked at: a job has one run at a time.' },
  },
} as const satisfies Action

export type StopDIJobResponse = UpdateDIJobResponse
