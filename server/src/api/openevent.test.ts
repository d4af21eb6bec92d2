import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  detailOf,
  PATIENCE,
  refusalCode,
  startWorld,
  type Tenant,
  until,
  type Workspace,
  type World,
} from '../../../test/world.ts'
import { openCredentials, sealCredentials } from '../openevent/targets.ts'
import * as openevent from '../store/openevent.ts'

let world: World
let tenant: Tenant
let workspace: Workspace
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  workspace = await tenant.workspace()
})
afterAll(() => world?.stop())

let serial = 0
const makeBus = () => tenant.owner.api.call('POST /event-buses', { body: { name: `bus-${++serial}` } })
type Rule = {
  name?: string
  pattern?: Record<string, unknown>
  enabled?: boolean
  targets?: Record<string, unknown>[]
}
const makeRule = (busId: number, rule: Rule = {}) =>
  tenant.owner.api.call('POST /event-buses/{busId}/rules', {
    params: { busId },
    body: { name: 'rule', ...rule } as never,
  })
const putRule = (busId: number, ruleId: number, rule: Rule) =>
  tenant.owner.api.call('PUT /event-buses/{busId}/rules/{ruleId}', {
    params: { busId, ruleId },
    body: { name: 'rule', ...rule } as never,
  })
const deleteRule = (busId: number, ruleId: number) =>
  tenant.owner.api.call('DELETE /event-buses/{busId}/rules/{ruleId}', { params: { busId, ruleId } })
const deleteBus = (busId: number) => tenant.owner.api.call('DELETE /event-buses/{busId}', { params: { busId } })
const toBus = (name: string, busId: number) => ({ name, kind: 'bus', settings: { busId } })
const target = (name: string, more: Record<string, unknown> = {}) => ({
  name,
  endpoint: 'https://example.com/consumer',
  ...more,
})

