/**
 * The database as the rest of the server sees it: SQL text in, rows out, and transactions.
 *
 * Every statement is prepared under a name made from its text, so that PostgreSQL plans it once per connection (decision 0002).
 * bigint columns, and arrays of them, come back as numbers: every id here is below 2^53.
 */
import { createHash } from 'node:crypto'
import { Refusal } from '@holdpoint/core'
import pg from 'pg'

export type Sql = {
  /** Runs one statement and answers its rows. `$1`, `$2` … stand for the values. */
  rows<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>
}

export type Transaction = Sql & {
  /**
   * The database's time when the transaction began: the only clock of whatever happens in it. It comes with the answer to the first
   * statement and is not there before.
   */
  readonly now: Date
  /**
   * Sends a statement whose rows nobody needs and does not wait: it goes out together with what follows. Should it fail, so does the
   * transaction, or the savepoint that it was sent in.
   */
  send(text: string, values?: readonly unknown[]): void
  /** Runs after the commit, and not at all if there is none. */
  afterCommit(run: () => void): void
  /** Runs the work so that, when it throws, only what it wrote is undone, and what it left for after the commit is forgotten. */
  savepoint<T>(work: () => Promise<T>): Promise<T>
}

export type Database = Sql & {
  /** All or nothing. A deadlock or a serialisation failure runs the work again, at most three times. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  close(): Promise<void>
  readonly pool: pg.Pool
}

type Parse = (text: string) => unknown
const parserOf = pg.types.getTypeParser as (oid: number, format?: 'text' | 'binary') => Parse
const INT8_ARRAY = 1016
const readArray = parserOf(INT8_ARRAY)
const ofBigints: Readonly<Record<number, Parse>> = {
  [pg.types.builtins.INT8]: Number,
  [INT8_ARRAY]: (text) => (readArray(text) as (string | null)[]).map((one) => (one === null ? null : Number(one))),
}
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => ofBigints[oid] ?? parserOf(oid, format),
} as pg.CustomTypesConfig

const names = new Map<string, string>()
function nameOf(text: string): string {
  let name = names.get(text)
  if (name === undefined) {
    name = createHash('sha1').update(text).digest('hex').slice(0, 20)
    names.set(text, name)
  }
  return name
}

/** Text that PostgreSQL cannot hold (NUL, half a surrogate pair) comes from outside only; whoever sent it is told. */
function refuseText(error: unknown): never {
  const { code, message } = error as { code?: string; message?: string }
  if (code === '22021' || code === '22P05' || (code === '22P02' && message?.includes('type json')))
    throw new Refusal('REQUEST_INVALID', { problem: 'a text contains a character that cannot be stored' })
  throw error
}

const IN_FAILED_TRANSACTION = '25P02'
const RETRYABLE = new Set(['40001', '40P01'])
const MOST_RUNS = 3

export function openDatabase(config: pg.PoolConfig): Database {
  const pool = new pg.Pool({ ...config, types, pipeline: true, allowExitOnIdle: false })
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {})

  const on = (client: pg.Pool | pg.PoolClient): Sql => ({
    async rows<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
      const result = await client.query({ name: nameOf(text), text, values: values as unknown[] }).catch(refuseText)
      return result.rows as Row[]
    },
  })

  /** Statements go out without waiting for the answers to those before them; PostgreSQL works on them in their order. */
  async function once<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const client = await pool.connect()
    const sql = on(client)
    const committed: (() => void)[] = []
    let sent: Promise<unknown>[] = []
    let begun: Date | null = null
    let broken: Error | undefined

    const send = (answer: Promise<unknown>) => {
      // Whoever waits for it later hears of its failure; until then it is no unhandled rejection.
      answer.catch(() => {})
      sent.push(answer)
    }
    /** What came first: statements after a failed one fail only because of it. */
    const causeOf = async (error: unknown): Promise<unknown> => {
      if ((error as { code?: string }).code !== IN_FAILED_TRANSACTION) return error
      for (const one of await Promise.allSettled(sent))
        if (one.status === 'rejected' && one.reason.code !== IN_FAILED_TRANSACTION) return one.reason
      return error
    }
    const tx: Transaction = {
      ...sql,
      get now() {
        if (begun === null) throw new Error('the time of a transaction is read before its first statement is answered')
        return begun
      },
      send: (text, values) => send(sql.rows(text, values)),
      afterCommit: (run) => void committed.push(run),
      async savepoint(inner) {
        const before = sent
        const planned = committed.length
        sent = []
        send(client.query('savepoint work'))
        try {
          const value = await inner()
          await Promise.all(sent)
          sent = before
          send(client.query('release savepoint work'))
          return value
        } catch (error) {
          const cause = await causeOf(error)
          sent = before
          await client.query('rollback to savepoint work')
          committed.length = planned
          throw cause
        }
      },
    }
    try {
      send(
        client.query('begin; select now() as now').then((results) => {
          begun = (results as unknown as pg.QueryResult<{ now: Date }>[])[1]!.rows[0]!.now
        }),
      )
      const value = await work(tx)
      const [end] = await Promise.all([client.query('commit'), ...sent])
      // PostgreSQL answers the commit of a transaction in which a statement has failed with a rollback, and no error.
      if (end.command !== 'COMMIT') throw new Error('the transaction had failed and was rolled back')
      for (const run of committed) run()
      return value
    } catch (error) {
      const cause = await causeOf(error)
      await client.query('rollback').catch((rollbackError: Error) => {
        broken = rollbackError
      })
      throw cause
    } finally {
      client.release(broken)
    }
  }

  return {
    pool,
    ...on(pool),
    async transaction(work) {
      for (let run = 1; ; run++) {
        try {
          return await once(work)
        } catch (error) {
          if (run >= MOST_RUNS || !RETRYABLE.has((error as { code?: string }).code ?? '')) throw error
        }
      }
    },
    close: () => pool.end(),
  }
}

/** Whether the error is PostgreSQL's "unique constraint violated". */
export function isUniqueViolation(error: unknown): boolean {
  return (error as { code?: string }).code === '23505'
}
