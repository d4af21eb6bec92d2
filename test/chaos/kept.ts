// A process that is kept: whenever it ends, it is started again, until it is let go.
import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { reap } from './reaper.ts'

export type Kept = {
  readonly name: string
  /** Killed where it stands, and started again after so long. False when it is not there. */
  kill(downMs: number): boolean
  /** Asked to end, and started again after it has. */
  end(): boolean
  /** Stands still until `thaw`. */
  freeze(): boolean
  thaw(): void
  /** Resolves when it runs and says so. */
  ready(): Promise<void>
  /** How often it has been started. */
  readonly starts: number
  letGo(): Promise<void>
}

const RESTART_MS = 30
const READY_MS = 120_000
const POLL_MS = 25

export function keep(name: string, start: () => ChildProcess, isReady: () => Promise<boolean>): Kept {
  let child: ChildProcess | null = null
  let downMs = RESTART_MS
  let kept = true
  let starts = 0

  const life = (async () => {
    while (kept) {
      const running = start()
      child = running
      starts++
      const pid = running.pid!
      reap.process(pid)
      await new Promise((resolve) => running.once('exit', resolve))
      reap.forget(pid)
      child = null
      if (kept) await sleep(downMs)
      downMs = RESTART_MS
    }
  })()

  const send = (signal: NodeJS.Signals) => child?.kill(signal) ?? false
  return {
    name,
    kill(forMs) {
      downMs = forMs
      return send('SIGKILL')
    },
    end: () => send('SIGTERM'),
    freeze: () => send('SIGSTOP'),
    thaw: () => void send('SIGCONT'),
    async ready() {
      const until = Date.now() + READY_MS
      while (child === null || !(await isReady())) {
        if (Date.now() > until) throw new Error(`${name} was not ready after ${READY_MS / 1000} s and ${starts} starts`)
        await sleep(POLL_MS)
      }
    },
    get starts() {
      return starts
    },
    async letGo() {
      kept = false
      send('SIGKILL')
      await life
    },
  }
}
