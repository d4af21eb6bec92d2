import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/postgres.ts'
import { type Database, openDatabase, type Transaction } from './database.ts'

let database: TestDatabase
let db: Database

beforeAll(async () => {
  database = await testDatabase({ migrate: null })
  db = openDatabase({ ...database.config, max: 4 })
  await db.rows('create table things (id bigint primary key, name text not null)')
})
afterAll(async () => {
  await db?.close()
  await database?.drop()
})
beforeEach(() => db.rows('delete from things'))

const names = async () =>
  (await db.rows<{ name: string }>('select name from things order by id')).map((row) => row.name)
const put = (tx: Pick<Transaction, 'send'>, id: number, name: string | null) =>
  tx.send('insert into things (id, name) values ($1, $2)', [id, name])
const code = async (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: { code?: string }) => error.code,
  )

describe('values go in and come out as they were', () => {
  const same = async (type: string, value: unknown) => {
    const [row] = await db.rows<{ value: unknown }>(`select $1::${type} as value`, [value])
    expect(row!.value).toEqual(value)
  }
  const storable = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0') && text.isWellFormed())

  test('texts and lists of texts, whatever is in them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(storable)), async (texts) => {
        await same('text[]', texts)
        if (texts[0] !== undefined) await same('text', texts[0])
      }),
      { numRuns: 60 },
    )
  })

  test('lists in lists', () =>
    same('text[]', [
      ['a', 'NULL'],
      ['{}', '"\\'],
    ]))
  test('numbers that are ids, alone and in lists', async () => {
    await same('bigint', 280000000000001)
    await same('bigint[]', [1, null, 280000000000001])
    await same('bigint[]', [])
  })
  test('instants to the millisecond', () => same('timestamptz', new Date('2026-02-03T04:05:06.789Z')))
  test('bytes', () => same('bytea', Buffer.from([0, 255, 39, 92])))
  test('booleans and nothing', async () => {
    await same('boolean', true)
    await same('boolean', null)
  })
  test('an object goes in as JSON', async () => {
    const [row] = await db.rows<{ value: unknown }>('select $1::jsonb as value', [{ a: [1, 'ä'] }])
    expect(row!.value).toEqual({ a: [1, 'ä'] })
  })
})

describe('a statement', () => {
  test('that fails leaves its connection usable and prepared as it was', async () => {
    const insert = (id: number, name: string | null) =>
      db.rows('insert into things (id, name) values ($1, $2) returning id', [id, name])
    await insert(1, 'one')
    expect(await code(insert(1, 'again'))).toBe('23505')
    expect(await code(insert(2, null))).toBe('23502')
    expect(await insert(2, 'two')).toEqual([{ id: 2 }])
    expect(await code(db.rows('select nothing from nowhere'))).toBe('42P01')
    expect(await names()).toEqual(['one', 'two'])
  })

  test('is known again by its text on every connection', async () => {
    const text = 'select pg_backend_pid() as pid'
    const pids = await Promise.all(Array.from({ length: 12 }, () => db.rows<{ pid: number }>(text)))
    expect(new Set(pids.map(([row]) => row!.pid)).size).toBeGreaterThan(1)
  })

  test('without rows answers none', async () => {
    expect(await db.rows('update things set name = name')).toEqual([])
    expect(await db.rows('update things set name = name')).toEqual([])
  })
})

