import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseSql } from './parse-sql.ts'

const SHOP = { tenant_id: 1, identifier: 'shop' }
const parse = (content: string, programType = 'DUCKDB_SQL') => parseSql(content, programType, SHOP)
const found = async (content: string, programType?: string) => {
  const { inputs, outputs, problems } = await parse(content, programType)
  expect(problems).toEqual([])
  return { inputs, outputs }
}

describe('what SQL reads and makes', () => {
  test.each([
    ['insert into orders select * from raw_orders r join dim d on r.id = d.id', ['raw_orders', 'dim'], ['orders']],
    ['create or replace table t as with c as (select * from a) select * from c', ['a'], ['t']],
    ['with recursive c as (select 1 union select * from c) select * from c, b', ['b'], []],
    ['create view v as select * from t where x in (select x from u)', ['t', 'u'], ['v']],
    ['create temp table x as select * from a; insert into b select * from x', ['a'], ['b']],
    ['update t set a = b.a from b where t.x = b.x', ['b'], ['t']],
    ['delete from t where a in (select a from z)', ['z'], ['t']],
    ['merge into t using s on t.a = s.a when matched then delete', ['s'], ['t']],
    ["copy t from 'files/t.csv'", [], ['t']],
    ["copy (select * from t) to 'files/t.csv'", ['t'], []],
    ["insert into t select * from read_csv('files/a.csv')", [], ['t']],
    ["select * from 'files/a.csv'", [], []],
    ['from t select a', ['t'], []],
    ['select * from Main.Orders, "Main"."Orders", orders', ['orders', 'Main.Orders'], []],
    [`select * from orders_\${bizdate}, b where ds = \${bizdate} limit \${n}`, ['b'], []],
    ['drop table t; truncate table u', [], []],
    ['', [], []],
  ])('%s', async (content, inputs, outputs) => {
    const named = (names: readonly string[]) => names.map((name) => (name.includes('.') ? name : `shop.${name}`))
    expect(await found(content)).toEqual({ inputs: named(inputs), outputs: named(outputs) })
  })

  test('a table of another project, or schema, is named as it is written', async () => {
    expect(await found('insert into crm.contacts select * from public.people', 'POSTGRESQL')).toEqual({
      inputs: ['shop.people'],
      outputs: ['crm.contacts'],
    })
  })

  test('what DataWorks writes for MaxCompute is understood too', async () => {
    const content = `insert overwrite table ads_daily partition (ds = '\${bizdate}') select a from dwd where ds = '\${bizdate}'`
    expect(await found(content, 'ODPS_SQL')).toEqual({ inputs: ['shop.dwd'], outputs: ['shop.ads_daily'] })
  })

  test('a program that is no SQL reads and makes nothing', async () => {
    expect(await found('echo select from', 'DIDE_SHELL')).toEqual({ inputs: [], outputs: [] })
  })
})

describe('what does not parse', () => {
  test('is told with its place and as it was written', async () => {
    expect((await parse(`select 1;\nselct \${a} from t`)).problems).toEqual([
      { line: 2, column: 1, problem: 'Expected: an SQL statement, found: selct' },
    ])
    expect((await parse(`select 1 \${a} \${bizdate}`)).problems).toEqual([
      { line: 1, column: 15, problem: `Expected: end of statement, found: \${bizdate}` },
    ])
  })

  test('also where it overruns the parser, which then reads the next as before', async () => {
    const content = `select ${Array.from({ length: 30_000 }, (_, n) => n).join(' + ')}`
    const [broken, next] = await Promise.all([parse(content), parse('select * from a')])
    expect(broken.problems).toEqual([
      { line: 1, column: 1, problem: 'it is nested too deeply, or too long, to be read' },
    ])
    expect(next).toEqual({ inputs: ['shop.a'], outputs: [], problems: [] })
  })

  test('where it names more tables than a node has inputs', async () => {
    const names = Array.from({ length: 1_001 }, (_, n) => `t${n}`)
    expect(await parse(`select * from ${names.join(', ')}`)).toEqual({
      inputs: [],
      outputs: [],
      problems: [{ line: 1, column: 1, problem: 'it names more than 1000 tables' }],
    })
    expect((await found(`select * from ${names.slice(1).join(', ')}`)).inputs).toHaveLength(1_000)
  })

  test('one tenant that asks again and again does not take the places of another', async () => {
    const flood = Array.from({ length: 100 }, () => parse('select 1'))
    const other = parseSql('select * from a', 'DUCKDB_SQL', { tenant_id: 2, identifier: 'crm' })
    expect(await other).toEqual({ inputs: ['crm.a'], outputs: [], problems: [] })
    const refused = (await Promise.all(flood)).filter(({ problems }) => problems.length > 0)
    expect(refused).toHaveLength(92)
    expect(refused[0]!.problems[0]!.problem).toContain('try again')
  })

  test('whatever is written, there is an answer', async () => {
    const word = fc.constantFrom(
      ...`select from with as ( ) , ; * insert into t "q" 's' 1 . \${x} $ -- /* \n`.split(' '),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => words.join(' ')),
        ),
        async (content) => {
          for (const { line, column, problem } of (await parse(content)).problems) {
            expect([line, column].every((one) => one >= 1)).toBe(true)
            expect(problem).not.toMatch(/nested|memory access/)
            expect(problem).not.toContain('ᐁ')
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
