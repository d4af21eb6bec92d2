/**
 * A service that answers for an extension, so that its author writes the decision alone.
 *
 * It believes only what Holdpoint signed, acknowledges a message at once, handles it once however often it is delivered, and always returns a result: the
 * handler's, or the declared fallback where the handler throws, overruns its time or is not there. What is under way when it is closed is answered first.
 * A message that was acknowledged lives in this process: if the process is killed before it has answered, the check waits until the message is
 * delivered again by hand, or expires.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CallbackSettings, returnVerdict, type Verdict } from './callback.ts'
import { certificatesOf, verifyEventBridge } from './eventbridge.ts'
import { CALLBACKS } from './generated/callbacks.ts'
import { headerOf, type ReceivedHeaders, SignatureError } from './signature-error.ts'
import { verifyWebhook } from './webhook.ts'

export type { Verdict } from './callback.ts'

export type ExtensionEvent = {
  /** The message's id. */
  readonly id: string
  /** On the bus, e.g. `dataworks:NodeChange:FreezeNode`. */
  readonly type: string
  readonly eventCode: string
  /** True while the operation waits for the answer; an event that is only told takes none. */
  readonly blockBusiness: boolean
  readonly data: Readonly<Record<string, unknown>>
}

export type HandlerContext = {
  /** Aborted when the time is over and the fallback has been returned. */
  readonly signal: AbortSignal
  /** Somebody tries an extension under test: nothing happens whatever the verdict, so nothing else is to be done about it either. */
  readonly trial: boolean
}

export type Handler = (
  event: ExtensionEvent,
  context: HandlerContext,
) => Verdict | undefined | Promise<Verdict | undefined>

export type ExtensionSettings = CallbackSettings & {
  /** The target's signing secrets: two while one replaces the other. */
  readonly secrets?: string | readonly string[]
  /** Believes EventBridge's signatures instead: `url` is the address of the target as it was entered, `holdpointUrl` where certificates lie. */
  readonly eventBridge?: { readonly url: string; readonly holdpointUrl: string; readonly token?: string }
  /** By event code. */
  readonly handlers: Readonly<Record<string, Handler>>
  /** What is returned where a handler gives no result: it throws, overruns, or there is none for the event. */
  readonly fallback?: Verdict
  /** How long a handler may take. */
  readonly timeoutMs?: number
  /** Handlers at a time; others wait. */
  readonly mostConcurrent?: number
  /** Messages that wait at most; beyond that they are not accepted, and delivered again later. */
  readonly mostWaiting?: number
  /** Told what went wrong, and how it goes on. */
  readonly log?: (sentence: string) => void
}

export type Extension = {
  /** For node:http. */
  readonly listener: (request: IncomingMessage, response: ServerResponse) => void
  /** For everything that speaks the web's Request and Response. */
  fetch(request: Request): Promise<Response>
  listen(port: number, host?: string): Promise<{ readonly port: number }>
  /** Takes nothing more, answers what it has, and ends. After `graceMs` (30 seconds) the fallback is returned for what is still being decided. */
  close(graceMs?: number): Promise<void>
}

const MOST_BODY_BYTES = 1 << 20
const MOST_REMEMBERED = 10_000
const MESSAGE_LIFETIME_MS = 3 * 24 * 3600 * 1000

type Taken = { readonly event: ExtensionEvent; readonly trial: boolean }
type Answer = { readonly status: number; readonly text: string; readonly retryAfterSeconds?: number }

