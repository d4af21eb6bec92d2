import type { BackfillMode, BackfillRequest, BackfillState, RefusalCode, RefusalDetails } from '@holdpoint/core'
import { DAG_COLUMNS, type DagRow } from './dags.ts'
import type { Sql, Transaction } from './database.ts'
import type { StatusCountRow } from './instance-reading.ts'
import type { Environment } from './nodes.ts'

export type BackfillProblem = { readonly code: RefusalCode; readonly details: RefusalDetails }

export type BackfillRow = {
  id: number
  tenant_id: number
  workspace_id: number
  environment: Environment
  operation_id: string | null
  name: string
  mode: BackfillMode
  request: BackfillRequest
  node_ids: number[]
  dry_run_ids: number[]
  state: BackfillState
  problem: BackfillProblem | null
  instance_count: number | null
  created_by: number
  created_at: Date
  started_at: Date | null
  finished_at: Date | null
}

/** Its nodes are counted instead of listed: there may be a hundred thousand. */
export type BackfillListRow = Omit<BackfillRow, 'node_ids' | 'dry_run_ids'> & {
  node_count: number
  dry_run_count: number
  created_by_name: string
  dags_not_run: number
  dags_running: number
  dags_failed: number
  dags_succeeded: number
}

const LIST = `select b.id, b.tenant_id, b.workspace_id, b.environment, b.operation_id, b.name, b.mode, b.request, b.state, b.problem, b.instance_count,
    b.created_by, b.created_at, b.started_at, b.finished_at, cardinality(b.node_ids) as node_count, cardinality(b.dry_run_ids) as dry_run_count,
    u.display_name as created_by_name, d.*
  from backfills b join users u on u.id = b.created_by
  cross join lateral (select count(*) filter (where status = 1) as dags_not_run, count(*) filter (where status = 4) as dags_running,
    count(*) filter (where status = 5) as dags_failed, count(*) filter (where status = 6) as dags_succeeded
    from dags where backfill_id = b.id) d`

export type NewBackfill = Pick<
  BackfillRow,
  'tenant_id' | 'workspace_id' | 'operation_id' | 'request' | 'node_ids' | 'dry_run_ids' | 'created_by'
>

export async function insertBackfill(tx: Transaction, backfill: NewBackfill): Promise<number> {
  const [row] = await tx.rows<{ id: number }>(
    `insert into backfills (tenant_id, workspace_id, environment, operation_id, name, mode, request, node_ids, dry_run_ids, state, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'creating', $10) returning id`,
    [
      backfill.tenant_id,
      backfill.workspace_id,
      backfill.request.environment,
      backfill.operation_id,
      backfill.request.name,
      backfill.request.mode,
      JSON.stringify(backfill.request),
      backfill.node_ids,
      backfill.dry_run_ids,
      backfill.created_by,
    ],
  )
  return row!.id
}

/** The oldest backfill whose instances nobody is creating, locked for whoever creates them; null where there is none. */
export async function lockCreating(tx: Transaction): Promise<BackfillRow | null> {
  const [row] = await tx.rows<BackfillRow>(
    `select * from backfills where state = 'creating' order by id limit 1 for update skip locked`,
  )
  return row ?? null
}

export async function lockBackfill(tx: Transaction, workspaceId: number, id: number): Promise<BackfillRow | null> {
  const [row] = await tx.rows<BackfillRow>('select * from backfills where id = $1 and workspace_id = $2 for update', [
    id,
    workspaceId,
  ])
  return row ?? null
}

export type BackfillFilter = {
  readonly workspaceId: number
  readonly environment: Environment
  readonly name?: string | undefined
  readonly state?: BackfillState | undefined
  readonly mode?: BackfillMode | undefined
  readonly createdBy?: number | undefined
}

/** Newest first. */
export async function backfillsOf(
  sql: Sql,
  filter: BackfillFilter,
  page: { readonly beforeId: number | null; readonly limit: number },
): Promise<BackfillListRow[]> {
  return await sql.rows<BackfillListRow>(
    `${LIST} where b.workspace_id = $1 and b.environment = $2 and ($3::text is null or b.name ilike '%' || $3 || '%')
       and ($4::text is null or b.state = $4) and ($5::text is null or b.mode = $5) and ($6::bigint is null or b.created_by = $6)
       and ($7::bigint is null or b.id < $7)
     order by b.id desc limit $8`,
    [
      filter.workspaceId,
      filter.environment,
      filter.name?.replace(/[\\%_]/g, '\\$&') ?? null,
      filter.state ?? null,
      filter.mode ?? null,
      filter.createdBy ?? null,
      page.beforeId,
      page.limit,
    ],
  )
}

