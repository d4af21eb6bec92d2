/** The process that speaks to a database for nodes: what it is told comes down its input, and with the end of that it ends, wherever it is. */
import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { openDuckDb } from './duckdb.ts'
import { type Engine, type Session, StatementError } from './engine.ts'
import type { FromSqlProcess, Statement, ToSqlProcess } from './messages.ts'
import { openPostgresql } from './postgresql.ts'
import { table } from './table.ts'

const UP = 3
const MOST_PROBLEM_CHARACTERS = 2_000
const MOST_SHOWN_STATEMENT = 200
const INTERRUPT_AGAIN_MS = 500

const up = createWriteStream('', { fd: UP })
const say = (message: FromSqlProcess) => void up.write(`${JSON.stringify(message)}\n`)
const engineOf = Promise.withResolvers<Engine>()
engineOf.promise.catch(() => {})
const running = new Map<number, { stopped: boolean; session: Session | null }>()

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
  const one: { stopped: boolean; session: Session | null } = { stopped: false, session: null }
  running.set(id, one)
  const engine = await engineOf.promise
  let error: { line: number; problem: string } | null = null
  let at: Statement = statements[0] ?? { text: '', line: 1 }
  try {
    one.session = await engine.session()
    for (const statement of statements) {
      if (one.stopped) break
      at = statement
      say({ t: 'log', id, text: `${heading(statement)}\n` })
      const { rows, changed } = await one.session.run(statement.text)
      if (rows !== null) say({ t: 'log', id, text: table(rows) })
      else say({ t: 'log', id, text: changed === null ? 'done\n' : `${changed} ${changed === 1 ? 'row' : 'rows'}\n` })
    }
  } catch (caught) {
    const line = caught instanceof StatementError ? at.line + caught.line - 1 : at.line
    error = { line, problem: shortened((caught as Error).message) }
    say({ t: 'log', id, text: `line ${line}: ${error.problem}\n` })
  }
  await one.session?.close().catch(() => {})
  running.delete(id)
  say({ t: 'ended', id, error, healthy: error === null || (await engine.healthy()) })
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
