import type { Principal, TenantRole, WorkspaceRole } from '@holdpoint/core'
import type { Sql } from './database.ts'
import { question, type SharedStatement } from './shared-statement.ts'

/** Whoever makes a request: what decides about access, and the names that answers show. */
export type Caller = Principal & {
  readonly name: string
  readonly displayName: string
  readonly tenantName: string
  readonly editionExpiresAt: Date | null
  readonly serviceOf: number | null
  /** The session that the request came in; null where it was signed. */
  readonly sessionId: string | null
  /** The AccessKey pair that the request was signed with; null where it came in a session. */
  readonly accessKeyId: string | null
}

type CallerRow = {
  user_id: number
  tenant_id: number
  tenant_roles: TenantRole[]
  workspace_roles: Record<number, WorkspaceRole[]> | null
  name: string
  display_name: string
  tenant_name: string
  edition_expires_at: Date | null
  service_of: number | null
  session_id?: string
}

const CALLER_COLUMNS = `u.id as user_id, u.tenant_id, u.tenant_roles, u.name, u.display_name, u.service_of,
  t.name as tenant_name, t.edition_expires_at,
  (select json_object_agg(m.workspace_id, m.roles) from members m where m.user_id = u.id) as workspace_roles`

const callerOf = (row: CallerRow, accessKeyId: string | null = null): Caller => ({
  userId: row.user_id,
  tenantId: row.tenant_id,
  tenantRoles: row.tenant_roles,
  workspaceRoles: row.workspace_roles ?? {},
  name: row.name,
  displayName: row.display_name,
  tenantName: row.tenant_name,
  editionExpiresAt: row.edition_expires_at,
  serviceOf: row.service_of,
  sessionId: row.session_id ?? null,
  accessKeyId,
})

/** Who is signed in with this session, if it has not ended: by itself, unused for so long, or with its user. That it is used is noted to the minute. */
export async function callerBySession(sql: Sql, tokenHash: Buffer, idleSeconds: number): Promise<Caller | null> {
  const [row] = await sql.rows<CallerRow>(
    `with seen as (
       update sessions set seen_at = now() where token_hash = $1 and seen_at < now() - interval '1 minute'
         and seen_at > now() - make_interval(secs => $2) and expires_at > now())
     select ${CALLER_COLUMNS}, s.id as session_id
     from sessions s join users u on u.id = s.user_id join tenants t on t.id = u.tenant_id
     where s.token_hash = $1 and s.expires_at > now() and s.seen_at > now() - make_interval(secs => $2) and u.disabled_at is null`,
    [tokenHash, idleSeconds],
  )
  return row ? callerOf(row) : null
}

/** Who is signed in with this session, if it has not ended. */
export async function callerOfSession(sql: Sql, sessionId: string, idleSeconds: number): Promise<Caller | null> {
  const [row] = await sql.rows<CallerRow>(
    `select ${CALLER_COLUMNS}, s.id as session_id
     from sessions s join users u on u.id = s.user_id join tenants t on t.id = u.tenant_id
     where s.id = $1 and s.expires_at > now() and s.seen_at > now() - make_interval(secs => $2) and u.disabled_at is null`,
    [sessionId, idleSeconds],
  )
  return row ? callerOf(row) : null
}

const CALLER_BY_ID = question<number, CallerRow, Caller | null>({
  text: `select i.at, ${CALLER_COLUMNS} from unnest($1::bigint[]) with ordinality as i(user_id, at)
    join users u on u.id = i.user_id join tenants t on t.id = u.tenant_id where u.disabled_at is null`,
  values: (userIds) => [userIds],
  answer: ([row]) => (row ? callerOf(row) : null),
  sameAs: String,
})

/** A user as they are now; null for one who has been disabled. */
export async function callerById(sql: Sql, userId: number): Promise<Caller | null> {
  return await sql.ask(CALLER_BY_ID, userId)
}

/** The user of this AccessKey pair as they are now, if both may still be used. */
async function callerOfKey(sql: Sql, accessKeyId: string): Promise<Caller | null> {
  const key = await signingKey(sql, accessKeyId)
  return key?.active ? key.caller : null
}

/** The caller as they are now, for what stays open after a request; null when they, or the session or the AccessKey pair it came with, are there no more. */
export async function callerStill(
  sql: Sql,
  { userId, sessionId, accessKeyId }: Caller,
  idleSeconds: number,
): Promise<Caller | null> {
  if (accessKeyId !== null) return await callerOfKey(sql, accessKeyId)
  return sessionId === null ? await callerById(sql, userId) : await callerOfSession(sql, sessionId, idleSeconds)
}

