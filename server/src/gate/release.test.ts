import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  callBack,
  detailOf,
  dialect,
  type Extension,
  NODE_POINTS,
  type NodePoint,
  PATIENCE,
  startWorld,
  type Tenant,
  type Workspace,
  type World,
} from '../../../test/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.stop())

/** A workspace in which `b` depends on `a`, and two extensions that watch everything there. */
async function shop() {
  const tenant = await world.tenant()
  const workspace = await tenant.workspace()
  const ids = await tenant.nodes(workspace, { a: [], b: ['a'], c: [] })
  const asked = [
    await tenant.extension({ points: NODE_POINTS, enabledIn: [workspace] }),
    await tenant.extension({ points: NODE_POINTS, enabledIn: [workspace] }),
  ]
  return { tenant, workspace, ids, asked, owner: tenant.owner }
}

const nodesNow = (ids: readonly number[]) =>
  world.db.rows<{ id: number; recurrence: string; published: boolean; version: number }>(
    'select id, recurrence, version, unpublished_at is null as published from nodes where id = any($1) order by id',
    [ids],
  )

async function passAll(asked: readonly Extension[], messageId: string | null) {
  for (const extension of asked) expect((await callBack(world.server, extension, messageId, 'OK')).status).toBe(200)
}

/** Does at once what would otherwise be held, as a colleague could before the extensions were enabled. */
async function meanwhile(
  tenant: Tenant,
  workspace: Workspace,
  asked: readonly Extension[],
  point: NodePoint,
  ids: number[],
) {
  const enable = (enabled: boolean) =>
    Promise.all(
      asked.map(({ code }) =>
        tenant.owner.api.call('PUT /workspaces/{workspaceId}/extensions/{code}', {
          params: { workspaceId: workspace.id, code },
          body: { enabled },
        }),
      ),
    )
  const colleague = await tenant.person([], { [workspace.id]: ['operator'] })
  await enable(false)
  expect((await ask(colleague, workspace, point, ids)).state).toBe('done')
  await enable(true)
}

const broken = (table: string, when: string, timing = 'before') =>
  world.sql(`create function broken() returns trigger language plpgsql as $$ begin raise exception 'broken on purpose'; end $$;
    create ${timing === 'at commit' ? 'constraint ' : ''}trigger broken ${timing === 'at commit' ? 'after' : timing} ${when} on ${table}
      ${timing === 'at commit' ? 'deferrable initially deferred' : ''} for each row execute function broken()`)
const mended = (table: string) => world.sql(`drop trigger broken on ${table}; drop function broken`)

