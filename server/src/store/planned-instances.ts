/**
 * Making instances in bulk: nodes, dependencies and ids stay in the database, in tables of the session that are emptied with the commit; only
 * what schedules there are and how periods wait for each other goes out and in. What is held in memory does not grow with the number of nodes.
 */
import type { Sql, Transaction } from './database.ts'
import type { Environment } from './nodes.ts'

const TABLES = [
  // Every node that has instances made (chosen), and those beyond that such a node waits for.
  `create temp table if not exists planned_nodes (node_id bigint primary key, workspace_id bigint, version integer, schedule integer, priority smallint,
     resource_group_id bigint, task_type smallint, has_work boolean, chosen boolean) on commit delete rows`,
  // kinds: 1 within the cycle, 2 on the cycle before, 3 both.
  `create temp table if not exists planned_edges (from_id bigint, to_id bigint, kinds smallint) on commit delete rows`,
  `create temp table if not exists planned_runs (schedule integer, period smallint, cycle_at timestamptz, task_type smallint) on commit delete rows`,
  `create temp table if not exists planned_shapes (schedule integer primary key, runs smallint, made smallint, last smallint, waits_for_itself boolean) on commit delete rows`,
  // Which periods of two nodes wait for each other; from 0 is the last of a day before.
  `create temp table if not exists planned_wiring (wiring integer, from_period smallint, to_period smallint) on commit delete rows`,
  `create temp table if not exists planned_wires (from_id bigint, to_id bigint, wiring integer) on commit delete rows`,
  `create temp table if not exists planned_day (node_id bigint primary key, first_id bigint, runs smallint, made smallint, last smallint) on commit delete rows`,
  `create temp table if not exists planned_before (node_id bigint primary key, last_id bigint) on commit delete rows`,
  `create temp table if not exists planned_upstream (node_id bigint, period smallint, id bigint) on commit delete rows`,
  `create temp table if not exists planned_dags (workspace_id bigint primary key, dag_id bigint) on commit delete rows`,
]

/** The statements read much of large tables, and the plans of one plan are wrong for the next. */
const SETTINGS = [
  `set local enable_hashjoin = on`,
  `set local enable_mergejoin = on`,
  `set local enable_seqscan = on`,
  `set local plan_cache_mode = force_custom_plan`,
  `set local work_mem = '64MB'`,
  // A day of a million instances is one statement.
  `set local statement_timeout = '30min'`,
]

const EMPTY = `truncate planned_nodes, planned_edges, planned_runs, planned_shapes, planned_wiring, planned_wires, planned_day, planned_before,
  planned_upstream, planned_dags`

export type PlannedNodes = {
  readonly tenantId: number
  readonly environment: Environment
  readonly nodeIds: readonly number[]
  readonly dryRun: readonly boolean[]
  readonly kind: number
  readonly priority: number | null
  readonly resourceGroupId: number | null
  readonly typesWithoutWork: readonly string[]
}

export type ScheduleRow = {
  schedule: number
  cron: string | null
  timezone: string | null
  start_at: string | null
  end_at: string | null
  waits_for_itself: boolean
  is_manual: boolean
  /** Whether these are nodes that have instances made, or such as they wait for. */
  chosen: boolean
  node_count: number
}

const SCHEDULE = `n.cron, n.definition->>'timezone' as timezone, n.definition->>'startAt' as start_at, n.definition->>'endAt' as end_at,
  coalesce((n.definition #>> '{crossCycle,self}')::boolean, false) as waits_for_itself, n.trigger = 'manual' as is_manual`

/** How many nodes there are of each schedule; nodes that are not published are left out. */
export async function schedulesOf(
  sql: Pick<Sql, 'rows'>,
  { tenantId, environment, nodeIds }: Pick<PlannedNodes, 'tenantId' | 'environment' | 'nodeIds'>,
): Promise<ScheduleRow[]> {
  return await sql.rows<ScheduleRow>(
    `select row_number() over () as schedule, true as chosen, s.* from (
       select s.cron, s.timezone, s.start_at, s.end_at, s.waits_for_itself, s.is_manual, count(*) as node_count
       from (select distinct id from unnest($3::bigint[]) as w(id)) w
       join lateral (select ${SCHEDULE} from nodes n
         where n.id = w.id and n.tenant_id = $1 and n.environment = $2 and n.unpublished_at is null offset 0) s on true
       group by 1, 2, 3, 4, 5, 6) s`,
    [tenantId, environment, nodeIds],
  )
}

