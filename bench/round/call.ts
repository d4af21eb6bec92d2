/** One signed call in the DataWorks dialect, as a client makes it: every request has its own nonce, date and signature (V3). */
import { randomUUID } from 'node:crypto'
import { encodeQuery, signV3 } from '@holdpoint/sdk'
import { Pool } from 'undici'
import type { Pair } from '../holdpoint.ts'

export type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> }
export type Call = (action: string, parameters: ReadonlyArray<readonly [string, string]>) => Promise<Answer>

const TIMEOUT_MS = 10_000

export function signedCalls(url: string, pair: Pair, connections: number): Call {
  const { host } = new URL(url)
  const pool = new Pool(url, { connections, pipelining: 1, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS })
  return async (action, query) => {
    const named: [string, string][] = [
      ['host', host],
      ['x-acs-action', action],
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
    const response = await pool.request({
      method: 'POST',
      path: `/?${encodeQuery(query)}`,
      headers: Object.fromEntries([...named, ...signed]),
    })
    return { status: response.statusCode, body: (await response.body.json()) as Answer['body'] }
  }
}

/** Each call goes to the next one. */
export function inTurn(calls: readonly Call[]): Call {
  let next = 0
  return (action, parameters) => calls[next++ % calls.length]!(action, parameters)
}
