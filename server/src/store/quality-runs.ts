/** Runs of monitors: written when something is to be checked, taken by whichever replica has time, and ended with all of their results at once. */
import type { Comparison, QualityRule, QualityStatus } from '@holdpoint/core'
import type { Sql, Transaction } from './database.ts'
import type { RunReason } from './instance-runs.ts'

type Reads = Pick<Sql, 'rows'>

// What is to be checked

export type WatchingRow = {
  instance_id: number
  tenant_id: number
  workspace_id: number
  run_number: number
  node_id: number
  bizdate: string
  cycle_at: Date
  monitor_id: number
  block_when: string | null
  /** Of its rules that are switched on. */
  severities: ('High' | 'Normal')[]
}

/** Which monitors check after these instances of production: those that are switched on and have rules. A smoke test is not checked. */
export async function monitorsWatching(tx: Transaction, instanceIds: readonly number[]): Promise<WatchingRow[]> {
  return await tx.rows<WatchingRow>(
    `select i.id as instance_id, i.tenant_id, i.workspace_id, i.run_number, i.node_id, i.bizdate::text as bizdate, i.cycle_at,
       m.id as monitor_id, m.block_when, s.severities
     from unnest($1::bigint[]) as given(id) join instances i on i.id = given.id
     join quality_monitor_nodes q on q.node_id = i.node_id join quality_monitors m on m.id = q.monitor_id and m.enabled and m.deleted_at is null
     cross join lateral (select array(select distinct severity from quality_rules
       where monitor_id = m.id and deleted_at is null and enabled) as severities) s
     where i.environment = 'PROD' and i.kind in (0, 1, 3, 5) and cardinality(s.severities) > 0 order by i.id, m.id`,
    [instanceIds],
  )
}

export type NewQualityRun = {
  readonly tenantId: number
  readonly workspaceId: number
  readonly monitorId: number
  /** Null: by hand. */
  readonly instanceId: number | null
  readonly runNumber: number | null
  readonly nodeId: number | null
  readonly holdsUp: boolean
  readonly bizdate: string
  readonly cycleAt: Date
  readonly startedBy: number | null
}

/** One of the same run of an instance is there once, however often it is told that that has ended. */
export function insertQualityRuns(tx: Transaction, runs: readonly NewQualityRun[]): () => { id: number }[] {
  return tx.send<{ id: number }>(
    `insert into quality_runs (tenant_id, workspace_id, monitor_id, instance_id, run_number, node_id, holds_up, bizdate, cycle_at, started_by)
     select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::int[], $6::bigint[], $7::boolean[], $8::date[], $9::timestamptz[],
       $10::bigint[]) on conflict do nothing returning id`,
    [
      runs.map((one) => one.tenantId),
      runs.map((one) => one.workspaceId),
      runs.map((one) => one.monitorId),
      runs.map((one) => one.instanceId),
      runs.map((one) => one.runNumber),
      runs.map((one) => one.nodeId),
      runs.map((one) => one.holdsUp),
      runs.map((one) => one.bizdate),
      runs.map((one) => one.cycleAt),
      runs.map((one) => one.startedBy),
    ],
  )
}

// Checking

export type QualityRunRow = {
  id: number
  tenant_id: number
  workspace_id: number
  monitor_id: number
  instance_id: number | null
  run_number: number | null
  node_id: number | null
  holds_up: boolean
  bizdate: string
  cycle_at: Date
  started_by: number | null
}

const RUN = `r.id, r.tenant_id, r.workspace_id, r.monitor_id, r.instance_id, r.run_number, r.node_id, r.holds_up, r.bizdate::text as bizdate, r.cycle_at,
  r.started_by`

/** How far is looked for runs that may be taken, where one tenant has many waiting. */
const MOST_LOOKED_AT = 5_000

/** Takes runs that nobody has, the oldest first, and so many of one tenant at most. A replica that is not alive any more takes none. */
export async function takeQualityRuns(
  sql: Sql,
  replicaId: string,
  most: { readonly all: number; readonly ofTenant: number },
): Promise<QualityRunRow[]> {
  return await sql.rows<QualityRunRow>(
    `with waiting as (select id, tenant_id from quality_runs where state <> 'ended' and replica_id is null order by id limit ${MOST_LOOKED_AT}),
     own as materialized (select tenant_id, count(*) as n from quality_runs where replica_id = $1 group by tenant_id),
     numbered as (select id, row_number() over (partition by tenant_id order by id)
         + coalesce((select own.n from own where own.tenant_id = w.tenant_id), 0) as n from waiting w),
     free as (select r.id from numbered join quality_runs r on r.id = numbered.id
       where numbered.n <= $3 and r.state <> 'ended' and r.replica_id is null and exists (select from replicas where id = $1)
       order by r.id limit $2 for update of r skip locked)
     update quality_runs r set replica_id = $1, state = 'running', started_at = now() from free where r.id = free.id returning ${RUN}`,
    [replicaId, most.all, most.ofTenant],
  )
}

