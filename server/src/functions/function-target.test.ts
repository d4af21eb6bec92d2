import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  callBack,
  detailOf,
  type Extension,
  type Person,
  refusalCode,
  startWorld,
  until,
  type World,
} from '../../../test/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.stop())

const REFUSES = `export default async function (request) {
  console.log('asked about', request.eventType)
  return { checkResult: 'FAIL', checkMessage: 'no ' + request.messageBody.eventCode + ' today' }
}`
const WARNS = `export function handler() { return { CheckResult: 'WARN', CheckResultTip: 'mind the gap' } }`
const PASSES = `export default () => ({ checkResult: 'OK' })`
const THROWS = `export default () => { throw new Error('it cannot') }`

type Given = Parameters<Awaited<ReturnType<World['tenant']>>['extension']>[0]

/** A freeze in a workspace where a function with this source is enabled. */
async function frozen(source: string, given: Given = {}) {
  const tenant = await world.tenant()
  const workspace = await tenant.workspace()
  const ids = await tenant.nodes(workspace, { a: [], b: [] })
  const extension = await tenant.extension({ source, enabledIn: [workspace], ...given })
  const operation = await ask(tenant.owner, workspace, 'freeze-node', [ids.a])
  return { tenant, workspace, ids, extension, operation, owner: tenant.owner }
}

const ended = (owner: Person, operationId: string) =>
  until(
    world.server,
    () => detailOf(owner, operationId),
    (detail) => detail.state !== 'held' && detail.deliveries.every((one) => one.state !== 'pending'),
  )

const attempted = (owner: Person, operationId: string, attempts: number) =>
  until(
    world.server,
    () => detailOf(owner, operationId),
    (detail) => detail.deliveries.some((one) => one.attempts.length >= attempts),
  )

/** Its next attempts need not be waited for. */
async function hurried(owner: Person, operationId: string) {
  for (let made = 1; made < 4; made++) {
    await attempted(owner, operationId, made)
    await world.db.rows(
      `update deliveries set next_attempt_at = now() where attempts = $2 and message_id = (select id from messages where operation_id = $1)`,
      [operationId, made],
    )
    world.server.platform.wakeDispatcher()
  }
  return await attempted(owner, operationId, 4)
}

const invocationsOf = async ({ code, author }: Extension) =>
  (await author.api.call('GET /extensions/{code}/function/invocations', { params: { code } })).items

const invocation = async ({ code, author }: Extension, invocationId: number) =>
  await author.api.call('GET /extensions/{code}/function/invocations/{invocationId}', {
    params: { code, invocationId },
  })

const recurrence = async (nodeId: number) =>
  (await world.db.rows<{ recurrence: string }>('select recurrence from nodes where id = $1', [nodeId]))[0]!.recurrence

