// Changing real tables, killed in the middle: whatever moment it is, the table is what it was or what it was to be, and doing it again does the rest.
import { readdirSync, readFileSync } from 'node:fs'
import {
  type FoundTable,
  sameTable,
  type TableColumn,
  type TableDesign,
  type TableProgram,
  tableDifference,
} from '@holdpoint/core'
import { afterAll, describe, expect, test } from 'vitest'
import { DUCKDB, reasonOf, testRunners, workOf } from '../../../test/runners.ts'
import type { DataSource } from '../store/data-sources.ts'

const here = testRunners()
afterAll(() => here.close())

let lastId = 500
const fresh = (): DataSource => ({ ...DUCKDB, id: ++lastId })
const look = (dataSource: DataSource, name = 't') => here.runners.look(dataSource, name, AbortSignal.timeout(60_000))
const column = (name: string, type: string): TableColumn => ({ name, type, comment: `of ${name}`, isPartition: false })
const design = (...columns: readonly TableColumn[]): TableDesign => ({
  ...{ comment: 'a table', dataSource: null, lifeCycleDays: null },
  columns,
})
const program = (before: FoundTable | null, wanted: TableDesign): TableProgram => ({
  ...{ name: 't', before, design: wanted },
  changes: tableDifference(before, wanted, null).changes,
})
const FIRST = design(column('id', 'int'), column('name', 'string'), column('amount', 'decimal(10,2)'))
const SECOND = design(column('id', 'bigint'), column('name', 'string'), column('at', 'datetime'), column('n', 'double'))

/** The processes of this one that speak to databases. */
const processes = () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const isOurs = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]!.split(' ')[1] === String(process.pid)
        return isOurs && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('sql-program')
      } catch {
        return false
      }
    })
    .map(Number)

describe.runIf(process.platform === 'linux')('rule 50: killed at whatever line of its log', () => {
  test('a table is as it was or as it is to be, what is told is what is so, and again it is done', async () => {
    // Its log has a line for each statement, and one for the commit.
    for (let at = 0; at < 10; at++) {
      const dataSource = fresh()
      expect((await here.ran({ table: program(null, FIRST), dataSource })).ended).toEqual({ ended: 'succeeded' })
      let lines = 0
      const said: string[] = []
      const work = workOf({ dataSource, table: program(FIRST, SECOND) })
      const ended = await here.runners.run(work, {
        signal: new AbortController().signal,
        log(text) {
          said.push(text)
          if (lines++ === at) for (const pid of processes()) process.kill(pid, 'SIGKILL')
        },
      })
      const found = await look(dataSource)
      if (ended.ended === 'succeeded') expect(sameTable(found, SECOND), said.join('')).toBe(true)
      else expect(sameTable(found, FIRST), said.join('')).toBe(true)
      const again = await here.ran({ table: program(FIRST, SECOND), dataSource, runNumber: 2 })
      expect(again.ended).toEqual({ ended: 'succeeded' })
      expect(sameTable(await look(dataSource), SECOND)).toBe(true)
    }
  }, 120_000)
})

describe('rule 50', () => {
  test('what is so already is done without doing anything', async () => {
    const dataSource = fresh()
    await here.ran({ table: program(null, FIRST), dataSource })
    const again = await here.ran({ table: program(null, FIRST), dataSource })
    expect(again).toEqual({ ended: { ended: 'succeeded' }, log: 'the table is so already\n' })
  })

  test('a table that is neither what was checked nor what was wanted is left alone, and it is said how it differs', async () => {
    const dataSource = fresh()
    await here.ran({ content: 'create table t (id varchar)', dataSource })
    const differing = await here.ran({ table: program(FIRST, SECOND), dataSource })
    expect(reasonOf(differing)).toMatch(/^TABLE_DIFFERS: .*there is no column name/)
    expect(await look(dataSource)).toMatchObject({ columns: [{ name: 'id', type: 'string' }] })
  })

  test('what the database refuses in the middle leaves nothing half-applied', async () => {
    const dataSource = fresh()
    await here.ran({ content: "create table t (id varchar, n int); insert into t values ('no number', 1)", dataSource })
    const before = await look(dataSource)
    const failing = await here.ran({
      table: program(before, design(column('id', 'int'), column('m', 'int'))),
      dataSource,
    })
    expect(reasonOf(failing)).toMatch(/^TABLE_CHANGE_IMPOSSIBLE: .*no number/)
    expect(await look(dataSource)).toEqual(before)
  })

  test('a view of the name is no table', async () => {
    const dataSource = fresh()
    await here.ran({ content: 'create view t as select 1 as i', dataSource })
    await expect(look(dataSource)).rejects.toMatchObject({ code: 'TABLE_CHANGE_IMPOSSIBLE' })
  })

  test('types that designs do not know are told as the database calls them', async () => {
    const dataSource = fresh()
    await here.ran({ content: 'create table t (i hugeint, l integer[])', dataSource })
    expect((await look(dataSource))!.columns.map(({ type }) => type)).toEqual(['hugeint', 'integer[]'])
  })

  test('of a run that was lost and cannot be looked at any more nobody says that nothing was done', async () => {
    const nowhere: DataSource = {
      ...{ ...fresh(), kind: 'postgresql' as const, name: 'warehouse' },
      settings: { host: '127.0.0.1', port: 9, database: 'd', user: 'u', tls: false },
    }
    const first = await here.ran({ table: program(null, FIRST), dataSource: nowhere })
    expect(reasonOf(first)).toMatch(/^DATA_SOURCE_UNREACHABLE/)
    const second = await here.ran({ table: program(null, FIRST), dataSource: nowhere, runNumber: 2 })
    expect(reasonOf(second)).toMatch(/^RUN_UNKNOWN/)
  })
})
