// Holdpoint as a person starts it: a process of its own, with its own environment, read by what it prints.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { hasEnded, livePostmaster, signal } from '../../server/src/embedded/postmaster.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const MAIN = path.join(ROOT, 'server/src/main.ts')
/** As `npm start` does, the process listens whether its starter is still there, so that a test run that is killed leaves none behind. */
const GUARD = `data:text/javascript,${encodeURIComponent(
  `import { needNode24 } from ${JSON.stringify(pathToFileURL(path.join(ROOT, 'server/node24.mjs')).href)}; await needNode24()`,
)}`
const END_MS = 30_000

export type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

export type Holdpoint = {
  readonly pid: number
  /** Without a slash at its end. */
  readonly url: string
  /** Host and port, as the vendor's clients want it. */
  readonly endpoint: string
  /** The first administrator's generated password; null when there was an administrator already. */
  readonly password: string | null
  /** The demonstration's extension; null without it. */
  readonly extension: { readonly pid: number; readonly port: number } | null
  /** Everything it has written to its standard output. */
  readonly output: () => string
  /** And to its standard error, the log among it. */
  readonly errors: () => string
  /** Sends the signal and resolves when the process has ended. */
  end(how: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<Ended>
}

export type Start = { readonly args?: readonly string[]; readonly env?: Readonly<Record<string, string>> }

const living = new Set<ChildProcess>()
const homes = new Set<string>()
const socketDirs = new Set<string>()

/** A directory for one test, whose `data` may be a data directory. What a killed run leaves in it is removed by the next run. */
export function temporaryHome(): string {
  const home = mkdtempSync(path.join(tmpdir(), `holdpoint-test-${process.pid}-e2e-`))
  homes.add(home)
  return home
}

/** Starts Holdpoint on a free port and resolves when it says that it is ready. */
export async function startHoldpoint({ args = [], env = {} }: Start = {}): Promise<Holdpoint> {
  const running = spawnHoldpoint(['--port', '0', ...args], { HOLDPOINT_DEMO_PORT: '0', ...env })
  const { child, stdout } = running
  await new Promise<void>((resolve, reject) => {
    child.stdout!.on('data', () => {
      if (stdout().includes('Ctrl-C stops everything.')) resolve()
    })
    child.once('close', (code, by) =>
      reject(new Error(`Holdpoint ended with ${by ?? `code ${code}`}: ${stdout()}${running.stderr()}`)),
    )
  })
  for (const home of homes) {
    const postmaster = await livePostmaster(clusterIn(home))
    if (postmaster?.socketDir) socketDirs.add(postmaster.socketDir)
  }
  const url = /Holdpoint is ready: (http:\/\/[^\s/]+)\/console\//.exec(stdout())?.[1]
  if (url === undefined) throw new Error(`Holdpoint does not say where it is: ${stdout()}`)
  const extension = /\(process (\d+), port (\d+)\)/.exec(stdout())
  return {
    pid: child.pid!,
    url,
    endpoint: new URL(url).host,
    password: /Sign in as admin with the password (\S+) \(it is shown this once\)/.exec(stdout())?.[1] ?? null,
    extension: extension && { pid: Number(extension[1]), port: Number(extension[2]) },
    output: stdout,
    errors: running.stderr,
    async end(how) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(how)
        await once(child, 'exit')
      }
      return { code: child.exitCode, signal: child.signalCode }
    },
  }
}

/** Runs Holdpoint to its end: for what refuses to start, or only says something. */
export async function runHoldpoint({
  args = [],
  env = {},
}: Start = {}): Promise<Ended & { readonly stdout: string; readonly stderr: string }> {
  const { child, stdout, stderr } = spawnHoldpoint(args, env)
  const [code, by] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code, signal: by, stdout: stdout(), stderr: stderr() }
}

function spawnHoldpoint(args: readonly string[], env: Readonly<Record<string, string>>) {
  // Nothing of the environment of the test run steers the server.
  const { PATH = '', TMPDIR } = process.env
  const child = spawn(process.execPath, ['--import', GUARD, MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { PATH, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...env },
    cwd: ROOT,
  })
  living.add(child)
  child.once('exit', () => living.delete(child))
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name]!.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text
    })
  return { child, stdout: () => texts.stdout, stderr: () => texts.stderr }
}

/** Ends whatever the tests of this file have left running, and removes their directories. */
export async function endEverything(): Promise<void> {
  await Promise.all(
    [...living].map(async (child) => {
      child.kill('SIGTERM')
      if (!(await hasEnded(child.pid!, END_MS))) child.kill('SIGKILL')
    }),
  )
  for (const home of homes) {
    const postmaster = await livePostmaster(clusterIn(home))
    if (postmaster !== null) {
      signal(postmaster.pid, 'SIGQUIT')
      await hasEnded(postmaster.pid, END_MS)
    }
    rmSync(home, { recursive: true, force: true })
  }
  for (const directory of socketDirs) rmSync(directory, { recursive: true, force: true })
  homes.clear()
  socketDirs.clear()
}

const clusterIn = (home: string) => ({ directory: path.join(home, 'data', 'postgres') })

/** The processes whose command line names the text, such as a data directory. */
export function processesNaming(text: string): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && commandLine(pid).includes(text))
}

export function isRunning(pid: number): boolean {
  return commandLine(pid) !== ''
}

/** Empty for a process that has ended, also while nobody has asked for its end yet. */
function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return ''
  }
}

/** The postmaster of an embedded database. */
export function postmasterPid(dataDir: string): number {
  return Number(readFileSync(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])
}
