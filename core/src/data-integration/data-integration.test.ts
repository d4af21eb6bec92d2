// biome-ignore-all lint/suspicious/noTemplateCurlyInString: parameters are written so
import { describe, expect, test } from 'vitest'
import { checkBody, eventByCode } from '../catalog/index.ts'
import { Refusal } from '../refusal.ts'
import { columnsOf, type FoundSyncTable } from './columns.ts'
import { jobState } from './job.ts'
import { type Match, mappingEntries, namesTables, tablesOf } from './mapping.ts'
import { type Sync, type SyncMapping, syncProblems } from './sync.ts'
import { readTaskContent } from './task-content.ts'

const match: Match = (pattern, names) =>
  names.map((name) => {
    const found = new RegExp(`^(?:${pattern})$`, 'u').exec(name)
    return found === null ? null : found.slice(1)
  })
const mapping = (more: Partial<SyncMapping> = {}): SyncMapping => ({
  source: { schema: null, table: 'orders', isPattern: false, format: null },
  target: { schema: null, table: '${table}', format: null },
  columns: [],
  where: null,
  write: 'replace',
  partition: null,
  key: [],
  changeColumn: null,
  ...more,
})
const sync = (mappings: readonly SyncMapping[], kind: Sync['kind'] = 'full'): Sync => ({
  kind,
  source: { dataSource: 'shop_db' },
  target: { dataSource: null },
  mappings,
  lookback: 60,
  pollSeconds: 5,
})
const pattern = (table: string, target: string, schema: string | null = null) =>
  mapping({
    source: { schema, table, isPattern: true, format: null },
    target: { schema: null, table: target, format: null },
  })
const table = (name: string, schema: string | null = 'public') => ({ schema, table: name, format: null })
const refusal = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code, details: error.details }
    throw error
  }
  return null
}

describe('rule 53: what of a synchronisation can never run is said with its place', () => {
  const following = mapping({ write: 'upsert', key: ['id'], changeColumn: 'modified_at' })
  test('what follows a change column upserts by a key', () => {
    expect(syncProblems(sync([following], 'real-time'))).toEqual([])
    expect(syncProblems(sync([mapping()], 'real-time')).map(({ path }) => path)).toEqual([
      'mappings.0.write',
      'mappings.0.changeColumn',
    ])
    expect(syncProblems(sync([following])).map(({ path }) => path)).toEqual(['mappings.0.changeColumn'])
  })

  test.each([
    [{ source: { schema: null, table: 'shard(', isPattern: true, format: null } }, 'source.table'],
    // Whole names: what closes the group that is put around it would match parts of them.
    [{ source: { schema: null, table: 'a)|(?:b', isPattern: true, format: null } }, 'source.table'],
    [{ target: { schema: null, table: '../secret.csv', format: 'csv' } }, 'target.table'],
    [{ target: { schema: null, table: '/etc/passwd', format: 'csv' } }, 'target.table'],
    [{ target: { schema: null, table: 'orders.csv', format: 'csv' }, write: 'upsert', key: ['id'] }, 'write'],
    [{ partition: 'yesterday' }, 'partition'],
    [{ key: ['id'] }, 'key'],
  ] as const)('%j', (more, path) => {
    expect(syncProblems(sync([mapping(more)])).map((one) => one.path)).toEqual([`mappings.0.${path}`])
  })
})

