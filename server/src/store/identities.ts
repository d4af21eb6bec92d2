/** Who a user is at an OpenID provider. */
import type { Sql } from './database.ts'
import type { UserRow } from './users.ts'

export async function userByIdentity(
  sql: Sql,
  tenantId: number,
  issuer: string,
  subject: string,
): Promise<UserRow | null> {
  const [row] = await sql.rows<UserRow>(
    `select u.* from user_identities i join users u on u.id = i.user_id
     where u.tenant_id = $1 and i.issuer = $2 and i.subject = $3`,
    [tenantId, issuer, subject],
  )
  return row ?? null
}

/** A person of the tenant with this e-mail address, and whether they are somebody else at the provider already. */
export async function userByEmail(
  sql: Sql,
  tenantId: number,
  issuer: string,
  email: string,
): Promise<(UserRow & { known_otherwise: boolean }) | null> {
  const [row] = await sql.rows<UserRow & { known_otherwise: boolean }>(
    `select u.*, exists (select from user_identities i where i.user_id = u.id and i.issuer = $2) as known_otherwise
     from users u where u.tenant_id = $1 and lower(u.email) = lower($3)`,
    [tenantId, issuer, email],
  )
  return row ?? null
}

export async function identityOf(sql: Sql, userId: number, issuer: string): Promise<{ subject: string } | null> {
  const [row] = await sql.rows<{ subject: string }>(
    'select subject from user_identities where user_id = $1 and issuer = $2',
    [userId, issuer],
  )
  return row ?? null
}

/** Fails where the user is known at this provider already, or somebody else is this one there. */
export async function insertIdentity(sql: Sql, issuer: string, subject: string, userId: number): Promise<void> {
  await sql.rows('insert into user_identities (issuer, subject, user_id) values ($1, $2, $3)', [
    issuer,
    subject,
    userId,
  ])
}

export async function deleteIdentities(sql: Sql, userId: number): Promise<number> {
  return (await sql.rows('delete from user_identities where user_id = $1 returning subject', [userId])).length
}