/** Reads the nodes with what they wait for, and answers their schedules. Nodes that are not published are left out. */
export async function planNodes(tx: Transaction, plan: PlannedNodes): Promise<ScheduleRow[]> {
  for (const setting of SETTINGS) tx.send(setting)
  for (const table of TABLES) tx.send(table)
  tx.send(EMPTY)
  // Nobody unpublishes or imports meanwhile: nodes and dependencies are of one moment, and no instance is made of a node that is just going.
  tx.send('select pg_advisory_xact_lock_shared(hashtextextended($1, 0))', [
    `graph ${plan.tenantId} ${plan.environment}`,
  ])
  // Instances of the schedule wait for what is there already as well, whoever made it.
  const beyond = plan.kind === 0
  tx.send(
    `with chosen as materialized (
       select n.id, bool_or(w.dry_run) as dry_run from unnest($3::bigint[], $4::boolean[]) as w(id, dry_run)
       join nodes n on n.id = w.id and n.tenant_id = $1 and n.environment = $2 and n.unpublished_at is null group by n.id
     ), every as (
       select id, dry_run, true as chosen from chosen
       union all
       select distinct b.id, false, false from (
         select o.node_id as id from chosen c join node_inputs i on i.node_id = c.id
           join node_outputs o on o.tenant_id = i.tenant_id and o.environment = i.environment and o.output = i.output
         union all
         select i.node_id from chosen c join nodes n on n.id = c.id and n.definition @> '{"crossCycle":{"children":true}}'
           join node_outputs o on o.node_id = c.id
           join node_inputs i on i.tenant_id = o.tenant_id and i.environment = o.environment and i.output = o.output and i.type = 'normal'
       ) b where $5 and not exists (select from chosen c where c.id = b.id)
     ), described as (
       select n.id, n.workspace_id, n.version, n.priority, n.recurrence, n.program_type, e.dry_run, e.chosen,
         n.definition->>'resourceGroup' as resource_group, ${SCHEDULE}
       from every e join nodes n on n.id = e.id
     )
     insert into planned_nodes
     select d.id, d.workspace_id, d.version, dense_rank() over (order by d.cron, d.timezone, d.start_at, d.end_at, d.waits_for_itself, d.is_manual, d.chosen),
       coalesce($6::smallint, d.priority), coalesce($7::bigint, g.id, f.id), t.task_type,
       t.task_type <> 3 and not upper(d.program_type) = any($8::text[]), d.chosen
     from described d
     cross join lateral (select case when d.dry_run then 3 when $9::int in (1, 5) then 1 when $9::int not in (0, 3) then 0
       when d.recurrence = 'pause' then 2 when d.recurrence = 'skip' then 3 else 0 end as task_type) t
     left join resource_groups g on g.tenant_id = $1 and g.identifier = d.resource_group
     left join resource_groups f on f.tenant_id = $1 and f.is_default
     order by d.id`,
    [
      plan.tenantId,
      plan.environment,
      plan.nodeIds,
      plan.dryRun,
      beyond,
      plan.priority,
      plan.resourceGroupId,
      plan.typesWithoutWork,
      plan.kind,
    ],
  )
  tx.send('analyze planned_nodes')
  tx.send(
    `insert into planned_edges
     select from_id, to_id, bit_or(kind) from (
       select o.node_id as from_id, i.node_id as to_id, (case i.type when 'normal' then 1 else 2 end)::smallint as kind
       from planned_nodes c join node_inputs i on i.node_id = c.node_id
       join node_outputs o on o.tenant_id = i.tenant_id and o.environment = i.environment and o.output = i.output
       join planned_nodes p on p.node_id = o.node_id
       where c.chosen and o.node_id <> i.node_id
       union all
       select c.node_id, c.node_id, 2::smallint from planned_nodes c join nodes n on n.id = c.node_id
       where c.chosen and n.definition @> '{"crossCycle":{"self":true}}'
       union all
       select i.node_id, o.node_id, 2::smallint
       from planned_nodes c join nodes n on n.id = c.node_id and n.definition @> '{"crossCycle":{"children":true}}'
       join node_outputs o on o.node_id = c.node_id
       join node_inputs i on i.tenant_id = o.tenant_id and i.environment = o.environment and i.output = o.output and i.type = 'normal'
       join planned_nodes p on p.node_id = i.node_id
       where c.chosen and o.node_id <> i.node_id
     ) e group by 1, 2`,
  )
  tx.send('analyze planned_edges')
  return await tx.rows<ScheduleRow>(
    `select p.schedule, p.chosen, p.node_count, ${SCHEDULE}
     from (select schedule, chosen, min(node_id) as node_id, count(*) as node_count from planned_nodes group by schedule, chosen) p
     join nodes n on n.id = p.node_id order by p.schedule`,
  )
}

