import { eventByCode, may, Refusal } from '@holdpoint/core'
import type { z } from 'zod'
import { ensureMay, ensurePerson } from '../access.ts'
import { envelopeOf, requestOf } from '../openevent/envelope.ts'
import type { Platform } from '../platform.ts'
import type { Sql } from '../store/database.ts'
import { type DeliveryStandRow, deliveriesOf, deliveryStandsOf } from '../store/deliveries.ts'
import * as operations from '../store/operations.ts'
import type { Caller } from '../store/principals.ts'
import type { OperationDetail, OperationView } from './shapes.ts'
import { deliveryView, operationView } from './views.ts'

type Reads = Pick<Sql, 'rows'>

/** The rows with their checks and how far each check's message has come. */
export async function viewOperations(
  sql: Reads,
  caller: Caller,
  rows: readonly operations.OperationListRow[],
  given?: readonly DeliveryStandRow[],
): Promise<z.input<typeof OperationView>[]> {
  const checked = rows.flatMap((row) => (row.status === null ? [] : row.id))
  const messageIds = rows.flatMap((row) => row.message_id ?? [])
  const [checks, deliveries] = await Promise.all([
    checked.length === 0 ? [] : operations.checksWithExtensions(sql, checked),
    given ?? (messageIds.length === 0 ? [] : deliveryStandsOf(sql, messageIds)),
  ])
  return rows.map((row) => operationView(caller, row, checks, deliveries))
}

/** The operation, if the caller may read it: where it happens, because they asked for it, or as a trial of those who write in the developer backend. */
export async function findOperation(sql: Reads, caller: Caller, id: string): Promise<operations.OperationListRow> {
  const row = await operations.operationById(sql, caller.tenantId, id)
  if (!row) throw new Refusal('NOT_FOUND', { thing: 'operation', id })
  if (row.requested_by === caller.userId || (row.trial && may(caller, 'extension.write'))) return row
  // Those of the tenant are read by every person of it.
  if (row.workspace_id === null) ensurePerson(caller)
  else ensureMay(caller, 'operation.read', row.workspace_id)
  return row
}

export async function readOperation(
  { db }: Pick<Platform, 'db'>,
  caller: Caller,
  id: string,
): Promise<z.input<typeof OperationView>> {
  return await db.snapshot(async (sql) => {
    const [view] = await viewOperations(sql, caller, [await findOperation(sql, caller, id)])
    return view!
  })
}

/** Everything about one operation, as it was at one moment. */
export async function readOperationDetail(
  { db, region }: Pick<Platform, 'db' | 'region'>,
  caller: Caller,
  id: string,
): Promise<z.input<typeof OperationDetail>> {
  return await db.snapshot(async (sql) => {
    const row = await findOperation(sql, caller, id)
    const deliveries = row.message_id === null ? [] : await deliveriesOf(sql, row.message_id)
    const [view] = await viewOperations(sql, caller, [row], deliveries)
    const buses = [...new Set(deliveries.map((one) => one.bus_name))]
    const message =
      row.message_id === null
        ? null
        : {
            message_id: row.message_id,
            event_code: row.event_code,
            tenant_id: row.tenant_id,
            body: row.message_body!,
            created_at: row.message_created_at!,
          }
    return {
      ...view!,
      changes: row.changes.map((change) => ({ ...change })),
      message: message && {
        id: message.message_id,
        type: eventByCode(message.event_code)?.type ?? '',
        body: JSON.parse(message.body),
        envelopes: buses.map((busName) => ({
          busName,
          text: busName === '' ? requestOf(message, row.id) : envelopeOf({ ...message, bus_name: busName }, region),
        })),
        traceparent: row.message_traceparent,
        createdAt: message.created_at.toISOString(),
        expiresAt: row.message_expires_at!.toISOString(),
      },
      deliveries: deliveries.map((delivery) => deliveryView(caller, delivery)),
    }
  })
}
