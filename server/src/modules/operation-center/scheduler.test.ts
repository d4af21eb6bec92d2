import { randomUUID } from 'node:crypto'
import { Refusal } from '@holdpoint/core'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { dagStatuses, place, plant, statuses, unsettled } from '../../../../test/planted.ts'
import { type TestDatabase, testDatabase } from '../../../../test/postgres.ts'
import { PATIENCE } from '../../../../test/world.ts'
import type { Change, Live } from '../../live.ts'
import type { Ended, Runners, Work } from '../../runners/runner.ts'
import { type Database, openDatabase } from '../../store/database.ts'
import { setFrozen } from '../../store/instances.ts'
import { makeMetrics } from '../../watch/metrics.ts'
import { MOST_LOG_BYTES } from './run-log.ts'
import { type Scheduler, startScheduler } from './scheduler.ts'
import { type Changes, settle } from './settle.ts'

let database: TestDatabase
let db: Database
/** What was started although it must not have been, found out by the database itself. */
const started = async () => await db.rows<{ what: string }>('select what from started_wrongly')

beforeAll(async () => {
  database = await testDatabase()
  db = openDatabase(database.config)
  await db.pool.query(`
    create table started_wrongly (what text not null);
    create function look_at_start() returns trigger language plpgsql as $$ begin
      if exists (select from instance_edges e join instances u on u.id = e.from_id where e.to_id = new.id and u.status <> 6) then
        insert into started_wrongly values (format('%s before what it waits for', new.id)); end if;
      if old.replica_id is not null then insert into started_wrongly values (format('%s while it runs', new.id)); end if;
      if old.status <> 3 or old.frozen or old.waiting_for > 0 or old.due_at > now() then
        insert into started_wrongly values (format('%s out of its turn', new.id)); end if;
      if (select count(*) from instances where replica_id is not null and resource_group_id = new.resource_group_id)
          >= (select slots from resource_groups where id = new.resource_group_id) then
        insert into started_wrongly values (format('%s without a slot', new.id)); end if;
      return new; end $$;
    create trigger started before update on instances for each row when (new.status = 4 and old.status <> 4) execute function look_at_start()`)
})

afterAll(async () => {
  await db.close()
  await database.drop()
})

type Program = (work: Work, signal: AbortSignal, log: (text: string) => void) => Promise<Ended>
const SUCCEEDED: Ended = { ended: 'succeeded' }
const failure: Ended = { ended: 'failed', reason: new Refusal('PROGRAM_FAILED', { problem: 'it is to' }) }
const stopped = (signal: AbortSignal) =>
  new Promise<Ended>((resolve) => {
    const end = () => resolve({ ended: 'stopped' })
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })

