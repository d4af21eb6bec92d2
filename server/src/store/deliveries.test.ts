import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/postgres.ts'
import { type Database, openDatabase } from './database.ts'
import { type AttemptOutcome, claimDeliveries, laneOf, recordAttempts, releaseDeliveries } from './deliveries.ts'
import { insertMessage } from './messages.ts'
import { insertBus, insertRule, putTargets } from './openevent.ts'
import { insertTenant } from './users.ts'

let database: TestDatabase
/** Two replicas. */
let one: Database
let two: Database
let tenantId: number
let targets: number[]
beforeAll(async () => {
  database = await testDatabase()
  one = openDatabase({ ...database.config, max: 4 })
  two = openDatabase({ ...database.config, max: 4 })
  tenantId = await insertTenant(one, 'tenant')
  const bus = await insertBus(one, tenantId, 'bus', '')
  const ruleId = await insertRule(one, bus.id, 'rule', {}, true)
  await putTargets(one, ruleId, [
    { name: 'a', endpoint: 'http://a.example/', serves: null },
    { name: 'b', endpoint: 'http://b.example/', serves: ['x', 'y'] },
  ])
  targets = (await one.rows<{ id: number }>('select id from event_targets order by name')).map((row) => row.id)
})
afterAll(async () => {
  await one?.close()
  await two?.close()
  await database?.drop()
})
beforeEach(() => one.rows('delete from messages'))

const LEASE_SECONDS = 30
const target = (i: number) => ({
  targetId: targets[i]!,
  targetName: 'ab'[i]!,
  busName: 'bus',
  endpoint: `http://${'ab'[i]}.example/`,
  serves: i === 0 ? null : ['x', 'y'],
})

const write = async (to: readonly ReturnType<typeof target>[], leaseSeconds = LEASE_SECONDS) => {
  const due = await one.transaction(async (tx) =>
    insertMessage(
      tx,
      {
        id: randomUUID(),
        tenantId,
        workspaceId: null,
        eventCode: 'node-change-updated',
        operationId: null,
        body: '{"n": 1.0,  "again":1}',
        createdAt: new Date(Date.now() - 60_000),
        expiresAt: new Date(Date.now() + 3_600_000),
      },
      to,
      leaseSeconds,
    ),
  )
  return due()
}
/** A minute ago it was leased for a second: the lease has run out. */
const writeDue = (to: readonly ReturnType<typeof target>[]) => write(to, 1)

const outcome = (deliveryId: number, number: number, more: Partial<AttemptOutcome> = {}): AttemptOutcome => ({
  deliveryId,
  number,
  at: new Date(),
  durationMs: 1.5,
  status: 500,
  error: 'answered 500',
  responseBody: null,
  state: 'pending',
  nextAttemptAt: new Date(Date.now() + 60_000),
  ...more,
})
const deliveries = () =>
  one.rows(
    'select id, state, attempts, lease_until is not null as leased, ended_at is not null as ended from deliveries order by id',
  )
const attempts = () => one.rows('select delivery_id, number, status, error from attempts order by delivery_id, number')

describe('deliveries that were just written', () => {
  test('are leased to whoever wrote them, one for each target', async () => {
    const due = await writeDue([target(0), target(1)])
    expect(due.map((row) => [row.target_id, row.endpoint, row.attempts])).toEqual([
      [targets[0], 'http://a.example/', 0],
      [targets[1], 'http://b.example/', 0],
    ])
    expect(await one.rows('select serves from deliveries order by id')).toEqual([
      { serves: null },
      { serves: ['x', 'y'] },
    ])
  })

  test('keep the body to the byte', async () => {
    const [due] = await writeDue([target(0)])
    expect(due!.body).toBe('{"n": 1.0,  "again":1}')
    const [claimed] = await claimDeliveries(two, 1, LEASE_SECONDS)
    expect(claimed).toEqual(due)
  })
})

