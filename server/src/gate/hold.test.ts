import { EXTENSION_POINTS } from '@holdpoint/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  callBack,
  detailOf,
  NODE_POINTS,
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

/** A tenant with a workspace in which `b` depends on `a`. */
async function shop() {
  const tenant = await world.tenant()
  const workspace = await tenant.workspace()
  const ids = await tenant.nodes(workspace, { a: [], b: ['a'], c: [] })
  return { tenant, workspace, ids, owner: tenant.owner }
}

const recurrences = (ids: readonly number[]) =>
  world.db
    .rows<{ recurrence: string }>('select recurrence from nodes where id = any($1) order by id', [ids])
    .then((rows) => rows.map((row) => row.recurrence))

const messagesOf = (workspaceId: number, eventCode: string) =>
  world.db
    .rows<{ body: string }>('select body from messages where workspace_id = $1 and event_code = $2', [
      workspaceId,
      eventCode,
    ])
    .then((rows) => rows.map((row) => JSON.parse(row.body)))

describe('Rule 1: an operation is held if at least one extension applies; otherwise it takes effect at once', () => {
  test('nobody applies: it takes effect at once and is published all the same, with blockBusiness false', async () => {
    const { tenant, workspace, ids, owner } = await shop()
    const receiver = await world.receiver()
    await tenant.route(workspace, receiver.url, { pattern: { data: { eventCode: ['freeze-node'] } } })
    const done = await ask(owner, workspace, 'freeze-node', [ids.a])
    expect(done).toMatchObject({ state: 'done', status: null, checks: [] })
    expect(await recurrences([ids.a])).toEqual(['pause'])
    expect(JSON.parse((await receiver.nth(1)).body)).toMatchObject({
      type: 'dataworks:NodeChange:FreezeNode',
      data: { eventCode: 'freeze-node', blockBusiness: false, nodeIds: [ids.a], extensionBizId: done.id },
    })
  })

  test('nobody applies and nothing is routed: it takes effect and no message is kept', async () => {
    const { workspace, ids, owner } = await shop()
    await ask(owner, workspace, 'freeze-node', [ids.a])
    expect(await recurrences([ids.a])).toEqual(['pause'])
    expect(await messagesOf(workspace.id, 'freeze-node')).toEqual([])
  })

  test('somebody applies: nothing takes effect, and the extension is told with blockBusiness true', async () => {
    const { tenant, workspace, ids, owner } = await shop()
    const extension = await tenant.extension({ enabledIn: [workspace] })
    const receiver = await world.receiver()
    await tenant.route(workspace, receiver.url)
    const held = await ask(owner, workspace, 'freeze-node', [ids.a, ids.c])
    expect(held).toMatchObject({ state: 'held', status: 'CHECKING', endedAt: null })
    expect(held.checks.map((check) => [check.extensionCode, check.result])).toEqual([[extension.code, null]])
    expect(await recurrences([ids.a, ids.c])).toEqual(['normal', 'normal'])
    expect(JSON.parse((await receiver.nth(1)).body)).toMatchObject({
      id: held.messageId,
      data: {
        eventCode: 'freeze-node',
        blockBusiness: true,
        extensionBizId: held.id,
        nodeIds: [ids.a, ids.c],
        projectId: workspace.id,
        tenantId: tenant.id,
        operator: String(owner.id),
      },
    })
  })

  test.each(NODE_POINTS)('%s is held as well and takes effect when it is passed', async (point) => {
    const { tenant, workspace, ids, owner } = await shop()
    if (point === 'unfreeze-node') await ask(owner, workspace, 'freeze-node', [ids.c])
    const extension = await tenant.extension({ points: [point], enabledIn: [workspace] })
    const held = await ask(owner, workspace, point, [ids.c])
    expect(held.state).toBe('held')
    expect(await callBack(world.server, extension, held.messageId, 'OK')).toMatchObject({ status: 200 })
    expect(await detailOf(owner, held.id)).toMatchObject({ state: 'done', status: 'PASSED' })
    const [row] = await world.db.rows(
      'select recurrence, unpublished_at is null as published from nodes where id = $1',
      [ids.c],
    )
    expect(row).toEqual({
      recurrence: point === 'freeze-node' ? 'pause' : 'normal',
      published: point !== 'undeploy-node',
    })
  })

  test('what cannot be done today anyway is refused before anybody is asked', async () => {
    const { tenant, workspace, ids, owner } = await shop()
    await tenant.extension({ points: NODE_POINTS, enabledIn: [workspace] })
    expect(await refusalCode(ask(owner, workspace, 'unfreeze-node', [ids.a]))).toBe('NODE_NOT_FROZEN')
    expect(await refusalCode(ask(owner, workspace, 'undeploy-node', [ids.a]))).toBe('NODE_HAS_DESCENDANTS')
    expect(await refusalCode(ask(owner, workspace, 'freeze-node', [1]))).toBe('NODE_NOT_FOUND')
    const { items } = await owner.api.call('GET /operations', { query: { workspaceId: workspace.id } })
    expect(items).toEqual([])
  })
})

