// Data backfills from the request to the instances: held by a real extension, with the effect read back from the tables.
import { BACKFILL_MODES, type BackfillMode } from '@holdpoint/core'
import { HoldpointError } from '@holdpoint/sdk'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  callBack,
  detailOf,
  type Extension,
  flowSpec,
  type Person,
  refusalCode,
  startWorld,
  type Tenant,
  until,
  type Workspace,
  type World,
} from '../../../../test/world.ts'
import { expire } from '../../gate/expire.ts'

// Each test sets up a tenant with two workspaces, and waits for what is created by itself.
vi.setConfig({ testTimeout: 120_000 })

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.stop())

/** Creating is asked for by a timer of the server. */
const PATIENCE = { timeout: 60_000, interval: 50 } as const

type Given = Parameters<Person['api']['call']>[1] & object
type Request = Record<string, unknown>

/** a → b → c → d in one workspace, a → e beside it, f alone; g in another workspace waits for b, and h here for g. */
async function shop(points: readonly string[] | null = null) {
  const tenant = await world.tenant()
  const workspace = await tenant.workspace()
  const other = await tenant.workspace()
  const upstream = { a: [], b: ['a'], c: ['b'], d: ['c'], e: ['a'], f: [] }
  const ids = await tenant.nodes(workspace, upstream)
  const g = await waitingFor(tenant, other, 'g', `${workspace.identifier}.b`)
  const h = await waitingFor(tenant, workspace, 'h', `${other.identifier}.g`)
  const extension = points === null ? null : await tenant.extension({ points, enabledIn: [workspace] })
  const operator = await tenant.person([], { [workspace.id]: ['operator'], [other.id]: ['operator'] })
  return { tenant, workspace, other, ids: { ...ids, g, h }, extension: extension as Extension, operator }
}
type Shop = Awaited<ReturnType<typeof shop>>

/** Imports a node that waits for an output, wherever that is produced. */
async function waitingFor(tenant: Tenant, workspace: Workspace, name: string, output: string, cron?: string) {
  const flowspec = flowSpec(workspace, { [name]: [] }) as { spec: { nodes: Record<string, unknown>[] } }
  const [node] = flowspec.spec.nodes
  node!.inputs = { nodeOutputs: [{ data: output, artifactType: 'NodeOutput' }] }
  if (cron !== undefined) node!.trigger = { type: 'Scheduler', cron }
  const { created } = await tenant.owner.api.call('POST /workspaces/{workspaceId}/flowspec-imports', {
    params: { workspaceId: workspace.id },
    body: { environment: 'PROD', flowspec },
  })
  return created[0]!.id
}

const DATES = [{ start: '2026-10-01', end: '2026-10-02' }]
const requestOf = (more: Request) => ({ name: 'again', dates: DATES, ...more }) as never

const askFor = (person: Person, workspace: Workspace, more: Request) =>
  person.api.call('POST /workspaces/{workspaceId}/backfills', {
    params: { workspaceId: workspace.id },
    body: requestOf(more),
  } as Given as never)
const preview = (person: Person, workspace: Workspace, more: Request) =>
  person.api.call('POST /workspaces/{workspaceId}/backfill-previews', {
    params: { workspaceId: workspace.id },
    body: requestOf(more),
  })
const read = (person: Person, workspace: Workspace, backfillId: number) =>
  person.api.call('GET /workspaces/{workspaceId}/backfills/{backfillId}', {
    params: { workspaceId: workspace.id, backfillId },
  })
const doIt = (
  person: Person,
  workspace: Workspace,
  backfillId: number,
  verb: 'start' | 'pause' | 'resume' | 'cancel' | 'rerun-failed',
) =>
  person.api.call(`POST /workspaces/{workspaceId}/backfills/{backfillId}/${verb}`, {
    params: { workspaceId: workspace.id, backfillId },
  })

const backfillsIn = (workspace: Workspace) =>
  world.db.rows<{ id: number; state: string }>('select id, state from backfills where workspace_id = $1 order by id', [
    workspace.id,
  ])

