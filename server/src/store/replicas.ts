/** Which replicas are alive, by the database's clock. */
import type { Sql } from './database.ts'

export async function insertReplica(sql: Sql, id: string): Promise<{ now: Date }> {
  const [row] = await sql.rows<{ now: Date }>('insert into replicas (id) values ($1) returning seen_at as now', [id])
  return row!
}

export type Beat = {
  /** Whether the replica is still known; another may have removed it. */
  alive: boolean
  now: Date
  /** The replicas that are known after this. */
  replicas: number
}

/**
 * Says that the replica is alive. With `removeAfterSeconds` it removes those that have not been seen for so long, which frees their lanes in the
 * same statement; two that do so at once do not wait for each other.
 */
export async function beat(sql: Sql, id: string, removeAfterSeconds: number | null): Promise<Beat> {
  const [row] = await sql.rows<Beat>(
    `with seen as (update replicas set seen_at = now() where id = $1 returning id),
     removed as (delete from replicas where id in (
       select id from replicas where id <> $1 and seen_at < now() - make_interval(secs => $2) for update skip locked) returning id)
     select exists (select from seen) as alive, now() as now,
       (select count(*) from replicas) - (select count(*) from removed) as replicas`,
    [id, removeAfterSeconds],
  )
  return row!
}

/** The replica has ended in good order: what it had is free at once. */
export async function deleteReplica(sql: Sql, id: string): Promise<void> {
  await sql.rows('delete from replicas where id = $1', [id])
}
