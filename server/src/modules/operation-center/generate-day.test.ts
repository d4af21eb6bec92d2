import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { flowSpec, startWorld, type Tenant, type Workspace, type World } from '../../../../test/world.ts'
import { dayAfter } from './cron-times.ts'
import { generateDays } from './generate-day.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

const DAY_MS = 86_400_000
/** Noon of a day after today: far from every border, and after all that a test has made. */
const noonIn = (days: number) => Math.floor(Date.now() / DAY_MS) * DAY_MS + days * DAY_MS + DAY_MS / 2
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)
const generate = (nowMs: number, timeZone = 'UTC') => generateDays({ db: world.db, timeZone }, nowMs)
const mine = async (tenant: Tenant, nowMs: number) =>
  (await generate(nowMs))
    .filter((one) => one.tenantId === tenant.id)
    .map(({ day, instanceCount }) => [day, instanceCount])

type Row = {
  node: string
  workspace_id: number
  bizdate: string
  period: number
  cycle: string
  task_type: number
  frozen: boolean
  has_work: boolean
  version: number
  upstream: string[]
}
const instancesOf = (tenant: Tenant) =>
  world.db.rows<Row>(
    `select n.name as node, i.workspace_id, i.bizdate::text, i.period_number as period, to_char(i.cycle_at at time zone 'UTC', 'HH24:MI') as cycle,
       i.task_type, i.frozen, i.has_work, i.node_version as version,
       array(select un.name || ' ' || u.bizdate || ' ' || u.period_number from instance_edges e join instances u on u.id = e.from_id
         join nodes un on un.id = u.node_id where e.to_id = i.id order by 1) as upstream
     from instances i join nodes n on n.id = i.node_id where i.tenant_id = $1 and i.kind = 0 order by i.bizdate, n.name, i.period_number`,
    [tenant.id],
  )

type Change = Readonly<Record<string, unknown>>
/** Imports nodes with changes to their own part of the file. */
async function importing(
  tenant: Tenant,
  workspace: Workspace,
  upstream: Record<string, string[]>,
  changes: Record<string, Change> = {},
) {
  const file = flowSpec(workspace, upstream) as { spec: { nodes: Change[] } }
  const nodes = file.spec.nodes.map((node) => ({ ...node, ...changes[node.name as string] }))
  return await tenant.owner.api.call('POST /workspaces/{workspaceId}/flowspec-imports', {
    params: { workspaceId: workspace.id },
    body: { environment: 'PROD', flowspec: { ...file, spec: { nodes } } },
  })
}
const at = (cron: string, more: Change = {}) => ({ trigger: { type: 'Scheduler', cron, ...more } })

