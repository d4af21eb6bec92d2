import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  callBack,
  detailOf,
  PATIENCE,
  type Person,
  type Received,
  type Receiver,
  type Reply,
  refusalCode,
  startWorld,
  until,
  type World,
} from '../../../test/world.ts'
import { insertMessage } from '../store/messages.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.stop())

/** A workspace watched by one extension, whose messages go to the receiver. */
async function watched(receiver: Receiver, nodes: readonly string[] = ['a']) {
  const tenant = await world.tenant()
  const workspace = await tenant.workspace()
  const ids = await tenant.nodes(workspace, Object.fromEntries(nodes.map((name) => [name, []])))
  const extension = await tenant.extension({ enabledIn: [workspace] })
  await tenant.route(workspace, receiver.url)
  return { tenant, workspace, ids, extension, owner: tenant.owner }
}

const untilAttempts = (person: Person, operationId: string, count: number) =>
  until(
    world.server,
    () => detailOf(person, operationId),
    (detail) => detail.deliveries.every((delivery) => delivery.attempts.length >= count),
  )

/** Until the last attempt of the operation's only delivery is as wanted. */
const untilLast = (
  person: Person,
  operationId: string,
  wanted: (attempt: { readonly status: number | null; readonly error: string | null }) => boolean,
) =>
  until(
    world.server,
    () => detailOf(person, operationId),
    (detail) => detail.deliveries[0]!.attempts.slice(-1).some(wanted),
  )

/** The operation's delivery to this address, as soon as it has been delivered in so many attempts. */
async function untilDelivered(person: Person, operationId: string, endpoint: string, attempts = 1) {
  const there = (detail: Awaited<ReturnType<typeof detailOf>>) =>
    detail.deliveries.find(
      (one) => one.endpoint === endpoint && one.state === 'delivered' && one.attempts.length >= attempts,
    )
  return there(
    await until(
      world.server,
      () => detailOf(person, operationId),
      (detail) => there(detail) !== undefined,
    ),
  )!
}

/** The next attempt of this operation's deliveries need not be waited for; with `after`, unless there were more than so many already. */
async function later(operationId: string, after: number | null = null): Promise<void> {
  await world.db.rows(
    `update deliveries set next_attempt_at = now() where message_id = (select id from messages where operation_id = $1)
       and ($2::int is null or attempts = $2)`,
    [operationId, after],
  )
  world.server.platform.wakeDispatcher()
}

const redeliver = (person: Person, deliveryId: string) =>
  person.api.call('POST /deliveries/{deliveryId}/redeliver', { params: { deliveryId: Number(deliveryId) } })

const eventOf = (received: Received) => JSON.parse(received.body)

/** A receiver that answers nothing until it is let go. */
async function stuck() {
  const held = Promise.withResolvers<Reply>()
  const receiver = await world.receiver(() => held.promise)
  return { receiver, letGo: (reply: Reply = { status: 200 }) => held.resolve(reply) }
}

