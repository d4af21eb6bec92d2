/**
 * A transaction on one connection: what is asked for at the same moment goes out in one message (batch.ts).
 *
 * Several pieces of work can share one transaction; then each is a part of it with a `Transaction` of its own, and what several parts ask for
 * in the same words (shared-statement.ts) becomes one statement. Parts keep out of each other's way as transactions do: what one has locked,
 * a later one gets when the first has ended, and finds as the first has left it.
 */
import { Refusal } from '@holdpoint/core'
import pg from 'pg'
import { type Answer, runBatch, type Statement } from './batch.ts'
import type { SharedStatement } from './shared-statement.ts'

export type Sql = {
  /** Runs one statement and answers its rows. `$1`, `$2` … stand for the values. */
  rows<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>
  /** Asks a question that may be asked for several at once; it reads and locks, and changes nothing. */
  ask<Item, Answer>(question: SharedStatement<Item, Answer>, item: Item): Promise<Answer>
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
  /** Writes something that may be written for several at once; like `send` nobody waits for it. */
  write<Item, Answer>(statement: SharedStatement<Item, Answer>, item: Item): () => Answer
  /** Whether savepoints are set: what is asked for before one is not guarded by it. */
  readonly guarded: boolean
  /** Runs after the commit, and not at all if there is none. */
  afterCommit(run: () => void): void
  /** Runs the work so that, when it throws, only what it wrote is undone, and what it left for after the commit is forgotten. */
  savepoint<T>(work: () => Promise<T>): Promise<T>
}

export type Work<T> = (tx: Transaction) => Promise<T>
/** What became of one part of a transaction that was committed. */
export type Outcome<T> = { readonly value: T } | { readonly refusal: Refusal }

/**
 * Something failed in or after work that savepoints guard, in a run that sets none. Its code is in SQLSTATE's class of rollbacks, which
 * whoever handles the failures of such work lets pass.
 */
export class SavepointsNeeded extends Error {
  override readonly name = 'SavepointsNeeded'
  readonly code = '40000'
}

/** A transaction of several parts has come to nothing because of one of them: nothing has happened, and each has to be run alone. */
export class TakenApart extends Error {
  override readonly name = 'TakenApart'
  readonly code = '40000'
}

/** Work goes on after its part of the transaction was refused, has failed or is done: its statements would come to another's transaction. */
class EndedPart extends Error {
  override readonly name = 'EndedPart'
  constructor() {
    super('a part of a transaction asks for something after its end')
  }
}

/** How long a transaction of several parts waits for what others have locked before it is taken apart. */
export const LOCK_TIMEOUT_MS = 200

/** A statement that waits for the next message; a shared one grows while it waits. */
type Waiting = {
  readonly shared: SharedStatement<unknown, unknown> | null
  readonly items: unknown[]
  statement(): Statement
  readonly resolve: ((answer: Answer) => void)[]
  readonly reject: ((error: unknown) => void)[]
}

type Entry = { readonly locks: readonly string[]; put(): void; drop(): void }

type Part = {
  /** The last statement it has asked for: what it asks for next stays behind it. */
  last: Waiting | null
  /** Whether it may have changed something. */
  touched: boolean
  readonly committed: (() => void)[]
  /** What it has asked for and that waits, in order, because the first of it locks what another part has. */
  readonly behind: Entry[]
  waitsFor: Part | null
  /** Done or refused: it asks for nothing more. */
  ended: boolean
  readonly end: () => void
  readonly whenEnded: Promise<void>
}

/**
 * Runs the work in a transaction. Guarded work hardly ever fails and a savepoint costs as much as a write, so a first run is made without:
 * it throws SavepointsNeeded where they would have made a difference, and has changed nothing.
 */
export async function runTransaction<T>(
  pool: pg.Pool,
  work: Work<T>,
  { savepoints }: { readonly savepoints: boolean },
): Promise<T> {
  const [outcome] = await runParts(pool, [work], { savepoints })
  if ('value' in outcome!) return outcome.value
  throw outcome!.refusal
}

/**
 * Runs all of the work in one transaction, each as a part of its own; `committing` is called when only its writes and the commit are left to wait for. A part that is refused before it has changed anything is refused alone. For
 * anything else that goes wrong in a part it throws TakenApart, and nothing has happened.
 */