/** Once it has been created, its instances as `date node`, with a star where it is a dry run. */
async function created({ ids }: Pick<Shop, 'ids'>, backfillId: number): Promise<string[]> {
  await expect
    .poll(async () => {
      const [row] = await world.db.rows<{ state: string }>('select state from backfills where id = $1', [backfillId])
      return row!.state
    }, PATIENCE)
    .not.toBe('creating')
  const names = new Map(Object.entries(ids).map(([name, id]) => [id, name]))
  const rows = await world.db.rows<{ bizdate: string; node_id: number; task_type: number }>(
    `select i.bizdate::text as bizdate, i.node_id, i.task_type from dags d join instances i on i.dag_id = d.id
     where d.backfill_id = $1 order by i.bizdate, i.node_id`,
    [backfillId],
  )
  return rows.map((row) => `${row.bizdate.slice(-2)} ${names.get(row.node_id)}${row.task_type === 3 ? '*' : ''}`).sort()
}
const onBoth = (...nodes: string[]) => ['01', '02'].flatMap((day) => nodes.map((node) => `${day} ${node}`)).sort()

const later = (person: Person, operationId: string) =>
  until(
    world.server,
    () => detailOf(person, operationId),
    (detail) => detail.state !== 'held',
  )
const messageOf = async (operationId: string) => {
  const [row] = await world.db.rows<{ body: string }>('select body from messages where operation_id = $1', [
    operationId,
  ])
  return JSON.parse(row!.body)
}

/** Of each mode a request, and what it comes to. */
const MODES: Readonly<
  Record<BackfillMode, (ids: Shop['ids']) => { readonly request: Request; readonly comes: readonly string[] }>
> = {
  current: ({ b }) => ({ request: { mode: 'current', rootNodeIds: [b] }, comes: ['b'] }),
  descendants: ({ a, c, d }) => ({
    request: { mode: 'descendants', rootNodeIds: [a], includeNodeIds: [c], excludeNodeIds: [d] },
    comes: ['a', 'b*', 'c', 'd*'],
  }),
  massive: ({ a, c }) => ({
    request: { mode: 'massive', rootNodeIds: [a], excludeNodeIds: [c] },
    comes: ['a', 'b', 'c*', 'd', 'e', 'g', 'h'],
  }),
  advanced: ({ f, a, e }) => ({ request: { mode: 'advanced', rootNodeIds: [f, a, e] }, comes: ['a', 'e', 'f'] }),
  chain: ({ a, d }) => ({
    request: { mode: 'chain', rootNodeIds: [a], includeNodeIds: [d] },
    comes: ['a', 'b', 'c', 'd'],
  }),
}

describe.each(BACKFILL_MODES)('Rule 40, mode %s: one operation, held as a whole', (mode) => {
  test('passed: instances of exactly the selected nodes and dates, and not before', async () => {
    const here = await shop(['backfill-data'])
    const { request, comes } = MODES[mode](here.ids)
    const { operation, backfillId } = await askFor(here.operator, here.workspace, request)
    expect(operation).toMatchObject({ state: 'held', eventCode: 'backfill-data', objectName: 'again' })
    expect(backfillId).toBeNull()
    expect(await backfillsIn(here.workspace)).toEqual([])
    const idOf = (name: string) => here.ids[name.replace('*', '') as keyof Shop['ids']]
    const ascending = (names: readonly string[]) => names.map(idOf).sort((x, y) => x - y)
    const body = await messageOf(operation.id)
    expect(body).toEqual({
      name: 'again',
      rootNodeId: (request.rootNodeIds as number[])[0],
      rootNodeProjectId: here.workspace.id,
      includeNodeIds: ascending(comes.filter((name) => !name.endsWith('*'))),
      excludeNodeIds: ascending(comes.filter((name) => name.endsWith('*'))),
      multipleTimePeriods: '[{"bizBeginTime":"2026-10-01","bizEndTime":"2026-10-02"}]',
      useMultipleTimePeriods: true,
      isParallel: false,
      parallelGroup: 1,
      startFutureInstanceImmediately: false,
      order: 'asc',
      tenantId: here.tenant.id,
      projectId: here.workspace.id,
      operator: String(here.operator.id),
      extensionBizId: operation.id,
      eventCode: 'backfill-data',
      blockBusiness: true,
    })
    await callBack(world.server, here.extension, operation.messageId, 'OK')
    expect((await detailOf(here.operator, operation.id)).state).toBe('done')
    const [row] = await backfillsIn(here.workspace)
    expect(await created(here, row!.id)).toEqual(onBoth(...comes))
    expect(await backfillsIn(here.workspace)).toEqual([{ id: row!.id, state: 'running' }])
  })

  test('blocked: nothing is there, nor comes later', async () => {
    const here = await shop(['backfill-data'])
    const { operation } = await askFor(here.operator, here.workspace, MODES[mode](here.ids).request)
    await callBack(world.server, here.extension, operation.messageId, 'FAIL')
    expect((await later(here.operator, operation.id)).state).toBe('refused')
    expect(await backfillsIn(here.workspace)).toEqual([])
  })

  test('expired, withdrawn or stale: nothing is there', async () => {
    const here = await shop(['backfill-data'])
    const { request } = MODES[mode](here.ids)
    const first = (await askFor(here.operator, here.workspace, request)).operation
    await here.operator.api.call('POST /operations/{operationId}/withdraw', { params: { operationId: first.id } })
    expect((await detailOf(here.operator, first.id)).state).toBe('withdrawn')

    const second = (await askFor(here.operator, here.workspace, request)).operation
    await world.db.rows(`update messages set expires_at = now() - interval '1 second' where operation_id = $1`, [
      second.id,
    ])
    await world.db.rows(`update operations set held_until = now() - interval '1 second' where id = $1`, [second.id])
    await expire(world.server.platform)
    expect((await later(here.operator, second.id)).state).toBe('refused')

    const third = (await askFor(here.operator, here.workspace, request)).operation
    const root = (request.rootNodeIds as number[])[0]
    await world.db.rows('update nodes set unpublished_at = now() where id = $1', [root])
    await callBack(world.server, here.extension, third.messageId, 'OK')
    const ended = await later(here.operator, third.id)
    expect(ended).toMatchObject({ state: 'stale', reasons: [{ code: 'NODES_UNPUBLISHED' }] })
    expect(await backfillsIn(here.workspace)).toEqual([])
  })
})

