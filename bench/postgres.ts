/** An ordinary PostgreSQL as it comes from the machine's packages: its own defaults, which are durable, reached over TCP. */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, openSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { accountFor } from '../server/src/embedded/account.ts'
import type { Cleanup } from './cleanup.ts'

const PACKAGES = '/usr/lib/postgresql'
const READY_MS = 30_000
let made = 0

export type OrdinaryPostgres = {
  /** The address of an empty database on it. */
  readonly url: string
  /** Its first process; null where it was running before. */
  readonly pid: number | null
}

/** The one that DATABASE_URL_BENCH names, or one that is started here; null where this machine has none. */
export async function ordinaryPostgres(cleanup: Cleanup): Promise<OrdinaryPostgres | null> {
  const given = process.env.DATABASE_URL_BENCH
  if (given) return { url: await temporaryDatabase(cleanup, given), pid: null }
  const server = programDirectory('initdb')
  if (server === null) return null
  const home = cleanup.directory()
  const data = join(home, 'pgdata')
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C' }
  const programs = { directory: server, major: 0, libraryPath: null, searchPath: env.PATH }
  const { prefix } = accountFor(programs, null)
  const run = (program: string, ...args: string[]) =>
    [...prefix, join(server, program), ...args] as [string, ...string[]]
  const [initdb, ...initdbArguments] = run('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8')
  execFileSync(initdb, initdbArguments, { env, stdio: 'pipe' })
  const port = await freePort()
  const settings = [`listen_addresses=127.0.0.1`, `port=${port}`, `unix_socket_directories=`]
  const [postgres, ...postgresArguments] = run('postgres', '-D', data, ...settings.flatMap((one) => ['-c', one]))
  const logFile = join(home, 'postgres.log')
  const log = openSync(logFile, 'w')
  const child = spawn(postgres, postgresArguments, { env, stdio: ['ignore', log, log], cwd: '/' })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  cleanup.add(async () => {
    child.kill('SIGINT')
    await exited
  })
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  const until = Date.now() + READY_MS
  while (!(await answers(url))) {
    if (child.exitCode !== null || Date.now() > until)
      throw new Error(`PostgreSQL did not start: ${readFileSync(logFile, 'utf8').slice(-2_000)}`)
    await sleep(50)
  }
  return { url: await temporaryDatabase(cleanup, url), pid: child.pid! }
}

/** The directory of the newest PostgreSQL of the machine that has the program. */
export function programDirectory(program: string): string | null {
  const packaged = (existsSync(PACKAGES) ? readdirSync(PACKAGES) : [])
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(PACKAGES, version, 'bin'))
  const onPath = (process.env.PATH ?? '').split(delimiter)
  const found = [...packaged, ...onPath].find((directory) => existsSync(join(directory, program)))
  return found === undefined ? null : dirname(realpathSync(join(found, program)))
}

async function temporaryDatabase(cleanup: Cleanup, url: string): Promise<string> {
  const name = `holdpoint_bench_${process.pid}_${++made}`
  await asAdministrator(url, `create database ${name}`)
  cleanup.add(() => asAdministrator(url, `drop database if exists ${name} with (force)`))
  return Object.assign(new URL(url), { pathname: `/${name}` }).href
}

async function asAdministrator(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(statement).finally(() => client.end())
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 })
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
