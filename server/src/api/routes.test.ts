import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { http, type Person, startWorld, type World } from '../../../test/world.ts'
import type { Route } from './route.ts'
import { ROUTES } from './routes/index.ts'

let world: World
let owner: Person
let cookie: string
beforeAll(async () => {
  world = await startWorld()
  owner = (await world.tenant()).owner
  cookie = await owner.cookie()
})
afterAll(() => world?.stop())

const nameOf = (row: Pick<Route, 'method' | 'path'>) => `${row.method} ${row.path}`
const CLOSED = ROUTES.filter((row) => row.access !== 'anyone')
const EVERY_CLOSED: readonly (readonly [string, Pick<Route, 'method' | 'path'>])[] = [
  ...CLOSED.map((row) => [nameOf(row), row] as const),
  ['GET /stream', { method: 'GET', path: '/stream' }],
  ['GET /audit/export', { method: 'GET', path: '/audit/export' }],
  ['GET /openapi.json', { method: 'GET', path: '/openapi.json' }],
]

/** The route's address with something in each place, by default what may exist. */
const addressOf = (row: Pick<Route, 'path'>, place: (name: string) => string = () => '1') =>
  row.path.replace(/:(\w+)/g, (_, name: string) => place(name))

const withBody = (row: Pick<Route, 'method'>, json: unknown) => (row.method === 'GET' ? {} : { json })

test('no two routes have the same method and address', () => {
  expect(new Set(ROUTES.map(nameOf)).size).toBe(ROUTES.length)
})

test('signing in, and how that is done here, are the only things that need no sign-in', () => {
  expect(ROUTES.filter((row) => row.access === 'anyone').map(nameOf)).toEqual(['GET /sign-in-options', 'POST /session'])
})

describe('who is asking comes before what they ask: a stranger gets the same answer from every address', () => {
  test.each(EVERY_CLOSED)('%s', async (_name, row) => {
    const strangers: Record<string, string>[] = [
      {},
      { cookie: 'holdpoint_session=made-up' },
      { cookie: 'holdpoint_session=' },
      { authorization: 'Bearer made-up' },
      { authorization: 'Basic YWRtaW46YWRtaW4=' },
    ]
    for (const headers of strangers)
      for (const place of ['1', 'nonsense', '00000000-0000-4000-8000-000000000000']) {
        const answer = await http(
          world.server,
          row.method,
          addressOf(row, () => place),
          {
            ...withBody(row, { what: 'ever' }),
            headers: { 'x-holdpoint-console': '1', ...headers },
          },
        )
        expect({ status: answer.status, code: answer.body.code }).toEqual({ status: 401, code: 'SIGN_IN_REQUIRED' })
      }
  })

  test('a request signed with a pair that does not exist, or signed wrongly, is refused', async () => {
    const sign = (id: string, signature: string) =>
      http(world.server, 'GET', '/workspaces', {
        headers: {
          authorization: `ACS3-HMAC-SHA256 Credential=${id},SignedHeaders=host;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce,Signature=${signature}`,
          'x-acs-date': new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
          'x-acs-signature-nonce': crypto.randomUUID(),
          'x-acs-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
        },
      })
    expect((await sign('LTAI5tNobody', 'ab'.repeat(32))).body.code).toBe('ACCESS_KEY_UNKNOWN')
    expect((await sign(owner.key.id, 'ab'.repeat(32))).body.code).toBe('SIGNATURE_MISMATCH_V3')
  })
})

describe('a session alone changes nothing: whatever changes something must come from the console itself', () => {
  test.each(CLOSED.filter((row) => row.method !== 'GET').map((row) => [nameOf(row), row] as const))(
    '%s',
    async (_name, row) => {
      const answer = await http(world.server, row.method, addressOf(row), { json: {}, headers: { cookie } })
      expect({ status: answer.status, code: answer.body.code }).toEqual({ status: 403, code: 'CROSS_SITE_REQUEST' })
    },
  )

  test('reading needs no more than the session', async () => {
    expect((await http(world.server, 'GET', '/session', { headers: { cookie } })).status).toBe(200)
  })
})

describe('whatever stands in an address, it is answered and is no fault', () => {
  const PLACES = [
    '0',
    '-1',
    '1.5',
    'abc',
    '1e3',
    '0x10',
    '9007199254740993',
    '99999999999999999999',
    '%20',
    '%00',
    "'--",
    '%F0%9F%92%A5',
    '..%2f..%2fetc',
  ]

  test.each(ROUTES.filter((row) => row.path.includes(':')).map((row) => [nameOf(row), row] as const))(
    '%s',
    async (_name, row) => {
      for (const place of PLACES) {
        const { status, body } = await http(
          world.server,
          row.method,
          addressOf(row, () => place),
          { cookie, ...withBody(row, {}) },
        )
        expect([400, 404], `${place} ${JSON.stringify(body)}`).toContain(status)
      }
    },
  )

  const QUERIES = [
    'limit=0',
    'limit=201',
    'limit=x',
    'limit=1&limit=2',
    'cursor=x',
    'cursor=-1',
    `cursor=${'9'.repeat(16)}`,
    'cursor=99999999999999999999',
  ]
  const paged = ROUTES.filter(
    (row) =>
      row.method === 'GET' && !row.path.includes(':') && 'limit' in ((row.query as { shape?: object }).shape ?? {}),
  )
  test.each(paged.map((row) => [nameOf(row), row] as const))('%s with a page that cannot be', async (_name, row) => {
    for (const query of [...QUERIES, `cursor=999999999999999_${crypto.randomUUID()}`, `cursor=0_${'-'.repeat(36)}`]) {
      const { status, body } = await http(world.server, 'GET', `${row.path}?${query}`, { cookie })
      // A cursor far beyond the end is a page without anything.
      if (status === 200) expect(body).toEqual({ items: [], nextCursor: null })
      else expect({ status, code: body.code }, query).toEqual({ status: 400, code: 'REQUEST_INVALID' })
    }
  })
})

describe('a member that a body does not have is refused by its name, and never dropped in silence', () => {
  const taking = ROUTES.filter((row) => !(row.body instanceof z.ZodUndefined))

  test.each(taking.map((row) => [nameOf(row), row] as const))('%s', (_name, row) => {
    const open: string[] = []
    JSON.stringify(z.toJSONSchema(row.body, { io: 'input' }), (key, value) => {
      if (value?.properties && value.additionalProperties !== false) open.push(key)
      return value
    })
    expect(open).toEqual([])
  })

  test('the answer names it', async () => {
    const json = { name: 'bus-one', descripton: 'misspelt' }
    const { status, body } = await http(world.server, 'POST', '/event-buses', { cookie, json })
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'REQUEST_INVALID' })
    expect(body.detail).toContain('"descripton"')
  })
})
