/**
 * What a round costs when a million operations are held and wait for an answer, as a share of what it costs with a thousand.
 *
 * Two servers, each on a database of its own in the same PostgreSQL, take turns; load generator and receiver are the same processes for both. The
 * operations that wait are copies, row by row, of one that was really asked for, so that they have whatever such an operation has.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Cleanup, withCleanup } from './cleanup.ts'
import { type Running, startHoldpoint } from './holdpoint.ts'
import { ordinaryPostgres } from './postgres.ts'
import { memoryMb } from './processes.ts'
import { median, type Options, type Result, rounded } from './result.ts'
import { signedCalls } from './round/call.ts'
import { answers, load, type Side, type Slice } from './round/load.ts'
import { type Prepared, prepareWorkspace } from './round/workspace.ts'
import { startReceiver } from './round.ts'

const FEW = 1_000
const MANY = 1_000_000
const SHORT_MANY = 50_000
const NODES = 256
const CONCURRENCY = 32
const TURNS = 6
const LEAD_MS = 400
const MEASURE_MS = 2_600
const WARM_UP_MS = 6_000
/** A round with many open may cost this share of one with few. */
const LIMIT = 1.25
const WITHIN_MS = 30 * 60_000
/** The tables that belong to an operation, each with the column that names what the row belongs to. */
const TABLES = [
  ['operations', 'id', 'operation'],
  ['messages', 'operation_id', 'operation'],
  ['checks', 'operation_id', 'operation'],
  ['deliveries', 'message_id', 'message'],
] as const

type Server = {
  readonly name: string
  readonly holdpoint: Running
  readonly side: Side
  readonly prepared: Prepared
  readonly sql: pg.Client
}

export async function run({ short, tell }: Options): Promise<Result> {
  const many = short ? SHORT_MANY : MANY
  return await withCleanup(WITHIN_MS, async (cleanup) => {
    const answered = answers()
    const receiver = await startReceiver(cleanup, answered)
    const silent = await startSilent(cleanup)
    const servers: Server[] = []
    for (const [name, open] of [
      ['few', FEW],
      ['many', many],
    ] as const) {
      const postgres = await ordinaryPostgres(cleanup)
      if (postgres === null) throw new Error('this benchmark needs the programs of a PostgreSQL (initdb, postgres)')
      const holdpoint = await startHoldpoint(cleanup, {
        entry: 'server/src/main.ts',
        arguments: ['--no-demo'],
        env: {
          HOLDPOINT_OUTBOUND_ALLOW: '127.0.0.1/32',
          HOLDPOINT_LOG_LEVEL: 'warn',
          DATABASE_URL: postgres.url,
          HOLDPOINT_SECRET_KEY: '0'.repeat(64),
        },
      })
      const prepared = await prepareWorkspace(
        holdpoint.url,
        holdpoint.password,
        `http://127.0.0.1:${receiver.port}/${name}`,
        NODES,
      )
      const sql = new pg.Client({ connectionString: postgres.url })
      await sql.connect()
      cleanup.add(() => sql.end())
      const one = await holdForever(holdpoint, prepared, `http://127.0.0.1:${silent}/`, sql)
      const startedMs = Date.now()
      await copyHeld(sql, one, open - 1)
      tell(
        `${name}: ${await heldCount(sql)} operations are held, written in ${Math.round((Date.now() - startedMs) / 1000)} s`,
      )
      servers.push({
        name,
        holdpoint,
        prepared,
        sql,
        side: {
          name,
          call: signedCalls(holdpoint.url, prepared.client.pair, CONCURRENCY),
          nodeIds: prepared.nodeIds.slice(1),
          frozen: new Set(),
          rounds: 0,
        },
      })
    }
    receiver.serve({
      connections: CONCURRENCY,
      sides: Object.fromEntries(
        servers.map(({ name, holdpoint, prepared }) => [
          name,
          { urls: [holdpoint.url], extensionCode: prepared.extensionCode, pair: prepared.client.pair },
        ]),
      ),
    })
    for (const { side } of servers)
      await load(side, answered, { concurrency: CONCURRENCY, leadMs: 0, measureMs: WARM_UP_MS })
    const before = servers.map(({ holdpoint }) => memoryMb(holdpoint.pid))
    const slices: Slice[][] = [[], []]
    for (let turn = 0; turn < TURNS; turn++)
      for (const [at, { name, side }] of servers.entries()) {
        const slice = await load(side, answered, { concurrency: CONCURRENCY, leadMs: LEAD_MS, measureMs: MEASURE_MS })
        tell(`${name}: ${slice.perSecond.toFixed(0)} rounds/s`)
        slices[at]!.push(slice)
      }
    const after = servers.map(({ holdpoint }) => memoryMb(holdpoint.pid))
    for (const { name, sql, side } of servers) {
      const held = await heldCount(sql)
      const { rows } = await sql.query<{ done: number }>(
        `select count(*)::int as done from operations where state = 'done'`,
      )
      if (held !== (name === 'few' ? FEW : many) || rows[0]!.done !== side.rounds)
        throw new Error(`${name}: ${held} held, ${rows[0]!.done} done after ${side.rounds} rounds`)
    }
    const [few, lots] = slices.map((own) => median(own.map((slice) => slice.perSecond))) as [number, number]
    const cost = rounded(few / lots, 3)
    return {
      value: cost,
      limit: LIMIT,
      ratio: rounded(cost / LIMIT, 3),
      unit: `times what a round takes with ${FEW} open; the less the better`,
      open: { few: FEW, many },
      roundsPerSecond: { few: rounded(few, 1), many: rounded(lots, 1) },
      slices: slices[0]!.map((slice, at) => ({
        few: rounded(slice.perSecond, 1),
        many: rounded(slices[1]![at]!.perSecond, 1),
      })),
      serverMemoryMb: Object.fromEntries(
        servers.map(({ name }, at) => [name, { before: rounded(before[at]!, 1), after: rounded(after[at]!, 1) }]),
      ),
      memoryRatio: rounded(after[1]! / after[0]!, 2),
      tableSizesMb: await tableSizes(servers[1]!.sql),
    }
  })
}

