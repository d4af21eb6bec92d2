// Rules 47 and 50: submitting a table changes the real table of a real database, when it is let pass; and nothing otherwise. Effects are read back
// from the database itself.
import type { TableColumn, TableDesign } from '@holdpoint/core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type DatabaseDoor, openDatabaseDoor } from '../../../../test/database-door.ts'
import { type TestDatabase, testDatabase } from '../../../../test/postgres.ts'
import {
  callBack,
  detailOf,
  type Extension,
  PATIENCE,
  type Person,
  refusalCode,
  startWorld,
  type Tenant,
  type Workspace,
  type World,
} from '../../../../test/world.ts'
import { type Database, openDatabase } from '../../store/database.ts'

let world: World
let tenant: Tenant
let owner: Person
let warehouse: TestDatabase
let inside: Database
let door: DatabaseDoor
beforeAll(async () => {
  world = await startWorld({ scheduler: 'on' })
  tenant = await world.tenant()
  owner = tenant.owner
  warehouse = await testDatabase({ migrate: null })
  inside = openDatabase(warehouse.config)
  door = await openDatabaseDoor(warehouse.config)
})
afterAll(async () => {
  await world?.stop()
  await inside?.close()
  door?.close()
  await warehouse?.drop()
})

const one = (name: string, type: string, more: Partial<TableColumn> = {}): TableColumn => ({
  ...{ name, type, comment: '', isPartition: false },
  ...more,
})
const design = (columns: readonly TableColumn[], more: Partial<TableDesign> = {}) => ({
  ...{ comment: '', dataSource: null, lifeCycleDays: null },
  ...more,
  columns: columns.map((column) => ({ ...column })),
})
let serial = 0
const fresh = (word: string) => `${word}_${++serial}`

type Of = { readonly workspaceId: number; readonly tableId: number }
type Environment = 'DEV' | 'PROD'

async function table(workspace: Workspace, columns: readonly TableColumn[], more: Partial<TableDesign> = {}) {
  const name = fresh('orders')
  const body = { name, design: design(columns, more) }
  const { id } = await owner.api.call('POST /workspaces/{workspaceId}/tables', {
    params: { workspaceId: workspace.id },
    body,
  })
  return { name, of: { workspaceId: workspace.id, tableId: id } }
}
const save = (of: Of, revision: number, columns: readonly TableColumn[], more: Partial<TableDesign> = {}) =>
  owner.api.call('PATCH /workspaces/{workspaceId}/tables/{tableId}', {
    params: of,
    body: { revision, design: design(columns, more) },
  })
const submit = (of: Of, environment: Environment, revision = 1, losses: string[] = []) =>
  owner.api.call('POST /workspaces/{workspaceId}/tables/{tableId}/submissions', {
    params: of,
    body: { environment, revision, losses },
  })
const submissions = async (of: Of) =>
  (await owner.api.call('GET /workspaces/{workspaceId}/tables/{tableId}/submissions', { params: of })).items
const ended = (of: Of, patience: { readonly timeout: number; readonly interval: number } = PATIENCE) =>
  vi.waitUntil(async () => {
    const [newest] = await submissions(of)
    return newest !== undefined && newest.state !== 'applying' ? newest : null
  }, patience)
/** What stands still is ended only after a while. */
const LONGER = { ...PATIENCE, timeout: 150_000 }
const compare = (of: Of, environment: Environment) =>
  owner.api.call('GET /workspaces/{workspaceId}/tables/{tableId}/comparison', { params: of, query: { environment } })
async function applied(of: Of, environment: Environment, revision = 1, losses: string[] = []) {
  await submit(of, environment, revision, losses)
  const end = await ended(of)
  expect(end).toMatchObject({ state: 'applied', environment, reasons: [] })
  return end
}
const logOf = async ({ workspaceId }: Of, instanceId: number | null) =>
  (
    await owner.api.call('GET /workspaces/{workspaceId}/instances/{instanceId}/log', {
      params: { workspaceId, instanceId: instanceId! },
    })
  ).text
const answer = (extension: Extension, messageId: string | null, result: 'OK' | 'FAIL') =>
  callBack(world.server, extension, messageId, result, 'UpdateIDEEventResult')

