import type { TenantRole } from '@holdpoint/core'
import type { Sql } from './database.ts'

export type UserRow = {
  id: number
  tenant_id: number
  name: string
  display_name: string
  password_hash: string | null
  tenant_roles: TenantRole[]
  disabled_at: Date | null
  created_at: Date
}

export async function insertTenant(sql: Sql, name: string): Promise<number> {
  const [row] = await sql.rows<{ id: number }>('insert into tenants (name) values ($1) returning id', [name])
  return row!.id
}

export async function anyTenant(sql: Sql): Promise<{ id: number } | null> {
  const [row] = await sql.rows<{ id: number }>('select id from tenants order by id limit 1')
  return row ?? null
}

export async function tenantByName(sql: Sql, name: string): Promise<{ id: number } | null> {
  const [row] = await sql.rows<{ id: number }>('select id from tenants where lower(name) = lower($1)', [name])
  return row ?? null
}

export async function insertUser(
  sql: Sql,
  user: {
    tenantId: number
    name: string
    displayName: string
    passwordHash: string | null
    tenantRoles: readonly TenantRole[]
  },
): Promise<UserRow> {
  const [row] = await sql.rows<UserRow>(
    `insert into users (tenant_id, name, display_name, password_hash, tenant_roles) values ($1, $2, $3, $4, $5) returning *`,
    [user.tenantId, user.name, user.displayName, user.passwordHash, user.tenantRoles],
  )
  return row!
}

export async function userByName(sql: Sql, name: string): Promise<UserRow | null> {
  const [row] = await sql.rows<UserRow>('select * from users where name = $1', [name])
  return row ?? null
}

export async function userOfTenant(sql: Sql, tenantId: number, userId: number): Promise<UserRow | null> {
  const [row] = await sql.rows<UserRow>('select * from users where tenant_id = $1 and id = $2', [tenantId, userId])
  return row ?? null
}

/** Those of these ids that are users of the tenant. */
export async function userIdsOf(sql: Sql, tenantId: number, ids: readonly number[]): Promise<number[]> {
  const rows = await sql.rows<{ id: number }>('select id from users where tenant_id = $1 and id = any($2)', [
    tenantId,
    ids,
  ])
  return rows.map((row) => row.id)
}

export async function usersOfTenant(sql: Sql, tenantId: number, afterId: number, limit: number): Promise<UserRow[]> {
  return await sql.rows<UserRow>('select * from users where tenant_id = $1 and id > $2 order by id limit $3', [
    tenantId,
    afterId,
    limit,
  ])
}

export async function updateUser(
  sql: Sql,
  userId: number,
  change: { displayName?: string; passwordHash?: string; tenantRoles?: readonly TenantRole[]; disabled?: boolean },
): Promise<void> {
  await sql.rows(
    `update users set display_name = coalesce($2, display_name), password_hash = coalesce($3, password_hash),
       tenant_roles = coalesce($4, tenant_roles),
       disabled_at = case when $5::boolean is null then disabled_at when $5 then coalesce(disabled_at, now()) end
     where id = $1`,
    [
      userId,
      change.displayName ?? null,
      change.passwordHash ?? null,
      change.tenantRoles ?? null,
      change.disabled ?? null,
    ],
  )
}

/** How many users who are not disabled hold full power over the tenant; the rows stay locked until the transaction ends. */
export async function lockOwners(sql: Sql, tenantId: number): Promise<number[]> {
  const rows = await sql.rows<{ id: number }>(
    `select id from users where tenant_id = $1 and disabled_at is null and tenant_roles && '{account-owner,full-access}' order by id for update`,
    [tenantId],
  )
  return rows.map((row) => row.id)
}

// Sessions

export async function insertSession(
  sql: Sql,
  tokenHash: Buffer,
  userId: number,
  lifetimeSeconds: number,
): Promise<void> {
  await sql.rows(
    `insert into sessions (token_hash, user_id, expires_at) values ($1, $2, now() + make_interval(secs => $3))`,
    [tokenHash, userId, lifetimeSeconds],
  )
}

export async function deleteSession(sql: Sql, tokenHash: Buffer): Promise<void> {
  await sql.rows('delete from sessions where token_hash = $1', [tokenHash])
}

export async function deleteSessionsOf(sql: Sql, userId: number): Promise<void> {
  await sql.rows('delete from sessions where user_id = $1', [userId])
}

// AccessKey pairs

export type AccessKeyRow = { id: string; user_id: number; active: boolean; created_at: Date; last_used_at: Date | null }

/** The user's pairs, locked, so that two requests at once cannot both become the second active one. */
export async function lockAccessKeys(sql: Sql, userId: number): Promise<AccessKeyRow[]> {
  await sql.rows('select 1 from users where id = $1 for update', [userId])
  return await accessKeysOf(sql, userId)
}

export async function accessKeysOf(sql: Sql, userId: number): Promise<AccessKeyRow[]> {
  return await sql.rows<AccessKeyRow>(
    'select id, user_id, active, created_at, last_used_at from access_keys where user_id = $1 order by created_at, id',
    [userId],
  )
}

export async function insertAccessKey(sql: Sql, key: { id: string; userId: number; secret: Buffer }): Promise<void> {
  await sql.rows('insert into access_keys (id, user_id, secret) values ($1, $2, $3)', [key.id, key.userId, key.secret])
}

/** Any pair with its encrypted secret; null when there is none. */
export async function anyAccessKey(sql: Sql): Promise<{ id: string; secret: Buffer } | null> {
  const [row] = await sql.rows<{ id: string; secret: Buffer }>('select id, secret from access_keys limit 1')
  return row ?? null
}

export async function setAccessKeyActive(sql: Sql, id: string, active: boolean): Promise<void> {
  await sql.rows('update access_keys set active = $2 where id = $1', [id, active])
}

export async function deleteAccessKey(sql: Sql, id: string): Promise<void> {
  await sql.rows('delete from access_keys where id = $1', [id])
}

/** Notes the last use, to the minute, so that a busy key is not written at every request. */
export async function touchAccessKeys(sql: Sql, ids: readonly string[]): Promise<void> {
  await sql.rows(
    `update access_keys set last_used_at = now() where id = any($1) and (last_used_at is null or last_used_at < now() - interval '1 minute')`,
    [ids],
  )
}

/** One replica at a time looks whether there is anybody yet. */
export async function lockFirstStart(sql: Sql): Promise<void> {
  await sql.rows('select pg_advisory_xact_lock(4180004)')
}