describe('Rule 2: an extension applies when it watches the point and is published and enabled, or in testing', () => {
  test('one that is published and not enabled, or enabled elsewhere, or watches another point, does not apply', async () => {
    const { tenant, workspace, ids, owner } = await shop()
    const elsewhere = await tenant.workspace()
    await tenant.extension()
    await tenant.extension({ enabledIn: [elsewhere] })
    await tenant.extension({ points: ['unfreeze-node', 'undeploy-node'], enabledIn: [workspace] })
    expect((await ask(owner, workspace, 'freeze-node', [ids.a])).state).toBe('done')
  })

  test('one in testing applies in its test workspace only', async () => {
    const { tenant, workspace, ids, owner } = await shop()
    const elsewhere = await tenant.workspace()
    const there = await tenant.nodes(elsewhere, { x: [] })
    const extension = await tenant.extension({ testWorkspace: workspace, publish: false })
    const held = await ask(owner, workspace, 'freeze-node', [ids.a])
    expect(held.checks.map((check) => check.extensionCode)).toEqual([extension.code])
    expect((await ask(owner, elsewhere, 'freeze-node', [there.x])).state).toBe('done')
  })

  test('one that was handed in for review no longer applies in its test workspace', async () => {
    const { tenant, workspace, ids, owner } = await shop()
    const extension = await tenant.extension({ testWorkspace: workspace, publish: false })
    await extension.author.api.call('POST /extensions/{code}/submit', { params: { code: extension.code }, body: {} })
    expect((await ask(owner, workspace, 'freeze-node', [ids.a])).state).toBe('done')
  })

  test.each([
    ['extension.project.disabled', (id: number) => `extension.project.disabled=${id}`],
    ['extension.project.disabled.append', (id: number) => `extension.project.disabled.append=${id}`],
    ['extension.project.{eventCode}.disabled', (id: number) => `extension.project.freeze-node.disabled=${id}`],
  ])('%s exempts the workspace', async (_key, parameters) => {
    const { tenant, workspace, ids, owner } = await shop()
    await tenant.extension({ parameters: parameters(workspace.id), enabledIn: [workspace] })
    expect((await ask(owner, workspace, 'freeze-node', [ids.a])).state).toBe('done')
  })

  test('where a version is under test, it replaces the published one there, and nowhere else', async () => {
    const { tenant, workspace, ids, owner } = await shop()
    const elsewhere = await tenant.workspace()
    const there = await tenant.nodes(elsewhere, { x: [] })
    const { code } = await tenant.extension({ enabledIn: [workspace, elsewhere] })
    await world.db.rows(
      `insert into extension_versions (extension_id, number, status, name, description, points, test_workspace_id, on_unanswered)
       select id, 2, 'testing', 'next', '', array['freeze-node'], $2, 'block' from extensions where code = $1`,
      [code, workspace.id],
    )
    expect((await ask(owner, workspace, 'freeze-node', [ids.a])).checks).toMatchObject([
      { extensionCode: code, version: 2 },
    ])
    expect((await ask(owner, elsewhere, 'freeze-node', [there.x])).checks).toMatchObject([
      { extensionCode: code, version: 1 },
    ])
  })
})

