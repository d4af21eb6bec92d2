import type { Transaction } from './database.ts'
import type { DueDelivery } from './deliveries.ts'

export type NewMessage = {
  readonly id: string
  readonly tenantId: number
  readonly workspaceId: number | null
  readonly eventCode: string
  readonly operationId: string | null
  readonly body: string
  readonly createdAt: Date
  readonly expiresAt: Date
}

export type NewDelivery = {
  readonly targetId: number
  readonly targetName: string
  readonly busName: string
  readonly endpoint: string
  readonly serves: readonly string[] | null
}

/**
 * Writes a message with its deliveries, which are leased to the caller: it attempts them after the commit, and who crashes lets the lease run
 * out. A message that asks about an operation is written only if the operation is.
 */
export function insertMessage(
  tx: Transaction,
  message: NewMessage,
  deliveries: readonly NewDelivery[],
  leaseSeconds: number,
): () => DueDelivery[] {
  const rows = tx.send<{ id: number; target_id: number }>(
    `with m as (
       insert into messages (id, tenant_id, workspace_id, event_code, operation_id, body, created_at, expires_at)
       select $1, $2, $3, $4, $5, $6, $7, $8 where $5::uuid is null or exists (select from operations where id = $5)
       returning id, created_at)
     insert into deliveries (message_id, target_id, target_name, bus_name, endpoint, serves, next_attempt_at, lease_until)
     select m.id, d.target_id, d.target_name, d.bus_name, d.endpoint,
       case when d.serves is null then null else array(select jsonb_array_elements_text(d.serves::jsonb)) end,
       m.created_at, m.created_at + make_interval(secs => $9)
     from m, unnest($10::bigint[], $11::text[], $12::text[], $13::text[], $14::text[]) as d(target_id, target_name, bus_name, endpoint, serves)
     returning id, target_id`,
    [
      message.id,
      message.tenantId,
      message.workspaceId,
      message.eventCode,
      message.operationId,
      message.body,
      message.createdAt,
      message.expiresAt,
      leaseSeconds,
      deliveries.map((one) => one.targetId),
      deliveries.map((one) => one.targetName),
      deliveries.map((one) => one.busName),
      deliveries.map((one) => one.endpoint),
      deliveries.map((one) => one.serves && JSON.stringify(one.serves)),
    ],
  )
  const byTarget = new Map(deliveries.map((one) => [one.targetId, one]))
  const dueOf = (row: { id: number; target_id: number }): DueDelivery => ({
    id: row.id,
    message_id: message.id,
    target_id: row.target_id,
    bus_name: byTarget.get(row.target_id)!.busName,
    endpoint: byTarget.get(row.target_id)!.endpoint,
    attempts: 0,
    event_code: message.eventCode,
    tenant_id: message.tenantId,
    workspace_id: message.workspaceId,
    operation_id: message.operationId,
    body: message.body,
    created_at: message.createdAt,
    expires_at: message.expiresAt,
  })
  return () => rows().map(dueOf)
}
