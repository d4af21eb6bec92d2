/** Tables in the words of each database: what types are called, which statements make a change, and how it is asked what is there. */
import type { TableChange, TableColumn, TableDesign } from '@holdpoint/core'

export type TableDialect = {
  /** One row for each column: kind of the relation (`r`: a table), its comment, name, type and comment of the column. */
  look(name: string): string
  /** The type as designs call it; one that they do not know as the database does. */
  typeFound(type: string): string
  statements(name: string, design: TableDesign, changes: readonly TableChange[]): readonly string[]
  /** Said after the transaction has begun, before anything is changed. */
  readonly settings: readonly string[]
  /** Keeps others off a table that is there until the transaction ends; null: they cannot get in between. */
  lock(name: string): string | null
}

const MOST_COMMENT = 4_000
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
const text = (value: string) => `'${value.replaceAll("'", "''")}'`

const DUCKDB: Readonly<Record<string, string>> = {
  ...{ bigint: 'bigint', int: 'integer', smallint: 'smallint', double: 'double', float: 'float', boolean: 'boolean' },
  ...{ string: 'varchar', date: 'date', datetime: 'timestamp_ms', timestamp: 'timestamp', binary: 'blob' },
}
const POSTGRESQL: Readonly<Record<string, string>> = {
  ...{ bigint: 'bigint', int: 'integer', smallint: 'smallint', double: 'double precision', float: 'real' },
  ...{ boolean: 'boolean', string: 'text', date: 'date', binary: 'bytea' },
  ...{ datetime: 'timestamp(3) without time zone', timestamp: 'timestamp without time zone' },
}

function dialect(
  types: Readonly<Record<string, string>>,
  decimal: string,
  more: Pick<TableDialect, 'look' | 'settings' | 'lock'>,
): TableDialect {
  const named = new Map(Object.entries(types).map(([type, name]) => [name, type]))
  const typeIn = (type: string) => types[type] ?? type.replace(/^decimal/, decimal)
  const column = ({ name, type }: TableColumn) => `${quoted(name)} ${typeIn(type)}`

  function statement(name: string, design: TableDesign, change: TableChange): readonly string[] {
    const table = quoted(name)
    const alter = (what: string) => [`alter table ${table} ${what}`]
    const commentOn = (of: string, to: string) => `comment on column ${table}.${quoted(of)} is ${text(to)}`
    switch (change.kind) {
      case 'create-table':
        return [
          `create table ${table} (${design.columns.map(column).join(', ')})`,
          ...(design.comment === '' ? [] : [`comment on table ${table} is ${text(design.comment)}`]),
          ...design.columns.flatMap((one) => (one.comment === '' ? [] : [commentOn(one.name, one.comment)])),
        ]
      case 'comment-table':
        return [`comment on table ${table} is ${text(change.to)}`]
      case 'life-cycle':
        return []
      case 'add-column':
        return [
          ...alter(`add column ${column(change.column)}`),
          ...(change.column.comment === '' ? [] : [commentOn(change.column.name, change.column.comment)]),
        ]
      case 'drop-column':
        return alter(`drop column ${quoted(change.column.name)}`)
      case 'change-type': {
        const [of, type] = [quoted(change.column), typeIn(change.to)]
        return alter(`alter column ${of} set data type ${type} using cast(${of} as ${type})`)
      }
      case 'comment-column':
        return [commentOn(change.column, change.to)]
    }
  }

  return {
    ...more,
    typeFound(found) {
      const type = found.toLowerCase().replace(/^numeric\((\d+),(\d+)\)$/, 'decimal($1,$2)')
      return named.get(type) ?? type.replace(/^character varying/, 'varchar')
    },
    statements: (name, design, changes) => changes.flatMap((change) => statement(name, design, change)),
  }
}

const HERE = 'database_name = current_database() and schema_name = current_schema()'

export const TABLE_DIALECTS: Readonly<Record<'duckdb' | 'postgresql', TableDialect>> = {
  duckdb: dialect(DUCKDB, 'decimal', {
    settings: [],
    // Who changes the same table at the same time is refused when they commit.
    lock: () => null,
    look: (name) => `select kind, table_comment, column_name, data_type, comment from (
        select 'r' as kind, coalesce(left(t.comment, ${MOST_COMMENT}), '') as table_comment, c.column_name, c.data_type,
          coalesce(left(c.comment, ${MOST_COMMENT}), '') as comment, c.column_index
        from (select * from duckdb_tables() where ${HERE} and table_name = ${text(name)}) t
        join (select * from duckdb_columns() where ${HERE} and table_name = ${text(name)}) c on true
        union all select 'v', '', '', '', '', 0 from duckdb_views() where ${HERE} and view_name = ${text(name)}) order by column_index`,
  }),
  postgresql: dialect(POSTGRESQL, 'numeric', {
    settings: [`set local lock_timeout = '60s'`],
    lock: (name) => `lock table ${quoted(name)} in access exclusive mode`,
    look: (
      name,
    ) => `select case when c.relkind in ('r', 'p') then 'r' else 'v' end, coalesce(left(obj_description(c.oid, 'pg_class'), ${MOST_COMMENT}), ''),
        a.attname, format_type(a.atttypid, a.atttypmod), coalesce(left(col_description(c.oid, a.attnum), ${MOST_COMMENT}), '')
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.oid = to_regclass(${text(quoted(name))}) order by a.attnum`,
  }),
}
