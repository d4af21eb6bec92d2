// A PostgreSQL of its own for one environment: whatever is killed of it is started again by its supervisor.
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { withDescendants } from '../../bench/processes.ts'
import { startEmbeddedPostgres } from '../../server/src/embedded/postgres.ts'
import { reap } from './reaper.ts'

/** A killed process takes nothing back from the kernel, so the disk is not waited for; power cuts are another test. */
const SETTINGS = { fsync: 'off', max_connections: '100', max_wal_size: '256MB' }
const READY_MS = 120_000
const POLL_MS = 25

export type ChaosDatabase = {
  /** For a process that takes DATABASE_URL. */
  readonly url: string
  /** As superuser. */
  readonly pool: pg.Pool
  /** False when it was not there to be killed. */
  kill(): boolean
  killBackend(nth: number): Promise<boolean>
  /** All of its processes stand still; what is answered lets them go on. Null when there are none. */
  freeze(): (() => void) | null
  freezeBackend(nth: number): Promise<(() => void) | null>
  ready(): Promise<void>
  stop(): Promise<void>
}

export async function startChaosDatabase(directory: string): Promise<ChaosDatabase> {
  const dataDir = path.join(directory, 'data')
  const log = { info() {}, warn() {}, error() {} }
  const postgres = await startEmbeddedPostgres({ dataDir, log, settings: SETTINGS, searchPath: process.env.PATH })
  const { connection } = postgres
  const pool = new pg.Pool({ ...connection, user: 'postgres', max: 2, connectionTimeoutMillis: 2_000 })
  pool.on('error', () => {})
  pool.on('connect', (client) => void client.on('error', () => {}))

  async function backend(nth: number): Promise<number | null> {
    try {
      const { rows } = await pool.query<{ pid: number }>(
        `select pid from pg_stat_activity where datname = $1 and backend_type = 'client backend' and usename = $2 order by pid`,
        [connection.database, connection.user],
      )
      return rows[nth % rows.length]?.pid ?? null
    } catch {
      return null
    }
  }
  function freezeAll(pids: readonly number[]): (() => void) | null {
    const frozen = pids.filter((pid) => send(pid, 'SIGSTOP'))
    for (const pid of frozen) reap.process(pid)
    if (frozen.length === 0) return null
    return () => {
      for (const pid of frozen) {
        send(pid, 'SIGCONT')
        reap.forget(pid)
      }
    }
  }

  return {
    url: `postgresql://${connection.user}@localhost:${connection.port}/${connection.database}?host=${encodeURIComponent(connection.host)}`,
    pool,
    kill: () => isPostgres(postgres.pid) && send(postgres.pid, 'SIGKILL'),
    async killBackend(nth) {
      const pid = await backend(nth)
      return pid !== null && send(pid, 'SIGKILL')
    },
    freeze: () => freezeAll(isPostgres(postgres.pid) ? withDescendants(postgres.pid) : []),
    async freezeBackend(nth) {
      const pid = await backend(nth)
      return pid === null ? null : freezeAll([pid])
    },
    async ready() {
      const until = Date.now() + READY_MS
      for (;;) {
        try {
          await pool.query('select')
          return
        } catch (error) {
          if (Date.now() > until) throw error
          await sleep(POLL_MS)
        }
      }
    },
    async stop() {
      await pool.end()
      await postgres.stop()
      rmSync(connection.host, { recursive: true, force: true })
    },
  }
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

/** The number of a process that has gone may be another's by now. */
function isPostgres(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('postgres')
  } catch {
    return false
  }
}