describe('Rule 15: what matters while a backfill is held', () => {
  test('new definitions do not, and what takes effect runs them; nor does a dry run that was unpublished', async () => {
    const here = await shop(['backfill-data'])
    const { operation } = await askFor(here.operator, here.workspace, {
      mode: 'massive',
      rootNodeIds: [here.ids.a],
      excludeNodeIds: [here.ids.d, here.ids.h],
    })
    await here.tenant.nodes(here.workspace, { b: ['a'] }, { content: 'select 2' })
    await world.db.rows('update nodes set unpublished_at = now() where id = $1', [here.ids.d])
    await callBack(world.server, here.extension, operation.messageId, 'OK')
    expect((await later(here.operator, operation.id)).state).toBe('done')
    const [row] = await backfillsIn(here.workspace)
    expect(await created(here, row!.id)).toEqual(onBoth('a', 'b', 'c', 'e', 'g', 'h*'))
    const versions = await world.db.rows<{ node_version: number }>(
      'select distinct i.node_version from instances i join dags d on d.id = i.dag_id where d.backfill_id = $1 and i.node_id = $2',
      [row!.id, here.ids.b],
    )
    expect(versions).toEqual([{ node_version: 2 }])
  })

  test('whoever asked may no longer operate on all that is to run', async () => {
    const here = await shop(['backfill-data'])
    const { operation } = await askFor(here.operator, here.workspace, { mode: 'massive', rootNodeIds: [here.ids.a] })
    await here.tenant.owner.api.call('DELETE /workspaces/{workspaceId}/members/{userId}', {
      params: { workspaceId: here.other.id, userId: here.operator.id },
    })
    await callBack(world.server, here.extension, operation.messageId, 'OK')
    expect(await later(here.operator, operation.id)).toMatchObject({
      state: 'stale',
      reasons: [{ code: 'BACKFILL_RIGHTS_LOST', details: { nodes: [`g (${here.ids.g})`] } }],
    })
    expect(await backfillsIn(here.workspace)).toEqual([])
  })
})

