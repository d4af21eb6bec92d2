/** Deliveries on their way: who attempts them, what became of each attempt, and how they are read and reopened. */
import type { Sql } from './database.ts'

/** Everything a replica needs to make one attempt. */
export type DueDelivery = {
  id: number
  message_id: string
  target_id: number | null
  bus_name: string
  endpoint: string
  attempts: number
  event_code: string
  tenant_id: number
  workspace_id: number | null
  operation_id: string | null
  body: string
  created_at: Date
  expires_at: Date
}

/** What waits for the same receiver: the deliveries of one target, or of one address whose target is gone. */
export function laneOf(due: Pick<DueDelivery, 'target_id' | 'endpoint'>): string {
  return due.target_id === null ? `gone ${due.endpoint}` : String(due.target_id)
}

/**
 * Leases deliveries whose time has come and that nobody holds. Which row goes to whom is all that SQL decides here. They go to the address that
 * their target has today, so that correcting a wrong one helps what is held because of it; a target that is gone keeps its last address.
 */
export async function claimDeliveries(
  sql: Sql,
  most: number,
  leaseSeconds: number,
  exceptLanes: readonly string[] = [],
): Promise<DueDelivery[]> {
  return await sql.rows<DueDelivery>(
    `with due as (
       select id from deliveries
       where state = 'pending' and next_attempt_at <= now() and (lease_until is null or lease_until < now())
         and coalesce(target_id::text, 'gone ' || endpoint) <> all ($3::text[])
       order by next_attempt_at limit $1 for update skip locked)
     update deliveries d set lease_until = now() + make_interval(secs => $2),
       endpoint = coalesce((select t.endpoint from event_targets t where t.id = d.target_id), d.endpoint)
     from due, messages m where d.id = due.id and m.id = d.message_id
     returning d.id, d.message_id, d.target_id, d.bus_name, d.endpoint, d.attempts, m.event_code, m.tenant_id, m.workspace_id, m.operation_id,
       m.body, m.created_at, m.expires_at`,
    [most, leaseSeconds, exceptLanes],
  )
}

export type AttemptOutcome = {
  readonly deliveryId: number
  readonly number: number
  readonly at: Date
  readonly durationMs: number
  readonly status: number | null
  readonly error: string | null
  readonly responseBody: string | null
  readonly state: 'pending' | 'delivered' | 'dead'
  readonly nextAttemptAt: Date | null
}

/** Writes many attempts and what became of their deliveries in one statement. An attempt that was already written changes nothing. */
export async function recordAttempts(sql: Sql, outcomes: readonly AttemptOutcome[]): Promise<void> {
  await sql.rows(
    `with o as (
       select * from unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::float8[], $5::int[], $6::text[], $7::text[], $8::text[], $9::timestamptz[])
         as o(delivery_id, number, at, duration_ms, status, error, response_body, state, next_attempt_at)),
     a as (
       insert into attempts (delivery_id, number, at, duration_ms, status, error, response_body)
       select delivery_id, number, at, duration_ms, status, error, response_body from o on conflict do nothing)
     update deliveries d set attempts = o.number, state = o.state, next_attempt_at = coalesce(o.next_attempt_at, d.next_attempt_at), lease_until = null,
       ended_at = case when o.state = 'pending' then null else now() end
     from o where d.id = o.delivery_id and d.state = 'pending' and d.attempts < o.number`,
    [
      outcomes.map((one) => one.deliveryId),
      outcomes.map((one) => one.number),
      outcomes.map((one) => one.at),
      outcomes.map((one) => one.durationMs),
      outcomes.map((one) => one.status),
      outcomes.map((one) => one.error),
      outcomes.map((one) => one.responseBody),
      outcomes.map((one) => one.state),
      outcomes.map((one) => one.nextAttemptAt),
    ],
  )
}

/** Gives leases back without an attempt. */
export async function releaseDeliveries(sql: Sql, ids: readonly number[]): Promise<void> {
  await sql.rows(`update deliveries set lease_until = null where id = any($1) and state = 'pending'`, [ids])
}

export type DeliveryRow = {
  id: number
  message_id: string
  operation_id: string | null
  workspace_id: number | null
  target_name: string
  endpoint: string
  serves: string[] | null
  state: 'pending' | 'delivered' | 'dead'
  attempts: number
  next_attempt_at: Date
  lease_until: Date | null
  created_at: Date
  expires_at: Date
  tries: {
    number: number
    at: string
    duration_ms: number
    status: number | null
    error: string | null
    response_body: string | null
  }[]
}

const DELIVERY = `select d.id, d.message_id, m.operation_id, m.workspace_id, d.target_name, d.endpoint, d.serves, d.state, d.attempts, d.next_attempt_at, d.lease_until,
    m.created_at, m.expires_at,
    coalesce((select json_agg(json_build_object('number', a.number, 'at', a.at, 'duration_ms', a.duration_ms, 'status', a.status, 'error', a.error,
      'response_body', a.response_body) order by a.number) from attempts a where a.delivery_id = d.id), '[]') as tries
  from deliveries d join messages m on m.id = d.message_id`

export async function deliveriesOf(sql: Sql, messageIds: readonly string[]): Promise<DeliveryRow[]> {
  return await sql.rows<DeliveryRow>(`${DELIVERY} where d.message_id = any($1) order by d.id`, [messageIds])
}

export async function lockDelivery(sql: Sql, tenantId: number, id: number): Promise<DeliveryRow | null> {
  const [row] = await sql.rows<DeliveryRow>(`${DELIVERY} where d.id = $2 and m.tenant_id = $1 for update of d`, [
    tenantId,
    id,
  ])
  return row ?? null
}

/** Makes an ended delivery due at once; its attempts go on counting. */
export async function reopenDelivery(sql: Sql, id: number): Promise<void> {
  await sql.rows(
    `update deliveries set state = 'pending', next_attempt_at = now(), lease_until = null, ended_at = null where id = $1`,
    [id],
  )
}
