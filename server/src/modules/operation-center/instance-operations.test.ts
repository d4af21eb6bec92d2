import { INSTANCE_OPERATIONS, INSTANCE_POINTS, type InstanceOperation, type InstanceStatus } from '@holdpoint/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type GivenInstance, putRun } from '../../../../test/instances.ts'
import {
  callBack,
  detailOf,
  type Extension,
  type Person,
  type Receiver,
  refusalCode,
  startWorld,
  type Tenant,
  type Workspace,
  type World,
} from '../../../../test/world.ts'
import { expire } from '../../gate/expire.ts'
import { withdraw } from '../../gate/withdraw.ts'
import type { Change } from '../../live.ts'
import { putMember } from '../../store/workspaces.ts'
import { settle } from './settle.ts'

let world: World
let receiver: Receiver
let tenant: Tenant
let owner: Person
let workspace: Workspace
let nodes: Readonly<Record<'extract' | 'join' | 'report', number>>
let guard: Extension
const POINTS = Object.values(INSTANCE_POINTS)
const NEWS = {
  freeze: 'freeze-instance',
  unfreeze: 'unfreeze-instance',
  terminate: 'kill-instance',
  rerun: 'rerun-instance',
  'set-success': 'set-instance-success',
} as const
beforeAll(async () => {
  world = await startWorld()
  receiver = await world.receiver()
})
afterAll(() => world?.stop())

/** A workspace of its own for each test, whose instance operations an extension watches. */
beforeEach(async () => {
  tenant = await world.tenant()
  owner = tenant.owner
  workspace = await tenant.workspace()
  nodes = await tenant.nodes(workspace, { extract: [], join: ['extract'], report: ['join'] })
  guard = await tenant.extension({ points: POINTS, enabledIn: [workspace] })
  await tenant.route(workspace, receiver.url)
})

const put = async (instances: readonly GivenInstance[], more: Partial<Parameters<typeof putRun>[1]> = {}) =>
  (await putRun(world, { tenant, workspace, instances, ...more })).ids

const here = () => ({ workspaceId: workspace.id })
function operate(
  operation: InstanceOperation,
  instanceIds: readonly number[],
  { by = owner, ...more }: { by?: Person; force?: 'no' | 'this-one' | 'with-downstream'; latest?: boolean } = {},
) {
  return by.api.call('POST /workspaces/{workspaceId}/instance-operations', {
    params: here(),
    body: { operation, instanceIds: [...instanceIds], ...more },
  })
}
const read = (instanceId: number) =>
  owner.api.call('GET /workspaces/{workspaceId}/instances/{instanceId}', { params: { ...here(), instanceId } })
const standing = async (ids: readonly number[]) => Promise.all(ids.map(async (id) => (await read(id)).status))
const logOf = async (instanceId: number) =>
  (
    await owner.api.call('GET /workspaces/{workspaceId}/instances/{instanceId}/operation-log', {
      params: { ...here(), instanceId },
    })
  ).items
const messages = async (eventCode: string) =>
  (
    await world.db.rows<{ body: string }>(
      'select body from messages where workspace_id = $1 and event_code = $2 order by created_at',
      [workspace.id, eventCode],
    )
  ).map(({ body }) => JSON.parse(body) as Record<string, unknown>)

/** An instance on which the operation can be done, and what shows that it was. */
const CASES: Readonly<
  Record<
    InstanceOperation,
    { before: Omit<GivenInstance, 'nodeId'>; after: { status: InstanceStatus; frozen: boolean } }
  >
> = {
  freeze: { before: { status: 'waiting-for-time' }, after: { status: 'waiting-for-time', frozen: true } },
  unfreeze: {
    before: { status: 'waiting-for-time', frozen: true },
    after: { status: 'waiting-for-time', frozen: false },
  },
  terminate: { before: { status: 'running' }, after: { status: 'failed', frozen: false } },
  rerun: { before: { status: 'failed' }, after: { status: 'waiting-for-resources', frozen: false } },
  'set-success': { before: { status: 'failed' }, after: { status: 'succeeded', frozen: false } },
}

