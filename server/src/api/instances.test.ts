import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { putRun } from '../../../test/instances.ts'
import { type Person, refusalCode, startWorld, type Tenant, type Workspace, type World } from '../../../test/world.ts'

let world: World
let tenant: Tenant
let owner: Person
let workspace: Workspace
let nodes: Readonly<Record<'extract' | 'join' | 'report' | 'alone', number>>
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  owner = tenant.owner
  workspace = await tenant.workspace()
  nodes = await tenant.nodes(workspace, { extract: [], join: ['extract'], report: ['join'], alone: [] })
})
afterAll(() => world?.stop())

const detail = (instanceId: number) =>
  owner.api.call('GET /workspaces/{workspaceId}/instances/{instanceId}', {
    params: { workspaceId: workspace.id, instanceId },
  })
const list = async (query: Record<string, unknown>) =>
  (
    await owner.api.call('GET /workspaces/{workspaceId}/instances', { params: { workspaceId: workspace.id }, query })
  ).items.map((one) => one.id)

describe('instances are found by what is known of them', () => {
  test('business date, status, node, run, name, frozen, kind, environment', async () => {
    const { dagId, ids } = await putRun(world, {
      tenant,
      workspace,
      bizdate: '2026-02-01',
      instances: [
        { nodeId: nodes.extract, status: 'failed' },
        { nodeId: nodes.join, upstream: [0], frozen: true },
        { nodeId: nodes.report, upstream: [1] },
      ],
    })
    const { ids: other } = await putRun(world, {
      tenant,
      workspace,
      kind: 'smoke-test',
      bizdate: '2026-02-02',
      instances: [{ nodeId: nodes.extract, status: 'succeeded' }],
    })
    const [extract, join, report] = ids as [number, number, number]
    const day = { bizdateFrom: '2026-02-01', bizdateTo: '2026-02-02' }
    expect(await list(day)).toEqual([other[0], report, join, extract])
    expect(await list({ ...day, bizdateTo: '2026-02-01' })).toEqual([report, join, extract])
    expect(await list({ ...day, status: 'failed,succeeded' })).toEqual([other[0], extract])
    expect(await list({ ...day, nodeId: nodes.extract })).toEqual([other[0], extract])
    expect(await list({ dagId })).toEqual([report, join, extract])
    expect(await list({ ...day, name: 'EXT' })).toEqual([other[0], extract])
    expect(await list({ ...day, name: '%' })).toEqual([])
    expect(await list({ ...day, frozen: 'true' })).toEqual([join])
    expect(await list({ ...day, kind: 'smoke-test' })).toEqual([other[0]])
    expect(await list({ ...day, environment: 'DEV' })).toEqual([])
    expect(await refusalCode(list({ bizdateFrom: '2026-02-30' }))).toBe('REQUEST_INVALID')
    expect(await refusalCode(list({ status: 'lost' }))).toBe('REQUEST_INVALID')
  })
})

describe('an instance says why it does not run', () => {
  test('each condition that it does not meet', async () => {
    const { ids, dagId } = await putRun(world, {
      tenant,
      workspace,
      bizdate: '2026-02-03',
      instances: [
        { nodeId: nodes.extract, status: 'running' },
        { nodeId: nodes.join, upstream: [0], frozen: true },
        { nodeId: nodes.report, status: 'waiting-for-time' },
        { nodeId: nodes.alone, status: 'waiting-for-resources' },
      ],
    })
    const [extract, join, report, alone] = ids as [number, number, number, number]
    expect((await detail(extract)).waits).toEqual([])
    const waiting = await detail(join)
    expect(waiting.waits).toEqual(['upstream', 'frozen'])
    expect(waiting.upstream.map(({ id, status }) => ({ id, status }))).toEqual([{ id: extract, status: 'running' }])
    expect(waiting).toMatchObject({ upstreamCount: 1, upstreamWaitingCount: 1, downstreamCount: 0 })
    expect((await detail(report)).waits).toEqual(['time'])
    expect((await detail(alone)).waits).toEqual([])
    await world.db.rows('update dags set paused = true where id = $1', [dagId])
    expect((await detail(alone)).waits).toEqual(['paused'])
  })
})

describe('the log of a run is read as it comes', () => {
  test('from a part on, of the latest run or of an earlier one, and says whether more may come', async () => {
    const { ids } = await putRun(world, {
      tenant,
      workspace,
      bizdate: '2026-02-04',
      instances: [{ nodeId: nodes.alone, status: 'running', runNumber: 2 }],
    })
    const instanceId = ids[0]!
    const log = (query: Record<string, number> = {}) =>
      owner.api.call('GET /workspaces/{workspaceId}/instances/{instanceId}/log', {
        params: { workspaceId: workspace.id, instanceId },
        query,
      })
    await world.db.rows(
      `insert into instance_runs (instance_id, run_number, started_at, finished_at, status) values ($1, 1, now(), now(), 5), ($1, 2, now(), null, 4)`,
      [instanceId],
    )
    await world.db.rows(
      `insert into instance_logs (instance_id, run_number, part, text) select $1::bigint, 2, n, 'line ' || n || chr(10) from generate_series(1, 450) n
       union all select $1, 1, 1, 'it broke'`,
      [instanceId],
    )
    let text = ''
    let after = 0
    for (let more = true; more; ) {
      const found = await log({ after })
      text += found.text
      after = found.after
      more = found.more
      expect(found).toMatchObject({ runNumber: 2, running: true })
    }
    expect(text).toBe(Array.from({ length: 450 }, (_, i) => `line ${i + 1}\n`).join(''))
    expect(await log({ after })).toEqual({ runNumber: 2, text: '', after, more: false, running: true })
    expect(await log({ run: 1 })).toEqual({ runNumber: 1, text: 'it broke', after: 1, more: false, running: false })
    expect((await detail(instanceId)).runs.map((run) => run.runNumber)).toEqual([2, 1])
  })
})