export async function backfillById(
  sql: Pick<Sql, 'rows'>,
  workspaceId: number,
  id: number,
): Promise<BackfillListRow | null> {
  const [row] = await sql.rows<BackfillListRow>(`${LIST} where b.id = $1 and b.workspace_id = $2`, [id, workspaceId])
  return row ?? null
}

/** The backfill that an operation has brought about. */
export async function backfillOf(sql: Pick<Sql, 'rows'>, operationId: string): Promise<number | null> {
  const [row] = await sql.rows<{ id: number }>('select id from backfills where operation_id = $1', [operationId])
  return row?.id ?? null
}

/** The runs of its business dates, in the order in which they are to run. */
export async function dagsInOrder(sql: Pick<Sql, 'rows'>, backfillId: number, mostDags: number): Promise<DagRow[]> {
  return await sql.rows<DagRow>(
    `select ${DAG_COLUMNS} from dags d where d.backfill_id = $1 order by d.position, d.id limit $2`,
    [backfillId, mostDags],
  )
}

/** Runs of its business dates that have not ended. */
export async function openDags(sql: Pick<Sql, 'rows'>, backfillId: number): Promise<number[]> {
  const rows = await sql.rows<{ id: number }>(
    'select id from dags where backfill_id = $1 and status <> 6 order by id',
    [backfillId],
  )
  return rows.map((row) => row.id)
}

/** Of each line the first run, where it has not had its turn. */
export async function linesToBegin(sql: Pick<Sql, 'rows'>, backfillId: number): Promise<number[]> {
  const rows = await sql.rows<{ id: number }>(
    `select id from (select distinct on (d.line) d.id, d.status from dags d where d.backfill_id = $1 order by d.line, d.position) f
     where status = 1 order by id`,
    [backfillId],
  )
  return rows.map((row) => row.id)
}

export type InstanceOfBackfill = { id: number; workspace_id: number }

/** The first instances of its runs in these statuses; none of those is the one of what has succeeded. */
export async function instancesIn(
  sql: Pick<Sql, 'rows'>,
  backfillId: number,
  statuses: readonly number[],
  limit: number,
): Promise<InstanceOfBackfill[]> {
  return await sql.rows<InstanceOfBackfill>(
    `select i.id, i.workspace_id from dags d join instances i on i.dag_id = d.id
     where d.backfill_id = $1 and i.status = any($2) and i.status <> 6 order by i.id limit $3`,
    [backfillId, statuses, limit],
  )
}

export async function statusCounts(sql: Pick<Sql, 'rows'>, backfillId: number): Promise<StatusCountRow[]> {
  return await sql.rows<StatusCountRow>(
    `select i.dag_id, i.status, i.frozen, count(*) as count from dags d join instances i on i.dag_id = d.id
     where d.backfill_id = $1 group by i.dag_id, i.status, i.frozen`,
    [backfillId],
  )
}

/** The first of its nodes, also those that have been unpublished since. */
export async function nodesOfBackfill(
  sql: Pick<Sql, 'rows'>,
  backfillId: number,
  mostNodes: number,
): Promise<{ id: number; name: string; workspace_id: number; program_type: string; dry_run: boolean }[]> {
  return await sql.rows(
    `select n.id, n.name, n.workspace_id, n.program_type, n.id = any(b.dry_run_ids) as dry_run
     from backfills b cross join lateral unnest(b.node_ids[1:$2]) as i(id) join nodes n on n.id = i.id
     where b.id = $1 order by n.id`,
    [backfillId, mostNodes],
  )
}

export function setCreated(
  tx: Transaction,
  id: number,
  created: { readonly state: 'waiting-to-start' | 'running'; readonly instanceCount: number },
): void {
  tx.send(
    `update backfills set state = $2, instance_count = $3, started_at = case when $2 = 'running' then now() end where id = $1`,
    [id, created.state, created.instanceCount],
  )
}

/** `finished` sets when it ended, anything else that it has not. */
export function setState(tx: Transaction, id: number, state: BackfillState, finished = false): void {
  tx.send(
    `update backfills set state = $2, started_at = case when $2 = 'running' then coalesce(started_at, now()) else started_at end,
       finished_at = case when $3 then now() end where id = $1`,
    [id, state, finished],
  )
}

export function setFailedToCreate(tx: Transaction, id: number, problem: BackfillProblem): void {
  tx.send(`update backfills set state = 'failed-to-create', problem = $2, finished_at = now() where id = $1`, [
    id,
    JSON.stringify(problem),
  ])
}

/** The resource group that a request names. */
export async function resourceGroupId(
  sql: Pick<Sql, 'rows'>,
  tenantId: number,
  identifier: string,
): Promise<number | null> {
  const [row] = await sql.rows<{ id: number }>(
    'select id from resource_groups where tenant_id = $1 and identifier = $2',
    [tenantId, identifier],
  )
  return row?.id ?? null
}