describe('Rule 40: the right to operate on every node that is to run', () => {
  test('a node between gets a dry run, and the preview says so first', async () => {
    const { tenant, workspace, ids } = await shop()
    const person = await tenant.person([], { [workspace.id]: ['operator'] })
    const request = { mode: 'massive', rootNodeIds: [ids.a] }
    const seen = await preview(person, workspace, request)
    expect(seen).toMatchObject({
      nodeCount: 6,
      dryRunCount: 1,
      instanceCount: 14,
      gaps: { count: 1, nodes: [{ id: ids.g, name: 'g' }] },
      refused: { count: 0 },
      refusal: null,
      asked: [],
    })
    expect(seen.nodes.find((one) => one.id === ids.g)?.dryRun).toBe('not-allowed')
    const { backfillId } = await askFor(person, workspace, request)
    expect(await created({ ids }, backfillId!)).toEqual(onBoth('a', 'b', 'c', 'd', 'e', 'g*', 'h'))
  })

  test('without it on a target nothing is asked for, and the preview says so first', async () => {
    const { tenant, workspace, ids } = await shop()
    const person = await tenant.person([], { [workspace.id]: ['operator'] })
    const request = { mode: 'massive', rootNodeIds: [ids.a], excludeNodeIds: [ids.h] }
    expect(await preview(person, workspace, request)).toMatchObject({
      refused: { count: 1, nodes: [{ id: ids.g, name: 'g' }] },
      refusal: { code: 'BACKFILL_NOT_ALLOWED' },
    })
    expect(await refusalCode(askFor(person, workspace, request))).toBe('BACKFILL_NOT_ALLOWED')
    expect(await backfillsIn(workspace)).toEqual([])
  })
})

describe('Rules 4 and 41: what is not held', () => {
  test('a backfill in the development environment takes effect at once, and there is no message about it', async () => {
    const here = await shop(['backfill-data'])
    const receiver = await world.receiver()
    await here.tenant.route(here.workspace, receiver.url)
    const ids = await here.tenant.nodes(here.workspace, { a: [], b: ['a'] }, { environment: 'DEV' })
    const { operation, backfillId } = await askFor(here.operator, here.workspace, {
      environment: 'DEV',
      mode: 'massive',
      rootNodeIds: [ids.a],
    })
    expect(operation).toMatchObject({ state: 'done', status: null, messageId: null })
    expect(await created({ ids } as never, backfillId!)).toEqual(onBoth('a', 'b'))
    const messages = await world.db.rows('select from messages where workspace_id = $1', [here.workspace.id])
    expect(messages).toEqual([])
  })

  test('where no extension watches it takes effect at once', async () => {
    const here = await shop(['freeze-node'])
    const { operation, backfillId } = await askFor(here.operator, here.workspace, { rootNodeIds: [here.ids.f] })
    expect(operation.state).toBe('done')
    expect(await created(here, backfillId!)).toEqual(onBoth('f'))
  })
})

test('Rule 24: the same request while it is held is the same operation; another one is not, although it is on the same nodes', async () => {
  const { operator, workspace, ids } = await shop(['backfill-data'])
  const request = { mode: 'advanced', rootNodeIds: [ids.a, ids.b] }
  const first = await askFor(operator, workspace, request)
  const again = await askFor(operator, workspace, { ...request, rootNodeIds: [ids.b, ids.a] })
  expect(again.operation.id).toBe(first.operation.id)
  const other = await askFor(operator, workspace, { ...request, order: 'desc' })
  expect(other.operation.id).not.toBe(first.operation.id)
})

test('the preview names the extensions that would be asked', async () => {
  const { operator, workspace, ids, extension } = await shop(['backfill-data'])
  const seen = await preview(operator, workspace, { rootNodeIds: [ids.a] })
  expect(seen.asked).toMatchObject([{ extensionCode: extension.code, version: 1 }])
  expect((await preview(operator, workspace, { rootNodeIds: [ids.a], name: 'other' })).asked).toHaveLength(1)
})

describe('the check beforehand', () => {
  const analysis = { enabled: true, blocked: true }

  test('finds frozen nodes and upstream data that is missing, and refuses where it is to', async () => {
    const { operator, workspace, ids } = await shop()
    await world.db.rows(`update nodes set recurrence = 'pause' where id = $1`, [ids.c])
    const request = { mode: 'descendants', rootNodeIds: [ids.b], includeNodeIds: [ids.c] }
    const seen = await preview(operator, workspace, { ...request, analysis })
    expect(seen.frozen).toMatchObject({ count: 1, nodes: [{ id: ids.c }] })
    expect(seen.findings).toMatchObject([
      { code: 'frozen', nodes: [{ id: ids.c }] },
      { code: 'upstream-missing', nodes: [{ id: ids.a }] },
    ])
    expect(seen.refusal?.code).toBe('BACKFILL_ANALYSIS')
    expect(await refusalCode(askFor(operator, workspace, { ...request, analysis }))).toBe('BACKFILL_ANALYSIS')
    expect(await backfillsIn(workspace)).toEqual([])
    const only = { enabled: true, blocked: false }
    expect((await askFor(operator, workspace, { ...request, analysis: only })).operation.state).toBe('done')
  })

  test('finds nothing where nothing stands in its way', async () => {
    const { operator, workspace, ids } = await shop()
    const seen = await preview(operator, workspace, { mode: 'massive', rootNodeIds: [ids.a], analysis })
    expect(seen).toMatchObject({ findings: [], refusal: null })
  })
})

