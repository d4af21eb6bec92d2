// biome-ignore-all lint/suspicious/noTemplateCurlyInString: names of targets are written so
// Synchronisations between real databases: what arrives, and what is said of what does not fit.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DatabaseDoor, openDatabaseDoor } from '../../../test/database-door.ts'
import { type TestDatabase, testDatabase } from '../../../test/postgres.ts'
import { DUCKDB, testRunners } from '../../../test/runners.ts'
import { type MappingOf, postgresqlSource, synced, syncOf } from '../../../test/syncs.ts'
import type { DataSource } from '../store/data-sources.ts'
import { type Database, openDatabase } from '../store/database.ts'

const here = testRunners()
let database: TestDatabase
let db: Database
let door: DatabaseDoor
let shop: DataSource
beforeAll(async () => {
  database = await testDatabase({ migrate: null })
  db = openDatabase(database.config)
  door = await openDatabaseDoor(database.config)
  shop = postgresqlSource(9, database.url, door.port, here.secretKey)
})
afterAll(async () => {
  await here.close()
  await db?.close()
  door?.close()
  await database?.drop()
})

const TIMEOUT_MS = 240_000
let lastId = 100
const fresh = (): DataSource => ({ ...DUCKDB, id: ++lastId, name: `duckdb_${lastId}` })
const on = async (dataSource: DataSource, content: string) => {
  const { ended, log } = await here.ran({ programType: 'SQL', content, dataSource })
  if (ended.ended !== 'succeeded') throw new Error(log)
  return log
}
/** What a query finds, as the log shows it: rows without the heading and without padding. */
const rowsOn = async (dataSource: DataSource, query: string) => {
  const lines = (await on(dataSource, query)).trimEnd().split('\n').slice(3, -1)
  return lines.map((line) => line.split(' | ').map((cell) => cell.trimEnd()))
}
const full = (source: DataSource, target: DataSource, ...mappings: MappingOf[]) =>
  synced(here, { sync: syncOf('full', mappings), ledger: null, source, target })
const SUCCEEDED = { ended: 'succeeded' }

const VALUES = `values (1, true, 12.34, 0.1, 'plain', '\\x00ff41', date '2026-03-01', timestamp '2026-03-01 01:02:03.456789', 'a,b'),
  (2, false, null, 'infinity', '', null, null, null, E'two\\nlines\\r\\nand "quotes"'),
  (3, null, -0.5, null, null, '\\x', date '0001-01-01', timestamp '2026-03-01', E'back\\\\slash\\ttab'),
  (4, null, 99999999.99, 1e300, '汇总', null, null, null, E'\\\\.'), (5, null, null, null, '\\N', null, null, null, E'x\\n\\\\.\\ny')`

describe('everything that is in a table', () => {
  test('comes from PostgreSQL to DuckDB and back: nulls, empty texts, quotes, lines within texts, bytes', async () => {
    await db.rows(
      `create table kinds (id bigint primary key, flag boolean, amount numeric(10,2), ratio double precision, note text, raw bytea, day date, at timestamp, odd text)`,
    )
    await db.rows(`insert into kinds ${VALUES}`)
    const duck = fresh()
    const there = await full(shop, duck, { from: 'kinds', to: 'kinds' })
    expect(there.log).toBe('public.kinds → kinds: 5 rows\n')
    expect(there.ended).toEqual(SUCCEEDED)
    expect(
      await rowsOn(
        duck,
        "select column_name, data_type from duckdb_columns() where table_name = 'kinds' order by column_index",
      ),
    ).toEqual([
      ['id', 'BIGINT'],
      ['flag', 'BOOLEAN'],
      ['amount', 'DECIMAL(10,2)'],
      ['ratio', 'DOUBLE'],
      ['note', 'VARCHAR'],
      ['raw', 'BLOB'],
      ['day', 'DATE'],
      ['at', 'TIMESTAMP'],
      ['odd', 'VARCHAR'],
    ])
    const back = await full(duck, shop, { from: 'kinds', to: 'kinds_again' })
    expect(back.ended).toEqual(SUCCEEDED)
    expect(await db.rows('select * from kinds except select * from kinds_again')).toEqual([])
    expect(await db.rows('select count(*)::int as n from kinds_again')).toEqual([{ n: 5 }])
    const other = fresh()
    expect((await full(duck, other, { from: 'kinds', to: 'kinds' })).ended).toEqual(SUCCEEDED)
    expect((await full(other, shop, { from: 'kinds', to: 'kinds_thrice' })).ended).toEqual(SUCCEEDED)
    expect((await full(shop, shop, { from: 'kinds_thrice', to: 'kinds_last' })).ended).toEqual(SUCCEEDED)
    expect(await db.rows('select * from kinds except select * from kinds_last')).toEqual([])
    expect(await db.rows('select count(*)::int as n from kinds_last')).toEqual([{ n: 5 }])
  })
})

