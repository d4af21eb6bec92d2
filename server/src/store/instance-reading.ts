/** Reading instances and the runs they belong to. What is written about them is elsewhere (instances.ts). */
import type { NodeDefinition, Recurrence, RerunMode } from '@holdpoint/core'
import type { Sql } from './database.ts'
import type { Environment } from './nodes.ts'
import { type Order, orderOf } from './order.ts'

export type InstanceListRow = {
  id: number
  tenant_id: number
  workspace_id: number
  environment: Environment
  node_id: number
  node_name: string
  program_type: string
  is_root: boolean
  owner_id: number | null
  owner_name: string | null
  rerun_mode: RerunMode
  node_version: number
  dag_id: number
  backfill_id: number | null
  kind: number
  /** yyyy-mm-dd */
  bizdate: string
  period_number: number
  cycle_at: Date
  due_at: Date
  status: number
  task_type: number
  frozen: boolean
  priority: number
  /** Its identifier. */
  resource_group: string | null
  run_number: number
  retries: number
  wait_time_at: Date | null
  wait_resource_at: Date | null
  started_at: Date | null
  finished_at: Date | null
  created_at: Date
  modified_at: Date
}

const COLUMNS = `i.id, i.tenant_id, i.workspace_id, i.environment, i.node_id, n.name as node_name, n.program_type, n.is_root, n.owner_id,
  u.display_name as owner_name, coalesce(v.definition->>'rerunMode', 'all-allowed') as rerun_mode, i.node_version, i.dag_id, d.backfill_id, i.kind, i.bizdate::text as bizdate, i.period_number,
  i.cycle_at, i.due_at, i.status, i.task_type, i.frozen, i.priority,
  (select identifier from resource_groups where id = i.resource_group_id) as resource_group, i.run_number, i.retries, i.wait_time_at, i.wait_resource_at, i.started_at,
  i.finished_at, i.created_at, i.modified_at`
const JOINS = `join nodes n on n.id = i.node_id join dags d on d.id = i.dag_id
  left join node_versions v on v.node_id = i.node_id and v.version = i.node_version left join users u on u.id = n.owner_id`

const RECURRENCE = `case when i.frozen or i.task_type = 2 then 'pause' when i.task_type = 3 then 'skip' else 'normal' end`

const MOST_LOG = 1 << 20

export type InstanceFilter = {
  readonly workspaceId: number
  readonly environment: Environment
  readonly bizdateFrom?: string | undefined
  readonly bizdateTo?: string | undefined
  /** Numbers of statuses. */
  readonly statuses?: readonly number[] | undefined
  readonly kind?: number | undefined
  readonly frozen?: boolean | undefined
  /** Part of the node's name. */
  readonly name?: string | undefined
  readonly id?: number | undefined
  readonly ids?: readonly number[] | undefined
  readonly nodeId?: number | undefined
  readonly nodeIds?: readonly number[] | undefined
  readonly programType?: string | undefined
  /** As the schedule or somebody means it to run; what is frozen is paused. */
  readonly recurrence?: Recurrence | undefined
  /** Whether somebody ran its manual node. */
  readonly isManual?: boolean | undefined
  /** Its identifier. */
  readonly resourceGroup?: string | undefined
  readonly during?: readonly During[] | undefined
  readonly dagId?: number | undefined
  readonly backfillId?: number | undefined
  readonly ownerId?: number | undefined
}

export type Moment = 'created_at' | 'started_at' | 'finished_at'

/** Moments between two others, both included, in milliseconds since 1970. */
export type During = { readonly of: Moment; readonly fromMs: number | null; readonly toMs: number | null }

/** Where a page goes on: after the instance with this business date and id. */
export type InstanceCursor = { readonly bizdate: string; readonly id: number }

