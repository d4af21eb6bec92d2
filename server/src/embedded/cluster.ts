// The database's files: made once, whole or not at all, and never by two versions.
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  accessSync,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { type Account, accountFor } from './account.ts'
import { EmbeddedPostgresError, findPrograms, type Programs, programEnvironment } from './programs.ts'

const LOG_LIMIT_BYTES = 4 * 1024 * 1024
/** The path of a socket may have 103 bytes on macOS and 107 on Linux, with the name of the socket itself in it. */
const SOCKET_DIRECTORY_BYTES = 80

const run = promisify(execFile)

export interface Cluster {
  /** What PostgreSQL calls its data directory. */
  readonly directory: string
  readonly logFile: string
  readonly programs: Programs
  readonly account: Account
}

/** The cluster in a data directory, made there if there is none. Of two starts at once that both make one, one is kept. */
export async function prepareCluster(dataDir: string, searchPath: string): Promise<Cluster> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  // PostgreSQL keeps the path as it is given; adopting compares it, so it must not depend on how one came here.
  const home = realpathSync(dataDir)
  const directory = path.join(home, 'postgres')
  const exists = existsSync(directory)
  const owner = exists ? statSync(directory) : null
  const programs = findPrograms(home, exists ? majorOf(directory) : null, searchPath)
  const account = accountFor(programs, owner)
  if (owner !== null && account.kind === 'own' && owner.uid !== account.uid) {
    throw new EmbeddedPostgresError(
      `${directory} belongs to the user with id ${owner.uid}, not to the one Holdpoint runs as (${account.uid}): ` +
        'start it as that user, or choose another HOLDPOINT_DATA_DIR.',
    )
  }
  const cluster = { directory, logFile: path.join(home, 'postgres.log'), programs, account }
  if (!exists) await initialize(cluster)
  return cluster
}

/** Gives the files to the account that PostgreSQL runs as now. Only while no postmaster uses them. */
export async function takeOwnership({ directory, account }: Cluster): Promise<void> {
  if (statSync(directory).uid !== account.uid) await run('chown', ['-R', `${account.uid}:${account.gid}`, directory])
}

function majorOf(directory: string): number {
  const file = path.join(directory, 'PG_VERSION')
  const major = existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : Number.NaN
  if (!Number.isInteger(major)) {
    throw new EmbeddedPostgresError(`${directory} is in the way: it is not a database of PostgreSQL.`)
  }
  return major
}

// Into a directory beside, then renamed: an interrupted initdb leaves nothing that looks like a database.
async function initialize({ directory, programs, account }: Cluster): Promise<void> {
  const parent = path.dirname(directory)
  removeAbandoned(parent)
  const aside = path.join(parent, `postgres-new-${process.pid}-${randomBytes(4).toString('hex')}`)
  mkdirSync(aside, { mode: 0o700 })
  if (account.kind === 'lowered') chownSync(aside, account.uid, account.gid)
  // Order and case by Unicode code point, the same on every machine whatever its C library knows.
  const locale =
    programs.major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'] : ['--locale=C']
  const [command = '', ...args] = [
    ...account.prefix,
    path.join(programs.directory, 'initdb'),
    ...['--pgdata', aside, '--username=postgres', '--auth=trust', '--encoding=UTF8', '--data-checksums'],
    ...['--no-instructions', ...locale],
  ]
  try {
    await run(command, args, { env: programEnvironment(programs) })
    renameSync(aside, directory)
  } catch (error) {
    const { code, stderr, message } = error as NodeJS.ErrnoException & { readonly stderr?: string }
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') {
      throw new EmbeddedPostgresError(`The database could not be made in ${parent}: ${stderr?.trim() || message}`)
    }
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
  const descriptor = openSync(parent, 'r')
  fsyncSync(descriptor)
  closeSync(descriptor)
}

function removeAbandoned(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = Number(/^postgres-new-(\d+)-/.exec(name)?.[1])
    if (pid > 0 && !exists(pid)) rmSync(path.join(parent, name), { recursive: true, force: true })
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * A directory for the socket that nobody else can enter: whoever reaches the socket may do everything. Short and the same at every start,
 * because the data directory's own path may be longer than a socket's may be.
 */
export function socketDirectory({ directory, account }: Cluster): string {
  const base = ['/tmp', tmpdir()].find((place) => place.length <= SOCKET_DIRECTORY_BYTES - 24 && isWritable(place))
  if (base === undefined) throw new EmbeddedPostgresError('There is no writable /tmp for the socket of PostgreSQL.')
  const named = path.join(base, `holdpoint-${createHash('sha256').update(directory).digest('hex').slice(0, 12)}`)
  mkdirSync(named, { recursive: true, mode: 0o700 })
  const stat = lstatSync(named)
  const ours = [account.uid, process.geteuid?.()].includes(stat.uid)
  // Somebody else may have made the name before us; then nobody can know it beforehand.
  const socketDir = stat.isDirectory() && ours ? named : mkdtempSync(`${named}-`)
  chmodSync(socketDir, 0o700)
  if (statSync(socketDir).uid !== account.uid) chownSync(socketDir, account.uid, account.gid)
  return socketDir
}

function isWritable(place: string): boolean {
  try {
    accessSync(place, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** The log, opened to append. One older file is kept; both together stay within twice the limit and what one run writes. */
export function openLog({ logFile }: Cluster): number {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0
  if (size > LOG_LIMIT_BYTES) renameSync(logFile, `${logFile}.1`)
  const descriptor = openSync(logFile, 'a', 0o600)
  // Made by root in a directory of another user, it would lock that user out.
  const home = statSync(path.dirname(logFile))
  if (process.geteuid?.() === 0 && fstatSync(descriptor).uid !== home.uid) chownSync(logFile, home.uid, home.gid)
  return descriptor
}
