// The server killed in the middle of held operations, at every step of the way: afterwards each of them ends exactly once.
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { CLIENTS } from '../../examples/freeze-guard/extension.ts'
import type { Client } from '../../sdk/src/index.ts'
import { type TestDatabase, testDatabase } from '../postgres.ts'
import { endEverything, type Holdpoint, startHoldpoint } from './holdpoint-process.ts'
import { type Message, type Receiver, startReceiver } from './receiver.ts'
import { administratorOf, clientOf, type User } from './user.ts'
import { operate, recurrenceOf, type WatchedWorkspace, watchedWorkspace } from './watched-workspace.ts'

const PATIENCE = { timeout: 20_000, interval: 25 }
/** A server that was killed is taken for dead some seconds later. */
const LEASED = { timeout: 60_000, interval: 100 }

describe('a server that is killed', { timeout: 90_000 }, () => {
  let database: TestDatabase
  let pool: pg.Pool
  let receiver: Receiver
  let env: Record<string, string>
  let holdpoint: Holdpoint
  let administrator: User
  let client: Client
  let shop: WatchedWorkspace

  const start = async () => {
    holdpoint = await startHoldpoint({ args: ['--no-demo'], env })
    if (administrator) client = clientOf(holdpoint, administrator.pair)
  }
  const restart = async () => {
    await holdpoint.end('SIGKILL')
    await start()
  }
  const freeze = (node: string) => operate(client, shop.workspaceId, 'freeze-node', shop.node(node))
  const recurrence = (node: string) => recurrenceOf(client, shop.workspaceId, shop.node(node))
  const read = (operationId: string) => client.call('GET /operations/{operationId}', { params: { operationId } })
  const deliveryOf = async (operationId: string) => (await read(operationId)).deliveries[0]!
  const pass = (message: Message) =>
    CLIENTS['pop-core']!({
      endpoint: holdpoint.endpoint,
      accessKeyId: administrator.pair.id,
      accessKeySecret: administrator.pair.secret,
    })('UpdateWorkbenchEventResult', {
      MessageId: message.id,
      ExtensionCode: shop.extensionCode,
      CheckResult: 'OK',
    })
  const asking = (operationId: string) => receiver.messages.filter((one) => one.data.extensionBizId === operationId)
  /** The message that asks about the operation, once it has arrived. */
  const asked = (operationId: string, patience = PATIENCE) =>
    vi.waitFor(() => {
      const messages = asking(operationId)
      expect(messages).not.toEqual([])
      return messages.at(-1)!
    }, patience)
  /** How often the node was changed: each effect publishes one such event in its own transaction. */
  const effectsOn = async (node: string) => {
    const { rows } = await pool.query(
      `select count(*)::int as count from messages where event_code = 'node-change-updated' and body::jsonb ->> 'nodeId' = $1`,
      [String(shop.node(node))],
    )
    return rows[0].count as number
  }
  const expectDoneOnce = async (operationId: string, node: string) => {
    expect(await read(operationId)).toMatchObject({ state: 'done', status: 'PASSED', checks: [{ result: 'OK' }] })
    expect(await recurrence(node)).toBe('pause')
    expect(await effectsOn(node)).toBe(1)
  }

  beforeAll(async () => {
    database = await testDatabase()
    pool = new pg.Pool(database.config)
    // A connection that is still closing when its database is dropped says so here.
    pool.on('error', () => {})
    receiver = await startReceiver()
    env = {
      DATABASE_URL: database.url,
      HOLDPOINT_SECRET_KEY: randomBytes(32).toString('hex'),
      HOLDPOINT_OUTBOUND_ALLOW: '127.0.0.1',
    }
    await start()
    administrator = await administratorOf(holdpoint)
    client = administrator.client
    shop = await watchedWorkspace(client, receiver.endpoint)
  })

  afterAll(async () => {
    await endEverything()
    await receiver.close()
    await pool.end()
    await database.drop()
  })

  test('before the message was delivered: the next start delivers it, and the operation is carried out once', async () => {
    await receiver.close()
    const { id } = await freeze('tmp_campaign_check')
    await vi.waitFor(async () => expect((await deliveryOf(id)).attempts).not.toEqual([]), PATIENCE)
    await restart()
    await receiver.open()
    expect(await read(id)).toMatchObject({ state: 'held', status: 'CHECKING' })
    await pass(await asked(id))
    await expectDoneOnce(id, 'tmp_campaign_check')
    const { attempts } = await deliveryOf(id)
    expect(attempts[0]).toMatchObject({ number: 1, status: null, error: expect.stringContaining('ECONNREFUSED') })
  })

  test('while the message was being delivered: it comes again, the same, and the operation is carried out once', async () => {
    receiver.answer = 'never'
    const { id } = await freeze('tmp_order_reconciliation')
    const first = await asked(id)
    await holdpoint.end('SIGKILL')
    receiver.answer = 200
    await start()
    await vi.waitFor(() => expect(asking(id)).toHaveLength(2), LEASED)
    const again = await asked(id)
    expect(again).toEqual(first)
    await pass(again)
    await expectDoneOnce(id, 'tmp_order_reconciliation')
    // An attempt whose end nobody saw is not counted.
    await vi.waitFor(
      async () => expect(await deliveryOf(id)).toMatchObject({ state: 'delivered', attempts: [{ number: 1 }] }),
      PATIENCE,
    )
  })

  test('after the message was delivered, before the result: the result still counts, and nothing is delivered again', async () => {
    const { id } = await freeze('ads_customer_report')
    await vi.waitFor(async () => expect((await deliveryOf(id)).state).toBe('delivered'), PATIENCE)
    await restart()
    expect(await read(id)).toMatchObject({ state: 'held', checks: [{ state: 'waiting', result: null }] })
    await pass(await asked(id))
    await expectDoneOnce(id, 'ads_customer_report')
    expect(asking(id)).toHaveLength(1)
  })

  test('while the result arrives: whichever came first, the client that repeats its call finds the operation done once', async () => {
    for (const node of ['publish_reports', 'stock_snapshot_hourly']) {
      const { id } = await freeze(node)
      const message = await asked(id)
      const answered = pass(message).then(
        () => true,
        () => false,
      )
      await restart()
      const acknowledged = await answered
      const { state } = await read(id)
      // What was acknowledged has happened; what was not may have happened or not, but not by half.
      expect(['held', 'done']).toContain(acknowledged ? 'done' : state)
      if (acknowledged) expect(state).toBe('done')
      expect(await effectsOn(node)).toBe(state === 'done' ? 1 : 0)
      await pass(message)
      await pass(message)
      await expectDoneOnce(id, node)
    }
  })

  test('an operation that is held for longer than the server lives is the one that its asker gets again', async () => {
    const held = await freeze('dwd_customers')
    await restart()
    const again = await freeze('dwd_customers')
    expect(again.id).toBe(held.id)
    await pass(await asked(held.id))
    await expectDoneOnce(held.id, 'dwd_customers')
  })
})
