// Following a change column: batch by batch, from where the target stands.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DatabaseDoor, openDatabaseDoor } from '../../../test/database-door.ts'
import { type TestDatabase, testDatabase } from '../../../test/postgres.ts'
import { DUCKDB, testRunners } from '../../../test/runners.ts'
import { type MappingOf, postgresqlSource, synced, syncOf } from '../../../test/syncs.ts'
import { PATIENCE } from '../../../test/world.ts'
import type { DataSource } from '../store/data-sources.ts'
import { type Database, openDatabase } from '../store/database.ts'
import type { Retrying } from './runner.ts'

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

let lastId = 100
const fresh = (): DataSource => ({ ...DUCKDB, id: ++lastId, name: `duckdb_${lastId}` })
const rowsOn = async (dataSource: DataSource, query: string) => {
  const { ended, log } = await here.ran({ programType: 'SQL', content: query, dataSource })
  if (ended.ended !== 'succeeded') throw new Error(log)
  const lines = log.trimEnd().split('\n').slice(3, -1)
  return lines.map((line) => line.split(' | ').map((cell) => cell.trimEnd()))
}
const SUCCEEDED = { ended: 'succeeded' }
type Of = { readonly runId?: number; readonly startAt?: string | null; readonly lookback?: number }
const incremental = (source: DataSource, target: DataSource, mapping: MappingOf, of: Of = {}) => {
  const { runId = 1, startAt = null, lookback = 0 } = of
  const sync = syncOf('incremental', [mapping], { lookback })
  return synced(here, { sync, ledger: { key: 'job', runId, startAt }, source, target })
}

test('the first run brings everything, later ones what has changed, and the target keeps how far', async () => {
  await db.rows('create table orders (id int primary key, state text, modified_at timestamptz)')
  await db.rows(
    `insert into orders select i, 'new', timestamptz '2026-03-01 00:00:00.123456+00' + i * interval '1 second' from generate_series(1, 1000) i`,
  )
  await db.rows('insert into orders values (0, null, null)')
  const duck = fresh()
  const mapping = { from: 'orders', to: 'ods_orders', key: ['id'], changeColumn: 'modified_at' }
  const first = await incremental(shop, duck, mapping)
  expect(first.ended).toEqual(SUCCEEDED)
  expect(first.progress).toMatchObject([
    { source: 'public.orders', target: 'ods_orders', rows: 1000, position: '2026-03-01 00:16:40.123456+00' },
  ])
  expect((await incremental(shop, duck, mapping)).progress).toEqual([])
  await db.rows(`update orders set state = 'paid', modified_at = '2026-03-02' where id in (5, 7)`)
  await db.rows(`insert into orders values (2000, 'new', '2026-03-02')`)
  expect((await incremental(shop, duck, mapping)).progress).toMatchObject([
    { rows: 3, position: '2026-03-02 00:00:00+00' },
  ])
  // Another one with the same value, later.
  await db.rows(`insert into orders values (2001, 'late', '2026-03-02')`)
  expect((await incremental(shop, duck, mapping)).progress).toMatchObject([{ rows: 1 }])
  expect(await rowsOn(duck, 'select state, count(*) from ods_orders group by all order by state')).toEqual([
    ['late', '1'],
    ['new', '999'],
    ['paid', '2'],
  ])
  expect(await rowsOn(duck, 'select job, target, position, run, rows from holdpoint_positions')).toEqual([
    [expect.stringMatching(/^job [0-9a-f]{16}$/), 'ods_orders', '2026-03-02 00:00:00+00', '1', '1004'],
  ])
})

test('what comes to be seen below the position is followed within lookback, and not beyond', async () => {
  await db.rows('create table clocks (id int primary key, at timestamp)')
  await db.rows(`insert into clocks values (1, '2026-03-01 12:00:00')`)
  const mapping = { from: 'clocks', key: ['id'], changeColumn: 'at' }
  const duck = fresh()
  await incremental(shop, duck, mapping, { lookback: 60 })
  await db.rows(`insert into clocks values (2, '2026-03-01 11:59:01'), (3, '2026-03-01 11:58:59')`)
  await incremental(shop, duck, mapping, { lookback: 60 })
  expect(await rowsOn(duck, 'select id from clocks order by id')).toEqual([['1'], ['2']])
})

