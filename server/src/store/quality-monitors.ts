/** Monitors of Data Quality, the nodes after whose instances they check, and who subscribes to them. */
import type {
  MonitorTrigger,
  QualityChannel,
  QualityMonitor,
  QualityStatus,
  QualityTarget,
  Subscription,
} from '@holdpoint/core'
import type { Sql, Transaction } from './database.ts'
import { type QualityRuleRow, rulesOfMonitors, targetOf } from './quality-rules.ts'

type Reads = Pick<Sql, 'rows'>

export type MonitorRow = {
  id: number
  tenant_id: number
  workspace_id: number
  name: string
  description: string
  enabled: boolean
  data_source: string | null
  schema_name: string | null
  table_name: string
  partition: string | null
  trigger: MonitorTrigger
  block_when: string | null
  notify_when: string | null
  revision: number
  modified_by: number | null
  modified_at: Date
  deleted_at: Date | null
  /** As many as there were when it was written, published or not. */
  node_ids: number[]
}

const COLUMNS = `m.id, m.tenant_id, m.workspace_id, m.name, m.description, m.enabled, m.data_source, m.schema_name, m.table_name, m.partition, m.trigger,
  m.block_when, m.notify_when, m.revision, m.modified_by, m.modified_at, m.deleted_at,
  array(select node_id from quality_monitor_nodes where monitor_id = m.id order by node_id) as node_ids`

export const monitorOf = (row: MonitorRow): QualityMonitor => ({
  name: row.name,
  description: row.description,
  enabled: row.enabled,
  target: targetOf(row),
  partition: row.partition,
  trigger: { type: row.trigger, nodeIds: row.node_ids },
  blockWhen: row.block_when,
  notifyWhen: row.notify_when,
})

/** Of the workspace, in the order of their ids. */
export async function qualityMonitors(sql: Reads, workspaceId: number, ids: readonly number[]): Promise<MonitorRow[]> {
  return await sql.rows<MonitorRow>(
    `select ${COLUMNS} from quality_monitors m where m.id = any($2) and m.workspace_id = $1 and m.deleted_at is null order by m.id`,
    [workspaceId, ids],
  )
}

export async function lockMonitors(
  tx: Transaction,
  workspaceId: number,
  ids: readonly number[],
): Promise<MonitorRow[]> {
  return await tx.rows<MonitorRow>(
    `select ${COLUMNS} from quality_monitors m where m.id = any($2) and m.workspace_id = $1 and m.deleted_at is null
     order by m.id for no key update`,
    [workspaceId, ids],
  )
}

/** One at a time per workspace gives monitors names; answers which of these there are already. */
export async function takenMonitorNames(
  tx: Transaction,
  workspaceId: number,
  names: readonly string[],
  butId: number | null,
): Promise<string[]> {
  tx.send('select from workspaces where id = $1 for no key update', [workspaceId])
  const rows = await tx.rows<{ name: string }>(
    'select name from quality_monitors where workspace_id = $1 and name = any($2) and deleted_at is null and id is distinct from $3',
    [workspaceId, names, butId],
  )
  return rows.map(({ name }) => name)
}

const valuesOf = ({
  name,
  description,
  enabled,
  target,
  partition,
  trigger,
  blockWhen,
  notifyWhen,
}: QualityMonitor) => [
  ...[name, description, enabled],
  ...[target.dataSource, target.schema, target.table],
  ...[partition, trigger.type, blockWhen, notifyWhen],
]

