import { describe, expect, test } from 'vitest'
import { ConditionError, conditionHolds, conditionProblem } from './branch-condition.ts'

const VALUES = new Map([
  ['a', '1'],
  ['hour', '06'],
  ['region', 'cn'],
  ['empty', ''],
  ['off', 'false'],
  ['shop.kind', 'new'],
])

describe('a condition', () => {
  test.each([
    ['a == 1', true],
    ['a == 2', false],
    [`\${a}==1`, true],
    ['1.0 == a', true],
    ['a != 1', false],
    ['a > -1', true],
    ['-2 < a', true],
    ['hour >= 6', true],
    ['hour < 10', true],
    ['"10" < "9"', false],
    ["'10' < '9a'", true],
    ["region == 'cn'", true],
    ['region == "CN"', false],
    ["region == 'it\\'s'", false],
    ["a == 1 and region == 'cn'", true],
    ['a == 2 or a == 1', true],
    ['a == 2 && a == 1 || true', true],
    ['not a == 2', true],
    ['!(a == 1)', false],
    ['a', true],
    ['empty', false],
    ['off', false],
    ['not off AND a', true],
    ['(((a)))', true],
    ["shop.kind == 'new'", true],
    ["'汇总' == '汇总'", true],
  ])('%s is %s', (condition, holds) => {
    expect(conditionHolds(condition, VALUES)).toBe(holds)
    expect(conditionProblem(condition)).toBe(null)
  })

  test.each([
    ['', 'column 1: a value is expected'],
    ['a ==', 'column 5: a value is expected'],
    ['== 1', 'column 1: a value is expected'],
    ['a = 1', 'column 3: "=" is not understood'],
    ['a == 1 2', 'column 8: nothing is expected here'],
    ['(a == 1', 'column 8: a closing parenthesis is missing'],
    ['a == -region', 'column 7: a value is expected'],
    ["a == 'open", 'column 6: "\'" is not understood'],
    ['__import__("os").system("id")', 'column 17: "." is not understood'],
    ['__import__("os")', 'column 11: nothing is expected here'],
  ])('%s is refused', (condition, problem) => {
    expect(conditionProblem(condition)).toBe(problem)
    expect(() => conditionHolds(condition, VALUES)).toThrow(ConditionError)
  })

  test('one that is too long or too deep is refused', () => {
    expect(conditionProblem('a'.repeat(3_000))).toBe('column 1: it is longer than 2000 characters')
    expect(conditionProblem(`${'('.repeat(60)}a${')'.repeat(60)}`)).toBe('column 52: it is nested deeper than 50')
  })

  test('a parameter that is not there is named, also where others have decided already', () => {
    expect(() => conditionHolds('a == 1 or missing == 2', VALUES)).toThrow('column 11: there is no parameter missing')
  })
})
