import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { runner } from 'node-pg-migrate'
import pg from 'pg'

const MIGRATIONS = join(import.meta.dirname, 'migrations')
/** The steps that the schema of this version takes at least. */
export const SCHEMA_STEPS = readdirSync(MIGRATIONS).filter((file) => file.endsWith('.sql')).length

/** Any number, the same for every replica: whoever holds the lock migrates, the others wait and then find nothing to do. */
const LOCK = 4_180_001

/** Brings the schema of a database to this version: forward only, each file once, all replicas safely at the same time. */
export async function migrate(connection: pg.PoolConfig): Promise<void> {
  const client = new pg.Client(connection)
  // Without a listener the loss of the connection would be an uncaught error; who asks over it next hears of it.
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK])
    await runner({
      dbClient: client,
      dir: MIGRATIONS,
      direction: 'up',
      migrationsTable: 'schema_migrations',
      noLock: true,
      log: () => {},
    })
  } finally {
    await client.end()
  }
}
