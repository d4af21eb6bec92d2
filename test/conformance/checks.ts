// What every client must find, in whichever language it is written: each action once, each kind of error, and the story of a held operation.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { ApiVersion } from '../../server/src/dataworks/schemas/action.ts'
import type { Pair, User } from '../e2e/user.ts'
import { recurrenceOf, type WatchedWorkspace } from '../e2e/watched-workspace.ts'
import { type Answer, checkEveryAction, type Parameters } from './every-action.ts'
import { holdElsewhere } from './held-elsewhere.ts'
import type { Place } from './place.ts'

/** Calls with the client under test. What the server refuses comes as the error of the client, told as it gives it. */
export type Called =
  /** `typed`: with the product's own requests and answers. */
  | { readonly answer: Answer; readonly typed?: boolean }
  | { readonly error: { readonly code: string; readonly message: string; readonly data?: Answer | null } }
export type Client = (action: string, parameters: Parameters, key: Pair, version: ApiVersion) => Promise<Called>
/** What a client found: by version and action, whether the product's own requests and answers were used. */
export type Results = Record<string, 'product' | 'core'>

const OLDER = '2020-05-18'

export type Scene = {
  readonly administrator: User
  /** Who owns the extension. */
  readonly author: User
  readonly outsider: User
  readonly shop: WatchedWorkspace
  readonly pool: pg.Pool
  /** Where nobody watches. */
  readonly place: Place
  /** The extension of the same owner that is asked about commits. */
  readonly codeExtension: string
  /** What the client makes of a wrong signature: some compare the strings themselves and blame the secret. */
  readonly mismatchCode: string
}

