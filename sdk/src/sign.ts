/**
 * Signing a request with an AccessKey pair: the scheme ACS3-HMAC-SHA256, which the DataWorks dialect and the native API
 * both verify. For Node only. Nothing is sent here; the caller adds the returned headers to its request and sends path,
 * query and body exactly as they were signed.
 */
import { createHash, createHmac } from 'node:crypto'

export type SignRequest = {
  /** In capitals. */
  readonly method: string
  /** As it goes onto the wire: percent-encoded, without the query. */
  readonly path: string
  /** Not encoded yet; send it as `encodeQuery` writes it. */
  readonly query?: ReadonlyArray<readonly [name: string, value: string]>
  /**
   * The headers of the request. `host`, `content-type` and all that begin with `x-acs-` are signed; the others are left
   * to proxies, which like to rewrite them. Characters beyond U+00FF cannot be sent in a header and are refused.
   */
  readonly headers?: ReadonlyArray<readonly [name: string, value: string]>
  readonly body?: string | Uint8Array
  readonly accessKeyId: string
  readonly secret: string
  readonly securityToken?: string
  /** The time of signing; it may differ from the server's clock by 15 minutes at most. */
  readonly nowMs: number
  /** Never used before with this key: every attempt to send is signed with a new one. */
  readonly nonce: string
}

const ALGORITHM = 'ACS3-HMAC-SHA256'

/** The headers to add to the request, `authorization` among them. */
export function signV3(request: SignRequest): readonly (readonly [name: string, value: string])[] {
  if (!/^[\x21-\x7e]*$/.test(request.path)) throw new TypeError('The path must be percent-encoded.')
  const contentSha256 = createHash('sha256')
    .update(request.body ?? '')
    .digest('hex')
  const added: (readonly [string, string])[] = [
    ['x-acs-date', new Date(request.nowMs).toISOString().replace(/\.\d+Z$/, 'Z')],
    ['x-acs-signature-nonce', request.nonce],
    ['x-acs-content-sha256', contentSha256],
  ]
  if (request.securityToken) added.push(['x-acs-security-token', request.securityToken])

  const signed = signedHeaders([...(request.headers ?? []), ...added])
  const names = [...signed.keys()].join(';')
  const lines = [...signed].map(([name, values]) => `${name}:${values.toSorted().join(',')}\n`).join('')
  const query = encodeQuery((request.query ?? []).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
  const canonicalRequest = [request.method, request.path || '/', query, lines, names, contentSha256].join('\n')
  // A header goes onto the wire as one byte per character, and everything else here is ASCII.
  const digest = createHash('sha256').update(canonicalRequest, 'latin1').digest('hex')
  const signature = createHmac('sha256', request.secret).update(`${ALGORITHM}\n${digest}`).digest('hex')
  return [
    ...added,
    ['authorization', `${ALGORITHM} Credential=${request.accessKeyId},SignedHeaders=${names},Signature=${signature}`],
  ]
}

/** The query as it is signed and sent, in the given order: percent-encoded by RFC 3986, a space as `%20`. */
export function encodeQuery(query: ReadonlyArray<readonly [name: string, value: string]>): string {
  return query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')
}

function signedHeaders(headers: ReadonlyArray<readonly [string, string]>): ReadonlyMap<string, readonly string[]> {
  const byName = new Map<string, string[]>()
  for (const [givenName, value] of headers) {
    const name = givenName.toLowerCase()
    if (name !== 'host' && name !== 'content-type' && !name.startsWith('x-acs-')) continue
    if (!SENDABLE.test(value)) throw new TypeError(`Header ${name} has a character that cannot be sent.`)
    byName.set(name, [...(byName.get(name) ?? []), value.replace(OUTER_SPACES, '')])
  }
  return new Map([...byName].sort(([a], [b]) => (a < b ? -1 : 1)))
}

const OUTER_SPACES = /^[ \t]+|[ \t]+$/g
const SENDABLE = /^[\t\x20-\x7e\x80-\xff]*$/

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}
