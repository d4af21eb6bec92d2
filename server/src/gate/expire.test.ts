import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, callBack, detailOf, type Extension, startWorld, until, type World } from '../../../test/world.ts'
import { claimExpired } from '../store/operations.ts'
import { expire } from './expire.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.stop())

type Declared = { readonly onUnanswered?: 'block' | 'pass'; readonly parameters?: string }

async function heldFreeze(...declared: readonly Declared[]) {
  const tenant = await world.tenant()
  const workspace = await tenant.workspace()
  const ids = await tenant.nodes(workspace, { a: [], b: [] })
  const asked: Extension[] = []
  for (const one of declared) asked.push(await tenant.extension({ ...one, enabledIn: [workspace] }))
  const operation = await ask(tenant.owner, workspace, 'freeze-node', [ids.a])
  return { tenant, workspace, ids, owner: tenant.owner, asked, operation }
}
type Held = Awaited<ReturnType<typeof heldFreeze>>

const PASSABLE = { parameters: 'extension.manualPass.enabled=true' }

const recurrence = async (nodeId: number) =>
  (await world.db.rows<{ recurrence: string }>('select recurrence from nodes where id = $1', [nodeId]))[0]!.recurrence

/** Makes the messages of held operations as old as if three days had passed. */
async function expired(column: 'id' | 'workspace_id', value: string | number) {
  await world.db.transaction(async (tx) => {
    const operations = `update operations set held_until = now() - interval '1 millisecond' where ${column} = $1 returning id`
    for (const { id } of await tx.rows<{ id: string }>(operations, [value]))
      tx.send(`update messages set expires_at = now() - interval '1 millisecond' where operation_id = $1`, [id])
  })
}

/** Three days later, as far as this operation's message goes. */
async function threeDaysLater({ operation, owner }: Held) {
  await expired('id', operation.id)
  await expire(world.server.platform)
  // The server's own sweep may have been faster and still be at it.
  return await until(
    world.server,
    () => detailOf(owner, operation.id),
    (detail) => detail.state !== 'held',
  )
}

/** The tenant's edition has expired; answers the operation once its open checks have ended. */
async function editionExpires({ tenant, operation, owner }: Held) {
  await world.db.rows(`update tenants set edition_expires_at = now() - interval '1 millisecond' where id = $1`, [
    tenant.id,
  ])
  await expire(world.server.platform)
  return await until(
    world.server,
    () => detailOf(owner, operation.id),
    (detail) => detail.checks.every((check) => check.result !== null || check.state === 'expired'),
  )
}

describe('Rule 11: a check still open at expiry ends as EXPIRED and counts as its extension declared', () => {
  test('block, which is the default: the operation is refused and nothing takes effect', async () => {
    const held = await heldFreeze({})
    expect(held.operation.checks).toMatchObject([{ onUnanswered: 'block' }])
    const ended = await threeDaysLater(held)
    expect(ended).toMatchObject({ state: 'refused', status: 'BLOCKED', endedAt: expect.any(String) })
    expect(ended.checks).toMatchObject([{ state: 'expired', result: null }])
    expect(await recurrence(held.ids.a)).toBe('normal')
  })

  test('pass: the operation takes effect', async () => {
    const held = await heldFreeze({ onUnanswered: 'pass' })
    const ended = await threeDaysLater(held)
    expect(ended).toMatchObject({ state: 'done', status: 'PASSED' })
    expect(ended.checks).toMatchObject([{ state: 'expired', result: null, answeredAt: null }])
    expect(await recurrence(held.ids.a)).toBe('pause')
  })

  test('one that blocks is enough, and what was answered keeps its result', async () => {
    const held = await heldFreeze({ onUnanswered: 'pass' }, { onUnanswered: 'block' }, {})
    await callBack(world.server, held.asked[2]!, held.operation.messageId, 'OK')
    const ended = await threeDaysLater(held)
    expect(ended.state).toBe('refused')
    expect(ended.checks.map((check) => check.state)).toEqual(['expired', 'expired', 'OK'])
    expect(await recurrence(held.ids.a)).toBe('normal')
  })

  test('what an extension declares later does not change what it declared when it was asked', async () => {
    const held = await heldFreeze({ onUnanswered: 'pass' })
    await world.db.rows(
      `update extension_versions set on_unanswered = 'block' where extension_id = (select id from extensions where code = $1)`,
      [held.asked[0]!.code],
    )
    expect((await threeDaysLater(held)).state).toBe('done')
  })

  test('nothing ends before its message has expired', async () => {
    const held = await heldFreeze({ onUnanswered: 'pass' })
    await world.db.rows(`update messages set expires_at = now() + interval '1 minute' where operation_id = $1`, [
      held.operation.id,
    ])
    await expire(world.server.platform)
    expect((await detailOf(held.owner, held.operation.id)).state).toBe('held')
    expect(await recurrence(held.ids.a)).toBe('normal')
  })

  test('Rule 9: an operation that waited for a pass by hand is refused when its message expires', async () => {
    const held = await heldFreeze(PASSABLE)
    await callBack(world.server, held.asked[0]!, held.operation.messageId, 'FAIL')
    expect((await detailOf(held.owner, held.operation.id)).state).toBe('held')
    expect(await threeDaysLater(held)).toMatchObject({ state: 'refused', status: 'BLOCKED' })
    expect(await recurrence(held.ids.a)).toBe('normal')
  })

  test('many that expire together all end, each once, though two replicas sweep at the same time', async () => {
    const tenant = await world.tenant()
    const workspace = await tenant.workspace()
    const names = Array.from({ length: 60 }, (_, i) => `n${i}`)
    const ids = await tenant.nodes(workspace, Object.fromEntries(names.map((name) => [name, []])))
    await tenant.extension({ onUnanswered: 'pass', enabledIn: [workspace] })
    for (const name of names) await ask(tenant.owner, workspace, 'freeze-node', [ids[name]!])
    await world.sql(`create table effects (node_id bigint);
      create function count_effect() returns trigger language plpgsql as $$ begin insert into effects values (new.id); return new; end $$;
      create trigger count_effect after update of recurrence on nodes for each row when (new.workspace_id = ${workspace.id}) execute function count_effect()`)
    const other = await world.replica()
    await expired('workspace_id', workspace.id)
    const sweep = async (platform: typeof world.server.platform) => {
      while ((await expire(platform)) > 0);
    }
    await Promise.all([sweep(world.server.platform), sweep(other.platform), sweep(world.server.platform)])
    await until(
      world.server,
      () => tenant.owner.api.call('GET /operations', { query: { workspaceId: workspace.id, state: 'held' } }),
      (page) => page.items.length === 0,
    )
    const done = await tenant.owner.api.call('GET /operations', {
      query: { workspaceId: workspace.id, state: 'done', limit: 200 },
    })
    expect(done.items).toHaveLength(60)
    const effects = await world.db.rows('select node_id, count(*) from effects group by node_id having count(*) <> 1')
    expect(effects).toEqual([])
    expect(await world.db.rows('select distinct node_id from effects')).toHaveLength(60)
    await world.sql('drop trigger count_effect on nodes; drop function count_effect; drop table effects')
  })
})