describe('an operation on instances that an extension watches is held, and takes effect or does not as that says', () => {
  test.each(INSTANCE_OPERATIONS)('%s', async (operation) => {
    const { before, after } = CASES[operation]
    const [first, second] = await put([
      { nodeId: nodes.extract, ...before },
      { nodeId: nodes.report, ...before },
    ])
    const was = await read(first!)

    const held = await operate(operation, [first!])
    expect(held).toMatchObject({
      state: 'held',
      eventCode: INSTANCE_POINTS[operation],
      objectName: 'extract 2026-01-05',
    })
    expect(await read(first!)).toMatchObject({ status: was.status, frozen: was.frozen })
    expect((await read(first!)).heldBy).toEqual([{ operationId: held.id, eventCode: INSTANCE_POINTS[operation] }])
    expect(await messages(INSTANCE_POINTS[operation])).toEqual([
      {
        projectId: workspace.id,
        taskIds: [first],
        operator: String(owner.id),
        extensionBizId: held.id,
        extensionBizName: 'extract',
        blockBusiness: true,
        eventCode: INSTANCE_POINTS[operation],
        tenantId: tenant.id,
      },
    ])
    expect(await messages(NEWS[operation])).toEqual([])

    expect((await callBack(world.server, guard, held.messageId, 'OK')).status).toBe(200)
    expect(await detailOf(owner, held.id)).toMatchObject({ state: 'done' })
    expect(await read(first!)).toMatchObject(after)
    const [row] = await world.db.rows('select status, frozen from instances where id = $1', [first])
    expect(row).toMatchObject({ frozen: after.frozen })
    expect(
      (await logOf(first!)).map(({ action, operationId, user }) => ({ action, operationId, user: user?.id })),
    ).toEqual([{ action: operation, operationId: held.id, user: String(owner.id) }])
    expect(await messages(NEWS[operation])).toEqual([
      {
        eventCode: NEWS[operation],
        projectId: workspace.id,
        projectType: 'PROD',
        taskIds: [first],
        operator: String(owner.id),
        tenantId: tenant.id,
      },
    ])

    const next = await operate(operation, [second!])
    expect((await callBack(world.server, guard, next.messageId, 'FAIL')).status).toBe(200)
    expect(await detailOf(owner, next.id)).toMatchObject({ state: 'refused' })
    expect(await read(second!)).toMatchObject({ status: was.status, frozen: was.frozen, heldBy: [] })
    expect(await logOf(second!)).toEqual([])
    expect(await messages(NEWS[operation])).toHaveLength(1)
  })

  test.each(INSTANCE_OPERATIONS)(
    '%s that was withdrawn or has expired leaves everything as it was',
    async (operation) => {
      const { before } = CASES[operation]
      const [first, second] = await put([
        { nodeId: nodes.extract, ...before },
        { nodeId: nodes.report, ...before },
      ])
      const was = await read(first!)
      const withdrawn = await operate(operation, [first!])
      await withdraw(world.server.platform, await owner.caller(), withdrawn.id)
      const expired = await operate(operation, [second!])
      await world.db.rows(
        `with m as (update messages set expires_at = now() - interval '1 second' where operation_id = $1)
       update operations set held_until = now() - interval '1 second' where id = $1`,
        [expired.id],
      )
      await expire(world.server.platform)
      expect((await detailOf(owner, withdrawn.id)).state).toBe('withdrawn')
      expect((await detailOf(owner, expired.id)).state).toBe('refused')
      for (const id of [first!, second!])
        expect(await read(id)).toMatchObject({ status: was.status, frozen: was.frozen })
    },
  )
})