export type SigningKey = { readonly caller: Caller; readonly secret: Buffer; readonly active: boolean }

/** The encrypted secret of an AccessKey pair with its user; a disabled user's keys count as inactive. */
export async function signingKey(sql: Sql, accessKeyId: string): Promise<SigningKey | null> {
  const [row] = await sql.rows<CallerRow & { secret: Buffer; active: boolean }>(
    `select ${CALLER_COLUMNS}, k.secret, k.active and u.disabled_at is null as active
     from access_keys k join users u on u.id = k.user_id join tenants t on t.id = u.tenant_id where k.id = $1`,
    [accessKeyId],
  )
  return row ? { caller: callerOf(row, accessKeyId), secret: row.secret, active: row.active } : null
}

/** Who asks. Whoever has signed is known by then as far as that never changes; nothing may take effect before the door has been passed. */
export type Entering = {
  readonly tenantId: number
  /**
   * Passes the door within what is asked for: the nonce is remembered in the same transaction, and the user is read as they are now. Throws a
   * Refusal to whoever may not enter.
   */
  within(sql: Sql): Promise<Caller>
  /** Passes the door by itself. */
  alone(): Promise<Caller>
  /** The nonce stays used, although that within which it was has come to nothing. */
  remember(): Promise<void>
}

/** Somebody who has entered already. */
export function entered(caller: Caller): Entering {
  return {
    tenantId: caller.tenantId,
    within: async () => caller,
    alone: async () => caller,
    remember: async () => {},
  }
}

export type Knock = { readonly accessKeyId: string; readonly nonce: string; readonly keepSeconds: number }
export type Entry = { readonly caller: Caller; readonly active: boolean; readonly fresh: boolean }
type EntryRow = CallerRow & { at: number; active: boolean; fresh: boolean }

// Written in one order everywhere, so that two replicas never wait for each other.
const entering = (source: string, given: string) => `used as (
    insert into nonces (access_key_id, nonce, expires_at)
    select a.id, a.nonce, now() + make_interval(secs => $3) from ${source}unnest($1::text[], $2::text[]) as a(id, nonce)
    ${given} order by a.id, a.nonce
    on conflict do nothing returning access_key_id, nonce)
  select a.at, ${CALLER_COLUMNS}, k.active and u.disabled_at is null as active,
    exists (select from used where used.access_key_id = a.id and used.nonce = a.nonce) as fresh
  from unnest($1::text[], $2::text[]) with ordinality as a(id, nonce, at)
  join access_keys k on k.id = a.id join users u on u.id = k.user_id join tenants t on t.id = u.tenant_id`
const ENTER_WITHIN = `with ${entering('', '')}`
const ENTER_ALONE = `with relaxed as materialized (select set_config('synchronous_commit', 'off', true) as setting),
  ${entering('relaxed, ', 'where relaxed.setting is not null')}`

const knocking = (text: string): SharedStatement<Knock, Entry | null> => ({
  statement: (knocks) => ({
    text,
    values: [
      knocks.map((one) => one.accessKeyId),
      knocks.map((one) => one.nonce),
      Math.max(...knocks.map((one) => one.keepSeconds)),
    ],
  }),
  answers(rows: readonly EntryRow[], knocks) {
    const byPosition = new Map(rows.map((row) => [row.at, row]))
    const seen = new Set<string>()
    return knocks.map(({ accessKeyId, nonce }, at) => {
      const row = byPosition.get(at + 1)
      if (!row) return null
      // Of two with the same nonce the first has used it.
      const fresh = row.fresh && !seen.has(`${accessKeyId} ${nonce}`)
      seen.add(`${accessKeyId} ${nonce}`)
      return { caller: callerOf(row, accessKeyId), active: row.active, fresh }
    })
  },
})
const WITHIN = knocking(ENTER_WITHIN)
const ALONE = knocking(ENTER_ALONE)

/**
 * The user of the AccessKey pair as they are now, and whether the nonce is used for the first time, which is remembered; null where there is no such
 * pair. What is remembered is all that this changes: it may stay, whatever becomes of the part of the transaction that asked.
 */
export async function enterWithin(sql: Sql, knock: Knock): Promise<Entry | null> {
  return await sql.ask(WITHIN, knock)
}

/** The same by itself. Its commit does not wait for the disk: a nonce can be forgotten only by a crash of the database within the same half second. */
export async function enterAlone(sql: Sql, knock: Knock): Promise<Entry | null> {
  return await sql.ask(ALONE, knock)
}