const listeners = new Set<(change: Change) => void>()
const live: Live = {
  publish(change) {
    for (const listener of listeners) listener(change)
  },
  subscribe(listener) {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}
const wakeAll = () => live.publish({ kind: 'instance', tenantId: 0, workspaceId: 0, id: '0' })

/** Which instances have a program now, on whatever replica: none may have two. */
const active = new Map<number, string>()
const twice: number[] = []

type TestReplica = {
  readonly id: string
  readonly scheduler: Scheduler
  readonly faults: unknown[]
  /** As kill -9: nothing of it comes to the database any more, its programs are gone, and it is taken for dead. */
  crash(): Promise<void>
  stop(): Promise<void>
}
const replicas = new Set<TestReplica>()

async function startReplica(program: Program): Promise<TestReplica> {
  const id = randomUUID() as string
  await db.rows('insert into replicas (id) values ($1)', [id])
  const own = openDatabase({ ...database.config, max: 4 })
  let crashed = false
  const alive =
    <A extends unknown[], R>(work: (...given: A) => Promise<R>) =>
    (...given: A): Promise<R> =>
      crashed ? Promise.reject(new Error('crashed')) : work(...given)
  const runners: Runners = {
    hasWork: () => true,
    close: async () => {},
    async run(work, { log, signal }) {
      if (active.has(work.instanceId)) twice.push(work.instanceId)
      active.set(work.instanceId, id)
      try {
        return await program(work, signal, log)
      } finally {
        if (active.get(work.instanceId) === id) active.delete(work.instanceId)
      }
    },
  }
  const faults: unknown[] = []
  const scheduler = startScheduler({
    db: {
      ...own,
      rows: alive(own.rows) as Database['rows'],
      transaction: alive(own.transaction) as Database['transaction'],
    },
    replica: { id: () => (crashed ? null : id), databaseNowMs: Date.now, stop: async () => {} },
    runners,
    live,
    publish: () => null,
    metrics: makeMetrics(),
    timeZone: 'UTC',
    onProgress: async () => {},
    logFault: (error) => void faults.push(error),
  })
  let ending: Promise<void> | null = null
  const end = async () => {
    ending ??= scheduler.stop().then(() => own.close())
    await ending
    replicas.delete(replica)
  }
  const replica: TestReplica = {
    id,
    scheduler,
    faults,
    async crash() {
      crashed = true
      for (const [instance, on] of active) if (on === id) active.delete(instance)
      await Promise.all([end(), db.rows('delete from replicas where id = $1', [id])])
    },
    async stop() {
      await end()
      await db.rows('delete from replicas where id = $1', [id])
    },
  }
  replicas.add(replica)
  scheduler.wake()
  return replica
}

afterEach(async () => {
  await Promise.all([...replicas].map((one) => one.stop()))
  expect(await started()).toEqual([])
  expect(twice).toEqual([])
  expect(await unsettled(db)).toEqual([])
})

const change = async (changes: Changes) => {
  await db.transaction((tx) => settle(tx, changes))
  wakeAll()
}
const again = (...ids: number[]) => ids.map((id) => ({ id, dueAt: null, retry: false }))
const become = (ids: Readonly<Record<string, number>>, wanted: Record<string, number>) =>
  vi.waitFor(async () => expect(await statuses(db, ids)).toEqual(wanted), PATIENCE)
const runsOf = (id: number) =>
  db.rows<{ run_number: number; status: number; code: string | null }>(
    `select run_number, status, reason->>'code' as code from instance_runs where instance_id = $1 order by run_number`,
    [id],
  )

describe('rule 36: what it starts', () => {
  test('a run goes on by itself to its end, those with nothing to run among it', async () => {
    const at = await place(db)
    const { ids, dagIds } = await plant(db, at, [
      {
        instances: {
          root: { work: false },
          a: { upstream: ['root'] },
          v: { upstream: ['a'], work: false },
          b: { upstream: ['v'] },
        },
      },
    ])
    const ran: string[] = []
    await startReplica(async (work) => {
      ran.push(work.node.name)
      return SUCCEEDED
    })
    await become(ids, { root: 6, a: 6, v: 6, b: 6 })
    expect(ran).toEqual(['a', 'b'])
    expect(await dagStatuses(db, dagIds)).toEqual([6])
    expect(await runsOf(ids.a!)).toEqual([{ run_number: 1, status: 6, code: null }])
    expect(await runsOf(ids.v!)).toEqual([])
  })

  test('no more at once than the group has slots, over both replicas, the higher priority first', async () => {
    const at = await place(db, 2)
    const { ids } = await plant(db, at, [
      {
        instances: {
          low: { priority: 1 },
          high: { priority: 8 },
          middle: { priority: 5 },
          lowest: { priority: 1, dueAt: new Date(1) },
        },
      },
    ])
    const open: { name: string; end: (ended: Ended) => void }[] = []
    const program: Program = (work) => new Promise((resolve) => void open.push({ name: work.node.name, end: resolve }))
    await startReplica(program)
    await startReplica(program)
    await vi.waitFor(() => expect(open.map((one) => one.name)).toEqual(['high', 'middle']), PATIENCE)
    open[1]!.end(SUCCEEDED)
    await vi.waitFor(() => expect(open.map((one) => one.name)).toEqual(['high', 'middle', 'low']), PATIENCE)
    open[0]!.end(SUCCEEDED)
    await vi.waitFor(() => expect(open).toHaveLength(4), PATIENCE)
    for (const one of open) one.end(SUCCEEDED)
    await become(ids, { low: 6, high: 6, middle: 6, lowest: 6 })
  })

  test('nothing before its time, nothing that is frozen, nothing of a run that is paused or outside its window', async () => {
    const at = await place(db)
    const later = new Date(Date.now() + 3_600_000)
    const one = { instances: { a: {}, frozen: { frozen: true }, later: { dueAt: later }, free: { work: false } } }
    const { ids } = await plant(db, at, [one])
    const { ids: paused, dagIds } = await plant(db, at, [{ instances: { p: {}, q: { work: false } } }])
    const { ids: outside, dagIds: outsideIds } = await plant(db, at, [{ instances: { p: {}, q: { work: false } } }])
    await db.rows('update dags set paused = true where id = any($1)', [dagIds])
    await db.rows('update dags set outside_window = true where id = any($1)', [outsideIds])
    await startReplica(async () => SUCCEEDED)
    await become(ids, { a: 6, frozen: 3, later: 2, free: 6 })
    expect(await statuses(db, paused)).toEqual({ p: 3, q: 3 })
    expect(await statuses(db, outside)).toEqual({ p: 3, q: 3 })
    await db.rows('update instances set due_at = now() where id = $1', [ids.later])
    await db.rows('update dags set paused = false where id = any($1)', [dagIds])
    await db.rows('update dags set outside_window = false where id = any($1)', [outsideIds])
    await db.transaction(async (tx) => setFrozen(tx, [ids.frozen!], false))
    wakeAll()
    await become(ids, { a: 6, frozen: 6, later: 6, free: 6 })
    await become(paused, { p: 6, q: 6 })
    await become(outside, { p: 6, q: 6 })
  })

  test('parameters come with their expressions resolved, those of the run before the node’s own', async () => {
    const at = await place(db)
    const { ids, dagIds } = await plant(db, at, [
      { instances: { a: { definition: { parameters: [{ name: 'day', value: '$bizdate' }] } }, b: {} } },
    ])
    await db.rows(
      `update dags set parameters = (select jsonb_build_object(node_id, 'x=$[yyyy-mm-dd]') from instances where id = $2) where id = $1`,
      [dagIds[0], ids.b],
    )
    const given: Record<string, unknown> = {}
    await startReplica(async (work) => {
      given[work.node.name] = work.parameters
      return SUCCEEDED
    })
    await become(ids, { a: 6, b: 6 })
    expect(given).toEqual({ a: [{ name: 'day', value: '20260101' }], b: [{ name: 'x', value: '1970-01-01' }] })
  })

  test('a branch node chooses: what depends on other outputs alone is left out', async () => {
    const at = await place(db)
    const { ids } = await plant(db, at, [
      {
        instances: {
          branch: { definition: { outputs: [{ output: 'left' }, { output: 'right' }] } },
          left: { upstream: ['branch'], definition: { inputs: [{ output: 'left' }] } },
          right: { upstream: ['branch'], definition: { inputs: [{ output: 'right' }] } },
          behindLeft: { upstream: ['left'] },
          join: { upstream: ['behindLeft', 'right'] },
        },
      },
    ])
    const ran: string[] = []
    await startReplica(async (work) => {
      ran.push(work.node.name)
      return work.node.name === 'branch' ? { ended: 'succeeded', chosenOutputs: ['right'] } : SUCCEEDED
    })
    await become(ids, { branch: 6, left: 6, right: 6, behindLeft: 6, join: 6 })
    expect(ran).toEqual(['branch', 'right', 'join'])
  })
})

describe('how runs end', () => {
  test('a failure is tried again as often as the node says, and then stands', async () => {
    const at = await place(db)
    const { ids } = await plant(db, at, [
      {
        instances: {
          a: { definition: { rerunTimes: 2 } },
          b: { definition: { rerunTimes: 2, rerunMode: 'all-denied' } },
        },
      },
    ])
    await startReplica(async () => failure)
    await become(ids, { a: 5, b: 5 })
    const failed = (run_number: number) => ({ run_number, status: 5, code: 'PROGRAM_FAILED' })
    expect(await runsOf(ids.a!)).toEqual([failed(1), failed(2), failed(3)])
    expect(await runsOf(ids.b!)).toEqual([failed(1)])
    // By hand it begins anew.
    await change({ again: again(ids.a!) })
    await vi.waitFor(async () => expect(await runsOf(ids.a!)).toHaveLength(6), PATIENCE)
  })

  test('a retry waits for its interval', async () => {
    const at = await place(db)
    const { ids } = await plant(db, at, [
      { instances: { a: { definition: { rerunTimes: 1, rerunIntervalMs: 1_800_000 } } } },
    ])
    await startReplica(async () => failure)
    await become(ids, { a: 2 })
    expect(await runsOf(ids.a!)).toHaveLength(1)
  })

  test('what runs longer than it may is stopped and fails, and is not tried again by itself', async () => {
    const at = await place(db)
    const { ids } = await plant(db, at, [{ instances: { a: { definition: { timeoutSeconds: 0.05, rerunTimes: 3 } } } }])
    await startReplica((_, signal) => stopped(signal))
    await become(ids, { a: 5 })
    expect(await runsOf(ids.a!)).toEqual([{ run_number: 1, status: 5, code: 'RUN_TIMED_OUT' }])
  })

  test('what is terminated is stopped, and starts again only when its program is gone', async () => {
    const at = await place(db)
    const { ids } = await plant(db, at, [{ instances: { a: {} } }])
    const gone = Promise.withResolvers<void>()
    let starts = 0
    let told = 0
    await startReplica(async (_, signal) => {
      if (++starts > 1) return SUCCEEDED
      await stopped(signal)
      told++
      await gone.promise
      return { ended: 'stopped' }
    })
    await become(ids, { a: 4 })
    await change({ failed: [ids.a!] })
    await change({ again: again(ids.a!) })
    await vi.waitFor(() => expect(told).toBe(1), PATIENCE)
    wakeAll()
    expect(await statuses(db, ids)).toEqual({ a: 3 })
    expect(starts).toBe(1)
    gone.resolve()
    await become(ids, { a: 6 })
    expect(await runsOf(ids.a!)).toEqual([
      { run_number: 1, status: 5, code: 'RUN_TERMINATED' },
      { run_number: 2, status: 6, code: null },
    ])
  })

  test('what a program writes is kept as it comes, up to a limit that the log speaks of', async () => {
    const at = await place(db)
    const { ids } = await plant(db, at, [{ instances: { a: {}, b: {} } }])
    const go = Promise.withResolvers<void>()
    await startReplica(async (work, _, log) => {
      if (work.node.name === 'b') for (let at = 0; at < 12; at++) log('é'.repeat(512 * 1024))
      else {
        log('first \u0000line\n')
        await go.promise
        log('second line\n')
      }
      return SUCCEEDED
    })
    const logOf = async (id: number) =>
      (await db.rows<{ text: string }>('select text from instance_logs where instance_id = $1 order by part', [id]))
        .map((row) => row.text)
        .join('')
    await vi.waitFor(async () => expect(await logOf(ids.a!)).toBe('first \ufffdline\n'), PATIENCE)
    go.resolve()
    await become(ids, { a: 6, b: 6 })
    expect(await logOf(ids.a!)).toBe('first \ufffdline\nsecond line\n')
    const long = await logOf(ids.b!)
    expect(Buffer.byteLength(long)).toBeLessThan(MOST_LOG_BYTES + 200)
    expect(long).toMatch(/The log ends here/)
  })
})

describe('rule 37: a replica that is gone', () => {
  test('what it ran is run again elsewhere, or fails where its node does not let itself be rerun', async () => {
    const at = await place(db)
    const { ids } = await plant(db, at, [{ instances: { a: {}, b: { definition: { rerunMode: 'all-denied' } } } }])
    const first = await startReplica((_, signal) => stopped(signal))
    await become(ids, { a: 4, b: 4 })
    await first.crash()
    await startReplica(async () => SUCCEEDED)
    await become(ids, { a: 6, b: 5 })
    expect(await runsOf(ids.a!)).toEqual([
      { run_number: 1, status: 5, code: 'RUN_LOST' },
      { run_number: 2, status: 6, code: null },
    ])
    expect(await runsOf(ids.b!)).toEqual([{ run_number: 1, status: 5, code: 'RUN_LOST' }])
  })

  test('one that ends in good order gives back what it runs, and so does one that may not act any more', async () => {
    const at = await place(db)
    const { ids } = await plant(db, at, [{ instances: { a: {} } }])
    const first = await startReplica((_, signal) => stopped(signal))
    await become(ids, { a: 4 })
    await first.stop()
    expect(await statuses(db, ids)).toEqual({ a: 3 })
    const second = await startReplica(async (work, signal) => (work.runNumber === 2 ? stopped(signal) : SUCCEEDED))
    await become(ids, { a: 4 })
    second.scheduler.lose()
    await become(ids, { a: 6 })
    expect((await runsOf(ids.a!)).map((one) => one.code)).toEqual(['RUN_LOST', 'RUN_LOST', null])
  })

  test('what a run says after it was taken over is not taken', async () => {
    const at = await place(db)
    const { ids } = await plant(db, at, [{ instances: { a: {} } }])
    const end = Promise.withResolvers<Ended>()
    const first = await startReplica(() => end.promise)
    await become(ids, { a: 4 })
    // It is taken for dead, and does not know.
    await db.rows('delete from replicas where id = $1', [first.id])
    active.clear()
    await startReplica((_, signal) => stopped(signal))
    await vi.waitFor(async () => expect(await runsOf(ids.a!)).toHaveLength(2), PATIENCE)
    end.resolve(SUCCEEDED)
    await first.stop()
    expect(await statuses(db, ids)).toEqual({ a: 4 })
  })
})

describe('whatever happens in whatever order', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'] as const
  const pick = fc.nat(names.length - 1)
  const step = fc.record({
    what: fc.constantFrom(
      'end',
      'end',
      'end',
      'fail',
      'rerun',
      'success',
      'freeze',
      'unfreeze',
      'terminate',
      'crash',
      'unedge',
      'wait',
    ),
    which: pick,
    other: pick,
  })
  const edges = fc.array(fc.tuple(pick, pick), { maxLength: 16 })

  test('nothing starts before what it waits for, out of its turn or twice at once, and nothing is forgotten', {
    timeout: 240_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        edges,
        fc.array(fc.boolean(), { minLength: names.length, maxLength: names.length }),
        fc.array(step, { minLength: 4, maxLength: 20 }),
        async (pairs, work, steps) => {
          const at = await place(db, 3)
          const upstream = names.map((_, to) => [
            ...new Set(
              pairs.flatMap(([one, two]) =>
                Math.max(one, two) === to && one !== two ? [names[Math.min(one, two)]!] : [],
              ),
            ),
          ])
          const part = (from: number, to: number) =>
            Object.fromEntries(
              names.slice(from, to).map((name, i) => [name, { upstream: upstream[from + i]!, work: work[from + i]! }]),
            )
          const { ids } = await plant(
            db,
            at,
            [
              { line: 0, position: 0, instances: part(0, 5) },
              { line: 0, position: 1, turn: false, instances: part(5, 10) },
            ],
            { backfill: true },
          )
          const open: { readonly id: number; end(ended: Ended): void }[] = []
          let letGo = false
          const program: Program = (given, signal) =>
            letGo
              ? Promise.resolve(SUCCEEDED)
              : new Promise((resolve) => {
                  open.push({ id: given.instanceId, end: resolve })
                  void stopped(signal).then(resolve)
                })
          await startReplica(program)
          await startReplica(program)
          const apply = async ({ what, which, other }: { what: string; which: number; other: number }) => {
            const id = ids[names[which]!]!
            const [row] = await db.rows<{ status: number }>('select status from instances where id = $1', [id])
            if (what === 'end' || what === 'fail')
              open.splice(which % Math.max(1, open.length), 1)[0]?.end(what === 'end' ? SUCCEEDED : failure)
            else if (what === 'rerun' && row!.status !== 4) await change({ again: again(id) })
            else if (what === 'success' && row!.status === 5) await change({ succeeded: [id] })
            else if (what === 'terminate' && row!.status < 5) await change({ failed: [id] })
            else if (what === 'unedge') await change({ withoutEdges: [{ fromId: ids[names[other]!]!, toId: id }] })
            else if (what === 'freeze' || what === 'unfreeze')
              await db.transaction(async (tx) => setFrozen(tx, [id], what === 'freeze'))
            else if (what === 'crash') {
              const [victim] = replicas
              await Promise.all([victim?.crash(), startReplica(program)])
            } else await new Promise(setImmediate)
            wakeAll()
          }
          for (const one of steps) {
            const under = apply(one)
            // Some go on at once, some when the one before is done.
            if (one.other % 2 === 0) await under
            else under.catch(() => {})
            if (one.other % 3 === 0) await new Promise(setImmediate)
          }
          letGo = true
          await vi.waitFor(async () => {
            for (const one of open.splice(0)) one.end(SUCCEEDED)
            await db.transaction(async (tx) => setFrozen(tx, Object.values(ids), false))
            const failed = await db.rows<{ id: number }>('select id from instances where id = any($1) and status = 5', [
              Object.values(ids),
            ])
            if (failed.length > 0) await change({ again: again(...failed.map((row) => row.id)) })
            wakeAll()
            expect(Object.values(await statuses(db, ids)).filter((status) => status !== 6)).toEqual([])
          }, PATIENCE)
          expect(await started()).toEqual([])
          expect(twice).toEqual([])
          expect(await unsettled(db)).toEqual([])
          const left = await db.rows('select from instances where id = any($1) and replica_id is not null', [
            Object.values(ids),
          ])
          expect(left).toEqual([])
          await Promise.all([...replicas].map((one) => one.stop()))
        },
      ),
      { numRuns: 25 },
    )
  })
})
