/**
 * One attempt to hand a message to an HTTP(S) receiver, signed. It always answers, and never follows a redirect.
 *
 * Whatever the receiver does, the attempt ends in time and keeps little: of an answer its beginning, and the connection only if the answer ended well.
 * The limit in time is one for the whole attempt, from looking up the name to the last byte of the answer, and kept by one timer for all
 * attempts.
 */
import { Agent, type Dispatcher } from 'undici'
import { guardedConnector, type OutboundPolicy } from './guard.ts'
import type { Signer } from './signer.ts'
import { type AttemptResult, headersBeside, type Outgoing, type Sender, type Target } from './target.ts'

const ATTEMPT_TIMEOUT_MS = 15_000
const CONNECT_TIMEOUT_MS = 5_000
/** What is kept of an answer, and what is read of it at most. */
const ANSWER_LIMIT = 2_048
const MOST_READ = 1 << 20
const MOST_HEADER_BYTES = 16_384
/** A connection is kept for a moment: a receiver that ends it earlier is noticed. */
const KEPT_MS = 4_000
const MOST_CONNECTS_NOTED = 10_000

type Call = {
  readonly origin: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string
}
/** How a call ended; `unanswered` where the connection broke before any of the answer came. */
type Ended = { readonly result: AttemptResult; readonly unanswered: boolean }
type Running = { readonly untilMs: number; readonly giveUp: () => void }

export function httpSender(policy: OutboundPolicy, sign: Signer, attemptTimeoutMs = ATTEMPT_TIMEOUT_MS): Sender {
  /** How often each origin has been connected to: where that is as before, a call went over a connection that was there already. */
  const connects = new Map<string, number>()
  const guarded = guardedConnector(policy, Math.min(CONNECT_TIMEOUT_MS, attemptTimeoutMs))
  const connect: typeof guarded = (options, callback) => {
    const origin = `${options.protocol}//${options.host}`
    if (connects.size >= MOST_CONNECTS_NOTED) connects.clear()
    connects.set(origin, (connects.get(origin) ?? 0) + 1)
    guarded(options, callback)
  }
  const newAgent = (pipelining: 0 | 1) =>
    new Agent({
      connect,
      // As many as there are attempts: what bounds these is each target's limit, and no target waits for another at the same address.
      connections: null,
      pipelining,
      keepAliveTimeout: KEPT_MS,
      keepAliveMaxTimeout: KEPT_MS,
      maxHeaderSize: MOST_HEADER_BYTES,
      headersTimeout: 0,
      bodyTimeout: 0,
    })
  let agents = { keeping: newAgent(1), fresh: newAgent(0) }
  /** In the order in which their time ends. */
  const running = new Set<Running>()
  const timer = setInterval(
    () => {
      const nowMs = performance.now()
      for (const one of running) {
        if (one.untilMs > nowMs) break
        running.delete(one)
        one.giveUp()
      }
    },
    Math.max(10, attemptTimeoutMs / 60),
  )
  timer.unref()

  /** Runs the call until its answer has ended, the connection has failed, or it is given up. */
  function run(agent: Dispatcher, call: Call, attempt: { giveUp: (reason: string) => void }): Promise<Ended> {
    return new Promise((resolve) => {
      let controller: Dispatcher.DispatchController | null = null
      let status: number | null = null
      let retryAfterMs: number | undefined
      let over = false
      let size = 0
      const chunks: Buffer[] = []
      const end = (error: string | null, of: { status: number | null; unanswered?: boolean }) => {
        if (over) return
        over = true
        const text = textOf(chunks)
        resolve({
          result: {
            status: of.status,
            error,
            responseBody: text === '' ? null : text,
            ...(retryAfterMs !== undefined && { retryAfterMs }),
          },
          unanswered: of.unanswered ?? false,
        })
      }
      const stop = (error: string, of: { status: number | null }) => {
        end(error, of)
        controller?.abort(new Error(error))
      }
      attempt.giveUp = (reason) => stop(reason, { status: null })
      agent.dispatch(
        { ...call, method: 'POST' },
        {
          onRequestStart(given) {
            controller = given
            if (over) given.abort(new Error('it was given up'))
          },
          onResponseStart(_controller, code, headers) {
            if (code < 200) return
            status = code
            retryAfterMs = retryAfterOf(headers['retry-after'])
          },
          onResponseData(_controller, chunk) {
            if (size < ANSWER_LIMIT) chunks.push(chunk)
            size += chunk.length
            if (size > MOST_READ) stop('the answer is longer than 1 MiB', { status })
          },
          onResponseEnd() {
            end(status! >= 200 && status! < 300 ? null : `answered ${status}`, { status })
          },
          onResponseError(_controller, error) {
            end(reasonOf(error, status), { status: null, unanswered: status === null && isBrokenConnection(error) })
          },
        },
      )
    })
  }

  async function attempt(call: Call): Promise<AttemptResult> {
    const current = { giveUp: (_reason: string) => {} }
    const one: Running = {
      untilMs: performance.now() + attemptTimeoutMs,
      giveUp: () => current.giveUp(`no answer within ${attemptTimeoutMs / 1000} seconds`),
    }
    running.add(one)
    const before = connects.get(call.origin) ?? 0
    const used = agents
    let { result, unanswered } = await run(used.keeping, call, current)
    // A receiver may end a connection while nothing is asked over it, in the very moment in which something is. Nothing of this request was answered,
    // so it is asked once more at once, over a connection of its own.
    if (unanswered && before > 0 && connects.get(call.origin) === before && agents === used && running.has(one))
      result = (await run(used.fresh, call, current)).result
    running.delete(one)
    return result
  }

  return {
    async send(target, outgoing) {
      try {
        return await attempt(await callOf(target, outgoing, sign))
      } catch (error) {
        return { status: null, error: reasonOf(error, null), responseBody: null }
      }
    },
    cut() {
      const last = agents
      agents = { keeping: newAgent(1), fresh: newAgent(0) }
      void Promise.all([last.keeping.destroy(), last.fresh.destroy()])
    },
    async close() {
      clearInterval(timer)
      await Promise.all([agents.keeping.destroy(), agents.fresh.destroy()])
    },
  }
}