export function serveExtension(settings: ExtensionSettings): Extension {
  const {
    handlers,
    fallback = { result: 'FAIL', message: 'The extension could not decide.' },
    timeoutMs = 60_000,
    mostConcurrent = 16,
    mostWaiting = 1_000,
    log = (sentence) => console.error(sentence),
  } = settings
  if (settings.secrets === undefined && settings.eventBridge === undefined)
    throw new TypeError('Either secrets or eventBridge has to be given: nothing else says that a delivery is genuine.')
  const certificates = settings.eventBridge && certificatesOf(settings.eventBridge.holdpointUrl)

  /** Messages that are being handled, or were answered: the oldest are forgotten first. */
  const known = new Set<string>()
  const waiting: Taken[] = []
  const running = new Set<Promise<void>>()
  const closing = new AbortController()
  let closed = false

  async function verify(headers: ReceivedHeaders, body: string): Promise<void> {
    if (settings.secrets !== undefined) {
      verifyWebhook(headers, body, settings.secrets)
      return
    }
    const { url, token } = settings.eventBridge!
    verifyEventBridge(headers, body, {
      url,
      certificate: await certificates!(headers),
      ...(token !== undefined && { token }),
    })
  }

  async function take(headers: ReceivedHeaders, body: string): Promise<Answer> {
    try {
      await verify(headers, body)
    } catch (error) {
      if (!(error instanceof SignatureError)) throw error
      return { status: 401, text: error.message }
    }
    const event = readEvent(body)
    if (event === null) return { status: 400, text: 'This is no event.' }
    if (known.has(event.id)) return { status: 200, text: 'known' }
    if (closed || waiting.length >= mostWaiting) return { status: 503, text: 'not now', retryAfterSeconds: 1 }
    if (known.size >= MOST_REMEMBERED) known.delete(known.values().next().value!)
    known.add(event.id)
    waiting.push({ event, trial: headerOf(headers, 'holdpoint-trial') === 'true' })
    advance()
    return { status: 200, text: 'accepted' }
  }

  function advance(): void {
    while (running.size < mostConcurrent && waiting.length > 0) {
      const work = handle(waiting.shift()!).finally(() => {
        running.delete(work)
        advance()
      })
      running.add(work)
    }
  }

  async function handle({ event, trial }: Taken): Promise<void> {
    const verdict = await decide(event, trial)
    // Nobody waits for an answer to what is only told.
    if (!event.blockBusiness || !(event.eventCode in CALLBACKS)) return
    const asked = {
      messageId: event.id,
      eventCode: event.eventCode, // Holdpoint's own clock decides, and refuses a later one.
      expiresAtMs: Date.now() + MESSAGE_LIFETIME_MS,
    }
    const returned = await returnVerdict(settings, asked, verdict ?? fallback, (reason) =>
      log(`${event.id}: its result could not be returned (${reason}); trying again`),
    )
    if (returned.ended === 'returned') return
    log(`${event.id}: its result was not taken (${returned.code ?? 'the message has expired'})`)
  }

  /** The handler's verdict; undefined where it gave none. */
  async function decide(event: ExtensionEvent, trial: boolean): Promise<Verdict | undefined> {
    const handler = Object.hasOwn(handlers, event.eventCode) ? handlers[event.eventCode] : undefined
    if (handler === undefined) {
      if (event.blockBusiness) log(`${event.id}: there is no handler for ${event.eventCode}; the fallback is returned`)
      return undefined
    }
    const over = new AbortController()
    const timeUp = sleep(timeoutMs, 'overrun' as const, { signal: over.signal, ref: false }).catch(
      () => 'overrun' as const,
    )
    const stop = new Promise<'closed'>((resolve) => {
      if (closing.signal.aborted) resolve('closed')
      closing.signal.addEventListener('abort', () => resolve('closed'), { once: true, signal: over.signal })
    })
    const aborted = new AbortController()
    try {
      const verdict = await Promise.race([
        Promise.resolve(handler(event, { signal: aborted.signal, trial })),
        timeUp,
        stop,
      ])
      if (verdict === 'overrun' || verdict === 'closed') {
        log(
          `${event.id}: its handler ${verdict === 'overrun' ? `took longer than ${timeoutMs} ms` : 'was not ready when the service closed'}`,
        )
        return undefined
      }
      if (verdict === undefined && !event.blockBusiness) return undefined
      if (isVerdict(verdict)) return verdict
      log(`${event.id}: its handler returned no result: { result: 'OK' | 'WARN' | 'FAIL', message }`)
      return undefined
    } catch (error) {
      log(`${event.id}: its handler threw: ${error instanceof Error ? error.message : String(error)}`)
      return undefined
    } finally {
      aborted.abort()
      over.abort()
    }
  }

  const listener = (request: IncomingMessage, response: ServerResponse) => {
    read(request)
      .then((body) => (body === null ? { status: 413, text: 'too long' } : take(request.headers, body)))
      .catch((error): Answer => {
        log(`a delivery could not be taken: ${(error as Error).message}`)
        return { status: 500, text: 'fault' }
      })
      .then(({ status, text, retryAfterSeconds }: Answer) => {
        response.writeHead(status, {
          'content-type': 'text/plain; charset=utf-8',
          ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
        })
        response.end(text)
      })
  }
  const server = createServer(listener)

  return {
    listener,
    async fetch(request) {
      const body = await request.text()
      if (Buffer.byteLength(body) > MOST_BODY_BYTES) return new Response('too long', { status: 413 })
      const { status, text, retryAfterSeconds } = await take(request.headers, body)
      return new Response(text, {
        status,
        headers: retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
      })
    },
    listen: (port, host = '127.0.0.1') =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, host, () => resolve({ port: (server.address() as AddressInfo).port }))
      }),
    async close(graceMs = 30_000) {
      closed = true
      if (server.listening) {
        server.close()
        server.closeIdleConnections()
      }
      const timer = setTimeout(() => closing.abort(), graceMs)
      while (running.size > 0) await Promise.all(running)
      clearTimeout(timer)
      server.closeAllConnections()
    },
  }
}

function read(request: IncomingMessage): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= MOST_BODY_BYTES) chunks.push(chunk)
    })
    request.on('end', () => resolve(size > MOST_BODY_BYTES ? null : Buffer.concat(chunks).toString('utf8')))
    request.on('error', reject)
  })
}

function readEvent(body: string): ExtensionEvent | null {
  try {
    const { id, type, data } = JSON.parse(body)
    if (typeof id !== 'string' || typeof type !== 'string' || typeof data !== 'object' || data === null) return null
    if (typeof data.eventCode !== 'string') return null
    return { id, type, eventCode: data.eventCode, blockBusiness: data.blockBusiness === true, data }
  } catch {
    return null
  }
}

const isVerdict = (value: unknown): value is Verdict =>
  typeof value === 'object' &&
  value !== null &&
  ['OK', 'WARN', 'FAIL'].includes((value as Verdict).result) &&
  ['undefined', 'string'].includes(typeof (value as Verdict).message)
