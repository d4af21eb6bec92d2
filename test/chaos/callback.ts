// A result as an extension gives it back, signed with the project's own client library.
import { randomUUID } from 'node:crypto'
import { encodeQuery, signV3 } from '../../sdk/src/index.ts'
import type { Result } from './behaviour.ts'

export type Speaker = {
  readonly extensionCode: string
  readonly pair: { readonly id: string; readonly secret: string }
}

/** Null when acknowledged, the code when refused, undefined when nobody knows. */
export async function callBack(
  url: string,
  { extensionCode, pair }: Speaker,
  messageId: string,
  result: Result,
  withinMs: number,
): Promise<string | null | undefined> {
  const query: [string, string][] = [
    ['MessageId', messageId],
    ['ExtensionCode', extensionCode],
    ['CheckResult', result],
    ['CheckResultTip', `It says ${result}`],
  ]
  const named: [string, string][] = [
    ['host', new URL(url).host],
    ['x-acs-action', 'UpdateWorkbenchEventResult'],
    ['x-acs-version', '2020-05-18'],
  ]
  const signed = signV3({
    method: 'POST',
    path: '/',
    query,
    headers: named,
    accessKeyId: pair.id,
    secret: pair.secret,
    nowMs: Date.now(),
    nonce: randomUUID(),
  })
  try {
    const response = await fetch(`${url}/?${encodeQuery(query)}`, {
      method: 'POST',
      headers: Object.fromEntries([...named.slice(1), ...signed]),
      signal: AbortSignal.timeout(withinMs),
    })
    const body = (await response.json()) as { Code?: string; Success?: boolean }
    if (response.status >= 500 || response.status === 429) return undefined
    return response.ok && body.Success === true ? null : String(body.Code)
  } catch {
    return undefined
  }
}
