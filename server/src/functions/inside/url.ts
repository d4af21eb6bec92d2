/**
 * URL and URLSearchParams for http, https, ws, wss and ftp as the URL standard parses them, but for host names that are not ASCII: those are written
 * in their xn-- form. Of other schemes the parts are kept as they are written. What is reached is decided elsewhere, on the server's own parsing.
 */

const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  'http:': '80',
  'https:': '443',
  'ws:': '80',
  'wss:': '443',
  'ftp:': '21',
}

type Parts = {
  protocol: string
  username: string
  password: string
  hostname: string
  port: string
  pathname: string
  search: string
  hash: string
}

/** As the standard has it: half of a pair without its other half is none. */
const textOf = (value: unknown) => String(value).toWellFormed()
const isSpecial = (protocol: string) => Object.hasOwn(DEFAULT_PORTS, protocol)
const badUrl = (text: string) =>
  Object.assign(new TypeError(`Invalid URL: ${text}`), { code: 'ERR_INVALID_URL', input: text })

/** Whatever is not printable ASCII, and these letters beside it, as percent signs and the hex of its bytes in UTF-8. */
function escaped(text: string, also: RegExp): string {
  return text.replace(/[^\x21-\x7e]+|[\s\S]/g, (part) => {
    if (part.length === 1 && part >= '!' && part <= '~' && !also.test(part)) return part
    return encodeURIComponent(part.toWellFormed()).replace(
      /[!'()*~_.-]|[A-Za-z0-9]/g,
      (one, at: number, whole: string) =>
        whole[at - 1] === '%' || whole[at - 2] === '%' || part.length > 1
          ? one
          : `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
    )
  })
}

const PATH = /["#<>?^`{}]/
const QUERY = /["#<>]/
const SPECIAL_QUERY = /["#<>']/
const FRAGMENT = /["<>`]/
const USER = /["#<>?^`{}/:;=@[\\\]|]/

function parseUrl(given: string, base: Parts | null): Parts {
  const text = given.replace(/^[\0-\x20]+|[\0-\x20]+$/g, '').replace(/[\t\n\r]/g, '')
  const [, scheme, afterScheme] = /^([A-Za-z][A-Za-z0-9+.-]*:)([\s\S]*)$/.exec(text) ?? [null, null, text]
  const protocol = scheme?.toLowerCase() ?? base?.protocol
  if (protocol === undefined) throw badUrl(given)
  const special = isSpecial(protocol)
  const [, beforeHash, hash] = /^([^#]*)(#[\s\S]*)?$/.exec(afterScheme!)!
  const [, place, search] = /^([^?]*)(\?[\s\S]*)?$/.exec(beforeHash!)!
  const path = special ? place!.replaceAll('\\', '/') : place!
  const tail = {
    search: escaped(search ?? '', special ? SPECIAL_QUERY : QUERY),
    hash: escaped(hash ?? '', FRAGMENT),
  }
  if (scheme !== null && !special && !path.startsWith('//'))
    return {
      protocol,
      username: '',
      password: '',
      hostname: '',
      port: '',
      pathname: path.startsWith('/') ? normal(path) : path,
      ...tail,
    }
  if (path.startsWith('//') || (scheme !== null && special)) {
    const [, authority, rest] = (special ? /^\/*([^/]*)([\s\S]*)$/ : /^\/\/([^/]*)([\s\S]*)$/).exec(path)!
    return {
      protocol,
      ...authorityOf(authority!, protocol, given),
      pathname: special || rest ? normal(rest || '/') : '',
      ...tail,
    }
  }
  if (base === null || (base.hostname === '' && !base.pathname.startsWith('/'))) throw badUrl(given)
  const { username, password, hostname, port } = base
  if (path === '') return { ...base, ...tail, search: search === undefined ? base.search : tail.search }
  const merged = path.startsWith('/') ? path : base.pathname.slice(0, base.pathname.lastIndexOf('/') + 1) + path
  return { protocol, username, password, hostname, port, pathname: normal(merged), ...tail }
}

function authorityOf(
  authority: string,
  protocol: string,
  given: string,
): Pick<Parts, 'username' | 'password' | 'hostname' | 'port'> {
  const at = authority.lastIndexOf('@')
  const [, user, password] = /^([^:]*):?([\s\S]*)$/.exec(at === -1 ? '' : authority.slice(0, at))!
  const [, host, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(authority.slice(at + 1)) ?? []
  if (host === undefined || (host === '' && isSpecial(protocol))) throw badUrl(given)
  return {
    username: escaped(user!, USER),
    password: escaped(password!, USER),
    hostname: hostOf(host, protocol, given),
    port: portOf(port ?? '', protocol, given),
  }
}

function portOf(text: string, protocol: string, given: string): string {
  if (text === '') return ''
  const number = Number(text)
  if (!/^\d+$/.test(text) || number > 65_535) throw badUrl(given)
  return String(number) === DEFAULT_PORTS[protocol] ? '' : String(number)
}

function hostOf(text: string, protocol: string, given: string): string {
  if (text.startsWith('[')) return `[${ipv6(text.slice(1, -1), given)}]`
  if (!isSpecial(protocol)) return text
  let host: string
  try {
    host = decodeURIComponent(text).toLowerCase()
  } catch {
    throw badUrl(given)
  }
  if (/[^\x21-\x7e]|["#%/:<>?@[\\\]^`{|}]/.test(host)) throw badUrl(given)
  const last = host.replace(/\.$/, '').split('.').at(-1)!
  return /^(\d+|0x[0-9a-f]*)$/.test(last) ? ipv4(host, given) : host
}

function ipv4(host: string, given: string): string {
  const numbers = host
    .replace(/\.$/, '')
    .split('.')
    .map((part) =>
      /^0x[0-9a-f]*$/.test(part)
        ? Number.parseInt(part.slice(2) || '0', 16)
        : /^0[0-7]*$/.test(part)
          ? Number.parseInt(part, 8)
          : /^\d+$/.test(part) && !/^0/.test(part)
            ? Number(part)
            : Number.NaN,
    )
  const last = numbers.pop()!
  if (numbers.length > 3 || numbers.some((one) => !(one <= 255)) || !(last < 256 ** (4 - numbers.length)))
    throw badUrl(given)
  const address = numbers.reduce((sum, one, at) => sum + one * 256 ** (3 - at), last)
  return [24, 16, 8, 0].map((by) => Math.floor(address / 2 ** by) % 256).join('.')
}

function ipv6(text: string, given: string): string {
  const dotted = /^(.*:)(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  const bytes = dotted?.slice(2).map(Number) ?? []
  if (bytes.some((one) => one > 255)) throw badUrl(given)
  const hex = (a: number, b: number) => (a * 256 + b).toString(16)
  const plain = dotted ? `${dotted[1]}${hex(bytes[0]!, bytes[1]!)}:${hex(bytes[2]!, bytes[3]!)}` : text
  const [head = '', rest, more] = plain.split('::')
  const words = (part: string | undefined) => (part === undefined || part === '' ? [] : part.split(':'))
  const missing = 8 - words(head).length - words(rest).length
  if (more !== undefined || (rest === undefined ? missing !== 0 : missing < 1)) throw badUrl(given)
  const all = [...words(head), ...Array(missing).fill('0'), ...words(rest)]
  if (!all.every((one) => /^[0-9a-f]{1,4}$/i.test(one))) throw badUrl(given)
  const short = all.map((one) => Number.parseInt(one, 16).toString(16)).join(':')
  const longest = (short.match(/\b0(:0)+\b/g) ?? []).reduce((best, run) => (run.length > best.length ? run : best), '')
  if (longest === '') return short
  const at = short.search(new RegExp(`(^|:)${longest}(:|$)`))
  const before = short.slice(0, at)
  const after = short.slice(at + (at === 0 && short.startsWith('0') ? 0 : 1) + longest.length)
  return `${before}::${after.replace(/^:/, '')}`
}

/** Without `.` and `..`, however they are written. */
function normal(path: string): string {
  const kept: string[] = []
  const segments = path.replace(/^\//, '').split('/')
  for (const [at, segment] of segments.entries()) {
    const plain = segment.replace(/%2e/gi, '.')
    const last = at === segments.length - 1
    if (plain === '..') kept.pop()
    if (plain === '..' || plain === '.') {
      if (last) kept.push('')
    } else kept.push(escaped(segment, PATH))
  }
  return `/${kept.join('/')}`
}

function written(parts: Parts): string {
  const { protocol, username, password, hostname, port, pathname, search, hash } = parts
  const secret = password === '' ? '' : `:${password}`
  const user = username === '' && secret === '' ? '' : `${username}${secret}@`
  const authority =
    hostname === '' && !isSpecial(protocol) ? '' : `//${user}${hostname}${port === '' ? '' : `:${port}`}`
  return `${protocol}${authority}${pathname}${search}${hash}`
}

export class URL {
  #parts: Parts
  #params: URLSearchParams | null = null

  constructor(text: unknown, base?: unknown) {
    this.#parts = parseUrl(String(text), base === undefined ? null : parseUrl(String(base), null))
  }

  static canParse(text: unknown, base?: unknown): boolean {
    return URL.parse(text, base) !== null
  }

  static parse(text: unknown, base?: unknown): URL | null {
    try {
      return new URL(text, base)
    } catch {
      return null
    }
  }

  /** What cannot be is not set, as everywhere. */
  #set(parts: Partial<Parts>): void {
    this.#parts = { ...this.#parts, ...parts }
    if (parts.search !== undefined) this.#params = null
  }

  #try(change: () => Partial<Parts>): void {
    try {
      this.#set(change())
    } catch {}
  }

  get href(): string {
    return written(this.#parts)
  }
  set href(text: unknown) {
    this.#set(parseUrl(String(text), null))
  }
  get origin(): string {
    const { protocol } = this.#parts
    return isSpecial(protocol) ? `${protocol}//${this.host}` : 'null'
  }
  get protocol(): string {
    return this.#parts.protocol
  }
  set protocol(text: unknown) {
    const protocol = String(text).toLowerCase().replace(/:?$/, ':')
    if (isSpecial(protocol) && isSpecial(this.#parts.protocol))
      this.#set({ protocol, port: this.#parts.port === DEFAULT_PORTS[protocol] ? '' : this.#parts.port })
  }
  get username(): string {
    return this.#parts.username
  }
  set username(text: unknown) {
    this.#set({ username: escaped(String(text), USER) })
  }
  get password(): string {
    return this.#parts.password
  }
  set password(text: unknown) {
    this.#set({ password: escaped(String(text), USER) })
  }
  get host(): string {
    const { hostname, port } = this.#parts
    return port === '' ? hostname : `${hostname}:${port}`
  }
  set host(text: unknown) {
    this.#try(() => {
      const { hostname, port } = authorityOf(
        String(text).replace(/[/?#@][\s\S]*$/, ''),
        this.#parts.protocol,
        String(text),
      )
      return { hostname, port: port || this.#parts.port }
    })
  }
  get hostname(): string {
    return this.#parts.hostname
  }
  set hostname(text: unknown) {
    this.#try(() => ({ hostname: authorityOf(String(text), this.#parts.protocol, String(text)).hostname }))
  }
  get port(): string {
    return this.#parts.port
  }
  set port(text: unknown) {
    this.#try(() => ({ port: portOf(String(text), this.#parts.protocol, String(text)) }))
  }
  get pathname(): string {
    return this.#parts.pathname
  }
  set pathname(text: unknown) {
    this.#set({ pathname: normal(String(text).replaceAll('\\', '/')) })
  }
  get search(): string {
    return this.#parts.search.length > 1 ? this.#parts.search : ''
  }
  set search(text: unknown) {
    const query = String(text).replace(/^\?/, '')
    this.#set({
      search: query === '' ? '' : `?${escaped(query, isSpecial(this.#parts.protocol) ? SPECIAL_QUERY : QUERY)}`,
    })
  }
  get hash(): string {
    return this.#parts.hash.length > 1 ? this.#parts.hash : ''
  }
  set hash(text: unknown) {
    const fragment = String(text).replace(/^#/, '')
    this.#set({ hash: fragment === '' ? '' : `#${escaped(fragment, FRAGMENT)}` })
  }
  get searchParams(): URLSearchParams {
    this.#params ??= new URLSearchParams(this.#parts.search, (query: string) => {
      this.#parts = { ...this.#parts, search: query === '' ? '' : `?${query}` }
    })
    return this.#params
  }
  toString(): string {
    return this.href
  }
  toJSON(): string {
    return this.href
  }
  get [Symbol.toStringTag](): string {
    return 'URL'
  }
}

const formEncoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()~]|%20/g, (one) =>
    one === '%20' ? '+' : `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )

function formDecoded(text: string): string {
  const plain = text.replaceAll('+', ' ')
  try {
    return decodeURIComponent(plain)
  } catch {
    return plain
  }
}

export class URLSearchParams {
  #pairs: [string, string][] = []
  readonly #changed: (query: string) => void

  constructor(given: unknown = '', changed: unknown = null) {
    this.#changed = typeof changed === 'function' ? (changed as (query: string) => void) : () => {}
    if (typeof given === 'object' && given !== null) {
      const pairs = Symbol.iterator in given ? [...(given as Iterable<[unknown, unknown]>)] : Object.entries(given)
      this.#pairs = pairs.map(([name, value]) => [textOf(name), textOf(value)])
      return
    }
    for (const part of textOf(given).replace(/^\?/, '').split('&')) {
      if (part === '') continue
      const at = part.indexOf('=')
      this.#pairs.push(
        at === -1 ? [formDecoded(part), ''] : [formDecoded(part.slice(0, at)), formDecoded(part.slice(at + 1))],
      )
    }
  }

  #change(pairs: [string, string][]): void {
    this.#pairs = pairs
    this.#changed(this.toString())
  }

  get size(): number {
    return this.#pairs.length
  }
  append(name: unknown, value: unknown): void {
    this.#change([...this.#pairs, [textOf(name), textOf(value)]])
  }
  delete(name: unknown, value?: unknown): void {
    this.#change(
      this.#pairs.filter(([key, one]) => key !== textOf(name) || (value !== undefined && one !== textOf(value))),
    )
  }
  get(name: unknown): string | null {
    return this.#pairs.find(([key]) => key === textOf(name))?.[1] ?? null
  }
  getAll(name: unknown): string[] {
    return this.#pairs.filter(([key]) => key === textOf(name)).map(([, value]) => value)
  }
  has(name: unknown, value?: unknown): boolean {
    return this.#pairs.some(([key, one]) => key === textOf(name) && (value === undefined || one === textOf(value)))
  }
  set(name: unknown, value: unknown): void {
    const first = this.#pairs.findIndex(([key]) => key === textOf(name))
    if (first === -1) {
      this.append(name, value)
      return
    }
    const others = this.#pairs.filter(([key], at) => key !== textOf(name) || at === first)
    this.#change(others.map((pair, at) => (at === first ? [textOf(name), textOf(value)] : pair)))
  }
  sort(): void {
    this.#change(this.#pairs.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
  }
  forEach(act: (value: string, name: string, params: URLSearchParams) => void): void {
    for (const [name, value] of this.#pairs) act(value, name, this)
  }
  *entries(): Generator<[string, string]> {
    for (const [name, value] of this.#pairs) yield [name, value]
  }
  *keys(): Generator<string> {
    for (const [name] of this.#pairs) yield name
  }
  *values(): Generator<string> {
    for (const [, value] of this.#pairs) yield value
  }
  [Symbol.iterator](): Generator<[string, string]> {
    return this.entries()
  }
  toString(): string {
    return this.#pairs.map(([name, value]) => `${formEncoded(name)}=${formEncoded(value)}`).join('&')
  }
  get [Symbol.toStringTag](): string {
    return 'URLSearchParams'
  }
}
