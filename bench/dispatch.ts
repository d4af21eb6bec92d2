/**
 * How fast instances that run nothing are dispatched, as a share of a bare batched claim-and-update of the same rows, with few and with very many
 * finished instances in the table.
 *
 * The server and the bare program take turns on one database; while one works the other one stands still. What is dispatched is a graph in layers, of which
 * only the first is ready when the turn begins: each instance of the others waits for three of the layer before. The bare program finds all of its
 * rows ready, and writes that they have succeeded.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { withCleanup } from './cleanup.ts'
import { startHoldpoint } from './holdpoint.ts'
import { ordinaryPostgres } from './postgres.ts'
import { median, type Options, type Result, rounded } from './result.ts'

const LAYERS = 4
const WIDTH = 12_500
const SHORT_WIDTH = 5_000
const UPSTREAM = 3
const TURNS = 5
const SHORT_TURNS = 3
const FINISHED = 10_000_000
const SHORT_FINISHED = 500_000
const BATCH = 5_000
const LIMIT = 0.3
const WITHIN_MS = 60 * 60_000
const TURN_WITHIN_MS = 120_000
/** After so long the server has looked and found that nothing is left. */
const IDLE_MS = 2_000

type Turn = { readonly ours: number; readonly bare: number }

export async function run({ short, tell }: Options): Promise<Result> {
  return await withCleanup(WITHIN_MS, async (cleanup) => {
    const postgres = await ordinaryPostgres(cleanup)
    if (postgres === null) throw new Error('this benchmark needs the programs of a PostgreSQL (initdb, postgres)')
    const holdpoint = await startHoldpoint(cleanup, {
      entry: 'server/src/main.ts',
      arguments: ['--no-demo'],
      env: {
        HOLDPOINT_LOG_LEVEL: 'warn',
        DATABASE_URL: postgres.url,
        HOLDPOINT_SECRET_KEY: '0'.repeat(64),
        // It stands still while others take their turn, and is not dead then.
        HOLDPOINT_REPLICA_TIMEOUT_MS: '600000',
      },
    })
    // What stands still cannot end.
    cleanup.add(() => void process.kill(holdpoint.pid, 'SIGCONT'))
    const sql = new pg.Client({ connectionString: postgres.url })
    await sql.connect()
    cleanup.add(() => sql.end())
    const place = await makePlace(sql)
    const width = short ? SHORT_WIDTH : WIDTH
    const count = LAYERS * width

    /** Between two looks: one that is stopped in its middle counts as one that takes long, which is followed by a rest. */
    async function stop(): Promise<void> {
      await sleep(IDLE_MS)
      process.kill(holdpoint.pid, 'SIGSTOP')
    }

    async function turn(): Promise<Turn> {
      await stop()
      const ours = await putLayers(sql, place, width)
      const fromMs = await clock(sql)
      process.kill(holdpoint.pid, 'SIGCONT')
      const oursMs = (await finished(sql, ours)) - fromMs
      await stop()
      await putReady(sql, place, count)
      const bareMs = await bare(sql)
      process.kill(holdpoint.pid, 'SIGCONT')
      return { ours: (count / oursMs) * 1000, bare: (count / bareMs) * 1000 }
    }
    async function turns(name: string): Promise<Turn[]> {
      const all: Turn[] = []
      await turn()
      for (let at = 0; at < (short ? SHORT_TURNS : TURNS); at++) {
        const one = await turn()
        tell(
          `${name}: ${one.ours.toFixed(0)} instances/s, bare ${one.bare.toFixed(0)}/s, share ${(one.ours / one.bare).toFixed(2)}`,
        )
        all.push(one)
      }
      return all
    }

    const few = await turns('few')
    const many = short ? SHORT_FINISHED : FINISHED
    process.kill(holdpoint.pid, 'SIGSTOP')
    const startedMs = Date.now()
    await putFinished(sql, place, many)
    process.kill(holdpoint.pid, 'SIGCONT')
    tell(`${many} finished instances written in ${Math.round((Date.now() - startedMs) / 1000)} s`)
    const lots = await turns('many')
    const shareOf = (all: readonly Turn[]) => median(all.map((one) => one.ours / one.bare))
    const rateOf = (all: readonly Turn[], who: keyof Turn) => median(all.map((one) => one[who]))
    const share = Math.min(shareOf(few), shareOf(lots))
    return {
      value: rounded(share, 3),
      limit: LIMIT,
      ratio: rounded(share / LIMIT, 3),
      unit: 'of what a bare batched claim-and-update of the same rows reaches',
      instances: count,
      finished: many,
      shares: { few: rounded(shareOf(few), 3), many: rounded(shareOf(lots), 3) },
      manyOverFew: rounded(rateOf(lots, 'ours') / rateOf(few, 'ours'), 3),
      perSecond: {
        few: { ours: rounded(rateOf(few, 'ours'), 0), bare: rounded(rateOf(few, 'bare'), 0) },
        many: { ours: rounded(rateOf(lots, 'ours'), 0), bare: rounded(rateOf(lots, 'bare'), 0) },
      },
      turns: { few: few.map(roundedTurn), many: lots.map(roundedTurn) },
    }
  })
}

const roundedTurn = (turn: Turn) => ({ ours: rounded(turn.ours, 0), bare: rounded(turn.bare, 0) })

type Place = { readonly tenantId: number; readonly workspaceId: number; readonly groupId: number }