describe('Rule 15: an operation whose instances have moved on in a way that matters is stale and names them', () => {
  const stale = async (
    operation: InstanceOperation,
    given: Omit<GivenInstance, 'nodeId'>,
    meanwhile: (id: number) => Promise<unknown>,
  ) => {
    const [id, other] = await put([
      { nodeId: nodes.extract, ...given },
      { nodeId: nodes.report, ...given },
    ])
    const held = await operate(operation, [id!, other!])
    await meanwhile(id!)
    const [was] = await world.db.rows('select status, frozen from instances where id = $1', [other])
    await callBack(world.server, guard, held.messageId, 'OK')
    const ended = await detailOf(owner, held.id)
    expect(await world.db.rows('select status, frozen from instances where id = $1', [other])).toEqual([was])
    return { state: ended.state, codes: ended.reasons.map((one) => one.code), reason: ended.reason, id: id! }
  }
  const change = (set: string) => (id: number) => world.db.rows(`update instances set ${set} where id = $1`, [id])

  test('frozen by somebody else meanwhile', async () => {
    const found = await stale('freeze', { status: 'waiting-for-time' }, change('frozen = true'))
    expect(found).toMatchObject({ state: 'stale', codes: ['INSTANCES_CHANGED'] })
    expect(found.reason).toContain(`extract 2026-01-05 (${found.id}): frozen`)
  })
  test('what was to be terminated has ended', async () => {
    const found = await stale('terminate', { status: 'running' }, change('status = 6'))
    expect(found).toMatchObject({ state: 'stale', codes: ['INSTANCE_NOT_TERMINABLE'] })
  })
  test('what was to be terminated was rerun since', async () => {
    expect(await stale('terminate', { status: 'running' }, change('run_number = 2'))).toMatchObject({
      state: 'stale',
      codes: ['INSTANCES_CHANGED'],
    })
  })
  test.each(['rerun', 'set-success'] as const)('what had failed was rerun and has succeeded: %s', async (operation) => {
    const found = await stale(operation, { status: 'failed' }, change('status = 6, run_number = 2'))
    expect(found).toMatchObject({ state: 'stale', codes: ['INSTANCES_CHANGED'] })
    expect(found.reason).toContain('failed → succeeded')
  })
  test('it is gone', async () => {
    const found = await stale('freeze', { status: 'waiting-for-time' }, (id) =>
      world.db.rows('delete from instances where id = $1', [id]),
    )
    expect(found).toMatchObject({ state: 'stale', codes: ['INSTANCES_GONE'] })
  })
  test('what goes on by itself does not matter: what waits is terminated once it runs', async () => {
    const [id] = await put([{ nodeId: nodes.extract, status: 'waiting-for-resources' }])
    const held = await operate('terminate', [id!])
    await world.db.rows('update instances set status = 4, run_number = 1 where id = $1', [id])
    await callBack(world.server, guard, held.messageId, 'OK')
    expect((await detailOf(owner, held.id)).state).toBe('done')
    expect((await read(id!)).status).toBe('failed')
  })
})

describe('what an operation leaves behind', () => {
  test('rule 39: unfrozen before its turn it runs later, after it it has failed', async () => {
    const ids = await put([
      { nodeId: nodes.extract, status: 'running' },
      { nodeId: nodes.join, upstream: [0], frozen: true },
      { nodeId: nodes.report, status: 'waiting-for-resources', frozen: true },
    ])
    const held = await operate('unfreeze', ids.slice(1))
    await callBack(world.server, guard, held.messageId, 'OK')
    expect(await standing(ids)).toEqual(['running', 'not-run', 'failed'])
    for (const id of ids) expect((await read(id)).frozen).toBe(false)
  })

  test('an instance is rerun with those of its descendants that are named, each after what is upstream of it', async () => {
    const ids = await put([
      { nodeId: nodes.extract, status: 'succeeded' },
      { nodeId: nodes.join, status: 'succeeded', upstream: [0] },
      { nodeId: nodes.report, status: 'succeeded', upstream: [1] },
    ])
    const held = await operate('rerun', [ids[0]!, ids[1]!])
    expect((await messages('pre-rerun-instance'))[0]).toMatchObject({
      taskIds: [ids[0], ids[1]],
      extensionBizName: 'extract +1',
    })
    await callBack(world.server, guard, held.messageId, 'OK')
    expect(await standing(ids)).toEqual(['waiting-for-resources', 'not-run', 'succeeded'])
    expect((await read(ids[1]!)).waits).toEqual(['upstream'])
  })

  test('set to succeeded, what waits for it goes on', async () => {
    const ids = await put([
      { nodeId: nodes.extract, status: 'failed' },
      { nodeId: nodes.join, upstream: [0] },
    ])
    const held = await operate('set-success', [ids[0]!])
    await callBack(world.server, guard, held.messageId, 'OK')
    expect(await standing(ids)).toEqual(['succeeded', 'waiting-for-resources'])
  })

  test('rerun with the latest definition, it runs that', async () => {
    const [id] = await put([{ nodeId: nodes.extract, status: 'failed' }])
    await tenant.nodes(workspace, { extract: [] }, { content: 'select 2' })
    expect((await read(id!)).script.content).toBe('select 1')
    const held = await operate('rerun', [id!], { latest: true })
    await callBack(world.server, guard, held.messageId, 'OK')
    expect((await read(id!)).script.content).toBe('select 2')
  })
})