export type ScheduleDay = {
  readonly schedule: number
  readonly waitsForItself: boolean
  /** Its periods on the day, in order: when each runs, and with what task type; 0 leaves that to the node, null makes no instance. */
  readonly periods: readonly { readonly at: number; readonly taskType: 0 | 5 | 7 | null }[]
}

/** Says when the schedules run on the day that comes next. */
export function planRuns(tx: Transaction, days: readonly ScheduleDay[]): void {
  tx.send('truncate planned_runs, planned_shapes')
  tx.send(
    `insert into planned_runs select * from unnest($1::integer[], $2::smallint[], $3::timestamptz[], $4::smallint[])`,
    [
      days.flatMap(({ schedule, periods }) => periods.map(() => schedule)),
      days.flatMap(({ periods }) => periods.map((_, at) => at + 1)),
      days.flatMap(({ periods }) => periods.map(({ at }) => new Date(at).toISOString())),
      days.flatMap(({ periods }) => periods.map(({ taskType }) => taskType)),
    ],
  )
  tx.send(
    `insert into planned_shapes select * from unnest($1::integer[], $2::smallint[], $3::smallint[], $4::smallint[], $5::boolean[])`,
    [
      days.map(({ schedule }) => schedule),
      days.map(({ periods }) => periods.length),
      days.map(({ periods }) => periods.filter(({ taskType }) => taskType !== null).length),
      days.map(({ periods }) => periods.findLastIndex(({ taskType }) => taskType !== null) + 1),
      days.map(({ waitsForItself }) => waitsForItself),
    ],
  )
  tx.send('analyze planned_runs')
  tx.send('analyze planned_shapes')
}

/**
 * The schedule of a node counts in how its periods wait for others only where it runs more than once a day, or has to be held against one that
 * does and waits for itself: 0 stands for all others. So there are few pairs, however many crons.
 */
const SHAPES = `planned_edges e
  join planned_nodes fn on fn.node_id = e.from_id join planned_shapes fs on fs.schedule = fn.schedule
  join planned_nodes tn on tn.node_id = e.to_id join planned_shapes ts on ts.schedule = tn.schedule
  cross join lateral (select case when fs.runs > 1 then fn.schedule else 0 end as from_shape,
    case when ts.runs > 1 or (fs.runs > 1 and fs.waits_for_itself) then tn.schedule else 0 end as to_shape) s
  where fs.runs > 0 and ts.runs > 0`

export type ShapePair = { from_shape: number; to_shape: number; kinds: number }

export async function shapePairs(tx: Transaction): Promise<ShapePair[]> {
  return await tx.rows<ShapePair>(`select distinct s.from_shape, s.to_shape, e.kinds from ${SHAPES}`)
}

export type Wiring = ShapePair & { readonly wires: readonly { readonly from: number; readonly to: number }[] }

/** Says which periods wait for which on this day and on all that are like it. */
export function planWiring(tx: Transaction, wirings: readonly Wiring[]): void {
  tx.send('truncate planned_wiring, planned_wires')
  tx.send(`insert into planned_wiring select * from unnest($1::integer[], $2::smallint[], $3::smallint[])`, [
    wirings.flatMap(({ wires }, at) => wires.map(() => at)),
    wirings.flatMap(({ wires }) => wires.map(({ from }) => from)),
    wirings.flatMap(({ wires }) => wires.map(({ to }) => to)),
  ])
  tx.send(
    `insert into planned_wires select e.from_id, e.to_id, w.wiring
     from ${SHAPES.replace(
       'where',
       `join unnest($1::integer[], $2::integer[], $3::integer[], $4::smallint[]) as w(wiring, from_shape, to_shape, kinds)
       on w.from_shape = s.from_shape and w.to_shape = s.to_shape and w.kinds = e.kinds where`,
     )}`,
    [
      wirings.map((_, at) => at),
      wirings.map((one) => one.from_shape),
      wirings.map((one) => one.to_shape),
      wirings.map((one) => one.kinds),
    ],
  )
  tx.send('analyze planned_wiring')
  tx.send('analyze planned_wires')
}

