/** Alert rules and what became of them: alerts, notices to receivers, and every try. Finding what rules hold for is in alert-hits.ts. */
import type { AlertKind, AlertObject, AlertRuleKind, BackfillEnds } from '@holdpoint/core'
import type { Sql } from './database.ts'

export type AlertRuleRow = {
  id: number
  tenant_id: number
  workspace_id: number
  name: string
  enabled: boolean
  kind: AlertRuleKind
  node_ids: number[] | null
  minutes: number | null
  ends: BackfillEnds | null
  webhook: string | null
  webhook_secret: Buffer | null
  emails: string[]
  most_repeats: number
  repeat_minutes: number
  effective_at: Date
}

/** With the first of the nodes that it names and that are still there. */
export type NamedAlertRuleRow = AlertRuleRow & { nodes: { id: number; name: string }[] }

export type AlertRuleValues = Pick<
  AlertRuleRow,
  | 'name'
  | 'enabled'
  | 'kind'
  | 'node_ids'
  | 'minutes'
  | 'ends'
  | 'webhook'
  | 'emails'
  | 'most_repeats'
  | 'repeat_minutes'
>

const valuesOf = (rule: AlertRuleValues) => [
  rule.name,
  rule.enabled,
  rule.kind,
  rule.node_ids,
  rule.minutes,
  rule.ends,
  rule.webhook,
  rule.emails,
  rule.most_repeats,
  rule.repeat_minutes,
]

export async function insertAlertRule(
  sql: Sql,
  of: { readonly tenantId: number; readonly workspaceId: number; readonly userId: number },
  rule: AlertRuleValues,
): Promise<AlertRuleRow> {
  const [row] = await sql.rows<AlertRuleRow>(
    `insert into alert_rules (tenant_id, workspace_id, created_by, name, enabled, kind, node_ids, minutes, ends, webhook, emails, most_repeats, repeat_minutes)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning *`,
    [of.tenantId, of.workspaceId, of.userId, ...valuesOf(rule)],
  )
  return row!
}

export async function updateAlertRule(sql: Sql, id: number, rule: AlertRuleValues): Promise<AlertRuleRow> {
  const [row] = await sql.rows<AlertRuleRow>(
    `update alert_rules set name = $2, enabled = $3, kind = $4, node_ids = $5, minutes = $6, ends = $7, webhook = $8, emails = $9,
       most_repeats = $10, repeat_minutes = $11, effective_at = now() where id = $1 returning *`,
    [id, ...valuesOf(rule)],
  )
  return row!
}

export async function forgetWebhookSecret(sql: Sql, id: number): Promise<void> {
  await sql.rows('update alert_rules set webhook_secret = null where id = $1', [id])
}

/** Gives the rule this secret unless it has one. */
export async function ensureWebhookSecret(sql: Sql, id: number, secret: Buffer): Promise<void> {
  await sql.rows('update alert_rules set webhook_secret = $2 where id = $1 and webhook_secret is null', [id, secret])
}

export async function deleteAlertRule(sql: Sql, id: number): Promise<void> {
  await sql.rows('delete from alert_rules where id = $1', [id])
}

/** One at a time per workspace adds a rule, so that their number is known. */
export async function lockAlertRules(sql: Sql, workspaceId: number): Promise<number> {
  await sql.rows('select 1 from workspaces where id = $1 for no key update', [workspaceId])
  const [row] = await sql.rows<{ count: number }>('select count(*) as count from alert_rules where workspace_id = $1', [
    workspaceId,
  ])
  return row!.count
}

const NAMED = `select r.*, coalesce((select json_agg(json_build_object('id', n.id, 'name', n.name)) from (
    select id, name from nodes where id = any(r.node_ids) and unpublished_at is null order by name limit 20) n), '[]') as nodes
  from alert_rules r`

export async function alertRulesOf(
  sql: Sql,
  workspaceId: number,
  page: { readonly afterId: number; readonly limit: number },
): Promise<NamedAlertRuleRow[]> {
  return await sql.rows<NamedAlertRuleRow>(`${NAMED} where r.workspace_id = $1 and r.id > $2 order by r.id limit $3`, [
    workspaceId,
    page.afterId,
    page.limit,
  ])
}

export async function namedAlertRule(sql: Sql, id: number): Promise<NamedAlertRuleRow> {
  const [row] = await sql.rows<NamedAlertRuleRow>(`${NAMED} where r.id = $1`, [id])
  return row!
}

export async function alertRulesByIds(sql: Sql, ids: readonly number[]): Promise<AlertRuleRow[]> {
  return ids.length === 0 ? [] : await sql.rows<AlertRuleRow>('select * from alert_rules where id = any($1)', [ids])
}

