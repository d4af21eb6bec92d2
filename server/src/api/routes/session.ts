import { Refusal } from '@holdpoint/core'
import type { FastifyReply } from 'fastify'
import { readableWorkspaces } from '../../access.ts'
import { SESSION_COOKIE, SESSION_SECONDS } from '../../authentication.ts'
import { generateSessionToken, hashToken, verifyPassword } from '../../credentials.ts'
import type { Platform } from '../../platform.ts'
import { writeAudit } from '../../store/audit.ts'
import { type Caller, callerBySession } from '../../store/principals.ts'
import { deleteSession, insertSession, userByName } from '../../store/users.ts'
import { workspacesOf } from '../../store/workspaces.ts'
import { route } from '../route.ts'
import { Me, SignIn } from '../shapes.ts'
import { boundedHashing, signInAttempts, signInKeys } from '../sign-in-attempts.ts'

const attempts = signInAttempts()
const hashing = boundedHashing()

export const sessionRoutes = [
  route({
    method: 'POST',
    path: '/session',
    access: 'anyone',
    tag: 'Session',
    summary: 'Sign in; sets the session cookie',
    body: SignIn,
    answer: Me,
    async run({ platform, body, request, reply }) {
      const keys = signInKeys(body.name, request.ip)
      attempts.begin(keys, platform.nowMs())
      const user = await userByName(platform.db, body.name)
      const right = await hashing.run(() => verifyPassword(body.password, user?.password_hash ?? null))
      if (!right || !user || user.disabled_at !== null) throw new Refusal('SIGN_IN_FAILED')
      attempts.succeeded(keys)
      const token = generateSessionToken()
      await platform.db.transaction(async (tx) => {
        await insertSession(tx, hashToken(token), user.id, SESSION_SECONDS)
        writeAudit(tx, {
          tenantId: user.tenant_id,
          userId: user.id,
          action: 'session.start',
          object: user.name,
        })
      })
      setCookie(reply, request.protocol === 'https', token, SESSION_SECONDS)
      return await me(platform, (await callerBySession(platform.db, hashToken(token)))!)
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
    method: 'DELETE',
    path: '/session',
    access: 'own',
    tag: 'Session',
    summary: 'Sign out',
    status: 204,
    async run({ platform, caller, request, reply }) {
      const token = request.cookies[SESSION_COOKIE]
      if (token !== undefined)
        await platform.db.transaction(async (tx) => {
          await deleteSession(tx, hashToken(token))
          writeAudit(tx, {
            tenantId: caller.tenantId,
            userId: caller.userId,
            action: 'session.end',
            object: caller.name,
          })
        })
      setCookie(reply, request.protocol === 'https', '', 0)
    },
  }),
]

function setCookie(reply: FastifyReply, secure: boolean, token: string, maxAge: number): void {
  reply.setCookie(SESSION_COOKIE, token, { path: '/', httpOnly: true, sameSite: 'strict', secure, maxAge })
}

async function me(platform: Platform, caller: Caller) {
  const workspaces = await workspacesOf(
    platform.db,
    caller.tenantId,
    readableWorkspaces(caller, 'workspace.read'),
    0,
    1000,
  )
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
    region: platform.region,
  }
}