describe('claiming', () => {
  test('gives each due delivery to one replica, however many claim at once', async () => {
    for (let i = 0; i < 60; i++) await writeDue([target(0)])
    const claims = await Promise.all(
      Array.from({ length: 12 }, (_, i) => claimDeliveries(i % 2 ? one : two, 10, LEASE_SECONDS)),
    )
    const ids = claims.flatMap((claim) => claim.map((row) => row.id))
    expect(new Set(ids).size).toBe(ids.length)
    for (const claim of claims) expect(claim.length).toBeLessThanOrEqual(10)
    let rest = await claimDeliveries(one, 100, LEASE_SECONDS)
    ids.push(...rest.map((row) => row.id))
    expect(new Set(ids).size).toBe(60)
    rest = await claimDeliveries(two, 100, LEASE_SECONDS)
    expect(rest).toEqual([])
  })

  test('leaves alone what is leased, not due yet, delivered or dead', async () => {
    const [leased] = await write([target(0)], 3_600)
    const [later] = await writeDue([target(0)])
    const [delivered] = await writeDue([target(0)])
    const [dead] = await writeDue([target(0)])
    const [due] = await writeDue([target(0)])
    await recordAttempts(one, [
      outcome(later!.id, 1),
      outcome(delivered!.id, 1, { state: 'delivered', error: null, nextAttemptAt: null }),
      outcome(dead!.id, 1, { state: 'dead', nextAttemptAt: null }),
    ])
    expect((await claimDeliveries(one, 100, LEASE_SECONDS)).map((row) => row.id)).toEqual([due!.id])
    expect(leased!.id).toBeGreaterThan(0)
  })

  test('takes what has waited longest first', async () => {
    const rows = [
      (await writeDue([target(0)]))[0]!,
      (await writeDue([target(0)]))[0]!,
      (await writeDue([target(0)]))[0]!,
    ]
    await one.rows(`update deliveries set next_attempt_at = now() - interval '1 hour' where id = $1`, [rows[2]!.id])
    expect((await claimDeliveries(one, 1, LEASE_SECONDS)).map((row) => row.id)).toEqual([rows[2]!.id])
  })

  test('passes over lanes that are full, also one whose target is gone', async () => {
    const [first, second] = await writeDue([target(0), target(1)])
    expect(await claimDeliveries(one, 10, LEASE_SECONDS, [laneOf(first!), laneOf(second!)])).toEqual([])
    expect((await claimDeliveries(one, 10, LEASE_SECONDS, [laneOf(first!)])).map((row) => row.id)).toEqual([second!.id])
    await one.rows('update deliveries set target_id = null, lease_until = null where id = $1', [first!.id])
    const gone = laneOf({ target_id: null, endpoint: first!.endpoint })
    expect(await claimDeliveries(one, 10, LEASE_SECONDS, [gone])).toEqual([])
    expect((await claimDeliveries(one, 10, LEASE_SECONDS, ['gone http://other/'])).map((row) => row.id)).toEqual([
      first!.id,
    ])
  })

  test('goes to the address that the target has today, and to the last one of a target that is gone', async () => {
    const [row] = await writeDue([target(0)])
    await one.rows(`update event_targets set endpoint = 'http://moved.example/' where id = $1`, [targets[0]])
    expect(await claimDeliveries(one, 1, LEASE_SECONDS)).toMatchObject([
      { id: row!.id, endpoint: 'http://moved.example/' },
    ])
    await one.rows(`update event_targets set endpoint = 'http://a.example/' where id = $1`, [targets[0]])
    await one.rows('update deliveries set target_id = null, lease_until = null where id = $1', [row!.id])
    expect(await claimDeliveries(one, 1, LEASE_SECONDS)).toMatchObject([
      { id: row!.id, endpoint: 'http://moved.example/' },
    ])
  })

  test('what is given back is due again, and only if it has not ended meanwhile', async () => {
    const [back] = await write([target(0)], 3_600)
    const [ended] = await write([target(0)], 3_600)
    await recordAttempts(one, [outcome(ended!.id, 1, { state: 'delivered', error: null, nextAttemptAt: null })])
    await releaseDeliveries(one, [back!.id, ended!.id])
    expect((await claimDeliveries(two, 10, LEASE_SECONDS)).map((row) => row.id)).toEqual([back!.id])
  })
})

describe('writing down attempts', () => {
  test('keeps each of them and moves the delivery on', async () => {
    const [row] = await write([target(0)])
    await recordAttempts(one, [outcome(row!.id, 1)])
    expect(await deliveries()).toEqual([{ id: row!.id, state: 'pending', attempts: 1, leased: false, ended: false }])
    await recordAttempts(one, [
      outcome(row!.id, 2, { state: 'delivered', status: 200, error: null, nextAttemptAt: null }),
    ])
    expect(await deliveries()).toEqual([{ id: row!.id, state: 'delivered', attempts: 2, leased: false, ended: true }])
    expect(await attempts()).toEqual([
      { delivery_id: row!.id, number: 1, status: 500, error: 'answered 500' },
      { delivery_id: row!.id, number: 2, status: 200, error: null },
    ])
  })

  test('the same attempt again, or an older one, changes nothing', async () => {
    const [row] = await write([target(0)])
    await recordAttempts(one, [
      outcome(row!.id, 1, { state: 'delivered', status: 200, error: null, nextAttemptAt: null }),
    ])
    const before = [await deliveries(), await attempts()]
    await recordAttempts(two, [outcome(row!.id, 1, { state: 'dead', nextAttemptAt: null })])
    expect([await deliveries(), await attempts()]).toEqual(before)
  })

  test('an attempt that two replicas have made is written once', async () => {
    const [row] = await write([target(0)])
    await Promise.all([
      recordAttempts(one, [outcome(row!.id, 1, { state: 'delivered', status: 200, error: null, nextAttemptAt: null })]),
      recordAttempts(two, [outcome(row!.id, 1, { state: 'delivered', status: 200, error: null, nextAttemptAt: null })]),
    ])
    expect(await deliveries()).toMatchObject([{ state: 'delivered', attempts: 1 }])
    expect(await attempts()).toHaveLength(1)
  })

  test('many at once, whatever their answers were', async () => {
    const rows = []
    for (let i = 0; i < 30; i++) rows.push((await write([target(0)]))[0]!)
    await recordAttempts(
      one,
      rows.map((row, i) => outcome(row.id, 1, { responseBody: `"quoted" \\ ${i} 中` })),
    )
    const kept = await one.rows<{ response_body: string }>('select response_body from attempts order by delivery_id')
    expect(kept.map((row) => row.response_body)).toEqual(rows.map((_, i) => `"quoted" \\ ${i} 中`))
  })
})
