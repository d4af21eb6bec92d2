import { Refusal } from '@holdpoint/core'
import * as operations from '../store/operations.ts'
import type { Caller } from '../store/principals.ts'
import { endOperation, type Gate, tellChange } from './gate.ts'

/** Rule 13: the person who asked may withdraw a held operation. */
export async function withdraw(gate: Gate, caller: Caller, operationId: string): Promise<void> {
  await gate.db.transaction(async (tx) => {
    const operation = await operations.lockOperation(tx, caller.tenantId, operationId)
    if (!operation) throw new Refusal('NOT_FOUND', { thing: 'operation', id: operationId })
    if (operation.requested_by !== caller.userId) throw new Refusal('OPERATION_NOT_YOURS')
    if (operation.state !== 'held') throw new Refusal('OPERATION_ENDED', { state: operation.state })
    endOperation(gate, tx, operation, { state: 'withdrawn', status: operation.status })
    tellChange(gate, tx, operation)
  })
}