/** A workspace of which both environments lie in the PostgreSQL. */
async function onPostgresql(mode: 'standard' | 'basic' = 'standard'): Promise<Workspace> {
  const workspace = await tenant.workspace(mode)
  const url = new URL(warehouse.url)
  for (const environment of mode === 'standard' ? (['DEV', 'PROD'] as const) : (['PROD'] as const))
    await owner.api.call('POST /workspaces/{workspaceId}/data-sources', {
      params: { workspaceId: workspace.id },
      body: {
        ...{ kind: 'postgresql', environment, name: 'warehouse' },
        settings: {
          ...{ host: '127.0.0.1', port: door.port, tls: false, database: url.pathname.slice(1) },
          user: decodeURIComponent(url.username),
        },
        password: decodeURIComponent(url.password) || 'unused',
      },
    })
  return workspace
}
const IN_WAREHOUSE = { dataSource: 'warehouse' }
const columnsInside = async (name: string) =>
  (
    await inside.rows<{ column: string }>(
      `select attname || ' ' || format_type(atttypid, atttypmod) || coalesce(' ' || col_description(attrelid, attnum), '') as column
       from pg_attribute where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum`,
      [name],
    )
  ).map(({ column }) => column)

/** An extension that refuses a table with this column, in this environment. */
const without = (workspace: Workspace, column: string, environment: Environment) =>
  tenant.extension({
    points: ['commit-table', 'deploy-table'],
    enabledIn: [workspace],
    source: `export default (request: unknown, { snapshot: { TableModel } }: any) => {
      const isThere = TableModel.Columns.some((one: any) => one.ColumnName === '${column}')
      return { checkResult: isThere && TableModel.Env === '${environment}' ? 'FAIL' : 'OK' }
    }`,
  })
/** Once the extension has let it. */
async function reaches(of: Of, environment: Environment, revision: number): Promise<void> {
  await submit(of, environment, revision)
  const isApplied = async () =>
    (await submissions(of)).some(
      (one) => one.environment === environment && one.revision === revision && one.state === 'applied',
    )
  await expect.poll(isApplied, PATIENCE).toBe(true)
}
const stateOf = (operationId: string) => async () => (await detailOf(owner, operationId)).state

describe('an extension that is a function reads the design, and decides which real table is changed', () => {
  test('of development', async () => {
    const workspace = await onPostgresql()
    await without(workspace, 'password', 'DEV')
    const { name, of } = await table(workspace, [one('id', 'bigint')], IN_WAREHOUSE)
    await reaches(of, 'DEV', 1)
    expect(await columnsInside(name)).toEqual(['id bigint'])
    await save(of, 1, [one('id', 'bigint'), one('password', 'string')], IN_WAREHOUSE)
    const { operation } = await submit(of, 'DEV', 2)
    await expect.poll(stateOf(operation.id), PATIENCE).toBe('refused')
    expect(await columnsInside(name)).toEqual(['id bigint'])
  })

  test('of production, which keeps what it has', async () => {
    const workspace = await tenant.workspace()
    await without(workspace, 'draft', 'PROD')
    const { of } = await table(workspace, [one('id', 'bigint')])
    await reaches(of, 'DEV', 1)
    await reaches(of, 'PROD', 1)
    await save(of, 1, [one('id', 'bigint'), one('draft', 'string')])
    await reaches(of, 'DEV', 2)
    const { operation } = await submit(of, 'PROD', 2)
    await expect.poll(stateOf(operation.id), PATIENCE).toBe('refused')
    const left = async (environment: Environment) => (await compare(of, environment)).changes.length
    expect([await left('DEV'), await left('PROD')]).toEqual([0, 1])
  })
})

