import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/postgres.ts'
import { migrate } from './migrate.ts'

const databases: TestDatabase[] = []
afterAll(async () => {
  for (const one of databases) await one.drop()
})
async function empty(): Promise<TestDatabase> {
  const database = await testDatabase({ migrate: null })
  databases.push(database)
  return database
}
async function query<T>({ config }: TestDatabase, text: string): Promise<T[]> {
  const client = new pg.Client(config)
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}
const FILES = readdirSync(join(import.meta.dirname, 'migrations')).toSorted()
const done = (database: TestDatabase) =>
  query<{ name: string }>(database, 'select name from schema_migrations order by id').then((rows) =>
    rows.map((row) => `${row.name}.sql`),
  )
const shape = (database: TestDatabase) =>
  query(
    database,
    `select table_name, column_name, data_type, is_nullable from information_schema.columns where table_schema = 'public' order by 1, 2`,
  )

test('each migration runs once, however often and from however many replicas it is asked for', async () => {
  const database = await empty()
  await Promise.all([1, 2, 3, 4].map(() => migrate(database.config)))
  expect(await done(database)).toEqual(FILES)
  const before = await shape(database)
  await migrate(database.config)
  expect(await done(database)).toEqual(FILES)
  expect(await shape(database)).toEqual(before)
})

test('what is there already stays', async () => {
  const database = await empty()
  await migrate(database.config)
  await query(database, `insert into tenants (name) values ('kept')`)
  await migrate(database.config)
  expect(await query(database, 'select name from tenants')).toEqual([{ name: 'kept' }])
})

test('files are in the order of their numbers, and no number is there twice', () => {
  const numbers = FILES.map((file) => file.split('_')[0]!)
  expect(new Set(numbers).size).toBe(numbers.length)
  for (const number of numbers) expect(number).toMatch(/^\d{4}[a-z]?$/)
})
