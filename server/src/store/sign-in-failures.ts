/** Failed attempts to sign in, counted for all replicas, and from where people have signed in. */
import { createHash } from 'node:crypto'
import type { Sql, Transaction } from './database.ts'

export const FAILURES_WITHIN_SECONDS = 15 * 60
export const MOST_FAILURES = { ofNameFromAddress: 10, ofAddress: 50, ofName: 100 } as const

/** What an attempt is counted under: its name there, its address under all names, its name at all addresses. */
export type AttemptKey = { readonly nameHash: Buffer; readonly address: string; readonly most: number }

const ALL_NAMES = Buffer.alloc(0)
const ALL_ADDRESSES = ''

export const nameHash = (name: string): Buffer => createHash('sha256').update(name).digest()

export function attemptKeys(name: string, address: string): readonly [AttemptKey, AttemptKey, AttemptKey] {
  return [
    { nameHash: nameHash(name), address, most: MOST_FAILURES.ofNameFromAddress },
    { nameHash: ALL_NAMES, address, most: MOST_FAILURES.ofAddress },
    { nameHash: nameHash(name), address: ALL_ADDRESSES, most: MOST_FAILURES.ofName },
  ]
}

/**
 * Counts one more failure under each key and answers null, or answers for how many seconds more no attempt may be made, without counting it. Attempts
 * at the same time wait for each other: they are no more than the same ones after each other.
 */
export async function countFailure(tx: Transaction, keys: readonly AttemptKey[]): Promise<number | null> {
  const given = [keys.map((key) => key.nameHash), keys.map((key) => key.address)]
  await tx.rows(
    // A guess can be forgotten only by a crash of the database within the same half second.
    `with relaxed as materialized (select set_config('synchronous_commit', 'off', true) as setting)
     insert into sign_in_failures (name_hash, address, count, since)
     select a.name_hash, a.address, 0, now() from relaxed, unnest($1::bytea[], $2::text[]) as a(name_hash, address)
     where relaxed.setting is not null order by 1, 2
     on conflict (name_hash, address) do update set
       count = case when sign_in_failures.since > now() - make_interval(secs => $3) then sign_in_failures.count else 0 end,
       since = case when sign_in_failures.since > now() - make_interval(secs => $3) then sign_in_failures.since else now() end`,
    [...given, FAILURES_WITHIN_SECONDS],
  )
  const rows = await tx.rows<{ name_hash: Buffer; address: string; count: number; wait: number }>(
    `select name_hash, address, count, ceil(extract(epoch from since + make_interval(secs => $3) - now()))::integer as wait
     from sign_in_failures where (name_hash, address) in (select * from unnest($1::bytea[], $2::text[]))`,
    [...given, FAILURES_WITHIN_SECONDS],
  )
  const full = rows.filter((row) => {
    const key = keys.find((one) => one.address === row.address && one.nameHash.equals(row.name_hash))
    return key !== undefined && row.count >= key.most
  })
  if (full.length > 0) return Math.max(...full.map((row) => row.wait))
  await tx.rows(
    `update sign_in_failures set count = count + 1
     where (name_hash, address) in (select * from unnest($1::bytea[], $2::text[]))`,
    given,
  )
  return null
}

/** The attempt was none: failures under its name there are forgotten, under the other keys only itself. */
export async function forgetFailure(sql: Sql, keys: readonly AttemptKey[]): Promise<void> {
  const [own, ...others] = keys
  await sql.rows('delete from sign_in_failures where name_hash = $1 and address = $2', [own!.nameHash, own!.address])
  await sql.rows(
    `update sign_in_failures set count = greatest(count - 1, 0)
     where (name_hash, address) in (select * from unnest($1::bytea[], $2::text[]))`,
    [others.map((key) => key.nameHash), others.map((key) => key.address)],
  )
}

/** For how long an address from which somebody has signed in is known, and how many of a user's. */
const KNOWN_FOR = `interval '30 days'`
const MOST_KNOWN = 20

/** Somebody with this name has signed in from this address, in the last thirty days. */
export async function isKnownAddress(sql: Sql, name: string, address: string): Promise<boolean> {
  const rows = await sql.rows(
    `select 1 from known_addresses k join users u on u.id = k.user_id
     where u.name = $1 and k.address = $2 and k.seen_at > now() - ${KNOWN_FOR}`,
    [name, address],
  )
  return rows.length > 0
}

/** The user has signed in from there; of their addresses the last ones are kept. */
export async function rememberAddress(sql: Sql, userId: number, address: string): Promise<void> {
  await sql.rows(
    `insert into known_addresses (user_id, address) values ($1, $2)
     on conflict (user_id, address) do update set seen_at = now()`,
    [userId, address],
  )
  await sql.rows(
    `delete from known_addresses where user_id = $1 and address in (
       select address from known_addresses where user_id = $1 order by seen_at desc, address offset $2)`,
    [userId, MOST_KNOWN],
  )
}

export async function forgetOldAddresses(sql: Sql): Promise<void> {
  await sql.rows(`delete from known_addresses where seen_at <= now() - ${KNOWN_FOR}`)
}

/** Whoever has this name may try again at once, wherever they are. */
export async function forgetFailuresOf(sql: Sql, name: string): Promise<void> {
  await sql.rows('delete from sign_in_failures where name_hash = $1', [nameHash(name)])
}
