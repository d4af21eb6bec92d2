// Requests of the dialect byte for byte: signed as the rules are published, then sent as they stand, so that a test may spoil any part of one.
import { createHmac, randomUUID } from 'node:crypto'
import { type Agent, type IncomingHttpHeaders, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { encodeQuery, signV3 } from '../../sdk/src/sign.ts'

export type Key = { readonly id: string; readonly secret: string }

export type Raw = {
  readonly method: string
  /** Path and query as they go onto the wire. */
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body?: string | Buffer
  /** In several pieces, whose length nobody tells beforehand. */
  readonly chunked?: boolean
}

export type Answered = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: answers as they arrive; the tests say what must be in them
  readonly body: any
}

export type Parameters = Readonly<Record<string, string | number>>

/** How to sign and where to put the parameters, where it differs from what most clients do. */
export type How = {
  readonly method?: string
  readonly place?: 'query' | 'form'
  readonly version?: string
  readonly atMs?: number
  readonly nonce?: string
}

export const FORM = ['content-type', 'application/x-www-form-urlencoded'] as const

const pairsOf = (parameters: Parameters) =>
  Object.entries(parameters).map(([name, value]) => [name, String(value)] as const)
export const instant = (atMs: number) => new Date(atMs).toISOString().replace(/\.\d+/, '')

/** Signature version 1.0: HMAC-SHA1 over all parameters. Common parameters given among the others replace those made up here. */
export function signedV1(key: Key, action: string, parameters: Parameters = {}, how: How = {}): Raw {
  const { method = 'POST', place = 'query', version = '2020-05-18', atMs = Date.now(), nonce = randomUUID() } = how
  const all = pairsOf({
    Action: action,
    Version: version,
    Format: 'JSON',
    AccessKeyId: key.id,
    SignatureMethod: 'HMAC-SHA1',
    SignatureVersion: '1.0',
    SignatureNonce: nonce,
    Timestamp: instant(atMs),
    ...parameters,
  })
  const sorted = encodeQuery(all.toSorted(([a], [b]) => (a < b ? -1 : 1)))
  const stringToSign = `${method}&%2F&${encodeQuery([['', sorted]]).slice(1)}`
  const Signature = createHmac('sha1', `${key.secret}&`).update(stringToSign).digest('base64')
  const encoded = encodeQuery([...all, ['Signature', Signature]])
  return place === 'query'
    ? { method, target: `/?${encoded}`, headers: [] }
    : { method, target: '/', headers: [FORM], body: encoded }
}

/** ACS3-HMAC-SHA256. `host` is the server's address as the client knows it. */
export function signedV3(host: string, key: Key, action: string, parameters: Parameters = {}, how: How = {}): Raw {
  const { method = 'POST', place = 'query', version = '2020-05-18', atMs = Date.now(), nonce = randomUUID() } = how
  const pairs = pairsOf(parameters)
  const query = place === 'query' ? pairs : []
  const body = place === 'form' ? encodeQuery(pairs) : undefined
  const headers = [
    ['host', host],
    ['x-acs-action', action],
    ['x-acs-version', version],
    ...(body === undefined ? [] : [FORM]),
  ] as const
  const added = signV3({
    method,
    path: '/',
    query,
    headers,
    body,
    accessKeyId: key.id,
    secret: key.secret,
    nowMs: atMs,
    nonce,
  })
  const target = query.length === 0 ? '/' : `/?${encodeQuery(query)}`
  return { method, target, headers: [...headers, ...added], ...(body !== undefined && { body }) }
}

/** On a connection of its own, unless an agent keeps some. `host` is added where the request names none. */
export async function send(port: number, raw: Raw, agent: Agent | false = false): Promise<Answered> {
  const { method, target, body = '', chunked = false } = raw
  const named = new Set(raw.headers.map(([name]) => name.toLowerCase()))
  const bytes = Buffer.from(body)
  const headers = [
    ...(named.has('host') ? [] : [['host', `127.0.0.1:${port}`] as const]),
    ...raw.headers,
    ...(chunked || named.has('content-length') || bytes.length === 0
      ? []
      : [['content-length', `${bytes.length}`] as const]),
    ...(chunked ? [['transfer-encoding', 'chunked'] as const] : []),
  ]
  return await new Promise((resolve, reject) => {
    const out = request({ port, host: '127.0.0.1', method, path: target, headers: headers.flat(), agent })
    out.on('error', reject)
    out.on('response', async (response) => {
      const content = await text(response)
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        text: content,
        body:
          response.headers['content-type']?.startsWith('application/json') && content !== ''
            ? JSON.parse(content)
            : null,
      })
    })
    const half = Math.floor(bytes.length / 2)
    if (chunked && bytes.length > 0) out.write(bytes.subarray(0, half))
    out.end(chunked ? bytes.subarray(half) : bytes)
  })
}

// The same request with something changed after it was signed.

export const replaced = (raw: Raw, pattern: string | RegExp, by: string): Raw => {
  const target = raw.target.replace(pattern, by)
  if (target === raw.target) throw new Error(`${pattern} is not in ${raw.target}`)
  return { ...raw, target }
}
export const withHeader = (raw: Raw, name: string, change: (value: string) => string): Raw => ({
  ...raw,
  headers: raw.headers.map(([given, value]) => [given, given === name ? change(value) : value]),
})
export const without = (raw: Raw, name: string): Raw => ({
  ...raw,
  headers: raw.headers.filter(([given]) => given !== name),
})
export const also = (raw: Raw, name: string, value: string): Raw => ({
  ...raw,
  headers: [...raw.headers, [name, value]],
})
