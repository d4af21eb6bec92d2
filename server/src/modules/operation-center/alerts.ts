/**
 * Alerts: what rules hold for is found from what is committed, by whichever replica looks, beside the engine and never in its way.
 *
 * What is found is noted under a key, told of in the same transaction (a notice for each receiver, and the monitor event), and sent afterwards: a
 * notice that was taken and not reported on is taken again, so it arrives at least once.
 */
import { type AlertText, alertHeadline, alertLines, alertRetryAfterMs, coversEnd } from '@holdpoint/core'
import type { SendMail } from '../../openevent/alert-mail.ts'
import type { AlertSecretOf } from '../../openevent/alert-secret.ts'
import { messageBody, type Publish } from '../../openevent/publish.ts'
import type { AttemptResult, Sender } from '../../openevent/target.ts'
import * as hits from '../../store/alert-hits.ts'
import * as alerts from '../../store/alerts.ts'
import type { Database, Transaction } from '../../store/database.ts'
import { routesOf } from '../../store/openevent.ts'
import { currentTrace } from '../../watch/trace.ts'

/** What is named of one alert; beyond that it is counted. */
const MOST_NAMED = 100
const MOST_REPEATED = 100
const MOST_AT_ONCE = 16
/** Longer than any try: who has not reported by then is gone. */
const HELD_SECONDS = 60

export type Alerting = {
  readonly db: Database
  readonly publish: Publish
  readonly timeZone: string
  readonly publicUrl: () => string
  readonly http: Sender
  /** null: no mail server is configured. */
  readonly mail: SendMail | null
  readonly openSecret: (of: AlertSecretOf, sealed: Buffer) => string
  readonly changed: (of: { readonly tenantId: number; readonly workspaceId: number }) => void
}

/** Looks once, tells what is new and what still holds, and sends what is due. */
export async function alertRound(parts: Alerting): Promise<void> {
  await look(parts)
  while ((await send(parts)) === MOST_AT_ONCE);
}

/** Rule 42: an alert is raised once for each rule, instance and run, whoever looks, however often and late. */
async function look(parts: Alerting): Promise<void> {
  await parts.db.transaction(async (tx) => {
    const looking = await hits.beginLook(tx)
    if (looking === null) return
    const { since, kinds } = looking
    const found = [
      ...(kinds.has('ERROR') || kinds.has('FINISHED') ? await hits.endedHits(tx, since) : []),
      ...(kinds.has('TIMEOUT') ? await hits.timeoutHits(tx) : []),
      ...(kinds.has('UNFINISHED') ? await hits.unfinishedHits(tx, parts.timeZone) : []),
      ...(kinds.has('CYCLE_UNFINISHED') ? await hits.cycleHits(tx) : []),
    ]
    const byRule = Map.groupBy(found, (one) => one.rule_id)
    const backfills = await newBackfillHits(tx, since)
    const ruleIds = [...byRule.keys(), ...backfills.flatMap((one) => one.rule_id ?? [])]
    const rules = new Map((await alerts.alertRulesByIds(tx, ruleIds)).map((rule) => [rule.id, rule]))
    for (const [id, ofRule] of byRule) await tellInstances(parts, tx, rules.get(id)!, ofRule)
    for (const one of backfills)
      await tellBackfill(parts, tx, one, one.rule_id === null ? null : rules.get(one.rule_id)!)
    for (const one of await alerts.alertsToRepeat(tx, MOST_REPEATED)) await repeat(parts, tx, one)
    hits.endLook(tx)
  })
}

async function tellInstances(
  parts: Alerting,
  tx: Transaction,
  rule: alerts.AlertRuleRow,
  found: readonly hits.InstanceHit[],
): Promise<void> {
  await tell(parts, tx, rule, {
    tenant_id: rule.tenant_id,
    workspace_id: rule.workspace_id,
    rule_id: rule.id,
    rule_name: rule.name,
    kind: rule.kind,
    test: false,
    backfill_id: null,
    quality_run_id: null,
    succeeded: null,
    object_count: found.length,
    objects: found
      .slice(0, MOST_NAMED)
      .map(({ id, name, node_id, run, bizdate }) => ({ id, name, nodeId: node_id, run, bizdate })),
    tellAgainSeconds: rule.kind === 'FINISHED' || rule.most_repeats === 0 ? null : rule.repeat_minutes * 60,
  })
}

