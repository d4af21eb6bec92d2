import { Refusal } from '@holdpoint/core'
import type { z } from 'zod'
import { ensureMay } from '../access.ts'
import type { Sql } from '../store/database.ts'
import { type DeliveryRow, deliveriesOf } from '../store/deliveries.ts'
import * as operations from '../store/operations.ts'
import type { Caller } from '../store/principals.ts'
import type { OperationView } from './shapes.ts'
import { operationView } from './views.ts'

type Viewed = { readonly views: z.input<typeof OperationView>[]; readonly deliveries: readonly DeliveryRow[] }

/** The rows with their checks and how far each check's message has come, and the deliveries of which that was told. */
export async function viewOperations(
  sql: Sql,
  caller: Caller,
  rows: readonly operations.OperationListRow[],
): Promise<Viewed> {
  const checked = rows.flatMap((row) => (row.status === null ? [] : row.id))
  const messageIds = rows.flatMap((row) => row.message_id ?? [])
  const [checks, deliveries] = await Promise.all([
    checked.length === 0 ? [] : operations.checksWithExtensions(sql, checked),
    messageIds.length === 0 ? [] : deliveriesOf(sql, messageIds),
  ])
  return { views: rows.map((row) => operationView(caller, row, checks, deliveries)), deliveries }
}

/** The operation, if the caller may read it: where it happens, or because they asked for it. */
export async function findOperation(sql: Sql, caller: Caller, id: string): Promise<operations.OperationListRow> {
  const row = await operations.operationById(sql, caller.tenantId, id)
  if (!row) throw new Refusal('NOT_FOUND', { thing: 'operation', id })
  if (row.requested_by !== caller.userId && row.workspace_id !== null)
    ensureMay(caller, 'operation.read', row.workspace_id)
  return row
}

export async function readOperation(sql: Sql, caller: Caller, id: string): Promise<z.input<typeof OperationView>> {
  const { views } = await viewOperations(sql, caller, [await findOperation(sql, caller, id)])
  return views[0]!
}
