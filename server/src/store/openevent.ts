import type { Json } from '@holdpoint/core'
import type { Sql } from './database.ts'
import { question } from './shared-statement.ts'

export type BusRow = { id: number; tenant_id: number; name: string; description: string; created_at: Date }

export async function insertBus(sql: Sql, tenantId: number, name: string, description: string): Promise<BusRow> {
  const [row] = await sql.rows<BusRow>(
    'insert into event_buses (tenant_id, name, description) values ($1, $2, $3) returning *',
    [tenantId, name, description],
  )
  return row!
}

export async function busesOf(
  sql: Sql,
  tenantId: number,
  afterId: number,
  limit: number,
  prefix = '',
): Promise<BusRow[]> {
  return await sql.rows<BusRow>(
    'select * from event_buses where tenant_id = $1 and id > $2 and starts_with(name, $4) order by id limit $3',
    [tenantId, afterId, limit, prefix],
  )
}

export async function countBuses(sql: Sql, tenantId: number, prefix: string): Promise<number> {
  const [row] = await sql.rows<{ count: number }>(
    'select count(*) as count from event_buses where tenant_id = $1 and starts_with(name, $2)',
    [tenantId, prefix],
  )
  return row!.count
}

export async function busById(sql: Sql, tenantId: number, id: number): Promise<BusRow | null> {
  const [row] = await sql.rows<BusRow>('select * from event_buses where tenant_id = $1 and id = $2', [tenantId, id])
  return row ?? null
}

export async function busByName(sql: Sql, tenantId: number, name: string): Promise<BusRow | null> {
  const [row] = await sql.rows<BusRow>('select * from event_buses where tenant_id = $1 and name = $2', [tenantId, name])
  return row ?? null
}

export async function updateBus(sql: Sql, id: number, description: string): Promise<void> {
  await sql.rows('update event_buses set description = $2 where id = $1', [id, description])
}

/** Whether anything still leads events to the bus: a channel, or a target of another bus. */
export async function busInUse(sql: Sql, id: number): Promise<boolean> {
  const [row] = await sql.rows<{ used: boolean }>(
    `select exists (select from channels where bus_id = $1)
       or exists (select from event_targets t join event_rules r on r.id = t.rule_id
                  where t.kind = 'bus' and (t.settings->>'busId')::bigint = $1 and r.bus_id <> $1) as used`,
    [id],
  )
  return row!.used
}

/** Deletes the bus with its rules; what was on its way to their targets is not attempted any more. */
export async function deleteBus(sql: Sql, id: number): Promise<void> {
  const rules = await sql.rows<{ id: number }>('select id from event_rules where bus_id = $1', [id])
  for (const rule of rules) await endDeliveries(sql, rule.id, [])
  await sql.rows('delete from event_buses where id = $1', [id])
}

export type ChannelRow = { bus_id: number; bus_name: string; enabled: boolean }

export async function channelOf(sql: Sql, tenantId: number, workspaceId: number | null): Promise<ChannelRow | null> {
  const [row] = await sql.rows<ChannelRow>(
    `select c.bus_id, b.name as bus_name, c.enabled from channels c join event_buses b on b.id = c.bus_id
     where c.tenant_id = $1 and c.workspace_id is not distinct from $2`,
    [tenantId, workspaceId],
  )
  return row ?? null
}

export async function putChannel(
  sql: Sql,
  tenantId: number,
  workspaceId: number | null,
  busId: number,
  enabled: boolean,
): Promise<void> {
  await sql.rows(
    `insert into channels (tenant_id, workspace_id, bus_id, enabled) values ($1, $2, $3, $4)
     on conflict (tenant_id, workspace_id) do update set bus_id = excluded.bus_id, enabled = excluded.enabled`,
    [tenantId, workspaceId, busId, enabled],
  )
}

export type TargetKind = 'http' | 'kafka' | 'rabbitmq' | 'bus' | 'function'
export type RetryPolicy = 'BACKOFF_RETRY' | 'EXPONENTIAL_DECAY_RETRY'
export type ErrorsTolerance = 'ALL' | 'NONE'