describe('bad input is refused before anything is written, each fault beside its member', () => {
  const many = Array.from({ length: 8 }, () => ({ start: '2026-10-01', end: '2026-10-01' }))
  const faults: readonly (readonly [string, string, (ids: Shop['ids'], of: Shop) => Request])[] = [
    ['BACKFILL_NODES_EMPTY', 'rootNodeIds', () => ({})],
    ['BACKFILL_NAME_INVALID', 'name', ({ a }) => ({ rootNodeIds: [a], name: '' })],
    ['BACKFILL_RANGES_INVALID', 'dates', ({ a }) => ({ rootNodeIds: [a], dates: many })],
    [
      'BACKFILL_DATE_ABSENT',
      'dates.0.start',
      ({ a }) => ({ rootNodeIds: [a], dates: [{ start: '2026-02-30', end: '2026-03-01' }] }),
    ],
    [
      'BACKFILL_DATES_REVERSED',
      'dates.0.end',
      ({ a }) => ({ rootNodeIds: [a], dates: [{ start: '2026-03-02', end: '2026-03-01' }] }),
    ],
    ['BACKFILL_WINDOW_HALF', 'window.endTime', ({ a }) => ({ rootNodeIds: [a], window: { startTime: '01:00:00' } })],
    ['BACKFILL_GROUPS_INVALID', 'groups', ({ a }) => ({ rootNodeIds: [a], groups: 11 })],
    ['BACKFILL_PRIORITY_INVALID', 'priority', ({ a }) => ({ rootNodeIds: [a], priority: 0 })],
    ['NODE_NOT_FOUND', 'rootNodeIds', () => ({ rootNodeIds: [999_999_999] })],
    ['BACKFILL_PARAMETERS_OF_NONE', 'parameters.7', ({ a }) => ({ rootNodeIds: [a], parameters: { '7': 'x=1' } })],
    ['BACKFILL_ELSEWHERE', 'rootNodeIds', ({ g }) => ({ rootNodeIds: [g] })],
    ['NOT_FOUND', 'resourceGroup', ({ a }) => ({ rootNodeIds: [a], resourceGroup: 'nowhere' })],
    [
      'WORKSPACE_NOT_FOUND',
      'includeWorkspaceIds',
      ({ a }) => ({ mode: 'massive', rootNodeIds: [a], includeWorkspaceIds: [999_999_999] }),
    ],
    ['BACKFILL_NO_CHAIN', 'rootNodeIds', ({ a, d }) => ({ mode: 'chain', rootNodeIds: [d], includeNodeIds: [a] })],
    ['BACKFILL_EMPTY', 'excludeNodeIds', ({ a }) => ({ mode: 'advanced', rootNodeIds: [a], excludeNodeIds: [a] })],
    [
      'BACKFILL_OUTSIDE',
      'includeNodeIds',
      ({ a, f }) => ({ mode: 'descendants', rootNodeIds: [a], includeNodeIds: [f] }),
    ],
  ]
  let here: Shop
  beforeAll(async () => {
    here = await shop(['backfill-data'])
  })

  test.each(faults)('%s at %s', async (code, field, request) => {
    for (const ask of [askFor, preview]) {
      const error = await ask(here.operator, here.workspace, request(here.ids, here)).then(
        () => null,
        (thrown) => thrown,
      )
      expect(error).toBeInstanceOf(HoldpointError)
      const { code: found, errors } = (error as HoldpointError).problem
      expect([found, errors?.[0]?.path]).toEqual([code, `body.${field}`])
    }
    expect(await backfillsIn(here.workspace)).toEqual([])
    const operations = await world.db.rows('select from operations where workspace_id = $1', [here.workspace.id])
    expect(operations).toEqual([])
  })

  test('a node of another tenant is none that is there', async () => {
    const stranger = await shop()
    expect(await refusalCode(askFor(here.operator, here.workspace, { rootNodeIds: [stranger.ids.a] }))).toBe(
      'NODE_NOT_FOUND',
    )
  })

  test('a node removed meanwhile, and a node that only people start', async () => {
    const { operator, workspace, ids } = await shop()
    await world.db.rows('update nodes set unpublished_at = now() where id = $1', [ids.f])
    expect(await refusalCode(askFor(operator, workspace, { rootNodeIds: [ids.f] }))).toBe('NODE_NOT_FOUND')
    await world.db.rows(`update nodes set trigger = 'manual' where id = $1`, [ids.e])
    expect(await refusalCode(askFor(operator, workspace, { rootNodeIds: [ids.e] }))).toBe('BACKFILL_MANUAL_NODES')
  })

  test('ten million instances', async () => {
    const { tenant, operator, workspace } = await shop()
    const node = await waitingFor(tenant, workspace, 'every_minute', `${workspace.identifier}.a`, '00 * * * * ?')
    const dates = [{ start: '2001-01-01', end: '2020-12-31' }]
    expect(await refusalCode(askFor(operator, workspace, { rootNodeIds: [node], dates }))).toBe('BACKFILL_TOO_LARGE')
    expect(await backfillsIn(workspace)).toEqual([])
  })
})

