import { loadRefusals } from '../text/index.ts'
import type { Problem } from './shapes.ts'

/** One page of a list; `nextCursor` is null on the last. */
export type Page<T> = { readonly items: readonly T[]; readonly nextCursor: string | null }

/** What a list or a filter asks for; what is undefined or empty is left out of the address. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** The server's own refusal or fault, as problem details. */
export class ProblemError extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.name = 'ProblemError'
    this.problem = problem
  }
}

/** No answer came: the server is down, restarting or out of reach. */
export class UnreachableError extends Error {
  constructor(cause: unknown) {
    super('The server does not answer.', { cause })
    this.name = 'UnreachableError'
  }
}

let serverAheadMs = 0
let answeredAtMs = Date.now()

/** When the server last answered anything but a fault of its own: what is shown is not newer than that. */
export const lastAnswerAtMs = (): number => answeredAtMs

/** The server's time, as far as its answers tell (whole seconds): elapsed and remaining times are reckoned on its clock, not on this one's. */
export function serverNow(): number {
  return Date.now() + serverAheadMs
}

export async function request<T>(method: string, path: string, body?: unknown, query: Query = {}): Promise<T> {
  const response = await fetch(addressOf(path, query), {
    method,
    credentials: 'same-origin',
    headers: method === 'GET' ? {} : { 'content-type': 'application/json', 'x-holdpoint-console': '1' },
    body: method === 'GET' ? null : JSON.stringify(body ?? {}),
  }).catch((cause: unknown) => {
    throw new UnreachableError(cause)
  })
  const date = Date.parse(response.headers.get('date') ?? '')
  // The header has whole seconds: what differs by less is not known to differ.
  if (!Number.isNaN(date)) serverAheadMs = Math.abs(date - Date.now()) < 2000 ? 0 : date - Date.now()
  if (response.status < 500) answeredAtMs = Date.now()
  if (response.status === 204) return undefined as T
  const text = await response.text()
  const answer = readJson(text)
  if (response.ok) return answer as T
  await loadRefusals()
  throw new ProblemError(isProblem(answer) ? answer : unexplained(response))
}

export const addressOf = (path: string, query: Query): string => `/api/v1${path}${searchOf(query)}`

function searchOf(query: Query): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(name, String(value))
  }
  return search.size > 0 ? `?${search}` : ''
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'detail' in value
}

/** Something between here and the server answered in its place. */
function unexplained(response: Response): Problem {
  return {
    type: 'about:blank',
    title: response.statusText,
    status: response.status,
    detail: `HTTP ${response.status} ${response.statusText}`.trim(),
    code: 'UNEXPLAINED',
    requestId: response.headers.get('x-request-id') ?? '',
  }
}
