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
  // kinds, added up: 1 within the cycle, 2 on the cycle before, 4 on the day before.
  `create temp table if not exists planned_edges (from_id bigint, to_id bigint, kinds smallint) on commit delete rows`,
  `create temp table if not exists planned_runs (schedule integer, period smallint, cycle_at timestamptz, task_type smallint) on commit delete rows`,
  `create temp table if not exists planned_shapes (schedule integer primary key, runs smallint, made smallint, last smallint, waits_for_itself boolean) on commit delete rows`,
  // Which periods of two nodes wait for each other; from 0 is the last of a day before.
  `create temp table if not exists planned_wiring (wiring integer, from_period smallint, to_period smallint) on commit delete rows`,
  `create temp table if not exists planned_wires (from_id bigint, to_id bigint, wiring integer) on commit delete rows`,
  // The nodes of the day, each with how many ids come before its own.
  `create temp table if not exists planned_day (node_id bigint primary key, skipped bigint, runs smallint, made smallint, last smallint) on commit delete rows`,
  // Instances and their edges on days that are alike, by their place among the ids of the day.
  `create temp table if not exists planned_places (place bigint, workspace_id bigint, node_id bigint, version integer, schedule integer, period smallint,
     task_type smallint, has_work boolean, priority smallint, resource_group_id bigint, upstream integer) on commit delete rows`,
  `create temp table if not exists planned_pairs (from_place bigint, to_place bigint) on commit delete rows`,
  // What is there already, or was made for the date before, and what of the day waits for it.
  `create temp table if not exists planned_upstream (node_id bigint, period smallint, id bigint) on commit delete rows`,
  `create temp table if not exists planned_outside (from_id bigint, to_place bigint) on commit delete rows`,
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

const EMPTY = `truncate planned_nodes, planned_edges, planned_runs, planned_shapes, planned_wiring, planned_wires, planned_day, planned_places,
  planned_pairs, planned_upstream, planned_outside, planned_dags`

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

/**
 * Reads the nodes with what they wait for. Answers their schedules, and whether any of them waits for a cycle before. Nodes that are not published
 * are left out.
 */