describe('options', () => {
  test('groups, order, priority, resource group, parameters and a window reach the instances', async () => {
    const { tenant, operator, workspace } = await shop()
    const node = await waitingFor(tenant, workspace, 'hourly', `${workspace.identifier}.a`, '00 00 * * * ?')
    const [group] = await world.db.rows<{ id: number }>(
      `insert into resource_groups (tenant_id, identifier, name, slots) values ($1, 'night', 'Night', 2) returning id`,
      [tenant.id],
    )
    const { backfillId } = await askFor(operator, workspace, {
      rootNodeIds: [node],
      dates: [{ start: '2026-10-01', end: '2026-10-03' }],
      order: 'desc',
      groups: 2,
      priority: 11,
      resourceGroup: 'night',
      parameters: { [node]: 'region=cn' },
      window: { startTime: '02:00:00', endTime: '04:30:00' },
    })
    await created({ ids: {} } as never, backfillId!)
    const seen = await read(operator, workspace, backfillId!)
    expect(seen).toMatchObject({ instanceCount: 9, nodeCount: 1, dryRunCount: 0, state: 'running' })
    // Of each group the first date has its turn.
    expect(seen.dags.map((one) => [one.bizdate, one.line, one.counts.notRun])).toEqual([
      ['2026-10-03', 0, 0],
      ['2026-10-02', 1, 0],
      ['2026-10-01', 0, 3],
    ])
    const rows = await world.db.rows(
      `select distinct i.priority, i.resource_group_id as group_id, i.cycle_at::time::text as at, d.parameters
       from instances i join dags d on d.id = i.dag_id where d.backfill_id = $1 order by 3`,
      [backfillId],
    )
    const same = { priority: 8, group_id: group!.id, parameters: { [node]: 'region=cn' } }
    expect(rows).toEqual(['02:00:00', '03:00:00', '04:00:00'].map((at) => ({ ...same, at })))
  })

  test('dates of the future wait for their time unless they are to run at once', async () => {
    const { operator, workspace, ids } = await shop()
    const dates = [{ start: '2999-01-01', end: '2999-01-01' }]
    const statuses = async (more: Request) => {
      const { backfillId } = await askFor(operator, workspace, { rootNodeIds: [ids.f], dates, ...more })
      await created({ ids } as never, backfillId!)
      return (await read(operator, workspace, backfillId!)).counts
    }
    expect(await statuses({})).toMatchObject({ waiting: 1 })
    const [early] = await world.db.rows<{ due: boolean }>(
      `select due_at > now() as due from instances where node_id = $1 order by id`,
      [ids.f],
    )
    expect(early!.due).toBe(true)
    await statuses({ startsFutureNow: true })
    const [last] = await world.db.rows<{ due: boolean }>(
      `select due_at > now() as due from instances where node_id = $1 order by id desc limit 1`,
      [ids.f],
    )
    expect(last!.due).toBe(false)
  })
})

