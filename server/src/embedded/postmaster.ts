// One postmaster: started, recognised, ended.
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, fstatSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Cluster, openLog } from './cluster.ts'
import { programEnvironment } from './programs.ts'

const POLL_MS = 20
/** A killed process keeps its pid until its parent asks for it: about a second, or for ever under a careless parent. */
const ZOMBIE_MS = 1_000
const LOG_TAIL_BYTES = 4_000

export const SOCKET_PORT = 5432

/** Durable as PostgreSQL can be, reachable by nobody but us, small, and quiet: what a statement raises goes to who sent it, not to the log. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  port: String(SOCKET_PORT),
  unix_socket_permissions: '0700',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  max_connections: '60',
  shared_buffers: '32MB',
  max_wal_size: '512MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'log',
  log_checkpoints: 'off',
  logging_collector: 'off',
}

export interface Postmaster {
  readonly pid: number
  /** Null while it is too young to be spoken to. */
  readonly socketDir: string | null
}

/** A postmaster we started, until it is ready or has ended. */
export interface Launch {
  readonly pid: number | undefined
  readonly ended: boolean
  /** What it has written to the log. */
  output(): string
}

/** Starts a postmaster that outlives this process, so that a crash of ours takes no data and no time. */
export function launch(cluster: Cluster, socketDir: string, extra: Readonly<Record<string, string>>): Launch {
  const { directory, programs, account } = cluster
  const settings = {
    ...SETTINGS,
    // Three processes more, which pay off only on far larger databases.
    ...(programs.major >= 18 ? { io_method: 'sync' } : {}),
    unix_socket_directories: socketDir,
    ...extra,
  }
  const [command = '', ...args] = [
    ...account.prefix,
    path.join(programs.directory, 'postgres'),
    ...['-D', directory],
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
  removeForeignLock(path.join(socketDir, `.s.PGSQL.${SOCKET_PORT}.lock`), directory)
  const log = openLog(cluster)
  const from = fstatSync(log).size
  const env = programEnvironment(programs)
  const child = spawn(command, args, { detached: true, stdio: ['ignore', log, log], env, cwd: '/' })
  closeSync(log)
  child.unref()
  let failure = ''
  let ended = false
  child.on('error', (error) => {
    failure = error.message
    ended = true
  })
  child.on('exit', () => {
    ended = true
  })
  return {
    pid: child.pid,
    get ended() {
      return ended
    },
    output: () => failure || readFileSync(cluster.logFile).subarray(from).subarray(-LOG_TAIL_BYTES).toString(),
  }
}

/** The live postmaster of a cluster, by the file it keeps in it; null if there is none. */
export async function livePostmaster({ directory }: Pick<Cluster, 'directory'>): Promise<Postmaster | null> {
  const file = path.join(directory, 'postmaster.pid')
  const zombieUntil = Date.now() + ZOMBIE_MS
  for (;;) {
    const lines = readLines(file)
    const pid = pidIn(lines)
    if (pid === null || processState(pid) === 'gone') return null
    // The file is written in steps, the directory of the socket in the fifth line.
    if (isPostmasterOf(pid, directory)) return { pid, socketDir: lines?.[4]?.trim() || null }
    if (processState(pid) === 'running' || Date.now() > zombieUntil) {
      removeForeignLock(file, directory)
      return null
    }
    await sleep(POLL_MS)
  }
}

/**
 * A pid alone proves nothing: after a crash some other process may have it, and PostgreSQL would refuse to start for ever, so a lock file that
 * names such a process is removed. Should a postmaster start in that very moment, PostgreSQL's second lock, the shared memory bound to the
 * directory, still lets only one of two in.
 */
function removeForeignLock(file: string, directory: string): void {
  const pid = pidIn(readLines(file))
  if (pid !== null && !isPostmasterOf(pid, directory)) rmSync(file, { force: true })
}

/** Resolves to whether the process has ended within the time. */
export async function hasEnded(pid: number, withinMs: number): Promise<boolean> {
  const until = Date.now() + withinMs
  while (processState(pid) === 'running') {
    if (Date.now() > until) return false
    await sleep(POLL_MS)
  }
  return true
}

export function signal(pid: number, name: 'SIGINT' | 'SIGQUIT'): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function pidIn(lines: readonly string[] | null): number | null {
  const pid = Math.abs(Number(lines?.[0]))
  return pid > 0 ? pid : null
}

function readLines(file: string): readonly string[] | null {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch (error) {
    // A process may end while its files below /proc are read.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null
    throw error
  }
}

function processState(pid: number): 'running' | 'zombie' | 'gone' {
  try {
    process.kill(pid, 0)
  } catch {
    // Another user's process is not our postmaster; PostgreSQL sees it the same way.
    return 'gone'
  }
  if (process.platform !== 'linux') return 'running'
  const stat = readLines(`/proc/${pid}/stat`)?.[0]
  if (stat === undefined) return 'gone'
  return /^\d+ \(.*\) Z/.test(stat) ? 'zombie' : 'running'
}

function isPostmasterOf(pid: number, directory: string): boolean {
  const words = commandLine(pid)
  return path.basename(words[0] ?? '') === 'postgres' && words.includes(directory)
}

// Empty for a process that has ended and for a zombie.
function commandLine(pid: number): readonly string[] {
  if (process.platform === 'linux') return (readLines(`/proc/${pid}/cmdline`)?.[0] ?? '').split('\0')
  const { stdout } = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
  const [, program = '', directory = ''] = /^(\S+) -D (.*?) -c /.exec(stdout) ?? []
  return [program, '-D', directory]
}