describe('Rule 12: when a tenant’s edition expires, open checks end as check passed; what is BLOCKED stays so', () => {
  test('an operation with open checks takes effect, whatever they declared for being unanswered', async () => {
    const held = await heldFreeze({ onUnanswered: 'block' }, { onUnanswered: 'pass' })
    const ended = await editionExpires(held)
    expect(ended).toMatchObject({ state: 'done', status: 'PASSED' })
    expect(ended.checks).toMatchObject([
      { state: 'expired', onUnanswered: 'pass' },
      { state: 'expired', onUnanswered: 'pass' },
    ])
    expect(await recurrence(held.ids.a)).toBe('pause')
  })

  test('a refused operation stays refused', async () => {
    const held = await heldFreeze({}, {})
    await callBack(world.server, held.asked[0]!, held.operation.messageId, 'FAIL')
    await world.db.rows(`update tenants set edition_expires_at = now() - interval '1 millisecond' where id = $1`, [
      held.tenant.id,
    ])
    await expire(world.server.platform)
    expect(await detailOf(held.owner, held.operation.id)).toMatchObject({ state: 'refused', status: 'BLOCKED' })
    expect(await recurrence(held.ids.a)).toBe('normal')
  })

  test('one that waits for a pass by hand stays BLOCKED and held, though its open checks end', async () => {
    const held = await heldFreeze(PASSABLE, {})
    await callBack(world.server, held.asked[0]!, held.operation.messageId, 'FAIL')
    const after = await editionExpires(held)
    expect(after).toMatchObject({ state: 'held', status: 'BLOCKED' })
    expect(after.checks.map((check) => check.state)).toEqual(['FAIL', 'expired'])
    expect(await recurrence(held.ids.a)).toBe('normal')
    const administrator = await held.tenant.person([], { [held.workspace.id]: ['administrator'] })
    const passed = await administrator.api.call('POST /operations/{operationId}/checks/{extensionCode}/pass', {
      params: { operationId: held.operation.id, extensionCode: held.asked[0]!.code },
      body: { reason: 'still wanted' },
    })
    expect(passed.state).toBe('done')
  })

  test('a result that comes after it finds its check ended', async () => {
    const held = await heldFreeze({})
    await editionExpires(held)
    const late = await callBack(world.server, held.asked[0]!, held.operation.messageId, 'FAIL')
    expect(late.body.Code).toBe('InvalidMessageId.Expired')
    expect((await detailOf(held.owner, held.operation.id)).state).toBe('done')
  })

  test('what stays held is looked at once, not each time', async () => {
    const held = await heldFreeze(PASSABLE, {})
    await callBack(world.server, held.asked[0]!, held.operation.messageId, 'FAIL')
    await editionExpires(held)
    const [row] = await world.db.rows<{ due: boolean }>(
      `select edition_ended_at is null as due from operations where id = $1`,
      [held.operation.id],
    )
    expect(row).toEqual({ due: false })
    const claimed = await world.db.transaction((tx) => claimExpired(tx, 50))
    expect(claimed.map((one) => one.id)).not.toContain(held.operation.id)
    expect(await threeDaysLater(held)).toMatchObject({ state: 'refused' })
  })

  test('other tenants are not concerned', async () => {
    const [one, other] = [await heldFreeze({}), await heldFreeze({})]
    await editionExpires(one)
    expect((await detailOf(other.owner, other.operation.id)).state).toBe('held')
  })
})
