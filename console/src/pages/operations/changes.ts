import type { OperationDetail } from '../../api/shapes.ts'
import type { TextKey, Translate } from '../../text/index.ts'

export type Change = OperationDetail['changes'][number]

/** Fields that have words of their own; any other is shown as the server names it. */
const FIELDS: Readonly<Record<string, { text: TextKey; values: Readonly<Record<string, TextKey>> }>> = {
  recurrence: {
    text: 'operation.fields.recurrence',
    values: { normal: 'recurrence.normal', pause: 'recurrence.pause', skip: 'recurrence.skip' },
  },
  status: {
    text: 'operation.fields.status',
    values: {
      'not-run': 'instanceStatus.not-run',
      'waiting-for-time': 'instanceStatus.waiting-for-time',
      'waiting-for-resources': 'instanceStatus.waiting-for-resources',
      running: 'instanceStatus.running',
      failed: 'instanceStatus.failed',
      succeeded: 'instanceStatus.succeeded',
      'checking-quality': 'instanceStatus.checking-quality',
      'checking-condition': 'instanceStatus.checking-condition',
    },
  },
  frozen: { text: 'operation.fields.frozen', values: { true: 'ui.yes', false: 'ui.no' } },
  environment: { text: 'nodes.environment', values: { PROD: 'nodes.PROD', DEV: 'nodes.DEV' } },
  source: { text: 'operation.fields.source', values: {} },
  target: { text: 'operation.fields.target', values: {} },
  startAt: { text: 'operation.fields.startAt', values: {} },
  enabled: { text: 'operation.fields.enabled', values: { true: 'ui.yes', false: 'ui.no' } },
  severity: {
    text: 'operation.fields.severity',
    values: { High: 'operation.fields.strong', Normal: 'operation.fields.weak' },
  },
  'sampling.metric': { text: 'operation.fields.metric', values: {} },
  'sampling.columns': { text: 'operation.fields.columns', values: {} },
  'checking.thresholds.expected': { text: 'operation.fields.expected', values: {} },
  'checking.thresholds.warned': { text: 'operation.fields.warned', values: {} },
  'checking.thresholds.critical': { text: 'operation.fields.critical', values: {} },
  'target.table': { text: 'operation.fields.table', values: {} },
  name: { text: 'operation.fields.name', values: {} },
  description: { text: 'ui.description', values: {} },
  'trigger.type': {
    text: 'operation.fields.trigger',
    values: { ByScheduledTaskInstance: 'operation.fields.afterNodes', ByManual: 'operation.fields.byHand' },
  },
  'trigger.nodeIds': { text: 'operation.fields.nodes', values: {} },
  'target.dataSource': { text: 'operation.fields.dataSource', values: {} },
  partition: { text: 'operation.fields.partition', values: {} },
  blockWhen: { text: 'operation.fields.blockWhen', values: {} },
  notifyWhen: { text: 'operation.fields.notifyWhen', values: {} },
  rule: { text: 'operation.fields.rule', values: {} },
  dataSource: { text: 'operation.fields.dataSource', values: {} },
  bizdate: { text: 'operation.fields.bizdate', values: {} },
  version: { text: 'node.version', values: {} },
  deleted: { text: 'operation.fields.deleted', values: { true: 'ui.yes', false: 'ui.no' } },
  published: { text: 'operation.fields.published', values: { true: 'ui.yes', false: 'ui.no' } },
}

export function fieldName(t: Translate, change: Change): string {
  const field = FIELDS[change.field]
  return field ? t(field.text) : change.field
}

export function fieldValue(t: Translate, change: Change, side: 'from' | 'to'): string {
  const text = FIELDS[change.field]?.values[change[side]]
  return text ? t(text) : change[side]
}
