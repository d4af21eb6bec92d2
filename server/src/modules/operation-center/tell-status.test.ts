import { checkBody, eventByCode } from '@holdpoint/core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Place, plant, statuses } from '../../../../test/planted.ts'
import { PATIENCE, type Receiver, startWorld, type Tenant, type Workspace, type World } from '../../../../test/world.ts'

let world: World
let tenant: Tenant
beforeAll(async () => {
  world = await startWorld({ scheduler: 'on', metricsToken: 'a-token-for-metrics' })
  tenant = await world.tenant()
})
afterAll(() => world.stop())

async function placeIn(workspace: Workspace): Promise<Place> {
  const [group] = await world.db.rows<{ id: number }>('select id from resource_groups where tenant_id = $1', [
    tenant.id,
  ])
  return { tenantId: tenant.id, workspaceId: workspace.id, userId: tenant.owner.id, groupId: group!.id }
}

type Body = Record<string, unknown>
/** The bodies of the events with this code, in the order in which they were published. */
async function told(receiver: Receiver, eventCode: string): Promise<Body[]> {
  const ids = receiver.received.map((one) => JSON.parse(one.body).data)
  const bodies = ids.map(
    (data) =>
      (typeof data.messageBody === 'string' ? JSON.parse(data.messageBody) : (data.messageBody ?? data)) as Body,
  )
  return bodies.filter((body) => body.eventCode === eventCode)
}

test('changes of status are told with the bodies of the catalogue, where a rule leads them to somebody', async () => {
  const workspace = await tenant.workspace()
  const receiver = await world.receiver()
  await tenant.route(workspace, receiver.url)
  const { ids, dagIds } = await plant(
    world.db,
    await placeIn(workspace),
    [{ line: 0, position: 0, instances: { a: { work: false }, b: { work: false, upstream: ['a'] } } }],
    { backfill: true },
  )
  await vi.waitFor(async () => {
    expect(await told(receiver, 'instance-status-changes')).toHaveLength(3)
    expect(await told(receiver, 'dag-status-changes')).toHaveLength(2)
  }, PATIENCE)
  const instances = await told(receiver, 'instance-status-changes')
  for (const body of instances) expect(checkBody(eventByCode('instance-status-changes'), body)).toEqual([])
  expect(instances.filter((body) => body.taskId === ids.a).map((body) => body.status)).toEqual([6])
  expect(new Set(instances.filter((body) => body.taskId === ids.b).map((body) => body.status))).toEqual(new Set([3, 6]))
  expect(instances[0]).toMatchObject({
    appId: workspace.id,
    tenantId: tenant.id,
    dagId: dagIds[0],
    dagType: 3,
    flowId: 1,
  })
  const runs = await told(receiver, 'dag-status-changes')
  for (const body of runs) expect(checkBody(eventByCode('dag-status-changes'), body)).toEqual([])
  expect(new Set(runs.map((body) => body.status))).toEqual(new Set([4, 6]))
  expect(runs[0]).toMatchObject({ projectId: workspace.id, dagId: dagIds[0], bizDate: '2026-01-01 00:00:00' })
})

test('where nobody could be told nothing is noted, and a rule for other events is nobody', async () => {
  const workspace = await tenant.workspace()
  const receiver = await world.receiver()
  await tenant.route(workspace, receiver.url, { pattern: { data: { eventCode: ['freeze-node'] } } })
  await world.sql(`create function refuse() returns trigger language plpgsql as $$ begin raise exception 'noted'; end $$;
    create trigger refused before insert on status_news for each row when (new.workspace_id = ${workspace.id}) execute function refuse()`)
  const { ids } = await plant(world.db, await placeIn(workspace), [{ instances: { a: { work: false } } }])
  await vi.waitFor(async () => expect(await statuses(world.db, ids)).toEqual({ a: 6 }), PATIENCE)
})

test('how many wait, run and ended is at /metrics', async () => {
  const workspace = await tenant.workspace()
  const at = await placeIn(workspace)
  await plant(world.db, at, [
    {
      instances: {
        later: { dueAt: new Date(Date.now() + 3_600_000) },
        strange: { definition: { programType: 'NO_SUCH' } },
      },
    },
  ])
  const read = async () => {
    const response = await fetch(`http://127.0.0.1:${world.server.port}/metrics`, {
      headers: { authorization: 'Bearer a-token-for-metrics' },
    })
    return await response.text()
  }
  await vi.waitFor(async () => {
    const page = await read()
    expect(page).toMatch(/holdpoint_instances\{status="waiting-for-time"\} 1\n/)
    expect(page).toMatch(/holdpoint_runs_ended_total\{as="failed"\} 1\n/)
    expect(page).toMatch(/holdpoint_dispatch_latency_seconds_count 1\n/)
  }, PATIENCE)
})
