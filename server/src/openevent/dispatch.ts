/**
 * The dispatcher: takes deliveries whose time has come to their targets and writes down what became of each.
 *
 * All deliveries of a target are made by one replica at a time, the one that has its *lane*. So no lease is written for a delivery, no two
 * replicas attempt the same one, and a target's limit of attempts at once holds over all of them. A delivery that this replica just wrote is
 * attempted at once where the lane is its own; another replica's lane is told of it. Everything else (retries, what had no place in
 * memory, lanes of a replica that died) is found in the table by a look every half second, which asks for each target whether something is
 * due, and then reads as much as there are places: a target's backlog costs the others nothing, however long it is.
 */
import { afterFailedAttempt, type DeliveryState } from '@holdpoint/core'
import type { Live } from '../live.ts'
import type { Database } from '../store/database.ts'
import * as store from '../store/deliveries.ts'
import { envelopeOf } from './envelope.ts'
import { isHungry, type Lane, newLane } from './lane.ts'
import { outcomeWriter } from './outcomes.ts'
import { places, placesOf } from './places.ts'
import type { Replica } from './replica.ts'
import type { AttemptResult, Outgoing, Senders, Target, TargetKind } from './target.ts'
import type { Targets } from './targets.ts'

const LOOK_EVERY_MS = 500
/** A lane that nothing happened in for so long is left to whoever needs it next. */
const LEAVE_AFTER_MS = 2_000
/** Another replica's lane is believed to be its for so long. */
const ELSEWHERE_MS = 1_000
const MOST_ELSEWHERE = 10_000
/** Targets that one look asks about, and deliveries that it reads, of one target and of all. */
const MOST_LOOKED_AT = 1_000
const MOST_READ_PER_TARGET = 100
const MOST_READ = 1_000
/** Places in memory, and how many deliveries of one target may have one. */
const MOST_PLACES = 8_192
const MOST_PER_TARGET = 512

type Due = store.DueDelivery

export type Dispatcher = {
  /** What was just committed. */
  dispatch(due: readonly Due[]): void
  /** Looks for due deliveries now rather than at the next tick. */
  wake(): void
  /** The replica may not act any more: what is under way ends, and only a success that was heard of before counts. */
  lose(): void
  /** Whether it may act now, and what is in memory. */
  state(): { readonly alive: boolean; readonly lanes: number; readonly held: number; readonly underway: number }
  /** Finishes what is under way and writes it down; what was not begun is left to the others. */
  stop(): Promise<void>
}