describe('event buses and rules', () => {
  test('a rule is what was said of it; replaced, it is what is said then, and a target that keeps its name keeps its id', async () => {
    const bus = await makeBus()
    const { code } = await tenant.extension({ publish: false })
    const pattern = { source: ['acs.dataworks'], data: { projectId: [{ numeric: ['>', 1] }] } }
    const made = await makeRule(bus.id, { pattern, targets: [target('one', { serves: [code] }), target('two')] })
    expect(made).toMatchObject({ busId: bus.id, name: 'rule', pattern, enabled: true })
    expect(made.targets).toMatchObject([
      { name: 'one', endpoint: 'https://example.com/consumer', serves: [code] },
      { name: 'two', serves: null },
    ])
    const replaced = await putRule(bus.id, made.id, {
      enabled: false,
      targets: [target('two', { endpoint: 'https://example.com/moved' }), target('three')],
    })
    expect(replaced).toMatchObject({ id: made.id, pattern: {}, enabled: false })
    expect(replaced.targets.map((one) => [one.name, one.endpoint])).toEqual([
      ['two', 'https://example.com/moved'],
      ['three', 'https://example.com/consumer'],
    ])
    expect(replaced.targets[0]!.id).toBe(made.targets[1]!.id)
    await deleteRule(bus.id, made.id)
    expect(
      (await tenant.owner.api.call('GET /event-buses/{busId}/rules', { params: { busId: bus.id } })).items,
    ).toEqual([])
    expect(await refusalCode(deleteRule(bus.id, made.id))).toBe('NOT_FOUND')
  })

  test('names are taken once: a bus in its tenant, a rule on its bus, a target in its rule', async () => {
    const [one, two] = [await makeBus(), await makeBus()]
    expect(await refusalCode(tenant.owner.api.call('POST /event-buses', { body: { name: one.name } }))).toBe(
      'NAME_TAKEN',
    )
    const first = await makeRule(one.id)
    expect(await refusalCode(makeRule(one.id))).toBe('NAME_TAKEN')
    await makeRule(one.id, { name: 'other' })
    expect(await refusalCode(putRule(one.id, first.id, { name: 'other' }))).toBe('NAME_TAKEN')
    await makeRule(two.id)
    expect(await refusalCode(makeRule(two.id, { name: 'twins', targets: [target('t'), target('t')] }))).toBe(
      'TARGET_REFUSED',
    )
    expect((await (await world.tenant()).owner.api.call('POST /event-buses', { body: { name: one.name } })).name).toBe(
      one.name,
    )
  })

  test.each([
    ['a private address', 'http://10.0.0.1/', 'TARGET_REFUSED'],
    ['where clouds keep their credentials', 'http://169.254.169.254/latest/', 'TARGET_REFUSED'],
    ['this machine in IPv6', 'http://[::1]:80/', 'TARGET_REFUSED'],
    ['this machine mapped into IPv6', 'http://[::ffff:127.0.0.2]/', 'TARGET_REFUSED'],
    ['this machine as one number', 'http://2130706434/', 'TARGET_REFUSED'],
    ['an address with a password', 'https://user:secret@example.com/', 'TARGET_REFUSED'],
    ['an address with a user', 'https://user@example.com/', 'TARGET_REFUSED'],
    ['an address with a fragment', 'https://example.com/#part', 'TARGET_REFUSED'],
    ['another protocol', 'ftp://example.com/', 'REQUEST_INVALID'],
    ['a file', 'file:///etc/passwd', 'REQUEST_INVALID'],
    ['no address', 'example.com', 'REQUEST_INVALID'],
  ])('a target is refused at once: %s', async (_what, endpoint, code) => {
    const bus = await makeBus()
    expect(await refusalCode(makeRule(bus.id, { targets: [target('t', { endpoint })] }))).toBe(code)
    const rule = await makeRule(bus.id)
    expect(await refusalCode(putRule(bus.id, rule.id, { targets: [target('t', { endpoint })] }))).toBe(code)
    const { items } = await tenant.owner.api.call('GET /event-buses/{busId}/rules', { params: { busId: bus.id } })
    expect(items.map((one) => one.targets)).toEqual([[]])
  })

  test('a pattern that means nothing, and an extension that is not here, are refused with nothing kept', async () => {
    const bus = await makeBus()
    expect(await refusalCode(makeRule(bus.id, { pattern: { source: 'acs.dataworks' } }))).toBe('PATTERN_INVALID')
    expect(await refusalCode(makeRule(bus.id, { targets: [target('t', { serves: ['no-such-extension'] })] }))).toBe(
      'EXTENSION_UNKNOWN',
    )
    expect(await refusalCode(makeRule(bus.id, { targets: Array.from({ length: 6 }, (_, i) => target(`t${i}`)) }))).toBe(
      'REQUEST_INVALID',
    )
    expect(
      (await tenant.owner.api.call('GET /event-buses/{busId}/rules', { params: { busId: bus.id } })).items,
    ).toEqual([])
  })

  test('a bus has at most a hundred rules, also when two are made at once', async () => {
    const bus = await makeBus()
    await world.db.rows(
      `insert into event_rules (bus_id, name, pattern) select $1, 'filler' || i, '{}' from generate_series(1, 99) i`,
      [bus.id],
    )
    const codes = await Promise.all(
      ['a', 'b', 'c'].map((name) => refusalCode(makeRule(bus.id, { name: `rule-${name}` }))),
    )
    expect(codes.toSorted()).toEqual(['LIMIT_REACHED', 'LIMIT_REACHED', 'it was not refused'])
  })

  test('the channel of a workspace leads to one bus, and can be led elsewhere or switched off', async () => {
    const [one, two] = [await makeBus(), await makeBus()]
    const params = { workspaceId: workspace.id }
    const { api } = tenant.owner
    expect(await api.call('GET /workspaces/{workspaceId}/channel', { params })).toEqual({
      workspaceId: workspace.id,
      bus: null,
      enabled: false,
    })
    await api.call('PUT /workspaces/{workspaceId}/channel', { params, body: { busId: one.id } })
    expect(await refusalCode(deleteBus(one.id))).toBe('EVENT_BUS_IN_USE')
    const led = await api.call('PUT /workspaces/{workspaceId}/channel', {
      params,
      body: { busId: two.id, enabled: false },
    })
    expect(led).toEqual({ workspaceId: workspace.id, bus: { id: two.id, name: two.name }, enabled: false })
    expect(await api.call('GET /workspaces/{workspaceId}/channel', { params })).toEqual(led)
  })

  test('tenant-level events have a channel of their own', async () => {
    const bus = await makeBus()
    const { api } = tenant.owner
    expect(await api.call('GET /tenant-channel')).toEqual({ workspaceId: null, bus: null, enabled: false })
    const led = await api.call('PUT /tenant-channel', { body: { busId: bus.id } })
    expect(led).toEqual({ workspaceId: null, bus: { id: bus.id, name: bus.name }, enabled: true })
    expect(await api.call('GET /tenant-channel')).toEqual(led)
    expect(await refusalCode(deleteBus(bus.id))).toBe('EVENT_BUS_IN_USE')
  })

  test('a bus can be described anew, and deleted with its rules once nothing leads to it', async () => {
    const [one, two] = [await makeBus(), await makeBus()]
    const { api } = tenant.owner
    const params = { busId: one.id }
    const described = await api.call('PATCH /event-buses/{busId}', { params, body: { description: 'of the shop' } })
    expect(described).toEqual({ ...one, description: 'of the shop' })
    await makeRule(one.id, { targets: [target('t')] })
    const leads = await makeRule(two.id, { targets: [toBus('on', one.id)] })
    expect(await refusalCode(deleteBus(one.id))).toBe('EVENT_BUS_IN_USE')
    await deleteRule(two.id, leads.id)
    await deleteBus(one.id)
    expect(await refusalCode(deleteBus(one.id))).toBe('NOT_FOUND')
    expect((await api.call('GET /event-buses', { query: { limit: 200 } })).items.map((bus) => bus.id)).not.toContain(
      one.id,
    )
  })
})

