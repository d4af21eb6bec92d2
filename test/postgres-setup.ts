// One PostgreSQL per test run, started when the first test asks for a database, so that a run of pure tests does not pay for it.
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../server/src/embedded/postgres.ts'
import { hasEnded, livePostmaster, signal } from '../server/src/embedded/postmaster.ts'

const PREFIX = 'holdpoint-test-'
const STOP_MS = 30_000
/** Nothing of a test run is kept, so nothing is waited for on the disk; several workers each with their pools need more connections. */
const SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '150' }

declare module 'vitest' {
  interface ProvidedContext {
    readonly testPostgres: {
      /** Distinguishes the databases of this run from those of another one on the same server. */
      readonly run: string
      /** TEST_DATABASE_URL, or null for the embedded PostgreSQL. */
      readonly url: string | null
      /** Whoever connects here gets the embedded PostgreSQL's connection as JSON, once it is up, or why it is not. */
      readonly doorbell: string
    }
  }
}

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  await removeAbandoned()
  const home = mkdtempSync(path.join(tmpdir(), `${PREFIX}${process.pid}-`))
  const run = path.basename(home).slice(PREFIX.length).replace(/\W/g, '_').toLowerCase()
  const url = process.env.TEST_DATABASE_URL || null
  const doorbell = path.join(home, 'doorbell')
  let starting: Promise<EmbeddedPostgres> | null = null
  const server = createServer((socket) => {
    starting ??= startEmbeddedPostgres({
      dataDir: path.join(home, 'data'),
      log: { info() {}, warn: console.warn, error: console.error },
      settings: SETTINGS,
      searchPath: process.env.PATH,
    })
    starting.then(
      ({ connection }) => socket.end(JSON.stringify(connection)),
      (error: Error) => socket.end(JSON.stringify({ error: error.message })),
    )
    socket.on('error', () => {})
  })
  await once(server.listen(doorbell), 'listening')
  server.unref()
  provide('testPostgres', { run, url, doorbell })

  return async () => {
    server.close()
    if (url !== null) await dropDatabases(url, run)
    const postgres = await (starting as Promise<EmbeddedPostgres> | null)?.catch(() => null)
    await postgres?.stop()
    if (postgres) rmSync(postgres.connection.host, { recursive: true, force: true })
    rmSync(home, { recursive: true, force: true })
  }
}

/** What earlier runs left that were killed: their PostgreSQL and their files. */
async function removeAbandoned(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(/^holdpoint-test-(\d+)-/.exec(name)?.[1])
    if (!(pid > 0) || (await isRunning(pid))) continue
    const directory = path.join(tmpdir(), name, 'data', 'postgres')
    mkdirSync(path.dirname(directory), { recursive: true })
    const postmaster = await livePostmaster({ directory })
    if (postmaster !== null) {
      signal(postmaster.pid, 'SIGQUIT')
      await hasEnded(postmaster.pid, STOP_MS)
      if (postmaster.socketDir !== null) rmSync(postmaster.socketDir, { recursive: true, force: true })
    }
    rmSync(path.join(tmpdir(), name), { recursive: true, force: true })
  }
}

async function isRunning(pid: number): Promise<boolean> {
  return !(await hasEnded(pid, 0))
}

async function dropDatabases(url: string, run: string): Promise<void> {
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  const { rows } = await admin.query('select datname from pg_database where starts_with(datname, $1)', [`test_${run}_`])
  for (const { datname } of rows) {
    await admin.query(`alter database ${datname} is_template false`)
    await admin.query(`drop database ${datname} with (force)`)
  }
  await admin.end()
}
