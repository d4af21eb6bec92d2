// Actions and every kind of error with the vendor's npm clients: each client is called in each of its ways and gets what is documented. That no client leaves an
// action out is for the page of compatibility.
import { randomBytes, randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endEverything, type Holdpoint, startHoldpoint } from '../e2e/holdpoint-process.ts'
import { addUser, administratorOf, type User } from '../e2e/user.ts'
import { recurrenceOf, type WatchedWorkspace, watchedWorkspace } from '../e2e/watched-workspace.ts'
import { type TestDatabase, testDatabase } from '../postgres.ts'
import { type Call, type ClientError, VARIANTS } from './clients.ts'
import { holdElsewhere } from './held-elsewhere.ts'

const REQUEST_ID = expect.stringMatching(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/)
/** The workspace without extensions; its nodes are unpublished one by one, by one client after the other. */
const FREE = 'free'
const freeNode = (index: number) => `free_${index}`

let database: TestDatabase
let pool: pg.Pool
let holdpoint: Holdpoint
let administrator: User
let outsider: User
let shop: WatchedWorkspace
let freeId: number
/** Of a trial with a snapshot. */
let trialMessageId: string
const SNAPSHOT = { CommittedFile: { Content: 'select 1', FileId: 1 } }
const freeIds = new Map<string, number>()

beforeAll(async () => {
  database = await testDatabase()
  pool = new pg.Pool(database.config)
  // A connection that is still closing when its database is dropped says so here.
  pool.on('error', () => {})
  const env = {
    DATABASE_URL: database.url,
    HOLDPOINT_SECRET_KEY: randomBytes(32).toString('hex'),
    HOLDPOINT_OUTBOUND_ALLOW: '127.0.0.1',
  }
  holdpoint = await startHoldpoint({ args: ['--no-demo'], env })
  administrator = await administratorOf(holdpoint)
  outsider = await addUser(holdpoint, administrator, 'outsider')
  const { client } = administrator
  // Nothing listens there: the tests read the message ids from the answers, and are the ones who answer.
  shop = await watchedWorkspace(client, 'http://127.0.0.1:9/')
  const trial = await client.call('POST /extensions/{code}/trials', {
    params: { code: shop.extensionCode },
    body: { eventCode: 'freeze-node', snapshot: SNAPSHOT },
  })
  trialMessageId = trial.messageId!

  freeId = (await client.call('POST /workspaces', { body: { identifier: FREE, name: 'Free', mode: 'basic' } })).id
  const imported = await client.call('POST /workspaces/{workspaceId}/flowspec-imports', {
    params: { workspaceId: freeId },
    body: { environment: 'PROD', flowspec: flowspecOf(VARIANTS.map((_, index) => freeNode(index))) },
  })
  for (const { name, id } of imported.created) freeIds.set(name, id)
})

afterAll(async () => {
  await endEverything()
  await pool.end()
  await database.drop()
})

function flowspecOf(names: readonly string[]): string {
  return JSON.stringify({
    version: '1.1.0',
    kind: 'CycleWorkflow',
    spec: {
      nodes: names.map((name) => ({
        id: name,
        name,
        trigger: { type: 'Scheduler', cron: '00 10 00 * * ?' },
        script: { path: name, runtime: { command: 'DIDE_SHELL' } },
        outputs: { nodeOutputs: [{ data: `${FREE}.${name}` }] },
      })),
      flow: names.map((nodeId) => ({ nodeId, depends: [{ type: 'Normal', output: `${FREE}_root` }] })),
    },
  })
}

