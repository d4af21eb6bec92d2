/**
 * Both published signatures of a request: V1 over all parameters, V3 over the request and chosen headers.
 *
 * Checking goes in two steps, because the secret is looked up between them: `readSignature` says who claims to have
 * signed, `verifySignature` throws unless the claim holds. Neither keeps anything: whether a nonce was used before is
 * asked after the second step only, so that nobody without the secret can use up nonces.
 *
 * A canonical request of V3 is a byte string here, one character per byte, as header values are when they arrive.
 */
import { createHmac, hash, timingSafeEqual } from 'node:crypto'
import { Refusal } from '@holdpoint/core/refusal'
import { begin, canonicalText, write, writeCanonical, written } from './canonical.ts'
import {
  decodeQuery,
  type HeaderList,
  headerValue,
  type Pair,
  type Parameters,
  type ReceivedRequest,
} from './parameters.ts'

export type { ReceivedRequest } from './parameters.ts'

/** How far the time of signing may lie from the server's, in either direction. */
export const SIGNATURE_SKEW_MS = 15 * 60_000
/**
 * How long a used nonce is remembered: a request may be signed up to one skew ahead and arrive one skew late, and as much again for replicas and a
 * database whose clocks differ.
 */
export const NONCE_RETENTION_MS = 4 * SIGNATURE_SKEW_MS

type Claim = {
  readonly accessKeyId: string
  readonly nonce: string
  readonly signedAtMs: number
  readonly securityToken: string | undefined
  readonly signature: string
}

export type SignatureClaimV1 = Claim & { readonly version: 'V1' }

export type SignatureClaimV3 = Claim & {
  readonly version: 'V3'
  readonly contentSha256: string
  /** The names as the client lists them, joined by `;`. */
  readonly signedHeaders: string
  /** The signed headers in that order, one `name:value` line each. */
  readonly canonicalHeaders: string
}

export type SignatureClaim = SignatureClaimV1 | SignatureClaimV3

/**
 * `requireAction` is for the DataWorks dialect: action and version must be given and covered by the signature. Without
 * it only V3 is accepted, on any path: V1 covers no path, and of the body a form only.
 */
export type SignatureScope = { readonly requireAction: boolean }

const DIALECT: SignatureScope = { requireAction: true }

const ALGORITHM = 'ACS3-HMAC-SHA256'
const EMPTY_SHA256 = hash('sha256', '', 'hex')

const SIGNED_ALWAYS = ['x-acs-date', 'x-acs-signature-nonce', 'x-acs-content-sha256']
const SIGNED_WITH_ACTION = ['x-acs-action', 'x-acs-version', ...SIGNED_ALWAYS]

/** Who claims to have signed this request, when, and with which signature; nothing of it is proven yet. */
export function readSignature(
  request: ReceivedRequest,
  parameters: Parameters,
  scope: SignatureScope = DIALECT,
): SignatureClaim {
  const authorization = headerValue(request.headers, 'authorization')
  if (authorization?.startsWith(`${ALGORITHM} `)) return readV3(request, authorization.slice(ALGORITHM.length), scope)
  if (authorization?.startsWith('ACS3-')) throw unsupported(schemeOf(authorization))
  if (isSignedByParameters(parameters)) {
    if (!scope.requireAction || request.path !== '/') throw unsupported('1.0')
    return readV1(parameters)
  }
  if (parameters.has('BearerToken') || headerValue(request.headers, 'x-acs-bearer-token') !== undefined) {
    throw unsupported('BEARERTOKEN')
  }
  if (authorization) throw unsupported(schemeOf(authorization))
  throw incomplete('the request is not signed')
}

/** Returns when the claim holds for this secret, and throws otherwise. */
export function verifySignature(
  claim: SignatureClaim,
  request: ReceivedRequest,
  parameters: Parameters,
  secret: string,
  nowMs: number,
): void {
  if (Math.abs(nowMs - claim.signedAtMs) > SIGNATURE_SKEW_MS) throw new Refusal('TIMESTAMP_EXPIRED')
  if (claim.version === 'V1') verifyV1(claim, request, parameters, secret)
  else verifyV3(claim, request, parameters, secret)
}