describe('Rule 5: a message goes straight to functions, and rule 8: what one returns is its check result', () => {
  test('FAIL refuses a real freeze without any bus, and everything about the run is there', async () => {
    const { owner, operation, ids, extension } = await frozen(REFUSES)
    const detail = await ended(owner, operation.id)
    expect(detail).toMatchObject({ state: 'refused', status: 'BLOCKED' })
    expect(detail.checks).toMatchObject([{ state: 'FAIL', deployment: 'function', comment: 'no freeze-node today' }])
    expect(await recurrence(ids.a)).toBe('normal')
    expect(detail.deliveries).toMatchObject([
      { busName: '', endpoint: extension.code, state: 'delivered', attempts: [{ number: 1, error: null }] },
    ])
    const request = JSON.parse(detail.message!.envelopes[0]!.text)
    expect(request).toEqual({
      blockBusiness: true,
      eventCategoryType: 'node-change',
      eventType: 'freeze-node',
      extensionBizId: operation.id,
      messageBody: detail.message!.body,
      messageId: detail.message!.id,
    })
    const [run] = await invocationsOf(extension)
    expect(run).toMatchObject({
      outcome: 'answered',
      version: 1,
      eventCode: 'freeze-node',
      operationId: operation.id,
      messageId: detail.message!.id,
      attempt: 1,
      testedBy: null,
    })
    const whole = await invocation(extension, run!.id)
    expect(JSON.parse(whole.result!)).toEqual({ checkResult: 'FAIL', checkMessage: 'no freeze-node today' })
    expect(whole.logs).toMatchObject([{ level: 'log', text: 'asked about freeze-node' }])
  })

  test('WARN lets it take effect and is shown; the spelling of the callback APIs is taken', async () => {
    const { owner, operation, ids } = await frozen(WARNS)
    const detail = await ended(owner, operation.id)
    expect(detail).toMatchObject({ state: 'done', status: 'PASSED' })
    expect(detail.checks).toMatchObject([{ state: 'WARN', comment: 'mind the gap' }])
    expect(await recurrence(ids.a)).toBe('pause')
  })

  test('its context tells what the operation is about, and what the workspace has chosen of its options', async () => {
    const tenant = await world.tenant()
    const workspace = await tenant.workspace()
    const ids = await tenant.nodes(workspace, { a: [] })
    const field = { type: 'string', 'x-decorator': 'FormItem', 'x-component': 'Input' }
    const { code } = await tenant.extension({
      source: `export default (request, { options, snapshot }) => ({ checkResult: 'FAIL', checkMessage: JSON.stringify({ options, snapshot }) })`,
      options: JSON.stringify({ type: 'object', properties: { most: field } }),
      testWorkspace: workspace,
      publish: false,
    })
    const told = async () => {
      const { id } = await ask(tenant.owner, workspace, 'freeze-node', [ids.a])
      const { checks, messageId } = await ended(tenant.owner, id)
      return { messageId, ...JSON.parse(checks[0]!.comment!) }
    }
    const nodes = [{ nodeId: ids.a, name: 'a', environment: 'PROD', recurrence: 'normal' }]
    expect(await told()).toMatchObject({ options: {}, snapshot: { nodes } })
    await tenant.owner.api.call('PUT /workspaces/{workspaceId}/extensions/{code}', {
      params: { workspaceId: workspace.id, code },
      body: { options: { most: '7' } },
    })
    const { messageId, options, snapshot } = await told()
    expect({ options, snapshot }).toMatchObject({ options: { most: '7' }, snapshot: { nodes } })
    expect(snapshot.tenantId).toBeUndefined()
    const tried = async (body: { messageId?: string; snapshot?: Record<string, unknown> }) =>
      JSON.parse(
        (await tenant.owner.api.call('POST /extensions/{code}/function/test-runs', { params: { code }, body }))
          .comment!,
      )
    expect(await tried({ messageId: messageId! })).toMatchObject({ options: { most: '7' }, snapshot: { nodes } })
    expect(await tried({ snapshot: { a: 1 } })).toEqual({ options: { most: '7' }, snapshot: { a: 1 } })
    expect(await tried({})).toEqual({ options: { most: '7' }, snapshot: {} })
  })

  test('what somebody tries it with leaves nothing behind in it for the runs that decide', async () => {
    const remembers = `let before = 'nothing'
      export default (request) => {
        const checkMessage = before
        before = request.messageBody.operator
        return { checkResult: 'FAIL', checkMessage }
      }`
    const { tenant, workspace, ids, extension, owner, operation } = await frozen(remembers)
    expect((await ended(owner, operation.id)).checks).toMatchObject([{ comment: 'nothing' }])
    const { code } = extension
    for (const comment of ['nothing', 'planted'])
      expect(
        await tenant.owner.api.call('POST /extensions/{code}/function/test-runs', {
          params: { code },
          body: { body: { operator: 'planted' } },
        }),
      ).toMatchObject({ comment })
    const next = await ask(owner, workspace, 'freeze-node', [ids.b])
    expect((await ended(owner, next.id)).checks).toMatchObject([{ comment: String(owner.id) }])
  })

  test('it runs in its test workspace before it is published, and nowhere else', async () => {
    const tenant = await world.tenant()
    const [there, elsewhere] = [await tenant.workspace(), await tenant.workspace()]
    const ids = await tenant.nodes(there, { a: [] })
    const others = await tenant.nodes(elsewhere, { a: [] })
    await tenant.extension({ source: REFUSES, testWorkspace: there, publish: false })
    const { id } = await ask(tenant.owner, there, 'freeze-node', [ids.a])
    expect(await ended(tenant.owner, id)).toMatchObject({ state: 'refused' })
    expect(await ask(tenant.owner, elsewhere, 'freeze-node', [others.a])).toMatchObject({ state: 'done' })
  })

  test('beside a service that has not answered, the first FAIL decides', async () => {
    const tenant = await world.tenant()
    const workspace = await tenant.workspace()
    const ids = await tenant.nodes(workspace, { a: [] })
    const receiver = await world.receiver()
    await tenant.route(workspace, receiver.url)
    const service = await tenant.extension({ enabledIn: [workspace] })
    await tenant.extension({ source: REFUSES, enabledIn: [workspace] })
    const operation = await ask(tenant.owner, workspace, 'freeze-node', [ids.a])
    const detail = await ended(tenant.owner, operation.id)
    expect(detail.state).toBe('refused')
    expect((await callBack(world.server, service, operation.messageId, 'OK')).status).toBe(200)
  })

  test('Rule 33: a trial asks the version under test, and nothing is carried out', async () => {
    const tenant = await world.tenant()
    const workspace = await tenant.workspace()
    const { code, author } = await tenant.extension({ source: REFUSES, testWorkspace: workspace, publish: false })
    const { id } = await author.api.call('POST /extensions/{code}/trials', {
      params: { code },
      body: { eventCode: 'freeze-node' },
    })
    const detail = await ended(tenant.owner, id)
    expect(detail).toMatchObject({ state: 'refused', checks: [{ state: 'FAIL', comment: 'no freeze-node today' }] })
  })

  test('Rule 25: what goes to other targets does not serve it', async () => {
    const tenant = await world.tenant()
    const workspace = await tenant.workspace()
    const ids = await tenant.nodes(workspace, { a: [] })
    const receiver = await world.receiver()
    await tenant.route(workspace, receiver.url)
    await tenant.extension({ source: THROWS, enabledIn: [workspace] })
    const operation = await ask(tenant.owner, workspace, 'freeze-node', [ids.a])
    const waiting = await until(
      world.server,
      () => detailOf(tenant.owner, operation.id),
      (one) => one.deliveries.every((delivery) => delivery.attemptCount > 0),
    )
    expect(waiting.checks).toMatchObject([{ waitsFor: 'sending', state: 'waiting' }])
  })
})

