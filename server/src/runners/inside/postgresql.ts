/** A PostgreSQL server, at an address that has been judged. */
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { sqlStatements } from '@holdpoint/core'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { type Answered, type Engine, type Outcome, type Session, StatementError } from './engine.ts'
import type { ToSqlProcess } from './messages.ts'
import { SYNC_DIALECTS } from './sync-dialects.ts'
import { cell, MOST_ROWS } from './table.ts'
import { TABLE_DIALECTS } from './table-dialects.ts'

const CONNECT_WITHIN_MS = 10_000
const QUIET_MS = 10_000
const CANCEL_WITHIN_MS = 5_000
const READ_BYTES = 262_144
const QUERY = /^[\s(]*(?:select|with|values|table)\b/i

type Given = Extract<ToSqlProcess, { t: 'postgresql' }>

/** The first session is opened at once: whether there can be one is what opening finds out. */
export async function openPostgresql(given: Given): Promise<Engine> {
  let first: Session | null = await session(given)
  return {
    dialect: TABLE_DIALECTS.postgresql,
    sync: SYNC_DIALECTS.postgresql,
    async session() {
      const opened = first ?? (await session(given))
      first = null
      return opened
    },
    healthy: async () => false,
    close: async () => first?.close(),
  }
}

const configOf = (given: Given): pg.ClientConfig => ({
  host: given.address,
  port: given.port,
  database: given.database,
  user: given.user,
  password: given.password,
  ssl:
    given.tlsName === null
      ? false
      : {
          servername: given.tlsName,
          host: given.tlsName,
          ...(given.authorities === null ? {} : { ca: given.authorities }),
        },
  connectionTimeoutMillis: CONNECT_WITHIN_MS,
  application_name: 'holdpoint',
  keepAlive: true,
  // A server that is not heard of any more is given up after minutes, not hours.
  keepAliveInitialDelayMillis: QUIET_MS,
})

async function session(given: Given): Promise<Session> {
  const client = new pg.Client(configOf(given))
  let gone: Error | null = null
  let copying = false
  client.on('error', (error) => {
    gone ??= error
  })
  await client.connect()
  // When we are gone the server stops what it runs for us; those before version 14 cannot.
  await client.query("select set_config('client_connection_check_interval', '2s', false)").catch(() => {})
  return {
    async run(statement) {
      try {
        return await asked(client, statement)
      } catch (error) {
        throw statementError(statement, gone ?? (error as Error))
      }
    },
    async ask(statement) {
      try {
        // One statement: the protocol that is used for it takes no more.
        const query = { text: statement, rowMode: 'array', queryMode: 'extended' } as pg.QueryArrayConfig
        const { rows } = await client.query<string[]>(query)
        return rows.map((row) => row.map(String))
      } catch (error) {
        throw statementError(statement, gone ?? (error as Error))
      }
    },
    async *read(statement) {
      copying = true
      try {
        yield* client.query(copyTo(statement))
        copying = false
      } catch (error) {
        throw statementError(statement, gone ?? (error as Error))
      }
    },
    async load(statement, file) {
      try {
        const into = client.query(copyFrom(statement))
        await pipeline(createReadStream(file, { highWaterMark: READ_BYTES }), into)
        return into.rowCount
      } catch (error) {
        throw statementError(statement, gone ?? (error as Error))
      }
    },
    async measure(statement) {
      try {
        await client.query('begin read only')
        // After the first query of a transaction nothing makes it one that writes.
        await client.query('select 1')
        // In such a transaction COPY writes files of the server all the same, and runs programs there.
        if (!QUERY.test(sqlStatements(statement)[0]?.text ?? '')) throw new Error('it is no query')
        return await answered(client, statement)
      } catch (error) {
        throw statementError(statement, gone ?? (error as Error))
      } finally {
        await client.query('rollback').catch(() => {})
      }
    },
    interrupt: () => void cancel(given, client),
    async close() {
      // Of rows that nobody reads any more it would wait for the last.
      if (copying) (client as unknown as { connection: pg.Connection }).connection.stream.destroy()
      else await client.end().catch(() => {})
    },
  }
}

/** Rows beyond the first are counted and dropped as they come. */
function asked(client: pg.Client, text: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const rows: string[][] = []
    let count = 0
    // Every value as the text that the server writes: it is only shown.
    const types = { getTypeParser: () => (value: unknown) => value }
    const config = { text, rowMode: 'array', types }
    const query = new pg.Query(config as pg.QueryConfig)
    query.on('row', (row: unknown) => {
      if (rows.length < MOST_ROWS) rows.push((row as unknown[]).map(cell))
      count++
    })
    query.on('error', reject)
    query.on('end', (result: pg.QueryResult) => {
      const columns = (result.fields ?? []).map(({ name }) => name)
      const changes = /^(INSERT|UPDATE|DELETE|MERGE|COPY)/.test(result.command ?? '')
      resolve({
        rows: columns.length > 0 ? { columns, rows, count } : null,
        changed: changes && columns.length === 0 ? (result.rowCount ?? 0) : null,
      })
    })
    client.query(query)
  })
}

/** Rows beyond the first are counted and dropped as they come. One statement: the protocol that is used for it takes no more. */
function answered(client: pg.Client, text: string): Promise<Answered> {
  return new Promise((resolve, reject) => {
    let rows = 0
    let value: string | null = null
    const types = { getTypeParser: () => (one: unknown) => one }
    const query = new pg.Query({ text, rowMode: 'array', types, queryMode: 'extended' } as pg.QueryConfig)
    query.on('row', (row: unknown) => {
      if (rows++ === 0) value = (row as (string | null)[])[0] ?? null
    })
    query.on('error', reject)
    query.on('end', (result: pg.QueryResult) => resolve({ rows, columns: result.fields?.length ?? 0, value }))
    client.query(query)
  })
}

/** Asks the server over a connection of its own to end what the client's runs. */
async function cancel(given: Given, client: pg.Client): Promise<void> {
  const { processID } = client as unknown as { processID: number }
  const other = new pg.Client({ ...configOf(given), query_timeout: CANCEL_WITHIN_MS })
  other.on('error', () => {})
  try {
    await other.connect()
    await other.query('select pg_cancel_backend($1)', [processID])
  } catch {
    // Then its connection ends with the process.
  } finally {
    await other.end().catch(() => {})
  }
}

function statementError(statement: string, error: Error): StatementError {
  const { position, detail, hint } = error as pg.DatabaseError
  const line = position === undefined ? 1 : statement.slice(0, Number(position) - 1).split('\n').length
  return new StatementError([error.message, detail, hint].filter(Boolean).join('. '), line, error)
}
