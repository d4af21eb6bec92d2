/**
 * The scheduler: on each replica one loop, and the programs that this replica runs.
 *
 * A round moves instances whose time has come, lets those that run nothing succeed, and starts what there are slots for; what it changes makes the
 * next round worthwhile, until nothing is left to do. Rounds begin every half second, after what was committed here, and when others tell of a
 * change; nothing depends on being told.
 *
 * Rules 36 and 37: an instance is started by the one transaction that takes a slot for it, which notes the replica. It is free again only when its program
 * has ended and that is written down, or when the replica is gone: whoever finds it then runs it again or has it fail. A replica that may not act any
 * more stops all its programs before it can be taken for dead.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal, windowOpen } from '@holdpoint/core'
import type { Live } from '../../live.ts'
import type { Publish } from '../../openevent/publish.ts'
import type { Replica } from '../../openevent/replica.ts'
import type { Ended, Runners } from '../../runners/runner.ts'
import type { Database } from '../../store/database.ts'
import * as store from '../../store/scheduling.ts'
import { batchOf } from '../../store/settling.ts'
import type { Metrics } from '../../watch/metrics.ts'
import { localTime } from './cron-times.ts'
import { type EndedAs, type Ending, endRuns, type Outcome } from './end-runs.ts'
import { rests } from './rests.ts'
import { type RunLog, runLogs } from './run-log.ts'
import { settle } from './settle.ts'
import { type OnProgress, syncTeller } from './sync-news.ts'
import { tellStatus } from './tell-status.ts'
import { workOf } from './work.ts'

const LOOK_EVERY_MS = 500
const LOOK_AT_WINDOWS_EVERY_MS = 2_000
/** Instances that one transaction moves. */
const MOST_AT_ONCE = 5_000
const MOST_ORPHANS = 500
const MOST_ENDINGS = 100
/** Programs of one replica at the same time, whatever slots there are; those that never end stand beside them. */
const MOST_RUNNING = 100
const MOST_ENDLESS = 200
const AGAIN_AFTER_MS = 500
const LONGEST_TIMER_MS = 2 ** 31 - 1

export type Scheduler = {
  /** Begins a round now rather than at the next look. */
  wake(): void
  /** The replica may not act any more: everything that it runs is stopped. */
  lose(): void
  state(): { readonly running: number }
  /** Stops what runs here, which is run again elsewhere or fails, and writes that down. */
  stop(): Promise<void>
}

/** Why a program is to stop; null: it runs. */
type Stop = 'terminated' | 'timed-out' | 'lost'
type Running = store.RunKey & {
  readonly control: AbortController
  /** A real-time synchronisation. */
  endless: boolean
  stop: Stop | null
}

