/**
 * The database as the rest of the server sees it: SQL text in, rows out, and transactions.
 *
 * bigint columns, and arrays of them, come back as numbers: every id here is below 2^53.
 */
import pg from 'pg'
import { runBatch } from './batch.ts'
import { runTransaction, SavepointsNeeded, type Sql, type Transaction } from './transaction.ts'

export type { Sql, Transaction } from './transaction.ts'

export type Database = Sql & {
  /** All or nothing. A deadlock or a serialisation failure runs the work again, at most three times. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  close(): Promise<void>
  readonly pool: pg.Pool
}

/** A new connection has to prepare every statement anew, so one is kept through a pause. */
const IDLE_MS = 5 * 60_000
const RETRYABLE = new Set(['40001', '40P01'])
const MOST_RUNS = 3

export function openDatabase(config: pg.PoolConfig): Database {
  const pool = new pg.Pool({
    // Whoever waits longer is told that something is wrong; no statement here takes nearly as long.
    connectionTimeoutMillis: 15_000,
    statement_timeout: 60_000,
    idleTimeoutMillis: IDLE_MS,
    ...config,
    allowExitOnIdle: false,
  })
  // A connection that breaks is replaced by the pool, and who is using it hears of it; without listeners it would end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => void client.on('error', () => {}))

  return {
    pool,
    async rows<Row>(text: string, values: readonly unknown[] = []) {
      const client = await pool.connect()
      try {
        const [answer] = await runBatch(client, [{ text, values }])
        return answer!.rows as Row[]
      } finally {
        // The pool itself lets go of a client whose connection has broken.
        client.release()
      }
    },
    async transaction(work) {
      let savepoints = false
      for (let run = 1; ; ) {
        try {
          return await runTransaction(pool, work, { savepoints })
        } catch (error) {
          if (error instanceof SavepointsNeeded) savepoints = true
          else if (run++ >= MOST_RUNS || !RETRYABLE.has((error as { code?: string }).code ?? '')) throw error
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
