/**
 * answer: an extension returns the result of its check.
 *
 * In one transaction, which it may share with others, the operation is locked, the result written, the process derived, and if that decides it,
 * the operation carried out or refused. Results for the same message that wait for each other are taken at once.
 */
import { acceptResult, type CheckResult, eventByCode, Refusal, speaksFor } from '@holdpoint/core'
import { writeAudit } from '../store/audit.ts'
import type { Transaction } from '../store/database.ts'
import * as operations from '../store/operations.ts'
import type { Caller } from '../store/principals.ts'
import { currentTrace, spanned, type Trace } from '../watch/trace.ts'
import type { Gate } from './gate.ts'
import { checkOf, decide, foresee } from './release.ts'

export type CallbackApi = 'UpdateIDEEventResult' | 'UpdateWorkbenchEventResult' | 'CallbackExtension'

export type Answer = {
  /** Or that it is what a function returned. */
  readonly api: CallbackApi | 'function'
  readonly messageId: string
  readonly extensionCode: string
  readonly result: CheckResult
  readonly comment: string | null
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Who has signed, or a function, which speaks for its extension alone and is nobody (null). */
type Speaker = {
  readonly tenantId: number
  alone(): Promise<Caller | null>
  within(tx: Transaction): Promise<Caller | null>
  remember(): Promise<void>
}

export const functionOf = (tenantId: number): Speaker => ({
  tenantId,
  alone: async () => null,
  within: async () => null,
  remember: async () => {},
})

type Given = {
  readonly who: Speaker
  readonly given: Answer
  readonly of: Trace
  readonly arrivedMs: number
}

export async function answer(gate: Gate, who: Speaker, given: Answer): Promise<void> {
  const { extensionCode, messageId, result } = given
  if (!UUID.test(messageId)) {
    await who.alone()
    throw new Refusal('MESSAGE_UNKNOWN', { messageId })
  }
  const arrivedMs = performance.now()
  const attributes = {
    'holdpoint.message': messageId,
    'holdpoint.extension': extensionCode,
    'holdpoint.result': result,
  }
  await spanned('answer', currentTrace(), attributes, async (of) => {
    const refusal = await gate
      .inLine(messageId.toLowerCase(), { who, given, of, arrivedMs }, (all) => takeAll(gate, all))
      .catch(async (error) => {
        await who.remember()
        throw error
      })
    if (refusal !== null) throw refusal
  })
}

/** Takes results for one message in their order, each as if it were the only one; what they decide together is carried out once. */
async function takeAll(gate: Gate, all: readonly Given[]): Promise<(Refusal | null)[]> {
  const known = gate.asked.get(all[0]!.given.messageId.toLowerCase())
  return await gate.together(async (tx) => {
    const reading = Promise.all([
      Promise.all(
        all.map(({ who, given }) => operations.lockForAnswer(tx, who.tenantId, given.messageId, given.extensionCode)),
      ),
      operations.checksAskedBy(tx, all[0]!.given.messageId),
      Promise.all(all.map(({ who }) => who.within(tx).catch((error: Error) => error))),
    ])
    // What releasing it would ask is asked along with that, if this is the answer that it waits for.
    const expected = known?.operation.tenant_id === all[0]!.who.tenantId && known.open <= all.length
    const foreseen = expected ? foresee(gate, tx, known.operation) : null
    const [asked, open, callers] = await reading
    let checks = open
    const taken: {
      readonly one: Given
      readonly userId: number | null
      readonly operation: operations.DecidedOperationRow
    }[] = []
    const refusals = all.map((one, at) => {
      try {
        const caller = callers[at]!
        if (caller instanceof Error) throw caller
        const judged = judge(tx, caller, one.given, asked[at]!, checks)
        if (judged === null) return null
        const { operation, check } = judged
        const { result, comment } = one.given
        operations.recordResult(tx, {
          operationId: operation.id,
          extensionId: check.extension_id,
          result,
          comment,
          at: tx.now,
        })
        checks = checks.map((other) => (other === check ? { ...other, result } : other))
        taken.push({ one, userId: caller?.userId ?? null, operation })
        return null
      } catch (error) {
        if (error instanceof Refusal) return error
        throw error
      }
    })
    const last = taken.at(-1)
    if (last === undefined) return refusals
    const took = await decide(gate, tx, last.operation, checks, false, last.one.of, foreseen)
    // After what they decide, because with that it is one statement.
    for (const { one, userId, operation } of taken) {
      const { api, extensionCode: extension, messageId: message, result } = one.given
      writeAudit(tx, {
        tenantId: one.who.tenantId,
        workspaceId: operation.workspace_id,
        userId,
        action: 'check.answer',
        object: operation.id,
        details: { extension, result, message, api, ...(operation.trial && { trial: true }) },
      })
    }
    tx.afterCommit(() => {
      if (known !== undefined) known.open -= taken.length
      if (took !== 'hold') gate.asked.delete(last.one.given.messageId.toLowerCase())
      if (last.operation.trial) return
      for (const { one } of taken) gate.metrics.answers.inc({ result: one.given.result })
      if (took === 'release') gate.metrics.answerToEffect.observe((performance.now() - last.one.arrivedMs) / 1000)
    })
    return refusals
  }, all[0]!.who.tenantId)
}

/**
 * Rule 8: a check takes one result; the first stands, the same again is acknowledged (null), and a different one, or one that is expired, unknown,
 * foreign or from an extension that was not asked, is refused and changes nothing. Rule 7: an expired message takes no result.
 * Rule 20: only the extension's owner and its own service user speak for it: whoever else could would decide in its place, without a trace.
 */
function judge(
  tx: Transaction,
  caller: Caller | null,
  { api, extensionCode, messageId, result }: Answer,
  asked: operations.AnsweredRow | null,
  checks: readonly operations.DecidingCheckRow[],
): { readonly operation: operations.DecidedOperationRow; readonly check: operations.DecidingCheckRow } | null {
  const notAsked = () => new Refusal('EXTENSION_NOT_ASKED', { extensionCode, messageId })
  if (!asked) throw new Refusal('MESSAGE_UNKNOWN', { messageId })
  if (asked.extension_id === null) throw new Refusal('EXTENSION_UNKNOWN', { extensionCode })
  if (caller !== null && !speaksFor(caller, { id: asked.extension_id, ownerId: asked.extension_owner_id }))
    throw new Refusal('FORBIDDEN', { action: 'answering for an extension of another owner' })
  if (asked.operation === null) throw notAsked()
  const callback = eventByCode(asked.message_event_code)?.callback
  if (api !== 'function' && callback && callback !== api)
    throw new Refusal('CALLBACK_WRONG_API', { eventCode: asked.message_event_code, callback })
  const check = checks.find((one) => one.extension_id === asked.extension_id)
  if (!check) throw notAsked()
  if (check.result === null && (asked.message_expires_at <= tx.now || check.expired_at !== null))
    throw new Refusal('MESSAGE_EXPIRED', { messageId })
  return acceptResult(checkOf(check), result) === 'acknowledge' ? null : { operation: asked.operation, check }
}