describe('rule 23: all of them or none, or each for itself where that is asked for', () => {
  test('one that cannot be frozen refuses all, by its name, and nothing is held', async () => {
    const ids = await put([{ nodeId: nodes.extract, frozen: true }, { nodeId: nodes.report }])
    const asked = operate('freeze', ids)
    await expect(asked).rejects.toThrow(`extract 2026-01-05 (${ids[0]})`)
    expect(await refusalCode(asked)).toBe('INSTANCE_ALREADY_FROZEN')
    expect(await refusalCode(operate('freeze', [ids[1]!, 1]))).toBe('INSTANCE_NOT_FOUND')
    expect(await messages('pre-freeze-instance')).toEqual([])
  })

  test('each for itself: those that can be are one operation, the others say why not', async () => {
    const ids = await put([
      { nodeId: nodes.extract, status: 'failed' },
      { nodeId: nodes.join, status: 'running' },
      { nodeId: nodes.report, status: 'failed', frozen: true },
      { nodeId: nodes.report, status: 'failed' },
    ])
    const { operation, results } = await owner.api.call('POST /workspaces/{workspaceId}/instance-operations/each', {
      params: here(),
      body: { operation: 'rerun', instanceIds: [...ids, 7] },
    })
    expect(operation).toMatchObject({ state: 'held' })
    expect(results.map(({ instanceId, state, refusal }) => [instanceId, state, refusal?.code ?? null])).toEqual([
      [ids[0], 'held', null],
      [ids[1], 'refused', 'INSTANCE_NOT_RERUNNABLE'],
      [ids[2], 'refused', 'INSTANCE_FROZEN'],
      [ids[3], 'held', null],
      [7, 'refused', 'INSTANCE_NOT_FOUND'],
    ])
    expect(results[2]!.refusal!.sentence).toBe(
      `A frozen instance does not run; unfreeze it first: report 2026-01-05 (${ids[2]}).`,
    )
    expect((await messages('pre-rerun-instance')).map((one) => one.taskIds)).toEqual([[ids[0], ids[3]]])
  })

  test('a thousand at once are one message', async () => {
    const [first] = await put([{ nodeId: nodes.extract }])
    await world.db.rows(
      `insert into instances (tenant_id, workspace_id, environment, node_id, node_version, dag_id, kind, bizdate, period_number, cycle_at, due_at, has_work, priority, resource_group_id)
       select tenant_id, workspace_id, environment, node_id, node_version, dag_id, kind, bizdate, period_number + n, cycle_at, due_at, has_work, priority, resource_group_id
       from instances cross join generate_series(1, 999) n where id = $1`,
      [first],
    )
    const rows = await world.db.rows<{ id: number }>('select id from instances where workspace_id = $1 order by id', [
      workspace.id,
    ])
    const ids = rows.map((row) => row.id)
    const held = await operate('freeze', ids)
    expect((await messages('pre-freeze-instance')).map((one) => one.taskIds)).toEqual([ids])
    await callBack(world.server, guard, held.messageId, 'OK')
    const [count] = await world.db.rows<{ frozen: number }>(
      'select count(*) filter (where frozen) as frozen from instances where id = any($1)',
      [ids],
    )
    expect(count).toEqual({ frozen: 1_000 })
  })
})

describe('consoles and schedulers hear of a change of instances', () => {
  const heard: Change[] = []
  let unsubscribe: () => void
  beforeEach(() => {
    heard.length = 0
    unsubscribe = world.server.platform.live.subscribe((change) => {
      if (change.kind === 'instance' && change.workspaceId === workspace.id) heard.push(change)
    })
  })
  afterEach(() => unsubscribe())
  const one = () => [{ kind: 'instance', tenantId: tenant.id, workspaceId: workspace.id, id: String(workspace.id) }]

  test('when an operation on them takes effect, and of nothing while it is held', async () => {
    const [id] = await put([{ nodeId: nodes.extract, status: 'failed' }])
    const held = await operate('rerun', [id!])
    expect([held.state, heard]).toEqual(['held', []])
    await callBack(world.server, guard, held.messageId, 'OK')
    expect(heard).toEqual(one())
  })

  test('when a dependency is taken away, a priority changes or a node is tested', async () => {
    const ids = await put([
      { nodeId: nodes.extract, status: 'failed' },
      { nodeId: nodes.join, upstream: [0] },
    ])
    const instanceParams = { ...here(), instanceId: ids[1]! }
    const changes = [
      () =>
        owner.api.call('POST /workspaces/{workspaceId}/instances/{instanceId}/remove-dependencies', {
          params: instanceParams,
          body: { upstreamInstanceIds: [ids[0]!] },
        }),
      () =>
        owner.api.call('POST /workspaces/{workspaceId}/instance-changes', {
          params: here(),
          body: { instanceIds: [ids[1]!], priority: 8 },
        }),
      () =>
        owner.api.call('POST /workspaces/{workspaceId}/smoke-tests', {
          params: here(),
          body: { nodeId: nodes.extract, bizdate: '2026-01-09' },
        }),
    ]
    for (const change of changes) {
      heard.length = 0
      await change()
      expect(heard).toEqual(one())
    }
  })
})

