import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, startWorld, type Tenant, type Workspace, type World } from '../../../../test/world.ts'
import { createInstances } from './create-instances.ts'
import { expireInstances } from './expire-instances.ts'
import { scheduledPlan } from './generate-day.ts'

let world: World
let tenant: Tenant
let workspace: Workspace
beforeAll(async () => {
  world = await startWorld({ scheduler: 'off' })
  tenant = await world.tenant()
  workspace = await tenant.workspace('basic')
})
afterAll(() => world.stop())

const make = async (nodeIds: readonly number[], day: string) =>
  await world.db.transaction((tx) =>
    createInstances(tx, { ...scheduledPlan(tenant.id, nodeIds, day, 'UTC'), createdBy: null }),
  )
const statuses = async (dagIds: readonly number[]) =>
  await world.db.rows<{ name: string; status: number; task_type: number; has_work: boolean }>(
    `select n.name, i.status, i.task_type, i.has_work from instances i join nodes n on n.id = i.node_id where i.dag_id = any($1) order by n.name`,
    [dagIds],
  )

test('what ended long ago goes with all that belongs to it and is told to its owners; what is waited for and what has not ended stays', async () => {
  const { a, b, c, d } = await tenant.nodes(workspace, { a: [], b: ['a'], c: [], d: ['c'] })
  const receiver = await world.receiver()
  await tenant.route(workspace, receiver.url, { pattern: { data: { eventCode: ['expired-task-instances-deleted'] } } })
  const old = await make([a, b, c, d], '2026-01-02')
  const young = await make([a, b], '2026-01-03')
  await world.sql(`
    update instances set status = 6, waiting_for = 0, finished_at = now() - interval '31 days' where node_id in (${a}, ${b}) and dag_id = ${old.dagIds[0]};
    update instances set status = 5, finished_at = now() - interval '31 days' where node_id = ${c};
    update instances set status = 6, finished_at = now() - interval '29 days' where dag_id = ${young.dagIds[0]};
    insert into instance_logs (instance_id, run_number, part, text) select id, 1, 1, 'x' from instances where node_id = ${a}`)
  const { publish } = world.server.platform
  expect(await expireInstances({ db: world.db, publish }, 30)).toBe(2)
  expect(await expireInstances({ db: world.db, publish }, 30)).toBe(0)
  expect((await statuses(old.dagIds)).map((row) => [row.name, row.status])).toEqual([
    ['c', 5],
    ['d', 1],
  ])
  expect(await statuses(young.dagIds)).toHaveLength(2)
  const left = await world.db.rows(
    `select (select count(*) from instance_logs) as logs, (select count(*) from instance_edges e where not exists (select from instances i where i.id = e.to_id)) as edges`,
  )
  expect(left).toEqual([{ logs: 1, edges: 0 }])
  const told = await receiver.nth(1)
  expect(JSON.parse(told.body).data).toMatchObject({
    appId: workspace.id,
    deletedTaskInstanceIds: [expect.any(Number), expect.any(Number)],
  })
  await world.sql(`update instances set finished_at = now() - interval '31 days' where dag_id = ${young.dagIds[0]}`)
  await expireInstances({ db: world.db, publish }, 30)
  expect(await world.db.rows('select from dags where id = any($1)', [young.dagIds])).toEqual([])
})

test('rule 39: unpublishing a node turns its instances that have not started into dry runs, and no others', async () => {
  const { up, gone } = await tenant.nodes(workspace, { up: [], gone: ['up'] })
  const first = await make([up, gone], '2026-02-02')
  const second = await make([up, gone], '2026-02-03')
  await world.sql(
    `update instances set status = 5, waiting_for = 0 where node_id = ${gone} and dag_id = ${first.dagIds[0]}`,
  )
  await ask(tenant.owner, workspace, 'undeploy-node', [gone])
  expect(await statuses(first.dagIds)).toMatchObject([
    { name: 'gone', task_type: 0, has_work: true },
    { name: 'up', task_type: 0 },
  ])
  expect(await statuses(second.dagIds)).toMatchObject([
    { name: 'gone', status: 1, task_type: 3, has_work: false },
    { name: 'up', task_type: 0, has_work: true },
  ])
})
