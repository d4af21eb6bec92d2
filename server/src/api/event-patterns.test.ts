import { checkBody, EVENTS, eventByCode } from '@holdpoint/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { http, type Person, refusalCode, startWorld, type Tenant, type World } from '../../../test/world.ts'

let world: World
let tenant: Tenant
let reader: Person
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  reader = await tenant.person()
})
afterAll(() => world?.stop())

const attempt = (pattern: Record<string, unknown>, event: Record<string, unknown>) =>
  reader.api.call('POST /event-patterns/try', { body: { pattern, event } })

describe('a pattern is tried before it is saved', () => {
  const event = { type: 'dataworks:NodeChange:FreezeNode', data: { projectId: 7, comment: null } }

  test('and answers that it matches, or the first member that does not with what is there', async () => {
    expect(await attempt({ type: [{ suffix: ':FreezeNode' }] }, event)).toEqual({ matches: true, mismatch: null })
    expect(await attempt({ data: { projectId: [1, 2], comment: ['x'] } }, event)).toEqual({
      matches: false,
      mismatch: { path: 'data.projectId', wanted: [1, 2], present: true, found: 7 },
    })
    expect(await attempt({ data: { comment: ['x'] } }, event)).toMatchObject({
      mismatch: { path: 'data.comment', present: true, found: null },
    })
    expect(await attempt({ data: { absent: ['x'] } }, event)).toMatchObject({
      mismatch: { path: 'data.absent', present: false, found: null },
    })
  })

  test('a pattern or an event that cannot be is refused with what is wrong', async () => {
    expect(await refusalCode(attempt({ type: [{ cidr: '10.0.0.0' }] }, event))).toBe('PATTERN_INVALID')
    const cookie = await reader.cookie()
    const send = (body: string) =>
      http(world.server, 'POST', '/event-patterns/try', {
        cookie,
        body,
        headers: { 'content-type': 'application/json' },
      })
    const hostile = [
      '{"pattern":{"__proto__":{"x":["y"]}},"event":{}}',
      '{"pattern":{"a":[1e999]},"event":{}}',
      `{"pattern":${'{"a":'.repeat(5_000)}["x"]${'}'.repeat(5_000)},"event":{}}`,
      `{"pattern":{"a":["x"]},"event":{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`,
      `{"pattern":{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}},"event":{}}`,
      `{"pattern":{"a":["${'x'.repeat(5_000)}"]},"event":{}}`,
      '{"pattern":{"a":["\\ud800"]},"event":{}}',
      // Every element is compared with the whole list: a megabyte of them took the server for 47 seconds.
      `{"pattern":{"a":[{"anything-but":[${'0,'.repeat(1_900)}1]}]},"event":{"a":[${'1,'.repeat(500_000)}1]}}`,
      '{"pattern":[],"event":{}}',
      '{"pattern":{},"event":[]}',
      '{"pattern":{}}',
    ]
    for (const body of hostile) {
      const { status, body: answer } = await send(body)
      expect([400, 422], `${body.slice(0, 60)} ${JSON.stringify(answer)}`).toContain(status)
    }
  })
})

describe('samples', () => {
  test('there is one of each of the events, as a bus of the tenant delivers it, and its body is what the catalogue declares', async () => {
    const { items } = await reader.api.call('GET /event-samples')
    expect(items.map((one) => one.eventCode)).toEqual(EVENTS.map((one) => one.eventCode))
    for (const { eventCode, event } of items) {
      const definition = eventByCode(eventCode)!
      expect(event).toMatchObject({
        source: 'acs.dataworks',
        type: definition.type,
        aliyunaccountid: String(tenant.id),
        data: { eventCode, tenantId: tenant.id },
      })
      expect(checkBody(definition, event.data as never), eventCode).toEqual([])
      expect(await attempt({ type: [definition.type], data: { eventCode: [eventCode] } }, event)).toMatchObject({
        matches: true,
      })
    }
  })

  test('one can be of a workspace and a bus, of those the reader may see', async () => {
    const workspace = await tenant.workspace()
    const bus = await tenant.owner.api.call('POST /event-buses', { body: { name: 'sampled' } })
    const query = { eventCode: 'freeze-node', workspaceId: workspace.id, busId: bus.id }
    const { items } = await tenant.owner.api.call('GET /event-samples', { query })
    expect(items).toHaveLength(1)
    expect(items[0]!.event).toMatchObject({ aliyuneventbusname: 'sampled', data: { projectId: workspace.id } })
    expect(await refusalCode(reader.api.call('GET /event-samples', { query }))).toBe('FORBIDDEN')
    expect(await refusalCode(reader.api.call('GET /event-samples', { query: { eventCode: 'no-event' } }))).toBe(
      'NOT_FOUND',
    )
    const stranger = (await world.tenant()).owner
    for (const foreign of [{ workspaceId: workspace.id }, { busId: bus.id }])
      expect(await refusalCode(stranger.api.call('GET /event-samples', { query: foreign }))).toMatch(/NOT_FOUND/)
  })
})
