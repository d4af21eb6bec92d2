// EventBridge's own dialect, asked for by the vendor's npm client on a real server: a bus is prepared, events are put on it and arrive, signed.
import { randomUUID } from 'node:crypto'
import { verifyWebhook } from '@holdpoint/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClientError, eventBridge, rawEventBridge } from '../../../test/eventbridge-client.ts'
import { http, PATIENCE, type Person, startWorld, type Tenant, type World } from '../../../test/world.ts'

let world: World
let tenant: Tenant
let owner: Person
let call: ReturnType<typeof eventBridge>
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  owner = tenant.owner
  call = eventBridge(world.server, owner)
})
afterAll(() => world?.stop())

const fresh = (word: string) => `${word}-${randomUUID().slice(0, 8)}`
const event = (bus: string, more: object = {}) => ({
  id: randomUUID(),
  source: 'shop.orders',
  type: 'order:Paid',
  subject: 'order/1',
  time: '2026-11-01T10:00:00+08:00',
  data: { orderId: 1, state: 'paid' },
  bus,
  ...more,
})

async function busWith(endpoint?: string, filterPattern?: string): Promise<{ bus: string; rule: string }> {
  const bus = fresh('bus')
  const rule = fresh('rule')
  await call('createEventBus', { eventBusName: bus })
  const targets = endpoint === undefined ? [] : [{ id: 'receiver', type: 'http', endpoint }]
  await call('createRule', { eventBusName: bus, ruleName: rule, filterPattern, targets })
  return { bus, rule }
}

async function refusalOf(work: Promise<unknown>): Promise<{ code: string; message: string; status?: number }> {
  const error: ClientError = await work.then(
    () => {
      throw new Error('it was answered')
    },
    (thrown) => thrown,
  )
  expect(error.message).toMatch(/^\[EventBridgeError-[0-9A-F-]{36}\] /)
  return { code: error.code, message: error.message.replace(/^\[[^\]]*\] /, '') }
}

describe('a script of the vendor’s client prepares a bus here', () => {
  test('a bus, a rule with a pattern and a target, what is put on the bus and arrives at a real receiver, signed', async () => {
    const receiver = await world.receiver()
    const account = `acs:eventbridge:cn-hangzhou:${tenant.id}`
    const bus = fresh('orders')

    const created = await call('createEventBus', { eventBusName: bus, description: 'what the shop says' })
    expect(created).toMatchObject({
      requestId: expect.stringMatching(/^[0-9A-F-]{36}$/),
      resourceOwnerAccountId: String(tenant.id),
      eventBusARN: `${account}:eventbus/${bus}`,
    })
    const one = { eventBusName: bus, description: 'what the shop says', createTimestamp: expect.any(Number) }
    expect(await call('getEventBus', { eventBusName: bus })).toMatchObject(one)
    expect(await call('listEventBuses', { namePrefix: bus, limit: 10 })).toMatchObject({ eventBuses: [one], total: 1 })

    const target = {
      id: 'shop.receiver',
      type: 'http',
      endpoint: receiver.url,
      pushRetryStrategy: 'BACKOFF_RETRY',
      concurrentConfig: { concurrency: 4 },
      paramList: [
        { resourceKey: 'URL', form: 'CONSTANT', value: receiver.url },
        { resourceKey: 'Body', form: 'ORIGINAL' },
      ],
    }
    const filterPattern = '{"source":["shop.orders"],"data":{"state":["paid"]}}'
    const rule = { eventBusName: bus, ruleName: 'paid' }
    expect(await call('createRule', { ...rule, status: 'enable', filterPattern, targets: [target] })).toMatchObject({
      ruleARN: `${account}:eventbus/${bus}/rule/paid`,
    })
    const shown = { ...rule, status: 'ENABLE', targets: [target], ctime: expect.any(Number) }
    const found = await call('getRule', rule)
    expect(found).toMatchObject(shown)
    expect(JSON.parse(found.filterPattern)).toEqual(JSON.parse(filterPattern))
    expect(await call('listRules', { eventBusName: bus })).toMatchObject({ rules: [shown], total: 1 })
    expect(await call('listTargets', rule)).toMatchObject({ targets: [target] })

    const paid = event(bus)
    const other = event(bus, { data: { state: 'sent' } })
    const put = await call('putEvents', [paid, other])
    // The second is on the bus as well; no rule takes it.
    expect(put).toMatchObject({ failedEntryCount: 0, entryList: [{ eventId: paid.id }, { eventId: other.id }] })
    expect(put.entryList[0].traceId).toMatch(/^[0-9a-f-]{36}$/)
    expect(put.entryList[1].traceId).toBeUndefined()

    await expect.poll(() => receiver.received.length, PATIENCE).toBe(1)
    const [{ headers, body }] = receiver.received as [(typeof receiver.received)[number]]
    const { bus: _, ...members } = paid
    expect(JSON.parse(body)).toEqual({
      ...members,
      specversion: '1.0',
      datacontenttype: 'application/json; charset=utf-8',
      aliyunaccountid: String(tenant.id),
      aliyuneventbusname: bus,
      aliyunregionid: 'cn-hangzhou',
      aliyunpublishtime: expect.stringMatching(/Z$/),
    })
    const routing = await http(world.server, 'GET', '/event-buses', { cookie: await owner.cookie() })
    const busId = (routing.body.items as { id: number; name: string }[]).find((given) => given.name === bus)!.id
    const rules = await http(world.server, 'GET', `/event-buses/${busId}/rules`, { cookie: await owner.cookie() })
    const [{ id: ruleId }] = rules.body.items as [{ id: number }]
    const { secrets } = await owner.api.call('GET /event-buses/{busId}/rules/{ruleId}/targets/{name}/signing-secrets', {
      params: { busId, ruleId, name: 'shop.receiver' },
    })
    expect(
      verifyWebhook(
        headers,
        body,
        secrets.map((given: { secret: string }) => given.secret),
      ).id,
    ).toBe(put.entryList[0].traceId)
  })
})
