// Requests to EventBridge's dialect, signed as the vendor's client signs but which it would not send, and one for every action.
import { createHmac, randomUUID } from 'node:crypto'
import type { Server } from '../server/src/server.ts'
import type { Key, Raw } from './conformance/raw-request.ts'
import { type Person, urlOf } from './world.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers as they arrive; the tests say what must be in them
type Answer = any

export type RawRequest = {
  readonly path: string
  readonly method?: string
  readonly body?: string | Buffer
  /** What is sent instead of what was signed, or besides it. */
  readonly sent?: Readonly<Record<string, string>>
  /** What is signed and sent. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A request signed as the vendor's client signs. */
export function signedEventBridge(key: Key, given: RawRequest): Raw {
  const { path, method = 'POST', body = '{}', headers = {}, sent = {} } = given
  const signed: Record<string, string> = {
    'content-type': 'application/json; charset=utf-8',
    date: new Date().toUTCString(),
    'x-acs-signature-nonce': randomUUID(),
    'x-acs-signature-method': 'HMAC-SHA1',
    'x-acs-signature-version': '1.0',
    ...headers,
  }
  const vendor = Object.keys(signed)
    .filter((name) => name.startsWith('x-acs-'))
    .toSorted()
    .map((name) => `${name}:${signed[name]}\n`)
  const lines = [method, signed['content-md5'] ?? '', signed['content-type'], signed.date, vendor.join('') + path]
  const signature = createHmac('sha1', key.secret).update(lines.join('\n')).digest('base64')
  const all = { ...signed, authorization: `acs:${key.id}:${signature}`, ...sent }
  return { method, target: path, headers: Object.entries(all), ...(method !== 'GET' && { body }) }
}

/** The same, sent. */
export async function rawEventBridge(
  server: Server,
  { key }: Person,
  given: RawRequest,
): Promise<{ readonly status: number; readonly headers: Headers; readonly body: Answer }> {
  const { method, target, headers, body } = signedEventBridge(key, given)
  const response = await fetch(`${urlOf(server)}${target}`, {
    method,
    headers: Object.fromEntries(headers),
    ...(body !== undefined && { body: typeof body === 'string' ? body : new Uint8Array(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) }
}

/** A request of every action, about the bus and the rule of these names. */
export function eventBridgeBody(
  action: string,
  { bus, rule }: { readonly bus: string; readonly rule: string },
): string {
  if (action === 'putEvents')
    return JSON.stringify([{ id: '1', source: 's', type: 't', specversion: '1.0', aliyuneventbusname: bus }])
  const targets = [{ Id: 'walked', Type: 'http', Endpoint: 'https://example.com/' }]
  return JSON.stringify({
    EventBusName: bus,
    RuleName: action === 'createRule' ? 'walked' : rule,
    Description: 'walked',
    Status: 'DISABLE',
    FilterPattern: '{"source":["walked"]}',
    Targets: targets,
    TargetIds: ['walked'],
    Event: '{}',
    EventPattern: '{}',
  })
}
