/** Synchronisation jobs, and what is known of the tables that they bring. */
import type { JobState, Sync, SyncKind } from '@holdpoint/core'
import type { Sql, Transaction } from './database.ts'
import type { SyncRunRow } from './sync-runs.ts'

export type SyncJobRow = {
  id: number
  tenant_id: number
  workspace_id: number
  name: string
  description: string
  owner_id: number | null
  kind: SyncKind
  definition: Sync
  resource_group: string | null
  revision: number
  ledger_key: string
  run_node_id: number | null
  created_by: number | null
  created_at: Date
  modified_by: number | null
  modified_at: Date
  deleted_at: Date | null
}

/** With the newest of its runs. */
export type ListedSyncJobRow = SyncJobRow & {
  owner_name: string | null
  modified_by_name: string | null
  run: Pick<SyncRunRow, 'id' | 'ended_as' | 'retries' | 'retrying_reason' | 'reason'> | null
  run_started_at: Date | null
  /** Whether that has a slot. */
  run_has_slot: boolean
  table_count: number
  row_count: number
  rows_per_second: number
  moved_at: Date | null
}

const RUNS = `left join lateral (
    select r.*, i.status = 4 as has_slot from sync_runs r left join instances i on i.id = r.instance_id where r.job_id = j.id order by r.id desc limit 1
  ) r on true`

const LISTED = `select j.*, o.display_name as owner_name, m.display_name as modified_by_name,
    case when r.id is not null then json_build_object('id', r.id, 'ended_as', r.ended_as, 'retries', r.retries, 'retrying_reason', r.retrying_reason,
      'reason', r.reason) end as run,
    r.started_at as run_started_at, coalesce(r.has_slot, false) as run_has_slot, t.table_count, t.row_count, t.moved_at,
    coalesce(s.rows_per_second, 0)::float8 as rows_per_second
  from sync_jobs j left join users o on o.id = j.owner_id left join users m on m.id = j.modified_by ${RUNS}
  cross join lateral (
    select count(*) as table_count, coalesce(sum(row_count), 0)::bigint as row_count, max(moved_at) as moved_at from sync_tables where job_id = j.id
  ) t
  left join lateral (
    select row_count / greatest(1, extract(epoch from least(at + interval '1 minute', coalesce(r.ended_at, now())) - greatest(at, r.started_at)))
      as rows_per_second
    from sync_minutes where run_id = r.id order by at desc limit 1
  ) s on true`

/** What core says of a run (data-integration/job.ts), as conditions. */
const IN_STATE: Readonly<Record<JobState, string>> = {
  'never-run': 'r.id is null',
  waiting: 'r.id is not null and r.ended_as is null and r.has_slot is not true',
  running: 'r.ended_as is null and r.has_slot and r.retries = 0',
  retrying: 'r.ended_as is null and r.has_slot and r.retries > 0',
  succeeded: `r.ended_as = 'succeeded'`,
  stopped: `r.ended_as = 'stopped'`,
  failed: `r.ended_as = 'failed'`,
}

export async function syncJobsOf(
  sql: Sql,
  workspaceId: number,
  filter: {
    /** Part of the name. */
    readonly name?: string | undefined
    readonly kind?: SyncKind | undefined
    readonly state?: JobState | undefined
    readonly afterId: number
    readonly limit: number
    readonly offset?: number
  },
): Promise<ListedSyncJobRow[]> {
  return await sql.rows<ListedSyncJobRow>(
    `${LISTED} where j.workspace_id = $1 and j.deleted_at is null and j.id > $2 and ($3::text is null or strpos(lower(j.name), lower($3)) > 0)
       and ($4::text is null or j.kind = $4) and (${filter.state === undefined ? 'true' : IN_STATE[filter.state]})
     order by j.id limit $5 offset $6`,
    [workspaceId, filter.afterId, filter.name ?? null, filter.kind ?? null, filter.limit, filter.offset ?? 0],
  )
}

export async function countSyncJobs(
  sql: Sql,
  workspaceId: number,
  filter: { readonly name?: string | undefined; readonly kind?: SyncKind | undefined } = {},
): Promise<number> {
  const [row] = await sql.rows<{ count: number }>(
    `select count(*) as count from sync_jobs where workspace_id = $1 and deleted_at is null
       and ($2::text is null or strpos(lower(name), lower($2)) > 0) and ($3::text is null or kind = $3)`,
    [workspaceId, filter.name ?? null, filter.kind ?? null],
  )
  return row!.count
}

export async function listedSyncJob(sql: Sql, workspaceId: number, id: number): Promise<ListedSyncJobRow | null> {
  const [row] = await sql.rows<ListedSyncJobRow>(
    `${LISTED} where j.workspace_id = $1 and j.id = $2 and j.deleted_at is null`,
    [workspaceId, id],
  )
  return row ?? null
}

