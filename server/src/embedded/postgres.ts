// The embedded PostgreSQL. It outlives a crash of this process and is adopted by the next start; several starts on one data directory share
// one postmaster. Every supervisor keeps one session that holds a shared advisory lock for as long as it uses the database. Who stops gives
// its share back and takes the lock exclusively; only who gets it ends the postmaster, so nobody's database is taken away, and whoever dies
// loses its share without a trace. Who comes while the lock is held exclusively waits for the end and starts anew.
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Cluster, prepareCluster, socketDirectory, takeOwnership } from './cluster.ts'
import { hasEnded, type Launch, launch, livePostmaster, type Postmaster, SOCKET_PORT, signal } from './postmaster.ts'
import { EmbeddedPostgresError } from './programs.ts'

export { EmbeddedPostgresError } from './programs.ts'

const NAME = 'holdpoint'
const LOCK = 4_180_002
const POLL_MS = 25
/** Recovery after a crash replays at most a few hundred megabytes; a minute is long for it, and a slow disk gets two. */
const READY_MS = 120_000
const CONNECT_MS = 10_000
const FAST_STOP_MS = 60_000
const HARD_STOP_MS = 10_000
const RECOVERY_PAUSE_MS = 5_000
const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
/** What PostgreSQL says when another one has the directory, or the children of a killed one are not gone yet: both pass. */
const PASSING =
  /lock file "[^"]*" already exists|pre-existing shared memory block|bogus data in lock file|lock file "[^"]*" is empty/

export interface Log {
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
}

export interface EmbeddedPostgres {
  /** For pg's Pool or Client. The role owns the database and is no superuser. */
  readonly connection: {
    readonly host: string
    readonly port: number
    readonly user: string
    readonly database: string
    readonly ssl: false
  }
  /** Whether the postmaster ran already when we came. */
  readonly adopted: boolean
  /** The postmaster's process id; another one after it was lost and started again. */
  readonly pid: number
  /** Ends the postmaster unless another Holdpoint uses it. Resolves when it is gone; calling it again does nothing more. */
  stop(): Promise<void>
}

interface Share {
  readonly postmaster: Postmaster
  readonly session: pg.Client
  readonly socketDir: string
  /** Resolves when the session has ended, whoever ended it. */
  readonly lost: Promise<unknown>
  readonly adopted: boolean
}

/**
 * Brings up the PostgreSQL of a data directory: adopts its live postmaster or starts one, and makes the database where it is missing. Should
 * it be lost later, it is started again; clients reconnect to the same address. `settings` are further settings of PostgreSQL, for tests that
 * need no durability; `searchPath` is where programs of the machine are looked for, as in PATH.
 */
export async function startEmbeddedPostgres(options: {
  readonly dataDir: string
  readonly log: Log
  readonly settings?: Readonly<Record<string, string>>
  readonly searchPath?: string
}): Promise<EmbeddedPostgres> {
  const { log, settings = {} } = options
  const cluster = await prepareCluster(options.dataDir, options.searchPath ?? SEARCH_PATH)
  const stopping = new AbortController()
  let share = await takeShare(cluster, settings)
  let recovery: Promise<void> = Promise.resolve()
  let stopped: Promise<void> | null = null
  const { adopted, postmaster } = share
  log.info(
    { pid: postmaster.pid, directory: cluster.directory, adopted },
    adopted ? 'PostgreSQL adopted' : 'PostgreSQL started',
  )
  watch()

  function watch(): void {
    share.lost.then(() => {
      if (!stopping.signal.aborted) recovery = recover()
    })
  }

  async function recover(): Promise<void> {
    log.warn({ pid: share.postmaster.pid }, 'PostgreSQL was lost, starting it again')
    while (!stopping.signal.aborted) {
      try {
        share = await takeShare(cluster, settings)
        log.info({ pid: share.postmaster.pid }, 'PostgreSQL is back')
        watch()
        return
      } catch (error) {
        log.error({ error: (error as Error).message }, 'PostgreSQL could not be started again')
        await sleep(RECOVERY_PAUSE_MS, null, { signal: stopping.signal }).catch(() => {})
      }
    }
  }

  async function stop(): Promise<void> {
    stopping.abort()
    await recovery
    const ended = await giveShareBack(share)
    log.info(
      { pid: share.postmaster.pid },
      ended ? 'PostgreSQL stopped' : 'PostgreSQL stays, another Holdpoint uses it',
    )
  }

  return {
    connection: { host: share.socketDir, port: SOCKET_PORT, user: NAME, database: NAME, ssl: false },
    adopted,
    get pid() {
      return share.postmaster.pid
    },
    stop() {
      stopped ??= stop()
      return stopped
    },
  }
}

async function takeShare(cluster: Cluster, settings: Readonly<Record<string, string>>): Promise<Share> {
  const until = Date.now() + READY_MS
  let started: Launch | null = null
  let lastRefusal = ''
  for (;;) {
    const postmaster = await livePostmaster(cluster)
    if (postmaster !== null) {
      const joined = await join(postmaster)
      if (typeof joined !== 'string') return { ...joined, postmaster, adopted: postmaster.pid !== started?.pid }
      lastRefusal = joined
    } else if (started === null || started.ended) {
      if (started !== null) {
        lastRefusal = started.output().trim()
        if (!PASSING.test(lastRefusal)) throw new EmbeddedPostgresError(`PostgreSQL did not start: ${lastRefusal}`)
      }
      await takeOwnership(cluster)
      started = launch(cluster, socketDirectory(cluster), settings)
    }
    if (Date.now() > until) {
      if (started?.pid !== undefined && !started.ended) signal(started.pid, 'SIGQUIT')
      throw new EmbeddedPostgresError(
        `PostgreSQL${postmaster === null ? '' : ` (process ${postmaster.pid})`} was not ready after ${READY_MS / 1000} s: ${lastRefusal}`,
      )
    }
    await sleep(POLL_MS)
  }
}

/** A session with a share of the lock, or why there is none yet: not ready, about to end, or gone in the meantime. */
async function join({ socketDir }: Postmaster): Promise<Pick<Share, 'session' | 'socketDir' | 'lost'> | string> {
  if (socketDir === null) return 'it has only begun to start'
  const session = new pg.Client({
    host: socketDir,
    port: SOCKET_PORT,
    user: 'postgres',
    database: 'postgres',
    application_name: 'holdpoint-supervisor',
    ssl: false,
    connectionTimeoutMillis: CONNECT_MS,
  })
  // Without a listener the loss of the connection would be an uncaught error; what follows from it hangs on its end.
  session.on('error', () => {})
  const lost = new Promise((resolve) => session.once('end', resolve))
  try {
    await session.connect()
    const { rows } = await session.query<{ taken: boolean }>('select pg_try_advisory_lock_shared($1) as taken', [LOCK])
    if (rows[0]?.taken !== true) throw new Error('it is being stopped')
    await createDatabase(session)
    // The supervisor alone keeps no process alive.
    keepAlive(session, 'unref')
    return { session, socketDir, lost }
  } catch (error) {
    await session.end().catch(() => {})
    // Starting, stopping, or no longer there: these pass. Anything else that PostgreSQL says will not change by waiting.
    if (error instanceof pg.DatabaseError && !/^57P0/.test(error.code ?? '')) {
      throw new EmbeddedPostgresError(`PostgreSQL refuses its own supervisor: ${error.message}`)
    }
    return (error as Error).message
  }
}

// Client has these methods, its published types do not.
function keepAlive(session: pg.Client & { ref?(): void; unref?(): void }, how: 'ref' | 'unref'): void {
  session[how]?.()
}

async function createDatabase(session: pg.Client): Promise<void> {
  const statements = [
    [`select from pg_roles where rolname = '${NAME}'`, `create role ${NAME} login`],
    [`select from pg_database where datname = '${NAME}'`, `create database ${NAME} owner ${NAME}`],
  ] as const
  for (const [lookup, statement] of statements) {
    if ((await session.query(lookup)).rowCount !== 0) continue
    // Another start may be doing the same.
    await session.query(statement).catch((error: pg.DatabaseError) => {
      if (!['42710', '42P04', '23505'].includes(error.code ?? '')) throw error
    })
  }
}

/** Whether the postmaster ended with it. */
async function giveShareBack({ postmaster, session }: Share): Promise<boolean> {
  const { pid } = postmaster
  keepAlive(session, 'ref')
  try {
    await session.query('select pg_advisory_unlock_shared($1)', [LOCK])
    const { rows } = await session.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [LOCK])
    if (rows[0]?.taken !== true) {
      await session.end()
      return false
    }
  } catch {
    // The session is lost. What is left of the postmaster, if anything, is not ours to judge without the lock.
    return hasEnded(pid, HARD_STOP_MS)
  }
  signal(pid, 'SIGINT')
  if (await hasEnded(pid, FAST_STOP_MS)) return true
  signal(pid, 'SIGQUIT')
  if (await hasEnded(pid, HARD_STOP_MS)) return true
  throw new EmbeddedPostgresError(`PostgreSQL (process ${pid}) did not stop.`)
}
