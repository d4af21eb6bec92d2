// What it is all for: a workspace imported from a FlowSpec file runs a day on its own against real data, and months are computed anew through operations
// that are held and checked by an extension, which is a process of its own.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { BackfillRequestInput } from '../../sdk/src/index.ts'
import { generateDays } from '../../server/src/modules/operation-center/generate-day.ts'
import type { Server } from '../../server/src/server.ts'
import { served } from '../example.ts'
import { detailOf, startWorld, type Tenant, until, type Workspace, type World } from '../world.ts'
import { endEverything, temporaryHome } from './holdpoint-process.ts'

const FLOWSPEC = path.resolve(import.meta.dirname, '../../examples/shop-pipeline.flowspec.json')
const PATIENCE = { timeout: 600_000, interval: 100 }
const DAY_MS = 86_400_000
/** A level of the log. */
const ERROR = 50
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)
const compact = (day: string) => day.replaceAll('-', '')
/** Over at every place on earth. */
const DAY = dayOf(Date.now() - 3 * DAY_MS)
const BIZDATE = compact(dayOf(Date.now() - 4 * DAY_MS))
const CLOSED_UNTIL = '2024-12'

/** What is read, as soon as nothing is left of what is waited for. */
const eventually = <T>(read: () => Promise<T>, left: (value: T) => readonly unknown[]) =>
  vi.waitFor(async () => {
    const value = await read()
    expect(left(value)).toEqual([])
    return value
  }, PATIENCE)

