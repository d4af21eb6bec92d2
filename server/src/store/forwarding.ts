/** What leading a message on to another bus reads and writes. */
import type { Sql } from './database.ts'
import type { NewDelivery } from './messages.ts'
import type { RouteRow } from './openevent.ts'

/** `asked`: the extensions that have a check of its operation. */
type ForwardedRow = { id: string; hops: number; asked: string[] }

/**
 * The message of a delivery that is to be led on. It stays locked, so that two deliveries of it that lead to the same bus at once do so one
 * after the other.
 */
export async function lockForwarded(sql: Sql, tenantId: number, deliveryId: number): Promise<ForwardedRow | null> {
  const [row] = await sql.rows<ForwardedRow>(
    `select m.id, d.hops, array(select e.code from checks c join extensions e on e.id = c.extension_id where c.operation_id = m.operation_id) as asked
     from deliveries d join messages m on m.id = d.message_id
     where d.id = $2 and m.tenant_id = $1 for no key update of m`,
    [tenantId, deliveryId],
  )
  return row ?? null
}

export async function countDeliveries(sql: Sql, messageId: string): Promise<number> {
  const [row] = await sql.rows<{ count: number }>('select count(*) as count from deliveries where message_id = $1', [
    messageId,
  ])
  return row!.count
}

/** Where a message that arrives at the bus goes if the rule's pattern matches. */
export async function routesOfBus(sql: Sql, tenantId: number, busId: number): Promise<RouteRow[]> {
  return await sql.rows<RouteRow>(
    `select b.name as bus_name, r.pattern, t.id as target_id, t.name as target_name, t.endpoint, t.serves
     from event_buses b
     join event_rules r on r.bus_id = b.id and r.enabled
     join event_targets t on t.rule_id = r.id
     where b.tenant_id = $1 and b.id = $2
     order by t.id`,
    [tenantId, busId],
  )
}

/**
 * Writes further deliveries of the message, due at once; a target that has one of it already gets no other. Answers how many there are. The
 * delivery that led here serves no check from now on: those that it led to do.
 */
export async function forwardDelivery(
  sql: Sql,
  deliveryId: number,
  messageId: string,
  hops: number,
  deliveries: readonly NewDelivery[],
): Promise<number> {
  const [row] = await sql.rows<{ written: number }>(
    `with n as (
       insert into deliveries (message_id, target_id, target_name, bus_name, endpoint, serves, hops, next_attempt_at)
       select $2, d.target_id, d.target_name, d.bus_name, d.endpoint,
         case when d.serves is null then null else array(select jsonb_array_elements_text(d.serves::jsonb)) end, $3, now()
       from unnest($4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[]) as d(target_id, target_name, bus_name, endpoint, serves)
       where not exists (select from deliveries o where o.message_id = $2 and o.target_id = d.target_id)
       returning 1),
     u as (update deliveries set serves = '{}' where id = $1)
     select count(*)::int as written from n`,
    [
      deliveryId,
      messageId,
      hops,
      deliveries.map((one) => one.targetId),
      deliveries.map((one) => one.targetName),
      deliveries.map((one) => one.busName),
      deliveries.map((one) => one.endpoint),
      deliveries.map((one) => one.serves && JSON.stringify(one.serves)),
    ],
  )
  return row!.written
}
