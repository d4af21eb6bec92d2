import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/postgres.ts'
import { PATIENCE } from '../../../test/world.ts'
import { type Database, openDatabase } from './database.ts'
import {
  type AttemptOutcome,
  dueDeliveries,
  endDeliveriesTo,
  leaveLanes,
  recordAttempts,
  setTargetBlocked,
  takeLanes,
  type WaitingTarget,
  waitingAmong,
  waitingTargets,
} from './deliveries.ts'
import { insertMessage } from './messages.ts'
import { deleteRule, insertBus, insertRule, putTargets } from './openevent.ts'
import { beat, deleteReplica, insertReplica } from './replicas.ts'
import { insertSigningSecret } from './signing.ts'
import { insertTenant } from './users.ts'

let database: TestDatabase
const http = {
  kind: 'http',
  settings: {},
  retryPolicy: 'EXPONENTIAL_DECAY_RETRY',
  errorsTolerance: 'ALL',
  mostConcurrent: 16,
} as const
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
    { ...http, name: 'a', endpoint: 'http://a.example/', serves: null },
    { ...http, name: 'b', endpoint: 'http://b.example/', serves: ['x', 'y'] },
  ])
  targets = (await one.rows<{ id: number }>('select id from event_targets order by name')).map((row) => row.id)
})
afterAll(async () => {
  await one?.close()
  await two?.close()
  await database?.drop()
})
/** The ids of two replicas that have just begun. */
let first: string
let second: string
beforeEach(async () => {
  await one.rows('delete from messages')
  await one.rows('delete from deliveries')
  await one.rows('delete from attempts')
  await one.rows('delete from replicas')
  await one.rows('update event_targets set blocked_at = null')
  first = randomUUID()
  second = randomUUID()
  await insertReplica(one, first)
  await insertReplica(two, second)
})

const target = (i: number) => ({
  targetId: targets[i]!,
  targetName: 'ab'[i]!,
  busName: 'bus',
  endpoint: `http://${'ab'[i]}.example/`,
  serves: i === 0 ? null : ['x', 'y'],
})

const write = async (to: readonly ReturnType<typeof target>[]) => {
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
        traceparent: null,
        trial: false,
        createdAt: new Date(Date.now() - 60_000),
        expiresAt: new Date(Date.now() + 3_600_000),
      },
      to,
    ),
  )
  return due()
}
/** Ids of what the replica reads in its lanes, each with so many at most. */
const read = async (replica: string, most = 100, except: readonly number[] = []) =>
  (
    await dueDeliveries(
      one,
      replica,
      targets.map((targetId) => ({ targetId, most })),
      except,
    )
  ).map((row) => row.id)
const waitsFor = (i: number, more: Partial<WaitingTarget> = {}): WaitingTarget => ({
  target_id: targets[i]!,
  due: true,
  gone: false,
  replica_id: null,
  ...more,
})

const outcome = (deliveryId: number, number: number, more: Partial<AttemptOutcome> = {}): AttemptOutcome => ({
  deliveryId,
  number,
  at: new Date(),
  durationMs: 1.5,
  endpoint: 'http://a.example/',
  status: 500,
  error: 'answered 500',
  responseBody: null,
  state: 'pending',
  nextAttemptAt: new Date(Date.now() + 60_000),
  blocks: false,
  ...more,
})
const deliveries = () =>
  one.rows('select id, state, attempts, ended_at is not null as ended from deliveries order by id')
const attempts = () => one.rows('select delivery_id, number, status, error from attempts order by delivery_id, number')

describe('deliveries that were just written', () => {
  test('are due at once, one for each target', async () => {
    const due = await write([target(0), target(1)])
    expect(due.map((row) => [row.target_id, row.attempts])).toEqual([
      [targets[0], 0],
      [targets[1], 0],
    ])
    expect(await one.rows('select serves from deliveries order by id')).toEqual([
      { serves: null },
      { serves: ['x', 'y'] },
    ])
    expect(await waitingTargets(one, 0, 10)).toEqual([waitsFor(0), waitsFor(1)])
  })

  test('keep the body to the byte', async () => {
    const due = await write([target(0)])
    expect(due[0]!.body).toBe('{"n": 1.0,  "again":1}')
    await takeLanes(one, first, targets)
    expect(await dueDeliveries(two, first, [{ targetId: targets[0]!, most: 1 }], [])).toEqual(due)
  })
})