describe('a transaction', () => {
  test('has the time at which it began, once a statement has been answered', async () => {
    await db.transaction(async (tx) => {
      expect(() => tx.now).toThrow('before its first statement')
      const [row] = await tx.rows<{ now: Date }>('select now() as now')
      expect(tx.now).toEqual(row!.now)
    })
  })

  test('runs statements in the order they were asked for, sent or waited for', async () => {
    const seen = await db.transaction(async (tx) => {
      put(tx, 1, 'sent')
      const both = Promise.all([
        tx.rows<{ name: string }>('select name from things'),
        tx.rows<{ name: string }>(`update things set name = 'changed' returning name`),
      ])
      tx.send(`update things set name = name || ' twice'`)
      return await both
    })
    expect(seen).toEqual([[{ name: 'sent' }], [{ name: 'changed' }]])
    expect(await names()).toEqual(['changed twice'])
  })

  test('writes what was only sent', async () => {
    await db.transaction(async (tx) => put(tx, 1, 'only sent'))
    expect(await names()).toEqual(['only sent'])
  })

  test('fails with the error of what was sent, and writes nothing', async () => {
    const work = (later: (tx: Transaction) => Promise<unknown>) =>
      db.transaction(async (tx) => {
        put(tx, 1, 'first')
        put(tx, 2, null)
        await later(tx)
      })
    expect(await code(work(async () => {}))).toBe('23502')
    expect(await code(work((tx) => tx.rows('select 1')))).toBe('23502')
    expect(await code(work((tx) => Promise.all([tx.rows('select 1'), tx.rows('select 2')])))).toBe('23502')
    expect(await names()).toEqual([])
  })

  test('whose work throws before any statement has touched nothing', async () => {
    const work = db.transaction(async (tx) => {
      put(tx, 1, 'never')
      throw new Error('changed my mind')
    })
    await expect(work).rejects.toThrow('changed my mind')
    expect(await names()).toEqual([])
  })

  test('whose failed statement nobody took to heart is an error, not a commit', async () => {
    const work = db.transaction(async (tx) => {
      await tx.rows('select 1 / 0').catch(() => {})
    })
    await expect(work).rejects.toThrow('rolled back')
  })

  test('runs again after a serialisation failure, and no more than three times', async () => {
    let runs = 0
    const failing = (times: number) =>
      db.transaction(async (tx) => {
        await tx.rows('select 1')
        if (++runs <= times) throw Object.assign(new Error('again'), { code: '40001' })
        return runs
      })
    expect(await failing(2)).toBe(3)
    runs = 0
    expect(await code(failing(9))).toBe('40001')
    expect(runs).toBe(3)
  })

  test('whose connection is lost fails, and the next one has another', async () => {
    const work = db.transaction(async (tx) => {
      const [row] = await tx.rows<{ pid: number }>('select pg_backend_pid() as pid')
      await db.rows('select pg_terminate_backend($1)', [row!.pid])
      await tx.rows('select 1')
    })
    await expect(work).rejects.toThrow()
    expect(await db.transaction((tx) => tx.rows('select 1 as one'))).toEqual([{ one: 1 }])
  })
})

describe('a savepoint', () => {
  const told: string[] = []
  beforeEach(() => void told.splice(0))
  const around = (inner: (tx: Transaction) => Promise<unknown>) =>
    db.transaction(async (tx) => {
      put(tx, 1, 'before')
      tx.afterCommit(() => told.push('before'))
      const outcome = await tx
        .savepoint(async () => {
          tx.afterCommit(() => told.push('inside'))
          return await inner(tx)
        })
        .catch((error: Error & { code?: string }) => error.code ?? error.message)
      put(tx, 9, 'after')
      return outcome
    })

  test('keeps what its work wrote', async () => {
    await around(async (tx) => put(tx, 2, 'sent inside'))
    expect(await names()).toEqual(['before', 'sent inside', 'after'])
    expect(told).toEqual(['before', 'inside'])
  })

  const undone: Record<string, (tx: Transaction) => Promise<unknown>> = {
    'a statement that fails': async (tx) => {
      await tx.rows(`insert into things values (2, 'inside')`)
      await tx.rows('insert into things values (3, null)')
    },
    'a statement that fails among several': async (tx) => {
      put(tx, 2, 'inside')
      await Promise.all([tx.rows('insert into things values (3, null)'), tx.rows('select 1')])
    },
    'something sent that fails': async (tx) => {
      put(tx, 2, 'inside')
      put(tx, 3, null)
    },
    'work that throws although nothing failed': async (tx) => {
      await tx.rows(`insert into things values (2, 'inside')`)
      throw Object.assign(new Error('no'), { code: '23502' })
    },
    'work that throws before it has asked for anything': async (tx) => {
      put(tx, 2, 'inside')
      throw Object.assign(new Error('no'), { code: '23502' })
    },
  }
  for (const [what, inner] of Object.entries(undone))
    test(`undoes its work, and only that: ${what}`, async () => {
      expect(await around(inner)).toBe('23502')
      expect(await names()).toEqual(['before', 'after'])
      expect(told).toEqual(['before'])
    })

  test('does not hide that something sent before it has failed', async () => {
    const work = db.transaction(async (tx) => {
      put(tx, 1, null)
      await tx.savepoint(() => tx.rows('select 1')).catch(() => {})
    })
    await expect(work).rejects.toThrow()
    expect(await names()).toEqual([])
  })
})

describe('a process that stands still in the middle of a transaction', () => {
  test('does not keep what it has locked from the others', async () => {
    await db.rows(`insert into things values (1, 'one')`)
    const other = openDatabase({ ...database.config, max: 1, idle_in_transaction_session_timeout: 100 })
    const goesOn = Promise.withResolvers<void>()
    const locked = Promise.withResolvers<void>()
    const still = other.transaction(async (tx) => {
      await tx.rows(`update things set name = 'other' where id = 1`)
      locked.resolve()
      await goesOn.promise
    })
    await locked.promise
    await db.rows(`update things set name = 'mine' where id = 1`)
    goesOn.resolve()
    await expect(still).rejects.toThrow()
    expect(await names()).toEqual(['mine'])
    await other.close()
    const [row] = await db.rows<{ ms: string }>(`select current_setting('idle_in_transaction_session_timeout') as ms`)
    expect(row).toEqual({ ms: '20s' })
  })
})
