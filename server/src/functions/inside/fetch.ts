/** The function's side of `fetch`: a request becomes text for the server, and the server's text becomes a response. */

export type Reply =
  | {
      readonly error: null
      readonly url: string
      readonly status: number
      readonly headers: readonly (readonly [string, string])[]
      readonly body: string
    }
  | { readonly error: string }

export class Headers {
  readonly #byName = new Map<string, string>()

  constructor(given: unknown = {}) {
    const pairs = (
      given !== null && typeof given === 'object' && Symbol.iterator in given
        ? [...(given as Iterable<unknown>)]
        : Object.entries(given ?? {})
    ) as [unknown, unknown][]
    for (const [name, value] of pairs) this.append(name, value)
  }

  append(name: unknown, value: unknown): void {
    const before = this.get(name)
    this.set(name, before === null ? value : `${before}, ${value}`)
  }

  set(name: unknown, value: unknown): void {
    this.#byName.set(String(name).toLowerCase(), String(value).trim())
  }

  get(name: unknown): string | null {
    return this.#byName.get(String(name).toLowerCase()) ?? null
  }

  has(name: unknown): boolean {
    return this.#byName.has(String(name).toLowerCase())
  }

  delete(name: unknown): void {
    this.#byName.delete(String(name).toLowerCase())
  }

  forEach(act: (value: string, name: string, headers: Headers) => void): void {
    for (const [name, value] of this.#byName) act(value, name, this)
  }

  entries(): MapIterator<[string, string]> {
    return this.#byName.entries()
  }

  keys(): MapIterator<string> {
    return this.#byName.keys()
  }

  values(): MapIterator<string> {
    return this.#byName.values()
  }

  [Symbol.iterator](): MapIterator<[string, string]> {
    return this.#byName.entries()
  }
}

export function requestText(input: unknown, given: unknown): string {
  const init = (given ?? {}) as { method?: unknown; headers?: unknown; body?: unknown }
  const url = typeof input === 'object' && input !== null && 'href' in input ? String(input.href) : String(input)
  const body = init.body === undefined || init.body === null ? null : init.body
  if (
    body !== null &&
    typeof body !== 'string' &&
    !/^\[object (String|URLSearchParams)\]$/.test(Object.prototype.toString.call(body))
  )
    throw new TypeError('fetch sends text only: give the body as a string')
  const headers = new Headers(init.headers ?? {})
  if (body !== null && !headers.has('content-type'))
    headers.set(
      'content-type',
      typeof body === 'string' ? 'text/plain;charset=UTF-8' : 'application/x-www-form-urlencoded;charset=UTF-8',
    )
  return JSON.stringify({
    url,
    method: String(init.method ?? 'GET').toUpperCase(),
    headers: [...headers],
    body: body === null ? null : String(body),
  })
}

class Response {
  readonly url: string
  readonly status: number
  readonly headers: Headers
  readonly redirected = false
  readonly #body: string

  constructor(reply: Extract<Reply, { error: null }>) {
    this.url = reply.url
    this.status = reply.status
    this.headers = new Headers(reply.headers)
    this.#body = reply.body
  }

  get ok(): boolean {
    return this.status >= 200 && this.status <= 299
  }

  async text(): Promise<string> {
    return this.#body
  }

  async json(): Promise<unknown> {
    return JSON.parse(this.#body)
  }
}

export const responseOf = (reply: Extract<Reply, { error: null }>): Response => new Response(reply)