describe('the lane of a target', () => {
  test('is one replica’s, however many take it at once', async () => {
    const taken = await Promise.all(
      Array.from({ length: 12 }, (_, i) => takeLanes(i % 2 ? one : two, i % 2 ? first : second, targets)),
    )
    expect(taken.flat().toSorted()).toEqual(targets.toSorted())
  })

  test('is read by nobody else', async () => {
    const due = await write([target(0), target(1)])
    await takeLanes(one, first, [targets[0]!])
    expect(await read(first)).toEqual([due[0]!.id])
    expect(await read(second)).toEqual([])
    expect(await waitingTargets(two, 0, 10)).toEqual([waitsFor(0, { replica_id: first }), waitsFor(1)])
  })

  test('is free when its replica leaves it, ends, or is removed', async () => {
    await takeLanes(one, first, targets)
    await leaveLanes(one, second, targets)
    expect(await takeLanes(two, second, targets)).toEqual([])
    await leaveLanes(one, first, [targets[0]!])
    expect(await takeLanes(two, second, targets)).toEqual([targets[0]])
    await deleteReplica(one, first)
    expect(await takeLanes(two, second, targets)).toEqual([targets[1]])
  })

  test('is not waited for while its target is being removed, and no signing secret is left behind', async () => {
    const [bus] = await one.rows<{ id: number }>('select id from event_buses')
    const ruleId = await insertRule(one, bus!.id, 'going', {}, true)
    await putTargets(one, ruleId, [{ ...http, name: 'c', endpoint: 'http://c.example/', serves: null }])
    const [going] = await one.rows<{ id: number }>('select id from event_targets where rule_id = $1', [ruleId])
    const removed = Promise.withResolvers<void>()
    const ended = Promise.withResolvers<void>()
    const removing = two.transaction(async (tx) => {
      await tx.rows('delete from event_targets where id = $1', [going!.id])
      removed.resolve()
      await ended.promise
    })
    await removed.promise
    expect(await takeLanes(one, first, [...targets, going!.id])).toEqual(targets)
    const writing = insertSigningSecret(one, randomUUID(), going!.id, Buffer.from('secret'))
    const waits = () =>
      one.rows(
        `select from pg_locks where not granted and pid in (select pid from pg_stat_activity where datname = current_database())`,
      )
    await expect.poll(async () => (await waits()).length, PATIENCE).toBe(1)
    ended.resolve()
    await Promise.all([removing, writing])
    expect(await one.rows('select from target_signing_secrets where target_id = $1', [going!.id])).toEqual([])
  })

  test('is not given to a replica that has been removed', async () => {
    await deleteReplica(one, first)
    await expect(takeLanes(one, first, targets)).rejects.toMatchObject({ code: '23503' })
  })
})

describe('a replica', () => {
  const unseen = (id: string, seconds: number) =>
    one.rows('update replicas set seen_at = now() - make_interval(secs => $2) where id = $1', [id, seconds])

  test('that has not been seen for the timeout is removed, and its lanes are free', async () => {
    await takeLanes(one, first, targets)
    await unseen(first, 6)
    expect(await beat(two, second, null)).toMatchObject({ alive: true, replicas: 2 })
    expect(await beat(two, second, 7)).toMatchObject({ alive: true, replicas: 2 })
    expect(await beat(two, second, 5)).toMatchObject({ alive: true, replicas: 1 })
    expect(await takeLanes(two, second, targets)).toHaveLength(2)
    expect(await beat(one, first, 5)).toMatchObject({ alive: false, replicas: 1 })
  })

  test('that is seen again in time is not', async () => {
    await unseen(first, 6)
    await beat(one, first, null)
    expect(await beat(two, second, 5)).toMatchObject({ replicas: 2 })
  })

  test('never removes itself, and of two that have both not been seen one at least remains', async () => {
    await unseen(first, 60)
    await unseen(second, 60)
    const beats = await Promise.all([beat(one, first, 5), beat(two, second, 5)])
    expect(beats.some((one) => one.alive)).toBe(true)
  })
})

