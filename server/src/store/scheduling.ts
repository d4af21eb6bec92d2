/** What the scheduler asks and writes in its rounds. The status of instances is otherwise written by `settle` alone (settling.ts). */
import type { NodeDefinition } from '@holdpoint/core'
import type { Sql, Transaction } from './database.ts'
import type { Environment } from './nodes.ts'
import { type Batch, batched, type FinishedBatch } from './settling.ts'

export type PlaceRow = { id: number; dag_id: number; tenant_id: number; workspace_id: number }

const PLACE = 'i.id, i.dag_id, i.tenant_id, i.workspace_id'
/** Nothing of a run starts that is paused or outside its window; one that is gone from its replica only may start. */
const MAY_START = `i.status = 3 and not i.frozen and i.replica_id is null
  and not exists (select from dags d where d.id = i.dag_id and (d.paused or d.outside_window))`

/** Instances whose time has come now wait for resources. */
export async function moveDue(tx: Transaction, most: number): Promise<Batch[]> {
  return await tx.rows<Batch>(
    `with found as (select id from instances where status = 2 and due_at <= now() order by due_at limit $1 for update skip locked),
     due as (update instances i set status = 3, wait_resource_at = now(), modified_at = now() from found where i.id = found.id returning ${PLACE})
     ${batched('due')}`,
    [most],
  )
}

/** Lets instances that run nothing and whose turn it is succeed. */
export async function finishWithoutWork(tx: Transaction, most: number): Promise<(FinishedBatch & { many: number })[]> {
  return await tx.rows<FinishedBatch & { many: number }>(
    `with ready as (
       select i.id from instances i where ${MAY_START} and not i.has_work order by i.id limit $1 for update skip locked),
     done as (update instances i set status = 6, started_at = now(), finished_at = now(), modified_at = now() from ready where i.id = ready.id
       returning ${PLACE}, i.task_type)
     select dag_id, tenant_id, workspace_id, string_agg(id::text, ',') as ids, bool_or(task_type = 6) as chooses, count(*)::int as many
     from done group by dag_id, tenant_id, workspace_id`,
    [most],
  )
}

/** The resource groups in which something waits for a slot. */
export async function wantedGroups(sql: Sql): Promise<number[]> {
  const rows = await sql.rows<{ id: number }>(
    `select g.id from resource_groups g
     where exists (select from instances i where i.resource_group_id = g.id and i.status = 3 and i.has_work and not i.frozen) order by g.id`,
  )
  return rows.map((row) => row.id)
}

export type ClaimedRow = PlaceRow & {
  environment: Environment
  kind: number
  bizdate: string
  cycle_at: Date
  period_number: number
  run_number: number
  /** Since when it waited for a slot. */
  wait_resource_at: Date | null
  started_at: Date
  node_id: number
  definition: NodeDefinition
  /** What its run gives its node instead of the node's own parameters. */
  parameters: string | null
  allows_shell: boolean
}

/**
 * Rule 36: starts what comes first in the group, as far as slots are free over all replicas. While one replica takes slots of a group no other
 * does; a replica that is not alive any more takes none.
 */
export async function claim(tx: Transaction, groupId: number, replicaId: string, most: number): Promise<ClaimedRow[]> {
  const [group] = await tx.rows<{ slots: number }>(
    `select g.slots from resource_groups g where g.id = $1 and exists (select from replicas r where r.id = $2)
     for no key update of g skip locked`,
    [groupId, replicaId],
  )
  if (group === undefined) return []
  const rows = await tx.rows<PlaceRow>(
    `with taken as (select count(*)::int as slots from instances i where i.replica_id is not null and i.resource_group_id = $1),
     first as (
       select i.id from instances i where i.resource_group_id = $1 and i.has_work and ${MAY_START}
       order by i.priority desc, i.due_at, i.id limit (select greatest(0, least($3::int, $4 - taken.slots)) from taken)
       for update skip locked)
     update instances i set status = 4, run_number = i.run_number + 1, replica_id = $2, started_at = now(), finished_at = null, modified_at = now()
     from first where i.id = first.id returning ${PLACE}`,
    [groupId, replicaId, most, group.slots],
  )
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  tx.send(
    `insert into instance_runs (instance_id, run_number, started_at, status)
     select i.id, i.run_number, i.started_at, 4 from instances i where i.id = any($1)`,
    [ids],
  )
  return await tx.rows<ClaimedRow>(
    `select ${PLACE}, i.environment, i.kind, i.bizdate::text as bizdate, i.cycle_at, i.period_number, i.run_number, i.wait_resource_at, i.started_at,
       i.node_id, v.definition, d.parameters->>(i.node_id::text) as parameters, g.allows_shell
     from instances i left join node_versions v on v.node_id = i.node_id and v.version = i.node_version left join dags d on d.id = i.dag_id
     join resource_groups g on g.id = i.resource_group_id
     where i.id = any($1) order by i.priority desc, i.due_at, i.id`,
    [ids],
  )
}