/** Newest business date first, and the newest of it, unless asked otherwise. Runs are read one by one through their own index, each of one business date. */
export async function instancesOf(
  sql: Pick<Sql, 'rows'>,
  filter: InstanceFilter,
  page: {
    readonly after: InstanceCursor | null
    readonly limit: number
    readonly offset?: number
    readonly order?: Order<'id' | 'cycle_at' | Moment>
  },
): Promise<InstanceListRow[]> {
  const values: unknown[] = []
  const put = (value: unknown) => `$${values.push(value)}`
  const { where, runs } = conditions(filter, put)
  if (page.after !== null)
    where.push(`(i.bizdate, i.id) < (${put(page.after.bizdate)}::date, ${put(page.after.id)}::bigint)`)
  const offset = page.offset ?? 0
  const limit = put(page.limit)
  const ordered = (table: string) =>
    page.order === undefined
      ? `${table}.bizdate desc, ${table}.id desc`
      : orderOf(page.order, (column) => `${table}.${column}`)
  // One that is looked for by its node alone is found by the node's index; the date comes first in every other.
  return await sql.rows<InstanceListRow>(
    runs === null
      ? `select ${COLUMNS} from instances i ${JOINS} where ${where.join(' and ')} order by ${ordered('i')} limit ${limit} offset ${put(offset)}`
      : `select found.* from (${runs}) r
         cross join lateral (select ${COLUMNS} from instances i ${JOINS} where i.dag_id = r.id and ${where.join(' and ')} order by ${ordered('i')} limit ${put(page.limit + offset)}) found
         order by ${ordered('found')} limit ${limit} offset ${put(offset)}`,
    values,
  )
}

/** How many there are, up to a hundred thousand. */
export async function countInstances(sql: Pick<Sql, 'rows'>, filter: InstanceFilter): Promise<number> {
  const values: unknown[] = []
  const { where, runs } = conditions(filter, (value) => `$${values.push(value)}`)
  if (runs !== null) where.push(`i.dag_id in (${runs})`)
  const [row] = await sql.rows<{ count: number }>(
    `select count(*) as count from (select 1 from instances i join nodes n on n.id = i.node_id where ${where.join(' and ')} limit 100000) counted`,
    values,
  )
  return row!.count
}

function conditions(filter: InstanceFilter, put: (value: unknown) => string) {
  const where = [`i.workspace_id = ${put(filter.workspaceId)}`, `i.environment = ${put(filter.environment)}`]
  const runs =
    filter.dagId !== undefined
      ? `select ${put(filter.dagId)}::bigint as id`
      : filter.backfillId !== undefined
        ? `select id from dags where backfill_id = ${put(filter.backfillId)}`
        : null
  // Of a run and a backfill at once: the run is looked for, and must be of the backfill.
  if (filter.dagId !== undefined && filter.backfillId !== undefined)
    where.push(`exists (select from dags x where x.id = i.dag_id and x.backfill_id = ${put(filter.backfillId)})`)
  if (filter.nodeId !== undefined) where.push(`i.node_id = ${put(filter.nodeId)}`)
  if (filter.bizdateFrom !== undefined) where.push(`i.bizdate >= ${put(filter.bizdateFrom)}::date`)
  if (filter.bizdateTo !== undefined) where.push(`i.bizdate <= ${put(filter.bizdateTo)}::date`)
  if (filter.statuses !== undefined) where.push(`i.status = any(${put(filter.statuses)}::smallint[])`)
  if (filter.kind !== undefined) where.push(`i.kind = ${put(filter.kind)}`)
  if (filter.frozen !== undefined) where.push(`i.frozen = ${put(filter.frozen)}`)
  if (filter.name !== undefined) where.push(`n.name ilike '%' || ${put(filter.name.replace(/[\\%_]/g, '\\$&'))} || '%'`)
  if (filter.ownerId !== undefined) where.push(`n.owner_id = ${put(filter.ownerId)}`)
  if (filter.id !== undefined) where.push(`i.id = ${put(filter.id)}`)
  if (filter.ids !== undefined) where.push(`i.id = any(${put(filter.ids)}::bigint[])`)
  if (filter.nodeIds !== undefined) where.push(`i.node_id = any(${put(filter.nodeIds)}::bigint[])`)
  if (filter.programType !== undefined) where.push(`n.program_type = ${put(filter.programType)}`)
  if (filter.recurrence !== undefined) where.push(`${RECURRENCE} = ${put(filter.recurrence)}`)
  if (filter.isManual !== undefined) where.push(`(i.kind = 1) = ${put(filter.isManual)}`)
  if (filter.resourceGroup !== undefined)
    where.push(
      `i.resource_group_id = (select id from resource_groups g where g.tenant_id = i.tenant_id and g.identifier = ${put(filter.resourceGroup)})`,
    )
  for (const { of, fromMs, toMs } of filter.during ?? []) {
    if (fromMs !== null) where.push(`i.${of} >= to_timestamp(${put(fromMs)}::float8 / 1000)`)
    if (toMs !== null) where.push(`i.${of} <= to_timestamp(${put(toMs)}::float8 / 1000)`)
  }
  return { where, runs }
}