test('what a job brings from elsewhere since, or more of, and what was dropped, is brought from the beginning', async () => {
  for (const table of ['shop_a', 'shop_b']) await db.rows(`create table ${table} (id int primary key, version bigint)`)
  await db.rows('insert into shop_a select i, i + 100 from generate_series(1, 10) i')
  await db.rows('insert into shop_b select i, i from generate_series(11, 20) i')
  const duck = fresh()
  const follows = { to: 'shop', key: ['id'], changeColumn: 'version' }
  const count = async () => Number((await rowsOn(duck, 'select count(*) from shop'))[0]![0])
  await incremental(shop, duck, { ...follows, from: 'shop_a', where: 'id < 4' })
  expect(await count()).toBe(3)
  await incremental(shop, duck, { ...follows, from: 'shop_a' })
  expect(await count()).toBe(10)
  await incremental(shop, duck, { ...follows, from: 'shop_b' })
  expect(await count()).toBe(20)
  expect((await incremental(shop, duck, { ...follows, from: 'shop_b' })).progress).toEqual([])
  await here.ran({ programType: 'SQL', content: 'drop table shop', dataSource: duck })
  await incremental(shop, duck, { ...follows, from: 'shop_b' })
  expect(await count()).toBe(10)
})

test('a run that is to start elsewhere does so once, also when it is run again', async () => {
  await db.rows('create table counted (id int primary key, version bigint)')
  await db.rows('insert into counted select i, i from generate_series(1, 10) i')
  const duck = fresh()
  const mapping = { from: 'counted', key: ['id'], changeColumn: 'version' }
  await incremental(shop, duck, mapping, { runId: 1, startAt: '6' })
  expect(await rowsOn(duck, 'select min(id), max(id) from counted')).toEqual([['6', '10']])
  const again = await incremental(shop, duck, mapping, { runId: 1, startAt: '3' })
  expect(again.progress).toEqual([])
  await incremental(shop, duck, mapping, { runId: 2, startAt: '3' })
  expect(await rowsOn(duck, 'select min(id), max(id) from counted')).toEqual([['3', '10']])
})

test('from DuckDB to PostgreSQL and between two of a kind', async () => {
  const [one, two] = [fresh(), fresh()]
  await rowsOn(
    one,
    `create table t as select i::bigint as id, i as version, 'é"' || i as note from range(5000) r(i); alter table t add primary key (id)`,
  )
  const mapping = { from: 't', to: 'followed', changeColumn: 'version' }
  for (const [source, target, from] of [
    [one, two, 't'],
    [one, shop, 't'],
    [shop, shop, 'followed'],
  ] as const) {
    const of = { ...mapping, from, to: from === 't' ? 'followed' : 'followed_again' }
    const done = await incremental(source, target, of)
    expect([done.ended, done.progress.map(({ rows }) => rows)]).toEqual([SUCCEEDED, [5000]])
    await rowsOn(source, `update ${from} set version = version + 10000, note = 'new' where id = 3`)
    expect((await incremental(source, target, of)).progress.map(({ rows }) => rows)).toEqual([1])
    await rowsOn(source, `update ${from} set version = version - 10000 where id = 3`)
  }
  expect(await db.rows('select * from followed except select * from followed_again')).toHaveLength(1)
})