test('a run counts its instances by status, and the list of runs says how far each has come, unless there are too many to count', async () => {
  const { dagId } = await putRun(world, {
    tenant,
    workspace,
    bizdate: '2026-02-05',
    instances: [
      { nodeId: nodes.extract, status: 'failed' },
      { nodeId: nodes.join, frozen: true },
      { nodeId: nodes.alone },
    ],
  })
  const dag = await owner.api.call('GET /workspaces/{workspaceId}/dags/{dagId}', {
    params: { workspaceId: workspace.id, dagId },
  })
  expect(dag.counts).toEqual([
    { status: 'not-run', count: 2, frozen: 1 },
    { status: 'failed', count: 1, frozen: 0 },
  ])
  const progress = async () => {
    const params = { workspaceId: workspace.id }
    const { items } = await owner.api.call('GET /workspaces/{workspaceId}/dags', {
      params,
      query: { bizdateFrom: '2026-02-05', bizdateTo: '2026-02-05' },
    })
    return items.map((one) => one.progress)
  }
  expect(await progress()).toEqual([{ notRun: 2, waiting: 0, running: 0, failed: 1, succeeded: 0, frozen: 1 }])
  await world.db.rows(
    `insert into instances (tenant_id, workspace_id, environment, node_id, node_version, dag_id, kind, bizdate, period_number, cycle_at, due_at, status,
       has_work, waiting_for, priority, resource_group_id)
     select tenant_id, workspace_id, environment, node_id, node_version, dag_id, kind, bizdate, n, cycle_at, due_at, 6, has_work, 0, priority, resource_group_id
     from (select * from instances where dag_id = $1 limit 1) i, generate_series(100, 10100) n`,
    [dagId],
  )
  expect(await progress()).toEqual([null])
})

describe('a graph is read around a place in it', () => {
  const nodeGraph = (query: Record<string, number>) =>
    owner.api.call('GET /workspaces/{workspaceId}/node-graph', { params: { workspaceId: workspace.id }, query })

  test('levels up and down, with what is beyond counted at its edge', async () => {
    const around = await nodeGraph({ nodeId: nodes.join })
    expect(Object.fromEntries(around.nodes.map((one) => [one.id, one.level]))).toEqual({
      [nodes.extract]: -1,
      [nodes.join]: 0,
      [nodes.report]: 1,
    })
    expect(around.edges).toEqual([
      { from: nodes.extract, to: nodes.join, dependency: 'normal' },
      { from: nodes.join, to: nodes.report, dependency: 'normal' },
    ])
    expect(around.nodes.find((one) => one.id === nodes.extract)).toMatchObject({ moreUpstream: 1, moreDownstream: 0 })
    expect(around.isCut).toBe(false)
    const root = await nodeGraph({ down: 3, up: 0 })
    expect(root.nodes.find((one) => one.level === 0)).toMatchObject({ isRoot: true, moreDownstream: 0 })
    expect(root.nodes).toHaveLength(5)
    expect(await refusalCode(nodeGraph({ nodeId: nodes.join, up: 11 }))).toBe('REQUEST_INVALID')
  })

  test('two hundred at most, and what was cut is counted', async () => {
    const wide = await tenant.workspace()
    const leaves = Array.from({ length: 300 }, (_, i) => `leaf${i}`)
    const { hub } = await tenant.nodes(wide, {
      hub: [],
      ...Object.fromEntries(leaves.map((leaf) => [leaf, ['hub']])),
    } as Record<'hub', string[]>)
    const graph = await owner.api.call('GET /workspaces/{workspaceId}/node-graph', {
      params: { workspaceId: wide.id },
      query: { nodeId: hub, up: 2, down: 2 },
    })
    expect(graph.nodes).toHaveLength(200)
    expect(graph.isCut).toBe(true)
    expect(graph.nodes.find((one) => one.id === hub)).toMatchObject({ moreUpstream: 0, moreDownstream: 102 })
  })

  test('of instances: around one, or from the beginning of a run', async () => {
    const { dagId, ids } = await putRun(world, {
      tenant,
      workspace,
      bizdate: '2026-02-06',
      instances: [
        { nodeId: nodes.extract, status: 'succeeded' },
        { nodeId: nodes.join, upstream: [0] },
        { nodeId: nodes.report, upstream: [1] },
        { nodeId: nodes.alone },
      ],
    })
    const graph = (query: Record<string, number>) =>
      owner.api.call('GET /workspaces/{workspaceId}/instance-graph', { params: { workspaceId: workspace.id }, query })
    const [extract, join, report, alone] = ids as [number, number, number, number]
    const beginning = await graph({ dagId })
    expect(Object.fromEntries(beginning.instances.map((one) => [one.id, one.level]))).toEqual({
      [extract]: 0,
      [join]: 1,
      [alone]: 0,
    })
    expect(beginning.instances.find((one) => one.id === join)!.moreDownstream).toBe(1)
    const around = await graph({ instanceId: report, up: 10 })
    expect(around.edges).toEqual([
      { from: extract, to: join },
      { from: join, to: report },
    ])
    expect(await refusalCode(graph({}))).toBe('REQUEST_INVALID')
    expect(await refusalCode(graph({ dagId: 1 }))).toBe('DAG_NOT_FOUND')
  })
})