describe('what is written', () => {
  test('takes the place of what was there; of a partition only where one is named; conditions and columns are kept to', async () => {
    const duck = fresh()
    await db.rows('create table sales (id int, city text, amount numeric(8,2))')
    await db.rows("insert into sales values (1, 'Oslo', 1), (2, 'Bergen', 2), (3, 'Oslo', 3)")
    const day = (dt: string): MappingOf => ({
      ...{ from: 'sales', to: 'ods_sales', partition: `dt=${dt}`, where: "city = 'Oslo' -- the capital" },
      columns: [
        { from: 'id', to: 'sale' },
        { from: 'amount', to: 'amount' },
      ],
    })
    for (const dt of ['20260301', '20260302', '20260301'])
      expect((await full(shop, duck, day(dt))).ended).toEqual(SUCCEEDED)
    expect(await rowsOn(duck, 'select * from ods_sales order by dt, sale')).toEqual([
      ['1', '1.00', '20260301'],
      ['3', '3.00', '20260301'],
      ['1', '1.00', '20260302'],
      ['3', '3.00', '20260302'],
    ])
    await db.rows('delete from sales where id = 3')
    expect((await full(shop, duck, day('20260301'))).ended).toEqual(SUCCEEDED)
    expect(await rowsOn(duck, 'select dt, count(*) from ods_sales group by all order by dt')).toEqual([
      ['20260301', '1'],
      ['20260302', '2'],
    ])
  })

  test('by a key: what is new comes, what has changed is changed, and what stands there besides stays', async () => {
    await db.rows('create table people (id int primary key, name text, extra json)')
    await db.rows(`insert into people values (1, 'Ada', '{"a": 1}'), (2, 'Bob', null)`)
    for (const target of [fresh(), { ...shop, id: 8, secret: null, settings: shop.settings }]) {
      const to = target.kind === 'duckdb' ? target : shop
      expect((await full(shop, to, { from: 'people', to: 'people_kept', write: 'upsert' })).ended).toEqual(SUCCEEDED)
      await on(to, `insert into people_kept values (3, 'Cleo', null)`)
      await db.rows(`update people set name = name || '!' where id = 2`)
      const again = await full(shop, to, { from: 'people', to: 'people_kept', write: 'upsert' })
      expect([again.ended, again.log]).toEqual([SUCCEEDED, 'public.people → people_kept: 1 row\n'])
      expect(await rowsOn(to, 'select id, name from people_kept order by id')).toEqual([
        ['1', 'Ada'],
        ['2', expect.stringMatching(/^Bob!+$/)],
        ['3', 'Cleo'],
      ])
    }
  })

  test('rows that the key does not tell apart, or that have none, are refused, and nothing is written', async () => {
    const duck = fresh()
    await db.rows('create table visits (person int, at int)')
    await db.rows('insert into visits values (1, 1), (1, 2)')
    const mapping = { from: 'visits', key: ['person'] }
    const twice = await full(shop, duck, mapping)
    expect(twice.log).toMatch(/^visits could not be brought: its key has to tell every row apart: .* person = 1/)
    await db.rows('update visits set person = null where at = 1')
    expect((await full(shop, duck, mapping)).log).toMatch(/person = NULL/)
    expect(await rowsOn(duck, 'select table_name from duckdb_tables()')).toEqual([])
  })

  test.each(['DuckDB', 'PostgreSQL'])(
    'by two runs at once to %s: one after the other, and no row is doubled',
    async (kind) => {
      await db.rows(`drop table if exists both_source, both_target`)
      await db.rows(
        `create table both_source as select i as id, repeat('x', 300) as note from generate_series(1, 20000) i`,
      )
      const target = kind === 'DuckDB' ? fresh() : postgresqlSource(8, database.url, door.port, here.secretKey)
      // Another schema is said or not: it is the same table.
      const schema = kind === 'DuckDB' ? 'main' : 'public'
      const to = (of: string | null) => ({ from: 'both_source', to: { schema: of, table: 'both_target' } })
      const counted = async () => (await rowsOn(target, 'select count(*), count(distinct id) from both_target'))[0]
      for (const there of ['not there', 'empty']) {
        if (there === 'empty') await on(target, 'delete from both_target')
        const ended = await Promise.all([full(shop, target, to(null)), full(shop, target, to(schema))])
        expect([there, ...ended.map((one) => one.ended)]).toEqual([there, SUCCEEDED, SUCCEEDED])
        expect([there, await counted()]).toEqual([there, ['20000', '20000']])
      }
      // Without a key of the table's own: the second run finds what the first one has written.
      await on(target, 'delete from both_target')
      const keyed = { ...to(null), key: ['id'] }
      for (const one of await Promise.all([full(shop, target, keyed), full(shop, target, keyed)]))
        expect(one.ended).toEqual(SUCCEEDED)
      expect(await counted()).toEqual(['20000', '20000'])
    },
    TIMEOUT_MS,
  )

  test('files: CSV and Parquet are read and written as a whole', async () => {
    const duck = fresh()
    const csv = { table: 'out/sales_${table}.csv', format: 'csv' } as const
    const parquet = { table: 'out/kinds.parquet', format: 'parquet' } as const
    expect((await full(shop, duck, { from: 'kinds', to: csv }, { from: 'sales', to: parquet })).ended).toEqual(
      SUCCEEDED,
    )
    expect(await rowsOn(duck, "select count(*), count(amount), count(flag) from 'files/out/sales_kinds.csv'")).toEqual([
      ['5', '3', '2'],
    ])
    expect(await rowsOn(duck, "select file from glob('files/out/*') order by file")).toEqual([
      ['files/out/kinds.parquet'],
      ['files/out/sales_kinds.csv'],
    ])
    const patterns = {
      from: { table: 'out/(.*)\\.parquet', isPattern: true, format: 'parquet' },
      to: 'from_$1',
    } as const
    expect((await full(duck, shop, patterns)).ended).toEqual(SUCCEEDED)
    expect(await db.rows('select * from sales except select * from from_kinds')).toEqual([])
    expect((await full(duck, fresh(), { from: { table: 'out/sales_kinds.csv', format: 'csv' }, to: 't' })).log).toBe(
      'out/sales_kinds.csv → t: 5 rows\n',
    )
  })
})

