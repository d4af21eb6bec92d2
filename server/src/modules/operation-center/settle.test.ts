import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dagStatuses, type Place, place, plant, statuses, unsettled } from '../../../../test/planted.ts'
import { type TestDatabase, testDatabase } from '../../../../test/postgres.ts'
import { type Database, openDatabase } from '../../store/database.ts'
import { type Changes, settle } from './settle.ts'

let database: TestDatabase
let db: Database
let at: Place

beforeAll(async () => {
  database = await testDatabase()
  db = openDatabase(database.config)
  at = await place(db)
})

afterAll(async () => {
  await db.close()
  await database.drop()
})

const change = (changes: Changes) => db.transaction((tx) => settle(tx, changes))
const again = (...ids: number[]) => ids.map((id) => ({ id, dueAt: null, retry: false }))
const FUTURE = new Date(Date.now() + 86_400_000)

describe('what follows from a change of status', () => {
  test('an instance moves on when the last it waits for has succeeded, to its time or to resources', async () => {
    const { ids } = await plant(db, at, [
      { instances: { a: {}, b: {}, c: { upstream: ['a', 'b'] }, d: { upstream: ['a'], dueAt: FUTURE } } },
    ])
    await change({ succeeded: [ids.a!] })
    expect(await statuses(db, ids)).toEqual({ a: 6, b: 3, c: 1, d: 2 })
    await change({ succeeded: [ids.b!] })
    expect(await statuses(db, ids)).toEqual({ a: 6, b: 6, c: 3, d: 2 })
    expect(await unsettled(db)).toEqual([])
  })

  test('what has not started goes back when something upstream is to run again; what has ended stays, and counts it', async () => {
    const { ids } = await plant(db, at, [{ instances: { a: {}, b: { upstream: ['a'] }, c: { upstream: ['a'] } } }])
    await change({ succeeded: [ids.a!] })
    await change({ succeeded: [ids.b!] })
    await change({ again: again(ids.a!) })
    expect(await statuses(db, ids)).toEqual({ a: 3, b: 6, c: 1 })
    expect(await unsettled(db)).toEqual([])
    await change({ again: again(ids.b!) })
    expect(await statuses(db, ids)).toEqual({ a: 3, b: 1, c: 1 })
    await change({ failed: [ids.a!] })
    await change({ succeeded: [ids.a!] })
    expect(await statuses(db, ids)).toEqual({ a: 6, b: 3, c: 3 })
  })

  test('one with everything downstream is set to run again in one change', async () => {
    const { ids, dagIds } = await plant(db, at, [
      { instances: { a: {}, b: { upstream: ['a'] }, c: { upstream: ['b', 'a'] } } },
    ])
    for (const name of ['a', 'b', 'c']) await change({ succeeded: [ids[name]!] })
    expect(await dagStatuses(db, dagIds)).toEqual([6])
    await change({ again: again(ids.c!, ids.a!, ids.b!) })
    expect(await statuses(db, ids)).toEqual({ a: 3, b: 1, c: 1 })
    expect(await dagStatuses(db, dagIds)).toEqual([4])
    expect(await unsettled(db)).toEqual([])
  })

  test('without an edge it waits for one less, also when its upper end changes in the same moment', async () => {
    const { ids } = await plant(db, at, [
      { instances: { a: {}, b: {}, c: { upstream: ['a', 'b'] }, d: { upstream: ['b'] } } },
    ])
    await change({ succeeded: [ids.a!], withoutEdges: [{ fromId: ids.a!, toId: ids.c! }] })
    expect(await unsettled(db)).toEqual([])
    await change({ withoutEdges: [{ fromId: ids.b!, toId: ids.c! }] })
    expect(await statuses(db, ids)).toEqual({ a: 6, b: 3, c: 3, d: 1 })
    expect(await unsettled(db)).toEqual([])
  })

  test('a run is not run, runs, fails when nothing of it can go on by itself, and succeeds with its last instance', async () => {
    const { ids, dagIds } = await plant(db, at, [{ instances: { a: {}, b: {}, c: { upstream: ['a', 'b'] } } }])
    const status = async () => (await dagStatuses(db, dagIds))[0]
    expect(await status()).toBe(1)
    await change({ failed: [ids.a!] })
    expect(await status()).toBe(4)
    await change({ succeeded: [ids.b!] })
    expect(await status()).toBe(5)
    await change({ again: again(ids.a!) })
    expect(await status()).toBe(4)
    await change({ succeeded: [ids.a!] })
    await change({ succeeded: [ids.c!] })
    expect(await status()).toBe(6)
  })

  test('rule 40: a date that has succeeded gives the next of its line its turn, one that fails holds its line up', async () => {
    const { ids, dagIds, backfillId } = await plant(
      db,
      at,
      [
        { line: 0, position: 0, instances: { a0: {} } },
        { line: 1, position: 0, instances: { b0: {} } },
        { line: 0, position: 1, turn: false, instances: { a1: {}, a1x: { upstream: ['a1'] } } },
        { line: 1, position: 1, turn: false, instances: { b1: {} } },
      ],
      { backfill: true },
    )
    const state = async () =>
      (await db.rows<{ state: string }>('select state from backfills where id = $1', [backfillId]))[0]!.state
    await change({ succeeded: [ids.a0!], failed: [ids.b0!] })
    expect(await statuses(db, ids)).toEqual({ a0: 6, b0: 5, a1: 3, a1x: 1, b1: 1 })
    expect(await state()).toBe('running')
    await change({ succeeded: [ids.a1!] })
    await change({ succeeded: [ids.a1x!] })
    expect(await dagStatuses(db, dagIds)).toEqual([6, 5, 6, 1])
    expect(await state()).toBe('failed')
    await change({ again: again(ids.b0!) })
    expect(await state()).toBe('running')
    await change({ succeeded: [ids.b0!] })
    await change({ succeeded: [ids.b1!] })
    expect(await state()).toBe('succeeded')
    expect(await unsettled(db)).toEqual([])
  })

  test('what depends only on outputs that were not chosen is left out, and so is what depends on that alone', async () => {
    const { ids } = await plant(db, at, [
      {
        instances: {
          branch: { definition: { outputs: [{ output: 'left' }, { output: 'right' }] } },
          other: {},
          onLeft: { upstream: ['branch'], definition: { inputs: [{ output: 'left' }] } },
          onRight: { upstream: ['branch'], definition: { inputs: [{ output: 'right' }] } },
          behindLeft: { upstream: ['onLeft'], work: false },
          onBoth: { upstream: ['onLeft', 'onRight'] },
          onOther: { upstream: ['onLeft', 'other'] },
        },
      },
    ])
    await db.rows(`update instances set chosen_outputs = '{right}' where id = $1`, [ids.branch])
    for (const name of ['branch', 'other', 'onLeft', 'onRight']) await change({ succeeded: [ids[name]!] })
    const rows = await db.rows<{ id: number }>('select id from instances where task_type = 6 and id = any($1)', [
      Object.values(ids),
    ])
    expect(rows.map((row) => row.id).toSorted()).toEqual([ids.onLeft!, ids.behindLeft!].toSorted())
    // Chosen otherwise the next time, it runs.
    await change({ again: again(ids.branch!, ids.onLeft!) })
    await change({ succeeded: [ids.branch!] })
    const [left] = await db.rows<{ task_type: number; has_work: boolean }>(
      'select task_type, has_work from instances where id = $1',
      [ids.onLeft],
    )
    expect(left).toEqual({ task_type: 0, has_work: true })
  })
})

