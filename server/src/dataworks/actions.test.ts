// What the actions of the dialect answer: of operations that are not done, to each situation of a callback, and in their lists.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  callBack,
  type DialectAnswer,
  detailOf,
  dialect,
  type Extension,
  type Person,
  startWorld,
  type Tenant,
  type Workspace,
  type World,
} from '../../../test/world.ts'

type Parameters = Readonly<Record<string, string | number>>

let world: World
let tenant: Tenant
let owner: Person
let workspace: Workspace
let ids: Readonly<Record<'upstream' | 'middle' | 'leaf' | 'other', number>>
let extension: Extension
/** Of a held freeze of `leaf`. */
let messageId: string

beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  owner = tenant.owner
  workspace = await tenant.workspace()
  ids = await tenant.nodes(workspace, { upstream: [], middle: ['upstream'], leaf: ['middle'], other: ['middle'] })
  extension = await tenant.extension({
    points: ['freeze-node', 'unfreeze-node', 'undeploy-node'],
    enabledIn: [workspace],
  })
  messageId = (await ask(owner, workspace, 'freeze-node', [ids.leaf])).messageId!
})
afterAll(() => world?.stop())

const call = (person: Person, action: string, parameters: Parameters = {}) =>
  dialect(world.server, person, action, parameters)
const codeOf = ({ status, body }: DialectAnswer) => (status === 200 ? 'answered' : (body.Code as string))

const held = async () => {
  const { items } = await owner.api.call('GET /operations', { query: { state: 'held' } })
  return items.find((one) => one.messageId === messageId)!
}

