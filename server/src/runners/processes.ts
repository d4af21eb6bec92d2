/** The processes of this machine as runners look at them. Where there is no /proc nothing is found. */
import { readFileSync } from 'node:fs'

const PAGE_BYTES = 4_096
const LOOK_EVERY_MS = 500
const MOST_PROCESSES = 10_000

/** Those that a process has started and that are still there. */
export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** What a process and all below it keep in memory. */
function residentBytes(pid: number): number {
  let bytes = 0
  const found = [pid]
  for (let at = 0; at < found.length && at < MOST_PROCESSES; at++) {
    found.push(...childrenOf(found[at]!))
    try {
      bytes += Number(readFileSync(`/proc/${found[at]}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES
    } catch {
      // It has ended meanwhile.
    }
  }
  return bytes
}

/**
 * Calls `over` once when a process and all below it together keep more than this. It is looked at twice a second: in between it may be more, up to
 * what the limits of each process leave. Answers how to stop looking.
 */
export function watchMemory(pid: number, mostBytes: number, over: () => void): () => void {
  const timer = setInterval(() => {
    if (residentBytes(pid) <= mostBytes) return
    clearInterval(timer)
    over()
  }, LOOK_EVERY_MS)
  timer.unref()
  return () => clearInterval(timer)
}
