// SQL nodes on a real PostgreSQL, reached over TCP through a door that can be shut.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DatabaseDoor, openDatabaseDoor } from '../../../test/database-door.ts'
import { type TestDatabase, testDatabase } from '../../../test/postgres.ts'
import { reasonOf, testRunners } from '../../../test/runners.ts'
import { PATIENCE } from '../../../test/world.ts'
import { encryptSecret } from '../credentials.ts'
import { outboundPolicy } from '../openevent/guard.ts'
import type { DataSource } from '../store/data-sources.ts'
import { type Database, openDatabase } from '../store/database.ts'
import { secretOf } from './sql.ts'

const here = testRunners()
let database: TestDatabase
let db: Database
let door: DatabaseDoor
let target: DataSource
beforeAll(async () => {
  database = await testDatabase({ migrate: null })
  db = openDatabase(database.config)
  door = await openDatabaseDoor(database.config)
  const url = new URL(database.url)
  target = {
    ...{ id: 9, tenant_id: 1, name: 'warehouse', kind: 'postgresql' },
    settings: {
      ...{ host: '127.0.0.1', port: door.port, tls: false },
      database: url.pathname.slice(1),
      user: decodeURIComponent(url.username),
    },
    secret: encryptSecret(here.secretKey, decodeURIComponent(url.password) || 'unused', secretOf(9)),
  }
})
afterAll(async () => {
  await here.close()
  await db?.close()
  door?.close()
  await database?.drop()
})

const pgsql = (content: string, more = {}) =>
  here.ran({ programType: 'POSTGRESQL', content, dataSource: target, ...more })
/** Statements of nodes that the server runs at this moment. */
const underway = () =>
  db.rows<{ query: string }>(
    "select query from pg_stat_activity where application_name = 'holdpoint' and state = 'active'",
  )

test('statements run one after the other, and the log shows rows, counts and lines', async () => {
  const done = await pgsql(
    `create table t (i int, at timestamptz, j jsonb);\ninsert into t values (1, '\${bizdate}', '{"a": 1}'), (2, null, null);\nselect * from t order by i;\ndo $$ begin perform 1; end $$`,
    { parameters: [{ name: 'bizdate', value: '2026-03-01' }] },
  )
  expect(done.ended).toEqual({ ended: 'succeeded' })
  expect(done.log).toContain('\n2 rows\n')
  expect(done.log).toMatch(
    /\ni \| at +\| j\n-[-+]+\n1 \| 2026-03-01 00:00:00\+00 +\| \{"a": 1\}\n2 \| NULL +\| NULL\n\(2 rows\)\n/,
  )
})

test('a failure names its line and what is wrong', async () => {
  expect(reasonOf(await pgsql('select 1;\n\nselect\n  1,\n  nothing'))).toBe(
    'STATEMENT_FAILED: The statement on line 5 failed: column "nothing" does not exist',
  )
})

test('of many rows the first hundred are shown and all are counted', async () => {
  const done = await pgsql("select i, repeat('x', 1000) from generate_series(1, 200000) as r(i)")
  expect(done.log).toContain('(200000 rows, of which the first 100 are shown)')
  expect(done.log.length).toBeLessThan(100_000)
})

test('nodes of any kind of SQL run on it when they name it', async () => {
  const done = await here.ran({ programType: 'ODPS_SQL', content: 'select version()', dataSource: target })
  expect(done.log).toContain('PostgreSQL')
})

describe('an end', () => {
  test('from outside ends the statement at the server too', async () => {
    const stop = new AbortController()
    const sleeping = here.ran({ content: 'select pg_sleep(3600) as stopped', dataSource: target }, stop.signal)
    await expect.poll(underway, PATIENCE).toMatchObject([{ query: expect.stringContaining('stopped') }])
    stop.abort()
    expect((await sleeping).ended).toEqual({ ended: 'stopped' })
    await expect.poll(underway, PATIENCE).toEqual([])
  })

  test('of the connection fails the run with the reason', async () => {
    const sleeping = pgsql('select pg_sleep(3600) as cut')
    await expect.poll(underway, PATIENCE).toMatchObject([{ query: expect.stringContaining('cut') }])
    door.cut()
    expect(reasonOf(await sleeping)).toMatch(/line 1 failed: .*(terminated|ECONNRESET)/i)
    await expect.poll(underway, PATIENCE).toEqual([])
  })

  test('of the server’s own kind fails it with the server’s words', async () => {
    const sleeping = pgsql('select pg_sleep(3600) as killed')
    await expect.poll(underway, PATIENCE).toMatchObject([{ query: expect.stringContaining('killed') }])
    await db.rows("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'holdpoint'")
    expect(reasonOf(await sleeping)).toMatch(/terminating connection/)
  })
})

describe('what is not reached', () => {
  const at = (host: string, port = 5432) => ({ ...target, settings: { ...target.settings, host, port } })

  test.each([
    ['a private address', '10.1.2.3'],
    ['a name that leads to one', 'localhost'],
    ['an address written otherwise', '::ffff:10.1.2.3'],
    ['the address of metadata', '169.254.169.254'],
  ])('%s is refused by the guard', async (_what, host) => {
    const guarded = testRunners({ outbound: outboundPolicy([]) })
    try {
      expect(reasonOf(await guarded.ran({ content: 'select 1', dataSource: { ...at(host), secret: null } }))).toMatch(
        /^DATA_SOURCE_UNREACHABLE: .*is a private or special address/,
      )
    } finally {
      await guarded.close()
    }
  })

  test('a port where nobody listens, and a server that wants TLS or has none, are told as what they are', async () => {
    expect(reasonOf(await pgsql('select 1', { dataSource: at('127.0.0.1', 9) }))).toMatch(
      /^DATA_SOURCE_UNREACHABLE: .*ECONNREFUSED/,
    )
    const encrypted = { ...target, settings: { ...target.settings, tls: true } }
    expect(reasonOf(await pgsql('select 1', { dataSource: encrypted }))).toMatch(
      /^DATA_SOURCE_UNREACHABLE: .*does not support SSL/,
    )
    expect(await here.runners.test(encrypted, AbortSignal.timeout(20_000))).toMatchObject({
      code: 'DATA_SOURCE_UNREACHABLE',
    })
    expect(await here.runners.test(target, AbortSignal.timeout(20_000))).toBe(null)
  })

  test('a password is used for its own data source only', async () => {
    expect(reasonOf(await pgsql('select 1', { dataSource: { ...target, id: 10 } }))).toMatch(
      /password of the data source/,
    )
  })
})
