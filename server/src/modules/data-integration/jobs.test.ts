// biome-ignore-all lint/suspicious/noTemplateCurlyInString: names of targets are written so
// Rules 52 to 57 as people and extensions see them: jobs that are started bring rows of a real database to another one when that is let pass, and none
// otherwise. What has arrived is read from the targets themselves.
import { checkBody, eventByCode } from '@holdpoint/core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type DatabaseDoor, openDatabaseDoor } from '../../../../test/database-door.ts'
import { type TestDatabase, testDatabase } from '../../../../test/postgres.ts'
import { workOf } from '../../../../test/runners.ts'
import { type MappingOf, syncOf } from '../../../../test/syncs.ts'
import {
  callBack,
  detailOf,
  dialect,
  type Extension,
  PATIENCE,
  type Person,
  refusalCode,
  startWorld,
  type Tenant,
  type Workspace,
  type World,
} from '../../../../test/world.ts'
import { dataSourceOfNode } from '../../store/data-sources.ts'
import { type Database, openDatabase } from '../../store/database.ts'

let world: World
let tenant: Tenant
let owner: Person
let shop: TestDatabase
let inside: Database
let door: DatabaseDoor
beforeAll(async () => {
  world = await startWorld({ scheduler: 'on' })
  tenant = await world.tenant()
  owner = tenant.owner
  shop = await testDatabase({ migrate: null })
  inside = openDatabase(shop.config)
  door = await openDatabaseDoor(shop.config)
})
afterAll(async () => {
  await world?.stop()
  await inside?.close()
  door?.close()
  await shop?.drop()
})

let serial = 0
const fresh = (word: string) => `${word}_${++serial}`
const FROM_SHOP = { source: { dataSource: 'shop' } }
const TO_SHOP = { source: { dataSource: 'shop' }, target: { dataSource: 'shop' } }

/** A workspace with the shop's PostgreSQL as a data source of production beside its DuckDB. */
async function place(port = door.port, password?: string): Promise<Workspace> {
  const workspace = await tenant.workspace('basic')
  const url = new URL(shop.url)
  await owner.api.call('POST /workspaces/{workspaceId}/data-sources', {
    params: { workspaceId: workspace.id },
    body: {
      ...{ kind: 'postgresql', environment: 'PROD', name: 'shop' },
      settings: {
        ...{ host: '127.0.0.1', port, tls: false, database: url.pathname.slice(1) },
        user: password === undefined ? decodeURIComponent(url.username) : 'nobody_of_that_name',
      },
      password: password ?? (decodeURIComponent(url.password) || 'unused'),
    },
  })
  return workspace
}

/** A table of the shop with so many rows. */
async function table(rows = 3): Promise<string> {
  const name = fresh('orders')
  await inside.rows(`create table ${name} (id int primary key, note text, at timestamp not null default '2026-03-01')`)
  await inside.rows(`insert into ${name} (id, note) select n, 'note ' || n from generate_series(1, ${rows}) n`)
  return name
}

const job = (
  workspace: Workspace,
  kind: 'full' | 'incremental' | 'real-time',
  mappings: readonly MappingOf[],
  more: Parameters<typeof syncOf>[2] = FROM_SHOP,
) =>
  owner.api.call('POST /workspaces/{workspaceId}/sync-jobs', {
    params: { workspaceId: workspace.id },
    body: { name: fresh('job'), definition: syncOf(kind, mappings, more) as never },
  })
type Job = Awaited<ReturnType<typeof job>>
const of = ({ workspaceId, id }: Job) => ({ workspaceId, syncJobId: id })
const read = (one: Job) => owner.api.call('GET /workspaces/{workspaceId}/sync-jobs/{syncJobId}', { params: of(one) })
const start = (one: Job, startAt: string | null = null) =>
  owner.api.call('POST /workspaces/{workspaceId}/sync-jobs/{syncJobId}/start', { params: of(one), body: { startAt } })
const startAll = (jobs: readonly Job[], startAt: string | null = null) =>
  owner.api.call('POST /workspaces/{workspaceId}/sync-job-starts', {
    params: { workspaceId: jobs[0]!.workspaceId },
    body: { jobIds: jobs.map(({ id }) => id), startAt },
  })
