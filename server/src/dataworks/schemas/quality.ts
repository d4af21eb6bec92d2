/** Data Quality in the older version of the API: rules stand under entities, which are monitors, and followers are who subscribes to them. */
import { type Action, PAGING, type Page } from './action.ts'
import type { Parameter, Schema } from './binding.ts'

const UNREAD = { kind: 'string', maxLength: 1024, doc: 'Is not looked at.' } as const satisfies Parameter

const PROJECT = {
  ProjectName: { kind: 'string', required: true, maxLength: 128, doc: 'Identifier of the workspace.' },
  ProjectId: { kind: 'int64', doc: 'Its id; where it is given, it has to be of the same.' },
} as const satisfies Schema

const ENTITY_ID = { kind: 'int64', required: true, doc: 'Id of the entity (monitor).' } as const satisfies Parameter
const ENV_TYPE = {
  kind: 'string',
  required: true,
  maxLength: 64,
  doc: 'Is not looked at: the table is one of the default data source.',
} as const satisfies Parameter
const TABLE = {
  TableName: {
    kind: 'string',
    required: true,
    maxLength: 256,
    doc: 'Name of the table, with its schema where it has one.',
  },
  MatchExpression: {
    kind: 'string',
    required: true,
    maxLength: 512,
    doc: 'Its partition, for example dt=$[yyyymmdd-1]; NOTAPARTITIONTABLE: all of it.',
  },
} as const satisfies Schema

type Done<Data> = {
  readonly RequestId: string
  readonly HttpStatusCode: 200
  readonly Success: true
  readonly Data: Data
}

export const CREATE_QUALITY_ENTITY = {
  action: 'CreateQualityEntity',
  versions: ['2020-05-18'],
  doc: 'Makes a monitor of a table and partition, which checks when it is asked to; one that is there is answered.',
  parameters: {
    ...PROJECT,
    ...TABLE,
    EnvType: ENV_TYPE,
    EntityLevel: { kind: 'int32', doc: 'Is not looked at.' },
  },
} as const satisfies Action

/** The id of the entity. */
export type CreateQualityEntityResponse = Done<number>

export const GET_QUALITY_ENTITY = {
  action: 'GetQualityEntity',
  versions: ['2020-05-18'],
  doc: 'Reads the monitors of a table, or the one of a partition.',
  parameters: {
    ...PROJECT,
    TableName: TABLE.TableName,
    MatchExpression: { kind: 'string', maxLength: 512, doc: 'Only the one of this partition.' },
    EnvType: ENV_TYPE,
  },
} as const satisfies Action

export type GetQualityEntityResponse = Done<
  readonly {
    readonly Id: number
    readonly ProjectName: string
    readonly TableName: string
    readonly MatchExpression: string
    readonly EnvType: 'odps'
    readonly HasRelativeNode: boolean
    /** JSON: [{"projectName": …, "nodeId": …}] */
    readonly RelativeNode: string
    readonly ModifyTime: number
    readonly ModifyUser: string
  }[]
>

export const DELETE_QUALITY_ENTITY = {
  action: 'DeleteQualityEntity',
  versions: ['2020-05-18'],
  doc: 'Deletes a monitor, with its rules.',
  parameters: { ...PROJECT, EntityId: ENTITY_ID, EnvType: ENV_TYPE },
} as const satisfies Action

export type DeleteQualityEntityResponse = Done<true>

const NODE = {
  ...PROJECT,
  ...TABLE,
  ProjectId: { kind: 'int64', required: true, doc: 'Id of the workspace.' },
  EnvType: ENV_TYPE,
  NodeId: { kind: 'int64', required: true, doc: 'Id of the node.' },
  TargetNodeProjectId: { kind: 'int64', required: true, doc: 'Id of the workspace of the node: the same one.' },
  TargetNodeProjectName: { kind: 'string', required: true, maxLength: 128, doc: 'Is not looked at.' },
} as const satisfies Schema

export const CREATE_QUALITY_RELATIVE_NODE = {
  action: 'CreateQualityRelativeNode',
  versions: ['2020-05-18'],
  doc: 'Has a monitor check after each instance of a node.',
  parameters: NODE,
} as const satisfies Action

export type CreateQualityRelativeNodeResponse = Done<true>

export const DELETE_QUALITY_RELATIVE_NODE = {
  action: 'DeleteQualityRelativeNode',
  versions: ['2020-05-18'],
  doc: 'Has a monitor not check any more after instances of a node.',
  parameters: NODE,
} as const satisfies Action

export type DeleteQualityRelativeNodeResponse = Done<true>

