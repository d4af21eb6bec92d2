/** Shell and Python nodes: programs of the machine within the fence, where the resource group lets them run. */
import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { promisify } from 'node:util'
import { Refusal } from '@holdpoint/core'
import { type Fence, findFence, type Limits, TOOLS_PATH } from './fence.ts'
import type { Leases } from './lease.ts'
import { environmentOf, named, positional } from './parameters.ts'
import { childrenOf, watchMemory } from './processes.ts'
import type { Ended, Work } from './runner.ts'

export type ProgramSettings = {
  readonly programsUid: number
  readonly programsMemoryMb: number
  /** The interpreter of Python nodes; null: the machine's own, where it has one. */
  readonly python: string | null
  /** Of nodes that name none. */
  readonly timeZone: string
}

const PYTHONS = ['/usr/local/bin/python3', '/usr/bin/python3']
/** Runs the program with the parameters where such programs look for them: in `args`, and in `sys.argv`. */
const PYTHON_START = `import json, runpy, sys
sys.argv = ['/job/program', *sys.argv[2:]]
sys.path.insert(0, '/job')
runpy.run_path('/job/program', {'args': json.loads(open('/job/.args').read())}, '__main__')`
const LOOKING_MS = 10_000
const KILL_AGAIN_MS = 100
const MOST_ERROR = 300

export type Programs = {
  run(kind: 'shell' | 'python', work: Work, io: { log(text: string): void; signal: AbortSignal }): Promise<Ended>
  /** What programs run behind here, or why none is run. */
  description(): Promise<string>
}

export function programs(settings: ProgramSettings, leases: Leases): Programs {
  const limits: Limits = {
    memoryMb: settings.programsMemoryMb,
    filesMb: 256,
    cpuSeconds: 4 * 3600,
    processes: 128,
  }
  // Found when the first one is asked for; what works here does not change while the server runs.
  let found: Promise<{ fence: Fence | { readonly problem: string }; python: string | null }> | null = null
  function look() {
    found ??= (async () => {
      const python = settings.python ?? PYTHONS.find((one) => existsSync(one)) ?? null
      const fence = await findFence({ uid: settings.programsUid, limits, alsoSeen: await placesOf(python) })
      return { fence, python }
    })()
    return found
  }

  return {
    async description() {
      const { fence, python } = await look()
      if ('problem' in fence) return fence.problem
      return `programs of nodes run in ${fence.description}; ${python === null ? 'there is no Python' : `Python is ${python}`}`
    },
    async run(kind, work, io) {
      if (!work.allowsShell) return failed(new Refusal('SHELL_NOT_ALLOWED'))
      const { fence, python } = await look()
      if ('problem' in fence) return notRun(fence.problem)
      if (kind === 'python' && python === null) return notRun('there is no Python on this machine')
      if (io.signal.aborted) return { ended: 'stopped' }
      return await runWithin(fence, startScript(kind, work, python, settings.timeZone), limits, leases, io)
    },
  }
}

/** The directories of an interpreter that do not lie where every program sees them. */
async function placesOf(python: string | null): Promise<string[]> {
  if (python === null || python.startsWith('/usr/')) return []
  try {
    const ask = 'import sys; print(sys.prefix, sys.base_prefix, sys.executable, sep="\\n")'
    const { stdout } = await promisify(execFile)(python, ['-I', '-c', ask], { env: {}, timeout: LOOKING_MS })
    const [prefix, base] = stdout.trim().split('\n')
    return [...new Set([prefix!, base!, python])].filter((one) => one.startsWith('/') && one !== '/' && one !== '/usr')
  } catch {
    return [python]
  }
}

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

