import { Refusal } from '@holdpoint/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/postgres.ts'
import { type Database, openDatabase, type Transaction } from './database.ts'
import { question, type SharedStatement, writing } from './shared-statement.ts'

let database: TestDatabase
let db: Database
let run: ReturnType<Database['groups']>

beforeAll(async () => {
  database = await testDatabase({ migrate: null })
  db = openDatabase({ ...database.config, max: 4 })
  await db.rows('create table things (id bigint primary key, name text not null)')
})
afterAll(async () => {
  await db?.close()
  await database?.drop()
})
beforeEach(async () => {
  await db.rows('truncate things')
  await db.rows(`insert into things select id, 'thing ' || id from generate_series(1, 9) as id`)
  run = db.groups()
  statements.splice(0)
})

/** How many items each statement was for. */
const statements: [string, number][] = []
function counted<Item, Answer>(name: string, shared: SharedStatement<Item, Answer>): SharedStatement<Item, Answer> {
  return {
    ...shared,
    statement(items) {
      statements.push([name, items.length])
      return shared.statement(items)
    },
  }
}
const LOCKED_NAME = counted(
  'lock',
  question<number, { name: string }, string | null>({
    text: `select i.at, t.name from things t join unnest($1::bigint[]) with ordinality as i(id, at) on i.id = t.id order by t.id for update of t`,
    values: (ids) => [ids],
    answer: ([row]) => row?.name ?? null,
    sameAs: String,
    locks: (id) => [String(id)],
  }),
)
const COUNT = counted(
  'count',
  question<null, { count: number }, number>({
    text: 'select 1 as at, count(*) as count from things',
    values: () => [],
    answer: ([row]) => row!.count,
    sameAs: () => '',
  }),
)
const RENAME = counted(
  'rename',
  writing<{ id: number; name: string }>(
    'update things t set name = i.name from unnest($1::bigint[], $2::text[]) as i(id, name) where t.id = i.id',
    (items) => [items.map((one) => one.id), items.map((one) => one.name)],
  ),
)

const names = async (...ids: number[]) =>
  (await db.rows<{ name: string }>('select name from things where id = any($1) order by id', [ids])).map(
    (row) => row.name,
  )
/** Reads, locks and writes one thing, as most work does; answers the name that it found. */
const rename = (id: number, name: string, more: (tx: Transaction) => unknown = () => {}) =>
  run(async (tx) => {
    const [before] = await Promise.all([tx.ask(LOCKED_NAME, id), tx.ask(COUNT, null)])
    tx.write(RENAME, { id, name })
    await more(tx)
    return before
  })
/** How many transactions have written what these things are now. */
const writers = async (...ids: number[]) => {
  const [row] = await db.rows<{ count: number }>(
    'select count(distinct xmin::text) as count from things where id = any($1)',
    [ids],
  )
  return row!.count
}
const outcome = (work: Promise<unknown>) => work.catch((error: Error) => error.message)

