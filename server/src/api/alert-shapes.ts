/** The shapes of alerts in the native API: rules, and what they have told. */
import { ALERT_KINDS, BACKFILL_ENDS, UNFINISHED_BY } from '@holdpoint/core'
import { z } from 'zod'
import { id, instant, label, url } from './shapes.ts'

const nodeIds = z.array(id).min(1).max(1000)
const ofWorkspaceOrNodes = nodeIds.nullable().describe('null: every node of the workspace')
const minutes = z.int().min(1).max(2880)

export const AlertWatchShape = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('ERROR'), nodeIds: ofWorkspaceOrNodes }),
    z.strictObject({ kind: z.literal('TIMEOUT'), nodeIds: ofWorkspaceOrNodes, minutes }),
    z.strictObject({
      kind: z.literal('UNFINISHED'),
      nodeIds: ofWorkspaceOrNodes,
      by: z
        .string()
        .regex(UNFINISHED_BY, 'a time from 00:00 to 47:59')
        .describe('Time of the day after the business date; from 24:00 on, of the day after that'),
    }),
    z.strictObject({
      kind: z.literal('CYCLE_UNFINISHED'),
      nodeIds: nodeIds.max(100),
      minutes: minutes.describe('After the time of the cycle'),
    }),
    z.strictObject({ kind: z.literal('FINISHED'), nodeIds: ofWorkspaceOrNodes }),
    z.strictObject({
      kind: z.literal('BACKFILL'),
      ends: z.enum(BACKFILL_ENDS).describe('Which ends of backfills; one that asks for more itself is told of as well'),
    }),
  ])
  .meta({ id: 'AlertWatch', description: 'What a rule watches: scheduled instances in production, or backfills' })

const common = {
  name: label,
  enabled: z.boolean(),
  watch: AlertWatchShape,
  emails: z.array(z.email().max(254)).max(20),
  mostRepeats: z.int().min(0).max(10).describe('How often it is told again while it still holds'),
  repeatMinutes: z.int().min(1).max(1440),
}
export const NewAlertRule = z
  .strictObject({
    ...common,
    enabled: common.enabled.default(true),
    webhook: url.nullable().default(null).describe('Where alerts are posted to as JSON, signed'),
    emails: common.emails.default([]),
    mostRepeats: common.mostRepeats.default(0),
    repeatMinutes: common.repeatMinutes.default(30),
  })
  .meta({ id: 'NewAlertRule' })
export const AlertRule = z
  .object({
    id,
    ...common,
    emails: z.array(z.string()).describe('Empty for who may not change the rule, and so are the paths of webhooks'),
    webhook: z.string().nullable(),
    nodes: z
      .array(z.object({ id, name: z.string() }))
      .describe('The first of those it names, as far as they are published'),
    receiverCount: z.int(),
  })
  .meta({ id: 'AlertRule' })
export const AlertSecret = z.object({ secret: z.string() }).meta({ id: 'AlertSecret' })

export const AlertAttempt = z
  .object({
    number: z.int(),
    at: instant,
    durationMs: z.number(),
    status: z.int().nullable().describe('HTTP status of the answer; null where there was none'),
    error: z.string().nullable(),
    answer: z.string().nullable(),
  })
  .meta({ id: 'AlertAttempt' })
export const AlertNotice = z
  .object({
    id,
    number: z.int().describe('1: when it was raised; from 2 on when it was told again'),
    channel: z.enum(['webhook', 'email']),
    receiver: z.string(),
    state: z.enum(['pending', 'sent', 'failed']),
    nextTryAt: instant.nullable(),
    attempts: z.array(AlertAttempt),
  })
  .meta({ id: 'AlertNotice' })
export const Alert = z
  .object({
    id,
    ruleId: id
      .nullable()
      .describe(
        'null: the rule has been deleted, a backfill asked for it itself, or a monitor of Data Quality tells of a run',
      ),
    ruleName: z.string(),
    kind: z.enum(ALERT_KINDS),
    test: z.boolean(),
    at: instant,
    backfillId: id.nullable(),
    qualityRunId: id.nullable().describe('Of QUALITY: the run of a monitor that it tells of'),
    succeeded: z.boolean().nullable().describe('Of a backfill'),
    count: z.int(),
    objects: z
      .array(
        z.object({
          id: id.describe('Of the instance, backfill or result'),
          name: z.string(),
          nodeId: id.nullable(),
          run: z.int(),
          bizdate: z.string().nullable(),
        }),
      )
      .describe('What it is about, at most the first 100'),
    told: z.int().describe('How often'),
    tellAgainAt: instant.nullable(),
    notices: z.array(AlertNotice),
  })
  .meta({ id: 'Alert' })
