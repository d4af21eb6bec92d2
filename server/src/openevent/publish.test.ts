import { checkBody, checkPattern, EVENTS, eventByCode, type Json, matchesPattern } from '@holdpoint/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  NODE_POINTS,
  type Receiver,
  startWorld,
  type Tenant,
  type Workspace,
  type World,
} from '../../../test/world.ts'
import { mayTake, messageBody } from './publish.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.stop())

describe('the body of an event', () => {
  test.each(EVENTS.map((event) => [event.eventCode, event] as const))(
    '%s has the declared members, in their order, and no others',
    (_code, event) => {
      const members = {
        ...Object.fromEntries(Object.entries(event.sample).toReversed()),
        unheardOf: 1,
        eventCode: 'other',
      }
      const body = JSON.parse(messageBody(event.eventCode, members))
      const declared = event.body
        .map((field) => field.name)
        .filter((name) => name === 'eventCode' || name in event.sample)
      expect(Object.keys(body)).toEqual(declared)
      expect(body.eventCode).toBe(event.eventCode)
    },
  )
})

const PUBLISHED = ['node-change-created', 'node-change-updated', 'node-change-deleted', ...NODE_POINTS] as const

test('Rule 5: what really goes out satisfies the catalogue, for every event that is published today', async () => {
  const tenant = await world.tenant()
  const workspace = await tenant.workspace()
  const receiver = await world.receiver()
  await tenant.route(workspace, receiver.url)
  const ids = await tenant.nodes(workspace, { a: [] })
  for (const point of NODE_POINTS) await ask(tenant.owner, workspace, point, [ids.a])
  await tenant.extension({ points: NODE_POINTS, enabledIn: [workspace] })
  const more = await tenant.nodes(workspace, { b: [] })
  await ask(tenant.owner, workspace, 'freeze-node', [more.b])
  const expected = [...PUBLISHED, 'node-change-updated', 'node-change-created', 'freeze-node']
  await receiver.nth(expected.length)
  const bodies = receiver.received.map((one) => JSON.parse(one.body).data)
  expect(bodies.map((body) => body.eventCode).toSorted()).toEqual(expected.toSorted())
  for (const body of bodies) {
    const event = eventByCode(body.eventCode)!
    expect(checkBody(event, body), JSON.stringify(body)).toEqual([])
    expect(body).toMatchObject({ tenantId: tenant.id, projectId: workspace.id })
  }
})

describe('a message goes through the workspace’s channel to its bus, and by the rules of the bus to their targets', () => {
  type Setting = { tenant: Tenant; workspace: Workspace; receiver: Receiver; nodeId: number }
  async function setting(pattern: Record<string, unknown> = {}): Promise<Setting> {
    const tenant = await world.tenant()
    const workspace = await tenant.workspace()
    const ids = await tenant.nodes(workspace, { a: [] })
    const receiver = await world.receiver()
    await tenant.route(workspace, receiver.url, { pattern })
    return { tenant, workspace, receiver, nodeId: ids.a }
  }
  /** Freezes the node and answers to which addresses the event went. */
  async function targetsOf({ tenant, workspace, nodeId }: Setting): Promise<string[]> {
    await ask(tenant.owner, workspace, 'freeze-node', [nodeId])
    const rows = await world.db.rows<{ endpoint: string }>(
      `select d.endpoint from deliveries d join messages m on m.id = d.message_id where m.workspace_id = $1 and m.event_code = 'freeze-node'`,
      [workspace.id],
    )
    return rows.map((row) => row.endpoint)
  }

  test('a pattern is matched with the very envelope that is delivered, all of its members', async () => {
    const given = await setting({ aliyunregionid: ['cn-hangzhou'], specversion: ['1.0'], id: [{ exists: true }] })
    const { tenant, workspace, receiver } = given
    await tenant.route(workspace, 'http://127.0.0.1:9/', { pattern: { aliyunaccountid: ['1'] } })
    await tenant.route(workspace, 'http://127.0.0.1:10/', { pattern: { aliyunaccountid: [String(tenant.id)] } })
    expect((await targetsOf(given)).toSorted()).toEqual(['http://127.0.0.1:10/', receiver.url].toSorted())
  })

  test('all targets of all matching rules', async () => {
    const given = await setting({ source: ['acs.dataworks'] })
    const more = await world.receiver()
    await given.tenant.route(given.workspace, more.url, { pattern: { type: [{ prefix: 'dataworks:NodeChange' }] } })
    expect((await targetsOf(given)).toSorted()).toEqual([given.receiver.url, more.url].toSorted())
  })

  test('not where the pattern asks for something else', async () => {
    for (const pattern of [
      { data: { nodeIds: [1] } },
      { type: [{ suffix: ':UnfreezeNode' }] },
      { source: ['acs.ecs'] },
    ])
      expect(await targetsOf(await setting(pattern))).toEqual([])
  })

  test('not where the rule or the channel is switched off', async () => {
    for (const table of ['event_rules', 'channels']) {
      const given = await setting()
      await world.db.rows(
        table === 'channels'
          ? 'update channels set enabled = false where workspace_id = $1'
          : 'update event_rules set enabled = false where bus_id = (select bus_id from channels where workspace_id = $1)',
        [given.workspace.id],
      )
      expect(await targetsOf(given)).toEqual([])
    }
  })

  test('another workspace’s events take another channel', async () => {
    const given = await setting()
    const elsewhere = await given.tenant.workspace()
    const ids = await given.tenant.nodes(elsewhere, { a: [] })
    expect(await targetsOf({ ...given, workspace: elsewhere, nodeId: ids.a })).toEqual([])
  })
})

