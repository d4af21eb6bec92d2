/** Tables of Data Development: the design, and its submission to an environment. */
import type { Action } from './action.ts'
import type { Parameter, Schema } from './binding.ts'

const NOT_BUILT = { kind: 'refused', doc: 'Is refused: it is not built.' } as const satisfies Parameter
const UNREAD = { kind: 'string', maxLength: 1024, doc: 'Is not looked at.' } as const satisfies Parameter

const COLUMN = {
  kind: 'object',
  members: {
    ColumnName: { kind: 'string', required: true, maxLength: 128, doc: 'Its name.' },
    ColumnType: { kind: 'string', required: true, maxLength: 64, doc: 'For example bigint, string, decimal(18,2).' },
    Comment: { kind: 'string', maxLength: 1024, doc: 'What it is.' },
    IsPartitionCol: { kind: 'boolean', default: false, doc: 'Whether the table is parted by it.' },
    SeqNumber: {
      kind: 'int32',
      doc: 'Where it stands; otherwise as they are given. Those that part the table come last.',
    },
    ColumnNameCn: UNREAD,
    Length: NOT_BUILT,
  },
} as const satisfies Parameter

const TABLE = {
  ProjectId: { kind: 'int64', doc: 'Id of the workspace; it or AppGuid must be given.' },
  AppGuid: { kind: 'string', maxLength: 256, doc: '`odps.` and the identifier of the workspace.' },
  TableName: { kind: 'string', required: true, maxLength: 128, doc: 'Name of the table.' },
  EnvType: {
    kind: 'int32',
    values: [0, 1],
    doc: 'Where it is submitted to: 0 development, 1 production. Without it development, in a workspace in basic mode production.',
  },
  Comment: { kind: 'string', maxLength: 1024, doc: 'What it is.' },
  LifeCycle: { kind: 'int32', min: 1, doc: 'For how many days its data are wanted.' },
  OwnerId: {
    kind: 'string',
    maxLength: 128,
    doc: 'Id of the user whose it is from its creation on; without it the caller.',
  },
  HasPart: { kind: 'int32', values: [0, 1], doc: 'Is not looked at: the columns say it.' },
  IsView: { kind: 'int32', values: [0], doc: 'Views are not built.' },
  CategoryId: NOT_BUILT,
  Endpoint: NOT_BUILT,
  ExternalTableType: NOT_BUILT,
  Location: NOT_BUILT,
  LogicalLevelId: NOT_BUILT,
  PhysicsLevelId: NOT_BUILT,
  Schema: NOT_BUILT,
  Themes: NOT_BUILT,
  Visibility: NOT_BUILT,
} as const satisfies Schema

const COLUMNS = { kind: 'list', encoding: 'indexed', maxItems: 1000, items: COLUMN } as const satisfies Parameter

export const CREATE_TABLE = {
  action: 'CreateTable',
  versions: ['2020-05-18'],
  doc: 'Designs a table and submits it to an environment. With the design that it has already it is submitted again, or to the other environment.',
  differs: 'without categories, levels, themes, external tables and views',
  parameters: {
    ...TABLE,
    Columns: { ...COLUMNS, required: true, doc: 'Its columns.' },
    ClientToken: UNREAD,
  },
} as const satisfies Action

/** How a submission stands. */
export type TaskInfo = {
  /** What GetDDLJobStatus is asked with. */
  readonly TaskId: string
  readonly Status: 'operating' | 'success' | 'failure'
  /** Why it is not done yet, or not at all. */
  readonly Content: string
}

export type CreateTableResponse = { readonly RequestId: string; readonly TaskInfo: TaskInfo }

export const UPDATE_TABLE = {
  action: 'UpdateTable',
  versions: ['2020-05-18'],
  doc: 'Changes the design of a table and submits it to an environment; what is not given stays. What would lose data is refused.',
  differs: 'as `CreateTable`; what would lose data cannot be asked for here',
  parameters: {
    ...TABLE,
    Columns: { ...COLUMNS, doc: 'All its columns.' },
    CreateIfNotExists: { kind: 'enum', values: ['false'], ignoreCase: true, doc: 'Only `false` is taken.' },
  },
} as const satisfies Action

export type UpdateTableResponse = CreateTableResponse

export const GET_DDL_JOB_STATUS = {
  action: 'GetDDLJobStatus',
  versions: ['2020-05-18'],
  doc: 'Reads how the submission of a table stands.',
  parameters: {
    TaskId: { kind: 'string', required: true, maxLength: 64, doc: 'As CreateTable and UpdateTable answer it.' },
  },
} as const satisfies Action

export type GetDDLJobStatusResponse = { readonly RequestId: string; readonly Data: TaskInfo }
