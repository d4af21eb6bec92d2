// A real database of its own for each test file. The server's migrations run once per test run, into a template that the others copy.
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { inject } from 'vitest'

/** Any number that nothing else locks on the server the tests use. */
const LOCK = 4_180_003

export type Migrate = (connection: pg.PoolConfig) => Promise<void>

export interface TestDatabase {
  /** For pg's Pool or Client. */
  readonly config: pg.PoolConfig
  /** The same for a process that takes DATABASE_URL. */
  readonly url: string
  /** Ends every connection to it and removes it. */
  drop(): Promise<void>
}

interface Place {
  readonly admin: pg.ClientConfig
  /** Who owns the databases: an ordinary role, as in production. Null where the tests were given one connection only. */
  readonly owner: string | null
  config(database: string): pg.PoolConfig
  url(database: string): string
}

/**
 * A new database with the server's schema; with `migrate`, one that this function filled instead; with `migrate: null`, an empty one. It lives on
 * the embedded PostgreSQL of the test run, or on the server that TEST_DATABASE_URL names.
 */
export async function testDatabase(options: { readonly migrate?: Migrate | null } = {}): Promise<TestDatabase> {
  const at = await place()
  const { run } = inject('testPostgres')
  const name = `test_${run}_${randomBytes(6).toString('hex')}`
  const { migrate } = options
  await asAdmin(at, async (admin) => {
    const template = migrate === undefined ? await ensureTemplate(at, admin, `test_${run}_template`) : 'template0'
    await admin.query(creation(at, name, template))
  })
  await migrate?.(at.config(name))
  return {
    config: at.config(name),
    url: at.url(name),
    drop: () => asAdmin(at, (admin) => admin.query(`drop database if exists ${name} with (force)`)).then(() => {}),
  }
}

async function ensureTemplate(at: Place, admin: pg.Client, name: string): Promise<string> {
  const isReady = async () => {
    const { rows } = await admin.query('select datistemplate from pg_database where datname = $1', [name])
    return rows[0]?.datistemplate === true
  }
  if (await isReady()) return name
  // Test files run in several processes; the first one makes it, the others wait here.
  await admin.query('select pg_advisory_lock($1)', [LOCK])
  try {
    if (await isReady()) return name
    const { migrate } = await import('../server/src/store/migrate.ts')
    await admin.query(`drop database if exists ${name} with (force)`)
    await admin.query(creation(at, name, 'template0'))
    await migrate(at.config(name))
    // A database that somebody is connected to cannot be copied.
    await admin.query(`alter database ${name} with is_template true allow_connections false`)
    return name
  } finally {
    await admin.query('select pg_advisory_unlock($1)', [LOCK])
  }
}

function creation(at: Place, name: string, template: string): string {
  return `create database ${name} template ${template}${at.owner === null ? '' : ` owner ${at.owner}`}`
}

async function asAdmin<T>(at: Place, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client(at.admin)
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.end()
  }
}

let known: Promise<Place> | undefined
function place(): Promise<Place> {
  known ??=
    inject('testPostgres').url === null ? embedded() : Promise.resolve(given(inject('testPostgres').url as string))
  return known
}

function given(url: string): Place {
  const urlOf = (database: string) => Object.assign(new URL(url), { pathname: `/${database}` }).href
  return {
    admin: { connectionString: url },
    owner: null,
    config: (database) => ({ connectionString: urlOf(database) }),
    url: urlOf,
  }
}

async function embedded(): Promise<Place> {
  const answer = JSON.parse(await text(connect(inject('testPostgres').doorbell)))
  if (answer.error !== undefined) throw new Error(answer.error)
  const connection = answer as { readonly host: string; readonly port: number; readonly user: string }
  return {
    admin: { ...connection, user: 'postgres', database: 'postgres' },
    owner: connection.user,
    config: (database) => ({ ...connection, database }),
    url: (database) =>
      `postgresql://${connection.user}@localhost:${connection.port}/${database}?host=${encodeURIComponent(connection.host)}`,
  }
}
