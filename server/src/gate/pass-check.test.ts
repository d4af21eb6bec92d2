import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  callBack,
  detailOf,
  type Extension,
  type Person,
  refusalCode,
  startWorld,
  type World,
} from '../../../test/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.stop())

/** A freeze whose extensions have all failed; an operator asked for it, and the owner is administrator. */
async function failedFreeze(extensions = 1, parameters = 'extension.manualPass.enabled=true') {
  const tenant = await world.tenant()
  const workspace = await tenant.workspace()
  const ids = await tenant.nodes(workspace, { a: [] })
  const asked: Extension[] = []
  for (let i = 0; i < extensions; i++) asked.push(await tenant.extension({ parameters, enabledIn: [workspace] }))
  const operator = await tenant.person([], { [workspace.id]: ['operator'] })
  const operation = await ask(operator, workspace, 'freeze-node', [ids.a])
  for (const extension of asked) await callBack(world.server, extension, operation.messageId, 'FAIL')
  return { tenant, workspace, nodeId: ids.a, operator, owner: tenant.owner, asked, operation }
}

const pass = (by: Person, operationId: string, extension: Extension, reason = 'agreed with the author') =>
  by.api.call('POST /operations/{operationId}/checks/{extensionCode}/pass', {
    params: { operationId, extensionCode: extension.code },
    body: { reason },
  })

const recurrence = async (nodeId: number) =>
  (await world.db.rows<{ recurrence: string }>('select recurrence from nodes where id = $1', [nodeId]))[0]!.recurrence

