/** What is held and pending in the whole installation, as metrics. Any replica answers the same. */
import { type Wait, waitOf } from '@holdpoint/core'
import type { Database } from '../store/database.ts'
import { type HeldGroupRow, heldGroups, pendingGroups } from '../store/held.ts'
import type { Metrics } from './metrics.ts'
import { reading, type Seen } from './reading.ts'

/** Extensions beyond so many groups are counted together, under `(others)`. */
const MOST_GROUPS = 2_000

/** Checks of one extension in one workspace that hold operations up for the same reason. */
export type HeldWait = {
  readonly tenantId: number
  readonly workspaceId: number | null
  readonly extensionCode: string
  readonly reason: Wait
  readonly count: number
  /** When it was looked at. */
  readonly oldestSeconds: number
}

type Look = {
  readonly held: readonly HeldWait[]
  readonly pending: readonly { kind: string; blocked: boolean; count: number }[]
}

/** Keeps the metrics of what is held; answers what was seen last, for whoever else wants to know. */
export function measureHeld(parts: {
  readonly db: Database
  readonly metrics: Metrics
  readonly nowMs: () => number
  readonly logFault: (error: unknown, about: Readonly<Record<string, unknown>>) => void
}): () => Promise<Seen<Look> | null> {
  const { db, metrics, nowMs } = parts
  const look = async (): Promise<Look> => ({
    held: (await heldGroups(db)).flatMap(waitsOf),
    pending: await pendingGroups(db),
  })
  const latest = reading(look, nowMs, (error) => {
    metrics.readingFailures.inc()
    parts.logFault(error, { reading: 'held' })
  })
  metrics.beforeScrape(async () => {
    const seen = await latest()
    if (seen === null) return
    const ageMs = nowMs() - seen.atMs
    metrics.readingAge.set(ageMs / 1000)
    metrics.readingDuration.set(seen.durationMs / 1000)
    metrics.heldOperations.reset()
    metrics.heldOldestAge.reset()
    for (const one of groupsOf(seen.value.held)) {
      const labels = { tenant: one.tenant, extension: one.extension, reason: one.reason }
      metrics.heldOperations.set(labels, one.count)
      metrics.heldOldestAge.set(labels, one.oldestSeconds + ageMs / 1000)
    }
    metrics.pendingDeliveries.reset()
    for (const { kind, blocked, count } of seen.value.pending)
      metrics.pendingDeliveries.set({ kind, blocked: String(blocked) }, count)
  })
  return latest
}

type Group = { tenant: string; extension: string; reason: string; count: number; oldestSeconds: number }

/** Equal groups put together, the largest first. */
function groupsOf(waits: readonly HeldWait[]): Iterable<Group> {
  const groups = new Map<string, Group>()
  for (const one of waits.toSorted((a, b) => b.count - a.count)) {
    const full = groups.size >= MOST_GROUPS
    const tenant = full ? '(others)' : String(one.tenantId)
    const extension = full ? '(others)' : one.extensionCode
    const key = `${tenant} ${extension} ${one.reason}`
    const group = groups.get(key) ?? { tenant, extension, reason: one.reason, count: 0, oldestSeconds: 0 }
    groups.set(key, {
      ...group,
      count: group.count + one.count,
      oldestSeconds: Math.max(group.oldestSeconds, one.oldestSeconds),
    })
  }
  return groups.values()
}

/** What the checks of a group wait for is decided where it is decided for every single one. */
function waitsOf(row: HeldGroupRow): HeldWait[] {
  const check = {
    result: row.result,
    passedByHand: false,
    expired: false,
    onUnanswered: 'block',
    manualPass: false,
  } as const
  const serving = [
    ...(row.delivered ? [{ state: 'delivered' as const, targetBlocked: false }] : []),
    ...(row.sending ? [{ state: 'pending' as const, targetBlocked: false }] : []),
    ...(row.blocked ? [{ state: 'pending' as const, targetBlocked: true }] : []),
    ...(row.dead ? [{ state: 'dead' as const, targetBlocked: false }] : []),
  ]
  const reason = waitOf(check, serving)
  const { tenant_id, workspace_id, code, count, oldest_seconds } = row
  return reason === null
    ? []
    : [
        {
          tenantId: tenant_id,
          workspaceId: workspace_id,
          extensionCode: code,
          reason,
          count,
          oldestSeconds: oldest_seconds,
        },
      ]
}