export async function lockAlertRule(sql: Sql, workspaceId: number, id: number): Promise<AlertRuleRow | null> {
  const [row] = await sql.rows<AlertRuleRow>(
    'select * from alert_rules where workspace_id = $1 and id = $2 for update',
    [workspaceId, id],
  )
  return row ?? null
}

/** Which of these are published nodes of the workspace, in production. */
export async function watchableNodes(sql: Sql, workspaceId: number, ids: readonly number[]): Promise<number[]> {
  const rows = await sql.rows<{ id: number }>(
    `select id from nodes where workspace_id = $1 and environment = 'PROD' and unpublished_at is null and id = any($2)`,
    [workspaceId, ids],
  )
  return rows.map((row) => row.id)
}

// Alerts

export type AlertRow = {
  id: number
  tenant_id: number
  workspace_id: number
  /** null: the rule has been deleted, or the backfill asked for it itself. */
  rule_id: number | null
  rule_name: string
  kind: AlertKind
  test: boolean
  backfill_id: number | null
  quality_run_id: number | null
  succeeded: boolean | null
  object_count: number
  objects: AlertObject[]
  told: number
  tell_again_at: Date | null
  at: Date
}

export type NewAlert = Omit<AlertRow, 'id' | 'told' | 'tell_again_at' | 'at'> & {
  readonly tellAgainSeconds: number | null
}

export async function insertAlert(sql: Sql, alert: NewAlert): Promise<AlertRow> {
  const [row] = await sql.rows<AlertRow>(
    `insert into alerts (tenant_id, workspace_id, rule_id, rule_name, kind, test, backfill_id, succeeded, object_count, objects, tell_again_at,
       quality_run_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now() + make_interval(secs => $11), $12) returning *`,
    [
      alert.tenant_id,
      alert.workspace_id,
      alert.rule_id,
      alert.rule_name,
      alert.kind,
      alert.test,
      alert.backfill_id,
      alert.succeeded,
      alert.object_count,
      JSON.stringify(alert.objects),
      alert.tellAgainSeconds,
      alert.quality_run_id,
    ],
  )
  return row!
}

export type Receiver = {
  readonly channel: 'webhook' | 'email'
  readonly receiver: string
  /** Of an alert of Data Quality. */
  readonly subscriptionId?: number
}

export const receiversOf = ({ webhook, emails }: Pick<AlertRuleRow, 'webhook' | 'emails'>): Receiver[] => [
  ...(webhook === null ? [] : [{ channel: 'webhook', receiver: webhook } as const]),
  ...emails.map((receiver) => ({ channel: 'email', receiver }) as const),
]

export async function insertNotices(
  sql: Sql,
  alertId: number,
  number: number,
  receivers: readonly Receiver[],
): Promise<void> {
  await sql.rows(
    `insert into alert_notices (alert_id, number, channel, receiver, subscription_id)
     select $1, $2, r.* from unnest($3::text[], $4::text[], $5::bigint[]) as r(channel, receiver, subscription_id)`,
    [
      ...[alertId, number],
      receivers.map((one) => one.channel),
      receivers.map((one) => one.receiver),
      receivers.map((one) => one.subscriptionId ?? null),
    ],
  )
}

export type AttemptRow = {
  number: number
  at: string
  duration_ms: number
  status: number | null
  error: string | null
  answer: string | null
}
export type NoticeRow = {
  id: number
  number: number
  channel: 'webhook' | 'email'
  receiver: string
  state: 'pending' | 'sent' | 'failed'
  next_try_at: string
  attempts: AttemptRow[]
}

/** Newest first, each with whom it was told to and how that went. */
export async function alertsOf(
  sql: Sql,
  workspaceId: number,
  page: { readonly ruleId: number | null; readonly beforeId: number | null; readonly limit: number },
): Promise<(AlertRow & { notices: NoticeRow[] })[]> {
  return await sql.rows(
    `select a.*, coalesce((select json_agg(json_build_object('id', n.id, 'number', n.number, 'channel', n.channel, 'receiver', n.receiver,
         'state', n.state, 'next_try_at', n.next_try_at, 'attempts', coalesce((select json_agg(json_build_object('number', t.number, 'at', t.at,
           'duration_ms', t.duration_ms, 'status', t.status, 'error', t.error, 'answer', t.answer) order by t.number)
           from alert_attempts t where t.notice_id = n.id), '[]')) order by n.id)
       from alert_notices n where n.alert_id = a.id), '[]') as notices
     from alerts a where a.workspace_id = $1 and ($2::bigint is null or a.rule_id = $2) and ($3::bigint is null or a.id < $3)
     order by a.id desc limit $4`,
    [workspaceId, page.ruleId, page.beforeId, page.limit],
  )
}

/** Whether a test of the rule is still being sent. */
export async function isTesting(sql: Sql, ruleId: number): Promise<boolean> {
  const rows = await sql.rows(
    `select 1 from alerts a join alert_notices n on n.alert_id = a.id
     where a.rule_id = $1 and a.test and n.state = 'pending' and n.tries = 0 limit 1`,
    [ruleId],
  )
  return rows.length > 0
}

