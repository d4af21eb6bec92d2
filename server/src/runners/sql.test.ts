// SQL nodes on real databases: what they do, what bounds them, and what they try in vain.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { DUCKDB, type Ran, reasonOf, testRunners, type WorkOf, workOf } from '../../../test/runners.ts'
import type { DataSource } from '../store/data-sources.ts'

const here = testRunners()
afterAll(() => here.close())
const { ran, tablesDir } = here

const NAMES = ['default', 'other', 'neighbour'] as const
const source = (id: number, more: Partial<DataSource> = {}): DataSource => ({ ...DUCKDB, id, ...more })
const sql = (content: string, more: WorkOf = {}) => ran({ programType: 'ODPS_SQL', content, ...more })
const rowsOf = ({ log }: Ran) => log.split('\n').filter((line) => /^\d/.test(line))
let lastId = 100
const fresh = () => source(++lastId)

describe('statements', () => {
  test('run one after the other, and the log shows rows, counts and lines', async () => {
    const done = await sql(
      "create table t (i int, s text);\n\n-- three\ninsert into t values (1, 'a;b'), (2, null), (3, '汇总');\nselect * from t order by i",
      { dataSource: fresh() },
    )
    expect(done.ended).toEqual({ ended: 'succeeded' })
    expect(done.log).toBe(
      "line 1: create table t (i int, s text)\ndone\nline 4: insert into t values (1, 'a;b'), (2, null), (3, '汇总')\n3 rows\n" +
        'line 5: select * from t order by i\ni | s\n--+-----\n1 | a;b\n2 | NULL\n3 | 汇总\n(3 rows)\n',
    )
  })

  test('parameters stand in them as text, under their names; what is no parameter stays', async () => {
    const parameters = [
      { name: 'bizdate', value: '20260301' },
      { name: 'what', value: "1 as one, '$" + "{unknown}' as two" },
    ]
    const done = await sql(`select '\${bizdate}' as day, \${what}`, { dataSource: fresh(), parameters })
    expect(done.log).toContain(`20260301 | 1   | \${unknown}`)
  })

  test('a failure names its line and what is wrong; what was done before it stays, what comes after it is not done', async () => {
    const dataSource = fresh()
    const failed = await sql(
      'create table t (i int);\nselect 1;\n\nselect\n  nothing\nfrom t;\ncreate table u (i int)',
      {
        dataSource,
      },
    )
    expect(reasonOf(failed)).toMatch(/^STATEMENT_FAILED: The statement on line 5 failed: .*"nothing" not found/)
    expect((await sql('select table_name from duckdb_tables()', { dataSource })).log).toContain('(1 row)')
  })

  test('between begin and commit they are done together or not at all', async () => {
    const dataSource = fresh()
    await sql('create table t (i int)', { dataSource })
    await sql('begin; insert into t values (1); select error(1); commit', { dataSource })
    expect((await sql('select count(*) as n from t', { dataSource })).log).toContain('\n0\n')
    await sql('begin; insert into t values (1); commit', { dataSource })
    expect((await sql('select count(*) as n from t', { dataSource })).log).toContain('\n1\n')
  })

  test('of many rows the first hundred are shown and all are counted', async () => {
    const done = await sql('select i from range(100000) r(i)', { dataSource: fresh() })
    expect(rowsOf(done)).toHaveLength(100)
    expect(done.log).toContain('(100000 rows, of which the first 100 are shown)')
  })

  test('one that is no statement, none at all, and a data source that is not there are refused', async () => {
    expect(reasonOf(await sql('selec 1', { dataSource: fresh() }))).toMatch(/line 1 failed: Parser Error/)
    expect(reasonOf(await sql(' -- nothing', { dataSource: fresh() }))).toMatch(/^PROGRAM_NOT_RUN.*no statement/)
    expect(reasonOf(await sql('select 1', { dataSource: null }))).toMatch(/^DATA_SOURCE_MISSING/)
    expect(reasonOf(await ran({ programType: 'POSTGRESQL', content: 'select 1' }))).toMatch(
      /^PROGRAM_NOT_RUN.*needs a PostgreSQL data source, which default is not/,
    )
  })

  test('runs at the same time on one data source, and on several', async () => {
    const shared = fresh()
    await sql('create table t (i int)', { dataSource: shared })
    const all = await Promise.all([
      ...Array.from({ length: 20 }, (_, at) => sql(`insert into t values (${at})`, { dataSource: shared })),
      ...Array.from({ length: 10 }, () => sql('select 1', { dataSource: fresh() })),
    ])
    for (const one of all) expect(one.ended).toEqual({ ended: 'succeeded' })
    expect((await sql('select count(*) as n from t', { dataSource: shared })).log).toContain('\n20\n')
  })
})