describe('Rule 11: a function that fails after its retries counts as its author declared', () => {
  test('block: the operation is refused, and the check says that the function failed and why', async () => {
    const { owner, operation, ids, extension } = await frozen(THROWS)
    const waiting = await attempted(owner, operation.id, 1)
    expect(waiting).toMatchObject({ state: 'held', status: 'CHECKING' })
    expect(waiting.checks).toMatchObject([{ waitsFor: 'sending', nextAttemptAt: expect.any(String) }])
    const detail = await hurried(owner, operation.id)
    expect(detail).toMatchObject({ state: 'refused', status: 'BLOCKED' })
    expect(detail.checks).toMatchObject([
      { state: 'function-failed', result: null, functionFailure: expect.stringContaining('it cannot') },
    ])
    expect(detail.deliveries).toMatchObject([{ state: 'dead', attemptCount: 4 }])
    expect(await recurrence(ids.a)).toBe('normal')
    expect(await invocationsOf(extension)).toMatchObject([4, 3, 2, 1].map((attempt) => ({ attempt, outcome: 'threw' })))
  })

  test('pass: the operation takes effect', async () => {
    const { owner, operation, ids } = await frozen(THROWS, { onUnanswered: 'pass' })
    const detail = await hurried(owner, operation.id)
    expect(detail).toMatchObject({ state: 'done', status: 'PASSED' })
    expect(detail.checks).toMatchObject([{ state: 'function-failed' }])
    expect(await recurrence(ids.a)).toBe('pause')
  })

  test.each([
    ['does not end', `export default () => { for (;;); }`, 'did not end within 100 ms'],
    ['returns nothing', `export default () => {}`, 'returned nothing'],
    ['returns what is no result', `export default () => ({ checkResult: 'MAYBE' })`, "returned 'MAYBE'"],
  ])('one that %s has failed', async (_what, source, sentence) => {
    const tenant = await world.tenant()
    const workspace = await tenant.workspace()
    const ids = await tenant.nodes(workspace, { a: [] })
    const extension = await tenant.extension({ source, testWorkspace: workspace, publish: false })
    const { code, author } = extension
    await author.api.call('PATCH /extensions/{code}/function', { params: { code }, body: { timeoutMs: 100 } })
    const operation = await ask(tenant.owner, workspace, 'freeze-node', [ids.a])
    const detail = await attempted(tenant.owner, operation.id, 1)
    expect(detail).toMatchObject({ state: 'held' })
    expect(detail.deliveries[0]!.attempts).toMatchObject([{ error: expect.stringContaining(sentence) }])
  })

  test('what it returns at a later attempt counts: it is mended while it is asked, where it is under test', async () => {
    const tenant = await world.tenant()
    const workspace = await tenant.workspace()
    const ids = await tenant.nodes(workspace, { a: [] })
    const { code, author } = await tenant.extension({ source: THROWS, testWorkspace: workspace, publish: false })
    const operation = await ask(tenant.owner, workspace, 'freeze-node', [ids.a])
    await attempted(tenant.owner, operation.id, 1)
    await author.api.call('PATCH /extensions/{code}/function', { params: { code }, body: { source: PASSES } })
    await world.db.rows(
      `update deliveries set next_attempt_at = now() where message_id = (select id from messages where operation_id = $1)`,
      [operation.id],
    )
    world.server.platform.wakeDispatcher()
    expect(await ended(tenant.owner, operation.id)).toMatchObject({ state: 'done', checks: [{ state: 'OK' }] })
  })

  test('delivered again by hand after it was given up, its result comes too late and changes nothing', async () => {
    const { owner, operation } = await frozen(THROWS)
    const { deliveries } = await hurried(owner, operation.id)
    await owner.api.call('POST /deliveries/{deliveryId}/redeliver', {
      params: { deliveryId: Number(deliveries[0]!.id) },
    })
    const detail = await attempted(owner, operation.id, 5)
    expect(detail).toMatchObject({ state: 'refused', checks: [{ state: 'function-failed' }] })
  })

  test('delivered again by hand after it answered, the first result stands', async () => {
    const { owner, operation } = await frozen(`export default () => ({ checkResult: 'OK', checkMessage: 'fine' })`)
    const { deliveries } = await ended(owner, operation.id)
    await owner.api.call('POST /deliveries/{deliveryId}/redeliver', {
      params: { deliveryId: Number(deliveries[0]!.id) },
    })
    const detail = await attempted(owner, operation.id, 2)
    expect(detail).toMatchObject({ state: 'done', checks: [{ state: 'OK' }] })
    expect(detail.deliveries).toMatchObject([{ state: 'delivered', attempts: [{ error: null }, { error: null }] }])
  })

  test('the audit trail says that it was given up, after how many attempts, and what that counts as', async () => {
    const { owner, operation, extension } = await frozen(THROWS, { onUnanswered: 'pass' })
    await hurried(owner, operation.id)
    const rows = await world.db.rows(
      `select action, user_id, details from audit_entries where object = $1 and action = 'check.give-up'`,
      [operation.id],
    )
    expect(rows).toMatchObject([{ user_id: null, details: { extension: extension.code, attempts: 4, counts: 'pass' } }])
  })
})

