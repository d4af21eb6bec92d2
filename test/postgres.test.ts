import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from './postgres.ts'

const databases: TestDatabase[] = []
afterAll(async () => {
  for (const database of databases) await database.drop()
})

async function make(options?: Parameters<typeof testDatabase>[0]): Promise<TestDatabase> {
  const database = await testDatabase(options)
  databases.push(database)
  return database
}

async function query(config: pg.ClientConfig, text: string): Promise<unknown[][]> {
  const client = new pg.Client(config)
  await client.connect()
  try {
    return (await client.query({ text, rowMode: 'array' })).rows
  } finally {
    await client.end()
  }
}

const TABLES = `select count(*)::int from pg_tables where schemaname = 'public'`

test('every test database has the whole schema and nothing of another one', async () => {
  const [one, other] = await Promise.all([make(), make()])
  expect(await query(one.config, TABLES)).toEqual(await query(other.config, TABLES))
  expect(await query(one.config, TABLES)).not.toEqual([[0]])
  await query(one.config, 'create table mine (n int)')
  await expect(query(other.config, 'select n from mine')).rejects.toThrow(/does not exist/)
})

test('the address for another process leads to the same database', async () => {
  const database = await make()
  await query(database.config, 'create table mine (n int)')
  expect(await query({ connectionString: database.url }, 'select n from mine')).toEqual([])
})

test('a test may bring its own schema, or none', async () => {
  const filled = await make({ migrate: (config) => query(config, 'create table own (n int)').then(() => {}) })
  expect(await query(filled.config, TABLES)).toEqual([[1]])
  expect(await query((await make({ migrate: null })).config, TABLES)).toEqual([[0]])
})

test('a database can be dropped while somebody is connected', async () => {
  const database = await make({ migrate: null })
  const client = new pg.Client(database.config)
  client.on('error', () => {})
  await client.connect()
  await database.drop()
  await expect(query(database.config, 'select 1')).rejects.toThrow(/does not exist/)
  await client.end()
})
