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

export async function busesOf(sql: Sql, tenantId: number, afterId: number, limit: number): Promise<BusRow[]> {
  return await sql.rows<BusRow>('select * from event_buses where tenant_id = $1 and id > $2 order by id limit $3', [
    tenantId,
    afterId,
    limit,
  ])
}

export async function busById(sql: Sql, tenantId: number, id: number): Promise<BusRow | null> {
  const [row] = await sql.rows<BusRow>('select * from event_buses where tenant_id = $1 and id = $2', [tenantId, id])
  return row ?? null
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

export type TargetRow = { id: number; name: string; endpoint: string; serves: string[] | null }
export type RuleRow = {
  id: number
  bus_id: number
  name: string
  pattern: { [member: string]: Json }
  enabled: boolean
  targets: TargetRow[]
}

const RULE = `select r.id, r.bus_id, r.name, r.pattern, r.enabled,
    coalesce((select json_agg(json_build_object('id', t.id, 'name', t.name, 'endpoint', t.endpoint, 'serves', t.serves) order by t.id)
      from event_targets t where t.rule_id = r.id), '[]') as targets
  from event_rules r join event_buses b on b.id = r.bus_id`

export async function rulesOf(
  sql: Sql,
  tenantId: number,
  busId: number,
  afterId: number,
  limit: number,
): Promise<RuleRow[]> {
  return await sql.rows<RuleRow>(
    `${RULE} where b.tenant_id = $1 and r.bus_id = $2 and r.id > $3 order by r.id limit $4`,
    [tenantId, busId, afterId, limit],
  )
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

/** What was still on its way to targets that are about to go is not attempted any more. */
async function endDeliveries(sql: Sql, ruleId: number, keptNames: readonly string[]): Promise<void> {
  await sql.rows(
    `update deliveries d set state = 'dead', ended_at = now() from event_targets t
     where t.rule_id = $1 and t.name <> all ($2) and d.target_id = t.id and d.state = 'pending'`,
    [ruleId, keptNames],
  )
}

/** How many rules the bus has; the bus stays locked, so that two requests at once cannot both become the last one. */
export async function lockRuleCount(sql: Sql, busId: number): Promise<number> {
  await sql.rows('select 1 from event_buses where id = $1 for update', [busId])
  const [row] = await sql.rows<{ count: number }>('select count(*) as count from event_rules where bus_id = $1', [
    busId,
  ])
  return row!.count
}

/** Makes the rule's targets exactly these; one that keeps its name keeps its id. */
export async function putTargets(
  sql: Sql,
  ruleId: number,
  targets: readonly { name: string; endpoint: string; serves: readonly string[] | null }[],
): Promise<void> {
  const names = targets.map((target) => target.name)
  await endDeliveries(sql, ruleId, names)
  await sql.rows('delete from event_targets where rule_id = $1 and name <> all ($2)', [ruleId, names])
  for (const target of targets)
    await sql.rows(
      `insert into event_targets (rule_id, name, endpoint, serves) values ($1, $2, $3, $4)
       on conflict (rule_id, name) do update set endpoint = excluded.endpoint, serves = excluded.serves`,
      [ruleId, target.name, target.endpoint, target.serves],
    )
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
