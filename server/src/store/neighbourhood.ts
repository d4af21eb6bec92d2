/**
 * The part of a graph around some of its nodes: a few levels up and down, with what was left out counted.
 *
 * Only what is shown is read, and what leads from it as far as it is counted, so it takes no longer in a graph of a hundred thousand nodes. All of it is
 * read in one transaction.
 */
import type { Sql } from './database.ts'

export type Side = 'up' | 'down'
export type Wire = { readonly from: number; readonly to: number; readonly type: string }

export type Neighbourhood = {
  /** How far from the nearest start: negative upstream, positive downstream. */
  readonly levels: ReadonlyMap<number, number>
  readonly edges: readonly Wire[]
  /** Of those that are not shown, how many wait directly or are waited for directly. */
  readonly more: ReadonlyMap<number, { readonly upstream: number; readonly downstream: number }>
}

/** How one kind of graph is read. Every statement is bounded by the ids it is given and the limit for each of them. */
type Reading = {
  /** `ids` and what is next to them on that side, at most so many for each. */
  readonly next: (side: Side) => string
  /** All edges between these. */
  readonly between: string
  /** How many each of these has on that side, counted as far as `MOST_COUNTED`. */
  readonly count: (side: Side) => string
}

export const MOST_COUNTED = 1_000
export const MOST_SHOWN = 200
/** Of one that is not where the reading starts; all of its neighbours are shown by starting there. */
const MOST_OF_ONE = 50

/** A node's outputs and inputs are there only while it is published. */
const NODE_SIDES = {
  up: 'select o.node_id as id from node_inputs i join node_outputs o on o.tenant_id = i.tenant_id and o.environment = i.environment and o.output = i.output where i.node_id = here.id',
  down: 'select i.node_id as id from node_outputs o join node_inputs i on i.tenant_id = o.tenant_id and i.environment = o.environment and i.output = o.output where o.node_id = here.id',
} as const
const NODES: Reading = {
  next: (side) => `select distinct on (there.id) there.id from unnest($1::bigint[]) as here(id)
    cross join lateral (${NODE_SIDES[side]} limit $2) there order by there.id`,
  // From what each of them waits for, and never from what waits for one: that may be everything.
  between: `select distinct o.node_id as "from", i.node_id as "to", i.type from unnest($1::bigint[]) as here(id)
    cross join lateral (select * from node_inputs where node_id = here.id offset 0) i
    cross join lateral (select node_id from node_outputs
      where tenant_id = i.tenant_id and environment = i.environment and output = i.output offset 0) o
    where o.node_id = any($1)`,
  count: (
    side,
  ) => `select here.id, (select count(distinct near.id) from (${NODE_SIDES[side]} limit ${MOST_COUNTED}) near where near.id <> here.id) as count
    from unnest($1::bigint[]) as here(id)`,
}

const INSTANCE_SIDES = {
  up: 'select from_id as id from instance_edges where to_id = here.id',
  down: 'select to_id as id from instance_edges where from_id = here.id',
} as const
const INSTANCES: Reading = {
  next: (side) => `select distinct on (there.id) there.id from unnest($1::bigint[]) as here(id)
    cross join lateral (${INSTANCE_SIDES[side]} limit $2) there order by there.id`,
  between: `select e.from_id as "from", here.id as "to", 'normal' as type from unnest($1::bigint[]) as here(id)
    cross join lateral (select from_id from instance_edges where to_id = here.id offset 0) e where e.from_id = any($1)`,
  count: (side) => `select here.id, (select count(*) from (${INSTANCE_SIDES[side]} limit ${MOST_COUNTED}) near) as count
    from unnest($1::bigint[]) as here(id)`,
}

export type Reach = { readonly up: number; readonly down: number }

export const nodeNeighbourhood = (sql: Pick<Sql, 'rows'>, starts: readonly number[], reach: Reach) =>
  neighbourhood(sql, NODES, starts, reach)
export const instanceNeighbourhood = (sql: Pick<Sql, 'rows'>, starts: readonly number[], reach: Reach) =>
  neighbourhood(sql, INSTANCES, starts, reach)

