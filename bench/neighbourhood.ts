/**
 * What it costs to open the graph of a workspace of 100,000 nodes at one of them, beside the same in a workspace of 1,000.
 *
 * Two databases, each with one of them and nothing else. In both every node waits for the first one and for two of those shortly before it, so that
 * a neighbourhood is the same in both. It is read with the server's own functions: two levels up and down, its edges, what is left out, counted, and the nodes
 * themselves. Both take turns, at nodes all over the workspace; each figure is a median.
 */
import { performance } from 'node:perf_hooks'
import pg from 'pg'
import { type Database, openDatabase } from '../server/src/store/database.ts'
import { migrate } from '../server/src/store/migrate.ts'
import { nodeNeighbourhood } from '../server/src/store/neighbourhood.ts'
import { graphNodes } from '../server/src/store/nodes.ts'
import { type Cleanup, withCleanup } from './cleanup.ts'
import { ordinaryPostgres } from './postgres.ts'
import { median, type Options, type Result, rounded } from './result.ts'

const MANY = 100_000
const SHORT_MANY = 10_000
const FEW = 1_000
const WARM_UPS = 3
const TURNS = 25
const EACH_TURN = 40
/** One in the large workspace may cost so many times one in the small one. */
const LIMIT = 2
const WITHIN_MS = 10 * 60_000
const FIRST_NODE = 1_000_000_001
const REACH = { up: 2, down: 2 }

export async function run({ short, tell }: Options): Promise<Result> {
  const many = short ? SHORT_MANY : MANY
  return await withCleanup(WITHIN_MS, async (cleanup) => {
    const graphs = { few: await planted(cleanup, FEW), many: await planted(cleanup, many) }
    tell(`workspaces of ${FEW} and of ${many} nodes`)
    const took: Record<'few' | 'many', number[]> = { few: [], many: [] }
    let shown = 0
    for (let turn = -WARM_UPS; turn < TURNS; turn++) {
      for (const which of ['few', 'many'] as const) {
        const { db, nodes } = graphs[which]
        for (let at = 0; at < EACH_TURN; at++) {
          // Far enough from both ends for all of it to be there.
          const node = FIRST_NODE + 100 + Math.floor(Math.random() * (nodes - 200))
          const startedAt = performance.now()
          const found = await opened(db, node)
          const tookMs = performance.now() - startedAt
          if (shown === 0) shown = found
          if (found !== shown) throw new Error(`${found} nodes are shown where ${shown} were`)
          if (turn >= 0) took[which].push(tookMs)
        }
      }
      if (turn >= 0) tell(`${FEW}: ${median(took.few).toFixed(2)} ms, ${many}: ${median(took.many).toFixed(2)} ms`)
    }
    const value = rounded(median(took.many) / median(took.few), 3)
    return {
      value,
      limit: LIMIT,
      ratio: rounded(value / LIMIT, 3),
      unit: 'times the same in a workspace of 1,000 nodes; the less the better',
      graph: { nodes: many, shown },
      medianMs: { few: rounded(median(took.few), 2), many: rounded(median(took.many), 2) },
    }
  })
}

/** How many nodes are shown. */
async function opened(db: Database, node: number): Promise<number> {
  return await db.snapshot(async (sql) => {
    const { levels } = await nodeNeighbourhood(sql, [node], REACH)
    return (await graphNodes(sql, [...levels.keys()])).length
  })
}

/** A database with one workspace of so many nodes. */
async function planted(cleanup: Cleanup, nodes: number): Promise<{ readonly db: Database; readonly nodes: number }> {
  const postgres = await ordinaryPostgres(cleanup)
  if (postgres === null) throw new Error('this benchmark needs the programs of a PostgreSQL (initdb, postgres)')
  const connection = { connectionString: postgres.url }
  await migrate(connection)
  const sql = new pg.Client(connection)
  await sql.connect()
  const one = async (text: string, values: unknown[] = []) => Number((await sql.query(text, values)).rows[0].id)
  try {
    const tenantId = await one(`insert into tenants (name) values ('bench') returning id`)
    const userId = await one(
      `insert into users (tenant_id, name, display_name, tenant_roles) values ($1, 'bench', 'bench', '{}') returning id`,
      [tenantId],
    )
    const workspaceId = await one(
      `insert into workspaces (tenant_id, identifier, name, description, mode, created_by)
       values ($1, 'ws', 'ws', '', 'standard', $2) returning id`,
      [tenantId, userId],
    )
    const definition = JSON.stringify({ cycle: 'day', description: 'd'.repeat(600), crossCycle: { self: false } })
    await sql.query(
      `insert into nodes (id, tenant_id, workspace_id, environment, name, program_type, recurrence, cron, priority, definition, is_root)
       overriding system value
       select ${FIRST_NODE} + at, $1, $2, 'PROD', 'node_' || at, 'ODPS_SQL', 'normal', '00 00 00 * * ?', 1, $3::jsonb, at = 0
       from generate_series(0, $4 - 1) as at`,
      [tenantId, workspaceId, definition, nodes],
    )
    await sql.query(
      `insert into node_outputs (tenant_id, environment, output, node_id)
       select tenant_id, environment, 'output.of.' || id, id from nodes`,
    )
    await sql.query(
      `insert into node_inputs (node_id, tenant_id, environment, output, type)
       select distinct n.id, n.tenant_id, n.environment, 'output.of.' || greatest(${FIRST_NODE}, n.id - back), 'normal'
       from nodes n cross join lateral unnest(array[1, 5, n.id - ${FIRST_NODE}]) as back where n.id > ${FIRST_NODE}`,
    )
    await sql.query('vacuum analyze')
  } finally {
    await sql.end()
  }
  const db = openDatabase(connection)
  cleanup.add(() => db.close())
  return { db, nodes }
}