// Repeating

/** Alerts that are due to be told of again, locked, with what their rule says by now. */
export async function alertsToRepeat(
  sql: Sql,
  most: number,
): Promise<
  (AlertRow & { rule: Pick<AlertRuleRow, 'webhook' | 'emails' | 'most_repeats' | 'repeat_minutes'> | null })[]
> {
  return await sql.rows(
    `select a.*, (select json_build_object('webhook', r.webhook, 'emails', r.emails, 'most_repeats', r.most_repeats, 'repeat_minutes', r.repeat_minutes)
         from alert_rules r where r.id = a.rule_id and r.enabled) as rule
     from alerts a where a.tell_again_at <= now() order by a.tell_again_at limit $1 for update of a`,
    [most],
  )
}

export async function setTold(sql: Sql, id: number, told: number, tellAgainSeconds: number | null): Promise<void> {
  await sql.rows('update alerts set told = $2, tell_again_at = now() + make_interval(secs => $3) where id = $1', [
    id,
    told,
    tellAgainSeconds,
  ])
}

/** Whether for one of these instances still holds what the alert says. */
export async function stillHolds(sql: Sql, kind: AlertKind, objects: readonly AlertObject[]): Promise<boolean> {
  const rows = await sql.rows(
    `select 1 from unnest($2::bigint[], $3::bigint[]) as o(id, run) join instances i on i.id = o.id
     where case $1 when 'ERROR' then i.status = 5 and i.run_number = o.run
                   when 'TIMEOUT' then i.status = 4 and i.run_number = o.run
                   when 'UNFINISHED' then i.status <> 6
                   when 'CYCLE_UNFINISHED' then i.status <> 6 else false end limit 1`,
    [kind, objects.map((one) => one.id), objects.map((one) => one.run)],
  )
  return rows.length > 0
}

// Sending

export type DueNotice = {
  id: number
  number: number
  tries: number
  channel: 'webhook' | 'email'
  receiver: string
  webhook_secret: Buffer | null
  /** Of an alert of Data Quality; null: nobody subscribes so any more. */
  subscription_id: number | null
  subscription_secret: Buffer | null
  workspace_name: string
  alert: AlertRow
}

/** Takes notices that are due. Whoever does not say within `heldSeconds` what became of one is taken to be gone. */
export async function takeNotices(sql: Sql, most: number, heldSeconds: number): Promise<DueNotice[]> {
  return await sql.rows<DueNotice>(
    `with due as (select id from alert_notices where state = 'pending' and next_try_at <= now() order by next_try_at limit $1 for update skip locked),
     taken as (update alert_notices n set tries = n.tries + 1, next_try_at = now() + make_interval(secs => $2) from due where n.id = due.id
       returning n.*)
     select n.id, n.number, n.tries, n.channel, n.receiver, r.webhook_secret, n.subscription_id, s.secret as subscription_secret, w.name as workspace_name,
       to_jsonb(a) as alert
     from taken n join alerts a on a.id = n.alert_id join workspaces w on w.id = a.workspace_id left join alert_rules r on r.id = a.rule_id
     left join quality_subscriptions s on s.id = n.subscription_id`,
    [most, heldSeconds],
  )
}

export type Attempt = {
  readonly noticeId: number
  readonly number: number
  readonly durationMs: number
  readonly status: number | null
  readonly error: string | null
  readonly answer: string | null
}

/** What became of a try; `retrySeconds` null: there is no other. */
export async function recordAttempt(sql: Sql, attempt: Attempt, retrySeconds: number | null): Promise<void> {
  await sql.rows(
    `with noted as (insert into alert_attempts (notice_id, number, at, duration_ms, status, error, answer)
       select id, $2, now() - make_interval(secs => $3 / 1000.0), $3, $4, $5, $6 from alert_notices where id = $1
       on conflict do nothing)
     update alert_notices set state = case when $5::text is null then 'sent' when $7::float8 is null then 'failed' else 'pending' end,
       next_try_at = now() + make_interval(secs => coalesce($7, 0)) where id = $1`,
    [
      attempt.noticeId,
      attempt.number,
      Math.round(attempt.durationMs),
      attempt.status,
      attempt.error,
      attempt.answer,
      retrySeconds,
    ],
  )
}

/** Removes alerts that are older than that, with everything about them. */
export async function deleteOldAlerts(sql: Sql, days: number): Promise<void> {
  await sql.rows('delete from alerts where at < now() - make_interval(days => $1)', [days])
  await sql.rows('delete from alert_hits where at < now() - make_interval(days => $1)', [days])
  await sql.rows('delete from alert_days where bizdate < current_date - $1::int', [days])
}
