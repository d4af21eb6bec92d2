/** One session of a synchronisation: it reads from a database, or writes to one, as it is asked. */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import type { TableName } from '@holdpoint/core'
import { type Session, StatementError } from './engine.ts'
import {
  betweenOf,
  creation,
  LEDGER_TABLE,
  literal,
  MOST_TABLES,
  merging,
  named,
  partitionOf,
  quoted,
  STAGED,
  type SyncDialect,
  together,
  type WrittenColumn,
} from './sync-dialects.ts'
import { failureOf } from './sync-failure.ts'
import type { Ledger, Looked, Stand, SyncAnswer, SyncAsk, SyncColumn, SyncFailure, SyncPart } from './sync-messages.ts'
import { spool } from './sync-spool.ts'
import { syncTypeOf, typeMade } from './sync-types.ts'

/** Names and columns that one message carries at most. */
const NAMES_AT_ONCE = 500
const COLUMNS_AT_ONCE = 200
const MOST_DEPTH = 8
/** Files that are written and not taken yet. */
const MOST_FILES = 3
const OLDEST_TARGET = 150_000

/** What the server says to a session, in the order in which it is wanted. */
export type Inbox = {
  put(said: SyncAsk | 'taken'): void
  /** There is nothing more to come. */
  leave(): void
  /** Null: nothing more. */
  next(): Promise<SyncAsk | null>
  /** Whether another file has been taken; false: none will be. */
  taken(): Promise<boolean>
  left(): boolean
  /** Whether something is being done that was asked for. */
  isBusy(): boolean
}

export function inbox(): Inbox {
  const asks: SyncAsk[] = []
  let files = 0
  let left = false
  let busy = true
  let wake = () => {}
  const change = () => new Promise<void>((resolve) => (wake = resolve))
  return {
    put(said) {
      if (said === 'taken') files++
      else asks.push(said)
      wake()
    },
    leave() {
      left = true
      wake()
    },
    async next() {
      busy = false
      while (asks.length === 0 && !left) await change()
      busy = true
      return left ? null : asks.shift()!
    },
    async taken() {
      while (files === 0 && !left) await change()
      if (left) return false
      files--
      return true
    },
    left: () => left,
    isBusy: () => busy,
  }
}

type Say = {
  part(part: SyncPart): void
  answer(answer: SyncAnswer): void
  failed(failure: SyncFailure): void
}

type Begun = {
  readonly ask: Extract<SyncAsk, { do: 'begin' }>
  readonly columns: readonly WrittenColumn[]
  /** Where rows go first. */
  readonly into: string
  rows: number
}