test('a real-time run follows until it is stopped, and waits for who writes without keeping the other tables waiting', async () => {
  await db.rows('create table slow (id serial primary key, version bigserial)')
  await db.rows('create table quick (id serial primary key, version bigserial)')
  const duck = fresh()
  const stop = new AbortController()
  const ledger = { key: 'job', runId: 1, startAt: null }
  const mappings = ['slow', 'quick'].map((from) => ({ from, changeColumn: 'version' }))
  const seen = new Map<string, number>()
  const work = { sync: syncOf('real-time', mappings), ledger, source: shop, target: duck }
  const running = synced(here, work, {
    signal: stop.signal,
    progress: ({ target, rows }) => void seen.set(target, (seen.get(target) ?? 0) + rows),
  })
  await db.rows('insert into slow default values')
  await expect.poll(() => seen.get('slow'), PATIENCE).toBe(1)
  const held = Promise.withResolvers<void>()
  const began = Promise.withResolvers<void>()
  const writer = db.transaction(async (tx) => {
    await tx.rows('insert into slow default values')
    began.resolve()
    await held.promise
  })
  await began.promise
  await db.rows('insert into slow default values')
  await db.rows('insert into quick default values')
  await expect.poll(() => seen.get('quick'), PATIENCE).toBe(1)
  expect(seen.get('slow')).toBe(1)
  held.resolve()
  await writer
  await expect.poll(() => seen.get('slow'), PATIENCE).toBe(3)
  stop.abort()
  expect((await running).ended).toEqual({ ended: 'stopped' })
  expect(await rowsOn(duck, 'select id from slow order by id')).toEqual([['1'], ['2'], ['3']])
})

test('a real-time run sees what changes below its position, where nothing has come above it', async () => {
  await db.rows('create table quiet (id int primary key, note text, version bigint)')
  await db.rows(`insert into quiet select i, 'old', i from generate_series(1, 100) i`)
  for (const [source, target] of [
    [shop, fresh()],
    [shop, { ...shop, id: 8 }],
  ] as const) {
    const to = target.kind === 'duckdb' ? target : shop
    const stop = new AbortController()
    let rows = 0
    const sync = syncOf('real-time', [{ from: 'quiet', to: 'quiet_copy', changeColumn: 'version' }], { lookback: 10 })
    const running = synced(
      here,
      { sync, ledger: { key: 'job', runId: 1, startAt: null }, source, target: to },
      {
        signal: stop.signal,
        progress: (one) => {
          rows += one.rows
        },
      },
    )
    await expect.poll(() => rows, PATIENCE).toBe(100)
    await db.rows(`update quiet set note = note || '!' where id in (95, 10)`)
    await expect.poll(() => rows, PATIENCE).toBe(101)
    await db.rows('insert into quiet values (1000, null, 100) on conflict (id) do nothing')
    await expect.poll(() => rows, PATIENCE).toBe(102)
    stop.abort()
    await running
    expect(await rowsOn(to, `select id, note from quiet_copy where note <> 'old' or note is null order by id`)).toEqual(
      [
        ['95', 'old!'],
        ['1000', 'NULL'],
      ],
    )
    await db.rows('delete from quiet where id = 1000')
    await db.rows(`update quiet set note = 'old'`)
  }
})

test('so does one whose source is DuckDB', async () => {
  const [one, two] = [fresh(), fresh()]
  await rowsOn(one, 'create table quiet as select i as id, i as version, 1 as r from range(100) t(i)')
  const stop = new AbortController()
  let rows = 0
  const mapping = { from: 'quiet', key: ['id'], changeColumn: 'version' }
  const work = { sync: syncOf('real-time', [mapping], { lookback: 10 }), source: one, target: two }
  const running = synced(
    here,
    { ...work, ledger: { key: 'job', runId: 1, startAt: null } },
    {
      signal: stop.signal,
      progress: (one) => {
        rows += one.rows
      },
    },
  )
  await expect.poll(() => rows, PATIENCE).toBe(100)
  await rowsOn(one, 'update quiet set r = 2 where id in (50, 95)')
  await expect.poll(() => rows, PATIENCE).toBe(101)
  await rowsOn(one, 'insert into quiet values (200, 99, 1), (201, 100, 1)')
  await expect.poll(() => rows, PATIENCE).toBe(103)
  stop.abort()
  await running
  expect(await rowsOn(two, 'select id, r from quiet where r = 2 or id >= 200 order by id')).toEqual([
    ['95', '2'],
    ['200', '1'],
    ['201', '1'],
  ])
})

