/** Holdpoint as its users start it: a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Client, createClient } from '@holdpoint/sdk'
import type pg from 'pg'
import { livePostmaster, SOCKET_PORT } from '../server/src/embedded/postmaster.ts'
import type { Cleanup } from './cleanup.ts'

const ROOT = join(import.meta.dirname, '..')
const READY_MS = 60_000

export type Pair = { readonly id: string; readonly secret: string }

export type Running = {
  readonly pid: number
  readonly url: string
  readonly dataDir: string
  /** The first administrator's password, said once at the first start. */
  readonly password: string
  /** Resolves when it has ended. */
  stop(): Promise<void>
}

/** Starts the server on an empty data directory and waits until it says that it is ready. */
export async function startHoldpoint(
  cleanup: Cleanup,
  options: {
    readonly entry: 'server/start.mjs' | 'server/src/main.ts'
    readonly arguments?: readonly string[]
    readonly env?: Readonly<Record<string, string>>
    readonly nodeOptions?: readonly string[]
  },
): Promise<Running> {
  const home = cleanup.directory()
  const dataDir = join(home, 'data')
  const log = openSync(join(home, 'holdpoint.log'), 'w')
  const child = spawn(
    process.execPath,
    [
      ...(options.nodeOptions ?? []),
      join(ROOT, options.entry),
      '--data-dir',
      dataDir,
      '--port',
      '0',
      ...(options.arguments ?? []),
    ],
    {
      stdio: ['ignore', 'pipe', log],
      env: { PATH: process.env.PATH ?? '', HOLDPOINT_DEMO_PORT: '0', ...options.env },
      cwd: home,
    },
  )
  let stopping: Promise<void> | null = null
  const stop = () => {
    stopping ??= (async () => {
      const socketDir = (await livePostmaster({ directory: join(dataDir, 'postgres') }))?.socketDir
      child.kill('SIGTERM')
      await ended(child)
      if (socketDir) rmSync(socketDir, { recursive: true, force: true })
    })()
    return stopping
  }
  cleanup.add(stop)
  const said = await untilReady(child, () => readFileSync(join(home, 'holdpoint.log'), 'utf8').slice(-2_000))
  return {
    pid: child.pid!,
    url: /is ready: (http:\/\/[^/]+)\//.exec(said)![1]!,
    dataDir,
    password: /with the password (\S+)/.exec(said)?.[1] ?? '',
    stop,
  }
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => child.once('exit', () => resolve()))
}

function untilReady(child: ChildProcess, logged: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const timer = setTimeout(() => reject(new Error(`Holdpoint was not ready in time: ${logged()}`)), READY_MS)
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (!/Ctrl-C stops everything/.test(said)) return
      clearTimeout(timer)
      resolve(said)
    })
    child.once('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`Holdpoint ended with ${code}: ${logged()}`))
    })
  })
}

/** Where the embedded PostgreSQL of a data directory is reached, and its process. */
export async function embeddedConnection(dataDir: string): Promise<{ config: pg.ClientConfig; pid: number }> {
  const postmaster = await livePostmaster({ directory: join(dataDir, 'postgres') })
  if (!postmaster?.socketDir) throw new Error('The embedded PostgreSQL does not run.')
  return {
    pid: postmaster.pid,
    config: { host: postmaster.socketDir, port: SOCKET_PORT, user: 'holdpoint', database: 'holdpoint' },
  }
}

/** Signs in and makes an AccessKey pair of one's own, as one does in the console. */
export async function signedClient(url: string, name: string, password: string): Promise<Client & { pair: Pair }> {
  const headers = { 'content-type': 'application/json', 'x-holdpoint-console': '1' }
  const session = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ name, password }),
  })
  if (!session.ok) throw new Error(`${name} could not sign in: ${await session.text()}`)
  const cookie = session.headers.getSetCookie().map((one) => one.split(';', 1)[0]!)
  const made = await fetch(`${url}/api/v1/access-keys`, {
    method: 'POST',
    headers: { 'x-holdpoint-console': '1', cookie: cookie.join('; ') },
  })
  if (!made.ok) throw new Error(`${name} got no AccessKey pair: ${await made.text()}`)
  const pair = (await made.json()) as Pair
  return { ...createClient({ endpoint: url, accessKeyId: pair.id, accessKeySecret: pair.secret }), pair }
}
