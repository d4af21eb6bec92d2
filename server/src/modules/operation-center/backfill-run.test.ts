// A backfill that really runs: SQL on the embedded database, from the extension's answer to its last instance.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callBack, startWorld, type Tenant, type Workspace, type World } from '../../../../test/world.ts'

/** Programs are processes, and this machine may be slow. */
const PATIENCE = { timeout: 120_000, interval: 100 } as const
const LIMIT_MS = 150_000

let world: World
beforeAll(async () => {
  world = await startWorld({ scheduler: 'on' })
})
afterAll(() => world?.stop())

async function shop(upstream: Readonly<Record<string, readonly string[]>>, content: string) {
  const tenant = await world.tenant()
  const workspace = await tenant.workspace()
  const ids = await tenant.nodes(workspace, upstream, { content })
  return { tenant, workspace, ids }
}

const ask = (tenant: Tenant, workspace: Workspace, body: Record<string, unknown>) =>
  tenant.owner.api.call('POST /workspaces/{workspaceId}/backfills', {
    params: { workspaceId: workspace.id },
    body: { name: 'again', dates: [{ start: '2026-10-01', end: '2026-10-04' }], ...body } as never,
  })
const read = (tenant: Tenant, workspace: Workspace, backfillId: number) =>
  tenant.owner.api.call('GET /workspaces/{workspaceId}/backfills/{backfillId}', {
    params: { workspaceId: workspace.id, backfillId },
  })

test('Rule 40: passed by the extension, it runs to its end: dates of a group one after the other, nodes in their order', {
  timeout: LIMIT_MS,
}, async () => {
  const { tenant, workspace, ids } = await shop({ a: [], b: ['a'], c: ['b'] }, 'select 1')
  const extension = await tenant.extension({ points: ['backfill-data'], enabledIn: [workspace] })
  const { operation } = await ask(tenant, workspace, {
    mode: 'chain',
    rootNodeIds: [ids.a],
    includeNodeIds: [ids.c],
    excludeNodeIds: [ids.b],
    groups: 2,
  })
  await callBack(world.server, extension, operation.messageId, 'OK')
  const [row] = await world.db.rows<{ id: number }>('select id from backfills where operation_id = $1', [operation.id])
  await expect.poll(async () => (await read(tenant, workspace, row!.id)).state, PATIENCE).toBe('succeeded')
  const { dags, counts } = await read(tenant, workspace, row!.id)
  expect(counts).toMatchObject({ succeeded: 12, failed: 0, notRun: 0 })
  const runs = await world.db.rows<{
    bizdate: string
    node_id: number
    starts: number
    ends: number
    run_number: number
  }>(
    `select i.bizdate::text as bizdate, i.node_id, extract(epoch from i.started_at)::float as starts, extract(epoch from i.finished_at)::float as ends, i.run_number
     from instances i join dags d on d.id = i.dag_id where d.backfill_id = $1`,
    [row!.id],
  )
  const of = (bizdate: string, nodeId: number) => runs.find((one) => one.bizdate === bizdate && one.node_id === nodeId)!
  for (const { bizdate } of dags) {
    expect(of(bizdate, ids.b!).run_number).toBe(0)
    expect(of(bizdate, ids.c!).starts).toBeGreaterThanOrEqual(of(bizdate, ids.a!).ends)
  }
  expect(dags.map((one) => one.line)).toEqual([0, 1, 0, 1])
  for (const [before, after] of [
    [dags[0]!, dags[2]!],
    [dags[1]!, dags[3]!],
  ] as const)
    expect(of(after.bizdate, ids.a!).starts).toBeGreaterThanOrEqual(of(before.bizdate, ids.c!).ends)
})

test('newest first, nodes that wait for their own cycle before run to the end', { timeout: LIMIT_MS }, async () => {
  const { tenant, workspace, ids } = await shop({ a: [], b: ['a'] }, 'select 1')
  await world.db.rows(
    `update nodes set definition = definition || '{"crossCycle":{"self":true,"children":true}}' where tenant_id = $1`,
    [tenant.id],
  )
  for (const groups of [1, 3]) {
    const { backfillId } = await ask(tenant, workspace, {
      mode: 'descendants',
      rootNodeIds: [ids.a],
      includeNodeIds: [ids.b],
      order: 'desc',
      groups,
    })
    await expect.poll(async () => (await read(tenant, workspace, backfillId!)).state, PATIENCE).toBe('succeeded')
    const { dags, counts } = await read(tenant, workspace, backfillId!)
    expect(counts.succeeded).toBe(8)
    expect(dags.map((one) => one.bizdate)).toEqual(['2026-10-04', '2026-10-03', '2026-10-02', '2026-10-01'])
  }
})

test('Rule 40: a date that fails holds up its group; what has failed is run again', { timeout: LIMIT_MS }, async () => {
  const { tenant, workspace, ids } = await shop({ a: [] }, 'select * from there_is_no_such_table')
  const { backfillId } = await ask(tenant, workspace, { rootNodeIds: [ids.a] })
  const state = async () => (await read(tenant, workspace, backfillId!)).state
  await expect.poll(state, PATIENCE).toBe('failed')
  expect((await read(tenant, workspace, backfillId!)).counts).toMatchObject({ failed: 1, notRun: 3 })
  const { operations } = await tenant.owner.api.call(
    'POST /workspaces/{workspaceId}/backfills/{backfillId}/rerun-failed',
    { params: { workspaceId: workspace.id, backfillId: backfillId! } },
  )
  expect(operations).toMatchObject([{ state: 'done', eventCode: 'pre-rerun-instance' }])
  const runs = async () =>
    (
      await world.db.rows<{ n: number }>(
        `select max(i.run_number) as n from instances i join dags d on d.id = i.dag_id where d.backfill_id = $1`,
        [backfillId],
      )
    )[0]!.n
  await expect.poll(runs, PATIENCE).toBe(2)
  await expect.poll(state, PATIENCE).toBe('failed')
})
