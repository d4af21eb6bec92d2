/**
 * `npm run audit -- verify` and `npm run audit -- export`: the audit trail of the database that `npm start` with the same settings uses, also while
 * it runs; or of an export, without any database.
 */
import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import pino from 'pino'
import { sealKey } from './audit/chain.ts'
import { exportLines } from './audit/export.ts'
import { type Anchor, type Finding, verifyDatabase } from './audit/verify.ts'
import { verifyLines } from './audit/verify-file.ts'
import { type Config, ConfigError, readConfig, secretKeyOf } from './config.ts'
import { startEmbeddedPostgres } from './embedded/postgres.ts'
import { type Database, openDatabase } from './store/database.ts'
import { tenantByName } from './store/users.ts'

const USAGE = `Usage:
  npm run audit -- verify [--anchor NUMBER:HASH]…            verify the whole trail
  npm run audit -- verify --file FILE [--with-key]           verify an export; with the secret key its MACs too
  npm run audit -- export --tenant NAME [--from AT] [--to AT]  write a tenant's trail as lines of JSON

Both take the settings of the server, as --data-dir DIR or DATABASE_URL. Verifying ends with 0 when all is as it was written, with 3 when
something has been changed, with 4 when nothing has but entries wait to be sealed for more than a minute, with 1 when it could not be done.`

const TAMPERED = 3
const NOT_SEALED = 4
const LONGEST_WAIT_MS = 60_000
const MOST_PRINTED = 100

class UsageError extends Error {}

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  const { code, message, syscall } = error as NodeJS.ErrnoException
  const noChain = code === '42P01'
  if (error instanceof UsageError) console.error(message === '' ? USAGE : `${message}\n\n${USAGE}`)
  else if (noChain) console.error('The database has no audit chain yet: start the server of this version once.')
  else if (syscall === 'connect' || syscall === 'getaddrinfo')
    console.error(`The database cannot be reached: ${message}. Is DATABASE_URL right?`)
  else console.error(error instanceof ConfigError ? message : error)
  process.exitCode = error instanceof UsageError ? 2 : 1
}

async function run([verb, ...argv]: string[]): Promise<number> {
  if (verb === 'verify') {
    const { values, config } = read(argv, { file: 'string', 'with-key': 'boolean', anchor: 'strings' })
    const anchors = ((values.anchor ?? []) as string[]).map(anchorOf)
    if (values.file === undefined) return await withDatabase(config, (db) => verify(db, config, anchors))
    return await verifyFile(String(values.file), values['with-key'] ? sealKey(keyOf(config)) : null, anchors)
  }
  if (verb === 'export') {
    const { values, config } = read(argv, { tenant: 'string', from: 'string', to: 'string' })
    if (values.tenant === undefined) throw new UsageError('--tenant is missing')
    const [from, to] = [instantOf(values.from), instantOf(values.to)]
    return await withDatabase(config, (db) => write(db, String(values.tenant), from, to))
  }
  throw new UsageError('')
}

/** What is meant for the command is taken out; the rest are settings of the server. */
function read(argv: string[], own: Record<string, 'string' | 'strings' | 'boolean'>) {
  const options = Object.fromEntries(
    Object.entries(own).map(([name, kind]) => [
      name,
      { type: kind === 'boolean' ? ('boolean' as const) : ('string' as const), multiple: kind === 'strings' },
    ]),
  )
  const { values, tokens } = parseArgs({ args: argv, options, strict: false, tokens: true })
  const rest = tokens.flatMap((token) => {
    if (token.kind === 'positional') return [token.value]
    if (token.kind !== 'option' || token.name in own) return []
    return token.value === undefined ? [token.rawName] : [`${token.rawName}=${token.value}`]
  })
  return { values, config: readConfig(process.env, rest) }
}

async function withDatabase(config: Config, work: (db: Database) => Promise<number>): Promise<number> {
  const log = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }))
  if (config.databaseUrl === null) keyOf(config)
  const postgres = config.databaseUrl ? null : await startEmbeddedPostgres({ dataDir: config.dataDir, log })
  try {
    const db = openDatabase({ ...(postgres?.connection ?? { connectionString: config.databaseUrl! }), max: 1 })
    return await work(db).finally(() => db.close())
  } finally {
    await postgres?.stop()
  }
}

/** The key of what is there; none is made for what is not. */
function keyOf(config: Config): Buffer {
  if (config.secretKey === null && !existsSync(join(config.dataDir, 'secret.key')))
    throw new ConfigError([`${config.dataDir} holds no data of Holdpoint; name the right one with --data-dir`])
  return secretKeyOf(config)
}

async function verify(db: Database, config: Config, anchors: readonly Anchor[]): Promise<number> {
  const { findings, found } = printing()
  const { seals, entries, head, unsealed } = await verifyDatabase(db, sealKey(keyOf(config)), found, anchors)
  console.log(`${entries} entries under ${seals} seals; the head is ${head.number}:${head.hash}`)
  const waitsMs = unsealed.oldestAt === null ? 0 : Date.now() - unsealed.oldestAt.getTime()
  if (unsealed.count > 0)
    console.log(`${unsealed.count} entries are not sealed yet, the oldest of ${unsealed.oldestAt!.toISOString()}`)
  return judged(findings, waitsMs > LONGEST_WAIT_MS)
}

async function verifyFile(file: string, key: Buffer | null, anchors: readonly Anchor[]): Promise<number> {
  const { findings, found } = printing()
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })
  const { seals, entries, unsealed, left } = await verifyLines(lines, key, found, anchors)
  console.log(`${entries} entries under ${seals} seals`)
  if (unsealed > 0) console.log(`${unsealed} entries were not sealed yet; nothing proves them`)
  if (left > 0) console.log(`${left} further entries of these seals are of workspaces that were not exported`)
  if (key === null) console.log('The MACs were not checked: that takes --with-key')
  return judged(findings, false)
}

function printing() {
  const findings: Finding[] = []
  const found = (finding: Finding) => {
    if (findings.push(finding) <= MOST_PRINTED) console.log(`${finding.kind}: ${finding.sentence}`)
  }
  return { findings, found }
}

function judged(findings: readonly Finding[], waits: boolean): number {
  if (findings.length > MOST_PRINTED) console.log(`… and ${findings.length - MOST_PRINTED} more`)
  if (findings.length > 0) console.log('The audit trail is NOT as it was written.')
  else console.log('The audit trail is as it was written.')
  return findings.length > 0 ? TAMPERED : waits ? NOT_SEALED : 0
}

async function write(db: Database, name: string, from: Date | null, to: Date | null): Promise<number> {
  const tenant = await tenantByName(db, name)
  if (!tenant) throw new UsageError(`there is no tenant ${name}`)
  const lines = exportLines(db, { tenantId: tenant.id, workspaceIds: null, from, to })
  await pipeline(
    Readable.from(lines).map((line: string) => `${line}\n`),
    process.stdout,
    { end: false },
  )
  return 0
}

function anchorOf(text: string): Anchor {
  const [, number, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? []
  if (hash === undefined)
    throw new UsageError(`--anchor is NUMBER:HASH as the log or an earlier run says it, not ${text}`)
  return { number: Number(number), hash }
}

function instantOf(text: unknown): Date | null {
  if (text === undefined) return null
  const at = new Date(String(text))
  if (Number.isNaN(at.getTime()))
    throw new UsageError(`${String(text)} is no date or instant like 2026-01-31T00:00:00Z`)
  return at
}
