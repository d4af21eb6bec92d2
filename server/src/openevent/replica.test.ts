import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/postgres.ts'
import { PATIENCE } from '../../../test/world.ts'
import { type Database, openDatabase } from '../store/database.ts'
import { startReplica } from './replica.ts'

let database: TestDatabase
let db: Database
beforeAll(async () => {
  database = await testDatabase()
  db = openDatabase({ ...database.config, max: 1 })
})
afterEach(() => void vi.useRealTimers())
afterAll(async () => {
  await db?.close()
  await database?.drop()
})

test('a clock that is set to another day does not change what the replica takes for the database’s time', async () => {
  const { promise: alive, resolve: onAlive } = Promise.withResolvers<void>()
  const unexpected = (error: unknown) => expect.unreachable(String(error))
  const replica = startReplica({
    db,
    timeoutMs: PATIENCE.timeout,
    logFault: unexpected,
    log: unexpected,
    onLost: () => {},
    onAlive,
  })
  await alive
  const realMs = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: realMs + 4 * 86_400_000 })
  const seenMs = replica.databaseNowMs()
  vi.useRealTimers()
  expect(Math.abs(seenMs - realMs)).toBeLessThan(3_600_000)
  await replica.stop()
})