describe('Rule 16: what is not done is never answered as done', () => {
  let shop: Workspace
  let nodes: Readonly<Record<string, number>>
  let guard: Extension
  beforeAll(async () => {
    shop = await tenant.workspace()
    nodes = await tenant.nodes(shop, { a: [], b: [], c: [], d: [], e: [], f: ['e'] })
    guard = await tenant.extension({ points: ['freeze-node', 'unfreeze-node', 'undeploy-node'], enabledIn: [shop] })
  })
  const freeze = (node: number) =>
    call(owner, 'UpdateNodeRunMode', { NodeId: node, ProjectEnv: 'PROD', SchedulerType: 2 })
  const unpublish = (node: number) => call(owner, 'OfflineNode', { NodeId: node, ProjectId: shop.id })
  const mode = async (node: number) =>
    ((await call(owner, 'GetNode', { NodeId: node, ProjectEnv: 'PROD' })).body.Data as { SchedulerType: string })
      ?.SchedulerType
  const HELD = {
    status: 409,
    body: {
      Code: 'OperationHeld.ExtensionCheck',
      Data: { ProcessId: expect.any(String), MessageId: expect.any(String), Status: 'CHECKING' },
    },
  }
  type Held = { ProcessId: string; MessageId: string }
  const heldBy = async (answer: Promise<DialectAnswer>) => {
    const { status, body } = await answer
    expect({ status, body }).toMatchObject(HELD)
    return body.Data as Held
  }
  const statusOf = async ({ MessageId }: Held, EventCode = 'freeze-node') =>
    (
      (await call(owner, 'ListCheckProcesses', { EventCode, MessageId })).body.PagingInfo as {
        CheckProcesses: { Status: string }[]
      }
    ).CheckProcesses.map((one) => one.Status)

  test('held: an error that names process and message; the same again while it is held', async () => {
    const first = await heldBy(freeze(nodes.a!))
    expect(await heldBy(freeze(nodes.a!))).toEqual(first)
    expect(await statusOf(first)).toEqual(['CHECKING'])
    expect(await mode(nodes.a!)).toBe('NORMAL')
    await callBack(world.server, guard, first.MessageId, 'OK')
    expect(await freeze(nodes.a!)).toMatchObject({ status: 200, body: { Success: true } })
    expect(await statusOf(first)).toEqual(['PASSED'])
  })

  test('refused: BLOCKED in the list; asked for again it is held anew', async () => {
    const first = await heldBy(freeze(nodes.b!))
    await callBack(world.server, guard, first.MessageId, 'FAIL')
    expect(await statusOf(first)).toEqual(['BLOCKED'])
    expect(await mode(nodes.b!)).toBe('NORMAL')
    const second = await heldBy(freeze(nodes.b!))
    expect(second.ProcessId).not.toBe(first.ProcessId)
    await callBack(world.server, guard, second.MessageId, 'FAIL')
  })

  test('failed, but somebody may mark that as passed: still held, and BLOCKED as long as nobody does', async () => {
    const lenient = await tenant.workspace()
    const { node } = await tenant.nodes(lenient, { node: [] })
    const passable = await tenant.extension({ parameters: 'extension.manualPass.enabled=true', enabledIn: [lenient] })
    const first = await heldBy(freeze(node))
    await callBack(world.server, passable, first.MessageId, 'FAIL')
    const again = await freeze(node)
    expect(again).toMatchObject({ status: 409, body: { Code: 'OperationHeld.ExtensionCheck' } })
    expect(again.body.Data).toEqual({ ...first, Status: 'BLOCKED' })
    expect(await statusOf(first)).toEqual(['BLOCKED'])
    const administrator = await tenant.person([], { [lenient.id]: ['administrator'] })
    await administrator.api.call('POST /operations/{operationId}/checks/{extensionCode}/pass', {
      params: { operationId: first.ProcessId, extensionCode: passable.code },
      body: { reason: 'It is meant' },
    })
    expect(await freeze(node)).toMatchObject({ status: 200, body: { Success: true } })
  })

  test('withdrawn: asked for again it is held anew', async () => {
    const first = await heldBy(freeze(nodes.c!))
    await owner.api.call('POST /operations/{operationId}/withdraw', { params: { operationId: first.ProcessId } })
    const second = await heldBy(freeze(nodes.c!))
    expect(second.ProcessId).not.toBe(first.ProcessId)
    // The extension may still answer for the first; it changes nothing but the record.
    expect((await callBack(world.server, guard, first.MessageId, 'OK')).status).toBe(200)
    expect(await mode(nodes.c!)).toBe('NORMAL')
    await callBack(world.server, guard, second.MessageId, 'FAIL')
  })

  test('stale: passed by the extension and not carried out; asked for again the reason shows', async () => {
    const first = await heldBy(unpublish(nodes.d!))
    // Meanwhile a node was published that waits for it.
    await tenant.nodes(shop, { a: [], b: [], c: [], d: [], e: [], f: ['e'], late: ['d'] })
    expect(await callBack(world.server, guard, first.MessageId, 'OK')).toMatchObject({
      status: 200,
      body: { Success: true },
    })
    expect(await detailOf(owner, first.ProcessId)).toMatchObject({ state: 'stale', status: 'PASSED' })
    expect(await statusOf(first, 'undeploy-node')).toEqual(['PASSED'])
    expect(await mode(nodes.d!)).toBe('NORMAL')
    expect(codeOf(await unpublish(nodes.d!))).toBe('Invalid.Wkbench.NodeHasDescendants')
  })

  test('failed: its effect raised an error; nothing is changed, and the callback is acknowledged', async () => {
    const { ProcessId, MessageId } = await heldBy(freeze(nodes.e!))
    await world.sql(`
      create function break_it() returns trigger language plpgsql as $$ begin raise 'broken by a test'; end $$;
      create trigger break_it before update on nodes for each row when (old.id = ${nodes.e}) execute function break_it()`)
    try {
      expect(await callBack(world.server, guard, MessageId, 'OK')).toMatchObject({
        status: 200,
        body: { Success: true },
      })
    } finally {
      await world.sql('drop trigger break_it on nodes; drop function break_it()')
    }
    expect(await detailOf(owner, ProcessId)).toMatchObject({ state: 'failed', status: 'PASSED' })
    expect(await mode(nodes.e!)).toBe('NORMAL')
    expect(await freeze(nodes.e!)).toMatchObject(HELD)
  })

  test('the development environment is not watched: there it is done at once', async () => {
    const { a } = await tenant.nodes(shop, { a: [] }, { environment: 'DEV' })
    const given = { NodeId: a, ProjectEnv: 'DEV', SchedulerType: 2 }
    expect(await call(owner, 'UpdateNodeRunMode', given)).toMatchObject({ status: 200, body: { Success: true } })
    const { body } = await call(owner, 'GetNode', { NodeId: a, ProjectEnv: 'DEV' })
    expect(body.Data).toMatchObject({ SchedulerType: 'PAUSE' })
  })

  test('what cannot be done anyway is refused at once and never held', async () => {
    expect(codeOf(await unpublish(nodes.e!))).toBe('Invalid.Wkbench.NodeHasDescendants')
    const { items } = await owner.api.call('GET /workspaces/{workspaceId}/nodes', { params: { workspaceId: shop.id } })
    const root = items.find((node) => node.isRoot)!
    expect(codeOf(await unpublish(root.id))).toBe('Invalid.Wkbench.NodeIsRoot')
    expect(codeOf(await call(owner, 'OfflineNode', { NodeId: nodes.a!, ProjectId: workspace.id }))).toBe(
      'Invalid.Wkbench.NodeNotExist',
    )
  })
})