/** Whether the run of its instance is still what it was: it waits for this check, or has ended and has not been started again. */
const STILL_MEANT = `(r.instance_id is null or exists (select from instances i where i.id = r.instance_id and i.run_number = r.run_number
  and (i.status = 7 or not r.holds_up and i.status in (5, 6))))`

/** What this replica has, and whether it is still to be checked. */
export async function qualityRunsOfReplica(sql: Reads, replicaId: string): Promise<{ id: number; meant: boolean }[]> {
  return await sql.rows(
    `select r.id, ${STILL_MEANT} as meant from quality_runs r where r.replica_id = $1 order by r.id`,
    [replicaId],
  )
}

/** Others may take them. */
export async function freeQualityRuns(sql: Reads, replicaId: string, ids: readonly number[]): Promise<void> {
  await sql.rows(
    `update quality_runs set replica_id = null, state = 'pending' where replica_id = $1 and id = any($2)`,
    [replicaId, ids],
  )
}

export async function isStillMeant(sql: Reads, id: number): Promise<boolean> {
  const [row] = await sql.rows<{ meant: boolean }>(
    `select ${STILL_MEANT} as meant from quality_runs r where r.id = $1`,
    [id],
  )
  return row?.meant ?? false
}

/** What each rule was measured as last on these dates. */
export async function earlierValues(
  sql: Reads,
  ruleIds: readonly number[],
  bizdates: readonly string[],
): Promise<{ rule_id: number; bizdate: string; value: number }[]> {
  return await sql.rows(
    `select p.rule_id, p.bizdate::text as bizdate, l.value
     from unnest($1::bigint[], $2::date[]) as p(rule_id, bizdate)
     join lateral (select value from quality_results where rule_id = p.rule_id and bizdate = p.bizdate and value is not null
       order by id desc limit 1) l on true`,
    [ruleIds, bizdates],
  )
}

export type NewQualityResult = {
  readonly ruleId: number
  readonly rule: QualityRule
  readonly status: QualityStatus
  readonly value: number | null
  readonly checked: number | null
  readonly comparisons: readonly Comparison[]
  readonly statement: string
  readonly reason: RunReason | null
  readonly beganAt: Date
  readonly endedAt: Date
}

/** Whether this replica has the run still, which is locked then. */
export async function lockQualityRun(tx: Transaction, id: number, replicaId: string): Promise<boolean> {
  const rows = await tx.rows(
    `select 1 from quality_runs where id = $1 and replica_id = $2 and state = 'running' for update`,
    [id, replicaId],
  )
  return rows.length > 0
}

/** Answers the ids of the results, in their order. */
export async function endQualityRun(
  tx: Transaction,
  run: QualityRunRow,
  end: { readonly status: QualityStatus; readonly hasBlocked: boolean; readonly partition: string | null },
  results: readonly NewQualityResult[],
): Promise<number[]> {
  tx.send(
    `update quality_runs set state = 'ended', status = $2, has_blocked = $3, partition = $4, replica_id = null, ended_at = now() where id = $1`,
    [run.id, end.status, end.hasBlocked, end.partition],
  )
  const rows = await tx.rows<{ id: number }>(
    `insert into quality_results (tenant_id, workspace_id, run_id, monitor_id, rule_id, bizdate, rule, status, value, checked, comparisons, statement, reason,
       began_at, ended_at)
     select $1, $2, $3, $4, n.rule_id, $5, n.rule, n.status, n.value, n.checked, n.comparisons, n.statement, n.reason, n.began_at, n.ended_at
     from unnest($6::bigint[], $7::jsonb[], $8::text[], $9::float8[], $10::float8[], $11::jsonb[], $12::text[], $13::jsonb[], $14::timestamptz[],
       $15::timestamptz[]) with ordinality as n(rule_id, rule, status, value, checked, comparisons, statement, reason, began_at, ended_at, at)
     order by n.at returning id`,
    [
      ...[run.tenant_id, run.workspace_id, run.id, run.monitor_id, run.bizdate],
      results.map((one) => one.ruleId),
      results.map((one) => JSON.stringify(one.rule)),
      results.map((one) => one.status),
      results.map((one) => one.value),
      results.map((one) => one.checked),
      results.map((one) => JSON.stringify(one.comparisons)),
      results.map((one) => one.statement),
      results.map((one) => (one.reason === null ? null : JSON.stringify(one.reason))),
      results.map((one) => one.beganAt),
      results.map((one) => one.endedAt),
    ],
  )
  return rows.map(({ id }) => id)
}

