// A day of real work (SQL on DuckDB, shell programs, HTTP calls) by two servers that are killed or stand still again and again, and the same day undisturbed.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createInstances } from '../../server/src/modules/operation-center/create-instances.ts'
import { type Database, openDatabase } from '../../server/src/store/database.ts'
import { unsettled } from '../planted.ts'
import { type TestDatabase, testDatabase } from '../postgres.ts'
import { endEverything, type Holdpoint, startHoldpoint, temporaryHome } from './holdpoint-process.ts'
import { administratorOf, clientOf, type User } from './user.ts'

const PATIENCE = { timeout: 120_000, interval: 20 }
const HOURS = ['00', '03', '06', '09', '12', '15', '18', '21']
/** What becomes of the server that has something to lose, one time after the other. */
const BLOWS = ['killed', 'stands still', 'killed', 'killed', 'stands still', 'killed'] as const
const BIZDATE = '2026-01-04'

type Node = {
  readonly type: string
  readonly content: string
  readonly upstream?: readonly string[]
  readonly hourly?: boolean
}

const nodesOf = (receiver: string): Readonly<Record<string, Node>> => ({
  load: {
    type: 'ODPS_SQL',
    hourly: true,
    content: `create or replace table orders_\${hour} as select '\${hour}' as hour, i as id, (i * 7 + \${hour}) % 97 as amount from range(3000) r(i)`,
  },
  check: {
    type: 'DIDE_SHELL',
    hourly: true,
    upstream: ['load'],
    content: 'echo begins; sleep 0.3; echo "checked $hour"',
  },
  notify: {
    type: 'HTTP',
    hourly: true,
    upstream: ['check'],
    content: JSON.stringify({ method: 'POST', url: `${receiver}/\${hour}`, body: { node: 'notify' } }),
  },
  daily: {
    type: 'ODPS_SQL',
    upstream: ['load'],
    content: `create or replace table daily as select hour, count(*) as orders, sum(amount) as amount from (${HOURS.map(
      (hour) => `select * from orders_20260105${hour}`,
    ).join(' union all ')}) group by hour`,
  },
  heavy: {
    type: 'ODPS_SQL',
    upstream: ['daily'],
    content: 'create or replace table heavy as select sum(hash(i)) % 1000003 as digest from range(3000000) r(i)',
  },
  archive: { type: 'DIDE_SHELL', upstream: ['daily'], content: 'for i in 1 2 3 4; do echo "part $i"; sleep 0.2; done' },
  report: {
    type: 'ODPS_SQL',
    upstream: ['heavy', 'archive', 'notify'],
    content: 'create or replace table report as select count(*) as hours, sum(amount) as amount from daily',
  },
})