describe('in a DuckDB file', () => {
  test('a table is made, changed and told as it is, in development first and then in production', async () => {
    const workspace = await tenant.workspace()
    const { of, name } = await table(workspace, [one('id', 'bigint'), one('at', 'datetime', { comment: 'when' })], {
      comment: 'all orders',
      lifeCycleDays: 30,
    })
    expect(await compare(of, 'DEV')).toMatchObject({ exists: false, changes: [{ kind: 'create-table', loss: null }] })
    expect(await refusalCode(submit(of, 'PROD'))).toBe('TABLE_NOT_IN_DEVELOPMENT')
    const { operation, submission, run } = await submit(of, 'DEV')
    expect(operation).toMatchObject({ state: 'done', eventCode: 'commit-table' })
    expect(submission).toMatchObject({ state: 'applying', environment: 'DEV', operationId: operation.id })
    expect(run).toMatchObject({ kind: 'table', instanceId: submission!.instanceId })
    const end = await ended(of)
    expect(end).toMatchObject({ state: 'applied', changes: [{ kind: 'create-table' }] })
    expect(await logOf(of, end.instanceId)).toContain(`create table "${name}" ("id" bigint, "at" timestamp_ms)`)
    expect(await compare(of, 'DEV')).toMatchObject({ exists: true, changes: [], statements: [] })
    expect(await refusalCode(submit(of, 'DEV'))).toBe('TABLE_UNCHANGED')
    await applied(of, 'PROD')
    const detail = await owner.api.call('GET /workspaces/{workspaceId}/tables/{tableId}', { params: of })
    expect(detail.environments).toMatchObject([
      { environment: 'DEV', revision: 1, design: { lifeCycleDays: 30 } },
      { environment: 'PROD', revision: 1 },
    ])
    await save(of, 1, [
      one('id', 'bigint', { comment: 'number' }),
      one('at', 'datetime'),
      one('amount', 'decimal(18,2)'),
    ])
    expect((await compare(of, 'DEV')).changes.map(({ kind, column }) => [kind, column])).toEqual([
      ['add-column', 'amount'],
      ['comment-column', 'id'],
      ['comment-column', 'at'],
      ['comment-table', null],
      ['life-cycle', null],
    ])
    expect(await refusalCode(submit(of, 'PROD', 2))).toBe('TABLE_NOT_IN_DEVELOPMENT')
    await applied(of, 'DEV', 2)
    expect((await compare(of, 'DEV')).changes).toEqual([])
    expect((await compare(of, 'PROD')).changes).toHaveLength(5)
  })

  test('in basic mode there is production alone, and submitting needs the right to publish', async () => {
    const workspace = await tenant.workspace('basic')
    const { of } = await table(workspace, [one('id', 'int')])
    expect(await refusalCode(submit(of, 'DEV'))).toBe('ENVIRONMENT_ABSENT')
    const developer = await tenant.person([], { [workspace.id]: ['developer'] })
    const asked = developer.api.call('POST /workspaces/{workspaceId}/tables/{tableId}/submissions', {
      params: of,
      body: { environment: 'PROD', revision: 1 },
    })
    expect(await refusalCode(asked)).toBe('FORBIDDEN')
    expect((await submit(of, 'PROD')).operation.eventCode).toBe('deploy-table')
    expect(await ended(of)).toMatchObject({ state: 'applied', environment: 'PROD' })
  })

  test('what would lose data is refused until it is asked for by these names', async () => {
    const { of } = await table(await tenant.workspace(), [
      one('id', 'bigint'),
      one('name', 'string'),
      one('n', 'bigint'),
    ])
    await applied(of, 'DEV')
    await save(of, 1, [one('id', 'int'), one('n', 'string')])
    const refused = await submit(of, 'DEV', 2, ['drop-column name']).catch((error) => error)
    expect(refused).toMatchObject({ code: 'TABLE_LOSES_DATA' })
    expect(refused.message).toContain('change-type id')
    expect(refused.message).not.toContain('drop-column')
    expect(await submissions(of)).toHaveLength(1)
    await applied(of, 'DEV', 2, ['drop-column name', 'change-type id'])
    expect((await compare(of, 'DEV')).changes).toEqual([])
  })

  test('a design that cannot be, a name that is taken and a design that somebody else has changed are refused', async () => {
    const workspace = await tenant.workspace()
    const { of, name } = await table(workspace, [one('id', 'bigint')])
    const again = (named: string, columns: readonly TableColumn[]) =>
      owner.api.call('POST /workspaces/{workspaceId}/tables', {
        params: { workspaceId: workspace.id },
        body: { name: named, design: design(columns) },
      })
    expect(await refusalCode(again(name, [one('id', 'bigint')]))).toBe('NAME_TAKEN')
    expect(await refusalCode(again('Other', [one('id', 'text')]))).toBe('TABLE_DESIGN_INVALID')
    await save(of, 1, [one('id', 'int')])
    expect(await refusalCode(save(of, 1, [one('id', 'string')]))).toBe('TABLE_CHANGED')
    expect(await refusalCode(submit(of, 'DEV', 1))).toBe('TABLE_CHANGED')
  })
})

