/** The shapes of Data Quality: rules, monitors, subscriptions, runs and results. What they may say is decided in core. */
import {
  MAX_CLONE_TARGETS,
  MAX_NODES_OF_A_MONITOR,
  MAX_QUALITY_RULES_AT_ONCE,
  MAX_RULES_OF_A_MONITOR,
  MONITOR_TRIGGERS,
  QUALITY_CHANNELS,
  QUALITY_CHECKINGS,
  QUALITY_METRICS,
  QUALITY_SEVERITIES,
  QUALITY_STATUSES,
  USUAL_BLOCK_CONDITION,
  USUAL_NOTIFY_CONDITION,
} from '@holdpoint/core'
import { z } from 'zod'
import { date } from './instance-shapes.ts'
import { id, instant, label, OperationView, Person } from './shapes.ts'

const column = z.string().min(1).max(63)
const description = z.string().max(1_024).default('')
const sql = z.string().min(1).max(65_536)
const condition = z.string().min(1).max(2_000)
const revision = z.int().min(1).describe('The revision that it was made on; any other has been changed meanwhile')
const Status = z.enum(QUALITY_STATUSES).meta({ id: 'QualityStatus' })

export const QualityTargetShape = z
  .strictObject({
    dataSource: z.string().max(128).nullable().default(null).describe('Null: the default one of production'),
    schema: z.string().max(63).nullable().default(null),
    table: z.string().min(1).max(63),
  })
  .meta({ id: 'QualityTarget' })

export const QualityRuleShape = z
  .strictObject({
    name: label,
    description,
    enabled: z.boolean().default(true),
    severity: z.enum(QUALITY_SEVERITIES).describe('High: strong, Normal: weak'),
    templateCode: z.string().max(256),
    sampling: z.strictObject({
      metric: z.enum(QUALITY_METRICS),
      columns: z.array(column).max(32).default([]),
      filter: sql.nullable().default(null),
      sql: sql.nullable().default(null).describe('Of UserDefinedSql: one statement that answers one number'),
      least: z.number().nullable().default(null),
      most: z.number().nullable().default(null),
      values: z.array(z.string().max(256)).max(1_000).default([]),
    }),
    checking: z.strictObject({
      type: z.enum(QUALITY_CHECKINGS),
      daysBefore: z.array(z.int().min(1).max(400)).max(30).default([]),
      thresholds: z
        .strictObject({
          expected: condition.nullable().default(null),
          warned: condition.nullable().default(null),
          critical: condition.nullable().default(null),
        })
        .describe('Conditions over `$checkValue`'),
    }),
  })
  .meta({ id: 'QualityRuleContent' })

const held = z.array(z.object({ operationId: z.uuid(), eventCode: z.string() }))
const Latest = z
  .object({ id, status: Status, value: z.number().nullable(), bizdate: date, endedAt: instant })
  .nullable()
  .describe('The newest result')

export const QualityTemplateView = z
  .object({
    code: z.string(),
    id: z.int(),
    metric: z.enum(QUALITY_METRICS),
    checking: z.enum(QUALITY_CHECKINGS),
    daysBefore: z.array(z.int()),
    expected: z.string().nullable(),
    warned: z.string().nullable(),
    critical: z.string().nullable(),
  })
  .meta({ id: 'QualityTemplate' })

export const QualityRuleView = z
  .object({
    id,
    workspaceId: id,
    monitorId: id.nullable(),
    target: QualityTargetShape,
    rule: QualityRuleShape,
    revision: z.int(),
    latest: Latest,
    modifiedAt: instant,
    modifiedBy: Person.nullable(),
    heldBy: held,
    may: z.array(z.enum(['save', 'delete'])),
  })
  .meta({ id: 'QualityRule' })

export const NewQualityRules = z
  .strictObject({
    monitorId: id.nullable().default(null).describe('Null: of a table, and checked by no monitor yet'),
    target: QualityTargetShape.optional().describe('Without it the monitor’s; one of the two has to be there'),
    rules: z.array(QualityRuleShape).min(1).max(MAX_QUALITY_RULES_AT_ONCE),
  })
  .meta({ id: 'NewQualityRules', description: 'All of them come to be, or none' })
const RuleChange = z.strictObject({ revision, rule: QualityRuleShape })
export const QualityRuleSave = RuleChange.meta({ id: 'QualityRuleSave' })
export const QualityRulesSave = z
  .strictObject({ rules: z.array(RuleChange.extend({ id })).min(1).max(MAX_QUALITY_RULES_AT_ONCE) })
  .meta({ id: 'QualityRulesSave', description: 'All of them are changed, or none' })
export const QualityIds = z
  .strictObject({ ids: z.array(id).min(1).max(MAX_QUALITY_RULES_AT_ONCE) })
  .meta({ id: 'QualityIds' })

export const SubscriptionShape = z
  .strictObject({
    channel: z.enum(QUALITY_CHANNELS),
    receiver: z
      .string()
      .min(1)
      .max(2_048)
      .describe('An address of mail, or of a webhook, to which a signed JSON is posted'),
  })
  .meta({ id: 'QualitySubscriptionContent' })