describe('Rule 6: delivery is at least once, retried with back-off, and every attempt is kept', () => {
  test('after an error, a refused connection and a redirect it is tried again, with the same bytes each time', async () => {
    const receiver = await world.receiver(() => ({ status: 500, body: 'out of\u0000order' }))
    const elsewhere = await world.receiver()
    const { workspace, ids, owner } = await watched(receiver)
    const { id, messageId } = await ask(owner, workspace, 'freeze-node', [ids.a!])
    await untilAttempts(owner, id, 1)

    await receiver.deafen()
    await later(id)
    await untilLast(owner, id, (attempt) => attempt.error!.includes('ECONNREFUSED'))

    await receiver.listen()
    receiver.answer(() => ({ status: 307, headers: { location: elsewhere.url } }))
    await later(id)
    await untilLast(owner, id, (attempt) => attempt.status === 307)

    receiver.answer(() => ({ status: 202, body: 'accepted' }))
    await later(id)
    const { deliveries, checks } = await untilLast(owner, id, (attempt) => attempt.status === 202)

    expect(deliveries).toMatchObject([{ state: 'delivered', nextAttemptAt: null, endpoint: receiver.url }])
    const { attempts } = deliveries[0]!
    expect(attempts.map((attempt) => attempt.number)).toEqual(attempts.map((_, at) => at + 1))
    // By itself it may have been tried more than once at one of the stations.
    const stations = attempts.filter((attempt, at) => attempt.error !== attempts[at - 1]?.error)
    expect(stations).toMatchObject([
      { status: 500, error: 'answered 500', responseBody: 'out of\ufffdorder' },
      { status: null, error: expect.stringContaining('ECONNREFUSED'), responseBody: null },
      { status: 307, error: 'answered 307', responseBody: null },
      { status: 202, error: null, responseBody: 'accepted' },
    ])
    expect(checks).toMatchObject([{ state: 'waiting', acceptedAt: expect.any(String) }])
    expect(elsewhere.received).toHaveLength(0)
    expect(receiver.received).toHaveLength(attempts.filter((attempt) => attempt.status !== null).length)
    expect(new Set(receiver.received.map((one) => one.body)).size).toBe(1)
    expect(eventOf(receiver.received[0]!).id).toBe(messageId)
  })

  test('the next attempt is put off by 1, 2, 4 … seconds', async () => {
    const receiver = await world.receiver(() => ({ status: 503 }))
    const { workspace, ids, owner } = await watched(receiver)
    const { id } = await ask(owner, workspace, 'freeze-node', [ids.a!])
    for (let number = 1; number <= 4; number++) {
      const { deliveries } = await untilAttempts(owner, id, number)
      const [delivery] = deliveries
      const attempt = delivery!.attempts.at(-1)!
      // Another attempt may have been made by itself meanwhile; what is planned belongs to the last one.
      const delayMs = Date.parse(delivery!.nextAttemptAt!) - Date.parse(attempt.at)
      expect(delayMs).toBeGreaterThanOrEqual(2 ** (attempt.number - 1) * 1000)
      await later(id, attempt.number)
    }
  })

  test('the message is the published envelope around the stored body', async () => {
    const receiver = await world.receiver()
    const { tenant, workspace, ids, owner } = await watched(receiver)
    const { id, messageId } = await ask(owner, workspace, 'freeze-node', [ids.a!])
    const received = await receiver.nth(1)
    const [message] = await world.db.rows<{ body: string; created_at: Date }>(
      'select body, created_at from messages where id = $1',
      [messageId],
    )
    expect(received.body).toContain(`"data":${message!.body},"id":"${messageId}"`)
    expect(eventOf(received)).toMatchObject({
      datacontenttype: 'application/json;charset=utf-8',
      source: 'acs.dataworks',
      specversion: '1.0',
      type: 'dataworks:NodeChange:FreezeNode',
      aliyunaccountid: String(tenant.id),
      aliyunregionid: 'cn-hangzhou',
      aliyunpublishtime: message!.created_at.toISOString(),
      data: { extensionBizId: id },
    })
  })

  test('while it is under way it is not made a second time', async () => {
    const { receiver, letGo } = await stuck()
    const quick = await world.receiver()
    const { tenant, workspace, ids, owner } = await watched(receiver)
    await tenant.route(workspace, quick.url)
    const { id } = await ask(owner, workspace, 'freeze-node', [ids.a!])
    await receiver.nth(1)
    await later(id)
    // Whatever looks at the table for more finds it there, due.
    for (let n = 1; n <= 5; n++) {
      const quickly = await untilDelivered(owner, id, quick.url, n)
      await redeliver(owner, quickly.id)
    }
    letGo()
    expect((await untilDelivered(owner, id, receiver.url)).attempts).toHaveLength(1)
    expect(receiver.received).toHaveLength(1)
  })
})

describe('Rule 27: the deliveries of a target are made by one replica at a time', () => {
  test('what a replica wrote that died before the attempt is delivered by another', async () => {
    const receiver = await world.receiver()
    const { tenant, workspace } = await watched(receiver)
    const [target] = await world.db.rows<{ id: number }>('select id from event_targets where endpoint = $1', [
      receiver.url,
    ])
    const messageId = crypto.randomUUID()
    await world.db.transaction(async (tx) =>
      insertMessage(
        tx,
        {
          id: messageId,
          tenantId: tenant.id,
          workspaceId: workspace.id,
          eventCode: 'node-change-deleted',
          operationId: null,
          body: '{"eventCode":"node-change-deleted"}',
          traceparent: null,
          trial: false,
          createdAt: new Date(),
          expiresAt: new Date(Date.now() + 3_600_000),
        },
        [{ targetId: target!.id, targetName: 't', busName: 'b', endpoint: receiver.url, serves: null }],
      ),
    )
    expect(eventOf(await receiver.nth(1)).id).toBe(messageId)
    await expect
      .poll(() => world.db.rows('select state, attempts from deliveries where message_id = $1', [messageId]), PATIENCE)
      .toEqual([{ state: 'delivered', attempts: 1 }])
  })

  test('a replica that stops ends what is under way, writes it down, and leaves the rest to the others', async () => {
    const { receiver, letGo } = await stuck()
    const names = Array.from({ length: 20 }, (_, i) => `n${i}`)
    const { workspace, ids, owner } = await watched(receiver, names)
    const replica = await world.replica()
    for (const name of names)
      await owner.at(replica).call('POST /workspaces/{workspaceId}/node-operations', {
        params: { workspaceId: workspace.id },
        body: { point: 'freeze-node', nodeIds: [ids[name]!] },
      })
    // So many of one target are under way at once; the others wait in the replica's memory.
    await receiver.nth(16)
    const stopped = replica.stop()
    letGo()
    await stopped
    await receiver.nth(20)
    await expect
      .poll(
        () =>
          world.db.rows('select state, attempts, count(*) from deliveries where endpoint = $1 group by 1, 2', [
            receiver.url,
          ]),
        PATIENCE,
      )
      .toEqual([{ state: 'delivered', attempts: 1, count: 20 }])
    expect(new Set(receiver.received.map((one) => eventOf(one).id)).size).toBe(20)
    expect(receiver.received).toHaveLength(20)
  })
})