describe('in a PostgreSQL', () => {
  test('a real extension lets one submission pass and refuses the next, to development and to production', async () => {
    const workspace = await onPostgresql()
    const extension = await tenant.extension({ points: ['commit-table', 'deploy-table'], enabledIn: [workspace] })
    for (const environment of ['DEV', 'PROD'] as const) {
      const [good, bad] = [
        await table(workspace, [one('id', 'bigint', { comment: 'number' })], IN_WAREHOUSE),
        await table(workspace, [one('id', 'bigint')], IN_WAREHOUSE),
      ]
      if (environment === 'PROD')
        // What development has both of; here it is the same database, from which both go again.
        for (const each of [good, bad]) {
          const { operation } = await submit(each.of, 'DEV')
          await answer(extension, operation.messageId, 'OK')
          expect(await ended(each.of)).toMatchObject({ state: 'applied' })
          await inside.rows(`drop table ${each.name}`)
        }
      const [first, second] = [await submit(good.of, environment), await submit(bad.of, environment)]
      expect(first).toMatchObject({ operation: { state: 'held' }, submission: null, run: null })
      expect(await columnsInside(good.name)).toEqual([])
      await answer(extension, first.operation.messageId, 'OK')
      await answer(extension, second.operation.messageId, 'FAIL')
      await vi.waitUntil(async () => (await submissions(good.of))[0]?.environment === environment, PATIENCE)
      expect(await ended(good.of)).toMatchObject({ state: 'applied', operationId: first.operation.id })
      expect(await columnsInside(good.name)).toEqual(['id bigint number'])
      expect((await detailOf(owner, second.operation.id)).state).toBe('refused')
      expect(await columnsInside(bad.name)).toEqual([])
    }
  })

  test('rows stay as they were through every change that keeps them', async () => {
    const { of, name } = await table(
      await onPostgresql('basic'),
      [one('id', 'int'), one('amount', 'decimal(10,2)')],
      IN_WAREHOUSE,
    )
    await applied(of, 'PROD')
    await inside.rows(`insert into ${name} values (1, 2.50), (2, null)`)
    await save(of, 1, [one('id', 'bigint'), one('amount', 'decimal(20,4)'), one('note', 'string')], IN_WAREHOUSE)
    await applied(of, 'PROD', 2)
    expect(await columnsInside(name)).toEqual(['id bigint', 'amount numeric(20,4)', 'note text'])
    expect(await inside.rows(`select id::text, amount::text, note from ${name} order by id`)).toEqual([
      { id: '1', amount: '2.5000', note: null },
      { id: '2', amount: null, note: null },
    ])
  })

  test('a table that was changed behind it meanwhile is left alone, and the submission fails', async () => {
    const workspace = await onPostgresql('basic')
    const { of, name } = await table(workspace, [one('id', 'int')], IN_WAREHOUSE)
    await applied(of, 'PROD')
    await save(of, 1, [one('id', 'bigint')], IN_WAREHOUSE)
    const extension = await tenant.extension({ points: ['deploy-table'], enabledIn: [workspace] })
    const { operation } = await submit(of, 'PROD', 2)
    await inside.rows(`alter table ${name} add column other text`)
    await answer(extension, operation.messageId, 'OK')
    await vi.waitUntil(async () => (await submissions(of)).length === 2, PATIENCE)
    expect(await ended(of)).toMatchObject({ state: 'failed', reasons: [{ code: 'TABLE_DIFFERS' }] })
    expect(await columnsInside(name)).toEqual(['id integer', 'other text'])
    // Asked for again it is compared with what there is now.
    expect(await refusalCode(submit(of, 'PROD', 2))).toBe('TABLE_LOSES_DATA')
  })

  test('another submission meanwhile makes the later one stale, and so does another data source', async () => {
    const workspace = await onPostgresql('basic')
    const extension = await tenant.extension({ points: ['deploy-table'], enabledIn: [workspace] })
    const { of } = await table(workspace, [one('id', 'int')], IN_WAREHOUSE)
    const first = await submit(of, 'PROD', 1)
    await save(of, 1, [one('id', 'int'), one('n', 'int')], IN_WAREHOUSE)
    const second = await submit(of, 'PROD', 2)
    await answer(extension, second.operation.messageId, 'OK')
    expect(await ended(of)).toMatchObject({ state: 'applied', revision: 2 })
    await answer(extension, first.operation.messageId, 'OK')
    expect(await detailOf(owner, first.operation.id)).toMatchObject({
      state: 'stale',
      reasons: [{ code: 'TABLE_SUBMITTED_MEANWHILE' }],
    })
    const other = await table(workspace, [one('id', 'int')], IN_WAREHOUSE)
    const third = await submit(other.of, 'PROD')
    await world.sql(
      `update data_sources set name = 'elsewhere' where workspace_id = ${workspace.id} and name = 'warehouse'`,
    )
    await answer(extension, third.operation.messageId, 'OK')
    expect((await detailOf(owner, third.operation.id)).reasons).toMatchObject([{ code: 'RUN_SOURCE_CHANGED' }])
    expect(await columnsInside(other.name)).toEqual([])
  })

  test('a data source that cannot be reached is refused by name, and nothing is kept of it', async () => {
    const workspace = await onPostgresql('basic')
    const { of } = await table(workspace, [one('id', 'int')], IN_WAREHOUSE)
    await world.sql(`update data_sources set settings = settings || '{"port": 9}' where workspace_id = ${workspace.id}`)
    const refused = await submit(of, 'PROD').catch((error) => error)
    expect(refused).toMatchObject({ code: 'DATA_SOURCE_UNREACHABLE' })
    expect(refused.message).toContain('warehouse')
    expect(await submissions(of)).toEqual([])
  })

  test('where the answer to the commit is lost, it is looked at again, and is done', async () => {
    const { of, name } = await table(await onPostgresql('basic'), [one('id', 'int')], IN_WAREHOUSE)
    door.listen((said) => (/commit/.test(said) ? 'after' : null))
    try {
      await applied(of, 'PROD')
    } finally {
      door.listen(() => null)
    }
    expect(await columnsInside(name)).toEqual(['id integer'])
  })

  test('where it cannot be looked at again either, it ends as unknown, and the next submission finds out', async () => {
    const { of, name } = await table(await onPostgresql('basic'), [one('id', 'int')], IN_WAREHOUSE)
    let gone = false
    door.listen((said) => {
      if (gone) return 'before'
      gone = /commit/.test(said)
      return gone ? 'after' : null
    })
    try {
      await submit(of, 'PROD')
      expect(await ended(of)).toMatchObject({ state: 'unknown', reasons: [{ code: 'RUN_UNKNOWN' }] })
    } finally {
      door.listen(() => null)
    }
    expect(await applied(of, 'PROD')).toMatchObject({ changes: [] })
    expect(await columnsInside(name)).toEqual(['id integer'])
  })

  test('cut off in the middle, nothing of it is done, and it can be asked for again', async () => {
    const { of, name } = await table(
      await onPostgresql('basic'),
      [one('id', 'int', { comment: 'number' })],
      IN_WAREHOUSE,
    )
    door.listen((said) => (/comment on column/.test(said) ? 'before' : null))
    try {
      await submit(of, 'PROD')
      expect(await ended(of)).toMatchObject({ state: 'failed' })
    } finally {
      door.listen(() => null)
    }
    expect(await columnsInside(name)).toEqual([])
    await applied(of, 'PROD')
    expect(await columnsInside(name)).toEqual(['id integer number'])
  })

  test('a server that ends in the middle leaves it to the next one, which looks and does the rest', {
    timeout: 180_000,
  }, async () => {
    const { of, name } = await table(
      await onPostgresql('basic'),
      [one('id', 'int', { comment: 'number' })],
      IN_WAREHOUSE,
    )
    // The servers of this world run what they find; that one alone is held up.
    let stalled = false
    door.listen((said) => {
      if (!/comment on column/.test(said) || stalled) return null
      stalled = true
      return 'stall'
    })
    try {
      await submit(of, 'PROD')
      await vi.waitUntil(() => stalled, PATIENCE)
      const [run] = await world.db.rows<{ instance_id: number; replica_id: string }>(
        `select s.instance_id, i.replica_id from table_submissions s join instances i on i.id = s.instance_id where s.table_id = $1`,
        [of.tableId],
      )
      expect(await columnsInside(name)).toEqual([])
      // As if it were gone: others take over what it has.
      await world.db.rows('delete from replicas where id = $1', [run!.replica_id])
      expect(await ended(of, LONGER)).toMatchObject({ state: 'applied' })
      const runs = await world.db.rows('select run_number from instance_runs where instance_id = $1', [
        run!.instance_id,
      ])
      expect(runs.length).toBeGreaterThan(1)
    } finally {
      door.listen(() => null)
    }
    expect(await columnsInside(name)).toEqual(['id integer number'])
  })
})