const stop = (one: Job) =>
  owner.api.call('POST /workspaces/{workspaceId}/sync-jobs/{syncJobId}/stop', { params: of(one) })
const runsOf = async (one: Job) =>
  (await owner.api.call('GET /workspaces/{workspaceId}/sync-jobs/{syncJobId}/runs', { params: of(one) })).items
const SLOWLY = { ...PATIENCE, timeout: 60_000 }
const comesTo = (one: Job, state: string) =>
  vi.waitUntil(async () => {
    const now = await read(one)
    if (now.state === 'failed' && state !== 'failed') throw new Error(JSON.stringify(now.reasons))
    return now.state === state ? now : null
  }, SLOWLY)
const stateOf = (operationId: string) => async () => (await detailOf(owner, operationId)).state

const answer = (extension: Extension, messageId: string | null, result: 'OK' | 'FAIL') =>
  callBack(world.server, extension, messageId, result, 'CallbackExtension')

/** What the DuckDB of the workspace answers, as its log shows it. */
async function onDuckDb(workspace: Workspace, content: string): Promise<string> {
  const { db, platform } = world.server
  const dataSource = await dataSourceOfNode(db, { workspaceId: workspace.id, environment: 'PROD', name: null })
  let log = ''
  const work = workOf({ content, dataSource, tenantId: tenant.id, workspaceId: workspace.id })
  const { ended } = await platform.runners.run(work, {
    log: (text) => {
      log += text
    },
    signal: new AbortController().signal,
  })
  if (ended !== 'succeeded') throw new Error(log)
  return log
}
const tablesInDuckDb = (workspace: Workspace) => onDuckDb(workspace, 'select table_name from duckdb_tables()')
const rowsInside = async (name: string) =>
  (await inside.rows<{ n: number }>(`select count(*)::int as n from ${name}`))[0]!.n
const isThere = async (name: string) =>
  (await inside.rows<{ there: boolean }>('select to_regclass($1) is not null as there', [name]))[0]!.there

const problemsWith = (point: 'start-diJob' | 'batch-start-diJob', body: unknown) => checkBody(eventByCode(point), body)

/** The body of the message that asks about an operation. */
const bodyOf = async (operationId: string) =>
  (await detailOf(owner, operationId)).message!.body as Record<string, unknown>

