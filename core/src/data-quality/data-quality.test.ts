// biome-ignore-all lint/suspicious/noTemplateCurlyInString: parameters are written so
import { describe, expect, test } from 'vitest'
import { monitorProblems, type QualityMonitor, tableGuid } from './monitor.ts'
import { type QualityRule, ruleProblems } from './rule.ts'
import { measuringStatement } from './statement.ts'
import { QUALITY_TEMPLATES } from './templates.ts'
import {
  anyMeets,
  dayBefore,
  judged,
  meetingProblem,
  USUAL_BLOCK_CONDITION,
  USUAL_NOTIFY_CONDITION,
  worstOf,
} from './verdict.ts'

type More = { sampling?: Partial<QualityRule['sampling']>; checking?: Partial<QualityRule['checking']> }
const rule = ({ sampling, checking }: More = {}): QualityRule => ({
  ...{ name: 'rows', description: '', enabled: true, severity: 'High', templateCode: 'system:table:table_count:fixed' },
  sampling: { metric: 'Count', columns: [], filter: null, sql: null, least: null, most: null, values: [], ...sampling },
  checking: {
    type: 'Fixed',
    daysBefore: [],
    thresholds: { expected: '$checkValue > 0', warned: null, critical: null },
    ...checking,
  },
})
const thresholds = (critical: string | null, warned: string | null = null, expected: string | null = null) => ({
  ...{ expected, warned, critical },
})
const place = { schema: null, table: 'orders', partition: [] }

describe('rule 58: what of a rule can never be checked is said with its place', () => {
  test.each([
    [{ sampling: { metric: 'NullValueCount' } }, ['sampling.columns']],
    [{ sampling: { columns: ['id'] } }, ['sampling.columns']],
    [{ sampling: { metric: 'Max', columns: ['a', 'b'] } }, ['sampling.columns']],
    [{ sampling: { metric: 'UserDefinedSql' } }, ['sampling.sql']],
    [{ sampling: { metric: 'UserDefinedSql', sql: 'select 1; drop table orders' } }, ['sampling.sql']],
    [{ sampling: { metric: 'OutOfRangeCount', columns: ['a'] } }, ['sampling.least']],
    [{ sampling: { metric: 'OutOfRangeCount', columns: ['a'], least: 5, most: 1 } }, ['sampling.most']],
    [{ checking: { type: 'Fluctuation' } }, ['checking.daysBefore']],
    [{ checking: { thresholds: thresholds(null) } }, ['checking.thresholds']],
    [{ checking: { thresholds: thresholds('$checkValue >') } }, ['checking.thresholds.critical']],
  ] as const)('%j', (more, paths) => {
    expect(ruleProblems(rule(more as More)).map(({ path }) => path)).toEqual(paths)
  })

  test('every template is a rule that can be checked, once it has what it is of', () => {
    for (const { metric, checking, daysBefore, expected, warned, critical } of QUALITY_TEMPLATES) {
      const columns = metric === 'Count' || metric === 'UserDefinedSql' ? [] : ['amount']
      const sampling = {
        ...{ metric, columns, sql: metric === 'UserDefinedSql' ? 'select 0' : null },
        ...{ least: metric === 'OutOfRangeCount' ? 0 : null, values: metric === 'CountNotIn' ? ['new'] : [] },
      }
      const made = rule({
        sampling,
        checking: { type: checking, daysBefore, thresholds: { expected, warned, critical } },
      })
      expect(ruleProblems(made)).toEqual([])
    }
    expect(new Set(QUALITY_TEMPLATES.map(({ code }) => code)).size).toBe(QUALITY_TEMPLATES.length)
    expect(new Set(QUALITY_TEMPLATES.map(({ id }) => id)).size).toBe(QUALITY_TEMPLATES.length)
  })
})

describe('the statement that measures', () => {
  const partition = [{ column: 'dt', value: "2026'11" }]
  test('quotes names and values, and keeps a filter to itself', () => {
    const filtered = rule({ sampling: { filter: 'amount > 0 -- only paid' } })
    expect(measuringStatement(filtered, { schema: 'ods', table: 'or"ders', partition })).toBe(
      `select count(*) from "ods"."or""ders" where cast("dt" as varchar) = '2026''11' and (\namount > 0 -- only paid\n)`,
    )
  })

  test.each([
    ['NullValueCount', ['a', 'b'], 'select count(*) from "orders" where ("a" is null or "b" is null)'],
    ['DistinctCount', ['a'], 'select (select count(*) from (select distinct "a" from "orders") as d)'],
    ['Max', ['a'], 'select cast(max("a") as double precision) from "orders"'],
  ] as const)('%s', (metric, columns, expected) => {
    expect(measuringStatement(rule({ sampling: { metric, columns } }), place)).toBe(expected)
  })

  test('SQL of one’s own is told the table and the partition', () => {
    const own = rule({
      sampling: { metric: 'UserDefinedSql', sql: 'select count(*) from ${table} where ${partition} and x' },
    })
    expect(measuringStatement(own, { ...place, partition: [{ column: 'dt', value: '1' }] })).toBe(
      `select count(*) from "orders" where cast("dt" as varchar) = '1' and x`,
    )
    expect(measuringStatement(own, place)).toBe('select count(*) from "orders" where true and x')
  })
})

