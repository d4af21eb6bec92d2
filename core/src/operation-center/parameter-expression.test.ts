// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is what the expressions look like
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parameterText } from './node.ts'
import {
  type ParameterMoment,
  readParameterLine,
  resolveParameters,
  unknownExpressions,
} from './parameter-expression.ts'

const MOMENT: ParameterMoment = {
  bizdate: '2026-03-01',
  cycleTime: '2026-03-02 00:10:05',
  today: '2026-03-02',
  nodeId: 1000000007,
  instanceId: 523000000009,
  dagId: 500000000003,
}
const resolved = (value: string, more: Partial<ParameterMoment> = {}) =>
  resolveParameters([{ name: 'p', value }], { ...MOMENT, ...more })
const resolvedValue = (value: string, more: Partial<ParameterMoment> = {}) => resolved(value, more).parameters[0]?.value

describe('what goes by the time for which the instance is scheduled', () => {
  test.each([
    ['$[yyyymmdd]', '20260302'],
    ['$[yyyymmddhh24miss]', '20260302001005'],
    ['$[yyyy-mm-dd hh24:mi:ss]', '2026-03-02 00:10:05'],
    ['$[hh12:mi]', '12:10'],
    ['$[yyyymmdd-1]', '20260301'],
    ['$[yyyy-mm-dd-1]', '2026-03-01'],
    ['$[yyyy/mm/dd + 7*2]', '2026/03/16'],
    ['$[yyyymmdd-7*1-1]', '20260222'],
    ['$[yyyymmddhh24miss-1/24]', '20260301231005'],
    ['$[hh24miss-15/24/60]', '235505'],
    ['$[hh24:mi:ss+30/24/60/60]', '00:10:35'],
    ['$[yyyymmddhh24-1-1/24]', '2026022823'],
    ['$[yyyy]', '2026'],
    ['$[mm]', '03'],
    ['$[yyyymm-2]', '202602'],
    ['$[add_months(yyyymmdd,-1)]', '20260202'],
    ['$[add_months(yyyymmdd, 12*1)]', '20270302'],
    ['$[add_months(yyyy-mm,-12*2)]', '2024-03'],
    ['$[add_months(yyyymmdd,-1)-1]', '20260201'],
    ['$[ADD_MONTHS(YYYYMMDD,+1)]', '20260402'],
  ])('%s is %s', (value, expected) =>
    expect(resolved(value)).toEqual({ parameters: [{ name: 'p', value: expected }], unknown: [] }),
  )

  test('a month earlier than a day that it does not have is its last day', () => {
    expect(resolvedValue('$[add_months(yyyymmdd,-1)]', { cycleTime: '2024-03-31 00:00:00' })).toBe('20240229')
    expect(resolvedValue('$[add_months(yyyymmdd,1)]', { cycleTime: '2026-01-31 00:00:00' })).toBe('20260228')
  })
})

describe('what goes by the business date', () => {
  test.each([
    ['${yyyymmdd}', '20260301'],
    ['${yyyy-mm-dd}', '2026-03-01'],
    ['${yyyymmdd-7}', '20260222'],
    ['${yyyymmdd+1}', '20260302'],
    ['${yyyymmdd-7*2}', '20260215'],
    ['${yyyy-mm-dd-1}', '2026-02-28'],
    ['${yyyymm}', '202603'],
    ['${yyyymm-3}', '202512'],
    ['${yyyymm-12*1}', '202503'],
    ['${yyyy-1}', '2025'],
    ['${mm-2}', '01'],
    ['${bizdate}', '20260301'],
    ['$bizdate', '20260301'],
  ])('%s is %s', (value, expected) =>
    expect(resolved(value)).toEqual({ parameters: [{ name: 'p', value: expected }], unknown: [] }),
  )
})

describe('what has a name of its own', () => {
  test.each([
    ['$cyctime', '20260302001005'],
    ['$gmtdate', '20260302'],
    ['$jobid', '500000000003'],
    ['$nodeid', '1000000007'],
    ['$taskid', '523000000009'],
    ['$bizmonth', '202602'],
  ])('%s is %s', (value, expected) => expect(resolvedValue(value)).toBe(expected))

  test('$bizmonth is the month of the business date once that has ended', () => {
    expect(resolvedValue('$bizmonth', { today: '2026-04-01' })).toBe('202603')
    expect(resolvedValue('$bizmonth', { bizdate: '2026-01-05', today: '2026-01-06' })).toBe('202512')
  })

  test('$gmtdate is the day on which the instance really runs', () => {
    expect(resolvedValue('$gmtdate', { today: '2026-07-09' })).toBe('20260709')
  })
})

describe('whatever else a value holds', () => {
  test.each([
    ['a constant', 'a constant'],
    ['', ''],
    ['100%', '100%'],
    ['ds=$[yyyymmdd-1]/hh=$[hh24]', 'ds=20260301/hh=00'],
    ['$bizdate-$nodeid', '20260301-1000000007'],
    ['costs $5', 'costs $5'],
    ['$[', '$['],
  ])('%j becomes %j', (value, expected) =>
    expect(resolved(value)).toEqual({ parameters: [{ name: 'p', value: expected }], unknown: [] }),
  )

  test.each([
    '$[yyyymmddxx]',
    '$[]',
    '${}',
    '${region}',
    '$region',
    '$[yyyymmdd-1/0]',
    '${yyyymmdd-1/24}',
    '${yyyymmddhh24}',
    '$[add_months(yyyymmdd)]',
    '$[add_months(yyyymmdd,1/2)]',
    '${yyyy-9999}',
    '$[yyyymmdd-999999*999999]',
    '${constructor}',
    '$[-1]',
  ])('%s is kept as it is written, and told of', (value) => {
    expect(resolved(value)).toEqual({ parameters: [{ name: 'p', value }], unknown: [value] })
    expect(unknownExpressions([{ name: null, value }])).toEqual([value])
  })

  test('a parameter without a name is one for each of its words', () => {
    expect(
      resolveParameters([{ name: null, value: '$bizdate  $[yyyy-mm-dd hh24:mi:ss] x' }], MOMENT).parameters,
    ).toEqual([
      { name: null, value: '20260301' },
      { name: null, value: '2026-03-02 00:10:05' },
      { name: null, value: 'x' },
    ])
  })

  test('a line of parameters is read, and reads again what it is written as', () => {
    expect(readParameterLine('bizdate=$[yyyymmdd-1] at=$[yyyy-mm-dd hh24:mi] where=a=b  plain')).toEqual([
      { name: 'bizdate', value: '$[yyyymmdd-1]' },
      { name: 'at', value: '$[yyyy-mm-dd hh24:mi]' },
      { name: 'where', value: 'a=b' },
      { name: null, value: 'plain' },
    ])
    const line = 'a=1 $bizdate b=$[yyyymmdd - 1]'
    expect(parameterText(readParameterLine(line))).toBe(line)
  })

  test('any text at all comes to something, in time that grows with its length', () => {
    const part = fc.constantFrom(
      '$[',
      ']',
      '${',
      '}',
      '$',
      'yyyy',
      'mm',
      'dd',
      'hh24',
      '-1',
      '+7*2',
      '/24',
      ' ',
      'add_months(',
      ',',
      ')',
      'x',
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        const value = parts.join('')
        const { parameters, unknown } = resolved(value)
        expect(parameters).toHaveLength(1)
        for (const one of unknown) expect(parameters[0]?.value).toContain(one)
      }),
      { numRuns: 2000 },
    )
    expect(resolvedValue(`$[${'-1'.repeat(20_000)}x]`)).toContain('x]')
  })
})