describe.each(VARIANTS.map((variant, index) => [variant.name, variant, index] as const))('%s', (_, variant, index) => {
  const as = (user: User, secret = user.pair.secret): Call =>
    variant.connect({ endpoint: holdpoint.endpoint, accessKeyId: user.pair.id, accessKeySecret: secret })
  const call: Call = (action, ...rest) => as(administrator)(action, ...rest)
  const errorOf = async (answer: Promise<unknown>) => {
    const error = await answer.then(
      (body) => new Error(`It was answered: ${JSON.stringify(body)}`),
      (thrown: ClientError) => thrown,
    )
    const { code, data } = error as ClientError
    if (code === undefined) throw error
    expect(data).toMatchObject({ RequestId: REQUEST_ID, HostId: holdpoint.endpoint, Code: code })
    return { code, data, message: data.Message as string }
  }
  const nodeId = () => shop.node('stock_snapshot_hourly')

  test('workspaces are read', async () => {
    expect(await call('ListProjects', { PageNumber: 1, PageSize: 20 })).toEqual({
      RequestId: REQUEST_ID,
      PageResult: {
        PageNumber: 1,
        PageSize: 20,
        TotalCount: 2,
        ProjectList: [
          expect.objectContaining({
            ProjectId: shop.workspaceId,
            ProjectIdentifier: 'shop',
            ProjectName: 'Shop',
            ProjectStatus: 0,
            ProjectStatusCode: 'AVAILABLE',
          }),
          expect.objectContaining({ ProjectId: freeId, ProjectIdentifier: FREE, DisableDevelopment: true }),
        ],
      },
    })
    for (const [name, value] of [
      ['ProjectId', shop.workspaceId],
      ['ProjectIdentifier', 'shop'],
    ] as const)
      expect(await call('GetProject', { [name]: value })).toMatchObject({
        RequestId: REQUEST_ID,
        HttpStatusCode: 200,
        Success: true,
        Data: {
          ProjectId: shop.workspaceId,
          ProjectMode: 3,
          EnvTypes: ['DEV', 'PROD'],
          GmtCreate: expect.stringMatching(/^[A-Z][a-z]{2} \d{1,2}, \d{4} \d{1,2}:\d{2}:\d{2} [AP]M$/),
        },
      })
  })

  test('nodes are read', async () => {
    const page = await call('ListNodes', {
      ProjectId: shop.workspaceId,
      ProjectEnv: 'PROD',
      NodeName: '订单',
      PageSize: 100,
    })
    expect(page).toMatchObject({
      HttpStatusCode: 200,
      Success: true,
      Data: { PageNumber: 1, PageSize: 100, TotalCount: 1, Nodes: [{ NodeName: '订单日汇总', Repeatability: true }] },
    })
    const parameters = { NodeId: shop.node('dwd_order_items'), ProjectEnv: 'PROD' }
    expect(await call('GetNode', parameters)).toMatchObject({
      RequestId: REQUEST_ID,
      Success: true,
      Data: {
        NodeName: 'dwd_order_items',
        ProjectId: shop.workspaceId,
        SchedulerType: 'NORMAL',
        Repeatability: 'true',
      },
    })
    expect(await call('GetNodeCode', parameters)).toMatchObject({
      Success: true,
      Data: expect.stringContaining('SELECT'),
    })
    expect(await call('GetNodeParents', parameters)).toMatchObject({
      Success: true,
      Data: { Nodes: [{ NodeName: 'ods_orders', StepType: '0', Repeatability: true }] },
    })
    const children = await call('GetNodeChildren', parameters)
    expect(children).toMatchObject({ HttpStatusCode: 200, Success: true })
    expect(children.Data.Nodes.map((node: { NodeName: string }) => node.NodeName)).toEqual([
      '订单日汇总',
      '客户分层',
      'tmp_campaign_check',
    ])
  })

  test('extensions are read', async () => {
    const ExtensionCode = shop.extensionCode
    expect(await call('GetExtension', { ExtensionCode })).toMatchObject({
      RequestId: REQUEST_ID,
      Extension: {
        ExtensionCode,
        ExtensionName: 'Guard',
        Status: 0,
        ProjectTesting: shop.workspaceId,
        BindEventList: [{ EventCode: 'freeze-node' }, { EventCode: 'unfreeze-node' }, { EventCode: 'undeploy-node' }],
        EventCategoryList: [{ CategoryCode: expect.any(String), CategoryName: expect.any(String) }],
      },
    })
    expect(await call('ListExtensions', { PageSize: 50 })).toMatchObject({
      RequestId: REQUEST_ID,
      PagingInfo: { PageNumber: 1, PageSize: 50, TotalCount: 1, Extensions: [{ ExtensionCode, Status: 0 }] },
    })
    const ProjectId = shop.workspaceId
    // In its test workspace the version under test is on.
    expect(await call('ListEnabledExtensionsForProject', { EventCode: 'freeze-node', ProjectId })).toMatchObject({
      RequestId: REQUEST_ID,
      Extensions: [{ ExtensionCode, ExtensionName: 'Guard' }],
    })
    expect(await call('GetIDEEventDetail', { MessageId: trialMessageId, ProjectId })).toEqual({
      RequestId: REQUEST_ID,
      EventDetail: SNAPSHOT,
    })
    // A text by contract; nothing was chosen, so there is no OptionValue.
    expect(await call('GetOptionValueForProject', { ExtensionCode, ProjectId })).toEqual({ RequestId: REQUEST_ID })
  })

  test('a node is frozen and unfrozen: held, followed, answered, done; and never answered as done before it is', async () => {
    const parameters = { NodeId: nodeId(), ProjectEnv: 'PROD' }
    const freeze = () => call('UpdateNodeRunMode', { ...parameters, SchedulerType: 2 })
    const held = await errorOf(freeze())
    expect(held).toMatchObject({ code: 'OperationHeld.ExtensionCheck' })
    const { ProcessId, MessageId } = held.data.Data
    expect(held.data.Data).toEqual({
      ProcessId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      MessageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      Status: 'CHECKING',
    })
    expect(held.message).toContain(ProcessId)
    expect((await errorOf(freeze())).data.Data).toEqual(held.data.Data)
    expect(await call('GetNode', parameters)).toMatchObject({ Data: { SchedulerType: 'NORMAL' } })

    const processes = () => call('ListCheckProcesses', { EventCode: 'freeze-node', MessageId })
    const process = { ProcessId, MessageId, EventCode: 'freeze-node', ProjectId: shop.workspaceId }
    expect(await processes()).toMatchObject({
      RequestId: REQUEST_ID,
      PagingInfo: { PageNumber: 1, PageSize: 10, TotalCount: 1, CheckProcesses: [{ ...process, Status: 'CHECKING' }] },
    })

    const ExtensionCode = shop.extensionCode
    const tip = `+ and %2B, & and =, "quotes" 'too', (~*!), 中文, 😀\nand a second line`
    const answer = (CheckResult: string, id = MessageId) =>
      call('UpdateWorkbenchEventResult', { MessageId: id, ExtensionCode, CheckResult, CheckResultTip: tip })
    expect(await answer('OK')).toEqual({ RequestId: REQUEST_ID, Success: true })
    const [check] = (
      await administrator.client.call('GET /operations/{operationId}', {
        params: { operationId: ProcessId },
      })
    ).checks
    expect(check).toMatchObject({ result: 'OK', comment: tip })
    expect(await answer('ok')).toEqual({ RequestId: REQUEST_ID, Success: true })
    expect(await errorOf(answer('FAIL'))).toMatchObject({ code: 'Conflict.CheckResult' })
    expect(await processes()).toMatchObject({ PagingInfo: { CheckProcesses: [{ Status: 'PASSED' }] } })
    expect(await call('GetNode', parameters)).toMatchObject({ Data: { SchedulerType: 'PAUSE' } })
    expect(await freeze()).toEqual({ RequestId: REQUEST_ID, Success: true })

    const unfreeze = () => call('UpdateNodeRunMode', { ...parameters, SchedulerType: 0 })
    const refused = (await errorOf(unfreeze())).data.Data
    await answer('FAIL', refused.MessageId)
    expect(
      await call('ListCheckProcesses', { EventCode: 'unfreeze-node', MessageId: refused.MessageId, Status: 'BLOCKED' }),
    ).toMatchObject({ PagingInfo: { TotalCount: 1 } })
    expect(await call('GetNode', parameters)).toMatchObject({ Data: { SchedulerType: 'PAUSE' } })
    // Asked for again it is a new operation.
    const again = (await errorOf(unfreeze())).data.Data
    expect(again.ProcessId).not.toBe(refused.ProcessId)
    await answer('WARN', again.MessageId)
    expect(await unfreeze()).toEqual({ RequestId: REQUEST_ID, Success: true })
    expect(await recurrenceOf(administrator.client, shop.workspaceId, nodeId())).toBe('normal')
  })

  test('a node is unpublished; where extensions watch, it is held', async () => {
    const NodeId = freeIds.get(freeNode(index))!
    expect(await call('OfflineNode', { NodeId, ProjectId: freeId })).toEqual({ RequestId: REQUEST_ID, Success: 'true' })
    expect(await errorOf(call('GetNode', { NodeId, ProjectEnv: 'PROD' }))).toMatchObject({
      code: 'Invalid.Wkbench.NodeNotExist',
    })
    expect(await errorOf(call('OfflineNode', { NodeId, ProjectId: freeId }))).toMatchObject({
      code: 'Invalid.Wkbench.NodeNotExist',
    })

    const held = await errorOf(call('OfflineNode', { NodeId: nodeId(), ProjectId: shop.workspaceId }))
    expect(held).toMatchObject({ code: 'OperationHeld.ExtensionCheck', data: { Data: { Status: 'CHECKING' } } })
    await call('UpdateWorkbenchEventResult', {
      MessageId: held.data.Data.MessageId,
      ExtensionCode: shop.extensionCode,
      CheckResult: 'FAIL',
    })
  })

  test('events of other modules are answered with their own callbacks', async () => {
    const ExtensionCode = shop.extensionCode
    const held = (eventCode: string) =>
      holdElsewhere(pool, { eventCode, workspaceId: shop.workspaceId, extensionCode: ExtensionCode })
    const MessageId = await held('commit-file')
    expect(await call('UpdateIDEEventResult', { MessageId, ExtensionCode, CheckResult: 'FAIL' })).toEqual({
      RequestId: REQUEST_ID,
    })
    const other = await held('download-resources')
    const parameters = { MessageId: other, ExtensionCode, CheckResult: 'FAIL', CheckMessage: '不行' }
    expect(await call('CallbackExtension', parameters)).toEqual({ RequestId: REQUEST_ID, Success: 'true' })
    expect(
      await errorOf(call('UpdateIDEEventResult', { MessageId: other, ExtensionCode, CheckResult: 'FAIL' })),
    ).toMatchObject({
      code: 'InvalidMessageId.WrongCallback',
      message: 'Results for download-resources are returned with CallbackExtension.',
    })
  })

  test('what is refused comes as the error of the client, with its code', async () => {
    const { extensionCode: ExtensionCode, workspaceId: ProjectId } = shop
    const result = { MessageId: randomUUID(), ExtensionCode, CheckResult: 'OK' }
    const refusals: readonly (readonly [code: string, answer: Promise<unknown>])[] = [
      ['MissingNodeId', call('GetNode', { ProjectEnv: 'PROD' })],
      ['MissingProjectEnv', call('GetNode', { NodeId: nodeId() })],
      ['MissingExtensionCode', call('GetExtension')],
      ['InvalidNodeId', call('GetNode', { NodeId: 'seven', ProjectEnv: 'PROD' })],
      ['InvalidProjectEnv', call('GetNode', { NodeId: nodeId(), ProjectEnv: 'TEST' })],
      ['InvalidSchedulerType', call('UpdateNodeRunMode', { NodeId: nodeId(), ProjectEnv: 'PROD', SchedulerType: 1 })],
      ['InvalidPageSize', call('ListProjects', { PageSize: 101 })],
      ['InvalidEventCode', call('ListCheckProcesses', { EventCode: 'freeze-nodes' })],
      ['Invalid.Wkbench.NodeNotExist', call('GetNode', { NodeId: 1, ProjectEnv: 'PROD' })],
      ['Invalid.Wkbench.NodeNotExist', call('GetNode', { NodeId: nodeId(), ProjectEnv: 'DEV' })],
      ['Invalid.Wkbench.NodeHasDescendants', call('OfflineNode', { NodeId: shop.node('ods_orders'), ProjectId })],
      ['Invalid.Tenant.ProjectNotExists', call('GetProject', { ProjectId: 1 })],
      ['InvalidMessageId.NotFound', call('UpdateWorkbenchEventResult', result)],
      ['InvalidMessageId.NotFound', call('UpdateWorkbenchEventResult', { ...result, MessageId: 'no id' })],
      ['InvalidExtensionCode.NotFound', call('GetExtension', { ExtensionCode: 'nobody' })],
      ['InvalidCheckResult', call('CallbackExtension', { ...result, CheckResult: 'YES' })],
      ['Forbidden.Access', as(outsider)('GetNode', { NodeId: nodeId(), ProjectEnv: 'PROD' })],
      ['InvalidAction.NotFound', call('ListNode')],
      ['InvalidAction.NotFound', call('ListNodes', {}, {}, '2024-05-18')],
    ]
    const codes = await Promise.all(refusals.map(async ([, answer]) => (await errorOf(answer)).code))
    expect(codes).toEqual(refusals.map(([code]) => code))
  })

  test('what is wrong with a signature comes as the error of the client, with its code', async () => {
    const parameters = { PageSize: 10 }
    const mismatch = await errorOf(as(administrator, 'not the secret')('ListProjects', parameters))
    expect(mismatch.code).toBe('SignatureDoesNotMatch')
    expect(mismatch.message).toMatch(
      variant.name.includes('V1')
        ? /^Specified signature is not matched with our calculation. server string to sign is:(GET|POST)&%2F&AccessKeyId%3D/
        : /^Specified signature does not match our calculation. server StringToSign is \[ACS3-HMAC-SHA256\n/,
    )
    const nobody = { ...administrator, pair: { id: `LTAI${randomUUID().slice(0, 12)}`, secret: 'x' } }
    expect(await errorOf(as(nobody)('ListProjects'))).toMatchObject({ code: 'InvalidAccessKeyId.NotFound' })

    const old = new Date(Date.now() - 16 * 60_000).toISOString().replace(/\.\d+/, '')
    expect(await errorOf(call('ListProjects', parameters, { date: old }))).toMatchObject({
      code: 'InvalidTimeStamp.Expired',
    })
    expect(await errorOf(call('ListProjects', parameters, { date: 'yesterday' }))).toMatchObject({
      code: 'InvalidTimeStamp.Format',
    })
    const nonce = randomUUID()
    expect(await call('ListProjects', parameters, { nonce })).toMatchObject({ PageResult: { TotalCount: 2 } })
    expect(await errorOf(call('ListProjects', parameters, { nonce }))).toMatchObject({ code: 'SignatureNonceUsed' })
  })

  test('a key that was deactivated is refused with the client’s error', async () => {
    const { client } = outsider
    const pair = await client.call('POST /access-keys')
    const params = { accessKeyId: pair.id }
    await client.call('PATCH /access-keys/{accessKeyId}', { params, body: { active: false } })
    expect(await errorOf(as({ ...outsider, pair })('ListProjects'))).toMatchObject({
      code: 'InvalidAccessKeyId.Inactive',
    })
    await client.call('DELETE /access-keys/{accessKeyId}', { params })
  })
})