/** A receiver that takes everything and never answers for its extension. */
async function startSilent(cleanup: Cleanup): Promise<number> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200).end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanup.add(() => server.close())
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

/** Asks for an operation in a workspace of its own, whose extension is told and does not answer; answers its id. */
async function holdForever({ url }: Running, prepared: Prepared, endpoint: string, sql: pg.Client): Promise<string> {
  const { client } = prepared
  const workspace = await client.call('POST /workspaces', {
    body: { identifier: 'waiting', name: 'Waiting', mode: 'basic' },
  })
  const params = { workspaceId: workspace.id }
  const flowspec = JSON.stringify({
    version: '1.1.0',
    kind: 'CycleWorkflow',
    spec: {
      nodes: [
        {
          id: '1',
          name: 'waits',
          owner: 'bench',
          recurrence: 'Normal',
          script: { path: 'waits', runtime: { command: 'ODPS_SQL' } },
          trigger: { type: 'Scheduler', cron: '00 05 00 * * ?' },
          outputs: { nodeOutputs: [{ data: 'waiting.waits', artifactType: 'NodeOutput' }] },
        },
      ],
    },
  })
  const { created } = await client.call('POST /workspaces/{workspaceId}/flowspec-imports', {
    params,
    body: { environment: 'PROD', flowspec },
  })
  const bus = await client.call('POST /event-buses', { body: { name: 'waiting', description: '' } })
  await client.call('POST /event-buses/{busId}/rules', {
    params: { busId: bus.id },
    body: { name: 'all', pattern: {}, targets: [{ name: 'silent', endpoint }] },
  })
  await client.call('PUT /workspaces/{workspaceId}/channel', { params, body: { busId: bus.id, enabled: true } })
  await client.call('PUT /workspaces/{workspaceId}/extensions/{code}', {
    params: { ...params, code: prepared.extensionCode },
    body: { enabled: true },
  })
  const asked = await signedCalls(
    url,
    client.pair,
    1,
  )('UpdateNodeRunMode', [
    ['NodeId', String(created[0]!.id)],
    ['ProjectEnv', 'PROD'],
    ['SchedulerType', '2'],
  ])
  const { ProcessId } = asked.body.Data as { ProcessId: string }
  for (let tries = 0; tries < 100; tries++) {
    const { rowCount } = await sql.query(
      `select from deliveries d join messages m on m.id = d.message_id where m.operation_id = $1 and d.state = 'delivered'`,
      [ProcessId],
    )
    if (rowCount === 1) return ProcessId
    await sleep(100)
  }
  throw new Error('the operation that waits was not delivered')
}

/** Copies the operation with all that belongs to it, as if it had been asked for again and again in the hours before. */
async function copyHeld(sql: pg.Client, operationId: string, copies: number): Promise<void> {
  await sql.query(
    `create temporary table copies as select i, gen_random_uuid() as operation, gen_random_uuid() as message from generate_series(1, ${copies}) as i`,
  )
  const { rows } = await sql.query<{ message: string }>('select id as message from messages where operation_id = $1', [
    operationId,
  ])
  const own = { operation: operationId, message: rows[0]!.message }
  for (const [table, key, belongsTo] of TABLES) {
    const { rows: columns } = await sql.query<{ name: string; type: string; drawn: boolean }>(
      `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attidentity <> '' as drawn from pg_attribute a
       where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum`,
      [table],
    )
    // Every row is the template's, but for its ids, its key, and its times, which are spread over the last day and a half.
    const value = ({ name, type }: { name: string; type: string }) => {
      if (name === key) return `c.${belongsTo}`
      if (name === 'id' && table === 'messages') return 'c.message'
      if (name === 'request_key') return `t.request_key || c.i`
      if (type === 'timestamp with time zone') return `t.${name} - c.i * interval '0.1 second'`
      return `t.${name}`
    }
    const written = columns.filter((column) => !column.drawn)
    await sql.query(
      `insert into ${table} (${written.map((one) => one.name).join(', ')})
       select ${written.map(value).join(', ')} from copies c, ${table} t where t.${key} = '${own[belongsTo]}'`,
    )
  }
  await sql.query('drop table copies')
  await sql.query('vacuum analyze')
  await sql.query('checkpoint')
}

async function heldCount(sql: pg.Client): Promise<number> {
  const { rows } = await sql.query<{ n: number }>(`select count(*)::int as n from operations where state = 'held'`)
  return rows[0]!.n
}

async function tableSizes(sql: pg.Client): Promise<Record<string, number>> {
  const { rows } = await sql.query<{ name: string; mb: number }>(
    `select relname as name, round(pg_total_relation_size(oid) / 1048576.0)::int as mb from pg_class where relname = any($1) order by relname`,
    [TABLES.map(([table]) => table)],
  )
  return Object.fromEntries(rows.map(({ name, mb }) => [name, mb]))
}
