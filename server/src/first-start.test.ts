import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../test/postgres.ts'
import { verifyPassword } from './credentials.ts'
import { addTenant, ensureAdministrator, FIRST_ADMINISTRATOR, resetAdministrator } from './first-start.ts'
import { type Database, openDatabase } from './store/database.ts'
import { insertSession } from './store/sessions.ts'
import { updateUser, userByName } from './store/users.ts'

let database: TestDatabase
let db: Database
beforeEach(async () => {
  database = await testDatabase()
  db = openDatabase({ ...database.config, max: 6 })
})
afterEach(async () => {
  await db.close()
  await database.drop()
})

const counts = async () =>
  (await db.rows('select (select count(*) from tenants) as tenants, (select count(*) from users) as users'))[0]

describe('an empty database', () => {
  test('gets a tenant and its account owner, whose password is told this once', async () => {
    const password = await ensureAdministrator(db)
    const user = await userByName(db, FIRST_ADMINISTRATOR)
    expect(user).toMatchObject({ tenant_roles: ['account-owner'], disabled_at: null })
    expect(await verifyPassword(password!, user!.password_hash)).toBe(true)
    expect(await ensureAdministrator(db)).toBeNull()
    expect(await counts()).toEqual({ tenants: 1, users: 1 })
  })

  test('gets one of each although several replicas start at the same time, and one of them knows the password', async () => {
    const passwords = await Promise.all([1, 2, 3, 4].map(() => ensureAdministrator(db)))
    expect(passwords.filter((password) => password !== null)).toHaveLength(1)
    expect(await counts()).toEqual({ tenants: 1, users: 1 })
  })
})

describe('a new password for the administrator', () => {
  test('replaces the old one, ends their sessions and lets them in again', async () => {
    const old = await ensureAdministrator(db)
    const before = await userByName(db, FIRST_ADMINISTRATOR)
    await insertSession(db, Buffer.from('token'), before!.id, 3600)
    await updateUser(db, before!.id, { disabled: true })
    const password = await resetAdministrator(db)
    const after = await userByName(db, FIRST_ADMINISTRATOR)
    expect(after!.disabled_at).toBeNull()
    expect(await verifyPassword(password!, after!.password_hash)).toBe(true)
    expect(await verifyPassword(old!, after!.password_hash)).toBe(false)
    expect(await db.rows('select 1 from sessions')).toEqual([])
  })

  test('is not made where there is no administrator', async () => {
    expect(await resetAdministrator(db)).toBeNull()
    expect(await counts()).toEqual({ tenants: 0, users: 0 })
  })
})

describe('a further tenant', () => {
  test('has an account owner of its own, in no other tenant', async () => {
    await ensureAdministrator(db)
    const password = await addTenant(db, 'second', 'second-admin')
    const [first, second] = [await userByName(db, FIRST_ADMINISTRATOR), await userByName(db, 'second-admin')]
    expect(second!.tenant_id).not.toBe(first!.tenant_id)
    expect(second!.tenant_roles).toEqual(['account-owner'])
    expect(await verifyPassword(password, second!.password_hash)).toBe(true)
  })

  test('has a name of its own, and its owner too, also when it is added twice at the same time', async () => {
    await addTenant(db, 'second', 'second-admin')
    await expect(addTenant(db, 'Second', 'other-admin')).rejects.toMatchObject({ code: 'NAME_TAKEN' })
    await expect(addTenant(db, 'third', 'second-admin')).rejects.toMatchObject({ code: 'NAME_TAKEN' })
    const both = await Promise.allSettled([
      addTenant(db, 'fourth', 'fourth-admin'),
      addTenant(db, 'fourth', 'fourth-admin'),
    ])
    expect(both.map((one) => one.status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(await counts()).toEqual({ tenants: 2, users: 2 })
  })
})
