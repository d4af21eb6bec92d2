/** `npm run add-tenant -- NAME`: a further tenant with its account owner, on the database that `npm start` with the same settings uses. */
import { Refusal } from '@holdpoint/core'
import pino from 'pino'
import { ConfigError, readConfig } from './config.ts'
import { startEmbeddedPostgres } from './embedded/postgres.ts'
import { addTenant } from './first-start.ts'
import { openDatabase } from './store/database.ts'
import { migrate } from './store/migrate.ts'

const [name, ...flags] = process.argv.slice(2)
if (name === undefined || !/^[a-z0-9][a-z0-9-]{1,40}$/.test(name)) {
  console.error('Usage: npm run add-tenant -- NAME [--data-dir DIR]; NAME is lower-case letters, digits and dashes')
  process.exit(2)
}
try {
  const config = readConfig(process.env, flags)
  const log = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }))
  const postgres = config.databaseUrl ? null : await startEmbeddedPostgres({ dataDir: config.dataDir, log })
  const connection = postgres?.connection ?? { connectionString: config.databaseUrl! }
  try {
    await migrate(connection)
    const db = openDatabase(connection)
    const owner = `${name}-admin`
    const password = await addTenant(db, name, owner).finally(() => db.close())
    console.log(`Tenant ${name} is there. Sign in as ${owner} with the password ${password} (it is shown this once)`)
  } finally {
    await postgres?.stop()
  }
} catch (error) {
  console.error(error instanceof Refusal || error instanceof ConfigError ? error.message : error)
  process.exitCode = 1
}