describe('start-diJob', () => {
  test('an extension that is a function reads the mapping, lets one start pass and refuses the next', async () => {
    const workspace = await place()
    await tenant.extension({
      points: ['start-diJob'],
      enabledIn: [workspace],
      source: `export default ({ messageBody }: any) =>
        ({ checkResult: messageBody.tableMapping.some((one: any) => one.dstTable.startsWith('ads_')) ? 'FAIL' : 'OK' })`,
    })
    const name = await table()
    const good = await job(workspace, 'full', [{ from: name, to: 'ods_orders' }])
    const bad = await job(workspace, 'full', [{ from: name, to: 'ads_orders' }])
    const { operation } = await start(good)
    const refused = await start(bad)
    await expect.poll(stateOf(operation.id), PATIENCE).toBe('done')
    await expect.poll(stateOf(refused.operation.id), PATIENCE).toBe('refused')
    const end = await comesTo(good, 'succeeded')
    expect(end).toMatchObject({ rows: 3, tables: 1, run: { operationId: operation.id, rows: 3, reasons: [] } })
    expect(await onDuckDb(workspace, 'select id, note from ods_orders order by id')).toContain('3  | note 3\n(3 rows)')
    expect(await tablesInDuckDb(workspace)).not.toContain('ads_orders')
    expect(await runsOf(bad)).toEqual([])
    expect(await read(bad)).toMatchObject({ state: 'never-run', heldBy: [] })
  })

  test('while it is held nothing runs, and the message says what would', async () => {
    const workspace = await place()
    const extension = await tenant.extension({ points: ['start-diJob'], enabledIn: [workspace] })
    const name = await table()
    const one = await job(workspace, 'full', [{ from: name, to: 'ods' }])
    const asked = await start(one)
    expect(asked).toMatchObject({ operation: { state: 'held', eventCode: 'start-diJob' }, runs: [] })
    expect(await read(one)).toMatchObject({ state: 'never-run', heldBy: [{ operationId: asked.operation.id }] })
    const body = await bodyOf(asked.operation.id)
    expect(body).toEqual({
      ...{ eventCode: 'start-diJob', appId: workspace.id, jobId: one.id, forceRun: false, startAsV2: false },
      ...{ tenantId: tenant.id, operator: String(owner.id), extensionBizId: asked.operation.id, blockBusiness: true },
      ...{ setting: {}, showTableMapping: true, extensionBizName: one.name },
      tableMapping: [
        {
          ...{ srcDatasourceName: 'shop', srcDatabaseName: 'public', srcTable: name },
          ...{ dstDatasourceName: 'default', dstTable: 'ods' },
        },
      ],
    })
    expect(problemsWith('start-diJob', body)).toEqual([])
    await answer(extension, asked.operation.messageId, 'OK')
    await comesTo(one, 'succeeded')
    expect(await onDuckDb(workspace, 'select count(*) as n from ods')).toContain('\n3\n')
  })

  test('beyond 500 tables to name the message names none and says so', async () => {
    const workspace = await place()
    const extension = await tenant.extension({ points: ['start-diJob'], enabledIn: [workspace] })
    const word = fresh('many')
    await inside.rows(
      `do $$ begin for n in 1..501 loop execute format('create table ${word}_%s (id int primary key)', n); end loop; end $$`,
    )
    const mappings = Array.from({ length: 501 }, (_, at) => ({ from: `${word}_${at + 1}` }))
    const [within, beyond] = [await job(workspace, 'full', mappings.slice(1)), await job(workspace, 'full', mappings)]
    const asked = { within: await start(within), beyond: await start(beyond) }
    const named = await bodyOf(asked.within.operation.id)
    expect(named.showTableMapping).toBe(true)
    expect(named.tableMapping).toHaveLength(500)
    const unnamed = await bodyOf(asked.beyond.operation.id)
    expect(unnamed).toMatchObject({ showTableMapping: false, jobId: beyond.id })
    expect(unnamed).not.toHaveProperty('tableMapping')
    expect(problemsWith('start-diJob', unnamed)).toEqual([])
    for (const { operation } of Object.values(asked)) await answer(extension, operation.messageId, 'FAIL')
    expect(await tablesInDuckDb(workspace)).not.toContain(word)
  })

  test('it is stale when the job was changed, started or deleted, or has another data source', async () => {
    const workspace = await place()
    const extension = await tenant.extension({ points: ['start-diJob'], enabledIn: [workspace] })
    const name = await table()
    const make = () => job(workspace, 'full', [{ from: name, to: fresh('ods') }])
    const [changed, deleted, moved] = [await make(), await make(), await make()]
    const held = [await start(changed), await start(deleted), await start(moved)]
    await owner.api.call('PATCH /workspaces/{workspaceId}/sync-jobs/{syncJobId}', {
      params: of(changed),
      body: { revision: 1, description: 'another' },
    })
    await owner.api.call('DELETE /workspaces/{workspaceId}/sync-jobs/{syncJobId}', { params: of(deleted) })
    await world.sql(`update data_sources set name = 'renamed' where workspace_id = ${workspace.id} and name = 'shop'`)
    for (const { operation } of held) await answer(extension, operation.messageId, 'OK')
    const ends = await Promise.all(held.map(({ operation }) => detailOf(owner, operation.id)))
    expect(ends.map(({ state }) => state)).toEqual(['stale', 'stale', 'stale'])
    expect(ends.map(({ reasons }) => reasons[0]!.code)).toEqual([
      'SYNC_JOBS_CHANGED',
      'SYNC_JOBS_GONE',
      'RUN_SOURCE_CHANGED',
    ])
    expect(await runsOf(changed)).toEqual([])
    expect(await runsOf(moved)).toEqual([])
  })
})

