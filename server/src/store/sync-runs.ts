/** Runs of synchronisation jobs: each is an instance; what is kept beside it is whose it is, what it has brought and how it has ended. */
import type { SyncProgress } from '@holdpoint/core'
import type { Sql, Transaction } from './database.ts'
import type { RunReason } from './instance-runs.ts'

export type SyncRunRow = {
  id: number
  tenant_id: number
  workspace_id: number
  job_id: number
  revision: number
  instance_id: number
  start_at: string | null
  operation_id: string | null
  started_by: number
  started_at: Date
  stopped_by: number | null
  stopped_at: Date | null
  retries: number
  retrying_since: Date | null
  retrying_reason: RunReason | null
  row_count: number
  byte_count: number
  ended_as: 'succeeded' | 'failed' | 'stopped' | null
  ended_at: Date | null
  reason: RunReason | null
}

export type ListedSyncRunRow = SyncRunRow & {
  started_by_name: string
  stopped_by_name: string | null
  has_slot: boolean
}

const LISTED = `select r.*, u.display_name as started_by_name, s.display_name as stopped_by_name, coalesce(i.status = 4, false) as has_slot
  from sync_runs r join users u on u.id = r.started_by left join users s on s.id = r.stopped_by left join instances i on i.id = r.instance_id`

/** Newest first, before the one of this id. */
export async function syncRunsOf(
  sql: Sql,
  jobId: number,
  page: { readonly beforeId: number | null; readonly limit: number },
): Promise<ListedSyncRunRow[]> {
  return await sql.rows<ListedSyncRunRow>(
    `${LISTED} where r.job_id = $1 and ($2::bigint is null or r.id < $2) order by r.id desc limit $3`,
    [jobId, page.beforeId, page.limit],
  )
}

/** What an operation has started, by the jobs' ids. */
export async function syncRunsStartedBy(
  sql: Sql,
  jobIds: readonly number[],
  operationId: string,
): Promise<ListedSyncRunRow[]> {
  return await sql.rows<ListedSyncRunRow>(
    `${LISTED} where r.job_id = any($1) and r.operation_id = $2 order by r.job_id`,
    [jobIds, operationId],
  )
}

/** A number for a run that is about to be written. */
export async function drawSyncRunId(sql: Sql): Promise<number> {
  const [row] = await sql.rows<{ id: number }>(`select nextval(pg_get_serial_sequence('sync_runs', 'id')) as id`)
  return row!.id
}

export function insertSyncRun(
  tx: Transaction,
  run: {
    readonly id: number
    readonly tenantId: number
    readonly workspaceId: number
    readonly jobId: number
    readonly revision: number
    readonly instanceId: number
    readonly startAt: string | null
    readonly operationId: string
    readonly startedBy: number
  },
): void {
  tx.send(
    `insert into sync_runs (id, tenant_id, workspace_id, job_id, revision, instance_id, start_at, operation_id, started_by)
     overriding system value values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      run.id,
      run.tenantId,
      run.workspaceId,
      run.jobId,
      run.revision,
      run.instanceId,
      run.startAt,
      run.operationId,
      run.startedBy,
    ],
  )
}

/** Said before its instance is ended: so it ends as stopped. */
export function noteStopped(tx: Transaction, id: number, userId: number): void {
  tx.send('update sync_runs set stopped_by = $2, stopped_at = now() where id = $1', [id, userId])
}

export type EndingSyncRunRow = Pick<SyncRunRow, 'id' | 'stopped_by'> & {
  /** Of the instance: 5 or 6. */
  status: number
  /** Why its program ended as it did; null also while that has not been seen to end. */
  ended_because: RunReason | null
}

/** Those of the instances whose runs have not ended yet, locked. */
export async function lockEndingSyncRuns(tx: Transaction, instanceIds: readonly number[]): Promise<EndingSyncRunRow[]> {
  return await tx.rows<EndingSyncRunRow>(
    `select s.id, s.stopped_by, i.status, r.reason as ended_because
     from sync_runs s join instances i on i.id = s.instance_id
     left join instance_runs r on r.instance_id = i.id and r.run_number = i.run_number
     where s.instance_id = any($1) and s.ended_as is null order by s.id for update of s`,
    [instanceIds],
  )
}

export function endSyncRun(
  tx: Transaction,
  id: number,
  endedAs: Exclude<SyncRunRow['ended_as'], null>,
  reason: RunReason | null,
): void {
  tx.send(
    `update sync_runs set ended_as = $2, reason = $3, ended_at = now(), retries = 0, retrying_since = null, retrying_reason = null where id = $1`,
    [id, endedAs, reason === null ? null : JSON.stringify(reason)],
  )
}

// What runs say while they go on

export type SyncRunPlace = Pick<SyncRunRow, 'tenant_id' | 'workspace_id'>

/** Adds what the run of an instance has brought, of each table once: to the run, to the tables, to the minute. What says nothing of a job changes nothing. */
export async function addSyncProgress(
  sql: Sql,
  instanceId: number,
  tables: readonly SyncProgress[],
): Promise<SyncRunPlace | null> {
  const [row] = await sql.rows<SyncRunPlace>(
    `with given as (
       select * from unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[]) as g(target, source, row_count, byte_count, position)),
     total as (select sum(row_count)::bigint as row_count, sum(byte_count)::bigint as byte_count from given),
     run as (
       update sync_runs r set row_count = r.row_count + t.row_count, byte_count = r.byte_count + t.byte_count
       from total t where r.instance_id = $1 returning r.id, r.job_id, r.tenant_id, r.workspace_id),
     of_tables as (
       insert into sync_tables as s (job_id, target, source, position, row_count, byte_count)
       select run.job_id, g.target, g.source, g.position, g.row_count, g.byte_count from run, given g
       on conflict (job_id, target) do update set source = excluded.source, position = coalesce(excluded.position, s.position),
         row_count = s.row_count + excluded.row_count, byte_count = s.byte_count + excluded.byte_count,
         moved_at = case when excluded.row_count > 0 then now() else s.moved_at end),
     minutes as (
       insert into sync_minutes as m (run_id, at, row_count, byte_count)
       select run.id, date_trunc('minute', now()), t.row_count, t.byte_count from run, total t where t.row_count > 0
       on conflict (run_id, at) do update set row_count = m.row_count + excluded.row_count, byte_count = m.byte_count + excluded.byte_count)
     select tenant_id, workspace_id from run`,
    [
      instanceId,
      tables.map((one) => one.target),
      tables.map((one) => one.source),
      tables.map((one) => one.rows),
      tables.map((one) => one.bytes),
      tables.map((one) => one.position),
    ],
  )
  return row ?? null
}

/** A data source cannot be used and is tried again; null: it can. */
export async function noteRetrying(
  sql: Sql,
  instanceId: number,
  of: { readonly retries: number; readonly reason: RunReason } | null,
): Promise<SyncRunPlace | null> {
  const [row] = await sql.rows<SyncRunPlace>(
    `update sync_runs set retries = $2, retrying_since = case when $2 = 0 then null else coalesce(retrying_since, now()) end, retrying_reason = $3
     where instance_id = $1 and ended_as is null returning tenant_id, workspace_id`,
    [instanceId, of?.retries ?? 0, of === null ? null : JSON.stringify(of.reason)],
  )
  return row ?? null
}
