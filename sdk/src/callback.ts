/**
 * Returning the result of a check, with the action that its event asks for, until the answer is definite: an extension that is down for a minute, or a
 * Holdpoint that is, costs a check nothing but the time.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { CALLBACKS } from './generated/callbacks.ts'
import { encodeQuery, signV3 } from './sign.ts'

export type Verdict = {
  readonly result: 'OK' | 'WARN' | 'FAIL'
  /** What the person who asked for the operation is told; Markdown, and cut to 10,000 characters. */
  readonly message?: string
}

/** How it ended: Holdpoint has the result; it has definitely refused it, with its code; or the message expired first. */
export type Returned = { readonly ended: 'returned' | 'refused' | 'expired'; readonly code: string | null }

const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 30_000
const CALL_TIMEOUT_MS = 15_000
const LONGEST_MESSAGE = 10_000

export type CallbackSettings = {
  readonly endpoint: string
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly extensionCode: string
}

export async function returnVerdict(
  settings: CallbackSettings,
  event: { readonly messageId: string; readonly eventCode: string; readonly expiresAtMs: number },
  verdict: Verdict,
  retrying: (reason: string) => void,
): Promise<Returned> {
  const parameters: [string, string][] = [
    ['MessageId', event.messageId],
    ['ExtensionCode', settings.extensionCode],
    ['CheckResult', verdict.result],
  ]
  const action = CALLBACKS[event.eventCode as keyof typeof CALLBACKS]
  const message = verdict.message?.slice(0, LONGEST_MESSAGE)
  if (message) parameters.push([action === 'CallbackExtension' ? 'CheckMessage' : 'CheckResultTip', message])
  let delayMs = FIRST_DELAY_MS
  for (;;) {
    const outcome = await once(settings, action, parameters)
    if (typeof outcome !== 'string') return outcome
    if (Date.now() + delayMs >= event.expiresAtMs) return { ended: 'expired', code: null }
    retrying(outcome)
    await sleep(delayMs)
    delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS)
  }
}

/** A definite end, or why to try again. */
async function once(
  settings: CallbackSettings,
  action: string,
  parameters: readonly [string, string][],
): Promise<Returned | string> {
  const base = new URL(settings.endpoint)
  const body = encodeQuery(parameters)
  const headers: [string, string][] = [
    ['content-type', 'application/x-www-form-urlencoded'],
    ['x-acs-action', action],
    ['x-acs-version', '2020-05-18'],
  ]
  try {
    const signed = signV3({
      method: 'POST',
      path: '/',
      headers: [['host', base.host], ...headers],
      body,
      accessKeyId: settings.accessKeyId,
      secret: settings.accessKeySecret,
      nowMs: Date.now(),
      nonce: randomUUID(),
    })
    const response = await fetch(new URL('/', base), {
      method: 'POST',
      headers: Object.fromEntries([...headers, ...signed]),
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    })
    const text = await response.text()
    if (response.ok) return { ended: 'returned', code: null }
    const code = codeOf(text)
    // Without a code of Holdpoint something between has answered in its place.
    if (code === null || response.status >= 500 || response.status === 429) return code ?? `HTTP ${response.status}`
    return { ended: 'refused', code }
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string } }
    return cause?.code ?? message
  }
}

function codeOf(text: string): string | null {
  try {
    const { Code } = JSON.parse(text)
    return typeof Code === 'string' ? Code : null
  } catch {
    return null
  }
}