describe('an end from outside', () => {
  const ENDLESS = 'select count(*) from range(100000000) a, range(100000000) b'

  test('stops a statement that runs; others on the same data source go on', async () => {
    const dataSource = fresh()
    const stop = new AbortController()
    const endless = ran({ content: ENDLESS, dataSource }, stop.signal)
    await sql('create table t (i int)', { dataSource })
    stop.abort()
    expect((await endless).ended).toEqual({ ended: 'stopped' })
    expect((await sql('select * from t', { dataSource })).ended).toEqual({ ended: 'succeeded' })
  })

  test('is heard between two statements and while one is made ready too, and stops that run alone', async () => {
    const dataSource = fresh()
    const enough = new AbortController()
    const beside = ran({ content: ENDLESS, dataSource }, enough.signal)
    // It takes a while before it runs, in which a database forgets what it is told.
    const conditions = Array.from({ length: 2_000 }, (_, at) => `a.range <> ${at}`)
    const content = `select 1;\n${ENDLESS} where ${conditions.join(' and ')}`
    for (const moment of ['line 1', '(1 row)', 'line 2']) {
      const stop = new AbortController()
      let log = ''
      const ended = await here.runners.run(workOf({ content, dataSource }), {
        signal: stop.signal,
        log(text) {
          log += text
          if (log.includes(moment)) stop.abort()
        },
      })
      expect(ended).toEqual({ ended: 'stopped' })
    }
    // The process that they share is still the one on which that runs.
    enough.abort()
    expect((await beside).ended).toEqual({ ended: 'stopped' })
    expect((await sql('select 1', { dataSource })).ended).toEqual({ ended: 'succeeded' })
  })

  test('ends one that runs longer than it may', async () => {
    expect(reasonOf(await sql(ENDLESS, { dataSource: fresh(), timeoutMs: 1_000 }))).toMatch(
      /^RUN_TIMED_OUT: .* 1 second/,
    )
  })

  test('is heard before anything has begun', async () => {
    expect((await ran({ content: 'select 1', dataSource: fresh() }, AbortSignal.abort())).ended).toEqual({
      ended: 'stopped',
    })
  })
})

describe('what takes too much', () => {
  test('memory is refused to a statement, and what else runs there goes on', async () => {
    const dataSource = fresh()
    const hungry = sql('select list(s) from (select repeat(i::text, 1000) as s from range(10000000) r(i))', {
      dataSource,
    })
    expect((await sql('select 1', { dataSource })).ended).toEqual({ ended: 'succeeded' })
    expect(reasonOf(await hungry)).toMatch(/Out of Memory|its process is gone/)
    expect((await sql('select 1', { dataSource })).ended).toEqual({ ended: 'succeeded' })
  })

  test('cells, tables and logs are cut', async () => {
    const done = await sql("select repeat('x', 10000) as a, i from range(1000) r(i)", { dataSource: fresh() })
    expect(done.log.length).toBeLessThan(200_000)
    expect(done.log).toContain('(1000 rows')
  })
})

