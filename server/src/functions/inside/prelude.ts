/**
 * What runs in an isolate before the code of a stranger, and stays around it.
 *
 * The isolate holds not one function of the host: the host calls the functions exported here with strings, and takes what is to be told as one
 * string. Everything that is used after the stranger's code has run was taken hold of before it, so nothing that it changes is
 * relied upon; and if it found a way into this file all the same, it would only spoil its own answers.
 */

import { structuredClone } from './clone.ts'
import { Headers, type Reply, requestText, responseOf } from './fetch.ts'
import { crypto, reseed } from './random.ts'
import { atob, btoa, TextDecoder, TextEncoder } from './text.ts'
import { URL, URLSearchParams } from './url.ts'

const MOST_LINES = 200
const MOST_LINE_LENGTH = 4_096
const MOST_LOG_LENGTH = 65_536
const MOST_ERROR_LENGTH = 4_096
const MOST_VALUE_LENGTH = 65_536
const MOST_TIMERS = 100
const MOST_FETCHES = 20
const MOST_FETCH_LENGTH = 262_144
const LONGEST_TIMER_MS = 2 ** 31 - 1

const { apply, construct, ownKeys, getOwnPropertyDescriptor } = Reflect
const { stringify, parse } = JSON
const { now } = Date
const { defineProperty } = Object
const toText = String
const toNumber = Number
const NewPromise = Promise
const NewTypeError = TypeError
const NewRangeError = RangeError
const stringSlice = String.prototype.slice
const stringIndexOf = String.prototype.indexOf
const slice = (text: string, from: number, to: number): string => apply(stringSlice, text, [from, to])
const indexOf = (text: string, part: string): number => apply(stringIndexOf, text, [part])

type Handler = (request: unknown, context: unknown) => unknown
type Timer = { readonly act: (...args: unknown[]) => unknown; readonly args: unknown[]; readonly dueMs: number }
type Wanted = { readonly resolve: (value: unknown) => void; readonly reject: (error: unknown) => void }
type ById<T> = Record<number, T>
const byId = <T>(): ById<T> => ({ __proto__: null }) as unknown as ById<T>

let handler: Handler | null = null
/** Everything below belongs to one call; calls of one isolate never overlap. */
let call = 0
let beganMs = 0
let out = ''
let lines = 0
let logged = 0
let timers = byId<Timer>()
let timerCount = 0
let lastTimer = 0
let wanted = byId<Wanted>()
let lastWanted = 0
let fetches = 0

function tell(json: string): void {
  out += out === '' ? json : `,${json}`
}

// Where V8 would hand whole stack frames to the stranger's code, it finds nothing to call.
defineProperty(Error, 'prepareStackTrace', { get: () => undefined, set() {}, configurable: false })

// Memory that is not counted, threads that wait for each other, and callbacks at times that nobody bounds.
for (const name of ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'FinalizationRegistry', 'WeakRef'])
  delete (globalThis as Record<string, unknown>)[name]

// Buffers that grow are not counted either: there are only those of a fixed length.
const GrowingBuffer = ArrayBuffer
function FixedBuffer(this: unknown, length?: unknown): unknown {
  if (new.target === undefined) throw new NewTypeError('ArrayBuffer needs new')
  return construct(GrowingBuffer, [length], new.target)
}
for (const key of ownKeys(GrowingBuffer))
  if (key !== 'length') defineProperty(FixedBuffer, key, getOwnPropertyDescriptor(GrowingBuffer, key)!)
defineProperty(GrowingBuffer.prototype, 'constructor', { value: FixedBuffer, writable: true, configurable: true })
give('ArrayBuffer', FixedBuffer)

function give(name: string, value: unknown): void {
  defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false })
}

const lineOf = {}
for (const level of ['log', 'info', 'warn', 'error', 'debug'])
  defineProperty(lineOf, level, {
    value: (...values: unknown[]) => {
      let text = ''
      for (let at = 0; at < values.length; at++) text += (at === 0 ? '' : ' ') + shown(values[at])
      note(level, text)
    },
    writable: true,
    configurable: true,
    enumerable: true,
  })
give('console', lineOf)

function note(level: string, text: string): void {
  if (lines > MOST_LINES || logged > MOST_LOG_LENGTH) return
  lines++
  const cut = text.length > MOST_LINE_LENGTH
  const kept = cut ? slice(text, 0, MOST_LINE_LENGTH) : text
  logged += kept.length
  if (lines > MOST_LINES || logged > MOST_LOG_LENGTH) tell('["cut"]')
  else tell(`["log",${now() - beganMs},${stringify(level)},${stringify(kept)},${cut}]`)
}

function shown(value: unknown): string {
  try {
    if (typeof value === 'string') return value
    if (typeof value === 'symbol' || value === null || (typeof value !== 'object' && typeof value !== 'function'))
      return toText(value)
    if (typeof value === 'function') return `[function ${toText(value.name)}]`
    const { stack } = value as { stack?: unknown }
    if (typeof stack === 'string') return stack
    return stringify(value) ?? toText(value)
  } catch {
    return '[a value that cannot be shown]'
  }
}

/** With the stack as far as it is the stranger's. */
function described(error: unknown): string {
  const text = shown(error)
  const ours = indexOf(text, ' (inside:')
  let end = ours === -1 ? text.length : ours
  while (ours !== -1 && end > 0 && text[end] !== '\n') end--
  return slice(text, 0, end > MOST_ERROR_LENGTH || end === 0 ? MOST_ERROR_LENGTH : end)
}