const RULE = {
  BlockType: { kind: 'int32', values: [0, 1], doc: '1: a strong rule, which can hold up what waits; 0: a weak one.' },
  Checker: {
    kind: 'int32',
    values: [5, 6, 7, 9],
    doc: '9: the number itself. 5, 6, 7: its change against 7 days before, 30, and 1, 7 and 30. Others are not built.',
  },
  Comment: { kind: 'string', maxLength: 1024, doc: 'What it is.' },
  CriticalThreshold: { kind: 'string', maxLength: 32, doc: 'Of a change: critical beyond so many per cent.' },
  WarningThreshold: { kind: 'string', maxLength: 32, doc: 'Of a change: warns beyond so many per cent.' },
  Trend: { kind: 'enum', values: ['up', 'down', 'abs'], doc: 'Which change it is about; without it both.' },
  Operator: { kind: 'enum', values: ['>', '>=', '=', '!=', '<', '<='], doc: 'Of the number itself: how it compares.' },
  ExpectValue: { kind: 'string', maxLength: 32, doc: 'Of the number itself: with what it compares.' },
  TemplateId: { kind: 'int32', doc: 'Number of a template, from which what is not given is taken.' },
  MethodName: { kind: 'string', maxLength: 128, doc: 'What is measured, for example table_count or null_value.' },
  Property: { kind: 'string', maxLength: 2048, doc: 'The column, or columns with commas; of a table nothing.' },
  PropertyType: UNREAD,
  WhereCondition: { kind: 'string', maxLength: 8192, doc: 'Which rows, in SQL; of user_defined the statement.' },
  TaskSetting: UNREAD,
} as const satisfies Schema

export const CREATE_QUALITY_RULE = {
  action: 'CreateQualityRule',
  versions: ['2020-05-18'],
  doc: 'Makes a rule of a monitor.',
  differs: 'without predictions and discrete checks',
  parameters: {
    ...PROJECT,
    EntityId: ENTITY_ID,
    RuleName: { kind: 'string', required: true, maxLength: 128, doc: 'Its name.' },
    RuleType: { kind: 'int32', required: true, values: [0, 1, 2], doc: 'Is not looked at.' },
    PredictType: { kind: 'int32', required: true, values: [0], doc: 'Predictions are not built.' },
    ...RULE,
    BlockType: { ...RULE.BlockType, required: true },
  },
} as const satisfies Action

/** The id of the rule. */
export type CreateQualityRuleResponse = Done<string>

export const UPDATE_QUALITY_RULE = {
  action: 'UpdateQualityRule',
  versions: ['2020-05-18'],
  doc: 'Changes a rule; what is not given stays.',
  differs: 'as `CreateQualityRule`',
  parameters: {
    ...PROJECT,
    Id: { kind: 'int64', required: true, doc: 'Id of the rule.' },
    EntityId: { kind: 'int64', doc: 'Where it is given, the rule has to be one of it.' },
    RuleName: { kind: 'string', maxLength: 128, doc: 'Its name.' },
    RuleType: { kind: 'int32', values: [0, 1, 2], doc: 'Is not looked at.' },
    PredictType: { kind: 'int32', values: [0], doc: 'Predictions are not built.' },
    OpenSwitch: { kind: 'boolean', doc: 'Whether it is checked.' },
    ...RULE,
    MethodName: { ...RULE.MethodName, required: true },
    Property: { ...RULE.Property, required: true },
  },
} as const satisfies Action

export type UpdateQualityRuleResponse = Done<true>

const RULE_ID = { kind: 'int64', required: true, doc: 'Id of the rule.' } as const satisfies Parameter

export const DELETE_QUALITY_RULE = {
  action: 'DeleteQualityRule',
  versions: ['2020-05-18'],
  doc: 'Deletes a rule.',
  parameters: { ...PROJECT, RuleId: RULE_ID },
} as const satisfies Action

export type DeleteQualityRuleResponse = Done<true>

export type OlderQualityRule = {
  readonly Id: number
  readonly EntityId: number
  readonly RuleName: string
  readonly Comment: string
  readonly BlockType: 0 | 1
  readonly OpenSwitch: boolean
  readonly RuleType: 0 | 1
  readonly PredictType: 0
  readonly FixCheck: boolean
  readonly Property: string
  readonly MethodName?: string
  readonly TemplateId?: number
  readonly TemplateName?: string
  readonly WhereCondition?: string
  readonly Operator?: string
  readonly ExpectValue?: string
  readonly Trend?: 'up' | 'down' | 'abs'
  readonly WarningThreshold?: string
  readonly CriticalThreshold?: string
}

export const GET_QUALITY_RULE = {
  action: 'GetQualityRule',
  versions: ['2020-05-18'],
  doc: 'Reads a rule.',
  parameters: { ...PROJECT, RuleId: RULE_ID },
} as const satisfies Action

export type GetQualityRuleResponse = Done<OlderQualityRule & { readonly Checker?: number }>

