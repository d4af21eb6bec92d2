/** What a function begins with: it passes everything, and shows what it has been given. */
import { FUNCTION_LIMITS } from '@holdpoint/core'
import type { Sql } from '../store/database.ts'
import { insertFunction, insertFunctionTarget } from '../store/functions.ts'
import { withoutTypes } from './source.ts'

const SOURCE = `type Request = {
  messageId: string
  /** What the event says; see its page in the list of events. */
  messageBody: Record<string, unknown> & { eventCode: string; tenantId: number }
  eventType: string
  eventCategoryType: string
  extensionBizId: string
  blockBusiness: boolean
}

type Context = {
  /** What the operation is about, as it was when it was asked for. */
  snapshot: Record<string, unknown>
  /** What was chosen of the options where it is asked for. */
  options: Record<string, unknown>
  /** Variables and secrets. */
  environment: Record<string, string>
}

export default async function (request: Request, context: Context) {
  console.log('asked about', request.eventType, context.snapshot)
  // OK lets the operation go on, WARN too and shows the message, FAIL refuses it.
  return { checkResult: 'OK', checkMessage: '' }
}
`

/** A function extension begins with code that runs, and has a target of its own. */
export async function startFunction(tx: Sql, extension: { readonly id: number; readonly code: string }): Promise<void> {
  await insertFunction(tx, extension.id, 1, {
    language: 'typescript',
    source: SOURCE,
    compiled: withoutTypes(SOURCE),
    environment: {},
    secrets: {},
    missingSecrets: [],
    allowedHosts: [],
    timeoutMs: FUNCTION_LIMITS.timeoutMs.usual,
    memoryMb: FUNCTION_LIMITS.memoryMb.usual,
  })
  await insertFunctionTarget(tx, extension.id, extension.code, {
    // A person waits for what it says, and what is broken in it is not mended by itself.
    retryPolicy: 'BACKOFF_RETRY',
    mostConcurrent: FUNCTION_LIMITS.concurrency.usual,
  })
}