export function insertMonitor(
  tx: Transaction,
  of: { readonly id: number; readonly tenantId: number; readonly workspaceId: number; readonly by: number },
  monitor: QualityMonitor,
): void {
  tx.send(
    `insert into quality_monitors (id, tenant_id, workspace_id, owner_id, created_by, modified_by, name, description, enabled, data_source, schema_name,
       table_name, partition, trigger, block_when, notify_when)
     overriding system value values ($1, $2, $3, $4, $4, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [of.id, of.tenantId, of.workspaceId, of.by, ...valuesOf(monitor)],
  )
  putNodes(tx, of.id, monitor.trigger.nodeIds)
}

/** Its rules are of the table that it watches. */
export function updateMonitor(tx: Transaction, id: number, monitor: QualityMonitor, by: number): void {
  tx.send(
    `update quality_monitors set name = $3, description = $4, enabled = $5, data_source = $6, schema_name = $7, table_name = $8, partition = $9,
       trigger = $10, block_when = $11, notify_when = $12, revision = revision + 1, modified_by = $2, modified_at = now() where id = $1`,
    [id, by, ...valuesOf(monitor)],
  )
  const { dataSource, schema, table } = monitor.target
  tx.send(
    `update quality_rules set data_source = $2, schema_name = $3, table_name = $4 where monitor_id = $1 and deleted_at is null
       and (data_source, schema_name, table_name) is distinct from ($2, $3, $4)`,
    [id, dataSource, schema, table],
  )
  tx.send('delete from quality_monitor_nodes where monitor_id = $1', [id])
  putNodes(tx, id, monitor.trigger.nodeIds)
}

function putNodes(tx: Transaction, id: number, nodeIds: readonly number[]): void {
  if (nodeIds.length > 0)
    tx.send(
      'insert into quality_monitor_nodes (monitor_id, node_id) select $1, unnest($2::bigint[]) on conflict do nothing',
      [id, nodeIds],
    )
}

/** With their rules, and nobody is told any more. What was checked stays. */
export function deleteMonitors(tx: Transaction, ids: readonly number[], by: number): void {
  for (const table of ['quality_monitor_nodes', 'quality_subscriptions'])
    tx.send(`delete from ${table} where monitor_id = any($1)`, [ids])
  for (const [table, column] of [
    ['quality_rules', 'monitor_id'],
    ['quality_monitors', 'id'],
  ])
    tx.send(
      `update ${table} set deleted_at = now(), modified_by = $2, modified_at = now() where ${column} = any($1) and deleted_at is null`,
      [ids, by],
    )
}

// Subscriptions

export type SubscriptionRow = {
  id: number
  tenant_id: number
  workspace_id: number
  monitor_id: number
  channel: QualityChannel
  receiver: string
  secret: Buffer | null
  created_by: number | null
  created_at: Date
}

export async function subscriptionById(sql: Reads, workspaceId: number, id: number): Promise<SubscriptionRow | null> {
  const [row] = await sql.rows<SubscriptionRow>(
    'select * from quality_subscriptions where id = $2 and workspace_id = $1',
    [workspaceId, id],
  )
  return row ?? null
}

/** Its monitor is locked already. */
export async function lockSubscription(
  tx: Transaction,
  workspaceId: number,
  id: number,
): Promise<SubscriptionRow | null> {
  const [row] = await tx.rows<SubscriptionRow>(
    'select * from quality_subscriptions where id = $2 and workspace_id = $1 for update',
    [workspaceId, id],
  )
  return row ?? null
}

export async function subscriptionsOf(
  sql: Reads,
  monitorIds: readonly number[],
): Promise<(SubscriptionRow & { created_by_name: string | null })[]> {
  return await sql.rows(
    `select s.*, u.display_name as created_by_name from quality_subscriptions s left join users u on u.id = s.created_by
     where s.monitor_id = any($1) order by s.id`,
    [monitorIds],
  )
}

export function insertSubscription(
  tx: Transaction,
  of: Pick<SubscriptionRow, 'id' | 'tenant_id' | 'workspace_id' | 'monitor_id' | 'secret'> & { readonly by: number },
  { channel, receiver }: Subscription,
): void {
  tx.send(
    `insert into quality_subscriptions (id, tenant_id, workspace_id, monitor_id, secret, created_by, channel, receiver)
     overriding system value values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [of.id, of.tenant_id, of.workspace_id, of.monitor_id, of.secret, of.by, channel, receiver],
  )
}

export function updateSubscription(
  tx: Transaction,
  id: number,
  { channel, receiver }: Subscription,
  secret: Buffer | null,
): void {
  tx.send('update quality_subscriptions set channel = $2, receiver = $3, secret = $4 where id = $1', [
    id,
    channel,
    receiver,
    secret,
  ])
}

export function deleteSubscription(tx: Transaction, id: number): void {
  tx.send('delete from quality_subscriptions where id = $1', [id])
}

