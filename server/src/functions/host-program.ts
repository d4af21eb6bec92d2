/**
 * The program of a host process: runs functions of one tenant, each in an isolate of its own, as the server asks over standard input and output.
 *
 * It is given to Node as text, so that the process needs to read no file, and may read none. It holds no secret but those of the calls under
 * way. What it cannot end by itself it reports, and the server ends the process.
 */
import type { Context, Isolate, Module, Reference } from 'isolated-vm'
import { encodeFrame, frameReader } from './frames.ts'
import type { FromHost, ToHost } from './messages.ts'

type Ivm = typeof import('isolated-vm')
type Callable = Reference<(...given: (string | number)[]) => unknown>

/** One version of one function, loaded. It runs one call at a time. */
type Loaded = {
  readonly codeId: string
  readonly memoryMb: number
  readonly isolate: Isolate
  readonly context: Context
  readonly inside: Readonly<Record<'enter' | 'wake' | 'fetched' | 'take' | 'remark', Callable>>
  calls: number
  /** What its heap held after the last one. */
  bytes: number
}

type Begin = Extract<ToHost, { t: 'call' }>
type Call = {
  readonly id: number
  readonly endsMs: number
  readonly memoryMb: number
  loaded: Loaded | null
  /** Entries into the isolate follow each other. */
  steps: Promise<void>
  stepping: boolean
  timer: NodeJS.Timeout | null
  limit: NodeJS.Timeout | null
  cpuBefore: bigint
  /** It was ended from outside, because its time was over. */
  ended: boolean
  over: boolean
}

const MOST_IDLE = 48
const MOST_IDLE_BYTES = 96 * 1024 * 1024
const CALLS_PER_ISOLATE = 500
const KEPT_HEAP_SHARE = 0.5
const TAKE_TIMEOUT_MS = 2_000
/** How long after its time an isolate has to end what it is doing, before it counts as stuck. */
const GRACE_MS = 400
const WATCH_EVERY_MS = 50
/** Then another process takes over, long before the kernel's limits. */
const MOST_LOADS = 10_000
const MOST_PROCESSOR_MS = 900_000
const CHECK_TIMEOUT_MS = 2_000
const CHECK_MEMORY_MB = 64

const addon: { exports: { ivm?: Ivm } } = { exports: {} }
const sources = new Map<string, string>()
const idle: Loaded[] = []
const calls = new Map<number, Call>()
let prelude = ''
let overheadBytes = 0
let allowedBytes = 0
let loads = 0
let broken = false

process.dlopen(addon, process.argv.at(-1)!)
const ivm = addon.exports.ivm!

const tell = (message: FromHost) => void process.stdout.write(encodeFrame(message))

// The server has gone. An orderly exit would wait for isolates that do not end; and the first process of a namespace cannot be killed from inside, but
// it can fail.
function end(): void {
  process.kill(process.pid, 'SIGKILL')
  process.abort()
}
process.stdin.on('end', end)
process.stdin.on('error', end)
process.stdout.on('error', end)
process.stdin.on(
  'data',
  frameReader((frame) => take(frame as ToHost)),
)

function take(message: ToHost): void {
  if (message.t === 'start') {
    prelude = message.prelude
    overheadBytes = message.overheadBytes
    setInterval(watch, WATCH_EVERY_MS)
    void load('', 'export default () => 1', CHECK_MEMORY_MB, performance.now() + CHECK_TIMEOUT_MS).then(
      (loaded) => {
        dispose(loaded)
        tell({ t: 'ready' })
      },
      (error) => {
        tell({ t: 'broken', why: String(error) })
      },
    )
  } else if (message.t === 'source') sources.set(message.codeId, message.source)
  else if (message.t === 'forget') forget(message.codeId)
  else if (message.t === 'call') void begin(message)
  else if (message.t === 'fetched') fetched(message)
  else if (message.t === 'stop') stop(message.id)
  else void check(message)
}

function forget(codeId: string): void {
  sources.delete(codeId)
  for (const one of idle.filter((loaded) => loaded.codeId === codeId)) drop(one)
}

async function load(codeId: string, source: string, memoryMb: number, endsMs: number): Promise<Loaded> {
  loads++
  const isolate = new ivm.Isolate({ memoryLimit: memoryMb, onCatastrophicError: (why) => catastrophe(isolate, why) })
  // Whatever does not end by itself, parsing among it, ends here.
  const guard = setTimeout(() => dispose({ isolate }), Math.max(1, endsMs - performance.now()) + GRACE_MS)
  try {
    const context = await isolate.createContext()
    const refuse = (name: string): Module => {
      throw new Error(`a function cannot import anything, and it imports '${name}'`)
    }
    const own = await isolate.compileModule(prelude, { filename: 'inside' })
    await own.instantiate(context, refuse)
    await own.evaluate()
    const get = (name: string) => own.namespace.get(name, { reference: true }) as Promise<Callable>
    const [adopt, enter, wake, fetched, taking, remark] = await Promise.all(
      ['adopt', 'enter', 'wake', 'fetched', 'take', 'remark'].map(get),
    )
    const module = await isolate.compileModule(source, { filename: 'function.js' })
    await module.instantiate(context, refuse)
    const timeout = left(endsMs)
    await module.evaluate({ timeout })
    const problem = await adopt!.apply(undefined, [module.namespace.derefInto() as unknown as string], { timeout })
    if (typeof problem === 'string' && problem !== '') throw new Error(problem)
    const inside = { enter: enter!, wake: wake!, fetched: fetched!, take: taking!, remark: remark! }
    return { codeId, memoryMb, isolate, context, inside, calls: 0, bytes: 0 }
  } catch (error) {
    const lost = isDisposed(isolate)
    dispose({ isolate })
    throw lost && left(endsMs) > 1 ? new Error(OUT_OF_MEMORY) : error
  } finally {
    clearTimeout(guard)
  }
}

