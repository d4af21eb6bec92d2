/** What a benchmark has brought up and takes down again, also when it fails or is interrupted. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Cleanup = {
  /** Adds something to take down; the last added goes first. */
  add(takeDown: () => Promise<unknown> | unknown): void
  /** A directory that is removed at the end. */
  directory(): string
}

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** Runs the work within a time and takes everything down afterwards, whatever happens. */
export async function withCleanup<T>(withinMs: number, work: (cleanup: Cleanup) => Promise<T>): Promise<T> {
  const takeDowns: (() => Promise<unknown> | unknown)[] = []
  const cleanup: Cleanup = {
    add: (takeDown) => void takeDowns.push(takeDown),
    directory() {
      const made = mkdtempSync(join(tmpdir(), `holdpoint-bench-${process.pid}-`))
      cleanup.add(() => rmSync(made, { recursive: true, force: true }))
      return made
    },
  }
  let takenDown: Promise<void> | null = null
  const takeDown = () => {
    takenDown ??= (async () => {
      for (const one of takeDowns.splice(0).toReversed())
        await Promise.resolve(one()).catch((error: Error) => console.error(error.message))
    })()
    return takenDown
  }
  const listeners = Object.entries(SIGNALS).map(([signal, code]) => {
    const listener = () => void takeDown().then(() => process.exit(code))
    process.on(signal, listener)
    return [signal, listener] as const
  })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The benchmark took longer than ${withinMs / 1000} s.`)), withinMs)
  })
  try {
    return await Promise.race([work(cleanup), late])
  } finally {
    clearTimeout(timer)
    await takeDown()
    for (const [signal, listener] of listeners) process.off(signal, listener)
  }
}
