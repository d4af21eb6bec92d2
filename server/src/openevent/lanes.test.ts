import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  detailOf,
  PATIENCE,
  type Received,
  type Receiver,
  type Reply,
  startWorld,
  type Tenant,
  until,
  type Workspace,
  type World,
} from '../../../test/world.ts'
import { setTargetBlocked } from '../store/deliveries.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.stop())

const idOf = (received: Received): string => JSON.parse(received.body).id

/** A receiver that answers nothing until it is let go. */
async function stuck() {
  const held = Promise.withResolvers<Reply>()
  const receiver = await world.receiver(() => held.promise)
  return { receiver, letGo: () => held.resolve({ status: 200 }) }
}

/** A workspace whose freezes are watched and go to this receiver. */
async function watched(receiver: Receiver, names: readonly string[], tenant?: Tenant) {
  const its = tenant ?? (await world.tenant())
  const workspace = await its.workspace()
  const ids = await its.nodes(workspace, Object.fromEntries(names.map((name) => [name, []])))
  await its.extension({ enabledIn: [workspace] })
  await its.route(workspace, receiver.url)
  const [target] = await world.db.rows<{ id: number }>('select id from event_targets where endpoint = $1', [
    receiver.url,
  ])
  return { tenant: its, workspace, ids, owner: its.owner, targetId: target!.id }
}

/** As many deliveries to this address, due since a minute, as if nothing had been attempted for a while. */
async function backlog(tenant: Tenant, workspace: Workspace, targetId: number, count: number): Promise<void> {
  await world.db.rows(
    `with m as (
       insert into messages (id, tenant_id, workspace_id, event_code, body, created_at, expires_at)
       select gen_random_uuid(), $1, $2, 'node-change-deleted', '{"eventCode":"node-change-deleted"}', now() - interval '1 minute',
         now() + interval '1 day' from generate_series(1, $4::int) returning id, created_at)
     insert into deliveries (message_id, target_id, target_name, bus_name, endpoint, next_attempt_at)
     select id, $3, 't', 'b', 'http://backlog/', created_at from m`,
    [tenant.id, workspace.id, targetId, count],
  )
}