describe('looking for what is due', () => {
  test('leaves alone what is not due yet, delivered, dead or in memory already', async () => {
    await takeLanes(one, first, targets)
    const ids = []
    for (let i = 0; i < 5; i++) ids.push((await write([target(0)]))[0]!.id)
    await recordAttempts(one, [
      outcome(ids[0]!, 1),
      outcome(ids[1]!, 1, { state: 'delivered', error: null, nextAttemptAt: null }),
      outcome(ids[2]!, 1, { state: 'dead', nextAttemptAt: null }),
    ])
    expect(await read(first, 100, [ids[4]!])).toEqual([ids[3]])
  })

  test('takes what has waited longest first, of each target so many at most', async () => {
    await takeLanes(one, first, targets)
    const rows = []
    for (let i = 0; i < 3; i++) rows.push(...(await write([target(0), target(1)])))
    const [, , , , last] = rows
    await one.rows(`update deliveries set next_attempt_at = now() - interval '1 hour' where id = $1`, [last!.id])
    expect((await read(first, 2)).toSorted()).toEqual([rows[0]!.id, rows[1]!.id, rows[3]!.id, last!.id].toSorted())
  })

  test('finds each target that has something pending once, in parts if there are many, and whether any of it is due', async () => {
    for (let i = 0; i < 5; i++) await write([target(1)])
    const [later] = await write([target(0)])
    await recordAttempts(one, [outcome(later!.id, 1)])
    const both = [waitsFor(0, { due: false }), waitsFor(1)]
    expect(await waitingTargets(one, 0, 10)).toEqual(both)
    expect(await waitingTargets(one, 0, 1)).toEqual([both[0]])
    expect(await waitingTargets(one, targets[0]!, 1)).toEqual([both[1]])
    expect(await waitingTargets(one, targets[1]!, 1)).toEqual([])
    expect(await waitingAmong(one, targets.toReversed())).toEqual(expect.arrayContaining(both))
    expect(await waitingAmong(one, [targets[1]!, 999_999])).toEqual([both[1]])
  })

  test('says of a target that it is gone, and what was pending for it ends', async () => {
    const [row] = await write([{ ...target(0), targetId: 999_999 }])
    const [kept] = await write([target(1)])
    expect(await waitingAmong(one, [999_999])).toEqual([{ ...waitsFor(0), target_id: 999_999, due: false, gone: true }])
    await endDeliveriesTo(one, [999_999, targets[1]!])
    expect(await deliveries()).toEqual([
      { id: row!.id, state: 'dead', attempts: 0, ended: true },
      { id: kept!.id, state: 'pending', attempts: 0, ended: false },
    ])
  })

  test('of a target that is removed while their attempts are written down are waited for by nobody, and ended after that', async () => {
    const [bus] = await one.rows<{ id: number }>('select id from event_buses')
    const ruleId = await insertRule(one, bus!.id, 'leaving', {}, true)
    const ids = await putTargets(one, ruleId, [{ ...http, name: 'd', endpoint: 'http://d.example/', serves: null }])
    const targetId = ids.get('d')!
    const due = await write([
      { ...target(0), targetId },
      { ...target(0), targetId },
    ])
    const locked = Promise.withResolvers<void>()
    const ended = Promise.withResolvers<void>()
    const writing = two.transaction(async (tx) => {
      await tx.rows('select from deliveries where id = $1 for update', [due[0]!.id])
      locked.resolve()
      await ended.promise
    })
    await locked.promise
    await deleteRule(one, ruleId)
    ended.resolve()
    await writing
    expect(await deliveries()).toMatchObject([{ state: 'pending' }, { state: 'dead' }])
    expect(await waitingAmong(one, [targetId])).toMatchObject([{ gone: true }])
    await endDeliveriesTo(one, [targetId])
    expect(await deliveries()).toMatchObject([{ state: 'dead' }, { state: 'dead' }])
  })

  test('passes over a target that is blocked', async () => {
    await takeLanes(one, first, [targets[0]!])
    await write([target(0), target(1)])
    for (const id of targets) expect(await setTargetBlocked(one, id, true)).toBe(true)
    expect(await setTargetBlocked(one, targets[0]!, true)).toBe(false)
    expect(await waitingTargets(one, 0, 10)).toMatchObject([{ due: false }, { due: false }])
    expect(await takeLanes(one, first, targets)).toEqual([])
    expect(await read(first)).toEqual([])
    for (const id of targets) expect(await setTargetBlocked(one, id, false)).toBe(true)
    expect(await waitingTargets(one, 0, 10)).toMatchObject([{ due: true }, { due: true }])
  })
})

describe('writing down attempts', () => {
  test('keeps each of them and moves the delivery on', async () => {
    const [row] = await write([target(0)])
    await recordAttempts(one, [outcome(row!.id, 1)])
    expect(await deliveries()).toEqual([{ id: row!.id, state: 'pending', attempts: 1, ended: false }])
    await recordAttempts(one, [
      outcome(row!.id, 2, { state: 'delivered', status: 200, error: null, nextAttemptAt: null }),
    ])
    expect(await deliveries()).toEqual([{ id: row!.id, state: 'delivered', attempts: 2, ended: true }])
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

  test('an attempt whose delivery has been removed meanwhile hinders no other', async () => {
    const [row] = await write([target(0)])
    await recordAttempts(one, [outcome(999_999, 1), outcome(row!.id, 1)])
    expect(await attempts()).toMatchObject([{ delivery_id: row!.id }])
  })

  test('the last one of a delivery blocks its target, if the target wants that', async () => {
    await one.rows(`update event_targets set errors_tolerance = 'NONE' where id = $1`, [targets[0]])
    const rows = await write([target(0), target(1)])
    await recordAttempts(
      one,
      rows.map((row) => outcome(row.id, 1, { state: 'dead', nextAttemptAt: null, blocks: true })),
    )
    expect(await one.rows('select id from event_targets where blocked_at is not null')).toEqual([{ id: targets[0] }])
    await one.rows(`update event_targets set errors_tolerance = 'ALL'`)
  })
})
