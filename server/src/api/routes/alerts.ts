/** Alert rules of a workspace, and what they have told. */
import { type AlertWatch, may, Refusal, unfinishedByMinutes } from '@holdpoint/core'
import { z } from 'zod'
import { newAlertSecret, openAlertSecret } from '../../openevent/alert-secret.ts'
import { webhookProblem } from '../../openevent/webhook-problem.ts'
import type { Platform } from '../../platform.ts'
import * as alerts from '../../store/alerts.ts'
import { writeAudit } from '../../store/audit.ts'
import { isUniqueViolation, type Sql, type Transaction } from '../../store/database.ts'
import type { Caller } from '../../store/principals.ts'
import { Alert, AlertRule, AlertSecret, NewAlertRule } from '../alert-shapes.ts'
import { afterId, page, pageOf, pageQuery, route } from '../route.ts'
import { workspaceParams } from './workspaces.ts'

const MOST_RULES = 200

const ruleParams = workspaceParams.extend({ alertRuleId: z.coerce.number().int().positive() })
type Given = z.output<typeof NewAlertRule>

export const alertRoutes = [
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/alert-rules',
    access: 'node.read',
    tag: 'Alerts',
    summary: 'The alert rules of a workspace',
    params: workspaceParams,
    query: pageQuery,
    answer: pageOf(AlertRule).extend({ canSendMail: z.boolean().describe('Whether a mail server is configured') }),
    async run({ platform, caller, workspace, query }) {
      const rows = await alerts.alertRulesOf(platform.db, workspace.id, {
        afterId: afterId(query.cursor),
        limit: query.limit + 1,
      })
      const shown = page(
        rows,
        query.limit,
        (row) => String(row.id),
        (row) => ruleView(caller, row),
      )
      return { ...shown, canSendMail: platform.canSendMail }
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/alert-rules',
    access: 'alert.write',
    tag: 'Alerts',
    summary: 'Add an alert rule',
    status: 201,
    params: workspaceParams,
    body: NewAlertRule,
    answer: AlertRule,
    async run({ platform, caller, workspace, body }) {
      return await saved(body.name, () =>
        platform.db.transaction(async (tx) => {
          if ((await alerts.lockAlertRules(tx, workspace.id)) >= MOST_RULES)
            throw new Refusal('LIMIT_REACHED', { limit: MOST_RULES, things: 'alert rules of a workspace' })
          await check(platform, tx, workspace.id, body)
          const of = { tenantId: caller.tenantId, workspaceId: workspace.id, userId: caller.userId }
          const row = await alerts.insertAlertRule(tx, of, valuesOf(body))
          await keepSecret(platform, tx, row)
          changed(platform, tx, caller, row, 'alert-rule.create')
          return ruleView(caller, await alerts.namedAlertRule(tx, row.id))
        }),
      )
    },
  }),
  route({
    method: 'PUT',
    path: '/workspaces/:workspaceId/alert-rules/:alertRuleId',
    access: 'alert.write',
    tag: 'Alerts',
    summary: 'Replace an alert rule; what was so before tells nobody of',
    params: ruleParams,
    body: NewAlertRule,
    answer: AlertRule,
    async run({ platform, caller, workspace, params, body }) {
      return await saved(body.name, () =>
        platform.db.transaction(async (tx) => {
          const before = await ruleFor(tx, workspace.id, params.alertRuleId)
          await check(platform, tx, workspace.id, body)
          const row = await alerts.updateAlertRule(tx, before.id, valuesOf(body))
          // Who gets alerts elsewhere signs with another secret: the one before is known to another receiver.
          if (row.webhook === null || originOf(row.webhook) !== (before.webhook && originOf(before.webhook)))
            await alerts.forgetWebhookSecret(tx, row.id)
          await keepSecret(platform, tx, row)
          changed(platform, tx, caller, row, 'alert-rule.change')
          return ruleView(caller, await alerts.namedAlertRule(tx, row.id))
        }),
      )
    },
  }),
  route({
    method: 'DELETE',
    path: '/workspaces/:workspaceId/alert-rules/:alertRuleId',
    access: 'alert.write',
    tag: 'Alerts',
    summary: 'Delete an alert rule; what it has told stays',
    status: 204,
    params: ruleParams,
    async run({ platform, caller, workspace, params }) {
      await platform.db.transaction(async (tx) => {
        const row = await ruleFor(tx, workspace.id, params.alertRuleId)
        await alerts.deleteAlertRule(tx, row.id)
        changed(platform, tx, caller, row, 'alert-rule.delete')
      })
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/alert-rules/:alertRuleId/signing-secret',
    access: 'alert.write',
    tag: 'Alerts',
    summary: 'The secret with which the webhook of a rule is signed; reading it is on record',
    params: ruleParams,
    answer: AlertSecret,
    async run({ platform, caller, workspace, params }) {
      return await platform.db.transaction(async (tx) => {
        const row = await ruleFor(tx, workspace.id, params.alertRuleId)
        if (row.webhook_secret === null) throw new Refusal('NOT_FOUND', { thing: 'webhook of the rule', id: row.id })
        writeAudit(tx, entry(caller, row, 'alert-rule.read-secret'))
        return { secret: openAlertSecret(platform.secretKey, { of: 'rule', id: row.id }, row.webhook_secret) }
      })
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/alert-rules/:alertRuleId/test',
    access: 'alert.write',
    tag: 'Alerts',
    summary: 'Tell the receivers of a rule that this is a test; what comes of it stands among the alerts',
    status: 201,
    params: ruleParams,
    answer: Alert,
    async run({ platform, caller, workspace, params }) {
      return await platform.db.transaction(async (tx) => {
        const rule = await ruleFor(tx, workspace.id, params.alertRuleId)
        if (await alerts.isTesting(tx, rule.id)) throw new Refusal('ALERT_TEST_RUNNING')
        const row = await alerts.insertAlert(tx, {
          tenant_id: rule.tenant_id,
          workspace_id: rule.workspace_id,
          rule_id: rule.id,
          rule_name: rule.name,
          kind: rule.kind,
          test: true,
          backfill_id: null,
          quality_run_id: null,
          succeeded: null,
          object_count: 0,
          objects: [],
          tellAgainSeconds: null,
        })
        await alerts.insertNotices(tx, row.id, 1, alerts.receiversOf(rule))
        changed(platform, tx, caller, rule, 'alert-rule.test')
        const [view] = await alerts.alertsOf(tx, workspace.id, { ruleId: rule.id, beforeId: row.id + 1, limit: 1 })
        return alertView(caller, view!)
      })
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/alerts',
    access: 'node.read',
    tag: 'Alerts',
    summary: 'What was told, the newest first, with every try',
    params: workspaceParams,
    query: pageQuery.extend({ alertRuleId: z.coerce.number().int().positive().optional() }),
    answer: pageOf(Alert),
    async run({ platform, caller, workspace, query }) {
      const rows = await alerts.alertsOf(platform.db, workspace.id, {
        ruleId: query.alertRuleId ?? null,
        beforeId: afterId(query.cursor) || null,
        limit: query.limit + 1,
      })
      return page(
        rows,
        query.limit,
        (row) => String(row.id),
        (row) => alertView(caller, row),
      )
    },
  }),
]

async function saved<T>(name: string, save: () => Promise<T>): Promise<T> {
  try {
    return await save()
  } catch (error) {
    if (isUniqueViolation(error, 'alert_rules_workspace_id_name_key'))
      throw new Refusal('NAME_TAKEN', { thing: 'alert rule', name })
    throw error
  }
}

async function ruleFor(sql: Sql, workspaceId: number, id: number): Promise<alerts.AlertRuleRow> {
  const row = await alerts.lockAlertRule(sql, workspaceId, id)
  if (!row) throw new Refusal('NOT_FOUND', { thing: 'alert rule', id })
  return row
}

/** Refuses what could never be told, with the place of what is wrong. */
async function check(platform: Platform, sql: Sql, workspaceId: number, given: Given): Promise<void> {
  if (given.emails.length > 0 && !platform.canSendMail) {
    const refusal = new Refusal('ALERT_MAIL_OFF')
    throw new Refusal('ALERT_MAIL_OFF', { paths: ['emails'], problems: [refusal.message] })
  }
  const problem = given.webhook === null ? null : webhookProblem(given.webhook, platform.outbound)
  if (problem !== null) throw new Refusal('ALERT_WEBHOOK_REFUSED', { problem, paths: ['webhook'], problems: [problem] })
  const { watch } = given
  if (watch.kind === 'BACKFILL' || watch.nodeIds === null) return
  const known = new Set(await alerts.watchableNodes(sql, workspaceId, watch.nodeIds))
  const unknown = watch.nodeIds.filter((id) => !known.has(id))
  if (unknown.length > 0)
    throw new Refusal('ALERT_NODES_UNKNOWN', {
      nodes: unknown,
      paths: ['watch.nodeIds'],
      problems: [`no published nodes here: ${unknown.join(', ')}`],
    })
}

async function keepSecret({ secretKey }: Platform, tx: Transaction, row: alerts.AlertRuleRow): Promise<void> {
  if (row.webhook !== null)
    await alerts.ensureWebhookSecret(tx, row.id, newAlertSecret(secretKey, { of: 'rule', id: row.id }))
}

const entry = (caller: Caller, rule: alerts.AlertRuleRow, action: string) => ({
  tenantId: caller.tenantId,
  workspaceId: rule.workspace_id,
  userId: caller.userId,
  action,
  object: rule.name,
  details: { ruleId: rule.id, kind: rule.kind },
})

function changed(platform: Platform, tx: Transaction, caller: Caller, rule: alerts.AlertRuleRow, action: string): void {
  writeAudit(tx, entry(caller, rule, action))
  const { tenant_id: tenantId, workspace_id: workspaceId } = rule
  tx.afterCommit(() => platform.live.publish({ kind: 'alert', tenantId, workspaceId, id: String(workspaceId) }))
}

const valuesOf = ({ watch, ...given }: Given): alerts.AlertRuleValues => ({
  name: given.name,
  enabled: given.enabled,
  kind: watch.kind,
  node_ids: watch.kind === 'BACKFILL' || watch.nodeIds === null ? null : [...new Set(watch.nodeIds)],
  minutes: watch.kind === 'UNFINISHED' ? unfinishedByMinutes(watch.by) : 'minutes' in watch ? watch.minutes : null,
  ends: watch.kind === 'BACKFILL' ? watch.ends : null,
  webhook: given.webhook,
  emails: [...new Set(given.emails)],
  most_repeats: given.mostRepeats,
  repeat_minutes: given.repeatMinutes,
})

function watchOf({ kind, node_ids: nodeIds, minutes, ends }: alerts.AlertRuleRow): AlertWatch {
  switch (kind) {
    case 'ERROR':
    case 'FINISHED':
      return { kind, nodeIds }
    case 'TIMEOUT':
      return { kind, nodeIds, minutes: minutes! }
    case 'UNFINISHED':
      return {
        kind,
        nodeIds,
        by: [minutes! / 60, minutes! % 60].map((n) => String(Math.floor(n)).padStart(2, '0')).join(':'),
      }
    case 'CYCLE_UNFINISHED':
      return { kind, nodeIds: nodeIds!, minutes: minutes! }
    case 'BACKFILL':
      return { kind, ends: ends! }
  }
}

const originOf = (webhook: string) => new URL(webhook).origin

/** Whoever may not change rules does not read whom they tell: the path of a webhook is often its password. */
const mayReadReceivers = (caller: Caller, workspaceId: number) => may(caller, 'alert.write', workspaceId)

function ruleView(caller: Caller, row: alerts.NamedAlertRuleRow): z.input<typeof AlertRule> {
  const mayRead = mayReadReceivers(caller, row.workspace_id)
  const watch = watchOf(row)
  return {
    id: row.id,
    name: row.name,
    enabled: row.enabled,
    watch:
      'nodeIds' in watch
        ? ({ ...watch, nodeIds: watch.nodeIds && [...watch.nodeIds] } as z.input<typeof AlertRule>['watch'])
        : watch,
    emails: mayRead ? row.emails : [],
    webhook: row.webhook === null || mayRead ? row.webhook : originOf(row.webhook),
    nodes: row.nodes,
    receiverCount: alerts.receiversOf(row).length,
    mostRepeats: row.most_repeats,
    repeatMinutes: row.repeat_minutes,
  }
}

const utc = (at: string | Date) => new Date(at).toISOString()

function alertView(
  caller: Caller,
  row: alerts.AlertRow & { readonly notices: readonly alerts.NoticeRow[] },
): z.input<typeof Alert> {
  const mayRead = mayReadReceivers(caller, row.workspace_id)
  return {
    id: row.id,
    ruleId: row.rule_id,
    ruleName: row.rule_name,
    kind: row.kind,
    test: row.test,
    at: utc(row.at),
    backfillId: row.backfill_id,
    qualityRunId: row.quality_run_id,
    succeeded: row.succeeded,
    count: row.object_count,
    objects: row.objects,
    told: row.told,
    tellAgainAt: row.tell_again_at && utc(row.tell_again_at),
    notices: row.notices.map((notice) => ({
      id: notice.id,
      number: notice.number,
      channel: notice.channel,
      receiver: mayRead ? notice.receiver : notice.channel === 'webhook' ? originOf(notice.receiver) : '…',
      state: notice.state,
      nextTryAt: notice.state === 'pending' ? utc(notice.next_try_at) : null,
      attempts: notice.attempts.map((one) => ({
        number: one.number,
        at: utc(one.at),
        durationMs: one.duration_ms,
        status: one.status,
        error: one.error,
        answer: mayRead ? one.answer : null,
      })),
    })),
  }
}