export async function instancesByIds(sql: Pick<Sql, 'rows'>, ids: readonly number[]): Promise<InstanceListRow[]> {
  return await sql.rows<InstanceListRow>(
    `select ${COLUMNS} from instances i ${JOINS} where i.id = any($1) order by i.id`,
    [ids],
  )
}

export type InstanceProgram = {
  id: number
  /** Without what it runs; null where the version is gone. */
  definition: Omit<NodeDefinition, 'script'> | null
  /** Instead of the node's own, where whoever made the run gave it some. */
  given_parameters: string | null
  /** Who made the run. */
  created_by: number | null
}

/** What these instances run and for whom, beside what lists show. */
export async function programsOf(
  sql: Pick<Sql, 'rows'>,
  ids: readonly number[],
): Promise<ReadonlyMap<number, InstanceProgram>> {
  const rows = await sql.rows<InstanceProgram>(
    `select i.id, v.definition - 'script' as definition, d.parameters->>i.node_id::text as given_parameters, d.created_by
     from instances i join dags d on d.id = i.dag_id
     left join node_versions v on v.node_id = i.node_id and v.version = i.node_version where i.id = any($1)`,
    [ids],
  )
  return new Map(rows.map((row) => [row.id, row]))
}

export type InstanceDetailRow = InstanceListRow & {
  definition: NodeDefinition
  awaits_turn: boolean
  has_work: boolean
  is_ending: boolean
  resource_group_id: number
  resource_group_name: string | null
  slots: number
  slots_taken: number
  dag_name: string
  dag_status: number
  dag_paused: boolean
  dag_outside_window: boolean
  /** Instead of the node's own, where whoever made the run gave it some. */
  given_parameters: string | null
  upstream_count: number
  upstream_waiting_count: number
  downstream_count: number
  now: Date
}

export async function instanceById(
  sql: Pick<Sql, 'rows'>,
  workspaceId: number,
  id: number,
): Promise<InstanceDetailRow | null> {
  const [row] = await sql.rows<InstanceDetailRow>(
    `select ${COLUMNS}, coalesce(v.definition, n.definition) as definition, i.awaits_turn, i.has_work,
       i.replica_id is not null and i.status not in (4, 7, 8) as is_ending, i.resource_group_id, g.name as resource_group_name,
       coalesce(g.slots, 0) as slots,
       (select count(*) from instances o where o.replica_id is not null and o.resource_group_id = i.resource_group_id) as slots_taken,
       d.name as dag_name, d.status as dag_status, d.paused as dag_paused, d.outside_window as dag_outside_window,
       d.parameters->>i.node_id::text as given_parameters,
       (select count(*) from instance_edges e where e.to_id = i.id) as upstream_count,
       (select count(*) from instance_edges e join instances o on o.id = e.from_id where e.to_id = i.id and o.status <> 6) as upstream_waiting_count,
       (select count(*) from instance_edges e where e.from_id = i.id) as downstream_count, now() as now
     from instances i ${JOINS} left join resource_groups g on g.id = i.resource_group_id
     where i.id = $1 and i.workspace_id = $2`,
    [id, workspaceId],
  )
  return row ?? null
}

/** A page of the instances that this one waits for directly, or that wait for it, and how many there are. */
export async function relativesPage(
  sql: Pick<Sql, 'rows'>,
  id: number,
  side: 'upstream' | 'downstream',
  page: { readonly offset: number; readonly limit: number },
): Promise<{ readonly rows: readonly InstanceListRow[]; readonly count: number }> {
  const [here, there] = side === 'upstream' ? ['to_id', 'from_id'] : ['from_id', 'to_id']
  const rows = await sql.rows<InstanceListRow>(
    `select ${COLUMNS} from (select ${there} as id from instance_edges where ${here} = $1 order by ${there} limit $2 offset $3) e
     join instances i on i.id = e.id ${JOINS} order by i.id`,
    [id, page.limit, page.offset],
  )
  const [counted] = await sql.rows<{ count: number }>(
    `select count(*) as count from instance_edges where ${here} = $1`,
    [id],
  )
  return { rows, count: counted!.count }
}