const monitor = {
  name: label,
  description,
  enabled: z.boolean().default(true),
  target: QualityTargetShape,
  partition: z.string().max(512).nullable().default(null).describe('`dt=$[yyyymmdd-1]`; null: the whole table'),
  trigger: z.strictObject({
    type: z.enum(MONITOR_TRIGGERS),
    nodeIds: z.array(id).max(MAX_NODES_OF_A_MONITOR).default([]),
  }),
  blockWhen: condition
    .nullable()
    .default(USUAL_BLOCK_CONDITION)
    .describe('Which results have the instance fail; null: none, and it does not wait for them'),
  notifyWhen: condition.nullable().default(USUAL_NOTIFY_CONDITION).describe('Of which results who subscribes is told'),
}
export const QualityMonitorShape = z.strictObject(monitor).meta({ id: 'QualityMonitorContent' })
export const NewQualityMonitor = z
  .strictObject({
    ...monitor,
    rules: z
      .array(
        z.union([QualityRuleShape, z.strictObject({ id }).describe('A rule of this table that no monitor has yet')]),
      )
      .max(MAX_RULES_OF_A_MONITOR)
      .default([]),
    subscriptions: z.array(SubscriptionShape).max(20).default([]),
  })
  .meta({ id: 'NewQualityMonitor' })
export const QualityMonitorSave = z
  .strictObject({ revision, monitor: QualityMonitorShape })
  .meta({ id: 'QualityMonitorSave', description: 'Its rules and subscriptions are changed on their own' })
export const QualityClone = z
  .strictObject({ targets: z.array(QualityTargetShape).min(1).max(MAX_CLONE_TARGETS) })
  .meta({ id: 'QualityClone', description: 'With its rules, to each of these tables' })

export const QualitySubscriptionView = z
  .object({
    id,
    monitorId: id,
    channel: z.enum(QUALITY_CHANNELS),
    receiver: z.string().describe('Shortened for who may not change it'),
    createdBy: Person.nullable(),
    createdAt: instant,
    heldBy: held,
  })
  .meta({ id: 'QualitySubscription' })

export const QualityMonitorSummary = z
  .object({
    id,
    workspaceId: id,
    ...monitor,
    nodes: z.array(z.object({ id, name: z.string() })),
    rules: z.int(),
    strongRules: z.int(),
    latest: z
      .object({ id, status: Status.nullable(), bizdate: date, hasBlocked: z.boolean(), createdAt: instant })
      .nullable()
      .describe('The newest run'),
    revision: z.int(),
    modifiedAt: instant,
    modifiedBy: Person.nullable(),
    heldBy: held,
    may: z.array(z.enum(['save', 'delete', 'clone', 'run', 'subscribe'])),
  })
  .meta({ id: 'QualityMonitorSummary' })
export const QualityMonitorDetail = QualityMonitorSummary.extend({
  ruleList: z.array(QualityRuleView),
  subscriptions: z.array(QualitySubscriptionView),
}).meta({ id: 'QualityMonitorDetail' })

export const AskedQuality = z
  .object({ operation: OperationView, ids: z.array(id).describe('What came of it; empty while it is held') })
  .meta({ id: 'AskedQuality' })

// Checks

export const QualityRunStart = z
  .strictObject({ bizdate: date.optional().describe('Without it the day before today') })
  .meta({ id: 'QualityRunStart' })
export const QualityResult = z
  .object({
    id,
    runId: id,
    monitorId: id,
    ruleId: id,
    rule: QualityRuleShape.describe('As it was'),
    bizdate: date,
    status: Status,
    value: z.number().nullable(),
    checked: z.number().nullable().describe('What the thresholds were held against'),
    comparisons: z.array(z.object({ bizdate: date, value: z.number(), checked: z.number(), status: Status })),
    statement: z.string(),
    reasons: z.array(z.object({ code: z.string(), details: z.record(z.string(), z.unknown()) })),
    beganAt: instant,
    endedAt: instant,
    feedback: z.array(z.object({ text: z.string(), by: Person, at: instant })),
  })
  .meta({ id: 'QualityResult' })
export const QualityRunSummary = z
  .object({
    id,
    monitorId: id,
    monitorName: z.string(),
    state: z.enum(['pending', 'running', 'ended']),
    status: Status.nullable(),
    bizdate: date,
    partition: z.string().nullable(),
    instanceId: id.nullable(),
    nodeId: id.nullable(),
    holdsUp: z.boolean().describe('Its instance has succeeded only when this has ended'),
    hasBlocked: z.boolean(),
    counts: z.partialRecord(Status, z.int()),
    startedBy: Person.nullable().describe('Null: its instance did'),
    createdAt: instant,
    startedAt: instant.nullable(),
    endedAt: instant.nullable(),
  })
  .meta({ id: 'QualityRunSummary' })
export const QualityRunDetail = QualityRunSummary.extend({ results: z.array(QualityResult) }).meta({
  id: 'QualityRunDetail',
})
export const QualityPoint = z
  .object({ resultId: id, bizdate: date, endedAt: instant, status: Status, value: z.number().nullable() })
  .meta({ id: 'QualityPoint', description: 'A result in the history of a rule' })
export const NewQualityFeedback = z
  .strictObject({ text: z.string().trim().min(1).max(1_024) })
  .meta({ id: 'NewQualityFeedback' })
