// The vendor's npm client for EventBridge, and requests as it signs them but which it would not send.
import { createHmac, randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import type { Server } from '../server/src/server.ts'
import { type Person, urlOf } from './world.ts'

// It is CommonJS; loaded as such it is the same under every loader. Its models are classes of one shape: a map of what is given.
const require = createRequire(import.meta.url)
// biome-ignore lint/suspicious/noExplicitAny: answers as they arrive; the tests say what must be in them
type Answer = any
type Model = new (given?: Readonly<Record<string, unknown>>) => Record<string, unknown>
const sdk = require('@alicloud/eventbridge') as Record<string, Model>

export type ClientError = Error & { readonly code: string; readonly data: Answer }

const MODELS: Readonly<Record<string, string>> = {
  createEventBus: 'CreateEventBusRequest',
  getEventBus: 'GetEventBusRequest',
  listEventBuses: 'ListEventBusesRequest',
  deleteEventBus: 'DeleteEventBusRequest',
  createRule: 'CreateRuleRequest',
  getRule: 'GetRuleRequest',
  listRules: 'ListRulesRequest',
  updateRule: 'UpdateRuleRequest',
  enableRule: 'EnableRuleRequest',
  disableRule: 'DisableRuleRequest',
  deleteRule: 'DeleteRuleRequest',
  createTargets: 'CreateTargetsRequest',
  listTargets: 'ListTargetsRequest',
  deleteTargets: 'DeleteTargetsRequest',
  testEventPattern: 'TestEventPatternRequest',
  listEventStreamings: 'ListEventStreamingsRequest',
  createEventSource: 'CreateEventSourceRequest',
  queryEventTraces: 'QueryEventTracesRequest',
}

/** Longer than any machine takes; it gives up within seconds otherwise. */
const PATIENCE_MS = 60_000

/** Calls an action with the vendor's client; `putEvents` takes a list of events. */
export function eventBridge(server: Server, { key }: Person, secret = key.secret) {
  const Client = sdk.default as unknown as new (config: unknown) => Record<string, (given: unknown) => Promise<Answer>>
  const config = new sdk.Config!({
    endpoint: `127.0.0.1:${server.port}`,
    accessKeyId: key.id,
    accessKeySecret: secret,
    readTimeout: PATIENCE_MS,
    connectTimeout: PATIENCE_MS,
  })
  const client = new Client(config)
  return async (action: string, given: Answer = {}): Promise<Answer> =>
    await client[action]!(action === 'putEvents' ? given.map(modelOfEvent) : new sdk[MODELS[action]!]!(modelled(given)))
}

const modelOfEvent = ({ bus, data, ...event }: Record<string, unknown>) =>
  new sdk.CloudEvent!({
    ...event,
    ...(data !== undefined && { data: Buffer.from(typeof data === 'string' ? data : JSON.stringify(data)) }),
    extensions: { ...(bus === undefined ? {} : { aliyuneventbusname: bus }), ...(event.extensions as object) },
  })

/** Targets and their parameters are models of their own. */
const modelled = ({ targets, ...given }: Answer) => ({
  ...given,
  ...(targets && { targets: targets.map(modelOfTarget) }),
})
const modelOfTarget = ({ paramList, concurrentConfig, ...target }: Answer) =>
  new sdk.TargetEntry!({
    ...target,
    ...(paramList && { paramList: paramList.map((one: Answer) => new sdk.EBTargetParam!(one)) }),
    ...(concurrentConfig && { concurrentConfig: new sdk.ConcurrentConfig!(concurrentConfig) }),
  })

export type RawRequest = {
  readonly path: string
  readonly method?: string
  readonly body?: string | Buffer
  /** What is sent instead of what was signed, or besides it. */
  readonly sent?: Readonly<Record<string, string>>
  /** What is signed and sent. */
  readonly headers?: Readonly<Record<string, string>>
  readonly secret?: string
}

/** A request signed as the vendor's client signs. */
export async function rawEventBridge(
  server: Server,
  { key }: Person,
  { path, method = 'POST', body = '{}', headers = {}, sent = {}, secret = key.secret }: RawRequest,
): Promise<{ readonly status: number; readonly body: Answer }> {
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
  const signature = createHmac('sha1', secret).update(lines.join('\n')).digest('base64')
  const response = await fetch(`${urlOf(server)}${path}`, {
    method,
    headers: { ...signed, authorization: `acs:${key.id}:${signature}`, ...sent },
    ...(method !== 'GET' && method !== 'HEAD' && { body: typeof body === 'string' ? body : new Uint8Array(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? null : JSON.parse(text) }
}