const OUT_OF_MEMORY = 'it needed more memory than it may use'
const TIMED_OUT = 'Script execution timed out.'

const left = (endsMs: number) => Math.max(1, Math.ceil(endsMs - performance.now()))

function isDisposed(isolate: Isolate): boolean {
  try {
    return isolate.isDisposed
  } catch {
    return true
  }
}

function dispose({ isolate }: { readonly isolate: Isolate }): void {
  try {
    isolate.dispose()
  } catch {
    // It has been already.
  }
}

function drop(loaded: Loaded): void {
  const at = idle.indexOf(loaded)
  if (at !== -1) idle.splice(at, 1)
  dispose(loaded)
}

async function begin(given: Begin): Promise<void> {
  const endsMs = performance.now() + given.timeoutMs
  const call: Call = {
    id: given.id,
    endsMs,
    memoryMb: given.memoryMb,
    loaded: null,
    steps: Promise.resolve(),
    stepping: true,
    timer: null,
    limit: setTimeout(() => expire(call), given.timeoutMs),
    cpuBefore: 0n,
    ended: false,
    over: false,
  }
  calls.set(call.id, call)
  const at = idle.findLastIndex((one) => one.codeId === given.codeId && one.memoryMb === given.memoryMb)
  try {
    call.loaded =
      at === -1
        ? await load(given.codeId, sources.get(given.codeId) ?? '', given.memoryMb, endsMs)
        : idle.splice(at, 1)[0]!
  } catch (error) {
    const text = messageOf(error)
    if (text === TIMED_OUT || left(endsMs) <= 1) finish(call, 'timed-out', null, 'it took too long to load')
    else if (text === OUT_OF_MEMORY) finish(call, 'out-of-memory', null, text)
    else finish(call, 'threw', null, `it does not load: ${text}`)
    return
  }
  if (call.over) {
    dispose(call.loaded)
    return
  }
  call.loaded.calls++
  call.cpuBefore = at === -1 ? 0n : call.loaded.isolate.cpuTime
  step(call, 'enter', [given.request, given.call])
}

/** Enters the isolate, and takes what it has to tell. */
function step(call: Call, name: 'enter' | 'wake' | 'fetched' | 'remark', given: (string | number)[]): void {
  if (call.timer !== null) clearTimeout(call.timer)
  call.timer = null
  call.steps = call.steps.then(async () => {
    const { loaded } = call
    if (call.over || loaded === null) return
    call.stepping = true
    const acting = loaded.inside[name].apply(undefined, given, { timeout: left(call.endsMs) }).then(
      () => null,
      (error: unknown) => messageOf(error),
    )
    const telling = loaded.inside.take.apply(undefined, [], { timeout: TAKE_TIMEOUT_MS }).then(
      (text) => (typeof text === 'string' ? text : null),
      () => null,
    )
    const problem = await acting
    const told = await telling
    call.stepping = false
    if (call.over) return
    const wakeMs = told === null ? -1 : act(call, told)
    if (call.over) return
    if (isDisposed(loaded.isolate)) {
      if (call.ended) finish(call, 'timed-out', null, null)
      else finish(call, 'out-of-memory', null, OUT_OF_MEMORY)
    } else if (problem === TIMED_OUT || performance.now() >= call.endsMs) expire(call)
    else if (problem !== null && name !== 'remark') {
      step(call, 'remark', ['error', `a promise was rejected and nothing handled it: ${problem}`])
    } else if (wakeMs >= 0) call.timer = setTimeout(() => step(call, 'wake', []), Math.max(1, wakeMs))
  })
}

type Told =
  | ['log', number, string, string, boolean]
  | ['cut']
  | ['fetch', number, string]
  | ['threw', string]
  | ['returned', string | null]

