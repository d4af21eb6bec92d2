/** Sessions of the console: how one begins, and the cookie that carries it. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { SESSION_COOKIE } from '../authentication.ts'
import { encryptSecret, generateSessionToken, hashToken } from '../credentials.ts'
import type { Platform } from '../platform.ts'
import { writeAudit } from '../store/audit.ts'
import type { Transaction } from '../store/database.ts'
import { deleteSession, insertSession, type SessionRow } from '../store/sessions.ts'
import { rememberAddress } from '../store/sign-in-failures.ts'
import type { UserRow } from '../store/users.ts'
import { addressKey } from './sign-in-attempts.ts'

const LONGEST_AGENT = 256

export type Started = { readonly token: string; readonly tokenHash: Buffer }

/** A new session with a new cookie; the one that the browser had before ends with it. */
export async function startSession(
  platform: Platform,
  tx: Transaction,
  request: FastifyRequest,
  user: Pick<UserRow, 'id' | 'tenant_id' | 'name'>,
  way: SessionRow['way'],
  idToken: string | null = null,
): Promise<Started> {
  const before = request.cookies[SESSION_COOKIE]
  if (before !== undefined) await deleteSession(tx, hashToken(before))
  const token = generateSessionToken()
  const tokenHash = hashToken(token)
  await insertSession(tx, tokenHash, user.id, platform.signIn.sessionSeconds, {
    way,
    address: request.ip,
    agent: (request.headers['user-agent'] ?? '').slice(0, LONGEST_AGENT),
    idToken: idToken === null ? null : encryptSecret(platform.secretKey, idToken, tokenHash.toString('hex')),
  })
  await rememberAddress(tx, user.id, addressKey(request.ip))
  writeAudit(tx, {
    tenantId: user.tenant_id,
    userId: user.id,
    action: 'session.start',
    object: user.name,
    details: { way, address: request.ip },
  })
  return { token, tokenHash }
}

/** Not for scripts, not for other sites, and over HTTPS alone where that is how people come here. */
export function setSessionCookie(
  { signIn }: Platform,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string | null,
): void {
  reply.setCookie(SESSION_COOKIE, token ?? '', {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: isSecure(signIn, request),
    maxAge: token === null ? 0 : signIn.sessionSeconds,
  })
}

export const isSecure = ({ publicUrl }: Platform['signIn'], request: FastifyRequest) =>
  request.protocol === 'https' || publicUrl().startsWith('https://')