describe('Rule 3: holding is one transaction', () => {
  test.each(['operations', 'checks', 'messages', 'deliveries'])(
    'when %s cannot be written, nothing of it is',
    async (table) => {
      const { tenant, workspace, ids, owner } = await shop()
      await tenant.extension({ enabledIn: [workspace] })
      const receiver = await world.receiver()
      await tenant.route(workspace, receiver.url)
      await world.sql(`create function broken() returns trigger language plpgsql as $$ begin raise exception 'broken on purpose'; end $$;
      create trigger broken before insert on ${table} for each row execute function broken()`)
      try {
        expect(await refusalCode(ask(owner, workspace, 'freeze-node', [ids.a]))).toBe('FAULT')
      } finally {
        await world.sql(`drop trigger broken on ${table}; drop function broken`)
      }
      const [left] = await world.db.rows(
        `select (select count(*) from operations where workspace_id = $1) as operations,
         (select count(*) from checks c join operations o on o.id = c.operation_id where o.workspace_id = $1) as checks,
         (select count(*) from messages where workspace_id = $1 and event_code = 'freeze-node') as messages,
         (select count(*) from deliveries d where d.endpoint = $2) as deliveries`,
        [workspace.id, receiver.url],
      )
      expect(left).toEqual({ operations: 0, checks: 0, messages: 0, deliveries: 0 })
      expect(await recurrences([ids.a])).toEqual(['normal'])
      // Nobody was told of what never was: the first that the receiver hears of is the next one that works.
      const held = await ask(owner, workspace, 'freeze-node', [ids.a])
      expect(JSON.parse((await receiver.nth(1)).body).id).toBe(held.messageId)
    },
  )
})

describe('Rule 4: the development environment does not trigger', () => {
  test('an operation on a node in development takes effect at once and tells nobody', async () => {
    const { tenant, workspace, owner } = await shop()
    await tenant.extension({ enabledIn: [workspace] })
    const receiver = await world.receiver()
    await tenant.route(workspace, receiver.url)
    const ids = await tenant.nodes(workspace, { a: [] }, { environment: 'DEV' })
    const done = await owner.api.call('POST /workspaces/{workspaceId}/node-operations', {
      params: { workspaceId: workspace.id },
      body: { point: 'freeze-node', environment: 'DEV', nodeIds: [ids.a] },
    })
    expect(done).toMatchObject({ state: 'done', status: null, messageId: null })
    expect(await recurrences([ids.a])).toEqual(['pause'])
    expect(await world.db.rows('select id from messages where workspace_id = $1', [workspace.id])).toEqual([])
  })

  test('a node in production is not found in development, and the other way round', async () => {
    const { tenant, workspace, ids, owner } = await shop()
    const inDev = await tenant.nodes(workspace, { a: [] }, { environment: 'DEV' })
    const freeze = (environment: 'PROD' | 'DEV', id: number) =>
      owner.api.call('POST /workspaces/{workspaceId}/node-operations', {
        params: { workspaceId: workspace.id },
        body: { point: 'freeze-node', environment, nodeIds: [id] },
      })
    expect(await refusalCode(freeze('DEV', ids.a))).toBe('NODE_NOT_FOUND')
    expect(await refusalCode(freeze('PROD', inDev.a))).toBe('NODE_NOT_FOUND')
  })
})

describe('Rule 5: a regular event is published the same way and holds nothing', () => {
  test('what a freeze changes is told after it took effect, once per node, and not before', async () => {
    const { tenant, workspace, ids, owner } = await shop()
    const extension = await tenant.extension({ enabledIn: [workspace] })
    const receiver = await world.receiver()
    await tenant.route(workspace, receiver.url, { pattern: { data: { eventCode: ['node-change-updated'] } } })
    const held = await ask(owner, workspace, 'freeze-node', [ids.a, ids.c])
    expect(await messagesOf(workspace.id, 'node-change-updated')).toEqual([])
    await callBack(world.server, extension, held.messageId, 'OK')
    const told = await messagesOf(workspace.id, 'node-change-updated')
    expect(told.map((body) => [body.nodeId, body.schedulerType, body.blockBusiness]).sort()).toEqual([
      [ids.a, 'PAUSE', false],
      [ids.c, 'PAUSE', false],
    ])
    await receiver.nth(2)
  })

  test('importing nodes is told, and held by nobody but who watches deploy-file', async () => {
    const tenant = await world.tenant()
    const workspace = await tenant.workspace()
    const points = EXTENSION_POINTS.filter((point) => point.scope === 'workspace')
      .map((point) => point.eventCode)
      .filter((eventCode) => eventCode !== 'deploy-file')
    await tenant.extension({ points, enabledIn: [workspace] })
    const receiver = await world.receiver()
    await tenant.route(workspace, receiver.url)
    const ids = await tenant.nodes(workspace, { a: [] })
    expect(JSON.parse((await receiver.nth(1)).body).data).toMatchObject({
      eventCode: 'node-change-created',
      nodeId: ids.a,
    })
  })
})

