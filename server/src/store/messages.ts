import type { Sql, Transaction } from './database.ts'
import type { DueDelivery } from './deliveries.ts'
import type { SharedStatement } from './shared-statement.ts'

export type NewMessage = {
  readonly id: string
  readonly tenantId: number
  readonly workspaceId: number | null
  readonly eventCode: string
  readonly operationId: string | null
  readonly body: string
  readonly traceparent: string | null
  /** Whether its operation is a trial. */
  readonly trial: boolean
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

type NewMessageWithDeliveries = {
  readonly message: NewMessage
  readonly deliveries: readonly NewDelivery[]
}

const INSERT_MESSAGE: SharedStatement<NewMessageWithDeliveries, DueDelivery[]> = {
  statement: (items) => {
    const messages = items.map((one) => one.message)
    const deliveries = items.flatMap(({ message, deliveries }) =>
      deliveries.map((one) => ({ ...one, messageId: message.id })),
    )
    return {
      text: `with m as (
         insert into messages (id, tenant_id, workspace_id, event_code, operation_id, body, created_at, expires_at, traceparent)
         select i.* from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::uuid[], $6::text[], $7::timestamptz[], $8::timestamptz[],
             $15::text[])
           as i(id, tenant_id, workspace_id, event_code, operation_id, body, created_at, expires_at, traceparent)
         left join operations o on o.id = i.operation_id where i.operation_id is null or o.id is not null
         returning id, created_at)
       insert into deliveries (message_id, target_id, target_name, bus_name, endpoint, serves, next_attempt_at)
       select m.id, d.target_id, d.target_name, d.bus_name, d.endpoint,
         case when d.serves is null then null else array(select jsonb_array_elements_text(d.serves::jsonb)) end,
         m.created_at
       from unnest($9::uuid[], $10::bigint[], $11::text[], $12::text[], $13::text[], $14::text[])
         as d(message_id, target_id, target_name, bus_name, endpoint, serves) join m on m.id = d.message_id
       returning id, message_id, target_id`,
      values: [
        messages.map((one) => one.id),
        messages.map((one) => one.tenantId),
        messages.map((one) => one.workspaceId),
        messages.map((one) => one.eventCode),
        messages.map((one) => one.operationId),
        messages.map((one) => one.body),
        messages.map((one) => one.createdAt),
        messages.map((one) => one.expiresAt),
        deliveries.map((one) => one.messageId),
        deliveries.map((one) => one.targetId),
        deliveries.map((one) => one.targetName),
        deliveries.map((one) => one.busName),
        deliveries.map((one) => one.endpoint),
        deliveries.map((one) => one.serves && JSON.stringify(one.serves)),
        messages.map((one) => one.traceparent),
      ],
    }
  },
  answers(rows: readonly { id: number; message_id: string; target_id: number }[], items) {
    const byMessage = Map.groupBy(rows, (row) => row.message_id)
    return items.map(({ message, deliveries }) => {
      const byTarget = new Map(deliveries.map((one) => [one.targetId, one]))
      return (byMessage.get(message.id) ?? []).map((row) => ({
        id: row.id,
        message_id: message.id,
        target_id: row.target_id,
        bus_name: byTarget.get(row.target_id)!.busName,
        attempts: 0,
        event_code: message.eventCode,
        tenant_id: message.tenantId,
        workspace_id: message.workspaceId,
        operation_id: message.operationId,
        body: message.body,
        traceparent: message.traceparent,
        trial: message.trial,
        created_at: message.createdAt,
        expires_at: message.expiresAt,
      }))
    })
  },
}

export type MessageRow = { event_code: string; workspace_id: number | null; operation_id: string | null; body: string }

export async function messageById(sql: Sql, tenantId: number, id: string): Promise<MessageRow | null> {
  const [row] = await sql.rows<MessageRow>(
    'select event_code, workspace_id, operation_id, body from messages where tenant_id = $1 and id = $2',
    [tenantId, id],
  )
  return row ?? null
}

/**
 * Writes a message with its deliveries, which are due at once. A message that asks about an operation is written only if the operation is.
 */
export function insertMessage(
  tx: Transaction,
  message: NewMessage,
  deliveries: readonly NewDelivery[],
): () => DueDelivery[] {
  return tx.write(INSERT_MESSAGE, { message, deliveries })
}
