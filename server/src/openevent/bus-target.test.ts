import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, detailOf, PATIENCE, startWorld, type Tenant, until, type World } from '../../../test/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.stop())

let serial = 0
const busOf = async (tenant: Tenant) =>
  (await tenant.owner.api.call('POST /event-buses', { body: { name: `other_${++serial}` } })).id

type Rule = { readonly to: string | number; readonly pattern?: Record<string, unknown>; readonly serves?: string[] }

/** A rule of the bus with one target: an address, or the id of another bus. */
async function lead(tenant: Tenant, busId: number, { to, pattern = {}, serves }: Rule): Promise<void> {
  const name = `rule_${++serial}`
  const endpoint = typeof to === 'string' ? to : `http://bus.invalid/${name}`
  await tenant.owner.api.call('POST /event-buses/{busId}/rules', {
    params: { busId },
    body: { name, pattern, targets: [{ name, endpoint, serves: serves ?? null }] },
  })
  if (typeof to === 'number')
    await world.db.rows(`update event_targets set kind = 'bus', settings = $2 where name = $1`, [name, { busId: to }])
}

/** A held operation whose message goes to the first of these buses. */
async function held(tenant: Tenant, busId: number) {
  const workspace = await tenant.workspace()
  const ids = await tenant.nodes(workspace, { a: [] })
  const extension = await tenant.extension({ enabledIn: [workspace] })
  await tenant.owner.api.call('PUT /workspaces/{workspaceId}/channel', {
    params: { workspaceId: workspace.id },
    body: { busId },
  })
  return { extension, ...(await ask(tenant.owner, workspace, 'freeze-node', [ids.a])) }
}

const settled = (tenant: Tenant, operationId: string, deliveries: number) =>
  until(
    world.server,
    () => detailOf(tenant.owner, operationId),
    (detail) =>
      detail.deliveries.length >= deliveries && detail.deliveries.every((delivery) => delivery.state !== 'pending'),
  )

const notes = (detail: Awaited<ReturnType<typeof settled>>) =>
  detail.deliveries.map((delivery) => delivery.attempts.at(-1)!.responseBody).filter((note) => note !== null)