describe('work that comes together', () => {
  test('is one transaction, with one statement for what all ask and what all write', async () => {
    expect(await Promise.all([1, 2, 3].map((id) => rename(id, `new ${id}`)))).toEqual(['thing 1', 'thing 2', 'thing 3'])
    expect(await writers(1, 2, 3)).toBe(1)
    expect(statements).toEqual([
      ['lock', 3],
      ['count', 1],
      ['rename', 3],
    ])
    expect(await names(1, 2, 3)).toEqual(['new 1', 'new 2', 'new 3'])
  })

  test('on the same thing is done one after the other: each finds what the one before has left', async () => {
    const found = await Promise.all(['a', 'b', 'c'].map((name) => rename(1, name)))
    expect(found).toEqual(['thing 1', 'a', 'b'])
    expect(await names(1)).toEqual(['c'])
  })

  test('that is refused before it has written anything is refused alone', async () => {
    const refused = run(async (tx) => {
      await tx.ask(LOCKED_NAME, 2)
      throw new Refusal('NODES_EMPTY')
    })
    const all = await Promise.allSettled([rename(1, 'one'), refused, rename(3, 'three')])
    expect(all.map((one) => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(statements.filter(([name]) => name === 'rename')).toEqual([['rename', 2]])
    expect(await names(1, 2, 3)).toEqual(['one', 'thing 2', 'three'])
  })

  test('tells what it left for after the commit, and only of what was done', async () => {
    const told: number[] = []
    const telling = (id: number, fails: boolean) =>
      outcome(
        rename(id, 'told', (tx) => {
          tx.afterCommit(() => told.push(id))
          if (fails) throw new Error('no')
        }),
      )
    await Promise.all([telling(1, false), telling(2, true), telling(3, false)])
    expect(told.toSorted()).toEqual([1, 3])
  })
})

describe('what a part asks for after its end never reaches the database', () => {
  /** Asks, writes and sends in turn, whatever becomes of it; answers what became of each. */
  async function goesOn(tx: Transaction, after: Promise<unknown>, id: number) {
    await after
    const settled = async (work: () => unknown) => {
      try {
        return await work()
      } catch (error) {
        return (error as Error).name
      }
    }
    return [
      await settled(() => tx.ask(LOCKED_NAME, id)),
      await settled(() => tx.rows('delete from things')),
      await settled(() => tx.write(RENAME, { id, name: 'late' })),
      await settled(() => tx.send('delete from things')),
      await settled(() => tx.savepoint(() => tx.rows('delete from things'))),
    ]
  }
  const REFUSED = ['EndedPart', 'EndedPart', 'EndedPart', 'EndedPart', 'EndedPart']
  const ends: Record<string, () => unknown> = {
    'it is refused': () => {
      throw new Refusal('NODES_EMPTY')
    },
    'it has failed': () => {
      throw new Error('failed')
    },
    'it is done': () => {},
  }
  for (const [what, end] of Object.entries(ends))
    for (const others of [0, 2])
      test(`${what}, with ${others} others`, async () => {
        const late: Promise<unknown>[] = []
        const part = run(async (tx) => {
          // Of its questions one is answered after it has ended.
          const answered = Promise.resolve(tx.ask(COUNT, null))
          const ended = answered.then(() => new Promise((resolve) => setImmediate(resolve)))
          late.push(goesOn(tx, ended, 1))
          // Nobody looks at what comes of this one.
          void answered
            .then(() => new Promise((resolve) => setImmediate(resolve)))
            .then(() => void tx.rows('delete from things'))
          await answered
          end()
        })
        const beside = Array.from({ length: others }, (_, at) => rename(at + 2, 'beside'))
        await Promise.allSettled([part, ...beside])
        for (const one of await Promise.all(late)) expect(one).toEqual(REFUSED)
        expect(await names(1)).toEqual(['thing 1'])
        expect(await db.ask(COUNT, null)).toBe(9)
        expect(await names(...beside.map((_, at) => at + 2))).toEqual(beside.map(() => 'beside'))
      })

  test('also what waited for another part when it was refused', async () => {
    const waited = Promise.withResolvers<unknown>()
    const first = rename(1, 'first')
    const refused = run(async (tx) => {
      await tx.ask(COUNT, null)
      tx.ask(LOCKED_NAME, 1).then(
        () => waited.resolve('answered'),
        (error: Error) => waited.resolve(error.name),
      )
      throw new Refusal('NODES_EMPTY')
    })
    const all = await Promise.allSettled([first, refused])
    expect(all.map((one) => one.status)).toEqual(['fulfilled', 'rejected'])
    expect(await waited.promise).toBe('EndedPart')
    expect(await names(1)).toEqual(['first'])
  })
})

describe('a part that would spoil the transaction leaves the others done, and nothing is done twice', () => {
  const spoiling: Record<string, (tx: Transaction) => unknown> = {
    'it throws': () => {
      throw new Error('spoiled')
    },
    'it is refused after it has written': () => {
      throw new Refusal('NODES_EMPTY')
    },
    'a statement fails': (tx) => tx.rows('select 1 / 0'),
    'a text cannot be stored': (tx) => tx.write(RENAME, { id: 2, name: 'half \ud800\0' }),
    'nobody waits for what fails': (tx) => tx.send('select 1 / 0'),
    'guarded work fails, and it goes on': async (tx) => {
      await tx
        .savepoint(() => tx.rows('select 1 / 0'))
        .catch((error) => {
          if (String(error.code).startsWith('40')) throw error
        })
      throw new Error('after all')
    },
  }
  for (const [what, spoil] of Object.entries(spoiling))
    test(what, async () => {
      await db.rows(`update things set name = '' where id <= 3`)
      const append = (id: number, more?: (tx: Transaction) => unknown) =>
        outcome(
          run(async (tx) => {
            const name = await tx.ask(LOCKED_NAME, id)
            tx.write(RENAME, { id, name: `${name}x` })
            await more?.(tx)
          }),
        )
      const all = await Promise.all([append(1), append(2, spoil), append(3)])
      expect(all[0]).toBeUndefined()
      expect(all[1]).toBeTypeOf('string')
      expect(all[2]).toBeUndefined()
      expect(await names(1, 2, 3)).toEqual(['x', '', 'x'])
    })
})

describe('what others have locked', () => {
  /** Holds the thing as another server would until it is let go. */
  async function locked(id: number) {
    const client = await db.pool.connect()
    await client.query('begin')
    await client.query('select from things where id = $1 for update', [id])
    return async () => {
      await client.query('rollback')
      client.release()
    }
  }

  test('stops who asks for it, and not those who came with it or come after it', async () => {
    const letGo = await locked(2)
    const stopped = rename(2, 'two')
    await Promise.all([rename(1, 'one'), rename(3, 'three')])
    await Promise.all([rename(4, 'four'), rename(5, 'five')])
    expect(await names(1, 2, 3, 4, 5)).toEqual(['one', 'thing 2', 'three', 'four', 'five'])
    await letGo()
    expect(await stopped).toBe('thing 2')
    expect(await names(2)).toEqual(['two'])
  })

  test('leaves connections for everybody else, however much waits for it', async () => {
    const blocker = openDatabase({ ...database.config, max: 1 })
    const held = Promise.withResolvers<void>()
    const taken = Promise.withResolvers<void>()
    const holds = blocker.transaction(async (tx) => {
      await tx.rows('select from things order by id for update')
      taken.resolve()
      await held.promise
    })
    await taken.promise
    const stopped = Promise.all([1, 2, 3, 4, 5, 6].map((id) => run((tx) => tx.ask(LOCKED_NAME, id), 7)))
    const waits = `select count(*) as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    const watcher = openDatabase({ ...database.config, max: 1 })
    const waiting = async () => (await watcher.rows<{ count: number }>(waits))[0]!.count
    await expect.poll(waiting, { timeout: 20_000, interval: 20 }).toBe(2)
    expect(await run((tx) => tx.ask(COUNT, null), 8)).toBe(9)
    expect(await waiting()).toBe(2)
    await watcher.close()
    held.resolve()
    await holds
    expect(await stopped).toHaveLength(6)
    await blocker.close()
  })

  test('and work that waits crosswise for each other is done all the same', async () => {
    const both = (first: number, second: number) =>
      run(async (tx) => {
        await tx.ask(LOCKED_NAME, first)
        const name = await tx.ask(LOCKED_NAME, second)
        tx.write(RENAME, { id: second, name: `${name}x` })
      })
    await Promise.all([both(1, 2), both(2, 1)])
    expect(await names(1, 2)).toEqual(['thing 1x', 'thing 2x'])
  })
})

test('whoever spoils a group does not spoil the next ones', async () => {
  const spoil = () => outcome(run((tx) => tx.rows('select 1 / 0'), 7))
  const good = (id: number, name: string) =>
    run(async (tx) => {
      await tx.ask(LOCKED_NAME, id)
      tx.write(RENAME, { id, name })
    }, 8)
  await Promise.all([good(1, 'a'), spoil(), good(2, 'a')])
  expect(await writers(1, 2)).toBe(2)
  await Promise.all([good(1, 'b'), spoil(), good(2, 'b')])
  expect(await writers(1, 2)).toBe(1)
})

test('when nobody knows whether the commit has taken place, everybody is told so and nothing is tried again', async () => {
  let runs = 0
  const lost = (id: number) =>
    outcome(
      rename(id, 'lost', async (tx) => {
        if (++runs === 2)
          // The connection ends while the commit is on its way.
          tx.send(`select pg_terminate_backend(pg_backend_pid())`)
      }),
    )
  const all = await Promise.all([lost(1), lost(2)])
  expect(all.every((one) => /terminat|closed|ended/.test(String(one)))).toBe(true)
  expect(runs).toBe(2)
})

test('questions outside of transactions are asked together too', async () => {
  const first = db.ask(COUNT, null)
  const others = [1, 2, 3].map((id) => db.ask(LOCKED_NAME, id))
  expect(await first).toBe(9)
  expect(await Promise.all(others)).toEqual(['thing 1', 'thing 2', 'thing 3'])
  expect(statements).toEqual([
    ['count', 1],
    ['lock', 3],
  ])
})