export type InstanceRelativeRow = Pick<
  InstanceListRow,
  | 'id'
  | 'node_id'
  | 'node_name'
  | 'program_type'
  | 'workspace_id'
  | 'bizdate'
  | 'period_number'
  | 'cycle_at'
  | 'status'
  | 'task_type'
  | 'frozen'
>
const RELATIVE = `i.id, i.node_id, n.name as node_name, n.program_type, i.workspace_id, i.bizdate::text as bizdate, i.period_number, i.cycle_at, i.status, i.task_type, i.frozen`

/** The instances that this one waits for directly, or that wait for it. */
export async function instanceRelatives(
  sql: Pick<Sql, 'rows'>,
  id: number,
  side: 'upstream' | 'downstream',
  limit: number,
): Promise<InstanceRelativeRow[]> {
  const [here, there] = side === 'upstream' ? ['to_id', 'from_id'] : ['from_id', 'to_id']
  return await sql.rows<InstanceRelativeRow>(
    `select ${RELATIVE} from (select ${there} as id from instance_edges where ${here} = $1 order by ${there} limit $2) e
     join instances i on i.id = e.id join nodes n on n.id = i.node_id order by i.id`,
    [id, limit],
  )
}

export async function instanceRelativesByIds(
  sql: Pick<Sql, 'rows'>,
  ids: readonly number[],
): Promise<InstanceRelativeRow[]> {
  return await sql.rows<InstanceRelativeRow>(
    `select ${RELATIVE} from instances i join nodes n on n.id = i.node_id where i.id = any($1) order by i.id`,
    [ids],
  )
}

export type InstanceRunRow = {
  run_number: number
  started_at: Date
  finished_at: Date | null
  status: number
  reason: { code: string; details: Record<string, unknown> } | null
}

/** The latest first. */
export async function instanceRuns(sql: Pick<Sql, 'rows'>, id: number, limit: number): Promise<InstanceRunRow[]> {
  return await sql.rows<InstanceRunRow>(
    `select run_number, started_at, finished_at, status, reason from instance_runs where instance_id = $1 order by run_number desc limit $2`,
    [id, limit],
  )
}

/** Which run of an instance a log is read of: this one, or the latest; number 0 where nothing has run. No row where there is no such instance. */
export async function instanceRun(
  sql: Pick<Sql, 'rows'>,
  workspaceId: number,
  id: number,
  runNumber: number | null,
): Promise<{ run_number: number; running: boolean }[]> {
  return await sql.rows(
    `select coalesce($3, i.run_number) as run_number,
       (r.finished_at is null and r.run_number = i.run_number and (i.status in (4, 7, 8) or i.replica_id is not null)) is true as running
     from instances i left join instance_runs r on r.instance_id = i.id and r.run_number = coalesce($3, i.run_number)
     where i.id = $1 and i.workspace_id = $2`,
    [id, workspaceId, runNumber],
  )
}

export type LogPartRow = { part: number; text: string }

/** Parts of a run's log after one, as long as they fit. */
export async function logParts(
  sql: Pick<Sql, 'rows'>,
  id: number,
  runNumber: number,
  after: number,
  limit: number,
): Promise<LogPartRow[]> {
  return await sql.rows<LogPartRow>(
    'select part, text from instance_logs where instance_id = $1 and run_number = $2 and part > $3 order by part limit $4',
    [id, runNumber, after, limit],
  )
}

/** The end of what a run has written, at most a mebibyte. */
export async function logEnd(sql: Pick<Sql, 'rows'>, id: number, runNumber: number): Promise<string> {
  const rows = await sql.rows<{ text: string }>(
    `select text from (select part, text, sum(length(text)) over (order by part desc) as length from instance_logs
       where instance_id = $1 and run_number = $2) parts where length - length(text) < $3 order by part`,
    [id, runNumber, MOST_LOG],
  )
  return rows
    .map((row) => row.text)
    .join('')
    .slice(-MOST_LOG)
}

// Runs of many

export type DagRow = {
  id: number
  workspace_id: number
  environment: Environment
  kind: number
  name: string
  bizdate: string
  backfill_id: number | null
  line: number | null
  position: number | null
  status: number
  paused: boolean
  outside_window: boolean
  created_by: number | null
  created_by_name: string | null
  created_at: Date
  started_at: Date | null
  finished_at: Date | null
}
const DAG = `select d.id, d.workspace_id, d.environment, d.kind, d.name, d.bizdate::text as bizdate, d.backfill_id, d.line, d.position, d.status, d.paused,
    d.outside_window, d.created_by, u.display_name as created_by_name, d.created_at, d.started_at, d.finished_at
  from dags d left join users u on u.id = d.created_by`