/** What begins within the fence: it writes the program down and becomes it. All of it is read before anything of it is done. */
function startScript(kind: 'shell' | 'python', work: Work, python: string | null, timeZone: string): string {
  const variables = [...environmentOf(work, timeZone)].map(([name, value]) => `${name}=${quoted(value)}`)
  const values = positional(work.parameters).map(quoted)
  const content = work.node.script?.content ?? ''
  const { resources = [] } = work
  const run =
    kind === 'shell'
      ? ['$(command -v bash || echo sh)', '/job/program', ...values]
      : [quoted(python!), '-u', '-c', quoted(PYTHON_START), '-', ...values]
  return `start() {
echo 1000 > /proc/self/oom_score_adj
${resources.map(({ name, base64 }) => `printf %s ${quoted(base64)} | base64 -d > ${quoted(`/job/${name}`)}\n`).join('')}printf %s ${quoted(content)} > /job/program
printf %s ${quoted(JSON.stringify(Object.fromEntries(named(work.parameters))))} > /job/.args
unset PWD OLDPWD
exec env -i ${[...variables, ...run].join(' ')}
}
start
`
}

function runWithin(
  fence: Fence,
  start: string,
  limits: Limits,
  leases: Leases,
  io: { log(text: string): void; signal: AbortSignal },
): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>()
  const child = spawn(fence.command[0]!, fence.command.slice(1), {
    cwd: '/',
    env: { PATH: TOOLS_PATH },
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own: what a terminal sends to the server's does not reach it.
    detached: true,
  })
  let why: 'stopped' | 'memory' | null = null
  let again: NodeJS.Timeout | undefined
  // Who waits for the first process of the namespace is the last one to end: when it has, everything has. So that one is killed, not who waits.
  const kill = () => {
    for (const pid of childrenOf(child.pid ?? 0)) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended already.
      }
    }
    // While the fence is being built there may be nobody to kill yet.
    again = setTimeout(kill, KILL_AGAIN_MS)
  }
  const stop = (reason: 'stopped' | 'memory') => {
    if (why !== null) return
    why = reason
    kill()
  }
  const onAbort = () => stop('stopped')
  io.signal.addEventListener('abort', onAbort, { once: true })
  for (const stream of [child.stdout, child.stderr]) {
    const decoder = new StringDecoder('utf8')
    // What those who build the fence say when it is torn down is nothing of the program's.
    stream.on('data', (chunk: Buffer) => why === null && io.log(decoder.write(chunk)))
    stream.on('end', () => io.log(decoder.end()))
  }
  child.stdin.on('error', () => {})
  child.stdin.end(start)
  const unwatch =
    child.pid === undefined ? null : watchMemory(child.pid, limits.memoryMb * 1_048_576, () => stop('memory'))
  const leave = child.pid === undefined ? null : leases.take(child.pid)
  let problem = ''
  child.on('error', (error) => {
    problem = error.message
  })
  child.on('close', (code, signal) => {
    unwatch?.()
    clearTimeout(again)
    const lapsed = leave?.() ?? false
    io.signal.removeEventListener('abort', onAbort)
    if (why === 'stopped') resolve({ ended: 'stopped' })
    else if (why === 'memory') resolve(programFailed(`it took more than ${limits.memoryMb} MB of memory`))
    else if (code === 0) resolve({ ended: 'succeeded' })
    else if (lapsed) resolve({ ended: 'stopped' })
    else resolve(programFailed(problem.slice(0, MOST_ERROR) || endOf(code, signal)))
  })
  if (io.signal.aborted) onAbort()
  return promise
}

function endOf(code: number | null, signal: string | null): string {
  if (code === null) return `it was ended by ${signal}`
  if (code === 128 + 24) return 'it used more processor time than it may'
  if (code === 128 + 9) return 'it was killed (signal 9)'
  return `it ended with code ${code}`
}

const failed = (reason: Refusal): Ended => ({ ended: 'failed', reason })
const notRun = (problem: string) => failed(new Refusal('PROGRAM_NOT_RUN', { problem }))
const programFailed = (problem: string) => failed(new Refusal('PROGRAM_FAILED', { problem }))