describe('what must not trigger creates no message that holds', () => {
  const holding = async () =>
    (
      await world.db.rows<{ count: number }>(
        `select count(*) as count from operations where workspace_id = $1 and (state = 'held' or status is not null)`,
        [workspace.id],
      )
    )[0]!.count

  test.each(INSTANCE_OPERATIONS)('%s in the development environment', async (operation) => {
    const dev = await tenant.nodes(workspace, { draft: [] }, { environment: 'DEV' })
    const { before, after } = CASES[operation]
    const [id] = await put([{ nodeId: dev.draft, ...before }], { environment: 'DEV' })
    expect((await operate(operation, [id!])).state).toBe('done')
    expect(await read(id!)).toMatchObject(after)
    expect(await messages(INSTANCE_POINTS[operation])).toEqual([])
    expect(await messages(NEWS[operation])).toMatchObject([{ projectType: 'DEV', taskIds: [id] }])
    expect(await holding()).toBe(0)
  })

  test.each(['smoke-test', 'manual', 'manual-workflow'] as const)(
    'any operation on an instance of a %s',
    async (kind) => {
      for (const operation of INSTANCE_OPERATIONS) {
        const [id] = await put([{ nodeId: nodes.extract, ...CASES[operation].before }], { kind })
        expect((await operate(operation, [id!])).state).toBe('done')
        expect(await messages(INSTANCE_POINTS[operation])).toEqual([])
      }
      expect(await holding()).toBe(0)
    },
  )

  test('a smoke test of a node, and the run of a manual node', async () => {
    await world.db.rows(`update nodes set trigger = 'manual' where id = $1`, [nodes.report])
    const body = { nodeId: nodes.extract, bizdate: '2026-01-09', parameters: 'region=cn day=$[yyyymmdd-1]' }
    const smoke = await owner.api.call('POST /workspaces/{workspaceId}/smoke-tests', { params: here(), body })
    const manual = await owner.api.call('POST /workspaces/{workspaceId}/manual-runs', {
      params: here(),
      body: { ...body, nodeId: nodes.report },
    })
    expect(await read(smoke.instanceIds[0]!)).toMatchObject({
      kind: 'smoke-test',
      bizdate: '2026-01-09',
      dagId: smoke.dagId,
      upstreamCount: 0,
      status: 'waiting-for-resources',
      parameters: [
        { name: 'region', value: 'cn', resolved: 'cn' },
        { name: 'day', value: '$[yyyymmdd-1]', resolved: '20260109' },
      ],
    })
    expect(await read(manual.instanceIds[0]!)).toMatchObject({ kind: 'manual', dagId: manual.dagId, upstreamCount: 0 })
    expect(await holding()).toBe(0)
    const log = await owner.api.call('GET /workspaces/{workspaceId}/nodes/{nodeId}/operation-log', {
      params: { ...here(), nodeId: nodes.extract },
    })
    expect(log.items.map((one) => one.action)).toEqual(['smoke-test', 'import'])
    expect(
      await refusalCode(owner.api.call('POST /workspaces/{workspaceId}/manual-runs', { params: here(), body })),
    ).toBe('NODE_NOT_MANUAL')
    expect(
      await refusalCode(
        owner.api.call('POST /workspaces/{workspaceId}/smoke-tests', {
          params: here(),
          body: { ...body, bizdate: '2026-02-30' },
        }),
      ),
    ).toBe('REQUEST_INVALID')
  })

  test('an automatic retry', async () => {
    const [id] = await put([{ nodeId: nodes.extract, status: 'failed' }])
    await world.db.transaction((tx) => settle(tx, { again: [{ id: id!, dueAt: null, retry: true }] }))
    expect(await read(id!)).toMatchObject({ status: 'waiting-for-resources', retries: 1 })
    for (const point of POINTS) expect(await messages(point)).toEqual([])
    expect(await holding()).toBe(0)
  })

  test('freezing a node in the development environment', async () => {
    await tenant.extension({ points: ['freeze-node'], enabledIn: [workspace] })
    const dev = await tenant.nodes(workspace, { draft: [] }, { environment: 'DEV' })
    const done = await owner.api.call('POST /workspaces/{workspaceId}/node-operations', {
      params: here(),
      body: { point: 'freeze-node', environment: 'DEV', nodeIds: [dev.draft] },
    })
    expect(done.state).toBe('done')
    expect(await messages('freeze-node')).toEqual([])
    expect(await holding()).toBe(0)
  })

  test('of a request for both kinds of instances, only the others are told of', async () => {
    const [smoke] = await put([{ nodeId: nodes.extract, status: 'failed' }], { kind: 'smoke-test' })
    const [scheduled] = await put([{ nodeId: nodes.report, status: 'failed' }])
    await operate('rerun', [smoke!, scheduled!])
    expect((await messages('pre-rerun-instance'))[0]).toMatchObject({
      taskIds: [scheduled],
      extensionBizName: 'report',
    })
  })
})

