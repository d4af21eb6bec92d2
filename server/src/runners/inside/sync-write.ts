/** What a session does that writes: where its target stands, what is begun there, and how that is committed. */
import { mkdirSync, renameSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TableName } from '@holdpoint/core'
import { type Session, StatementError } from './engine.ts'
import {
  creation,
  LEDGER_TABLE,
  literal,
  merging,
  named,
  partitionOf,
  quoted,
  STAGED,
  type SyncDialect,
  type WrittenColumn,
} from './sync-dialects.ts'
import { look } from './sync-look.ts'
import type { Ledger, Looked, Stand, SyncAsk } from './sync-messages.ts'
import { typeMade } from './sync-types.ts'

const OLDEST_TARGET = 150_000
const MOST_TRIES = 5
const AGAIN_AFTER_MS = 50

export type Begun = {
  readonly ask: Extract<SyncAsk, { do: 'begin' }>
  readonly columns: readonly WrittenColumn[]
  /** Where rows go first. */
  readonly into: string
  rows: number
}

const where = ({ job, target }: Ledger) => `job = ${literal(job)} and target = ${literal(target)}`

/** Where it stands; there is a row from the first time on, so that it can be locked. */
export async function standOf(session: Session, dialect: SyncDialect, ledger: Ledger): Promise<Stand | null> {
  await makeLedger(session, dialect)
  await session.run(`insert into ${LEDGER_TABLE} (job, target, position, run, rows, "at")
    values (${literal(ledger.job)}, ${literal(ledger.target)}, null, null, 0, ${NOW}) on conflict do nothing`)
  return await standNow(session, ledger, '')
}

/** Of several that find at the same moment that there is none, a database has one make it, and fails the others. */
async function makeLedger(session: Session, { ledger }: SyncDialect): Promise<void> {
  for (let tries = 1; ; tries++)
    try {
      await session.run(ledger)
      return
    } catch (error) {
      if (tries === MOST_TRIES) throw error
      await sleep(AGAIN_AFTER_MS)
    }
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
export async function begin(
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
export async function finish(
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