export async function planNodes(
  tx: Transaction,
  plan: PlannedNodes,
): Promise<{ readonly schedules: readonly ScheduleRow[]; readonly crosses: boolean }> {
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
         select e.to_id from chosen c join nodes n on n.id = c.id and n.definition @> '{"crossCycle":{"children":true}}'
           join node_edges e on e.from_id = c.id
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
       select e.from_id, e.to_id, 1::smallint as kind
       from node_edges e join planned_nodes c on c.node_id = e.to_id and c.chosen join planned_nodes p on p.node_id = e.from_id
       union all
       select o.node_id, i.node_id, 2::smallint
       from planned_nodes c join node_inputs i on i.node_id = c.node_id and i.type <> 'normal'
       join node_outputs o on o.tenant_id = i.tenant_id and o.environment = i.environment and o.output = i.output
       join planned_nodes p on p.node_id = o.node_id
       where c.chosen
       union all
       select c.node_id, c.node_id, 2::smallint from planned_nodes c join nodes n on n.id = c.node_id
       where c.chosen and n.definition @> '{"crossCycle":{"self":true}}'
       union all
       select e.to_id, e.from_id, 2::smallint
       from planned_nodes c join nodes n on n.id = c.node_id and n.definition @> '{"crossCycle":{"children":true}}'
       join node_edges e on e.from_id = c.node_id join planned_nodes p on p.node_id = e.to_id
       where c.chosen
     ) e group by 1, 2`,
  )
  tx.send('analyze planned_edges')
  const crosses = tx.send('select from planned_edges where kinds > 1 limit 1')
  const schedules = await tx.rows<ScheduleRow>(
    `select p.schedule, p.chosen, p.node_count, ${SCHEDULE}
     from (select schedule, chosen, min(node_id) as node_id, count(*) as node_count from planned_nodes group by schedule, chosen) p
     join nodes n on n.id = p.node_id order by p.schedule`,
  )
  return { schedules, crosses: crosses().length > 0 }
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

export type PlannedEdge = { from: number; to: number; kinds: number; from_runs: number; to_runs: number }

/** All edges between nodes of the day, where any of them is from a cycle before to one that runs many times, as the upstream one does; else none. */
export async function edgesWithinDay(tx: Transaction): Promise<PlannedEdge[]> {
  return await tx.rows<PlannedEdge>(
    `with edges as materialized (
       select e.from_id as "from", e.to_id as "to", e.kinds, fs.runs as from_runs, ts.runs as to_runs
       from planned_edges e join planned_nodes fn on fn.node_id = e.from_id join planned_shapes fs on fs.schedule = fn.schedule
       join planned_nodes tn on tn.node_id = e.to_id join planned_shapes ts on ts.schedule = tn.schedule where e.from_id <> e.to_id)
     select * from edges where exists (select from edges where kinds & 2 <> 0 and from_runs > 1 and to_runs > 1)`,
  )
}

/** Makes edges from a cycle before ones from the day before. */
export function waitForDayBefore(
  tx: Transaction,
  edges: readonly { readonly from: number; readonly to: number }[],
): void {
  tx.send(
    `update planned_edges e set kinds = e.kinds & 1 | 4 from unnest($1::bigint[], $2::bigint[]) as g(from_id, to_id)
     where e.from_id = g.from_id and e.to_id = g.to_id`,
    [edges.map(({ from }) => from), edges.map(({ to }) => to)],
  )
}

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

/**
 * Lays out the instances of this day and of all that are like it. Of the schedule, nodes that have instances on the date are left out. Answers how many
 * ids they take, each node's one after the other, and how many instances there are: where a period has none its id is left out.
 */
export async function planDay(
  tx: Transaction,
  bizdate: string,
  isScheduled: boolean,
): Promise<{ readonly ids: number; readonly instances: number }> {
  tx.send('truncate planned_day, planned_places, planned_pairs')
  tx.send(
    `insert into planned_day
     select node_id, sum(runs) over (order by node_id) - runs, runs, made, last from (
       select n.node_id, s.runs, s.made, s.last from planned_nodes n join planned_shapes s on s.schedule = n.schedule
       where n.chosen and s.made > 0 and not ($1 and exists (
         select from instances i where i.kind = 0 and i.node_id = n.node_id and i.bizdate = $2))
     ) d order by node_id`,
    [isScheduled, bizdate],
  )
  tx.send('analyze planned_day')
  tx.send(
    `insert into planned_pairs
     select f.skipped + p.from_period, t.skipped + p.to_period
     from planned_wires w join planned_day f on f.node_id = w.from_id join planned_day t on t.node_id = w.to_id
     join planned_wiring p on p.wiring = w.wiring and p.from_period > 0 order by 2, 1`,
  )
  tx.send('analyze planned_pairs')
  tx.send(
    `insert into planned_places
     select d.skipped + r.period, n.workspace_id, n.node_id, n.version, n.schedule, r.period, n.task_type, n.has_work, n.priority, n.resource_group_id,
       coalesce(u.upstream, 0)
     from planned_day d join planned_nodes n on n.node_id = d.node_id join planned_runs r on r.schedule = n.schedule and r.task_type is not null
     left join (select to_place, count(*) as upstream from planned_pairs group by to_place) u on u.to_place = d.skipped + r.period
     order by 1`,
  )
  tx.send('analyze planned_places')
  const [day] = await tx.rows<{ ids: number; instances: number }>(
    'select coalesce(sum(runs), 0)::bigint as ids, coalesce(sum(made), 0)::bigint as instances from planned_day',
  )
  return day!
}

const ID_LOCK = 4_180_026

/** Draws so many ids in a row, and answers what comes before the first. */
export async function drawIds(tx: Transaction, count: number): Promise<number> {
  const [drawn] = await tx.rows<{ last: number }>(
    // The lock lasts for the drawing alone; everything that makes instances draws their ids here.
    `with locked as materialized (select pg_advisory_lock($1)),
     drawn as materialized (select setval(s.name, nextval(s.name) + $2 - 1) as last
       from locked, (select pg_get_serial_sequence('instances', 'id') as name) s)
     select last, pg_advisory_unlock($1) from drawn`,
    [ID_LOCK, count],
  )
  return drawn!.last - count
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
  tx.send('truncate planned_dags')
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
  const rows = await tx.rows<{ id: number }>('select distinct dag_id as id from planned_dags order by dag_id')
  return rows.map((row) => row.id)
}

/** Keeps, before the day that comes next is planned, what it may wait for of this one; `beforeId` comes before its first id. */
export function keepBefore(tx: Transaction, beforeId: number | null): void {
  tx.send('truncate planned_upstream')
  if (beforeId !== null)
    tx.send('insert into planned_upstream select node_id, 0, $1::bigint + skipped + last from planned_day', [beforeId])
}

/** Finds what is there already of what the schedule's instances of the day wait for. */
export function findUpstream(tx: Transaction, bizdate: string): void {
  tx.send('truncate planned_upstream')
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
}

/** Writes what the day's instances wait for beyond each other. */
export function insertOutside(tx: Transaction, beforeId: number): void {
  tx.send('analyze planned_upstream')
  tx.send('truncate planned_outside')
  tx.send(
    `insert into planned_outside
     select u.id, t.skipped + p.to_period
     from planned_wires w join planned_day t on t.node_id = w.to_id join planned_wiring p on p.wiring = w.wiring
     join planned_upstream u on u.node_id = w.from_id and u.period = p.from_period`,
  )
  tx.send('insert into instance_edges (from_id, to_id) select from_id, $1::bigint + to_place from planned_outside', [
    beforeId,
  ])
}

export type PlannedInsert = {
  readonly tenantId: number
  readonly environment: Environment
  readonly kind: number
  readonly bizdate: string
  readonly beforeId: number
  readonly startsFutureNow: boolean
  readonly hasTurn: boolean
  /** Whether something of the day waits for what is outside of it. */
  readonly crosses: boolean
}

/** Writes the day's instances and the edges between them. */
export function insertPlanned(tx: Transaction, day: PlannedInsert): void {
  tx.send(
    'insert into instance_edges (from_id, to_id) select $1::bigint + from_place, $1::bigint + to_place from planned_pairs',
    [day.beforeId],
  )
  const outside = `left join (
       select o.to_place, count(*) as open from planned_outside o join instances i on i.id = o.from_id and i.status <> 6 group by o.to_place
     ) o on o.to_place = m.place`
  tx.send(
    `insert into instances (id, tenant_id, workspace_id, environment, node_id, node_version, dag_id, kind, bizdate, period_number, cycle_at, due_at,
       status, task_type, frozen, has_work, waiting_for, awaits_turn, priority, resource_group_id, wait_time_at, wait_resource_at)
     overriding system value
     select $7::bigint + m.place, $1, m.workspace_id, $2, m.node_id, m.version, g.dag_id, $3, $4, m.period, r.cycle_at, w.due_at,
       case when w.open > 0 then 1 when w.due_at > now() then 2 else 3 end, case when m.task_type = 0 then r.task_type else m.task_type end,
       m.task_type = 2, m.has_work and r.task_type = 0, w.open, w.awaits_turn, m.priority, m.resource_group_id,
       case when w.open = 0 and w.due_at > now() then now() end, case when w.open = 0 and w.due_at <= now() then now() end
     from planned_places m join planned_runs r on r.schedule = m.schedule and r.period = m.period
     join planned_dags g on g.workspace_id = m.workspace_id ${day.crosses ? outside : ''}
     cross join lateral (select case when $5 then least(r.cycle_at, now()) else r.cycle_at end as due_at, not $6 and m.upstream = 0 as awaits_turn,
       m.upstream + (not $6 and m.upstream = 0)::int ${day.crosses ? '+ coalesce(o.open, 0)' : ''} as open) w`,
    [day.tenantId, day.environment, day.kind, day.bizdate, day.startsFutureNow, day.hasTurn, day.beforeId],
  )
}