test('long texts come along, in either direction, up to a row of 16 MB in DuckDB', async () => {
  const duck = fresh()
  await db.rows(
    `create table letters as select i as id, repeat('long "text" ', 5000) as body from generate_series(1, 300) i`,
  )
  expect((await full(shop, duck, { from: 'letters' })).ended).toEqual(SUCCEEDED)
  expect((await full(duck, shop, { from: 'letters', to: 'letters_again' })).ended).toEqual(SUCCEEDED)
  expect((await full(duck, fresh(), { from: 'letters' })).ended).toEqual(SUCCEEDED)
  expect(await db.rows('select count(*)::int as n from letters natural join letters_again')).toEqual([{ n: 300 }])
  await db.rows(`insert into letters values (0, repeat('x', 17000000))`)
  expect((await full(shop, duck, { from: 'letters' })).log).toMatch(/ is longer than 16000000 bytes\. Nothing/)
})

test.each(['DuckDB', 'PostgreSQL'])(
  'what is stopped in its middle, to %s, leaves the target as it was, and others go on',
  async (kind) => {
    const duck = fresh()
    const target = kind === 'DuckDB' ? duck : shop
    await on(target, 'create table stopped (id int, note varchar(1000)); insert into stopped values (0, null)')
    await db.rows(
      `create table if not exists long_table as select i as id, repeat('x', 400) as note from generate_series(1, 300000) i`,
    )
    const stop = new AbortController()
    const work = { sync: syncOf('full', [{ from: 'long_table', to: 'stopped' }]), ledger: null, source: shop, target }
    const { ended } = await synced(here, work, { signal: stop.signal, progress: () => stop.abort() })
    expect(ended).toEqual({ ended: 'stopped' })
    expect(await rowsOn(target, 'select count(*) from stopped')).toEqual([['1']])
    expect((await full(shop, target, { from: 'long_table', to: 'stopped' })).log).toBe(
      'public.long_table → stopped: 300000 rows\n',
    )
  },
)

