// The page for newcomers: its commands as they stand, one after the other, by the author, a reviewer, and the administrator of another workspace.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../postgres.ts'
import { endEverything, type Holdpoint, startHoldpoint, temporaryHome } from './holdpoint-process.ts'
import { addUser, administratorOf, type User } from './user.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const PAGE = readFileSync(path.join(ROOT, 'docs/function-in-ten-minutes.md'), 'utf8')

/** The blocks of one language, without the indentation of the step that they belong to. */
const blocks = (language: string) =>
  [...PAGE.matchAll(new RegExp(`^( *)\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\`$`, 'gm'))].map((match) =>
    match[2]!.replaceAll(new RegExp(`^${match[1]}`, 'gm'), ''),
  )
const [source] = blocks('ts')
const [flowspec] = blocks('json')
const [variables, register, freeze, step, enable] = blocks('sh')

let database: TestDatabase
let holdpoint: Holdpoint
let admin: User
let rita: User
let wes: User
let home: string
let extensionCode = ''

beforeAll(async () => {
  database = await testDatabase()
  holdpoint = await startHoldpoint({
    args: ['--no-demo'],
    env: { DATABASE_URL: database.url, HOLDPOINT_SECRET_KEY: randomBytes(32).toString('hex') },
  })
  admin = await administratorOf(holdpoint)
  // What the demonstration brings.
  const shop = await admin.client.call('POST /workspaces', { body: { identifier: 'shop', name: 'Online shop' } })
  await admin.client.call('POST /workspaces/{workspaceId}/flowspec-imports', {
    params: { workspaceId: shop.id },
    body: { flowspec: readFileSync(path.join(ROOT, 'examples/shop-pipeline.flowspec.json'), 'utf8') },
  })
  // A directory of its own, so that the file does not come to lie in the project.
  home = temporaryHome()
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(home, 'node_modules'))
  writeFileSync(path.join(home, 'only-temporary.ts'), source!)
})
afterAll(async () => {
  await endEverything()
  await database.drop()
})

async function run(user: User, commands: string): Promise<string> {
  const env = {
    PATH: `${path.dirname(process.execPath)}:${process.env.PATH}`,
    HOLDPOINT_ENDPOINT: holdpoint.url,
    HOLDPOINT_ACCESS_KEY_ID: user.pair.id,
    HOLDPOINT_ACCESS_KEY_SECRET: user.pair.secret,
    EXTENSION_CODE: extensionCode,
  }
  return (await promisify(execFile)('sh', ['-ec', commands], { cwd: home, env })).stdout.trim()
}
const freezing = (workspace: string, node: string) =>
  freeze!.replace(/\nfreeze .*\n$/, `\nfreeze ${workspace} ${node}\n`)
const stepping = (name: string) => step!.replace(/\nstep submit\n$/, `\nstep ${name}\n`)

test('the variables it asks for are those that the commands need', () => {
  const named = [...variables!.matchAll(/^export (\w+)=/gm)].map((match) => match[1])
  expect(named).toEqual(['PATH', 'HOLDPOINT_ENDPOINT', 'HOLDPOINT_ACCESS_KEY_ID', 'HOLDPOINT_ACCESS_KEY_SECRET'])
})

test('from nothing, a function refuses a real freeze in its test workspace', async () => {
  extensionCode = await run(admin, `${register}\necho "$EXTENSION_CODE"`)
  expect(extensionCode).toMatch(/^[0-9a-f]{32}$/)
  expect(await run(admin, freeze!)).toBe('refused Not temporary: publish_reports')
  expect(await run(admin, freezing('shop', 'tmp_campaign_check'))).toBe('done')
})

test('somebody else approves what its author has submitted, and it is published', async () => {
  rita = await addUser(holdpoint, admin, 'rita', ['open-platform-administrator'])
  expect(await run(admin, step!)).toBe('in-review')
  await expect(run(admin, stepping('approve'))).rejects.toThrow(/REVIEW/)
  expect(await run(rita, stepping('approve'))).toBe('approved')
  expect(await run(admin, stepping('publish'))).toBe('published')
})

test('the administrator of another workspace enables it, and it refuses there too', async () => {
  wes = await addUser(holdpoint, admin, 'wes')
  const { id } = await admin.client.call('POST /workspaces', { body: { identifier: 'wholesale', name: 'wholesale' } })
  await admin.client.call('PUT /workspaces/{workspaceId}/members/{userId}', {
    params: { workspaceId: id, userId: Number(wes.id) },
    body: { roles: ['administrator'] },
  })
  await wes.client.call('POST /workspaces/{workspaceId}/flowspec-imports', {
    params: { workspaceId: id },
    body: { flowspec: flowspec! },
  })
  await run(wes, enable!)
  expect(await run(wes, freezing('wholesale', 'invoices'))).toBe('refused Not temporary: invoices')
})
