/** Instances, runs and backfills that are named by nothing but their id, wherever in the tenant they are. */
import { DAG_COLUMNS, type DagRow } from './dags.ts'
import type { Sql } from './database.ts'
import type { Environment } from './nodes.ts'

export type FoundInstance = {
  id: number
  workspace_id: number
  environment: Environment
  /** The number of an InstanceStatus. */
  status: number
  frozen: boolean
  run_number: number
}

export async function findInstances(
  sql: Pick<Sql, 'rows'>,
  tenantId: number,
  ids: readonly number[],
): Promise<FoundInstance[]> {
  return await sql.rows<FoundInstance>(
    'select id, workspace_id, environment, status, frozen, run_number from instances where id = any($2) and tenant_id = $1 order by id',
    [tenantId, ids],
  )
}

export async function findDag(sql: Pick<Sql, 'rows'>, tenantId: number, id: number): Promise<DagRow | null> {
  const [row] = await sql.rows<DagRow>(`select ${DAG_COLUMNS} from dags d where d.id = $2 and d.tenant_id = $1`, [
    tenantId,
    id,
  ])
  return row ?? null
}

/** The instances of a run that are in one of these statuses, whatever workspaces they are in, after one of them. */
export async function instancesOfDag(
  sql: Pick<Sql, 'rows'>,
  dagId: number,
  statuses: readonly number[],
  page: { readonly afterId: number; readonly limit: number },
): Promise<number[]> {
  const rows = await sql.rows<{ id: number }>(
    'select id from instances where dag_id = $1 and id > $3 and status = any($2) order by id limit $4',
    [dagId, statuses, page.afterId, page.limit],
  )
  return rows.map((row) => row.id)
}

export async function findBackfill(
  sql: Pick<Sql, 'rows'>,
  tenantId: number,
  id: number,
): Promise<{ id: number; workspace_id: number; environment: Environment } | null> {
  const [row] = await sql.rows<{ id: number; workspace_id: number; environment: Environment }>(
    'select id, workspace_id, environment from backfills where id = $2 and tenant_id = $1',
    [tenantId, id],
  )
  return row ?? null
}
