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
  return {
    refuseTooMany(keys: readonly string[], nowMs: number): void {
      for (const key of keys) {
        const entry = failures.get(key)
        if (entry && entry.count >= MOST_FAILURES && nowMs - entry.sinceMs < WINDOW_MS)
          throw new Refusal('SIGN_IN_THROTTLED', { seconds: Math.ceil((entry.sinceMs + WINDOW_MS - nowMs) / 1000) })
      }
    },
    failed(keys: readonly string[], nowMs: number): void {
      for (const key of keys) {
        const entry = failures.get(key)
        if (entry && nowMs - entry.sinceMs < WINDOW_MS) entry.count++
        else {
          // The oldest entry makes room; a Map keeps the order of insertion.
          if (failures.size >= MOST_KEYS) failures.delete(failures.keys().next().value!)
          failures.delete(key)
          failures.set(key, { count: 1, sinceMs: nowMs })
        }
      }
    },
    succeeded(key: string): void {
      failures.delete(key)
    },
  }
}