export async function checkClient(client: Client, scene: Scene): Promise<{ calls: number; results: Results }> {
  const { shop, administrator, author, outsider, place } = scene
  let calls = 0
  const results: Results = {}

  const call = async (
    action: string,
    parameters: Parameters,
    key = administrator.pair,
    version: ApiVersion = OLDER,
  ): Promise<Answer> => {
    calls++
    const called = await client(action, parameters, key, version)
    if ('error' in called) throw new Error(`${action} of ${version} was refused: ${JSON.stringify(called.error)}`)
    assert.match(called.answer.RequestId, /^[0-9A-F-]{36}$/)
    results[`${version} ${action}`] = called.typed ? 'product' : 'core'
    return called.answer
  }
  const refusal = async (
    code: string,
    action: string,
    parameters: Parameters,
    key = administrator.pair,
    version: ApiVersion = OLDER,
  ) => {
    calls++
    const called = await client(action, parameters, key, version)
    if ('answer' in called) throw new Error(`${action} was answered: ${JSON.stringify(called.answer)}`)
    assert.equal(called.error.code, code)
    return called.error
  }
  /** The ids of a held operation: in the error's data where the client keeps them, always in its sentence. */
  const heldBy = async (action: string, parameters: Parameters, version?: ApiVersion) => {
    const { message, data } = await refusal('OperationHeld.ExtensionCheck', action, parameters, undefined, version)
    const ids = /Process ([0-9a-f-]{36}), message ([0-9a-f-]{36})\./.exec(message)
    assert.ok(ids, message)
    const held = { ProcessId: ids[1]!, MessageId: ids[2]! }
    if (data) assert.deepEqual({ ...data.Data }, { ...held, Status: 'CHECKING' })
    return held
  }

  const node = { NodeId: shop.node('dwd_order_items'), ProjectEnv: 'PROD' }
  const leaf = { NodeId: shop.node('stock_snapshot_hourly'), ProjectEnv: 'PROD' }
  const { workspaceId: ProjectId, extensionCode: ExtensionCode } = shop

  // Reading
  const projects = await call('ListProjects', { PageNumber: 1, PageSize: 100 })
  const identifiers = projects.PageResult.ProjectList.map((one: Answer) => one.ProjectIdentifier)
  assert.ok(identifiers.includes('shop'))
  const project = await call('GetProject', { ProjectId })
  assert.deepEqual([project.Success, project.HttpStatusCode, project.Data.ProjectId], [true, 200, ProjectId])
  const list = await call('ListNodes', { ProjectId, ProjectEnv: 'PROD', NodeName: '订单', PageSize: 10 })
  assert.deepEqual([list.Data.TotalCount, list.Data.Nodes[0].NodeName], [1, '订单日汇总'])
  const read = await call('GetNode', node)
  assert.deepEqual([read.Data.NodeName, read.Data.Repeatability], ['dwd_order_items', 'true'])
  assert.match((await call('GetNodeCode', node)).Data, /select/i)
  assert.equal((await call('GetNodeParents', node)).Data.Nodes[0].NodeName, 'ods_orders')
  assert.equal((await call('GetNodeChildren', node)).Data.Nodes.length, 3)
  const extension = await call('GetExtension', { ExtensionCode })
  assert.deepEqual([extension.Extension.ExtensionName, extension.Extension.Status], ['Guard', 0])
  assert.equal((await call('ListExtensions', { PageSize: 10 })).PagingInfo.TotalCount, 2)
  const enabled = await call('ListEnabledExtensionsForProject', { EventCode: 'freeze-node', ProjectId })
  assert.deepEqual(
    enabled.Extensions.map((one: Answer) => one.ExtensionCode),
    [ExtensionCode],
  )
  const options = await call('GetOptionValueForProject', { ExtensionCode, ProjectId: String(ProjectId) })
  assert.equal(options.OptionValue || null, null)

  // Held, followed, answered, done
  const freeze = { ...leaf, SchedulerType: 2 }
  const held = await heldBy('UpdateNodeRunMode', freeze)
  assert.deepEqual(await heldBy('UpdateNodeRunMode', freeze), held)
  const statusOf = async (EventCode: string, MessageId: string) =>
    (await call('ListCheckProcesses', { EventCode, MessageId })).PagingInfo.CheckProcesses[0].Status
  assert.equal(await statusOf('freeze-node', held.MessageId), 'CHECKING')
  const tip = `+ and %2B, & and =, "quotes" 'too', (~*!), 中文, 😀\nand a second line`
  const result = (CheckResult: string, { MessageId } = held) => ({
    MessageId,
    ExtensionCode,
    CheckResult,
    CheckResultTip: tip,
  })
  assert.equal((await call('UpdateWorkbenchEventResult', result('OK'), author.pair)).Success, true)
  const operation = await administrator.client.call('GET /operations/{operationId}', {
    params: { operationId: held.ProcessId },
  })
  assert.deepEqual([operation.state, operation.checks[0]?.comment], ['done', tip])
  await refusal('Conflict.CheckResult', 'UpdateWorkbenchEventResult', result('FAIL'), author.pair)
  assert.equal(await statusOf('freeze-node', held.MessageId), 'PASSED')
  assert.equal((await call('UpdateNodeRunMode', freeze)).Success, true)
  const unfreeze = { ...leaf, SchedulerType: 0 }
  await call('UpdateWorkbenchEventResult', result('WARN', await heldBy('UpdateNodeRunMode', unfreeze)), author.pair)
  assert.equal((await call('UpdateNodeRunMode', unfreeze)).Success, true)
  assert.equal(await recurrenceOf(administrator.client, ProjectId, leaf.NodeId), 'normal')
  const unpublish = { NodeId: place.node.offline, ProjectId: place.projectId }
  assert.equal((await call('OfflineNode', unpublish)).Success, 'true')
  await refusal('Invalid.Wkbench.NodeNotExist', 'OfflineNode', unpublish)
  const refused = await heldBy('OfflineNode', { NodeId: leaf.NodeId, ProjectId })
  await call('UpdateWorkbenchEventResult', result('FAIL', refused), author.pair)
  assert.equal(await statusOf('undeploy-node', refused.MessageId), 'BLOCKED')

  // Held in the newer version too, and what was asked for is not there.
  const paused = { Id: leaf.NodeId, Trigger: { Recurrence: 'Pause' } }
  const inNewer = await heldBy('UpdateTask', paused, '2024-05-18')
  await call('UpdateWorkbenchEventResult', result('FAIL', inNewer), author.pair)
  assert.equal(await recurrenceOf(administrator.client, ProjectId, leaf.NodeId), 'normal')

  // The other callbacks
  await checkCommit(call, scene)
  const elsewhere = (eventCode: string) =>
    holdElsewhere(scene.pool, { eventCode, workspaceId: ProjectId, extensionCode: ExtensionCode })
  const ofOther = { MessageId: await elsewhere('download-resources'), ExtensionCode, CheckResult: 'FAIL' }
  assert.equal((await call('CallbackExtension', { ...ofOther, CheckMessage: '不行' }, author.pair)).Success, 'true')
  await refusal('InvalidMessageId.WrongCallback', 'UpdateIDEEventResult', ofOther, author.pair)
  await refusal('Forbidden.Access', 'CallbackExtension', ofOther)

  // Errors
  const { ProjectEnv } = leaf
  await refusal('MissingNodeId', 'GetNode', { ProjectEnv })
  await refusal('InvalidProjectEnv', 'GetNode', { ...leaf, ProjectEnv: 'TEST' })
  await refusal('Invalid.Wkbench.NodeNotExist', 'GetNode', { NodeId: 1, ProjectEnv })
  await refusal('Invalid.Tenant.ProjectNotExists', 'GetProject', { ProjectId: 1 })
  await refusal('InvalidMessageId.NotFound', 'CallbackExtension', { ...ofOther, MessageId: randomUUID() })
  await refusal('InvalidExtensionCode.NotFound', 'GetExtension', { ExtensionCode: 'nobody' })
  await refusal('Forbidden.Access', 'GetNode', leaf, outsider.pair)
  await refusal(scene.mismatchCode, 'GetNode', leaf, { ...administrator.pair, secret: 'not the secret' })
  await refusal('InvalidAccessKeyId.NotFound', 'GetNode', leaf, { id: 'LTAInobody', secret: 'x' })

  // Everything else
  await checkEveryAction((action, parameters, version) => call(action, parameters, administrator.pair, version), place)
  return { calls, results }
}