describe('Rule 8: each situation of a callback has an error of its own', () => {
  const answer = (action: string, parameters: Parameters, person = extension.author) => call(person, action, parameters)
  const given = (more: Parameters = {}) => ({
    MessageId: messageId,
    ExtensionCode: extension.code,
    CheckResult: 'OK',
    ...more,
  })

  test.each<
    readonly [situation: string, action: string, parameters: () => Promise<Parameters> | Parameters, code: string]
  >([
    [
      'an unknown message',
      'UpdateWorkbenchEventResult',
      () => given({ MessageId: randomUUID() }),
      'InvalidMessageId.NotFound',
    ],
    [
      'no message id at all',
      'UpdateWorkbenchEventResult',
      () => given({ MessageId: 'x' }),
      'InvalidMessageId.NotFound',
    ],
    [
      'an unknown extension',
      'UpdateWorkbenchEventResult',
      () => given({ ExtensionCode: 'x' }),
      'InvalidExtensionCode.NotFound',
    ],
    [
      'an extension of somebody else',
      'UpdateWorkbenchEventResult',
      async () => given({ ExtensionCode: (await tenant.extension()).code }),
      'Forbidden.Access',
    ],
    [
      'an extension that was not asked',
      'UpdateWorkbenchEventResult',
      async () => {
        const body = { name: 'Not asked', points: ['freeze-node'] }
        return given({ ExtensionCode: (await extension.author.api.call('POST /extensions', { body })).code })
      },
      'InvalidExtensionCode.NotAsked',
    ],
    ['the callback for data development', 'UpdateIDEEventResult', () => given(), 'InvalidMessageId.WrongCallback'],
    ['the callback for other modules', 'CallbackExtension', () => given(), 'InvalidMessageId.WrongCallback'],
    ['an unknown result', 'UpdateWorkbenchEventResult', () => given({ CheckResult: 'PASS' }), 'InvalidCheckResult'],
    ['no result', 'UpdateWorkbenchEventResult', () => given({ CheckResult: '' }), 'MissingCheckResult'],
  ])('%s', async (_, action, parameters, code) => {
    expect(codeOf(await answer(action, await parameters()))).toBe(code)
    expect((await held()).checks).toMatchObject([{ result: null }])
  })

  test('an expired message, and a result that contradicts the first', async () => {
    const { freeze, expired } = await tenant.nodes(workspace, {
      upstream: [],
      middle: ['upstream'],
      leaf: ['middle'],
      other: ['middle'],
      freeze: [],
      expired: [],
    })
    const message = (await ask(owner, workspace, 'freeze-node', [freeze])).messageId!
    for (const [CheckResult, code] of [
      ['WARN', 'answered'],
      ['warn', 'answered'],
      ['OK', 'Conflict.CheckResult'],
      ['FAIL', 'Conflict.CheckResult'],
    ] as const)
      expect(codeOf(await answer('UpdateWorkbenchEventResult', given({ MessageId: message, CheckResult })))).toBe(code)

    const old = (await ask(owner, workspace, 'freeze-node', [expired])).messageId!
    await world.db.rows(`update messages set expires_at = now() - interval '1 millisecond' where id = $1`, [old])
    expect(codeOf(await answer('UpdateWorkbenchEventResult', given({ MessageId: old })))).toBe(
      'InvalidMessageId.Expired',
    )
  })
})