export type DagFilter = {
  readonly workspaceId: number
  readonly environment: Environment
  readonly kind?: number | undefined
  readonly status?: number | undefined
  readonly bizdateFrom?: string | undefined
  readonly bizdateTo?: string | undefined
  readonly backfillId?: number | undefined
  readonly ids?: readonly number[] | undefined
  /** Part of it. */
  readonly name?: string | undefined
  readonly createdBy?: number | undefined
}

/** Newest first, unless asked otherwise. */
export async function dagsOf(
  sql: Pick<Sql, 'rows'>,
  filter: DagFilter,
  page: {
    readonly before: number | null
    readonly limit: number
    readonly offset?: number
    readonly order?: Order<'id' | Moment>
  },
): Promise<DagRow[]> {
  const values: unknown[] = []
  const put = (value: unknown) => `$${values.push(value)}`
  const where = dagConditions(filter, put)
  if (page.before !== null) where.push(`d.id < ${put(page.before)}`)
  const order = orderOf(page.order ?? { by: 'id', isDescending: true }, (column) => `d.${column}`)
  return await sql.rows<DagRow>(
    `${DAG} where ${where.join(' and ')} order by ${order} limit ${put(page.limit)} offset ${put(page.offset ?? 0)}`,
    values,
  )
}

export async function countDags(sql: Pick<Sql, 'rows'>, filter: DagFilter): Promise<number> {
  const values: unknown[] = []
  const where = dagConditions(filter, (value) => `$${values.push(value)}`)
  const [row] = await sql.rows<{ count: number }>(
    `select count(*) as count from dags d where ${where.join(' and ')}`,
    values,
  )
  return row!.count
}

function dagConditions(filter: DagFilter, put: (value: unknown) => string): string[] {
  const where = [`d.workspace_id = ${put(filter.workspaceId)}`, `d.environment = ${put(filter.environment)}`]
  if (filter.kind !== undefined) where.push(`d.kind = ${put(filter.kind)}`)
  if (filter.status !== undefined) where.push(`d.status = ${put(filter.status)}`)
  if (filter.bizdateFrom !== undefined) where.push(`d.bizdate >= ${put(filter.bizdateFrom)}::date`)
  if (filter.bizdateTo !== undefined) where.push(`d.bizdate <= ${put(filter.bizdateTo)}::date`)
  if (filter.backfillId !== undefined) where.push(`d.backfill_id = ${put(filter.backfillId)}`)
  if (filter.ids !== undefined) where.push(`d.id = any(${put(filter.ids)}::bigint[])`)
  if (filter.name !== undefined) where.push(`d.name ilike '%' || ${put(filter.name.replace(/[\\%_]/g, '\\$&'))} || '%'`)
  if (filter.createdBy !== undefined) where.push(`d.created_by = ${put(filter.createdBy)}`)
  return where
}

export async function dagById(sql: Pick<Sql, 'rows'>, workspaceId: number, id: number): Promise<DagRow | null> {
  const [row] = await sql.rows<DagRow>(`${DAG} where d.id = $1 and d.workspace_id = $2`, [id, workspaceId])
  return row ?? null
}

/** How many instances of a run are in which status, and how many of these are frozen. */
export async function dagCounts(
  sql: Pick<Sql, 'rows'>,
  id: number,
): Promise<{ status: number; count: number; frozen: number }[]> {
  return await sql.rows(
    `select status, count(*) as count, count(*) filter (where frozen) as frozen from instances where dag_id = $1 group by status order by status`,
    [id],
  )
}

export type StatusCountRow = { dag_id: number; status: number; frozen: boolean; count: number }

/** The same of several runs at once, each counted as far as one beyond this many. */
export async function progressOfDags(
  sql: Pick<Sql, 'rows'>,
  ids: readonly number[],
  mostCounted: number,
): Promise<StatusCountRow[]> {
  return await sql.rows<StatusCountRow>(
    `select d.id as dag_id, i.status, i.frozen, count(*) as count from unnest($1::bigint[]) as d(id)
     cross join lateral (select status, frozen from instances where dag_id = d.id limit $2) i group by d.id, i.status, i.frozen`,
    [ids, mostCounted + 1],
  )
}