describe('what is done with a backfill that is there', () => {
  const turns = async (backfillId: number) =>
    (
      await world.db.rows<{ n: number }>(
        `select count(*) as n from instances i join dags d on d.id = i.dag_id where d.backfill_id = $1 and i.awaits_turn`,
        [backfillId],
      )
    )[0]!.n

  test('created without starting, started, paused, resumed and cancelled; each is on record', async () => {
    const { operator, workspace, ids } = await shop()
    const { backfillId: id } = await askFor(operator, workspace, { rootNodeIds: [ids.a], starts: false })
    await created({ ids } as never, id!)
    expect(await turns(id!)).toBe(2)
    expect((await read(operator, workspace, id!)).may).toEqual(['start', 'cancel'])
    const states = []
    for (const verb of ['start', 'pause', 'resume', 'cancel'] as const)
      states.push((await doIt(operator, workspace, id!, verb)).backfill.state)
    expect(states).toEqual(['running', 'paused', 'running', 'cancelled'])
    expect(await turns(id!)).toBe(1)
    expect(await refusalCode(doIt(operator, workspace, id!, 'start'))).toBe('BACKFILL_STATE')
    const { log } = await read(operator, workspace, id!)
    expect(log.map((one) => one.action)).toEqual(['cancel', 'resume', 'pause', 'start', 'create', 'backfill'])
  })

  test('while it is paused none of its runs starts anything, and resumed they do', async () => {
    const { operator, workspace, ids } = await shop()
    const { backfillId: id } = await askFor(operator, workspace, { rootNodeIds: [ids.a], groups: 2 })
    await created({ ids } as never, id!)
    await doIt(operator, workspace, id!, 'pause')
    expect((await read(operator, workspace, id!)).dags.map((one) => one.paused)).toEqual([true, true])
    await doIt(operator, workspace, id!, 'resume')
    expect((await read(operator, workspace, id!)).dags.map((one) => one.paused)).toEqual([false, false])
  })

  test('cancelled, what waits for its time or for resources never runs', async () => {
    const { operator, workspace, ids } = await shop()
    const { backfillId: id } = await askFor(operator, workspace, { mode: 'massive', rootNodeIds: [ids.a] })
    await created({ ids } as never, id!)
    await doIt(operator, workspace, id!, 'cancel')
    expect(await read(operator, workspace, id!)).toMatchObject({
      state: 'cancelled',
      counts: { waiting: 0, failed: 1, notRun: 13 },
      may: [],
    })
  })
})

describe('Rule 1: what terminates instances or runs them again goes through the gate as well', () => {
  const statusOf = async (backfillId: number, status: number) => {
    const [row] = await world.db.rows<{ n: number }>(
      `select count(*) as n from instances i join dags d on d.id = i.dag_id where d.backfill_id = $1 and i.status = $2`,
      [backfillId, status],
    )
    return row!.n
  }
  /** A backfill whose one instance that could start is in this status by now. */
  async function standing(points: readonly string[], status: number) {
    const here = await shop(points)
    const { backfillId: id } = await askFor(here.operator, here.workspace, { rootNodeIds: [here.ids.a] })
    await created(here, id!)
    await world.db.rows(
      `update instances i set status = $2, run_number = 1 from dags d where d.id = i.dag_id and d.backfill_id = $1 and not i.awaits_turn`,
      [id, status],
    )
    return { ...here, id: id! }
  }

  test('cancelled, what runs is terminated once extensions have let that pass; nothing else starts meanwhile', async () => {
    const { operator, workspace, extension, id } = await standing(['pre-kill-instance'], 4)
    const { backfill, operations } = await doIt(operator, workspace, id, 'cancel')
    expect(backfill.state).toBe('cancelled')
    expect(operations).toMatchObject([{ state: 'held', eventCode: 'pre-kill-instance' }])
    expect((await read(operator, workspace, id)).dags.map((one) => one.paused)).toEqual([true, true])
    expect(await statusOf(id, 4)).toBe(1)
    await callBack(world.server, extension, operations[0]!.messageId, 'OK')
    expect((await later(operator, operations[0]!.id)).state).toBe('done')
    expect([await statusOf(id, 4), await statusOf(id, 5)]).toEqual([0, 1])
    expect((await read(operator, workspace, id)).state).toBe('cancelled')
  })

  test('what has failed is run again once extensions have let that pass', async () => {
    const { operator, workspace, extension, id } = await standing(['pre-rerun-instance'], 5)
    const { operations } = await doIt(operator, workspace, id, 'rerun-failed')
    expect(operations).toMatchObject([{ state: 'held', eventCode: 'pre-rerun-instance' }])
    expect(await statusOf(id, 5)).toBe(1)
    await callBack(world.server, extension, operations[0]!.messageId, 'OK')
    expect((await later(operator, operations[0]!.id)).state).toBe('done')
    expect(await statusOf(id, 5)).toBe(0)
    expect(await refusalCode(doIt(operator, workspace, id, 'rerun-failed'))).toBe('BACKFILL_NOTHING_FAILED')
  })
})

