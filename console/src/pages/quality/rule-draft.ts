/** What somebody writes in the form of a rule. */
import type { QualityMetric, QualityRule } from '@holdpoint/core'
import type { QualityTemplate } from '../../api/quality-shapes.ts'

/** What belongs to a metric, and is left out of the others. */
export const isOfTable = (metric: QualityMetric): boolean => metric === 'Count' || metric === 'UserDefinedSql'

export const EMPTY_RULE: QualityRule = {
  name: '',
  description: '',
  enabled: true,
  severity: 'High',
  templateCode: 'system:table:table_count:fixed',
  sampling: { metric: 'Count', columns: [], filter: null, sql: null, least: null, most: null, values: [] },
  checking: {
    type: 'Fixed',
    daysBefore: [],
    thresholds: { expected: '$checkValue > 0', warned: null, critical: null },
  },
}

export function fromTemplate(rule: QualityRule, template: QualityTemplate): QualityRule {
  const { code, metric, checking, daysBefore, expected, warned, critical } = template
  return withMetric(
    {
      ...rule,
      templateCode: code,
      checking: { type: checking, daysBefore, thresholds: { expected, warned, critical } },
    },
    metric,
  )
}

export function withMetric(rule: QualityRule, metric: QualityMetric): QualityRule {
  const { columns, sql, least, most, values } = rule.sampling
  return {
    ...rule,
    sampling: {
      ...rule.sampling,
      metric,
      columns: isOfTable(metric) ? [] : columns,
      sql: metric === 'UserDefinedSql' ? (sql ?? '') : null,
      least: metric === 'OutOfRangeCount' ? least : null,
      most: metric === 'OutOfRangeCount' ? most : null,
      values: metric === 'CountNotIn' ? values : [],
    },
  }
}

export function withChecking(rule: QualityRule, type: QualityRule['checking']['type']): QualityRule {
  const { daysBefore } = rule.checking
  const days = type === 'Fixed' ? [] : daysBefore.length > 0 ? daysBefore : [1, 7, 30]
  return { ...rule, checking: { ...rule.checking, type, daysBefore: days } }
}