/** The text that V1 signs. */
export function stringToSignV1(method: string, parameters: Parameters, empties: 'included' | 'left out'): string {
  const pairs = [...parameters].filter(
    ([name, value]) => name !== 'Signature' && (value !== '' || empties === 'included'),
  )
  return `${method}&%2F&${canonicalText(pairs, 'twice')}`
}

/** The same, of all parameters, from the bytes on the wire where that can be. */
function writtenV1({ method, rawQuery, body }: ReceivedRequest, parameters: Parameters): Buffer | string {
  begin()
  const isWritten = write(`${method}&%2F&`) && writeCanonical(rawQuery, body, 'twice', 'left out') === parameters.size
  // A parameter given in both places, or in JSON, is not what the bytes say.
  return isWritten ? written() : stringToSignV1(method, parameters, 'included')
}

// ---- V1

function isSignedByParameters(parameters: Parameters): boolean {
  return parameters.has('Signature') || parameters.has('SignatureMethod') || parameters.has('SignatureVersion')
}

function readV1(parameters: Parameters): SignatureClaimV1 {
  const type = parameters.get('SignatureType')
  if (type) throw unsupported(type)
  if (parameters.get('BearerToken')) throw unsupported('BEARERTOKEN')
  const method = given(parameters, 'SignatureMethod')
  if (method !== 'HMAC-SHA1') throw unsupported(method)
  const signatureVersion = given(parameters, 'SignatureVersion')
  if (signatureVersion !== '1.0') throw unsupported(signatureVersion)
  // Headers are not covered by V1, so here the action counts only as a parameter.
  if (!parameters.get('Action')) throw new Refusal('ACTION_MISSING')
  if (!parameters.get('Version')) throw new Refusal('VERSION_MISSING')
  const signature = parameters.get('Signature')
  if (!signature) throw incomplete('parameter Signature is missing')
  return {
    version: 'V1',
    accessKeyId: printable('AccessKeyId', given(parameters, 'AccessKeyId')),
    nonce: printable('SignatureNonce', given(parameters, 'SignatureNonce')),
    signedAtMs: instantOf(given(parameters, 'Timestamp')),
    securityToken: tokenOf(parameters.get('SecurityToken')),
    signature,
  }
}

function verifyV1(claim: SignatureClaimV1, request: ReceivedRequest, parameters: Parameters, secret: string): void {
  if (isSame(claim.signature, hmacSha1(secret, writtenV1(request, parameters)))) return
  // One client family sends empty parameters but does not sign them. Nothing can be smuggled in this way: an empty
  // parameter is bound like an absent one.
  const textOf = (empties: 'included' | 'left out') => stringToSignV1(request.method, parameters, empties)
  const hasEmpties = [...parameters.values()].includes('')
  if (hasEmpties && isSame(claim.signature, hmacSha1(secret, textOf('left out')))) return
  throw new Refusal('SIGNATURE_MISMATCH_V1', { stringToSign: textOf('included') })
}

function hmacSha1(secret: string, text: Buffer | string): string {
  return createHmac('sha1', `${secret}&`).update(text).digest('base64')
}

function given(parameters: Parameters, name: string): string {
  const value = parameters.get(name)
  if (!value) throw new Refusal('PARAMETER_MISSING', { parameter: name })
  return value
}

// ---- V3