describe('nightly generation', () => {
  test('rule 35: a day is generated from 23:30 of the day before, once, whoever asks and however late', async () => {
    const tenant = await world.tenant()
    const workspace = await tenant.workspace('basic')
    await tenant.nodes(workspace, { a: [], b: ['a'] })
    const noon = noonIn(2)
    const [today, tomorrow] = [dayOf(noon), dayAfter(dayOf(noon))]
    expect(await mine(tenant, noon)).toEqual([[today, 3]])
    expect(await mine(tenant, noon + 11 * 3_600_000)).toEqual([])
    const night = noon + 11.6 * 3_600_000
    const both = await Promise.all([generate(night), generate(night), generate(night)])
    expect(both.flat().filter((one) => one.tenantId === tenant.id)).toEqual([
      { tenantId: tenant.id, day: tomorrow, instanceCount: 3 },
    ])
    expect(await mine(tenant, night + 3_600_000)).toEqual([])
    const root = `${workspace.identifier}_root`
    const of = (bizdate: string) => [
      { node: 'a', bizdate, period: 1, cycle: '00:00', upstream: [`${root} ${bizdate} 1`] },
      { node: 'b', bizdate, period: 1, cycle: '00:00', upstream: [`a ${bizdate} 1`] },
      { node: root, bizdate, period: 1, cycle: '00:00', upstream: [] },
    ]
    const rows = await instancesOf(tenant)
    expect(rows).toMatchObject([...of(dayAfter(today, -1)), ...of(today)])
    expect(rows.filter((row) => row.has_work).map((row) => row.node)).toEqual(['a', 'b', 'a', 'b'])
    const dags = await world.db.rows(
      'select bizdate::text, kind, status from dags where workspace_id = $1 order by id',
      [workspace.id],
    )
    expect(dags).toEqual([dayAfter(today, -1), today].map((bizdate) => ({ bizdate, kind: 0, status: 1 })))
  })

  test('a node that came after 23:30 is first generated for the day after the next, also by a late generation', async () => {
    const tenant = await world.tenant()
    await tenant.nodes(await tenant.workspace('basic'), { a: [] })
    const noon = noonIn(2)
    await world.db.rows('update nodes set created_at = $2 where tenant_id = $1 and not is_root', [
      tenant.id,
      new Date(noon + 11.7 * 3_600_000),
    ])
    expect(await mine(tenant, noon + DAY_MS)).toEqual([[dayOf(noon + DAY_MS), 1]])
    expect(await mine(tenant, noon + 2 * DAY_MS)).toEqual([[dayOf(noon + 2 * DAY_MS), 2]])
  })

  test('rule 39: a frozen node has frozen instances, a dry-run node such as succeed at once; each is of the version that was current', async () => {
    const tenant = await world.tenant()
    const workspace = await tenant.workspace('basic')
    await importing(
      tenant,
      workspace,
      { frozen: [], dry: [], normal: [] },
      { frozen: { recurrence: 'Pause' }, dry: { recurrence: 'Skip' } },
    )
    await mine(tenant, noonIn(2))
    await importing(tenant, workspace, { normal: [] }, { normal: { priority: 7 } })
    await mine(tenant, noonIn(3))
    const rows = (await instancesOf(tenant)).filter((row) => !row.node.endsWith('_root'))
    expect(rows.map((row) => [row.node, row.version, row.task_type, row.frozen, row.has_work])).toEqual([
      ['dry', 1, 3, false, false],
      ['frozen', 1, 2, true, true],
      ['normal', 1, 0, false, true],
      ['dry', 1, 3, false, false],
      ['frozen', 1, 2, true, true],
      ['normal', 2, 0, false, true],
    ])
  })

  test('rule 38: periods wait for each other within the cycle and for the cycle before, across workspaces too', async () => {
    const tenant = await world.tenant()
    const first = await tenant.workspace('basic')
    const second = await tenant.workspace('basic')
    await importing(
      tenant,
      first,
      { quarter: [], hourly: ['quarter'] },
      { quarter: at('0 0 0,6,12,18 * * ?'), hourly: at('0 30 5,17 * * ?') },
    )
    const foreign = (name: string) => ({
      inputs: { nodeOutputs: [{ data: `${first.identifier}.${name}`, artifactType: 'NodeOutput' }] },
    })
    await importing(
      tenant,
      second,
      { daily: [], chain: [] },
      {
        daily: { ...at('0 0 1 * * ?'), ...foreign('hourly') },
        chain: { ...at('0 0 0,12 * * ?'), dependencies: undefined },
      },
    )
    await world.db.rows(
      `update nodes set definition = definition || '{"crossCycle":{"self":true,"children":false}}' where tenant_id = $1 and name = 'chain'`,
      [tenant.id],
    )
    await mine(tenant, noonIn(2))
    await mine(tenant, noonIn(3))
    const rows = await instancesOf(tenant)
    const [before, after] = [...new Set(rows.map((row) => row.bizdate))]
    const of = (node: string, bizdate: string | undefined) =>
      rows
        .filter((row) => row.node === node && row.bizdate === bizdate)
        .map((row) => row.upstream.filter((one) => !one.includes('_root ')))
    expect(of('quarter', after)).toEqual([[], [], [], []])
    expect(of('hourly', after)).toEqual([[`quarter ${after} 1`], [`quarter ${after} 2`, `quarter ${after} 3`]])
    expect(of('daily', after)).toEqual([[`hourly ${after} 1`, `hourly ${after} 2`]])
    expect(of('chain', before)).toEqual([[], [`chain ${before} 1`]])
    expect(of('chain', after)).toEqual([[`chain ${before} 2`], [`chain ${after} 1`]])
    expect(new Set(rows.map((row) => row.workspace_id))).toEqual(new Set([first.id, second.id]))
  })

  test('a weekly node stands in for itself on other days; outside its effective period a node has no instances', async () => {
    const tenant = await world.tenant()
    const workspace = await tenant.workspace('basic')
    const day = dayOf(noonIn(2))
    const weekday = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
    const other = weekday[(new Date(`${day}T00:00:00Z`).getUTCDay() + 1) % 7]
    await importing(
      tenant,
      workspace,
      { weekly: [], late: [], over: [], tokyo: [] },
      {
        weekly: at(`0 15 3 ? * ${other}`),
        late: at('0 0 */8 * * ?', { startTime: `${day} 08:00:00`, endTime: '9999-01-01 00:00:00' }),
        over: at('0 0 0 * * ?', { startTime: '2020-01-01', endTime: '2021-01-01' }),
        tokyo: at('0 0 3 * * ?', { timezone: 'Asia/Tokyo' }),
      },
    )
    await mine(tenant, noonIn(2))
    const rows = (await instancesOf(tenant)).filter((row) => !row.node.endsWith('_root'))
    expect(rows.map((row) => [row.node, row.cycle, row.task_type, row.has_work])).toEqual([
      ['late', '08:00', 0, true],
      ['late', '16:00', 0, true],
      ['tokyo', '18:00', 0, true],
      ['weekly', '03:15', 5, false],
    ])
  })

  test('rule 41: nothing is generated of a manual node or of the development environment, and no operation on a manual node is held', async () => {
    const tenant = await world.tenant()
    const workspace = await tenant.workspace()
    await tenant.extension({ points: ['freeze-node'], enabledIn: [workspace] })
    await tenant.nodes(workspace, { dev: [] }, { environment: 'DEV' })
    const { created } = await importing(tenant, workspace, { byHand: [] }, { byHand: { trigger: { type: 'Manual' } } })
    await mine(tenant, noonIn(2))
    expect((await instancesOf(tenant)).map((row) => row.node)).toEqual([`${workspace.identifier}_root`])
    const asked = await tenant.owner.api.call('POST /workspaces/{workspaceId}/node-operations', {
      params: { workspaceId: workspace.id },
      body: { point: 'freeze-node', nodeIds: [created[0]!.id] },
    })
    expect(asked.state).toBe('done')
  })
})

