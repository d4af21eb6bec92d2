/** One transaction on one connection: what is asked for at the same moment goes out in one message (batch.ts). */
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
   * A statement that nobody waits for: it goes out together with the next one that is waited for, at the latest with the commit. Should it
   * fail, so does that one. What is returned answers the rows from then on.
   */
  send<Row>(text: string, values?: readonly unknown[]): () => Row[]
  /** Runs after the commit, and not at all if there is none. */
  afterCommit(run: () => void): void
  /** Runs the work so that, when it throws, only what it wrote is undone, and what it left for after the commit is forgotten. */
  savepoint<T>(work: () => Promise<T>): Promise<T>
}

/**
 * Something failed in or after work that savepoints guard, in a run that sets none. Its code is in SQLSTATE's class of rollbacks, which
 * whoever handles the failures of such work lets pass.
 */
export class SavepointsNeeded extends Error {
  override readonly name = 'SavepointsNeeded'
  readonly code = '40000'
}

type Asked = Statement & {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/**
 * Runs the work in a transaction. Guarded work hardly ever fails and a savepoint costs as much as a write, so a first run is made without:
 * it throws SavepointsNeeded where they would have made a difference, and has changed nothing.
 */
export async function runTransaction<T>(
  pool: pg.Pool,
  work: (tx: Transaction) => Promise<T>,
  { savepoints }: { readonly savepoints: boolean },
): Promise<T> {
  const client = await pool.connect()
  const committed: (() => void)[] = []
  let waiting: Asked[] = []
  let underway: Promise<unknown> = Promise.resolve()
  let begun = false
  let now: Date | null = null
  let guarded = false
  /** Why no statement is taken any more. */
  let over: SavepointsNeeded | null = null
  let broken: Error | undefined

  function send(text: string, values: readonly unknown[] = [], resolve: Asked['resolve'] = () => {}): Asked {
    const asked = { text, values, resolve, reject: () => {} }
    if (over === null) waiting.push(asked)
    return asked
  }
  /** Takes all that is asked for at this moment; the statements of the next moment wait until it is answered. */
  function ask(text: string, values: readonly unknown[] = []): Promise<Answer> {
    if (over !== null) return Promise.reject(over)
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
    underway = runBatch(client, asked).then(
      (answers) => asked.forEach((one, at) => void one.resolve(answers[at]!)),
      (error) => {
        for (const one of asked) one.reject(error)
      },
    )
  }
  /** Forgets what is waiting, from this one on. */
  function forget(error: unknown, from = 0): void {
    for (const one of waiting.splice(from)) one.reject(error)
  }

  const tx: Transaction = {
    get now() {
      if (now === null) throw new Error('the time of a transaction is read before its first statement is answered')
      return now
    },
    rows: async <Row>(text: string, values?: readonly unknown[]) => (await ask(text, values)).rows as Row[],
    send<Row>(text: string, values?: readonly unknown[]) {
      let rows: Row[] | null = null
      send(text, values, (answer) => {
        rows = answer.rows as Row[]
      })
      return () => {
        if (rows === null) throw new Error('the rows of a statement are read before it has been answered')
        return rows
      }
    },
    afterCommit: (run) => void committed.push(run),
    async savepoint(inner) {
      guarded = true
      if (!savepoints) {
        try {
          return await inner()
        } catch (error) {
          over = new SavepointsNeeded('guarded work failed', { cause: error })
          throw over
        }
      }
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
    over = null
    if (begun)
      await ask('rollback').catch((rollbackError: Error) => {
        broken = rollbackError
      })
    if (guarded && !savepoints && error instanceof pg.DatabaseError)
      throw new SavepointsNeeded('a statement failed after guarded work', { cause: error })
    throw error
  } finally {
    client.release(broken)
  }
}
