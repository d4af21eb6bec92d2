// The whole story with each of the vendor's npm clients as the extension's client: a process of its own receives the event over HTTP, reads the
// nodes and returns its result.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { endEverything, type Holdpoint, startHoldpoint } from '../e2e/holdpoint-process.ts'
import { addUser, administratorOf, type User } from '../e2e/user.ts'
import { operate, type Point, recurrenceOf, type WatchedWorkspace, watchedWorkspace } from '../e2e/watched-workspace.ts'
import { type TestDatabase, testDatabase } from '../postgres.ts'

const CLIENTS = [
  'pop-core, V1, GET',
  'pop-core, V1, POST',
  'openapi-client, V3, POST, query',
  'openapi-client, V1, POST, form',
  'openapi-core, V3, POST, form',
  'openapi-core, V1, POST, query',
]

/** Each is a leaf once those before it are gone. */
const LEAVES = [
  'tmp_order_reconciliation',
  'ads_coupon_report',
  'publish_reports',
  'ads_weekly_report',
  'ads_customer_report',
  '客户分层',
]

describe('an extension that uses', { timeout: 60_000 }, () => {
  let database: TestDatabase
  let holdpoint: Holdpoint
  let administrator: User
  let author: User
  let shop: WatchedWorkspace
  const processes: ChildProcess[] = []

  beforeAll(async () => {
    database = await testDatabase()
    const env = {
      DATABASE_URL: database.url,
      HOLDPOINT_SECRET_KEY: randomBytes(32).toString('hex'),
      HOLDPOINT_OUTBOUND_ALLOW: '127.0.0.1',
    }
    holdpoint = await startHoldpoint({ args: ['--no-demo'], env })
    administrator = await administratorOf(holdpoint)
    author = await addUser(holdpoint, administrator, 'author', ['open-platform-administrator'])
    shop = await watchedWorkspace(administrator.client, 'http://127.0.0.1:9/', author)
  })

  afterAll(async () => {
    for (const child of processes) child.kill('SIGKILL')
    await endEverything()
    await database.drop()
  })

  async function startExtension(client: string): Promise<ChildProcess> {
    const child = spawn(process.execPath, [path.join(import.meta.dirname, 'extension-process.ts')], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {
        CLIENT: client,
        DATAWORKS_ENDPOINT: holdpoint.endpoint,
        ALIBABA_CLOUD_ACCESS_KEY_ID: author.pair.id,
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: author.pair.secret,
      },
    })
    processes.push(child)
    const [{ port }] = (await once(child, 'message')) as [{ port: number }]
    await shop.sendTo(`http://127.0.0.1:${port}/`)
    child.send({ extensionCode: shop.extensionCode, secrets: await shop.signingSecrets() })
    return child
  }

  async function ask(point: Point, node: string) {
    const { client } = administrator
    const held = await operate(client, shop.workspaceId, point, shop.node(node))
    // It may be decided by now; that it was held shows in its check.
    expect(held.checks).toHaveLength(1)
    const ended = await vi.waitFor(
      async () => {
        const operation = await client.call('GET /operations/{operationId}', { params: { operationId: held.id } })
        expect(operation.state).not.toBe('held')
        return operation
      },
      { timeout: 20_000, interval: 25 },
    )
    return { ended, recurrence: await recurrenceOf(client, shop.workspaceId, shop.node(node)) }
  }

  test.each(CLIENTS)('%s lets through, warns and refuses', async (client) => {
    const extension = await startExtension(client)

    const frozen = await ask('freeze-node', 'stock_snapshot_hourly')
    expect(frozen).toMatchObject({ ended: { state: 'done', checks: [{ state: 'OK' }] }, recurrence: 'pause' })
    const unfrozen = await ask('unfreeze-node', 'stock_snapshot_hourly')
    expect(unfrozen).toMatchObject({ ended: { state: 'done', checks: [{ state: 'OK' }] }, recurrence: 'normal' })

    const refused = await ask('freeze-node', 'dwd_order_items')
    expect(refused).toMatchObject({ ended: { state: 'refused', status: 'BLOCKED' }, recurrence: 'normal' })
    // Chinese, line ends and signs that encodings disagree on arrive as they were sent.
    expect(refused.ended.checks[0]!.comment).toBe(
      'Freezing holds up what runs after it. Freeze the nodes downstream first.\n\n' +
        '- **dwd_order_items** is waited for by `订单日汇总`, `客户分层`, `tmp_campaign_check`',
    )

    const leaf = LEAVES[CLIENTS.indexOf(client)]!
    const unpublished = await ask('undeploy-node', leaf)
    expect(unpublished).toMatchObject({ ended: { state: 'done', status: 'PASSED' }, recurrence: null })
    expect(unpublished.ended.checks).toMatchObject(
      leaf.startsWith('tmp_') ? [{ state: 'OK' }] : [{ state: 'WARN', comment: expect.stringContaining(leaf) }],
    )
    expect(extension.exitCode).toBeNull()
  })
})
