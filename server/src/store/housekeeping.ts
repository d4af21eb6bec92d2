import type { Sql } from './database.ts'

/** Removes what has no meaning any more: sessions that have ended and nonces that no request could use again. */
export async function deleteExpired(sql: Sql): Promise<void> {
  await sql.rows('delete from sessions where expires_at <= now()')
  await sql.rows('delete from nonces where expires_at <= now()')
}

/** Fails when the database does not answer. */
export async function ping(sql: Sql): Promise<void> {
  await sql.rows('select 1')
}
