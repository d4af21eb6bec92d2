/**
 * Programs run on a lease: a server that stands still (stopped, or starved of its processor) is taken for dead by the others, and what it ran is run
 * again elsewhere. Before that can be, a process beside it that hears from it no more ends its programs.
 *
 * That process is there while programs are. With the server's death programs end by themselves, at once.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { performance } from 'node:perf_hooks'

const PROGRAM = path.join(import.meta.dirname, 'inside', 'lease-program.ts')
const FLAGS = ['--no-warnings', '--max-old-space-size=16']
/** Of the time after which a replica is taken for dead. The last the others have heard of it may be a fifth older than the last that is heard here. */
const LEASE = 0.6
const BEAT_EVERY_MS = 1_000
const IDLE_MS = 15_000
const AGAIN_AFTER_MS = 100

export type Leases = {
  /**
   * From now on the group of this process is ended when the lease runs out. When the process has ended, what is answered is called: it says whether
   * that was so meanwhile.
   */
  take(pid: number): () => boolean
  close(): void
}

export function startLeases(replicaTimeoutMs: number): Leases {
  const leaseMs = replicaTimeoutMs * LEASE
  const pids = new Set<number>()
  let child: ChildProcess | null = null
  let beats: NodeJS.Timeout | undefined
  let idle: NodeJS.Timeout | undefined
  let beatMs = 0
  let lapses = 0
  let closed = false

  const tell = (line: string) => void (child?.stdin?.writable && child.stdin.write(`${line}\n`))
  const standsStill = () => beats !== undefined && performance.now() - beatMs >= leaseMs

  function beat(): void {
    if (standsStill()) lapses++
    beatMs = performance.now()
    tell(`.${leaseMs}`)
  }

  function start(): void {
    clearTimeout(idle)
    if (child !== null || closed) return
    const started = spawn(process.execPath, [...FLAGS, PROGRAM], {
      cwd: '/',
      env: {},
      stdio: ['pipe', 'ignore', 'ignore'],
      // What a terminal sends to the server's group does not reach it.
      detached: true,
    })
    child = started
    started.stdin.on('error', () => {})
    started.on('error', () => {})
    started.on('close', () => {
      if (child !== started) return
      child = null
      if (pids.size > 0) setTimeout(() => pids.size > 0 && start(), AGAIN_AFTER_MS)
    })
    for (const pid of pids) tell(`+${pid}`)
    beat()
    beats ??= setInterval(beat, Math.min(BEAT_EVERY_MS, leaseMs / 5))
  }

  /** Ends the process beside the server; programs that are still there end with it. */
  function end(): void {
    clearInterval(beats)
    beats = undefined
    const ending = child
    child = null
    ending?.stdin?.end()
  }

  return {
    take(pid) {
      const before = lapses
      pids.add(pid)
      if (child === null) start()
      else {
        clearTimeout(idle)
        tell(`+${pid}`)
      }
      return () => {
        pids.delete(pid)
        tell(`-${pid}`)
        const lapsed = lapses > before || standsStill()
        if (pids.size === 0) {
          clearTimeout(idle)
          idle = setTimeout(() => pids.size === 0 && end(), IDLE_MS)
          idle.unref()
        }
        return lapsed
      }
    },
    close() {
      closed = true
      clearTimeout(idle)
      end()
    },
  }
}