/** What an isolate has told; answers when it wants to be woken. */
function act(call: Call, told: string): number {
  let wakeMs = -1
  try {
    const [wake, ...all] = JSON.parse(told) as [number, ...Told[]]
    wakeMs = wake
    for (const one of all) {
      if (one[0] === 'log') tell({ t: 'log', id: call.id, atMs: one[1], level: one[2], text: one[3], cut: one[4] })
      else if (one[0] === 'cut') tell({ t: 'cut', id: call.id })
      else if (one[0] === 'fetch') tell({ t: 'fetch', id: call.id, fetchId: one[1], request: one[2] })
      else if (one[0] === 'returned') finish(call, 'returned', one[1], null)
      else if (/^RangeError: Array buffer allocation failed/.test(one[1])) finish(call, 'out-of-memory', null, one[1])
      else finish(call, 'threw', null, one[1])
      if (call.over) break
    }
  } catch {
    finish(call, 'threw', null, 'it told what cannot be read')
  }
  return wakeMs
}

function expire(call: Call): void {
  if (call.over) return
  if (!call.stepping) {
    finish(call, 'timed-out', null, null)
    return
  }
  // It has its own limit inside the isolate; only what does not hear of that is ended from outside.
  call.limit = setTimeout(() => {
    if (call.over) return
    call.ended = true
    if (call.loaded !== null) dispose(call.loaded)
    call.limit = setTimeout(() => {
      if (call.over) return
      finish(call, 'timed-out', null, null)
      isBroken('an isolate did not end')
    }, GRACE_MS)
  }, GRACE_MS)
}

type Ended = 'returned' | 'threw' | 'timed-out' | 'out-of-memory'

function finish(call: Call, ended: Ended, value: string | null, error: string | null): void {
  if (call.over) return
  call.over = true
  calls.delete(call.id)
  if (call.limit !== null) clearTimeout(call.limit)
  if (call.timer !== null) clearTimeout(call.timer)
  const { loaded } = call
  if (loaded === null) {
    tell({ t: 'done', id: call.id, ended, value, error, cpuMs: 0, memoryBytes: 0, isolates: idle.length + calls.size })
    return
  }
  const lost = isDisposed(loaded.isolate)
  const cpuMs = lost ? call.cpuBefore : Number(loaded.isolate.cpuTime - call.cpuBefore) / 1e6
  const done = (memoryBytes: number) =>
    tell({
      t: 'done',
      id: call.id,
      ended,
      value,
      error,
      cpuMs: Number(cpuMs),
      memoryBytes,
      isolates: idle.length + calls.size,
    })
  if (lost || ended === 'timed-out' || ended === 'out-of-memory') {
    dispose(loaded)
    done(ended === 'out-of-memory' ? loaded.memoryMb * 1024 * 1024 : 0)
    return
  }
  loaded.isolate.getHeapStatistics().then(
    (heap) => {
      const bytes = heap.used_heap_size + heap.externally_allocated_size
      loaded.bytes = bytes
      const worn = loaded.calls >= CALLS_PER_ISOLATE || bytes > loaded.memoryMb * 1024 * 1024 * KEPT_HEAP_SHARE
      if (worn || !sources.has(loaded.codeId)) dispose(loaded)
      else keep(loaded)
      done(bytes)
    },
    () => {
      dispose(loaded)
      done(0)
    },
  )
}

function keep(loaded: Loaded): void {
  idle.push(loaded)
  while (idle.length > MOST_IDLE || idle.reduce((sum, one) => sum + one.bytes, 0) > MOST_IDLE_BYTES) drop(idle[0]!)
}

function fetched({ id, fetchId, reply }: Extract<ToHost, { t: 'fetched' }>): void {
  const call = calls.get(id)
  if (call !== undefined) step(call, 'fetched', [fetchId, reply])
}

function stop(id: number): void {
  const call = calls.get(id)
  if (call !== undefined) finish(call, 'timed-out', null, null)
}

// The engine has lost an isolate for good: its thread stands still, and its memory comes back only with the end of the process.
function catastrophe(isolate: Isolate, why: string): void {
  const call = [...calls.values()].find((one) => one.loaded?.isolate === isolate)
  if (call !== undefined) {
    const memory = /memory/.test(why)
    call.loaded = null
    finish(call, memory ? 'out-of-memory' : 'timed-out', null, memory ? OUT_OF_MEMORY : null)
  }
  isBroken(why)
}

function watch(): void {
  if (broken) return
  const { user, system } = process.cpuUsage()
  const worn = loads > MOST_LOADS || (user + system) / 1000 > MOST_PROCESSOR_MS
  // The kernel tells the most that there ever was, so what was once allowed stays so.
  const asked = [...calls.values()].reduce((sum, call) => sum + call.memoryMb, 0)
  allowedBytes = Math.max(allowedBytes, overheadBytes + 2 * asked * 1024 * 1024)
  if (process.resourceUsage().maxRSS * 1024 > allowedBytes) isBroken('memory')
  else if (worn) isBroken('worn')
}

function isBroken(why: string): void {
  broken = true
  tell({ t: 'broken', why })
}

async function check({ id, source }: Extract<ToHost, { t: 'check' }>): Promise<void> {
  try {
    dispose(await load('', source, CHECK_MEMORY_MB, performance.now() + CHECK_TIMEOUT_MS))
    tell({ t: 'checked', id, problem: null })
  } catch (error) {
    tell({ t: 'checked', id, problem: messageOf(error) })
  }
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.slice(0, 2_048)
}
