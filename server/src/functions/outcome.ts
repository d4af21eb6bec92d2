/** What is kept of a call while it runs, and what becomes of it: whatever a host says is cut to what is believed and can be stored. */
import {
  type FunctionEnd,
  type FunctionInvocation,
  type FunctionLogLine,
  type FunctionOutcome,
  LOG_LEVELS,
  LONGEST_TEXT,
} from './invocation.ts'
import type { FromHost } from './messages.ts'

export const LONGEST_TIMEOUT_MS = 60_000
export const MOST_MEMORY_MB = 128
/** What one call can have used at most; more than that is not believed. */
const MOST_CPU_MS = 16 * LONGEST_TIMEOUT_MS
const MOST_MEMORY_BYTES = 4 * MOST_MEMORY_MB * 1024 * 1024
const MOST_VALUE_BYTES = 65_536
const DEEPEST_VALUE = 100
const MOST_LINES = 200
const MOST_LOG_LENGTH = 65_536

/** A call under way, as far as its outcome tells of it. */
export type Call = {
  readonly invocation: FunctionInvocation
  /** 0 until it has begun. */
  beganMs: number
  logs: FunctionLogLine[]
  logLength: number
  logsCut: boolean
}

export const tooMuch = ({ limits }: FunctionInvocation) => `it needed more than its ${limits.memoryMb} MB`
export const timedOut = ({ limits }: FunctionInvocation) => `it did not end within ${limits.timeoutMs} ms`

export function line(call: Call, { atMs, level, text, cut }: Extract<FromHost, { t: 'log' }>): void {
  const kept = plain(String(text).slice(0, LONGEST_TEXT))
  if (call.logs.length >= MOST_LINES || call.logLength + kept.length > MOST_LOG_LENGTH) {
    call.logsCut = true
    return
  }
  call.logLength += kept.length
  if (cut === true) call.logsCut = true
  call.logs.push({
    atMs: Math.round(bounded(atMs, LONGEST_TIMEOUT_MS)),
    level: LOG_LEVELS.find((one) => one === level) ?? 'log',
    text: kept,
  })
}

export function doneOutcome(call: Call, message: Extract<FromHost, { t: 'done' }>): FunctionOutcome {
  const { ended, value, error, cpuMs, memoryBytes } = message
  if (ended === 'returned') {
    const text = typeof value === 'string' ? value : null
    if (text !== null && Buffer.byteLength(text) > MOST_VALUE_BYTES)
      return outcomeOf(call, 'threw', null, 'what it returned is longer than 64 KiB', cpuMs, memoryBytes)
    if (text !== null && depthOf(text) > DEEPEST_VALUE)
      return outcomeOf(
        call,
        'threw',
        null,
        `what it returned is nested deeper than ${DEEPEST_VALUE}`,
        cpuMs,
        memoryBytes,
      )
    return outcomeOf(call, 'returned', text === null ? null : storable(text), null, cpuMs, memoryBytes)
  }
  if (ended === 'timed-out') return outcomeOf(call, ended, null, timedOut(call.invocation), cpuMs, memoryBytes)
  if (ended === 'out-of-memory') return outcomeOf(call, ended, null, tooMuch(call.invocation), cpuMs, memoryBytes)
  return outcomeOf(call, 'threw', null, plain(String(error).slice(0, LONGEST_TEXT)), cpuMs, memoryBytes)
}

/** How deep it is nested: whoever reads it does so by calling itself. */
function depthOf(json: string): number {
  let depth = 0
  let deepest = 0
  let quoted = false
  for (let at = 0; at < json.length; at++) {
    const letter = json[at]
    if (quoted && letter === '\\') at++
    else if (letter === '"') quoted = !quoted
    else if (!quoted && (letter === '[' || letter === '{')) deepest = Math.max(deepest, ++depth)
    else if (!quoted && (letter === ']' || letter === '}')) depth--
  }
  return deepest
}

/** Without what no database keeps: the letter 0 and halves of pairs. A value that is no JSON is null. */
function storable(json: string): string | null {
  try {
    const value: unknown = JSON.parse(json)
    if (!/\\u(0000|d[89a-f])/i.test(json)) return json
    return JSON.stringify(plainly(value))
  } catch {
    return null
  }
}

/** No deeper than was found before. */
function plainly(value: unknown): unknown {
  if (typeof value === 'string') return plain(value)
  if (Array.isArray(value)) return value.map(plainly)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [plain(name), plainly(one)]))
}

const plain = (text: string) => text.replaceAll('\0', '\ufffd').toWellFormed()

/** A number as a host says it. */
export const bounded = (value: unknown, most: number) => Math.min(most, Math.max(0, Number(value) || 0))

export function outcomeOf(
  call: Call,
  ended: FunctionEnd,
  value: string | null,
  error: string | null,
  cpuMs: number,
  memoryBytes: number,
): FunctionOutcome {
  const { logs, logsCut, beganMs } = call
  const durationMs = beganMs === 0 ? 0 : Math.round((performance.now() - beganMs) * 1000) / 1000
  return {
    ended,
    value,
    error,
    logs,
    logsCut,
    durationMs,
    cpuMs: bounded(cpuMs, MOST_CPU_MS),
    memoryBytes: Math.round(bounded(memoryBytes, MOST_MEMORY_BYTES)),
  }
}
