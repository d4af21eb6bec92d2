/**
 * The database as the rest of the server sees it: SQL text in, rows out, and transactions.
 *
 * bigint columns, and arrays of them, come back as numbers: every id here is below 2^53.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { runBatch } from './batch.ts'
import { gather } from './gather.ts'
import { type Groups, startGroups } from './groups.ts'
import type { SharedStatement } from './shared-statement.ts'
import {
  type Outcome,
  runParts,
  runTransaction,
  SavepointsNeeded,
  type Sql,
  TakenApart,
  type Work,
} from './transaction.ts'

export type { Groups } from './groups.ts'
export type { Sql, Transaction } from './transaction.ts'

export type Database = Sql & {
  /** Reads that all see the database as it was at one moment. */
  snapshot<T>(read: (sql: Pick<Sql, 'rows'>) => Promise<T>): Promise<T>
  /** All or nothing. A deadlock or a serialisation failure runs the work again, at most three times. */
  transaction<T>(work: Work<T>): Promise<T>
  /**
   * A way to run work that comes often: what comes while other work is under way is run together, in one transaction. What becomes of
   * each is the same as if it had been run alone, and as soon as one would spoil the transaction for the others each is (groups.ts).
   */
  groups(): Groups
  close(): Promise<void>
  readonly pool: pg.Pool
}

/** A new connection has to prepare every statement anew, so one is kept through a pause. */
const IDLE_MS = 5 * 60_000
const IDLE_IN_TRANSACTION_MS = 20_000
/**
 * Every statement here finds its rows by a key, so one plan is right for all values and for as long as the connection lives, and need not be made
 * again for each. A plan made while a table was still empty must not read all of it once it is large;
 * where it could all the same, a lookup stands in a lateral query of its own (`offset 0`, or `for update`).
 */
const PLANS = [
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'jit=off',
]
  .map((one) => `-c ${one}`)
  .join(' ')
const RETRYABLE = new Set(['40001', '40P01'])
const MOST_RUNS = 3
const MOST_PAUSE_MS = 50
const CONNECTIONS = 10
const MOST_ASKED = 100

export function openDatabase(config: pg.PoolConfig): Database {
  const pool = new pg.Pool({
    // Whoever waits longer is told that something is wrong; no statement here takes nearly as long.
    connectionTimeoutMillis: 15_000,
    statement_timeout: 60_000,
    // A transaction asks for the next thing within milliseconds. One whose process stands still, or is gone without a word, must not keep what it
    // has locked from the others.
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    idleTimeoutMillis: IDLE_MS,
    options: PLANS,
    max: CONNECTIONS,
    ...config,
    allowExitOnIdle: false,
  })
  // A connection that breaks is replaced by the pool, and who is using it hears of it; without listeners it would end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => void client.on('error', () => {}))

  async function rows<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const client = await pool.connect()
    try {
      const [answer] = await runBatch(client, [{ text, values }])
      return answer!.rows as Row[]
    } finally {
      // The pool itself lets go of a client whose connection has broken.
      client.release()
    }
  }

  async function snapshot<T>(read: (sql: Pick<Sql, 'rows'>) => Promise<T>): Promise<T> {
    const client = await pool.connect()
    let broken: Error | undefined
    // What is asked for at the same moment is asked one after the other.
    let before: Promise<unknown> = Promise.resolve()
    try {
      await runBatch(client, [{ text: 'begin isolation level repeatable read, read only', values: [] }])
      return await read({
        async rows<Row>(text: string, values: readonly unknown[] = []) {
          const asked = before.then(() => runBatch(client, [{ text, values }]))
          before = asked.catch(() => {})
          const [answer] = await asked
          return answer!.rows as Row[]
        },
      })
    } finally {
      await before
      await runBatch(client, [{ text: 'rollback', values: [] }]).catch((error: Error) => {
        broken = error
      })
      client.release(broken)
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: questions of every kind; `ask` checks each of them
  const asking = new Map<SharedStatement<any, any>, (item: any) => Promise<any>>()
  function ask<Item, Answer>(question: SharedStatement<Item, Answer>, item: Item): Promise<Answer> {
    let one = asking.get(question)
    if (one === undefined) {
      one = gather(async (items: readonly Item[]) => {
        const { text, values } = question.statement(items)
        return question.answers(await rows(text, values), items)
      }, MOST_ASKED)
      asking.set(question, one)
    }
    return one(item)
  }

  async function transaction<T>(work: Work<T>, troubled = () => {}): Promise<T> {
    let savepoints = false
    for (let run = 1; ; ) {
      try {
        return await runTransaction(pool, work, { savepoints })
      } catch (error) {
        troubled()
        if (error instanceof SavepointsNeeded) savepoints = true
        else if (run++ >= MOST_RUNS || !RETRYABLE.has((error as { code?: string }).code ?? '')) throw error
        // The one that it was in the way of goes first.
        else await sleep(Math.random() * MOST_PAUSE_MS)
      }
    }
  }

  async function together(
    works: readonly Work<unknown>[],
    committing: () => void,
  ): Promise<readonly (Outcome<unknown> | null)[]> {
    try {
      return await runParts(pool, works, { savepoints: false, committing })
    } catch (error) {
      if (error instanceof TakenApart || error instanceof SavepointsNeeded) return works.map(() => null)
      throw error
    }
  }

  return {
    pool,
    rows,
    ask,
    snapshot,
    transaction: (work) => transaction(work),
    groups: () => startGroups({ together, alone: transaction, connections: config.max ?? CONNECTIONS }),
    close: () => pool.end(),
  }
}

/** Whether the error is PostgreSQL's "unique constraint violated", and of this constraint where one is named. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const found = error as { code?: string; constraint?: string }
  return found.code === '23505' && (constraint === undefined || found.constraint === constraint)
}
