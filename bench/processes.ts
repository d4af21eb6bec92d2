/** What processes use, as /proc tells it; Linux only. */
import { readdirSync, readFileSync } from 'node:fs'

/** Ticks per second of /proc/<pid>/stat; 100 on every Linux that Node runs on. */
const TICKS = 100

function stat(pid: number): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold spaces; what follows it is plain.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}

/** The process and all that descend from it. */
export function withDescendants(pid: number): number[] {
  const childrenOf = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? Number(stat(Number(name))?.[1]) : Number.NaN
    if (parent > 0) childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), Number(name)])
  }
  const found = [pid]
  for (const one of found) found.push(...(childrenOf.get(one) ?? []))
  return found
}

/** Milliseconds of processor time that these processes, and their children that have ended, have used so far. */
export function processorMs(pids: readonly number[]): number {
  let ticks = 0
  for (const pid of pids) for (const field of stat(pid)?.slice(11, 15) ?? []) ticks += Number(field)
  return (ticks * 1000) / TICKS
}

/** Proportional set size in megabytes: memory that is shared counts for each process with its share. */
export function memoryMb(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)![1]) / 1024
}
