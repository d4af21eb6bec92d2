/** One session of a synchronisation: it reads from a database, or writes to one, as it is asked. */
import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TableName } from '@holdpoint/core'
import { type Session, StatementError } from './engine.ts'
import { betweenOf, named, type SyncDialect, together } from './sync-dialects.ts'
import { failureOf } from './sync-failure.ts'
import type { Inbox } from './sync-inbox.ts'
import { bound, look, tables, writing } from './sync-look.ts'
import type { Looked, SyncAnswer, SyncAsk, SyncFailure, SyncPart } from './sync-messages.ts'
import { spool } from './sync-spool.ts'
import { type Begun, begin, finish, standOf } from './sync-write.ts'

/** Names and columns that one message carries at most. */
const NAMES_AT_ONCE = 200
const COLUMNS_AT_ONCE = 200
/** Those of enumerations and structures have no end; only short ones are asked for. */
const MOST_TYPE_CHARACTERS = 500
/** Files that are written and not taken yet. */
const MOST_FILES = 3
const LOOK_FOR_TURN_EVERY_MS = 50

type Say = {
  part(part: SyncPart): void
  answer(answer: SyncAnswer): void
  failed(failure: SyncFailure): void
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
  let turn: string | null = null

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
        return {
          ...{ t: 'stand', stand: await standOf(session, dialect, ask.ledger) },
          isThere: (await look(session, dialect, ask.table)) !== null,
        }
      case 'begin': {
        if (dialect.kind === 'duckdb') await wait(placeOf(ask.table))
        await session.run(dialect.begin)
        const lock = dialect.turn(ask.table)
        if (lock !== null) await session.ask(lock)
        begun = await begin(session, dialect, ask)
        if (begun === null) {
          await session.run('rollback')
          leave()
        }
        return { t: 'begun', moved: begun === null }
      }
      case 'load': {
        const rows = await session.load(dialect.load(begun!.into, begun!.columns, ask.file), ask.file)
        begun!.rows += rows
        rmSync(ask.file)
        return { t: 'rows', rows }
      }
      case 'finish': {
        const rows = await finish(session, dialect, begun!, ask)
        leave()
        return { t: 'rows', rows }
      }
    }
  }

  /** Of several that write to one table, one does: two that replace it at once would both leave their rows there. */
  async function wait(place: string): Promise<void> {
    while (written.has(place)) {
      if (heard.left()) throw new StatementError('it was stopped', 1)
      await sleep(LOOK_FOR_TURN_EVERY_MS)
    }
    written.add(place)
    turn = place
  }

  function leave(): void {
    if (turn !== null) written.delete(turn)
    turn = null
  }

  async function tell(names: readonly TableName[]): Promise<SyncAnswer> {
    for (let at = 0; at < names.length; at += NAMES_AT_ONCE)
      say.part({ t: 'name', names: names.slice(at, at + NAMES_AT_ONCE) })
    return { t: 'done' }
  }

  function tellLooked(at: number, looked: Looked): void {
    const primaryKey = looked?.primaryKey ?? []
    const columns = (looked?.columns ?? []).map((column) => {
      return { ...column, native: column.native.slice(0, MOST_TYPE_CHARACTERS) }
    })
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
    // What is read is said in words that would take several statements; so it is seen beforehand that a condition is none but that.
    if (ask.where !== null) await session.ask(`select 1 from ${named(ask.table)} where ${condition} limit 0`)
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
  // Whoever comes next finds nothing of it.
  if (turn !== null) await session.run('rollback').catch(() => {})
  leave()
}

/** Tables and files of this process's database to which somebody writes. */
const written = new Set<string>()

/** DuckDB does not tell letters apart by their case. */
const placeOf = ({ schema, table, format }: TableName) =>
  (format === null ? `${schema ?? 'main'}.${table}` : `files/${table}`).toLowerCase()
