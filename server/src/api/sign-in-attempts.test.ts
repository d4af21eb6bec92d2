import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/postgres.ts'
import { type Database, openDatabase } from '../store/database.ts'
import {
  attemptKeys,
  countFailure,
  forgetFailure,
  forgetFailuresOf,
  forgetOldAddresses,
  isKnownAddress,
  rememberAddress,
} from '../store/sign-in-failures.ts'
import { insertTenant, insertUser } from '../store/users.ts'
import { addressKey, attempt, boundedHashing } from './sign-in-attempts.ts'

let database: TestDatabase
let db: Database
beforeAll(async () => {
  database = await testDatabase()
  db = openDatabase(database.config)
})
afterAll(async () => {
  await db.close()
  await database.drop()
})

let serial = 0
const fresh = () => `name-${++serial}`
const address = () => `198.51.100.${++serial}`
/** How long the attempt has to wait; null where it may be made, and then counts as failed. */
const attempted = (name: string, from: string) =>
  db.transaction((tx) => countFailure(tx, attemptKeys(name, addressKey(from))))
/** Lets time pass for everything that was counted. */
const pass = (minutes: number) =>
  db.rows('update sign_in_failures set since = since - make_interval(mins => $1)', [minutes])

test('the eleventh attempt within fifteen minutes is told how long to wait, and after that time it may be made', async () => {
  const [name, from] = [fresh(), address()]
  for (let i = 0; i < 10; i++) expect(await attempted(name, from)).toBeNull()
  await pass(10)
  const wait = await attempted(name, from)
  expect(wait).toBeGreaterThan(0)
  expect(wait).toBeLessThanOrEqual(5 * 60)
  await pass(5)
  expect(await attempted(name, from)).toBeNull()
})

test('attempts that were refused are not counted', async () => {
  const [name, from] = [fresh(), address()]
  for (let i = 0; i < 60; i++) await attempted(name, from)
  for (let i = 0; i < 40; i++) expect(await attempted(fresh(), from)).toBeNull()
  expect(await attempted(fresh(), from)).not.toBeNull()
})

test('guessing a name from one address keeps nobody with that name out elsewhere', async () => {
  const [name, from] = [fresh(), address()]
  for (let i = 0; i < 60; i++) await attempted(name, from)
  expect(await attempted(name, from)).not.toBeNull()
  expect(await attempted(name, address())).toBeNull()
})

test('fifty failures from one address, under whatever names, shut it out', async () => {
  const from = address()
  for (let i = 0; i < 50; i++) expect(await attempted(fresh(), from)).toBeNull()
  expect(await attempted(fresh(), from)).not.toBeNull()
  expect(await attempted(fresh(), address())).toBeNull()
})

test('a hundred failures under one name, from wherever, shut it out until that time is over or it is let in', async () => {
  const name = fresh()
  for (let i = 0; i < 100; i++) expect(await attempted(name, `203.0.113.${i}`)).toBeNull()
  expect(await attempted(name, '203.0.113.200')).not.toBeNull()
  await forgetFailuresOf(db, name)
  expect(await attempted(name, '203.0.113.200')).toBeNull()
})

test('a success forgets the failures of its name there, and of the others only itself', async () => {
  const [name, from] = [fresh(), address()]
  for (let i = 0; i < 10; i++) await attempted(name, from)
  await forgetFailure(db, attemptKeys(name, from))
  expect(await attempted(name, from)).toBeNull()
  for (let i = 0; i < 40; i++) expect(await attempted(fresh(), from)).toBeNull()
  expect(await attempted(fresh(), from)).not.toBeNull()
})

test('thirty attempts at the same time are no more than ten', async () => {
  const [name, from] = [fresh(), address()]
  const waits = await Promise.all(Array.from({ length: 30 }, () => attempted(name, from)))
  expect(waits.filter((wait) => wait === null)).toHaveLength(10)
})

/** A user whose name was shut out by a hundred failures elsewhere. */
async function guessedAt(...known: string[]) {
  const name = fresh()
  const tenantId = await insertTenant(db, fresh())
  const { id } = await insertUser(db, { tenantId, name, displayName: name, passwordHash: null, tenantRoles: [] })
  for (const from of known) await rememberAddress(db, id, addressKey(from))
  for (let i = 0; i < 100; i++) await attempted(name, `203.0.113.${i}`)
  return { id, name }
}
const refused = { code: 'SIGN_IN_THROTTLED' }

test('guessing elsewhere keeps nobody out where they have signed in in the last thirty days, of IPv6 in the network', async () => {
  const [from, elsewhere] = [address(), address()]
  const { id, name } = await guessedAt(from, '2001:db8:1:2::1')
  await expect(attempt(db, name, elsewhere, async () => true)).rejects.toMatchObject(refused)
  expect(await attempt(db, name, from, async () => true)).toBe(true)
  expect(await attempt(db, name, '2001:db8:1:2::2', async () => true)).toBe(true)
  await db.rows(`update known_addresses set seen_at = now() - interval '30 days' where user_id = $1`, [id])
  await expect(attempt(db, name, from, async () => true)).rejects.toMatchObject(refused)
  await forgetOldAddresses(db)
  expect(await db.rows('select from known_addresses where user_id = $1', [id])).toEqual([])
})

test('there, too, the eleventh failure is refused, and no other name is let in', async () => {
  const from = address()
  const { name } = await guessedAt(from)
  for (let i = 0; i < 10; i++) expect(await attempt(db, name, from, async () => false)).toBe(false)
  await expect(attempt(db, name, from, async () => true)).rejects.toMatchObject(refused)
  const other = await guessedAt()
  await expect(attempt(db, other.name, from, async () => true)).rejects.toMatchObject(refused)
})

test('of a user the last twenty addresses are known', async () => {
  const { id, name } = await guessedAt()
  for (let i = 0; i < 25; i++) await rememberAddress(db, id, `192.0.2.${i}`)
  const known = await Promise.all([0, 4, 5, 24].map((i) => isKnownAddress(db, name, `192.0.2.${i}`)))
  expect(known).toEqual([false, false, true, true])
})

test('nothing that people type is kept: a name is often a password in the wrong place', async () => {
  await attempted('my secret password', address())
  const [row] = await db.rows<{ whole: string }>('select string_agg(f::text, $1) as whole from sign_in_failures f', [
    ' ',
  ])
  expect(row!.whole).not.toContain('my secret password')
  expect(row!.whole).not.toContain(Buffer.from('my secret password').toString('hex'))
})

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
])('%s counts as %s', (from, key) => expect(addressKey(from)).toBe(key))

test('four hashes are made at a time, thirty-two wait, and further ones are refused', async () => {
  const hashing = boundedHashing()
  const ends: (() => void)[] = []
  let underway = 0
  let most = 0
  const work = () =>
    new Promise<void>((resolve) => {
      most = Math.max(most, ++underway)
      ends.push(() => {
        underway--
        resolve()
      })
    })
  const all = Array.from({ length: 36 }, () => hashing.run(work))
  await expect(hashing.run(work)).rejects.toMatchObject({ code: 'SIGN_IN_THROTTLED' })
  for (let ended = 0; ended < 36; ended++) {
    ends.shift()!()
    await all[ended]
  }
  await Promise.all(all)
  expect(most).toBe(4)
  await expect(hashing.run(async () => 'again')).resolves.toBe('again')
})
