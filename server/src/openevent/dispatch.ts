/**
 * The dispatcher: takes deliveries whose time has come to their targets and writes down what became of each.
 *
 * A delivery that this replica just wrote is leased to it and attempted at once. Everything else (retries, leases of a
 * replica that died) is claimed from the table by a loop that looks every half second. In memory a delivery stands in the queue of its
 * target; each target has a bounded number of attempts under way, so that a slow one waits for itself only. What does not fit
 * into memory gives its lease back and stays in the table. Outcomes are written in batches, those of a few
 * milliseconds together.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterFailedAttempt, type EventCode, eventBridgeEnvelope, eventByCode } from '@holdpoint/core'
import type { Live } from '../live.ts'
import type { Database } from '../store/database.ts'
import {
  type AttemptOutcome,
  claimDeliveries,
  type DueDelivery,
  laneOf,
  recordAttempts,
  releaseDeliveries,
} from '../store/deliveries.ts'
import { LEASE_SECONDS } from './publish.ts'
import type { Outgoing, Senders, Target } from './target.ts'
import type { Targets } from './targets.ts'

const MOST_PER_TARGET = 16
const MOST_QUEUED_PER_TARGET = 200
/** A target with more waiting than this gets no more from the table, so that what it has no room for is not fetched and given back all the time. */
const ENOUGH_QUEUED_PER_TARGET = MOST_QUEUED_PER_TARGET / 2
const MOST_IN_MEMORY = 2_000
const LOOK_EVERY_MS = 500
/** Outcomes of so long a time are written together. */
const GATHER_MS = 10
/** A queued delivery older than this might outlive its lease during the attempt; it goes back to the table instead. */
const LATEST_START_MS = (LEASE_SECONDS - 20) * 1000

type Queued = { readonly due: DueDelivery; readonly leasedAtMs: number }
type Lane = { waiting: Queued[]; underway: number }

export type Dispatcher = {
  dispatch(due: readonly DueDelivery[]): void
  /** Looks for due deliveries now rather than at the next tick. */
  wake(): void
  /** Finishes what is under way and writes it down. */
  stop(): Promise<void>
}

