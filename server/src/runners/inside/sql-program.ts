/** The process that speaks to a database for nodes: what it is told comes down its input, and with the end of that it ends, wherever it is. */
import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { TableProgram } from '@holdpoint/core'
import { openDuckDb } from './duckdb.ts'
import { type Engine, type Session, StatementError } from './engine.ts'
import { measured } from './measure.ts'
import type { FromSqlProcess, Statement, ToSqlProcess } from './messages.ts'
import { openPostgresql } from './postgresql.ts'
import { type Inbox, inbox } from './sync-inbox.ts'
import { talk } from './sync-talk.ts'
import { table } from './table.ts'
import { changeTable, lookAt, NotDone } from './table-change.ts'
import type { TableDialect } from './table-dialects.ts'

const UP = 3
const MOST_PROBLEM_CHARACTERS = 2_000
const MOST_SHOWN_STATEMENT = 200
const INTERRUPT_AGAIN_MS = 500
/** A message stays far below what the server takes. */
const COLUMNS_AT_ONCE = 50

type Running = { stopped: boolean; session: Session | null }

const up = createWriteStream('', { fd: UP })
const say = (message: FromSqlProcess) => void up.write(`${JSON.stringify(message)}\n`)
const engineOf = Promise.withResolvers<Engine>()
engineOf.promise.catch(() => {})
const running = new Map<number, Running>()
/** Of sessions that are asked one thing after the other. */
const inboxes = new Map<number, Inbox>()

const input = createInterface({ input: process.stdin })
input.on('line', (line) => told(JSON.parse(line) as ToSqlProcess))
// Also when the server has been killed. An exit would wait for the statement that is running, and keep the file until then.
const leave = () => process.kill(process.pid, 'SIGKILL')
input.on('close', leave)
up.on('error', leave)

function told(message: ToSqlProcess): void {
  if (message.t === 'duckdb') open(openDuckDb(message, () => say({ t: 'wanted' })))
  else if (message.t === 'postgresql') open(openPostgresql(message))
  else if (message.t === 'run') void run(message.id, message.statements)
  else if (message.t === 'look') void look(message.id, message.name)
  else if (message.t === 'table') void change(message.id, message.program)
  else if (message.t === 'sync') void sync(message.id, message.reads)
  else if (message.t === 'ask') inboxes.get(message.id)?.put(message.ask)
  else if (message.t === 'taken') inboxes.get(message.id)?.put('taken')
  else if (message.t === 'leave') leaveTalk(message.id)
  else if (message.t === 'measure') void measureAll(message.id, message.statements)
  else if (message.t === 'stop') stop(message.id)
  else
    void engineOf.promise
      .then((engine) => engine.close())
      .catch(() => {})
      .then(() => process.exit(0))
}

/** Again and again until it has ended: what is said between two statements a database does not hear. */
function stop(id: number): void {
  const one = running.get(id)
  if (one === undefined) return
  one.stopped = true
  inboxes.get(id)?.leave()
  one.session?.interrupt()
  setTimeout(stop, INTERRUPT_AGAIN_MS, id)
}

function open(engine: Promise<Engine>): void {
  engine.then(
    (opened) => {
      engineOf.resolve(opened)
      say({ t: 'opened' })
    },
    (error: Error) => say({ t: 'broken', problem: shortened(error.message) }),
  )
}

async function run(id: number, statements: readonly Statement[]): Promise<void> {
  let at: Statement = statements[0] ?? { text: '', line: 1 }
  await within(id, async ({ session, isStopped }) => {
    try {
      for (const statement of statements) {
        if (isStopped()) break
        at = statement
        say({ t: 'log', id, text: `${heading(statement)}\n` })
        const { rows, changed } = await session.run(statement.text)
        if (rows !== null) say({ t: 'log', id, text: table(rows) })
        else say({ t: 'log', id, text: changed === null ? 'done\n' : `${changed} ${changed === 1 ? 'row' : 'rows'}\n` })
      }
      return { error: null }
    } catch (caught) {
      const line = caught instanceof StatementError ? at.line + caught.line - 1 : at.line
      const problem = shortened((caught as Error).message)
      say({ t: 'log', id, text: `line ${line}: ${problem}\n` })
      return { error: { line, problem } }
    }
  })
}

