// Rules 58, 59 and 61: rules are measured on the data source, strong ones that are critical have the instance fail that was checked, and what waits for it
// does not run. Checks that have to take their time wait for a lock in the database that they are on.
import { verifyWebhook } from '@holdpoint/sdk'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type DatabaseDoor, openDatabaseDoor } from '../../../../test/database-door.ts'
import { putRun } from '../../../../test/instances.ts'
import { type TestDatabase, testDatabase } from '../../../../test/postgres.ts'
import { fresh, monitorOf, putMonitor, readMonitor, ruleOf, sqlOn } from '../../../../test/quality.ts'
import {
  callBack,
  PATIENCE,
  type Person,
  refusalCode,
  startReceiver,
  startWorld,
  type Tenant,
  type Workspace,
  type World,
} from '../../../../test/world.ts'

let world: World
let tenant: Tenant
let owner: Person
let workspace: Workspace
let warehouse: TestDatabase
let door: DatabaseDoor
let locker: pg.Client
let nodes: Readonly<Record<string, number>>
const NODES = Array.from({ length: 16 }, (_, at) => [`n${at}`, `after_n${at}`] as const)
beforeAll(async () => {
  world = await startWorld({ scheduler: 'on' })
  tenant = await world.tenant()
  owner = tenant.owner
  workspace = await tenant.workspace()
  nodes = await tenant.nodes(
    workspace,
    Object.fromEntries(
      NODES.flatMap(([name, after]) => [
        [name, []],
        [after, [name]],
      ]),
    ),
  )
  warehouse = await testDatabase({ migrate: null })
  door = await openDatabaseDoor(warehouse.config)
  locker = new pg.Client(warehouse.config as pg.ClientConfig)
  await locker.connect()
  await locker.query('create table slow (n int); insert into slow values (1)')
  const url = new URL(warehouse.url)
  await owner.api.call('POST /workspaces/{workspaceId}/data-sources', {
    params: { workspaceId: workspace.id },
    body: {
      ...{ kind: 'postgresql', environment: 'PROD', name: 'warehouse' },
      settings: {
        ...{ host: '127.0.0.1', port: door.port, tls: false, database: url.pathname.slice(1) },
        user: decodeURIComponent(url.username),
      },
      password: decodeURIComponent(url.password) || 'unused',
    },
  })
})
afterAll(async () => {
  await locker?.end()
  await world?.stop()
  door?.close()
  await warehouse?.drop()
})

const params = () => ({ workspaceId: workspace.id })
const table = async (rows: string) => {
  const name = fresh('orders')
  await sqlOn(world, workspace, `create table ${name} as select * from (values ${rows}) t(id, amount, dt)`)
  return name
}
let last = 0
/** A node with nothing before it, and one that waits for it. */
const pair = () => {
  const [name, after] = NODES[last++]!
  return { name, node: nodes[name]!, after: nodes[after]! }
}

const check = async (qualityMonitorId: number, bizdate = '2026-03-01') => {
  const { id } = await owner.api.call('POST /workspaces/{workspaceId}/quality-monitors/{qualityMonitorId}/runs', {
    params: { ...params(), qualityMonitorId },
    body: { bizdate },
  })
  return await ended(id)
}
const runOf = (qualityRunId: number) =>
  owner.api.call('GET /workspaces/{workspaceId}/quality-runs/{qualityRunId}', { params: { ...params(), qualityRunId } })
const ended = (id: number) =>
  vi.waitUntil(async () => {
    const run = await runOf(id)
    return run.state === 'ended' && run
  }, PATIENCE)
const runsOf = async (instanceId: number) =>
  (await owner.api.call('GET /workspaces/{workspaceId}/quality-runs', { params: params(), query: { instanceId } }))
    .items

const instance = (instanceId: number) =>
  owner.api.call('GET /workspaces/{workspaceId}/instances/{instanceId}', { params: { ...params(), instanceId } })
const standing = async (ids: readonly number[]) => (await Promise.all(ids.map(instance))).map(({ status }) => status)
const until = (ids: readonly number[], ...wanted: string[]) =>
  vi.waitFor(async () => expect(await standing(ids)).toEqual(wanted), PATIENCE)
