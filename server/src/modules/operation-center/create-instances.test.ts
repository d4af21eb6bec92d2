import { findCycle, graphOf } from '@holdpoint/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWorld, type Tenant, type Workspace, type World } from '../../../../test/world.ts'
import { createInstances, type InstancePlan, planInstances } from './create-instances.ts'

let world: World
let tenant: Tenant
let workspace: Workspace
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  workspace = await tenant.workspace()
})
afterAll(() => world.stop())

const planFor = (nodeIds: readonly number[], more: Partial<InstancePlan> = {}): InstancePlan => ({
  tenantId: tenant.id,
  workspaceId: workspace.id,
  environment: 'PROD',
  kind: 'backfill',
  name: 'a plan',
  createdBy: tenant.owner.id,
  backfillId: null,
  nodes: nodeIds.map((nodeId) => ({ nodeId, dryRun: false })),
  dates: ['2026-03-01'],
  lines: 1,
  window: null,
  startsFutureNow: false,
  starts: true,
  priority: null,
  resourceGroupId: null,
  parameters: null,
  timeZone: 'UTC',
  ...more,
})

type Made = {
  id: number
  node_id: number
  bizdate: string
  period_number: number
  status: number
  task_type: number
  frozen: boolean
  waiting_for: number
  awaits_turn: boolean
  upstream: number[]
}
const madeIn = (dagIds: readonly number[]) =>
  world.db.rows<Made>(
    `select i.id, i.node_id, i.bizdate::text, i.period_number, i.status, i.task_type, i.frozen, i.waiting_for, i.awaits_turn,
       array(select e.from_id from instance_edges e where e.to_id = i.id order by e.from_id) as upstream
     from instances i where i.dag_id = any($1) order by i.id`,
    [dagIds],
  )

