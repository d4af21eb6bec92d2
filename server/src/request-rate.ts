import { Refusal } from '@holdpoint/core'
import { keep } from './bounded.ts'

const MOST_PAIRS = 10_000
const BURST_MS = 1_000
/** What sums of such times may be wrong by. */
const ROUNDING_MS = 0.01

/**
 * How often one AccessKey pair may ask: so many requests a second, of which a second's worth may come at once. It throws for one too many. Each
 * replica counts for itself; null: as often as it likes.
 */
export function requestRate(perSecond: number | null): (accessKeyId: string, nowMs: number) => void {
  if (perSecond === null) return () => {}
  const everyMs = 1_000 / perSecond
  /** When what each pair has asked for would be over if it had come evenly. */
  const overAtMs = new Map<string, number>()
  return (accessKeyId, nowMs) => {
    const fromMs = Math.max(overAtMs.get(accessKeyId) ?? 0, nowMs)
    const waitMs = fromMs + everyMs - nowMs - Math.max(BURST_MS, everyMs)
    if (waitMs > ROUNDING_MS) throw new Refusal('REQUESTS_THROTTLED', { perSecond, seconds: Math.ceil(waitMs) / 1_000 })
    keep(overAtMs, accessKeyId, fromMs + everyMs, MOST_PAIRS)
  }
}