async function makePlace(sql: pg.Client): Promise<Place> {
  const { rows } = await sql.query<{ tenant_id: number; workspace_id: number; group_id: number }>(
    `with w as (insert into workspaces (tenant_id, identifier, name, description, mode, created_by)
       select t.id, 'bench', 'Bench', '', 'basic', u.id from tenants t join users u on u.tenant_id = t.id limit 1 returning id, tenant_id)
     select w.tenant_id::float, w.id::float as workspace_id, g.id::float as group_id from w join resource_groups g on g.tenant_id = w.tenant_id`,
  )
  const { tenant_id: tenantId, workspace_id: workspaceId, group_id: groupId } = rows[0]!
  return { tenantId, workspaceId, groupId }
}

async function putDag(sql: pg.Client, place: Place): Promise<number> {
  const { rows } = await sql.query<{ id: string }>(
    `insert into dags (tenant_id, workspace_id, environment, kind, name, bizdate) values ($1, $2, 'PROD', 2, 'bench', '2026-01-01') returning id`,
    [place.tenantId, place.workspaceId],
  )
  return Number(rows[0]!.id)
}

const INSERT = `insert into instances (tenant_id, workspace_id, environment, node_id, node_version, dag_id, kind, bizdate, period_number, cycle_at, due_at,
  status, has_work, waiting_for, priority, resource_group_id, wait_resource_at, started_at, finished_at)`

/** Instances in layers, each of which waits for three of the layer before; answers their run. */
async function putLayers(sql: pg.Client, place: Place, width: number): Promise<number> {
  const dagId = await putDag(sql, place)
  for (let layer = 0; layer < LAYERS; layer++)
    await sql.query(
      `${INSERT} select $1, $2, 'PROD', $4 * 1000000 + n, 1, $3, 2, '2026-01-01', 1, now(), now() - interval '1 minute', $5, false, $6, 1, $7, now(), null, null
       from generate_series(1, ${width}) n order by n`,
      [place.tenantId, place.workspaceId, dagId, layer, layer === 0 ? 3 : 1, layer === 0 ? 0 : UPSTREAM, place.groupId],
    )
  await sql.query(
    `insert into instance_edges (from_id, to_id)
     select f.first + (to_n * 7 + k * 31) % ${width}, f.first + ${width} + to_n
     from (select min(id) as first from instances where dag_id = $1) base
     cross join generate_series(0, ${LAYERS - 2}) layer cross join lateral (select base.first + layer * ${width} as first) f
     cross join generate_series(0, ${width - 1}) to_n cross join generate_series(0, ${UPSTREAM - 1}) k`,
    [dagId],
  )
  await settleTable(sql)
  return dagId
}

/** As many instances, all of which are ready. */
async function putReady(sql: pg.Client, place: Place, count: number): Promise<void> {
  const dagId = await putDag(sql, place)
  await sql.query(
    `${INSERT} select $1, $2, 'PROD', n, 1, $3, 2, '2026-01-01', 1, now(), now() - interval '1 minute', 3, false, 0, 1, $4, now(), null, null
     from generate_series(1, ${count}) n order by n`,
    [place.tenantId, place.workspaceId, dagId, place.groupId],
  )
  await settleTable(sql)
}

/** Instances that have succeeded long ago, in runs of 100,000. */
async function putFinished(sql: pg.Client, place: Place, count: number): Promise<void> {
  // Written with all its indexes the table would take hours; that they are made afterwards makes no difference to what they are then.
  const { rows: indexes } = await sql.query<{ name: string; definition: string }>(
    `select indexname as name, indexdef as definition from pg_indexes where tablename = 'instances' and indexname not like '%_pkey'`,
  )
  for (const { name } of indexes) await sql.query(`drop index ${name}`)
  for (let done = 0; done < count; done += 100_000) {
    const dagId = await putDag(sql, place)
    await sql.query(`update dags set status = 6, started_at = now(), finished_at = now() where id = $1`, [dagId])
    await sql.query(
      `${INSERT} select $1, $2, 'PROD', n, 1, $3, 2, date '2020-01-01' + $5::int, 1, now(), now(), 6, false, 0, 1, $4, now(), now(), now() - interval '30 days'
       from generate_series(1, ${Math.min(100_000, count - done)}) n`,
      [place.tenantId, place.workspaceId, dagId, place.groupId, done / 100_000],
    )
  }
  for (const { definition } of indexes) await sql.query(definition)
  await settleTable(sql)
}

async function settleTable(sql: pg.Client): Promise<void> {
  await sql.query('vacuum analyze instances')
  await sql.query('analyze instance_edges')
  await sql.query('checkpoint')
}

/** The database's clock. */
async function clock(sql: pg.Client): Promise<number> {
  const { rows } = await sql.query<{ ms: number }>('select (extract(epoch from clock_timestamp()) * 1000)::float as ms')
  return rows[0]!.ms
}

/** When the run had succeeded, by the database's clock. */
async function finished(sql: pg.Client, dagId: number): Promise<number> {
  const untilMs = Date.now() + TURN_WITHIN_MS
  while (Date.now() < untilMs) {
    const { rows } = await sql.query<{ status: number; ms: number }>(
      'select status, (extract(epoch from clock_timestamp()) * 1000)::float as ms from dags where id = $1',
      [dagId],
    )
    if (rows[0]!.status === 6) return rows[0]!.ms
    await sleep(5)
  }
  throw new Error('the instances were not dispatched in time')
}

/** The bare program: takes what is ready and writes that it has succeeded, so many at once, each a commit. */
async function bare(sql: pg.Client): Promise<number> {
  const startedMs = performance.now()
  for (;;) {
    const { rowCount } = await sql.query({
      name: 'bare',
      text: `with ready as (select id from instances where status = 3 and not has_work and not frozen order by id limit ${BATCH} for update skip locked)
        update instances i set status = 6, started_at = now(), finished_at = now(), modified_at = now() from ready where i.id = ready.id`,
    })
    if (rowCount === 0) return performance.now() - startedMs
  }
}