describe('batch-start-diJob', () => {
  test('a real extension lets several pass, and refuses the next ones, all of them', async () => {
    const workspace = await place()
    const extension = await tenant.extension({ points: ['batch-start-diJob'], enabledIn: [workspace] })
    const name = await table()
    const follow = (to: string) => job(workspace, 'real-time', [{ from: name, to, changeColumn: 'id' }], TO_SHOP)
    const targets = [fresh('copy'), fresh('copy'), fresh('copy'), fresh('copy')] as const
    const [a, b, c, d] = [
      await follow(targets[0]),
      await follow(targets[1]),
      await follow(targets[2]),
      await follow(targets[3]),
    ]
    const passed = await startAll([a, b], '2')
    const refused = await startAll([c, d])
    expect(passed).toMatchObject({ operation: { state: 'held', eventCode: 'batch-start-diJob' }, runs: [] })
    const body = await bodyOf(passed.operation.id)
    expect(problemsWith('batch-start-diJob', body)).toEqual([])
    expect(body).toMatchObject({
      ...{ appId: workspace.id, projectId: workspace.id, jobIds: [a.id, b.id], env: 'prod', showTableMapping: true },
      ...{ extensionBizName: `${a.name},${b.name}`, setting: {} },
      tableMappings: [
        { id: a.id, extensionBizName: a.name, tableMapping: [{ srcTable: name, dstTable: targets[0] }] },
        { id: b.id, tableMapping: [{ dstTable: targets[1] }] },
      ],
    })
    await answer(extension, passed.operation.messageId, 'OK')
    await answer(extension, refused.operation.messageId, 'FAIL')
    await expect.poll(stateOf(refused.operation.id), PATIENCE).toBe('refused')
    for (const target of targets.slice(0, 2)) {
      await expect.poll(() => isThere(target), SLOWLY).toBe(true)
      // From the value on that the start names.
      await expect.poll(() => rowsInside(target), SLOWLY).toBe(2)
    }
    // What comes later follows.
    await inside.rows(`insert into ${name} (id, note) values (4, 'later')`)
    await expect.poll(() => rowsInside(targets[0]), SLOWLY).toBe(3)
    for (const one of [a, b]) expect(await read(one)).toMatchObject({ state: 'running' })
    for (const target of targets.slice(2)) expect(await isThere(target)).toBe(false)
    for (const one of [c, d]) expect(await read(one)).toMatchObject({ state: 'never-run', run: null })
    for (const one of [a, b]) {
      expect(await stop(one)).toMatchObject({ state: 'stopped', run: { stoppedBy: { id: String(owner.id) } } })
      expect(await refusalCode(stop(one))).toBe('SYNC_JOB_NOT_UNDER_WAY')
    }
  }, 120_000)

  test('several jobs name at most 500 tables together', async () => {
    const workspace = await place()
    await tenant.extension({ points: ['batch-start-diJob'], enabledIn: [workspace] })
    const word = fresh('shard')
    await inside.rows(
      `do $$ begin for n in 1..501 loop execute format('create table ${word}_%s (id int primary key)', n); end loop; end $$`,
    )
    const mappings = Array.from({ length: 501 }, (_, at) => ({ from: `${word}_${at + 1}`, changeColumn: 'id' }))
    const [one, other] = [
      await job(workspace, 'real-time', mappings.slice(0, 250)),
      await job(workspace, 'real-time', mappings.slice(250)),
    ]
    const { operation } = await startAll([one, other])
    const body = await bodyOf(operation.id)
    expect(body).toMatchObject({ showTableMapping: false, jobIds: [one.id, other.id] })
    expect(body).not.toHaveProperty('tableMappings')
    expect(problemsWith('batch-start-diJob', body)).toEqual([])
  })

  test('one that is not real-time, or cannot be started, keeps all of them from being started', async () => {
    const workspace = await place()
    const name = await table()
    const good = await job(workspace, 'real-time', [{ from: name, to: 'a', changeColumn: 'id' }])
    const full = await job(workspace, 'full', [{ from: name, to: 'b' }])
    const nothing = await job(workspace, 'real-time', [{ from: 'nowhere', to: 'c', changeColumn: 'id' }])
    expect(await refusalCode(startAll([good, full]))).toBe('SYNC_NOT_REAL_TIME')
    expect(await refusalCode(startAll([good, nothing]))).toBe('SYNC_MATCHES_NOTHING')
    expect(await refusalCode(startAll([good, { ...good, id: 1 }]))).toBe('SYNC_JOB_NOT_FOUND')
    expect(await runsOf(good)).toEqual([])
    const { items } = await owner.api.call('GET /operations', { query: { workspaceId: workspace.id } })
    expect(items).toEqual([])
  })
})

