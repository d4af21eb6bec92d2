/** Tables of Data Development: their designs, and what was submitted of them to which environment. */
import type { FoundTable, TableChange, TableDesign } from '@holdpoint/core'
import type { Sql, Transaction } from './database.ts'
import type { RunReason } from './instance-runs.ts'
import type { Environment } from './nodes.ts'

export type TableRow = {
  id: number
  tenant_id: number
  workspace_id: number
  name: string
  owner_id: number | null
  design: TableDesign
  revision: number
  run_node_id: number | null
  created_by: number | null
  created_at: Date
  modified_by: number | null
  modified_at: Date
  deleted_at: Date | null
}

export type ListedTableRow = TableRow & { owner_name: string | null; modified_by_name: string | null }

export type SubmissionRow = {
  id: number
  table_id: number
  environment: Environment
  data_source_id: number
  revision: number
  before: FoundTable | null
  design: TableDesign
  changes: readonly TableChange[]
  operation_id: string | null
  instance_id: number | null
  state: 'applying' | 'applied' | 'failed' | 'unknown'
  reason: RunReason | null
  submitted_by: number
  submitted_at: Date
  ended_at: Date | null
}

export type ListedSubmissionRow = SubmissionRow & { submitted_by_name: string }

const LISTED = `select t.*, o.display_name as owner_name, m.display_name as modified_by_name from tables t
  left join users o on o.id = t.owner_id left join users m on m.id = t.modified_by`

export async function insertTable(
  sql: Sql,
  table: {
    readonly tenantId: number
    readonly workspaceId: number
    readonly name: string
    readonly ownerId: number
    readonly design: TableDesign
    readonly createdBy: number
  },
): Promise<TableRow> {
  const [row] = await sql.rows<TableRow>(
    `insert into tables (tenant_id, workspace_id, name, owner_id, design, created_by, modified_by) values ($1, $2, $3, $4, $5, $6, $6) returning *`,
    [table.tenantId, table.workspaceId, table.name, table.ownerId, JSON.stringify(table.design), table.createdBy],
  )
  return row!
}

/** Of the workspace, and not deleted. */
export async function tableById(
  sql: Pick<Sql, 'rows'>,
  workspaceId: number,
  id: number,
): Promise<ListedTableRow | null> {
  const [row] = await sql.rows<ListedTableRow>(
    `${LISTED} where t.workspace_id = $1 and t.id = $2 and t.deleted_at is null`,
    [workspaceId, id],
  )
  return row ?? null
}

export async function tableByName(sql: Sql, workspaceId: number, name: string): Promise<TableRow | null> {
  const [row] = await sql.rows<TableRow>(
    'select * from tables where workspace_id = $1 and name = $2 and deleted_at is null',
    [workspaceId, name],
  )
  return row ?? null
}

export async function lockTable(tx: Transaction, workspaceId: number, id: number): Promise<TableRow | null> {
  const [row] = await tx.rows<TableRow>(
    'select * from tables where workspace_id = $1 and id = $2 and deleted_at is null for no key update',
    [workspaceId, id],
  )
  return row ?? null
}

export async function tablesOf(
  sql: Sql,
  workspaceId: number,
  filter: { readonly name: string | undefined; readonly afterId: number; readonly limit: number },
): Promise<ListedTableRow[]> {
  return await sql.rows<ListedTableRow>(
    `${LISTED} where t.workspace_id = $1 and t.deleted_at is null and t.id > $2 and ($3::text is null or strpos(t.name, lower($3)) > 0)
     order by t.id limit $4`,
    [workspaceId, filter.afterId, filter.name ?? null, filter.limit],
  )
}

export function saveDesign(tx: Transaction, id: number, design: TableDesign, userId: number): void {
  tx.send(
    'update tables set design = $2, revision = revision + 1, modified_by = $3, modified_at = now() where id = $1',
    [id, JSON.stringify(design), userId],
  )
}

export function markDeleted(tx: Transaction, id: number): void {
  tx.send('update tables set deleted_at = now() where id = $1', [id])
}

/** The newest submission to each environment, and the newest that was applied there, of which the table has its shape. */
export async function submissionsInEnvironments(
  sql: Pick<Sql, 'rows'>,
  tableIds: readonly number[],
): Promise<(SubmissionRow & { is_newest: boolean; is_newest_applied: boolean })[]> {
  return await sql.rows(
    `select s.*, s.id = n.newest as is_newest, s.id is not distinct from n.applied as is_newest_applied
     from unnest($1::bigint[]) as t(id) cross join (values ('PROD'), ('DEV')) as e(environment)
     cross join lateral (select
       (select id from table_submissions where table_id = t.id and environment = e.environment order by id desc limit 1) as newest,
       (select id from table_submissions where table_id = t.id and environment = e.environment and state = 'applied' order by id desc limit 1) as applied
     ) n join lateral (select * from table_submissions where id in (n.newest, n.applied) offset 0) s on true`,
    [tableIds],
  )
}

export async function submissionsOf(
  sql: Sql,
  tableId: number,
  page: { readonly beforeId: number | null; readonly limit: number },
): Promise<ListedSubmissionRow[]> {
  return await sql.rows<ListedSubmissionRow>(
    `select s.*, u.display_name as submitted_by_name from table_submissions s join users u on u.id = s.submitted_by
     where s.table_id = $1 and ($2::bigint is null or s.id < $2) order by s.id desc limit $3`,
    [tableId, page.beforeId, page.limit],
  )
}

export async function submissionOf(
  sql: Sql,
  tableId: number,
  operationId: string,
): Promise<ListedSubmissionRow | null> {
  const [row] = await sql.rows<ListedSubmissionRow>(
    `select s.*, u.display_name as submitted_by_name from table_submissions s join users u on u.id = s.submitted_by
     where s.table_id = $1 and s.operation_id = $2`,
    [tableId, operationId],
  )
  return row ?? null
}

export function insertSubmission(
  tx: Transaction,
  given: {
    readonly tenantId: number
    readonly workspaceId: number
    readonly tableId: number
    readonly environment: Environment
    readonly dataSourceId: number
    readonly revision: number
    readonly before: FoundTable | null
    readonly design: TableDesign
    readonly changes: readonly TableChange[]
    readonly operationId: string
    readonly instanceId: number
    readonly submittedBy: number
  },
): void {
  tx.send(
    `insert into table_submissions (tenant_id, workspace_id, table_id, environment, data_source_id, revision, before, design, changes, operation_id,
       instance_id, submitted_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      given.tenantId,
      given.workspaceId,
      given.tableId,
      given.environment,
      given.dataSourceId,
      given.revision,
      given.before === null ? null : JSON.stringify(given.before),
      JSON.stringify(given.design),
      JSON.stringify(given.changes),
      given.operationId,
      given.instanceId,
      given.submittedBy,
    ],
  )
}

export function endSubmission(
  tx: Transaction,
  instanceId: number,
  state: Exclude<SubmissionRow['state'], 'applying'>,
  reason: RunReason | null,
): void {
  tx.send(
    `update table_submissions set state = $2, reason = $3, ended_at = now() where instance_id = $1 and state = 'applying'`,
    [instanceId, state, reason === null ? null : JSON.stringify(reason)],
  )
}
