import { request as rawRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { http, PATIENCE, type Person, startWorld, type World } from '../../../test/world.ts'

let world: World
let owner: Person
let cookie: string
beforeAll(async () => {
  world = await startWorld({ bodyLimitBytes: 4096 })
  owner = (await world.tenant()).owner
  cookie = await owner.cookie()
})
afterAll(() => world?.stop())

const post = (path: string, given: { json?: unknown; body?: string; headers?: Record<string, string> }) =>
  http(world.server, 'POST', path, { cookie, ...given })
const asJson = { 'content-type': 'application/json' }
const BUS = { name: 'bus-one', description: '' }

const tables = ['users', 'workspaces', 'event_buses', 'extensions', 'operations', 'audit_entries'] as const
const counts = async () => {
  const [row] = await world.db.rows(
    `select ${tables.map((table) => `(select count(*) from ${table}) as ${table}`).join(', ')}`,
  )
  return row
}

/** The request is refused with this code, in the one form that errors have, and leaves nothing behind. */
async function refuses(status: number, code: string, work: () => ReturnType<typeof post>) {
  const before = await counts()
  const answer = await work()
  expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code })
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  expect(answer.body).toMatchObject({
    type: 'about:blank',
    status,
    title: expect.stringMatching(/^[A-Z]/),
    detail: expect.stringMatching(/\.$/),
    requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
  expect(await counts()).toEqual(before)
  return answer
}

describe('what comes from outside is checked where it enters', () => {
  test('a body of the largest size is read, one byte more is refused', async () => {
    const sized = (bytes: number) => {
      const empty = JSON.stringify({ ...BUS, name: `bus-${bytes}` })
      return empty.replace(/}$/, `${' '.repeat(bytes - empty.length)}}`)
    }
    expect((await post('/event-buses', { body: sized(4096), headers: asJson })).status).toBe(201)
    const answer = await refuses(413, 'BODY_TOO_LARGE', () =>
      post('/event-buses', { body: sized(4097), headers: asJson }),
    )
    expect(answer.body.detail).toContain('4096')
  })

  test('a body whose length is not announced is cut off at the limit too', async () => {
    const before = await counts()
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = rawRequest({
        host: '127.0.0.1',
        port: world.server.port,
        method: 'POST',
        path: '/api/v1/event-buses',
        headers: { cookie, 'x-holdpoint-console': '1', ...asJson, 'transfer-encoding': 'chunked' },
      })
      request.on('response', (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      request.on('error', reject)
      for (let i = 0; i < 10; i++) request.write(' '.repeat(1024))
      request.end('{}')
    })
    expect(status).toBe(413)
    expect(await counts()).toEqual(before)
  })

  test.each(['{', '{"name":"x",}', 'name=x', '\u0000', '{"name":"x"} trailing', '"\ud800'])(
    'broken JSON: %j',
    async (body) => {
      await refuses(400, 'BODY_MALFORMED', () => post('/event-buses', { body, headers: asJson }))
    },
  )

  test.each([
    '{"__proto__":{"name":"polluted"},"name":"bus-two"}',
    '{"name":"bus-two","constructor":{"prototype":{"polluted":true}}}',
    '{"name":"bus-two","nested":{"__proto__":{"polluted":true}}}',
  ])('a body that reaches for a prototype: %s', async (body) => {
    await refuses(400, 'BODY_MALFORMED', () => post('/event-buses', { body, headers: asJson }))
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  test('a body of sixty-four levels is read, one more is refused, however many there are', async () => {
    const nested = (levels: number) =>
      `{"name":"bus-deep","description":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`
    const read = await refuses(400, 'REQUEST_INVALID', () =>
      post('/event-buses', { body: nested(64), headers: asJson }),
    )
    expect(read.body.detail).toContain('description')
    for (const levels of [65, 2000]) {
      const { body } = await refuses(400, 'BODY_MALFORMED', () =>
        post('/event-buses', { body: nested(levels), headers: asJson }),
      )
      expect(body.detail).toContain('more than 64 levels')
    }
    // What stands in texts is no level.
    const json = { ...BUS, name: 'bus-quoted', description: `"\\${'[{'.repeat(100)}` }
    expect((await post('/event-buses', { json })).status).toBe(201)
  })

  test('what is described is looked at only within the limits of a registration', async () => {
    const described = async (extension: object) =>
      (await post('/extension-descriptions', { json: { extension } })).body.problems as { path: string }[]
    const few = await described({ name: 'x', points: ['freeze-node', 'nonsense'] })
    expect(few.map((one) => one.path)).toEqual(['points'])
    const many = await described({ name: 'x', points: Array.from({ length: 400 }, (_, i) => i) })
    expect(many.map((one) => one.path)).toEqual(['points'])
    const remarks = await post('/extension-descriptions', {
      json: { extension: { name: 'x', points: Array(55).fill('nonsense'), parameters: 'x=1', options: '{' } },
    })
    // Of the points is said that they are too many, and no more.
    expect((remarks.body.problems as { path: string }[]).map((one) => one.path)).toEqual(['points', 'options'])
    const long = await described({ name: 'x', points: ['freeze-node'], testWorkspaceId: 1.5 })
    expect(long.map((one) => one.path)).toEqual(['testWorkspaceId'])
  })

  test.each([
    ['no JSON object', '[]'],
    ['null', 'null'],
    ['text', '"bus"'],
    ['nothing', ''],
    ['a member of the wrong type', '{"name":1}'],
    ['a member that is missing', '{}'],
    ['a name of the wrong form', '{"name":"1 2"}'],
  ])('%s', async (_what, body) => {
    const answer = await refuses(400, 'REQUEST_INVALID', () => post('/event-buses', { body, headers: asJson }))
    expect(answer.body.errors).toEqual([
      expect.objectContaining({ path: expect.stringMatching(/^body/), problem: expect.any(String) }),
    ])
  })

  test('every fault is named, each with its place', async () => {
    const answer = await refuses(400, 'REQUEST_INVALID', () =>
      post('/extensions', { json: { name: 1, points: [], onUnanswered: 'maybe', detailUrl: 'javascript:alert(1)' } }),
    )
    const paths = (answer.body.errors as { path: string }[]).map((one) => one.path)
    expect(paths.toSorted()).toEqual(['body.detailUrl', 'body.name', 'body.onUnanswered', 'body.points'])
  })

  test('members that nobody knows, and nothing is kept', async () => {
    const answer = await refuses(400, 'REQUEST_INVALID', () =>
      post('/event-buses', { json: { ...BUS, name: 'bus-three', tenantId: 1 } }),
    )
    expect(answer.body.detail).toContain('tenantId')
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml'])(
    'content type %s',
    async (type) => {
      await refuses(415, 'CONTENT_TYPE_UNSUPPORTED', () =>
        post('/event-buses', { body: JSON.stringify(BUS), headers: { 'content-type': type } }),
      )
    },
  )

  test('text that the database cannot hold is a fault of the request, not of the server', async () => {
    const { body } = await post('/event-buses', { json: { ...BUS, name: 'bus-four' } })
    for (const text of ['a\u0000b', '\ud800']) {
      const rule = { name: 'rule', pattern: { source: [text] } }
      await refuses(422, 'PATTERN_INVALID', () => post(`/event-buses/${body.id}/rules`, { json: rule }))
    }
    await refuses(400, 'REQUEST_INVALID', () =>
      post('/event-buses', { json: { ...BUS, name: 'bus-five', description: '\u0000' } }),
    )
    await refuses(400, 'REQUEST_INVALID', () => http(world.server, 'GET', '/extensions/%00', { cookie }))
  })

  test('an instant that the database cannot hold is a fault of the request, not of the server', async () => {
    for (const query of [
      '/audit?to=0000-01-01T00:00:00Z',
      '/audit?to=9999-12-31T23:59:59-12:00',
      '/dead-letters?from=0000-01-01T00:00:00Z',
    ])
      await refuses(400, 'REQUEST_INVALID', () => http(world.server, 'GET', query, { cookie }))
  })
})

describe('every error has one form', () => {
  test('an address that is not there', async () => {
    const answer = await refuses(404, 'NOT_FOUND', () => http(world.server, 'GET', '/nowhere?secret=1', { cookie }))
    expect(answer.text).not.toContain('secret')
  })

  test('a method that an address does not have', async () => {
    await refuses(404, 'NOT_FOUND', () => http(world.server, 'PATCH', '/event-buses', { cookie, json: {} }))
  })

  test.each(['/extensions/%zz', '/extensions/%ff', '/extensions/%c0%ae'])(
    'an address that cannot be decoded: %s',
    async (path) => {
      await refuses(400, 'REQUEST_INVALID', () => http(world.server, 'GET', path, { cookie }))
    },
  )

  test('an address with a part that is too long', async () => {
    const { status, body } = await http(world.server, 'GET', `/extensions/${'x'.repeat(300)}`, { cookie })
    expect([400, 404]).toContain(status)
    expect(body).toMatchObject({ code: expect.any(String), requestId: expect.any(String) })
  })

  test('a fault of the server says nothing of its cause, and where the log has it', async () => {
    await world.sql('alter table event_buses rename to gone')
    try {
      const answer = await post('/event-buses', { json: { ...BUS, name: 'bus-six' } })
      expect(answer.status).toBe(500)
      expect(answer.body).toMatchObject({ code: 'FAULT', status: 500 })
      expect(answer.text).not.toMatch(/event_buses|relation|select|insert/)
      const line = world.logged.find((one) => one.includes(String(answer.body.requestId)))
      expect(line).toContain('event_buses')
    } finally {
      await world.sql('alter table gone rename to event_buses')
    }
  })

  test('answers are not kept by anybody on the way', async () => {
    const { headers } = await http(world.server, 'GET', '/event-buses', { cookie })
    expect(headers.get('cache-control')).toBe('no-store')
  })
})

describe('health', () => {
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${world.server.port}${path}`)
    return { status: response.status, body: await response.json() }
  }
  test('is told to everybody, and nothing else with it', async () => {
    expect(await get('/livez')).toEqual({ status: 200, body: { status: 'ok' } })
    await expect
      .poll(() => get('/readyz'), PATIENCE)
      .toEqual({ status: 200, body: { status: 'ok', functions: 'none' } })
  })
})
