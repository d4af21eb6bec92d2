/**
 * Who is asking: a browser with a session cookie, or a program that signs its request with an AccessKey pair (ACS3-HMAC-SHA256, the
 * same scheme as in the DataWorks dialect, so that a secret never travels).
 */
import { Refusal } from '@holdpoint/core'
import type { FastifyRequest } from 'fastify'
import { decryptSecret, hashToken } from './credentials.ts'
import type { Parameters, ReceivedRequest } from './dataworks/parameters.ts'
import { readSignature, type SignatureScope, verifySignature } from './dataworks/signature.ts'
import type { Platform } from './platform.ts'
import { type Caller, callerBySession, signingKey } from './store/principals.ts'

export const SESSION_COOKIE = 'holdpoint_session'
export const SESSION_SECONDS = 12 * 3600

/** The header that the console sends with every change. A page of another origin cannot send it without being asked first, and is never allowed. */
export const CONSOLE_HEADER = 'x-holdpoint-console'

/** Body bytes as they came, kept by the content type parsers: a signature covers them. */
export type WithRawBody = { rawBody?: Buffer }

const EMPTY = Buffer.alloc(0)

export function receivedRequest(request: FastifyRequest): ReceivedRequest {
  const [path, query] = splitOnce(request.raw.url ?? '/', '?')
  const raw = request.raw.rawHeaders
  const headers: [string, string][] = []
  for (let i = 0; i < raw.length; i += 2) headers.push([raw[i]!, raw[i + 1]!])
  return { method: request.method, path, rawQuery: query, headers, body: (request as WithRawBody).rawBody ?? EMPTY }
}

/** The caller of a native API request. */
export async function authenticate(platform: Platform, request: FastifyRequest): Promise<Caller> {
  if (request.headers.authorization?.startsWith('ACS3-'))
    return await authenticateSigned(platform, receivedRequest(request), new Map(), { requireAction: false })
  const token = request.cookies[SESSION_COOKIE]
  if (token === undefined) throw new Refusal('SIGN_IN_REQUIRED')
  if (request.method !== 'GET' && request.method !== 'HEAD' && request.headers[CONSOLE_HEADER] === undefined)
    throw new Refusal('CROSS_SITE_REQUEST')
  const caller = await callerBySession(platform.db, hashToken(token))
  if (caller === null) throw new Refusal('SIGN_IN_REQUIRED')
  return caller
}

/**
 * The user whose AccessKey pair signed the request. The nonce is remembered only after the signature has passed; whether the pair may still
 * be used, and what its user may do, is read in the same moment.
 */
export async function authenticateSigned(
  platform: Platform,
  received: ReceivedRequest,
  parameters: Parameters,
  scope: SignatureScope,
): Promise<Caller> {
  const claim = readSignature(received, parameters, scope)
  const secret = platform.secrets.get(claim.accessKeyId) ?? (await readSecret(platform, claim.accessKeyId))
  if (claim.securityToken) throw new Refusal('SECURITY_TOKEN_UNKNOWN')
  verifySignature(claim, received, parameters, secret, platform.nowMs())
  const entry = await platform.enter(claim)
  if (entry === null) {
    platform.secrets.delete(claim.accessKeyId)
    throw new Refusal('ACCESS_KEY_UNKNOWN')
  }
  if (!entry.active) throw new Refusal('ACCESS_KEY_INACTIVE')
  if (!entry.fresh) throw new Refusal('SIGNATURE_NONCE_USED')
  platform.usedAccessKeys.add(claim.accessKeyId)
  return entry.caller
}

const MOST_SECRETS = 1_000

/** The secret of a pair never changes, so it is read and decrypted once; the oldest makes room for a new one. */
async function readSecret({ db, secretKey, secrets }: Platform, accessKeyId: string): Promise<string> {
  const key = await signingKey(db, accessKeyId)
  if (key === null) throw new Refusal('ACCESS_KEY_UNKNOWN')
  const secret = decryptSecret(secretKey, key.secret, accessKeyId)
  const [oldest] = secrets.keys()
  if (secrets.size >= MOST_SECRETS && oldest !== undefined) secrets.delete(oldest)
  secrets.set(accessKeyId, secret)
  return secret
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
