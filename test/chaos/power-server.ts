// Holdpoint with its embedded database on a disk whose power will be cut.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { withDescendants } from '../../bench/processes.ts'
import { livePostmaster } from '../../server/src/embedded/postmaster.ts'
import type { Disk } from './power.ts'
import { reap } from './reaper.ts'

const READY_MS = 60_000

export type Running = {
  readonly url: string
  readonly password: string | null
  /** In order, with its database. */
  end(): Promise<void>
  /** With everything that belongs to it, where it stands. */
  kill(): Promise<void>
}

/** The server with its embedded database, whose files are on the disk; it is there when it says that it is ready. */
export async function startOn(disk: Disk, build: string): Promise<Running> {
  const dataDir = path.join(disk.mount, 'data')
  const log = path.join(disk.directory, 'holdpoint.log')
  const descriptor = openSync(log, 'a')
  const child = spawn(
    process.execPath,
    [path.join(build, 'server/src/main.ts'), '--no-demo', '--port', '0', '--data-dir', dataDir],
    {
      stdio: ['ignore', 'pipe', descriptor],
      env: {
        PATH: process.env.PATH ?? '',
        HOLDPOINT_OUTBOUND_ALLOW: '127.0.0.1',
        HOLDPOINT_REPLICA_TIMEOUT_MS: '2000',
        NODE_COMPILE_CACHE: path.join(disk.directory, 'compiled'),
      },
      cwd: disk.directory,
    },
  )
  closeSync(descriptor)
  reap.process(child.pid!)
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  void exited.then(() => reap.forget(child.pid!))
  let postmaster: { readonly pid: number; readonly socketDir: string | null } | null = null
  async function kill(): Promise<void> {
    const pids = [child.pid!, ...(postmaster === null ? [] : withDescendants(postmaster.pid))]
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has gone by itself.
      }
    }
    await exited
    if (postmaster !== null) reap.forget(postmaster.pid)
    postmaster = null
  }
  try {
    const said = await untilReady(child, exited, () => readFileSync(log, 'utf8').slice(-1_500))
    postmaster = await livePostmaster({ directory: path.join(dataDir, 'postgres') })
    if (postmaster === null) throw new Error('The embedded PostgreSQL does not run.')
    reap.process(postmaster.pid)
    return {
      url: /is ready: (http:\/\/[^/]+)\//.exec(said)![1]!,
      password: /with the password (\S+)/.exec(said)?.[1] ?? null,
      async end() {
        child.kill('SIGTERM')
        await exited
        if (postmaster !== null) reap.forget(postmaster.pid)
        postmaster = null
      },
      kill,
    }
  } catch (error) {
    postmaster = await livePostmaster({ directory: path.join(dataDir, 'postgres') }).catch(() => null)
    await kill()
    throw error
  }
}

function untilReady(child: ChildProcess, exited: Promise<void>, logged: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const timer = setTimeout(() => reject(new Error(`Holdpoint was not ready in time: ${logged()}`)), READY_MS)
    child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk
      if (!/Ctrl-C stops everything/.test(said)) return
      clearTimeout(timer)
      resolve(said)
    })
    void exited.then(() => {
      clearTimeout(timer)
      reject(new Error(`Holdpoint ended: ${logged()}`))
    })
  })
}
