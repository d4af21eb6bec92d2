// How the real process starts, refuses to start, and what it leaves behind then.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import path from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { type TestDatabase, testDatabase } from '../postgres.ts'
import { endEverything, processesNaming, runHoldpoint, startHoldpoint, temporaryHome } from './holdpoint-process.ts'
import { administratorOf, clientOf, signIn } from './user.ts'

vi.setConfig({ testTimeout: 60_000 })

const databases: TestDatabase[] = []
const servers: Server[] = []

/** A database with nothing in it, as somebody makes it for Holdpoint. */
async function emptyDatabase(): Promise<TestDatabase> {
  const database = await testDatabase({ migrate: null })
  databases.push(database)
  return database
}

/** A port that something else listens on. */
async function takenPort(): Promise<number> {
  const server = createServer()
  servers.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as { port: number }).port
}

/** A port that nothing listens on: it was free a moment ago. */
async function freePort(): Promise<number> {
  const port = await takenPort()
  const server = servers.pop()!
  await new Promise((resolve) => server.close(resolve))
  return port
}

const secretKey = () => randomBytes(32).toString('base64')

afterAll(async () => {
  await endEverything()
  for (const server of servers) server.close()
  for (const database of databases) await database.drop()
})

test('--help explains flags and environment, and starts nothing', async () => {
  const dataDir = path.join(temporaryHome(), 'data')
  const { code, stdout, stderr } = await runHoldpoint({ args: ['--help'], env: { HOLDPOINT_DATA_DIR: dataDir } })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const name of ['--port', '--data-dir', '--no-demo', '--reset-admin-password', 'DATABASE_URL', 'HOLDPOINT_HOST'])
    expect(stdout).toContain(name)
  expect(existsSync(dataDir)).toBe(false)
})

test('what is wrong in flags and environment is said all at once, before anything starts', async () => {
  const dataDir = path.join(temporaryHome(), 'data')
  const { code, stdout, stderr } = await runHoldpoint({
    args: ['--data-dir', dataDir, '--port', '70000', '--no-dmeo'],
    env: { HOLDPOINT_LOG_LEVEL: 'loud' },
  })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/has 3 problems:/)
  expect(stderr).toContain('did you mean --no-demo?')
  expect(stderr).not.toContain('    at ')
  expect(existsSync(dataDir)).toBe(false)
})

test('DATABASE_URL without the key that encrypts secrets is refused', async () => {
  const { url } = await emptyDatabase()
  const { code, stdout, stderr } = await runHoldpoint({ args: ['--port', '0'], env: { DATABASE_URL: url } })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^- HOLDPOINT_SECRET_KEY is required with DATABASE_URL/m)
  expect(stderr).not.toContain(url)
})

test.each(['127.0.0.1', 'localhost'])('a database on %s that does not answer is said in one sentence', async (host) => {
  const port = await freePort()
  const { code, stdout, stderr } = await runHoldpoint({
    args: ['--port', '0'],
    env: {
      DATABASE_URL: `postgres://somebody:verysecret@${host}:${port}/holdpoint`,
      HOLDPOINT_SECRET_KEY: secretKey(),
    },
  })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^The database cannot be reached: connect ECONNREFUSED \S+. Is DATABASE_URL right\?\n$/)
})

test('a database that does not exist is said in one sentence', async () => {
  const { url } = await emptyDatabase()
  const { code, stdout, stderr } = await runHoldpoint({
    args: ['--port', '0'],
    env: {
      DATABASE_URL: Object.assign(new URL(url), { pathname: '/nowhere' }).href,
      HOLDPOINT_SECRET_KEY: secretKey(),
    },
  })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toBe('The database cannot be reached: database "nowhere" does not exist. Is DATABASE_URL right?\n')
})

test('with DATABASE_URL that database is used, none is started, and --no-demo starts empty', async () => {
  const { url, config } = await emptyDatabase()
  const dataDir = path.join(temporaryHome(), 'data')
  const env = { DATABASE_URL: url, HOLDPOINT_SECRET_KEY: secretKey(), HOLDPOINT_DATA_DIR: dataDir }
  const first = await startHoldpoint({ args: ['--no-demo'], env })
  expect(first.extension).toBeNull()
  expect(existsSync(dataDir)).toBe(false)
  const { client, pair } = await administratorOf(first)
  for (const route of ['GET /workspaces', 'GET /extensions', 'GET /event-buses', 'GET /operations'] as const)
    expect((await client.call(route)).items).toEqual([])
  expect((await client.call('GET /users')).items).toMatchObject([{ name: 'admin' }])
  await client.call('POST /workspaces', { body: { identifier: 'kept', name: 'Kept' } })
  expect(await first.end('SIGTERM')).toEqual({ code: 143, signal: null })

  const second = await startHoldpoint({ args: ['--no-demo'], env })
  expect(second.password).toBeNull()
  expect(second.output()).toContain('with the password of the first start')
  const workspaces = await clientOf(second, pair).call('GET /workspaces')
  expect(workspaces.items).toMatchObject([{ identifier: 'kept' }])
  expect((await signIn(second.url, first.password!)).status).toBe(200)

  const { default: pg } = await import('pg')
  const database = new pg.Client(config)
  await database.connect()
  expect((await database.query('select identifier from workspaces')).rows).toEqual([{ identifier: 'kept' }])
  await database.end()
})

