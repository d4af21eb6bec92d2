/** One attempt to hand a message to an HTTP(S) receiver, signed. It always answers, and never follows a redirect. */
import { Agent, request } from 'undici'
import { guardedConnector, type OutboundPolicy } from './guard.ts'
import type { Signer } from './signer.ts'
import type { Sender } from './target.ts'

/** The whole attempt, from connecting to the last byte of the answer. */
const ATTEMPT_TIMEOUT_MS = 15_000
const CONNECT_TIMEOUT_MS = 5_000
/** What is kept of an answer; the rest of it is not read. */
const ANSWER_LIMIT = 2_048

export function httpSender(policy: OutboundPolicy, sign: Signer, attemptTimeoutMs = ATTEMPT_TIMEOUT_MS): Sender {
  const newAgent = () =>
    new Agent({
      connect: guardedConnector(policy, CONNECT_TIMEOUT_MS),
      connections: null,
      pipelining: 1,
      headersTimeout: attemptTimeoutMs,
      bodyTimeout: attemptTimeoutMs,
      maxResponseSize: 1 << 20,
    })
  let agent = newAgent()
  return {
    async send(target, outgoing) {
      try {
        const signature = await sign(target, outgoing)
        const traced = outgoing.traceparent === null ? {} : { traceparent: outgoing.traceparent }
        const response = await request(target.endpoint, {
          dispatcher: agent,
          method: 'POST',
          headers: {
            'content-type': 'application/json;charset=utf-8',
            'user-agent': 'Holdpoint',
            ...signature,
            ...traced,
          },
          body: outgoing.envelope,
          signal: AbortSignal.timeout(attemptTimeoutMs),
        })
        const text = await firstOf(response.body)
        const accepted = response.statusCode >= 200 && response.statusCode < 300
        return {
          status: response.statusCode,
          error: accepted ? null : `answered ${response.statusCode}`,
          responseBody: text === '' ? null : text,
        }
      } catch (error) {
        return { status: null, error: reasonOf(error, attemptTimeoutMs), responseBody: null }
      }
    },
    cut() {
      void agent.destroy()
      agent = newAgent()
    },
    close: () => agent.destroy(),
  }
}

async function firstOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.length
    if (size > ANSWER_LIMIT) break
  }
  // NUL cannot be kept in PostgreSQL text.
  return Buffer.concat(chunks).subarray(0, ANSWER_LIMIT).toString('utf8').replaceAll('\u0000', '\ufffd')
}

function reasonOf(error: unknown, attemptTimeoutMs: number): string {
  const { name, code, message } = error as { name?: string; code?: string; message?: string }
  if (name === 'TimeoutError' || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT')
    return `no answer within ${attemptTimeoutMs / 1000} seconds`
  return (message ?? String(error)).slice(0, 500)
}
