/**
 * The database as the rest of the server sees it: SQL text in, rows out, and transactions.
 *
 * Statements that are asked for at the same moment go out in one message (batch.ts). bigint columns, and arrays of them, come back as
 * numbers: every id here is below 2^53.
 */
import { Refusal } from '@holdpoint/core'
import pg from 'pg'
import { type Answer, runBatch, type Statement } from './batch.ts'

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
   * A statement whose rows nobody needs and that nobody waits for: it goes out together with the next one that is waited for, at the
   * latest with the commit. Should it fail, so does that one.
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

/** Text that PostgreSQL cannot hold (NUL, half a surrogate pair) comes from outside only; whoever sent it is told. */
function refuseText(error: unknown): never {
  const { code, message } = error as { code?: string; message?: string }
  if (code === '22021' || code === '22P05' || (code === '22P02' && message?.includes('type json')))
    throw new Refusal('REQUEST_INVALID', { problem: 'a text contains a character that cannot be stored' })
  throw error
}

const RETRYABLE = new Set(['40001', '40P01'])
const MOST_RUNS = 3

export function openDatabase(config: pg.PoolConfig): Database {
  const pool = new pg.Pool({ ...config, allowExitOnIdle: false })
  // A connection that breaks is replaced by the pool, and who is using it hears of it; without listeners it would end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => void client.on('error', () => {}))

  return {
    pool,
    async rows<Row>(text: string, values: readonly unknown[] = []) {
      const client = await pool.connect()
      try {
        const [answer] = await runBatch(client, [{ text, values }]).catch(refuseText)
        return answer!.rows as Row[]
      } finally {
        // The pool itself lets go of a client whose connection has broken.
        client.release()
      }
    },
    async transaction(work) {
      for (let run = 1; ; run++) {
        try {
          return await transactionOn(pool, work)
        } catch (error) {
          if (run >= MOST_RUNS || !RETRYABLE.has((error as { code?: string }).code ?? '')) throw error
        }
      }
    },
    close: () => pool.end(),
  }
}

type Asked = Statement & {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

async function transactionOn<T>(pool: pg.Pool, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  const committed: (() => void)[] = []
  let waiting: Asked[] = []
  let underway: Promise<unknown> = Promise.resolve()
  let begun = false
  let now: Date | null = null
  let broken: Error | undefined

  function send(text: string, values: readonly unknown[] = [], resolve: Asked['resolve'] = () => {}): Asked {
    const asked = { text, values, resolve, reject: () => {} }
    waiting.push(asked)
    return asked
  }
  /** Forgets what is waiting, from this one on. */
  function forget(error: unknown, from = 0): void {
    for (const one of waiting.splice(from)) one.reject(error)
  }

  /** Takes all that has been asked for at this moment; the statements of the next moment wait until it is answered. */
  function ask(text: string, values: readonly unknown[] = []): Promise<Answer> {
    return new Promise((resolve, reject) => {
      waiting.push({ text, values, resolve, reject })
      queueMicrotask(flush)
    })
  }
  function flush(): void {
    if (waiting.length === 0) return
    const asked = waiting
    waiting = []
    begun = true
    underway = runBatch(client, asked)
      .catch(refuseText)
      .then(
        (answers) => asked.forEach((one, at) => void one.resolve(answers[at]!)),
        (error) => {
          for (const one of asked) one.reject(error)
        },
      )
  }

  const tx: Transaction = {
    get now() {
      if (now === null) throw new Error('the time of a transaction is read before its first statement is answered')
      return now
    },
    rows: async <Row>(text: string, values?: readonly unknown[]) => (await ask(text, values)).rows as Row[],
    send: (text, values) => void send(text, values),
    afterCommit: (run) => void committed.push(run),
    async savepoint(inner) {
      const planned = committed.length
      const begin = send('savepoint work')
      try {
        const value = await inner()
        // What the work has sent and not waited for is part of it.
        if (waiting.length > 0) await ask('release savepoint work')
        else send('release savepoint work')
        return value
      } catch (error) {
        committed.length = planned
        const at = waiting.indexOf(begin)
        forget(error, Math.max(at, 0))
        if (at < 0)
          await ask('rollback to savepoint work').catch(() => {
            throw error
          })
        throw error
      }
    },
  }
  try {
    send('begin')
    send('select now()', [], ({ rows }) => {
      now = (rows as { now: Date }[])[0]!.now
    })
    const value = await work(tx)
    // PostgreSQL answers the commit of a transaction in which a statement has failed with a rollback, and no error.
    if ((await ask('commit')).command !== 'COMMIT') throw new Error('the transaction had failed and was rolled back')
    for (const run of committed) run()
    return value
  } catch (error) {
    forget(error)
    await underway
    if (begun)
      await ask('rollback').catch((rollbackError: Error) => {
        broken = rollbackError
      })
    throw error
  } finally {
    client.release(broken)
  }
}

/** Whether the error is PostgreSQL's "unique constraint violated". */
export function isUniqueViolation(error: unknown): boolean {
  return (error as { code?: string }).code === '23505'
}