const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`)

describe('Rule 27: the deliveries of a target are made by one replica at a time', () => {
  test('a receiver sees no more attempts at once than its target allows, whichever replicas there are, and every message once', async () => {
    const { receiver, letGo } = await stuck()
    const { workspace, ids, owner, targetId } = await watched(receiver, names(30))
    await world.db.rows('update event_targets set most_concurrent = 3 where id = $1', [targetId])
    const quick = await world.receiver()
    const other = await watched(quick, names(10))
    const replicas = [world.server, await world.replica(), await world.replica()]
    const freeze = (n: number) =>
      owner.at(replicas[n % 3]!).call('POST /workspaces/{workspaceId}/node-operations', {
        params: { workspaceId: workspace.id },
        body: { point: 'freeze-node', nodeIds: [ids[`n${n}`]!] },
      })
    for (let n = 0; n < 30; n++) await freeze(n)
    await receiver.nth(3)
    // All of them have looked and delivered since.
    for (let n = 0; n < 10; n++) {
      await other.owner.at(replicas[n % 3]!).call('POST /workspaces/{workspaceId}/node-operations', {
        params: { workspaceId: other.workspace.id },
        body: { point: 'freeze-node', nodeIds: [other.ids[`n${n}`]!] },
      })
      await quick.nth(n + 1)
    }
    letGo()
    await receiver.nth(30)
    await expect
      .poll(
        () => world.db.rows(`select count(*) from deliveries where target_id = $1 and state = 'delivered'`, [targetId]),
        PATIENCE,
      )
      .toEqual([{ count: 30 }])
    expect(new Set(receiver.received.map(idOf)).size).toBe(30)
    expect(receiver.received).toHaveLength(30)
    expect(receiver.mostAtOnce).toBe(3)
    for (const replica of replicas.slice(1)) await replica.stop()
  })

  test('what one replica has written for the lane of another is delivered there, and each lane goes on when its replica ends', async () => {
    const receiver = await world.receiver()
    const { workspace, ids, owner } = await watched(receiver, names(40))
    const replicas = [await world.replica(), await world.replica()]
    const freeze = (n: number) =>
      owner.at(replicas[n % 2]!).call('POST /workspaces/{workspaceId}/node-operations', {
        params: { workspaceId: workspace.id },
        body: { point: 'freeze-node', nodeIds: [ids[`n${n}`]!] },
      })
    for (let n = 0; n < 20; n++) await freeze(n)
    await receiver.nth(20)
    await replicas[0]!.stop()
    for (let n = 21; n < 40; n += 2) await freeze(n)
    await receiver.nth(30)
    await replicas[1]!.stop()
    expect(new Set(receiver.received.map(idOf)).size).toBe(30)
  })
})

describe('Rule 28: a receiver that is slow, dead or flooding delays nobody but itself', { timeout: 120_000 }, () => {
  test('another tenant’s receiver has got all of its messages while the slow one still holds its first', async () => {
    const { receiver: slow, letGo } = await stuck()
    const dead = await world.receiver()
    await dead.deafen()
    const flooding = await world.receiver(() => ({ status: 200, body: 'x'.repeat(2_000_000) }))
    const one = await watched(slow, ['a'])
    const two = await watched(dead, ['a'])
    const three = await watched(flooding, ['a'])
    for (const { tenant, workspace, targetId } of [one, two, three]) await backlog(tenant, workspace, targetId, 100)
    world.server.platform.wakeDispatcher()
    await slow.nth(1)
    const healthy = await world.receiver()
    const four = await watched(healthy, names(10))
    for (let n = 0; n < 10; n++) {
      await ask(four.owner, four.workspace, 'freeze-node', [four.ids[`n${n}`]!])
      await healthy.nth(n + 1)
    }
    expect(slow.mostAtOnce).toBe(16)
    for (const { targetId } of [one, two, three])
      await world.db.rows(`update deliveries set state = 'dead' where target_id = $1`, [targetId])
    letGo()
  })

  test('ten thousand deliveries that wait for a receiver that never answers do not delay a new target', async () => {
    const { receiver, letGo } = await stuck()
    const { tenant, workspace, targetId } = await watched(receiver, ['a'])
    await backlog(tenant, workspace, targetId, 10_000)
    world.server.platform.wakeDispatcher()
    await receiver.nth(16)
    const quick = await world.receiver()
    // In the same tenant as well.
    const other = await watched(quick, names(3), tenant)
    for (let n = 0; n < 3; n++) await ask(other.owner, other.workspace, 'freeze-node', [other.ids[`n${n}`]!])
    await quick.nth(3)
    expect(receiver.mostAtOnce).toBe(16)
    await world.db.rows(`update deliveries set state = 'dead' where target_id = $1`, [targetId])
    letGo()
  })

  test('a hundred dead targets of one tenant leave places for its others and for everybody else', async () => {
    const { receiver, letGo } = await stuck()
    const { tenant, workspace } = await watched(receiver, ['a'])
    await world.db.rows(
      `insert into event_targets (rule_id, name, endpoint, most_concurrent)
       select t.rule_id, 'dead ' || i, t.endpoint || i, 4 from event_targets t, generate_series(1, 100) i where t.endpoint = $1`,
      [receiver.url],
    )
    const targets = await world.db.rows<{ id: number }>('select id from event_targets where name like $1', ['dead %'])
    for (const { id } of targets) await backlog(tenant, workspace, id, 100)
    world.server.platform.wakeDispatcher()
    // Half of what all of them may have under way at once.
    await receiver.nth(100 * 2)
    for (const its of [tenant, undefined]) {
      const quick = await world.receiver()
      const other = await watched(quick, ['a'], its)
      await ask(other.owner, other.workspace, 'freeze-node', [other.ids.a!])
      await quick.nth(1)
    }
    await world.db.rows('update deliveries set state = $2 where target_id = any ($1)', [
      targets.map((one) => one.id),
      'dead',
    ])
    letGo()
  })
})

describe('Rule 6: where no error is tolerated, a delivery that has used up its retries keeps the later ones waiting', () => {
  test('in order, until the target is unblocked', async () => {
    const receiver = await world.receiver(() => ({ status: 410 }))
    const { workspace, ids, owner, targetId } = await watched(receiver, names(4))
    await world.db.rows(`update event_targets set errors_tolerance = 'NONE', most_concurrent = 1 where id = $1`, [
      targetId,
    ])
    const first = await ask(owner, workspace, 'freeze-node', [ids.n0!])
    const dead = await until(
      world.server,
      () => detailOf(owner, first.id),
      (detail) => detail.deliveries[0]!.state === 'dead',
    )
    expect(dead.deliveries[0]!.attempts).toMatchObject([{ status: 410 }])
    receiver.answer(() => ({ status: 200 }))
    const later = []
    for (const name of ['n1', 'n2', 'n3']) later.push(await ask(owner, workspace, 'freeze-node', [ids[name]!]))
    // Another target is served meanwhile, by several looks.
    const quick = await world.receiver()
    const other = await watched(quick, names(3))
    for (let n = 0; n < 3; n++) {
      await ask(other.owner, other.workspace, 'freeze-node', [other.ids[`n${n}`]!])
      await quick.nth(n + 1)
    }
    expect(receiver.received).toHaveLength(1)
    expect(await setTargetBlocked(world.db, targetId, false)).toBe(true)
    world.server.platform.wakeDispatcher()
    await receiver.nth(4)
    expect(receiver.received.slice(1).map(idOf)).toEqual(later.map((one) => one.messageId))
  })
})

describe('while the database is away', () => {
  test('what came of an attempt is kept, and written when it is back, instead of attempting again', async () => {
    const { receiver, letGo } = await stuck()
    const { workspace, ids, owner, targetId } = await watched(receiver, ['a'])
    await ask(owner, workspace, 'freeze-node', [ids.a!])
    await receiver.nth(1)
    const [{ name }] = (await world.db.rows<{ name: string }>('select current_database() as name')) as [
      { name: string },
    ]
    const elsewhere = new pg.Client({ ...world.connection, database: 'postgres' })
    await elsewhere.connect()
    const faultsBefore = faults()
    await elsewhere.query(`alter database "${name}" allow_connections false`)
    await elsewhere.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
    letGo()
    // It has tried to write what came of it.
    await expect.poll(() => faults('attempts'), PATIENCE).toBeGreaterThan(0)
    await elsewhere.query(`alter database "${name}" allow_connections true`)
    await elsewhere.end()
    await expect
      .poll(() => world.db.rows('select state, attempts from deliveries where target_id = $1', [targetId]), PATIENCE)
      .toEqual([{ state: 'delivered', attempts: 1 }])
    expect(receiver.received).toHaveLength(1)
    expect(faults() - faultsBefore).toBeLessThan(20)
  })

  const faults = (about = '') => world.logged.filter((line) => line.includes('"fault"') && line.includes(about)).length
})

describe('a target whose credentials cannot be read', () => {
  test('keeps nobody else’s deliveries, and a removed one is done with bit by bit', async () => {
    const [unreadable, removed, good] = [await world.receiver(), await world.receiver(), await world.receiver()]
    const one = await watched(unreadable, [])
    const gone = await watched(removed, [])
    const other = await watched(good, [])
    await world.db.rows(`update event_targets set credentials = '\\x00' where id = $1`, [one.targetId])
    await world.db.rows('delete from event_targets where id = $1', [gone.targetId])
    await backlog(gone.tenant, gone.workspace, gone.targetId, 2_500)
    await backlog(one.tenant, one.workspace, one.targetId, 300)
    await backlog(other.tenant, other.workspace, other.targetId, 3)
    await good.nth(3)
    await expect
      .poll(async () => {
        const [row] = await world.db.rows<{ count: number }>(
          `select count(*) as count from deliveries where target_id = $1 and state = 'pending'`,
          [gone.targetId],
        )
        return row!.count
      }, PATIENCE)
      .toBe(0)
    expect(unreadable.received).toHaveLength(0)
    expect(world.logged.filter((line) => line.includes(`"target":${one.targetId}`))).not.toHaveLength(0)
  })
})