type CallAs = (action: string, parameters: Parameters, key?: Pair, version?: ApiVersion) => Promise<Answer>

/** A file is written and submitted, which is held; its extension reads what was frozen and lets it pass; it is published, and is a node. */
async function checkCommit(call: CallAs, { shop, author, codeExtension: ExtensionCode }: Scene): Promise<void> {
  const { workspaceId: ProjectId } = shop
  const FileName = `story_${randomUUID().slice(0, 8)}`
  const Content = "select 1 as one -- 中文 + %2B & '='\n"
  const { Data: FileId } = await call('CreateFile', { ProjectId, FileName, FileType: 10, Content })
  const deployment = async (id: number) => {
    const { Deployment } = (await call('GetDeployment', { ProjectId, DeploymentId: id })).Data
    // Some packages leave out whether it is being checked.
    if (Deployment.CheckingStatus) assert.equal(Number(Deployment.CheckingStatus), 8)
    return Number(Deployment.Status)
  }
  const committing = (await call('SubmitFile', { ProjectId, FileId, Comment: '第一版' })).Data
  assert.equal(await deployment(committing), 0)
  const processes = await call('ListCheckProcesses', { EventCode: 'commit-file', ProjectId, PageSize: 100 })
  const process = processes.PagingInfo.CheckProcesses.find((one: Answer) => one.ProcessName === FileName)
  const { MessageId } = process
  const result = { MessageId, ExtensionCode, CheckResult: 'OK', CheckResultTip: '好' }
  for (const version of ['2020-05-18', '2024-05-18'] as const) {
    const detail = await call('GetIDEEventDetail', { MessageId, ProjectId }, author.pair, version)
    const { CommittedFile } = detail.EventDetail
    assert.deepEqual(
      [CommittedFile.FileName, CommittedFile.Content, CommittedFile.ChangeType, CommittedFile.Comment],
      [FileName, Content, 'CREATE', '第一版'],
    )
    assert.deepEqual(Object.keys(await call('UpdateIDEEventResult', result, author.pair, version)), ['RequestId'])
  }
  assert.equal(await deployment(committing), 1)
  // Nobody is asked about publishing it.
  assert.equal(await deployment((await call('DeployFile', { ProjectId, FileId })).Data), 1)
  const { NodeId } = (await call('GetFile', { ProjectId, FileId })).Data.File
  assert.equal((await call('GetNode', { NodeId, ProjectEnv: 'PROD' })).Data.NodeName, FileName)
}
