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
   * and the network's own error when it is not reached; nothing is repeated.
   */
  call<K extends keyof Routes>(route: K, given?: Given<K>): Promise<Routes[K]['answer']>
}

/** `endpoint` is the server's address, e.g. `http://127.0.0.1:4180`. */
export function createClient(options: {
  readonly endpoint: string
  readonly accessKeyId: string
  readonly accessKeySecret: string
}): Client {
  const base = new URL(options.endpoint)
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
      const text = body === undefined ? undefined : JSON.stringify(body)
      const headers: [string, string][] = [
        ['host', base.host],
        ...(text === undefined ? [] : [['content-type', 'application/json'] as [string, string]]),
      ]
      const signed = signV3({
        method,
        path,
        query: pairs,
        headers,
        body: text,
        accessKeyId: options.accessKeyId,
        secret: options.accessKeySecret,
        nowMs: Date.now(),
        nonce: randomUUID(),
      })
      const url = new URL(pairs.length > 0 ? `${path}?${encodeQuery(pairs)}` : path, base)
      const response = await fetch(url, {
        method,
        headers: Object.fromEntries([...headers.filter(([name]) => name !== 'host'), ...signed]),
        body: text,
        redirect: 'error',
      })
      const answer = response.status === 204 ? undefined : await response.json()
      if (!response.ok) throw new HoldpointError(answer as Problem)
      return answer as never
    },
  }
}