describe('creating', () => {
  test('a server that loses the database while it creates leaves nothing behind, and it is done again', async () => {
    const { operator, workspace, ids } = await shop()
    const blocking = await world.db.pool.connect()
    try {
      await blocking.query('begin; lock table instances in share row exclusive mode')
      const { backfillId } = await askFor(operator, workspace, { mode: 'massive', rootNodeIds: [ids.a] })
      await expect
        .poll(async () => {
          const ended = await world.db.rows(
            `select pg_terminate_backend(l.pid) from pg_locks l join pg_class c on c.oid = l.relation
             where c.relname = 'instances' and not l.granted and l.pid <> pg_backend_pid()`,
          )
          return ended.length
        }, PATIENCE)
        .toBeGreaterThan(0)
      expect(await world.db.rows('select from dags where backfill_id = $1', [backfillId])).toEqual([])
      await blocking.query('rollback')
      expect(await created({ ids } as never, backfillId!)).toEqual(onBoth('a', 'b', 'c', 'd', 'e', 'g', 'h'))
    } finally {
      blocking.release()
    }
  })

  test('each backfill is created once, whichever of several replicas comes first', async () => {
    const { operator, workspace, ids } = await shop()
    const replica = await world.replica()
    const asked = await Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        askFor(operator, workspace, { mode: 'massive', rootNodeIds: [ids.a], name: `number ${at}` }),
      ),
    )
    for (const { backfillId } of asked)
      expect(await created({ ids } as never, backfillId!)).toEqual(onBoth('a', 'b', 'c', 'd', 'e', 'g', 'h'))
    await replica.stop()
  })

  test('what cannot be created says why, and leaves no instances', async () => {
    const { tenant, operator, workspace, ids } = await shop()
    const request = (await read(
      operator,
      workspace,
      (
        await askFor(operator, workspace, { rootNodeIds: [ids.f] })
      ).backfillId!,
    ).then((one) => one.request)) as object
    await world.db.rows('update nodes set unpublished_at = now() where id = $1', [ids.f])
    const [row] = await world.db.rows<{ id: number }>(
      `insert into backfills (tenant_id, workspace_id, environment, name, mode, request, node_ids, state, created_by)
       values ($1, $2, 'PROD', 'too late', 'current', $3, $4, 'creating', $5) returning id`,
      [tenant.id, workspace.id, JSON.stringify(request), [ids.f], operator.id],
    )
    expect(await created({ ids } as never, row!.id)).toEqual([])
    expect(await read(operator, workspace, row!.id)).toMatchObject({
      state: 'failed-to-create',
      problem: { code: 'NODES_UNPUBLISHED', detail: expect.stringContaining('f (') },
      may: [],
    })
  })
})

test('backfills are listed newest first, page by page, by state, mode, name and who asked', async () => {
  const { tenant, operator, workspace, ids } = await shop()
  const asked = []
  for (const name of ['one', 'two', 'three'])
    asked.push((await askFor(operator, workspace, { rootNodeIds: [ids.f], name })).backfillId!)
  await askFor(tenant.owner, workspace, { mode: 'advanced', rootNodeIds: [ids.f, ids.e], name: 'tenfold' })
  const list = (query: Request) =>
    operator.api.call('GET /workspaces/{workspaceId}/backfills', {
      params: { workspaceId: workspace.id },
      query: query as never,
    })
  const first = await list({ limit: 2 })
  expect(first.items.map((one) => one.name)).toEqual(['tenfold', 'three'])
  const second = await list({ limit: 2, cursor: first.nextCursor })
  expect(second.items.map((one) => one.id)).toEqual([asked[1], asked[0]])
  expect(second.nextCursor).toBeNull()
  expect((await list({ mine: true })).items).toHaveLength(3)
  expect((await list({ mode: 'advanced' })).items.map((one) => one.name)).toEqual(['tenfold'])
  expect((await list({ name: 'T' })).items.map((one) => one.name)).toEqual(['tenfold', 'three', 'two'])
})