export type TargetRow = {
  id: number
  name: string
  kind: TargetKind
  endpoint: string
  settings: Record<string, unknown>
  has_credentials: boolean
  serves: string[] | null
  retry_policy: RetryPolicy
  errors_tolerance: ErrorsTolerance
  most_concurrent: number
  /** As JSON has it. */
  blocked_at: string | null
}
export type RuleRow = {
  id: number
  bus_id: number
  name: string
  pattern: { [member: string]: Json }
  enabled: boolean
  created_at: Date
  targets: TargetRow[]
}

const RULE = `select r.id, r.bus_id, r.name, r.pattern, r.enabled, r.created_at,
    coalesce((select json_agg(json_build_object('id', t.id, 'name', t.name, 'kind', t.kind, 'endpoint', t.endpoint, 'settings', t.settings,
      'has_credentials', t.credentials is not null, 'serves', t.serves, 'retry_policy', t.retry_policy, 'errors_tolerance', t.errors_tolerance,
      'most_concurrent', t.most_concurrent, 'blocked_at', t.blocked_at) order by t.id)
      from event_targets t where t.rule_id = r.id), '[]') as targets
  from event_rules r join event_buses b on b.id = r.bus_id`

export async function rulesOf(
  sql: Sql,
  tenantId: number,
  busId: number,
  afterId: number,
  limit: number,
  prefix = '',
): Promise<RuleRow[]> {
  return await sql.rows<RuleRow>(
    `${RULE} where b.tenant_id = $1 and r.bus_id = $2 and r.id > $3 and starts_with(r.name, $5) order by r.id limit $4`,
    [tenantId, busId, afterId, limit, prefix],
  )
}

export async function ruleByName(sql: Sql, tenantId: number, busId: number, name: string): Promise<RuleRow | null> {
  const [row] = await sql.rows<RuleRow>(`${RULE} where b.tenant_id = $1 and r.bus_id = $2 and r.name = $3`, [
    tenantId,
    busId,
    name,
  ])
  return row ?? null
}

export async function ruleById(sql: Sql, tenantId: number, busId: number, id: number): Promise<RuleRow | null> {
  const [row] = await sql.rows<RuleRow>(`${RULE} where b.tenant_id = $1 and r.bus_id = $2 and r.id = $3`, [
    tenantId,
    busId,
    id,
  ])
  return row ?? null
}

export async function insertRule(
  sql: Sql,
  busId: number,
  name: string,
  pattern: unknown,
  enabled: boolean,
): Promise<number> {
  const [row] = await sql.rows<{ id: number }>(
    'insert into event_rules (bus_id, name, pattern, enabled) values ($1, $2, $3, $4) returning id',
    [busId, name, JSON.stringify(pattern), enabled],
  )
  return row!.id
}

export async function updateRule(
  sql: Sql,
  id: number,
  name: string,
  pattern: unknown,
  enabled: boolean,
): Promise<void> {
  await sql.rows('update event_rules set name = $2, pattern = $3, enabled = $4 where id = $1', [
    id,
    name,
    JSON.stringify(pattern),
    enabled,
  ])
}

export async function deleteRule(sql: Sql, id: number): Promise<void> {
  await endDeliveries(sql, id, [])
  await sql.rows('delete from event_rules where id = $1', [id])
}

/**
 * What was still on its way to targets that are about to go is not attempted any more. One whose attempt is being written down in this moment is left for
 * the next look, which ends what is pending for nobody: neither waits for the other.
 */
async function endDeliveries(sql: Sql, ruleId: number, keptNames: readonly string[]): Promise<void> {
  await sql.rows(
    `update deliveries d set state = 'dead', ended_at = now() from (
       select d.id from event_targets t join deliveries d on d.target_id = t.id and d.state = 'pending'
       where t.rule_id = $1 and t.name <> all ($2) for update of d skip locked) last
     where d.id = last.id`,
    [ruleId, keptNames],
  )
}

/** Locks the tenant's bus until the end of the transaction: it cannot be deleted meanwhile, and who changes its rules does so alone. */
export async function lockBus(sql: Sql, tenantId: number, id: number): Promise<void> {
  await sql.rows('select 1 from event_buses where tenant_id = $1 and id = $2 for update', [tenantId, id])
}

export async function countRules(sql: Sql, busId: number, prefix = ''): Promise<number> {
  const [row] = await sql.rows<{ count: number }>(
    'select count(*) as count from event_rules where bus_id = $1 and starts_with(name, $2)',
    [busId, prefix],
  )
  return row!.count
}

