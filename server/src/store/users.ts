import type { TenantRole } from '@holdpoint/core'
import type { Sql } from './database.ts'
import { FAILURES_WITHIN_SECONDS, MOST_FAILURES } from './sign-in-failures.ts'

export type UserRow = {
  id: number
  tenant_id: number
  name: string
  display_name: string
  password_hash: string | null
  tenant_roles: TenantRole[]
  email: string | null
  one_time_until: Date | null
  /** The extension that the user speaks for; null for a person. */
  service_of: number | null
  disabled_at: Date | null
  created_at: Date
}

export async function insertTenant(sql: Sql, name: string): Promise<number> {
  const [row] = await sql.rows<{ id: number }>(
    `with made as (insert into tenants (name) values ($1) returning id),
     grouped as (insert into resource_groups (tenant_id, identifier, name, slots, is_default) select id, 'default', 'Default resource group', 8, true from made)
     select id from made`,
    [name],
  )
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
    email?: string | null
    oneTimeUntil?: Date | null
    serviceOf?: number | null
  },
): Promise<UserRow> {
  const [row] = await sql.rows<UserRow>(
    `insert into users (tenant_id, name, display_name, password_hash, tenant_roles, email, one_time_until, service_of)
     values ($1, $2, $3, $4, $5, $6, $7, $8) returning *`,
    [
      user.tenantId,
      user.name,
      user.displayName,
      user.passwordHash,
      user.tenantRoles,
      user.email ?? null,
      user.oneTimeUntil ?? null,
      user.serviceOf ?? null,
    ],
  )
  return row!
}

/** What a list of users shows of one besides: of which extension it is a service user, and until when guessing has shut its name out. */
export type ListedUserRow = UserRow & {
  service_of_code: string | null
  locked_until: Date | null
  at_provider: boolean
}

const LISTED = `select u.*, e.code as service_of_code,
  (select max(f.since + make_interval(secs => $1)) from sign_in_failures f where f.name_hash = sha256(convert_to(u.name, 'UTF8'))
     and f.count >= case when f.address = '' then $2::integer else $3::integer end and f.since > now() - make_interval(secs => $1)) as locked_until,
  exists (select from user_identities i where i.user_id = u.id) as at_provider
  from users u left join extensions e on e.id = u.service_of`
const LIMITS = [FAILURES_WITHIN_SECONDS, MOST_FAILURES.ofName, MOST_FAILURES.ofNameFromAddress] as const

export async function usersOfTenant(
  sql: Sql,
  tenantId: number,
  afterId: number,
  limit: number,
): Promise<ListedUserRow[]> {
  return await sql.rows<ListedUserRow>(`${LISTED} where u.tenant_id = $4 and u.id > $5 order by u.id limit $6`, [
    ...LIMITS,
    tenantId,
    afterId,
    limit,
  ])
}

export async function listedUser(sql: Sql, tenantId: number, userId: number): Promise<ListedUserRow | null> {
  const [row] = await sql.rows<ListedUserRow>(`${LISTED} where u.tenant_id = $4 and u.id = $5`, [
    ...LIMITS,
    tenantId,
    userId,
  ])
  return row ?? null
}

export async function userByName(sql: Sql, name: string): Promise<UserRow | null> {
  const [row] = await sql.rows<UserRow>('select * from users where name = $1', [name])
  return row ?? null
}

export async function userOfTenant(sql: Sql, tenantId: number, userId: number): Promise<UserRow | null> {
  const [row] = await sql.rows<UserRow>('select * from users where tenant_id = $1 and id = $2', [tenantId, userId])
  return row ?? null
}

