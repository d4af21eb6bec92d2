/**
 * `npm run rotate-eventbridge-key [-- --withdraw]`: a new RSA key for EventBridge's signatures, on the database that `npm start` with the same settings
 * uses. Servers that run take it up within a minute.
 */
import pino from 'pino'
import { ConfigError, readConfig, secretKeyOf } from './config.ts'
import { startEmbeddedPostgres } from './embedded/postgres.ts'
import { checkSecretKey } from './first-start.ts'
import { replaceEventBridgeKey } from './openevent/eventbridge-key.ts'
import { openDatabase } from './store/database.ts'
import { migrate } from './store/migrate.ts'

const WITHDRAW = '--withdraw'
const given = process.argv.slice(2)
try {
  const config = readConfig(
    process.env,
    given.filter((flag) => flag !== WITHDRAW),
  )
  const secretKey = secretKeyOf(config)
  const log = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }))
  const postgres = config.databaseUrl ? null : await startEmbeddedPostgres({ dataDir: config.dataDir, log })
  const connection = postgres?.connection ?? { connectionString: config.databaseUrl! }
  try {
    await migrate(connection)
    const db = openDatabase(connection)
    try {
      await checkSecretKey(db, secretKey)
      const withdraw = given.includes(WITHDRAW)
      const id = await replaceEventBridgeKey(db, secretKey, Date.now(), { withdraw })
      const before = withdraw ? 'is withdrawn' : 'stays published for a day'
      console.log(`Deliveries are signed with key ${id} from now on; the certificate of the one before ${before}.`)
    } finally {
      await db.close()
    }
  } finally {
    await postgres?.stop()
  }
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error)
  process.exitCode = 1
}