export async function runParts<T>(
  pool: pg.Pool,
  works: readonly Work<T>[],
  { savepoints, committing = () => {} }: { readonly savepoints: boolean; readonly committing?: () => void },
): Promise<Outcome<T>[]> {
  const client = await pool.connect()
  const alone = works.length === 1
  const holders = new Map<string, Part>()
  let waiting: Waiting[] = []
  let flushing = false
  let underway: Promise<unknown> = Promise.resolve()
  let begun = false
  let now: Date | null = null
  let guarded = false
  /** Why no statement is taken any more. */
  let over: Error | null = null
  let broken: Error | undefined

  function push(statement: Waiting, part: Part | null): Waiting {
    if (over === null) waiting.push(statement)
    if (part !== null) part.last = statement
    return statement
  }
  function plain(text: string, values: readonly unknown[] = []): Waiting {
    return { shared: null, items: [], statement: () => ({ text, values }), resolve: [], reject: [] }
  }
  /** The statement that the item joins: one that is waiting already, but none before what the part has last asked for. */
  function joined<Item, A>(shared: SharedStatement<Item, A>, item: Item, part: Part): { to: Waiting; at: number } {
    const from = part.last === null ? 0 : Math.max(waiting.indexOf(part.last), 0)
    let to = waiting.find((one, at) => at >= from && one.shared === shared)
    if (to === undefined) {
      const items: unknown[] = []
      to = {
        shared: shared as SharedStatement<unknown, unknown>,
        items,
        statement: () => shared.statement(items as Item[]),
        resolve: [],
        reject: [],
      }
      push(to, part)
    }
    part.last = to
    const key = shared.sameAs?.(item)
    const same = key === undefined ? -1 : (to.items as Item[]).findIndex((one) => shared.sameAs!(one) === key)
    return { to, at: same >= 0 ? same : to.items.push(item) - 1 }
  }
  /** Waits with all that is asked for at this moment; the statements of the next moment wait until it is answered. */
  function answer(statement: Waiting): Promise<Answer> {
    if (over !== null) return Promise.reject(over)
    return new Promise((resolve, reject) => {
      statement.resolve.push(resolve)
      statement.reject.push(reject)
      if (flushing) return
      flushing = true
      // A tick that is asked for in a microtask comes when no microtask is left: every part has asked for what it can by then.
      setImmediate(flush)
    })
  }
  function flush(): void {
    flushing = false
    if (waiting.length === 0) return
    const asked = waiting
    waiting = []
    begun = true
    underway = runBatch(
      client,
      asked.map((one) => one.statement()),
    ).then(
      (answers) =>
        asked.forEach((one, at) => {
          for (const resolve of one.resolve) resolve(answers[at]!)
        }),
      (error) => {
        if (!alone) over ??= apart(error)
        for (const one of asked) for (const reject of one.reject) reject(error)
      },
    )
  }
  /** Forgets what is waiting, from this one on. */
  function forget(error: unknown, from = 0): void {
    for (const one of waiting.splice(from)) for (const reject of one.reject) reject(error)
  }

  /** Puts a statement among those that wait, at once or when the parts that have what it locks have ended; nothing of the part overtakes it. */
  function enter(part: Part, entry: Entry): void {
    part.behind.push(entry)
    if (part.waitsFor === null) advance(part)
  }
  function advance(part: Part): void {
    for (let entry = part.behind[0]; entry !== undefined; entry = part.behind[0]) {
      if (part.ended) {
        part.behind.shift()
        entry.drop()
        continue
      }
      const holder = entry.locks.map((key) => holders.get(key)).find((one) => one && one !== part && !one.ended)
      if (holder !== undefined && over === null) {
        part.waitsFor = holder
        for (let next: Part | null = holder; next !== null; next = next.waitsFor)
          if (next === part) {
            over = apart(new Error('parts of a transaction wait for each other'))
            part.waitsFor = null
            break
          }
        if (over === null)
          return void holder.whenEnded.then(() => {
            part.waitsFor = null
            // What the other has written goes first.
            part.last = waiting.at(-1) ?? part.last
            advance(part)
          })
      }
      for (const key of entry.locks) holders.set(key, part)
      part.behind.shift()
      entry.put()
    }
  }

  function transactionOf(part: Part): Transaction {
    return {
      get now() {
        if (now === null) throw new Error('the time of a transaction is read before its first statement is answered')
        return now
      },
      rows<Row>(text: string, values?: readonly unknown[]) {
        if (part.ended) return tooLate()
        part.touched = true
        return new Promise<Row[]>((resolve, reject) => {
          const put = () => answer(push(plain(text, values), part)).then(({ rows }) => resolve(rows as Row[]), reject)
          enter(part, { locks: [], put, drop: () => reject(new EndedPart()) })
        })
      },
      send<Row>(text: string, values?: readonly unknown[]) {
        if (part.ended) throw new EndedPart()
        part.touched = true
        let rows: Row[] | null = null
        const put = () =>
          push(plain(text, values), part).resolve.push((answer) => {
            rows = answer.rows as Row[]
          })
        enter(part, { locks: [], put, drop })
        return () => rows ?? unanswered()
      },
      ask(question, item) {
        if (part.ended) return tooLate()
        return new Promise((resolve, reject) => {
          const put = () => {
            const { to, at } = joined(question, item, part)
            answer(to).then(({ rows }) => resolve(answersOf(question, to, rows)[at]!), reject)
          }
          enter(part, { locks: question.locks?.(item) ?? [], put, drop: () => reject(new EndedPart()) })
        })
      },
      write<Item, A>(statement: SharedStatement<Item, A>, item: Item) {
        if (part.ended) throw new EndedPart()
        part.touched = true
        let answers: (() => A) | null = null
        const put = () => {
          const { to, at } = joined(statement, item, part)
          to.resolve.push(({ rows }) => {
            answers = () => answersOf(statement, to, rows)[at]!
          })
        }
        enter(part, { locks: statement.locks?.(item) ?? [], put, drop })
        return () => (answers ?? unanswered)()
      },
      guarded: savepoints,
      afterCommit: (run) => void part.committed.push(run),
      async savepoint(inner) {
        if (part.ended) throw new EndedPart()
        guarded = true
        if (!savepoints) {
          try {
            return await inner()
          } catch (error) {
            over ??= new SavepointsNeeded('guarded work failed', { cause: error })
            throw over
          }
        }
        const planned = part.committed.length
        const begin = push(plain('savepoint work'), part)
        try {
          const value = await inner()
          if (part.ended) throw new EndedPart()
          // What the work has sent and not waited for is part of it.
          const release = push(plain('release savepoint work'), part)
          if (waiting.length > 1) await answer(release)
          return value
        } catch (error) {
          if (part.ended) throw error
          part.committed.length = planned
          const at = waiting.indexOf(begin)
          forget(error, Math.max(at, 0))
          if (at < 0)
            await answer(push(plain('rollback to savepoint work'), part)).catch(() => {
              throw error
            })
          throw error
        }
      },
    }
  }

  async function run(work: Work<T>, part: Part): Promise<Outcome<T> | null> {
    try {
      const value = await work(transactionOf(part))
      while (part.waitsFor !== null) await part.waitsFor.whenEnded
      return { value }
    } catch (error) {
      // Committed all the same: the door may have been passed in it, and a signature serves once.
      if (error instanceof Refusal && !part.touched && over === null && (begun || !alone)) return { refusal: error }
      if (alone) throw error
      over ??= apart(error)
      return null
    } finally {
      part.ended = true
      part.end()
    }
  }

  try {
    push(plain('begin'), null)
    push(plain(alone ? 'select now()' : BEGUN_TOGETHER), null).resolve.push(({ rows }) => {
      now = (rows as { now: Date }[])[0]!.now
    })
    const parts = works.map(newPart)
    const outcomes = await Promise.all(works.map((work, at) => run(work, parts[at]!)))
    if (over !== null && !alone) throw over
    await commit()
    for (const [at, part] of parts.entries())
      if ('value' in outcomes[at]!) for (const afterwards of part.committed) afterwards()
    return outcomes as Outcome<T>[]
  } catch (error) {
    forget(error)
    await underway
    over = null
    if (begun)
      await answer(push(plain('rollback'), null)).catch((rollbackError: Error) => {
        broken = rollbackError
      })
    if (guarded && !savepoints && alone && error instanceof pg.DatabaseError)
      throw new SavepointsNeeded('a statement failed after guarded work', { cause: error })
    throw error
  } finally {
    client.release(broken)
  }

  async function commit(): Promise<void> {
    const committed = answer(push(plain('commit'), null))
    committing()
    const { command } = await committed.catch((error) => {
      // Nothing has happened if PostgreSQL says so. When the connection breaks instead, nobody knows, and it must not be tried again.
      const rolledBack =
        error instanceof Refusal || (error instanceof pg.DatabaseError && !SESSION_ENDED.test(error.code ?? ''))
      throw rolledBack && !alone ? apart(error) : error
    })
    // PostgreSQL answers the commit of a transaction in which a statement has failed with a rollback, and no error.
    if (command === 'COMMIT') return
    const failed = new Error('the transaction had failed and was rolled back')
    throw alone ? failed : apart(failed)
  }
}

