/**
 * Who is asking: a browser with a session cookie, or a program that signs its request with an AccessKey pair (ACS3-HMAC-SHA256, the
 * same scheme as in the DataWorks dialect, so that a secret never travels).
 */
import { Refusal } from '@holdpoint/core'
import type { FastifyRequest } from 'fastify'
import { keep } from './bounded.ts'
import { decryptSecret, hashToken } from './credentials.ts'
import type { Parameters, ReceivedRequest } from './dataworks/parameters.ts'
import {
  NONCE_RETENTION_MS,
  readSignature,
  type SignatureClaim,
  type SignatureScope,
  verifySignature,
} from './dataworks/signature.ts'
import type { KnownKey, Platform } from './platform.ts'
import {
  type Caller,
  callerBySession,
  type Entering,
  type Entry,
  enterAlone,
  enterWithin,
  type Knock,
  signingKey,
} from './store/principals.ts'

export const SESSION_COOKIE = 'holdpoint_session'

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
    return await authenticateSigned(platform, receivedRequest(request))
  const token = request.cookies[SESSION_COOKIE]
  if (token === undefined) throw new Refusal('SIGN_IN_REQUIRED')
  if (request.method !== 'GET' && request.method !== 'HEAD' && request.headers[CONSOLE_HEADER] === undefined)
    throw new Refusal('CROSS_SITE_REQUEST')
  const caller = await callerBySession(platform.db, hashToken(token), platform.signIn.idleSeconds)
  if (caller === null) throw new Refusal('SIGN_IN_REQUIRED')
  return caller
}

/**
 * A request whose signature has passed. The nonce is remembered only then, and in the same moment is read whether the pair may still be used, and what
 * its user may do: within the transaction of what is asked for, or by itself. `passed` hears who it is.
 */
export async function enterSigned(
  platform: Platform,
  received: ReceivedRequest,
  parameters: Parameters,
  scope: SignatureScope,
  passed: (caller: Caller) => void = () => {},
): Promise<Entering> {
  const claim = readSignature(received, parameters, scope)
  const verify = (secret: string) => verifySignature(claim, received, parameters, secret, platform.nowMs())
  return await enterClaimed(platform, claim, verify, passed)
}

/** The same for a signature of any scheme: who claims to have made it, and what throws unless that is so. */
export async function enterClaimed(
  platform: Platform,
  claim: Pick<SignatureClaim, 'accessKeyId' | 'nonce' | 'securityToken'>,
  verify: (secret: string) => void,
  passed: (caller: Caller) => void = () => {},
): Promise<Entering> {
  const key = platform.signingKeys.get(claim.accessKeyId) ?? (await readKey(platform, claim.accessKeyId))
  if (claim.securityToken) throw new Refusal('SECURITY_TOKEN_UNKNOWN')
  verify(key.secret)
  platform.requestRate(claim.accessKeyId, performance.now())
  const knock = { accessKeyId: claim.accessKeyId, nonce: claim.nonce, keepSeconds: NONCE_RETENTION_MS / 1000 }
  const pass = async (entering: Promise<Entry | null>) => {
    const caller = admit(platform, knock, await entering)
    passed(caller)
    return caller
  }
  return {
    tenantId: key.tenantId,
    within: (sql) => pass(enterWithin(sql, knock)),
    alone: () => pass(enterAlone(platform.db, knock)),
    remember: async () => void (await enterAlone(platform.db, knock)),
  }
}

/** The caller of what only programs ask for: a browser sends its cookie also where another page has sent it. */
export async function authenticateProgram(platform: Platform, request: FastifyRequest): Promise<Caller> {
  if (request.headers.authorization?.startsWith('ACS3-'))
    return await authenticateSigned(platform, receivedRequest(request))
  if (request.cookies[SESSION_COOKIE] === undefined) throw new Refusal('SIGN_IN_REQUIRED')
  throw new Refusal('SIGNATURE_MISSING', { problem: 'only signed requests are taken here' })
}

/** The user whose AccessKey pair signed the request. */
async function authenticateSigned(platform: Platform, received: ReceivedRequest): Promise<Caller> {
  return await (await enterSigned(platform, received, new Map(), { requireAction: false })).alone()
}

function admit(platform: Platform, { accessKeyId }: Knock, entry: Entry | null): Caller {
  if (entry === null) {
    platform.signingKeys.delete(accessKeyId)
    throw new Refusal('ACCESS_KEY_UNKNOWN')
  }
  if (!entry.active) throw new Refusal('ACCESS_KEY_INACTIVE')
  if (!entry.fresh) throw new Refusal('SIGNATURE_NONCE_USED')
  platform.usedAccessKeys.add(accessKeyId)
  return entry.caller
}

const MOST_KEYS = 1_000

/** The secret of a pair and its user's tenant never change, so they are read once; the oldest makes room for a new one. */
async function readKey({ db, secretKey, signingKeys }: Platform, accessKeyId: string): Promise<KnownKey> {
  const key = await signingKey(db, accessKeyId)
  if (key === null) throw new Refusal('ACCESS_KEY_UNKNOWN')
  const known = { secret: decryptSecret(secretKey, key.secret, accessKeyId), tenantId: key.caller.tenantId }
  keep(signingKeys, accessKeyId, known, MOST_KEYS)
  return known
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
