// The sample pipeline runs from generated files to a published table, in a size that is chosen.
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { workOf } from '../../test/runners.ts'
import { PATIENCE, startWorld, type World } from '../../test/world.ts'
import { setUpSample } from './sample.ts'
import type { DataSource } from './store/data-sources.ts'
import { workspaceById } from './store/workspaces.ts'

let world: World
beforeAll(async () => {
  world = await startWorld({ scheduler: 'on' })
})
afterAll(() => world?.stop())

const LONGER = { ...PATIENCE, timeout: 120_000 }

test('files become nodes that run, and what they publish is what was ordered', { timeout: 180_000 }, async () => {
  const tenant = await world.tenant()
  const { owner } = tenant
  const { id } = await tenant.workspace()
  const workspace = (await workspaceById(world.db, tenant.id, id))!
  const size = { orders: 2_000, days: ['2026-03-01', '2026-03-02'] } as const
  await setUpSample(world.server.platform, await owner.caller(), workspace, size)
  const params = { workspaceId: id }
  const nodes = await owner.api.call('GET /workspaces/{workspaceId}/nodes', { params })
  expect(nodes.items.filter((one) => !one.isRoot).map((one) => [one.name, one.version])).toEqual([
    ['order_files', 1],
    ['ods_orders', 1],
    ['dwd_orders', 1],
    ['dws_sales_daily', 1],
    ['publish_sales_daily', 1],
  ])
  const backfills = async () => (await owner.api.call('GET /workspaces/{workspaceId}/backfills', { params })).items
  await vi.waitFor(async () => expect(await backfills()).toMatchObject([{ state: 'succeeded' }]), LONGER)
  // A second time nothing is there to do.
  await setUpSample(world.server.platform, await owner.caller(), workspace, size)
  expect(await backfills()).toHaveLength(1)

  // What is published was checked, on each of the days.
  const { items: monitors } = await owner.api.call('GET /workspaces/{workspaceId}/quality-monitors', { params })
  expect(monitors).toMatchObject([{ target: { table: 'ads_sales_daily' }, nodes: [{ name: 'publish_sales_daily' }] }])
  const { items: runs } = await owner.api.call('GET /workspaces/{workspaceId}/quality-runs', { params })
  expect(runs.map((one) => [one.bizdate, one.partition, one.status, one.counts.Critical ?? 0])).toEqual([
    ['2026-03-02', 'day=2026-03-02', 'Passed', 0],
    ['2026-03-01', 'day=2026-03-01', 'Passed', 0],
  ])
  expect(runs[0]!.counts).toEqual({ Passed: 6 })

  // The files of both days are found by the pattern of a job that nobody has started yet.
  const { items: jobs } = await owner.api.call('GET /workspaces/{workspaceId}/sync-jobs', { params })
  expect(jobs).toMatchObject([{ state: 'never-run', source: { dataSource: 'tills' } }])
  const job = { ...params, syncJobId: jobs[0]!.id }
  await owner.api.call('POST /workspaces/{workspaceId}/sync-jobs/{syncJobId}/start', { params: job, body: {} })
  await vi.waitFor(async () => {
    const { items } = await owner.api.call('GET /workspaces/{workspaceId}/sync-jobs', { params })
    expect(items).toMatchObject([{ state: 'succeeded' }])
  }, LONGER)
  const { items: brought } = await owner.api.call('GET /workspaces/{workspaceId}/sync-jobs/{syncJobId}/tables', {
    params: job,
  })
  expect(brought.map(({ target, rows }) => [target, rows])).toEqual([
    ['till_orders_20260301', 2_040],
    ['till_orders_20260302', 2_040],
  ])

  const asked = `select day, sum(orders) as orders, count(distinct city) as cities from ads_sales_daily group by day order by day`
  const [source] = (
    await owner.api.call('GET /workspaces/{workspaceId}/data-sources', { params, query: { environment: 'PROD' } })
  ).items
  const [dataSource] = await world.db.rows<DataSource>('select * from data_sources where id = $1', [source!.id])
  const said: string[] = []
  const io = { log: (text: string) => void said.push(text), signal: new AbortController().signal }
  const ended = await world.server.platform.runners.run(workOf({ content: asked, dataSource: dataSource! }), io)
  const log = said.join('')
  expect(ended, log).toEqual({ ended: 'succeeded' })
  const days = log.split('\n').filter((line) => line.startsWith('2026-'))
  expect(days).toHaveLength(2)
  for (const line of days) {
    const [, orders, cities] = line.split('|').map((one) => one.trim())
    expect(cities).toBe('3')
    // All but those without a customer or an amount that can be: about one in 40, and one in 60.
    expect(Number(orders)).toBeGreaterThan(1_850)
    expect(Number(orders)).toBeLessThan(2_000)
  }
})
