import { may, Refusal } from '@holdpoint/core'
import { writeAudit } from '../store/audit.ts'
import * as extensions from '../store/extensions.ts'
import * as operations from '../store/operations.ts'
import type { Caller } from '../store/principals.ts'
import { currentTrace } from '../watch/trace.ts'
import type { Gate } from './gate.ts'
import { decide } from './release.ts'

/**
 * Rule 10: *mark as passed* turns one FAIL into a pass if the extension allows it, by an administrator who is not the one who asked, with a
 * reason, in the audit trail. EXPIRED cannot be passed by hand.
 */
export async function passCheck(
  gate: Gate,
  caller: Caller,
  operationId: string,
  extensionCode: string,
  reason: string,
): Promise<void> {
  await gate.db.transaction(async (tx) => {
    const operation = await operations.lockOperation(tx, caller.tenantId, operationId)
    if (!operation) throw new Refusal('NOT_FOUND', { thing: 'operation', id: operationId })
    const extensionId = await extensions.extensionIdOf(tx, caller.tenantId, extensionCode)
    const checks = await operations.checksOf(tx, operationId)
    const check = checks.find((one) => one.extension_id === extensionId)
    if (!check) throw new Refusal('NOT_FOUND', { thing: 'check', id: extensionCode })
    const problem = mayNotPass(caller, operation, check)
    if (problem !== null) throw new Refusal('CHECK_NOT_PASSABLE', { problem })
    // Rule 9: with its message the operation expires too, even if nobody has swept it up yet.
    const expiresAt = await operations.messageExpiry(tx, operationId)
    if (expiresAt === null || expiresAt <= tx.now)
      throw new Refusal('CHECK_NOT_PASSABLE', { problem: 'its message has expired' })

    operations.recordPass(tx, operationId, check.extension_id, caller.userId, reason, tx.now)
    writeAudit(tx, {
      tenantId: caller.tenantId,
      workspaceId: operation.workspace_id,
      userId: caller.userId,
      action: 'check.pass',
      object: operationId,
      details: { extensionCode, reason },
    })
    await decide(
      gate,
      tx,
      operation,
      checks.map((one) => (one === check ? { ...one, passed_at: tx.now } : one)),
      false,
      currentTrace(),
    )
  })
}

/** Why the caller may not pass this check by hand now; null when they may. */
export function mayNotPass(
  caller: Caller,
  operation: Pick<operations.OperationRow, 'state' | 'workspace_id' | 'requested_by'>,
  check: Pick<operations.CheckRow, 'result' | 'manual_pass' | 'passed_at'>,
): string | null {
  if (operation.state !== 'held') return 'the operation is not held any more'
  if (check.result !== 'FAIL' || check.passed_at !== null) return 'it has not failed'
  if (!check.manual_pass) return 'its extension does not allow it'
  if (operation.requested_by === caller.userId) return 'you asked for the operation yourself'
  const allowed =
    operation.workspace_id === null
      ? may(caller, 'tenant-check.pass')
      : may(caller, 'check.pass', operation.workspace_id)
  return allowed ? null : 'only an administrator may'
}