describe('whatever is changed in whatever order, many at once', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const
  const step = fc.record({
    what: fc.constantFrom('succeed', 'fail', 'again', 'unedge', 'turn'),
    picks: fc.array(fc.nat(names.length - 1), { minLength: 1, maxLength: 4 }),
    together: fc.boolean(),
  })
  const edges = fc.array(fc.tuple(fc.nat(names.length - 1), fc.nat(names.length - 1)), { maxLength: 14 })

  test('what each instance waits for is counted exactly, and it stands where that says', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(edges, fc.array(step, { minLength: 1, maxLength: 14 }), async (pairs, steps) => {
        const upstream = new Map<string, string[]>(names.map((name) => [name, []]))
        for (const [one, two] of pairs)
          if (one !== two) {
            const own = upstream.get(names[Math.max(one, two)]!)!
            const from = names[Math.min(one, two)]!
            if (!own.includes(from)) own.push(from)
          }
        const instances = (some: readonly string[]) =>
          Object.fromEntries(some.map((name) => [name, { upstream: upstream.get(name)! }]))
        const { ids, dagIds } = await plant(
          db,
          at,
          [
            { line: 0, position: 0, instances: instances(names.slice(0, 4)) },
            { line: 0, position: 1, turn: false, instances: instances(names.slice(4)) },
          ],
          { backfill: true },
        )
        const apply = ({ what, picks }: { what: string; picks: readonly number[] }) => {
          const some = [...new Set(picks)].map((pick) => ids[names[pick]!]!)
          if (what === 'succeed') return change({ succeeded: some })
          if (what === 'fail') return change({ failed: some })
          if (what === 'again') return change({ again: again(...some) })
          if (what === 'turn') return change({ turns: dagIds })
          return change({ withoutEdges: some.flatMap((toId) => some.map((fromId) => ({ fromId, toId }))) })
        }
        const under: Promise<void>[] = []
        for (const one of steps) {
          under.push(apply(one))
          if (!one.together) await Promise.all(under)
        }
        await Promise.all(under)
        expect(await unsettled(db)).toEqual([])
      }),
      { numRuns: 60 },
    )
  })
})