/** The user, who stays as they are until the transaction ends. */
export async function lockUser(sql: Sql, userId: number): Promise<UserRow | null> {
  const [row] = await sql.rows<UserRow>('select * from users where id = $1 for update', [userId])
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

export type UserUpdate = {
  readonly displayName?: string
  /** Until when the password signs in once; null: for good. */
  readonly password?: { readonly hash: string; readonly oneTimeUntil: Date | null }
  readonly tenantRoles?: readonly TenantRole[]
  readonly disabled?: boolean
  readonly email?: string | null
}

export async function updateUser(sql: Sql, userId: number, change: UserUpdate): Promise<void> {
  await sql.rows(
    `update users set display_name = coalesce($2, display_name), password_hash = coalesce($3, password_hash),
       one_time_until = case when $3::text is null then one_time_until else $4::timestamptz end,
       tenant_roles = coalesce($5, tenant_roles),
       disabled_at = case when $6::boolean is null then disabled_at when $6 then coalesce(disabled_at, now()) end,
       email = case when $7 then $8 else email end
     where id = $1`,
    [
      userId,
      change.displayName ?? null,
      change.password?.hash ?? null,
      change.password?.oneTimeUntil ?? null,
      change.tenantRoles ?? null,
      change.disabled ?? null,
      change.email !== undefined,
      change.email ?? null,
    ],
  )
}

/** The user that speaks for an extension; null before it was made. */
export async function serviceUserOf(sql: Sql, extensionId: number): Promise<UserRow | null> {
  const [row] = await sql.rows<UserRow>('select * from users where service_of = $1', [extensionId])
  return row ?? null
}

/** Nobody speaks for an extension any more. */
export async function disableServiceUser(sql: Sql, extensionId: number): Promise<void> {
  await sql.rows('update users set disabled_at = coalesce(disabled_at, now()) where service_of = $1', [extensionId])
}

/** Two who make the first pair of an extension at the same time make one service user. */
export async function lockServiceUser(sql: Sql, tenantId: number, extensionCode: string): Promise<void> {
  await sql.rows('select 1 from extensions where tenant_id = $1 and code = $2 for no key update', [
    tenantId,
    extensionCode,
  ])
}

/** How many users who are not disabled hold full power over the tenant; the rows stay locked until the transaction ends. */
export async function lockOwners(sql: Sql, tenantId: number): Promise<number[]> {
  const rows = await sql.rows<{ id: number }>(
    `select id from users where tenant_id = $1 and disabled_at is null and tenant_roles && '{account-owner,full-access}' order by id for update`,
    [tenantId],
  )
  return rows.map((row) => row.id)
}

// AccessKey pairs

export type AccessKeyRow = {
  id: string
  user_id: number
  active: boolean
  /** The administrator who switched it off. */
  deactivated_by: number | null
  created_at: Date
  last_used_at: Date | null
}

/** The user's pairs, locked, so that two requests at once cannot both become the second active one. */
export async function lockAccessKeys(sql: Sql, userId: number): Promise<AccessKeyRow[]> {
  await sql.rows('select 1 from users where id = $1 for update', [userId])
  return await accessKeysOf(sql, userId)
}

export async function accessKeysOf(sql: Sql, userId: number): Promise<AccessKeyRow[]> {
  return await sql.rows<AccessKeyRow>(
    'select id, user_id, active, deactivated_by, created_at, last_used_at from access_keys where user_id = $1 order by created_at, id',
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

/** `deactivatedBy`: the administrator who does it. What one has switched off stays theirs, whoever does so once more. */
export async function setAccessKeyActive(
  sql: Sql,
  id: string,
  active: boolean,
  deactivatedBy: number | null = null,
): Promise<AccessKeyRow> {
  const [row] = await sql.rows<AccessKeyRow>(
    `update access_keys set active = $2, deactivated_by = case when not $2 then coalesce($3, deactivated_by) end where id = $1
     returning id, user_id, active, deactivated_by, created_at, last_used_at`,
    [id, active, deactivatedBy],
  )
  return row!
}

/** Nothing signs for the extension any more with the pairs that there are; answers those that did. */
export async function deactivateServiceKeys(sql: Sql, extensionId: number): Promise<string[]> {
  const rows = await sql.rows<{ id: string }>(
    `update access_keys k set active = false from users u where u.service_of = $1 and k.user_id = u.id and k.active returning k.id`,
    [extensionId],
  )
  return rows.map((row) => row.id)
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