/** Codes that may end a session at any moment, also after its commit. The severity says the same, but in the language of the server. */
const SESSION_ENDED = /^(08|57P|58|XX|$)/

const BEGUN_TOGETHER = `select now(), set_config('lock_timeout', '${LOCK_TIMEOUT_MS}', true)`

const apart = (cause: unknown): Error =>
  cause instanceof TakenApart ? cause : new TakenApart('a part of the transaction failed', { cause })

function newPart(): Part {
  const { promise, resolve } = Promise.withResolvers<void>()
  return {
    last: null,
    touched: false,
    committed: [],
    behind: [],
    waitsFor: null,
    ended: false,
    end: resolve,
    whenEnded: promise,
  }
}

/** Nobody waits for what goes on after the end, so nobody is told of it either. */
function tooLate(): Promise<never> {
  const refused = Promise.reject(new EndedPart())
  refused.catch(drop)
  return refused
}

function drop(): void {}

function unanswered(): never {
  throw new Error('the rows of a statement are read before it has been answered')
}

/** The answers to all items of a statement, read from its rows once. */
const readAnswers = new WeakMap<readonly unknown[], readonly unknown[]>()
function answersOf<Item, A>(
  shared: SharedStatement<Item, A>,
  { items }: Pick<Waiting, 'items'>,
  rows: readonly unknown[],
): readonly A[] {
  let answers = readAnswers.get(rows) as readonly A[] | undefined
  if (answers === undefined) {
    answers = shared.answers(rows as never, items as Item[])
    readAnswers.set(rows, answers)
  }
  return answers
}