function readV3(request: ReceivedRequest, fields: string, scope: SignatureScope): SignatureClaimV3 {
  if (headerValue(request.headers, 'x-acs-bearer-token') !== undefined) throw unsupported('BEARERTOKEN')
  const { credential, signedHeaders, signature } = authorizationFields(fields)
  const headers = headersByName(request.headers)
  if (scope.requireAction) {
    if (!headers.get('x-acs-action')) throw new Refusal('ACTION_MISSING')
    if (!headers.get('x-acs-version')) throw new Refusal('VERSION_MISSING')
  }
  const names = signedHeaders.split(';')
  for (const name of scope.requireAction ? SIGNED_WITH_ACTION : SIGNED_ALWAYS) {
    if (!headers.get(name)) throw incomplete(`header ${name} is missing`)
    if (!names.includes(name)) throw incomplete(`header ${name} is not among the signed headers`)
  }
  if (headers.has('x-acs-security-token') && !names.includes('x-acs-security-token')) {
    throw incomplete('header x-acs-security-token is not among the signed headers')
  }
  let canonicalHeaders = ''
  for (const name of names) canonicalHeaders += `${name}:${joined(headers.get(name))}\n`
  return {
    version: 'V3',
    accessKeyId: printable('AccessKeyId', credential),
    nonce: printable('SignatureNonce', single(headers, 'x-acs-signature-nonce')),
    signedAtMs: instantOf(single(headers, 'x-acs-date')),
    securityToken: headers.has('x-acs-security-token') ? tokenOf(single(headers, 'x-acs-security-token')) : undefined,
    signature,
    contentSha256: single(headers, 'x-acs-content-sha256'),
    signedHeaders,
    canonicalHeaders,
  }
}

function verifyV3(claim: SignatureClaimV3, request: ReceivedRequest, parameters: Parameters, secret: string): void {
  const contentSha256 = request.body.length === 0 ? EMPTY_SHA256 : hash('sha256', request.body, 'hex')
  const head = `${request.method}\n${request.path || '/'}\n`
  const tail = `\n${claim.canonicalHeaders}\n${claim.signedHeaders}\n${contentSha256}`
  const stringToSign = `${ALGORITHM}\n${hash('sha256', writtenV3(head, request.rawQuery, tail, parameters), 'hex')}`
  if (claim.contentSha256 === contentSha256 && isSame(claim.signature, hmacSha256(secret, stringToSign))) return
  const pairs = decodeQuery(request.rawQuery)
  // Some client families leave the names of query parameters as they are. Names that could be taken for a piece of
  // another canonical query are not tried this way.
  if (claim.contentSha256 === contentSha256 && mayHaveRawNames(pairs)) {
    const bytes = Buffer.from(`${head}${canonicalText(pairs, 'once', 'raw')}${tail}`, 'latin1')
    if (isSame(claim.signature, hmacSha256(secret, `${ALGORITHM}\n${hash('sha256', bytes, 'hex')}`))) return
  }
  const canonicalRequest = `${head}${canonicalText(pairs, 'once')}${tail}`
  throw new Refusal('SIGNATURE_MISMATCH_V3', { stringToSign, canonicalRequest })
}

function writtenV3(head: string, rawQuery: string, tail: string, parameters: Parameters): Buffer {
  begin()
  // The dialect's requests are decoded already, so their queries are known to be well-formed.
  const isWritten =
    parameters.size > 0 && write(head) && writeCanonical(rawQuery, NO_BODY, 'once', 'kept') >= 0 && write(tail)
  return isWritten ? written() : Buffer.from(`${head}${canonicalText(decodeQuery(rawQuery), 'once')}${tail}`, 'latin1')
}

const NO_BODY = Buffer.alloc(0)

function hmacSha256(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex')
}

function mayHaveRawNames(pairs: readonly Pair[]): boolean {
  return !pairs.every(([name]) => UNRESERVED.test(name)) && !pairs.some(([name]) => AMBIGUOUS_NAME.test(name))
}

function authorizationFields(text: string): { credential: string; signedHeaders: string; signature: string } {
  const fields = new Map<string, string>()
  for (const piece of text.split(',')) {
    const equals = piece.indexOf('=')
    if (equals < 0) throw incomplete('header Authorization cannot be read')
    const name = piece.slice(0, equals).trim()
    if (fields.has(name)) throw incomplete('header Authorization repeats a field')
    fields.set(name, piece.slice(equals + 1).trim())
  }
  const field = (name: string) => {
    const value = fields.get(name)
    if (!value) throw incomplete(`header Authorization holds no ${name}`)
    return value
  }
  return {
    credential: field('Credential'),
    signedHeaders: field('SignedHeaders').toLowerCase(),
    signature: field('Signature'),
  }
}