describe('Rule 14: on PASSED the operation takes effect exactly once', () => {
  test('although every callback arrives ten times at once, at two replicas', async () => {
    const { tenant, workspace, ids, asked, owner } = await shop()
    const other = await world.replica()
    const receiver = await world.receiver()
    await tenant.route(workspace, receiver.url, { pattern: { data: { eventCode: ['node-change-updated'] } } })
    await world.sql(`create table effects (node_id bigint, by_operation text);
      create function count_effect() returns trigger language plpgsql as $$ begin insert into effects values (new.id, new.recurrence); return new; end $$;
      create trigger count_effect after update of recurrence on nodes for each row when (new.workspace_id = ${workspace.id}) execute function count_effect()`)
    const held = await ask(owner, workspace, 'freeze-node', [ids.a, ids.b])
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        callBack(i % 4 < 2 ? world.server : other, asked[i % 2]!, held.messageId, 'OK'),
      ),
    )
    expect(answers.map((answer) => answer.status)).toEqual(Array(20).fill(200))
    expect(await detailOf(owner, held.id)).toMatchObject({ state: 'done', status: 'PASSED' })
    const effects = await world.db.rows('select node_id, by_operation from effects order by node_id')
    expect(effects).toEqual([
      { node_id: ids.a, by_operation: 'pause' },
      { node_id: ids.b, by_operation: 'pause' },
    ])
    const told = await world.db.rows<{ body: string }>(
      `select body from messages where workspace_id = $1 and event_code = 'node-change-updated'`,
      [workspace.id],
    )
    expect(told.map((one) => JSON.parse(one.body).nodeId).toSorted()).toEqual([ids.a, ids.b])
    await world.sql('drop trigger count_effect on nodes; drop function count_effect; drop table effects')
  })

  test('although the transaction that would carry it out breaks off: nothing has happened, and the next callback does it', async () => {
    const { workspace, ids, asked, owner } = await shop()
    const held = await ask(owner, workspace, 'freeze-node', [ids.a])
    await callBack(world.server, asked[0]!, held.messageId, 'OK')
    await broken('operations', 'update', 'at commit')
    try {
      expect((await callBack(world.server, asked[1]!, held.messageId, 'OK')).status).toBe(500)
      const between = await detailOf(owner, held.id)
      expect(between).toMatchObject({ state: 'held', status: 'CHECKING' })
      expect(between.checks.filter((check) => check.result !== null)).toHaveLength(1)
      expect(await nodesNow([ids.a])).toMatchObject([{ recurrence: 'normal' }])
    } finally {
      await mended('operations')
    }
    expect((await callBack(world.server, asked[1]!, held.messageId, 'OK')).status).toBe(200)
    expect((await detailOf(owner, held.id)).state).toBe('done')
    expect(await nodesNow([ids.a])).toMatchObject([{ recurrence: 'pause' }])
  })

  test('operations on overlapping nodes that are passed at the same time each end once, as done or as stale', async () => {
    const tenant = await world.tenant()
    const workspace = await tenant.workspace()
    const names = ['a', 'b', 'c', 'd', 'e', 'f'] as const
    const ids = await tenant.nodes(workspace, { a: [], b: [], c: [], d: [], e: [], f: [] })
    const extension = await tenant.extension({ enabledIn: [workspace] })
    const other = await world.replica()
    const held = []
    for (let i = 0; i < 12; i++) {
      const person = await tenant.person([], { [workspace.id]: ['operator'] })
      const some = [0, 1, 2].map((step) => ids[names[(i * 5 + step * (1 + (i % 2))) % 6]!])
      held.push({ some, operation: await ask(person, workspace, 'freeze-node', i % 3 ? some : some.toReversed()) })
    }
    const answers = await Promise.all(
      held.map(({ operation }, i) => callBack(i % 2 ? other : world.server, extension, operation.messageId, 'OK')),
    )
    expect(answers.map((answer) => answer.status)).toEqual(Array(12).fill(200))
    const frozen = new Set<number>()
    let done = 0
    for (const { operation, some } of held) {
      const { state } = await detailOf(tenant.owner, operation.id)
      expect(['done', 'stale']).toContain(state)
      if (state !== 'done') continue
      done++
      // Two that are done never shared a node: the later one would have found it frozen.
      for (const id of new Set(some)) {
        expect(frozen.has(id)).toBe(false)
        frozen.add(id)
      }
    }
    expect(done).toBeGreaterThan(0)
    const paused = (await nodesNow(Object.values(ids))).filter((node) => node.recurrence === 'pause')
    expect(new Set(paused.map((node) => node.id))).toEqual(frozen)
  })
})