describe('what is done at once', () => {
  test('an instance no longer waits for what was taken away, and only for that', async () => {
    const ids = await put([
      { nodeId: nodes.extract, status: 'failed' },
      { nodeId: nodes.join, status: 'failed' },
      { nodeId: nodes.report, upstream: [0, 1] },
    ])
    const [extract, join, report] = ids as [number, number, number]
    const remove = (upstreamInstanceIds: number[]) =>
      owner.api.call('POST /workspaces/{workspaceId}/instances/{instanceId}/remove-dependencies', {
        params: { ...here(), instanceId: report },
        body: { upstreamInstanceIds },
      })
    expect(await refusalCode(remove([extract, report]))).toBe('INSTANCE_NOT_UPSTREAM')
    await remove([extract])
    expect(await read(report)).toMatchObject({ status: 'not-run', upstreamCount: 1, waits: ['upstream'] })
    await remove([join])
    expect(await read(report)).toMatchObject({ status: 'waiting-for-resources', upstreamCount: 0 })
    expect(await messages('delete-task-instance-dependencies')).toMatchObject([
      { appId: workspace.id, taskInstanceId: report, upstreamTaskInstanceIds: [extract], blockBusiness: false },
      { upstreamTaskInstanceIds: [join] },
    ])
    expect((await logOf(report)).map((one) => one.details)).toEqual([
      { upstreamInstanceIds: [join] },
      { upstreamInstanceIds: [extract] },
    ])
  })

  test('priority and resource group', async () => {
    const ids = await put([{ nodeId: nodes.extract }, { nodeId: nodes.report }])
    const change = (body: { priority?: number; resourceGroupId?: number }) =>
      owner.api.call('POST /workspaces/{workspaceId}/instance-changes', {
        params: here(),
        body: { instanceIds: [...ids], ...body },
      })
    const other = await world.tenant()
    const [foreign] = await world.db.rows<{ id: number }>('select id from resource_groups where tenant_id = $1', [
      other.id,
    ])
    const [group] = await world.db.rows<{ id: number }>(
      `insert into resource_groups (tenant_id, identifier, name, slots) values ($1, 'large', 'Large', 2) returning id`,
      [tenant.id],
    )
    await change({ priority: 8, resourceGroupId: group!.id })
    expect(await read(ids[0]!)).toMatchObject({
      priority: 8,
      resourceGroup: { name: 'Large', slots: 2, slotsTaken: 0 },
    })
    expect(await refusalCode(change({ priority: 2 }))).toBe('REQUEST_INVALID')
    expect(await refusalCode(change({}))).toBe('REQUEST_INVALID')
    expect(await refusalCode(change({ resourceGroupId: foreign!.id }))).toBe('NOT_FOUND')
  })
})

