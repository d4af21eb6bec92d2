/**
 * The database as the rest of the server sees it: SQL text in, rows out, and transactions.
 *
 * Every statement is prepared under a name made from its text, so that PostgreSQL plans it once per connection (decision 0002).
 * bigint columns, and arrays of them, come back as numbers: every id here is below 2^53.
 */
import { createHash } from 'node:crypto'
import pg from 'pg'

export type Sql = {
  /** Runs one statement and answers its rows. `$1`, `$2` … stand for the values. */
  rows<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>
}

export type Transaction = Sql & {
  /** The database's time, read once when the transaction began: the only clock of whatever happens in it. */
  readonly now: Date
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

const RETRYABLE = new Set(['40001', '40P01'])
const MOST_RUNS = 3

export function openDatabase(config: pg.PoolConfig): Database {
  const pool = new pg.Pool({ ...config, types, allowExitOnIdle: false })
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {})

  const on = (client: pg.Pool | pg.PoolClient): Sql => ({
    async rows<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
      const result = await client.query({ name: nameOf(text), text, values: values as unknown[] })
      return result.rows as Row[]
    },
  })

  async function once<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const client = await pool.connect()
    const committed: (() => void)[] = []
    let broken: Error | undefined
    try {
      const begun = (await client.query('begin; select now() as now')) as unknown as pg.QueryResult<{ now: Date }>[]
      const tx: Transaction = {
        ...on(client),
        now: begun[1]!.rows[0]!.now,
        afterCommit: (run) => void committed.push(run),
        async savepoint(inner) {
          await client.query('savepoint work')
          const planned = committed.length
          try {
            const value = await inner()
            await client.query('release savepoint work')
            return value
          } catch (error) {
            await client.query('rollback to savepoint work')
            committed.length = planned
            throw error
          }
        },
      }
      const value = await work(tx)
      const end = await client.query('commit')
      // PostgreSQL answers the commit of a transaction in which a statement has failed with a rollback, and no error.
      if (end.command !== 'COMMIT') throw new Error('the transaction had failed and was rolled back')
      return finish(value)
    } catch (error) {
      await client.query('rollback').catch((rollbackError: Error) => {
        broken = rollbackError
      })
      throw error
    } finally {
      client.release(broken)
    }
    function finish(value: T): T {
      for (const run of committed) run()
      return value
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