describe('rule 54: from mappings to tables', () => {
  const there = [table('orders'), table('shard_1'), table('shard_2'), table('shard_x'), table('shard_1', 'old')]

  test('patterns match whole names, and their groups name the targets', () => {
    const found = tablesOf(sync([pattern('shard_(\\d+)', 'ods_$1_${table}')]), there, 'public', match, 'postgresql')
    expect(found.map(({ source, target }) => [source.table, target.table])).toEqual([
      ['shard_1', 'ods_1_shard_1'],
      ['shard_2', 'ods_2_shard_2'],
    ])
  })

  test('a table goes where the first of its mappings leads it', () => {
    const found = tablesOf(
      sync([mapping(), pattern('.*', 'rest_${schema}_${table}', '.*')]),
      there,
      'public',
      match,
      'postgresql',
    )
    expect(found.map(({ target }) => target.table)).toEqual([
      'orders',
      'rest_public_shard_1',
      'rest_public_shard_2',
      'rest_public_shard_x',
      'rest_old_shard_1',
    ])
  })

  test('a mapping that leads to nothing is refused by name, and so are two tables that would go to one', () => {
    const none = sync([mapping(), pattern('nothing_.*', 't'), pattern('none', 't')])
    expect(refusal(() => tablesOf(none, there, 'public', match, 'postgresql'))).toEqual({
      code: 'SYNC_MATCHES_NOTHING',
      details: { mappings: ['nothing_.*', 'none'] },
    })
    expect(
      refusal(() => tablesOf(sync([pattern('shard_.*', 'all')]), there, 'public', match, 'postgresql'))?.code,
    ).toBe('SYNC_TARGET_TWICE')
  })

  test.each([
    ['duckdb', ['Orders', 'orders'], '${table}'],
    ['postgresql', [`${'汇'.repeat(21)}a`, `${'汇'.repeat(21)}b`], '${table}'],
  ] as const)('names that %s takes for one lead to one target', (kind, names, to) => {
    const found = names.map((name) => table(name))
    const led = () => tablesOf(sync([pattern('.*', to)]), found, 'public', match, kind)
    expect(refusal(led)?.code).toBe('SYNC_TARGET_TWICE')
    const other = kind === 'duckdb' ? 'postgresql' : 'duckdb'
    expect(tablesOf(sync([pattern('.*', to)]), found, 'public', match, other)).toHaveLength(2)
  })

  test.each([
    ['duckdb', 'main'],
    ['postgresql', 'public'],
  ] as const)('the usual schema of %s is the same whether it is named or not', (kind, schema) => {
    const named = mapping({ source: pattern('shard_1', '').source, target: { schema, table: 'ods', format: null } })
    const plain = mapping({ target: { schema: null, table: 'ods', format: null } })
    expect(refusal(() => tablesOf(sync([named, plain]), there, 'public', match, kind))?.code).toBe('SYNC_TARGET_TWICE')
  })

  test.each(['../orders', 'a/../../orders', '/etc/orders', '.hidden'])(
    'a table of the source that is called %s leads to no file outside',
    (name) => {
      const one = mapping({
        source: { schema: null, table: '.*', isPattern: true, format: null },
        target: { schema: null, table: '${table}', format: 'csv' },
      })
      expect(refusal(() => tablesOf(sync([one]), [table(name)], 'public', match, 'duckdb'))).toMatchObject({
        code: 'SYNC_INVALID',
        details: { path: 'mappings.0.target.table' },
      })
    },
  )

  test('columns that are named and not there are refused before a row is read; without columns all go along', () => {
    const source: FoundSyncTable = {
      name: 'orders',
      columns: [
        { name: 'id', type: 'bigint' },
        { name: 'amount', type: 'numeric(18,2)' },
      ],
      primaryKey: ['id'],
    }
    const upsert = mapping({ write: 'upsert' })
    expect(columnsOf(upsert, source, null)).toEqual({
      pairs: [
        { from: 'id', to: 'id', type: 'bigint' },
        { from: 'amount', to: 'amount', type: 'numeric(18,2)' },
      ],
      key: ['id'],
    })
    const lacking = { ...source, name: 'ods_orders', columns: source.columns.slice(0, 1) }
    expect(refusal(() => columnsOf(upsert, source, lacking))?.details).toEqual({
      table: 'ods_orders',
      columns: ['amount'],
    })
    expect(refusal(() => columnsOf(upsert, { ...source, primaryKey: [] }, null))?.code).toBe('SYNC_KEY_MISSING')
    const renamed = mapping({ write: 'upsert', columns: [{ from: 'id', to: 'order_id' }] })
    expect(columnsOf(renamed, source, null).key).toEqual(['order_id'])
  })
})

