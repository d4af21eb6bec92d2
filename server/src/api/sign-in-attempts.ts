/**
 * Slows guessing down: after ten failures under one name from one address, or fifty from one address, within fifteen minutes, further attempts
 * are refused until the fifteen minutes are over. A name alone is never shut out, or anybody could keep its owner out by guessing wrong. Kept in memory
 * per replica and bounded; a password hash is slow enough to make the rest hopeless.
 */
import { Refusal } from '@holdpoint/core'

const WINDOW_MS = 15 * 60_000
const MOST_KEYS = 10_000

type Key = { readonly key: string; readonly mostFailures: number }

/** What the failures of an attempt are counted under. */
export function signInKeys(name: string, address: string): readonly [Key, Key] {
  return [
    { key: `${name} from ${address}`, mostFailures: 10 },
    { key: `from ${address}`, mostFailures: 50 },
  ]
}

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
    begin(keys: readonly Key[], nowMs: number): void {
      for (const { key, mostFailures } of keys) {
        const entry = under(key, nowMs)
        if (entry && entry.count >= mostFailures) throw throttled(entry.sinceMs + WINDOW_MS - nowMs)
      }
      for (const { key } of keys) {
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
    /** The failures under this name are forgotten; the others from the address stay, without this attempt. */
    succeeded([name, address]: readonly [Key, Key]): void {
      failures.delete(name.key)
      const entry = failures.get(address.key)
      if (entry && --entry.count <= 0) failures.delete(address.key)
    },
  }
}

const MOST_HASHING = 4
const MOST_WAITING = 32

/** A password hash takes 19 MiB and a core for a while, so only a few are made at a time; whoever finds the queue full is refused. */
export function boundedHashing() {
  const waiting: (() => void)[] = []
  let underway = 0
  return {
    async run<T>(work: () => Promise<T>): Promise<T> {
      if (underway >= MOST_HASHING) {
        if (waiting.length >= MOST_WAITING) throw throttled(1_000)
        await new Promise<void>((resolve) => waiting.push(resolve))
      } else underway++
      try {
        return await work()
      } finally {
        // Whoever waits longest takes the place over.
        const next = waiting.shift()
        if (next) next()
        else underway--
      }
    },
  }
}

const throttled = (ms: number) => new Refusal('SIGN_IN_THROTTLED', { seconds: Math.ceil(ms / 1000) })
