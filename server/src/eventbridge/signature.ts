/**
 * The signature of EventBridge's own SDKs: HMAC-SHA1 over the verb, the headers Content-MD5, Content-Type and Date, every `x-acs-` header and the
 * address. The body is covered only where the client gives its MD5, which theirs do not; so, as everywhere, a request is good once and for 15 minutes.
 */
import { createHmac, hash } from 'node:crypto'
import { Refusal } from '@holdpoint/core/refusal'
import { headerValue, type ReceivedRequest } from '../dataworks/parameters.ts'
import { isSame, printable, SIGNATURE_SKEW_MS } from '../dataworks/signature.ts'

export type EventBridgeClaim = {
  readonly accessKeyId: string
  readonly nonce: string
  readonly securityToken: string | undefined
  readonly signedAtMs: number
  readonly signature: string
  readonly stringToSign: string
}

/** Who claims to have signed this request, when, and with which signature; nothing of it is proven yet. */
export function readEventBridgeSignature(request: ReceivedRequest): EventBridgeClaim {
  const header = (name: string) => headerValue(request.headers, name) ?? ''
  const needed = (name: string) => header(name) || missing(`header ${name} is missing`)
  const [, accessKeyId, signature] = /^acs:([^:]+):(\S+)$/.exec(needed('authorization')) ?? []
  if (accessKeyId === undefined || signature === undefined) return missing('header authorization cannot be read')
  const method = needed('x-acs-signature-method')
  const version = needed('x-acs-signature-version')
  if (method !== 'HMAC-SHA1' || version !== '1.0')
    throw new Refusal('SIGNATURE_METHOD_UNSUPPORTED', { method: `${method} ${version}`.slice(0, 64) })
  if (request.rawQuery !== '') throw new Refusal('REQUEST_INVALID', { problem: 'nothing is taken from its query' })
  const md5 = header('content-md5')
  if (md5 !== '' && md5 !== hash('md5', request.body, 'base64'))
    throw new Refusal('REQUEST_INVALID', { problem: 'header content-md5 is not that of the body' })
  return {
    accessKeyId: printable('AccessKeyId', accessKeyId),
    nonce: printable('SignatureNonce', needed('x-acs-signature-nonce')),
    securityToken: header('x-acs-security-token') || undefined,
    signedAtMs: instantOf(needed('date')),
    signature,
    stringToSign: [
      request.method,
      md5,
      header('content-type'),
      header('date'),
      ...vendorHeaders(request).map((name) => `${name}:${header(name).replace(/[\t\n\r\f]/g, ' ')}`),
      request.path,
    ].join('\n'),
  }
}

/** Returns when the claim holds for this secret, and throws otherwise. */
export function verifyEventBridgeSignature(claim: EventBridgeClaim, secret: string, nowMs: number): void {
  if (Math.abs(nowMs - claim.signedAtMs) > SIGNATURE_SKEW_MS) throw new Refusal('TIMESTAMP_EXPIRED')
  const { stringToSign } = claim
  const expected = createHmac('sha1', secret).update(Buffer.from(stringToSign, 'latin1')).digest('base64')
  if (!isSame(claim.signature, expected)) throw new Refusal('SIGNATURE_MISMATCH_V1', { stringToSign })
}

const vendorHeaders = ({ headers }: ReceivedRequest): string[] =>
  [...new Set(headers.map(([name]) => name.toLowerCase()).filter((name) => name.startsWith('x-acs-')))].toSorted()

/** As HTTP writes instants, and in no other way. */
function instantOf(text: string): number {
  const instant = Date.parse(text)
  if (Number.isNaN(instant) || new Date(instant).toUTCString() !== text) throw new Refusal('TIMESTAMP_MALFORMED')
  return instant
}

function missing(problem: string): never {
  throw new Refusal('SIGNATURE_MISSING', { problem })
}