describe('rule 55: what messages say of tables', () => {
  test('patterns stand there as they were written, in the members that the catalogue has', () => {
    const entries = mappingEntries(sync([pattern('shard.*', 'ods', 'db_\\d'), mapping()]), {
      source: 'shop_db',
      target: 'default',
      database: 'public',
    })
    expect(entries[0]).toEqual({
      srcDatasourceName: 'shop_db',
      srcDatabaseName: 'db_\\d',
      srcTable: 'shard.*',
      dstDatasourceName: 'default',
      dstTable: 'ods',
    })
    const event = eventByCode('start-diJob')
    expect(checkBody(event, { ...event.sample, tableMapping: entries })).toEqual([])
  })

  test('500 are named, 501 are not, counted over all jobs of a start', () => {
    const many = (count: number) =>
      mappingEntries(sync(Array.from({ length: count }, () => mapping())), {
        source: 'a',
        target: 'b',
        database: 'c',
      })
    expect(namesTables([many(500)])).toBe(true)
    expect(namesTables([many(501)])).toBe(false)
    expect(namesTables([many(250), many(251)])).toBe(false)
  })
})

describe('the content of a DI node', () => {
  const content = (reader: object, writer: object) =>
    JSON.stringify({
      type: 'job',
      version: '2.0',
      steps: [
        { stepType: 'postgresql', category: 'reader', name: 'Reader', parameter: reader },
        { stepType: 'odps', category: 'writer', name: 'Writer', parameter: writer },
      ],
      setting: { errorLimit: { record: '0' } },
      order: { hops: [{ from: 'Reader', to: 'Writer' }] },
    })

  test('is one synchronisation', () => {
    const read = readTaskContent(
      content(
        { datasource: 'shop_db', connection: [{ table: ['public.orders'] }], column: ['id', 'total'], where: 'id > 5' },
        {
          datasource: 'odps_first',
          table: 'ods_orders',
          column: ['id', 'amount'],
          partition: 'dt=20261121',
          truncate: true,
        },
      ),
    )
    expect(read.source.dataSource).toBe('shop_db')
    expect(read.mappings).toEqual([
      mapping({
        source: { schema: 'public', table: 'orders', isPattern: false, format: null },
        target: { schema: null, table: 'ods_orders', format: null },
        columns: [
          { from: 'id', to: 'id' },
          { from: 'total', to: 'amount' },
        ],
        where: 'id > 5',
        partition: 'dt=20261121',
      }),
    ])
  })

  test('rows that would only be added are refused: an instance may run again', () => {
    const adding = content({ table: 'orders', column: ['*'] }, { table: 'ods_orders', column: ['*'] })
    expect(refusal(() => readTaskContent(adding))?.code).toBe('SYNC_INVALID')
    const keyed = content(
      { table: 'orders', column: ['*'] },
      { table: 'ods_orders', column: ['*'], primaryKey: ['id'] },
    )
    expect(readTaskContent(keyed).mappings[0]).toMatchObject({ write: 'upsert', key: ['id'], columns: [] })
  })

  test.each(['', 'select 1', '[]', '{"steps": 5}', '{"steps": [{"category": "reader"}]}', 'null'])(
    '%j is none',
    (text) => {
      expect(refusal(() => readTaskContent(text))?.code).toBe('SYNC_INVALID')
    },
  )
})

test('how a job stands follows from its newest run', () => {
  const run = { endedAs: null, isRunning: true, isRetrying: false }
  expect(jobState(null)).toBe('never-run')
  expect(jobState({ ...run, isRunning: false })).toBe('waiting')
  expect(jobState(run)).toBe('running')
  expect(jobState({ ...run, isRetrying: true })).toBe('retrying')
  expect(jobState({ ...run, isRunning: false, endedAs: 'stopped' })).toBe('stopped')
})