describe('what cannot be is said before anything is held', () => {
  test('a data source that cannot be reached, or refuses its credentials', async () => {
    const name = await table()
    for (const workspace of [await place(9), await place(door.port, 'wrong')]) {
      await tenant.extension({ points: ['start-diJob'], enabledIn: [workspace] })
      const one = await job(workspace, 'full', [{ from: name }])
      expect(await refusalCode(start(one))).toBe('DATA_SOURCE_UNREACHABLE')
      expect(await read(one)).toMatchObject({ state: 'never-run', heldBy: [] })
    }
  })

  test('a mapping that leads to nothing, columns that are missing, a position that is no value of the column', async () => {
    const workspace = await place()
    const name = await table()
    const refused = async (mapping: MappingOf, startAt: string | null = null) => {
      const kind = mapping.changeColumn === undefined ? 'full' : 'incremental'
      return await refusalCode(start(await job(workspace, kind, [mapping]), startAt))
    }
    expect(await refused({ from: { table: 'nothing_\\d+', isPattern: true } })).toBe('SYNC_MATCHES_NOTHING')
    expect(await refused({ from: name, columns: [{ from: 'none', to: 'none' }] })).toBe('SYNC_COLUMNS_MISSING')
    expect(await refused({ from: name, changeColumn: 'note' })).toBe('SYNC_CHANGE_COLUMN_UNFIT')
    expect(await refused({ from: name, changeColumn: 'id' }, '2026-03-01 00:00:00')).toBe('SYNC_POSITION_INVALID')
    expect(await refused({ from: name, changeColumn: 'at' }, '5')).toBe('SYNC_POSITION_INVALID')
    expect(await refused({ from: name, changeColumn: 'at' }, '2026-02-31 00:00:00')).toBe('SYNC_POSITION_INVALID')
    expect(await refused({ from: name }, '5')).toBe('SYNC_POSITION_INVALID')
    const preview = await owner.api.call('POST /workspaces/{workspaceId}/sync-previews', {
      params: { workspaceId: workspace.id },
      body: syncOf('full', [{ from: 'nothing' }], FROM_SHOP) as never,
    })
    expect(preview).toMatchObject({ tables: [], problems: [{ code: 'SYNC_MATCHES_NOTHING' }] })
  })

  test('what is under way is neither started nor deleted, and a run goes on as it was started', async () => {
    const workspace = await place()
    const name = await table()
    const one = await job(workspace, 'real-time', [{ from: name, to: fresh('copy'), changeColumn: 'id' }], TO_SHOP)
    const { runs } = await start(one)
    expect(runs).toMatchObject([{ revision: 1, startedBy: { id: String(owner.id) } }])
    expect(await refusalCode(start(one))).toBe('SYNC_JOB_UNDER_WAY')
    const remove = () => owner.api.call('DELETE /workspaces/{workspaceId}/sync-jobs/{syncJobId}', { params: of(one) })
    expect(await refusalCode(remove())).toBe('SYNC_JOB_UNDER_WAY')
    await comesTo(one, 'running')
    await stop(one)
    await remove()
    expect(await refusalCode(read(one))).toBe('SYNC_JOB_NOT_FOUND')
  })
})

