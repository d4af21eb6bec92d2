/** What is run on a data source because somebody asked for it in Data Development: an instance of a temporary workflow each, and what it was for. */
import type { NodeDefinition } from '@holdpoint/core'
import type { Sql, Transaction } from './database.ts'
import type { RunReason } from './instance-runs.ts'
import type { Environment } from './nodes.ts'
import { insertTemporaryRun } from './temporary-runs.ts'

export type DevelopmentRunRow = {
  instance_id: number
  tenant_id: number
  workspace_id: number
  environment: Environment
  kind: 'code' | 'table' | 'function'
  file_id: number | null
  table_id: number | null
  operation_id: string | null
  state: 'running' | 'succeeded' | 'failed' | 'unknown'
  reason: RunReason | null
  created_by: number
  created_by_name: string
  created_at: Date
  ended_at: Date | null
}

export type NewDevelopmentRun = {
  readonly tenantId: number
  readonly workspaceId: number
  readonly environment: Environment
  readonly kind: DevelopmentRunRow['kind']
  readonly fileId: number | null
  readonly tableId: number | null
  readonly operationId: string
  readonly requestedBy: number
  readonly definition: NodeDefinition
  /** yyyy-mm-dd */
  readonly bizdate: string
  readonly parameters: string | null
}

/** One instance in a run of its own, which waits for a slot and nothing else. */
export async function insertDevelopmentRun(tx: Transaction, run: NewDevelopmentRun): Promise<number> {
  const { tenantId, workspaceId, environment, kind, fileId, tableId, operationId, requestedBy } = run
  const of = fileId === null ? ({ table: 'tables', id: tableId! } as const) : ({ table: 'files', id: fileId } as const)
  const id = await insertTemporaryRun(tx, { ...run, of })
  tx.send(
    `insert into development_runs (instance_id, tenant_id, workspace_id, environment, kind, file_id, table_id, operation_id, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [id, tenantId, workspaceId, environment, kind, fileId, tableId, operationId, requestedBy],
  )
  return id
}

export type EndingRunRow = Pick<DevelopmentRunRow, 'instance_id' | 'tenant_id' | 'workspace_id' | 'kind'> & {
  /** Of the instance: 5 or 6. */
  status: number
  /** 0: it has never been started. */
  run_number: number
  /** Why its last program ended as it did; null also while that has not been seen to end. */
  ended_because: RunReason | null
}

/** Those of the instances whose runs have not ended yet, locked. */
export async function lockEndingRuns(tx: Transaction, instanceIds: readonly number[]): Promise<EndingRunRow[]> {
  return await tx.rows<EndingRunRow>(
    `select d.instance_id, d.tenant_id, d.workspace_id, d.kind, i.status, i.run_number, r.reason as ended_because
     from development_runs d join instances i on i.id = d.instance_id
     left join instance_runs r on r.instance_id = i.id and r.run_number = i.run_number
     where d.instance_id = any($1) and d.state = 'running' order by d.instance_id for update of d`,
    [instanceIds],
  )
}

export function endRun(
  tx: Transaction,
  instanceId: number,
  state: Exclude<DevelopmentRunRow['state'], 'running'>,
  reason: RunReason | null,
): void {
  tx.send('update development_runs set state = $2, reason = $3, ended_at = now() where instance_id = $1', [
    instanceId,
    state,
    reason === null ? null : JSON.stringify(reason),
  ])
}

const LISTED = `select d.*, u.display_name as created_by_name from development_runs d join users u on u.id = d.created_by`

export async function developmentRunOf(sql: Pick<Sql, 'rows'>, operationId: string): Promise<DevelopmentRunRow | null> {
  const [row] = await sql.rows<DevelopmentRunRow>(`${LISTED} where d.operation_id = $1 limit 1`, [operationId])
  return row ?? null
}

/** Runs of the code of a file, newest first, before the one of this instance. */
export async function developmentRunsOfFile(
  sql: Pick<Sql, 'rows'>,
  fileId: number,
  page: { readonly beforeId: number | null; readonly limit: number },
): Promise<DevelopmentRunRow[]> {
  return await sql.rows<DevelopmentRunRow>(
    `${LISTED} where d.file_id = $1 and ($2::bigint is null or d.instance_id < $2) order by d.instance_id desc limit $3`,
    [fileId, page.beforeId, page.limit],
  )
}

/** How a run of the code of this file stands; null: the instance is none. */
export async function codeRunState(
  sql: Sql,
  fileId: number,
  instanceId: number,
): Promise<DevelopmentRunRow['state'] | null> {
  const [row] = await sql.rows<Pick<DevelopmentRunRow, 'state'>>(
    `select state from development_runs where instance_id = $2 and file_id = $1 and kind = 'code'`,
    [fileId, instanceId],
  )
  return row?.state ?? null
}
