/** What a session finds: tables and files, their columns, how far values go, and who is writing. */
import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import type { TableName } from '@holdpoint/core'
import type { Session } from './engine.ts'
import { betweenOf, literal, MOST_TABLES, named, quoted, type SyncDialect, together } from './sync-dialects.ts'
import type { Looked, SyncAnswer, SyncAsk, SyncColumn } from './sync-messages.ts'
import { syncTypeOf } from './sync-types.ts'

const MOST_DEPTH = 8

export async function tables(session: Session, { tables, kind }: SyncDialect): Promise<readonly TableName[]> {
  const rows = await session.ask(tables)
  const found = rows.map(([schema, table]): TableName => ({ schema: schema!, table: table!, format: null }))
  const all = kind === 'duckdb' ? [...found, ...filesIn('files', '', 0)] : found
  if (all.length > MOST_TABLES) throw new Error(`it has more than ${MOST_TABLES} tables`)
  return all
}

/** What is not called Parquet is read as CSV. */
function filesIn(directory: string, within: string, depth: number): TableName[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.')) return []
    const table = within === '' ? entry.name : `${within}/${entry.name}`
    if (entry.isDirectory() && depth < MOST_DEPTH) return filesIn(path.join(directory, entry.name), table, depth + 1)
    if (!entry.isFile()) return []
    return [{ schema: null, table, format: /\.parquet$/i.test(table) ? 'parquet' : 'csv' } as const]
  })
}

export async function look(session: Session, dialect: SyncDialect, table: TableName): Promise<Looked> {
  const column = (name: string, native: string): SyncColumn => ({
    name,
    native,
    type: syncTypeOf(dialect.kind, native),
  })
  if (table.format !== null) {
    if (statSync(path.join('files', table.table), { throwIfNoEntry: false }) === undefined) return null
    const rows = await session.ask(`describe select * from ${named(table)}`)
    return { columns: rows.map(([name, type]) => column(name!, type!)), primaryKey: [] }
  }
  const rows = await session.ask(dialect.look(table))
  const columns = rows.filter(([what]) => what === 'c').map(([, name, native]) => column(name!, native!))
  const primaryKey = rows.filter(([what]) => what === 'k').map(([, name]) => name!)
  return columns.length === 0 ? null : { columns, primaryKey }
}

export async function bound(
  session: Session,
  dialect: SyncDialect,
  { table, where, column, position, lookback, limit }: Extract<SyncAsk, { do: 'bound' }>,
): Promise<SyncAnswer> {
  const name = quoted(column.name)
  const above = position === null ? null : `${name} > ${dialect.value(column, position)}`
  const next = `select ${name} as v from ${named(table)} where ${together([where, dialect.follows(column), above])} order by ${name} limit ${limit}`
  const [[count, high] = []] = await session.ask(`select count(*), cast(max(v) as varchar) from (${next}) as next`)
  if (count !== '0') return { t: 'bound', high: high!, isFull: Number(count) >= limit }
  if (position === null) return { t: 'level', look: null }
  const condition = together([where, betweenOf(dialect, { ...column, position, lookback, high: position })])
  const [[rows] = ['']] = await session.ask(dialect.lookOfRows(named(table), condition))
  return { t: 'level', look: rows! }
}

/**
 * Transactions that have a lock on the table, or on a part of it, with which one writes: all that have now, or those of these that still have. Whatever
 * value of a sequence they took, they took it before they end.
 */
export async function writing(
  session: Session,
  table: TableName,
  before: readonly string[] | null,
): Promise<readonly string[]> {
  if (before?.length === 0) return []
  const among = before === null ? 'true' : `l.virtualtransaction in (${before.map(literal).join(', ')})`
  const rows = await session.ask(`with recursive parts(oid) as (
      select to_regclass(${literal(named(table))})::oid union all select i.inhrelid from pg_inherits i join parts p on i.inhparent = p.oid)
    select distinct l.virtualtransaction from pg_locks l join parts on l.relation = parts.oid
    where l.locktype = 'relation' and l.database = (select oid from pg_database where datname = current_database())
      and l.granted and l.mode not in ('AccessShareLock', 'RowShareLock', 'ShareUpdateExclusiveLock', 'ShareLock') and ${among}`)
  return rows.map(([transaction]) => transaction!)
}
