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
})
