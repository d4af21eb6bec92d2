/** What an empty database gets: a tenant and its account owner. */
import { generatePassword, hashPassword } from './credentials.ts'
import type { Database } from './store/database.ts'
import * as users from './store/users.ts'

export const FIRST_ADMINISTRATOR = 'admin'

/** The first administrator's generated password when there was nobody yet; null when there was. Safe for replicas that start at the same time. */
export async function ensureAdministrator(db: Database): Promise<string | null> {
  const password = generatePassword()
  const passwordHash = await hashPassword(password)
  return await db.transaction(async (tx) => {
    await users.lockFirstStart(tx)
    if (await users.anyTenant(tx)) return null
    const tenantId = await users.insertTenant(tx, 'Holdpoint')
    await users.insertUser(tx, {
      tenantId,
      name: FIRST_ADMINISTRATOR,
      displayName: 'Administrator',
      passwordHash,
      tenantRoles: ['account-owner'],
    })
    return password
  })
}

/** Gives the first administrator a new password and ends their sessions; null when there is no such user. */
export async function resetAdministrator(db: Database): Promise<string | null> {
  const password = generatePassword()
  const passwordHash = await hashPassword(password)
  return await db.transaction(async (tx) => {
    const user = await users.userByName(tx, FIRST_ADMINISTRATOR)
    if (!user) return null
    await users.updateUser(tx, user.id, { passwordHash, disabled: false })
    await users.deleteSessionsOf(tx, user.id)
    await users.insertAudit(tx, {
      tenantId: user.tenant_id,
      userId: null,
      action: 'user.reset-password',
      object: user.name,
    })
    return password
  })
}
