/** Instances and runs that are named by nothing but their id, wherever in the tenant they are. */
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