export const LIST_QUALITY_RULES = {
  action: 'ListQualityRules',
  versions: ['2020-05-18'],
  doc: 'Lists the rules of a monitor.',
  parameters: { ...PROJECT, EntityId: ENTITY_ID, ...PAGING },
} as const satisfies Action

export type ListQualityRulesResponse = Done<
  Page & {
    readonly Rules: readonly (OlderQualityRule & {
      readonly CheckerId?: number
      readonly ProjectName: string
      readonly TableName: string
      readonly MatchExpression: string
    })[]
  }
>

const FOLLOWER = {
  AlarmMode: {
    kind: 'int32',
    required: true,
    values: [1, 4, 5, 8],
    doc: '1: mail. 4, 5, 8: a webhook. Others are not built.',
  },
  Follower: {
    kind: 'string',
    required: true,
    maxLength: 2048,
    doc: 'Of mail: the id of a user who has an address, or an address. Of a webhook: its URL.',
  },
} as const satisfies Schema

export const CREATE_QUALITY_FOLLOWER = {
  action: 'CreateQualityFollower',
  versions: ['2020-05-18'],
  doc: 'Has somebody be told of what a monitor finds.',
  differs: 'by mail and webhooks alone',
  parameters: { ...PROJECT, EntityId: ENTITY_ID, ...FOLLOWER },
} as const satisfies Action

/** The id of the subscription. */
export type CreateQualityFollowerResponse = Done<number>

const FOLLOWER_ID = { kind: 'int64', required: true, doc: 'Id of the subscription.' } as const satisfies Parameter

export const UPDATE_QUALITY_FOLLOWER = {
  action: 'UpdateQualityFollower',
  versions: ['2020-05-18'],
  doc: 'Has somebody be told in another way.',
  parameters: { ...PROJECT, FollowerId: FOLLOWER_ID, ...FOLLOWER },
} as const satisfies Action

export type UpdateQualityFollowerResponse = Done<true>

export const DELETE_QUALITY_FOLLOWER = {
  action: 'DeleteQualityFollower',
  versions: ['2020-05-18'],
  doc: 'Has somebody be told no more.',
  parameters: { ...PROJECT, FollowerId: FOLLOWER_ID },
} as const satisfies Action

export type DeleteQualityFollowerResponse = Done<true>

export const GET_QUALITY_FOLLOWER = {
  action: 'GetQualityFollower',
  versions: ['2020-05-18'],
  doc: 'Lists who is told of what a monitor finds; of a webhook its origin.',
  parameters: { ...PROJECT, EntityId: ENTITY_ID },
} as const satisfies Action

export type GetQualityFollowerResponse = Done<
  readonly {
    readonly Id: number
    readonly EntityId: string
    readonly AlarmMode: 1 | 4
    readonly Follower: string
    readonly ProjectName: string
    readonly TableName: string
    readonly CreateTime: number
  }[]
>

const DATES = {
  StartDate: {
    kind: 'string',
    required: true,
    maxLength: 32,
    doc: 'First business date, yyyy-MM-dd, a time may follow.',
  },
  EndDate: { kind: 'string', required: true, maxLength: 32, doc: 'Last business date, in the same way.' },
} as const satisfies Schema

export type RuleCheck = {
  readonly Id: number
  readonly RuleId: number
  readonly EntityId: number
  readonly RuleName: string
  readonly ProjectName: string
  readonly TableName: string
  readonly BlockType: 0 | 1
  readonly Property: string
  readonly MethodName?: string
  /** 0: passed or skipped; 1: warned; 2: critical or not measured. */
  readonly CheckResult: 0 | 1 | 2
  readonly CheckResultStatus: 0 | 1 | 2
  readonly ResultString: string
  readonly BizDate: number
  readonly BeginTime: number
  readonly EndTime: number
  readonly FixedCheck: boolean
  readonly WhereCondition?: string
  readonly SampleValue: readonly { readonly BizDate: string; readonly Value: number }[]
  readonly ReferenceValue: readonly { readonly BizDate: string; readonly Value: number }[]
}
type Checks = Done<Page & { readonly RuleChecks: readonly RuleCheck[] }>

export const LIST_QUALITY_RESULTS_BY_ENTITY = {
  action: 'ListQualityResultsByEntity',
  versions: ['2020-05-18'],
  doc: 'Lists what a monitor found, the newest first.',
  parameters: { ...PROJECT, EntityId: ENTITY_ID, ...DATES, ...PAGING },
} as const satisfies Action

export type ListQualityResultsByEntityResponse = Checks

export const LIST_QUALITY_RESULTS_BY_RULE = {
  action: 'ListQualityResultsByRule',
  versions: ['2020-05-18'],
  doc: 'Lists what a rule found, the newest first.',
  parameters: { ...PROJECT, RuleId: RULE_ID, ...DATES, ...PAGING },
} as const satisfies Action

export type ListQualityResultsByRuleResponse = Checks