const ID_LOCK = 4_180_026

/**
 * Draws consecutive ids for all periods of the day, each node's one after the other, and answers how many instances there will be. Where a period
 * has no instance its id is left out.
 */
export async function planDay(
  tx: Transaction,
  bizdate: string,
  isScheduled: boolean,
  keepsBefore: boolean,
): Promise<number> {
  tx.send('truncate planned_before, planned_upstream, planned_dags')
  if (keepsBefore) tx.send('insert into planned_before select node_id, first_id + last - 1 from planned_day')
  tx.send('truncate planned_day')
  tx.send(
    `insert into planned_day
     select node_id, sum(runs) over (order by node_id) - runs, runs, made, last from (
       select n.node_id, s.runs, s.made, s.last from planned_nodes n join planned_shapes s on s.schedule = n.schedule
       where n.chosen and s.made > 0 and not ($1 and exists (
         select from instances i where i.kind = 0 and i.node_id = n.node_id and i.bizdate = $2))
       order by n.node_id
     ) d`,
    [isScheduled, bizdate],
  )
  tx.send('analyze planned_day')
  const [drawn] = await tx.rows<{ ids: number; instances: number; last: number }>(
    // The lock lasts for the drawing alone; everything that makes instances draws their ids here.
    `with total as materialized (select coalesce(sum(runs), 0)::bigint as n, coalesce(sum(made), 0)::bigint as made, pg_advisory_lock($1)
       from planned_day),
     drawn as materialized (select n, made, setval(s.name, nextval(s.name) + greatest(n, 1) - 1) as last from total,
       (select pg_get_serial_sequence('instances', 'id') as name) s)
     select n as ids, made as instances, last, pg_advisory_unlock($1) from drawn`,
    [ID_LOCK],
  )
  const { ids, instances, last } = drawn!
  tx.send('update planned_day set first_id = first_id + $1', [last - ids + 1])
  return instances
}

export type PlannedDag = {
  readonly tenantId: number
  /** Null: one for each workspace that has instances on the day. */
  readonly workspaceId: number | null
  readonly environment: Environment
  readonly kind: number
  readonly name: string
  readonly bizdate: string
  readonly backfillId: number | null
  readonly line: number | null
  readonly position: number | null
  readonly createdBy: number | null
  readonly parameters: string | null
}

export async function planDags(tx: Transaction, dag: PlannedDag): Promise<number[]> {
  tx.send(
    `insert into dags (tenant_id, workspace_id, environment, kind, name, bizdate, backfill_id, line, position, created_by, parameters)
     select $1, w.id, $3, $4, $5, $6, $7, $8, $9, $10, $11
     from (select $2::bigint as id where $2::bigint is not null
       union select n.workspace_id from planned_day d join planned_nodes n on n.node_id = d.node_id where $2::bigint is null) w
     order by w.id on conflict (workspace_id, environment, bizdate) where kind = 0 do nothing`,
    [
      dag.tenantId,
      dag.workspaceId,
      dag.environment,
      dag.kind,
      dag.name,
      dag.bizdate,
      dag.backfillId,
      dag.line,
      dag.position,
      dag.createdBy,
      dag.parameters,
    ],
  )
  if (dag.workspaceId === null)
    tx.send(
      `insert into planned_dags select d.workspace_id, d.id from dags d
       where d.kind = 0 and d.environment = $1 and d.bizdate = $2 and d.workspace_id in
         (select n.workspace_id from planned_day p join planned_nodes n on n.node_id = p.node_id)`,
      [dag.environment, dag.bizdate],
    )
  else
    tx.send(
      `insert into planned_dags select w.workspace_id, currval(pg_get_serial_sequence('dags', 'id'))
       from (select distinct workspace_id from planned_nodes where chosen) w`,
    )
  tx.send('analyze planned_dags')
  const rows = await tx.rows<{ id: number }>('select distinct dag_id as id from planned_dags order by dag_id')
  return rows.map((row) => row.id)
}

