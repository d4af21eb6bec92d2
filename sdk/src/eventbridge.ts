/**
 * Signatures as EventBridge makes them, for receivers that know it already.
 *
 * Version 1 is an HMAC-SHA1 whose secret travels along, encrypted with the private key of the installation, so everybody who has its certificate can
 * read it. So that a receiver cannot use what it was sent to deceive another one, the secret itself says for which address and until when
 * it is good; `verifyEventBridge` insists on both. Version 2 is an RSA signature (SHA-256) of the delivery itself.
 */
import {
  createHash,
  createHmac,
  createSecretKey,
  type KeyObject,
  privateEncrypt,
  publicDecrypt,
  sign,
  timingSafeEqual,
  verify,
  X509Certificate,
} from 'node:crypto'
import { headerOf, type ReceivedHeaders, refuseStale, requiredHeader, SignatureError } from './signature-error.ts'

const METHOD = 'HMAC-SHA1'
const HASH_METHOD = 'SHA256'
const VERSION = '1.0'
const TOLERANCE_MS = 60_000
const LONGEST_CERTIFICATE = 64 * 1024
const MOST_CERTIFICATES = 16
const CERTIFICATE_TIMEOUT_MS = 5_000

/** The headers that both versions sign, in the order in which they are signed. */
type Signed = {
  readonly timestampMs: number
  readonly certificateUrl: string
  /** A word that the owner of the target has chosen; null for none. */
  readonly token: string | null
}

/** An address as it stands in the signed text: with its path, without a fragment and without the port that goes without saying. */
export function signedUrl(address: string): string {
  const url = new URL(address)
  return `${url.protocol}//${url.host}${url.pathname}${url.search}`
}

/**
 * What is signed before the body: the address and the headers as `name: value`, each on its own line. Version 1 ends with a line feed after the body,
 * as the vendor's own verification does; version 2 ends with the body.
 */
function beforeBody(version: 1 | 2, url: string, { timestampMs, certificateUrl, token }: Signed): string {
  const method =
    version === 1 ? `x-eventbridge-signature-method: ${METHOD}` : `x-eventbridge-hash-method: ${HASH_METHOD}`
  const lastHeader = token === null ? '' : `x-eventbridge-signature-token: ${token}\n`
  return `${url}\nx-eventbridge-signature-timestamp: ${timestampMs}\n${method}\nx-eventbridge-signature-version: ${VERSION}\nx-eventbridge-signature-url: ${certificateUrl}\n${lastHeader}`
}

type Body = string | Uint8Array

const hmac = (key: KeyObject | string, url: string, signed: Signed, body: Body) =>
  createHmac('sha1', key)
    .update(beforeBody(1, url, signed))
    .update(body)
    .update('\n')
    .digest('base64')

const textOfV2 = (url: string, signed: Signed, body: Body) =>
  Buffer.concat([Buffer.from(beforeBody(2, url, signed)), Buffer.from(body)])

/** The secret of version 1 for one address and a few minutes, ready to sign with. */
export type TemporarySecret = {
  readonly key: KeyObject
  /** The value of `x-eventbridge-signature-secret`. */
  readonly encrypted: string
  readonly goodUntilMs: number
}

/** Costs one RSA operation; `random` is at least 24 letters that nobody can guess. */
export function temporarySecret(
  privateKey: KeyObject,
  url: string,
  goodUntilMs: number,
  random: string,
): TemporarySecret {
  const text = `${addressIn(url)}.${goodUntilMs}.${random}`
  return {
    key: createSecretKey(text, 'utf8'),
    encrypted: privateEncrypt(privateKey, Buffer.from(text)).toString('base64'),
    goodUntilMs,
  }
}

const addressIn = (url: string) => createHash('sha256').update(url).digest('base64url')

/** The headers of version 1: per delivery one HMAC. */
export function signEventBridge(
  secret: Pick<TemporarySecret, 'key' | 'encrypted'>,
  url: string,
  signed: Signed,
  body: Body,
): Record<string, string> {
  return {
    ...signedHeaders(signed),
    'x-eventbridge-signature-method': METHOD,
    'x-eventbridge-signature-secret': secret.encrypted,
    'x-eventbridge-signature': hmac(secret.key, url, signed, body),
  }
}

/** The headers of version 2: per delivery one RSA signature, made beside the main thread. */
export function signEventBridgeV2(
  privateKey: KeyObject,
  url: string,
  signed: Signed,
  body: Body,
): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    sign('sha256', textOfV2(url, signed, body), privateKey, (error, signature) => {
      if (error) reject(error)
      else
        resolve({
          ...signedHeaders(signed),
          'x-eventbridge-hash-method': HASH_METHOD,
          'x-eventbridge-signature-v2': signature.toString('base64'),
        })
    })
  })
}

const signedHeaders = ({ timestampMs, certificateUrl, token }: Signed): Record<string, string> => ({
  'x-eventbridge-signature-timestamp': String(timestampMs),
  'x-eventbridge-signature-version': VERSION,
  'x-eventbridge-signature-url': certificateUrl,
  ...(token === null ? {} : { 'x-eventbridge-signature-token': token }),
})

