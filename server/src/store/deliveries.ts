/** Deliveries on their way: who attempts them, what became of each attempt, and how they are read and reopened. */
import type { Sql } from './database.ts'

/** Everything a replica needs to make one attempt. */
export type DueDelivery = {
  id: number
  message_id: string
  target_id: number
  bus_name: string
  attempts: number
  event_code: string
  tenant_id: number
  workspace_id: number | null
  operation_id: string | null
  body: string
  traceparent: string | null
  trial: boolean
  created_at: Date
  expires_at: Date
}

/** A target that has something pending. */
export type WaitingTarget = {
  target_id: number
  /** Whether some of it is due, and nothing keeps the target from getting it. */
  due: boolean
  gone: boolean
  /** The replica that makes its deliveries; null: any may take the lane. */
  replica_id: string | null
}

const WAITING = `select w.target_id, t.id is null as gone, l.replica_id,
    w.next_attempt_at <= now() and t.id is not null and t.blocked_at is null and t.kind <> 'dev' as due
  from w left join event_targets t on t.id = w.target_id left join lanes l on l.target_id = w.target_id`

/** Those among the targets that have something pending. */
export async function waitingAmong(sql: Sql, targetIds: readonly number[]): Promise<WaitingTarget[]> {
  return await sql.rows<WaitingTarget>(
    `with w as (
       select i.id as target_id, d.next_attempt_at from unnest($1::bigint[]) as i(id)
       cross join lateral (select next_attempt_at from deliveries where state = 'pending' and target_id = i.id order by next_attempt_at limit 1) d)
     ${WAITING}`,
    [targetIds],
  )
}

/**
 * The first of all targets with an id beyond this one that have something pending. It reads one entry of the index for each of them, however much
 * waits there.
 */
export async function waitingTargets(sql: Sql, beyondId: number, most: number): Promise<WaitingTarget[]> {
  return await sql.rows<WaitingTarget>(
    `with recursive w as (
       (select target_id, next_attempt_at, 1 as n from deliveries where state = 'pending' and target_id > $1
        order by target_id, next_attempt_at limit 1)
       union all
       select d.target_id, d.next_attempt_at, w.n + 1 from w cross join lateral (
         select target_id, next_attempt_at from deliveries where state = 'pending' and target_id > w.target_id
         order by target_id, next_attempt_at limit 1) d
       where w.n < $2)
     ${WAITING} order by w.target_id`,
    [beyondId, most],
  )
}

/**
 * Takes those lanes that nobody has, and answers which. The lane of a target that is just being changed or removed is left for the next time: whoever
 * removes several targets may wait for this one, so this waits for none.
 */
export async function takeLanes(sql: Sql, replicaId: string, targetIds: readonly number[]): Promise<number[]> {
  const rows = await sql.rows<{ target_id: number }>(
    `insert into lanes (target_id, replica_id)
     select id, $1 from (
       select t.id from event_targets t where t.id = any ($2) and t.blocked_at is null order by t.id for key share skip locked) t
     on conflict do nothing returning target_id`,
    [replicaId, targetIds],
  )
  return rows.map((row) => row.target_id)
}

/** Leaves the lanes to whoever takes them. */
export async function leaveLanes(sql: Sql, replicaId: string, targetIds: readonly number[]): Promise<void> {
  await sql.rows('delete from lanes where replica_id = $1 and target_id = any ($2)', [replicaId, targetIds])
}

/**
 * What is due in these lanes of the replica, of each the oldest so many, without those deliveries that it has already. Nothing is written: while the
 * lane is the replica's, nobody else looks there.
 */
export async function dueDeliveries(
  sql: Sql,
  replicaId: string,
  lanes: readonly { readonly targetId: number; readonly most: number }[],
  exceptIds: readonly number[],
): Promise<DueDelivery[]> {
  return await sql.rows<DueDelivery>(
    `select d.id, d.message_id, d.target_id, d.bus_name, d.attempts, m.event_code, m.tenant_id, m.workspace_id, m.operation_id, m.body,
       m.traceparent, m.created_at, m.expires_at, coalesce((select o.trial from operations o where o.id = m.operation_id), false) as trial
     from unnest($2::bigint[], $3::int[]) as asked(target_id, most)
     join lanes l on l.target_id = asked.target_id and l.replica_id = $1
     join event_targets t on t.id = asked.target_id and t.blocked_at is null
     cross join lateral (
       select * from deliveries where state = 'pending' and target_id = asked.target_id and next_attempt_at <= now() and id <> all ($4)
       order by next_attempt_at, id limit asked.most) d
     join messages m on m.id = d.message_id`,
    [replicaId, lanes.map((lane) => lane.targetId), lanes.map((lane) => lane.most), exceptIds],
  )
}

