/** What a synchronisation asks of each database, in its words. */
import type { PartitionPart, TableName } from '@holdpoint/core'
import type { Between, ChangeColumn, RowFormat, SyncColumn } from './sync-messages.ts'
import { type SyncType, typeMade } from './sync-types.ts'

export const MOST_TABLES = 100_000
export const LEDGER_TABLE = 'holdpoint_positions'
export const STAGED = quoted('holdpoint_staged')

/** A column that is written: as the target has it, and what comes. */
export type WrittenColumn = { readonly name: string; readonly native: string; readonly comes: SyncType }

export type SyncDialect = {
  readonly kind: 'duckdb' | 'postgresql'
  readonly loads: RowFormat
  /** Said first in a session. */
  settings(reads: boolean): readonly string[]
  /** Rows of schema and name. */
  readonly tables: string
  /** Rows of `c`, name and type of each column, and of `k` and the name of each one of the primary key, both in their order. */
  look(table: TableName): string
  /** A value of a change column, and the one that is so much below it. */
  value(column: ChangeColumn, text: string): string
  below(column: ChangeColumn, text: string, lookback: number): string
  /** What makes a value one that can be followed. */
  follows(column: ChangeColumn): string
  /** A statement whose rows a session reads as `as`. */
  read(of: {
    readonly from: string
    readonly columns: readonly SyncColumn[]
    readonly constants: readonly string[]
    readonly condition: string
    readonly as: RowFormat
  }): string
  /** A statement with which a session loads a file of `loads`. */
  load(into: string, columns: readonly WrittenColumn[], file: string): string
  /** One text that changes when any of the rows does. */
  lookOfRows(from: string, condition: string): string
  readonly begin: string
  /** Said first in a transaction: whoever else writes to the table as we do has ended, and waits until this ends. Null: the process sees to that. */
  turn(table: TableName): string | null
  readonly ledger: string
  /** Ends a statement that reads the ledger; whoever writes there is kept off, or cannot commit. */
  readonly lock: string
  /** A column of the target, to be compared. */
  compared(name: string, native: string): string
  /** Said of what is staged before it is merged. */
  readonly afterStaging: readonly string[]
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
export const literal = (value: string) => `'${value.replaceAll("'", "''")}'`

/** A table as a statement names it; a file of DuckDB as what reads it. */
export function named({ schema, table, format }: TableName): string {
  if (format !== null) return `read_${format}(${literal(`files/${table}`)})`
  return schema === null ? quoted(table) : `${quoted(schema)}.${quoted(table)}`
}

/** Other people's conditions may end in a comment. */
export const together = (conditions: readonly (string | null)[]) => {
  const some = conditions.filter((one) => one !== null)
  return some.length === 0 ? 'true' : some.map((one) => `(${one}\n)`).join(' and ')
}

export function betweenOf(dialect: SyncDialect, of: Between | null): string | null {
  if (of === null) return null
  const column = quoted(of.name)
  const low = of.position === null ? null : `${column} >= ${dialect.below(of, of.position, of.lookback)}`
  return together([dialect.follows(of), low, `${column} <= ${dialect.value(of, of.high)}`])
}

export const partitionOf = (parts: readonly PartitionPart[]) =>
  together(parts.map(({ column, value }) => `${quoted(column)} = ${literal(value)}`))

export function creation(
  dialect: SyncDialect,
  table: TableName,
  columns: readonly { readonly name: string; readonly type: SyncType }[],
  key: readonly string[],
): string {
  const all = columns.map(({ name, type }) => `${quoted(name)} ${typeMade(dialect.kind, type)}`)
  const primaryKey = key.length === 0 ? [] : [`primary key (${key.map(quoted).join(', ')})`]
  return `create table ${named(table)} (${[...all, ...primaryKey].join(', ')})`
}

/** Rows that the target has as they are, are not written (rule 57). */
export function merging(
  dialect: SyncDialect,
  table: TableName,
  columns: readonly WrittenColumn[],
  key: readonly string[],
): string {
  const rest = columns.filter(({ name }) => !key.includes(name))
  const on = key.map((name) => `t.${quoted(name)} = s.${quoted(name)}`).join(' and ')
  const differs = rest.map(({ name, native }) => {
    const column = dialect.compared(quoted(name), native)
    return `t.${column} is distinct from s.${column}`
  })
  const update =
    rest.length === 0
      ? ''
      : ` when matched and (${differs.join(' or ')}) then update set ${rest.map(({ name }) => `${quoted(name)} = s.${quoted(name)}`).join(', ')}`
  const names = columns.map(({ name }) => quoted(name))
  return `merge into ${named(table)} as t using ${STAGED} as s on ${on}${update}
    when not matched then insert (${names.join(', ')}) values (${names.map((name) => `s.${name}`).join(', ')})`
}

/** No column is called so. */
const ROW = 'holdpoint_row'
/** Among the locks that others take by numbers of their own. */
const TURNS = 7_305_201_913

const LEDGER_COLUMNS =
  'job text not null, target text not null, position text, run bigint, rows bigint not null, "at" timestamp not null'
const ledgerOf = `create table if not exists ${LEDGER_TABLE} (${LEDGER_COLUMNS}, primary key (job, target))`

const postgresql: SyncDialect = {
  kind: 'postgresql',
  loads: 'text',
  settings: (reads) => [
    // Texts come as the other database reads them, whatever the role's settings are.
    `set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'iso_8601'; set bytea_output = 'hex'; set extra_float_digits = 1`,
    'set statement_timeout = 0; set idle_in_transaction_session_timeout = 0',
    ...(reads ? ['set session characteristics as transaction read only'] : []),
  ],
  tables: `select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and c.relname <> '${LEDGER_TABLE}' and has_table_privilege(c.oid, 'select') order by 1, 2 limit ${MOST_TABLES + 1}`,
  look: (table) => {
    const oid = `to_regclass(${literal(named(table))})`
    return `select what, name, type from (
        select 'c' as what, a.attname::text as name, a.attnum::int as place,
          format_type(case when t.typtype = 'd' then t.typbasetype else a.atttypid end, case when t.typtype = 'd' then t.typtypmod else a.atttypmod end) as type
        from pg_attribute a join pg_type t on t.oid = a.atttypid where a.attrelid = ${oid} and a.attnum > 0 and not a.attisdropped
        union all select 'k', a.attname::text, k.place::int, '' from pg_index i
          cross join lateral unnest(i.indkey) with ordinality as k (attnum, place)
          join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
        where i.indrelid = ${oid} and i.indisprimary) found order by what, place`
  },
  value: ({ native }, text) => `cast(${literal(text)} as ${native})`,
  below: (column, text, lookback) => {
    const value = postgresql.value(column, text)
    return column.type === 'number' ? `${value} - ${lookback}` : `${value} - interval '${lookback} seconds'`
  },
  follows: ({ name, native, type }) => {
    if (type === 'time') return `isfinite(${quoted(name)})`
    // Of what is infinite, or no number, the difference is no number either.
    return native.startsWith('numeric') ? `${quoted(name)} - ${quoted(name)} = 0` : `${quoted(name)} is not null`
  },
  read: ({ from, columns, constants, condition, as }) => {
    const cells = columns.map(({ name, type }) =>
      type === 'bytes' && as === 'csv' ? `encode(${quoted(name)}, 'hex')` : quoted(name),
    )
    const values = [...cells, ...constants.map(literal)].join(', ')
    return `copy (select ${values} from ${from} where ${condition}) to stdout with (format ${as})`
  },
  load: (into, columns) =>
    `copy ${into} (${columns.map(({ name }) => quoted(name)).join(', ')}) from stdin with (format text)`,
  lookOfRows: (from, condition) =>
    `select count(*) || ' ' || coalesce(sum(hashtextextended(${ROW}::text, 0)), 0) from ${from} as ${ROW} where ${condition}`,
  // What is read after it has been waited for is what has been committed by then, whatever is usual for the role.
  begin: 'begin isolation level read committed',
  turn: ({ schema, table }) =>
    `select pg_advisory_xact_lock(hashtextextended(${schema === null ? 'current_schema()' : literal(schema)} || '.' || ${literal(table)}, ${TURNS}))`,
  ledger: ledgerOf,
  lock: ' for update',
  // Of these there is no equality.
  compared: (name, native) =>
    /^(json|xml|point|polygon|box|path|line|lseg|circle)\b/.test(native) ? `${name}::text` : name,
  afterStaging: [`analyze ${STAGED}`],
}

const OWN_TABLES = 'database_name = current_database() and not internal and not temporary'
/** A row that is longer is not read. */
export const LONGEST_ROW = 16_000_000
const UNQUOTED = /^(boolean|int|float|decimal|date|time)/

const duckdb: SyncDialect = {
  kind: 'duckdb',
  loads: 'csv',
  settings: () => [],
  tables: `select schema_name, table_name from duckdb_tables() where ${OWN_TABLES} and table_name <> '${LEDGER_TABLE}' order by 1, 2 limit ${MOST_TABLES + 1}`,
  look: ({ schema, table }) => {
    const where = `${OWN_TABLES.replace(' and not temporary', '')} and schema_name = ${schema === null ? 'current_schema()' : literal(schema)} and table_name = ${literal(table)}`
    return `select what, name, type from (
        select 'c' as what, column_name as name, column_index as place, data_type as type from duckdb_columns() where ${where}
        union all select 'k', k.name, k.place, '' from (
          select unnest(constraint_column_names) as name, generate_subscripts(constraint_column_names, 1) as place
          from duckdb_constraints() where ${where.replace(' and not internal', '')} and constraint_type = 'PRIMARY KEY') k) order by what, place`
  },
  value: ({ native, type }, text) =>
    type === 'number' && /^-?\d+(\.\d+)?$/.test(text) ? text : `cast(${literal(text)} as ${native})`,
  below: (column, text, lookback) => {
    const value = duckdb.value(column, text)
    return column.type === 'number' ? `${value} - ${lookback}` : `${value} - interval '${lookback} seconds'`
  },
  follows: ({ name, type }) => (type === 'time' ? `isfinite(${quoted(name)})` : `${quoted(name)} is not null`),
  read: ({ from, columns, constants, condition, as }) => {
    const cells = columns.map((column) => cellOf(column, as))
    const given = constants.map((value) => literal(as === 'csv' ? csvText(value) : escapedText(value)))
    const between = as === 'csv' ? `','` : 'chr(9)'
    return `select ${[...cells, ...given].join(` || ${between} || `)} || chr(10) from ${from} where ${condition}`
  },
  load: (into, columns, file) => {
    // What is nothing but bytes comes in hexadecimal digits.
    const isHex = ({ native, comes }: WrittenColumn) => comes === 'bytes' && native === 'BLOB'
    const types = columns.map(
      (column, at) => `${literal(`c${at}`)}: ${literal(isHex(column) ? 'VARCHAR' : column.native)}`,
    )
    const values = columns.map((column, at) => (isHex(column) ? `unhex(c${at})` : `c${at}`))
    return `insert into ${into} (${columns.map(({ name }) => quoted(name)).join(', ')}) select ${values.join(', ')} from read_csv(${literal(file)},
      columns = {${types.join(', ')}}, auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', new_line = '\\n', nullstr = '', allow_quoted_nulls = false, max_line_size = ${LONGEST_ROW}, buffer_size = ${LONGEST_ROW})`
  },
  lookOfRows: (from, condition) =>
    `select count(*) || ' ' || coalesce(sum(cast(hash(${ROW}) as hugeint)), 0) from ${from} as ${ROW} where ${condition}`,
  begin: 'begin',
  turn: () => null,
  ledger: ledgerOf,
  lock: '',
  compared: (name) => name,
  afterStaging: [],
}

function cellOf({ name, type }: SyncColumn, as: RowFormat): string {
  const column = quoted(name)
  const text = `cast(${column} as varchar)`
  if (as === 'csv') {
    if (type === 'bytes') return `coalesce('"' || hex(${column}) || '"', '')`
    return UNQUOTED.test(type) ? `coalesce(${text}, '')` : `coalesce('"' || replace(${text}, '"', '""') || '"', '')`
  }
  if (type === 'bytes') return `coalesce('\\\\x' || hex(${column}), '\\N')`
  if (UNQUOTED.test(type)) return `coalesce(${text}, '\\N')`
  const escaped = [`'\\', '\\\\'`, `chr(10), '\\n'`, `chr(13), '\\r'`, `chr(9), '\\t'`]
  return `coalesce(${escaped.reduce((inner, pair) => `replace(${inner}, ${pair})`, text)}, '\\N')`
}

const csvText = (value: string) => `"${value.replaceAll('"', '""')}"`
const escapedText = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('\t', '\\t')

export const SYNC_DIALECTS: Readonly<Record<'duckdb' | 'postgresql', SyncDialect>> = { duckdb, postgresql }