let lastDay = 0
/** On a business date of its own, because a workspace has one run of a date. */
const start = async ({ node, after }: { readonly node: number; readonly after: number }) =>
  (
    await putRun(world, {
      ...{ tenant, workspace, bizdate: `2026-01-${String(++lastDay).padStart(2, '0')}` },
      instances: [
        { nodeId: node, status: 'waiting-for-resources' },
        { nodeId: after, upstream: [0] },
      ],
    })
  ).ids
const operate = (operation: 'rerun' | 'set-success' | 'terminate', ...instanceIds: number[]) =>
  owner.api.call('POST /workspaces/{workspaceId}/instance-operations', {
    params: params(),
    body: { operation, instanceIds },
  } as never)
const whys = async (instanceId: number) => {
  const rows = await world.db.rows<{ status: number; code: string | null; rules: string[] | null; ended: boolean }>(
    `select status, reason->>'code' as code, reason->'details'->'rules' as rules, finished_at is not null as ended from instance_runs
     where instance_id = $1 order by run_number`,
    [instanceId],
  )
  return rows
}
const logOf = async (instanceId: number) =>
  (
    await world.db.rows<{ text: string }>(
      'select text from instance_logs where instance_id = $1 order by run_number, part',
      [instanceId],
    )
  )
    .map(({ text }) => text)
    .join('')

/** A rule whose statement waits until `free` is called. */
let lastLock = 4_000
async function slowRule(more: object = {}) {
  const lock = ++lastLock
  await locker.query('select pg_advisory_lock($1)', [lock])
  const rule = ruleOf({
    sampling: {
      metric: 'UserDefinedSql',
      sql: `select count(*) from (select pg_advisory_xact_lock_shared(${lock})) l`,
    },
    ...more,
  })
  const waits = () =>
    vi.waitFor(async () => {
      const { rows } = await locker.query(
        `select 1 from pg_locks where locktype = 'advisory' and objid = $1 and not granted`,
        [lock],
      )
      expect(rows).not.toEqual([])
    }, PATIENCE)
  return { rule, waits, free: () => locker.query('select pg_advisory_unlock($1)', [lock]) }
}
const IN_WAREHOUSE = { dataSource: 'warehouse', schema: null, table: 'slow' }
/** A monitor of the table in the warehouse. */
async function slowMonitor(nodeId: number, rules: readonly object[], more: object = {}) {
  const { ids } = await owner.api.call('POST /workspaces/{workspaceId}/quality-monitors', {
    params: params(),
    body: {
      ...{ name: fresh('monitor'), target: IN_WAREHOUSE, rules: rules as never, ...more },
      trigger: { type: 'ByScheduledTaskInstance', nodeIds: [nodeId] },
    },
  })
  return ids[0]!
}

