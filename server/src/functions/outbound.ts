/**
 * `fetch` of a function, done by the server: to the hosts that its version names, and of these only to addresses that deliveries may go to. The
 * addresses are judged after DNS, for every connection; redirects are handed to the function, not followed.
 */
import { Agent } from 'undici'
import { guardedConnector, type OutboundPolicy } from '../openevent/guard.ts'

export const MOST_FETCHES = 20
const MOST_REQUEST_LENGTH = 262_144
const MOST_RESPONSE_BYTES = 1_048_576
const MOST_HEADERS = 64
const CONNECT_TIMEOUT_MS = 5_000
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
/** What belongs to the connection, not to the request. */
const OWN_HEADERS =
  /^(host|connection|keep-alive|content-length|transfer-encoding|te|trailer|upgrade|expect|proxy-.*|accept-encoding)$/

export type Outbound = {
  /** Answers the text that the function's side makes its response of; never throws. */
  send(requestText: string, allowedHosts: readonly string[], signal: AbortSignal): Promise<string>
  close(): Promise<void>
}

type Wanted = {
  readonly url: URL
  readonly method: string
  readonly headers: Record<string, string>
  readonly body: string | null
}

/** With no policy nothing is reached. */
export function outboundFetch(policy: OutboundPolicy | null): Outbound {
  const agent =
    policy === null
      ? null
      : new Agent({
          connect: guardedConnector(policy, CONNECT_TIMEOUT_MS),
          maxHeaderSize: 16_384,
          maxResponseSize: MOST_RESPONSE_BYTES,
          // The invocation's own time ends them.
          headersTimeout: 0,
          bodyTimeout: 0,
        })
  return {
    async send(requestText, allowedHosts, signal) {
      try {
        const { url, method, headers, body } = read(requestText)
        if (!allowedHosts.some((one) => allows(one, url)))
          return failed(`${url.host} is not among the hosts that this function may reach`)
        if (agent === null) return failed('nothing is reached from here')
        const answer = await agent.request({
          origin: url.origin,
          path: url.pathname + url.search,
          method: method as 'GET',
          headers,
          body,
          signal,
        })
        const text = await answer.body.text()
        return JSON.stringify({
          error: null,
          url: url.href,
          status: answer.statusCode,
          headers: Object.entries(answer.headers).flatMap(([name, value]) =>
            value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
          ),
          body: text,
        })
      } catch (error) {
        return failed(reasonOf(error))
      }
    },
    close: async () => await agent?.destroy(),
  }
}

const failed = (error: string) => JSON.stringify({ error })

class RequestError extends Error {}

/** The text comes from a host, which may say anything. */
function read(text: string): Wanted {
  if (text.length > MOST_REQUEST_LENGTH)
    throw new RequestError(`a request is at most ${MOST_REQUEST_LENGTH} characters long`)
  const given = JSON.parse(text) as Record<string, unknown>
  const url = URL.parse(String(given.url))
  if (url === null || !['http:', 'https:'].includes(url.protocol)) throw new RequestError('give an http or https URL')
  if (url.username !== '' || url.password !== '')
    throw new RequestError('a URL with a user name in it is not fetched; send a header')
  const method = String(given.method)
  if (!METHODS.has(method)) throw new RequestError('this method is not sent')
  const headers: Record<string, string> = { 'user-agent': 'Holdpoint' }
  const pairs = Array.isArray(given.headers) ? (given.headers as unknown[]) : []
  if (pairs.length > MOST_HEADERS) throw new RequestError(`a request has at most ${MOST_HEADERS} headers`)
  for (const pair of pairs) {
    const [name, value] = Array.isArray(pair) ? pair.map(String) : []
    if (name === undefined || value === undefined || OWN_HEADERS.test(name.toLowerCase())) continue
    headers[name.toLowerCase()] = value
  }
  const body = typeof given.body === 'string' ? given.body : null
  if (body !== null && (method === 'GET' || method === 'HEAD'))
    throw new RequestError(`a ${method} request has no body`)
  return { url, method, headers, body }
}

/** `host`, `*.domain`, each with `:port` or meant for the scheme's own port. */
export function allows(entry: string, url: URL): boolean {
  const [, host, port = ''] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(entry.trim().toLowerCase()) ?? []
  if (host === undefined) return false
  const own = url.protocol === 'https:' ? '443' : '80'
  if ((port || own) !== (url.port || own)) return false
  const name = url.hostname.replace(/\.$/, '')
  return host.startsWith('*.') ? name.endsWith(host.slice(1)) && name.length > host.length - 1 : name === host
}

function reasonOf(error: unknown): string {
  const { code = '', message = '', errors } = error as { code?: string; message?: string; errors?: readonly unknown[] }
  if (message === '' && errors?.[0] !== undefined) return reasonOf(errors[0])
  if (error instanceof RequestError || code === 'ERR_ADDRESS_REFUSED') return message
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return `the answer is longer than ${MOST_RESPONSE_BYTES} bytes`
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return 'the headers of the answer are too long'
  if ((error as Error).name === 'AbortError') return 'the function has ended'
  // Not cut: half a secret would not be recognised as one when secrets are hidden from what is kept.
  return message
}