describe('a value that does not fit', () => {
  test('is named with its row and column, and nothing of the batch is there', async () => {
    const duck = fresh()
    await db.rows('create table loose (id int, amount text)')
    await db.rows(
      "insert into loose select i, case when i = 200001 then 'a lot' else i::text end from generate_series(1, 300000) i",
    )
    await on(duck, 'create table strict (id int, amount decimal(10,2)); insert into strict values (0, 0)')
    const refused = await full(shop, duck, { from: 'loose', to: 'strict' })
    expect(refused.ended).toMatchObject({
      ended: 'failed',
      reason: { code: 'SYNC_TYPE_UNFIT', details: { row: 200_001, column: 'amount', value: 'a lot', table: 'strict' } },
    })
    expect(refused.log).toBe(
      'Row 200001 of strict: a lot in column amount does not fit DECIMAL(10,2). Nothing of this batch was written.\n',
    )
    expect(await rowsOn(duck, 'select * from strict')).toEqual([['0', '0.00']])
  })

  test.each([
    ['a text for a number', 'amount int', "'a lot'", { column: 'amount', value: 'a lot', type: 'integer' }],
    ['too long a text', 'amount varchar(3)', "'a lot'", { column: 'amount', type: 'character varying(3)' }],
    ['too large a number', 'amount smallint', "'70000'", { column: 'amount', value: '70000', type: 'smallint' }],
    ['none where there has to be one', 'amount text not null', 'null', { column: 'amount', value: 'NULL' }],
  ])('%s, in PostgreSQL', async (what, column, value, details) => {
    const duck = fresh()
    const table = what.replaceAll(' ', '_')
    await db.rows(`create table ${table} (id int, ${column})`)
    await on(duck, `create table loose (id int, amount varchar); insert into loose values (1, '1'), (2, ${value})`)
    const { ended } = await full(duck, shop, { from: 'loose', to: table })
    expect(ended).toMatchObject({ reason: { code: 'SYNC_TYPE_UNFIT', details: { row: 2, table, ...details } } })
    expect(await db.rows(`select * from ${table}`)).toEqual([])
  })

  // Databases read texts in more ways than can be told from outside: what stands for one statement to us may be several.
  test.each([
    [
      'PostgreSQL',
      `note = E'a'\n'\\'')) to stdout; commit; begin read write; drop table kept; commit; copy (select 1 where (true --'`,
    ],
    [
      'PostgreSQL',
      `exists (select 1 as 😀$$))) to stdout; commit; begin read write; drop table kept; commit; copy (select 1 where (true --$$`,
    ],
    ['DuckDB', `exists (select 1 as 😀$$)); drop table kept; select 'x' where (true --$$`],
  ])('a condition does nothing but read, in %s: %j', async (kind, where) => {
    const source = kind === 'DuckDB' ? fresh() : shop
    if (source !== shop) await on(source, 'create table kept (id int, note text)')
    else {
      await db.rows('drop table if exists kept')
      await db.rows('create table kept (id int, note text)')
    }
    expect((await full(source, fresh(), { from: 'kept', to: 'other', where })).ended.ended).toBe('failed')
    expect(await rowsOn(source, 'select count(*) from kept')).toEqual([['0']])
  })

  test('a condition that the source does not understand fails with its words', async () => {
    const { log } = await full(shop, fresh(), { from: 'loose', where: 'nothing = 1' })
    expect(log).toMatch(/^loose could not be brought: column "nothing" does not exist/)
    const several = await full(shop, fresh(), {
      from: 'loose',
      where: 'true) to stdout; drop table loose; copy (select 1',
    })
    expect(several.ended).toMatchObject({ reason: { code: 'SYNC_INVALID', details: { path: 'mappings.0.where' } } })
  })
})