export type WaitingInstanceRow = {
  status: number
  run_number: number
  /** Runs that still hold it up. */
  open: number
}

/** The instance that a run was about, locked, so that of several runs the last one sees that it is. */
export async function lockChecked(tx: Transaction, id: number): Promise<WaitingInstanceRow | null> {
  tx.send('select from instances where id = $1 for update', [id])
  const [row] = await tx.rows<WaitingInstanceRow>(
    `select i.status, i.run_number, (select count(*)::int from quality_runs r where r.instance_id = i.id and r.run_number = i.run_number
       and r.holds_up and r.state <> 'ended') as open
     from instances i where i.id = $1`,
    [id],
  )
  return row ?? null
}

/** What the runs that have this run of an instance fail have found. */
export async function blockingResults(
  tx: Transaction,
  instanceId: number,
  runNumber: number,
): Promise<{ name: string; severity: 'High' | 'Normal'; status: QualityStatus; block_when: string | null }[]> {
  return await tx.rows(
    `select l.rule->>'name' as name, l.rule->>'severity' as severity, l.status, m.block_when
     from quality_runs r join quality_results l on l.run_id = r.id join quality_monitors m on m.id = r.monitor_id
     where r.instance_id = $1 and r.run_number = $2 and r.has_blocked order by l.id`,
    [instanceId, runNumber],
  )
}

/** Behind what its program has written. The instance is locked. */
export function appendCheckLog(tx: Transaction, instanceId: number, runNumber: number, text: string): void {
  tx.send(
    `insert into instance_logs (instance_id, run_number, part, text)
     select $1, $2, coalesce(max(part), 0) + 1, $3 from instance_logs where instance_id = $1 and run_number = $2`,
    [instanceId, runNumber, text],
  )
}

// Reading

export type ListedQualityRunRow = QualityRunRow & {
  monitor_name: string
  state: 'pending' | 'running' | 'ended'
  status: QualityStatus | null
  partition: string | null
  has_blocked: boolean
  counts: Partial<Record<QualityStatus, number>>
  started_by_name: string | null
  created_at: Date
  started_at: Date | null
  ended_at: Date | null
}

const LISTED = `select ${RUN}, m.name as monitor_name, r.state, r.status, r.partition, r.has_blocked, u.display_name as started_by_name, r.created_at,
    r.started_at, r.ended_at, coalesce((select json_object_agg(c.status, c.count) from (
      select status, count(*)::int as count from quality_results where run_id = r.id group by status) c), '{}') as counts
  from quality_runs r join quality_monitors m on m.id = r.monitor_id left join users u on u.id = r.started_by`

export type QualityRunFilter = {
  readonly monitorId?: number | undefined
  readonly instanceId?: number | undefined
  readonly status?: QualityStatus | undefined
  readonly beforeId: number | null
  readonly limit: number
}

/** Newest first. */
export async function qualityRunsOf(
  sql: Reads,
  workspaceId: number,
  filter: QualityRunFilter,
): Promise<ListedQualityRunRow[]> {
  return await sql.rows<ListedQualityRunRow>(
    `${LISTED} where r.workspace_id = $1 and ($2::bigint is null or r.monitor_id = $2) and ($3::bigint is null or r.instance_id = $3)
       and ($4::text is null or r.status = $4) and ($5::bigint is null or r.id < $5) order by r.id desc limit $6`,
    [
      workspaceId,
      filter.monitorId ?? null,
      filter.instanceId ?? null,
      filter.status ?? null,
      filter.beforeId,
      filter.limit,
    ],
  )
}

export async function qualityRunById(sql: Reads, workspaceId: number, id: number): Promise<ListedQualityRunRow | null> {
  const [row] = await sql.rows<ListedQualityRunRow>(`${LISTED} where r.workspace_id = $1 and r.id = $2`, [
    workspaceId,
    id,
  ])
  return row ?? null
}

export type QualityResultRow = {
  id: number
  run_id: number
  monitor_id: number
  rule_id: number
  bizdate: string
  rule: QualityRule
  status: QualityStatus
  value: number | null
  checked: number | null
  comparisons: Comparison[]
  statement: string
  reason: RunReason | null
  began_at: Date
  ended_at: Date
  feedback: { text: string; user_id: number; user_name: string; at: string }[]
}

const RESULT = `select l.id, l.run_id, l.monitor_id, l.rule_id, l.bizdate::text as bizdate, l.rule, l.status, l.value, l.checked, l.comparisons, l.statement,
    l.reason, l.began_at, l.ended_at, coalesce((select json_agg(json_build_object('text', f.text, 'user_id', f.user_id, 'user_name', u.display_name,
      'at', f.at) order by f.id) from quality_feedback f join users u on u.id = f.user_id where f.result_id = l.id), '[]') as feedback
  from quality_results l`