describe('an event that no route can take is not put together', () => {
  const route = (pattern: Record<string, Json>) => ({
    bus_name: 'b',
    pattern,
    target_id: 1,
    target_name: 't',
    endpoint: 'http://e.example/',
    serves: null,
  })
  const codes = fc.constantFrom('freeze-node', 'node-change-updated', 'node-change-deleted')
  const word = fc.constantFrom<Json>(
    'freeze-node',
    'node-change-updated',
    'acs.dataworks',
    'dataworks:NodeChange:FreezeNode',
    'x',
    7,
    null,
  )
  const expression = fc.oneof(
    word,
    fc.constantFrom<Json>(
      { exists: true },
      { exists: false },
      { prefix: 'node-' },
      { suffix: '-node' },
      { prefix: 'dataworks:' },
    ),
    word.map((one): Json => ({ 'anything-but': one })),
  )
  const expressions = fc.array(expression, { minLength: 1, maxLength: 3 })
  const data = fc.dictionary(
    fc.constantFrom('eventCode', 'nodeId', 'absent'),
    fc.oneof(expressions, fc.constant<Json>({ deeper: ['x'] })),
    { minKeys: 1, maxKeys: 3 },
  )
  const pattern = fc.dictionary(
    fc.constantFrom('source', 'type', 'subject', 'data', 'absent'),
    fc.oneof(expressions, data),
    { maxKeys: 4 },
  ) as fc.Arbitrary<Record<string, Json>>

  test('and where a pattern would have matched the whole event, the route can take it', () => {
    let matched = 0
    fc.assert(
      fc.property(pattern, codes, (any, code) => {
        checkPattern(any)
        const event = {
          source: 'acs.dataworks',
          type: eventByCode(code).type,
          subject: '',
          data: { eventCode: code, nodeId: 7, projectId: 1 },
        }
        if (!matchesPattern(any, event)) return
        matched++
        expect(mayTake(route(any), code)).toBe(true)
      }),
      { numRuns: 3_000 },
    )
    expect(matched).toBeGreaterThan(100)
  })

  test('a rule for other events takes none of these', () => {
    expect(mayTake(route({ data: { eventCode: ['freeze-node'] } }), 'node-change-updated')).toBe(false)
    expect(mayTake(route({ type: ['dataworks:NodeChange:FreezeNode'] }), 'node-change-updated')).toBe(false)
    expect(mayTake(route({ source: ['acs.ecs'] }), 'node-change-updated')).toBe(false)
    expect(mayTake(route({ data: { nodeId: [1] } }), 'node-change-updated')).toBe(true)
    expect(mayTake(route({}), 'node-change-updated')).toBe(true)
  })
})