describe('Between replicas', () => {
  test('one that is asked of another server is run and answered there or here, once', async () => {
    const other = await world.replica()
    const tenant = await world.tenant()
    const workspace = await tenant.workspace()
    const ids = await tenant.nodes(workspace, { a: [], b: [], c: [], d: [] })
    const extension = await tenant.extension({ source: PASSES, enabledIn: [workspace] })
    const asked = await Promise.all(
      Object.values(ids).map((id, at) =>
        tenant.owner.at(at % 2 ? other : world.server).call('POST /workspaces/{workspaceId}/node-operations', {
          params: { workspaceId: workspace.id },
          body: { point: 'freeze-node', nodeIds: [id] },
        }),
      ),
    )
    for (const { id } of asked) expect(await ended(tenant.owner, id)).toMatchObject({ state: 'done' })
    expect(await invocationsOf(extension)).toHaveLength(4)
    await other.stop()
  })

  test('a server that dies after the function returned and before that was written leaves it to be run again', async () => {
    const { owner, operation, extension } = await frozen(THROWS)
    await attempted(owner, operation.id, 1)
    // As if the outcome of the first attempt had never been written, although the function ran.
    await world.sql(
      `update deliveries set attempts = 0, next_attempt_at = now() where message_id = (select id from messages where operation_id = '${operation.id}');
       delete from attempts where delivery_id in (select d.id from deliveries d join messages m on m.id = d.message_id where m.operation_id = '${operation.id}')`,
    )
    world.server.platform.wakeDispatcher()
    await until(
      world.server,
      () => invocationsOf(extension),
      (runs) => runs.length === 2,
    )
    expect(await detailOf(owner, operation.id)).toMatchObject({ state: 'held' })
  })
})

