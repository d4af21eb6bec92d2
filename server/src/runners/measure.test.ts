// Rule 58: what is measured is one number, by a statement that reads and does nothing else; one that fails says so and keeps no other from being measured.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DatabaseDoor, openDatabaseDoor } from '../../../test/database-door.ts'
import { type TestDatabase, testDatabase } from '../../../test/postgres.ts'
import { DUCKDB, testRunners } from '../../../test/runners.ts'
import { encryptSecret } from '../credentials.ts'
import type { DataSource } from '../store/data-sources.ts'
import { secretOf } from './sql.ts'

let own: ReturnType<typeof testRunners>
let warehouse: TestDatabase
let door: DatabaseDoor
const sources = new Map<string, DataSource>()
beforeAll(async () => {
  own = testRunners()
  warehouse = await testDatabase({ migrate: null })
  door = await openDatabaseDoor(warehouse.config)
  const url = new URL(warehouse.url)
  sources.set('duckdb', DUCKDB)
  sources.set('postgresql', {
    ...{ id: 2, tenant_id: 1, name: 'warehouse', kind: 'postgresql' },
    settings: {
      ...{ host: '127.0.0.1', port: door.port, tls: false, database: url.pathname.slice(1) },
      user: decodeURIComponent(url.username),
    },
    secret: encryptSecret(own.secretKey, decodeURIComponent(url.password) || 'unused', secretOf(2)),
  })
  for (const dataSource of sources.values()) {
    const content = 'create table orders (n int); insert into orders values (1), (2), (null); create sequence s;'
    const { ended } = await own.ran({ dataSource, content })
    expect(ended.ended).toBe('succeeded')
  }
})
afterAll(async () => {
  await own?.close()
  door?.close()
  await warehouse?.drop()
})

const measured = async (kind: string, ...statements: string[]) => {
  const all = await own.runners.measure(sources.get(kind)!, statements, new AbortController().signal)
  return all!.map(({ is }) => ('value' in is ? is.value : `${is.reason.code} ${is.reason.message}`))
}

describe.each(['duckdb', 'postgresql'])('on %s', (kind) => {
  test('numbers of every kind', async () => {
    expect(
      await measured(
        kind,
        'select count(*) from orders',
        'select cast(1 as double precision) / 4',
        'select cast(12.50 as decimal(10, 2))',
        'select -3 -- below',
        'with a as (select 7 as b) select b from a;',
        '/* of /* all */ */ -- rows\n ((select 8))',
        'values (9)',
      ),
    ).toEqual([3, 0.25, 12.5, -3, 7, 8, 9])
  })

  test('what is no number says what it is', async () => {
    const [none, text, many, wide] = await measured(
      kind,
      'select sum(n) from orders where n > 9',
      `select 'abc'`,
      'select n from orders',
      'select 1, 2',
    )
    expect([none, text, many, wide]).toEqual([
      'QUALITY_NO_NUMBER The statement has to answer one number; it answered NULL.',
      'QUALITY_NO_NUMBER The statement has to answer one number; it answered abc.',
      'QUALITY_NO_NUMBER The statement has to answer one number; it answered 3 rows of 1 columns.',
      'QUALITY_NO_NUMBER The statement has to answer one number; it answered 1 rows of 2 columns.',
    ])
  })

  test('one that fails says so, in the words of the database, and the others are measured', async () => {
    const [failed, other] = await measured(kind, 'select nothing from nowhere', 'select 1')
    expect(failed).toMatch(/^QUALITY_MEASURING_FAILED .*nowhere/)
    expect(other).toBe(1)
  })

  test('nothing is written, whatever is tried', async () => {
    const tried = await measured(
      kind,
      'insert into orders values (9) returning n',
      'delete from orders',
      'create table other (n int)',
      'drop table orders',
      `select nextval('s')`,
      'select 1; delete from orders',
      'commit',
      'rollback',
      'begin',
      'set transaction read write',
      'with gone as (delete from orders returning n) select count(*) from gone',
    )
    for (const one of tried) expect(String(one)).toMatch(/^QUALITY_/)
    // What writes elsewhere than to tables, and what says nothing of what it does.
    const file = path.join(own.tablesDir, `written_${kind}`)
    for (const one of await measured(kind, `copy (select 1) to '${file}'`, `do 'begin perform 1; end'`, 'lock orders'))
      expect(String(one)).toMatch(/^QUALITY_MEASURING_FAILED/)
    expect(existsSync(file)).toBe(false)
    expect(await measured(kind, 'select count(*) from orders')).toEqual([3])
  })
})

test('a data source that cannot be reached says so of each', async () => {
  const source = { ...sources.get('postgresql')!, settings: { ...sources.get('postgresql')!.settings, port: 9 } }
  const all = await own.runners.measure(source, ['select 1', 'select 2'], new AbortController().signal)
  for (const { is } of all!) expect('reason' in is && is.reason.code).toBe('DATA_SOURCE_UNREACHABLE')
})

test('what is stopped is not said to have failed', async () => {
  const control = new AbortController()
  const slow = own.runners.measure(
    sources.get('postgresql')!,
    ['select 1', 'select count(*) from pg_sleep(600)'],
    control.signal,
  )
  control.abort()
  expect(await slow).toBeNull()
})
