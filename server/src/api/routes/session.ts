import { Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { readableWorkspaces } from '../../access.ts'
import { SESSION_COOKIE } from '../../authentication.ts'
import { decryptSecret, hashToken, verifyPassword } from '../../credentials.ts'
import type { Platform } from '../../platform.ts'
import { writeAudit } from '../../store/audit.ts'
import type { Transaction } from '../../store/database.ts'
import { identityOf } from '../../store/identities.ts'
import { type Caller, callerBySession } from '../../store/principals.ts'
import * as sessions from '../../store/sessions.ts'
import { lockUser, type UserRow, updateUser, userByName, userOfTenant } from '../../store/users.ts'
import { workspacesOf } from '../../store/workspaces.ts'
import { OwnChange, PasswordChange, ProviderLink, Session, SignedOut, SignIn, SignInOptions } from '../access-shapes.ts'
import { beginFlow, OPENID_START } from '../openid.ts'
import { chosenPassword } from '../passwords.ts'
import { pageOf, route } from '../route.ts'
import { Me } from '../shapes.ts'
import { attempt } from '../sign-in-attempts.ts'
import { setSessionCookie, startSession } from '../start-session.ts'

export const sessionRoutes = [
  route({
    method: 'GET',
    path: '/sign-in-options',
    access: 'anyone',
    tag: 'Session',
    summary: 'How people sign in here',
    answer: SignInOptions,
    async run({ platform: { signIn } }) {
      const { provider, localPasswords } = signIn
      return { localPasswords, provider: provider && { label: provider.label, startUrl: OPENID_START } }
    },
  }),
  route({
    method: 'POST',
    path: '/session',
    access: 'anyone',
    tag: 'Session',
    summary: 'Sign in; sets the session cookie',
    body: SignIn,
    answer: Me,
    async run({ platform, body, request, reply }) {
      let user: UserRow | null = null
      const right = await attempt(platform.db, body.name, request.ip, async () => {
        user = await userByName(platform.db, body.name)
        const verified = await verifyPassword(body.password, user?.password_hash ?? null)
        return verified && user !== null && user.disabled_at === null
      })
      const known = user as UserRow | null
      if (!right || known === null) throw new Refusal('SIGN_IN_FAILED')
      const password = await passwordToSignIn(platform, known, body)
      const { token, tokenHash } = await platform.db.transaction(async (tx) => {
        if (!(await isStill(tx, known))) throw new Refusal('SIGN_IN_FAILED')
        if (password !== null) {
          await updateUser(tx, known.id, { password })
          await sessions.deleteSessionsOf(tx, known.id)
          writeAudit(tx, passwordChanged(known.tenant_id, known.id, known.name))
        }
        return await startSession(platform, tx, request, known, 'password')
      })
      setSessionCookie(platform, request, reply, token)
      return await me(platform, (await callerBySession(platform.db, tokenHash, platform.signIn.idleSeconds))!)
    },
  }),
  route({
    method: 'GET',
    path: '/session',
    access: 'own',
    tag: 'Session',
    summary: 'Who is signed in',
    answer: Me,
    run: ({ platform, caller }) => me(platform, caller),
  }),
  route({
    method: 'PATCH',
    path: '/session',
    access: 'own',
    tag: 'Session',
    summary: "Change the caller's own display name",
    body: OwnChange,
    answer: Me,
    async run({ platform, caller, body }) {
      await platform.db.transaction(async (tx) => {
        await updateUser(tx, caller.userId, body)
        writeAudit(tx, { ...by(caller), action: 'user.change', object: caller.name, details: body })
      })
      return await me(platform, { ...caller, displayName: body.displayName })
    },
  }),
  route({
    method: 'DELETE',
    path: '/session',
    access: 'own',
    tag: 'Session',
    summary: 'Sign out',
    answer: SignedOut,
    async run({ platform, caller, request, reply }) {
      const token = request.cookies[SESSION_COOKIE]
      setSessionCookie(platform, request, reply, null)
      if (token === undefined) return { continueAt: null }
      const tokenHash = hashToken(token)
      const ended = await platform.db.transaction(async (tx) => {
        writeAudit(tx, { ...by(caller), action: 'session.end', object: caller.name })
        return await sessions.deleteSession(tx, tokenHash)
      })
      tellSessions(platform, caller)
      const { provider, publicUrl } = platform.signIn
      if (provider === null || ended?.id_token == null) return { continueAt: null }
      const idToken = decryptSecret(platform.secretKey, ended.id_token, tokenHash.toString('hex'))
      return { continueAt: await provider.endSessionUrl(idToken, `${publicUrl()}/console/`) }
    },
  }),
  route({
    method: 'POST',
    path: '/session/password',
    access: 'own',
    tag: 'Session',
    summary:
      "Change the caller's own password; every other session of theirs ends, and this one goes on under a new cookie",
    status: 204,
    body: PasswordChange,
    async run({ platform, caller, body, request, reply }) {
      const user = (await userOfTenant(platform.db, caller.tenantId, caller.userId))!
      // Guessing it from a session that was left open is guessing too.
      const right = await attempt(platform.db, caller.name, request.ip, () =>
        verifyPassword(body.password, user.password_hash),
      )
      if (!right) throw new Refusal('PASSWORD_WRONG')
      const password = await chosenPassword(body.newPassword, { name: user.name, former: body.password })
      const token = await platform.db.transaction(async (tx) => {
        if (!(await isStill(tx, user))) throw new Refusal('PASSWORD_WRONG')
        await updateUser(tx, user.id, { password })
        await sessions.deleteSessionsOf(tx, user.id)
        writeAudit(tx, passwordChanged(caller.tenantId, user.id, user.name))
        if (caller.sessionId === null) return null
        return (await startSession(platform, tx, request, user, 'password')).token
      })
      if (token !== null) setSessionCookie(platform, request, reply, token)
      tellSessions(platform, caller)
    },
  }),
  route({
    method: 'POST',
    path: '/session/openid/link',
    access: 'own',
    tag: 'Session',
    summary: 'Begin to link the caller with their account at the OpenID Connect provider',
    answer: ProviderLink,
    async run({ platform, caller, request, reply }) {
      // What is linked is who began it, in the browser in which they are signed in.
      if (caller.sessionId === null) throw new Refusal('SIGN_IN_REQUIRED')
      return { continueAt: await beginFlow(platform, request, reply, '/console/account', caller.sessionId) }
    },
  }),
  route({
    method: 'GET',
    path: '/sessions',
    access: 'own',
    tag: 'Session',
    summary: "The caller's own sessions, the one used last first",
    answer: pageOf(Session),
    async run({ platform, caller }) {
      const rows = await sessions.sessionsOf(platform.db, caller.userId, platform.signIn.idleSeconds)
      const items = rows.map((row) => ({
        id: row.id,
        current: row.id === caller.sessionId,
        way: row.way,
        address: row.address,
        agent: row.agent,
        startedAt: row.created_at.toISOString(),
        seenAt: row.seen_at.toISOString(),
        expiresAt: row.expires_at.toISOString(),
      }))
      return { items, nextCursor: null }
    },
  }),
  route({
    method: 'DELETE',
    path: '/sessions/:sessionId',
    access: 'own',
    tag: 'Session',
    summary: "End one of the caller's own sessions",
    status: 204,
    params: z.object({ sessionId: z.uuid() }),
    async run({ platform, caller, params }) {
      await platform.db.transaction(async (tx) => {
        if (!(await sessions.deleteSessionOf(tx, caller.userId, params.sessionId)))
          throw new Refusal('NOT_FOUND', { thing: 'session', id: params.sessionId })
        writeAudit(tx, { ...by(caller), action: 'session.end', object: caller.name, details: { elsewhere: 1 } })
      })
      tellSessions(platform, caller)
    },
  }),
  route({
    method: 'DELETE',
    path: '/sessions',
    access: 'own',
    tag: 'Session',
    summary: "End all of the caller's own sessions but this one",
    status: 204,
    async run({ platform, caller }) {
      await platform.db.transaction(async (tx) => {
        const elsewhere = await sessions.deleteSessionsOf(tx, caller.userId, caller.sessionId)
        writeAudit(tx, { ...by(caller), action: 'session.end', object: caller.name, details: { elsewhere } })
      })
      tellSessions(platform, caller)
    },
  }),
]

const by = (caller: Caller) => ({ tenantId: caller.tenantId, userId: caller.userId })
const passwordChanged = (tenantId: number, userId: number, name: string) => ({
  tenantId,
  userId,
  action: 'user.change-password',
  object: name,
})

/** What is open on the strength of a session looks at once whether it is still there, on every replica. */
export function tellSessions(platform: Platform, { tenantId, userId }: Pick<Caller, 'tenantId' | 'userId'>): void {
  platform.live.publish({ kind: 'user', tenantId, workspaceId: null, id: String(userId) })
}

/** Whether the password that was right may be used here, and what takes its place; null where it stays. */
async function passwordToSignIn(
  { signIn, nowMs }: Platform,
  user: UserRow,
  { password, newPassword }: { readonly password: string; readonly newPassword?: string | undefined },
) {
  if (signIn.localPasswords === 'account-owner' && !user.tenant_roles.includes('account-owner'))
    throw new Refusal('PASSWORD_SIGN_IN_OFF', { label: signIn.provider?.label ?? '' })
  if (user.one_time_until === null) {
    if (newPassword === undefined) return null
    throw new Refusal('PASSWORD_UNFIT', { problem: 'only a one-time password is replaced when signing in' })
  }
  if (user.one_time_until.getTime() <= nowMs()) throw new Refusal('ONE_TIME_PASSWORD_EXPIRED')
  if (newPassword === undefined) throw new Refusal('PASSWORD_CHANGE_REQUIRED')
  return await chosenPassword(newPassword, { name: user.name, former: password })
}

/** A hash takes its time, in which an administrator may have reset the password or disabled the user; they stay as they are from here on. */
async function isStill(tx: Transaction, { id, password_hash }: UserRow): Promise<boolean> {
  const now = await lockUser(tx, id)
  return now !== null && now.disabled_at === null && now.password_hash === password_hash
}

async function me(platform: Platform, caller: Caller) {
  const { db, signIn, region } = platform
  const { provider } = signIn
  const [workspaces, user, identity] = await Promise.all([
    workspacesOf(db, caller.tenantId, readableWorkspaces(caller, 'workspace.read'), 0, 1000),
    userOfTenant(db, caller.tenantId, caller.userId),
    provider === null ? null : identityOf(db, caller.userId, provider.issuer),
  ])
  return {
    user: { id: String(caller.userId), name: caller.name, displayName: caller.displayName },
    tenant: {
      id: caller.tenantId,
      name: caller.tenantName,
      editionExpiresAt: caller.editionExpiresAt?.toISOString() ?? null,
    },
    tenantRoles: [...caller.tenantRoles],
    workspaces: workspaces.map((row) => ({
      id: row.id,
      name: row.name,
      identifier: row.identifier,
      mode: row.mode,
      roles: [...(caller.workspaceRoles[row.id] ?? [])],
    })),
    region,
    mayChangePassword: user?.password_hash != null,
    provider: provider && { label: provider.label, linked: identity !== null },
  }
}