describe('jobs', () => {
  test('what can never run, a name that is taken, and what somebody has changed meanwhile are refused', async () => {
    const workspace = await place()
    const bad = (mapping: MappingOf, more = {}) => refusalCode(job(workspace, 'real-time', [mapping], more))
    expect(await bad({ from: 'a' })).toBe('SYNC_INVALID')
    expect(await bad({ from: 'a', changeColumn: 'id' }, { source: { dataSource: 'nowhere' } })).toBe(
      'DATA_SOURCE_MISSING',
    )
    const one = await job(workspace, 'full', [{ from: 'a' }])
    const save = (body: Record<string, unknown>) =>
      owner.api.call('PATCH /workspaces/{workspaceId}/sync-jobs/{syncJobId}', { params: of(one), body: body as never })
    expect(await refusalCode(save({ revision: 7, name: 'x' }))).toBe('SYNC_JOB_CHANGED')
    expect(await refusalCode(save({ revision: 1, resourceGroup: 'none' }))).toBe('NOT_FOUND')
    const other = await job(workspace, 'full', [{ from: 'a' }])
    expect(await refusalCode(save({ revision: 1, name: other.name }))).toBe('SYNC_JOB_NAME_TAKEN')
    expect(await save({ revision: 1, name: 'renamed' })).toMatchObject({ name: 'renamed', revision: 2 })
  })

  test('a data source that a job names is not deleted', async () => {
    const workspace = await place()
    const one = await job(workspace, 'full', [{ from: 'a' }])
    const { items } = await owner.api.call('GET /workspaces/{workspaceId}/data-sources', {
      params: { workspaceId: workspace.id },
    })
    const params = { workspaceId: workspace.id, dataSourceId: items.find(({ name }) => name === 'shop')!.id }
    const remove = () => owner.api.call('DELETE /workspaces/{workspaceId}/data-sources/{dataSourceId}', { params })
    await expect(remove()).rejects.toThrow(one.name)
    await owner.api.call('DELETE /workspaces/{workspaceId}/sync-jobs/{syncJobId}', { params: of(one) })
    await remove()
  })

  test('a second incremental run goes on from the first; what was brought is told by the minute', async () => {
    const workspace = await place()
    const name = await table()
    const one = await job(workspace, 'incremental', [{ from: name, to: 'ods', changeColumn: 'id' }])
    await start(one)
    await comesTo(one, 'succeeded')
    await inside.rows(`insert into ${name} (id, note) values (4, 'more')`)
    await start(one)
    await expect
      .poll(async () => (await runsOf(one)).map(({ state }) => state), SLOWLY)
      .toEqual(['succeeded', 'succeeded'])
    expect(await onDuckDb(workspace, 'select count(*) as n from ods')).toContain('\n4\n')
    const { items } = await owner.api.call('GET /workspaces/{workspaceId}/sync-jobs/{syncJobId}/tables', {
      params: of(one),
    })
    expect(items).toMatchObject([{ position: '4', rows: 4 }])
    const minutes = await owner.api.call('GET /workspaces/{workspaceId}/sync-jobs/{syncJobId}/throughput', {
      params: of(one),
    })
    expect(minutes.items.reduce((sum, { rows }) => sum + rows, 0)).toBe(4)
  })

  test('a run that fails says why, and a data source that goes away is tried again', async () => {
    const workspace = await place()
    const name = await table()
    const unfit = await job(workspace, 'full', [{ from: name, to: 'typed' }])
    await onDuckDb(workspace, 'create table typed (id int, note int, "at" timestamp)')
    await start(unfit)
    expect(await comesTo(unfit, 'failed')).toMatchObject({
      reasons: [{ code: 'SYNC_TYPE_UNFIT', details: { row: 1, column: 'note' } }],
    })
    const follows = await job(workspace, 'real-time', [{ from: name, to: fresh('copy'), changeColumn: 'id' }])
    await start(follows)
    await expect.poll(async () => (await read(follows)).rows, SLOWLY).toBe(3)
    door.listen(() => 'before')
    try {
      expect(await comesTo(follows, 'retrying')).toMatchObject({ reasons: [{ code: 'DATA_SOURCE_UNREACHABLE' }] })
    } finally {
      door.listen(() => null)
    }
    await inside.rows(`insert into ${name} (id, note) values (9, 'back')`)
    expect(await comesTo(follows, 'running')).toMatchObject({ reasons: [] })
    await expect.poll(async () => (await read(follows)).rows, SLOWLY).toBeGreaterThan(3)
    await stop(follows)
  }, 120_000)

  test('another tenant finds nothing of it', async () => {
    const workspace = await place()
    const one = await job(workspace, 'full', [{ from: 'a' }])
    const stranger = await world.tenant()
    const { status, body } = await dialect(world.server, stranger.owner, 'GetDIJob', { Id: one.id }, '2024-05-18')
    expect([status, body.Code]).toEqual([404, 'Invalid.DI.JobNotExist'])
  })
})