/** A target that has not changed stays the same object. */
const addresses = new WeakMap<Target, { readonly origin: string; readonly path: string }>()

async function callOf(target: Target, outgoing: Outgoing, sign: Signer): Promise<Call> {
  let address = addresses.get(target)
  if (address === undefined) {
    const url = new URL(target.endpoint)
    address = { origin: url.origin, path: url.pathname + url.search }
    addresses.set(target, address)
  }
  return {
    ...address,
    headers: {
      'content-type': 'application/json;charset=utf-8',
      'user-agent': 'Holdpoint',
      ...(await sign(target, outgoing)),
      ...headersBeside(outgoing),
    },
    body: outgoing.envelope,
  }
}

function textOf(chunks: readonly Buffer[]): string {
  if (chunks.length === 0) return ''
  return Buffer.concat(chunks).subarray(0, ANSWER_LIMIT).toString('utf8')
}

/** Seconds, or an instant; anything else says nothing. */
function retryAfterOf(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string') return undefined
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isFinite(ms) && ms > 0 ? ms : undefined
}

type Failure = { readonly code?: string; readonly message?: string; readonly errors?: readonly unknown[] }

const isBrokenConnection = (error: unknown) =>
  ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes((error as Failure).code ?? '')

/** What to mend, in one sentence. */
function reasonOf(error: unknown, status: number | null): string {
  const { code = '', message = '', errors } = error as Failure
  // A name with several addresses fails with one error for each of them.
  if (message === '' && errors?.[0] !== undefined) return reasonOf(errors[0], status)
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return 'the headers of its answer are too long'
  if (isBrokenConnection(error))
    return `${status === null ? 'it ended the connection without an answer' : 'it ended the connection in the middle of its answer'} (${message})`
  if (/CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(code))
    return `its certificate is not trusted: ${message}`.slice(0, 500)
  return (message || String(error)).slice(0, 500)
}