describe('a receiver that is slow delays nobody but itself', () => {
  test('another target of the same event is served while one has not answered', async () => {
    const { receiver, letGo } = await stuck()
    const quick = await world.receiver()
    const { tenant, workspace, ids, owner } = await watched(receiver)
    await tenant.route(workspace, quick.url)
    await ask(owner, workspace, 'freeze-node', [ids.a!])
    await receiver.nth(1)
    await quick.nth(1)
    letGo()
  })

  test('another target is served, and served again after a failure, while hundreds wait for one that does not answer', async () => {
    const { receiver, letGo } = await stuck()
    const names = Array.from({ length: 450 }, (_, i) => `n${i}`)
    const quick = await world.receiver((_received, n) => ({ status: n === 1 ? 500 : 200 }))
    const tenant = await world.tenant()
    const workspace = await tenant.workspace()
    await tenant.route(workspace, receiver.url, { pattern: { data: { eventCode: ['node-change-created'] } } })
    await tenant.route(workspace, quick.url, { pattern: { data: { eventCode: ['freeze-node'] } } })
    await tenant.extension({ enabledIn: [workspace] })
    const ids = await tenant.nodes(workspace, Object.fromEntries(names.map((name) => [name, []])))
    await receiver.nth(16)
    const { id } = await ask(tenant.owner, workspace, 'freeze-node', [ids.n0!])
    await untilAttempts(tenant.owner, id, 1)
    await later(id)
    await quick.nth(2)
    const { deliveries } = await untilAttempts(tenant.owner, id, 2)
    expect(deliveries).toMatchObject([{ state: 'delivered' }])
    expect(receiver.mostAtOnce).toBe(16)
    letGo()
    await receiver.nth(450)
    expect(new Set(receiver.received.map((one) => eventOf(one).id)).size).toBe(450)
  })

  test('what a full queue has no room for is left in the table, not fetched and given back again and again', async () => {
    const { receiver, letGo } = await stuck()
    const names = Array.from({ length: 450 }, (_, i) => `n${i}`)
    const quick = await world.receiver()
    const { tenant, workspace, owner } = await watched(quick)
    const crowded = await tenant.workspace()
    await tenant.route(crowded, receiver.url)
    await world.sql(`create table touched (id bigint);
      create function touch() returns trigger language plpgsql as $$ begin insert into touched values (new.id); return new; end $$;
      create trigger touch after update on deliveries for each row when (new.endpoint = '${receiver.url}') execute function touch()`)
    await tenant.nodes(crowded, Object.fromEntries(names.map((name) => [name, []])))
    await receiver.nth(16)
    // Each of these takes a look at the table for what is due.
    const ids = await tenant.nodes(workspace, { quick: [] })
    const { id } = await ask(owner, workspace, 'freeze-node', [ids.quick])
    for (let n = 1; n <= 20; n++) {
      await untilAttempts(owner, id, n)
      const [delivery] = (await detailOf(owner, id)).deliveries
      await redeliver(owner, delivery!.id)
    }
    expect((await world.db.rows<{ count: number }>('select count(*) from touched'))[0]!.count).toBeLessThan(1_000)
    letGo()
    await receiver.nth(450)
    await world.sql('drop trigger touch on deliveries; drop function touch; drop table touched')
  })
})