const MOST_ENDED_AT_ONCE = 1_000

/** What is pending for targets that have been removed is not attempted any more; what is left of it is ended the next time. */
export async function endDeliveriesTo(sql: Sql, goneTargetIds: readonly number[]): Promise<void> {
  await sql.rows(
    `with gone as (
       select id from unnest($1::bigint[]) as g(id) where not exists (select from event_targets t where t.id = g.id)),
     first as (
       select d.id from gone cross join lateral (
         select id from deliveries where state = 'pending' and target_id = gone.id limit $2 for update skip locked) d limit $2)
     update deliveries d set state = 'dead', ended_at = now() from first where d.id = first.id`,
    [goneTargetIds, MOST_ENDED_AT_ONCE],
  )
}

export type AttemptOutcome = {
  readonly deliveryId: number
  readonly number: number
  readonly at: Date
  readonly durationMs: number
  /** Where it went. */
  readonly endpoint: string
  readonly status: number | null
  readonly error: string | null
  readonly responseBody: string | null
  readonly state: 'pending' | 'delivered' | 'dead'
  readonly nextAttemptAt: Date | null
  /** That it is dead keeps the later deliveries of its target waiting. */
  readonly blocks: boolean
}

/**
 * Writes many attempts and what became of their deliveries in one statement, with their audit entries. An attempt that was already written, here or by another replica, changes
 * nothing.
 */
export async function recordAttempts(sql: Sql, outcomes: readonly AttemptOutcome[]): Promise<void> {
  await sql.rows(
    `with o as (
       select * from unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::float8[], $5::text[], $6::int[], $7::text[], $8::text[], $9::text[],
         $10::timestamptz[], $11::boolean[])
         as o(delivery_id, number, at, duration_ms, endpoint, status, error, response_body, state, next_attempt_at, blocks)),
     a as (
       insert into attempts (delivery_id, number, at, duration_ms, status, error, response_body)
       select delivery_id, number, at, duration_ms, status, error, response_body from o
       where exists (select from deliveries where id = delivery_id) on conflict do nothing),
     d as (
       update deliveries d set attempts = o.number, state = o.state, endpoint = o.endpoint,
         next_attempt_at = coalesce(o.next_attempt_at, d.next_attempt_at), ended_at = case when o.state = 'pending' then null else now() end
       from o where d.id = o.delivery_id and d.state = 'pending' and d.attempts < o.number
       returning d.target_id, o.blocks, d.id, d.message_id, d.target_name, o.number, o.state, o.status, o.error),
     e as (
       insert into audit_entries (tenant_id, workspace_id, action, object, details)
       select m.tenant_id, m.workspace_id, 'delivery.attempt', d.id::text,
         json_build_object('message', d.message_id, 'operation', m.operation_id, 'target', d.target_name, 'attempt', d.number, 'state', d.state,
           'status', d.status, 'error', d.error)
       from d cross join lateral (select tenant_id, workspace_id, operation_id from messages where id = d.message_id offset 0) m)
     update event_targets t set blocked_at = now()
     from d where d.blocks and t.id = d.target_id and t.errors_tolerance = 'NONE' and t.blocked_at is null`,
    [
      outcomes.map((one) => one.deliveryId),
      outcomes.map((one) => one.number),
      outcomes.map((one) => one.at),
      outcomes.map((one) => one.durationMs),
      outcomes.map((one) => one.endpoint),
      outcomes.map((one) => one.status),
      outcomes.map((one) => one.error),
      outcomes.map((one) => one.responseBody),
      outcomes.map((one) => one.state),
      outcomes.map((one) => one.nextAttemptAt),
      outcomes.map((one) => one.blocks),
    ],
  )
}

