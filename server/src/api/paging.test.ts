import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { putRun } from '../../../test/instances.ts'
import { ask, http, NODE_POINTS, startWorld, type Tenant, type Workspace, type World } from '../../../test/world.ts'

let world: World
let tenant: Tenant
let workspace: Workspace
let cookie: string
let lists: Readonly<Record<string, string>>
const COUNT = 13

beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  cookie = await tenant.owner.cookie()
  workspace = await tenant.workspace()
  const names = Array.from({ length: COUNT }, (_, i) => `n${i}`)
  const nodes = await tenant.nodes(workspace, Object.fromEntries(names.map((name) => [name, []])))
  await tenant.extension({ points: NODE_POINTS, enabledIn: [workspace] })
  for (const name of names) await ask(tenant.owner, workspace, 'freeze-node', [nodes[name]!])
  // Many of them at the very same time, so that the time alone orders nothing.
  await world.db.rows(`update operations set requested_at = '2024-01-01T00:00:00.123Z' where object_name = any($1)`, [
    names.slice(0, 9),
  ])
  const nodeIds = Object.values(nodes)
  const { dagId } = await putRun(world, { tenant, workspace, instances: nodeIds.map((nodeId) => ({ nodeId })) })
  for (let day = 10; day < 16; day++)
    await putRun(world, {
      tenant,
      workspace,
      bizdate: `2026-01-${day}`,
      instances: [{ nodeId: nodeIds[0]! }, { nodeId: nodeIds[1]! }],
    })
  await world.db.rows(
    `insert into object_log (tenant_id, workspace_id, object_kind, object_id, action) select $1, $2, 'node', $3, 'freeze' from generate_series(1, 9)`,
    [tenant.id, workspace.id, nodeIds[0]],
  )
  const { api } = tenant.owner
  const bus = await api.call('POST /event-buses', { body: { name: 'bus' } })
  for (let i = 0; i < COUNT; i++) {
    await tenant.person()
    await tenant.workspace()
    await api.call('POST /event-buses', { body: { name: `bus-${i}` } })
    await api.call('POST /event-buses/{busId}/rules', { params: { busId: bus.id }, body: { name: `rule-${i}` } })
    await api.call('POST /extensions', { body: { name: 'x', points: ['freeze-node'] } })
  }
  lists = {
    users: '/users?',
    workspaces: '/workspaces?',
    nodes: `/workspaces/${workspace.id}/nodes?`,
    'nodes by part of their name': `/workspaces/${workspace.id}/nodes?name=1&`,
    operations: '/operations?',
    'operations of one workspace': `/operations?workspaceId=${workspace.id}&state=held&checked=true&mine=true&`,
    instances: `/workspaces/${workspace.id}/instances?`,
    'instances of a run': `/workspaces/${workspace.id}/instances?dagId=${dagId}&`,
    'instances of a node': `/workspaces/${workspace.id}/instances?nodeId=${nodeIds[0]}&`,
    runs: `/workspaces/${workspace.id}/dags?`,
    'what was done to a node': `/workspaces/${workspace.id}/nodes/${nodeIds[0]}/operation-log?`,
    extensions: '/extensions?',
    'event buses': '/event-buses?',
    rules: `/event-buses/${bus.id}/rules?`,
  }
})
afterAll(() => world?.stop())

type Page = {
  readonly items: readonly { readonly id?: number | string; readonly code?: string }[]
  readonly nextCursor: string | null
}
const keyOf = (item: Page['items'][number]) => String(item.id ?? item.code)

async function page(path: string, limit: number, cursor: string | null): Promise<Page> {
  const query = `limit=${limit}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`
  const { status, body } = await http(world.server, 'GET', `${path}${query}`, { cookie })
  expect(status).toBe(200)
  return body as unknown as Page
}

async function allPages(path: string, limitOf: (n: number) => number): Promise<Page[]> {
  const pages: Page[] = []
  let cursor: string | null = null
  do {
    const limit = limitOf(pages.length)
    const next: Page = await page(path, limit, cursor)
    expect(next.items.length).toBeLessThanOrEqual(limit)
    pages.push(next)
    cursor = next.nextCursor
  } while (cursor !== null)
  return pages
}

const LISTS = [
  'users',
  'workspaces',
  'nodes',
  'nodes by part of their name',
  'operations',
  'operations of one workspace',
  'instances',
  'instances of a run',
  'instances of a node',
  'runs',
  'what was done to a node',
  'extensions',
  'event buses',
  'rules',
] as const

describe('the pages of a list, one after the other, are the whole list in its order, each thing once', () => {
  test.each(LISTS)('%s', async (name) => {
    const path = lists[name]!
    const whole = (await page(path, 200, null)).items.map(keyOf)
    expect(whole.length).toBeGreaterThan(3)
    expect(new Set(whole).size).toBe(whole.length)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 }), async (limits) => {
        const pages = await allPages(path, (n) => limits[n % limits.length]!)
        expect(pages.flatMap((one) => one.items.map(keyOf))).toEqual(whole)
        // A page that ends the list says so; no empty page follows.
        for (const one of pages) expect(one.items.length).toBeGreaterThan(0)
      }),
      { numRuns: 6, examples: [[[1]], [[whole.length > 100 ? 100 : whole.length]]] },
    )
  })
})

test('without a limit a page has fifty things at most', async () => {
  const names = Array.from({ length: 60 }, (_, i) => `many${i}`)
  const crowded = await tenant.workspace()
  await tenant.nodes(crowded, Object.fromEntries(names.map((name) => [name, []])))
  const { body } = await http(world.server, 'GET', `/workspaces/${crowded.id}/nodes`, { cookie })
  expect((body as unknown as Page).items).toHaveLength(50)
  expect((body as unknown as Page).nextCursor).not.toBeNull()
})

let added = 0
test('what is added while somebody reads on neither repeats nor hides what was there before', async () => {
  for (const [name, add] of [
    [
      'operations of one workspace',
      async () => {
        const nodes = await tenant.nodes(workspace, { [`added${added++}`]: [] })
        await ask(tenant.owner, workspace, 'freeze-node', Object.values(nodes))
      },
    ],
    ['users', () => tenant.person()],
    ['workspaces', () => tenant.workspace()],
  ] as const) {
    const path = lists[name]!
    const before = (await page(path, 200, null)).items.map(keyOf)
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const next: Page = await page(path, 5, cursor)
      seen.push(...next.items.map(keyOf))
      cursor = next.nextCursor
      if (seen.length < 12) await add()
    } while (cursor !== null)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.filter((key) => before.includes(key))).toEqual(before)
  }
})

test('an operation’s time is kept as exactly as a cursor says it', async () => {
  const inexact = await world.db.rows(
    `select id from operations where requested_at <> date_trunc('milliseconds', requested_at)`,
  )
  expect(inexact).toEqual([])
})