/** Those that a rule covers, or that asked for it themselves: who asked for the backfill is told then, and so are the rules for backfills. */
async function newBackfillHits(tx: Transaction, since: Date): Promise<hits.EndedBackfill[]> {
  const ended = await hits.endedBackfills(tx, since)
  const fresh: hits.EndedBackfill[] = []
  for (const one of ended) {
    const asked = one.wanted !== null && coversEnd(one.wanted, one.succeeded)
    const covered = one.rule_id !== null && (asked || coversEnd(one.ends!, one.succeeded))
    if (covered && (await hits.noteHit(tx, one.rule_id!, one.id, one.run))) fresh.push(one)
    if (asked && (await hits.noteHit(tx, 0, one.id, one.run))) fresh.push({ ...one, rule_id: null })
  }
  return fresh
}

async function tellBackfill(
  parts: Alerting,
  tx: Transaction,
  backfill: hits.EndedBackfill,
  rule: alerts.AlertRuleRow | null,
): Promise<void> {
  const receivers = rule ?? { webhook: null, emails: backfill.email === null ? [] : [backfill.email] }
  await tell(
    parts,
    tx,
    receivers,
    {
      tenant_id: backfill.tenant_id,
      workspace_id: backfill.workspace_id,
      rule_id: rule?.id ?? null,
      rule_name: rule?.name ?? backfill.name,
      kind: 'BACKFILL',
      test: false,
      backfill_id: backfill.id,
      quality_run_id: null,
      succeeded: backfill.succeeded,
      object_count: 1,
      objects: [{ id: backfill.id, name: backfill.name, nodeId: null, run: backfill.run, bizdate: null }],
      tellAgainSeconds: null,
    },
    backfill.node_ids,
  )
}

type Receivers = Pick<alerts.AlertRuleRow, 'webhook' | 'emails'>

async function tell(
  parts: Alerting,
  tx: Transaction,
  to: Receivers,
  alert: alerts.NewAlert,
  nodeIds?: readonly number[],
): Promise<void> {
  const { id } = await alerts.insertAlert(tx, alert)
  await alerts.insertNotices(tx, id, 1, alerts.receiversOf(to))
  await publishAlert(parts, tx, alert, nodeIds)
}

/** Rule 42: it is told of again as often as its rule says, no more often than that, and only while it still holds. */
async function repeat(
  parts: Alerting,
  tx: Transaction,
  alert: Awaited<ReturnType<typeof alerts.alertsToRepeat>>[number],
): Promise<void> {
  const { rule } = alert
  if (rule === null || alert.told > rule.most_repeats || !(await alerts.stillHolds(tx, alert.kind, alert.objects)))
    return await alerts.setTold(tx, alert.id, alert.told, null)
  const told = alert.told + 1
  await alerts.setTold(tx, alert.id, told, told > rule.most_repeats ? null : rule.repeat_minutes * 60)
  await alerts.insertNotices(tx, alert.id, told, alerts.receiversOf(rule))
  await publishAlert(parts, tx, alert)
}

/** The monitor event, as the catalogue has it for rules on nodes. */
async function publishAlert(
  parts: Alerting,
  tx: Transaction,
  alert: Pick<alerts.AlertRow, 'tenant_id' | 'workspace_id' | 'rule_id' | 'rule_name' | 'kind' | 'objects'>,
  nodeIds: readonly number[] = alert.objects.flatMap((one) => one.nodeId ?? []),
): Promise<void> {
  const { tenant_id: tenantId, workspace_id: workspaceId } = alert
  const instanceIds = alert.objects.flatMap((one) => (one.nodeId === null ? [] : one.id))
  parts.publish(tx, {
    eventCode: 'workbench-monitor-alert',
    tenantId,
    workspaceId,
    operationId: null,
    always: false,
    routes: await routesOf(tx, tenantId, workspaceId),
    trace: currentTrace(),
    requestedBy: null,
    body: messageBody('workbench-monitor-alert', {
      tenantId,
      projectId: workspaceId,
      alarmType: 'REMIND_ALERT',
      ...(alert.rule_id !== null && { remindId: alert.rule_id }),
      remindName: alert.rule_name,
      remindType: alert.kind === 'BACKFILL' ? 'FINISHED' : alert.kind,
      remindUnit: 'NODE',
      nodeIds: [...new Set(nodeIds)].join(','),
      ...(instanceIds.length > 0 && { taskIds: instanceIds.join(',') }),
    }),
  })
  tx.afterCommit(() => parts.changed({ tenantId, workspaceId }))
}