describe('measuring', () => {
  test('every template measures what it says of the partition, and the others are measured where one fails', async () => {
    const name = await table(`(1, 10, '20260301'), (2, null, '20260301'), (2, 30, '20260301'), (9, 99, '20260302')`)
    const of = (metric: string, more: object = {}) =>
      ruleOf({
        name: metric,
        sampling: { metric: metric as never, columns: metric === 'Count' ? [] : ['amount'], ...more },
        checking: { thresholds: { expected: '$checkValue >= 0' } },
      })
    const rules = [
      of('Count'),
      of('NullValueCount'),
      of('NullValuePercent'),
      of('DistinctCount', { columns: ['id'] }),
      of('DistinctPercent', { columns: ['id'] }),
      of('DuplicatedCount', { columns: ['id'] }),
      of('DuplicatedPercent', { columns: ['id'] }),
      of('OutOfRangeCount', { least: 20 }),
      of('CountNotIn', { columns: ['id'], values: ['1'] }),
      of('Min'),
      of('Max'),
      of('Avg'),
      of('Sum', { filter: 'id = 2' }),
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as they are written
      of('UserDefinedSql', { columns: [], sql: 'select count(distinct id) from ${table} where ${partition}' }),
      ruleOf({ name: 'wrong', sampling: { metric: 'Max', columns: ['nothing'] } }),
      ruleOf({ name: 'off', enabled: false }),
    ]
    const id = await putMonitor(owner, workspace, { table: name, partition: 'dt=$bizdate', rules })
    const run = await check(id)
    expect(run).toMatchObject({ status: 'Error', partition: 'dt=20260301', holdsUp: false, hasBlocked: false })
    expect(Object.fromEntries(run.results.map((one) => [one.rule.name, one.value]))).toEqual({
      ...{ Count: 3, NullValueCount: 1, NullValuePercent: 1 / 3, DistinctCount: 2, DistinctPercent: 2 / 3 },
      ...{ DuplicatedCount: 1, DuplicatedPercent: 1 / 3, OutOfRangeCount: 1, CountNotIn: 2 },
      ...{ Min: 10, Max: 30, Avg: 20, Sum: 30, UserDefinedSql: 2, wrong: null },
    })
    const wrong = run.results.find((one) => one.rule.name === 'wrong')!
    expect(wrong).toMatchObject({ status: 'Error', reasons: [{ code: 'QUALITY_MEASURING_FAILED' }] })
    expect(String(wrong.reasons[0]!.details.problem)).toContain('nothing')
    expect(wrong.statement).toContain('max("nothing")')
    expect(run.counts).toEqual({ Passed: 14, Error: 1 })
  })

  test('a change is held against what was measured for earlier business dates, and skipped where there is none', async () => {
    const name = fresh('days')
    const days = [
      ['20260226', 100],
      ['20260228', 100],
      ['20260301', 130],
    ]
    await sqlOn(
      world,
      workspace,
      `create table ${name} (dt varchar); ${days.map(([dt, rows]) => `insert into ${name} select '${dt}' from range(${rows});`).join(' ')}`,
    )
    const thresholds = { expected: null, warned: '$checkValue > 0.1', critical: '$checkValue > 0.5' }
    const rules = [
      ruleOf({ name: 'fluctuation', checking: { type: 'Fluctuation', daysBefore: [1, 7], thresholds } }),
      ruleOf({
        name: 'difference',
        checking: { type: 'Difference', daysBefore: [1], thresholds: { ...thresholds, critical: '$checkValue >= 30' } },
      }),
    ]
    const id = await putMonitor(owner, workspace, { table: name, partition: 'dt=$bizdate', rules })
    expect((await check(id, '2026-02-28')).results.map((one) => one.status)).toEqual(['Skipped', 'Skipped'])
    const { results } = await check(id, '2026-03-01')
    expect(results.map((one) => [one.status, one.value, one.checked])).toEqual([
      ['Warned', 130, 0.3],
      ['Critical', 130, 30],
    ])
    expect(results[0]!.comparisons).toEqual([{ bizdate: '2026-02-28', value: 100, checked: 0.3, status: 'Warned' }])
    // For the plot: one for each business date.
    const [rule] = (await readMonitor(owner, workspace, id)).ruleList
    const history = await world.db.rows('select distinct bizdate from quality_results where rule_id = $1', [rule!.id])
    expect(history).toHaveLength(2)
    expect(rule!.latest).toMatchObject({ status: 'Warned', value: 130, bizdate: '2026-03-01' })
  })

  test('every result is told, and so is what somebody says of one', async () => {
    const receiver = await startReceiver()
    const other = await tenant.workspace()
    await tenant.route(other, receiver.url, { pattern: { data: { eventCode: [{ prefix: 'dqc-check' }] } } })
    await sqlOn(world, other, 'create table items as select 1 as id')
    const id = await putMonitor(owner, other, { table: 'items', rules: [ruleOf({ description: 'rows' })] })
    const of = { workspaceId: other.id }
    const { id: qualityRunId } = await owner.api.call(
      'POST /workspaces/{workspaceId}/quality-monitors/{qualityMonitorId}/runs',
      { params: { ...of, qualityMonitorId: id }, body: { bizdate: '2026-03-01' } },
    )
    const finished = JSON.parse((await receiver.nth(1)).body).data
    const run = await owner.api.call('GET /workspaces/{workspaceId}/quality-runs/{qualityRunId}', {
      params: { ...of, qualityRunId },
    })
    const [result] = run.results
    expect(finished).toMatchObject({
      ...{ eventCode: 'dqc-check-finished-event', projectId: other.id, tableName: 'items', id: result!.id },
      ...{ taskId: String(qualityRunId), entityId: id, ruleId: result!.ruleId, checkResult: 0, blockType: 1 },
      ...{ methodName: 'table_count', op: '>', expectValue: 0, externalType: '', externalId: 'triggerByManual' },
      ...{ bizdate: '2026-03-01 00:00:00', sampleValue: [{ bizDate: '2026-03-01 00:00:00', value: 1 }], property: '-' },
    })
    const said = await owner.api.call('POST /workspaces/{workspaceId}/quality-results/{qualityResultId}/feedback', {
      params: { ...of, qualityResultId: result!.id },
      body: { text: 'as expected' },
    })
    expect(said.feedback).toMatchObject([{ text: 'as expected', by: { id: String(owner.id) } }])
    expect(JSON.parse((await receiver.nth(2)).body).data).toMatchObject({
      ...{ eventCode: 'dqc-check-feedback-event', ruleCheckId: result!.id, feedbackContent: 'as expected' },
      ...{ taskId: String(qualityRunId), createUser: String(owner.id), envType: 'DUCKDB' },
    })
    await receiver.stop()
  })

  test('a monitor without a rule that is switched on has nothing to check', async () => {
    const id = await putMonitor(owner, workspace, { rules: [ruleOf({ enabled: false })] })
    expect(await refusalCode(check(id))).toBe('QUALITY_NOTHING_TO_CHECK')
  })
})