describe('a real day and four real months', { timeout: 900_000 }, () => {
  const tablesDir = path.join(temporaryHome(), 'tables')
  let world: World
  let tenant: Tenant
  let workspace: Workspace
  let running: Server
  let guard: Awaited<ReturnType<typeof served>>
  let nodes: ReadonlyMap<string, number>

  beforeAll(async () => {
    world = await startWorld()
    tenant = await world.tenant()
    const { api } = tenant.owner
    // The file names the root node of a workspace with this identifier.
    workspace = await api.call('POST /workspaces', { body: { identifier: 'shop', name: 'Shop', mode: 'standard' } })
    const params = { workspaceId: workspace.id }
    await api.call('POST /workspaces/{workspaceId}/flowspec-imports', {
      params,
      body: { environment: 'PROD', flowspec: readFileSync(FLOWSPEC, 'utf8') },
    })
    const { items } = await api.call('GET /workspaces/{workspaceId}/nodes', { params, query: { limit: 200 } })
    nodes = new Map(items.map((node) => [node.name, node.id]))
    running = await world.replica({ scheduler: 'on', tablesDir })
  })
  // No server has met anything that it did not expect.
  afterEach(() => {
    expect(world.logged.filter((line) => JSON.parse(line).level >= ERROR)).toEqual([])
  })
  afterAll(async () => {
    guard?.stop()
    await world?.stop()
    await endEverything()
  })

  /** What the queries answer, read from the tables while no server has them open. */
  async function tables(...queries: readonly string[]): Promise<string[][][]> {
    await running.stop()
    const [source] = await world.db.rows<{ id: number }>(
      `select id from data_sources where workspace_id = $1 and environment = 'PROD' and is_default`,
      [workspace.id],
    )
    const file = path.join(tablesDir, String(tenant.id), String(source!.id), 'tables.duckdb')
    const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' })
    const connection = await instance.connect()
    try {
      const answers: string[][][] = []
      for (const query of queries)
        answers.push((await connection.runAndReadAll(query)).getRows().map((row) => row.map(String)))
      return answers
    } finally {
      connection.closeSync()
      instance.closeSync()
      running = await world.replica({ scheduler: 'on', tablesDir })
    }
  }

  test('a day that was generated runs on its own: in order, hourly and daily, by the branch that applies, all but what is frozen', async () => {
    // The file was imported long ago.
    await world.sql(`update nodes set created_at = now() - interval '60 days'`)
    const noon = Date.parse(`${DAY}T12:00:00Z`)
    const [generated] = await generateDays({ db: world.db, timeZone: 'UTC' }, noon)
    expect(generated).toMatchObject({ tenantId: tenant.id, day: DAY })
    type Row = { name: string; period: number; status: number; task_type: number; frozen: boolean; runs: number }
    const rows = await eventually(
      () =>
        world.db.rows<Row>(
          `select n.name, i.period_number as period, i.status, i.task_type, i.frozen, i.run_number as runs
           from instances i join nodes n on n.id = i.node_id where i.tenant_id = $1 and i.bizdate = $2 order by i.id`,
          [tenant.id, dayOf(noon - DAY_MS)],
        ),
      (all) => all.filter((row) => row.status !== 5 && row.status !== 6 && !row.frozen),
    )
    const named = (name: string) => rows.filter((row) => row.name === name)
    expect(rows.filter((row) => row.status !== 6).map((row) => row.name)).toEqual(['ads_coupon_report'])
    expect(named('stock_snapshot_hourly')).toHaveLength(24)
    const first = DAY.endsWith('-01')
    expect(named(first ? 'ads_daily_digest' : 'ads_month_report')).toMatchObject([{ task_type: 6, runs: 0 }])
    expect(named(first ? 'ads_month_report' : 'ads_daily_digest')).toMatchObject([{ task_type: 0, runs: 1 }])
    const monday = new Date(noon).getUTCDay() === 1
    expect(named('ads_weekly_report')).toMatchObject([{ task_type: monday ? 0 : 5 }])

    const [report, raw, hours, published] = await tables(
      `select currency, order_count, order_amount from ads_sales_report where ds = '${BIZDATE}'`,
      `select 'CNY', count(*), sum(total_amount) from ods_orders_delta where ds = '${BIZDATE}' and customer_id <> 0
         and lower(status) in ('paid', 'shipped', 'done')`,
      `select count(distinct ds || hh), count(*) from dwd_stock_hourly where ds in ('${BIZDATE}', '${compact(DAY)}')`,
      'select report, line_count > 0 from published_reports order by report',
    )
    expect(report).toEqual(raw)
    expect(Number(report![0]![1])).toBeGreaterThan(50)
    expect(hours).toEqual([['24', '720']])
    expect(published).toEqual([
      ['ads_customer_report', 'true'],
      ['ads_sales_report', 'true'],
    ])
  })

  test('the extension is registered, reviewed and enabled', async () => {
    const extension = await tenant.extension({ points: ['backfill-data'], enabledIn: [workspace] })
    guard = await served(world, 'freeze-guard', { tenant, workspace, ...extension }, { CLOSED_UNTIL })
  })

  const ids = (...names: readonly string[]) => names.map((name) => nodes.get(name)!)
  const params = () => ({ workspaceId: workspace.id })

  /** Asks for it, sees it held with nothing created, and answers what has become of it. */
  async function backfill(request: Omit<BackfillRequestInput, 'name'>) {
    const { api } = tenant.owner
    const preview = await api.call('POST /workspaces/{workspaceId}/backfill-previews', {
      params: params(),
      body: { name: request.mode!, ...request },
    })
    expect(preview.asked).toHaveLength(1)
    guard.pause()
    const { operation, backfillId } = await api.call('POST /workspaces/{workspaceId}/backfills', {
      params: params(),
      body: { name: request.mode!, ...request },
    })
    expect([operation.state, backfillId]).toEqual(['held', null])
    const created = async () => {
      const query = { operationId: operation.id }
      return (await api.call('GET /workspaces/{workspaceId}/backfills', { params: params(), query })).items
    }
    expect(await created()).toEqual([])
    guard.resume()
    const ended = await until(
      world.server,
      () => detailOf(tenant.owner, operation.id),
      (one) => one.state !== 'held',
    )
    // It was asked once.
    expect(ended.checks).toHaveLength(1)
    return { preview, ended, backfill: (await created())[0] }
  }

  /** As `backfill`, and that it was let pass, created what was foretold, and succeeded. */
  async function succeeds(request: Omit<BackfillRequestInput, 'name'>) {
    const { preview, ended, backfill: made } = await backfill(request)
    expect(ended).toMatchObject({ state: 'done', checks: [{ result: 'OK' }] })
    const done = await eventually(
      () =>
        tenant.owner.api.call('GET /workspaces/{workspaceId}/backfills/{backfillId}', {
          params: { ...params(), backfillId: made!.id },
        }),
      (one) => (one.state === 'succeeded' || one.state === 'failed' ? [] : [one.state, one.counts]),
    )
    expect(done).toMatchObject({
      state: 'succeeded',
      instanceCount: preview.instanceCount,
      dateCounts: { notRun: 0, running: 0, failed: 0 },
    })
    expect(done.dags).toHaveLength(preview.dateCount)
    return done
  }
  const month = (name: string, days: number) => [{ start: `${name}-01`, end: `${name}-${days}` }]

  test('current node: a month of one node', async () => {
    const done = await succeeds({
      mode: 'current',
      rootNodeIds: ids('di_orders'),
      dates: month('2025-01', 31),
      groups: 5,
    })
    expect(done.counts.succeeded).toBe(31)
    expect(await tables(`select count(distinct ds) from ods_orders_delta where ds like '202501%'`)).toEqual([[['31']]])
  })

  test('current and descendant nodes: a month of those that were picked, newest first', async () => {
    const done = await succeeds({
      mode: 'descendants',
      rootNodeIds: ids('di_customers'),
      includeNodeIds: ids('ods_customers', 'dwd_customers'),
      dates: month('2025-02', 28),
      order: 'desc',
      groups: 4,
    })
    expect(done.counts.succeeded).toBe(3 * 28)
    expect(await tables(`select count(distinct ds), count(*) from dwd_customers where ds like '202502%'`)).toEqual([
      [['28', String(28 * 396)]],
    ])
  })

  test('massive nodes: a month of everything below the first node, with the frozen one left out', async () => {
    const done = await succeeds({
      mode: 'massive',
      rootNodeIds: ids('shop_start'),
      includeWorkspaceIds: [workspace.id],
      excludeNodeIds: ids('ads_coupon_report'),
      dates: month('2025-03', 31),
      groups: 10,
    })
    expect([done.nodeCount, done.dryRunCount]).toEqual([18, 1])
    const [days, months, weeks] = await tables(
      `select count(*), sum(order_count) > 0 from ads_sales_report where ds like '202503%'`,
      `select count(*), sum(order_count) > 0 from ads_month_report where month = '202503'`,
      `select ds from ads_weekly_report where ds like '202503%' order by ds`,
    )
    expect(days).toEqual([['31', 'true']])
    expect(months).toEqual([['1', 'true']])
    // Business dates of the Sundays before the Mondays on which it runs.
    expect(weeks).toEqual([['20250302'], ['20250309'], ['20250316'], ['20250323'], ['20250330']])
  })

  test('advanced: a month of nodes that have nothing to do with each other, the hourly one for a part of the day', async () => {
    const done = await succeeds({
      mode: 'advanced',
      rootNodeIds: ids('stock_snapshot_hourly', 'tmp_campaign_check'),
      dates: month('2025-03', 31),
      window: { startTime: '01:00:00', endTime: '03:00:00' },
      groups: 10,
    })
    expect(done.counts.succeeded).toBe(31 * (2 + 1))
    // Each hour is of the hour before it, on the day after the business date.
    const hours = `select count(distinct ds), count(distinct ds || hh) from dwd_stock_hourly where ds between '20250302' and '20250401'`
    expect(await tables(hours)).toEqual([[['31', String(31 * 2)]]])
  })

  test('more than a month at once, or a month that is closed, is refused with the reason, and nothing is created', async () => {
    const many = await backfill({
      mode: 'current',
      rootNodeIds: ids('di_orders'),
      dates: [{ start: '2025-04-01', end: '2025-05-02' }],
    })
    expect(many.ended).toMatchObject({ state: 'refused', checks: [{ result: 'FAIL' }] })
    expect(many.ended.checks[0]!.comment).toContain('32 days')
    const closed = await backfill({ mode: 'current', rootNodeIds: ids('di_orders'), dates: month('2024-12', 31) })
    expect(closed.ended.checks[0]!.comment).toContain(`closed up to **${CLOSED_UNTIL}**`)
    expect([many.backfill, closed.backfill]).toEqual([undefined, undefined])
  })
})
