import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { expect, test } from 'vitest'
import { testDatabase } from '../../test/postgres.ts'

test('by hand, the key is replaced on the database that the settings name; with --withdraw nothing is left of those before', async () => {
  const database = await testDatabase()
  const env = { ...process.env, DATABASE_URL: database.url, HOLDPOINT_SECRET_KEY: randomBytes(32).toString('hex') }
  const run = (...flags: string[]) =>
    promisify(execFile)(process.execPath, [join(import.meta.dirname, 'rotate-eventbridge-key.ts'), ...flags], { env })
  const client = new pg.Client(database.config)
  await client.connect()
  const keys = async () =>
    (
      await client.query(
        'select id, retires_at is null as signs from eventbridge_keys where retires_at is null or retires_at > now() order by created_at',
      )
    ).rows
  try {
    await run()
    expect((await run()).stdout).toContain('stays published for a day')
    expect((await keys()).map((key) => key.signs)).toEqual([false, true])
    const { stdout } = await run('--withdraw')
    const [only, ...others] = await keys()
    expect(others).toEqual([])
    expect(stdout).toBe(
      `Deliveries are signed with key ${only.id} from now on; the certificate of the one before is withdrawn.\n`,
    )
    await expect(run('--unknown')).rejects.toMatchObject({ code: 1 })
    expect(await keys()).toHaveLength(1)
  } finally {
    await client.end()
    await database.drop()
  }
})