/** Keeps the deliveries of a target waiting, or lets them go on; answers whether that changed anything. */
export async function setTargetBlocked(sql: Sql, targetId: number, blocked: boolean): Promise<boolean> {
  const rows = await sql.rows(
    `update event_targets set blocked_at = case when $2 then now() end where id = $1 and (blocked_at is null) = $2 returning id`,
    [targetId, blocked],
  )
  return rows.length > 0
}

/** How far a delivery has come. */
export type DeliveryStandRow = {
  id: number
  message_id: string
  /** Empty where it goes straight to a function. */
  bus_name: string
  serves: string[] | null
  state: 'pending' | 'delivered' | 'dead'
  next_attempt_at: Date
  ended_at: Date | null
  /** Since when its target takes nothing, because one of its deliveries has used up its retries. */
  blocked_at: Date | null
  first_attempt_at: Date | null
  accepted_at: Date | null
}

export type AttemptRow = {
  number: number
  at: string
  duration_ms: number
  status: number | null
  error: string | null
  response_body: string | null
}

export type DeliveryRow = DeliveryStandRow & {
  target_gone: boolean
  operation_id: string | null
  workspace_id: number | null
  target_name: string
  endpoint: string
  attempts: number
  created_at: Date
  expires_at: Date
  tries: AttemptRow[]
}

const STAND = `d.id, d.message_id, d.bus_name, d.serves, d.state, d.next_attempt_at, d.ended_at, t.blocked_at, s.first_attempt_at, s.accepted_at`
const FROM = `from deliveries d join messages m on m.id = d.message_id
  left join event_targets t on t.id = d.target_id
  left join lateral (
    select min(a.at) as first_attempt_at, min(a.at + a.duration_ms * interval '1 millisecond') filter (where a.error is null) as accepted_at
    from attempts a where a.delivery_id = d.id) s on true`

/** Of a delivery that was made again and again the latest attempts are shown, and what was answered to the very latest. */
const MOST_TRIES = 500
const MOST_BODIES = 10

/** Of all deliveries of a message together, however many targets it has. */
const MOST_TRIES_OF_MESSAGE = 20_000
const MOST_BODIES_OF_MESSAGE = 2_000

const delivery = (
  tries: string | number,
  bodies: string | number,
) => `select ${STAND}, t.id is null as target_gone, m.operation_id, m.workspace_id, d.target_name, d.endpoint, d.attempts, m.created_at, m.expires_at,
    coalesce((select json_agg(json_build_object('number', a.number, 'at', a.at, 'duration_ms', a.duration_ms, 'status', a.status, 'error', a.error,
      'response_body', case when a.number > d.attempts - ${bodies} then a.response_body end) order by a.number)
      from attempts a where a.delivery_id = d.id and a.number > d.attempts - ${tries}), '[]') as tries
  ${FROM}`

type Reads = Pick<Sql, 'rows'>

/** For lists: without the attempts themselves. */
export async function deliveryStandsOf(sql: Reads, messageIds: readonly string[]): Promise<DeliveryStandRow[]> {
  return await sql.rows<DeliveryStandRow>(`select ${STAND} ${FROM} where d.message_id = any($1) order by d.id`, [
    messageIds,
  ])
}

export async function deliveriesOf(sql: Reads, messageId: string): Promise<DeliveryRow[]> {
  const share = (most: number, ofMessage: number) =>
    `(select least(${most}, greatest(1, ${ofMessage} / greatest(1, count(*)))) from deliveries where message_id = $1)`
  const shown = delivery(share(MOST_TRIES, MOST_TRIES_OF_MESSAGE), share(MOST_BODIES, MOST_BODIES_OF_MESSAGE))
  return await sql.rows<DeliveryRow>(`${shown} where d.message_id = $1 order by d.id`, [messageId])
}

export async function lockDelivery(sql: Sql, tenantId: number, id: number): Promise<DeliveryRow | null> {
  const [row] = await sql.rows<DeliveryRow>(
    `${delivery(MOST_TRIES, MOST_BODIES)} where d.id = $2 and m.tenant_id = $1 for update of d`,
    [tenantId, id],
  )
  return row ?? null
}

/** Makes ended deliveries due at once; their attempts go on counting. */
export async function reopenDeliveries(sql: Sql, ids: readonly number[]): Promise<void> {
  await sql.rows(
    `update deliveries set state = 'pending', next_attempt_at = now(), ended_at = null, dropped_at = null where id = any($1)`,
    [ids],
  )
}