describe('lists', () => {
  test('ListNodes filters and pages', async () => {
    const many = await tenant.workspace()
    const names = Array.from({ length: 25 }, (_, n) => `n${String(n).padStart(2, '0')}`)
    await tenant.nodes(many, Object.fromEntries(names.map((name) => [name, []])))
    const list = async (more: Parameters) => {
      const { body } = await call(owner, 'ListNodes', { ProjectId: many.id, ProjectEnv: 'PROD', ...more })
      const { TotalCount, Nodes } = body.Data as { TotalCount: number; Nodes: { NodeName: string }[] }
      return { TotalCount, names: Nodes.map((node) => node.NodeName) }
    }
    const pages = await Promise.all([1, 2, 3, 4].map((PageNumber) => list({ PageNumber, NodeName: 'n' })))
    expect(pages.map((one) => one.TotalCount)).toEqual([25, 25, 25, 25])
    expect(pages.flatMap((one) => one.names)).toEqual(names)
    expect(await list({ NodeName: 'N07' })).toEqual({ TotalCount: 1, names: ['n07'] })
    expect(await list({ NodeName: '%' })).toEqual({ TotalCount: 0, names: [] })
    expect((await list({ ProgramType: 'ODPS_SQL' })).TotalCount).toBe(25)
    expect((await list({ ProgramType: 'VIRTUAL' })).TotalCount).toBe(1)
    expect((await list({ SchedulerType: 'PAUSE' })).TotalCount).toBe(0)
    expect((await list({ SchedulerType: 'NORMAL' })).TotalCount).toBe(26)
    expect((await list({ Owner: owner.id })).TotalCount).toBe(1)
    const nothing: Parameters[] = [
      { Owner: 'somebody' },
      { Owner: '1' },
      { BizName: 'nothing' },
      { ProjectEnv: 'DEV', NodeName: 'n' },
    ]
    for (const filter of nothing) expect(await list(filter)).toEqual({ TotalCount: 0, names: [] })
    expect((await list({ PageNumber: 2_147_483_647, PageSize: 100 })).names).toEqual([])
  })

  test('ListCheckProcesses filters and pages, newest first', async () => {
    const busy = await tenant.workspace()
    const operator = await tenant.person([], { [busy.id]: ['operator'] })
    const nodes = Object.values(await tenant.nodes(busy, { a: [], b: [], c: [] }))
    const guard = await tenant.extension({ enabledIn: [busy] })
    const asked: string[] = []
    for (const [index, node] of nodes.entries()) {
      const { id, messageId } = await ask(index === 0 ? owner : operator, busy, 'freeze-node', [node])
      asked.unshift(id)
      if (index > 0) await callBack(world.server, guard, messageId, index === 1 ? 'OK' : 'FAIL')
    }
    const list = async (more: Parameters) => {
      const { body } = await call(owner, 'ListCheckProcesses', {
        EventCode: 'freeze-node',
        ProjectId: busy.id,
        ...more,
      })
      return body.PagingInfo as { TotalCount: number; CheckProcesses: { ProcessId: string; Status: string }[] }
    }
    const all = await list({})
    expect(all.CheckProcesses.map((one) => one.ProcessId)).toEqual(asked)
    expect(all.CheckProcesses.map((one) => one.Status)).toEqual(['BLOCKED', 'PASSED', 'CHECKING'])
    expect((await list({ PageSize: 2, PageNumber: 2 })).CheckProcesses.map((one) => one.ProcessId)).toEqual([asked[2]])
    expect((await list({ Status: 'PASSED' })).CheckProcesses).toMatchObject([{ ProcessId: asked[1] }])
    expect((await list({ Operator: operator.id })).TotalCount).toBe(2)
    expect((await list({ Operator: 'somebody' })).TotalCount).toBe(0)
    expect((await list({ MessageId: 'no message' })).TotalCount).toBe(0)
    expect((await list({ EventCode: 'undeploy-node' })).TotalCount).toBe(0)
    expect(codeOf(await call(owner, 'ListCheckProcesses', { EventCode: 'node-change-updated' }))).toBe(
      'InvalidEventCode',
    )
  })

  test('ListEnabledExtensionsForProject knows the point, the workspace and the file types', async () => {
    const shop = await tenant.workspace()
    const points = ['commit-file', 'deploy-file']
    const any = await tenant.extension({ points, enabledIn: [shop] })
    const sql = await tenant.extension({
      points,
      parameters: 'extension.fileType.10.commit-file.enabled=true',
      enabledIn: [shop],
    })
    await tenant.extension({ points })
    const list = async (more: Parameters) => {
      const { body } = await call(owner, 'ListEnabledExtensionsForProject', { ProjectId: shop.id, ...more })
      return (body.Extensions as { ExtensionCode: string }[]).map((one) => one.ExtensionCode)
    }
    expect(await list({ EventCode: 'commit-file' })).toEqual([any.code, sql.code])
    expect(await list({ EventCode: 'commit-file', FileType: '10' })).toEqual([any.code, sql.code])
    expect(await list({ EventCode: 'commit-file', FileType: '23' })).toEqual([any.code])
    expect(await list({ EventCode: 'freeze-node' })).toEqual([])
  })

  test('GetOptionValueForProject answers what the workspace has chosen, also to the extension’s owner', async () => {
    const shop = await tenant.workspace()
    const options = JSON.stringify({
      type: 'object',
      properties: { mode: { 'x-decorator': 'FormItem', 'x-component': 'Input' } },
    })
    const { code, author } = await tenant.extension({ enabledIn: [shop], options })
    const read = (person: Person) =>
      call(person, 'GetOptionValueForProject', { ExtensionCode: code, ProjectId: shop.id })
    expect((await read(author)).body).toEqual({ RequestId: expect.any(String) })
    await owner.api.call('PUT /workspaces/{workspaceId}/extensions/{code}', {
      params: { workspaceId: shop.id, code },
      body: { options: { mode: 'strict' } },
    })
    for (const person of [author, owner])
      expect((await read(person)).body).toEqual({ RequestId: expect.any(String), OptionValue: '{"mode":"strict"}' })
    expect(codeOf(await read(await tenant.person()))).toBe('Forbidden.Access')
  })
})
