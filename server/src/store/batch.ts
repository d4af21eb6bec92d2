/**
 * Several statements that go to PostgreSQL in one message and come back answered in one, instead of one after the other.
 *
 * They are run in their order. When one fails those after it are not run, and the whole batch fails with its error; outside a transaction the
 * batch is a transaction of its own. Each statement is prepared on its first use of a connection, under a name made from its text, and
 * PostgreSQL describes its columns that once (decision 0002).
 */
import { createHash } from 'node:crypto'
import { Refusal } from '@holdpoint/core'
import pg from 'pg'

export type Statement = { readonly text: string; readonly values: readonly unknown[] }
export type Answer = { readonly command: string; readonly rows: readonly unknown[] }

type Row = Record<string, unknown>
type Columns = {
  readonly names: readonly string[]
  readonly parsers: readonly ((text: string) => unknown)[]
  /** A row with every column empty; copies of it are faster to fill than a new object. */
  readonly empty: Row
}
const NO_COLUMNS: Columns = { names: [], parsers: [], empty: {} }
/** What pg's connection has beyond its published types: the statements it has seen prepared. */
type Connection = pg.Connection & { readonly parsedStatements: Readonly<Record<string, string>> }

const columnsOf = new WeakMap<pg.Connection, Map<string, Columns>>()

/** Runs the statements on a client that is not running anything else. */
export function runBatch(client: pg.ClientBase, statements: readonly Statement[]): Promise<Answer[]> {
  return new Promise((resolve, reject) => {
    client.query(batch(statements, resolve, reject))
  })
}

/** What pg calls back with the messages of PostgreSQL while the batch is the client's active query. */
function batch(
  statements: readonly Statement[],
  resolve: (answers: Answer[]) => void,
  reject: (error: Error) => void,
): pg.Submittable {
  const names = statements.map((one) => nameOf(one.text))
  const values = statements.map((one) => one.values.map(textOf))
  const answers: Answer[] = []
  let known: Map<string, Columns>
  let columns: Columns | undefined
  let rows: unknown[] = []

  const answered = (command: string) => {
    const name = names[answers.length]!
    if (!known.has(name)) known.set(name, columns ?? NO_COLUMNS)
    answers.push({ command, rows })
    columns = undefined
    rows = []
  }
  const messages = {
    // By these two pg notes which statement it was that PostgreSQL has just prepared.
    get name() {
      return names[answers.length]
    },
    get text() {
      return statements[answers.length]?.text
    },
    submit(given: pg.Connection) {
      const connection = given as Connection
      known = columnsOf.get(connection) ?? new Map()
      columnsOf.set(connection, known)
      const prepared = new Set<string>()
      connection.stream.cork()
      for (const [at, { text }] of statements.entries()) {
        const name = names[at]!
        if (connection.parsedStatements[name] === undefined && !prepared.has(name))
          connection.parse({ name, text, types: [] }, true)
        connection.bind({ statement: name, values: values[at]! }, true)
        if (!known.has(name)) connection.describe({ type: 'P' }, true)
        connection.execute({}, true)
        prepared.add(name)
      }
      connection.sync()
      connection.stream.uncork()
    },
    handleRowDescription({ fields }: { readonly fields: readonly pg.FieldDef[] }) {
      columns = {
        names: fields.map((field) => field.name),
        parsers: fields.map((field) => parserOf(field.dataTypeID)),
        empty: Object.fromEntries(fields.map((field) => [field.name, null])),
      }
    },
    handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }) {
      columns ??= known.get(names[answers.length]!)!
      const row = { ...columns.empty }
      for (const [at, text] of fields.entries()) if (text !== null) row[columns.names[at]!] = columns.parsers[at]!(text)
      rows.push(row)
    },
    handleCommandComplete({ text }: { readonly text: string }) {
      answered(text.split(' ', 1)[0]!)
    },
    handleEmptyQuery() {
      answered('')
    },
    handlePortalSuspended() {},
    // Only now is what was written outside a transaction durable.
    handleReadyForQuery() {
      resolve(answers)
    },
    handleError(error: Error) {
      reject(refusalOf(error) ?? error)
    },
  }
  return messages
}

/** What PostgreSQL cannot hold (NUL, half a surrogate pair, the year 0) comes from outside only; whoever sent it is told. */
function refusalOf({ code, message }: Error & { readonly code?: string }): Refusal | null {
  if (code === '22007' || code === '22008' || code === '22009')
    return new Refusal('REQUEST_INVALID', { problem: 'an instant is out of range' })
  const unstorable = code === '22021' || code === '22P05' || (code === '22P02' && message.includes('type json'))
  return unstorable
    ? new Refusal('REQUEST_INVALID', { problem: 'a text contains a character that cannot be stored' })
    : null
}

const namesOf = new Map<string, string>()
function nameOf(text: string): string {
  let name = namesOf.get(text)
  if (name === undefined) {
    name = createHash('sha1').update(text).digest('hex').slice(0, 20)
    namesOf.set(text, name)
  }
  return name
}

/** A value as PostgreSQL reads it. */
function textOf(value: unknown): string | Buffer | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value
  if (Buffer.isBuffer(value)) return value
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return arrayText(value)
  if (typeof value === 'object') return JSON.stringify(value)
  return String(value)
}

function arrayText(values: readonly unknown[]): string {
  let all = '{'
  for (const [at, value] of values.entries()) {
    if (at > 0) all += ','
    all += elementText(value)
  }
  return `${all}}`
}

const SPECIAL = /[\\"]/
function elementText(value: unknown): string {
  if (typeof value === 'number') return String(value)
  const text = textOf(value)
  if (text === null) return 'NULL'
  if (Buffer.isBuffer(text)) return `"\\\\x${text.toString('hex')}"`
  if (Array.isArray(value)) return text
  return `"${SPECIAL.test(text) ? text.replace(/[\\"]/g, '\\$&') : text}"`
}

type Parse = (text: string) => unknown
const usualParser = pg.types.getTypeParser as (oid: number) => Parse
const INT8_ARRAY = 1016
const readArray = usualParser(INT8_ARRAY)
/** Every id here is below 2^53. */
const bigintParsers: Readonly<Record<number, Parse>> = {
  [pg.types.builtins.INT8]: Number,
  [INT8_ARRAY]: (text) => (readArray(text) as (string | null)[]).map((one) => (one === null ? null : Number(one))),
}
const parserOf = (oid: number): Parse => bigintParsers[oid] ?? usualParser(oid)