describe('targets of every kind', () => {
  const kafka = { brokers: ['broker.example:9092'], topic: 'events', tls: true, sasl: 'SCRAM-SHA-256' }
  const rabbitmq = { host: 'rabbit.example', port: 5671, vhost: '/a b', tls: true, exchange: 'e', routingKey: 'k' }
  const credentials = { username: 'somebody', password: 'a very secret password' }
  const toKafka = (more: Record<string, unknown> = {}) => ({ name: 't', kind: 'kafka', settings: kafka, ...more })
  const sealedOf = async (id: number) =>
    (
      await world.db.rows<{ credentials: Buffer | null }>('select credentials from event_targets where id = $1', [id])
    )[0]!.credentials

  test('what is said of each is what is answered, with where it is as people read it', async () => {
    const [bus, other] = [await makeBus(), await makeBus()]
    const { targets } = await makeRule(bus.id, {
      targets: [
        target('a'),
        toKafka({ name: 'b', credentials, retryPolicy: 'BACKOFF_RETRY', errorsTolerance: 'NONE', maxConcurrency: 256 }),
        { name: 'c', kind: 'rabbitmq', settings: rabbitmq },
        { name: 'd', kind: 'rabbitmq', settings: { ...rabbitmq, host: '2606:4700::1', tls: false, vhost: '/' } },
        toBus('e', other.id),
      ],
    })
    const usual = {
      serves: null,
      retryPolicy: 'EXPONENTIAL_DECAY_RETRY',
      errorsTolerance: 'ALL',
      maxConcurrency: 16,
      hasCredentials: false,
      blockedAt: null,
    }
    expect(targets.map(({ id: _, ...one }) => one)).toEqual([
      { ...usual, name: 'a', kind: 'http', endpoint: 'https://example.com/consumer', settings: {} },
      {
        ...usual,
        name: 'b',
        kind: 'kafka',
        endpoint: 'kafka://broker.example:9092/events',
        settings: kafka,
        hasCredentials: true,
        retryPolicy: 'BACKOFF_RETRY',
        errorsTolerance: 'NONE',
        maxConcurrency: 256,
      },
      { ...usual, name: 'c', kind: 'rabbitmq', endpoint: 'amqps://rabbit.example:5671/%2Fa%20b', settings: rabbitmq },
      {
        ...usual,
        name: 'd',
        kind: 'rabbitmq',
        endpoint: 'amqp://[2606:4700::1]:5671/%2F',
        settings: { ...rabbitmq, host: '2606:4700::1', tls: false, vhost: '/' },
      },
      { ...usual, name: 'e', kind: 'bus', endpoint: other.name, settings: { busId: other.id } },
    ])
  })

  test('credentials stay when they are left out, are replaced when they are given and gone when they are null; no answer and no log holds them', async () => {
    const bus = await makeBus()
    const made = await makeRule(bus.id, { targets: [toKafka({ credentials })] })
    const { id } = made.targets[0]!
    const first = await sealedOf(id)
    expect(openCredentials(world.secretKey, id, first!)).toEqual(credentials)
    const kept = await putRule(bus.id, made.id, { targets: [toKafka({ settings: { ...kafka, topic: 'other' } })] })
    expect(kept.targets[0]).toMatchObject({ id, hasCredentials: true })
    expect(await sealedOf(id)).toEqual(first)
    const anew = { username: 'somebody', password: 'another secret password' }
    await putRule(bus.id, made.id, { targets: [toKafka({ credentials: anew })] })
    expect(openCredentials(world.secretKey, id, (await sealedOf(id))!)).toEqual(anew)
    const without = await putRule(bus.id, made.id, {
      targets: [toKafka({ settings: { ...kafka, sasl: null }, credentials: null })],
    })
    expect(without.targets[0]).toMatchObject({ id, hasCredentials: false })
    expect(await sealedOf(id)).toBeNull()
    const everything = JSON.stringify([made, kept, without, world.logged])
    for (const secret of [credentials.password, anew.password]) expect(everything).not.toContain(secret)
    const audited = await world.db.rows('select * from audit_entries where tenant_id = $1', [tenant.id])
    expect(JSON.stringify(audited)).not.toContain('secret password')
  })

  test('credentials are never shown to another receiver than the one they were given for', async () => {
    const bus = await makeBus()
    const made = await makeRule(bus.id, { targets: [toKafka({ credentials })] })
    for (const elsewhere of [{ brokers: ['thief.example:9092'] }, { tls: false }, { sasl: 'PLAIN' }])
      expect(
        await refusalCode(putRule(bus.id, made.id, { targets: [toKafka({ settings: { ...kafka, ...elsewhere } })] })),
      ).toBe('TARGET_REFUSED')
    const led = await putRule(bus.id, made.id, { targets: [target('t')] })
    expect(led.targets[0]).toMatchObject({ id: made.targets[0]!.id, kind: 'http', hasCredentials: false })
    expect(await sealedOf(led.targets[0]!.id)).toBeNull()
  })

  // Judged by what the rule was before another change had ended, credentials would have been kept for an address that was not theirs.
  test('not even when the address and the credentials change at the same moment', async () => {
    const bus = await makeBus()
    const thief = { ...kafka, brokers: ['thief.example:9092'] }
    const made = await makeRule(bus.id, {
      targets: [toKafka({ settings: thief, credentials: { ...credentials, password: 'of the thief' } })],
    })
    const { id } = made.targets[0]!
    let theft = Promise.resolve('')
    await world.db.transaction(async (tx) => {
      await openevent.lockBus(tx, tenant.id, bus.id)
      await tx.rows('select 1 from event_rules where id = $1 for update', [made.id])
      theft = refusalCode(putRule(bus.id, made.id, { targets: [toKafka({ settings: thief })] }))
      await expect
        .poll(
          () =>
            world.db.rows(
              `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query ~ 'event_(buses|rules)'`,
            ),
          PATIENCE,
        )
        .toHaveLength(1)
      await tx.rows('update event_targets set settings = $2 where id = $1', [id, JSON.stringify(kafka)])
      await openevent.setCredentials(tx, id, sealCredentials(world.secretKey, id, credentials))
    })
    expect(await theft).toBe('TARGET_REFUSED')
    expect(await world.db.rows('select settings from event_targets where id = $1', [id])).toEqual([{ settings: kafka }])
  })

  test.each<[string, Record<string, unknown>, string]>([
    [
      'a broker at a private address',
      toKafka({ settings: { ...kafka, brokers: ['b:1', '10.0.0.1:9092'] }, credentials }),
      'TARGET_REFUSED',
    ],
    [
      'a RabbitMQ on this machine',
      { name: 't', kind: 'rabbitmq', settings: { ...rabbitmq, host: '::1' } },
      'TARGET_REFUSED',
    ],
    ['a SASL mechanism without credentials', toKafka(), 'TARGET_REFUSED'],
    [
      'credentials without a SASL mechanism',
      toKafka({ settings: { ...kafka, sasl: null }, credentials }),
      'TARGET_REFUSED',
    ],
    ['a bus that is not there', { name: 't', kind: 'bus', settings: { busId: 999_999_999 } }, 'NOT_FOUND'],
    [
      'a password among the settings',
      toKafka({ settings: { ...kafka, password: 'x' }, credentials }),
      'REQUEST_INVALID',
    ],
    ['a kind nobody knows', { name: 't', kind: 'smtp', endpoint: 'smtp://example.com' }, 'REQUEST_INVALID'],
    ['an address for Kafka', { name: 't', kind: 'kafka', endpoint: 'https://example.com/' }, 'REQUEST_INVALID'],
    ['credentials for HTTP', { ...target('t'), credentials }, 'REQUEST_INVALID'],
    ['nothing at once', target('t', { maxConcurrency: 0 }), 'REQUEST_INVALID'],
    ['too much at once', target('t', { maxConcurrency: 257 }), 'REQUEST_INVALID'],
    ['a retry policy nobody knows', target('t', { retryPolicy: 'NEVER' }), 'REQUEST_INVALID'],
    ['a tolerance nobody knows', target('t', { errorsTolerance: 'SOME' }), 'REQUEST_INVALID'],
  ])('is refused with nothing kept: %s', async (_what, wrong, code) => {
    const bus = await makeBus()
    expect(await refusalCode(makeRule(bus.id, { targets: [wrong] }))).toBe(code)
    const { items } = await tenant.owner.api.call('GET /event-buses/{busId}/rules', { params: { busId: bus.id } })
    expect(items).toEqual([])
  })

  test('a bus does not lead to itself', async () => {
    const bus = await makeBus()
    expect(await refusalCode(makeRule(bus.id, { targets: [toBus('t', bus.id)] }))).toBe('TARGET_REFUSED')
  })

  test('a sample event is sent to a target at once, and what its receiver says is answered', async () => {
    const receiver = await world.receiver((_, n) => (n === 1 ? { status: 202, body: 'thanks' } : { status: 500 }))
    const bus = await makeBus()
    const rule = await makeRule(bus.id, { targets: [target('t', { endpoint: receiver.url })] })
    const params = { busId: bus.id, ruleId: rule.id, name: 't' }
    const test = (body: { eventCode?: string } = {}, at = params) =>
      tenant.owner.api.call('POST /event-buses/{busId}/rules/{ruleId}/targets/{name}/test', { params: at, body })
    expect(await test()).toMatchObject({ status: 202, error: null, responseBody: 'thanks' })
    expect(JSON.parse(receiver.received[0]!.body)).toMatchObject({
      type: 'dataworks:NodeChange:FreezeNode',
      aliyuneventbusname: bus.name,
      data: { eventCode: 'freeze-node', tenantId: tenant.id },
    })
    expect(await test({ eventCode: 'commit-file' })).toMatchObject({ status: 500, error: 'answered 500' })
    expect(await refusalCode(test({ eventCode: 'nothing' }))).toBe('NOT_FOUND')
    expect(await refusalCode(test({}, { ...params, name: 'other' }))).toBe('NOT_FOUND')
    expect(receiver.received).toHaveLength(2)
  })

  // Whoever sent hundreds of tests at once to a receiver that does not answer took that many connections of the server, for 15 seconds each.
  test('of one target one test is under way at a time, and of a tenant eight', async () => {
    const answering = Promise.withResolvers<void>()
    const receiver = await world.receiver(async () => {
      await answering.promise
      return { status: 200 }
    })
    const bus = await makeBus()
    const names = ['a', 'b', 'c', 'd', 'e']
    const targets = names.map((name) => target(name, { endpoint: receiver.url }))
    const rules = [
      await makeRule(bus.id, { targets }),
      await makeRule(bus.id, { name: 'another', targets: targets.slice(0, 4) }),
    ]
    const test = (ruleId: number, name: string) =>
      refusalCode(
        tenant.owner.api.call('POST /event-buses/{busId}/rules/{ruleId}/targets/{name}/test', {
          params: { busId: bus.id, ruleId, name },
          body: {},
        }),
      )
    const first = test(rules[0]!.id, 'a')
    await receiver.nth(1)
    expect(await test(rules[0]!.id, 'a')).toBe('LIMIT_REACHED')
    const others = rules.flatMap(({ id, targets }) => targets.map(({ name }) => [id, name] as const)).slice(1)
    const answers = others.map(([ruleId, name]) => test(ruleId, name))
    expect(await Promise.race(answers)).toBe('LIMIT_REACHED')
    answering.resolve()
    expect((await Promise.all([first, ...answers])).filter((code) => code === 'LIMIT_REACHED')).toHaveLength(1)
    expect(await test(rules[0]!.id, 'a')).toBe('it was not refused')
  })
})