async function look(id: number, name: string): Promise<void> {
  await within(id, async ({ session, dialect }) => {
    try {
      const found = await lookAt(session, dialect, name)
      if (found !== null) {
        say({ t: 'found', id, comment: found.comment })
        for (let at = 0; at < found.columns.length; at += COLUMNS_AT_ONCE)
          say({ t: 'columns', id, columns: found.columns.slice(at, at + COLUMNS_AT_ONCE) })
      }
      return { error: null }
    } catch (caught) {
      return failure(caught)
    }
  })
}

async function change(id: number, program: TableProgram): Promise<void> {
  await within(id, async ({ session, dialect, isStopped }) => {
    const log = (text: string) => say({ t: 'log', id, text: `${text}\n` })
    try {
      await changeTable(session, dialect, program, { log, isStopped })
      return { error: null }
    } catch (caught) {
      const end = failure(caught)
      log(end.error.problem)
      return end
    }
  })
}

async function measureAll(id: number, statements: readonly string[]): Promise<void> {
  await within(id, async ({ session, isStopped }) => {
    let failed: string | null = null
    for (const statement of statements) {
      if (isStopped()) break
      const is = await measured(session, statement)
      if ('problem' in is) failed = is.problem
      say({ t: 'measured', id, is: 'problem' in is ? { problem: shortened(is.problem) } : is })
    }
    return { error: failed === null ? null : { line: 1, problem: shortened(failed) } }
  })
}

async function sync(id: number, reads: boolean): Promise<void> {
  const heard = inbox()
  inboxes.set(id, heard)
  await within(id, async ({ session, engine }) => {
    await talk(session, engine.sync, { reads }, heard, {
      part: (part) => say({ t: 'part', id, part }),
      answer: (answer) => say({ t: 'answer', id, answer }),
      failed: (failure) => say({ t: 'failed', id, failure }),
    })
    return { error: null }
  })
  inboxes.delete(id)
}

/** What is being done at this moment is broken off. */
function leaveTalk(id: number): void {
  const heard = inboxes.get(id)
  if (heard?.isBusy()) stop(id)
  else heard?.leave()
}

type Within = {
  readonly session: Session
  readonly engine: Engine
  readonly dialect: TableDialect
  readonly isStopped: () => boolean
}
type End = Pick<Extract<FromSqlProcess, { t: 'ended' }>, 'error' | 'undone'>

const failure = (caught: unknown) => ({
  error: { line: 1, problem: shortened((caught as Error).message) },
  ...(caught instanceof NotDone ? { undone: caught.because } : {}),
})

/** Does something in a session of its own, and says how it ended. */
async function within(id: number, work: (of: Within) => Promise<End>): Promise<void> {
  const one: Running = { stopped: false, session: null }
  running.set(id, one)
  const engine = await engineOf.promise
  let end: End
  try {
    one.session = await engine.session()
    end = await work({ session: one.session, engine, dialect: engine.dialect, isStopped: () => one.stopped })
  } catch (caught) {
    end = { error: { line: 1, problem: shortened((caught as Error).message) } }
  }
  await one.session?.close().catch(() => {})
  running.delete(id)
  say({ t: 'ended', id, ...end, healthy: end.error === null || (await engine.healthy()) })
}

/** The statement's first line, by which people find it. */
function heading({ text, line }: Statement): string {
  const [first = ''] = text.split('\n', 1)
  const more = first.length > MOST_SHOWN_STATEMENT || first.length < text.length ? ' …' : ''
  return `line ${line}: ${first.slice(0, MOST_SHOWN_STATEMENT)}${more}`
}

function shortened(problem: string): string {
  const line = problem.replace(/\s*\n\s*/g, ' ').trim()
  return line.length <= MOST_PROBLEM_CHARACTERS ? line : `${line.slice(0, MOST_PROBLEM_CHARACTERS)}…`
}
