/** HTTP nodes: one request through the guard, judged by the status of its answer. */
import { Refusal } from '@holdpoint/core'
import type { OutboundPolicy } from '../openevent/guard.ts'
import { guardedFetch } from '../openevent/guarded-fetch.ts'
import { substituted } from './parameters.ts'
import type { Ended, Work } from './runner.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const MEMBERS = ['method', 'url', 'headers', 'body', 'expectedStatus']
const MOST_TIME_MS = 600_000
const MOST_SHOWN_CHARACTERS = 65_536
/** What belongs to the connection, not to the request. */
const OWN_HEADERS =
  /^(host|connection|keep-alive|content-length|transfer-encoding|te|trailer|upgrade|expect|proxy-.*)$/i

type Call = {
  readonly method: string
  readonly url: URL
  readonly headers: Record<string, string>
  readonly body: string | null
  readonly expected: (status: number) => boolean
}

export function httpRunner(outbound: OutboundPolicy) {
  const ask = guardedFetch(outbound, MOST_TIME_MS)
  return async (work: Work, io: { log(text: string): void; signal: AbortSignal }): Promise<Ended> => {
    const call = readCall(work)
    if (typeof call === 'string') return { ended: 'failed', reason: new Refusal('PROGRAM_NOT_RUN', { problem: call }) }
    const { method, url, headers, body, expected } = call
    io.log(`${method} ${url.href}\n`)
    try {
      const signal = AbortSignal.any([io.signal, AbortSignal.timeout(MOST_TIME_MS)])
      const response = await ask(url.href, { method, headers, body, signal })
      io.log(`${response.status} ${response.statusText}\n`)
      const text = await response.text()
      if (text !== '') io.log(`${shown(text)}\n`)
      if (expected(response.status)) return { ended: 'succeeded' }
      return failed(`it answered with the status ${response.status}`)
    } catch (error) {
      return io.signal.aborted ? { ended: 'stopped' } : failed(reasonOf(error))
    }
  }
}

/** What the content asks for, with its parameters filled in; or what is wrong with it. */
function readCall({ node, parameters }: Work): Call | string {
  let given: unknown
  try {
    given = JSON.parse(node.script?.content ?? '')
  } catch {
    return 'the content is no JSON'
  }
  if (!isObject(given)) return 'the content is no JSON object'
  const strange = Object.keys(given).find((name) => !MEMBERS.includes(name))
  if (strange !== undefined) return `the content has a member ${strange}, which means nothing`
  const fill = (text: string) => substituted(text, parameters)
  const method = typeof given.method === 'string' ? given.method.toUpperCase() : 'GET'
  if (!METHODS.includes(method)) return `the method ${method} is not sent`
  const url = typeof given.url === 'string' ? URL.parse(fill(given.url)) : null
  if (url === null || !/^https?:$/.test(url.protocol)) return 'the url is no http or https address'
  if (url.username !== '' || url.password !== '') return 'the url carries a password'
  const headers: Record<string, string> = { 'user-agent': 'Holdpoint' }
  if (given.headers !== undefined && !isObject(given.headers)) return 'the headers are no JSON object'
  for (const [name, value] of Object.entries(given.headers ?? {})) {
    if (typeof value !== 'string') return `the header ${name} is no text`
    if (OWN_HEADERS.test(name)) return `the header ${name} is not for a node to set`
    headers[name.toLowerCase()] = fill(value)
  }
  let body: string | null = null
  if (typeof given.body === 'string') body = fill(given.body)
  else if (given.body !== undefined && given.body !== null) {
    body = JSON.stringify(filled(given.body, fill))
    headers['content-type'] ??= 'application/json'
  }
  if (body !== null && (method === 'GET' || method === 'HEAD')) return `a ${method} request has no body`
  const statuses = [given.expectedStatus ?? []].flat()
  if (!statuses.every((one) => Number.isInteger(one))) return 'expectedStatus is a number or a list of numbers'
  const expected = (status: number) =>
    statuses.length === 0 ? status >= 200 && status < 300 : statuses.includes(status)
  return { method, url, headers, body, expected }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The same value with every text in it filled in. */
function filled(value: unknown, fill: (text: string) => string): unknown {
  if (typeof value === 'string') return fill(value)
  if (Array.isArray(value)) return value.map((one) => filled(one, fill))
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, filled(one, fill)]))
  return value
}

function shown(text: string): string {
  return text.length <= MOST_SHOWN_CHARACTERS ? text : `${text.slice(0, MOST_SHOWN_CHARACTERS)}\n… and more`
}

function reasonOf(error: unknown): string {
  const { cause = error, name } = error as { cause?: unknown; name?: string }
  const { code = '', message, errors } = cause as { code?: string; message?: string; errors?: readonly Error[] }
  if (name === 'TimeoutError') return `it did not answer within ${MOST_TIME_MS / 1000} seconds`
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return 'the answer is longer than 1 MiB'
  return message || errors?.[0]?.message || 'the request failed'
}

const failed = (problem: string): Ended => ({ ended: 'failed', reason: new Refusal('PROGRAM_FAILED', { problem }) })
