/** A process that speaks to a database, as the server sees it: started, asked, ended. What it says is bounded and believed no more than a network. */
import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import type { FromSqlProcess, ToSqlProcess } from './inside/messages.ts'
import type { Leases } from './lease.ts'
import { watchMemory } from './processes.ts'

const PROGRAM = path.join(import.meta.dirname, 'inside', 'sql-program.ts')
/** Node's own memory beside the database's. */
const HEAP_MB = 256
const OVERHEAD_MB = 512
const LONGEST_MESSAGE = 1_048_576
const MOST_ERROR = 300
/** A file that is written has at most this size; beyond it the process is ended. */
const LIMITED = 'ulimit -c 0; ulimit -f $1; shift; exec "$@"'
const BLOCK_BYTES = 512

export type SqlProcess = {
  tell(message: ToSqlProcess): void
  kill(): void
  /** When it is gone: why, in a few words, and whether because the server stood still. */
  readonly ended: Promise<{ readonly why: string; readonly lapsed: boolean }>
}

export type SqlProcessLimits = { readonly memoryMb: number; readonly fileGb: number }

export function startSqlProcess(
  limits: SqlProcessLimits,
  leases: Leases,
  said: (message: FromSqlProcess) => void,
): SqlProcess {
  const flags = ['--no-warnings', `--max-old-space-size=${HEAP_MB}`]
  const blocks = String((limits.fileGb * 1024 ** 3) / BLOCK_BYTES)
  const child = spawn('/bin/sh', ['-c', LIMITED, 'sh', blocks, process.execPath, ...flags, PROGRAM], {
    cwd: '/',
    env: { TZ: 'UTC' },
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let why = ''
  let errors = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-MOST_ERROR)
  })
  const kill = (reason: string) => {
    why ||= reason
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended already.
    }
  }
  const unwatch =
    child.pid === undefined
      ? null
      : watchMemory(child.pid, (limits.memoryMb + OVERHEAD_MB) * 1_048_576, () => kill('it took too much memory'))
  readLines(child.stdio[3] as Readable, said, () => kill('it says what it never does'))
  child.stdin!.on('error', () => {})
  const leave = child.pid === undefined ? null : leases.take(child.pid)
  const { promise: ended, resolve } = Promise.withResolvers<{ why: string; lapsed: boolean }>()
  child.on('error', (error) => {
    why ||= error.message
  })
  child.on('close', (code, signal) => {
    unwatch?.()
    resolve({ why: why || endOf(child, code, signal, errors), lapsed: leave?.() ?? false })
  })
  return {
    tell(message) {
      if (child.stdin!.writable) child.stdin!.write(`${JSON.stringify(message)}\n`)
    },
    kill: () => kill('it was ended'),
    ended,
  }
}

function readLines(from: Readable, said: (message: FromSqlProcess) => void, broken: () => void): void {
  const decoder = new StringDecoder('utf8')
  let text = ''
  from.on('error', () => {})
  from.on('data', (chunk: Buffer) => {
    text += decoder.write(chunk)
    const lines = text.split('\n')
    text = lines.pop()!
    if (text.length > LONGEST_MESSAGE) broken()
    try {
      for (const line of lines) said(JSON.parse(line) as FromSqlProcess)
    } catch {
      broken()
    }
  })
}

function endOf(child: ChildProcess, code: number | null, signal: string | null, errors: string): string {
  const line = errors.split('\n').find((one) => /fatal|error|memory|limit/i.test(one))
  const how = child.pid === undefined ? 'it could not be started' : `it ended with ${signal ?? `code ${code}`}`
  return line === undefined ? how : `${how}: ${line.trim()}`
}