describe('Rule 15: before it takes effect it is checked again against today’s state', () => {
  test('frozen by somebody else meanwhile: stale, and it says so', async () => {
    const { tenant, workspace, ids, asked, owner } = await shop()
    const held = await ask(owner, workspace, 'freeze-node', [ids.a])
    await meanwhile(tenant, workspace, asked, 'freeze-node', [ids.a])
    await passAll(asked, held.messageId)
    const ended = await detailOf(owner, held.id)
    expect(ended).toMatchObject({ state: 'stale', status: 'PASSED', endedAt: expect.any(String) })
    expect(ended.reason).toContain(`a (${ids.a}): normal → pause`)
    // In another language it is worded from its code and what fills it.
    expect(ended.reasons).toEqual([
      { code: 'NODES_RECURRENCE_CHANGED', details: { changes: [`a (${ids.a}): normal → pause`] } },
    ])
  })

  test('Rule 23: of many nodes the changed ones are named, and nothing is done to the others', async () => {
    const { tenant, workspace, ids, asked, owner } = await shop()
    const held = await ask(owner, workspace, 'freeze-node', [ids.a, ids.b, ids.c])
    await meanwhile(tenant, workspace, asked, 'freeze-node', [ids.b])
    await passAll(asked, held.messageId)
    const { state, reason } = await detailOf(owner, held.id)
    expect(state).toBe('stale')
    expect(reason).toContain(`b (${ids.b})`)
    expect(reason).not.toContain(`(${ids.a})`)
    expect(reason).not.toContain(`(${ids.c})`)
    expect((await nodesNow([ids.a, ids.b, ids.c])).map((node) => node.recurrence)).toEqual([
      'normal',
      'pause',
      'normal',
    ])
  })

  test.each(NODE_POINTS)('%s of a node that was unpublished meanwhile is stale', async (point) => {
    const { tenant, workspace, ids, asked, owner } = await shop()
    if (point === 'unfreeze-node') await meanwhile(tenant, workspace, asked, 'freeze-node', [ids.c])
    const held = await ask(owner, workspace, point, [ids.c])
    await meanwhile(tenant, workspace, asked, 'undeploy-node', [ids.c])
    const before = await nodesNow([ids.c])
    await passAll(asked, held.messageId)
    const { state, reason } = await detailOf(owner, held.id)
    expect(state).toBe('stale')
    expect(reason).toContain(`No longer published since it was asked for: c (${ids.c}).`)
    expect(await nodesNow([ids.c])).toEqual(before)
  })

  test('a new version of the definition makes an unpublishing stale, and does not matter to a freeze', async () => {
    const { tenant, workspace, ids, asked, owner } = await shop()
    const freeze = await ask(owner, workspace, 'freeze-node', [ids.c])
    const unpublish = await ask(owner, workspace, 'undeploy-node', [ids.c])
    await tenant.nodes(workspace, { a: [], b: ['a'], c: [] }, { content: 'select 2' })
    await passAll(asked, unpublish.messageId)
    const { state, reason } = await detailOf(owner, unpublish.id)
    expect(state).toBe('stale')
    expect(reason).toContain(`c (${ids.c}): 1 → 2`)
    expect(await nodesNow([ids.c])).toMatchObject([{ published: true, recurrence: 'normal' }])
    await passAll(asked, freeze.messageId)
    expect((await detailOf(owner, freeze.id)).state).toBe('done')
  })

  test('importing the same definition again changes nothing, so nothing becomes stale', async () => {
    const { tenant, workspace, ids, asked, owner } = await shop()
    const held = await ask(owner, workspace, 'undeploy-node', [ids.c])
    await tenant.nodes(workspace, { a: [], b: ['a'], c: [] })
    await passAll(asked, held.messageId)
    expect((await detailOf(owner, held.id)).state).toBe('done')
  })

  test('new descendants make an unpublishing stale; losing one does not', async () => {
    const { tenant, workspace, ids, asked, owner } = await shop()
    const both = await ask(owner, workspace, 'undeploy-node', [ids.a, ids.b])
    const alone = await ask(owner, workspace, 'undeploy-node', [ids.c])
    const late = await tenant.nodes(workspace, { late: ['c'] })
    await passAll(asked, alone.messageId)
    const { state, reason } = await detailOf(owner, alone.id)
    expect(state).toBe('stale')
    expect(reason).toContain(`c (${ids.c}): ${late.late}`)
    await passAll(asked, both.messageId)
    expect((await detailOf(owner, both.id)).state).toBe('done')
    expect((await nodesNow([ids.a, ids.b, ids.c])).map((node) => node.published)).toEqual([false, false, true])
  })

  test('changed and changed back is as it was', async () => {
    const { tenant, workspace, ids, asked, owner } = await shop()
    const held = await ask(owner, workspace, 'freeze-node', [ids.c])
    await meanwhile(tenant, workspace, asked, 'freeze-node', [ids.c])
    await meanwhile(tenant, workspace, asked, 'unfreeze-node', [ids.c])
    await passAll(asked, held.messageId)
    expect((await detailOf(owner, held.id)).state).toBe('done')
  })

  test('an unpublishing that is passed while an import adds a descendant waits for the import and sees it', async () => {
    const { tenant, workspace, ids, asked, owner } = await shop()
    const held = await ask(owner, workspace, 'undeploy-node', [ids.c])
    await callBack(world.server, asked[0]!, held.messageId, 'OK')
    // The import stops at its last statement, with everything written and nothing committed, until we let it go on.
    await world.sql(`create function wait() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock(7); return new; end $$;
      create trigger wait before insert on audit_entries for each row when (new.action = 'node.import') execute function wait()`)
    const bolt = await world.db.pool.connect()
    await bolt.query('select pg_advisory_lock(7)')
    const waiting = async () =>
      Number(
        (
          await world.db.pool.query(`select count(*) from pg_locks where locktype = 'advisory' and not granted
            and database = (select oid from pg_database where datname = current_database())`)
        ).rows[0].count,
      )
    const imported = tenant.nodes(workspace, { late: ['c'] })
    await expect.poll(waiting, PATIENCE).toBe(1)
    let answered = false
    const callback = callBack(world.server, asked[1]!, held.messageId, 'OK').then(() => {
      answered = true
    })
    await expect.poll(async () => answered || (await waiting()) === 2, PATIENCE).toBe(true)
    await bolt.query('select pg_advisory_unlock(7)')
    bolt.release()
    const [{ late }] = await Promise.all([imported, callback])
    await world.sql('drop trigger wait on audit_entries; drop function wait')
    const { state, reason } = await detailOf(owner, held.id)
    expect(state).toBe('stale')
    expect(reason).toContain(`c (${ids.c}): ${late}`)
    expect(await nodesNow([ids.c])).toMatchObject([{ published: true }])
  })
})