describe('createInstances', () => {
  test('rule 40: makes exactly the chosen nodes on the chosen dates, each waiting for what it depends on on its date', async () => {
    const { a, b, c, d } = await tenant.nodes(workspace, { a: [], b: ['a'], c: ['a', 'b'], d: ['c'] })
    const plan = planFor([a, b, c], { dates: ['2026-03-01', '2026-03-02', '2026-03-03'], lines: 2 })
    expect(await planInstances(world.db, plan)).toEqual({ instanceCount: 9 })
    const made = await world.db.transaction((tx) => createInstances(tx, plan))
    expect(made.instanceCount).toBe(9)
    expect(made.dagIds).toHaveLength(3)
    const rows = await madeIn(made.dagIds)
    expect(rows.map((row) => row.node_id)).toEqual([a, b, c, a, b, c, a, b, c])
    expect(rows.some((row) => row.node_id === d)).toBe(false)
    for (const [at, bizdate] of plan.dates.entries()) {
      const [first, second, third] = rows.filter((row) => row.bizdate === bizdate)
      const hasTurn = at < 2
      expect(first).toMatchObject({
        upstream: [],
        waiting_for: hasTurn ? 0 : 1,
        awaits_turn: !hasTurn,
        status: hasTurn ? 3 : 1,
      })
      expect(second).toMatchObject({ upstream: [first!.id], waiting_for: 1, awaits_turn: false, status: 1 })
      expect(third).toMatchObject({ upstream: [first!.id, second!.id], waiting_for: 2, status: 1 })
    }
    const dags = await world.db.rows('select line, position, status from dags where id = any($1) order by id', [
      made.dagIds,
    ])
    expect(dags).toEqual([
      { line: 0, position: 0, status: 1 },
      { line: 1, position: 1, status: 1 },
      { line: 0, position: 2, status: 1 },
    ])
  })

  test('a window takes the runs within it of nodes that run often, and no other node’s', async () => {
    const ids = await planted({ often: { cron: '0 0 * * * ?' }, once: { cron: '0 0 3 * * ?', after: ['often'] } })
    const window = { startTime: '10:00:00', endTime: '12:00:00' }
    const plan = planFor([ids.often!, ids.once!], { window })
    expect(await planInstances(world.db, plan)).toEqual({ instanceCount: 4 })
    const made = await world.db.transaction((tx) => createInstances(tx, plan))
    const rows = await madeIn(made.dagIds)
    expect(rows.map((row) => row.period_number)).toEqual([11, 12, 13, 1])
    expect(rows[3]).toMatchObject({ upstream: rows.slice(0, 3).map((row) => row.id), waiting_for: 3 })
  })

  test('with dates that go back nothing waits for the date before it, which runs later', async () => {
    const ids = await planted({ chain: { cron: '0 0 0 * * ?', self: true } })
    const waits = async (dates: readonly string[]) => {
      const made = await world.db.transaction((tx) => createInstances(tx, planFor([ids.chain!], { dates, lines: 3 })))
      return (await madeIn(made.dagIds)).map((row) => row.waiting_for)
    }
    expect(await waits(['2026-03-01', '2026-03-02', '2026-03-03'])).toEqual([0, 1, 1])
    expect(await waits(['2026-03-03', '2026-03-02', '2026-03-01'])).toEqual([0, 0, 0])
  })

  test('newest first, every date stands for itself, whatever of a cycle before its nodes wait for; within it the order of times stays', async () => {
    const ids = await planted({
      hourly: { cron: '0 0 0-3 * * ?', self: true },
      parent: { children: true },
      child: { after: ['parent', 'hourly'] },
      other: { before: ['child'], self: true },
    })
    const dates = ['2026-03-03', '2026-03-02', '2026-03-01']
    for (const lines of [1, 2, 3]) {
      const plan = planFor(Object.values(ids), { dates, lines })
      const { dagIds } = await world.db.transaction((tx) => createInstances(tx, plan))
      const rows = await madeIn(dagIds)
      expect(rows).toHaveLength(3 * 7)
      const byId = new Map(rows.map((row) => [row.id, row]))
      for (const row of rows) expect(row.upstream.filter((id) => byId.get(id)?.bizdate !== row.bizdate)).toEqual([])
      for (const bizdate of dates) {
        const hours = rows.filter((row) => row.node_id === ids.hourly && row.bizdate === bizdate)
        expect(hours.map((row) => row.upstream)).toEqual([[], ...hours.slice(0, -1).map((row) => [row.id])])
      }
    }
  })

  test('what is left out, is gone or belongs to another tenant', async () => {
    const ids = await planted({ a: {}, b: { after: ['a'] }, gone: {} })
    await world.db.rows('update nodes set unpublished_at = now() where id = $1', [ids.gone])
    const other = await world.tenant()
    const foreign = await other.nodes(await other.workspace(), { x: [] })
    const plan = planFor([], {
      nodes: [
        { nodeId: ids.a!, dryRun: true },
        { nodeId: ids.b!, dryRun: false },
        { nodeId: ids.gone!, dryRun: false },
        { nodeId: foreign.x, dryRun: false },
      ],
    })
    expect(await planInstances(world.db, plan)).toEqual({ instanceCount: 2 })
    const made = await world.db.transaction((tx) => createInstances(tx, plan))
    expect(await madeIn(made.dagIds)).toMatchObject([
      { node_id: ids.a, task_type: 3 },
      { node_id: ids.b, task_type: 0 },
    ])
  })

  test('two at once never get the same ids, and neither waits for the other to be done', async () => {
    const ids = await planted({ a: {}, b: { after: ['a'] } })
    const plan = planFor([ids.a!, ids.b!])
    const made = await world.db.transaction(async (tx) => {
      const first = await createInstances(tx, plan)
      const second = await world.db.transaction((other) => createInstances(other, plan))
      return [...first.dagIds, ...second.dagIds]
    })
    expect(await madeIn(made)).toHaveLength(4)
  })

  test('rule 40: whatever the graph and the dates, exactly the chosen nodes and dates, and every count of what is waited for is right', async () => {
    const node = fc.record({
      cron: fc.constantFrom('0 0 0 * * ?', '0 30 2 * * ?', '0 0 */6 * * ?', '0 15 */4 * * ?', '0 0 3 ? * MON'),
      self: fc.boolean(),
      children: fc.boolean(),
      after: fc.uniqueArray(fc.nat(5), { maxLength: 3 }),
      before: fc.uniqueArray(fc.nat(5), { maxLength: 2 }),
      dryRun: fc.boolean(),
    })
    const dates = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 })
    const whole = fc.record({
      nodes: fc.array(node, { minLength: 2, maxLength: 6 }),
      dates,
      lines: fc.integer({ min: 1, max: 3 }),
      back: fc.boolean(),
      starts: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(whole, async ({ nodes, dates, lines, back, starts }) => {
        const names = nodes.map((_, at) => `n${at}`)
        const ids = await planted(
          Object.fromEntries(
            nodes.map((one, at) => [
              names[at]!,
              {
                ...one,
                after: one.after.filter((up) => up < at).map((up) => names[up]!),
                before: one.before.filter((up) => up < nodes.length).map((up) => names[up]!),
              },
            ]),
          ),
        )
        const ordered = dates.toSorted((a, b) => (back ? b - a : a - b)).map((day) => `2026-03-0${day}`)
        const plan = planFor([], {
          nodes: nodes.map((one, at) => ({ nodeId: ids[names[at]!]!, dryRun: one.dryRun })),
          dates: ordered,
          lines,
          starts,
        })
        const made = await world.db.transaction((tx) => createInstances(tx, plan))
        const rows = await madeIn(made.dagIds)
        expect(rows).toHaveLength(made.instanceCount)
        expect(await planInstances(world.db, plan)).toEqual({ instanceCount: made.instanceCount })
        const perDay = (cron: string) => (cron.includes('*/6') ? 4 : cron.includes('*/4') ? 6 : 1)
        const key = (row: Pick<Made, 'node_id' | 'bizdate' | 'period_number'>) =>
          `${row.node_id} ${row.bizdate} ${row.period_number}`
        const wanted = plan.nodes.flatMap(({ nodeId }, at) =>
          ordered.flatMap((bizdate) =>
            [...Array(perDay(nodes[at]!.cron)).keys()].map((period) =>
              key({ node_id: nodeId, bizdate, period_number: period + 1 }),
            ),
          ),
        )
        expect(rows.map(key).toSorted()).toEqual(wanted.toSorted())
        const byId = new Map(rows.map((row) => [row.id, row]))
        const place = (row: Made) => ordered.indexOf(row.bizdate)
        for (const row of rows) {
          const upstream = row.upstream.map((id) => byId.get(id)!)
          expect(upstream.every((one) => one !== undefined && place(one) <= place(row))).toBe(true)
          const hasTurn = starts && place(row) < lines
          expect(row.awaits_turn).toBe(!hasTurn && !upstream.some((one) => one.bizdate === row.bizdate))
          expect(row.waiting_for).toBe(upstream.length + (row.awaits_turn ? 1 : 0))
          expect(row.status === 1).toBe(row.waiting_for > 0)
        }
        // Everything can come to its end: nothing waits for itself, through others or through the turns of dates.
        const turns = ordered.flatMap((bizdate, at) =>
          at < lines ? [] : [{ from: `end ${ordered[at - lines]}`, to: `begin ${bizdate}` }],
        )
        const waits = rows.flatMap((row) => [
          ...row.upstream.map((id) => ({ from: String(id), to: String(row.id) })),
          { from: String(row.id), to: `end ${row.bizdate}` },
          ...(row.awaits_turn ? [{ from: `begin ${row.bizdate}`, to: String(row.id) }] : []),
        ])
        expect(findCycle(graphOf([], [...turns, ...waits]))).toBeNull()
      }),
      { numRuns: 25 },
    )
  }, 180_000)
})

