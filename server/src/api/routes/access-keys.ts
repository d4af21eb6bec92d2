/** AccessKey pairs: of the caller, of a user whom an administrator looks after, and of an extension's service user. */
import { Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { encryptSecret, generateAccessKey } from '../../credentials.ts'
import type { Platform } from '../../platform.ts'
import { writeAudit } from '../../store/audit.ts'
import type { Transaction } from '../../store/database.ts'
import type { Caller } from '../../store/principals.ts'
import * as users from '../../store/users.ts'
import { AccessKey, AccessKeyChange, NewAccessKey } from '../access-shapes.ts'
import { pageOf, route } from '../route.ts'

export const keyParams = z.object({ accessKeyId: z.string().max(64) })
const MOST_ACTIVE_KEYS = 2

export const accessKeyRoutes = [
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
    run: ({ platform, caller }) => platform.db.transaction((tx) => makeKey(platform, tx, caller, caller.userId)),
  }),
  route({
    method: 'PATCH',
    path: '/access-keys/:accessKeyId',
    access: 'own',
    tag: 'AccessKey pairs',
    summary: 'Activate or deactivate one of the own AccessKey pairs',
    params: keyParams,
    body: AccessKeyChange,
    answer: AccessKey,
    run: ({ platform, caller, params, body }) =>
      platform.db.transaction((tx) => setKeyActive(tx, caller, caller.userId, params.accessKeyId, body.active, false)),
  }),
  route({
    method: 'DELETE',
    path: '/access-keys/:accessKeyId',
    access: 'own',
    tag: 'AccessKey pairs',
    summary: 'Delete one of the own AccessKey pairs',
    status: 204,
    params: keyParams,
    run: ({ platform, caller, params }) =>
      platform.db.transaction((tx) => deleteKey(tx, caller, caller.userId, params.accessKeyId)),
  }),
]

/** Whose pair it is, where that is not the caller. */
type Of = { readonly extension?: string; readonly user?: string }

export async function makeKey(platform: Platform, tx: Transaction, caller: Caller, userId: number, of: Of = {}) {
  const pair = generateAccessKey()
  const present = await users.lockAccessKeys(tx, userId)
  if (present.filter((key) => key.active).length >= MOST_ACTIVE_KEYS) throw new Refusal('ACCESS_KEYS_FULL')
  await users.insertAccessKey(tx, {
    id: pair.id,
    userId,
    secret: encryptSecret(platform.secretKey, pair.secret, pair.id),
  })
  record(tx, caller, 'access-key.create', pair.id, of)
  return pair
}

/** Rule 20: a pair that an administrator has switched off is switched on by an administrator. `administers`: the caller is one for this pair. */
export async function setKeyActive(
  tx: Transaction,
  caller: Caller,
  userId: number,
  id: string,
  active: boolean,
  administers: boolean,
  of: Of = {},
) {
  const present = await users.lockAccessKeys(tx, userId)
  const key = found(present, id)
  if (active && key.deactivated_by !== null && !administers) throw new Refusal('ACCESS_KEY_KEPT_INACTIVE')
  if (active && !key.active && present.filter((one) => one.active).length >= MOST_ACTIVE_KEYS)
    throw new Refusal('ACCESS_KEYS_FULL')
  const after = await users.setAccessKeyActive(tx, key.id, active, administers ? caller.userId : null)
  record(tx, caller, active ? 'access-key.activate' : 'access-key.deactivate', key.id, of)
  return accessKeyView(after)
}

export async function deleteKey(tx: Transaction, caller: Caller, userId: number, id: string, of: Of = {}) {
  const key = found(await users.lockAccessKeys(tx, userId), id)
  await users.deleteAccessKey(tx, key.id)
  record(tx, caller, 'access-key.delete', key.id, of)
}

function found(present: readonly users.AccessKeyRow[], id: string): users.AccessKeyRow {
  const key = present.find((one) => one.id === id)
  if (!key) throw new Refusal('NOT_FOUND', { thing: 'AccessKey pair', id })
  return key
}

function record(tx: Transaction, { tenantId, userId }: Caller, action: string, object: string, of: Of): void {
  writeAudit(tx, { tenantId, userId, action, object, ...(Object.keys(of).length > 0 && { details: of }) })
}

export const accessKeyView = (row: users.AccessKeyRow) => ({
  id: row.id,
  active: row.active,
  deactivatedByAdministrator: row.deactivated_by !== null,
  createdAt: row.created_at.toISOString(),
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
})
