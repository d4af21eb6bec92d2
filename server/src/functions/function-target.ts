/**
 * Hands messages over to functions, which run here. What a function that is asked returns is its check result at once; when it has failed as often
 * as its target tries it, its check ends as its author declared (rule 11).
 *
 * A server that dies after the function has returned and before that is committed leaves the delivery as it was, and the function runs again: at
 * least once, like every delivery.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type CheckResult, isLastAttempt, Refusal } from '@holdpoint/core'
import { requestOf } from '../openevent/envelope.ts'
import type { AttemptResult, Outgoing, Sender, Target } from '../openevent/target.ts'
import type { Sql } from '../store/database.ts'
import { type AskedFunctionRow, askedFunction } from '../store/functions.ts'
import type { Run, RunOf, Runs } from './run.ts'

/** Where there is no place to run it, it waits for one; that is no failure of its own until this has been tried so often. */
const MOST_WAITS = 3
const AGAIN_AFTER_MS = 500
const MOST_SHOWN = 2_048

export type Asked = { readonly tenantId: number; readonly messageId: string; readonly extensionCode: string }

export function functionSender(parts: {
  readonly db: Sql
  readonly runs: Runs
  /** What the operation that it is asked about is about. */
  readonly toldOf: (of: AskedFunctionRow) => Promise<Readonly<Record<string, unknown>> | null>
  /** Gives a check its result. */
  readonly answer: (asked: Asked & { readonly result: CheckResult; readonly comment: string | null }) => Promise<void>
  /** Ends a check whose function has failed for good. */
  readonly giveUp: (asked: Asked & { readonly problem: string; readonly attempts: number }) => Promise<void>
  readonly logFault: (error: unknown, about: Readonly<Record<string, unknown>>) => void
}): Sender {
  /** What was begun before the replica was taken for dead decides nothing any more: another may be at it. */
  let life = 0

  async function attempt(target: Target, { deliveryId, attempt }: Outgoing): Promise<AttemptResult> {
    const begunIn = life
    const of = await askedFunction(parts.db, deliveryId)
    if (of === null || of.tenant_id !== target.tenantId) return failed('there is no such function in this tenant')
    const run = await runFor(of, deliveryId, attempt)
    if (life !== begunIn) return failed('the replica was taken for dead meanwhile')
    const asked = { tenantId: of.tenant_id, messageId: of.message_id, extensionCode: of.extension_code }
    if (run?.verdict) {
      const note = await taken({ ...asked, ...run.verdict })
      await run.recorded.catch(() => {})
      return { status: null, error: null, responseBody: `${note}${run.result}`.slice(0, MOST_SHOWN) }
    }
    const problem = run === null ? 'No version of the function runs here.' : run.problem
    if (problem !== null && of.asked && isLastAttempt(target.retryPolicy, attempt))
      await parts.giveUp({ ...asked, problem, attempts: attempt })
    await run?.recorded
    return { status: null, error: problem, responseBody: run?.result?.slice(0, MOST_SHOWN) ?? null }
  }

  async function runFor(of: AskedFunctionRow, deliveryId: number, attempt: number): Promise<Run | null> {
    if (of.version === null) return null
    const wanted: RunOf = {
      tenantId: of.tenant_id,
      extensionId: of.extension_id,
      version: of.version,
      revision: of.revision!,
      workspaceId: of.workspace_id,
      messageId: of.message_id,
      deliveryId,
      attempt,
      testedBy: null,
      eventCode: of.event_code,
      request: requestOf(of, of.asked ? of.operation_id : null),
      chosen: of.chosen,
      snapshot: await parts.toldOf(of),
      asked: of.asked,
      withSecrets: true,
    }
    for (let wait = 1; ; wait++) {
      const run = await parts.runs.run(wanted)
      if (run?.outcome !== 'refused' || wait === MOST_WAITS) return run
      await sleep(AGAIN_AFTER_MS)
    }
  }

  /** What is to be said of the result that was given: nothing, or why it comes too late, by a redelivery or after the end. */
  async function taken(given: Parameters<typeof parts.answer>[0]): Promise<string> {
    try {
      await parts.answer(given)
      return ''
    } catch (error) {
      if (error instanceof Refusal) return `Not taken: ${error.message}\n`
      throw error
    }
  }

  return {
    async send(target, outgoing) {
      try {
        return await attempt(target, outgoing)
      } catch (error) {
        parts.logFault(error, { target: target.id, delivery: outgoing.deliveryId })
        // The database is asked again soon, but not at once and again and again.
        await sleep(AGAIN_AFTER_MS)
        return NOT_MADE
      }
    },
    cut: () => void life++,
    close: async () => {},
  }
}

const failed = (error: string): AttemptResult => ({ status: null, error, responseBody: null })
const NOT_MADE: AttemptResult = { ...failed('what came of it could not be written down'), notMade: true }