/** By id; those that are there. */
export async function syncJobsById(sql: Sql, workspaceId: number, ids: readonly number[]): Promise<SyncJobRow[]> {
  return await sql.rows<SyncJobRow>(
    'select * from sync_jobs where workspace_id = $1 and id = any($2) and deleted_at is null order by id',
    [workspaceId, ids],
  )
}

/** The same, in whichever workspace of the tenant. */
export async function syncJobOfTenant(sql: Sql, tenantId: number, id: number): Promise<SyncJobRow | null> {
  const [row] = await sql.rows<SyncJobRow>(
    'select * from sync_jobs where tenant_id = $1 and id = $2 and deleted_at is null',
    [tenantId, id],
  )
  return row ?? null
}

/** Locked in the order of their ids, with the newest run of each. */
export async function lockSyncJobs(
  sql: Sql,
  workspaceId: number,
  ids: readonly number[],
): Promise<(SyncJobRow & { last_run_id: number | null; last_instance_id: number | null; is_under_way: boolean })[]> {
  return await sql.rows(
    `select j.*, r.id as last_run_id, r.instance_id as last_instance_id, r.id is not null and r.ended_as is null as is_under_way
     from (select * from sync_jobs where workspace_id = $1 and id = any($2) and deleted_at is null order by id for update) j
     left join lateral (select * from sync_runs where job_id = j.id order by id desc limit 1) r on true order by j.id`,
    [workspaceId, ids],
  )
}

type Draft = Pick<SyncJobRow, 'name' | 'description' | 'definition' | 'resource_group'>

export async function insertSyncJob(
  sql: Sql,
  job: Draft & Pick<SyncJobRow, 'tenant_id' | 'workspace_id' | 'owner_id'> & { readonly created_by: number },
): Promise<SyncJobRow> {
  const [row] = await sql.rows<SyncJobRow>(
    `insert into sync_jobs (tenant_id, workspace_id, name, description, owner_id, kind, definition, resource_group, created_by, modified_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) returning *`,
    [
      job.tenant_id,
      job.workspace_id,
      job.name,
      job.description,
      job.owner_id,
      job.definition.kind,
      JSON.stringify(job.definition),
      job.resource_group,
      job.created_by,
    ],
  )
  return row!
}

/** The job as it is from now on: its next revision. */
export async function updateSyncJob(sql: Sql, id: number, job: Draft, userId: number): Promise<SyncJobRow> {
  const [row] = await sql.rows<SyncJobRow>(
    `update sync_jobs set name = $2, description = $3, kind = $4, definition = $5, resource_group = $6, revision = revision + 1, modified_by = $7,
       modified_at = now() where id = $1 returning *`,
    [id, job.name, job.description, job.definition.kind, JSON.stringify(job.definition), job.resource_group, userId],
  )
  return row!
}

/** Its runs stay to be read with their instances; its name is free again. */
export function markSyncJobDeleted(tx: Transaction, id: number, userId: number): void {
  tx.send('update sync_jobs set deleted_at = now(), modified_by = $2, modified_at = now() where id = $1', [id, userId])
}

// What is known of tables

export type SyncTableRow = {
  job_id: number
  target: string
  source: string
  position: string | null
  row_count: number
  byte_count: number
  moved_at: Date
}

export async function syncTablesOf(
  sql: Sql,
  jobId: number,
  page: { readonly afterTarget: string; readonly limit: number },
): Promise<SyncTableRow[]> {
  return await sql.rows<SyncTableRow>(
    `select * from sync_tables where job_id = $1 and target > $2 collate "C" order by target collate "C" limit $3`,
    [jobId, page.afterTarget, page.limit],
  )
}

/** Positions of these jobs, those of one table each. */
export async function syncPositions(
  sql: Sql,
  jobIds: readonly number[],
): Promise<{ job_id: number; position: string }[]> {
  return await sql.rows(
    'select job_id, position from sync_tables where job_id = any($1) and position is not null order by job_id, target',
    [jobIds],
  )
}

export type SyncMinuteRow = { at: Date; row_count: number; byte_count: number }

/** What all runs of a job have brought in each minute since then. */
export async function syncMinutesOf(sql: Sql, jobId: number, since: Date): Promise<SyncMinuteRow[]> {
  return await sql.rows<SyncMinuteRow>(
    `select m.at, sum(m.row_count)::bigint as row_count, sum(m.byte_count)::bigint as byte_count
     from sync_runs r join sync_minutes m on m.run_id = r.id
     where r.job_id = $1 and m.at >= $2 and (r.ended_at is null or r.ended_at >= $2) group by m.at order by m.at`,
    [jobId, since],
  )
}

export async function deleteOldSyncMinutes(sql: Sql, days: number): Promise<void> {
  await sql.rows('delete from sync_minutes where at < now() - make_interval(days => $1)', [days])
}
