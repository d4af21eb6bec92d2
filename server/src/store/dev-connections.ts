/** Connections over which an author's machine is told what asks an extension under test. */
import type { Sql, Transaction } from './database.ts'
import type { DueDelivery } from './deliveries.ts'

/** A machine that was not seen for so long gets no more: what asks the extension goes where it always goes. */
const ATTACHED = `interval '10 minutes'`
/** Transactions commit in another order than they began in; none takes so long. */
const OVERLAP = `interval '30 seconds'`

export type DevConnectionRow = {
  extension_id: number
  id: string
  user_id: number
  user_name: string
  machine: string
  connected_at: Date
  seen_at: Date
  attached: boolean
}

const SELECT = `select c.extension_id, c.id, c.user_id, u.display_name as user_name, c.machine, c.connected_at, c.seen_at,
    c.seen_at > now() - ${ATTACHED} as attached
  from dev_connections c join users u on u.id = c.user_id`

export async function devConnection(sql: Sql, extensionId: number): Promise<DevConnectionRow | null> {
  const [row] = await sql.rows<DevConnectionRow>(`${SELECT} where c.extension_id = $1`, [extensionId])
  return row ?? null
}

/**
 * The connection that the extension has from now on; false where it has another, which only its user and the owner of the extension may take over
 * before it is given up. What came while an earlier one was broken is not lost; what came before
 * one that ended is over.
 */
export async function putDevConnection(
  sql: Sql,
  given: {
    readonly extensionId: number
    readonly id: string
    readonly userId: number
    readonly machine: string
    /** Whether the extension is the user's. */
    readonly owner: boolean
  },
): Promise<boolean> {
  const rows = await sql.rows(
    `insert into dev_connections as c (extension_id, id, user_id, machine) values ($1, $2, $3, $4)
     on conflict (extension_id) do update set id = excluded.id, user_id = excluded.user_id, machine = excluded.machine, seen_at = now(),
       connected_at = case when c.id = excluded.id then c.connected_at else now() end,
       forwarded_until = case when c.id = excluded.id or c.seen_at > now() - ${ATTACHED} then c.forwarded_until else now() end
     where c.user_id = excluded.user_id or $5 or c.seen_at <= now() - ${ATTACHED}
     returning 1`,
    [given.extensionId, given.id, given.userId, given.machine, given.owner],
  )
  return rows.length > 0
}

/** Writes down that the machine is there; false where the extension has another connection by now, or none. */
export async function seeDevConnection(sql: Sql, extensionId: number, id: string): Promise<boolean> {
  const rows = await sql.rows(
    'update dev_connections set seen_at = now() where extension_id = $1 and id = $2 returning 1',
    [extensionId, id],
  )
  return rows.length > 0
}

export async function endDevConnection(sql: Sql, extensionId: number, id: string): Promise<boolean> {
  const rows = await sql.rows('delete from dev_connections where extension_id = $1 and id = $2 returning 1', [
    extensionId,
    id,
  ])
  return rows.length > 0
}

/** The extension's target for its author's machine, which gets what is posted at this address there. */
export async function putDevTarget(sql: Sql, extensionId: number, url: string): Promise<number> {
  const [row] = await sql.rows<{ id: number }>(
    `insert into event_targets (extension_id, name, kind, endpoint) values ($1, 'dev', 'dev', $2)
     on conflict (extension_id, kind) do update set endpoint = excluded.endpoint returning id`,
    [extensionId, url],
  )
  return row!.id
}

export type DevTargetRow = { id: number; endpoint: string; user_name: string; machine: string }

/** The target on the machine that is connected, or was a moment ago; null where none is. */
export async function attachedDevTarget(sql: Sql, extensionId: number): Promise<DevTargetRow | null> {
  const [row] = await sql.rows<DevTargetRow>(
    `select t.id, t.endpoint, u.display_name as user_name, c.machine
     from dev_connections c join users u on u.id = c.user_id join event_targets t on t.extension_id = c.extension_id and t.kind = 'dev'
     where c.extension_id = $1 and c.seen_at > now() - ${ATTACHED}`,
    [extensionId],
  )
  return row ?? null
}

/**
 * Gives every message that asks the version under test a delivery to the machine, once. It reads what was asked for since it last did so, of the
 * whole tenant, and 100 of those at a time.
 */
export async function forwardToMachine(
  tx: Transaction,
  given: { readonly tenantId: number; readonly extensionId: number; readonly connectionId: string },
): Promise<number> {
  const rows = await tx.rows<{ id: number }>(
    `with mine as (
       select * from dev_connections where extension_id = $2 and id = $3 for update),
     asked as (
       select m.id, o.requested_at, t.id as target_id, t.endpoint, u.display_name || ' (' || mine.machine || ')' as target_name, e.code
       from mine
       join extensions e on e.id = mine.extension_id
       join event_targets t on t.extension_id = mine.extension_id and t.kind = 'dev'
       join users u on u.id = mine.user_id
       join operations o on o.tenant_id = $1 and o.requested_at > mine.forwarded_until - ${OVERLAP} and o.state = 'held'
       join checks c on c.operation_id = o.id and c.extension_id = mine.extension_id and c.result is null and c.expired_at is null
       join extension_versions v on v.extension_id = c.extension_id and v.number = c.version and v.status = 'testing'
       join messages m on m.operation_id = o.id
       where not exists (select from deliveries d where d.message_id = m.id and d.target_id = t.id)
       order by o.requested_at limit 100),
     moved as (
       update dev_connections c set forwarded_until = greatest(c.forwarded_until, (select max(requested_at) from asked))
       from mine where c.extension_id = mine.extension_id and exists (select from asked))
     insert into deliveries (message_id, target_id, target_name, bus_name, endpoint, serves, next_attempt_at)
     select id, target_id, target_name, 'dev', endpoint, array[code], now() from asked returning id`,
    [given.tenantId, given.extensionId, given.connectionId],
  )
  return rows.length
}

