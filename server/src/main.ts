/** The process: configuration, the database, the server, the demonstration; and their orderly end. */
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import type pg from 'pg'
import { ConfigError, configSummary, helpText, readConfig, secretKeyOf, wantsHelp, withBoundPort } from './config.ts'
import { type Demo, startDemo } from './demo.ts'
import { type EmbeddedPostgres, EmbeddedPostgresError, startEmbeddedPostgres } from './embedded/postgres.ts'
import { ensureAdministrator, FIRST_ADMINISTRATOR, resetAdministrator } from './first-start.ts'
import { type Server, startServer } from './server.ts'

const argv = process.argv.slice(2)
if (wantsHelp(argv)) {
  console.log(helpText())
  process.exit(0)
}

/** On a terminal the log goes into a file, so that what matters stays in sight; the file of the start before is kept beside it. */
function openLogFile(dataDir: string): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const file = join(dataDir, 'holdpoint.log')
  if (existsSync(file)) renameSync(file, `${file}.1`)
  return file
}

let postgres: EmbeddedPostgres | null = null
let server: Server | null = null
let demo: Demo | null = null
let stopping: Promise<void> | null = null

/** In the reverse order of their start; each part's failure to stop does not keep the others from stopping. */
function stop(): Promise<void> {
  stopping ??= (async () => {
    for (const part of [demo, server, postgres]) await part?.stop().catch((error: Error) => console.error(error.message))
  })()
  return stopping
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => void stop().then(() => process.exit(signal === 'SIGTERM' ? 143 : signal === 'SIGINT' ? 130 : 129)))

try {
  const config = readConfig(process.env, argv)
  const logFile = process.stdout.isTTY ? openLogFile(config.dataDir) : null
  const log = pino({ level: config.logLevel }, pino.destination({ dest: logFile ?? 2, sync: false }))
  const secretKey = secretKeyOf(config)
  const connection: pg.ClientConfig = config.databaseUrl
    ? { connectionString: config.databaseUrl }
    : (postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, log })).connection
  // The demonstration's extension is a process on this machine: deliveries may reach it.
  const outboundAllow = config.demo ? [...config.outboundAllow, '127.0.0.1/32'] : config.outboundAllow
  server = await startServer({ ...config, outboundAllow }, connection, secretKey, log)
  const bound = withBoundPort(config, server.port)
  log.info(configSummary(bound), 'configuration')

  const first = await ensureAdministrator(server.db)
  const password = first ?? (config.resetAdminPassword ? await resetAdministrator(server.db) : null)
  // Said at once: whatever fails after this, the password is known.
  if (password !== null) console.log(`\nSign in as ${FIRST_ADMINISTRATOR} with the password ${password} (it is shown this once)`)
  if (config.demo) demo = await startDemo(server.platform, bound, log)

  const lines = [`Holdpoint is ready: ${bound.publicUrl}/console/`]
  if (password === null)
    lines.push(`Sign in as ${FIRST_ADMINISTRATOR} with the password of the first start, or start with --reset-admin-password for a new one`)
  if (demo !== null) lines.push(demo.greeting)
  if (logFile !== null) lines.push(`The log is in ${logFile}`)
  lines.push('Ctrl-C stops everything.')
  console.log(`\n${lines.join('\n')}\n`)
} catch (error) {
  if (error instanceof ConfigError || error instanceof EmbeddedPostgresError) console.error(error.message)
  else if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') console.error(`${(error as Error).message}: choose another port with --port`)
  else console.error(error)
  await stop()
  process.exit(1)
}
