import { may } from '@holdpoint/core'
import type { z } from 'zod'
import type { Caller } from '../store/principals.ts'
import type { ListedMonitorRow, SubscriptionRow } from '../store/quality-monitors.ts'
import { monitorOf } from '../store/quality-monitors.ts'
import { type ListedQualityRuleRow, targetOf } from '../store/quality-rules.ts'
import type { ListedQualityRunRow, QualityPointRow, QualityResultRow } from '../store/quality-runs.ts'
import type * as shapes from './quality-shapes.ts'
import { type HeldObjects, person } from './views.ts'

const personOrNull = (id: number | null, name: string | null) =>
  id === null || name === null ? null : person(id, name)
const utc = (at: string | Date) => new Date(at).toISOString()

const OF_RULES: readonly string[] = [
  'batch-update-data-quality-rules',
  'update-data-quality-rule',
  'batch-delete-data-quality-rules',
]
const OF_SUBSCRIPTIONS: readonly string[] = [
  'update-data-quality-evaluation-task-notification',
  'delete-data-quality-evaluation-task-notification',
]
const OF_MONITORS: readonly string[] = [
  'batch-create-data-quality-rules',
  'update-data-quality-evaluation-task',
  'clone-data-quality-evaluation-task',
  'batch-delete-data-quality-evaluation-tasks',
  'create-data-quality-evaluation-task-notification',
]

const heldBy = (held: HeldObjects, points: readonly string[], id: number) =>
  held
    .filter((one) => points.includes(one.event_code) && one.objects.some((object) => object.id === String(id)))
    .map((one) => ({ operationId: one.id, eventCode: one.event_code }))

export function qualityRuleView(
  caller: Caller,
  row: ListedQualityRuleRow,
  held: HeldObjects,
): z.input<typeof shapes.QualityRuleView> {
  const { latest } = row
  return {
    ...{ id: row.id, workspaceId: row.workspace_id, monitorId: row.monitor_id, revision: row.revision },
    target: targetOf(row),
    rule: ruleOf(row.rule),
    latest: latest && {
      ...{ id: latest.id, status: latest.status, value: latest.value, bizdate: latest.bizdate },
      endedAt: utc(latest.ended_at),
    },
    modifiedAt: utc(row.modified_at),
    modifiedBy: personOrNull(row.modified_by, row.modified_by_name),
    heldBy: heldBy(held, OF_RULES, row.id),
    may: may(caller, 'quality.write', row.workspace_id) ? ['save', 'delete'] : [],
  }
}

/** As the shape has it, whose lists are not read-only. */
const ruleOf = (rule: ListedQualityRuleRow['rule']) => structuredClone(rule) as z.input<typeof shapes.QualityRuleShape>

export function monitorView(
  caller: Caller,
  row: ListedMonitorRow,
  held: HeldObjects,
): z.input<typeof shapes.QualityMonitorSummary> {
  const { latest } = row
  const { trigger, ...monitor } = monitorOf(row)
  const writes = may(caller, 'quality.write', row.workspace_id)
  return {
    ...{ id: row.id, workspaceId: row.workspace_id, ...monitor, revision: row.revision },
    trigger: { type: trigger.type, nodeIds: [...trigger.nodeIds] },
    ...{ nodes: row.nodes, rules: row.rules, strongRules: row.strong_rules },
    latest: latest && {
      ...{ id: latest.id, status: latest.status, bizdate: latest.bizdate, hasBlocked: latest.has_blocked },
      createdAt: utc(latest.created_at),
    },
    modifiedAt: utc(row.modified_at),
    modifiedBy: personOrNull(row.modified_by, row.modified_by_name),
    heldBy: heldBy(held, OF_MONITORS, row.id),
    may: [
      ...(writes ? (['save', 'delete', 'clone', 'subscribe'] as const) : []),
      ...(may(caller, 'quality.run', row.workspace_id) ? (['run'] as const) : []),
    ],
  }
}

/** Whoever may not change who is told does not read where: the path of a webhook is often its password. */
export const subscriptionView = (
  caller: Caller,
  row: SubscriptionRow & { readonly created_by_name: string | null },
  held: HeldObjects,
): z.input<typeof shapes.QualitySubscriptionView> => ({
  ...{ id: row.id, monitorId: row.monitor_id, channel: row.channel },
  receiver: may(caller, 'quality.write', row.workspace_id)
    ? row.receiver
    : row.channel === 'Webhook'
      ? new URL(row.receiver).origin
      : '…',
  createdBy: personOrNull(row.created_by, row.created_by_name),
  createdAt: utc(row.created_at),
  heldBy: heldBy(held, OF_SUBSCRIPTIONS, row.id),
})

export const qualityRunView = (row: ListedQualityRunRow): z.input<typeof shapes.QualityRunSummary> => ({
  ...{ id: row.id, monitorId: row.monitor_id, monitorName: row.monitor_name, state: row.state, status: row.status },
  ...{ bizdate: row.bizdate, partition: row.partition, instanceId: row.instance_id, nodeId: row.node_id },
  ...{ holdsUp: row.holds_up, hasBlocked: row.has_blocked, counts: row.counts },
  startedBy: personOrNull(row.started_by, row.started_by_name),
  createdAt: utc(row.created_at),
  startedAt: row.started_at && utc(row.started_at),
  endedAt: row.ended_at && utc(row.ended_at),
})

export const qualityResultView = (row: QualityResultRow): z.input<typeof shapes.QualityResult> => ({
  ...{ id: row.id, runId: row.run_id, monitorId: row.monitor_id, ruleId: row.rule_id, rule: ruleOf(row.rule) },
  ...{ bizdate: row.bizdate, status: row.status, value: row.value, checked: row.checked },
  ...{ comparisons: row.comparisons, statement: row.statement },
  reasons: row.reason === null ? [] : [row.reason],
  beganAt: utc(row.began_at),
  endedAt: utc(row.ended_at),
  feedback: row.feedback.map((one) => ({ text: one.text, by: person(one.user_id, one.user_name), at: utc(one.at) })),
})

export const qualityPointView = (row: QualityPointRow): z.input<typeof shapes.QualityPoint> => ({
  ...{ resultId: row.id, bizdate: row.bizdate, endedAt: utc(row.ended_at), status: row.status, value: row.value },
})
