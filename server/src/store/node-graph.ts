/**
 * The graph of a tenant's nodes in one environment, read whole: each column as one array in PostgreSQL's own bytes, which costs a third of
 * what its rows would.
 */
import type { Recurrence } from '@holdpoint/core'
import type { Sql } from './database.ts'
import type { Environment } from './nodes.ts'

/** Every published node that is scheduled, as `id, workspace id` one after the other, and every edge within a cycle as `from, to`. */
export async function readGraph(
  sql: Pick<Sql, 'rows'>,
  tenantId: number,
  environment: Environment,
): Promise<{ readonly nodes: Float64Array; readonly edges: Float64Array }> {
  const [nodes, edges] = await Promise.all([
    sql.rows<{ a: Buffer | null; b: Buffer | null }>(
      `select array_send(array_agg(id)) as a, array_send(array_agg(workspace_id)) as b from nodes
       where tenant_id = $1 and environment = $2 and unpublished_at is null and trigger = 'scheduler'`,
      [tenantId, environment],
    ),
    sql.rows<{ a: Buffer | null; b: Buffer | null }>(
      `select array_send(array_agg(from_id)) as a, array_send(array_agg(to_id)) as b from node_edges
       where tenant_id = $1 and environment = $2`,
      [tenantId, environment],
    ),
  ])
  return { nodes: pairsOf(nodes[0]!), edges: pairsOf(edges[0]!) }
}

/** An array in binary: five words of heading, then each element behind the word of its length, which is 8. */
const HEADING_BYTES = 20
const ELEMENT_BYTES = 12

function pairsOf({ a, b }: { readonly a: Buffer | null; readonly b: Buffer | null }): Float64Array {
  if (a === null || b === null) return new Float64Array(0)
  const count = (a.length - HEADING_BYTES) / ELEMENT_BYTES
  const pairs = new Float64Array(2 * count)
  for (let at = 0; at < count; at++) {
    pairs[2 * at] = numberAt(a, HEADING_BYTES + at * ELEMENT_BYTES + 4)
    pairs[2 * at + 1] = numberAt(b, HEADING_BYTES + at * ELEMENT_BYTES + 4)
  }
  return pairs
}

/** Ids are below 2^53. */
const numberAt = (bytes: Buffer, at: number) => bytes.readUInt32BE(at) * 4_294_967_296 + bytes.readUInt32BE(at + 4)

export type SelectedNodeRow = {
  id: number
  workspace_id: number
  name: string
  program_type: string
  recurrence: Recurrence
  trigger: 'scheduler' | 'manual'
}

/** What is said of nodes that a backfill names or comes to; those that are not published in this environment are not among them. */
export async function selectedNodes(
  sql: Pick<Sql, 'rows'>,
  tenantId: number,
  environment: Environment,
  ids: readonly number[],
): Promise<SelectedNodeRow[]> {
  return await sql.rows<SelectedNodeRow>(
    `select n.id, n.workspace_id, n.name, n.program_type, n.recurrence, n.trigger
     from unnest($3::bigint[]) as i(id)
     cross join lateral (select * from nodes n where n.id = i.id and n.tenant_id = $1 and n.environment = $2 and n.unpublished_at is null offset 0) n
     order by n.id`,
    [tenantId, environment, ids],
  )
}

/** Of these nodes those that are not published any more, or are not scheduled any more, with their names. */
export async function lostNodes(
  sql: Pick<Sql, 'rows'>,
  ids: readonly number[],
): Promise<{ id: number; name: string; published: boolean }[]> {
  return await sql.rows(
    `select n.id, n.name, n.unpublished_at is null as published from unnest($1::bigint[]) as i(id)
     cross join lateral (select * from nodes n where n.id = i.id offset 0) n
     where n.unpublished_at is not null or n.trigger <> 'scheduler' order by n.id limit 20`,
    [ids],
  )
}

/** The workspaces in which these nodes are, each with its first one. */
export async function workspacesOfNodes(
  sql: Pick<Sql, 'rows'>,
  ids: readonly number[],
): Promise<{ workspace_id: number; count: number; first_id: number; first_name: string }[]> {
  return await sql.rows(
    `select w.workspace_id, w.count, w.first_id, n.name as first_name from (
       select n.workspace_id, count(*) as count, min(n.id) as first_id from unnest($1::bigint[]) as i(id)
       cross join lateral (select id, workspace_id from nodes n where n.id = i.id offset 0) n group by n.workspace_id) w
     join nodes n on n.id = w.first_id order by w.workspace_id`,
    [ids],
  )
}

type Found = { id: number; name: string; workspace_id: number }
/** How many of what stands in the way are named. */
const MOST_FOUND = 100

/** Frozen nodes among these; the first of them, and how many there are. */
export async function frozenAmong(sql: Pick<Sql, 'rows'>, ids: readonly number[]): Promise<Listed> {
  return listed(
    await sql.rows<Found & { count: number }>(
      `select n.id, n.name, n.workspace_id, count(*) over () as count from unnest($1::bigint[]) as i(id)
       cross join lateral (select * from nodes n where n.id = i.id offset 0) n
       where n.recurrence = 'pause' order by n.id limit ${MOST_FOUND}`,
      [ids],
    ),
  )
}

export type Listed = { readonly count: number; readonly nodes: readonly Found[] }
const listed = (rows: readonly (Found & { count: number })[]): Listed => ({
  count: rows[0]?.count ?? 0,
  nodes: rows.map(({ id, name, workspace_id }) => ({ id, name, workspace_id })),
})

/** Of these nodes those that wait for an output that no node produces. */
export async function unresolvedAmong(sql: Pick<Sql, 'rows'>, ids: readonly number[]): Promise<Listed> {
  return listed(
    await sql.rows<Found & { count: number }>(
      `select n.id, n.name, n.workspace_id, count(*) over () as count from unnest($1::bigint[]) as s(id)
       cross join lateral (select * from nodes n where n.id = s.id offset 0) n
       where exists (select from node_inputs i where i.node_id = n.id and not exists (
         select from node_outputs o where o.tenant_id = i.tenant_id and o.environment = i.environment and o.output = i.output))
       order by n.id limit ${MOST_FOUND}`,
      [ids],
    ),
  )
}

/**
 * What these nodes wait for outside of `all`, and of which on one of the dates nothing has succeeded: an instance is there that has not, or none of a
 * node that runs every day. Roots of workspaces have no data.
 */
export async function missingUpstream(
  sql: Pick<Sql, 'rows'>,
  ids: readonly number[],
  all: readonly number[],
  dates: readonly string[],
): Promise<Listed> {
  return listed(
    await sql.rows<Found & { count: number }>(
      `with upstream as (
         select distinct e.from_id as id from unnest($1::bigint[]) as s(id)
         cross join lateral (select from_id from node_edges where to_id = s.id offset 0) e
         except select unnest($2::bigint[]))
       select n.id, n.name, n.workspace_id, count(*) over () as count from upstream u
       cross join lateral (select * from nodes n where n.id = u.id offset 0) n
       where not n.is_root and exists (
         select from unnest($3::date[]) as d(bizdate)
         cross join lateral (select count(*) as instances, count(*) filter (where i.status = 6) as succeeded from instances i
           where i.node_id = n.id and i.bizdate = d.bizdate and i.kind = 0) i
         where i.succeeded < i.instances or (i.instances = 0 and n.definition->>'cycle' in ('minute', 'hour', 'day')))
       order by n.id limit ${MOST_FOUND}`,
      [ids, all, dates],
    ),
  )
}