/**
 * Throws a SignatureError unless the delivery was signed for this address with the key of this certificate, at most `toleranceMs` (a minute) ago.
 * `url` is the address as the target has it, which behind a proxy is not the one the receiver sees; `certificate` is what `certificatesOf` read. Where
 * both versions are there, version 2 decides.
 */
export function verifyEventBridge(
  headers: ReceivedHeaders,
  rawBody: Body,
  given: {
    readonly url: string
    /** PEM. */
    readonly certificate: string
    /** The word that was chosen for the target, if there was one. */
    readonly token?: string
    readonly nowMs?: number
    readonly toleranceMs?: number
  },
): { readonly sentMs: number } {
  const { nowMs = Date.now(), toleranceMs = TOLERANCE_MS } = given
  const url = signedUrl(given.url)
  const timestamp = requiredHeader(headers, 'x-eventbridge-signature-timestamp')
  const version = requiredHeader(headers, 'x-eventbridge-signature-version')
  const certificateUrl = requiredHeader(headers, 'x-eventbridge-signature-url')
  if (!/^[1-9]\d{0,14}$/.test(timestamp) || version !== VERSION)
    throw new SignatureError('malformed', 'The time or the version of the signature is none that is known.')
  const sentMs = Number(timestamp)
  refuseStale(sentMs, nowMs, toleranceMs)
  const token = headerOf(headers, 'x-eventbridge-signature-token')
  if (given.token !== undefined && !sameText(token ?? '', given.token))
    throw new SignatureError('mismatch', 'The token of the delivery is not the one that was chosen.')
  const signed = { timestampMs: sentMs, certificateUrl, token }
  const { publicKey } = new X509Certificate(given.certificate)

  const signature2 = headerOf(headers, 'x-eventbridge-signature-v2')
  if (signature2 !== null) {
    if (requiredHeader(headers, 'x-eventbridge-hash-method') !== HASH_METHOD)
      throw new SignatureError('malformed', 'The delivery was signed with an unknown method.')
    if (!verify('sha256', textOfV2(url, signed, rawBody), publicKey, Buffer.from(signature2, 'base64')))
      throw new SignatureError('mismatch', 'The signature of the delivery does not fit.')
    return { sentMs }
  }
  const signature1 = requiredHeader(headers, 'x-eventbridge-signature')
  if (requiredHeader(headers, 'x-eventbridge-signature-method') !== METHOD)
    throw new SignatureError('malformed', 'The delivery was signed with an unknown method.')
  const secret = decrypted(publicKey, requiredHeader(headers, 'x-eventbridge-signature-secret'))
  const [address, goodUntil] = secret.split('.')
  if (address !== addressIn(url))
    throw new SignatureError('mismatch', 'The secret of the delivery was made for another address.')
  if (sentMs > Number(goodUntil)) throw new SignatureError('stale', 'The secret of the delivery has had its time.')
  if (!sameText(signature1, hmac(secret, url, signed, rawBody)))
    throw new SignatureError('mismatch', 'The signature of the delivery does not fit.')
  return { sentMs }
}

function decrypted(publicKey: KeyObject, encrypted: string): string {
  let text: string
  try {
    text = publicDecrypt(publicKey, Buffer.from(encrypted, 'base64')).toString('utf8')
  } catch {
    throw new SignatureError(
      'mismatch',
      'The secret of the delivery was not encrypted with the key of the certificate.',
    )
  }
  if (!/^[\w-]{43}\.\d{13}\.[\w-]{24,}$/.test(text))
    throw new SignatureError('malformed', 'The secret of the delivery does not say what it is good for.')
  return text
}

function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/**
 * Reads the certificate that a delivery names, each once. Only one that lies at this Holdpoint is read: a certificate from anywhere else proves
 * nothing, and an address in a header is whatever its sender wants.
 */
export function certificatesOf(holdpointUrl: string): (headers: ReceivedHeaders) => Promise<string> {
  const place = `${holdpointUrl.replace(/\/+$/, '')}/eventbridge-certificates/`
  const read = new Map<string, string>()
  return async (headers) => {
    const address = requiredHeader(headers, 'x-eventbridge-signature-url')
    if (!address.startsWith(place) || !/^[\w-]{1,64}\.pem$/.test(address.slice(place.length)))
      throw new SignatureError(
        'untrusted-certificate',
        'The certificate of the delivery does not lie at this Holdpoint.',
      )
    const known = read.get(address)
    if (known !== undefined) return known
    const response = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(CERTIFICATE_TIMEOUT_MS) })
    const text = response.ok ? await response.text() : ''
    if (!response.ok || text.length > LONGEST_CERTIFICATE)
      throw new SignatureError('untrusted-certificate', `Holdpoint answers ${response.status} for the certificate.`)
    const [oldest] = read.keys()
    if (read.size >= MOST_CERTIFICATES && oldest !== undefined) read.delete(oldest)
    read.set(address, text)
    return text
  }
}