test('a tenant whose checks take their time leaves places to others, and asks for so many of them at most', async () => {
  const slow = await slowRule()
  const id = await slowMonitor(nodes.n0!, [slow.rule], { enabled: false })
  const ask = () =>
    owner.api.call('POST /workspaces/{workspaceId}/quality-monitors/{qualityMonitorId}/runs', {
      params: { ...params(), qualityMonitorId: id },
      body: {},
    })
  const asked = await Promise.all(Array.from({ length: 10 }, ask))
  expect(await refusalCode(ask())).toBe('LIMIT_REACHED')
  await slow.waits()
  const other = await world.tenant()
  const place = await other.workspace()
  await sqlOn(world, place, 'create table orders as select 1 as id')
  const { id: qualityRunId } = await other.owner.api.call(
    'POST /workspaces/{workspaceId}/quality-monitors/{qualityMonitorId}/runs',
    { params: { workspaceId: place.id, qualityMonitorId: await putMonitor(other.owner, place) }, body: {} },
  )
  await vi.waitFor(async () => {
    const run = await other.owner.api.call('GET /workspaces/{workspaceId}/quality-runs/{qualityRunId}', {
      params: { workspaceId: place.id, qualityRunId },
    })
    expect(run).toMatchObject({ state: 'ended', status: 'Passed' })
  }, PATIENCE)
  const states = (await Promise.all(asked.map(({ id: one }) => runOf(one)))).map(({ state }) => state)
  expect(states.filter((state) => state === 'running')).toHaveLength(5)
  expect(states.filter((state) => state === 'pending')).toHaveLength(5)
  await slow.free()
  await Promise.all(asked.map((one) => ended(one.id)))
})

test('what is checked is what extensions have let pass: a change that one refuses changes no verdict', async () => {
  const place = await tenant.workspace()
  const at = { workspaceId: place.id }
  await sqlOn(world, place, 'create table orders as select 1 as id')
  const id = await putMonitor(owner, place)
  const [rule] = (await readMonitor(owner, place, id)).ruleList
  const extension = await tenant.extension({ points: ['update-data-quality-rule'], enabledIn: [place] })
  const verdict = async () => {
    const { id: qualityRunId } = await owner.api.call(
      'POST /workspaces/{workspaceId}/quality-monitors/{qualityMonitorId}/runs',
      { params: { ...at, qualityMonitorId: id }, body: {} },
    )
    const run = await vi.waitUntil(async () => {
      const one = await owner.api.call('GET /workspaces/{workspaceId}/quality-runs/{qualityRunId}', {
        params: { ...at, qualityRunId },
      })
      return one.state === 'ended' && one
    }, PATIENCE)
    return run.status
  }
  const save = async (answer: 'OK' | 'FAIL') => {
    const thresholds = { expected: '$checkValue > 100' }
    const { operation } = await owner.api.call('PATCH /workspaces/{workspaceId}/quality-rules/{qualityRuleId}', {
      params: { ...at, qualityRuleId: rule!.id },
      body: { revision: 1, rule: ruleOf({ checking: { thresholds } }) },
    })
    expect(operation.state).toBe('held')
    await callBack(world.server, extension, operation.messageId, answer, 'CallbackExtension')
  }
  expect(await verdict()).toBe('Passed')
  await save('FAIL')
  expect(await verdict()).toBe('Passed')
  await save('OK')
  expect(await verdict()).toBe('Critical')
})