describe('A rule of a bus may lead events to a function', () => {
  test('it is told of what happened, what it returns is not looked at, and a service that is none is refused', async () => {
    const tenant = await world.tenant()
    const workspace = await tenant.workspace()
    const ids = await tenant.nodes(workspace, { a: [] })
    const { api } = tenant.owner
    const told = await tenant.extension({
      points: ['undeploy-node'],
      source: `export default (request) => { console.log(request.eventType, request.blockBusiness) }`,
    })
    const service = await tenant.extension()
    const { id: busId } = await api.call('POST /event-buses', { body: { name: 'told' } })
    const rule = (extensionCode: string) => ({
      params: { busId },
      body: {
        name: `to-${extensionCode}`,
        pattern: { type: ['dataworks:NodeChange:NodeChangeUpdated'] },
        targets: [{ kind: 'function' as const, name: 'told', settings: { extensionCode } }],
      },
    })
    expect(await refusalCode(api.call('POST /event-buses/{busId}/rules', rule(service.code)))).toBe('FUNCTION_NONE')
    expect(await refusalCode(api.call('POST /event-buses/{busId}/rules', rule('none')))).toBe('EXTENSION_UNKNOWN')
    const foreign = await (await world.tenant()).extension({ source: PASSES })
    expect(await refusalCode(api.call('POST /event-buses/{busId}/rules', rule(foreign.code)))).toBe('EXTENSION_UNKNOWN')
    await api.call('POST /event-buses/{busId}/rules', rule(told.code))
    await api.call('PUT /workspaces/{workspaceId}/channel', { params: { workspaceId: workspace.id }, body: { busId } })
    expect(await ask(tenant.owner, workspace, 'freeze-node', [ids.a])).toMatchObject({ state: 'done' })
    const runs = await until(
      world.server,
      () => invocationsOf(told),
      (some) => some.length > 0,
    )
    expect(runs).toMatchObject([{ outcome: 'told', eventCode: 'node-change-updated' }])
    expect((await invocation(told, runs[0]!.id)).logs).toMatchObject([{ text: 'node-change-updated false' }])
  })
})
