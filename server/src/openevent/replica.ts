/**
 * This process as one of the replicas on the database: alive as long as its heartbeats arrive.
 *
 * It writes its heartbeat every second. Whoever has not been seen for the timeout is removed by any other, and what it had is free. So that no two
 * ever make the same attempt, a replica acts only while none can have removed it: from the moment a heartbeat was sent for four fifths of the
 * timeout, by a clock that nobody sets. After that it ends what it has under way, and does nothing until the database has seen it again; if it
 * was removed meanwhile, it goes on as a new replica.
 */
import { randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import type { Sql } from '../store/database.ts'
import { beat, deleteReplica, insertReplica } from '../store/replicas.ts'

const BEAT_EVERY_MS = 1_000
/** Of the timeout; the rest is for ending what is under way. */
const ACTS_FOR = 0.8

export type Replica = {
  /** Changes when it was taken for dead; null while it may not act. */
  id(): string | null
  /** The database's time, as far as the last heartbeat tells. */
  databaseNowMs(): number
  /** Gives back at once whatever it still has. */
  stop(): Promise<void>
}

export function startReplica(parts: {
  /** A connection that heartbeats share with nobody, so that they never wait for one. */
  readonly db: Sql
  readonly timeoutMs: number
  readonly logFault: (error: unknown, about: Readonly<Record<string, unknown>>) => void
  readonly log: (sentence: string) => void
  /** It may not act any more: what is under way must end now, and what was not begun is not its any more. */
  readonly onLost: () => void
  /** It may act (again). */
  readonly onAlive: () => void
}): Replica {
  const { db, timeoutMs } = parts
  let id = randomUUID() as string
  let known = false
  let actsUntilMs = Number.NEGATIVE_INFINITY
  /** Since when the heartbeats have arrived without a gap. */
  let steadySinceMs = 0
  /** The database's time less that of the clock that nobody sets. */
  let aheadMs = 0
  let failing = false
  let underway: Promise<void> | null = null
  let expiry: NodeJS.Timeout | undefined
  let stopped = false

  const mayAct = () => performance.now() < actsUntilMs

  async function pulse(): Promise<void> {
    const sentMs = performance.now()
    if (sentMs >= actsUntilMs) steadySinceMs = sentMs
    try {
      const now = known ? await goOn(sentMs) : await begin()
      if (stopped) return
      aheadMs = now.getTime() - (sentMs + performance.now()) / 2
      const wasDead = !mayAct()
      actsUntilMs = sentMs + timeoutMs * ACTS_FOR
      clearTimeout(expiry)
      expiry = setTimeout(expire, Math.max(1, actsUntilMs - performance.now()))
      if (failing) parts.log('the database answers again')
      failing = false
      if (wasDead && mayAct()) parts.onAlive()
    } catch (error) {
      if (!failing) parts.logFault(error, { heartbeat: id })
      failing = true
    }
  }

  async function begin(): Promise<Date> {
    const { now } = await insertReplica(db, id)
    known = true
    return now
  }

  async function goOn(sentMs: number): Promise<Date> {
    // Who could not reach the database for a while cannot tell who else could not: all are given their time to be seen again.
    const removes = sentMs - steadySinceMs >= timeoutMs
    const { alive, now } = await beat(db, id, removes ? timeoutMs / 1000 : null)
    if (alive) return now
    parts.log('this replica was taken for dead; it goes on as a new one')
    known = false
    id = randomUUID()
    actsUntilMs = Number.NEGATIVE_INFINITY
    parts.onLost()
    return await begin()
  }

  function expire(): void {
    // A timer may be early by a part of a millisecond.
    if (mayAct()) expiry = setTimeout(expire, 1)
    else parts.onLost()
  }

  function tick(): void {
    if (!stopped)
      underway ??= pulse().finally(() => {
        underway = null
      })
  }

  const timer = setInterval(tick, Math.min(BEAT_EVERY_MS, timeoutMs / 5))
  tick()

  return {
    id: () => (mayAct() ? id : null),
    databaseNowMs: () => performance.now() + aheadMs,
    async stop() {
      stopped = true
      clearInterval(timer)
      clearTimeout(expiry)
      await underway
      actsUntilMs = Number.NEGATIVE_INFINITY
      // A database that is away forgets it later.
      if (known) await deleteReplica(db, id).catch((error) => parts.logFault(error, { leaving: id }))
    },
  }
}