/** Goes on until there is nothing more to ask. What fails is answered with that, and whoever asked goes on or leaves. */
export async function talk(
  session: Session,
  dialect: SyncDialect,
  of: { readonly reads: boolean },
  heard: Inbox,
  say: Say,
): Promise<void> {
  let begun: Begun | null = null

  async function answer(ask: SyncAsk): Promise<SyncAnswer> {
    switch (ask.do) {
      case 'tables':
        return await tell(await tables(session, dialect))
      case 'look': {
        for (const [at, table] of ask.tables.entries()) {
          if (heard.left()) break
          tellLooked(at, await look(session, dialect, table))
        }
        return { t: 'done' }
      }
      case 'bound':
        return await bound(session, dialect, ask)
      case 'writers': {
        const transactions = dialect.kind === 'postgresql' ? await writing(session, ask.table, ask.among) : []
        return { t: 'writers', transactions }
      }
      case 'read':
        return await read(ask)
      case 'position':
        return { t: 'stand', stand: await standOf(session, dialect, ask.ledger) }
      case 'begin': {
        await session.run('begin')
        begun = await begin(session, dialect, ask)
        if (begun === null) await session.run('rollback')
        return { t: 'begun', moved: begun === null }
      }
      case 'load': {
        const rows = await session.load(dialect.load(begun!.into, begun!.columns, ask.file), ask.file)
        begun!.rows += rows
        rmSync(ask.file)
        return { t: 'rows', rows }
      }
      case 'finish':
        return { t: 'rows', rows: await finish(session, dialect, begun!, ask) }
    }
  }

  async function tell(names: readonly TableName[]): Promise<SyncAnswer> {
    for (let at = 0; at < names.length; at += NAMES_AT_ONCE)
      say.part({ t: 'name', names: names.slice(at, at + NAMES_AT_ONCE) })
    return { t: 'done' }
  }

  function tellLooked(at: number, looked: Looked): void {
    const { columns, primaryKey } = looked ?? { columns: [], primaryKey: [] }
    for (let from = 0; from < Math.max(1, columns.length); from += COLUMNS_AT_ONCE)
      say.part({
        t: 'looked',
        at,
        looked: looked && { columns: columns.slice(from, from + COLUMNS_AT_ONCE), primaryKey },
      })
  }

  async function read(ask: Extract<SyncAsk, { do: 'read' }>): Promise<SyncAnswer> {
    const { columns, constants, as } = ask
    const condition = together([ask.where, betweenOf(dialect, ask.between)])
    const statement = dialect.read({ from: named(ask.table), columns, constants, condition, as })
    let outstanding = 0
    await spool(session.read(statement), as, ask.directory, async (file, bytes) => {
      say.part({ t: 'file', file, bytes })
      for (outstanding++; outstanding >= MOST_FILES; outstanding--)
        if (!(await heard.taken())) throw new StatementError('it was stopped', 1)
    })
    for (; outstanding > 0; outstanding--) if (!(await heard.taken())) break
    return { t: 'done' }
  }

  for (const setting of dialect.settings(of.reads)) await session.run(setting)
  const [[usualSchema] = ['']] = await session.ask('select current_schema()')
  say.answer({ t: 'ready', usualSchema: usualSchema! })
  for (let ask = await heard.next(); ask !== null; ask = await heard.next()) {
    try {
      say.answer(await answer(ask))
    } catch (error) {
      say.failed(failureOf(error, begun, ask.do === 'load'))
    }
  }
}

