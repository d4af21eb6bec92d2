import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../test/postgres.ts'
import { PATIENCE } from '../../test/world.ts'
import { type Server, startServer } from './server.ts'

const databases: TestDatabase[] = []
const servers: Server[] = []
afterAll(async () => {
  for (const server of servers) await server.stop()
  for (const database of databases) await database.drop()
})
async function empty(): Promise<TestDatabase> {
  const database = await testDatabase({ migrate: null })
  databases.push(database)
  return database
}
const SETTINGS = {
  host: '127.0.0.1',
  port: 0,
  publicUrl: 'http://127.0.0.1:0',
  publicUrlDerived: true,
  region: 'cn-hangzhou',
  outboundAllow: [],
  outboundDeny: [],
  outboundCa: null,
  replicaTimeoutMs: 30_000,
  poolSize: 4,
  timeZone: 'UTC',
  bodyLimitBytes: 1 << 20,
  trustProxy: false,
  metricsToken: null,
  requestsPerSecond: 0,
  sessionHours: 12,
  sessionIdleMinutes: 120,
  localPasswords: 'everyone',
  oidcIssuer: null,
  oidcClientId: null,
  oidcClientSecret: null,
  oidcLabel: 'Single sign-on',
  oidcTenant: null,
  oidcUserClaim: 'sub',
  oidcCreateUsers: false,
  oidcRole: null,
} as const
const secretKey = randomBytes(32)

/** Who is connected to the database beside whoever asks. */
async function connections({ config }: TestDatabase): Promise<number> {
  const client = new pg.Client(config)
  await client.connect()
  try {
    const { rows } = await client.query(
      `select count(*)::int as count from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
    )
    return rows[0].count
  } finally {
    await client.end()
  }
}

test('three replicas that start at the same time on an empty database all serve it', async () => {
  const database = await empty()
  const replicas = await Promise.all([1, 2, 3].map(() => startServer(SETTINGS, database.config, secretKey)))
  servers.push(...replicas)
  for (const { port } of replicas)
    await expect.poll(async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status, PATIENCE).toBe(200)
  expect(new Set(replicas.map((one) => one.port)).size).toBe(3)
})

test('a server that stops lets go of the database and of its port', async () => {
  const database = await empty()
  const server = await startServer(SETTINGS, database.config, secretKey)
  const { port } = server
  await server.stop()
  await expect(fetch(`http://127.0.0.1:${port}/livez`)).rejects.toThrow()
  await expect.poll(() => connections(database), PATIENCE).toBe(0)
})

test('a server whose port is taken says so and leaves nothing running', async () => {
  const database = await empty()
  const occupant = createServer()
  await once(occupant.listen(0, '127.0.0.1'), 'listening')
  const { port } = occupant.address() as AddressInfo
  await expect(startServer({ ...SETTINGS, port }, database.config, secretKey)).rejects.toMatchObject({
    code: 'EADDRINUSE',
  })
  await expect.poll(() => connections(database), PATIENCE).toBe(0)
  occupant.close()
})

test('a server whose database does not answer says it is alive and not ready', async () => {
  const database = await empty()
  const server = await startServer(SETTINGS, database.config, secretKey)
  await database.drop()
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${server.port}${path}`)).status
  expect(await get('/livez')).toBe(200)
  expect(await get('/readyz')).toBe(503)
  await server.stop()
})

test('a server that cannot do its work says why: an older schema, and heartbeats that do not arrive', async () => {
  const database = await empty()
  const server = await startServer({ ...SETTINGS, replicaTimeoutMs: 2_000 }, database.config, secretKey)
  servers.push(server)
  const ready = async () => {
    const answer = await fetch(`http://127.0.0.1:${server.port}/readyz`)
    const { status } = (await answer.json()) as { status: string }
    return { code: answer.status, status }
  }
  await expect.poll(ready, PATIENCE).toEqual({ code: 200, status: 'ok' })
  await server.db.rows(`create table kept as select * from schema_migrations`)
  await server.db.rows(`delete from schema_migrations where id = (select max(id) from schema_migrations)`)
  expect(await ready()).toEqual({ code: 503, status: 'the schema of the database is older than this server' })
  await server.db.rows(
    `insert into schema_migrations overriding system value select * from kept on conflict do nothing`,
  )
  await expect.poll(ready, PATIENCE).toEqual({ code: 200, status: 'ok' })
  await server.db.rows('alter table replicas rename to away')
  await expect
    .poll(ready, PATIENCE)
    .toMatchObject({ code: 503, status: expect.stringContaining('heartbeats of this replica') })
  await server.db.rows('alter table away rename to replicas')
  await expect.poll(ready, PATIENCE).toEqual({ code: 200, status: 'ok' })
})
