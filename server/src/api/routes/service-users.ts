/** With what an extension answers: AccessKey pairs of a service user of its own, which may do nothing else. */
import { may, Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { ensureMay } from '../../access.ts'
import { writeAudit } from '../../store/audit.ts'
import type { Sql, Transaction } from '../../store/database.ts'
import { extensionByCode } from '../../store/extensions.ts'
import type { Caller } from '../../store/principals.ts'
import * as users from '../../store/users.ts'
import { AccessKey, AccessKeyChange, Credentials, NewAccessKey } from '../access-shapes.ts'
import { route } from '../route.ts'
import { accessKeyView, deleteKey, keyParams, makeKey, setKeyActive } from './access-keys.ts'

const codeParams = z.object({ code: z.string().max(64) })

export const serviceUserRoutes = [
  route({
    method: 'GET',
    path: '/extensions/:code/credentials',
    access: 'extension.write',
    tag: 'Extensions',
    summary: 'With what an extension answers: its service user and the AccessKey pairs of that',
    params: codeParams,
    answer: Credentials,
    async run({ platform, caller, params }) {
      const extension = await extensionFor(platform.db, caller, params.code)
      const user = await users.serviceUserOf(platform.db, extension.id)
      return {
        user: user && { id: String(user.id), name: user.name, disabled: user.disabled_at !== null },
        accessKeys: user === null ? [] : (await users.accessKeysOf(platform.db, user.id)).map(accessKeyView),
      }
    },
  }),
  route({
    method: 'POST',
    path: '/extensions/:code/credentials',
    access: 'extension.write',
    tag: 'Extensions',
    summary:
      'Make an AccessKey pair with which an extension answers, and its service user with the first; the secret is shown this once',
    status: 201,
    params: codeParams,
    answer: NewAccessKey,
    run: ({ platform, caller, params }) =>
      platform.db.transaction(async (tx) => {
        await users.lockServiceUser(tx, caller.tenantId, params.code)
        const extension = await extensionFor(tx, caller, params.code)
        const user = (await users.serviceUserOf(tx, extension.id)) ?? (await makeServiceUser(tx, caller, extension))
        return await makeKey(platform, tx, caller, user.id, { extension: extension.code })
      }),
  }),
  route({
    method: 'PATCH',
    path: '/extensions/:code/credentials/:accessKeyId',
    access: 'extension.write',
    tag: 'Extensions',
    summary: 'Activate or deactivate an AccessKey pair with which an extension answers',
    params: codeParams.extend(keyParams.shape),
    body: AccessKeyChange,
    answer: AccessKey,
    run: ({ platform, caller, params, body }) =>
      platform.db.transaction(async (tx) => {
        const { userId, extension } = await keysOf(tx, caller, params)
        const administers = may(caller, 'extension.credentials')
        return await setKeyActive(tx, caller, userId, params.accessKeyId, body.active, administers, { extension })
      }),
  }),
  route({
    method: 'DELETE',
    path: '/extensions/:code/credentials/:accessKeyId',
    access: 'extension.write',
    tag: 'Extensions',
    summary: 'Delete an AccessKey pair with which an extension answers',
    status: 204,
    params: codeParams.extend(keyParams.shape),
    run: ({ platform, caller, params }) =>
      platform.db.transaction(async (tx) => {
        const { userId, extension } = await keysOf(tx, caller, params)
        await deleteKey(tx, caller, userId, params.accessKeyId, { extension })
      }),
  }),
]

type Extension = { readonly id: number; readonly code: string; readonly name: string; readonly owner_id: number }

/** Rule 20: who has these pairs decides for the extension, so they are its owner's, and of those who may do everything. */
async function extensionFor(sql: Sql, caller: Caller, code: string): Promise<Extension> {
  const extension = await extensionByCode(sql, caller.tenantId, code)
  if (!extension) throw new Refusal('EXTENSION_UNKNOWN', { extensionCode: code })
  if (!mayManageCredentials(caller, extension)) ensureMay(caller, 'extension.credentials')
  return extension
}

/** Its pairs, and the secrets of a function. */
export const mayManageCredentials = (caller: Caller, extension: { readonly owner_id: number }) =>
  (may(caller, 'extension.write') && extension.owner_id === caller.userId) || may(caller, 'extension.credentials')

async function makeServiceUser(tx: Transaction, caller: Caller, extension: Extension): Promise<users.UserRow> {
  const user = await users.insertUser(tx, {
    tenantId: caller.tenantId,
    name: `extension-${extension.code}`,
    displayName: extension.name,
    passwordHash: null,
    tenantRoles: [],
    serviceOf: extension.id,
  })
  writeAudit(tx, {
    tenantId: caller.tenantId,
    userId: caller.userId,
    action: 'user.create',
    object: user.name,
    details: { extension: extension.code },
  })
  return user
}

async function keysOf(tx: Transaction, caller: Caller, { code, accessKeyId }: { code: string; accessKeyId: string }) {
  // Its owner stays who it is until this has ended.
  await users.lockServiceUser(tx, caller.tenantId, code)
  const extension = await extensionFor(tx, caller, code)
  const user = await users.serviceUserOf(tx, extension.id)
  if (user === null) throw new Refusal('NOT_FOUND', { thing: 'AccessKey pair', id: accessKeyId })
  return { userId: user.id, extension: extension.code }
}