describe('rule 58: what a value means', () => {
  test.each([
    [thresholds(null, null, '$checkValue > 0'), 1, 'Passed'],
    [thresholds(null, null, '$checkValue > 0'), 0, 'Critical'],
    [thresholds('$checkValue >= 10', '$checkValue >= 5'), 10, 'Critical'],
    [thresholds('$checkValue >= 10', '$checkValue >= 5'), 5, 'Warned'],
    [thresholds('$checkValue >= 10', '$checkValue >= 5'), 4, 'Passed'],
    [thresholds('$checkValue > 0.0000001'), 0.00000001, 'Passed'],
    [thresholds('$checkValue > 1000'), 1e21, 'Critical'],
  ] as const)('%j of %j: %s', (of, value, status) => {
    expect(judged(rule({ checking: { thresholds: of } }), value, []).status).toBe(status)
  })

  const days = [
    { bizdate: '2026-11-20', value: 100 },
    { bizdate: '2026-11-14', value: 200 },
  ]
  test('a change is judged against each earlier day, and the worst counts', () => {
    const fluctuates = rule({
      checking: {
        type: 'Fluctuation',
        daysBefore: [1, 7],
        thresholds: thresholds('$checkValue < -0.4', '$checkValue > 0.05'),
      },
    })
    expect(judged(fluctuates, 110, days)).toMatchObject({
      status: 'Critical',
      checked: -0.45,
      comparisons: [{ status: 'Warned' }, { status: 'Critical' }],
    })
  })

  test('with nothing to compare with a check is skipped; from nothing to something is a change beyond every limit', () => {
    const fluctuates = rule({
      checking: { type: 'Fluctuation', daysBefore: [1], thresholds: thresholds('$checkValue > 1000') },
    })
    expect(judged(fluctuates, 5, [])).toEqual({ status: 'Skipped', checked: null, comparisons: [] })
    expect(judged(fluctuates, 5, [{ bizdate: '2026-11-20', value: 0 }]).status).toBe('Critical')
    expect(judged(fluctuates, 0, [{ bizdate: '2026-11-20', value: 0 }]).status).toBe('Passed')
  })

  test('a difference is absolute, an average one value', () => {
    const kind = (type: 'Difference' | 'Average') =>
      rule({ checking: { type, daysBefore: [1, 7], thresholds: thresholds('$checkValue > 1000') } })
    expect(judged(kind('Difference'), 150, days).comparisons.map(({ checked }) => checked)).toEqual([50, -50])
    expect(judged(kind('Average'), 165, days).checked).toBeCloseTo(0.1)
  })
})

describe('rule 59: what a result does', () => {
  test('a strong rule that fails or cannot be measured holds up, a weak one and a warning do not', () => {
    const blocks = (severity: 'High' | 'Normal', status: 'Critical' | 'Error' | 'Warned' | 'Skipped') =>
      anyMeets(USUAL_BLOCK_CONDITION, [{ severity, status }])
    expect(blocks('High', 'Critical')).toBe(true)
    expect(blocks('High', 'Error')).toBe(true)
    expect(blocks('High', 'Warned')).toBe(false)
    expect(blocks('High', 'Skipped')).toBe(false)
    expect(blocks('Normal', 'Critical')).toBe(false)
    expect(anyMeets(null, [{ severity: 'High', status: 'Critical' }])).toBe(false)
  })

  test('conditions that cannot be judged are refused when they are written', () => {
    expect(meetingProblem(USUAL_BLOCK_CONDITION)).toBeNull()
    expect(meetingProblem(USUAL_NOTIFY_CONDITION)).toBeNull()
    expect(meetingProblem('${severity} = "High"')).toMatch(/column/)
    expect(meetingProblem('${seferity} == "High"')).toMatch(/seferity/)
  })

  test('a run ends as its worst result does', () => {
    const results = (...statuses: ('Passed' | 'Error' | 'Critical' | 'Skipped')[]) =>
      worstOf(statuses.map((status) => ({ severity: 'Normal', status })))
    expect(results('Passed', 'Error', 'Critical')).toBe('Critical')
    expect(results('Skipped', 'Passed')).toBe('Passed')
    expect(results()).toBe('Skipped')
  })
})

test('what of a monitor can never be is said with its place', () => {
  const monitor: QualityMonitor = {
    ...{ name: 'orders', description: '', enabled: true, partition: 'dt=$[yyyymmdd-1]' },
    target: { dataSource: null, schema: null, table: 'orders' },
    trigger: { type: 'ByScheduledTaskInstance', nodeIds: [1] },
    ...{ blockWhen: USUAL_BLOCK_CONDITION, notifyWhen: USUAL_NOTIFY_CONDITION },
  }
  expect(monitorProblems(monitor)).toEqual([])
  const wrong = {
    ...monitor,
    partition: 'all',
    trigger: { type: 'ByManual', nodeIds: [1] },
    blockWhen: 'always',
  } as const
  expect(monitorProblems(wrong).map(({ path }) => path)).toEqual(['partition', 'trigger.nodeIds'])
  expect(tableGuid({ kind: 'duckdb', workspace: 'shop', dataSource: 'default' }, monitor.target)).toBe(
    'duckdb.shop.default.orders',
  )
})

test('days before a business date go over months', () => {
  expect(dayBefore('2026-03-01', 1)).toBe('2026-02-28')
})
