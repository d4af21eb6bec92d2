/** The process: configuration, the database, the server, the demonstration; and their orderly end. */
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type pg from 'pg'
import pino from 'pino'
import { ConfigError, configSummary, helpText, readConfig, secretKeyOf, wantsHelp, withBoundPort } from './config.ts'
import { startDemo } from './demo.ts'
import { EmbeddedPostgresError, startEmbeddedPostgres } from './embedded/postgres.ts'
import { checkSecretKey, ensureAdministrator, FIRST_ADMINISTRATOR, resetAdministrator } from './first-start.ts'
import { startServer } from './server.ts'

const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

const argv = process.argv.slice(2)
if (wantsHelp(argv)) {
  console.log(helpText())
  process.exit(0)
}

/** PostgreSQL's codes for a wrong user or password, a database that does not exist, and too many connections. */
const NOT_LET_IN = /^(28|3D|53300)/

/** Lines of the log are written together; what is said last before the end is written all the same. */
const LOG_BYTES = 32_768
const LOG_FLUSH_MS = 100

type Part = { stop(): Promise<void> }

/** What has been started, or is being started when the end comes: each is waited for and stopped, the last one first. */
const parts: Promise<Part>[] = []
let stopping: Promise<void> | null = null

async function start<P extends Part>(part: Promise<P>): Promise<P> {
  parts.push(part)
  return await part
}

function stop(): Promise<void> {
  stopping ??= (async () => {
    for (const part of parts.reverse()) {
      const started = await part.catch(() => null)
      // One part's failure to stop does not keep the others from stopping.
      await started?.stop().catch((error: Error) => console.error(error.message))
    }
  })()
  return stopping
}

for (const [signal, code] of Object.entries(SIGNALS))
  process.on(signal, () => void stop().then(() => process.exit(code)))

try {
  const config = readConfig(process.env, argv)
  const logFile = process.stdout.isTTY ? openLogFile(config.dataDir) : null
  const log = pino(
    { level: config.logLevel },
    pino.destination({
      dest: logFile ?? 2,
      sync: false,
      minLength: LOG_BYTES,
      maxWrite: 2 * LOG_BYTES,
      periodicFlush: LOG_FLUSH_MS,
    }),
  )
  const secretKey = secretKeyOf(config)
  const connection: pg.ClientConfig = config.databaseUrl
    ? { connectionString: config.databaseUrl }
    : (await start(startEmbeddedPostgres({ dataDir: config.dataDir, log }))).connection
  const server = await start(startServer(config, connection, secretKey, log))
  const bound = withBoundPort(config, server.port)
  log.info(configSummary(bound), 'configuration')

  void server.platform.functions.probe().then(({ isolation, description }) => {
    const fields = { functions: isolation }
    if (isolation === 'namespaces') log.info(fields, description)
    else log.warn(fields, description)
  })

  void server.platform.runners.fence().then((description) => log.info(description))

  await checkSecretKey(server.db, secretKey)
  const first = await ensureAdministrator(server.db)
  const password = first ?? (config.resetAdminPassword ? await resetAdministrator(server.db) : null)
  // Said at once: whatever fails after this, the password is known.
  if (password !== null)
    console.log(`\nSign in as ${FIRST_ADMINISTRATOR} with the password ${password} (it is shown this once)`)
  // Holdpoint works without its demonstration, so nothing that goes wrong there stops it.
  const demo = config.demo ? await start(startDemo(server.platform, bound, log)).catch(withoutDemo) : null

  const lines = [`Holdpoint is ready: ${bound.publicUrl}/console/`]
  if (password === null)
    lines.push(
      `Sign in as ${FIRST_ADMINISTRATOR} with the password of the first start, or start with --reset-admin-password for a new one`,
    )
  if (demo !== null) lines.push(demo.greeting)
  if (logFile !== null) lines.push(`The log is in ${logFile}`)
  console.log(`\n${lines.join('\n')}\nCtrl-C stops everything.\n`)
} catch (error) {
  if (stopping === null) {
    console.error(sentence(error))
    await stop()
    process.exit(1)
  }
}

function withoutDemo(error: Error): null {
  console.error(`The demonstration could not be started: ${error.message}`)
  return null
}

/** On a terminal the log goes into a file, so that what matters stays in sight; the file of the start before is kept beside it. */
function openLogFile(dataDir: string): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const file = join(dataDir, 'holdpoint.log')
  if (existsSync(file)) renameSync(file, `${file}.1`)
  return file
}

/** What a person can act on in one sentence; anything else whole. */
function sentence(error: unknown): unknown {
  // A name with several addresses fails with one error for each of them.
  if (error instanceof AggregateError) return sentence(error.errors[0])
  const { code = '', message, syscall } = error as NodeJS.ErrnoException
  if (error instanceof ConfigError || error instanceof EmbeddedPostgresError) return message
  if (syscall === 'connect' || syscall === 'getaddrinfo' || NOT_LET_IN.test(code))
    return `The database cannot be reached: ${message}. Is DATABASE_URL right?`
  if (code === 'EADDRINUSE') return `${message}: choose another port with --port`
  return error
}
