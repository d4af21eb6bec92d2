/** How many instances wait and run in the whole installation, as metrics. Any replica answers the same. */
import { statusOfNumber } from '@holdpoint/core'
import type { Database } from '../store/database.ts'
import { standing } from '../store/scheduling.ts'
import type { Metrics } from './metrics.ts'
import { reading } from './reading.ts'

export function measureInstances(parts: {
  readonly db: Database
  readonly metrics: Metrics
  readonly nowMs: () => number
  readonly logFault: (error: unknown, about: Readonly<Record<string, unknown>>) => void
}): void {
  const { metrics } = parts
  const latest = reading(
    () => standing(parts.db),
    parts.nowMs,
    (error) => {
      metrics.readingFailures.inc()
      parts.logFault(error, { reading: 'instances' })
    },
  )
  metrics.beforeScrape(async () => {
    for (const row of (await latest())?.value ?? []) {
      const status = statusOfNumber(row.status)
      metrics.instances.set({ status }, row.count)
      metrics.instancesOldestAge.set({ status }, row.oldest_seconds)
    }
  })
}