describe('what waits for a node', () => {
  test('does not run where a strong rule is critical; when the data are mended and it is run again, it does', async () => {
    const of = pair()
    const name = await table(`(1, 10, 'x')`)
    const strong = ruleOf({ name: 'five rows', checking: { thresholds: { expected: '$checkValue >= 5' } } })
    const weak = ruleOf({ severity: 'Normal', checking: { thresholds: { expected: '$checkValue > 100' } } })
    await putMonitor(owner, workspace, { table: name, nodeIds: [of.node], rules: [strong, weak] })
    const ids = await start(of)
    await until(ids, 'failed', 'not-run')
    expect(await whys(ids[0]!)).toMatchObject([
      { status: 5, code: 'QUALITY_BLOCKED', rules: ['five rows'], ended: true },
    ])
    expect(await runsOf(ids[0]!)).toMatchObject([
      { status: 'Critical', hasBlocked: true, holdsUp: true, nodeId: of.node },
    ])
    const log = await logOf(ids[0]!)
    expect(log).toContain('Critical strong rule five rows: 1\n')
    expect(log).toContain(`Critical weak rule ${weak.name}: 1\n`)

    await sqlOn(world, workspace, `insert into ${name} select 1, 1, 'x' from range(10)`)
    await operate('rerun', ids[0]!)
    await until(ids, 'succeeded', 'succeeded')
    expect((await whys(ids[0]!)).map(({ status }) => status)).toEqual([5, 6])
    expect(await runsOf(ids[0]!)).toMatchObject([{ status: 'Critical', hasBlocked: false }, { hasBlocked: true }])
  })

  test('runs where somebody sets the instance to succeeded', async () => {
    const of = pair()
    const name = await table(`(1, 10, 'x')`)
    const rule = ruleOf({ checking: { thresholds: { expected: '$checkValue > 9' } } })
    await putMonitor(owner, workspace, { table: name, nodeIds: [of.node], rules: [rule] })
    const ids = await start(of)
    await until(ids, 'failed', 'not-run')
    await operate('set-success', ids[0]!)
    await until(ids, 'succeeded', 'succeeded')
  })

  test('runs where only weak rules are critical, and where the monitor holds nothing up', async () => {
    const critical = { thresholds: { expected: '$checkValue > 9' } }
    const name = await table(`(1, 10, 'x')`)
    for (const monitor of [
      { rules: [ruleOf({ severity: 'Normal', checking: critical })] },
      { rules: [ruleOf({ checking: critical })], blockWhen: null },
    ]) {
      const of = pair()
      await putMonitor(owner, workspace, { table: name, nodeIds: [of.node], ...monitor })
      const ids = await start(of)
      await until(ids, 'succeeded', 'succeeded')
      await vi.waitFor(
        async () =>
          expect(await runsOf(ids[0]!)).toMatchObject([{ status: 'Critical', holdsUp: false, hasBlocked: false }]),
        PATIENCE,
      )
    }
  })

  test('runs unchecked where its monitor is switched off, is gone, or watches it no longer', async () => {
    const of = pair()
    const critical = ruleOf({ checking: { thresholds: { expected: '$checkValue > 9' } } })
    const name = await table(`(1, 10, 'x')`)
    const [off, gone, elsewhere] = [
      await putMonitor(owner, workspace, { table: name, nodeIds: [of.node], rules: [critical] }),
      await putMonitor(owner, workspace, { table: name, nodeIds: [of.node], rules: [critical] }),
      await putMonitor(owner, workspace, { table: name, nodeIds: [of.node], rules: [critical] }),
    ]
    const save = async (qualityMonitorId: number, change: object) =>
      owner.api.call('PATCH /workspaces/{workspaceId}/quality-monitors/{qualityMonitorId}', {
        params: { ...params(), qualityMonitorId },
        body: { revision: 1, monitor: { ...monitorOf({ table: name, nodeIds: [of.node] }), ...change } },
      })
    await save(off, { enabled: false })
    await save(elsewhere, { trigger: { type: 'ByManual', nodeIds: [] } })
    await owner.api.call('DELETE /workspaces/{workspaceId}/quality-monitors/{qualityMonitorId}', {
      params: { ...params(), qualityMonitorId: gone },
    })
    const ids = await start(of)
    await until(ids, 'succeeded', 'succeeded')
    expect(await runsOf(ids[0]!)).toEqual([])
  })

  test('does not run where a strong rule could not be measured, of one monitor among several', async () => {
    const of = pair()
    const name = await table(`(1, 10, 'x')`)
    await putMonitor(owner, workspace, { table: name, nodeIds: [of.node] })
    await putMonitor(owner, workspace, {
      table: 'nowhere',
      nodeIds: [of.node],
      rules: [ruleOf({ name: 'of nothing' })],
    })
    const ids = await start(of)
    await until(ids, 'failed', 'not-run')
    expect(await whys(ids[0]!)).toMatchObject([{ code: 'QUALITY_BLOCKED', rules: ['of nothing'] }])
    expect((await runsOf(ids[0]!)).map((one) => [one.status, one.hasBlocked])).toEqual([
      ['Error', true],
      ['Passed', false],
    ])
  })

  test('waits while it is being checked, with the slot free and the run not ended; terminating ends the waiting', async () => {
    const of = pair()
    const slow = await slowRule()
    await slowMonitor(of.node, [slow.rule])
    const ids = await start(of)
    await until(ids, 'checking-quality', 'not-run')
    await slow.waits()
    expect(await whys(ids[0]!)).toMatchObject([{ ended: false }])
    const [row] = await world.db.rows<{ free: boolean }>(
      'select replica_id is null as free from instances where id = $1',
      [ids[0]],
    )
    expect(row!.free).toBe(true)
    await operate('terminate', ids[0]!)
    await until(ids, 'failed', 'not-run')
    expect(await whys(ids[0]!)).toMatchObject([{ status: 5, code: 'RUN_TERMINATED', ended: true }])
    // Nobody waits for what is measured any more.
    await vi.waitFor(
      async () =>
        expect(await runsOf(ids[0]!)).toMatchObject([{ state: 'ended', status: 'Skipped', hasBlocked: false }]),
      PATIENCE,
    )
    await slow.free()
    expect(await standing(ids)).toEqual(['failed', 'not-run'])
  })

  test('goes on when its monitor is deleted meanwhile; what had begun is ended as it began', async () => {
    const of = pair()
    const slow = await slowRule()
    const id = await slowMonitor(of.node, [slow.rule])
    const ids = await start(of)
    await until(ids, 'checking-quality', 'not-run')
    await slow.waits()
    await owner.api.call('DELETE /workspaces/{workspaceId}/quality-monitors/{qualityMonitorId}', {
      params: { ...params(), qualityMonitorId: id },
    })
    await slow.free()
    await until(ids, 'succeeded', 'succeeded')
  })

  test('is not tried again by itself, though its node would be after a failure', async () => {
    const of = pair()
    await world.db.rows(
      `update node_versions set definition = definition || '{"rerunTimes": 3, "rerunIntervalMs": 0}' where node_id = $1`,
      [of.node],
    )
    await putMonitor(owner, workspace, { table: 'nowhere', nodeIds: [of.node] })
    const ids = await start(of)
    await until(ids, 'failed', 'not-run')
    expect(await instance(ids[0]!)).toMatchObject({ runNumber: 1, retries: 0 })
  })

  test('waits for a check that was lost with its replica, and the program is not run again', async () => {
    const of = pair()
    const slow = await slowRule()
    await slowMonitor(of.node, [slow.rule])
    const ids = await start(of)
    await until(ids, 'checking-quality', 'not-run')
    await slow.waits()
    const before = await world.db.rows<{ replica_id: string }>(
      `select replica_id from quality_runs where instance_id = $1 and state = 'running'`,
      [ids[0]],
    )
    // As whoever takes it for dead does.
    await world.db.rows('delete from replicas where id = $1', [before[0]!.replica_id])
    await vi.waitFor(async () => {
      const [now] = await world.db.rows<{ replica_id: string | null }>(
        'select replica_id from quality_runs where instance_id = $1',
        [ids[0]],
      )
      expect(now!.replica_id).not.toBeNull()
      expect(now!.replica_id).not.toBe(before[0]!.replica_id)
    }, PATIENCE)
    await slow.free()
    await until(ids, 'succeeded', 'succeeded')
    expect(await instance(ids[0]!)).toMatchObject({ runNumber: 1 })
    const [run] = await runsOf(ids[0]!)
    expect((await runOf(run!.id)).results).toHaveLength(1)
  })

  test('of a backfill: the next date of its line waits as well', async () => {
    const of = pair()
    const name = await table(`(1, 10, '20260301')`)
    const monitor = { table: name, partition: 'dt=$bizdate', nodeIds: [of.node] }
    await putMonitor(owner, workspace, monitor)
    const { operation } = await owner.api.call('POST /workspaces/{workspaceId}/backfills', {
      params: params(),
      body: {
        ...{ name: fresh('backfill'), mode: 'massive', rootNodeIds: [of.node] },
        dates: [{ start: '2026-03-01', end: '2026-03-03' }],
      } as never,
    })
    const [{ id: backfillId }] = (await world.db.rows<{ id: number }>(
      'select id from backfills where operation_id = $1',
      [operation.id],
    )) as [{ id: number }]
    const stands = async () =>
      (
        await world.db.rows<{ status: number }>(
          `select i.status from instances i join dags d on d.id = i.dag_id where d.backfill_id = $1 order by i.bizdate, i.node_id`,
          [backfillId],
        )
      ).map(({ status }) => status)
    // The second date has no rows.
    await vi.waitFor(async () => expect(await stands()).toEqual([6, 6, 5, 1, 1, 1]), PATIENCE)
    await sqlOn(world, workspace, `insert into ${name} values (2, 2, '20260302'), (3, 3, '20260303')`)
    const [{ id: blocked }] = (await world.db.rows<{ id: number }>(
      'select i.id from instances i join dags d on d.id = i.dag_id where d.backfill_id = $1 and i.status = 5',
      [backfillId],
    )) as [{ id: number }]
    await operate('rerun', blocked)
    await vi.waitFor(async () => expect(await stands()).toEqual([6, 6, 6, 6, 6, 6]), PATIENCE)
  })
})

