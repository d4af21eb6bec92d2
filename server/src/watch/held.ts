/** What is held and pending in the whole installation, as metrics. Any replica answers the same. */
import { waitOf } from '@holdpoint/core'
import type { Database } from '../store/database.ts'
import { type HeldGroupRow, heldGroups, pendingGroups } from '../store/held.ts'
import type { Metrics } from './metrics.ts'
import { reading } from './reading.ts'

/** Extensions beyond so many groups are counted together, under `(others)`. */
const MOST_GROUPS = 2_000

export function measureHeld(parts: {
  readonly db: Database
  readonly metrics: Metrics
  readonly nowMs: () => number
  readonly logFault: (error: unknown, about: Readonly<Record<string, unknown>>) => void
}): void {
  const { db, metrics, nowMs } = parts
  const look = async () => ({ held: await heldGroups(db), pending: await pendingGroups(db) })
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
}

type Group = { tenant: string; extension: string; reason: string; count: number; oldestSeconds: number }

/** What the groups wait for is decided where it is decided for everybody; here equal ones are put together. */
function groupsOf(rows: readonly HeldGroupRow[]): Iterable<Group> {
  const groups = new Map<string, Group>()
  for (const row of rows.toSorted((a, b) => b.count - a.count)) {
    const reason = waitOf(
      { result: row.result, passedByHand: false, expired: false, onUnanswered: 'block', manualPass: false },
      [
        ...(row.delivered ? [{ state: 'delivered' as const, targetBlocked: false }] : []),
        ...(row.sending ? [{ state: 'pending' as const, targetBlocked: false }] : []),
        ...(row.blocked ? [{ state: 'pending' as const, targetBlocked: true }] : []),
        ...(row.dead ? [{ state: 'dead' as const, targetBlocked: false }] : []),
      ],
    )
    if (reason === null) continue
    const full = groups.size >= MOST_GROUPS
    const tenant = full ? '(others)' : String(row.tenant_id)
    const extension = full ? '(others)' : row.code
    const key = `${tenant} ${extension} ${reason}`
    const group = groups.get(key) ?? { tenant, extension, reason, count: 0, oldestSeconds: 0 }
    groups.set(key, {
      ...group,
      count: group.count + row.count,
      oldestSeconds: Math.max(group.oldestSeconds, row.oldest_seconds),
    })
  }
  return groups.values()
}