test('while a data source cannot be used it is tried again, that is told, and it goes on', async () => {
  await db.rows('create table away (id serial primary key, version bigserial)')
  const duck = fresh()
  const stop = new AbortController()
  const told: (Retrying | null)[] = []
  let rows = 0
  const shut = await openDatabaseDoor(database.config)
  const source = postgresqlSource(7, database.url, shut.port, here.secretKey)
  const work = {
    sync: syncOf('real-time', [{ from: 'away', changeColumn: 'version' }]),
    ...{ ledger: { key: 'job', runId: 1, startAt: null }, source, target: duck },
  }
  const running = synced(here, work, {
    signal: stop.signal,
    progress: (one) => {
      rows += one.rows
    },
    retrying: (one) => void told.push(one),
  })
  await db.rows('insert into away default values')
  await expect.poll(() => rows, PATIENCE).toBe(1)
  shut.listen(() => 'before')
  await expect.poll(() => told.length, PATIENCE).toBeGreaterThan(1)
  expect(told.map((one) => one?.retries).slice(0, 2)).toEqual([1, 2])
  expect(told[0]!.reason).toMatchObject({ code: 'DATA_SOURCE_UNREACHABLE', details: { name: source.name } })
  await db.rows('insert into away default values')
  shut.listen(() => null)
  await expect.poll(() => rows, PATIENCE).toBe(2)
  await expect.poll(() => told.at(-1), PATIENCE).toBe(null)
  stop.abort()
  expect((await running).ended).toEqual({ ended: 'stopped' })
  shut.close()
})

test('what another try would find again ends a real-time run', async () => {
  await db.rows('create table broken (id serial primary key, note text, version bigserial)')
  await db.rows(`insert into broken (note) values ('many')`)
  const duck = fresh()
  await rowsOn(duck, 'create table broken (id int, note int, version bigint)')
  const ledger = { key: 'job', runId: 1, startAt: null }
  const work = {
    sync: syncOf('real-time', [{ from: 'broken', changeColumn: 'version' }]),
    ledger,
    source: shop,
    target: duck,
  }
  expect((await synced(here, work)).ended).toMatchObject({
    ended: 'failed',
    reason: { code: 'SYNC_TYPE_UNFIT', details: { row: 1, column: 'note', value: 'many', type: 'INTEGER' } },
  })
})

test('a tenant whose sources never answer keeps nobody else’s from being followed', async () => {
  await db.rows('create table endless (id int primary key, version bigint)')
  await db.rows('insert into endless values (1, 1)')
  const stop = new AbortController()
  const follows = { key: ['id'], changeColumn: 'version' }
  const endless = syncOf('real-time', [{ ...follows, from: 'endless', where: 'pg_sleep(600) is not null' }])
  const ledger = { key: 'job', runId: 1, startAt: null }
  const running = [1, 2, 3, 4].map(() =>
    synced(here, { sync: endless, ledger, source: shop, target: fresh() }, { signal: stop.signal }),
  )
  const sleeping = () =>
    db.rows<{ n: number }>(`select count(*)::int as n from pg_stat_activity where wait_event = 'PgSleep'`)
  await expect.poll(async () => (await sleeping())[0]!.n, PATIENCE).toBe(2)
  let rows = 0
  const others = synced(
    here,
    {
      sync: syncOf('real-time', [{ ...follows, from: 'endless' }]),
      ledger,
      source: {
        ...shop,
        id: 8,
        tenant_id: 2,
        secret: postgresqlSource(8, database.url, door.port, here.secretKey).secret,
      },
      target: { ...fresh(), tenant_id: 2 },
    },
    {
      signal: stop.signal,
      progress: (one) => {
        rows += one.rows
      },
    },
  )
  await expect.poll(() => rows, PATIENCE).toBe(1)
  expect((await sleeping())[0]!.n).toBe(2)
  stop.abort()
  expect((await Promise.all([...running, others])).map(({ ended }) => ended.ended)).toEqual(Array(5).fill('stopped'))
})