export function startDispatcher(parts: {
  readonly db: Database
  readonly replica: Replica
  readonly targets: Targets
  readonly senders: Senders
  readonly live: Live
  readonly region: string
  readonly nowMs: () => number
  /** Told of each delivery that was accepted or given up. */
  readonly ended: (kind: TargetKind, state: 'delivered' | 'dead') => void
  readonly logFault: (error: unknown, about: Readonly<Record<string, unknown>>) => void
}): Dispatcher {
  const { db, replica, senders, targets, live, nowMs } = parts
  const lanes = new Map<number, Lane>()
  /** The deliveries in memory: what the table says about them may be older than what is known here. */
  const held = new Set<number>()
  /** Those whose outcome was written while a look was under way, which may have read them before. */
  const settled = new Set<number>()
  const room = places(MOST_PLACES)
  /** Targets, with their tenants, that the next look asks about; and until when other replicas are taken to have their lanes. */
  const wanted = new Map<number, number>()
  const elsewhere = new Map<number, number>()
  let underway = 0
  let lookAround = false
  let beyondId = 0
  let looks = 0
  let looking = false
  let lookEnded: (() => void) | null = null
  let allEnded: (() => void) | null = null
  let failing = false
  let stopping = false

  type Of = { readonly due: Due; readonly lane: Lane; readonly kind: TargetKind; readonly state: DeliveryState }
  const outcomes = outcomeWriter<Of>({
    db,
    logFault: parts.logFault,
    written(done) {
      for (const { due, lane, kind, state } of done) {
        if (state !== 'pending') parts.ended(kind, state)
        if (looking) settled.add(due.id)
        if (lane.blockedIn === Number.POSITIVE_INFINITY) lane.blockedIn = looks
        release(due, lane)
        if (due.operation_id !== null)
          live.publish({
            kind: 'operation',
            tenantId: due.tenant_id,
            workspaceId: due.workspace_id,
            id: due.operation_id,
          })
      }
    },
  })

  /** A place for the delivery, if there is one; otherwise it stays in the table. */
  function offer(lane: Lane, due: Due): boolean {
    if (held.has(due.id) || lane.blockedIn !== null || stopping) return false
    const count = placesOf(due.body)
    if (lane.ids.size >= MOST_PER_TARGET || room.roomFor(due.tenant_id, lane.places) < count) {
      lane.more = true
      return false
    }
    held.add(due.id)
    lane.ids.add(due.id)
    room.take(due.tenant_id, count)
    lane.places += count
    lane.waiting.push(due)
    advance(lane)
    return true
  }

  function release(due: Due, lane: Lane): void {
    const count = placesOf(due.body)
    held.delete(due.id)
    room.leave(due.tenant_id, count)
    lane.ids.delete(due.id)
    lane.places -= count
    lane.usedMs = nowMs()
    if (lane.more && isHungry(lane)) want(lane.targetId, due.tenant_id)
  }

  function advance(lane: Lane): void {
    while (lane.underway < lane.mostUnderway && lane.waiting.length > 0) {
      const due = lane.waiting.shift()!
      lane.underway++
      underway++
      void attempt(due, lane)
        .catch((error) => {
          parts.logFault(error, { delivery: due.id })
          release(due, lane)
        })
        .finally(() => {
          lane.underway--
          underway--
          if (underway === 0) allEnded?.()
          advance(lane)
        })
    }
  }

  async function attempt(due: Due, lane: Lane): Promise<void> {
    const found = targets.of(due.target_id)
    const target = found instanceof Promise ? await found.catch(fail) : found
    // What is gone, or cannot be read, is left to the next look; how much of it there is does not make that come sooner.
    if (target === null) lane.more = false
    if (target === null || lane.lost || stopping || replica.id() === null) return release(due, lane)
    if (lane.mostUnderway !== target.mostConcurrent) {
      lane.mostUnderway = target.mostConcurrent
      advance(lane)
    }
    const number = due.attempts + 1
    const atMs = replica.databaseNowMs()
    const startedMs = performance.now()
    const expired = due.expires_at.getTime() <= atMs
    const result = expired ? EXPIRED : await senders[target.kind].send(target, outgoingOf(due, number, parts.region))
    if ((lane.lost && result.error !== null) || result.notMade) return release(due, lane)
    const next = nextOf(target, due, number, result)
    const blocks = next.state === 'dead' && !expired && target.errorsTolerance === 'NONE'
    if (blocks) block(lane)
    outcomes.add(
      {
        deliveryId: due.id,
        number,
        at: new Date(atMs),
        durationMs: performance.now() - startedMs,
        endpoint: target.endpoint,
        status: result.status,
        error: result.error && storable(result.error),
        responseBody: result.responseBody && storable(result.responseBody),
        state: next.state,
        nextAttemptAt: next.state === 'pending' ? new Date(next.nextAttemptAtMs) : null,
        blocks,
      },
      { due, lane, kind: target.kind, state: next.state },
    )
  }

  function nextOf(target: Target, due: Due, attempt: number, result: AttemptResult) {
    if (result.error === null) return { state: 'delivered' } as const
    if (result === EXPIRED) return { state: 'dead' } as const
    return afterFailedAttempt({
      policy: target.retryPolicy,
      attempt,
      status: result.status,
      retryAfterMs: result.retryAfterMs ?? null,
      nowMs: replica.databaseNowMs(),
      expiresAtMs: due.expires_at.getTime(),
      random: Math.random(),
    })
  }

  /** What waits for a delivery that has used up its retries waits in the table. */
  function block(lane: Lane): void {
    lane.blockedIn = Number.POSITIVE_INFINITY
    forgetWaiting(lane)
  }

  function forgetWaiting(lane: Lane): void {
    for (const one of lane.waiting.splice(0)) release(one, lane)
  }

  function lose(): void {
    for (const lane of lanes.values()) {
      lane.lost = true
      forgetWaiting(lane)
    }
    lanes.clear()
    elsewhere.clear()
    wanted.clear()
    for (const sender of Object.values(senders)) sender.cut?.()
  }

  function want(targetId: number, tenantId: number): void {
    wanted.set(targetId, tenantId)
    if (!looking) void look()
  }

  function wake(): void {
    lookAround = true
    if (!looking) void look()
  }

  async function look(): Promise<void> {
    looking = true
    while ((lookAround || wanted.size > 0) && !stopping) {
      // What is committed in this moment comes along.
      await new Promise(setImmediate)
      const replicaId = replica.id()
      if (replicaId === null || stopping) break
      const asked = new Map(wanted)
      const around = lookAround
      wanted.clear()
      settled.clear()
      lookAround = false
      looks++
      try {
        // What was asked for in a lane of its own is read at once; the others are first asked whose they are.
        const isOwn = (id: number) => lanes.get(id)?.blockedIn === null
        const waiting: store.WaitingTarget[] = [...asked.keys()]
          .filter(isOwn)
          .map((id) => ({ target_id: id, due: true, gone: false, replica_id: replicaId }))
        const others = [...asked.keys()].filter((id) => !isOwn(id))
        if (others.length > 0) waiting.push(...(await store.waitingAmong(db, others)))
        if (around) {
          await leaveIdle(replicaId)
          const found = await store.waitingTargets(db, beyondId, MOST_LOOKED_AT)
          beyondId = found.length < MOST_LOOKED_AT ? 0 : found.at(-1)!.target_id
          if (beyondId > 0) lookAround = true
          waiting.push(...found.filter((one) => !asked.has(one.target_id)))
        }
        await open(replicaId, waiting, asked)
        await fill(replicaId, waiting)
        const gone = waiting.filter((one) => one.gone).map((one) => one.target_id)
        if (gone.length > 0) await store.endDeliveriesTo(db, gone)
        failing = false
      } catch (error) {
        fail(error)
        break
      }
    }
    looking = false
    lookEnded?.()
  }

  /** An outage is one line in the log. */
  function fail(error: unknown): null {
    if (!failing) parts.logFault(error, { looking: 'deliveries' })
    failing = true
    return null
  }

  /** Takes the lanes that nobody has, and notes those that others have. */
  async function open(
    replicaId: string,
    waiting: readonly store.WaitingTarget[],
    asked: ReadonlyMap<number, number>,
  ): Promise<void> {
    const free: number[] = []
    if (elsewhere.size > MOST_ELSEWHERE) elsewhere.clear()
    for (const { target_id: id, replica_id: owner, due } of waiting) {
      if (!due) continue
      if (owner === null) free.push(id)
      else if (owner !== replicaId) {
        elsewhere.set(id, nowMs() + ELSEWHERE_MS)
        if (asked.has(id)) tellOwner(id, asked.get(id)!)
      } else if (laneOf(id).blockedIn! < looks) laneOf(id).blockedIn = null
    }
    if (free.length === 0) return
    const taken = await store.takeLanes(db, replicaId, free)
    if (replica.id() === replicaId) for (const id of taken) laneOf(id)
  }

  function laneOf(targetId: number): Lane {
    const lane = lanes.get(targetId) ?? newLane(targetId, nowMs())
    lanes.set(targetId, lane)
    elsewhere.delete(targetId)
    return lane
  }

  function tellOwner(targetId: number, tenantId: number): void {
    live.publish({ kind: 'delivery', tenantId, workspaceId: null, id: String(targetId) })
  }

  /** Reads what is due in the lanes that have places for more, of all of them a little before much of one. */
  async function fill(replicaId: string, waiting: readonly store.WaitingTarget[]): Promise<void> {
    const hungry = waiting.flatMap((one) => {
      const lane = one.due ? lanes.get(one.target_id) : undefined
      return lane !== undefined && isHungry(lane) ? [lane] : []
    })
    if (hungry.length === 0) return
    const most = Math.max(1, Math.min(MOST_READ_PER_TARGET, Math.floor(MOST_READ / hungry.length)))
    for (const lane of hungry) lane.more = false
    const due = await store.dueDeliveries(
      db,
      replicaId,
      hungry.map(({ targetId }) => ({ targetId, most })),
      hungry.flatMap((lane) => [...lane.ids]),
    )
    if (replica.id() !== replicaId) return
    const read = new Map<number, number>()
    const taken = new Map<number, number>()
    for (const one of due) {
      read.set(one.target_id, (read.get(one.target_id) ?? 0) + 1)
      const lane = lanes.get(one.target_id)
      if (lane !== undefined && !settled.has(one.id) && offer(lane, one)) taken.set(one.target_id, one.tenant_id)
    }
    for (const lane of hungry) {
      if (read.get(lane.targetId) === most) lane.more = true
      // Where nothing was taken there is no place, which shows when another leaves its own.
      const tenantId = taken.get(lane.targetId)
      if (tenantId !== undefined && lane.more && isHungry(lane)) wanted.set(lane.targetId, tenantId)
    }
  }

  /** Leaves the lanes that are not used, so that the replica that needs one next has it. */
  async function leaveIdle(replicaId: string): Promise<void> {
    const before = nowMs() - LEAVE_AFTER_MS
    const left = [...lanes.values()].filter((lane) => lane.ids.size === 0 && lane.usedMs < before)
    for (const lane of left) lanes.delete(lane.targetId)
    if (left.length > 0)
      await store.leaveLanes(
        db,
        replicaId,
        left.map((lane) => lane.targetId),
      )
  }

  const timer = setInterval(wake, LOOK_EVERY_MS)
  const unsubscribe = live.subscribe((change) => {
    if (change.kind === 'delivery' && lanes.has(Number(change.id))) want(Number(change.id), change.tenantId)
  })

  return {
    dispatch(due) {
      for (const one of due) {
        const lane = lanes.get(one.target_id)
        if (lane !== undefined) offer(lane, one)
        else if ((elsewhere.get(one.target_id) ?? 0) > nowMs()) tellOwner(one.target_id, one.tenant_id)
        else want(one.target_id, one.tenant_id)
      }
    },
    wake,
    lose,
    state: () => ({ alive: replica.id() !== null, lanes: lanes.size, held: held.size, underway }),
    async stop() {
      stopping = true
      clearInterval(timer)
      unsubscribe()
      for (const lane of lanes.values()) forgetWaiting(lane)
      if (looking)
        await new Promise<void>((resolve) => {
          lookEnded = resolve
        })
      await giveBackIdle()
      if (underway > 0)
        await new Promise<void>((resolve) => {
          allEnded = resolve
        })
      await outcomes.stop()
      await Promise.all(Object.values(senders).map((sender) => sender.close()))
      targets.stop()
    },
  }

  /** At an orderly end, what has nothing under way need not wait for what has. */
  async function giveBackIdle(): Promise<void> {
    const replicaId = replica.id()
    const idle = [...lanes.values()].filter((lane) => lane.ids.size === 0).map((lane) => lane.targetId)
    if (replicaId !== null && idle.length > 0) await store.leaveLanes(db, replicaId, idle).catch(fail)
  }
}

const EXPIRED: AttemptResult = { status: null, error: 'the message has expired', responseBody: null }

/** What PostgreSQL can keep of a text from outside. */
const storable = (text: string) => text.toWellFormed().replaceAll('\u0000', '\ufffd')

/** What a sender is handed; the envelope is the same text at every attempt. */
function outgoingOf(due: Due, attempt: number, region: string): Outgoing {
  const createdAtMs = due.created_at.getTime()
  return {
    messageId: due.message_id,
    deliveryId: due.id,
    attempt,
    eventCode: due.event_code,
    publishedAtMs: createdAtMs,
    traceparent: due.traceparent,
    trial: due.trial,
    envelope: envelopeOf(due, region),
  }
}
