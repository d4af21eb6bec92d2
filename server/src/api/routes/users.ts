import { Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { ensureMay } from '../../access.ts'
import { encryptSecret, generateAccessKey, hashPassword } from '../../credentials.ts'
import { writeAudit } from '../../store/audit.ts'
import { isUniqueViolation } from '../../store/database.ts'
import * as users from '../../store/users.ts'
import { afterId, page, pageOf, pageQuery, route } from '../route.ts'
import { AccessKey, NewAccessKey, NewUser, User, UserChange } from '../shapes.ts'
import { userView } from '../views.ts'

const userParams = z.object({ userId: z.coerce.number().int().positive() })
const keyParams = z.object({ accessKeyId: z.string().max(64) })
const MOST_ACTIVE_KEYS = 2

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
      return page(rows, query.limit, (row) => String(row.id), userView)
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
    answer: User,
    async run({ platform, caller, body }) {
      requireGrantable(caller.tenantRoles, body.tenantRoles)
      const passwordHash = await hashPassword(body.password)
      try {
        return await platform.db.transaction(async (tx) => {
          const user = await users.insertUser(tx, {
            tenantId: caller.tenantId,
            name: body.name,
            displayName: body.displayName ?? body.name,
            passwordHash,
            tenantRoles: body.tenantRoles,
          })
          writeAudit(tx, {
            tenantId: caller.tenantId,
            userId: caller.userId,
            action: 'user.create',
            object: user.name,
            details: { tenantRoles: body.tenantRoles },
          })
          return userView(user)
        })
      } catch (error) {
        if (isUniqueViolation(error)) throw new Refusal('NAME_TAKEN', { thing: 'user', name: body.name })
        throw error
      }
    },
  }),
  route({
    method: 'PATCH',
    path: '/users/:userId',
    access: 'own',
    tag: 'Users',
    summary: 'Change a user: display name, password, tenant roles, disabled',
    params: userParams,
    body: UserChange,
    answer: User,
    async run({ platform, caller, params, body }) {
      const own = params.userId === caller.userId && body.tenantRoles === undefined && body.disabled === undefined
      if (!own) ensureMay(caller, 'user.write')
      const passwordHash = body.password === undefined ? undefined : await hashPassword(body.password)
      return await platform.db.transaction(async (tx) => {
        const owners = await users.lockOwners(tx, caller.tenantId)
        const before = await users.userOfTenant(tx, caller.tenantId, params.userId)
        if (!before) throw new Refusal('NOT_FOUND', { thing: 'user', id: params.userId })
        if (!own) requireGrantable(caller.tenantRoles, before.tenant_roles)
        if (body.tenantRoles) requireGrantable(caller.tenantRoles, body.tenantRoles)
        await users.updateUser(tx, before.id, { ...body, passwordHash })
        if (body.disabled || passwordHash !== undefined) await users.deleteSessionsOf(tx, before.id)
        if (owners.length > 0 && (await users.lockOwners(tx, caller.tenantId)).length === 0)
          throw new Refusal('LAST_ADMINISTRATOR')
        writeAudit(tx, {
          tenantId: caller.tenantId,
          userId: caller.userId,
          action: 'user.change',
          object: before.name,
          details: { ...body, password: body.password === undefined ? undefined : 'changed' },
        })
        return userView((await users.userOfTenant(tx, caller.tenantId, before.id))!)
      })
    },
  }),
  route({
    method: 'GET',
    path: '/access-keys',
    access: 'own',
    tag: 'AccessKey pairs',
    summary: "The caller's own AccessKey pairs",
    answer: pageOf(AccessKey),
    async run({ platform, caller }) {
      return { items: (await users.accessKeysOf(platform.db, caller.userId)).map(accessKeyView), nextCursor: null }
    },
  }),
  route({
    method: 'POST',
    path: '/access-keys',
    access: 'own',
    tag: 'AccessKey pairs',
    summary: 'Make an AccessKey pair; its secret is shown this once',
    status: 201,
    answer: NewAccessKey,
    async run({ platform, caller }) {
      const pair = generateAccessKey()
      await platform.db.transaction(async (tx) => {
        const present = await users.lockAccessKeys(tx, caller.userId)
        if (present.filter((key) => key.active).length >= MOST_ACTIVE_KEYS) throw new Refusal('ACCESS_KEYS_FULL')
        await users.insertAccessKey(tx, {
          id: pair.id,
          userId: caller.userId,
          secret: encryptSecret(platform.secretKey, pair.secret, pair.id),
        })
        writeAudit(tx, {
          tenantId: caller.tenantId,
          userId: caller.userId,
          action: 'access-key.create',
          object: pair.id,
        })
      })
      return pair
    },
  }),
  route({
    method: 'PATCH',
    path: '/access-keys/:accessKeyId',
    access: 'own',
    tag: 'AccessKey pairs',
    summary: 'Activate or deactivate one of the own AccessKey pairs',
    params: keyParams,
    body: z.strictObject({ active: z.boolean() }),
    answer: AccessKey,
    async run({ platform, caller, params, body }) {
      return await platform.db.transaction(async (tx) => {
        const present = await users.lockAccessKeys(tx, caller.userId)
        const key = present.find((one) => one.id === params.accessKeyId)
        if (!key) throw new Refusal('NOT_FOUND', { thing: 'AccessKey pair', id: params.accessKeyId })
        if (body.active && !key.active && present.filter((one) => one.active).length >= MOST_ACTIVE_KEYS)
          throw new Refusal('ACCESS_KEYS_FULL')
        await users.setAccessKeyActive(tx, key.id, body.active)
        writeAudit(tx, {
          tenantId: caller.tenantId,
          userId: caller.userId,
          action: body.active ? 'access-key.activate' : 'access-key.deactivate',
          object: key.id,
        })
        return accessKeyView({ ...key, active: body.active })
      })
    },
  }),
  route({
    method: 'DELETE',
    path: '/access-keys/:accessKeyId',
    access: 'own',
    tag: 'AccessKey pairs',
    summary: 'Delete one of the own AccessKey pairs',
    status: 204,
    params: keyParams,
    async run({ platform, caller, params }) {
      await platform.db.transaction(async (tx) => {
        const key = (await users.lockAccessKeys(tx, caller.userId)).find((one) => one.id === params.accessKeyId)
        if (!key) throw new Refusal('NOT_FOUND', { thing: 'AccessKey pair', id: params.accessKeyId })
        await users.deleteAccessKey(tx, key.id)
        writeAudit(tx, {
          tenantId: caller.tenantId,
          userId: caller.userId,
          action: 'access-key.delete',
          object: key.id,
        })
      })
    },
  }),
]

/** Full power is given and changed only by who has it. */
function requireGrantable(mine: readonly string[], roles: readonly string[]): void {
  const full = ['account-owner', 'full-access']
  if (roles.some((role) => full.includes(role)) && !mine.some((role) => full.includes(role)))
    throw new Refusal('FORBIDDEN', { action: 'changing users with full access' })
}

const accessKeyView = (row: users.AccessKeyRow) => ({
  id: row.id,
  active: row.active,
  createdAt: row.created_at.toISOString(),
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
})
