// The vendor's npm client for EventBridge: a script prepares a bus with it and puts events on it, which arrive at a real receiver; and every other method that it has.
import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { verifyWebhook } from '../../../sdk/src/webhook.ts'
import type { Holdpoint } from '../../e2e/holdpoint-process.ts'
import type { Pair, User } from '../../e2e/user.ts'
import { type ClientError, clientMethods, eventBridge } from '../../eventbridge-client.ts'
import { versionOf } from './version.ts'

export const EVENTBRIDGE = {
  name: 'JavaScript, eventbridge',
  client: 'JavaScript eventbridge',
  way: 'EventBridge’s own signature, POST',
  packages: [`@alicloud/eventbridge ${versionOf('eventbridge')}`],
} as const

/** Of every method: answered, or refused as an action that is not here. */
export type EventBridgeResults = Record<string, 'answered' | 'unknown'>

type Scene = { readonly holdpoint: Holdpoint; readonly administrator: User; readonly outsider: User }
// biome-ignore lint/suspicious/noExplicitAny: answers as the client gives them
type Answer = any

const PATIENCE_MS = 20_000

export async function checkEventBridge({ holdpoint, administrator, outsider }: Scene): Promise<EventBridgeResults> {
  const results: EventBridgeResults = {}
  const as = (key: Pair) => eventBridge({ port: Number(new URL(holdpoint.url).port) }, { key })
  const call = async (action: string, given?: unknown): Promise<Answer> => {
    const answer = await as(administrator.pair)(action, given)
    assert.match(answer.requestId, /^[0-9A-F-]{36}$/)
    results[action] = 'answered'
    return answer
  }
  const refusal = async (code: string, action: string, given?: unknown, key = administrator.pair) => {
    const error: ClientError = await as(key)(action, given).then(
      () => assert.fail(`${action} was answered`),
      (thrown) => thrown,
    )
    assert.equal(error.code, code, String(error))
  }
  const receiver = await startReceiver()
  try {
    await tellStory(call, refusal, { administrator, receiver })
  } finally {
    await receiver.stop()
  }
  const { pair } = administrator
  await refusal('Forbidden.Access', 'createEventBus', { eventBusName: 'another' }, outsider.pair)
  await refusal('SignatureDoesNotMatch', 'listEventBuses', {}, { ...pair, secret: 'not the secret' })
  await refusal('InvalidAccessKeyId.NotFound', 'listEventBuses', {}, { id: 'LTAInobody', secret: 'x' })
  for (const action of clientMethods())
    if (results[action] === undefined) {
      await refusal('InvalidAction.NotFound', action)
      results[action] = 'unknown'
    }
  return results
}

type Call = (action: string, given?: unknown) => Promise<Answer>
type Refused = (code: string, action: string, given?: unknown) => Promise<void>
type Receiver = Awaited<ReturnType<typeof startReceiver>>

async function tellStory(
  call: Call,
  refusal: Refused,
  { administrator, receiver }: { readonly administrator: User; readonly receiver: Receiver },
): Promise<void> {
  const eventBusName = 'from-a-script'
  const bus = { eventBusName }
  const rule = { eventBusName, ruleName: 'paid' }
  await refusal('EventBusNotExist', 'getEventBus', bus)
  const { eventBusARN } = await call('createEventBus', { ...bus, description: 'what a script says' })
  await refusal('EventBusAlreadyExisted', 'createEventBus', bus)
  const read = await call('getEventBus', bus)
  assert.deepEqual([read.eventBusARN, read.description], [eventBusARN, 'what a script says'])
  const { eventBuses, total } = await call('listEventBuses', { namePrefix: 'from-', limit: 10 })
  assert.deepEqual([eventBuses.map((one: Answer) => one.eventBusName), total], [[eventBusName], 1])

  const event = '{"source":"shop.orders","data":{"state":"paid"}}'
  const filterPattern = '{"source":["shop.orders"],"data":{"state":["paid"]}}'
  assert.equal((await call('testEventPattern', { event, eventPattern: filterPattern })).result, true)
  const target = { id: 'receiver', type: 'http', endpoint: receiver.url, pushRetryStrategy: 'BACKOFF_RETRY' }
  await refusal('EventPatternInvalid', 'createRule', { ...rule, filterPattern: '{"source":"shop"}', targets: [target] })
  await call('createRule', { ...rule, status: 'enable', filterPattern: '{}', targets: [] })
  await call('updateRule', { ...rule, filterPattern })
  await call('createTargets', { ...rule, targets: [target] })
  const { targets } = await call('listTargets', rule)
  assert.deepEqual([targets.length, targets[0].id, targets[0].endpoint], [1, 'receiver', receiver.url])
  await call('disableRule', rule)
  assert.equal((await call('getRule', rule)).status, 'DISABLE')
  await call('enableRule', rule)
  const [listed] = (await call('listRules', bus)).rules
  assert.deepEqual([listed.status, JSON.parse(listed.filterPattern)], ['ENABLE', JSON.parse(filterPattern)])

  const put = { source: 'shop.orders', type: 'order:Paid', bus: eventBusName }
  const { failedEntryCount, entryList } = await call('putEvents', [
    { ...put, id: '1', data: { state: 'paid', 名: '中文 😀' } },
    { ...put, id: '2', data: { state: 'sent' } },
    { ...put, id: '3', bus: 'nowhere' },
  ])
  assert.deepEqual([failedEntryCount, entryList[2].errorCode], [1, 'EventBusNotExist'])
  const { headers, body } = await receiver.first()
  const delivered = JSON.parse(body)
  assert.deepEqual(
    [delivered.id, delivered.data, delivered.aliyuneventbusname],
    ['1', { state: 'paid', 名: '中文 😀' }, eventBusName],
  )
  const secrets = await signingSecrets(administrator, eventBusName)
  assert.equal(verifyWebhook(headers, body, secrets).id, entryList[0].traceId)

  await call('deleteTargets', { ...rule, targetIds: ['receiver'] })
  await refusal('EventTargetNotExisted', 'deleteTargets', { ...rule, targetIds: ['receiver'] })
  await call('deleteRule', rule)
  await refusal('EventRuleNotExisted', 'getRule', rule)
  await call('deleteEventBus', bus)
  await refusal('EventBusNotExist', 'getEventBus', bus)
}

async function signingSecrets({ client }: User, busName: string): Promise<string[]> {
  const buses = await client.call('GET /event-buses')
  const busId = buses.items.find((one) => one.name === busName)!.id
  const rules = await client.call('GET /event-buses/{busId}/rules', { params: { busId } })
  const { secrets } = await client.call('GET /event-buses/{busId}/rules/{ruleId}/targets/{name}/signing-secrets', {
    params: { busId, ruleId: rules.items[0]!.id, name: 'receiver' },
  })
  return secrets.map((one) => one.secret)
}

async function startReceiver() {
  const received: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = []
  const server = createServer(async (request, response) => {
    received.push({ headers: request.headers, body: await text(request) })
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async first() {
      const untilMs = Date.now() + PATIENCE_MS
      while (received.length === 0 && Date.now() < untilMs) await pause(25)
      return received[0] ?? assert.fail('nothing has arrived')
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