/** Makes a try for each of the notices that are due, up to so many at once; answers how many there were. */
async function send(parts: Alerting): Promise<number> {
  const due = await alerts.takeNotices(parts.db, MOST_AT_ONCE, HELD_SECONDS)
  await Promise.all(
    due.map(async (notice) => {
      const startedMs = performance.now()
      const result = await attempt(parts, notice)
      const retryMs = result.error === null ? null : alertRetryAfterMs(notice.tries)
      await alerts.recordAttempt(
        parts.db,
        {
          noticeId: notice.id,
          number: notice.tries,
          durationMs: performance.now() - startedMs,
          status: result.status,
          error: result.error,
          answer: result.responseBody,
        },
        retryMs === null ? null : retryMs / 1000,
      )
      parts.changed({ tenantId: notice.alert.tenant_id, workspaceId: notice.alert.workspace_id })
    }),
  )
  return due.length
}

async function attempt(parts: Alerting, notice: alerts.DueNotice): Promise<AttemptResult> {
  const { alert } = notice
  if (alert.kind === 'QUALITY' && notice.subscription_id === null)
    return { status: null, error: 'nobody subscribes so any more', responseBody: null }
  const id = `alert-${alert.id}-${notice.id}`
  const text = textOf(parts, notice)
  if (notice.channel === 'email')
    return parts.mail === null
      ? { status: null, error: 'no mail server is configured', responseBody: null }
      : await parts.mail({
          id,
          to: notice.receiver,
          subject: `[Holdpoint] ${alertHeadline(text)}`,
          text: alertLines(text),
        })
  const target = {
    id: 0,
    tenantId: alert.tenant_id,
    kind: 'http',
    endpoint: notice.receiver,
    settings: {},
    credentials: null,
    retryPolicy: 'BACKOFF_RETRY',
    errorsTolerance: 'ALL',
    mostConcurrent: 1,
    signingSecrets: secretsOf(parts, notice),
  } as const
  return await parts.http.send(target, {
    messageId: id,
    deliveryId: notice.id,
    attempt: notice.tries,
    envelope: JSON.stringify(webhookBody(id, notice, text)),
    traceparent: null,
    trial: false,
    eventCode: 'workbench-monitor-alert',
    publishedAtMs: Date.parse(String(alert.at)),
  })
}

function secretsOf({ openSecret }: Alerting, { alert, ...notice }: alerts.DueNotice): string[] {
  if (notice.subscription_id !== null && notice.subscription_secret !== null)
    return [openSecret({ of: 'subscription', id: notice.subscription_id }, notice.subscription_secret)]
  if (alert.rule_id === null || notice.webhook_secret === null) return []
  return [openSecret({ of: 'rule', id: alert.rule_id }, notice.webhook_secret)]
}

/** What a webhook gets. `text` is what chat programs show. */
function webhookBody(id: string, { alert, number }: alerts.DueNotice, text: AlertText) {
  return {
    type: 'alert',
    id,
    text: `${alertHeadline(text)}. ${text.url}`,
    alertId: alert.id,
    kind: alert.kind,
    test: alert.test,
    number,
    rule: { id: alert.rule_id, name: alert.rule_name },
    tenantId: alert.tenant_id,
    workspace: { id: alert.workspace_id, name: text.workspaceName },
    raisedAt: new Date(alert.at).toISOString(),
    count: alert.object_count,
    succeeded: alert.succeeded,
    qualityRunId: alert.quality_run_id,
    objects: alert.objects,
    url: text.url,
  }
}

function textOf({ publicUrl }: Alerting, { alert, number, workspace_name }: alerts.DueNotice): AlertText {
  return {
    kind: alert.kind,
    ruleName: alert.rule_name,
    workspaceName: workspace_name,
    test: alert.test,
    number,
    count: alert.object_count,
    objects: alert.objects,
    succeeded: alert.succeeded,
    url: `${publicUrl()}/console/workspaces/${alert.workspace_id}/${alert.quality_run_id === null ? 'alerts' : `quality/runs/${alert.quality_run_id}`}`,
  }
}