describe('a forced rerun', () => {
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
  const chain = (status: readonly [InstanceStatus, InstanceStatus, InstanceStatus], bizdate = yesterday) =>
    put(
      [
        { nodeId: nodes.extract, status: status[0] },
        { nodeId: nodes.join, status: status[1], upstream: [0] },
        { nodeId: nodes.report, status: status[2], upstream: [1] },
      ],
      { bizdate },
    )
  const pass = async (held: { messageId: string | null }) => callBack(world.server, guard, held.messageId, 'OK')

  test('is one all the same: it is held where reruns are (rule 1), and starts what runs anew', async () => {
    const [id] = await put([{ nodeId: nodes.extract, status: 'running' }])
    expect(await refusalCode(operate('rerun', [id!]))).toBe('INSTANCE_NOT_RERUNNABLE')
    const held = await operate('rerun', [id!], { force: 'this-one' })
    expect(held.state).toBe('held')
    await pass(held)
    expect(await read(id!)).toMatchObject({ status: 'waiting-for-resources' })
  })

  test('with what follows: all of it is to run again, what runs is stopped, and there is one at a time in a tenant', async () => {
    const ids = await chain(['succeeded', 'running', 'succeeded'])
    const held = await operate('rerun', [ids[0]!], { force: 'with-downstream' })
    expect((await messages('pre-rerun-instance'))[0]!.taskIds).toEqual(ids)
    await pass(held)
    expect((await detailOf(owner, held.id)).state).toBe('done')
    expect(await standing(ids)).toEqual(['waiting-for-resources', 'not-run', 'not-run'])
    const [again] = await chain(
      ['failed', 'not-run', 'not-run'],
      new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10),
    )
    expect(await refusalCode(operate('rerun', [again!], { force: 'with-downstream' }))).toBe('FORCED_RERUN_UNDER_WAY')
    await world.db.transaction((tx) => settle(tx, { failed: [ids[0]!] }))
    expect((await operate('rerun', [again!], { force: 'with-downstream' })).state).toBe('held')
  })

  test('of an older date, of several, or where a node of it lets itself not be rerun: refused', async () => {
    const old = await chain(['failed', 'not-run', 'not-run'], '2026-01-01')
    expect(await refusalCode(operate('rerun', [old[0]!], { force: 'with-downstream' }))).toBe('FORCED_RERUN_DATE')
    const ids = await chain(['failed', 'not-run', 'not-run'])
    expect(await refusalCode(operate('rerun', [ids[0]!, ids[1]!], { force: 'with-downstream' }))).toBe(
      'FORCED_RERUN_ONE',
    )
    await world.db.rows(
      `update node_versions set definition = definition || '{"rerunMode": "all-denied"}' where node_id = $1`,
      [nodes.report],
    )
    expect(await refusalCode(operate('rerun', [ids[0]!], { force: 'with-downstream' }))).toBe('INSTANCE_RERUN_DENIED')
    expect(await refusalCode(operate('freeze', [ids[0]!], { force: 'this-one' }))).toBe('REQUEST_INVALID')
  })

  test('with what follows, it is for administrators', async () => {
    const ids = await chain(['failed', 'not-run', 'not-run'])
    const operator = await tenant.person([], { [workspace.id]: ['operator'] })
    const administrator = await tenant.person([], { [workspace.id]: ['administrator'] })
    expect(await refusalCode(operate('rerun', [ids[0]!], { force: 'with-downstream', by: operator }))).toBe('FORBIDDEN')
    expect((await operate('rerun', [ids[0]!], { force: 'with-downstream', by: administrator })).state).toBe('held')
  })

  test.each(['this', 'another'] as const)(
    'with what follows, it is refused when whoever asked does not administer %s workspace of it any more by then',
    async (which) => {
      const other = await tenant.workspace()
      const elsewhere = await tenant.nodes(other, { mart: [] })
      const ids = await chain(['failed', 'not-run', 'not-run'])
      const [mart] = await put([{ nodeId: elsewhere.mart }], { workspace: other, bizdate: yesterday })
      await world.db.rows('insert into instance_edges (from_id, to_id) values ($1, $2)', [ids[2], mart])
      const administrator = await tenant.person([], {
        [workspace.id]: ['administrator'],
        [other.id]: ['administrator'],
      })
      const held = await operate('rerun', [ids[0]!], { force: 'with-downstream', by: administrator })
      const lost = which === 'this' ? workspace.id : other.id
      await putMember(world.db, lost, administrator.id, ['operator'])
      await pass(held)
      expect(await detailOf(owner, held.id)).toMatchObject({
        state: 'refused',
        reasons: [{ code: 'REQUESTER_NOT_ALLOWED' }],
      })
      expect(await standing(ids)).toEqual(['failed', 'not-run', 'not-run'])
    },
  )
})
