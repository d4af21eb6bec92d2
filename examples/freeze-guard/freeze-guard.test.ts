// The page's commands as they stand, one after the other, against a Holdpoint that was started as it says.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { endEverything, type Holdpoint, startHoldpoint } from '../../test/e2e/holdpoint-process.ts'
import { administratorOf, type User } from '../../test/e2e/user.ts'
import { type TestDatabase, testDatabase } from '../../test/postgres.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const PATIENCE = { timeout: 20_000, interval: 50 }
const [variables, register, start, makeUp, freezeLeaf, freezeUpstream] = [
  ...readFileSync(path.join(import.meta.dirname, 'README.md'), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm),
].map((match) => match[1]!)

describe('the README of the freeze guard', () => {
  let database: TestDatabase
  let holdpoint: Holdpoint
  let administrator: User
  let env: Record<string, string>
  let extension: ChildProcess | null = null
  let said = ''

  beforeAll(async () => {
    database = await testDatabase()
    holdpoint = await startHoldpoint({
      args: ['--no-demo'],
      env: {
        DATABASE_URL: database.url,
        HOLDPOINT_SECRET_KEY: randomBytes(32).toString('hex'),
        HOLDPOINT_OUTBOUND_ALLOW: '127.0.0.1',
      },
    })
    administrator = await administratorOf(holdpoint)
    env = {
      PATH: `${path.join(ROOT, 'node_modules/.bin')}:${process.env.PATH}`,
      PORT: String(await freePort()),
      DATAWORKS_ENDPOINT: holdpoint.endpoint,
      ALIBABA_CLOUD_ACCESS_KEY_ID: administrator.pair.id,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: administrator.pair.secret,
    }
  })

  afterAll(async () => {
    extension?.kill('SIGKILL')
    await endEverything()
    await database.drop()
  })

  const run = async (commands: string) =>
    (await promisify(execFile)('sh', ['-ec', commands], { cwd: ROOT, env })).stdout

  test('the variables it asks for are those that the commands need', () => {
    const named = [...variables!.matchAll(/^export (\w+)=/gm)].map((match) => match[1])
    expect(named).toEqual(Object.keys(env).filter((name) => name !== 'PORT'))
  })

  test('registering prints nothing but leaves the extension’s code and its secret', async () => {
    const [code = '', secret = ''] = (await run(`${register}\necho "$EXTENSION_CODE $WEBHOOK_SECRETS"`))
      .trim()
      .split(' ')
    expect(code).toMatch(/^[0-9a-f]{32}$/)
    expect(secret).toMatch(/^whsec_/)
    Object.assign(env, { EXTENSION_CODE: code, WEBHOOK_SECRETS: secret })
    const { items } = await administrator.client.call('GET /extensions')
    expect(items).toMatchObject([{ code, name: 'Freeze guard', status: 'testing' }])
  })

  test('the extension starts', async () => {
    // `exec`, so that ending the shell ends the extension.
    extension = spawn('sh', ['-ec', `exec ${start}`], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] })
    extension.stdout!.on('data', (text) => {
      said += text
    })
    await vi.waitFor(() => expect(said).toContain(`listens on http://127.0.0.1:${env.PORT}/`), PATIENCE)
  })

  test('what Holdpoint has not signed, or signed for another, or too long ago, is refused', async () => {
    expect(await run(makeUp!)).toBe('401 not signed by Holdpoint, or too long ago\n')
    const body = JSON.stringify({ id: 'made-up', type: 'dataworks:NodeChange:FreezeNode', data: { nodeIds: [] } })
    const send = async (secret: string, at = new Date()) => {
      const headers = {
        'webhook-id': 'made-up',
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign('made-up', at, body),
      }
      return (await fetch(`http://127.0.0.1:${env.PORT}/`, { method: 'POST', headers, body })).status
    }
    expect(await send(`whsec_${randomBytes(32).toString('base64')}`)).toBe(401)
    expect(await send(env.WEBHOOK_SECRETS!, new Date(Date.now() - 600_000))).toBe(401)
    expect(await send(env.WEBHOOK_SECRETS!)).toBe(200)
  })

  test('freezing a node is held, and done a moment later', async () => {
    expect(await run(freezeLeaf!)).toMatch(/^OperationHeld\.ExtensionCheck .*ProcessId/s)
    await vi.waitFor(() => expect(said).toContain('→ OK'), PATIENCE)
    expect(await run(freezeLeaf!)).toContain('Success: true')
  })

  test('freezing a node that others wait for is held, and refused', async () => {
    expect(await run(`${freezeLeaf}${freezeUpstream}`)).toContain('OperationHeld.ExtensionCheck')
    await vi.waitFor(() => expect(said).toContain('→ FAIL'), PATIENCE)
    const { items } = await administrator.client.call('GET /operations')
    expect(items.map((one) => [one.objectName, one.state])).toEqual([
      ['dwd_order_items', 'refused'],
      ['tmp_order_reconciliation', 'done'],
    ])
  })
})

/** A port that nothing listens on: it was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
