/**
 * Checks: on each replica a round that takes runs of monitors which nobody has, measures them on their data sources and writes what came of them.
 *
 * A run is free again in the moment in which its replica is removed (rule 59): it is measured again then, which changes nothing but the time that it takes. What
 * came of one is written in one transaction, with all that follows from it, by the replica that has it still, or not at all.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Live } from '../../live.ts'
import type { Publish } from '../../openevent/publish.ts'
import type { Replica } from '../../openevent/replica.ts'
import type { NodeRunners } from '../../runners/runners.ts'
import type { Database } from '../../store/database.ts'
import { monitorOf, monitorWithRules, type WatchingMonitor } from '../../store/quality-monitors.ts'
import * as store from '../../store/quality-runs.ts'
import { endCheck } from './end-check.ts'
import { type Measured, measureRules } from './measure.ts'

const LOOK_EVERY_MS = 500
/** Runs of one replica at the same time, and those of one tenant among them: whoever has slow ones leaves places to the others. */
const MOST_AT_ONCE = 8
const MOST_OF_TENANT = 5
const AGAIN_AFTER_MS = 500

export type Checking = {
  readonly db: Database
  readonly replica: Pick<Replica, 'id'>
  readonly runners: Pick<NodeRunners, 'measure'>
  readonly live: Live
  readonly publish: Publish
  readonly timeZone: string
  readonly logFault: (error: unknown, about: Readonly<Record<string, unknown>>) => void
}

export type Checks = {
  /** The replica may not act any more: nothing that it has under way is written. */
  lose(): void
  stop(): Promise<void>
}

export function startChecks(parts: Checking): Checks {
  const { db, replica, live } = parts
  const running = new Map<number, { readonly control: AbortController; readonly ended: Promise<void> }>()
  let looking: Promise<void> | null = null
  let wanted = false
  let failing = false
  let stopping = false

  function wake(): void {
    wanted = true
    looking ??= round()
      .then(() => {
        failing = false
      })
      .catch((error) => {
        if (!failing) parts.logFault(error, { checking: 'round' })
        failing = true
        wanted = false
      })
      .finally(() => {
        looking = null
        if (wanted && !stopping) wake()
      })
  }

  async function round(): Promise<void> {
    wanted = false
    const replicaId = replica.id()
    if (replicaId === null || stopping) return
    const known = new Set(running.keys())
    const ours = await store.qualityRunsOfReplica(db, replicaId)
    for (const { id, meant } of ours) if (!meant) running.get(id)?.control.abort()
    // Taken, and never begun because the database did not say so in time.
    const unknown = ours.filter(({ id }) => !known.has(id) && !running.has(id)).map(({ id }) => id)
    if (unknown.length > 0) await store.freeQualityRuns(db, replicaId, unknown)
    const room = MOST_AT_ONCE - running.size
    if (room <= 0 || stopping || replica.id() !== replicaId) return
    for (const run of await store.takeQualityRuns(db, replicaId, { all: room, ofTenant: MOST_OF_TENANT })) {
      const control = new AbortController()
      const ended = check(run, replicaId, control.signal).finally(() => {
        running.delete(run.id)
        wake()
      })
      running.set(run.id, { control, ended })
    }
  }

  /** It never fails. While the database is away it is tried again, and what was measured is kept. */
  async function check(run: store.QualityRunRow, replicaId: string, signal: AbortSignal): Promise<void> {
    const changed = () => live.publish(changeOf(run))
    const trying = async <T>(work: () => Promise<T>): Promise<T | 'lost'> => {
      for (let tries = 0; replica.id() === replicaId && !stopping; tries++)
        try {
          return await work()
        } catch (error) {
          if (tries === 0) parts.logFault(error, { qualityRun: run.id })
          await sleep(AGAIN_AFTER_MS)
        }
      return 'lost'
    }
    changed()
    const found = await trying(async () => {
      const monitor = await monitorWithRules(db, run.monitor_id)
      return { monitor, measured: await measuredOf(run, monitor, signal) }
    })
    if (found === 'lost') return
    // Whoever has time measures it then.
    if (found.measured === 'stopped') await trying(() => store.freeQualityRuns(db, replicaId, [run.id]))
    else await trying(() => endCheck(parts, run, replicaId, found.monitor, found.measured as Measured | null))
    changed()
  }

  /** Null where nothing is to be said of it: nobody waits for it any more, or there is nothing to check. */
  async function measuredOf(
    run: store.QualityRunRow,
    { row, rules }: WatchingMonitor,
    signal: AbortSignal,
  ): Promise<Measured | 'stopped' | null> {
    // By hand also what is switched off.
    const isWanted = row.deleted_at === null && (row.enabled || run.instance_id === null) && rules.length > 0
    if (!isWanted || !(await store.isStillMeant(db, run.id))) return null
    const measured = await measureRules(parts, run, monitorOf(row), rules, signal)
    if (measured !== null) return measured
    return (await store.isStillMeant(db, run.id)) ? 'stopped' : null
  }

  const timer = setInterval(wake, LOOK_EVERY_MS)
  const unsubscribe = live.subscribe((change) => {
    if (change.kind === 'quality') wake()
  })
  const abort = () => {
    for (const { control } of running.values()) control.abort()
  }
  return {
    lose: abort,
    async stop() {
      stopping = true
      clearInterval(timer)
      unsubscribe()
      await looking
      abort()
      await Promise.all([...running.values()].map(({ ended }) => ended))
    },
  }
}

const changeOf = ({ tenant_id: tenantId, workspace_id: workspaceId }: store.QualityRunRow) =>
  ({ kind: 'quality', tenantId, workspaceId, id: String(workspaceId) }) as const
