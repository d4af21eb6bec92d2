import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, callBack, detailOf, type Person, refusalCode, startWorld, type World } from '../../../test/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.stop())

async function heldFreeze() {
  const tenant = await world.tenant()
  const workspace = await tenant.workspace()
  const ids = await tenant.nodes(workspace, { a: [] })
  const extension = await tenant.extension({ enabledIn: [workspace] })
  const operator = await tenant.person([], { [workspace.id]: ['operator'] })
  const operation = await ask(operator, workspace, 'freeze-node', [ids.a])
  return { tenant, workspace, nodeId: ids.a, extension, operator, owner: tenant.owner, operation }
}

const withdraw = (by: Person, operationId: string) =>
  by.api.call('POST /operations/{operationId}/withdraw', { params: { operationId } })

const recurrence = async (nodeId: number) =>
  (await world.db.rows<{ recurrence: string }>('select recurrence from nodes where id = $1', [nodeId]))[0]!.recurrence

describe('Rule 13: the person who asked may withdraw a held operation', () => {
  test('it ends as withdrawn, nothing takes effect, and the same may be asked for again', async () => {
    const { operator, operation, nodeId, workspace } = await heldFreeze()
    expect(operation.mayWithdraw).toBe(true)
    expect(await withdraw(operator, operation.id)).toMatchObject({
      state: 'withdrawn',
      endedAt: expect.any(String),
      mayWithdraw: false,
    })
    expect(await recurrence(nodeId)).toBe('normal')
    const again = await ask(operator, workspace, 'freeze-node', [nodeId])
    expect(again.id).not.toBe(operation.id)
    expect(again.state).toBe('held')
  })

  test('nobody else may, not even the account owner', async () => {
    const { tenant, workspace, owner, operation } = await heldFreeze()
    const administrator = await tenant.person(['tenant-administrator'], { [workspace.id]: ['owner'] })
    for (const by of [owner, administrator]) {
      expect(await refusalCode(withdraw(by, operation.id))).toBe('OPERATION_NOT_YOURS')
      expect((await detailOf(by, operation.id)).mayWithdraw).toBe(false)
    }
    expect((await detailOf(owner, operation.id)).state).toBe('held')
  })

  test('what has ended cannot be withdrawn', async () => {
    for (const result of ['OK', 'FAIL'] as const) {
      const { operator, extension, operation } = await heldFreeze()
      await callBack(world.server, extension, operation.messageId, result)
      const ended = await detailOf(operator, operation.id)
      await expect(withdraw(operator, operation.id)).rejects.toMatchObject({
        code: 'OPERATION_ENDED',
        problem: { details: { state: ended.state } },
      })
      expect(await detailOf(operator, operation.id)).toEqual(ended)
    }
    const { operator, operation } = await heldFreeze()
    await withdraw(operator, operation.id)
    expect(await refusalCode(withdraw(operator, operation.id))).toBe('OPERATION_ENDED')
  })

  test.each(['OK', 'FAIL'] as const)(
    'a late %s is recorded with the check and brings the operation neither back nor about',
    async (result) => {
      const { operator, extension, operation, nodeId } = await heldFreeze()
      const { endedAt } = await withdraw(operator, operation.id)
      await callBack(world.server, extension, operation.messageId, result)
      const later = await detailOf(operator, operation.id)
      expect(later).toMatchObject({ state: 'withdrawn', endedAt })
      expect(later.checks).toMatchObject([{ result }])
      expect(await recurrence(nodeId)).toBe('normal')
    },
  )

  test('withdrawn and passed at the same time, it either took effect or was withdrawn, and says which', async () => {
    const seen = new Set<string>()
    for (let round = 0; round < 12; round++) {
      const { operator, extension, operation, nodeId } = await heldFreeze()
      const [withdrawal] = await Promise.all([
        refusalCode(withdraw(operator, operation.id)),
        callBack(world.server, extension, operation.messageId, 'OK'),
      ])
      const { state } = await detailOf(operator, operation.id)
      seen.add(state)
      expect(withdrawal).toBe(state === 'withdrawn' ? 'it was not refused' : 'OPERATION_ENDED')
      expect(await recurrence(nodeId)).toBe(state === 'withdrawn' ? 'normal' : 'pause')
    }
    for (const state of seen) expect(['withdrawn', 'done']).toContain(state)
  })
})

describe('Rule 13: disabling an extension is never itself held by that extension', () => {
  test('with an operation held by it, and once disabled it can be published again', async () => {
    const { extension, operation, owner } = await heldFreeze()
    const params = { code: extension.code }
    const call = (verb: 'disable' | 'publish') =>
      extension.author.api.call(`POST /extensions/{code}/${verb}`, { params, body: {} })
    expect((await call('disable')).status).toBe('disabled')
    expect((await call('publish')).status).toBe('published')
    expect((await detailOf(owner, operation.id)).state).toBe('held')
  })
})