describe('what is on its way to a target', () => {
  /** A held freeze whose message has been refused once by its only target. */
  async function onItsWay() {
    const receiver = await world.receiver(() => ({ status: 500 }))
    const there = await tenant.workspace()
    const ids = await tenant.nodes(there, { a: [] })
    const extension = await tenant.extension({ enabledIn: [there] })
    const bus = await makeBus()
    const rule = await makeRule(bus.id, { targets: [target('t', { endpoint: receiver.url })] })
    await tenant.owner.api.call('PUT /workspaces/{workspaceId}/channel', {
      params: { workspaceId: there.id },
      body: { busId: bus.id },
    })
    const operation = await ask(tenant.owner, there, 'freeze-node', [ids.a])
    await until(
      world.server,
      () => detailOf(tenant.owner, operation.id),
      (detail) => detail.deliveries[0]!.attempts.length > 0,
    )
    const now = async () => (await detailOf(tenant.owner, operation.id)).deliveries[0]!
    const due = async () => {
      await world.db.rows('update deliveries set next_attempt_at = now() where endpoint = $1', [receiver.url])
      world.server.platform.wakeDispatcher()
    }
    return { receiver, there, extension, bus, rule, operation, now, due }
  }

  test('goes to where the target is led meanwhile', async () => {
    const { bus, rule, operation, due } = await onItsWay()
    const moved = await world.receiver()
    await putRule(bus.id, rule.id, { targets: [target('t', { endpoint: moved.url })] })
    await due()
    expect(JSON.parse((await moved.nth(1)).body).id).toBe(operation.messageId)
  })

  test.each(['the target is taken out of its rule', 'the rule is deleted'])(
    'is not attempted any more when %s, and shows as undelivered',
    async (what) => {
      const { receiver, bus, rule, operation, now, due } = await onItsWay()
      if (what.includes('deleted')) await deleteRule(bus.id, rule.id)
      else await putRule(bus.id, rule.id, { targets: [target('other')] })
      expect((await now()).state).toBe('dead')
      expect((await detailOf(tenant.owner, operation.id)).checks).toMatchObject([{ state: 'undelivered' }])
      await due()
      // Another message that goes out again shows that the table has been looked at since.
      const other = await onItsWay()
      await other.due()
      await other.receiver.nth(2)
      expect(receiver.received).toHaveLength((await now()).attempts.length)
    },
  )

  test('is delivered again only by who may also read what it is about', async () => {
    const { there, now, rule, bus } = await onItsWay()
    await deleteRule(bus.id, rule.id)
    const { id } = await now()
    const redeliver = (by: Tenant['owner']) =>
      by.api.call('POST /deliveries/{deliveryId}/redeliver', { params: { deliveryId: Number(id) } })
    expect(await refusalCode(redeliver(await tenant.person(['open-platform-administrator'])))).toBe('FORBIDDEN')
    // Who may is told that there is no target any more.
    expect(
      await refusalCode(redeliver(await tenant.person(['open-platform-administrator'], { [there.id]: ['visitor'] }))),
    ).toBe('NOT_FOUND')
  })
})