/** Finds what is there already of what the day's instances wait for. */
export function planUpstream(tx: Transaction, bizdate: string, isScheduled: boolean): void {
  if (isScheduled) {
    tx.send(
      `insert into planned_upstream
       select i.node_id, i.period_number, i.id
       from (select distinct w.from_id from planned_wires w where not exists (select from planned_day d where d.node_id = w.from_id)) u
       join instances i on i.kind = 0 and i.node_id = u.from_id and i.bizdate = $1`,
      [bizdate],
    )
    tx.send(
      `insert into planned_upstream
       select u.from_id, 0, i.id
       from (select distinct w.from_id from planned_wires w join planned_wiring p on p.wiring = w.wiring and p.from_period = 0) u
       join lateral (select i.id from instances i where i.kind = 0 and i.node_id = u.from_id and i.bizdate < $1
         order by i.bizdate desc, i.period_number desc limit 1) i on true`,
      [bizdate],
    )
    // Their ends must not slip in between: only after this it is asked which of them have succeeded.
    tx.send('select id from instances where id in (select id from planned_upstream) order by id for share')
  } else tx.send('insert into planned_upstream select node_id, 0, last_id from planned_before')
  tx.send('analyze planned_upstream')
}

export type PlannedInsert = {
  readonly tenantId: number
  readonly environment: Environment
  readonly kind: number
  readonly bizdate: string
  readonly startsFutureNow: boolean
  readonly hasTurn: boolean
}

/** Writes the day's instances with what they wait for. */
export function insertPlanned(tx: Transaction, day: PlannedInsert): void {
  tx.send(
    `with edges as materialized (
       select f.first_id + p.from_period - 1 as from_id, t.first_id + p.to_period - 1 as to_id, true as open, true as inside
       from planned_wires w join planned_day f on f.node_id = w.from_id join planned_day t on t.node_id = w.to_id
       join planned_wiring p on p.wiring = w.wiring and p.from_period > 0
       union all
       select u.id, t.first_id + p.to_period - 1, i.status <> 6, false
       from planned_wires w join planned_day t on t.node_id = w.to_id join planned_wiring p on p.wiring = w.wiring
       join planned_upstream u on u.node_id = w.from_id and u.period = p.from_period join instances i on i.id = u.id
     ), kept as (insert into instance_edges (from_id, to_id) select from_id, to_id from edges),
     waits as (select to_id, count(*) filter (where open) as open, bool_or(inside) as inside from edges group by to_id),
     made as (
       select d.first_id + r.period - 1 as id, n.workspace_id, n.node_id, n.version, g.dag_id, r.period, r.cycle_at,
         case when $5 then least(r.cycle_at, now()) else r.cycle_at end as due_at,
         case when n.task_type = 0 then r.task_type else n.task_type end as task_type, n.has_work and r.task_type = 0 as has_work, n.priority,
         n.resource_group_id
       from planned_day d join planned_nodes n on n.node_id = d.node_id join planned_runs r on r.schedule = n.schedule and r.task_type is not null
       join planned_dags g on g.workspace_id = n.workspace_id
     ), counted as (
       select m.*, not ($6 or coalesce(w.inside, false)) as awaits_turn, coalesce(w.open, 0) as open from made m left join waits w on w.to_id = m.id
     )
     insert into instances (id, tenant_id, workspace_id, environment, node_id, node_version, dag_id, kind, bizdate, period_number, cycle_at, due_at,
       status, task_type, frozen, has_work, waiting_for, awaits_turn, priority, resource_group_id, wait_time_at, wait_resource_at)
     overriding system value
     select id, $1, workspace_id, $2, node_id, version, dag_id, $3, $4, period, cycle_at, due_at,
       case when waits then 1 when due_at > now() then 2 else 3 end, task_type, task_type = 2, has_work,
       open + awaits_turn::int, awaits_turn, priority, resource_group_id,
       case when not waits and due_at > now() then now() end, case when not waits and due_at <= now() then now() end
     from counted cross join lateral (select open > 0 or awaits_turn as waits) w
     order by id`,
    [day.tenantId, day.environment, day.kind, day.bizdate, day.startsFutureNow, day.hasTurn],
  )
}