export function startDispatcher(parts: {
  readonly db: Database
  readonly targets: Targets
  readonly senders: Senders
  readonly live: Live
  readonly region: string
  readonly nowMs: () => number
  readonly logFault: (error: unknown, about: Readonly<Record<string, unknown>>) => void
}): Dispatcher {
  const { db, senders, targets, live, nowMs } = parts
  const lanes = new Map<string, Lane>()
  let inMemory = 0
  let stopping = false
  let outcomes: { outcome: AttemptOutcome; due: DueDelivery }[] = []
  let writing: Promise<void> | null = null
  let looking: Promise<void> | null = null
  let lookAgain = false
  const idle: (() => void)[] = []

  function enqueue(due: readonly DueDelivery[]): void {
    const leasedAtMs = nowMs()
    const back: number[] = []
    for (const one of due) {
      const key = laneOf(one)
      const lane = lanes.get(key) ?? { waiting: [], underway: 0 }
      lanes.set(key, lane)
      if (stopping || inMemory >= MOST_IN_MEMORY || lane.waiting.length >= MOST_QUEUED_PER_TARGET) back.push(one.id)
      else {
        inMemory++
        lane.waiting.push({ due: one, leasedAtMs })
        advance(key, lane)
      }
    }
    giveBack(back)
  }

  function giveBack(ids: readonly number[]): void {
    if (ids.length > 0) releaseDeliveries(db, ids).catch((error) => parts.logFault(error, { giveBack: ids.length }))
  }

  function advance(key: string, lane: Lane): void {
    while (lane.underway < MOST_PER_TARGET && lane.waiting.length > 0) {
      const { due, leasedAtMs } = lane.waiting.shift()!
      if (nowMs() - leasedAtMs > LATEST_START_MS) {
        left()
        giveBack([due.id])
        continue
      }
      lane.underway++
      void attempt(due).finally(() => {
        lane.underway--
        left()
        advance(key, lane)
      })
    }
    if (lane.underway === 0 && lane.waiting.length === 0) lanes.delete(key)
  }

  function left(): void {
    inMemory--
    if (inMemory === 0) for (const run of idle.splice(0)) run()
  }

  async function attempt(due: DueDelivery): Promise<void> {
    const startedMs = nowMs()
    const number = due.attempts + 1
    if (due.expires_at.getTime() <= startedMs) {
      write(due, {
        number,
        startedMs,
        status: null,
        error: 'the message has expired',
        responseBody: null,
        state: 'dead',
        nextAttemptAt: null,
      })
      return
    }
    let target: Target | null
    try {
      target = due.target_id === null ? null : await targets.of(due.target_id)
    } catch (error) {
      // The lease runs out and the delivery is attempted later.
      parts.logFault(error, { target: due.target_id })
      return
    }
    if (target === null) {
      const error = 'the target has been removed'
      write(due, { number, startedMs, status: null, error, responseBody: null, state: 'dead', nextAttemptAt: null })
      return
    }
    const result = await senders[target.kind].send(target, outgoingOf(due, number, parts.region))
    const next =
      result.error === null
        ? null
        : afterFailedAttempt({
            policy: target.retryPolicy,
            attempt: number,
            status: result.status,
            retryAfterMs: result.retryAfterMs ?? null,
            nowMs: nowMs(),
            expiresAtMs: due.expires_at.getTime(),
            random: Math.random(),
          })
    write(due, {
      number,
      startedMs,
      status: result.status,
      error: result.error,
      responseBody: result.responseBody,
      state: next === null ? 'delivered' : next.state,
      nextAttemptAt: next?.state === 'pending' ? new Date(next.nextAttemptAtMs) : null,
    })
  }

  type Ended = Omit<AttemptOutcome, 'deliveryId' | 'at' | 'durationMs'> & { readonly startedMs: number }
  function write(due: DueDelivery, { startedMs, ...ended }: Ended): void {
    outcomes.push({
      due,
      outcome: { ...ended, deliveryId: due.id, at: new Date(startedMs), durationMs: nowMs() - startedMs },
    })
    writing ??= writeAll().finally(() => {
      writing = null
    })
  }

  async function writeAll(): Promise<void> {
    while (outcomes.length > 0) {
      if (!stopping) await sleep(GATHER_MS)
      const batch = outcomes
      outcomes = []
      try {
        await recordAttempts(
          db,
          batch.map((one) => one.outcome),
        )
        for (const { due } of batch)
          if (due.operation_id !== null)
            live.publish({
              kind: 'operation',
              tenantId: due.tenant_id,
              workspaceId: due.workspace_id,
              id: due.operation_id,
            })
      } catch (error) {
        // The leases run out and the deliveries are attempted again: at least once, never lost.
        parts.logFault(error, { attempts: batch.length })
      }
    }
  }

  function wake(): void {
    if (stopping) return
    lookAgain = true
    looking ??= look().finally(() => {
      looking = null
    })
  }

  async function look(): Promise<void> {
    while (lookAgain && !stopping) {
      lookAgain = false
      const room = Math.min(MOST_IN_MEMORY - inMemory, 200)
      if (room <= 0) return
      try {
        const busy = [...lanes].filter(([, lane]) => lane.waiting.length > ENOUGH_QUEUED_PER_TARGET).map(([key]) => key)
        const due = await claimDeliveries(db, room, LEASE_SECONDS, busy)
        enqueue(due)
        if (due.length === room) lookAgain = true
      } catch (error) {
        parts.logFault(error, { looking: 'deliveries' })
      }
    }
  }

  const timer = setInterval(wake, LOOK_EVERY_MS)
  wake()

  return {
    dispatch: enqueue,
    wake,
    async stop() {
      stopping = true
      clearInterval(timer)
      await looking
      const waiting: number[] = []
      for (const lane of lanes.values()) for (const one of lane.waiting.splice(0)) waiting.push(one.due.id)
      for (const _ of waiting) left()
      if (inMemory > 0) await new Promise<void>((resolve) => idle.push(resolve))
      await writing
      if (waiting.length > 0) await releaseDeliveries(db, waiting)
      await Promise.all(Object.values(senders).map((sender) => sender.close()))
      targets.stop()
    },
  }
}

/** What a sender is handed; the envelope is the same text at every attempt. */
function outgoingOf(due: DueDelivery, attempt: number, region: string): Outgoing {
  const createdAtMs = due.created_at.getTime()
  return {
    messageId: due.message_id,
    deliveryId: due.id,
    attempt,
    eventCode: due.event_code,
    publishedAtMs: createdAtMs,
    traceparent: null,
    envelope: eventBridgeEnvelope({
      messageId: due.message_id,
      event: eventByCode(due.event_code as EventCode),
      body: due.body,
      tenantAccountId: String(due.tenant_id),
      occurredAtMs: createdAtMs,
      publishedAtMs: createdAtMs,
      busName: due.bus_name,
      regionId: region,
    }),
  }
}
