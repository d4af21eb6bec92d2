// Rule 59: a server is killed while it checks the quality of what a node has written. Another one checks it; the node's program is not run again, and what
// waits for it goes on.
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Client } from '../../sdk/src/index.ts'
import { type DatabaseDoor, openDatabaseDoor } from '../database-door.ts'
import { type TestDatabase, testDatabase } from '../postgres.ts'
import { newMonitorOf, ruleOf } from '../quality.ts'
import { flowSpec } from '../world.ts'
import { endEverything, type Holdpoint, startHoldpoint, temporaryHome } from './holdpoint-process.ts'
import { administratorOf, clientOf, type User } from './user.ts'

const PATIENCE = { timeout: 90_000, interval: 50 }
const LOCK = 59

let database: TestDatabase
let warehouse: TestDatabase
let door: DatabaseDoor
let locker: pg.Client
let pool: pg.Pool
let env: Record<string, string>
let first: Holdpoint
let administrator: User
beforeAll(async () => {
  database = await testDatabase()
  warehouse = await testDatabase({ migrate: null })
  door = await openDatabaseDoor(warehouse.config)
  pool = new pg.Pool(database.config)
  pool.on('error', () => {})
  locker = new pg.Client(warehouse.config as pg.ClientConfig)
  await locker.connect()
  await locker.query('create table slow (n int); insert into slow values (1)')
  await locker.query('select pg_advisory_lock($1)', [LOCK])
  env = {
    DATABASE_URL: database.url,
    HOLDPOINT_SECRET_KEY: randomBytes(32).toString('hex'),
    HOLDPOINT_OUTBOUND_ALLOW: '127.0.0.1',
    HOLDPOINT_TABLES_DIR: temporaryHome(),
  }
  first = await startHoldpoint({ args: ['--no-demo'], env })
  administrator = await administratorOf(first)
})
afterAll(async () => {
  await endEverything()
  await locker?.end()
  await pool?.end()
  door?.close()
  await warehouse?.drop()
  await database?.drop()
})

async function pipeline(client: Client): Promise<{ readonly workspaceId: number; readonly nodeId: number }> {
  const workspace = await client.call('POST /workspaces', {
    body: { identifier: 'shop', name: 'Shop', mode: 'basic' },
  })
  const params = { workspaceId: workspace.id }
  await client.call('POST /workspaces/{workspaceId}/flowspec-imports', {
    params,
    body: { environment: 'PROD', flowspec: flowSpec(workspace, { writes: [], reads: ['writes'] }) },
  })
  const { items } = await client.call('GET /workspaces/{workspaceId}/nodes', { params })
  const nodeId = items.find(({ name }) => name === 'writes')!.id
  const url = new URL(warehouse.url)
  await client.call('POST /workspaces/{workspaceId}/data-sources', {
    params,
    body: {
      ...{ kind: 'postgresql', environment: 'PROD', name: 'warehouse' },
      settings: {
        ...{ host: '127.0.0.1', port: door.port, tls: false, database: url.pathname.slice(1) },
        user: decodeURIComponent(url.username),
      },
      password: decodeURIComponent(url.password) || 'unused',
    },
  })
  const sql = `select count(*) from (select pg_advisory_xact_lock_shared(${LOCK})) as l`
  await client.call('POST /workspaces/{workspaceId}/quality-monitors', {
    params,
    body: {
      ...newMonitorOf({ nodeIds: [nodeId], rules: [ruleOf({ sampling: { metric: 'UserDefinedSql', sql } })] }),
      target: { dataSource: 'warehouse', schema: null, table: 'slow' },
    },
  })
  return { workspaceId: workspace.id, nodeId }
}

const waiting = async () =>
  (
    await locker.query<{ pid: number }>(
      `select pid from pg_locks where locktype = 'advisory' and objid = $1 and not granted`,
      [LOCK],
    )
  ).rows
const stands = async () =>
  (
    await pool.query<{ name: string; status: number; run_number: number }>(
      `select n.name, i.status, i.run_number from instances i join nodes n on n.id = i.node_id join dags d on d.id = i.dag_id
       where d.backfill_id is not null order by n.name desc`,
    )
  ).rows

test('a check that is lost with its server is made by another one', { timeout: 240_000 }, async () => {
  const { workspaceId, nodeId } = await pipeline(administrator.client)
  await administrator.client.call('POST /workspaces/{workspaceId}/backfills', {
    params: { workspaceId },
    body: {
      name: 'a day',
      mode: 'massive',
      rootNodeIds: [nodeId],
      dates: [{ start: '2026-01-05', end: '2026-01-05' }],
    },
  })
  await vi.waitFor(async () => expect(await waiting()).toHaveLength(1), PATIENCE)
  expect(await stands()).toEqual([
    { name: 'writes', status: 7, run_number: 1 },
    { name: 'reads', status: 1, run_number: 0 },
  ])
  const second = await startHoldpoint({ args: ['--no-demo'], env })
  const [before] = await waiting()
  await first.end('SIGKILL')
  // What it was asking is over with it, and is asked anew.
  await vi.waitFor(async () => {
    const now = await waiting()
    expect(now).toHaveLength(1)
    expect(now[0]!.pid).not.toBe(before!.pid)
  }, PATIENCE)
  await locker.query('select pg_advisory_unlock($1)', [LOCK])
  await vi.waitFor(
    async () =>
      expect(await stands()).toEqual([
        { name: 'writes', status: 6, run_number: 1 },
        { name: 'reads', status: 6, run_number: 1 },
      ]),
    PATIENCE,
  )
  const { items } = await clientOf(second, administrator.pair).call('GET /workspaces/{workspaceId}/quality-results', {
    params: { workspaceId },
  })
  expect(items.map((one) => [one.status, one.value])).toEqual([['Passed', 1]])
})
