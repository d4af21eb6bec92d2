/** What an empty database gets, and how further tenants come: a tenant and its account owner. */
import { Refusal } from '@holdpoint/core'
import { ConfigError } from './config.ts'
import { decryptSecret, generatePassword, hashPassword } from './credentials.ts'
import { writeAudit } from './store/audit.ts'
import type { Database, Transaction } from './store/database.ts'
import { deleteSessionsOf } from './store/sessions.ts'
import * as users from './store/users.ts'

export const FIRST_ADMINISTRATOR = 'admin'

/** The first administrator's generated password when there was nobody yet; null when there was. Safe for replicas that start at the same time. */
export async function ensureAdministrator(db: Database): Promise<string | null> {
  const password = generatePassword()
  const passwordHash = await hashPassword(password)
  return await db.transaction(async (tx) => {
    await users.lockFirstStart(tx)
    if (await users.anyTenant(tx)) return null
    await insertTenantWithOwner(tx, 'Holdpoint', FIRST_ADMINISTRATOR, passwordHash)
    return password
  })
}

/** A further tenant, of which nobody in the others sees anything; answers its account owner's generated password. */
export async function addTenant(db: Database, name: string, ownerName: string): Promise<string> {
  const password = generatePassword()
  const passwordHash = await hashPassword(password)
  await db.transaction(async (tx) => {
    await users.lockFirstStart(tx)
    if (await users.tenantByName(tx, name)) throw new Refusal('NAME_TAKEN', { thing: 'tenant', name })
    if (await users.userByName(tx, ownerName)) throw new Refusal('NAME_TAKEN', { thing: 'user', name: ownerName })
    await insertTenantWithOwner(tx, name, ownerName, passwordHash)
  })
  return password
}

async function insertTenantWithOwner(
  tx: Transaction,
  name: string,
  ownerName: string,
  passwordHash: string,
): Promise<void> {
  const tenantId = await users.insertTenant(tx, name)
  const tenantRoles = ['account-owner'] as const
  await users.insertUser(tx, { tenantId, name: ownerName, displayName: 'Administrator', passwordHash, tenantRoles })
  writeAudit(tx, {
    tenantId,
    userId: null,
    action: 'tenant.create',
    object: name,
    details: { owner: ownerName },
  })
}

/** Gives the first administrator a new password and ends their sessions; null when there is no such user. */
export async function resetAdministrator(db: Database): Promise<string | null> {
  const password = generatePassword()
  const passwordHash = await hashPassword(password)
  return await db.transaction(async (tx) => {
    const user = await users.userByName(tx, FIRST_ADMINISTRATOR)
    if (!user) return null
    await users.updateUser(tx, user.id, { password: { hash: passwordHash, oneTimeUntil: null }, disabled: false })
    await deleteSessionsOf(tx, user.id)
    writeAudit(tx, {
      tenantId: user.tenant_id,
      userId: null,
      action: 'user.reset-password',
      object: user.name,
    })
    return password
  })
}

/** Refuses a key that is not the one the secrets here were encrypted with: no AccessKey pair would work, and new ones only with the wrong key. */
export async function checkSecretKey(db: Database, secretKey: Buffer): Promise<void> {
  const sealed = await users.anyAccessKey(db)
  if (sealed === null) return
  try {
    decryptSecret(secretKey, sealed.secret, sealed.id)
  } catch {
    throw new ConfigError([
      'HOLDPOINT_SECRET_KEY is not the key that the secrets in this database were encrypted with; start with that one',
    ])
  }
}
