/** The usual rules, from which people start. Each has the number and the method's name by which the older dialect and messages know it. */
import type { QualityChecking, QualityMetric } from './rule.ts'

export type QualityTemplate = {
  readonly code: string
  readonly id: number
  readonly metric: QualityMetric
  readonly checking: QualityChecking
  readonly methodName: string
  readonly daysBefore: readonly number[]
  /** What it expects unless told otherwise. */
  readonly expected: string | null
  readonly warned: string | null
  readonly critical: string | null
}

const fixed = (
  id: number,
  level: 'table' | 'field',
  method: string,
  metric: QualityMetric,
  expected: string,
): QualityTemplate => {
  const thresholds = { expected, warned: null, critical: null }
  return {
    code: `system:${level}:${method}:fixed`,
    ...{ id, metric, checking: 'Fixed', methodName: method, daysBefore: [], ...thresholds },
  }
}

const change = (
  id: number,
  checking: QualityChecking,
  name: string,
  thresholds: readonly [string, string],
): QualityTemplate => ({
  code: `system:table:table_count:${name}`,
  ...{ id, metric: 'Count', checking, methodName: 'table_count', daysBefore: [1, 7, 30] },
  ...{ expected: null, warned: thresholds[0], critical: thresholds[1] },
})

const beyond = (limit: number) => `$checkValue > ${limit} or $checkValue < -${limit}`

export const QUALITY_TEMPLATES: readonly QualityTemplate[] = [
  fixed(1, 'table', 'table_count', 'Count', '$checkValue > 0'),
  change(7, 'Fluctuation', 'fluctuation', [beyond(0.1), beyond(0.5)]),
  change(47, 'Difference', 'difference', [beyond(1_000), beyond(10_000)]),
  change(48, 'Average', 'average', [beyond(0.1), beyond(0.5)]),
  fixed(8, 'field', 'null_value', 'NullValueCount', '$checkValue == 0'),
  fixed(9, 'field', 'null_value/table_count', 'NullValuePercent', '$checkValue <= 0.01'),
  fixed(10, 'field', 'count_distinct', 'DistinctCount', '$checkValue > 0'),
  fixed(11, 'field', 'table_count-count_distinct', 'DuplicatedCount', '$checkValue == 0'),
  fixed(12, 'field', '(table_count-count_distinct)/table_count', 'DuplicatedPercent', '$checkValue == 0'),
  fixed(13, 'field', 'out_of_range', 'OutOfRangeCount', '$checkValue == 0'),
  fixed(14, 'field', 'count_not_in', 'CountNotIn', '$checkValue == 0'),
  fixed(15, 'field', 'min', 'Min', '$checkValue >= 0'),
  fixed(16, 'field', 'max', 'Max', '$checkValue >= 0'),
  fixed(17, 'field', 'avg', 'Avg', '$checkValue >= 0'),
  fixed(18, 'field', 'sum', 'Sum', '$checkValue >= 0'),
  fixed(30, 'table', 'user_defined', 'UserDefinedSql', '$checkValue == 0'),
]