describe('DuckDB reaches nothing but its own tables and files', () => {
  const mine = fresh()
  const theirs = source(7, { tenant_id: 2, name: NAMES[2] })
  const secret = path.join(tablesDir, 'secret.csv')
  mkdirSync(tablesDir, { recursive: true })
  writeFileSync(secret, 'a,b\n1,2\n')
  const theirFile = path.join(tablesDir, '2', '7', 'tables.duckdb')

  test.each([
    ['reads the server’s files', `select * from read_csv('${secret}')`],
    ['reads them as text', `select * from read_text('${secret}')`],
    ['reads them as bytes', `select * from read_blob('/proc/self/environ')`],
    ['reads them by their name', `select * from '${secret}'`],
    ['looks for them', `select * from glob('${tablesDir}/*')`],
    ['goes up from its own', `select * from 'files/../../../secret.csv'`],
    ['looks up from its own', `select * from glob('files/../*')`],
    ['writes one', `copy (select 1) to '${tablesDir}/out.csv'`],
    ['writes one beside its own', `copy (select 1) to 'tables.csv'`],
    ['exports there', `export database '${tablesDir}/out'`],
    ['attaches another tenant’s tables', `attach '${theirFile}' as theirs`],
    ['attaches them to read', `attach '${theirFile}' as theirs (read_only)`],
    ['attaches a database elsewhere', `attach 'host=127.0.0.1' as p (type postgres)`],
    ['installs', 'install httpfs'],
    ['installs from elsewhere', `install spatial from 'http://127.0.0.1:9'`],
    ['loads', `load '${tablesDir}/evil.duckdb_extension'`],
    ['loads what is not there', 'load httpfs'],
    ['reads over the network', `select * from 'http://127.0.0.1:9/a.csv'`],
    ['opens up', 'set enable_external_access = true'],
    ['unlocks', 'reset lock_configuration'],
    ['takes more memory', `set memory_limit = '100GB'`],
    ['allows itself a directory', `set allowed_directories = ['/']`],
    ['spills elsewhere', `set temp_directory = '/tmp'`],
    ['keeps a secret for others', 'create persistent secret s (type s3)'],
    ['writes a profile', `set profiling_output = '${tablesDir}/profile'`],
    ['writes a log', `set log_query_path = '${tablesDir}/log'`],
    ['begins a log in a file', `call enable_logging(storage := 'file', storage_path := '${tablesDir}/log'); select 1`],
    ['reads the environment', `select getenv('PATH')`],
    ['reads a server’s file', `select pg_read_file('${secret}')`],
  ])('%s in vain', async (_what, content) => {
    await sql('create table if not exists theirs (i int)', { dataSource: theirs, tenantId: 2 })
    // Some of these DuckDB does not survive; then its process is another one.
    expect(reasonOf(await sql(content, { dataSource: mine }))).toMatch(/^STATEMENT_FAILED|its process is gone/)
    for (const file of ['out.csv', 'out', 'profile', 'log']) expect(existsSync(path.join(tablesDir, file))).toBe(false)
    // Whatever it did, it did to itself at most, and not for long.
    expect((await sql('select 1', { dataSource: mine })).ended).toEqual({ ended: 'succeeded' })
    expect((await sql('select * from theirs', { dataSource: theirs, tenantId: 2 })).ended).toEqual({
      ended: 'succeeded',
    })
  })

  test('its own directory of files it reads and writes', async () => {
    const done = await sql(
      "copy (select 7 as n) to 'files/out.csv'; copy (select 8 as n) to 'files/out.parquet'; select * from 'files/out.csv'; select * from 'files/out.parquet'",
      { dataSource: mine },
    )
    expect(rowsOf(done)).toEqual(['1 row', '1 row', '7', '8'])
    expect(existsSync(path.join(tablesDir, '1', String(mine.id), 'files', 'out.csv'))).toBe(true)
  })

  test('two data sources of one tenant do not see each other’s tables', async () => {
    const [one, two] = [fresh(), fresh()]
    await sql('create table only_here (i int)', { dataSource: one })
    expect(reasonOf(await sql('select * from only_here', { dataSource: two }))).toMatch(/does not exist/)
  })
})

describe('a file is one process’s at a time', () => {
  test('another server on the machine waits for it, gets it when it is idle, and finds what was written', async () => {
    const other = testRunners({ tablesDir, idleMs: 3_600_000 })
    try {
      const dataSource = fresh()
      const patient = testRunners({ tablesDir, idleMs: 3_600_000 })
      try {
        await patient.ran({ content: 'create table t as select 1 as i', dataSource })
        // The one that has it would keep it for an hour, but it is wanted.
        for (let at = 0; at < 3; at++) {
          const before = await other.ran({ content: 'insert into t values (2)', dataSource })
          const after = await patient.ran({ content: 'insert into t values (3)', dataSource })
          expect([before.ended, after.ended]).toEqual([{ ended: 'succeeded' }, { ended: 'succeeded' }])
        }
        expect((await other.ran({ content: 'select count(*) as n from t', dataSource })).log).toContain('\n7\n')
      } finally {
        await patient.close()
      }
    } finally {
      await other.close()
    }
  })

  test('who waits for it can be stopped', async () => {
    const other = testRunners({ tablesDir })
    try {
      const dataSource = fresh()
      const stop = new AbortController()
      const began = Promise.withResolvers<void>()
      const endless = 'select 1; select count(*) from range(100000000) a, range(100000000) b'
      const holding = here.runners.run(workOf({ content: endless, dataSource }), {
        log: () => began.resolve(),
        signal: stop.signal,
      })
      await began.promise
      expect((await other.ran({ content: 'select 1', dataSource }, AbortSignal.timeout(1_000))).ended).toEqual({
        ended: 'stopped',
      })
      stop.abort()
      expect(await holding).toEqual({ ended: 'stopped' })
    } finally {
      await other.close()
    }
  })
})

test('without a directory for tables nothing runs on DuckDB, and it is said why', async () => {
  const without = testRunners({ tablesDir: null })
  try {
    expect(reasonOf(await without.ran({ content: 'select 1' }))).toMatch(
      /^DATA_SOURCE_UNREACHABLE.*HOLDPOINT_TABLES_DIR/,
    )
  } finally {
    await without.close()
  }
})
