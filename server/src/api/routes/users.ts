import { Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { ensureMay } from '../../access.ts'
import { hashPassword } from '../../credentials.ts'
import type { Platform } from '../../platform.ts'
import { writeAudit } from '../../store/audit.ts'
import { isUniqueViolation, type Sql, type Transaction } from '../../store/database.ts'
import { deleteIdentities } from '../../store/identities.ts'
import type { Caller } from '../../store/principals.ts'
import { deleteSessionsOf } from '../../store/sessions.ts'
import { forgetFailuresOf } from '../../store/sign-in-failures.ts'
import * as users from '../../store/users.ts'
import { AccessKey, AccessKeyChange, NewUser, User, UserChange, UserMade } from '../access-shapes.ts'
import { oneTimePassword } from '../passwords.ts'
import { afterId, page, pageOf, pageQuery, route } from '../route.ts'
import { userView } from '../views.ts'
import { accessKeyView, deleteKey, keyParams, setKeyActive } from './access-keys.ts'
import { tellSessions } from './session.ts'

const userParams = z.object({ userId: z.coerce.number().int().positive() })

export const userRoutes = [
  route({
    method: 'GET',
    path: '/users',
    access: 'user.read',
    tag: 'Users',
    summary: 'The users of the tenant',
    query: pageQuery,
    answer: pageOf(User),
    async run({ platform, caller, query }) {
      const rows = await users.usersOfTenant(platform.db, caller.tenantId, afterId(query.cursor), query.limit + 1)
      return page(
        rows,
        query.limit,
        (row) => String(row.id),
        (row) => userView(caller, row),
      )
    },
  }),
  route({
    method: 'POST',
    path: '/users',
    access: 'user.write',
    tag: 'Users',
    summary: 'Add a user to the tenant',
    status: 201,
    body: NewUser,
    answer: UserMade,
    async run({ platform, caller, body }) {
      requireGrantable(caller.tenantRoles, body.tenantRoles)
      const oneTime = body.password === undefined ? await oneTimePassword(platform.nowMs()) : null
      const passwordHash = oneTime?.kept.hash ?? (await hashPassword(body.password!))
      return await named(body, () =>
        platform.db.transaction(async (tx) => {
          const { id } = await users.insertUser(tx, {
            tenantId: caller.tenantId,
            name: body.name,
            displayName: body.displayName ?? body.name,
            passwordHash,
            oneTimeUntil: oneTime?.kept.oneTimeUntil ?? null,
            tenantRoles: body.tenantRoles,
            email: body.email,
          })
          const { tenantRoles, email } = body
          record(tx, caller, 'user.create', body.name, { tenantRoles, email })
          return { ...(await view(tx, caller, id)), oneTimePassword: oneTime?.text ?? null }
        }),
      )
    },
  }),
  route({
    method: 'PATCH',
    path: '/users/:userId',
    access: 'user.write',
    tag: 'Users',
    summary: 'Change a user: display name, e-mail address, tenant roles, disabled',
    params: userParams,
    body: UserChange,
    answer: User,
    run: ({ platform, caller, params, body }) =>
      named({ name: '', ...body }, () =>
        changeUser(platform, caller, params.userId, async (tx, before) => {
          if (body.tenantRoles !== undefined || body.email !== undefined)
            requirePerson(before, 'it has no roles and no address')
          if (body.tenantRoles) {
            requireGrantable(caller.tenantRoles, body.tenantRoles)
            if (before.id === caller.userId && body.tenantRoles.some((role) => !before.tenant_roles.includes(role)))
              requireFullPower(caller)
          }
          await users.updateUser(tx, before.id, body)
          if (body.disabled) await deleteSessionsOf(tx, before.id)
          record(tx, caller, 'user.change', before.name, body)
        }),
      ),
  }),
  route({
    method: 'POST',
    path: '/users/:userId/reset-password',
    access: 'user.write',
    tag: 'Users',
    summary: 'Give a user a one-time password, which must be replaced when signing in; their sessions end',
    params: userParams,
    answer: UserMade,
    async run({ platform, caller, params }) {
      const oneTime = await oneTimePassword(platform.nowMs())
      const user = await changeUser(platform, caller, params.userId, async (tx, before) => {
        requirePerson(before, 'it signs requests and has no password')
        await users.updateUser(tx, before.id, { password: oneTime.kept })
        await deleteSessionsOf(tx, before.id)
        await forgetFailuresOf(tx, before.name)
        record(tx, caller, 'user.reset-password', before.name)
      })
      return { ...user, oneTimePassword: oneTime.text }
    },
  }),
  route({
    method: 'POST',
    path: '/users/:userId/unlock',
    access: 'user.write',
    tag: 'Users',
    summary: 'Let a user try to sign in again after too many failed attempts',
    params: userParams,
    answer: User,
    run: ({ platform, caller, params }) =>
      changeUser(platform, caller, params.userId, async (tx, before) => {
        await forgetFailuresOf(tx, before.name)
        record(tx, caller, 'user.unlock', before.name)
      }),
  }),
  route({
    method: 'POST',
    path: '/users/:userId/unlink',
    access: 'user.write',
    tag: 'Users',
    summary: 'Forget who a user is at the OpenID Connect provider; their sessions end',
    params: userParams,
    answer: User,
    run: ({ platform, caller, params }) =>
      changeUser(platform, caller, params.userId, async (tx, before) => {
        await deleteIdentities(tx, before.id)
        await deleteSessionsOf(tx, before.id)
        record(tx, caller, 'user.unlink', before.name)
      }),
  }),
  route({
    method: 'DELETE',
    path: '/users/:userId/sessions',
    access: 'user.write',
    tag: 'Users',
    summary: 'End all sessions of a user',
    status: 204,
    params: userParams,
    async run({ platform, caller, params }) {
      await changeUser(platform, caller, params.userId, async (tx, before) => {
        await deleteSessionsOf(tx, before.id)
        record(tx, caller, 'user.end-sessions', before.name)
      })
    },
  }),
  route({
    method: 'GET',
    path: '/users/:userId/access-keys',
    access: 'user.write',
    tag: 'Users',
    summary: "A user's AccessKey pairs",
    params: userParams,
    answer: pageOf(AccessKey),
    async run({ platform, caller, params }) {
      const user = await userFor(platform.db, caller, params.userId)
      return { items: (await users.accessKeysOf(platform.db, user.id)).map(accessKeyView), nextCursor: null }
    },
  }),
  route({
    method: 'PATCH',
    path: '/users/:userId/access-keys/:accessKeyId',
    access: 'user.write',
    tag: 'Users',
    summary: "Activate or deactivate one of a user's AccessKey pairs",
    params: userParams.extend(keyParams.shape),
    body: AccessKeyChange,
    answer: AccessKey,
    run: ({ platform, caller, params, body }) =>
      platform.db.transaction(async (tx) => {
        const user = await userFor(tx, caller, params.userId)
        // Rule 20: who has a pair of an extension decides for it.
        if (body.active && user.service_of !== null) ensureMay(caller, 'extension.credentials')
        // Over one's own pairs nobody is an administrator.
        const administers = user.id !== caller.userId
        return await setKeyActive(tx, caller, user.id, params.accessKeyId, body.active, administers, {
          user: user.name,
        })
      }),
  }),
  route({
    method: 'DELETE',
    path: '/users/:userId/access-keys/:accessKeyId',
    access: 'user.write',
    tag: 'Users',
    summary: "Delete one of a user's AccessKey pairs",
    status: 204,
    params: userParams.extend(keyParams.shape),
    run: ({ platform, caller, params }) =>
      platform.db.transaction(async (tx) => {
        const user = await userFor(tx, caller, params.userId)
        await deleteKey(tx, caller, user.id, params.accessKeyId, { user: user.name })
      }),
  }),
]

/** A user of the tenant whom the caller may change: those with full power only by who has it. */
async function userFor(sql: Sql, caller: Caller, id: number): Promise<users.UserRow> {
  const user = await users.userOfTenant(sql, caller.tenantId, id)
  if (!user) throw new Refusal('NOT_FOUND', { thing: 'user', id })
  requireGrantable(caller.tenantRoles, user.tenant_roles)
  return user
}

/** Changes a user so that somebody remains who has full power; what their sessions hold open looks at it at once. */
async function changeUser(
  platform: Platform,
  caller: Caller,
  id: number,
  change: (tx: Transaction, before: users.UserRow) => Promise<void>,
) {
  const after = await platform.db.transaction(async (tx) => {
    const owners = await users.lockOwners(tx, caller.tenantId)
    const before = await userFor(tx, caller, id)
    await change(tx, before)
    if (owners.length > 0 && (await users.lockOwners(tx, caller.tenantId)).length === 0)
      throw new Refusal('LAST_ADMINISTRATOR')
    return await view(tx, caller, id)
  })
  tellSessions(platform, { tenantId: caller.tenantId, userId: id })
  return after
}

const view = async (sql: Sql, caller: Caller, id: number) =>
  userView(caller, (await users.listedUser(sql, caller.tenantId, id))!)

const FULL_POWER = ['account-owner', 'full-access']
const hasFullPower = (roles: readonly string[]) => roles.some((role) => FULL_POWER.includes(role))

/** Full power is given and changed only by who has it. */
function requireGrantable(mine: readonly string[], roles: readonly string[]): void {
  if (hasFullPower(roles) && !hasFullPower(mine))
    throw new Refusal('FORBIDDEN', { action: 'changing users with full access' })
}

/** Nobody raises their own rights; who may do everything has none to gain. */
function requireFullPower({ tenantRoles }: Caller): void {
  if (!hasFullPower(tenantRoles)) throw new Refusal('OWN_RIGHTS')
}

function requirePerson(user: users.UserRow, problem: string): void {
  if (user.service_of !== null) throw new Refusal('SERVICE_USER', { problem })
}

function record(tx: Transaction, { tenantId, userId }: Caller, action: string, object: string, details?: object): void {
  writeAudit(tx, { tenantId, userId, action, object, ...(details && { details }) })
}

/** A taken name or e-mail address is said as that. */
async function named<T>(
  { name, email }: { readonly name: string; readonly email?: string | null | undefined },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isUniqueViolation(error, 'users_email')) throw new Refusal('NAME_TAKEN', { thing: 'user', name: email ?? '' })
    if (isUniqueViolation(error)) throw new Refusal('NAME_TAKEN', { thing: 'user', name })
    throw error
  }
}