describe('Rule 10: mark as passed turns one FAIL into a pass if the extension allows it', () => {
  test('the operation takes effect; who passed it and why is shown and stands in the audit trail', async () => {
    const { owner, operation, asked, nodeId, workspace } = await failedFreeze()
    const passed = await pass(owner, operation.id, asked[0]!, '  the report may wait ')
    expect(passed).toMatchObject({ state: 'done', status: 'PASSED' })
    expect(passed.checks).toMatchObject([
      {
        state: 'passed-by-hand',
        result: 'FAIL',
        passedBy: { id: String(owner.id) },
        passedReason: 'the report may wait',
      },
    ])
    expect(await recurrence(nodeId)).toBe('pause')
    const audit = await world.db.rows(
      `select workspace_id, user_id, details from audit_entries where action = 'check.pass' and object = $1`,
      [operation.id],
    )
    expect(audit).toEqual([
      {
        workspace_id: workspace.id,
        user_id: owner.id,
        details: { extensionCode: asked[0]!.code, reason: 'the report may wait' },
      },
    ])
  })

  test('of two FAILs each is passed by itself; until then the operation stays held', async () => {
    const { owner, operation, asked, nodeId } = await failedFreeze(2)
    expect(await pass(owner, operation.id, asked[0]!)).toMatchObject({ state: 'held', status: 'BLOCKED' })
    expect(await recurrence(nodeId)).toBe('normal')
    expect(await pass(owner, operation.id, asked[1]!)).toMatchObject({ state: 'done', status: 'PASSED' })
    expect(await recurrence(nodeId)).toBe('pause')
  })

  test('a FAIL that was passed while another check is open waits for that one', async () => {
    const { tenant, workspace, owner, operator, asked } = await failedFreeze()
    const ids = await tenant.nodes(workspace, { b: [] })
    const other = await tenant.extension({ enabledIn: [workspace] })
    const held = await ask(operator, workspace, 'freeze-node', [ids.b])
    await callBack(world.server, asked[0]!, held.messageId, 'FAIL')
    const passed = await pass(owner, held.id, asked[0]!)
    expect(passed).toMatchObject({ state: 'held', status: 'CHECKING' })
    await callBack(world.server, other, held.messageId, 'OK')
    expect((await detailOf(operator, held.id)).state).toBe('done')
  })

  test('not where the extension does not allow it: the operation is refused already', async () => {
    const { owner, operation, asked, nodeId } = await failedFreeze(1, '')
    expect((await detailOf(owner, operation.id)).state).toBe('refused')
    expect(await refusalCode(pass(owner, operation.id, asked[0]!))).toBe('CHECK_NOT_PASSABLE')
    expect(await recurrence(nodeId)).toBe('normal')
  })

  test('not by who asked for the operation, administrator or not', async () => {
    const { tenant, workspace, owner, asked } = await failedFreeze()
    const ids = await tenant.nodes(workspace, { b: [] })
    const held = await ask(owner, workspace, 'freeze-node', [ids.b])
    await callBack(world.server, asked[0]!, held.messageId, 'FAIL')
    expect((await detailOf(owner, held.id)).checks[0]!.mayPass).toBe(false)
    expect(await refusalCode(pass(owner, held.id, asked[0]!))).toBe('CHECK_NOT_PASSABLE')
    expect(await recurrence(ids.b)).toBe('normal')
  })

  test('only by an administrator of the workspace; the console is told who may', async () => {
    const { tenant, workspace, operation, asked } = await failedFreeze()
    for (const role of ['developer', 'operator', 'deployer', 'security-administrator', 'visitor'] as const) {
      const person = await tenant.person([], { [workspace.id]: [role] })
      expect((await detailOf(person, operation.id)).checks, role).toMatchObject([{ mayPass: false }])
      expect(await refusalCode(pass(person, operation.id, asked[0]!)), role).toBe('CHECK_NOT_PASSABLE')
    }
    const elsewhere = await tenant.workspace()
    const stranger = await tenant.person([], { [elsewhere.id]: ['administrator'] })
    expect(await refusalCode(pass(stranger, operation.id, asked[0]!))).toBe('FORBIDDEN')
    const administrator = await tenant.person([], { [workspace.id]: ['administrator'] })
    expect((await detailOf(administrator, operation.id)).checks).toMatchObject([{ mayPass: true }])
    expect((await pass(administrator, operation.id, asked[0]!)).state).toBe('done')
  })

  test('not a check that is open, answered otherwise or passed already, nor one of nobody', async () => {
    const { tenant, workspace, owner, operator } = await failedFreeze()
    const ids = await tenant.nodes(workspace, { b: [] })
    const other = await tenant.extension({ enabledIn: [workspace] })
    const held = await ask(operator, workspace, 'freeze-node', [ids.b])
    expect(await refusalCode(pass(owner, held.id, other))).toBe('CHECK_NOT_PASSABLE')
    await callBack(world.server, other, held.messageId, 'WARN')
    expect(await refusalCode(pass(owner, held.id, other))).toBe('CHECK_NOT_PASSABLE')
    expect(await refusalCode(pass(owner, held.id, { code: 'no-such-extension', author: owner }))).toBe('NOT_FOUND')
    expect((await detailOf(owner, held.id)).state).toBe('held')
  })

  test('twice at the same time is once', async () => {
    const { tenant, workspace, owner, operation, asked, nodeId } = await failedFreeze()
    const other = await tenant.person([], { [workspace.id]: ['administrator'] })
    const codes = await Promise.all(
      [owner, other, owner, other].map((by) => refusalCode(pass(by, operation.id, asked[0]!))),
    )
    expect(codes.toSorted()).toEqual([
      'CHECK_NOT_PASSABLE',
      'CHECK_NOT_PASSABLE',
      'CHECK_NOT_PASSABLE',
      'it was not refused',
    ])
    expect(await recurrence(nodeId)).toBe('pause')
    const audit = await world.db.rows(`select 1 from audit_entries where action = 'check.pass' and object = $1`, [
      operation.id,
    ])
    expect(audit).toHaveLength(1)
  })

  test.each(['', '  ', 'no'])('not without a reason: %j is none', async (reason) => {
    const { owner, operation, asked } = await failedFreeze()
    expect(await refusalCode(pass(owner, operation.id, asked[0]!, reason))).toBe('REQUEST_INVALID')
    expect((await detailOf(owner, operation.id)).state).toBe('held')
  })
})

describe('Rule 9: it stays held until it is passed, withdrawn, or its message expires', () => {
  test('once the message has expired, a pass by hand is refused and nothing takes effect, swept or not', async () => {
    for (let round = 0; round < 5; round++) {
      const { owner, operation, asked, nodeId } = await failedFreeze()
      await world.db.rows(`update messages set expires_at = now() - interval '1 millisecond' where operation_id = $1`, [
        operation.id,
      ])
      expect(await refusalCode(pass(owner, operation.id, asked[0]!))).toBe('CHECK_NOT_PASSABLE')
      expect(await recurrence(nodeId)).toBe('normal')
    }
  })

  test('EXPIRED cannot be passed by hand', async () => {
    const { tenant, workspace, owner, operator } = await failedFreeze()
    const ids = await tenant.nodes(workspace, { b: [] })
    const held = await ask(operator, workspace, 'freeze-node', [ids.b])
    await world.db.rows('update checks set expired_at = now() where operation_id = $1', [held.id])
    const extension = { code: held.checks[0]!.extensionCode, author: owner }
    expect(await refusalCode(pass(owner, held.id, extension))).toBe('CHECK_NOT_PASSABLE')
    expect(await recurrence(ids.b)).toBe('normal')
  })
})