export type QualityResultFilter = {
  readonly monitorId?: number | undefined
  readonly ruleId?: number | undefined
  readonly status?: QualityStatus | undefined
  /** Business dates, both included. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly beforeId: number | null
  readonly limit: number
  readonly offset?: number
}

const FITS = `l.workspace_id = $1 and ($2::bigint is null or l.rule_id = $2) and ($3::bigint is null or l.monitor_id = $3)
  and ($4::text is null or l.status = $4) and ($5::date is null or l.bizdate >= $5) and ($6::date is null or l.bizdate <= $6)`
const fitting = (workspaceId: number, filter: Omit<QualityResultFilter, 'beforeId' | 'limit' | 'offset'>) => [
  ...[workspaceId, filter.ruleId ?? null, filter.monitorId ?? null, filter.status ?? null],
  ...[filter.from ?? null, filter.to ?? null],
]

/** Newest first. */
export async function qualityResultsOf(
  sql: Reads,
  workspaceId: number,
  filter: QualityResultFilter,
): Promise<QualityResultRow[]> {
  return await sql.rows<QualityResultRow>(
    `${RESULT} where ${FITS} and ($7::bigint is null or l.id < $7) order by l.id desc limit $8 offset $9`,
    [...fitting(workspaceId, filter), filter.beforeId, filter.limit, filter.offset ?? 0],
  )
}

export async function countQualityResults(
  sql: Reads,
  workspaceId: number,
  filter: Omit<QualityResultFilter, 'beforeId' | 'limit' | 'offset'>,
): Promise<number> {
  const [row] = await sql.rows<{ count: number }>(
    `select count(*) as count from quality_results l where ${FITS}`,
    fitting(workspaceId, filter),
  )
  return row!.count
}

export async function resultsOfRun(sql: Reads, runId: number): Promise<QualityResultRow[]> {
  return await sql.rows<QualityResultRow>(`${RESULT} where l.run_id = $1 order by l.id`, [runId])
}

export async function qualityResultById(sql: Reads, workspaceId: number, id: number): Promise<QualityResultRow | null> {
  const [row] = await sql.rows<QualityResultRow>(`${RESULT} where l.workspace_id = $1 and l.id = $2`, [workspaceId, id])
  return row ?? null
}

export type QualityPointRow = {
  id: number
  bizdate: string
  ended_at: Date
  status: QualityStatus
  value: number | null
}

/** Of the last so many days before today, by business date; of several results of one the newest. */
export async function historyOf(sql: Reads, ruleId: number, days: number): Promise<QualityPointRow[]> {
  return await sql.rows<QualityPointRow>(
    `select distinct on (bizdate) id, bizdate::text as bizdate, ended_at, status, value from quality_results
     where rule_id = $1 and bizdate > current_date - $2::int - 1 order by bizdate, id desc`,
    [ruleId, days],
  )
}

export async function insertFeedback(tx: Transaction, resultId: number, text: string, userId: number): Promise<void> {
  await tx.rows('insert into quality_feedback (result_id, text, user_id) values ($1, $2, $3)', [resultId, text, userId])
}

export async function countFeedback(tx: Transaction, resultId: number): Promise<number> {
  const [row] = await tx.rows<{ count: number }>(
    'with locked as (select id from quality_results where id = $1 for no key update) select count(*) as count from quality_feedback f, locked where f.result_id = locked.id',
    [resultId],
  )
  return row!.count
}

/** Also of one that is deleted. */
export async function targetOfRule(
  sql: Reads,
  id: number,
): Promise<{ data_source: string | null; schema_name: string | null; table_name: string }> {
  const [row] = await sql.rows<{ data_source: string | null; schema_name: string | null; table_name: string }>(
    'select data_source, schema_name, table_name from quality_rules where id = $1',
    [id],
  )
  return row!
}

/** How many runs of a monitor that somebody has asked for have not ended. */
export async function openByHand(sql: Reads, monitorId: number): Promise<number> {
  const [row] = await sql.rows<{ count: number }>(
    `select count(*) as count from quality_runs where monitor_id = $1 and instance_id is null and state <> 'ended'`,
    [monitorId],
  )
  return row!.count
}

/** With their results and what was said of them. Only the oldest are looked at, so many at a time. */
export async function deleteOldQualityRuns(sql: Reads, days: number): Promise<void> {
  await sql.rows(
    `with oldest as (select id, state, created_at from quality_runs order by id limit 10000)
     delete from quality_runs where id in (select id from oldest where state = 'ended' and created_at < now() - make_interval(days => $1))`,
    [days],
  )
}
