/**
 * Slows guessing down: within fifteen minutes at most ten failures under one name from one address, fifty from one address, and a hundred under one
 * name; further attempts are refused until that time is over, or an administrator lets the name in again. Where somebody with the name has signed in
 * from the address in the last thirty days, only the ten count: nobody can shut them out from elsewhere. Counted in the database, so for all replicas
 * together and beyond their end.
 */
import net from 'node:net'
import { Refusal } from '@holdpoint/core'
import type { Database } from '../store/database.ts'
import { attemptKeys, countFailure, forgetFailure, isKnownAddress } from '../store/sign-in-failures.ts'

/** Whoever has one address of IPv6 has the other 2^64 of its network as well. */
export function addressKey(address: string): string {
  const [, dotted] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? []
  if (dotted !== undefined) return dotted
  if (!net.isIPv6(address)) return address
  const [head = '', tail] = address.replace(/%.*$/, '').split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  // An IPv4 address at the end is two groups.
  const dots = [...before, ...after].some((group) => group.includes('.')) ? 1 : 0
  const gap = tail === undefined ? 0 : 8 - before.length - after.length - dots
  const groups = [...before, ...Array.from({ length: gap }, () => '0'), ...after]
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}

/** Runs a check of a password as one attempt: refused when there were too many failures, and a failure until it has answered true. */
export async function attempt(
  db: Database,
  name: string,
  address: string,
  check: () => Promise<boolean>,
): Promise<boolean> {
  const from = addressKey(address)
  const all = attemptKeys(name, from)
  // Only who has a place to be checked is counted, so that not more is written than can be checked.
  return await hashing.run(async () => {
    const keys = (await isKnownAddress(db, name, from)) ? all.slice(0, 1) : all
    const waitSeconds = await db.transaction((tx) => countFailure(tx, keys))
    if (waitSeconds !== null) throw throttled(waitSeconds)
    const right = await check()
    if (right) await forgetFailure(db, keys)
    return right
  })
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
        if (waiting.length >= MOST_WAITING) throw throttled(1)
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

const hashing = boundedHashing()

const throttled = (seconds: number) => new Refusal('SIGN_IN_THROTTLED', { seconds })