describe('before anything runs', () => {
  const preview = (source: DataSource, target: DataSource, ...mappings: MappingOf[]) =>
    here.runners.previewSync(syncOf('full', mappings), source, target, AbortSignal.timeout(60_000))
  const refused = (previewing: Promise<unknown>) =>
    previewing.then(
      () => null,
      ({ code, details }) => ({ code, details }),
    )

  test('it is said which tables and columns a pattern leads to', async () => {
    await db.rows('create table shard_1 (id int primary key, at timestamp)')
    await db.rows('create schema old')
    await db.rows('create table old.shard_1 (id int primary key, at timestamp)')
    const duck = fresh()
    await on(duck, 'create table ods_1 (id int, "at" timestamp)')
    const { tables } = await preview(shop, duck, {
      from: { table: 'shard_(\\d+)', isPattern: true },
      to: 'ods_$1',
    })
    expect(tables).toMatchObject([
      {
        ...{
          mapping: 0,
          targetExists: true,
          source: { schema: 'public', table: 'shard_1' },
          target: { table: 'ods_1' },
        },
        columns: {
          pairs: [
            { from: 'id', to: 'id', type: 'integer' },
            { from: 'at', to: 'at' },
          ],
          key: [],
        },
      },
    ])
    const everywhere = { from: { schema: 'old|public', table: 'shard_.*', isPattern: true }, to: '${schema}_${table}' }
    expect((await preview(shop, duck, everywhere)).tables.map(({ target }) => target.table)).toEqual([
      'old_shard_1',
      'public_shard_1',
    ])
  })

  test('what leads to nothing, is not there, cannot be followed, or takes too long to match is refused', async () => {
    const duck = fresh()
    expect(await refused(preview(shop, duck, { from: 'nowhere' }))).toEqual({
      code: 'SYNC_MATCHES_NOTHING',
      details: { mappings: ['nowhere'] },
    })
    expect(await refused(preview(shop, duck, { from: 'shard_1', columns: [{ from: 'no', to: 'no' }] }))).toEqual({
      code: 'SYNC_COLUMNS_MISSING',
      details: { table: 'public.shard_1', columns: ['no'] },
    })
    const texts = { from: 'kinds', changeColumn: 'note' }
    expect(await refused(preview(shop, duck, texts))).toMatchObject({ code: 'SYNC_CHANGE_COLUMN_UNFIT' })
    await db.rows(`create table "${'a'.repeat(60)}" (id int)`)
    const slow = { from: { table: '(a+)+b', isPattern: true } }
    expect(await refused(preview(shop, duck, slow))).toMatchObject({ code: 'SYNC_PATTERN_SLOW' })
    // Each of them may take its time, and all of them together not.
    const many = Array.from({ length: 1_000 }, (_, at) => ({ from: { table: `a*a*a*a*a*b${at}`, isPattern: true } }))
    expect(await refused(preview(shop, duck, ...many))).toMatchObject({ code: 'SYNC_PATTERN_SLOW' })
    expect(await refused(preview(duck, shop, { from: { table: 'no.csv', format: 'csv' } }))).toMatchObject({
      code: 'SYNC_MATCHES_NOTHING',
    })
    expect(await refused(preview(shop, duck, { from: { table: 'no.csv', format: 'csv' } }))).toMatchObject({
      code: 'SYNC_INVALID',
    })
  })

  test('a data source that cannot be reached, or refuses credentials, is refused by name', async () => {
    const at = (more: object) => ({ ...shop, settings: { ...shop.settings, ...more } })
    const asked = (source: DataSource) => refused(preview(source, fresh(), { from: 'kinds' }))
    const name = shop.name
    const code = 'DATA_SOURCE_UNREACHABLE'
    expect(await asked(at({ port: 9 }))).toEqual({ code, details: { name, problem: expect.stringMatching('REFUSED') } })
    expect(await asked(at({ database: 'nothing' }))).toMatchObject({
      code,
      details: { name, problem: expect.stringMatching('does not exist') },
    })
  })
})
