/**
 * What became of attempts, on its way into the table: those of a few milliseconds in one statement. While the database is away they are kept and
 * written when it is back, so that nothing is attempted again only because its end could not be written down. How many they are is bounded
 * by whoever makes the attempts: a delivery keeps its place in memory until its outcome is written.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal } from '@holdpoint/core'
import type { Sql } from '../store/database.ts'
import { type AttemptOutcome, recordAttempts } from '../store/deliveries.ts'

const GATHER_MS = 10
const MOST_AT_ONCE = 1_000
const AGAIN_AFTER_MS = 500
/** Classes of SQLSTATE that say that the statement itself, and not the database, is at fault. */
const UNWRITABLE = /^(22|23|42)/
const UNKNOWN = 'what came of it cannot be written down'

export type Outcomes<Of> = {
  add(outcome: AttemptOutcome, of: Of): void
  /** Writes what it has, and gives up what cannot be written then. */
  stop(): Promise<void>
}

export function outcomeWriter<Of>(parts: {
  readonly db: Sql
  readonly written: (done: readonly Of[]) => void
  readonly logFault: (error: unknown, about: Readonly<Record<string, unknown>>) => void
}): Outcomes<Of> {
  let waiting: { readonly outcome: AttemptOutcome; readonly of: Of }[] = []
  let writing = false
  let stopping = false
  let failing = false
  let ended = Promise.withResolvers<void>()

  async function writeAll(): Promise<void> {
    writing = true
    let most = MOST_AT_ONCE
    while (waiting.length > 0) {
      if (!stopping) await sleep(GATHER_MS)
      const batch = waiting.splice(0, most)
      try {
        await recordAttempts(
          parts.db,
          batch.map((one) => one.outcome),
        )
        failing = false
        most = MOST_AT_ONCE
        parts.written(batch.map((one) => one.of))
      } catch (error) {
        if (!failing) parts.logFault(error, { attempts: batch.length })
        failing = true
        if (!isUnwritable(error)) {
          waiting = [...batch, ...waiting]
          if (stopping) break
          await sleep(AGAIN_AFTER_MS)
        } else if (batch.length > 1) {
          // Which of them it is shows by itself.
          waiting = [...batch, ...waiting]
          most = batch.length >> 1
        } else if (batch[0]!.outcome.error !== UNKNOWN) {
          waiting.unshift({ ...batch[0]!, outcome: { ...batch[0]!.outcome, error: UNKNOWN, responseBody: null } })
        }
        // Else it stays in memory, so that it is at least not attempted again and again.
      }
    }
    writing = false
    ended.resolve()
  }

  return {
    add(outcome, of) {
      waiting.push({ outcome, of })
      if (!writing) void writeAll()
    },
    async stop() {
      stopping = true
      ended = Promise.withResolvers()
      if (writing) await ended.promise
    },
  }
}

function isUnwritable(error: unknown): boolean {
  return error instanceof Refusal || UNWRITABLE.test((error as { readonly code?: string }).code ?? '')
}