/** What is due to the machine; the dispatcher does not look at it. */
export async function dueToMachine(
  sql: Sql,
  targetId: number,
  exceptIds: readonly number[],
  most: number,
): Promise<DueDelivery[]> {
  return await sql.rows<DueDelivery>(
    `select d.id, d.message_id, d.target_id, d.bus_name, d.attempts, m.event_code, m.tenant_id, m.workspace_id, m.operation_id, m.body,
       m.traceparent, m.created_at, m.expires_at, coalesce((select o.trial from operations o where o.id = m.operation_id), false) as trial
     from deliveries d join messages m on m.id = d.message_id
     where d.state = 'pending' and d.target_id = $1 and d.next_attempt_at <= now() and d.id <> all ($2)
     order by d.next_attempt_at, d.id limit $3`,
    [targetId, exceptIds, most],
  )
}

/** A delivery to the machine of this extension, with what deciding about its next attempt takes. */
export async function deliveryToMachine(
  sql: Sql,
  tenantId: number,
  extensionId: number,
  deliveryId: number,
): Promise<{
  endpoint: string
  state: 'pending' | 'delivered' | 'dead'
  attempts: number
  expires_at: Date
  operation_id: string | null
  workspace_id: number | null
} | null> {
  const [row] = await sql.rows<{
    endpoint: string
    state: 'pending' | 'delivered' | 'dead'
    attempts: number
    expires_at: Date
    operation_id: string | null
    workspace_id: number | null
  }>(
    `select t.endpoint, d.state, d.attempts, m.expires_at, m.operation_id, m.workspace_id
     from deliveries d join messages m on m.id = d.message_id join event_targets t on t.id = d.target_id
     where d.id = $3 and m.tenant_id = $1 and t.extension_id = $2 and t.kind = 'dev'`,
    [tenantId, extensionId, deliveryId],
  )
  return row ?? null
}

/** The deliveries of a message that could be made again for this extension, those to the machine first. */
export async function deliveriesServing(
  sql: Sql,
  tenantId: number,
  messageId: string,
  extensionCode: string,
): Promise<{ id: number; state: string; kind: string; expires_at: Date; target_id: number }[]> {
  return await sql.rows(
    `select d.id, d.state, t.kind, m.expires_at, d.target_id
     from messages m join deliveries d on d.message_id = m.id join event_targets t on t.id = d.target_id
     where m.tenant_id = $1 and m.id = $2 and (d.serves is null or $3 = any (d.serves)) order by t.kind <> 'dev', d.id
     for update of d`,
    [tenantId, messageId, extensionCode],
  )
}

/** A delivery to the machine of a message that has none. */
export async function insertDeliveryToMachine(
  sql: Sql,
  messageId: string,
  target: DevTargetRow,
  extensionCode: string,
): Promise<number> {
  const [row] = await sql.rows<{ id: number }>(
    `insert into deliveries (message_id, target_id, target_name, bus_name, endpoint, serves, next_attempt_at)
     values ($1, $2, $3, 'dev', $4, array[$5::text], now()) returning id`,
    [messageId, target.id, nameOf(target), target.endpoint, extensionCode],
  )
  return row!.id
}

/** As a delivery to it is shown. */
export const nameOf = ({ user_name, machine }: DevTargetRow): string => `${user_name} (${machine})`

/** How far these deliveries are. */
export async function standsAmong(
  sql: Sql,
  ids: readonly number[],
): Promise<{ id: number; state: 'pending' | 'delivered' | 'dead'; attempts: number }[]> {
  if (ids.length === 0) return []
  return await sql.rows('select id, state, attempts from deliveries where id = any ($1)', [ids])
}

export type ReplayedMessageRow = {
  operation_id: string | null
  workspace_id: number | null
  expires_at: Date
  body: string
  /** Whether it asks an extension of this user, or is of an operation that they asked for. */
  own: boolean
}

export async function replayedMessage(
  sql: Sql,
  tenantId: number,
  id: string,
  userId: number,
): Promise<ReplayedMessageRow | null> {
  const [row] = await sql.rows<ReplayedMessageRow>(
    `select m.operation_id, m.workspace_id, m.expires_at, m.body,
       exists (select from operations o where o.id = m.operation_id and o.requested_by = $3)
         or exists (select from checks c join extensions e on e.id = c.extension_id where c.operation_id = m.operation_id and e.owner_id = $3) as own
     from messages m where m.tenant_id = $1 and m.id = $2`,
    [tenantId, id, userId],
  )
  return row ?? null
}

/** Whether the message asks the extension; where it asks nobody, whether it was on its way to a target that serves this one. */
export async function concerns(
  sql: Sql,
  messageId: string,
  extension: { readonly id: number; readonly code: string },
): Promise<boolean> {
  const [row] = await sql.rows<{ concerns: boolean }>(
    `select case when exists (select from checks c where c.operation_id = m.operation_id)
         then exists (select from checks c where c.operation_id = m.operation_id and c.extension_id = $2)
         else exists (select from deliveries d where d.message_id = m.id and (d.serves is null or $3 = any (d.serves))) end as concerns
     from messages m where m.id = $1`,
    [messageId, extension.id, extension.code],
  )
  return row?.concerns ?? false
}