describe('who subscribes', () => {
  test('is told once of a run, signed with the secret of the subscription, and not of what has passed', async () => {
    const receiver = await startReceiver()
    const name = await table(`(1, 10, 'x')`)
    const rules = [
      ruleOf({ name: 'passes' }),
      ruleOf({ name: 'is critical', checking: { thresholds: { expected: '$checkValue > 9' } } }),
    ]
    const id = await putMonitor(owner, workspace, { table: name, rules, webhook: receiver.url })
    const run = await check(id)
    const received = await receiver.nth(1)
    const { subscriptions } = await readMonitor(owner, workspace, id)
    const { secret } = await owner.api.call(
      'GET /workspaces/{workspaceId}/quality-subscriptions/{subscriptionId}/signing-secret',
      { params: { ...params(), subscriptionId: subscriptions[0]!.id } },
    )
    expect(() => verifyWebhook(received.headers as Record<string, string>, received.body, secret)).not.toThrow()
    expect(JSON.parse(received.body)).toMatchObject({
      ...{ type: 'alert', kind: 'QUALITY', qualityRunId: run.id, count: 1, test: false },
      objects: [{ name: 'is critical: Critical (1)', bizdate: '2026-03-01' }],
      url: expect.stringContaining(`/workspaces/${workspace.id}/quality/runs/${run.id}`),
    })
    await sqlOn(world, workspace, `insert into ${name} select 1, 1, 'x' from range(10)`)
    expect((await check(id)).status).toBe('Passed')
    expect(receiver.received).toHaveLength(1)
    await receiver.stop()
  })
})
