import type { Sql } from './database.ts'
import { FAILURES_WITHIN_SECONDS, forgetOldAddresses } from './sign-in-failures.ts'

/** Removes what has no meaning any more: sessions that have ended, guesses that are forgiven, addresses from which nobody has signed in for long, nonces that no request could use again, secrets and certificates that were replaced. */
export async function deleteExpired(sql: Sql, idleSeconds: number): Promise<void> {
  await sql.rows('delete from sessions where expires_at <= now() or seen_at <= now() - make_interval(secs => $1)', [
    idleSeconds,
  ])
  await sql.rows('delete from sign_in_failures where since <= now() - make_interval(secs => $1)', [
    FAILURES_WITHIN_SECONDS,
  ])
  await forgetOldAddresses(sql)
  await sql.rows('delete from nonces where expires_at <= now()')
  await sql.rows('delete from target_signing_secrets where retires_at <= now()')
  await sql.rows('delete from eventbridge_keys where retires_at <= now()')
}

/** How many steps its schema has taken; fails when the database does not answer. */
export async function schemaSteps(sql: Sql): Promise<number> {
  const [row] = await sql.rows<{ steps: number }>('select count(*) as steps from schema_migrations')
  return row!.steps
}
