import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../test/postgres.ts'
import { PATIENCE } from '../../test/world.ts'
import { type Change, startLive } from './live.ts'

let database: TestDatabase
let pool: pg.Pool
beforeAll(async () => {
  database = await testDatabase({ migrate: null })
  pool = new pg.Pool(database.config)
  pool.on('error', () => {})
})
afterAll(async () => {
  await pool?.end()
  await database?.drop()
})

const sent: string[] = []
const start = () =>
  startLive(database.config, (channel, payload) => {
    sent.push(payload)
    return pool.query('select pg_notify($1, $2)', [channel, payload])
  })

const listeners = async () =>
  (
    await pool.query(
      `select pid from pg_stat_activity where datname = current_database() and query = 'listen holdpoint' and state = 'idle'`,
    )
  ).rows.map((row) => row.pid as number)

const change = (id: string): Change => ({ kind: 'operation', tenantId: 1, workspaceId: 2, id })

/** What is heard, and a promise of the first that is wanted. */
function ear(live: ReturnType<typeof start>) {
  const heard: Change[] = []
  const waiting: { wanted: () => boolean; resolve: () => void }[] = []
  live.subscribe((one) => {
    heard.push(one)
    for (const some of waiting.filter((other) => other.wanted())) some.resolve()
  })
  const until = (wanted: () => boolean) =>
    wanted() ? Promise.resolve() : new Promise<void>((resolve) => waiting.push({ wanted, resolve }))
  return { heard, until }
}

test('a change is heard here at once and by other replicas once, also when hundreds come together', async () => {
  const [here, there] = [start(), start()]
  await expect.poll(async () => (await listeners()).length, PATIENCE).toBe(2)
  const [near, far] = [ear(here), ear(there)]
  const ids = Array.from({ length: 400 }, (_, i) => `change ${i} ${'x'.repeat(i % 50)}`)
  for (const id of ids) here.publish(change(id))
  expect(near.heard).toEqual(ids.map(change))
  // The same again within the same moment is told once to the others.
  here.publish(change(ids[0]!))
  await far.until(() => far.heard.length >= 400)
  there.publish(change('the end'))
  await near.until(() => near.heard.some((one) => one.id === 'the end'))
  expect(
    far.heard
      .filter((one) => one.id !== 'the end')
      .map((one) => one.id)
      .toSorted(),
  ).toEqual(ids.toSorted())
  // What one has told is not heard a second time by itself.
  expect(near.heard.filter((one) => one.id === ids[1])).toHaveLength(1)
  // PostgreSQL takes less than 8,000 bytes in one notice.
  expect(sent.length).toBeGreaterThan(1)
  for (const payload of sent) expect(Buffer.byteLength(payload)).toBeLessThan(8_000)
  await here.stop()
  await there.stop()
})

test('who stops listening hears nothing more', async () => {
  const live = start()
  const heard: Change[] = []
  const stop = live.subscribe((one) => heard.push(one))
  live.publish(change('one'))
  stop()
  live.publish(change('two'))
  expect(heard.map((one) => one.id)).toEqual(['one'])
  await live.stop()
})

test('a listener whose connection breaks comes back by itself', async () => {
  const [here, there] = [start(), start()]
  await expect.poll(async () => (await listeners()).length, PATIENCE).toBe(2)
  const before = await listeners()
  const far = ear(there)
  for (const pid of before) await pool.query('select pg_terminate_backend($1)', [pid])
  await expect.poll(async () => (await listeners()).filter((pid) => !before.includes(pid)).length, PATIENCE).toBe(2)
  here.publish(change('after'))
  await far.until(() => far.heard.some((one) => one.id === 'after'))
  await here.stop()
  await there.stop()
  await expect.poll(async () => (await listeners()).length, PATIENCE).toBe(0)
})

test('what somebody else says on the channel is not heard, and ends nothing', async () => {
  const live = start()
  await expect.poll(async () => (await listeners()).length, PATIENCE).toBe(1)
  const { heard, until } = ear(live)
  for (const payload of ['', 'junk', 'null', '{}', '{"from":"x","changes":[null,7,{}]}'])
    await pool.query('select pg_notify($1, $2)', ['holdpoint', payload])
  await pool.query('select pg_notify($1, $2)', ['holdpoint', JSON.stringify({ from: 'x', changes: [change('ours')] })])
  await until(() => heard.length > 0)
  expect(heard).toEqual([change('ours')])
  await live.stop()
})
