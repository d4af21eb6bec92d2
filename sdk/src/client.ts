/** The typed client of the native API, for programs: every request is signed with an AccessKey pair. */
import { randomUUID } from 'node:crypto'
import type { Problem, Routes } from './generated/api.ts'
import { encodeQuery, signV3 } from './sign.ts'

/** What the server refused, as problem details (RFC 9457); `code` is from the closed list in docs/openapi.json. */
export class HoldpointError extends Error {
  readonly status: number
  readonly code: string
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.name = 'HoldpointError'
    this.status = problem.status
    this.code = problem.code
    this.problem = problem
  }
}

type Given<K extends keyof Routes> = (Record<string, never> extends Routes[K]['params']
  ? { params?: Routes[K]['params'] }
  : { params: Routes[K]['params'] }) &
  (undefined extends Routes[K]['body'] ? { body?: Routes[K]['body'] } : { body: Routes[K]['body'] }) & {
    query?: Partial<Routes[K]['query']>
  }

export type Client = {
  /**
   * Calls one route, named as in docs/openapi.json, e.g. `GET /workspaces/{workspaceId}/nodes`. Throws a HoldpointError when the server refuses
   * or something between answers in its place (code `UNEXPLAINED`), and the network's own error when nothing answers; nothing is repeated.
   */
  call<K extends keyof Routes>(route: K, given?: Given<K>): Promise<Routes[K]['answer']>
  /** A signed GET of an answer that goes on, e.g. a stream of events; throws as `call` does. `path` is the part after /api/v1. */
  open(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Response>
}

/** `endpoint` is the server's address, e.g. `http://127.0.0.1:4180`. */
export function createClient(options: {
  readonly endpoint: string
  readonly accessKeyId: string
  readonly accessKeySecret: string
}): Client {
  const base = new URL(options.endpoint)

  async function send(
    method: string,
    path: string,
    query: readonly [string, string][],
    text: string | undefined,
    signal: AbortSignal | null,
  ): Promise<Response> {
    const headers: [string, string][] = [
      ['host', base.host],
      ...(text === undefined ? [] : [['content-type', 'application/json'] as [string, string]]),
    ]
    const signed = signV3({
      method,
      path,
      query,
      headers,
      body: text,
      accessKeyId: options.accessKeyId,
      secret: options.accessKeySecret,
      nowMs: Date.now(),
      nonce: randomUUID(),
    })
    const url = new URL(query.length > 0 ? `${path}?${encodeQuery(query)}` : path, base)
    return await fetch(url, {
      method,
      headers: Object.fromEntries([...headers.filter(([name]) => name !== 'host'), ...signed]),
      body: text,
      redirect: 'error',
      signal,
    })
  }

  return {
    async call(route, given) {
      const [method, template] = route.split(' ') as [string, string]
      const {
        params = {},
        query = {},
        body,
      } = (given ?? {}) as { params?: Record<string, unknown>; query?: Record<string, unknown>; body?: unknown }
      const path = `/api/v1${template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])))}`
      const pairs = Object.entries(query).flatMap(([name, value]): [string, string][] =>
        value === undefined ? [] : [[name, String(value)]],
      )
      const response = await send(method, path, pairs, body === undefined ? undefined : JSON.stringify(body), null)
      if (response.status === 204) return undefined as never
      const answer = readJson(await response.text())
      if (!response.ok) throw refusalOf(response, answer)
      if (answer === undefined) throw new HoldpointError(unexplained(response))
      return answer as never
    },
    async open(path, query, signal) {
      const response = await send('GET', `/api/v1${path}`, Object.entries(query), undefined, signal)
      if (!response.ok) throw refusalOf(response, readJson(await response.text()))
      return response
    },
  }
}

const refusalOf = (response: Response, answer: unknown) =>
  new HoldpointError(isProblem(answer) ? answer : unexplained(response))

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isProblem(answer: unknown): answer is Problem {
  return typeof answer === 'object' && answer !== null && 'code' in answer && 'detail' in answer && 'status' in answer
}

/** Something between here and the server, a proxy for example, has answered in its place. */
function unexplained({ status, statusText, headers }: Response): Problem {
  const what = `HTTP ${status} ${statusText}`.trim()
  return {
    type: 'about:blank',
    title: 'Unexplained',
    status,
    detail: `${what}: not an answer of Holdpoint, but ${headers.get('content-type') ?? 'text of no type'}.`,
    code: 'UNEXPLAINED',
    requestId: headers.get('x-request-id') ?? '',
  }
}
