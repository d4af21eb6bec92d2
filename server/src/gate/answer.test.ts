import { randomUUID } from 'node:crypto'
import { EVENTS, EXTENSION_POINTS, Refusal } from '@holdpoint/core'
import { encodeQuery } from '@holdpoint/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  callBack,
  detailOf,
  dialect,
  type Extension,
  type Person,
  signedHeaders,
  startWorld,
  urlOf,
  type World,
} from '../../../test/world.ts'
import { entered } from '../store/principals.ts'
import { type Answer, answer, type CallbackApi } from './answer.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.stop())

/** A freeze of one node that is held by as many extensions as wanted. */
async function heldFreeze(extensions = 1, parameters = '') {
  const tenant = await world.tenant()
  const workspace = await tenant.workspace()
  const ids = await tenant.nodes(workspace, { a: [] })
  const asked: Extension[] = []
  for (let i = 0; i < extensions; i++) asked.push(await tenant.extension({ parameters, enabledIn: [workspace] }))
  const operation = await ask(tenant.owner, workspace, 'freeze-node', [ids.a])
  return { tenant, workspace, nodeId: ids.a, owner: tenant.owner, asked, operation, messageId: operation.messageId! }
}

async function give(by: Person, given: Pick<Answer, 'messageId' | 'extensionCode'> & Partial<Answer>): Promise<string> {
  try {
    await answer(world.server.platform, entered(await by.caller()), {
      api: 'UpdateWorkbenchEventResult',
      result: 'OK',
      comment: null,
      ...given,
    })
    return 'taken'
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}

/** Everything about an operation that a callback could change. */
const traces = (operationId: string) =>
  world.db.rows(
    `select o.state, o.status, o.reason, o.ended_at, c.extension_id, c.result, c.comment, c.answered_at, n.recurrence
     from operations o join checks c on c.operation_id = o.id
     join nodes n on n.id = (o.objects -> 0 ->> 'id')::bigint where o.id = $1 order by c.extension_id`,
    [operationId],
  )

const expireMessage = (messageId: string) =>
  world.db.rows(`update messages set expires_at = now() - interval '1 millisecond' where id = $1`, [messageId])

describe('Rule 8: a check takes one result; the first stands', () => {
  test('the result is kept with its comment and its time, and shown', async () => {
    const { owner, asked, operation, messageId } = await heldFreeze(2)
    await callBack(world.server, asked[0]!, messageId, 'WARN')
    const { checks, requestedAt } = await detailOf(owner, operation.id)
    const check = checks.find((one) => one.extensionCode === asked[0]!.code)!
    expect(check).toMatchObject({ state: 'WARN', result: 'WARN', comment: `says ${asked[0]!.code}` })
    expect(Date.parse(check.answeredAt!)).toBeGreaterThanOrEqual(Date.parse(requestedAt))
  })

  test('the same again is acknowledged and changes nothing, before the process ends and after', async () => {
    const { asked, operation, messageId } = await heldFreeze(2)
    const [one, two] = asked.map((extension) => extension)
    const again = (extension: Extension) =>
      give(extension.author, { messageId, extensionCode: extension.code, result: 'OK', comment: 'again' })
    await callBack(world.server, one!, messageId, 'OK')
    const before = await traces(operation.id)
    expect(await again(one!)).toBe('taken')
    expect(await traces(operation.id)).toEqual(before)
    await callBack(world.server, two!, messageId, 'OK')
    const ended = await traces(operation.id)
    expect(await again(one!)).toBe('taken')
    expect(await traces(operation.id)).toEqual(ended)
  })

  test.each([
    ['OK', 'FAIL'],
    ['WARN', 'OK'],
    ['FAIL', 'OK'],
  ] as const)('after %s a %s is refused and changes nothing', async (first, next) => {
    const { asked, operation, messageId } = await heldFreeze(2)
    const [one] = asked
    await callBack(world.server, one!, messageId, first)
    const before = await traces(operation.id)
    expect(await give(one!.author, { messageId, extensionCode: one!.code, result: next })).toBe('CHECK_CONFLICT')
    expect(await traces(operation.id)).toEqual(before)
  })

  test('none comes too early: one before its delivery, during it, or where nobody could be told is taken', async () => {
    const { tenant, workspace, owner, asked, operation, messageId } = await heldFreeze(2)
    expect((await detailOf(owner, operation.id)).checks.map((check) => check.state)).toEqual([
      'not-routed',
      'not-routed',
    ])
    for (const extension of asked) expect((await callBack(world.server, extension, messageId, 'OK')).status).toBe(200)
    expect(await detailOf(owner, operation.id)).toMatchObject({ state: 'done' })

    const acknowledged = Promise.withResolvers<{ status: number }>()
    const receiver = await world.receiver(() => acknowledged.promise)
    await tenant.route(workspace, receiver.url)
    const ids = await tenant.nodes(workspace, { b: [] })
    const second = await ask(owner, workspace, 'freeze-node', [ids.b])
    await receiver.nth(1)
    for (const extension of asked)
      expect((await callBack(world.server, extension, second.messageId, 'OK')).status).toBe(200)
    expect(await detailOf(owner, second.id)).toMatchObject({ state: 'done' })
    acknowledged.resolve({ status: 200 })
  })

  test('of different results that arrive together one stands and the others are refused', async () => {
    const { asked, operation, messageId } = await heldFreeze(2)
    const [one] = asked
    const results = (['OK', 'WARN', 'FAIL'] as const).flatMap((result) => [result, result, result])
    const outcomes = await Promise.all(
      results.map((result) => give(one!.author, { messageId, extensionCode: one!.code, result })),
    )
    const [row] = await world.db.rows<{ result: string }>(
      'select c.result from checks c join extensions e on e.id = c.extension_id where c.operation_id = $1 and e.code = $2',
      [operation.id, one!.code],
    )
    for (const [i, outcome] of outcomes.entries())
      expect(outcome).toBe(results[i] === row!.result ? 'taken' : 'CHECK_CONFLICT')
  })

  test.each(['no-such-message', '00000000-0000-4000-8000-000000000000', '', `' or true --`])(
    'message id %j is unknown',
    async (messageId) => {
      const { asked, operation } = await heldFreeze()
      const before = await traces(operation.id)
      expect(await give(asked[0]!.author, { messageId, extensionCode: asked[0]!.code })).toBe('MESSAGE_UNKNOWN')
      expect(await traces(operation.id)).toEqual(before)
    },
  )

  test('Rule 21: a message of another tenant is unknown, whoever asks', async () => {
    const { operation, messageId, asked } = await heldFreeze()
    const foreign = await heldFreeze()
    const before = await traces(operation.id)
    for (const by of [foreign.owner, foreign.asked[0]!.author])
      for (const extensionCode of [foreign.asked[0]!.code, asked[0]!.code])
        expect(await give(by, { messageId, extensionCode })).toBe('MESSAGE_UNKNOWN')
    expect(await traces(operation.id)).toEqual(before)
  })

  test('an extension that does not exist, or is another tenant’s, is unknown', async () => {
    const { operation, messageId, asked } = await heldFreeze()
    const foreign = await heldFreeze()
    const before = await traces(operation.id)
    for (const extensionCode of ['no-such-extension', foreign.asked[0]!.code])
      expect(await give(asked[0]!.author, { messageId, extensionCode })).toBe('EXTENSION_UNKNOWN')
    expect(await traces(operation.id)).toEqual(before)
  })

  test('an extension that was not asked is told so, even one that was enabled since', async () => {
    const { tenant, workspace, operation, messageId } = await heldFreeze()
    const late = await tenant.extension({ enabledIn: [workspace] })
    const before = await traces(operation.id)
    expect(await give(late.author, { messageId, extensionCode: late.code })).toBe('EXTENSION_NOT_ASKED')
    expect(await traces(operation.id)).toEqual(before)
  })

  test('nobody is asked about a regular event', async () => {
    const { tenant, workspace, asked } = await heldFreeze()
    const receiver = await world.receiver()
    await tenant.route(workspace, receiver.url)
    await tenant.nodes(workspace, { later: [] })
    const { id } = JSON.parse((await receiver.nth(1)).body)
    expect(await give(asked[0]!.author, { messageId: id, extensionCode: asked[0]!.code })).toBe('EXTENSION_NOT_ASKED')
  })

  test('nobody is asked about an operation that took effect at once', async () => {
    const { tenant, workspace, asked } = await heldFreeze()
    const ids = await tenant.nodes(workspace, { b: [] })
    const receiver = await world.receiver()
    await tenant.route(workspace, receiver.url, { pattern: { data: { eventCode: ['undeploy-node'] } } })
    await ask(tenant.owner, workspace, 'undeploy-node', [ids.b])
    const { id } = JSON.parse((await receiver.nth(1)).body)
    expect(await give(asked[0]!.author, { messageId: id, extensionCode: asked[0]!.code })).toBe('EXTENSION_NOT_ASKED')
  })

  test.each(['UpdateIDEEventResult', 'CallbackExtension'] as const)(
    'the wrong callback API %s has an error of its own',
    async (api) => {
      const { operation, messageId, asked } = await heldFreeze()
      const before = await traces(operation.id)
      expect(await give(asked[0]!.author, { messageId, extensionCode: asked[0]!.code, api })).toBe('CALLBACK_WRONG_API')
      expect(await traces(operation.id)).toEqual(before)
      const { status, body } = await dialect(world.server, asked[0]!.author, api, {
        MessageId: messageId,
        ExtensionCode: asked[0]!.code,
        CheckResult: 'OK',
      })
      expect({ status, code: body.Code }).toEqual({ status: 400, code: 'InvalidMessageId.WrongCallback' })
      expect(await traces(operation.id)).toEqual(before)
    },
  )

  test('each extension point takes results by the callback API of its module', async () => {
    const { operation, messageId, asked } = await heldFreeze()
    const apis: readonly CallbackApi[] = ['UpdateIDEEventResult', 'UpdateWorkbenchEventResult', 'CallbackExtension']
    expect(new Set(EVENTS.map((event) => event.callback))).toEqual(new Set([...apis, null]))
    for (const point of EXTENSION_POINTS) {
      await world.db.rows('update messages set event_code = $2 where id = $1', [messageId, point.eventCode])
      for (const api of apis.filter((one) => one !== point.callback))
        expect(await give(asked[0]!.author, { messageId, extensionCode: asked[0]!.code, api }), point.eventCode).toBe(
          'CALLBACK_WRONG_API',
        )
    }
    expect(await traces(operation.id)).toMatchObject([{ state: 'held', result: null }])
  })

  test('only the extension’s owner speaks for it, not even who may write extensions', async () => {
    const { tenant, workspace, operation, messageId, asked, owner } = await heldFreeze(2)
    const extensionCode = asked[0]!.code
    const operator = await tenant.person([], { [workspace.id]: ['owner'] })
    const before = await traces(operation.id)
    expect(await give(operator, { messageId, extensionCode })).toBe('FORBIDDEN')
    expect(await give(owner, { messageId, extensionCode: asked[1]!.code })).toBe('FORBIDDEN')
    expect(await traces(operation.id)).toEqual(before)
    // An author who lost the role still speaks for what is theirs.
    await world.db.rows(`update users set tenant_roles = '{}' where id = $1`, [asked[0]!.author.id])
    expect(await give(asked[0]!.author, { messageId, extensionCode })).toBe('taken')
  })
})

describe('Rule 7: after three days a message is expired and a callback for it is refused', () => {
  test('it expires 72 hours after it was made', async () => {
    const { messageId } = await heldFreeze()
    const [row] = await world.db.rows<{ hours: number }>(
      `select extract(epoch from expires_at - created_at)::float / 3600 as hours from messages where id = $1`,
      [messageId],
    )
    expect(row!.hours).toBe(72)
  })

  test.each(['OK', 'WARN', 'FAIL'] as const)(
    '%s comes too late and changes nothing but what expiry itself does',
    async (result) => {
      const { owner, operation, messageId, asked, nodeId } = await heldFreeze()
      await expireMessage(messageId)
      expect(await give(asked[0]!.author, { messageId, extensionCode: asked[0]!.code, result })).toBe('MESSAGE_EXPIRED')
      const { checks } = await detailOf(owner, operation.id)
      expect(checks).toMatchObject([{ result: null, answeredAt: null }])
      const [node] = await world.db.rows('select recurrence from nodes where id = $1', [nodeId])
      expect(node).toEqual({ recurrence: 'normal' })
    },
  )

  test('a result that was given in time is still acknowledged afterwards', async () => {
    const { messageId, asked } = await heldFreeze(2)
    await callBack(world.server, asked[0]!, messageId, 'OK')
    await expireMessage(messageId)
    expect(await give(asked[0]!.author, { messageId, extensionCode: asked[0]!.code, result: 'OK' })).toBe('taken')
    expect(await give(asked[0]!.author, { messageId, extensionCode: asked[0]!.code, result: 'FAIL' })).toBe(
      'CHECK_CONFLICT',
    )
  })
})

describe('Rule 9: the process is derived from its checks', () => {
  test('it is CHECKING until the last of them has answered, then PASSED', async () => {
    const { owner, operation, messageId, asked } = await heldFreeze(3)
    for (const [i, extension] of asked.entries()) {
      expect(await detailOf(owner, operation.id)).toMatchObject({ state: 'held', status: 'CHECKING' })
      await callBack(world.server, extension, messageId, i === 1 ? 'WARN' : 'OK')
    }
    expect(await detailOf(owner, operation.id)).toMatchObject({ state: 'done', status: 'PASSED' })
  })

  test('the first FAIL refuses it at once; late results are still recorded and bring nothing back', async () => {
    const { owner, operation, messageId, asked, nodeId } = await heldFreeze(3)
    await callBack(world.server, asked[0]!, messageId, 'FAIL')
    const refused = await detailOf(owner, operation.id)
    expect(refused).toMatchObject({ state: 'refused', status: 'BLOCKED', endedAt: expect.any(String) })
    await callBack(world.server, asked[1]!, messageId, 'OK')
    await callBack(world.server, asked[2]!, messageId, 'WARN')
    const later = await detailOf(owner, operation.id)
    expect(later).toMatchObject({ state: 'refused', status: 'BLOCKED', endedAt: refused.endedAt })
    expect(later.checks.map((check) => check.result)).toEqual(['FAIL', 'OK', 'WARN'])
    const [node] = await world.db.rows('select recurrence from nodes where id = $1', [nodeId])
    expect(node).toEqual({ recurrence: 'normal' })
  })

  test('when every FAIL so far may be passed by hand it stays held, BLOCKED; a FAIL that may not refuses it', async () => {
    const { tenant, workspace, owner, nodeId } = await heldFreeze()
    const passable = await tenant.extension({
      points: ['undeploy-node'],
      parameters: 'extension.manualPass.enabled=true',
      enabledIn: [workspace],
    })
    const strict = await tenant.extension({ points: ['undeploy-node'], enabledIn: [workspace] })
    const held = await ask(owner, workspace, 'undeploy-node', [nodeId])
    await callBack(world.server, passable, held.messageId, 'FAIL')
    expect(await detailOf(owner, held.id)).toMatchObject({ state: 'held', status: 'BLOCKED', endedAt: null })
    await callBack(world.server, strict, held.messageId, 'FAIL')
    expect(await detailOf(owner, held.id)).toMatchObject({ state: 'refused', status: 'BLOCKED' })
  })

  test('what the column keeps is what core derives, after every result', async () => {
    const { owner, operation, messageId, asked } = await heldFreeze(3, 'extension.manualPass.enabled=true')
    const expected = ['BLOCKED', 'BLOCKED', 'BLOCKED']
    for (const [i, extension] of asked.entries()) {
      await callBack(world.server, extension, messageId, i === 0 ? 'FAIL' : 'OK')
      expect((await detailOf(owner, operation.id)).status).toBe(expected[i])
    }
  })
})

test('who is turned away at the door answers nothing: a repeated signature, a pair that was switched off', async () => {
  const { asked, operation, messageId } = await heldFreeze(2)
  const [one, two] = asked as [Extension, Extension]
  const given = (extension: Extension): [string, string][] => [
    ['MessageId', messageId],
    ['ExtensionCode', extension.code],
    ['CheckResult', 'OK'],
  ]
  const named: [string, string][] = [
    ['x-acs-action', 'UpdateWorkbenchEventResult'],
    ['x-acs-version', '2020-05-18'],
  ]
  const headers = signedHeaders(world.server, one.author, 'POST', '/', given(one), named)
  const send = () => fetch(`${urlOf(world.server)}/?${encodeQuery(given(one))}`, { method: 'POST', headers })
  expect((await send()).status).toBe(200)
  expect(await (await send()).json()).toMatchObject({ Code: 'SignatureNonceUsed' })

  const before = await traces(operation.id)
  await world.db.rows('update access_keys set active = false where id = $1', [two.author.key.id])
  expect((await callBack(world.server, two, messageId, 'OK')).body).toMatchObject({
    Code: 'InvalidAccessKeyId.Inactive',
  })
  expect(await traces(operation.id)).toEqual(before)
})

test('a signature serves once, also when what it was for was refused', async () => {
  const { asked, owner, nodeId } = await heldFreeze(1)
  const [one] = asked as [Extension]
  const actions: [string, [string, string][]][] = [
    [
      'UpdateWorkbenchEventResult',
      [
        ['MessageId', randomUUID()],
        ['ExtensionCode', one.code],
        ['CheckResult', 'OK'],
      ],
    ],
    [
      'UpdateNodeRunMode',
      [
        ['NodeId', String(nodeId)],
        ['ProjectEnv', 'PROD'],
        ['SchedulerType', '0'],
      ],
    ],
  ]
  for (const [action, query] of actions) {
    const named: [string, string][] = [
      ['x-acs-action', action],
      ['x-acs-version', '2020-05-18'],
    ]
    const by = action === 'UpdateNodeRunMode' ? owner : one.author
    const headers = signedHeaders(world.server, by, 'POST', '/', query, named)
    const send = () => fetch(`${urlOf(world.server)}/?${encodeQuery(query)}`, { method: 'POST', headers })
    await send()
    expect(await (await send()).json()).toMatchObject({ Code: 'SignatureNonceUsed' })
  }
})