// Reading

export type ListedMonitorRow = MonitorRow & {
  modified_by_name: string | null
  nodes: { id: number; name: string }[]
  rules: number
  strong_rules: number
  latest: { id: number; status: QualityStatus | null; bizdate: string; has_blocked: boolean; created_at: string } | null
}

const LISTED = `select ${COLUMNS}, u.display_name as modified_by_name,
    coalesce((select json_agg(json_build_object('id', n.id, 'name', n.name) order by n.name) from quality_monitor_nodes q join nodes n on n.id = q.node_id
      where q.monitor_id = m.id), '[]') as nodes,
    c.rules, c.strong_rules,
    (select json_build_object('id', l.id, 'status', l.status, 'bizdate', l.bizdate, 'has_blocked', l.has_blocked, 'created_at', l.created_at)
      from quality_runs l where l.monitor_id = m.id order by l.id desc limit 1) as latest
  from quality_monitors m left join users u on u.id = m.modified_by
  cross join lateral (select count(*)::int as rules, (count(*) filter (where severity = 'High'))::int as strong_rules
    from quality_rules where monitor_id = m.id and deleted_at is null) c`

export type MonitorFilter = {
  readonly table?: string | undefined
  /** Part of it. */
  readonly name?: string | undefined
  readonly nodeId?: number | undefined
  readonly afterId: number
  readonly limit: number
}

export async function monitorsOf(sql: Reads, workspaceId: number, filter: MonitorFilter): Promise<ListedMonitorRow[]> {
  return await sql.rows<ListedMonitorRow>(
    `${LISTED} where m.workspace_id = $1 and m.deleted_at is null and m.id > $2 and ($3::text is null or m.table_name = $3)
       and ($4::text is null or strpos(lower(m.name), lower($4)) > 0)
       and ($5::bigint is null or exists (select from quality_monitor_nodes q where q.node_id = $5 and q.monitor_id = m.id)) order by m.id limit $6`,
    [workspaceId, filter.afterId, filter.table ?? null, filter.name ?? null, filter.nodeId ?? null, filter.limit],
  )
}

export async function monitorById(sql: Reads, workspaceId: number, id: number): Promise<ListedMonitorRow | null> {
  const [row] = await sql.rows<ListedMonitorRow>(
    `${LISTED} where m.workspace_id = $1 and m.id = $2 and m.deleted_at is null`,
    [workspaceId, id],
  )
  return row ?? null
}

/** A monitor of this table and partition, the oldest; the older dialect knows monitors by these. */
export async function monitorOfTable(
  sql: Reads,
  workspaceId: number,
  target: QualityTarget,
  partition: string | null,
): Promise<ListedMonitorRow | null> {
  const [row] = await sql.rows<ListedMonitorRow>(
    `${LISTED} where m.workspace_id = $1 and m.deleted_at is null and m.table_name = $2 and m.data_source is not distinct from $3
       and m.schema_name is not distinct from $4 and m.partition is not distinct from $5 order by m.id limit 1`,
    [workspaceId, target.table, target.dataSource, target.schema, partition],
  )
  return row ?? null
}

/** How many of its rules are switched on. */
export async function rulesEnabled(sql: Reads, id: number): Promise<number> {
  const [row] = await sql.rows<{ count: number }>(
    'select count(*) as count from quality_rules where monitor_id = $1 and deleted_at is null and enabled',
    [id],
  )
  return row!.count
}

export type WatchingMonitor = {
  /** Also one that is deleted. */
  readonly row: MonitorRow & { workspace_name: string }
  readonly rules: readonly QualityRuleRow[]
}

/** With its rules that are switched on, as they are now. */
export async function monitorWithRules(sql: Reads, id: number): Promise<WatchingMonitor> {
  const [row] = await sql.rows<MonitorRow & { workspace_name: string }>(
    `select ${COLUMNS}, w.name as workspace_name from quality_monitors m join workspaces w on w.id = m.workspace_id where m.id = $1`,
    [id],
  )
  return { row: row!, rules: (await rulesOfMonitors(sql, [id])).filter(({ rule }) => rule.enabled) }
}
