/** Rules of Data Quality in the newer version of the API. */
import { QUALITY_METRICS } from '@holdpoint/core'
import { type Action, ID, PAGING, type Page } from './action.ts'
import type { Parameter, Schema } from './binding.ts'

const UNREAD = { kind: 'string', maxLength: 8192, doc: 'Is not looked at.' } as const satisfies Parameter

const THRESHOLD = {
  kind: 'object',
  members: {
    Expression: { kind: 'string', maxLength: 1024, doc: 'A condition such as $checkValue > 0.05.' },
    Operator: { kind: 'enum', values: ['>', '>=', '=', '==', '!=', '<', '<='], doc: 'How it compares, in its place.' },
    Value: { kind: 'string', maxLength: 64, doc: 'With what it compares.' },
  },
} as const satisfies Parameter

const CONTENT = {
  Description: { kind: 'string', maxLength: 1024, doc: 'What it is.' },
  Enabled: { kind: 'boolean', doc: 'Whether it is checked.' },
  Severity: { kind: 'enum', values: ['Normal', 'High'], doc: 'High: a strong rule, which can hold up what waits.' },
  TemplateCode: { kind: 'string', maxLength: 256, doc: 'A template, from which what is not given is taken.' },
  SamplingConfig: {
    kind: 'object',
    doc: 'What is measured.',
    members: {
      Metric: { kind: 'enum', values: QUALITY_METRICS, doc: 'What is measured.' },
      MetricParameters: {
        kind: 'string',
        maxLength: 65_536,
        doc: 'JSON: Columns; SQL, of UserDefinedSql; Values, of CountNotIn; Least and Most, of OutOfRangeCount.',
      },
      SamplingFilter: { kind: 'string', maxLength: 8192, doc: 'Which rows, in SQL.' },
      SettingConfig: UNREAD,
    },
  },
  CheckingConfig: {
    kind: 'object',
    doc: 'How it is judged.',
    members: {
      Type: {
        kind: 'enum',
        values: ['Fixed', 'Fluctation', 'Fluctuation', 'Difference', 'Average'],
        doc: 'The number itself, or against what of its change; others are not built.',
      },
      ReferencedSamplesFilter: {
        kind: 'string',
        maxLength: 1024,
        doc: 'JSON: bizdate, the days before with which it is compared, as negative numbers; -1m is 30.',
      },
      Thresholds: {
        kind: 'object',
        doc: 'What is expected, what warns, what is critical.',
        members: {
          Expected: { ...THRESHOLD, doc: 'What has to hold.' },
          Warned: { ...THRESHOLD, doc: 'What warns.' },
          Critical: { ...THRESHOLD, doc: 'What is critical.' },
        },
      },
    },
  },
  ErrorHandlers: { kind: 'refused', doc: 'Is refused: rows are not kept.' },
} as const satisfies Schema

export const CREATE_DATA_QUALITY_RULE = {
  action: 'CreateDataQualityRule',
  versions: ['2024-05-18'],
  doc: 'Makes a rule of a table, which a monitor of it can take.',
  differs: 'without predictions, groups, and rows that are kept',
  parameters: {
    ProjectId: { ...ID, doc: 'Id of the workspace.' },
    Name: { kind: 'string', required: true, maxLength: 128, doc: 'Its name.' },
    Target: {
      kind: 'object',
      required: true,
      doc: 'The table.',
      members: {
        TableGuid: {
          kind: 'string',
          required: true,
          maxLength: 512,
          doc: 'duckdb or postgresql, workspace, data source, schema where there is one, and table; odps, workspace and table is one of the default data source.',
        },
        DatabaseType: UNREAD,
        PartitionSpec: { kind: 'string', maxLength: 512, doc: 'Is not looked at: the monitor says it.' },
        Type: UNREAD,
      },
    },
    ...CONTENT,
  },
} as const satisfies Action

export type CreateDataQualityRuleResponse = { readonly RequestId: string; readonly Id: number }

export const UPDATE_DATA_QUALITY_RULE = {
  action: 'UpdateDataQualityRule',
  versions: ['2024-05-18'],
  doc: 'Changes a rule; what is not given stays.',
  differs: 'as `CreateDataQualityRule`',
  parameters: {
    ProjectId: { ...ID, doc: 'Id of the workspace.' },
    Id: { ...ID, doc: 'Id of the rule.' },
    Name: { kind: 'string', maxLength: 128, doc: 'Its name.' },
    ...CONTENT,
  },
} as const satisfies Action

/** `Success` is always true: what cannot be done is an error. */
export type UpdateDataQualityRuleResponse = { readonly RequestId: string; readonly Success: true }

export const DELETE_DATA_QUALITY_RULE = {
  action: 'DeleteDataQualityRule',
  versions: ['2024-05-18'],
  doc: 'Deletes a rule.',
  parameters: {
    Id: { ...ID, doc: 'Id of the rule.' },
    ProjectId: { kind: 'int64', doc: 'Id of the workspace.' },
  },
} as const satisfies Action

export type DeleteDataQualityRuleResponse = UpdateDataQualityRuleResponse

type Threshold = { readonly Expression: string }

export type DataQualityRule = {
  readonly Id: number
  readonly ProjectId: number
  readonly Name: string
  readonly Description: string
  readonly Enabled: boolean
  readonly Severity: 'Normal' | 'High'
  readonly TemplateCode: string
  readonly Target: { readonly Type: 'Table'; readonly DatabaseType: string; readonly TableGuid: string }
  readonly SamplingConfig: {
    readonly Metric: string
    readonly MetricParameters: string
    readonly SamplingFilter?: string
  }
  readonly CheckingConfig: {
    readonly Type: string
    readonly ReferencedSamplesFilter?: string
    readonly Thresholds: {
      readonly Expected?: Threshold
      readonly Warned?: Threshold
      readonly Critical?: Threshold
    }
  }
}

export const GET_DATA_QUALITY_RULE = {
  action: 'GetDataQualityRule',
  versions: ['2024-05-18'],
  doc: 'Reads a rule.',
  parameters: { Id: { ...ID, doc: 'Id of the rule.' } },
} as const satisfies Action

export type GetDataQualityRuleResponse = { readonly RequestId: string; readonly DataQualityRule: DataQualityRule }

export const LIST_DATA_QUALITY_RULES = {
  action: 'ListDataQualityRules',
  versions: ['2024-05-18'],
  doc: 'Lists the rules of a workspace.',
  parameters: {
    ProjectId: { ...ID, doc: 'Id of the workspace.' },
    DataQualityEvaluationTaskId: { kind: 'int64', doc: 'Only those of this monitor.' },
    Name: { kind: 'string', maxLength: 128, doc: 'Only those whose name contains this text.' },
    TableGuid: { kind: 'string', maxLength: 512, doc: 'Only those of this table.' },
    ...PAGING,
  },
} as const satisfies Action

export type ListDataQualityRulesResponse = {
  readonly RequestId: string
  readonly PagingInfo: Page & { readonly DataQualityRules: readonly DataQualityRule[] }
}