describe('Rule 12: when a tenant’s edition expires, extensions no longer trigger', () => {
  test('a new operation takes effect at once', async () => {
    const { tenant, workspace, ids, owner } = await shop()
    await tenant.extension({ enabledIn: [workspace] })
    await world.db.rows(`update tenants set edition_expires_at = now() - interval '1 second' where id = $1`, [
      tenant.id,
    ])
    expect((await ask(owner, workspace, 'freeze-node', [ids.a])).state).toBe('done')
    await world.db.rows(`update tenants set edition_expires_at = now() + interval '1 day' where id = $1`, [tenant.id])
    expect((await ask(owner, workspace, 'freeze-node', [ids.c])).state).toBe('held')
  })
})

describe('Rule 22: an extension that is switched off or disabled does not hold new operations', () => {
  test.each(['switched off', 'disabled'])('%s', async (how) => {
    const { tenant, workspace, ids, owner } = await shop()
    const { code, author } = await tenant.extension({ enabledIn: [workspace] })
    const held = await ask(owner, workspace, 'freeze-node', [ids.a])
    if (how === 'disabled') await author.api.call('POST /extensions/{code}/disable', { params: { code }, body: {} })
    else
      await owner.api.call('PUT /workspaces/{workspaceId}/extensions/{code}', {
        params: { workspaceId: workspace.id, code },
        body: { enabled: false },
      })
    expect((await ask(owner, workspace, 'freeze-node', [ids.c])).state).toBe('done')
    // Its open check stays answerable.
    expect(await callBack(world.server, { code, author }, held.messageId, 'OK')).toMatchObject({ status: 200 })
    expect((await detailOf(owner, held.id)).state).toBe('done')
  })
})

describe('Rule 23: a request for many objects is one operation, applied all or nothing', () => {
  test('one node that cannot be frozen keeps all of them from being held, and is named', async () => {
    const { tenant, workspace, ids, owner } = await shop()
    await ask(owner, workspace, 'freeze-node', [ids.b])
    await tenant.extension({ enabledIn: [workspace] })
    await expect(ask(owner, workspace, 'freeze-node', [ids.a, ids.b, ids.c])).rejects.toMatchObject({
      code: 'NODE_ALREADY_FROZEN',
      message: expect.stringContaining(`b (${ids.b})`),
    })
    expect(await recurrences([ids.a, ids.b, ids.c])).toEqual(['normal', 'pause', 'normal'])
  })

  test('many nodes are one operation, one message and one check; they take effect together', async () => {
    const { tenant, workspace, ids, owner } = await shop()
    const extension = await tenant.extension({ enabledIn: [workspace] })
    const held = await ask(owner, workspace, 'freeze-node', [ids.c, ids.a, ids.b, ids.a])
    expect(held.objects.map((object) => object.name)).toEqual(['a', 'b', 'c'])
    expect(held.checks).toHaveLength(1)
    expect(await messagesOf(workspace.id, 'freeze-node')).toMatchObject([{ nodeIds: [ids.a, ids.b, ids.c] }])
    await callBack(world.server, extension, held.messageId, 'WARN')
    expect(await recurrences([ids.a, ids.b, ids.c])).toEqual(['pause', 'pause', 'pause'])
  })

  test('nodes of another workspace are not found, even together with own ones', async () => {
    const { tenant, workspace, ids, owner } = await shop()
    const elsewhere = await tenant.workspace()
    const there = await tenant.nodes(elsewhere, { x: [] })
    expect(await refusalCode(ask(owner, workspace, 'freeze-node', [ids.a, there.x]))).toBe('NODE_NOT_FOUND')
    expect(await recurrences([ids.a, there.x])).toEqual(['normal', 'normal'])
  })
})

