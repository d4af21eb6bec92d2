/** Which user here somebody is whom the OpenID Connect provider has let in. */
import { randomBytes } from 'node:crypto'
import { Refusal } from '@holdpoint/core'
import type { Provider, Somebody } from '../openid/provider.ts'
import type { Platform } from '../platform.ts'
import { writeAudit } from '../store/audit.ts'
import { isUniqueViolation, type Transaction } from '../store/database.ts'
import * as identities from '../store/identities.ts'
import { callerOfSession } from '../store/principals.ts'
import * as users from '../store/users.ts'

/**
 * Rule 20: by what was linked before, which is issuer and subject and nothing else; else, where the configuration says so, by the verified e-mail
 * address that an administrator gave to a user who is nobody at this provider yet; else a user is made, where the configuration says so.
 */
export async function recognise(tx: Transaction, provider: Provider, somebody: Somebody): Promise<users.UserRow> {
  const tenant =
    provider.tenantName === null ? await users.anyTenant(tx) : await users.tenantByName(tx, provider.tenantName)
  if (tenant === null) throw new Refusal('OPENID_USER_UNKNOWN')
  const { issuer } = provider
  const user =
    (await identities.userByIdentity(tx, tenant.id, issuer, somebody.subject)) ??
    (await byEmail(tx, tenant.id, provider, somebody)) ??
    (provider.createUsers ? await makeUser(tx, tenant.id, provider, somebody) : null)
  if (user === null) throw new Refusal('OPENID_USER_UNKNOWN')
  if (user.disabled_at !== null) throw new Refusal('OPENID_USER_DISABLED')
  return user
}

async function byEmail(
  tx: Transaction,
  tenantId: number,
  provider: Provider,
  { email, emailVerified, subject }: Somebody,
): Promise<users.UserRow | null> {
  if (provider.userClaim !== 'email' || email === null) return null
  const user = await identities.userByEmail(tx, tenantId, provider.issuer, email)
  if (user === null) return null
  // Whoever could write any address into their account there would be anybody here.
  if (!emailVerified) throw new Refusal('OPENID_EMAIL_UNVERIFIED')
  if (user.known_otherwise) throw new Refusal('OPENID_LINKED_OTHERWISE')
  await link(tx, provider.issuer, subject, user)
  return user
}

async function makeUser(
  tx: Transaction,
  tenantId: number,
  { issuer, role }: Provider,
  somebody: Somebody,
): Promise<users.UserRow> {
  const email = somebody.emailVerified ? somebody.email : null
  const known = email !== null && (await identities.userByEmail(tx, tenantId, issuer, email)) !== null
  const user = await users.insertUser(tx, {
    tenantId,
    name: await freeName(tx, somebody),
    displayName: displayName(somebody),
    passwordHash: null,
    tenantRoles: role === null ? [] : [role],
    email: known ? null : email,
  })
  writeAudit(tx, {
    tenantId,
    userId: user.id,
    action: 'user.create',
    object: user.name,
    details: { issuer, tenantRoles: user.tenant_roles, email: user.email },
  })
  await link(tx, issuer, somebody.subject, user)
  return user
}

/** The user of this session is known at the provider from now on. They began it themselves, in this browser, signed in. */
export async function linkUser(
  { db, signIn }: Platform,
  provider: Provider,
  sessionId: string,
  somebody: Somebody,
): Promise<void> {
  await db.transaction(async (tx) => {
    const caller = await callerOfSession(tx, sessionId, signIn.idleSeconds)
    if (caller === null) throw new Refusal('OPENID_BEGIN_AGAIN')
    const tenant =
      provider.tenantName === null ? await users.anyTenant(tx) : await users.tenantByName(tx, provider.tenantName)
    if (tenant?.id !== caller.tenantId) throw new Refusal('OPENID_USER_UNKNOWN')
    await link(tx, provider.issuer, somebody.subject, {
      id: caller.userId,
      tenant_id: caller.tenantId,
      name: caller.name,
    })
  })
}

async function link(
  tx: Transaction,
  issuer: string,
  subject: string,
  user: Pick<users.UserRow, 'id' | 'tenant_id' | 'name'>,
): Promise<void> {
  try {
    await identities.insertIdentity(tx, issuer, subject, user.id)
  } catch (error) {
    if (isUniqueViolation(error)) throw new Refusal('OPENID_LINKED_OTHERWISE')
    throw error
  }
  writeAudit(tx, {
    tenantId: user.tenant_id,
    userId: user.id,
    action: 'user.link',
    object: user.name,
    details: { issuer, subject },
  })
}

/** A name of the form that names have here, as near as can be to what the person is called there. */
async function freeName(tx: Transaction, { name, email }: Somebody): Promise<string> {
  const wanted = (name ?? email?.split('@')[0] ?? '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 48)
  const base = wanted.length < 2 ? `user-${wanted}`.replace(/-$/, '') : wanted
  return (await users.userByName(tx, base)) === null ? base : `${base}-${randomBytes(4).toString('hex')}`
}

function displayName({ displayName, name, email, subject }: Somebody): string {
  const shown = (displayName ?? name ?? email ?? subject)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .replaceAll(/[\u0000-\u001f\u007f]/g, '')
    .trim()
    .slice(0, 128)
  return shown === '' ? 'Somebody' : shown
}
