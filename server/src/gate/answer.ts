/**
 * answer: an extension returns the result of its check.
 *
 * In one transaction, which it may share with other answers, the operation is locked, the result written, the process derived, and if that decides it, the operation
 * carried out or refused.
 */
import { acceptResult, type CheckResult, eventByCode, Refusal } from '@holdpoint/core'
import { writeAudit } from '../store/audit.ts'
import * as operations from '../store/operations.ts'
import type { Caller } from '../store/principals.ts'
import { currentTrace, spanned, type Trace } from '../watch/trace.ts'
import type { Gate } from './gate.ts'
import { checkOf, decide } from './release.ts'

export type CallbackApi = 'UpdateIDEEventResult' | 'UpdateWorkbenchEventResult' | 'CallbackExtension'

export type Answer = {
  readonly api: CallbackApi
  readonly messageId: string
  readonly extensionCode: string
  readonly result: CheckResult
  readonly comment: string | null
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * Rule 8: a check takes one result; the first stands, the same again is acknowledged, and a different one, or one that is expired, unknown,
 * foreign or from an extension that was not asked, is refused and changes nothing. Rule 7: an expired message takes no result.
 * Only the extension's owner speaks for it: whoever else could would decide in its place, without a trace.
 */
export async function answer(gate: Gate, caller: Caller, given: Answer): Promise<void> {
  const { extensionCode, messageId } = given
  const notAsked = () => new Refusal('EXTENSION_NOT_ASKED', { extensionCode, messageId })
  const unknown = () => new Refusal('MESSAGE_UNKNOWN', { messageId: given.messageId })
  if (!UUID.test(given.messageId)) throw unknown()
  const arrivedMs = performance.now()
  const attributes = {
    'holdpoint.message': given.messageId,
    'holdpoint.extension': given.extensionCode,
    'holdpoint.result': given.result,
  }
  const take = (of: Trace) =>
    gate.together(async (tx) => {
      const [asked, checks] = await Promise.all([
        operations.lockForAnswer(tx, caller.tenantId, given.messageId, given.extensionCode),
        operations.checksAskedBy(tx, given.messageId),
      ])
      if (!asked) throw unknown()
      if (asked.extension_id === null) throw new Refusal('EXTENSION_UNKNOWN', { extensionCode: given.extensionCode })
      if (asked.extension_owner_id !== caller.userId)
        throw new Refusal('FORBIDDEN', { action: 'answering for an extension of another owner' })
      if (asked.operation === null) throw notAsked()
      const callback = eventByCode(asked.message_event_code)?.callback
      if (callback && callback !== given.api)
        throw new Refusal('CALLBACK_WRONG_API', { eventCode: asked.message_event_code, callback })
      const check = checks.find((one) => one.extension_id === asked.extension_id)
      if (!check) throw notAsked()
      if (check.result === null && (asked.message_expires_at <= tx.now || check.expired_at !== null))
        throw new Refusal('MESSAGE_EXPIRED', { messageId: given.messageId })
      if (acceptResult(checkOf(check), given.result) === 'acknowledge') return

      operations.recordResult(tx, {
        operationId: asked.operation.id,
        extensionId: check.extension_id,
        result: given.result,
        comment: given.comment,
        at: tx.now,
      })
      const now = checks.map((one) => (one === check ? { ...one, result: given.result } : one))
      const took = await decide(gate, tx, asked.operation, now, false, of)
      // After what it decides, because with that it is one statement.
      writeAudit(tx, {
        tenantId: caller.tenantId,
        workspaceId: asked.operation.workspace_id,
        userId: caller.userId,
        action: 'check.answer',
        object: asked.operation.id,
        details: { extension: given.extensionCode, result: given.result, message: given.messageId, api: given.api },
      })
      tx.afterCommit(() => {
        gate.metrics.answers.inc({ result: given.result })
        if (took === 'release') gate.metrics.answerToEffect.observe((performance.now() - arrivedMs) / 1000)
      })
    })
  await spanned('answer', currentTrace(), attributes, take)
}