test('another key than the one that encrypted the secrets is refused', async () => {
  const { url } = await emptyDatabase()
  const env = { DATABASE_URL: url, HOLDPOINT_SECRET_KEY: secretKey() }
  const first = await startHoldpoint({ args: ['--no-demo'], env })
  const { pair } = await administratorOf(first)
  await first.end('SIGTERM')
  const { code, stdout, stderr } = await runHoldpoint({
    args: ['--no-demo', '--port', '0'],
    env: { ...env, HOLDPOINT_SECRET_KEY: secretKey(), HOLDPOINT_LOG_LEVEL: 'error' },
  })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain('is not the key that the secrets in this database were encrypted with')
  const again = await startHoldpoint({ args: ['--no-demo'], env })
  expect((await clientOf(again, pair).call('GET /workspaces')).items).toEqual([])
})

test('--reset-admin-password replaces the password and ends the sessions of the old one', async () => {
  const { url } = await emptyDatabase()
  const env = { DATABASE_URL: url, HOLDPOINT_SECRET_KEY: secretKey() }
  const first = await startHoldpoint({ args: ['--no-demo'], env })
  const { cookie } = await signIn(first.url, first.password!)
  await first.end('SIGTERM')
  const second = await startHoldpoint({ args: ['--no-demo', '--reset-admin-password'], env })
  expect(second.password).not.toBe(first.password)
  expect((await signIn(second.url, second.password!)).status).toBe(200)
  expect((await signIn(second.url, first.password!)).status).toBe(401)
  expect((await fetch(`${second.url}/api/v1/session`, { headers: { cookie } })).status).toBe(401)
})

test.runIf(process.platform === 'linux')(
  'a port in use is said in one sentence, and no PostgreSQL is left behind',
  async () => {
    const dataDir = path.join(temporaryHome(), 'data')
    const port = await takenPort()
    const { code, stdout, stderr } = await runHoldpoint({
      args: ['--data-dir', dataDir, '--no-demo', '--port', String(port)],
      env: { HOLDPOINT_LOG_LEVEL: 'error' },
    })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe(
      `listen EADDRINUSE: address already in use 127.0.0.1:${port}: choose another port with --port\n`,
    )
    expect(processesNaming(dataDir)).toEqual([])
  },
)

test('a port of the demonstration that is in use is said with its remedy, and Holdpoint runs without it', async () => {
  const { url } = await emptyDatabase()
  const holdpoint = await startHoldpoint({
    env: { DATABASE_URL: url, HOLDPOINT_SECRET_KEY: secretKey(), HOLDPOINT_DEMO_PORT: String(await takenPort()) },
  })
  expect(holdpoint.extension).toBeNull()
  expect(holdpoint.errors()).toContain('Set HOLDPOINT_DEMO_PORT or start with --no-demo')
  expect((await signIn(holdpoint.url, holdpoint.password!)).status).toBe(200)
})

// Well below the time after which Node itself would give such connections up.
test('a stop waits neither for consoles that are open nor for connections that are kept or were opened in advance', {
  timeout: 20_000,
}, async () => {
  const { url } = await emptyDatabase()
  const holdpoint = await startHoldpoint({
    args: ['--no-demo'],
    env: { DATABASE_URL: url, HOLDPOINT_SECRET_KEY: secretKey() },
  })
  const { cookie } = await signIn(holdpoint.url, holdpoint.password!)
  const stream = await fetch(`${holdpoint.url}/api/v1/stream`, { headers: { cookie } })
  const reader = stream.body!.getReader()
  expect(new TextDecoder().decode((await reader.read()).value)).toContain('event: hello')
  const idle = connect(Number(new URL(holdpoint.url).port), '127.0.0.1')
  await once(idle, 'connect')
  const idleClosed = once(idle, 'close')
  // A connection counts once the server has seen it, which an answer on a later one shows.
  expect((await fetch(`${holdpoint.url}/livez`)).status).toBe(200)
  expect(await holdpoint.end('SIGTERM')).toEqual({ code: 143, signal: null })
  // The stream was ended in order, not torn off.
  expect(await reader.read()).toEqual({ done: true, value: undefined })
  await idleClosed
})

test.runIf(process.platform === 'linux')(
  'an end that comes while everything is still starting leaves nothing behind',
  async () => {
    const dataDir = path.join(temporaryHome(), 'data')
    const starting = runHoldpoint({ args: ['--data-dir', dataDir, '--port', '0'] })
    await vi.waitFor(() => expect(processesNaming(`${dataDir}/postgres`)).not.toEqual([]), {
      timeout: 20_000,
      interval: 5,
    })
    process.kill(processesNaming(`--data-dir ${dataDir}`)[0]!, 'SIGTERM')
    expect((await starting).code).toBe(143)
    expect(processesNaming(dataDir)).toEqual([])
  },
)
