/** One host process as the server sees it: it is started, asked, believed nothing, and ended. */
import { spawn } from 'node:child_process'
import { encodeFrame, frameReader } from './frames.ts'
import { type Fence, fences, TOOLS_PATH } from './isolation.ts'
import type { FromHost, ToHost } from './messages.ts'

/**
 * The interpreter only: without compilers there is no memory that is both writable and executable, none of their faults is of use to anybody, and every loop
 * asks whether it is to end (compiled ones were seen that do not). `--disallow-code-generation-from-strings` is for the host's own code.
 */
const NODE_FLAGS = [
  '--permission',
  '--allow-addons',
  '--no-node-snapshot',
  '--no-warnings',
  '--jitless',
  '--single-threaded-gc',
  '--disallow-code-generation-from-strings',
  '--disable-proto=delete',
  '--max-old-space-size=128',
  '--input-type=module',
]
/** Beside twice what its calls may use: Node itself, idle isolates, and checks. A host that needs more is ended. */
const OVERHEAD_MB = 320
const READY_WITHIN_MS = 15_000
/** What a host may say for each call that it is given, and beyond that: far more than one that keeps its own limits ever does. */
const SAID_PER_CALL_BYTES = 40 * 1024 * 1024
const SAID_BEYOND_BYTES = 1024 * 1024
const MOST_SAID_BYTES = 10 * SAID_PER_CALL_BYTES
const MOST_ERROR_OUTPUT = 8_192
/** How much may wait to be read by a host that does not read. */
const MOST_UNREAD_BYTES = 64 * 1024 * 1024

export type Host = {
  readonly pid: number
  tell(message: ToHost): void
  /** Ends it at once. */
  kill(): void
  /** When it has ended: why, in one sentence. */
  readonly ended: Promise<string>
}

export type HostTexts = { readonly program: string; readonly prelude: string }

/** Resolves when it is ready; throws why it is not. What it says afterwards goes to `said`. */
export async function startHost(fence: Fence, texts: HostTexts, said: (message: FromHost) => void): Promise<Host> {
  const [program, ...args] = [...fence.command, fence.node, ...NODE_FLAGS, `--eval=${texts.program}`, '--', fence.addon]
  // A group of its own: what a terminal sends to the server's does not reach it.
  const child = spawn(program!, args, {
    cwd: '/',
    env: { PATH: TOOLS_PATH, TZ: 'UTC' },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  })
  const { promise: ended, resolve: end } = Promise.withResolvers<string>()
  const { promise: ready, resolve: begin, reject: fail } = Promise.withResolvers<void>()
  let errors = ''
  let isReady = false
  // The whole group: what builds the fence stands between us and the host, and is ended with it.
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended already.
    }
  }
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-MOST_ERROR_OUTPUT)
  })
  const read = frameReader((frame) => {
    const message = frame as FromHost
    if (message.t === 'ready') {
      isReady = true
      begin()
    } else if (message.t === 'broken' && !isReady) fail(new Error(String(message.why)))
    else said(message)
  })
  let maySayBytes = SAID_BEYOND_BYTES
  child.stdout.on('data', (chunk: Buffer) => {
    maySayBytes -= chunk.length
    try {
      if (maySayBytes < 0) throw new Error('it says more than it may')
      read(chunk)
    } catch {
      // It says what no host of ours says.
      kill()
    }
  })
  child.stdin.on('error', () => {})
  child.on('error', (error) => end(error.message))
  child.on('exit', kill)
  child.on('close', (code, signal) => end(reasonOf(code, signal, errors)))
  const timer = setTimeout(() => fail(new Error('it was not ready in time')), READY_WITHIN_MS)
  const tell = (message: ToHost) => {
    if (message.t === 'call' || message.t === 'check')
      maySayBytes = Math.min(maySayBytes + SAID_PER_CALL_BYTES, MOST_SAID_BYTES)
    if (child.stdin.writableLength > MOST_UNREAD_BYTES) kill()
    else if (child.stdin.writable) child.stdin.write(encodeFrame(message))
  }
  tell({ t: 'start', prelude: texts.prelude, overheadBytes: OVERHEAD_MB * 1024 * 1024 })
  try {
    await Promise.race([ready, ended.then((why) => Promise.reject(new Error(why)))])
  } catch (error) {
    kill()
    throw error
  } finally {
    clearTimeout(timer)
  }
  return { pid: child.pid!, tell, kill, ended }
}

function reasonOf(code: number | null, signal: string | null, errors: string): string {
  const line = errors
    .split('\n')
    .map((one) => one.replace(/^[#\s]+/, ''))
    .find((one) => /fatal|error|memory|denied|permitted|failed|not found/i.test(one))
  return `it ended with ${signal ?? `code ${code}`}${line === undefined ? '' : `: ${line.slice(0, 300)}`}`
}

/** The strongest of the fences in which a host starts on this machine; null: none. */
export async function firstThatWorks(addon: string, texts: HostTexts): Promise<Fence | null> {
  for (const fence of await fences(process.execPath, addon)) {
    try {
      const host = await startHost(fence, texts, () => {})
      host.kill()
      await host.ended
      return fence
    } catch {
      // The next one is weaker, and may work.
    }
  }
  return null
}
