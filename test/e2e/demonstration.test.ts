// The demonstration on the embedded database, through several starts of the real process: each test goes on where the one before it ended.
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Client } from '../../sdk/src/index.ts'
import {
  endEverything,
  type Holdpoint,
  isRunning,
  postmasterPid,
  processesNaming,
  startHoldpoint,
  temporaryHome,
} from './holdpoint-process.ts'
import { administratorOf, clientOf, signIn, type User } from './user.ts'
import { operate, recurrenceOf } from './watched-workspace.ts'

const PATIENCE = { timeout: 20_000, interval: 50 }
/** A server that was killed is taken for dead some seconds later. */
const LEASED = { timeout: 60_000, interval: 100 }

describe.runIf(process.platform === 'linux')('the demonstration', { timeout: 90_000 }, () => {
  const dataDir = path.join(temporaryHome(), 'data')
  let holdpoint: Holdpoint
  let administrator: User
  let client: Client
  let workspaceId: number
  const ids = new Map<string, number>()

  const start = async () => {
    holdpoint = await startHoldpoint({ args: ['--data-dir', dataDir] })
  }
  const ask = (point: Parameters<typeof operate>[2], node: string) =>
    operate(client, workspaceId, point, ids.get(node)!)
  const recurrence = (node: string) => recurrenceOf(client, workspaceId, ids.get(node)!)
  const read = (operationId: string) => client.call('GET /operations/{operationId}', { params: { operationId } })
  const ended = (operationId: string, patience = PATIENCE) =>
    vi.waitFor(async () => {
      const operation = await read(operationId)
      expect(operation.state).not.toBe('held')
      return operation
    }, patience)
  /** While the work is under way the extension's process stands still, so that nothing is decided in the meantime. */
  const whileItThinks = async <T>(work: () => Promise<T>): Promise<T> => {
    const { pid } = holdpoint.extension!
    process.kill(pid, 'SIGSTOP')
    try {
      return await work()
    } finally {
      process.kill(pid, 'SIGCONT')
    }
  }
  /** On nodes. */
  const operations = async () =>
    (await client.call('GET /operations', { query: { limit: 200 } })).items.filter((one) =>
      ['freeze-node', 'unfreeze-node', 'undeploy-node'].includes(one.eventCode),
    )

  beforeAll(start)
  afterAll(endEverything)

  test('the first start prints the address of the console and credentials that sign in', async () => {
    expect(holdpoint.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(holdpoint.password).toMatch(/^[a-z2-9]{20}$/)
    expect((await signIn(holdpoint.url, 'not the password')).status).toBe(401)
    const { status, body } = await signIn(holdpoint.url, holdpoint.password!)
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        user: { name: 'admin' },
        tenantRoles: ['account-owner'],
        workspaces: [{ identifier: 'shop' }, { identifier: 'sales' }],
      },
    })
  })

  test('its workspace has the nodes of a FlowSpec file, and its extension is a process of its own', async () => {
    administrator = await administratorOf(holdpoint)
    client = administrator.client
    const { items } = await client.call('GET /workspaces')
    expect(items).toMatchObject([
      { identifier: 'shop', mode: 'standard' },
      { identifier: 'sales', mode: 'standard' },
    ])
    workspaceId = items[0]!.id
    for (const environment of ['PROD', 'DEV'] as const) {
      const nodes = await client.call('GET /workspaces/{workspaceId}/nodes', {
        params: { workspaceId },
        query: { environment, limit: 200 },
      })
      expect(nodes.items.map((node) => node.name)).toEqual(expect.arrayContaining(['dwd_order_items', '订单日汇总']))
      if (environment === 'PROD') for (const node of nodes.items) ids.set(node.name, node.id)
    }
    expect(holdpoint.extension).not.toBeNull()
    expect(holdpoint.extension!.pid).not.toBe(holdpoint.pid)
    expect(isRunning(holdpoint.extension!.pid)).toBe(true)
  })

  test('its nodes have run for the last days on real data, and a backfill is held and checked as well', async () => {
    const params = { workspaceId }
    const backfills = async () => (await client.call('GET /workspaces/{workspaceId}/backfills', { params })).items
    await vi.waitFor(
      async () =>
        expect(await backfills()).toMatchObject([
          { name: 'The last days', state: 'succeeded', dateCounts: { succeeded: 3 } },
        ]),
      LEASED,
    )
    const backfill = async (start: string, end: string) => {
      const { operation } = await client.call('POST /workspaces/{workspaceId}/backfills', {
        params,
        body: { name: start, rootNodeIds: [ids.get('di_orders')!], dates: [{ start, end }] },
      })
      return await ended(operation.id)
    }
    const year = new Date().getUTCFullYear()
    expect(await backfill(`${year}-01-01`, `${year}-01-03`)).toMatchObject({ state: 'done', checks: [{ state: 'OK' }] })
    expect(await backfill(`${year - 1}-12-01`, `${year - 1}-12-02`)).toMatchObject({
      state: 'refused',
      checks: [{ state: 'FAIL' }],
    })
    await vi.waitFor(
      async () => expect((await backfills()).map((one) => one.state)).toEqual(['succeeded', 'succeeded']),
      LEASED,
    )
  })

  test('beside it there is one whose pipeline is written in Data Development, and what it publishes has been filled in', async () => {
    const { items } = await client.call('GET /workspaces')
    const params = { workspaceId: items[1]!.id }
    const backfills = async () => (await client.call('GET /workspaces/{workspaceId}/backfills', { params })).items
    await vi.waitFor(
      async () => expect(await backfills()).toMatchObject([{ state: 'succeeded', dateCounts: { succeeded: 3 } }]),
      LEASED,
    )
    const tables = await client.call('GET /workspaces/{workspaceId}/tables', { params })
    expect(tables.items).toMatchObject([
      {
        name: 'ads_sales_daily',
        environments: [
          { environment: 'DEV', revision: 1 },
          { environment: 'PROD', revision: 1 },
        ],
      },
    ])
  })

  test('freezing a node that nothing waits for is held, decided by the extension, and carried out', async () => {
    const held = await whileItThinks(async () => {
      const asked = await ask('freeze-node', 'tmp_order_reconciliation')
      expect(asked).toMatchObject({ state: 'held', status: 'CHECKING', checks: [{ result: null }] })
      expect(await recurrence('tmp_order_reconciliation')).toBe('normal')
      return asked
    })
    const done = await ended(held.id)
    expect(done).toMatchObject({
      state: 'done',
      status: 'PASSED',
      checks: [{ extensionName: 'Freeze guard', state: 'OK', comment: 'No node waits for it.' }],
    })
    expect(await recurrence('tmp_order_reconciliation')).toBe('pause')
    // Its receiver answers the delivery after it has called back, and the attempt is written down after that.
    const [delivery] = await vi.waitFor(async () => {
      const { deliveries } = await read(held.id)
      expect(deliveries).toMatchObject([{ state: 'delivered' }])
      return deliveries
    }, PATIENCE)
    expect(delivery?.attempts).toMatchObject([{ number: 1, status: 200, error: null }])
  })

  test('freezing a node that others wait for is refused, says which, and leaves the node as it was', async () => {
    const { id } = await ask('freeze-node', 'dwd_order_items')
    const refused = await ended(id)
    expect(refused).toMatchObject({ state: 'refused', status: 'BLOCKED', checks: [{ state: 'FAIL' }] })
    expect(refused.checks[0]!.comment).toContain('订单日汇总')
    expect(await recurrence('dwd_order_items')).toBe('normal')
  })

  test('unpublishing a node that is not temporary passes with a warning', async () => {
    const { id } = await ask('undeploy-node', 'ads_coupon_report')
    expect(await ended(id)).toMatchObject({
      state: 'done',
      status: 'PASSED',
      checks: [{ state: 'WARN', comment: expect.stringContaining('ads_coupon_report') }],
    })
    expect(await recurrence('ads_coupon_report')).toBeNull()
  })

  test('an operation that is withdrawn while it is checked never takes effect, whatever the answer', async () => {
    const held = await whileItThinks(async () => {
      const asked = await ask('freeze-node', 'tmp_campaign_check')
      const withdrawn = await client.call('POST /operations/{operationId}/withdraw', {
        params: { operationId: asked.id },
      })
      expect(withdrawn.state).toBe('withdrawn')
      return asked
    })
    await vi.waitFor(async () => expect((await read(held.id)).checks[0]!.result).toBe('OK'), PATIENCE)
    expect(await read(held.id)).toMatchObject({ state: 'withdrawn' })
    expect(await recurrence('tmp_campaign_check')).toBe('normal')
  })

  test('SIGINT ends the server, the extension and PostgreSQL', async () => {
    const postmaster = postmasterPid(dataDir)
    expect(processesNaming(dataDir)).toEqual(expect.arrayContaining([holdpoint.pid, postmaster]))
    expect(await holdpoint.end('SIGINT')).toEqual({ code: 130, signal: null })
    expect(processesNaming(dataDir)).toEqual([])
    expect(isRunning(holdpoint.extension!.pid)).toBe(false)
  })

  test('the second start finds the data of the first and sets up nothing again', async () => {
    const earlier = holdpoint
    await start()
    expect(holdpoint.password).toBeNull()
    client = clientOf(holdpoint, administrator.pair)
    expect((await signIn(holdpoint.url, earlier.password!)).status).toBe(200)
    expect((await client.call('GET /workspaces')).items).toMatchObject([{ id: workspaceId }, { identifier: 'sales' }])
    expect((await client.call('GET /extensions')).items).toMatchObject([{ name: 'Freeze guard', status: 'published' }])
    expect((await operations()).map((one) => one.state)).toEqual(['withdrawn', 'done', 'refused', 'done'])
    expect(await recurrence('tmp_order_reconciliation')).toBe('pause')

    const { id } = await ask('unfreeze-node', 'tmp_order_reconciliation')
    expect(await ended(id)).toMatchObject({ state: 'done', checks: [{ state: 'OK' }] })
    expect(await recurrence('tmp_order_reconciliation')).toBe('normal')
  })

  test('a server that is killed takes its extension with it and leaves a database that the next start adopts', async () => {
    const postmaster = postmasterPid(dataDir)
    const { extension } = holdpoint
    expect(await holdpoint.end('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' })
    await vi.waitFor(() => expect(isRunning(extension!.pid)).toBe(false), PATIENCE)
    await start()
    expect(postmasterPid(dataDir)).toBe(postmaster)
    client = clientOf(holdpoint, administrator.pair)
    expect(await operations()).toHaveLength(5)
  })

  test('after the server and PostgreSQL were killed while an operation was checked, the next start carries it out once', async () => {
    const { id } = await whileItThinks(async () => {
      const asked = await ask('freeze-node', 'tmp_campaign_check')
      process.kill(postmasterPid(dataDir), 'SIGKILL')
      await holdpoint.end('SIGKILL')
      return asked
    })
    await start()
    client = clientOf(holdpoint, administrator.pair)
    expect(await ended(id, LEASED)).toMatchObject({ state: 'done', checks: [{ state: 'OK' }] })
    expect(await recurrence('tmp_campaign_check')).toBe('pause')
    expect((await operations()).map((one) => one.eventCode)).toEqual([
      'freeze-node',
      'unfreeze-node',
      'freeze-node',
      'undeploy-node',
      'freeze-node',
      'freeze-node',
    ])
  })

  test('the secret of its deliveries can be replaced, at once even: the extension hears of the new one, and nobody else does', async () => {
    const [bus] = (await client.call('GET /event-buses')).items
    const params = { busId: bus!.id }
    const [rule] = (await client.call('GET /event-buses/{busId}/rules', { params })).items
    const { secrets } = await client.call(
      'POST /event-buses/{busId}/rules/{ruleId}/targets/{name}/signing-secrets/rotate',
      { params: { ...params, ruleId: rule!.id, name: rule!.targets[0]!.name }, body: { overlapHours: 0 } },
    )
    const { id } = await ask('unfreeze-node', 'tmp_campaign_check')
    // A delivery that is faster than the news is refused, and delivered again.
    expect(await ended(id, LEASED)).toMatchObject({ state: 'done', checks: [{ state: 'OK' }] })
    expect(holdpoint.output() + holdpoint.errors()).not.toContain(secrets[0]!.secret.slice('whsec_'.length))
  })

  test('an extension that is killed while it thinks is started again, and is told again', async () => {
    const { id } = await whileItThinks(async () => {
      const asked = await ask('freeze-node', 'tmp_campaign_check')
      process.kill(holdpoint.extension!.pid, 'SIGKILL')
      return asked
    })
    expect(await ended(id, LEASED)).toMatchObject({ state: 'done', checks: [{ state: 'OK' }] })
  })

  test('SIGTERM ends everything as well', async () => {
    expect(await holdpoint.end('SIGTERM')).toEqual({ code: 143, signal: null })
    expect(processesNaming(dataDir)).toEqual([])
    expect(isRunning(holdpoint.extension!.pid)).toBe(false)
  })
})
