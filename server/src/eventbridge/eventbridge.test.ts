// EventBridge's own dialect, asked for by the vendor's npm client on a real server: a bus is prepared, events are put on it and arrive, signed.
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { verifyWebhook } from '@holdpoint/sdk'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClientError, clientMethods, eventBridge } from '../../../test/eventbridge-client.ts'
import { eventBridgeBody, rawEventBridge } from '../../../test/eventbridge-requests.ts'
import { http, PATIENCE, type Person, startWorld, type Tenant, type World } from '../../../test/world.ts'
import { lockBus } from '../store/openevent.ts'
import { ACTIONS } from './actions.ts'

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

async function refusalOf(work: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error: ClientError = await work.then(
    () => {
      throw new Error('it was answered')
    },
    (thrown) => thrown,
  )
  const [, code, message] = /^(\S+): \[EventBridgeError-[0-9A-F-]{36}\] (.*)$/s.exec(error.message) ?? []
  expect(code, error.message).toBe(error.code)
  return { code: error.code, message: message! }
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
    const { busId, ruleId } = await placeOf(bus)
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

describe('buses and rules', () => {
  test('lists come in pages, and say how many there are in all', async () => {
    const prefix = fresh('many')
    for (const end of ['a', 'b', 'c']) await call('createEventBus', { eventBusName: `${prefix}-${end}` })
    const first = await call('listEventBuses', { namePrefix: prefix, limit: 2 })
    expect(first).toMatchObject({ eventBuses: [{}, {}], total: 3 })
    const rest = await call('listEventBuses', { namePrefix: prefix, limit: 2, nextToken: first.nextToken })
    expect(rest.eventBuses.map((one: { eventBusName: string }) => one.eventBusName)).toEqual([`${prefix}-c`])
    expect(rest.nextToken).toBeUndefined()
    expect((await refusalOf(call('listEventBuses', { nextToken: 'elsewhere' }))).code).toBe('InvalidArgument')

    const { bus } = await busWith()
    await call('createRule', { eventBusName: bus, ruleName: 'zz-last', targets: [] })
    const found = await call('listRules', { eventBusName: bus, ruleNamePrefix: 'zz' })
    expect(found).toMatchObject({ rules: [{ ruleName: 'zz-last' }], total: 1 })
    expect((await call('listRules', { eventBusName: bus, limit: 1 })).nextToken).toMatch(/^\d+$/)
  })

  test('a rule is changed, switched off and on, and deleted; what was not named stays as it is', async () => {
    const { bus, rule } = await busWith('https://example.com/hook')
    const of = { eventBusName: bus, ruleName: rule }
    const { targets } = await call('getRule', of)
    await call('disableRule', of)
    expect(await call('getRule', of)).toMatchObject({ status: 'DISABLE', filterPattern: '{}', targets })
    await call('updateRule', { ...of, filterPattern: '{"source":["shop"]}' })
    expect(await call('getRule', of)).toMatchObject({
      status: 'DISABLE',
      filterPattern: '{"source":["shop"]}',
      targets,
    })
    await call('enableRule', of)
    expect(await call('getRule', of)).toMatchObject({ status: 'ENABLE', filterPattern: '{"source":["shop"]}', targets })
    await call('updateRule', { ...of, status: 'disable' })
    expect((await call('getRule', of)).status).toBe('DISABLE')
    await call('deleteRule', of)
    expect((await refusalOf(call('getRule', of))).code).toBe('EventRuleNotExisted')
    await call('deleteEventBus', { eventBusName: bus })
    expect((await refusalOf(call('getEventBus', { eventBusName: bus }))).code).toBe('EventBusNotExist')
  })

  test('a rule that is switched off takes nothing', async () => {
    const receiver = await world.receiver()
    const { bus, rule } = await busWith(receiver.url)
    await call('disableRule', { eventBusName: bus, ruleName: rule })
    const { entryList } = await call('putEvents', [event(bus)])
    expect(entryList[0].traceId).toBeUndefined()
  })

  test('targets are added and taken away, all of a call or none, beside what the console has set up', async () => {
    const { bus, rule } = await busWith('https://example.com/hook')
    const of = { eventBusName: bus, ruleName: rule }
    const at = await placeOf(bus)
    const kafka = {
      kind: 'kafka',
      name: 'stream',
      settings: { brokers: ['broker.example:9093'], topic: 'events', tls: true, sasl: 'PLAIN' },
      credentials: { username: 'u', password: 'p' },
    }
    const http1 = { name: 'receiver', endpoint: 'https://example.com/hook', serves: null, errorsTolerance: 'NONE' }
    await native('PUT', `/event-buses/${at.busId}/rules/${at.ruleId}`, { name: rule, targets: [http1, kafka] })

    const added = [
      { id: 'third', endpoint: 'https://example.com/third' },
      { id: 'fourth', type: 'https', endpoint: 'https://example.com/fourth' },
    ]
    expect(await call('createTargets', { ...of, targets: added })).toMatchObject({ errorEntriesCount: 0 })
    const idsOf = async () => (await call('listTargets', of)).targets.map((one: { id: string }) => one.id)
    expect(await idsOf()).toEqual(['receiver', 'stream', 'third', 'fourth'])
    expect((await call('listTargets', of)).targets[1]).toMatchObject({
      type: 'acs.alikafka',
      endpoint: 'kafka://broker.example:9093/events',
    })

    expect((await refusalOf(call('createTargets', { ...of, targets: added }))).code).toBe('EventTargetAlreadyExisted')
    const tooMany = ['x', 'y'].map((id) => ({ id, endpoint: 'https://example.com/' }))
    expect((await refusalOf(call('createTargets', { ...of, targets: tooMany }))).code).toBe('QuotaExceeded')
    const unknown = await refusalOf(call('deleteTargets', { ...of, targetIds: ['third', 'nobody'] }))
    expect(unknown).toEqual({ code: 'EventTargetNotExisted', message: 'There is no such target: nobody.' })
    expect(await idsOf()).toEqual(['receiver', 'stream', 'third', 'fourth'])

    await call('deleteTargets', { ...of, targetIds: ['third', 'fourth'] })
    const { body } = await native('GET', `/event-buses/${at.busId}/rules`)
    expect((body.items as { targets: unknown[] }[])[0]!.targets).toMatchObject([
      { name: 'receiver', errorsTolerance: 'NONE' },
      { name: 'stream', kind: 'kafka', hasCredentials: true },
    ])
  })

  test('neither a rule that is being changed nor a bus that a target is just given is deleted meanwhile', async () => {
    const { bus, rule } = await busWith()
    const onward = await busWith()
    const { eventBusARN } = await call('getEventBus', { eventBusName: onward.bus })
    const target = { id: 'onward', type: 'acs.eventbridge', endpoint: eventBusARN }
    const of = { eventBusName: bus, ruleName: rule }
    const whileLocked = async (name: string, work: () => Promise<unknown>) => {
      const { busId } = await placeOf(name)
      const locked = Promise.withResolvers<void>()
      const ended = Promise.withResolvers<void>()
      const changing = world.db.transaction(async (tx) => {
        await lockBus(tx, tenant.id, busId)
        locked.resolve()
        await ended.promise
      })
      await locked.promise
      const working = work()
      const waiting = () =>
        world.db.rows(`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
                       and query like '%event_buses%'`)
      await expect.poll(async () => (await waiting()).length, PATIENCE).toBe(1)
      ended.resolve()
      await Promise.all([changing, working])
    }
    await whileLocked(onward.bus, () => call('createTargets', { ...of, targets: [target] }))
    await whileLocked(bus, () => call('deleteRule', of))
  })

  test('a target may be another bus, by its ARN', async () => {
    const receiver = await world.receiver()
    const to = await busWith(receiver.url)
    const from = await busWith()
    const { eventBusARN } = await call('getEventBus', { eventBusName: to.bus })
    const target = { id: 'onward', type: 'acs.eventbridge', endpoint: eventBusARN }
    const of = { eventBusName: from.bus, ruleName: from.rule }
    await call('createTargets', { ...of, targets: [target] })
    expect(await call('listTargets', of)).toMatchObject({ targets: [target] })
    const put = event(from.bus)
    await call('putEvents', [put])
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(1)
    expect(JSON.parse(receiver.received[0]!.body)).toMatchObject({ id: put.id, aliyuneventbusname: to.bus })
    expect((await refusalOf(call('deleteEventBus', { eventBusName: to.bus }))).code).toBe('EventBusInUse')
    const elsewhere = { ...target, id: 'other', endpoint: 'acs:eventbridge:cn-hangzhou:1:eventbus/nowhere' }
    expect((await refusalOf(call('createTargets', { ...of, targets: [elsewhere] }))).code).toBe('EventBusNotExist')
  })

  test.each([
    ['a transformed body', { paramList: [{ resourceKey: 'Body', form: 'TEMPLATE', value: '{}', template: 'x' }] }],
    [
      'a parameter that nobody knows here',
      { paramList: [{ resourceKey: 'QueryString', form: 'CONSTANT', value: '' }] },
    ],
    [
      'another address among the parameters',
      { paramList: [{ resourceKey: 'URL', form: 'CONSTANT', value: 'http://x/' }] },
    ],
    ['a private network', { paramList: [{ resourceKey: 'Network', form: 'CONSTANT', value: 'PrivateNetwork' }] }],
    ['a type of the cloud', { type: 'acs.fc.function', endpoint: 'acs:fc:cn-hangzhou:1:services/a/functions/b' }],
    ['an address on the inside', { endpoint: 'http://169.254.169.254/latest/meta-data' }],
    ['an address with a password', { endpoint: 'https://u:p@example.com/' }],
    ['what is no address', { endpoint: 'example' }],
    ['a retry strategy of its own', { pushRetryStrategy: 'NEVER' }],
    ['a name with a slash', { id: 'a/b' }],
    ['no end of concurrency', { concurrentConfig: { concurrency: 100_000 } }],
  ])('a target with %s is refused, and nothing is made', async (_what, more) => {
    const { bus } = await busWith()
    const targets = [{ id: 'receiver', type: 'http', endpoint: 'https://example.com/', ...more }]
    const refused = await refusalOf(call('createRule', { eventBusName: bus, ruleName: 'refused', targets }))
    expect(refused).toMatchObject({
      code: 'InvalidArgument',
      message: expect.stringMatching(/^The target cannot be used: /),
    })
    expect((await call('listRules', { eventBusName: bus })).total).toBe(1)
  })

  test('a word that signatures cover is given as a parameter, and shown so', async () => {
    const { bus, rule } = await busWith()
    const token = { resourceKey: 'Token', form: 'CONSTANT', value: 'a-word' }
    const of = { eventBusName: bus, ruleName: rule }
    await call('createTargets', { ...of, targets: [{ id: 'a', endpoint: 'https://example.com/', paramList: [token] }] })
    expect((await call('listTargets', of)).targets[0].paramList).toContainEqual(expect.objectContaining(token))
  })

  test('names that are taken, patterns that mean nothing, and more than a request takes', async () => {
    const { bus, rule } = await busWith()
    const codeOf = async (action: string, given: object) => (await refusalOf(call(action, given))).code
    const of = { eventBusName: bus, targets: [] }
    expect(await codeOf('createEventBus', { eventBusName: bus })).toBe('EventBusAlreadyExisted')
    expect(await codeOf('createEventBus', { eventBusName: '1 bus' })).toBe('InvalidArgument')
    expect(await codeOf('createRule', { ...of, ruleName: rule })).toBe('EventRuleAlreadyExisted')
    expect(
      await refusalOf(call('createRule', { ...of, ruleName: 'more', filterPattern: '{"source":"shop"}' })),
    ).toEqual({
      code: 'EventPatternInvalid',
      message: expect.stringContaining('at source: an array of expressions'),
    })
    for (const more of [{ filterPattern: '[]' }, { filterPattern: '{' }, { status: 'PAUSED' }])
      expect(await codeOf('createRule', { ...of, ruleName: 'more', ...more })).toBe('InvalidArgument')
    expect(await codeOf('listEventBuses', { limit: 1000 })).toBe('InvalidArgument')
    expect(await refusalOf(call('getRule', { eventBusName: bus, ruleName: '' }))).toMatchObject({
      code: 'InvalidArgument',
    })
  })

  test('a pattern is tried on an event', async () => {
    const tried = async (eventPattern: string) =>
      (await call('testEventPattern', { eventPattern, event: '{"source":"acs.oss","data":{"b":1}}' })).result
    expect(await tried('{"source":["acs.oss"],"data":{"b":[1]}}')).toBe(true)
    expect(await tried('{"source":["acs.oss"],"data":{"b":[2]}}')).toBe(false)
  })
})

describe('events that are put on a bus', () => {
  test('each is judged by itself; what is wrong with one keeps no other from its receiver', async () => {
    const receiver = await world.receiver()
    const { bus } = await busWith(receiver.url)
    const good = event(bus)
    const wrong = [
      event('nowhere'),
      event('\u0000'),
      event(bus, { source: 'acs.dataworks' }),
      event(bus, { data: { text: 'x'.repeat(70_000) } }),
      event(bus, { extensions: { nested: { a: 1 } } }),
      event(bus, { extensions: { 'not-a-name': 1 } }),
      event(bus, { specversion: '0.3' }),
      { ...event(bus), bus: undefined },
    ]
    const { failedEntryCount, entryList } = await call('putEvents', [...wrong, good])
    expect(failedEntryCount).toBe(wrong.length)
    expect(entryList.map((one: { eventId: string }) => one.eventId)).toEqual([...wrong, good].map((one) => one.id))
    expect(entryList.map((one: { errorCode?: string }) => one.errorCode)).toEqual([
      'EventBusNotExist',
      ...wrong.slice(1).map(() => 'InvalidArgument'),
      undefined,
    ])
    expect(entryList[2].errorMessage).toContain('is what the platform itself says')
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(1)
    expect(JSON.parse(receiver.received[0]!.body).id).toBe(good.id)
  })

  test('more than 16 at once are refused', async () => {
    const { bus } = await busWith()
    const many = Array.from({ length: 17 }, () => event(bus))
    expect((await refusalOf(call('putEvents', many))).code).toBe('InvalidArgument')
    expect((await call('putEvents', many.slice(1))).failedEntryCount).toBe(0)
  })

  test('what stands in an event arrives as it was written; who put it, where and when is said by the server', async () => {
    const receiver = await world.receiver()
    const { bus } = await busWith(receiver.url)
    const body = `[{"id":"1","source":"s","specversion":"1.0","type":"t","aliyuneventbusname":"${bus}","aliyunaccountid":"7",
      "aliyunregionid":"mars","dataschema":null,"big":9007199254740993,"data":{"id":9223372036854775807,"price":1.10,"text":"\\u0000"}}]`
    const type = { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' }
    const answer = await rawEventBridge(world.server, owner, { path: '/openapi/putEvents', body, headers: type })
    expect(answer).toMatchObject({ status: 200, body: { FailedEntryCount: 0 } })
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(1)
    const text = receiver.received[0]!.body
    expect(text).toContain('"big":9007199254740993,"data":{"id":9223372036854775807,"price":1.10,"text":"\\u0000"}')
    expect(JSON.parse(text)).toMatchObject({ aliyunaccountid: String(tenant.id), aliyunregionid: 'cn-hangzhou' })
    expect(JSON.parse(text)).toMatchObject({ time: expect.stringMatching(/^\d{4}-.*Z$/) })
    expect(text).not.toContain('dataschema')
  })

  test('data that is no JSON travels as base64', async () => {
    const receiver = await world.receiver()
    const { bus } = await busWith(receiver.url)
    await call('putEvents', [event(bus, { datacontenttype: 'text/plain', data: 'a text' })])
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(1)
    expect(JSON.parse(receiver.received[0]!.body)).toMatchObject({
      datacontenttype: 'text/plain',
      data_base64: Buffer.from('a text').toString('base64'),
    })
  })

  test('it is delivered again where the receiver fails, the same to the letter, and it is on record', async () => {
    const receiver = await world.receiver((_received, n) => ({ status: n === 1 ? 500 : 200 }))
    const { bus } = await busWith(receiver.url)
    const { entryList } = await call('putEvents', [event(bus)])
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(2)
    expect(receiver.received[1]!.body).toBe(receiver.received[0]!.body)
    const audit = await world.db.rows<{ user_id: number; details: unknown }>(
      `select user_id, details from audit_entries where action = 'message.publish' and object = $1`,
      [entryList[0].traceId],
    )
    expect(audit).toEqual([{ user_id: owner.id, details: { event: 'put-event', targets: ['receiver'] } }])
  })

  test('a function is told of it', async () => {
    const { code } = await tenant.extension({
      source: 'export default (request) => console.log(request.eventType, request.messageBody.type)',
    })
    const { bus, rule } = await busWith()
    const at = await placeOf(bus)
    const target = { kind: 'function', name: 'told', settings: { extensionCode: code } }
    await native('PUT', `/event-buses/${at.busId}/rules/${at.ruleId}`, { name: rule, targets: [target] })
    expect((await call('listTargets', { eventBusName: bus, ruleName: rule })).targets[0].type).toBe('acs.fc.function')
    const { entryList } = await call('putEvents', [event(bus)])
    const states = async () =>
      (
        await world.db.rows<{ state: string }>('select state from deliveries where message_id = $1', [
          entryList[0].traceId,
        ])
      ).map((one) => one.state)
    await expect.poll(states, PATIENCE).toEqual(['delivered'])
  })
})

describe('who asks, and what is no request', () => {
  const listing = { path: '/openapi/listEventBuses' }
  const raw = (given: Parameters<typeof rawEventBridge>[2]) => rawEventBridge(world.server, owner, given)
  const codeOf = async (given: Parameters<typeof rawEventBridge>[2]) => {
    const { status, body } = await raw(given)
    if (status !== 200) expect(Object.keys(body).toSorted()).toEqual(['code', 'message', 'requestId'])
    return [status, body.code]
  }

  test('a wrong secret and an unknown key', async () => {
    const refused = await refusalOf(eventBridge(world.server, owner, 'another')('listEventBuses'))
    expect(refused.code).toBe('SignatureDoesNotMatch')
    expect(refused.message).toContain('server string to sign is:POST\n')
    const nobody = { ...owner, key: { id: 'LTAInobody', secret: 'x' } }
    expect((await refusalOf(eventBridge(world.server, nobody)('listEventBuses'))).code).toBe(
      'InvalidAccessKeyId.NotFound',
    )
  })

  test('a request is good once, for 15 minutes, and for what was signed', async () => {
    const again = {
      ...listing,
      headers: { 'x-acs-signature-nonce': randomUUID(), 'content-md5': 'mZFLkyvTelC5g8XnyQrpOw==' },
    }
    expect(await codeOf(again)).toEqual([200, undefined])
    expect(await codeOf(again)).toEqual([400, 'SignatureNonceUsed'])
    const late = new Date(Date.now() - 16 * 60_000).toUTCString()
    expect(await codeOf({ ...listing, headers: { date: late } })).toEqual([400, 'InvalidTimeStamp.Expired'])
    for (const date of ['2026-11-21T23:00:00Z', 'Sat, 31 Feb 2026 10:00:00 GMT'])
      expect(await codeOf({ ...listing, headers: { date } })).toEqual([400, 'InvalidTimeStamp.Format'])
    for (const [name, value] of [
      ['x-acs-more', '1'],
      ['content-type', 'application/json'],
    ] as const)
      expect(await codeOf({ ...listing, sent: { [name]: value } })).toEqual([400, 'SignatureDoesNotMatch'])
    expect(
      await codeOf({ ...listing, body: '{"Limit":1}', headers: { 'content-md5': 'mZFLkyvTelC5g8XnyQrpOw==' } }),
    ).toEqual([400, 'InvalidArgument'])
  })

  test('no signature, half of one, and one of another kind', async () => {
    for (const authorization of ['', 'acs:', 'acs:key', 'Bearer x', 'ACS3-HMAC-SHA256 Credential=a'])
      expect(await codeOf({ ...listing, sent: { authorization } })).toEqual([400, 'IncompleteSignature'])
    expect(await codeOf({ ...listing, headers: { 'x-acs-signature-method': 'HMAC-MD5' } })).toEqual([
      400,
      'InvalidSignatureMethod',
    ])
    const token = { 'x-acs-security-token': 'token' }
    expect((await raw({ ...listing, headers: token })).status).toBeGreaterThanOrEqual(400)
  })

  test('actions that are not here are unknown, by their names', async () => {
    for (const action of ['listEventStreamings', 'createEventSource', 'queryEventTraces'])
      expect((await refusalOf(call(action))).code).toBe('InvalidAction.NotFound')
    for (const path of [
      '/openapi/',
      '/openapi/createeventbus',
      '/openapi/createEventBus/',
      '/openapi/%63reateEventBus',
    ])
      expect(await codeOf({ path })).toEqual([404, 'InvalidAction.NotFound'])
    expect(await codeOf({ ...listing, method: 'GET' })).toEqual([400, 'UnsupportedHTTPMethod'])
    expect(await codeOf({ path: '/openapi/listEventBuses?Limit=1' })).toEqual([400, 'InvalidArgument'])
  })

  test.each([
    ['is no JSON', '{'],
    ['is no object', '[]'],
    ['is not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['is nested without end', '['.repeat(100_000)],
    ['names a prototype', '{"__proto__":{"Limit":1}}'],
    ['is empty', ''],
    ['has a number for a name', '{"EventBusName":1}'],
    ['lacks what is needed', '{}'],
  ])('a body that %s is refused', async (_what, body) => {
    expect(await codeOf({ path: '/openapi/getEventBus', body })).toEqual([400, 'InvalidArgument'])
  })

  test('so is one of another type, and one that is too large', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    expect(await codeOf({ ...listing, headers: form })).toEqual([415, 'InvalidArgument'])
    expect((await codeOf({ ...listing, body: `"${'x'.repeat(2 << 20)}"` }))[0]).toBe(413)
  })

  test('no secret and no string to sign is logged', async () => {
    await refusalOf(eventBridge(world.server, owner, 'another')('listEventBuses'))
    const logged = world.logged.join('')
    expect(logged).toContain('"dialect":"eventbridge"')
    expect(logged).not.toContain('string to sign')
    expect(logged).not.toContain(owner.key.secret)
  })
})

describe('what nobody expects', () => {
  const NASTY = [
    ...[
      '\u0000',
      'a\u0000',
      '\ud800',
      '\ufeff',
      '{"source":["\\u0000"]}',
      '{"source":["\\ud800"]}',
      '{"__proto__":[1]}',
    ],
    ...['[['.repeat(4_000), '{"a":'.repeat(1_000), 'x'.repeat(9_000), '-1', '9223372036854775808', '1e999', '%', '_'],
    ...[2 ** 53, -1, 1e300, [], [null], ['\u0000'], {}, { a: { b: {} } }, null, true],
    [{ Id: '\u0000', Endpoint: 'http://[::1]/' }],
    [{ Id: 'a', Endpoint: 'http://\u0000/' }],
    [{ Id: 'a', Type: 'acs.eventbridge', Endpoint: 'acs:eventbridge:::eventbus/a' }],
    [
      {
        Id: 'a',
        Endpoint: 'https://example.com/\ud800',
        ParamList: [{ ResourceKey: 'Token', Form: 'CONSTANT', Value: '\u0000' }],
      },
    ],
  ]
  test('a request of any action with anything for any of its members is answered or refused, and is never a fault', async () => {
    const { bus, rule } = await busWith('https://example.com/')
    const plain = (action: string) => JSON.parse(eventBridgeBody(action, { bus, rule })) as Record<string, unknown>
    const given = fc.constantFrom(...ACTIONS.map((one) => one.name)).chain((action) => {
      const members = Object.keys(plain(action)[0] ?? plain(action))
      return fc.tuple(
        fc.constant(action),
        fc.constantFrom(...members),
        fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(...NASTY)),
      )
    })
    await fc.assert(
      fc.asyncProperty(given, async ([action, member, value]) => {
        const body = plain(action)
        Object.assign(action === 'putEvents' ? (body[0] as object) : body, { [member]: value })
        const { status } = await rawEventBridge(world.server, owner, {
          path: `/openapi/${action}`,
          body: JSON.stringify(body),
        })
        expect(status).toBeLessThan(500)
      }),
      { numRuns: 200 },
    )
  })
})

test('the page says of every method of the client whether it is here', async () => {
  const page = await readFile(new URL('../../../docs/eventbridge.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `(\w+)` \| (yes|no) \|/gm)].map(([, name, here]) => [name!, here!] as const)
  const here = new Set(ACTIONS.map((one) => one.name))
  expect(Object.fromEntries(rows)).toEqual(
    Object.fromEntries(clientMethods().map((name) => [name, here.has(name) ? 'yes' : 'no'])),
  )
})

async function native(method: string, path: string, json?: unknown) {
  const answer = await http(world.server, method, path, { cookie: await owner.cookie(), ...(json ? { json } : {}) })
  expect(answer.status, answer.text).toBeLessThan(300)
  return answer
}

/** Where the one rule of a bus is, by numbers. */
async function placeOf(bus: string): Promise<{ busId: number; ruleId: number }> {
  const [row] = await world.db.rows<{ busId: number; ruleId: number }>(
    `select b.id as "busId", r.id as "ruleId" from event_buses b join event_rules r on r.bus_id = b.id where b.name = $1`,
    [bus],
  )
  return row!
}