give('setTimeout', (act: unknown, ms: unknown = 0, ...args: unknown[]) => {
  if (typeof act !== 'function') throw new NewTypeError('setTimeout needs a function')
  if (timerCount >= MOST_TIMERS) throw new NewRangeError(`at most ${MOST_TIMERS} timers at once`)
  const wait = toNumber(ms)
  timerCount++
  lastTimer++
  timers[lastTimer] = {
    act: act as Timer['act'],
    args,
    dueMs: now() + (wait > 1 ? (wait < LONGEST_TIMER_MS ? wait : LONGEST_TIMER_MS) : 1),
  }
  return lastTimer
})
give('clearTimeout', (id: unknown) => {
  const number = toNumber(id)
  if (timers[number] === undefined) return
  delete timers[number]
  timerCount--
})
give('fetch', (input: unknown, init?: unknown) => {
  return new NewPromise((resolve, reject) => {
    if (fetches >= MOST_FETCHES) throw new NewTypeError(`a function sends at most ${MOST_FETCHES} requests in one call`)
    fetches++
    const text: unknown = requestText(input, init)
    if (typeof text !== 'string' || text.length > MOST_FETCH_LENGTH)
      throw new NewTypeError(`a request is at most ${MOST_FETCH_LENGTH} characters long`)
    lastWanted++
    wanted[lastWanted] = { resolve, reject }
    tell(`["fetch",${lastWanted},${stringify(text)}]`)
  })
})
give('atob', atob)
give('btoa', btoa)
give('TextEncoder', TextEncoder)
give('TextDecoder', TextDecoder)
give('crypto', crypto)
give('structuredClone', structuredClone)
give('URL', URL)
give('URLSearchParams', URLSearchParams)
give('Headers', Headers)

/** Takes the stranger's module. Answers why it cannot be called, or nothing. */
export function adopt(module: { readonly default?: unknown; readonly handler?: unknown }): string {
  try {
    const found = module.default ?? module.handler
    if (typeof found !== 'function')
      return 'it exports no function: write `export default function (request, context)` or `export function handler(request, context)`'
    handler = found as Handler
    return ''
  } catch (error) {
    return `its exports cannot be read (await stands at its top level?): ${described(error)}`
  }
}

/** Begins a call. What an earlier one has left behind is forgotten: its timers and requests never come back to it. */
export function enter(requestJson: string, callJson: string): void {
  beganMs = now()
  call++
  out = ''
  lines = 0
  logged = 0
  timers = byId()
  timerCount = 0
  wanted = byId()
  fetches = 0
  try {
    const given = parse(callJson) as {
      requestId: string
      environment: unknown
      about: string
      timeoutMs: number
      seed: number[]
    }
    const { options, snapshot } = parse(given.about) as { options: unknown; snapshot: unknown }
    const request = parse(requestJson) as { messageId?: unknown } | null
    reseed(given.seed)
    const endsMs = beganMs + given.timeoutMs
    void run(call, request, {
      requestId: given.requestId,
      messageId: typeof request?.messageId === 'string' ? request.messageId : null,
      environment: given.environment,
      options,
      snapshot,
      remainingMs: () => {
        const left = endsMs - now()
        return left > 0 ? left : 0
      },
    })
  } catch (error) {
    tell(`["threw",${stringify(described(error))}]`)
  }
}

async function run(current: number, request: unknown, context: unknown): Promise<void> {
  let ended: string
  try {
    const text = stringify(await handler!(request, context)) as string | undefined
    if (text !== undefined && text.length > MOST_VALUE_LENGTH)
      ended = '["threw","what it returned is longer than 64 KiB"]'
    else ended = `["returned",${text === undefined ? 'null' : stringify(text)}]`
  } catch (error) {
    ended = `["threw",${stringify(described(error))}]`
  }
  if (current === call) tell(ended)
}

/** Runs the timer whose time has come first, if there is one. */
export function wake(): void {
  const first = earliest()
  if (first === 0 || timers[first]!.dueMs > now()) return
  const { act, args } = timers[first]!
  delete timers[first]
  timerCount--
  try {
    apply(act, undefined, args)
  } catch (error) {
    tell(`["threw",${stringify(described(error))}]`)
  }
}

function earliest(): number {
  let first = 0
  for (const id in timers) if (first === 0 || timers[id]!.dueMs < timers[first]!.dueMs) first = toNumber(id)
  return first
}

/** What a request was answered. */
export function fetched(id: number, replyJson: string): void {
  const one = wanted[id]
  if (one === undefined) return
  delete wanted[id]
  const reply = parse(replyJson) as Reply
  if (reply.error === null) one.resolve(responseOf(reply))
  else one.reject(new NewTypeError(`fetch failed: ${reply.error}`))
}

/** What is to be told since the last time, and in how many milliseconds the next timer is due (-1: there is none). */
export function take(): string {
  const first = earliest()
  const left = first === 0 ? -1 : timers[first]!.dueMs - now()
  const text = `[${first === 0 ? -1 : left > 0 ? left : 0}${out === '' ? '' : `,${out}`}]`
  out = ''
  return text
}

/** A line that the host adds. */
export function remark(level: string, text: string): void {
  note(level, text)
}