type Planted = {
  cron?: string
  self?: boolean
  children?: boolean
  after?: readonly string[]
  before?: readonly string[]
}
/** Imports nodes into a workspace of their own: when each runs, and what it waits for within the cycle and in the one before. */
async function planted(nodes: Readonly<Record<string, Planted>>): Promise<Readonly<Record<string, number>>> {
  const home = await tenant.workspace('basic')
  const output = (name: string) => ({ data: `${home.identifier}.${name}`, artifactType: 'NodeOutput' })
  const spec = {
    nodes: Object.keys(nodes).map((name) => ({
      id: name,
      name,
      script: { path: name, runtime: { command: 'ODPS_SQL' } },
      trigger: { type: 'Scheduler', cron: nodes[name]!.cron ?? '0 0 0 * * ?' },
      outputs: { nodeOutputs: [output(name)] },
    })),
    flow: Object.entries(nodes).map(([name, { self, children, after = [], before = [] }]) => ({
      nodeId: name,
      depends: [
        ...after.map((up) => ({ type: 'Normal', output: `${home.identifier}.${up}` })),
        ...before.map((up) => ({ type: 'CrossCycleDependsOnOtherNode', output: `${home.identifier}.${up}` })),
        ...(self ? [{ type: 'CrossCycleDependsOnSelf' }] : []),
        ...(children ? [{ type: 'CrossCycleDependsOnChildren' }] : []),
      ],
    })),
  }
  const { created } = await tenant.owner.api.call('POST /workspaces/{workspaceId}/flowspec-imports', {
    params: { workspaceId: home.id },
    body: { environment: 'PROD', flowspec: { version: '1.1.0', kind: 'CycleWorkflow', spec } },
  })
  return Object.fromEntries(created.map(({ name, id }) => [name, id]))
}