describe('a target may be another bus of the tenant', () => {
  test('its rules decide who gets the same message, under the name of that bus', async () => {
    const tenant = await world.tenant()
    const [wanted, unwanted] = [await world.receiver(), await world.receiver()]
    const [first, second] = [await busOf(tenant), await busOf(tenant)]
    await lead(tenant, first, { to: second })
    await lead(tenant, second, { to: wanted.url, pattern: { data: { eventCode: ['freeze-node'] } } })
    await lead(tenant, second, { to: unwanted.url, pattern: { data: { eventCode: ['unfreeze-node'] } } })
    const { id, messageId } = await held(tenant, first)
    const received = JSON.parse((await wanted.nth(1)).body)
    expect(received.id).toBe(messageId)
    const names = await world.db.rows<{ name: string }>('select name from event_buses where id = $1', [second])
    expect(received.aliyuneventbusname).toBe(names[0]!.name)
    const detail = await settled(tenant, id, 2)
    expect(notes(detail)).toEqual([`led to the bus ${names[0]!.name}; targets reached: 1, reached before: 0`])
    expect(detail.deliveries.map((delivery) => delivery.state)).toEqual(['delivered', 'delivered'])
    expect(unwanted.received).toHaveLength(0)
  })

  test('where no rule takes the event it is said so, and the check it was for is not routed', async () => {
    const tenant = await world.tenant()
    const [first, second] = [await busOf(tenant), await busOf(tenant)]
    await lead(tenant, first, { to: second })
    const { id } = await held(tenant, first)
    const detail = await settled(tenant, id, 1)
    expect(notes(detail)).toEqual([expect.stringMatching(/^no rule of the bus .* takes this event$/)])
    expect(detail.checks).toMatchObject([{ state: 'not-routed' }])
  })

  test('buses that lead to each other, and to themselves, end: no target gets a message twice', async () => {
    const tenant = await world.tenant()
    const receiver = await world.receiver()
    const [first, second] = [await busOf(tenant), await busOf(tenant)]
    await lead(tenant, first, { to: second })
    await lead(tenant, first, { to: first })
    await lead(tenant, second, { to: first })
    await lead(tenant, second, { to: second })
    await lead(tenant, second, { to: receiver.url })
    const { id } = await held(tenant, first)
    const detail = await settled(tenant, id, 5)
    expect(detail.deliveries).toHaveLength(5)
    expect(detail.deliveries.every((delivery) => delivery.attempts.length === 1)).toBe(true)
    expect(receiver.received).toHaveLength(1)
  })

  test('two ways to the same bus, taken at once, bring the message there once', async () => {
    const tenant = await world.tenant()
    const receiver = await world.receiver()
    const [first, last] = [await busOf(tenant), await busOf(tenant)]
    for (let n = 0; n < 8; n++) await lead(tenant, first, { to: last })
    await lead(tenant, last, { to: receiver.url })
    const { id } = await held(tenant, first)
    const detail = await settled(tenant, id, 9)
    expect(detail.deliveries).toHaveLength(9)
    expect(receiver.received).toHaveLength(1)
  })

  test('a message goes over three buses and no further', async () => {
    const tenant = await world.tenant()
    const receivers = await Promise.all(Array.from({ length: 5 }, () => world.receiver()))
    const buses: number[] = []
    for (const receiver of receivers) {
      const bus = await busOf(tenant)
      await lead(tenant, bus, { to: receiver.url })
      if (buses.length > 0) await lead(tenant, buses.at(-1)!, { to: bus })
      buses.push(bus)
    }
    const { id } = await held(tenant, buses[0]!)
    const detail = await settled(tenant, id, 8)
    expect(notes(detail)).toContain('not led on: the message has come over 3 buses already')
    expect(receivers.map((receiver) => receiver.received.length)).toEqual([1, 1, 1, 1, 0])
  })

  // Hundreds of targets that lead to buses with hundreds of targets made millions of deliveries of one event.
  test('a message of 2,000 deliveries is not led on, and can be shown', async () => {
    const tenant = await world.tenant()
    const receiver = await world.receiver()
    const [first, second] = [await busOf(tenant), await busOf(tenant)]
    await lead(tenant, first, { to: second })
    const { id } = await held(tenant, first)
    const { deliveries } = await settled(tenant, id, 1)
    const deliveryId = Number(deliveries[0]!.id)
    await world.db.rows(
      `insert into deliveries (message_id, target_name, bus_name, endpoint, state, ended_at, next_attempt_at)
       select message_id, target_name, bus_name, endpoint, state, ended_at, next_attempt_at from deliveries, generate_series(1, 1999) where id = $1`,
      [deliveryId],
    )
    await lead(tenant, second, { to: receiver.url })
    // Showing it reads a share of what each of its receivers said, or hundreds of megabytes would be answered to one request.
    await world.db.rows(
      `insert into attempts (delivery_id, number, at, duration_ms, response_body)
       select id, n, now(), 1, 'said' from deliveries, generate_series(2, 20) as n where message_id = (select message_id from deliveries where id = $1)
         and id <> $1`,
      [deliveryId],
    )
    await world.db.rows(
      `update deliveries set attempts = 20 where id <> $1 and message_id = (select message_id from deliveries where id = $1)`,
      [deliveryId],
    )
    const shown = (await detailOf(tenant.owner, id)).deliveries.slice(1)
    expect(shown).toHaveLength(1_999)
    expect(shown.every(({ attempts }) => attempts.length === 10)).toBe(true)
    expect(shown.flatMap(({ attempts }) => attempts).filter((one) => one.responseBody !== null)).toHaveLength(1_999)
    await tenant.owner.api.call('POST /deliveries/{deliveryId}/redeliver', { params: { deliveryId } })
    const attempts = () =>
      world.db.rows<{ note: string }>(
        'select response_body as note from attempts where delivery_id = $1 order by number',
        [deliveryId],
      )
    await expect.poll(attempts, PATIENCE).toHaveLength(2)
    expect((await attempts())[1]!.note).toBe('not led on: the message would have more than 2000 deliveries')
    expect(receiver.received).toHaveLength(0)
  })

  test('rule 21: the bus of another tenant is not there', async () => {
    const [tenant, other] = [await world.tenant(), await world.tenant()]
    const receiver = await world.receiver()
    const [mine, theirs] = [await busOf(tenant), await busOf(other)]
    await lead(other, theirs, { to: receiver.url })
    await lead(tenant, mine, { to: theirs })
    const { id } = await held(tenant, mine)
    const detail = await until(
      world.server,
      () => detailOf(tenant.owner, id),
      ({ deliveries }) => deliveries[0]!.attempts.length > 0,
    )
    expect(detail.deliveries).toMatchObject([{ attempts: [{ error: 'the other bus does not exist' }] }])
    expect(receiver.received).toHaveLength(0)
  })

  test('an attempt that was made and not written down is made again without a second message', async () => {
    const tenant = await world.tenant()
    const receiver = await world.receiver()
    const [first, second] = [await busOf(tenant), await busOf(tenant)]
    await lead(tenant, first, { to: second })
    await lead(tenant, second, { to: receiver.url })
    const { id } = await held(tenant, first)
    await settled(tenant, id, 2)
    const [{ deliveries }] = [await detailOf(tenant.owner, id)]
    const there = deliveries.find((delivery) => delivery.attempts[0]!.responseBody?.startsWith('led to'))!
    await tenant.owner.api.call('POST /deliveries/{deliveryId}/redeliver', {
      params: { deliveryId: Number(there.id) },
    })
    await expect
      .poll(async () => (await detailOf(tenant.owner, id)).deliveries.flatMap((one) => one.attempts).length, PATIENCE)
      .toBe(3)
    const again = await settled(tenant, id, 2)
    expect(again.deliveries).toHaveLength(2)
    expect(receiver.received).toHaveLength(1)
  })
})