describe('Rule 6: what could not be delivered is kept and can be delivered again', () => {
  /** A freeze whose message has failed its last attempt. */
  async function undelivered() {
    const receiver = await world.receiver(() => ({ status: 500 }))
    const context = await watched(receiver)
    const { workspace, ids, owner } = context
    const operation = await ask(owner, workspace, 'freeze-node', [ids.a!])
    await untilAttempts(owner, operation.id, 1)
    await world.db.rows(
      `update deliveries set attempts = 175, next_attempt_at = now() where message_id = (select id from messages where operation_id = $1)`,
      [operation.id],
    )
    world.server.platform.wakeDispatcher()
    const dead = await until(
      world.server,
      () => detailOf(owner, operation.id),
      (detail) => detail.deliveries[0]!.state === 'dead',
    )
    return { ...context, receiver, operation, dead, deliveryId: dead.deliveries[0]!.id }
  }

  test('Rule 11: a delivery that failed all its retries leaves the check open and shows it as undelivered', async () => {
    const { dead, owner, operation, extension } = await undelivered()
    expect(dead).toMatchObject({ state: 'held', status: 'CHECKING' })
    expect(dead.checks).toMatchObject([{ state: 'undelivered', result: null }])
    expect(dead.deliveries).toMatchObject([{ nextAttemptAt: null, mayRedeliver: true }])
    await callBack(world.server, extension, operation.messageId, 'OK')
    expect((await detailOf(owner, operation.id)).state).toBe('done')
  })

  test('delivered again it is the same message, and its attempts go on counting', async () => {
    const { receiver, owner, operation, deliveryId } = await undelivered()
    receiver.answer(() => ({ status: 200 }))
    const before = receiver.received.length
    expect(await redeliver(owner, deliveryId)).toMatchObject({ state: 'pending' })
    const again = await receiver.nth(before + 1)
    expect(again.body).toBe(receiver.received[0]!.body)
    const { deliveries } = await until(
      world.server,
      () => detailOf(owner, operation.id),
      (detail) => detail.deliveries[0]!.state === 'delivered',
    )
    expect(deliveries[0]!.attempts.map((attempt) => attempt.number).slice(-2)).toEqual([176, 177])
    const audit = await world.db.rows(
      `select user_id from audit_entries where action = 'delivery.redeliver' and object = $1`,
      [deliveryId],
    )
    expect(audit).toEqual([{ user_id: owner.id }])
  })

  test('what was delivered may be delivered again as well', async () => {
    const receiver = await world.receiver()
    const { workspace, ids, owner } = await watched(receiver)
    const { id } = await ask(owner, workspace, 'freeze-node', [ids.a!])
    const { deliveries } = await untilAttempts(owner, id, 1)
    await redeliver(owner, deliveries[0]!.id)
    expect((await receiver.nth(2)).body).toBe(receiver.received[0]!.body)
  })

  test('not while it is still being tried, nor once the message has expired, nor by who may not write extensions', async () => {
    const { owner, operation, deliveryId, tenant, workspace } = await undelivered()
    const operator = await tenant.person([], { [workspace.id]: ['owner'] })
    expect(await refusalCode(redeliver(operator, deliveryId))).toBe('FORBIDDEN')
    await world.db.rows(
      `update deliveries set state = 'pending', next_attempt_at = now() + interval '1 hour' where id = $1`,
      [deliveryId],
    )
    expect(await refusalCode(redeliver(owner, deliveryId))).toBe('DELIVERY_ENDED')
    await world.db.rows(`update deliveries set state = 'dead' where id = $1`, [deliveryId])
    await world.db.rows(`update messages set expires_at = now() - interval '1 millisecond' where operation_id = $1`, [
      operation.id,
    ])
    expect(await refusalCode(redeliver(owner, deliveryId))).toBe('DELIVERY_ENDED')
  })

  test('Rule 7: once the message has expired no attempt is made any more', async () => {
    const receiver = await world.receiver(() => ({ status: 500 }))
    const { workspace, ids, owner } = await watched(receiver)
    const { id } = await ask(owner, workspace, 'freeze-node', [ids.a!])
    await untilAttempts(owner, id, 1)
    await world.db.rows(`update messages set expires_at = now() - interval '1 millisecond' where operation_id = $1`, [
      id,
    ])
    await later(id)
    const { deliveries } = await until(
      world.server,
      () => detailOf(owner, id),
      (detail) => detail.deliveries[0]!.state === 'dead',
    )
    const { attempts } = deliveries[0]!
    expect(attempts.at(-1)).toMatchObject({ status: null, error: 'the message has expired' })
    expect(receiver.received).toHaveLength(attempts.length - 1)
  })
})
