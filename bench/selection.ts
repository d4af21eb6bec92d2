/**
 * Which nodes a massive backfill comes to, on a graph of 100,000 nodes and 300,000 edges across 50 workspaces, beside the sum of reading the same
 * edges through the same driver by COPY and a plain breadth-first search in memory.
 *
 * Every node waits for three earlier ones, so that the first one leads to all. The selection is the server's own, with all that a request may say: half
 * of the workspaces, nodes of others that run all the same, nodes of these that do not, and a caller whose right is asked for in every workspace. Both
 * take turns on the same database and in the same process; each figure is a median.
 */
import { performance } from 'node:perf_hooks'
import type { BackfillRequest } from '@holdpoint/core'
import pg from 'pg'
import copyStreams from 'pg-copy-streams'
import { selectFor } from '../server/src/modules/operation-center/plan-backfill.ts'
import { openDatabase } from '../server/src/store/database.ts'
import { migrate } from '../server/src/store/migrate.ts'
import type { Caller } from '../server/src/store/principals.ts'
import { withCleanup } from './cleanup.ts'
import { ordinaryPostgres } from './postgres.ts'
import { median, type Options, type Result, rounded } from './result.ts'

const NODES = 100_000
const SHORT_NODES = 10_000
const EDGES_EACH = 3
const WORKSPACES = 50
const WARM_UPS = 3
const TURNS = 15
/** A selection may take so many times what reading and searching take. */
const LIMIT = 2
const WITHIN_MS = 10 * 60_000
const FIRST_NODE = 1_000_000_001
const LISTED = 200

export async function run({ short, tell }: Options): Promise<Result> {
  const nodes = short ? SHORT_NODES : NODES
  return await withCleanup(WITHIN_MS, async (cleanup) => {
    const postgres = await ordinaryPostgres(cleanup)
    if (postgres === null) throw new Error('this benchmark needs the programs of a PostgreSQL (initdb, postgres)')
    const connection = { connectionString: postgres.url }
    await migrate(connection)
    const sql = new pg.Client(connection)
    await sql.connect()
    cleanup.add(() => sql.end())
    const { tenantId, workspaceIds } = await plant(sql, nodes)
    const { rows: counted } = await sql.query<{ n: number }>('select count(*)::int as n from node_edges')
    const edges = counted[0]!.n
    tell(`${nodes} nodes, ${edges} edges, ${WORKSPACES} workspaces`)
    const db = openDatabase(connection)
    cleanup.add(() => db.close())

    const caller: Caller = {
      userId: 1,
      tenantId,
      name: 'bench',
      displayName: 'bench',
      tenantRoles: [],
      workspaceRoles: Object.fromEntries(workspaceIds.map((id) => [id, ['operator']])),
    } as never
    const here = workspaceIds.slice(0, WORKSPACES / 2)
    const isHere = (at: number) => at % WORKSPACES < WORKSPACES / 2
    const some = (wanted: boolean) =>
      Array.from({ length: nodes }, (_, at) => at)
        .filter((at) => at > 0 && at % 7 === 0 && isHere(at) === wanted)
        .slice(0, LISTED)
        .map((at) => FIRST_NODE + at)
    const all = { mode: 'massive', environment: 'PROD', rootNodeIds: [FIRST_NODE] } as const
    const none = { includeNodeIds: [], excludeNodeIds: [], includeWorkspaceIds: [], excludeWorkspaceIds: [] }
    const unfiltered = { ...all, ...none } as unknown as BackfillRequest
    const filtered = {
      ...unfiltered,
      includeWorkspaceIds: here,
      includeNodeIds: some(false),
      excludeNodeIds: some(true),
    }
    const select = (request: BackfillRequest) =>
      db.snapshot((reading) => selectFor(reading, caller, workspaceIds[0]!, request))

    const took: Record<'everything' | 'byWorkspace' | 'copy' | 'search', number[]> = {
      everything: [],
      byWorkspace: [],
      copy: [],
      search: [],
    }
    for (let turn = -WARM_UPS; turn < TURNS; turn++) {
      const [copyMs, read] = await timed(() => copied(sql, tenantId))
      const [searchMs, reached] = await timed(async () => search(read, FIRST_NODE))
      const [everythingMs, everything] = await timed(() => select(unfiltered))
      const [byWorkspaceMs, byWorkspace] = await timed(() => select(filtered))
      if (everything.nodeIds.length !== reached || reached !== nodes)
        throw new Error(`${reached} were reached and ${everything.nodeIds.length} selected`)
      if (byWorkspace.excludedIds.length !== filtered.excludeNodeIds.length)
        throw new Error('what was left out is not among the dry runs')
      if (turn < 0) continue
      took.copy.push(copyMs)
      took.search.push(searchMs)
      took.everything.push(everythingMs)
      took.byWorkspace.push(byWorkspaceMs)
      tell(
        `COPY ${copyMs.toFixed(0)} ms, search ${searchMs.toFixed(0)} ms; everything ${everythingMs.toFixed(0)} ms, by workspace ${byWorkspaceMs.toFixed(0)} ms`,
      )
    }
    const bare = median(took.copy) + median(took.search)
    const value = rounded(median(took.byWorkspace) / bare, 3)
    return {
      value,
      limit: LIMIT,
      ratio: rounded(value / LIMIT, 3),
      unit: 'times the sum of reading the edges by COPY and a plain search; the less the better',
      graph: { nodes, edges, workspaces: WORKSPACES },
      everything: rounded(median(took.everything) / bare, 3),
      medianMs: Object.fromEntries(Object.entries(took).map(([what, all]) => [what, rounded(median(all), 1)])),
    }
  })
}