describe('Rule 24: the same person asking again for the same operation on the same objects while it is held gets the open process', () => {
  test('the same process answers, whatever the order of the objects, and nobody is told twice', async () => {
    const { tenant, workspace, ids, owner } = await shop()
    await tenant.extension({ enabledIn: [workspace] })
    const receiver = await world.receiver()
    await tenant.route(workspace, receiver.url)
    const held = await ask(owner, workspace, 'freeze-node', [ids.a, ids.c])
    expect((await ask(owner, workspace, 'freeze-node', [ids.c, ids.a])).id).toBe(held.id)
    expect(await messagesOf(workspace.id, 'freeze-node')).toHaveLength(1)
  })

  test('requests at the same time, at two replicas, are one process', async () => {
    const { tenant, workspace, ids, owner } = await shop()
    await tenant.extension({ enabledIn: [workspace] })
    const other = await world.replica()
    const request = { params: { workspaceId: workspace.id }, body: { point: 'freeze-node' as const, nodeIds: [ids.a] } }
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        owner.at(i % 2 ? other : world.server).call('POST /workspaces/{workspaceId}/node-operations', request),
      ),
    )
    expect(new Set(answers.map((answer) => answer.id)).size).toBe(1)
    expect(await messagesOf(workspace.id, 'freeze-node')).toHaveLength(1)
  })

  test('another person, another operation, other objects, or the same after it ended, is a process of its own', async () => {
    const { tenant, workspace, ids, owner } = await shop()
    await tenant.extension({ points: NODE_POINTS, enabledIn: [workspace] })
    const colleague = await tenant.person([], { [workspace.id]: ['operator'] })
    const first = await ask(owner, workspace, 'freeze-node', [ids.b])
    const others = [
      await ask(colleague, workspace, 'freeze-node', [ids.b]),
      await ask(owner, workspace, 'undeploy-node', [ids.b]),
      await ask(owner, workspace, 'freeze-node', [ids.b, ids.c]),
    ]
    await owner.api.call('POST /operations/{operationId}/withdraw', { params: { operationId: first.id } })
    others.push(await ask(owner, workspace, 'freeze-node', [ids.b]))
    expect(new Set([first, ...others].map((one) => one.id)).size).toBe(5)
    for (const one of others) expect(one.state).toBe('held')
  })
})

describe('Rule 25: a target may name the extensions it serves; a check that no delivery can serve says not routed at once', () => {
  test('without a channel, and where the only target serves somebody else', async () => {
    const { tenant, workspace, ids, owner } = await shop()
    const extension = await tenant.extension({ enabledIn: [workspace] })
    const other = await tenant.extension()
    expect((await ask(owner, workspace, 'freeze-node', [ids.a])).checks).toMatchObject([{ state: 'not-routed' }])
    const receiver = await world.receiver()
    await tenant.route(workspace, receiver.url, { serves: [other.code] })
    expect((await ask(owner, workspace, 'freeze-node', [ids.b])).checks).toMatchObject([{ state: 'not-routed' }])
    await tenant.route(workspace, receiver.url, { serves: [extension.code] })
    expect((await ask(owner, workspace, 'freeze-node', [ids.c])).checks).toMatchObject([{ state: 'waiting' }])
  })

  test('a rule whose pattern does not match routes nothing', async () => {
    const { tenant, workspace, ids, owner } = await shop()
    await tenant.extension({ enabledIn: [workspace] })
    const receiver = await world.receiver()
    await tenant.route(workspace, receiver.url, { pattern: { data: { eventCode: ['unfreeze-node'] } } })
    expect((await ask(owner, workspace, 'freeze-node', [ids.a])).checks).toMatchObject([{ state: 'not-routed' }])
  })

  test('a check that is not routed is answered like any other', async () => {
    const { tenant, workspace, ids, owner } = await shop()
    const extension = await tenant.extension({ enabledIn: [workspace] })
    const held = await ask(owner, workspace, 'freeze-node', [ids.a])
    await callBack(world.server, extension, held.messageId, 'OK')
    expect((await detailOf(owner, held.id)).state).toBe('done')
  })

  test('of two extensions each with its own target, each check says how far its own message has come', async () => {
    const { tenant, workspace, ids, owner } = await shop()
    const [one, two] = [
      await tenant.extension({ enabledIn: [workspace] }),
      await tenant.extension({ enabledIn: [workspace] }),
    ]
    const receiver = await world.receiver()
    await tenant.route(workspace, receiver.url, { serves: [one.code] })
    const held = await ask(owner, workspace, 'freeze-node', [ids.a])
    const accepted = await until(
      world.server,
      () => detailOf(owner, held.id),
      (detail) => detail.checks.some((check) => check.acceptedAt !== null),
    )
    const of = (code: string) => accepted.checks.find((check) => check.extensionCode === code)
    expect(of(one.code)).toMatchObject({ state: 'waiting', sentAt: expect.any(String) })
    expect(of(two.code)).toMatchObject({ state: 'not-routed', sentAt: null, acceptedAt: null })
  })
})
