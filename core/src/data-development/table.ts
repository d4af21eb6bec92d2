/**
 * A table as it is designed, and what leads from one design to another. Designs are of no database: how a type is called and which statements make a change
 * is said where the data source is known.
 */

export type TableColumn = {
  readonly name: string
  /** One of `COLUMN_TYPES`, in lower case, e.g. `bigint`, `decimal(18,2)`. */
  readonly type: string
  readonly comment: string
  /** Partition columns come last, and one that is there is neither changed nor dropped. */
  readonly isPartition: boolean
}

export type TableDesign = {
  readonly comment: string
  /** The data source that it lies in, of each environment; null: the default one. */
  readonly dataSource: string | null
  /** For how many days its data are wanted; null: for good. Kept and told; nothing is removed by it. */
  readonly lifeCycleDays: number | null
  readonly columns: readonly TableColumn[]
}

/** What a column may be. `decimal` has a precision and a scale. */
export const COLUMN_TYPES = [
  'bigint',
  'int',
  'smallint',
  'double',
  'float',
  'decimal',
  'boolean',
  'string',
  'date',
  'datetime',
  'timestamp',
  'binary',
] as const
export type ColumnType = (typeof COLUMN_TYPES)[number]

export const MAX_TABLE_COLUMNS = 1_200
/** Lower case, so that both databases take it as it stands. */
export const TABLE_NAME = /^[a-z_][a-z0-9_]{0,62}$/

export type TableChange =
  | { readonly kind: 'create-table' }
  | { readonly kind: 'comment-table'; readonly from: string; readonly to: string }
  | { readonly kind: 'life-cycle'; readonly from: number | null; readonly to: number | null }
  | { readonly kind: 'add-column'; readonly column: TableColumn }
  | { readonly kind: 'drop-column'; readonly column: TableColumn }
  | { readonly kind: 'change-type'; readonly column: string; readonly from: string; readonly to: string }
  | { readonly kind: 'comment-column'; readonly column: string; readonly from: string; readonly to: string }

export type TableDifference = {
  readonly changes: readonly TableChange[]
  /** Those that would lose data, by the names under which they have to be asked for: `drop-column amount`, `change-type amount`. */
  readonly losses: readonly string[]
}

/** A table as a database says it is; what only the design knows (its life cycle) is not there. */
export type FoundTable = Pick<TableDesign, 'comment' | 'columns'>

/** What a run that changes a table is handed, as the JSON text of its program. */
export type TableProgram = {
  readonly name: string
  /** What it must still be, or the design already; null: it must not be there yet. */
  readonly before: FoundTable | null
  readonly design: TableDesign
  readonly changes: readonly TableChange[]
}

/** The program type of such a run; nobody writes nodes of it. */
export const TABLE_PROGRAM_TYPE = 'HOLDPOINT_TABLE'
