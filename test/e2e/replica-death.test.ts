// Two servers on one database, and one of them is killed, or stands still and comes back.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Client } from '../../sdk/src/index.ts'
import { type TestDatabase, testDatabase } from '../postgres.ts'
import { endEverything, type Holdpoint, startHoldpoint } from './holdpoint-process.ts'
import { administratorOf, clientOf, type User } from './user.ts'
import { operate, type WatchedWorkspace, watchedWorkspace } from './watched-workspace.ts'

const PATIENCE = { timeout: 60_000, interval: 25 }
const NODES = [
  'tmp_campaign_check',
  'tmp_order_reconciliation',
  'ads_customer_report',
  'publish_reports',
  'stock_snapshot_hourly',
] as const

/** A receiver that keeps every request waiting until it is let go, and sees whether one message is there twice at the same moment. */
async function startHolding() {
  const open = new Map<ServerResponse, string>()
  const arrived: string[] = []
  const overlapping: string[] = []
  let letGo = false
  const server = createServer(async (request, response) => {
    const { id } = JSON.parse(await text(request)) as { id: string }
    arrived.push(id)
    if ([...open.values()].includes(id)) overlapping.push(id)
    open.set(response, id)
    response.once('close', () => open.delete(response))
    if (letGo) response.end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    arrived,
    overlapping,
    letGo() {
      letGo = true
      for (const response of open.keys()) response.end()
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('Rule 27: a replica that is dead, or cannot say that it lives, is replaced', { timeout: 120_000 }, () => {
  let database: TestDatabase
  let pool: pg.Pool
  let receiver: Awaited<ReturnType<typeof startHolding>>
  let env: Record<string, string>
  let first: Holdpoint
  let administrator: User
  let client: Client
  let shop: WatchedWorkspace

  const start = () => startHoldpoint({ args: ['--no-demo'], env })
  const freeze = async (by: Client, node: string) =>
    (await operate(by, shop.workspaceId, 'freeze-node', shop.node(node))).id
  const withdraw = (operationId: string) =>
    client.call('POST /operations/{operationId}/withdraw', { params: { operationId } })
  const deliveriesOf = async (operationIds: readonly string[]) => {
    const { rows } = await pool.query(
      `select d.state, d.attempts from deliveries d join messages m on m.id = d.message_id where m.operation_id = any ($1)`,
      [operationIds],
    )
    return rows as { state: string; attempts: number }[]
  }
  const allDelivered = (operationIds: readonly string[]) =>
    vi.waitFor(async () => {
      const states = (await deliveriesOf(operationIds)).map((one) => one.state)
      expect(states).toEqual(operationIds.map(() => 'delivered'))
    }, PATIENCE)

  beforeAll(async () => {
    database = await testDatabase()
    pool = new pg.Pool(database.config)
    pool.on('error', () => {})
    receiver = await startHolding()
    env = {
      DATABASE_URL: database.url,
      HOLDPOINT_SECRET_KEY: randomBytes(32).toString('hex'),
      HOLDPOINT_OUTBOUND_ALLOW: '127.0.0.1',
      // Nothing is delivered but what is asked for here.
      HOLDPOINT_SCHEDULER: 'off',
    }
    first = await start()
    administrator = await administratorOf(first)
    client = clientOf(first, administrator.pair)
    shop = await watchedWorkspace(client, receiver.endpoint)
    // What their import told is not looked at.
    receiver.letGo()
    await vi.waitFor(async () => {
      const { rows } = await pool.query(`select count(*)::int as pending from deliveries where state = 'pending'`)
      expect(rows).toEqual([{ pending: 0 }])
    }, PATIENCE)
  })

  beforeEach(async () => {
    await receiver.close()
    receiver = await startHolding()
    await pool.query('update event_targets set endpoint = $1, most_concurrent = 2', [receiver.endpoint])
    // The lane is free, and nobody keeps in mind any more how the target was.
    await vi.waitFor(async () => expect((await pool.query('select from lanes')).rowCount).toBe(0), PATIENCE)
  })

  afterAll(async () => {
    await endEverything()
    await receiver.close()
    await pool.end()
    await database.drop()
  })

  test('killed with attempts under way: the other makes them again, and all that waited', async () => {
    const ids = []
    for (const node of NODES) ids.push(await freeze(client, node))
    await vi.waitFor(() => expect(receiver.arrived).toHaveLength(2), PATIENCE)
    const second = await start()
    await first.end('SIGKILL')
    await vi.waitFor(() => expect(receiver.arrived.length).toBeGreaterThanOrEqual(4), PATIENCE)
    receiver.letGo()
    await allDelivered(ids)
    expect(new Set(receiver.arrived).size).toBe(NODES.length)
    expect(receiver.overlapping).toEqual([])
    client = clientOf(second, administrator.pair)
    first = second
    for (const id of ids) await withdraw(id)
  })

  test('standing still with attempts under way: the other makes them; when it goes on it makes none of them, and takes part again', async () => {
    const ids = []
    for (const node of NODES) ids.push(await freeze(client, node))
    await vi.waitFor(() => expect(receiver.arrived).toHaveLength(2), PATIENCE)
    const second = await start()
    process.kill(first.pid, 'SIGSTOP')
    await vi.waitFor(() => expect(receiver.arrived.length).toBeGreaterThanOrEqual(4), PATIENCE)
    receiver.letGo()
    await allDelivered(ids)
    const before = receiver.arrived.length
    process.kill(first.pid, 'SIGCONT')
    await vi.waitFor(async () => expect((await pool.query('select from replicas')).rowCount).toBe(2), PATIENCE)
    await vi.waitFor(() => expect(first.errors()).toContain('taken for dead'), PATIENCE)
    expect(receiver.arrived).toHaveLength(before)
    expect((await deliveriesOf(ids)).map((one) => one.state)).toEqual(ids.map(() => 'delivered'))
    for (const id of ids) await withdraw(id)
    await second.end('SIGTERM')
    const again = await freeze(client, NODES[0])
    await allDelivered([again])
    await withdraw(again)
  })
})
