/** Instances as what is asked for on them needs to know them, and what it writes beside their status (settling.ts). */
import { DAG_KINDS, type InstanceState, type Recurrence, type RerunMode, statusOfNumber } from '@holdpoint/core'
import type { Sql, Transaction } from './database.ts'
import { question } from './shared-statement.ts'

export type OperatedInstance = InstanceState & {
  readonly workspaceId: number
  readonly dagId: number
  readonly dueAt: Date
}

type Row = {
  id: number
  workspace_id: number
  environment: 'PROD' | 'DEV'
  kind: number
  bizdate: string
  status: number
  frozen: boolean
  run_number: number
  retries: number
  due_at: Date
  dag_id: number
  name: string
  rerun_mode: RerunMode
}

const operated = (row: Row): OperatedInstance => ({
  instanceId: row.id,
  name: row.name,
  workspaceId: row.workspace_id,
  environment: row.environment,
  kind: DAG_KINDS[row.kind]!,
  bizdate: row.bizdate,
  status: statusOfNumber(row.status),
  frozen: row.frozen,
  rerunMode: row.rerun_mode,
  runNumber: row.run_number,
  retries: row.retries,
  dagId: row.dag_id,
  dueAt: row.due_at,
})

/** The version that an instance runs says how it may be rerun, whatever its node says by now. */
const LOCK_INSTANCES = question<
  { readonly tenantId: number; readonly ids: readonly number[] },
  Row,
  OperatedInstance[]
>({
  // Locked in the order in which everybody locks instances.
  text: `select o.at, l.*, n.name, coalesce(v.definition->>'rerunMode', 'all-allowed') as rerun_mode
    from (select * from unnest($1::int[], $2::bigint[], $3::bigint[]) as o(at, tenant_id, id) order by id) o
    join lateral (select i.id, i.workspace_id, i.environment, i.kind, i.bizdate::text as bizdate, i.status, i.frozen, i.run_number, i.retries, i.due_at,
        i.dag_id, i.node_id, i.node_version
      from instances i where i.id = o.id and i.tenant_id = o.tenant_id for update) l on true
    join lateral (select name from nodes where id = l.node_id offset 0) n on true
    left join lateral (select definition from node_versions where node_id = l.node_id and version = l.node_version offset 0) v on true
    order by l.id`,
  values: (items) => [
    items.flatMap(({ ids }, at) => ids.map(() => at + 1)),
    items.flatMap(({ ids, tenantId }) => ids.map(() => tenantId)),
    items.flatMap(({ ids }) => ids),
  ],
  answer: (rows) => rows.map(operated),
  locks: ({ ids }) => ids.map((id) => `instance ${id}`),
})

/** Those of the tenant that are there, locked, by id. */
export async function lockOperated(
  sql: Sql,
  tenantId: number,
  ids: readonly number[],
): Promise<readonly OperatedInstance[]> {
  return await sql.ask(LOCK_INSTANCES, { tenantId, ids })
}

/** All that waits for an instance, directly or through others, as far as the limit. */
export async function descendantsOf(sql: Pick<Sql, 'rows'>, id: number, limit: number): Promise<number[]> {
  const rows = await sql.rows<{ id: number }>(
    `with recursive down(id) as (
       select to_id from instance_edges where from_id = $1
       union select e.to_id from down d join lateral (select to_id from instance_edges where from_id = d.id offset 0) e on true)
     select id from down where id <> $1 limit $2`,
    [id, limit],
  )
  return rows.map((row) => row.id)
}

/** Which workspaces instances of the tenant are of. */
export async function workspacesOf(
  sql: Pick<Sql, 'rows'>,
  tenantId: number,
  ids: readonly number[],
): Promise<number[]> {
  const rows = await sql.rows<{ id: number }>(
    'select distinct workspace_id as id from instances where id = any($1) and tenant_id = $2 order by id',
    [ids, tenantId],
  )
  return rows.map((row) => row.id)
}

/** Lets instances run the definition that their node has now, where that is published. */
export function useLatestVersion(tx: Transaction, ids: readonly number[]): void {
  tx.send(
    `update instances i set node_version = n.version from nodes n
     where i.id = any($1) and n.id = i.node_id and n.unpublished_at is null and i.node_version <> n.version`,
    [ids],
  )
}

/** What is null stays as it is. */
export function changeInstances(
  tx: Transaction,
  ids: readonly number[],
  change: { readonly priority: number | null; readonly resourceGroupId: number | null },
): void {
  tx.send(
    `update instances set priority = coalesce($2, priority), resource_group_id = coalesce($3, resource_group_id), modified_at = now() where id = any($1)`,
    [ids, change.priority, change.resourceGroupId],
  )
}

/** Which of these the instance waits for directly. */
export async function edgesTo(sql: Pick<Sql, 'rows'>, id: number, upstreamIds: readonly number[]): Promise<number[]> {
  const rows = await sql.rows<{ id: number }>(
    'select from_id as id from instance_edges where to_id = $1 and from_id = any($2) order by from_id',
    [id, upstreamIds],
  )
  return rows.map((row) => row.id)
}

// Forced reruns of what follows an instance: one at a time in a tenant.

/** The instance at which the tenant's forced rerun started, if something of it is still under way. Locks out others until the transaction ends. */
export async function forcedRerunUnderWay(tx: Transaction, tenantId: number): Promise<number | null> {
  tx.send('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`forced rerun ${tenantId}`])
  const [row] = await tx.rows<{ instance_id: number }>(
    `select f.instance_id from forced_reruns f where f.tenant_id = $1 and exists (
       select from unnest(f.instance_ids) as one(id) join lateral (select status, frozen from instances where id = one.id offset 0) i on true
       where i.status in (4, 7, 8) or i.status in (2, 3) and not i.frozen)`,
    [tenantId],
  )
  return row?.instance_id ?? null
}

export function putForcedRerun(tx: Transaction, tenantId: number, instanceId: number, ids: readonly number[]): void {
  tx.send(
    `insert into forced_reruns (tenant_id, instance_id, instance_ids) values ($1, $2, $3)
     on conflict (tenant_id) do update set instance_id = excluded.instance_id, instance_ids = excluded.instance_ids, at = now()`,
    [tenantId, instanceId, ids],
  )
}

/** Kept as it is until the transaction ends. */
export async function isResourceGroup(tx: Transaction, tenantId: number, id: number): Promise<boolean> {
  const rows = await tx.rows('select id from resource_groups where id = $1 and tenant_id = $2 for share', [
    id,
    tenantId,
  ])
  return rows.length > 0
}

/** A published node that somebody wants to run, kept as it is until the transaction ends. */
export async function nodeToRun(
  tx: Transaction,
  workspaceId: number,
  environment: 'PROD' | 'DEV',
  id: number,
): Promise<{ name: string; trigger: 'scheduler' | 'manual'; recurrence: Recurrence } | null> {
  const [row] = await tx.rows<{ name: string; trigger: 'scheduler' | 'manual'; recurrence: Recurrence }>(
    `select name, trigger, recurrence from nodes where id = $1 and workspace_id = $2 and environment = $3 and unpublished_at is null for share`,
    [id, workspaceId, environment],
  )
  return row ?? null
}

export async function instanceIdsOfDags(sql: Pick<Sql, 'rows'>, dagIds: readonly number[]): Promise<number[]> {
  const rows = await sql.rows<{ id: number }>('select id from instances where dag_id = any($1) order by id', [dagIds])
  return rows.map((row) => row.id)
}
