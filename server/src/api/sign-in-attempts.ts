/**
 * Slows guessing down: after ten failures under one name or from one address within fifteen minutes, further attempts are refused until the
 * fifteen minutes are over. Kept in memory per replica and bounded; a password hash is slow enough to make the rest hopeless.
 */
import { Refusal } from '@holdpoint/core'

const MOST_FAILURES = 10
const WINDOW_MS = 15 * 60_000
const MOST_KEYS = 10_000

export function signInAttempts() {
  const failures = new Map<string, { count: number; sinceMs: number }>()
  const under = (key: string, nowMs: number) => {
    const entry = failures.get(key)
    return entry && nowMs - entry.sinceMs < WINDOW_MS ? entry : null
  }
  return {
    /**
     * Refuses when there were too many failures under one of the keys; else counts this attempt as one until it has succeeded. So many attempts
     * at the same time are no more than the same ones after each other.
     */
    begin(keys: readonly string[], nowMs: number): void {
      for (const key of keys) {
        const entry = under(key, nowMs)
        if (entry && entry.count >= MOST_FAILURES)
          throw new Refusal('SIGN_IN_THROTTLED', { seconds: Math.ceil((entry.sinceMs + WINDOW_MS - nowMs) / 1000) })
      }
      for (const key of keys) {
        const entry = under(key, nowMs)
        if (entry) entry.count++
        else {
          // The oldest entry makes room; a Map keeps the order of insertion.
          if (failures.size >= MOST_KEYS) failures.delete(failures.keys().next().value!)
          failures.delete(key)
          failures.set(key, { count: 1, sinceMs: nowMs })
        }
      }
    },
    /** The name's failures are forgotten; those from the address stay, without this attempt. */
    succeeded(nameKey: string, addressKey: string): void {
      failures.delete(nameKey)
      const entry = failures.get(addressKey)
      if (entry && --entry.count <= 0) failures.delete(addressKey)
    },
  }
}