describe('Rule 9: an operation whose effect was tried and raised an error ends as failed', () => {
  test('what it had written is undone, the results stand, and the reason says no more than it should', async () => {
    const { workspace, ids, asked, owner } = await shop()
    const held = await ask(owner, workspace, 'freeze-node', [ids.a, ids.b])
    await callBack(world.server, asked[0]!, held.messageId, 'WARN')
    await broken('nodes', 'update', 'after')
    try {
      expect((await callBack(world.server, asked[1]!, held.messageId, 'OK')).status).toBe(200)
    } finally {
      await mended('nodes')
    }
    const ended = await detailOf(owner, held.id)
    expect(ended).toMatchObject({ state: 'failed', status: 'PASSED', endedAt: expect.any(String) })
    expect(ended.checks.map((check) => check.result)).toEqual(['WARN', 'OK'])
    expect(ended.reason).not.toMatch(/broken on purpose|nodes|trigger/)
    expect((await nodesNow([ids.a, ids.b])).map((node) => node.recurrence)).toEqual(['normal', 'normal'])
    expect(world.logged.some((line) => line.includes('broken on purpose') && line.includes(held.id))).toBe(true)
  })

  test('nobody is told of what was undone: neither messages nor deliveries of it remain or go out', async () => {
    const { tenant, workspace, ids, asked, owner } = await shop()
    const receiver = await world.receiver()
    await tenant.route(workspace, receiver.url, {
      pattern: { data: { eventCode: ['node-change-updated', 'node-change-deleted'] } },
    })
    const held = await ask(owner, workspace, 'freeze-node', [ids.a, ids.b])
    await callBack(world.server, asked[0]!, held.messageId, 'OK')
    // The message about the first node is written, the one about the second breaks.
    await world.sql(`create function broken() returns trigger language plpgsql as $$ begin raise exception 'broken on purpose'; end $$;
      create trigger broken before insert on messages for each row
        when (new.event_code = 'node-change-updated' and (new.body::json ->> 'nodeId')::bigint = ${ids.b}) execute function broken()`)
    try {
      await callBack(world.server, asked[1]!, held.messageId, 'OK')
    } finally {
      await mended('messages')
    }
    expect((await detailOf(owner, held.id)).state).toBe('failed')
    expect(
      await world.db.rows(`select 1 from messages where workspace_id = $1 and event_code = 'node-change-updated'`, [
        workspace.id,
      ]),
    ).toEqual([])
    // The first that the receiver hears of is what really happened next.
    const next = await ask(owner, workspace, 'undeploy-node', [ids.c])
    await passAll(asked, next.messageId)
    expect(JSON.parse((await receiver.nth(1)).body).data).toMatchObject({
      eventCode: 'node-change-deleted',
      nodeId: ids.c,
    })
  })

  test('a failed operation is over: asking again is a new one', async () => {
    const { workspace, ids, asked, owner } = await shop()
    const held = await ask(owner, workspace, 'freeze-node', [ids.a])
    await broken('nodes', 'update', 'after')
    try {
      await passAll(asked, held.messageId)
    } finally {
      await mended('nodes')
    }
    expect((await detailOf(owner, held.id)).state).toBe('failed')
    const again = await ask(owner, workspace, 'freeze-node', [ids.a])
    expect(again.id).not.toBe(held.id)
    await passAll(asked, again.messageId)
    expect((await detailOf(owner, again.id)).state).toBe('done')
  })

  test('where nobody applies, an effect that raises an error leaves nothing behind and is answered as a fault', async () => {
    const tenant = await world.tenant()
    const workspace = await tenant.workspace()
    const ids = await tenant.nodes(workspace, { a: [] })
    await broken('nodes', 'update', 'after')
    try {
      await expect(ask(tenant.owner, workspace, 'freeze-node', [ids.a])).rejects.toMatchObject({
        status: 500,
        code: 'FAULT',
      })
    } finally {
      await mended('nodes')
    }
    expect(await world.db.rows('select 1 from operations where workspace_id = $1', [workspace.id])).toEqual([])
  })
})

