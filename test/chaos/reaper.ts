// Whatever happens to this process, what it has started ends and what it has made is removed: see reaper.mjs.
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

let reaper: ChildProcess | null = null

function tell(what: Readonly<Record<string, unknown>>): void {
  if (reaper === null) {
    reaper = fork(path.join(import.meta.dirname, 'reaper.mjs'), { detached: true, stdio: 'ignore', execArgv: [] })
    reaper.unref()
    reaper.channel?.unref()
  }
  reaper.send(what)
}

export const reap = {
  process: (pid: number) => tell({ pid }),
  directory: (directory: string) => tell({ directory }),
  mount: (mount: string) => tell({ mount }),
  /** It is gone already. */
  forget: (gone: number | string) => tell({ gone }),
}

/** A directory that does not outlive this process. */
export function temporaryDirectory(): string {
  const made = mkdtempSync(path.join(tmpdir(), `holdpoint-test-${process.pid}-chaos-`))
  reap.directory(made)
  return made
}