async function tables(session: Session, { tables, kind }: SyncDialect): Promise<readonly TableName[]> {
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

async function look(session: Session, dialect: SyncDialect, table: TableName): Promise<Looked> {
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

async function bound(
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
async function writing(
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

const where = ({ job, target }: Ledger) => `job = ${literal(job)} and target = ${literal(target)}`

/** Where it stands; there is a row from the first time on, so that it can be locked. */
async function standOf(session: Session, dialect: SyncDialect, ledger: Ledger): Promise<Stand | null> {
  await session.run(dialect.ledger)
  await session.run(`insert into ${LEDGER_TABLE} (job, target, position, run, rows, "at")
    values (${literal(ledger.job)}, ${literal(ledger.target)}, null, null, 0, ${NOW}) on conflict do nothing`)
  return await standNow(session, ledger, '')
}

/** In UTC, whatever the session says. */
const NOW = `cast(now() at time zone 'UTC' as timestamp)`

async function standNow(session: Session, ledger: Ledger, lock: string): Promise<Stand | null> {
  const [row] = await session.ask(
    `select coalesce(position, ''), coalesce(cast(run as varchar), ''), cast(rows as varchar) from ${LEDGER_TABLE} where ${where(ledger)}${lock}`,
  )
  if (row === undefined) return null
  return { position: row[0] === '' ? null : row[0]!, run: row[1]!, rows: row[2]! }
}

/** Null: the ledger stands elsewhere. */
async function begin(
  session: Session,
  dialect: SyncDialect,
  ask: Extract<SyncAsk, { do: 'begin' }>,
): Promise<Begun | null> {
  const { table, ledger, key, partition } = ask
  if (ledger !== null) {
    const stand = await standNow(session, ledger, dialect.lock)
    if (JSON.stringify(stand) !== JSON.stringify(ledger.before)) return null
  }
  const fixed = partition.map(({ column }) => ({ name: column, type: 'text' }))
  const columns = [...ask.columns, ...fixed]
  if (table.format !== null) {
    await session.run(creation(dialect, FILE_ROWS, columns, []).replace('create table', 'create temp table'))
    const written = columns.map(({ name, type }) => {
      return { name, native: typeMade(dialect.kind, type).toUpperCase(), comes: type }
    })
    return { ask, columns: written, into: STAGED, rows: 0 }
  }
  if (ask.write === 'upsert' && dialect.kind === 'postgresql') {
    const [[version] = []] = await session.ask('show server_version_num')
    if (Number(version) < OLDEST_TARGET)
      throw new StatementError('only PostgreSQL from version 15 on takes rows by their key', 1)
  }
  let found = await look(session, dialect, table)
  if (found === null) {
    await session.run(creation(dialect, table, columns, key))
    found = await look(session, dialect, table)
  } else if (ask.write === 'replace') {
    await session.run(`delete from ${named(table)} where ${partitionOf(partition)}`)
  }
  const written = writtenOf(columns, found)
  if (ask.write === 'replace') return { ask, columns: written, into: named(table), rows: 0 }
  const names = written.map(({ name }) => quoted(name)).join(', ')
  await session.run(`create temp table ${STAGED} as select ${names} from ${named(table)} limit 0`)
  return { ask, columns: written, into: STAGED, rows: 0 }
}

const FILE_ROWS: TableName = { schema: null, table: 'holdpoint_staged', format: null }

function writtenOf(columns: readonly { readonly name: string; readonly type: string }[], found: Looked) {
  const natives = new Map(found?.columns.map(({ name, native }) => [name, native]))
  return columns.map(({ name, type }): WrittenColumn => {
    const native = natives.get(name)
    if (native === undefined) throw new StatementError(`the table has no column ${name} any more`, 1)
    return { name, native, comes: type }
  })
}

/** How many rows the target has got. */
async function finish(
  session: Session,
  dialect: SyncDialect,
  { ask, columns, rows }: Begun,
  { position, runId }: Extract<SyncAsk, { do: 'finish' }>,
): Promise<number> {
  let written = rows
  if (ask.table.format !== null) return await finishFile(session, ask.table, rows)
  if (ask.write === 'upsert') {
    await unique(session, ask.key)
    for (const statement of dialect.afterStaging) await session.run(statement)
    written = (await session.run(merging(dialect, ask.table, columns, ask.key))).changed ?? 0
    await session.run(`drop table ${STAGED}`)
  }
  if (ask.ledger !== null) {
    const stands = position === null ? 'null' : literal(position)
    // Where nothing has changed nothing is written.
    await session.run(`update ${LEDGER_TABLE} set position = ${stands}, run = ${runId}, rows = rows + ${written}, "at" = ${NOW}
      where ${where(ask.ledger)} and (${written} > 0 or position is distinct from ${stands} or run is distinct from ${runId})`)
  }
  await session.run('commit')
  return written
}

/** Rows of which it cannot be said which one is which would be written twice. */
async function unique(session: Session, key: readonly string[]): Promise<void> {
  const names = key.map(quoted)
  const nulls = names.map((name) => `${name} is null`).join(' or ')
  const [found] =
    await session.ask(`select ${names.map((name) => `coalesce(cast(${name} as varchar), 'NULL')`).join(', ')} from ${STAGED}
    group by ${names.join(', ')} having count(*) > 1 or ${nulls} limit 1`)
  if (found === undefined) return
  const shown = key.map((name, at) => `${name} = ${found[at]}`).join(', ')
  throw new StatementError(
    `its key has to tell every row apart: there are several with ${shown}, or there is no value`,
    1,
  )
}

/** It takes its place as a whole. */
async function finishFile(session: Session, { table, format }: TableName, rows: number): Promise<number> {
  const file = path.join('files', table)
  const part = path.join(path.dirname(file), `.${path.basename(file)}.part`)
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const options = format === 'csv' ? 'format csv, header true' : 'format parquet'
  await session.run(`copy ${STAGED} to ${literal(part)} (${options})`)
  renameSync(part, file)
  await session.run('rollback')
  return rows
}
