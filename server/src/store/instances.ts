/**
 * Instances and what they wait for, as they are read and locked.
 *
 * Nobody writes the status or `waiting_for` of an instance that is there but `settle` (modules/operation-center/settle.ts). What always holds:
 * - `waiting_for` is the number of edges to the instance from others that have not succeeded, and one more while it awaits the turn of its run;
 * - status 1 (not run) means that it waits for something, 2 and 3 (waiting for its time, for resources) that it waits for nothing any more.
 * Whoever adds an edge from an instance that is there locks that instance first (`lockUpstream`): its end must not slip in between.
 */
import type { Sql, Transaction } from './database.ts'
import type { Environment } from './nodes.ts'

export type InstanceRow = {
  id: number
  tenant_id: number
  workspace_id: number
  environment: Environment
  node_id: number
  node_version: number
  dag_id: number
  /** Of its run: the number of a DagKind. */
  kind: number
  /** yyyy-mm-dd */
  bizdate: string
  period_number: number
  cycle_at: Date
  due_at: Date
  /** The number of an InstanceStatus. */
  status: number
  /** The number of a TaskType. */
  task_type: number
  frozen: boolean
  has_work: boolean
  waiting_for: number
  awaits_turn: boolean
  priority: number
  resource_group_id: number
  run_number: number
  retries: number
  replica_id: string | null
  wait_time_at: Date | null
  wait_resource_at: Date | null
  started_at: Date | null
  finished_at: Date | null
  created_at: Date
  modified_at: Date
  chosen_outputs: string[] | null
}

/** The columns of an InstanceRow; instances are `i`. */
export const INSTANCE_COLUMNS = `i.id, i.tenant_id, i.workspace_id, i.environment, i.node_id, i.node_version, i.dag_id, i.kind, i.bizdate::text as bizdate,
  i.period_number, i.cycle_at, i.due_at, i.status, i.task_type, i.frozen, i.has_work, i.waiting_for, i.awaits_turn, i.priority, i.resource_group_id,
  i.run_number, i.retries, i.replica_id, i.wait_time_at, i.wait_resource_at, i.started_at, i.finished_at, i.created_at, i.modified_at, i.chosen_outputs`

export async function instanceById(sql: Sql, tenantId: number, id: number): Promise<InstanceRow | null> {
  const [row] = await instancesByIds(sql, tenantId, [id])
  return row ?? null
}

/** Those of the tenant that are there, by id. */
export async function instancesByIds(sql: Sql, tenantId: number, ids: readonly number[]): Promise<InstanceRow[]> {
  return await sql.rows<InstanceRow>(
    `select ${INSTANCE_COLUMNS} from instances i where i.id = any($2) and i.tenant_id = $1 order by i.id`,
    [tenantId, ids],
  )
}

/** The same, locked in the order of their ids, which is the order in which everybody locks instances. */
export async function lockInstances(tx: Transaction, tenantId: number, ids: readonly number[]): Promise<InstanceRow[]> {
  return await tx.rows<InstanceRow>(
    `select ${INSTANCE_COLUMNS} from instances i where i.id = any($2) and i.tenant_id = $1 order by i.id for update`,
    [tenantId, ids],
  )
}

/** Keeps the status of instances as it is while edges from them are written; answers those that have not succeeded. */
export async function lockUpstream(tx: Transaction, ids: readonly number[]): Promise<ReadonlySet<number>> {
  const rows = await tx.rows<{ id: number; status: number }>(
    'select id, status from instances where id = any($1) order by id for share',
    [ids],
  )
  return new Set(rows.filter((row) => row.status !== 6).map((row) => row.id))
}

export async function upstreamOf(sql: Sql, id: number): Promise<InstanceRow[]> {
  return await sql.rows<InstanceRow>(
    `select ${INSTANCE_COLUMNS} from instance_edges e join instances i on i.id = e.from_id where e.to_id = $1 order by i.id`,
    [id],
  )
}

export async function downstreamOf(sql: Sql, id: number): Promise<InstanceRow[]> {
  return await sql.rows<InstanceRow>(
    `select ${INSTANCE_COLUMNS} from instance_edges e join instances i on i.id = e.to_id where e.from_id = $1 order by i.id`,
    [id],
  )
}

/** Sets the flag; what it makes of the runs that they belong to is told to `settle` afterwards. */
export function setFrozen(tx: Transaction, ids: readonly number[], frozen: boolean): void {
  tx.send('update instances set frozen = $2, modified_at = now() where id = any($1)', [ids, frozen])
}

export function setPriority(tx: Transaction, ids: readonly number[], priority: number): void {
  tx.send('update instances set priority = $2, modified_at = now() where id = any($1)', [ids, priority])
}