describe('importing nodes whose instances are generated at once', () => {
  test('what is ten minutes ahead runs today; earlier runs are dry runs of a new node and left out of one that was there', async () => {
    const tenant = await world.tenant()
    const workspace = await tenant.workspace('basic')
    const now = Date.now()
    const isNight = new Date(now).toISOString().slice(11) >= '23:29'
    const everyMinute = at('0 * * * * ?')
    await importing(tenant, workspace, { old: [] }, { old: everyMinute })
    const immediately = { ...everyMinute, instanceMode: 'Immediately' }
    await importing(tenant, workspace, { old: [], fresh: [] }, { old: immediately, fresh: immediately })
    const rows = await instancesOf(tenant)
    if (isNight) return
    const minute = Math.floor((now % DAY_MS) / 60_000)
    const fresh = rows.filter((row) => row.node === 'fresh')
    const old = rows.filter((row) => row.node === 'old')
    expect(fresh).toHaveLength(1440)
    expect(fresh.every((row) => row.task_type === (row.has_work ? 0 : 7))).toBe(true)
    const firstReal = fresh.find((row) => row.has_work)?.period ?? 1441
    // Between the two the test itself takes time.
    expect(firstReal - 1).toBeGreaterThanOrEqual(Math.min(minute + 10, 1440))
    expect(old.map((row) => row.period)).toEqual(fresh.filter((row) => row.has_work).map((row) => row.period))
    expect(old.every((row) => row.task_type === 0)).toBe(true)
  })
})
