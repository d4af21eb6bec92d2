// Two servers on one database are one Holdpoint.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { CLIENTS } from '../../examples/freeze-guard/extension.ts'
import type { Client } from '../../sdk/src/index.ts'
import { type TestDatabase, testDatabase } from '../postgres.ts'
import { endEverything, type Holdpoint, startHoldpoint } from './holdpoint-process.ts'
import { type Receiver, startReceiver } from './receiver.ts'
import { administratorOf, clientOf, signIn, type User } from './user.ts'
import { operate, recurrenceOf, type WatchedWorkspace, watchedWorkspace } from './watched-workspace.ts'

const PATIENCE = { timeout: 20_000, interval: 25 }

describe('two servers on one database', () => {
  let database: TestDatabase
  let receiver: Receiver
  let servers: readonly [Holdpoint, Holdpoint]
  let administrator: User
  let clients: readonly [Client, Client]
  let shop: WatchedWorkspace

  const answerTo = (server: Holdpoint, MessageId: string, CheckResult: string) =>
    CLIENTS['pop-core']!({
      endpoint: server.endpoint,
      accessKeyId: administrator.pair.id,
      accessKeySecret: administrator.pair.secret,
    })('UpdateWorkbenchEventResult', { MessageId, ExtensionCode: shop.extensionCode, CheckResult })
  const freeze = async (client: Client, node: string) => {
    const { id } = await operate(client, shop.workspaceId, 'freeze-node', shop.node(node))
    const message = await vi.waitFor(() => {
      const found = receiver.messages.find((one) => one.data.extensionBizId === id)
      expect(found).toBeDefined()
      return found!
    }, PATIENCE)
    return { id, messageId: message.id }
  }

  beforeAll(async () => {
    database = await testDatabase({ migrate: null })
    receiver = await startReceiver()
    const start = {
      args: ['--no-demo'],
      env: {
        DATABASE_URL: database.url,
        HOLDPOINT_SECRET_KEY: randomBytes(32).toString('hex'),
        HOLDPOINT_OUTBOUND_ALLOW: '127.0.0.1',
      },
    }
    servers = await Promise.all([startHoldpoint(start), startHoldpoint(start)])
    administrator = await administratorOf(servers.find((server) => server.password !== null)!)
    clients = [clientOf(servers[0], administrator.pair), clientOf(servers[1], administrator.pair)]
    shop = await watchedWorkspace(clients[0], receiver.endpoint)
  })

  afterAll(async () => {
    await endEverything()
    await receiver.close()
    await database.drop()
  })

  test('started at once on an empty database, one of them makes the administrator and prints the password', () => {
    expect(servers.filter((server) => server.password !== null)).toHaveLength(1)
  })

  test('what is held on one is answered on the other, and both show it done', async () => {
    const { id, messageId } = await freeze(clients[0], 'tmp_campaign_check')
    expect(await answerTo(servers[1], messageId, 'OK')).toMatchObject({ Success: true })
    for (const client of clients) {
      const operation = await client.call('GET /operations/{operationId}', { params: { operationId: id } })
      expect(operation).toMatchObject({ state: 'done', checks: [{ state: 'OK' }] })
      expect(await recurrenceOf(client, shop.workspaceId, shop.node('tmp_campaign_check'))).toBe('pause')
    }
    expect(receiver.messages.filter((one) => one.id === messageId)).toHaveLength(1)
  })

  test('of contradicting answers that reach both at once, one stands and the other is refused', async () => {
    for (const node of ['tmp_order_reconciliation', 'ads_customer_report', 'publish_reports']) {
      const { id, messageId } = await freeze(clients[1], node)
      const answers = await Promise.allSettled([
        answerTo(servers[0], messageId, 'OK'),
        answerTo(servers[1], messageId, 'FAIL'),
      ])
      const [passed, failed] = answers.map((one) => one.status === 'fulfilled')
      expect(passed).not.toBe(failed)
      expect(answers.find((one) => one.status === 'rejected')?.reason).toMatchObject({ code: 'Conflict.CheckResult' })
      const operation = await clients[0].call('GET /operations/{operationId}', { params: { operationId: id } })
      expect(operation.state).toBe(passed ? 'done' : 'refused')
      expect(await recurrenceOf(clients[1], shop.workspaceId, shop.node(node))).toBe(passed ? 'pause' : 'normal')
    }
  })

  test('the same request to both at once is one operation', async () => {
    const [a, b] = await Promise.all(clients.map((client) => freeze(client, 'stock_snapshot_hourly')))
    expect(a).toEqual(b)
    await answerTo(servers[0], a!.messageId, 'OK')
  })

  test('a signature that one has seen is a replay on the other', async () => {
    const call = (server: Holdpoint) =>
      CLIENTS['pop-core']!({
        endpoint: server.endpoint,
        accessKeyId: administrator.pair.id,
        accessKeySecret: administrator.pair.secret,
      })('ListProjects', { SignatureNonce: 'once' })
    expect(await call(servers[0])).toMatchObject({ PageResult: { TotalCount: 1 } })
    await expect(call(servers[1])).rejects.toMatchObject({ code: 'SignatureNonceUsed' })
  })

  test('a change on one is told to whoever watches on the other', async () => {
    const response = await fetch(`${servers[1].url}/api/v1/stream`, { headers: { cookie: await cookieOn(servers[1]) } })
    expect(response.status).toBe(200)
    let told = ''
    const reading = (async () => {
      for await (const chunk of response.body!) {
        told += Buffer.from(chunk).toString()
        if (told.includes('"kind":"operation"')) return
      }
    })()
    await vi.waitFor(() => expect(told).toContain('event: hello'), PATIENCE)
    const { id, messageId } = await freeze(clients[0], 'dwd_customers')
    await reading
    expect(told).toContain(id)
    await answerTo(servers[0], messageId, 'FAIL')
  })

  async function cookieOn(server: Holdpoint): Promise<string> {
    const { password } = servers.find((one) => one.password !== null)!
    return (await signIn(server.url, password!)).cookie
  }

  test('when one is killed, the other goes on alone', async () => {
    await servers[0].end('SIGKILL')
    const { id, messageId } = await freeze(clients[1], 'dwd_customers')
    await answerTo(servers[1], messageId, 'OK')
    const operation = await clients[1].call('GET /operations/{operationId}', { params: { operationId: id } })
    expect(operation.state).toBe('done')
  })
})
