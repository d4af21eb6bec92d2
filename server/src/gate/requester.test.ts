import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, callBack, detailOf, refusalCode, startWorld, type World } from '../../../test/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.stop())

test('an operation of a person who may no longer ask for it is refused when it would take effect', async () => {
  const tenant = await world.tenant()
  const workspace = await tenant.workspace()
  const ids = await tenant.nodes(workspace, { a: [], b: [] })
  const extension = await tenant.extension({ enabledIn: [workspace] })
  const removed = await tenant.person([], { [workspace.id]: ['operator'] })
  const disabled = await tenant.person([], { [workspace.id]: ['operator'] })
  const held = [
    await ask(removed, workspace, 'freeze-node', [ids.a!]),
    await ask(disabled, workspace, 'freeze-node', [ids.b!]),
  ]
  await tenant.owner.api.call('DELETE /workspaces/{workspaceId}/members/{userId}', {
    params: { workspaceId: workspace.id, userId: removed.id },
  })
  await tenant.owner.api.call('PATCH /users/{userId}', { params: { userId: disabled.id }, body: { disabled: true } })
  for (const { id, messageId } of held) {
    await callBack(world.server, extension, messageId, 'OK')
    const ended = await detailOf(tenant.owner, id)
    expect(ended).toMatchObject({ state: 'refused', status: 'PASSED' })
    expect(ended.reason).toContain('no longer allowed')
  }
  expect(
    await world.db.rows(`select 1 from nodes where id = any($1) and recurrence = 'pause'`, [[ids.a, ids.b]]),
  ).toEqual([])
})

test('one request for a thousand nodes is held, and asked again gets the same process', async () => {
  const tenant = await world.tenant()
  const workspace = await tenant.workspace()
  const names = Array.from({ length: 1_000 }, (_, i) => [`n${i}`, []] as const)
  const ids = Object.values(await tenant.nodes(workspace, Object.fromEntries(names)))
  await tenant.extension({ enabledIn: [workspace] })
  const operation = await ask(tenant.owner, workspace, 'freeze-node', ids as number[])
  expect(operation.state).toBe('held')
  expect((await ask(tenant.owner, workspace, 'freeze-node', ids as number[])).id).toBe(operation.id)
})

test('nobody who owns, changed or submitted an extension reviews it', async () => {
  const tenant = await world.tenant()
  const [author, colleague, reviewer] = [
    await tenant.person(['open-platform-administrator']),
    await tenant.person(['open-platform-administrator']),
    await tenant.person(['open-platform-administrator']),
  ]
  const { code } = await author.api.call('POST /extensions', { body: { name: 'guard', points: ['freeze-node'] } })
  const params = { code }
  await colleague.api.call('PATCH /extensions/{code}', { params, body: { description: 'changed' } })
  await reviewer.api.call('POST /extensions/{code}/submit', { params, body: {} })
  for (const person of [author, colleague, reviewer])
    expect(await refusalCode(person.api.call('POST /extensions/{code}/approve', { params, body: {} }))).toBe(
      'EXTENSION_SELF_REVIEW',
    )
  expect(await tenant.owner.api.call('POST /extensions/{code}/approve', { params, body: {} })).toMatchObject({
    status: 'approved',
  })
})

test('an output that is named like the root node of a workspace is refused', async () => {
  const tenant = await world.tenant()
  const workspace = await tenant.workspace()
  const flowspec = JSON.stringify({
    version: '1.1.0',
    kind: 'CycleWorkflow',
    spec: {
      nodes: [
        {
          id: 'n',
          name: 'n',
          script: { path: 'n', runtime: { command: 'ODPS_SQL' } },
          outputs: { nodeOutputs: [{ data: 'finance_root' }] },
        },
      ],
    },
  })
  const work = tenant.owner.api.call('POST /workspaces/{workspaceId}/flowspec-imports', {
    params: { workspaceId: workspace.id },
    body: { flowspec },
  })
  expect(await refusalCode(work)).toBe('NAME_TAKEN')
})
