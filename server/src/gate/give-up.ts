/**
 * give-up: a function that is asked has failed as often as it is tried.
 *
 * In one transaction its check ends, the process is derived, and if that decides it, the operation is carried out or refused.
 */
import { writeAudit } from '../store/audit.ts'
import * as operations from '../store/operations.ts'
import { currentTrace, spanned } from '../watch/trace.ts'
import type { Gate } from './gate.ts'
import { decide } from './release.ts'

export type GivenUp = {
  readonly tenantId: number
  readonly messageId: string
  readonly extensionCode: string
  /** Why the last attempt gave no result, in one sentence. */
  readonly problem: string
  readonly attempts: number
}

/** Rule 11: a function that crashes or times out after its retries counts as its author declared; a check that has ended stays as it ended. */
export async function giveUp(gate: Gate, given: GivenUp): Promise<void> {
  const { tenantId, messageId, extensionCode, problem, attempts } = given
  const attributes = { 'holdpoint.message': messageId, 'holdpoint.extension': extensionCode }
  await spanned('give-up', currentTrace(), attributes, (of) =>
    gate.db.transaction(async (tx) => {
      const asked = await operations.lockForAnswer(tx, tenantId, messageId, extensionCode)
      const checks = await operations.checksAskedBy(tx, messageId)
      const check = checks.find((one) => one.extension_id === asked?.extension_id)
      if (!asked?.operation || !check || check.result !== null || check.expired_at !== null) return
      const { operation } = asked
      const at = tx.now
      operations.failCheck(tx, operation.id, check.extension_id, at, problem)
      writeAudit(tx, {
        tenantId,
        workspaceId: operation.workspace_id,
        userId: null,
        action: 'check.give-up',
        object: operation.id,
        details: { extension: extensionCode, message: messageId, problem, attempts, counts: check.on_unanswered },
      })
      const after = checks.map((one) => (one === check ? { ...one, expired_at: at } : one))
      const next = await decide(gate, tx, operation, after, false, of)
      if (next !== 'hold') tx.afterCommit(() => gate.asked.delete(messageId))
    }),
  )
}