export type NewTarget = {
  readonly name: string
  readonly kind: TargetKind
  readonly endpoint: string
  readonly settings: unknown
  readonly serves: readonly string[] | null
  readonly retryPolicy: RetryPolicy
  readonly errorsTolerance: ErrorsTolerance
  readonly mostConcurrent: number
}

/** Makes the rule's targets exactly these and answers their ids by name; one that keeps its name keeps its id. */
export async function putTargets(
  sql: Sql,
  ruleId: number,
  targets: readonly NewTarget[],
): Promise<ReadonlyMap<string, number>> {
  const names = targets.map((target) => target.name)
  await endDeliveries(sql, ruleId, names)
  await sql.rows('delete from event_targets where rule_id = $1 and name <> all ($2)', [ruleId, names])
  const ids = new Map<string, number>()
  for (const target of targets) {
    // One that tolerates errors from now on blocks nothing any more.
    const [row] = await sql.rows<{ id: number }>(
      `insert into event_targets as t (rule_id, name, kind, endpoint, settings, serves, retry_policy, errors_tolerance, most_concurrent)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       on conflict (rule_id, name) do update set kind = excluded.kind, endpoint = excluded.endpoint, settings = excluded.settings,
         serves = excluded.serves, retry_policy = excluded.retry_policy, errors_tolerance = excluded.errors_tolerance,
         most_concurrent = excluded.most_concurrent,
         blocked_at = case when excluded.errors_tolerance = 'NONE' then t.blocked_at end
       returning id`,
      [
        ruleId,
        target.name,
        target.kind,
        target.endpoint,
        JSON.stringify(target.settings),
        target.serves,
        target.retryPolicy,
        target.errorsTolerance,
        target.mostConcurrent,
      ],
    )
    ids.set(target.name, row!.id)
  }
  return ids
}

/** Keeps the encrypted credentials of a target, or none. */
export async function setCredentials(sql: Sql, targetId: number, sealed: Buffer | null): Promise<void> {
  await sql.rows('update event_targets set credentials = $2 where id = $1', [targetId, sealed])
}

/** A target that an event of the workspace (or, for null, of the tenant) reaches if the rule's pattern matches. */
export type RouteRow = {
  bus_name: string
  pattern: { [member: string]: Json }
  target_id: number
  target_name: string
  endpoint: string
  serves: string[] | null
}

const ROUTES = question<
  { readonly tenantId: number; readonly workspaceId: number | null },
  RouteRow,
  readonly RouteRow[]
>({
  text: `select i.at, b.name as bus_name, r.pattern, t.id as target_id, t.name as target_name, t.endpoint, t.serves
    from unnest($1::bigint[], $2::bigint[]) with ordinality as i(tenant_id, workspace_id, at)
    join channels c on c.tenant_id = i.tenant_id and c.workspace_id is not distinct from i.workspace_id and c.enabled
    join event_buses b on b.id = c.bus_id
    join event_rules r on r.bus_id = b.id and r.enabled
    join event_targets t on t.rule_id = r.id
    order by i.at, t.id`,
  values: (items) => [items.map((one) => one.tenantId), items.map((one) => one.workspaceId)],
  answer: (rows) => rows,
  sameAs: ({ tenantId, workspaceId }) => `${tenantId} ${workspaceId}`,
})

export async function routesOf(sql: Sql, tenantId: number, workspaceId: number | null): Promise<readonly RouteRow[]> {
  return await sql.ask(ROUTES, { tenantId, workspaceId })
}

/** A target with the bus and the rule it hangs on, for whoever asks what reaches whom. */
export type TenantRouteRow = RouteRow & {
  bus_id: number
  rule_id: number
  rule_name: string
  kind: TargetKind
  settings: Record<string, unknown>
  blocked_at: Date | null
}

/** The targets of every enabled rule of the tenant. */
export async function tenantRoutes(sql: Sql, tenantId: number): Promise<TenantRouteRow[]> {
  return await sql.rows<TenantRouteRow>(
    `select b.id as bus_id, b.name as bus_name, r.id as rule_id, r.name as rule_name, r.pattern, t.id as target_id, t.name as target_name, t.kind,
       t.endpoint, t.settings, t.serves, t.blocked_at
     from event_buses b
     join event_rules r on r.bus_id = b.id and r.enabled
     join event_targets t on t.rule_id = r.id
     where b.tenant_id = $1 order by t.id`,
    [tenantId],
  )
}