export function startScheduler(parts: {
  readonly db: Database
  readonly replica: Replica
  readonly runners: Runners
  readonly live: Live
  readonly publish: Publish
  readonly metrics: Metrics
  readonly timeZone: string
  /** What synchronisations say of how far they have come. */
  readonly onProgress: OnProgress
  readonly logFault: (error: unknown, about: Readonly<Record<string, unknown>>) => void
}): Scheduler {
  const { db, replica, runners, live, metrics } = parts
  const running = new Map<number, Running>()
  const logs = runLogs({ db, logFault: parts.logFault, grown: (ids) => tellGrown(ids) })
  const places = new Map<number, store.ClaimedRow>()
  const failing = new Set<string>()
  const resting = rests()
  let waiting: Ending[] = []
  let writingEnds: Promise<void> | null = null
  let wanted = true
  let looking: Promise<void> | null = null
  let windowsAtMs = Number.NEGATIVE_INFINITY
  let stopping = false

  // Rounds

  function wake(): void {
    wanted = true
    looking ??= look().finally(() => {
      looking = null
      if (wanted && !stopping) wake()
    })
  }

  async function look(): Promise<void> {
    // What is committed in this moment comes along.
    await new Promise(setImmediate)
    wanted = false
    const replicaId = replica.id()
    if (replicaId === null || stopping) return
    await attempt('stopped', () => stopEnded(replicaId))
    await attempt('orphans', recover)
    if (performance.now() - windowsAtMs >= LOOK_AT_WINDOWS_EVERY_MS) {
      windowsAtMs = performance.now()
      await attempt('windows', openWindows)
    }
    for (let more = true; more && !stopping && replica.id() === replicaId; ) {
      const due = await attempt('due', moveDue)
      const finished = await attempt('without work', finishWithoutWork)
      const started = await attempt('ready', () => startReady(replicaId))
      more = due + finished + started > 0
      while (!stopping && (await attempt('news', tellNews)) > 0);
    }
  }

  /** How much was done; an outage is one line in the log, and keeps nothing else from being tried. */
  async function attempt(what: string, work: () => Promise<number>): Promise<number> {
    const looked = resting.begin(what, performance.now())
    if (looked === null) return 0
    try {
      const done = await work()
      failing.delete(what)
      looked(done > 0, performance.now())
      return done
    } catch (error) {
      if (!failing.has(what)) parts.logFault(error, { scheduling: what })
      failing.add(what)
      return 0
    }
  }

  const tellNews = async () => ((await tellStatus(parts)) ? 1 : 0)

  function tell(some: readonly { readonly tenant_id: number; readonly workspace_id: number }[]): void {
    for (const { workspace_id: workspaceId, tenant_id: tenantId } of new Map(
      some.map((one) => [one.workspace_id, one]),
    ).values())
      live.publish({ kind: 'instance', tenantId, workspaceId, id: String(workspaceId) })
  }

  function tellGrown(ids: readonly number[]): void {
    tell(ids.flatMap((id) => places.get(id) ?? []))
  }

  async function moveDue(): Promise<number> {
    const due = await db.transaction(async (tx) => {
      const rows = await store.moveDue(tx, MOST_AT_ONCE)
      if (rows.length > 0) await settle(tx, { due: rows })
      return rows
    })
    tell(due)
    return due.length
  }

  async function finishWithoutWork(): Promise<number> {
    const finished = await db.transaction(async (tx) => {
      const rows = await store.finishWithoutWork(tx, MOST_AT_ONCE)
      if (rows.length > 0) await settle(tx, { finished: rows })
      return rows
    })
    tell(finished)
    return finished.length
  }

  async function openWindows(): Promise<number> {
    const moment = momentIn(parts.timeZone, replica.databaseNowMs())
    const [open, closed]: [number[], number[]] = [[], []]
    for (const { id, type, start_time: startTime, end_time: endTime } of await store.runWindows(db))
      (windowOpen({ type, startTime, endTime }, moment) ? open : closed).push(id)
    if (open.length > 0) await store.setOutsideWindow(db, open, false)
    if (closed.length > 0) await store.setOutsideWindow(db, closed, true)
    return 0
  }

  // Programs

  /** Stops the programs of instances that are not to run any more, and finds runs of this replica that it knows nothing of. */
  async function stopEnded(replicaId: string): Promise<number> {
    const known = new Set(running.keys())
    const rows = await store.runsOf(db, replicaId)
    for (const row of rows) {
      const here = running.get(row.id)
      if (here !== undefined && here.runNumber === row.run_number && !row.running) stopRun(here, 'terminated')
    }
    // What was taken and never begun because the database did not say so in time. What has ended meanwhile is fenced out.
    const unknown = rows.filter((row) => !known.has(row.id) && !running.has(row.id))
    await writeEndings(
      unknown.map((row) => ({ id: row.id, runNumber: row.run_number, replicaId, is: { outcome: 'lost' } })),
    )
    return unknown.length
  }

  /** Rule 37: what a replica that is gone was running. */
  async function recover(): Promise<number> {
    const found = await store.orphans(db, MOST_ORPHANS)
    await writeEndings(found.map((one) => ({ ...one, is: { outcome: 'lost' } })))
    return found.length
  }

  async function startReady(replicaId: string): Promise<number> {
    const groups = await store.wantedGroups(db)
    // Where this replica has no place for all of them, none always comes first.
    const first = Math.floor(Math.random() * groups.length)
    let started = 0
    for (const groupId of [...groups.slice(first), ...groups.slice(0, first)])
      started += await attempt(`group ${groupId}`, () => startGroup(groupId, replicaId))
    return started
  }

  async function startGroup(groupId: number, replicaId: string): Promise<number> {
    const room = roomHere()
    if (room <= 0 || stopping || replica.id() !== replicaId) return 0
    const claimed = await db.transaction(async (tx) => {
      const rows = await store.claim(tx, groupId, replicaId, room)
      if (rows.length > 0) await settle(tx, { started: rows.map(batchOf) })
      return rows
    })
    tell(claimed)
    for (const one of claimed) {
      const waitedMs = one.started_at.getTime() - (one.wait_resource_at ?? one.started_at).getTime()
      metrics.dispatchLatency.observe(Math.max(0, waitedMs) / 1000)
      void run(one, replicaId)
    }
    return claimed.length
  }

  function roomHere(): number {
    let endless = 0
    for (const one of running.values()) if (one.endless) endless++
    return Math.min(MOST_RUNNING - (running.size - endless), MOST_RUNNING + MOST_ENDLESS - running.size)
  }

  function stopRun(one: Running, why: Stop): void {
    one.stop ??= why
    one.control.abort()
  }

  /** Runs one program to its end and has that written down. It never fails. */
  async function run(claimed: store.ClaimedRow, replicaId: string): Promise<void> {
    const one: Running = {
      id: claimed.id,
      runNumber: claimed.run_number,
      replicaId,
      control: new AbortController(),
      endless: false,
      stop: null,
    }
    running.set(one.id, one)
    places.set(one.id, claimed)
    const log = logs.open(one.id, one.runNumber)
    const is = await outcomeOf(claimed, one, log)
    await log.end()
    waiting.push({ id: one.id, runNumber: one.runNumber, replicaId, is })
    writingEnds ??= writeEnds().finally(() => {
      writingEnds = null
    })
  }

  async function outcomeOf(claimed: store.ClaimedRow, one: Running, log: RunLog): Promise<Outcome> {
    let timer: NodeJS.Timeout | undefined
    const told = syncTeller(one.id, parts.onProgress, parts.logFault)
    try {
      const { work, unknown } = await workOf(db, claimed, parts.timeZone)
      // Between the two nothing is waited for: a program begins only while this replica may act.
      if (replica.id() !== one.replicaId || stopping) return { outcome: 'lost' }
      one.endless = work.sync?.sync.kind === 'real-time'
      for (const text of unknown) log.write(`${text} is no expression and is taken as it stands.\n`)
      const { timeoutMs } = work
      if (timeoutMs !== null) timer = setTimeout(() => stopRun(one, 'timed-out'), Math.min(timeoutMs, LONGEST_TIMER_MS))
      const { progress, retrying } = told
      const ended = await runners.run(work, {
        log: (text) => log.write(text),
        signal: one.control.signal,
        progress,
        retrying,
      })
      return outcome(ended, one.stop, timeoutMs)
    } catch (error) {
      if (error instanceof Refusal) return { outcome: 'failed', reason: error }
      parts.logFault(error, { instance: one.id, run: one.runNumber })
      return { outcome: 'failed', reason: new Refusal('RUN_FAULT') }
    } finally {
      clearTimeout(timer)
      await told.end()
    }
  }

  /** Writes down how runs ended; while the database is away they stay what this replica has. */
  async function writeEnds(): Promise<void> {
    let down = false
    while (waiting.length > 0) {
      const some = waiting.splice(0, MOST_ENDINGS)
      try {
        await writeEndings(some)
        for (const { id } of some) {
          running.delete(id)
          places.delete(id)
        }
        down = false
        wake()
      } catch (error) {
        if (!down) parts.logFault(error, { endings: some.length })
        down = true
        waiting = [...some, ...waiting]
        if (stopping) return
        await sleep(AGAIN_AFTER_MS)
      }
    }
  }

  async function writeEndings(endings: readonly Ending[]): Promise<void> {
    if (endings.length === 0) return
    const ended = await db.transaction((tx) => endRuns(tx, endings))
    for (const { as } of ended) count(as)
    tell(ended)
  }

  const count = (as: EndedAs) => metrics.runsEnded.inc({ as })

  function stopAll(): void {
    for (const one of running.values()) stopRun(one, 'lost')
  }

  const timer = setInterval(wake, LOOK_EVERY_MS)
  const unsubscribe = live.subscribe((change) => {
    if (change.kind !== 'instance' && change.kind !== 'backfill') return
    resting.heard()
    wake()
  })

  return {
    wake,
    lose: stopAll,
    state: () => ({ running: running.size }),
    async stop() {
      stopping = true
      clearInterval(timer)
      unsubscribe()
      await looking
      stopAll()
      logs.stop()
      while (running.size > 0) {
        const before = running.size
        await Promise.race([writingEnds ?? sleep(10), sleep(AGAIN_AFTER_MS)])
        // Whoever is there finds what could not be written down once this replica is gone.
        if (waiting.length > 0 && writingEnds === null && before === running.size) break
      }
    },
  }
}

function outcome(ended: Ended, stop: Stop | null, timeoutMs: number | null): Outcome {
  if (ended.ended === 'succeeded') return { outcome: 'succeeded', chosenOutputs: ended.chosenOutputs ?? null }
  if (stop === 'timed-out')
    return { outcome: 'failed', reason: new Refusal('RUN_TIMED_OUT', { seconds: Math.round((timeoutMs ?? 0) / 1000) }) }
  if (ended.ended === 'failed' && stop === null) return { outcome: 'failed', reason: ended.reason }
  return { outcome: 'lost' }
}

/** What clock and calendar of the zone show. */
function momentIn(timeZone: string, atMs: number): { readonly weekday: number; readonly time: string } {
  const [day = '', time = ''] = localTime(atMs, timeZone).split(' ')
  return { weekday: new Date(`${day}T00:00:00Z`).getUTCDay(), time }
}