type HeaderValues = ReadonlyMap<string, string | readonly string[]>

function headersByName(headers: HeaderList): HeaderValues {
  const byName = new Map<string, string | readonly string[]>()
  for (const [givenName, givenValue] of headers) {
    const name = givenName.toLowerCase()
    const value = trimmed(givenValue)
    const before = byName.get(name)
    byName.set(name, before === undefined ? value : typeof before === 'string' ? [before, value] : [...before, value])
  }
  return byName
}

/** Without spaces and tabs around it, and nothing else: a byte that looks like a space may end a character of UTF-8. */
function trimmed(value: string): string {
  return OUTER_SPACE.test(value) ? value.replace(OUTER_SPACES, '') : value
}

const OUTER_SPACE = /^[ \t]|[ \t]$/
const OUTER_SPACES = /^[ \t]+|[ \t]+$/g

function single(headers: HeaderValues, name: string): string {
  const value = headers.get(name)
  if (typeof value === 'string') return value
  throw new Refusal('REQUEST_INVALID', { problem: `header ${name} is given more than once` })
}

/** An absent header counts as an empty one, so that the mismatch shows which header got lost on the way. */
function joined(value: string | readonly string[] | undefined): string {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : value.toSorted().join(',')
}

// ---- Both

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

function instantOf(text: string): number {
  if (!TIMESTAMP.test(text)) throw new Refusal('TIMESTAMP_MALFORMED')
  const two = (at: number) => 10 * text.charCodeAt(at) + text.charCodeAt(at + 1) - 11 * ZERO
  const year = 100 * two(0) + two(2)
  const month = two(5)
  const day = two(8)
  const hour = two(11)
  const minute = two(14)
  const second = two(17)
  const instant = Date.UTC(year, month - 1, day, hour, minute, second)
  // What the calendar and the clock do not have would be read as what follows it.
  const isReal =
    month > 0 && month <= 12 && day === new Date(instant).getUTCDate() && hour < 24 && minute < 60 && second < 60
  if (!isReal) throw new Refusal('TIMESTAMP_MALFORMED')
  return instant
}

const ZERO = 0x30

const PRINTABLE = /^[\x21-\x7e]+$/
const PRINTABLE_LENGTH_MAX = 256
const TOKEN_LENGTH_MAX = 8192

export function printable(parameter: string, value: string): string {
  if (value.length <= PRINTABLE_LENGTH_MAX && PRINTABLE.test(value)) return value
  const problem = `it must be 1 to ${PRINTABLE_LENGTH_MAX} printable ASCII characters`
  throw new Refusal('PARAMETER_INVALID', { parameter, problem })
}

function tokenOf(value: string | undefined): string | undefined {
  if (!value) return undefined
  if (value.length <= TOKEN_LENGTH_MAX && PRINTABLE.test(value)) return value
  throw new Refusal('PARAMETER_INVALID', { parameter: 'SecurityToken', problem: 'it must be printable ASCII' })
}

const UNRESERVED = /^[\w.~-]*$/
const AMBIGUOUS_NAME = /[%&=]|[^!-\uffff]/

/** In time that depends on lengths only. */
export function isSame(claimed: string, expected: string): boolean {
  const a = Buffer.from(claimed)
  const b = Buffer.from(expected)
  return a.length === b.length && timingSafeEqual(a, b)
}

function incomplete(problem: string): Refusal {
  return new Refusal('SIGNATURE_MISSING', { problem })
}

function unsupported(method: string): Refusal {
  return new Refusal('SIGNATURE_METHOD_UNSUPPORTED', { method: method.slice(0, 64) })
}

/** The name of the scheme alone: what follows it may be a secret. */
function schemeOf(authorization: string): string {
  return /^([A-Za-z0-9-]{1,40}) /.exec(authorization)?.[1] ?? 'in header Authorization'
}