async function timed<T>(work: () => Promise<T>): Promise<[number, T]> {
  const startedAt = performance.now()
  const value = await work()
  return [performance.now() - startedAt, value]
}

/** A tenant with workspaces and nodes as an import leaves them. */
async function plant(
  sql: pg.Client,
  nodes: number,
): Promise<{ readonly tenantId: number; readonly workspaceIds: readonly number[] }> {
  const one = async (text: string, values: unknown[] = []) => Number((await sql.query(text, values)).rows[0].id)
  const tenantId = await one(`insert into tenants (name) values ('bench') returning id`)
  const userId = await one(
    `insert into users (tenant_id, name, display_name, tenant_roles) values ($1, 'bench', 'bench', '{}') returning id`,
    [tenantId],
  )
  const { rows } = await sql.query<{ id: string }>(
    `insert into workspaces (tenant_id, identifier, name, description, mode, created_by)
     select $1, 'ws_' || i, 'ws ' || i, '', 'standard', $2 from generate_series(1, $3) as i returning id`,
    [tenantId, userId, WORKSPACES],
  )
  const workspaceIds = rows.map((row) => Number(row.id))
  const definition = JSON.stringify({ cycle: 'day', description: 'd'.repeat(600), crossCycle: { self: false } })
  await sql.query(
    `insert into nodes (id, tenant_id, workspace_id, environment, name, program_type, recurrence, cron, priority, definition)
     overriding system value
     select ${FIRST_NODE} + i, $1, ($2::bigint[])[1 + i % ${WORKSPACES}], 'PROD', 'node_' || i, 'ODPS_SQL', 'normal', '00 00 00 * * ?', 1, $3::jsonb
     from generate_series(0, $4 - 1) as i`,
    [tenantId, workspaceIds, definition, nodes],
  )
  await sql.query(
    `insert into node_outputs (tenant_id, environment, output, node_id)
     select tenant_id, environment, 'output.of.' || id, id from nodes where tenant_id = $1`,
    [tenantId],
  )
  await sql.query('select setseed(0.5)')
  await sql.query(
    `insert into node_inputs (node_id, tenant_id, environment, output, type)
     select distinct n.id, n.tenant_id, n.environment, 'output.of.' || (${FIRST_NODE} + floor(random() * (n.id - ${FIRST_NODE}))::bigint), 'normal'
     from nodes n cross join generate_series(1, ${EDGES_EACH}) where n.tenant_id = $1 and n.id > ${FIRST_NODE}`,
    [tenantId],
  )
  await sql.query(
    `insert into node_edges (from_id, to_id, tenant_id, environment)
     select o.node_id, i.node_id, i.tenant_id, i.environment from node_inputs i
     join node_outputs o on o.tenant_id = i.tenant_id and o.environment = i.environment and o.output = i.output
     order by random()`,
  )
  await sql.query('vacuum analyze')
  await sql.query('checkpoint')
  return { tenantId, workspaceIds }
}

const [TAB, NEWLINE, ZERO] = [9, 10, 48]

/** The edges as COPY gives them, from and to in turn. */
async function copied(sql: pg.Client, tenantId: number): Promise<number[]> {
  const stream = sql.query(
    copyStreams.to(
      `copy (select from_id, to_id from node_edges where tenant_id = ${tenantId} and environment = 'PROD') to stdout`,
    ),
  )
  const ids: number[] = []
  let id = 0
  for await (const chunk of stream as AsyncIterable<Buffer>)
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!
      if (byte === TAB || byte === NEWLINE) {
        ids.push(id)
        id = 0
      } else id = 10 * id + byte - ZERO
    }
  return ids
}

/** How many are reached, with the one at which it starts. */
function search(ids: readonly number[], start: number): number {
  const next = new Map<number, number[]>()
  for (let at = 0; at < ids.length; at += 2) {
    const list = next.get(ids[at]!)
    if (list === undefined) next.set(ids[at]!, [ids[at + 1]!])
    else list.push(ids[at + 1]!)
  }
  const seen = new Set([start])
  const queue = [start]
  for (let at = 0; at < queue.length; at++)
    for (const id of next.get(queue[at]!) ?? []) {
      if (seen.has(id)) continue
      seen.add(id)
      queue.push(id)
    }
  return seen.size
}
