import { writeAudit } from '../store/audit.ts'
import * as operations from '../store/operations.ts'
import { begin, traceOf } from '../watch/trace.ts'
import type { Gate } from './gate.ts'
import { decide } from './release.ts'

const MOST_AT_ONCE = 50

/**
 * Rule 11: a check still open at expiry ends as EXPIRED and counts as its extension declared. Rule 12: when a tenant's edition expires, open
 * checks end as passed. Answers how many operations were looked at; the database's clock alone decides.
 */
export async function expire(gate: Gate): Promise<number> {
  return await gate.db.transaction(async (tx) => {
    const expired = await operations.claimExpired(tx, MOST_AT_ONCE)
    for (const operation of expired) {
      // Nothing of it waits for an answer that an edition could end.
      if (!operation.message_expired && !operation.has_open_checks) continue
      operations.expireOpenChecks(tx, operation.id, tx.now, operation.edition_expired)
      writeAudit(tx, {
        tenantId: operation.tenant_id,
        workspaceId: operation.workspace_id,
        userId: null,
        action: 'operation.expire',
        object: operation.id,
        details: { edition: operation.edition_expired, message: operation.message_expired },
      })
      await decide(
        gate,
        tx,
        operation,
        await operations.checksOf(tx, operation.id),
        operation.message_expired,
        begin('expire', traceOf(null)).trace,
      )
    }
    return expired.length
  })
}