/** Until the transaction ends: what is limited is read as far as the limit alone. A bitmap would first have all that there is, which may be everything. */
async function readAsFarAsNeeded(sql: Pick<Sql, 'rows'>): Promise<void> {
  await sql.rows('set local enable_bitmapscan = off')
}

async function neighbourhood(
  sql: Pick<Sql, 'rows'>,
  reading: Reading,
  starts: readonly number[],
  reach: Reach,
): Promise<Neighbourhood> {
  await readAsFarAsNeeded(sql)
  const levels = new Map<number, number>(starts.slice(0, MOST_SHOWN).map((id) => [id, 0]))
  const edgeOf: Record<Side, readonly number[]> = { up: [...levels.keys()], down: [...levels.keys()] }
  for (let level = 1; level <= Math.max(reach.up, reach.down); level++)
    for (const side of ['up', 'down'] as const) {
      const left = MOST_SHOWN - levels.size
      if (level > reach[side] || left === 0 || edgeOf[side].length === 0) continue
      const most = level === 1 ? left + edgeOf[side].length : MOST_OF_ONE
      const found = await sql.rows<{ id: number }>(reading.next(side), [edgeOf[side], most])
      const fresh = found.map(({ id }) => id).filter((id) => !levels.has(id))
      edgeOf[side] = fresh.slice(0, left)
      for (const id of edgeOf[side]) levels.set(id, side === 'up' ? -level : level)
    }
  const shown = [...levels.keys()]
  const [edges, above, below] = await Promise.all([
    sql.rows<Wire>(reading.between, [shown]),
    sql.rows<{ id: number; count: number }>(reading.count('up'), [shown]),
    sql.rows<{ id: number; count: number }>(reading.count('down'), [shown]),
  ])
  // A node may wait for another in more than one way.
  const pairs = [
    ...new Map(edges.filter(({ from, to }) => from !== to).map((one) => [`${one.from} ${one.to}`, one])).values(),
  ].sort((a, b) => a.from - b.from || a.to - b.to)
  const counted = (list: readonly { id: number; count: number }[]) => new Map(list.map(({ id, count }) => [id, count]))
  const [up, down] = [counted(above), counted(below)]
  const upstream = Map.groupBy(pairs, ({ to }) => to)
  const downstream = Map.groupBy(pairs, ({ from }) => from)
  const left = (all: number | undefined, seen: readonly Wire[] | undefined) =>
    Math.max((all ?? 0) - (seen?.length ?? 0), 0)
  const more = shown.map(
    (id) =>
      [
        id,
        { upstream: left(up.get(id), upstream.get(id)), downstream: left(down.get(id), downstream.get(id)) },
      ] as const,
  )
  return { levels, edges: pairs, more: new Map(more) }
}

/** Where a run is opened: instances of it that wait for nothing else of it, among its first. */
export async function startsOfDag(sql: Pick<Sql, 'rows'>, dagId: number): Promise<number[]> {
  await readAsFarAsNeeded(sql)
  const rows = await sql.rows<{ id: number }>(
    `with first as (select id from instances where dag_id = $1 order by id limit ${MOST_COUNTED}),
       starts as (select f.id from first f where not exists (
         select from (select from_id from instance_edges where to_id = f.id offset 0) e
         cross join lateral (select dag_id from instances where id = e.from_id offset 0) u where u.dag_id = $1) order by f.id limit 20)
     select id from starts union all select id from (select id from first order by id limit 1) one where not exists (select from starts)`,
    [dagId],
  )
  return rows.map((row) => row.id)
}

/** The root of a workspace. */
export async function rootOf(
  sql: Pick<Sql, 'rows'>,
  workspaceId: number,
  environment: 'PROD' | 'DEV',
): Promise<number | null> {
  const [row] = await sql.rows<{ id: number }>(
    'select id from nodes where workspace_id = $1 and environment = $2 and is_root and unpublished_at is null order by id limit 1',
    [workspaceId, environment],
  )
  return row?.id ?? null
}
