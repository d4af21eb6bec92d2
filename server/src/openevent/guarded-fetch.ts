/** One request at a time through the guard, for what is not a delivery: bounded in time and in what is read, and no redirect is followed. */
import { Agent, fetch } from 'undici'
import { guardedConnector, type OutboundPolicy } from './guard.ts'

const CONNECT_TIMEOUT_MS = 5_000
const MOST_BYTES = 1 << 20

export type GuardedFetch = (
  url: string,
  request: {
    readonly method: string
    readonly headers: Record<string, string>
    readonly body?: string | URLSearchParams | null
    readonly signal?: AbortSignal
  },
) => Promise<Response>

export function guardedFetch(policy: OutboundPolicy, timeoutMs: number): GuardedFetch {
  const dispatcher = new Agent({
    connect: guardedConnector(policy, CONNECT_TIMEOUT_MS),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: MOST_BYTES,
    pipelining: 0,
  })
  return async (url, { method, headers, body = null, signal = AbortSignal.timeout(timeoutMs) }) =>
    (await fetch(url, { method, headers, body, signal, redirect: 'manual', dispatcher })) as unknown as Response
}
