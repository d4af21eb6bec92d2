/**
 * How fast instances are made with all that they wait for, as a share of what PostgreSQL's own COPY reaches with the same rows in the same table, its
 * indexes included.
 *
 * A backfill of a graph in fifty workspaces over ten dates is made by the function that makes every instance. Its rows are then copied out, the
 * tables are emptied, and the rows are copied in again; the edges between them are made by the one and not by the other. Both begin after a
 * checkpoint, with the same tables empty.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { createInstances } from '../server/src/modules/operation-center/create-instances.ts'
import { openDatabase } from '../server/src/store/database.ts'
import { migrate } from '../server/src/store/migrate.ts'
import { withCleanup } from './cleanup.ts'
import { ordinaryPostgres } from './postgres.ts'
import { median, type Options, type Result, rounded } from './result.ts'

const NODES = 100_000
const SHORT_NODES = 10_000
const DATES = 10
const WORKSPACES = 50
const UPSTREAM = 3
const TURNS = 3
/** Of COPY's rate. */
const LIMIT = 0.4
const WITHIN_MS = 30 * 60_000

export async function run({ short, tell }: Options): Promise<Result> {
  const nodeCount = short ? SHORT_NODES : NODES
  return await withCleanup(WITHIN_MS, async (cleanup) => {
    const postgres = await ordinaryPostgres(cleanup)
    if (postgres === null) throw new Error('this benchmark needs the programs of a PostgreSQL (initdb, postgres)')
    const connection = { connectionString: postgres.url }
    await migrate(connection)
    const db = openDatabase(connection)
    cleanup.add(() => db.close())
    const sql = new pg.Client(connection)
    await sql.connect()
    cleanup.add(() => sql.end())
    const file = join(cleanup.directory(), 'instances')
    const { tenantId, workspaceId, nodeIds } = await plant(sql, nodeCount)
    const dates = [...Array(DATES).keys()].map((at) => new Date(Date.UTC(2026, 0, 1 + at)).toISOString().slice(0, 10))
    const turns: { readonly ours: number; readonly copy: number; readonly edges: number }[] = []
    for (let turn = 0; turn < TURNS; turn++) {
      await empty(sql)
      const [oursMs, made] = await timed(() =>
        db.transaction((tx) =>
          createInstances(tx, {
            tenantId,
            workspaceId,
            environment: 'PROD',
            kind: 'backfill',
            name: 'bench',
            createdBy: null,
            backfillId: null,
            nodes: nodeIds.map((nodeId) => ({ nodeId, dryRun: false })),
            dates,
            lines: 2,
            window: null,
            startsFutureNow: true,
            starts: true,
            priority: null,
            resourceGroupId: null,
            parameters: null,
            timeZone: 'UTC',
          }),
        ),
      )
      if (made.instanceCount !== nodeCount * DATES) throw new Error(`${made.instanceCount} instances were made`)
      const { rows } = await sql.query<{ edges: number }>('select count(*)::int as edges from instance_edges')
      await pipeline(sql.query(copyTo('copy (select * from instances order by id) to stdout')), createWriteStream(file))
      await empty(sql)
      const [copyMs] = await timed(() =>
        pipeline(createReadStream(file), sql.query(copyFrom('copy instances from stdin'))),
      )
      const perSecond = (ms: number) => (made.instanceCount / ms) * 1000
      const one = { ours: perSecond(oursMs), copy: perSecond(copyMs), edges: rows[0]!.edges }
      tell(
        `${one.ours.toFixed(0)} instances/s with ${one.edges} edges, COPY ${one.copy.toFixed(0)}/s, share ${(one.ours / one.copy).toFixed(2)}`,
      )
      turns.push(one)
    }
    const share = median(turns.map((one) => one.ours / one.copy))
    return {
      value: rounded(share, 3),
      limit: LIMIT,
      ratio: rounded(share / LIMIT, 3),
      unit: 'of what COPY reaches with the same rows, which makes no edges',
      instances: nodeCount * DATES,
      edges: turns[0]!.edges,
      perSecond: {
        ours: rounded(median(turns.map((one) => one.ours)), 0),
        copy: rounded(median(turns.map((one) => one.copy)), 0),
      },
      turns: turns.map((one) => ({ ours: rounded(one.ours, 0), copy: rounded(one.copy, 0) })),
    }
  })
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [ms: number, answer: T]> {
  const startedMs = performance.now()
  const answer = await work()
  return [performance.now() - startedMs, answer]
}

async function empty(sql: pg.Client): Promise<void> {
  await sql.query('truncate dags, instances, instance_edges')
  await sql.query('checkpoint')
}

/** A tenant with nodes that each wait for three of those before, in workspaces of their own and of others, at ten thousand times of the day. */
async function plant(
  sql: pg.Client,
  count: number,
): Promise<{ tenantId: number; workspaceId: number; nodeIds: number[] }> {
  const tenantId = await one(sql, `insert into tenants (name) values ('bench') returning id::float`)
  const userId = await one(
    sql,
    `insert into users (tenant_id, name, display_name, tenant_roles) values (${tenantId}, 'bench', 'Bench', '{account-owner}') returning id::float`,
  )
  await sql.query(
    `insert into resource_groups (tenant_id, identifier, name, slots, is_default) values (${tenantId}, 'default', 'Default', 8, true)`,
  )
  const workspaceId = await one(
    sql,
    `with w as (insert into workspaces (tenant_id, identifier, name, description, mode, created_by)
       select ${tenantId}, 'ws_' || i, 'Workspace', '', 'basic', ${userId} from generate_series(1, ${WORKSPACES}) i returning id)
     select min(id)::float as id from w`,
  )
  await sql.query(
    `insert into nodes (tenant_id, workspace_id, environment, name, program_type, recurrence, cron, priority, definition)
     select ${tenantId}, ${workspaceId} + i % ${WORKSPACES}, 'PROD', 'node_' || i, 'ODPS_SQL', 'normal', c.cron, 1, jsonb_build_object(
       'name', 'node_' || i, 'programType', 'ODPS_SQL', 'cron', c.cron, 'cycle', 'day', 'crossCycle', '{"self":false,"children":false}'::jsonb,
       'script', jsonb_build_object('content', repeat('select * from a_table_of_some_name where ds = $$' || i || '$$; ', 20)))
     from generate_series(1, ${count}) i cross join lateral (select format('00 %s %s * * ?', i % 60, i / 60 % 24) as cron) c`,
  )
  await sql.query('insert into node_versions (node_id, version, definition) select id, version, definition from nodes')
  await sql.query(
    `insert into node_outputs (tenant_id, environment, output, node_id) select tenant_id, environment, 'bench.' || name, id from nodes`,
  )
  await sql.query(
    `insert into node_inputs (node_id, tenant_id, environment, output, type)
     select distinct n.id, n.tenant_id, n.environment, 'bench.node_' || 1 + (n.at * 7919 + k * 104729) % (n.at - 1), 'normal'
     from (select n.*, substr(name, 6)::bigint as at from nodes n) n cross join generate_series(1, ${UPSTREAM}) k where n.at > 1`,
  )
  await sql.query(
    `insert into node_edges (from_id, to_id, tenant_id, environment) select o.node_id, i.node_id, i.tenant_id, i.environment
     from node_inputs i join node_outputs o using (tenant_id, environment, output)`,
  )
  await sql.query('vacuum analyze')
  const { rows } = await sql.query<{ id: number }>('select id::float from nodes order by id')
  return { tenantId, workspaceId, nodeIds: rows.map((row) => row.id) }
}

async function one(sql: pg.Client, text: string): Promise<number> {
  const { rows } = await sql.query<{ id: number }>(text)
  return rows[0]!.id
}