describe('Rule 16: a held, blocked, expired, stale or failed operation is never reported as done', () => {
  test('asking for it answers 202 while it is held and 200 when it took effect', async () => {
    const { tenant, workspace, ids, owner } = await shop()
    const request = async (at: Workspace, nodeId: number) =>
      (
        await fetch(`http://127.0.0.1:${world.server.port}/api/v1/workspaces/${at.id}/node-operations`, {
          method: 'POST',
          headers: { cookie: await owner.cookie(), 'x-holdpoint-console': '1', 'content-type': 'application/json' },
          body: JSON.stringify({ point: 'freeze-node', nodeIds: [nodeId] }),
        })
      ).status
    expect(await request(workspace, ids.a)).toBe(202)
    const free = await tenant.workspace()
    const there = await tenant.nodes(free, { x: [] })
    expect(await request(free, there.x)).toBe(200)
  })

  test('in the dialect asking for it is an error while it is held, and no success afterwards either', async () => {
    const { workspace, ids, asked, owner } = await shop()
    const offline = () => dialect(world.server, owner, 'OfflineNode', { NodeId: ids.c, ProjectId: workspace.id })
    const held = await offline()
    expect(held.status).not.toBe(200)
    expect(held.body).toMatchObject({ Code: 'OperationHeld.ExtensionCheck' })
    expect(held.body).not.toMatchObject({ Success: expect.stringMatching(/true/) })
    const { items } = await owner.api.call('GET /operations', { query: { workspaceId: workspace.id } })
    await callBack(world.server, asked[0]!, items[0]!.messageId, 'FAIL')
    expect((await detailOf(owner, items[0]!.id)).state).toBe('refused')
    // Asked again, it is held again: the refusal did not turn into an effect.
    expect((await offline()).body).toMatchObject({ Code: 'OperationHeld.ExtensionCheck' })
    expect(await nodesNow([ids.c])).toMatchObject([{ published: true }])
  })
})