describe('Rules 36 and 37: a day of real work', { timeout: 240_000 }, () => {
  let database: TestDatabase
  let db: Database
  let env: Record<string, string>
  let tables: string
  let administrator: User
  const receiver = createServer()
  const open = new Set<string>()
  const called = new Map<string, number>()
  const overlapping: string[] = []

  beforeAll(async () => {
    database = await testDatabase()
    db = openDatabase({ ...database.config, max: 2 })
    receiver.on('request', (request, response) => {
      const call = request.url!
      if (open.has(call)) overlapping.push(call)
      open.add(call)
      called.set(call, (called.get(call) ?? 0) + 1)
      response.once('close', () => open.delete(call))
      setTimeout(() => response.end('{}'), 150)
    })
    await once(receiver.listen(0, '127.0.0.1'), 'listening')
    tables = path.join(temporaryHome(), 'tables')
    env = {
      DATABASE_URL: database.url,
      HOLDPOINT_SECRET_KEY: randomBytes(32).toString('hex'),
      HOLDPOINT_OUTBOUND_ALLOW: '127.0.0.1',
      HOLDPOINT_REPLICA_TIMEOUT_MS: '4000',
      HOLDPOINT_TABLES_DIR: tables,
    }
  })

  afterAll(async () => {
    await endEverything()
    receiver.closeAllConnections()
    receiver.close()
    await db.close()
    await database.drop()
  })

  /** A running server with what its replica is called. */
  type Server = { readonly process: Holdpoint; readonly replicaId: string }
  async function start(): Promise<Server> {
    const known = await replicas()
    const process = await startHoldpoint({ args: ['--no-demo'], env })
    return { process, replicaId: await replicaBeside(known) }
  }
  const replicas = async () => (await db.rows<{ id: string }>('select id from replicas')).map((row) => row.id)
  async function replicaBeside(known: readonly string[]): Promise<string> {
    return await vi.waitFor(async () => {
      const fresh = (await replicas()).filter((id) => !known.includes(id))
      expect(fresh).toHaveLength(1)
      return fresh[0]!
    }, PATIENCE)
  }

  async function strike(server: Server, blow: (typeof BLOWS)[number]): Promise<Server> {
    if (blow === 'killed') {
      await server.process.end('SIGKILL')
      return await start()
    }
    // Until the other one has taken it for dead, and what it ran; then it goes on as a new replica.
    process.kill(server.process.pid, 'SIGSTOP')
    await vi.waitFor(async () => {
      expect(await replicas()).not.toContain(server.replicaId)
      const has = await db.rows('select from instances where replica_id = $1', [server.replicaId])
      expect(has).toEqual([])
    }, PATIENCE)
    const known = await replicas()
    process.kill(server.process.pid, 'SIGCONT')
    return { ...server, replicaId: await replicaBeside(known) }
  }

  /** A workspace with the nodes, and their instances of one day; answers its run and its data source. */
  async function prepareDay(
    server: Server,
    identifier: string,
  ): Promise<{ dagId: number; sourceId: number; tenantId: number }> {
    administrator ??= await administratorOf(server.process)
    const client = clientOf(server.process, administrator.pair)
    const workspace = await client.call('POST /workspaces', { body: { identifier, name: identifier, mode: 'basic' } })
    const nodes = nodesOf(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/${identifier}`)
    const output = (name: string) => ({ data: `${identifier}.${name}`, artifactType: 'NodeOutput' })
    await client.call('POST /workspaces/{workspaceId}/flowspec-imports', {
      params: { workspaceId: workspace.id },
      body: {
        environment: 'PROD',
        flowspec: {
          version: '1.1.0',
          kind: 'CycleWorkflow',
          spec: {
            nodes: Object.entries(nodes).map(([name, { type, content, upstream = [], hourly = false }]) => ({
              id: name,
              name,
              recurrence: 'Normal',
              script: {
                path: name,
                content,
                runtime: { command: type },
                parameters: [{ name: 'hour', type: 'System', scope: 'NodeParameter', value: '$[yyyymmddhh24]' }],
              },
              trigger: { type: 'Scheduler', cron: hourly ? '00 00 0/3 * * ?' : '00 00 00 * * ?' },
              inputs: { nodeOutputs: upstream.map(output) },
              outputs: { nodeOutputs: [{ ...output(name), isDefault: true }] },
            })),
          },
        },
      },
    })
    const [place] = await db.rows<{ tenant_id: number; source_id: number }>(
      `select w.tenant_id, s.id as source_id from workspaces w join data_sources s on s.workspace_id = w.id and s.is_default where w.id = $1`,
      [workspace.id],
    )
    await db.rows('update resource_groups set allows_shell = true')
    const ids = await db.rows<{ id: number }>('select id from nodes where workspace_id = $1', [workspace.id])
    const dagId = await db.transaction(async (tx) => {
      const { dagIds, instanceCount } = await createInstances(tx, {
        tenantId: place!.tenant_id,
        workspaceId: workspace.id,
        environment: 'PROD',
        kind: 'scheduled',
        name: 'day',
        createdBy: null,
        backfillId: null,
        nodes: ids.map(({ id }) => ({ nodeId: id, dryRun: false })),
        dates: [BIZDATE],
        lines: 1,
        window: null,
        startsFutureNow: false,
        starts: true,
        priority: null,
        resourceGroupId: null,
        parameters: null,
        timeZone: 'UTC',
      })
      expect(instanceCount).toBe(3 * HOURS.length + 5)
      // The clock of the day stands still until it is moved on.
      await tx.rows(
        `update instances set due_at = now() + interval '1 day', status = case when status = 3 then 2 else status end where dag_id = $1`,
        [dagIds[0]],
      )
      return dagIds[0]!
    })
    return { dagId, sourceId: place!.source_id, tenantId: place!.tenant_id }
  }

  /** Moves the clock of the day on to this hour. */
  const moveOn = async ({ dagId }: { dagId: number }, hour: number) =>
    void (await db.rows(
      `update instances set due_at = now() where dag_id = $1 and due_at > now() and cycle_at <= timestamptz '2026-01-05 00:00:00Z' + make_interval(hours => $2)`,
      [dagId, hour],
    ))

  const statusesOf = async (dagId: number) =>
    (await db.rows<{ status: number }>('select distinct status from instances where dag_id = $1', [dagId])).map(
      (row) => row.status,
    )

  /** What the day has left in its tables. */
  async function resultOf({ sourceId, tenantId }: { sourceId: number; tenantId: number }): Promise<unknown> {
    const file = path.join(tables, String(tenantId), String(sourceId), 'tables.duckdb')
    const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' })
    const connection = await instance.connect()
    const read = async (sql: string) => (await connection.runAndReadAll(sql)).getRows().map((row) => row.map(String))
    const result = {
      tables: await read('select table_name from duckdb_tables() order by 1'),
      daily: await read('select * from daily order by hour'),
      heavy: await read('select * from heavy'),
      report: await read('select * from report'),
    }
    connection.closeSync()
    instance.closeSync()
    return result
  }

  test('two servers that are killed or stand still again and again come to the same as one that is not, and nothing is run twice at once', async () => {
    let one = await start()
    const calm = await prepareDay(one, 'calm')
    await moveOn(calm, 24)
    await vi.waitFor(async () => expect(await statusesOf(calm.dagId)).toEqual([6]), PATIENCE)
    let two = await start()
    const wild = await prepareDay(one, 'wild')
    for (const [at, blow] of BLOWS.entries()) {
      await moveOn(wild, (at * 24) / BLOWS.length)
      // The one that has something to lose.
      const [busy] = await vi.waitFor(async () => {
        const rows = await db.rows<{ replica_id: string }>(
          'select replica_id from instances where replica_id = any($1) limit 1',
          [[one.replicaId, two.replicaId]],
        )
        expect(rows).toHaveLength(1)
        return rows
      }, PATIENCE)
      if (busy!.replica_id === one.replicaId) one = await strike(one, blow)
      else two = await strike(two, blow)
    }
    await moveOn(wild, 24)
    await vi.waitFor(async () => expect(await statusesOf(wild.dagId)).toEqual([6]), PATIENCE)
    const lost = await db.rows(
      `select from instance_runs r join instances i on i.id = r.instance_id where i.dag_id = $1 and r.reason->>'code' = 'RUN_LOST'`,
      [wild.dagId],
    )
    expect(lost.length).toBeGreaterThan(0)
    expect(await unsettled(db)).toEqual([])
    expect(overlapping).toEqual([])
    const hours = (identifier: string) => HOURS.map((hour) => called.get(`/${identifier}/20260105${hour}`) ?? 0)
    expect(hours('calm')).toEqual(HOURS.map(() => 1))
    for (const times of hours('wild')) expect(times).toBeGreaterThan(0)
    const open = await db.rows('select from instance_runs where finished_at is null')
    expect(open).toEqual([])
    await Promise.all([one.process.end('SIGTERM'), two.process.end('SIGTERM')])
    expect(await resultOf(wild)).toEqual(await resultOf(calm))
  })
})
