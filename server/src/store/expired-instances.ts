/** Instances past their retention, and those of nodes that are gone. */
import type { Transaction } from './database.ts'

export type ExpiredRow = {
  id: number
  tenant_id: number
  workspace_id: number
  dag_id: number
  owner_id: number | null
}

/**
 * Removes instances that ended so many days ago, with their edges, runs, logs and what was done to them, and the runs of which nothing is left; the
 * oldest first, so many at once. A failed one stays as long as something waits for it that has not ended: nothing starts because of its age.
 */
export async function deleteExpiredInstances(tx: Transaction, keptDays: number, most: number): Promise<ExpiredRow[]> {
  const rows = await tx.rows<ExpiredRow>(
    `select i.id, i.tenant_id, i.workspace_id, i.dag_id, (select n.owner_id from nodes n where n.id = i.node_id) as owner_id
     from instances i
     where i.status in (5, 6) and i.finished_at < now() - make_interval(days => $1) and i.replica_id is null
       and (i.status = 6 or not exists (
         select from instance_edges e join instances d on d.id = e.to_id where e.from_id = i.id and d.status not in (5, 6)))
     order by i.finished_at limit $2 for update of i skip locked`,
    [keptDays, most],
  )
  if (rows.length === 0) return rows
  const ids = [rows.map((row) => row.id)]
  tx.send('delete from instance_edges where to_id = any($1)', ids)
  tx.send('delete from instance_edges where from_id = any($1)', ids)
  tx.send('delete from instance_logs where instance_id = any($1)', ids)
  tx.send('delete from instance_runs where instance_id = any($1)', ids)
  tx.send(`delete from object_log where object_kind = 'instance' and object_id = any($1)`, ids)
  tx.send('delete from instances where id = any($1)', ids)
  tx.send('delete from dags d where d.id = any($1) and not exists (select from instances i where i.dag_id = d.id)', [
    [...new Set(rows.map((row) => row.dag_id))],
  ])
  return rows
}

/** Rule 39: what has not started of these nodes runs without effect. */
export function dryRunNotStarted(tx: Transaction, nodeIds: readonly number[]): void {
  tx.send(
    `update instances set task_type = 3, has_work = false, modified_at = now()
     where id in (select id from instances where node_id = any($1) and status in (1, 2, 3) and task_type in (0, 1, 2) order by id for update)`,
    [nodeIds],
  )
}
