import type { Sql } from './database.ts'

export type SessionRow = {
  id: string
  user_id: number
  way: 'password' | 'openid'
  address: string
  agent: string
  created_at: Date
  seen_at: Date
  expires_at: Date
}

/** From where and how a session was started. */
export type SessionStart = Pick<SessionRow, 'way' | 'address' | 'agent'>

export async function insertSession(
  sql: Sql,
  tokenHash: Buffer,
  userId: number,
  lifetimeSeconds: number,
  start: Partial<SessionStart> & { readonly idToken?: Buffer | null } = {},
): Promise<void> {
  await sql.rows(
    `insert into sessions (token_hash, user_id, expires_at, way, address, agent, id_token)
     values ($1, $2, now() + make_interval(secs => $3), $4, $5, $6, $7)`,
    [
      tokenHash,
      userId,
      lifetimeSeconds,
      start.way ?? 'password',
      start.address ?? '',
      start.agent ?? '',
      start.idToken ?? null,
    ],
  )
}

/** The user's sessions that have not ended, the one used last first. */
export async function sessionsOf(sql: Sql, userId: number, idleSeconds: number): Promise<SessionRow[]> {
  return await sql.rows<SessionRow>(
    `select id, user_id, way, address, agent, created_at, seen_at, expires_at from sessions
     where user_id = $1 and expires_at > now() and seen_at > now() - make_interval(secs => $2) order by seen_at desc, id`,
    [userId, idleSeconds],
  )
}

/** Ends the session of this cookie, and answers what it was. */
export async function deleteSession(
  sql: Sql,
  tokenHash: Buffer,
): Promise<{ id: string; user_id: number; id_token: Buffer | null } | null> {
  const [row] = await sql.rows<{ id: string; user_id: number; id_token: Buffer | null }>(
    'delete from sessions where token_hash = $1 returning id, user_id, id_token',
    [tokenHash],
  )
  return row ?? null
}

export async function deleteSessionOf(sql: Sql, userId: number, id: string): Promise<boolean> {
  const rows = await sql.rows('delete from sessions where user_id = $1 and id = $2 returning id', [userId, id])
  return rows.length > 0
}

/** Ends all of the user's sessions but one, and answers how many that were. */
export async function deleteSessionsOf(sql: Sql, userId: number, but: string | null = null): Promise<number> {
  const rows = await sql.rows('delete from sessions where user_id = $1 and id is distinct from $2 returning id', [
    userId,
    but,
  ])
  return rows.length
}