export type RunKey = { readonly id: number; readonly runNumber: number; readonly replicaId: string }

/** What this replica has, as the table says: runs whose instance is meanwhile not to run any more are not running. */
export async function runsOf(
  sql: Sql,
  replicaId: string,
): Promise<{ id: number; run_number: number; running: boolean }[]> {
  return await sql.rows(
    'select id, run_number, status in (4, 7, 8) as running from instances where replica_id = $1 order by id',
    [replicaId],
  )
}

/** Runs on replicas that are gone. */
export async function orphans(sql: Sql, most: number): Promise<RunKey[]> {
  return await sql.rows<RunKey>(
    `select i.id, i.run_number as "runNumber", i.replica_id as "replicaId" from instances i
     where i.replica_id is not null and not exists (select from replicas r where r.id = i.replica_id) order by i.id limit $1`,
    [most],
  )
}

export type EndingRow = PlaceRow & {
  run_number: number
  status: number
  retries: number
  rerun_mode: 'all-allowed' | 'failure-allowed' | 'all-denied'
  rerun_times: number
  rerun_interval_ms: number
  /** A monitor of Data Quality checks after instances of its node. */
  is_watched: boolean
}

/** Those of the runs that are still what their replica has, locked and given free. What another has taken over is not among them. */
export async function freeRuns(tx: Transaction, runs: readonly RunKey[]): Promise<EndingRow[]> {
  const keys = [runs.map((one) => one.id), runs.map((one) => one.runNumber), runs.map((one) => one.replicaId)]
  const rows = await tx.rows<EndingRow>(
    `select ${PLACE}, i.run_number, i.status, i.retries, coalesce(v.definition->>'rerunMode', 'all-allowed') as rerun_mode,
       coalesce((v.definition->>'rerunTimes')::int, 0) as rerun_times, coalesce((v.definition->>'rerunIntervalMs')::bigint, 0) as rerun_interval_ms,
       exists (select from quality_monitor_nodes q where q.node_id = i.node_id) as is_watched
     from unnest($1::bigint[], $2::int[], $3::uuid[]) as e(id, run_number, replica_id)
     join instances i on i.id = e.id and i.run_number = e.run_number and i.replica_id = e.replica_id
     left join node_versions v on v.node_id = i.node_id and v.version = i.node_version
     order by i.id for update of i`,
    keys,
  )
  if (rows.length > 0)
    tx.send('update instances set replica_id = null, modified_at = now() where id = any($1)', [
      rows.map((row) => row.id),
    ])
  return rows
}

export function setChosen(tx: Transaction, id: number, outputs: readonly string[]): void {
  tx.send('update instances set chosen_outputs = $2 where id = $1', [id, outputs])
}

/** The windows in which backfills may run, by backfill. */
export async function runWindows(
  sql: Sql,
): Promise<{ id: number; type: string; start_time: string; end_time: string }[]> {
  return await sql.rows(
    `select b.id, b.request->'runWindow'->>'type' as type, b.request->'runWindow'->>'startTime' as start_time,
       b.request->'runWindow'->>'endTime' as end_time
     from backfills b where b.state in ('creating', 'running') and b.request->'runWindow'->>'type' is not null`,
  )
}

export async function setOutsideWindow(sql: Sql, backfillIds: readonly number[], outside: boolean): Promise<void> {
  await sql.rows(
    'update dags set outside_window = $2 where backfill_id = any($1) and status <> 6 and outside_window <> $2',
    [backfillIds, outside],
  )
}

export type StandingRow = { status: number; count: number; oldest_seconds: number }

/** How many instances wait and run, and how long the oldest of each has. */
export async function standing(sql: Sql): Promise<StandingRow[]> {
  return await sql.rows<StandingRow>(
    `select 2 as status, count(*)::int as count, coalesce(extract(epoch from now() - min(wait_time_at)), 0)::float as oldest_seconds
     from instances where status = 2
     union all select 3, count(*)::int, coalesce(extract(epoch from now() - min(s.at)), 0)::float from (
       select wait_resource_at as at from instances where status = 3 and has_work and not frozen
       union all select wait_resource_at from instances where status = 3 and not has_work and not frozen) s
     union all select 4, count(*)::int, coalesce(extract(epoch from now() - min(started_at)), 0)::float
     from instances where replica_id is not null`,
  )
}
