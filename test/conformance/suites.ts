// Runs the vendor's clients: installs each, starts its bridge and its extension, checks what they find, and compares it with the page of compatibility.
import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual, promisify, stripVTControlCharacters } from 'node:util'
import pg from 'pg'
import { bodyWith, emptyBody } from '../../server/src/dataworks/file-bodies.ts'
import { livePostmaster, SOCKET_PORT } from '../../server/src/embedded/postmaster.ts'
import { endEverything, type Holdpoint, startHoldpoint, temporaryHome } from '../e2e/holdpoint-process.ts'
import { addUser, administratorOf, type User } from '../e2e/user.ts'
import { operate, recurrenceOf, type WatchedWorkspace, watchedWorkspace } from '../e2e/watched-workspace.ts'
import { type Called, type Client, checkClient } from './checks.ts'
import { type EventBridgeRun, type NotRun, type Recorded, type Run, recorded, save } from './compatibility.ts'
import { GO } from './go/suite.ts'
import { CHANGE_FREEZE, PROHIBITED_FUNCTIONS, startSpring } from './java/spring.ts'
import { JAVA } from './java/suite.ts'
import { checkEventBridge, EVENTBRIDGE } from './npm/eventbridge.ts'
import { NPM } from './npm/suite.ts'
import { makePlace } from './place.ts'
import { PYTHON } from './python/suite.ts'

/** How one client is installed and started. */
export type Suite = {
  readonly name: string
  /** Under which it stands on the page, together with the same client's other ways of signing and sending. */
  readonly client: string
  readonly way: string
  /** From the registries, each with its version. */
  readonly packages: readonly string[]
  /** What must be there for it to be installed, tried with these arguments. */
  readonly needs: readonly (readonly [program: string, ...args: readonly string[]])[]
  /** Brings what comes from a registry below the directory, which suites with the same function here share. */
  install(directory: string): Promise<void>
  /** Compiles the bridge there; a fault in it is ours. */
  build?(directory: string): Promise<void>
  /** The command for `calls` and for `extension`. */
  command(directory: string, role: 'calls' | 'extension'): readonly [program: string, ...args: readonly string[]]
  readonly mismatchCode: string
}

export const SUITES: readonly Suite[] = [...NPM, ...PYTHON, ...JAVA, ...GO]
const PATIENCE_MS = 20_000
const REASON_LENGTH = 160

type World = {
  readonly holdpoint: Holdpoint
  readonly administrator: User
  readonly author: User
  readonly outsider: User
  readonly shop: WatchedWorkspace
  /** Of the extension that reads committed files. */
  readonly codeExtension: string
  readonly pool: pg.Pool
  readonly tablesDir: string
}

/** Runs the suites whose name contains one of the words, all of them without any; answers the exit code. With `--save` the page is written anew. */
export async function runSuites(given: readonly string[]): Promise<number> {
  const words = given.filter((word) => word !== '--save')
  if (words.length > 0 && words.length < given.length) {
    console.error('The page is of one commit: all are saved, or none.')
    return 2
  }
  const isChosen = (name: string) => words.length === 0 || words.some((word) => name.includes(word))
  const chosen = SUITES.filter(({ name }) => isChosen(name))
  const runs: Run[] = []
  const eventBridge: EventBridgeRun[] = []
  const notRun: NotRun[] = []
  const directories = new Map<Suite['install'], string>()
  let failed = 0
  let world: World | null = null
  try {
    for (const suite of chosen) {
      const { name, client, way, packages } = suite
      try {
        const [directory, problem] = await installed(suite, directories)
        if (problem !== null) {
          console.log(`NOT RUN  ${name}: ${problem}`)
          notRun.push({ name, client, way, packages, why: problem })
          continue
        }
        world ??= await startWorld()
        const { calls, results } = await runSuite(suite, directory, world)
        console.log(`ok       ${name}: ${calls} calls, and the story`)
        runs.push({ name, client, way, packages, results: sorted(results) })
      } catch (error) {
        failed++
        console.log(`FAILED   ${name}`)
        console.error(error)
      }
    }
    if (isChosen(EVENTBRIDGE.name)) {
      world ??= await startWorld()
      try {
        const results = sorted(await checkEventBridge(world))
        console.log(`ok       ${EVENTBRIDGE.name}: the story`)
        eventBridge.push({ ...EVENTBRIDGE, results })
      } catch (error) {
        failed++
        console.log(`FAILED   ${EVENTBRIDGE.name}`)
        console.error(error)
      }
    }
    for (const spring of [PROHIBITED_FUNCTIONS, CHANGE_FREEZE]) {
      if (!isChosen(spring.name)) continue
      const [directory, problem] = await installed(spring, directories)
      world ??= await startWorld()
      if (problem !== null) console.log(`NOT RUN  ${spring.name}: ${problem}`)
      else if (await springAnswers(spring, directory, world)) console.log(`ok       ${spring.name}: the story`)
      else failed++
    }
  } finally {
    await world?.pool.end()
    await endEverything()
  }
  if (given.includes('--save')) await save({ runs, notRun, eventBridge })
  else failed += differencesFrom(recorded(), [...runs, ...eventBridge])
  return failed === 0 ? 0 : 1
}

const sorted = <T>(results: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(results).toSorted())

/** What was found now must be what the page says. */
function differencesFrom(page: Recorded, runs: readonly (Run | EventBridgeRun)[]): number {
  const known = [...page.runs, ...page.eventBridge]
  const stale = runs.filter((run) => !known.some((row) => isDeepStrictEqual(row, run)))
  for (const { name } of stale)
    console.log(`STALE    ${name}: the page of compatibility says otherwise; run this with --save`)
  return stale.length
}

type Installable = Pick<Suite, 'needs' | 'install' | 'build'>

async function installed(
  suite: Installable,
  directories: Map<Suite['install'], string>,
): Promise<[string, string | null]> {
  const there = directories.get(suite.install)
  if (there !== undefined) return [there, null]
  const absent = await missing(suite)
  if (absent !== null) return ['', `there is no ${absent} here`]
  const directory = path.join(temporaryHome(), 'clients')
  mkdirSync(directory)
  try {
    await suite.install(directory)
  } catch (error) {
    return ['', `it could not be installed: ${lastLine(error)}`]
  }
  await suite.build?.(directory)
  directories.set(suite.install, directory)
  return [directory, null]
}

async function missing(suite: Installable): Promise<string | null> {
  for (const [program, ...args] of suite.needs)
    try {
      await promisify(execFile)(program, args)
    } catch {
      return program
    }
  return null
}

/** What a package manager says as its first error, or last. */
function lastLine(error: unknown): string {
  const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
  const lines = `${stdout}\n${stderr || error}`
    .split('\n')
    .map((line) => stripVTControlCharacters(line).trim())
    .filter((line) => line !== '')
  const first = lines.find((line) => line.startsWith('[ERROR]'))
  return (first?.replace(/^\[ERROR\]\s*/, '') ?? lines.at(-1) ?? '').slice(0, REASON_LENGTH)
}

async function startWorld(): Promise<World> {
  const dataDir = path.join(temporaryHome(), 'data')
  const holdpoint = await startHoldpoint({
    args: ['--no-demo', '--data-dir', dataDir],
    // What is written of instances stays as it is.
    env: { HOLDPOINT_OUTBOUND_ALLOW: '127.0.0.1', HOLDPOINT_SCHEDULER: 'off' },
  })
  const administrator = await administratorOf(holdpoint)
  const author = await addUser(holdpoint, administrator, 'author', ['open-platform-administrator'])
  const outsider = await addUser(holdpoint, administrator, 'outsider')
  const shop = await watchedWorkspace(administrator.client, 'http://127.0.0.1:9/', author)
  const postmaster = await livePostmaster({ directory: path.join(dataDir, 'postgres') })
  const host = postmaster?.socketDir ?? ''
  const pool = new pg.Pool({ host, port: SOCKET_PORT, user: 'holdpoint', database: 'holdpoint', max: 2 })
  // An idle connection that is lost is replaced; what needs one says so itself.
  pool.on('error', () => {})
  const tablesDir = path.join(dataDir, 'tables')
  const codeExtension = await codeExtensionOf(author, shop)
  return { holdpoint, administrator, author, outsider, shop, codeExtension, pool, tablesDir }
}

const codeExtensionOf = (author: User, shop: WatchedWorkspace) =>
  extensionOf(author, shop, { name: 'Code', example: 'prohibited-functions', points: ['commit-file'] })
const freezeExtensionOf = (author: User, shop: WatchedWorkspace) =>
  extensionOf(author, shop, { name: 'Freeze', example: 'change-freeze', points: ['commit-file', 'deploy-file'] })

async function extensionOf(
  author: User,
  { workspaceId }: WatchedWorkspace,
  { name, example, points }: { readonly name: string; readonly example: string; readonly points: string[] },
): Promise<string> {
  const options = readFileSync(path.join(import.meta.dirname, `../../examples/${example}/options.json`), 'utf8')
  const { code } = await author.client.call('POST /extensions', {
    body: { name, points, options, testWorkspaceId: workspaceId },
  })
  return code
}

/** The file that is committed again and again: each extension names it. */
const COMMITTED = 'daily_orders.sql'
const PROHIBITED = "insert overwrite table daily_orders\nselect * from orders where dt = MAX_PT('orders');\n"

/** Somebody writes the code into the file and commits it; answers its check, and whether it has become a version. */
async function commit({ administrator, shop }: World, Content: string) {
  const { client } = administrator
  const params = { workspaceId: shop.workspaceId }
  const body = bodyWith(
    emptyBody(10),
    { Content, AutoParsing: false },
    { resourceGroup: undefined, before: undefined },
    'UTC',
  )
  const listed = await client.call('GET /workspaces/{workspaceId}/files', { params, query: { name: COMMITTED } })
  const known = listed.items.find(({ name }) => name === COMMITTED)
  const file =
    known === undefined
      ? await client.call('POST /workspaces/{workspaceId}/files', {
          params,
          body: { name: COMMITTED, body: body as never },
        })
      : await client.call('PATCH /workspaces/{workspaceId}/files/{fileId}', {
          params: { ...params, fileId: known.id },
          body: { revision: known.revision, body: body as never },
        })
  const asked = await client.call('POST /workspaces/{workspaceId}/deployments', {
    params,
    body: { kind: 'commit', files: [{ fileId: file.id, revision: file.revision }] },
  })
  const [item] = asked.items
  const { checks } = await ended(administrator, item!.operationId!)
  const after = await client.call('GET /workspaces/{workspaceId}/files/{fileId}', {
    params: { ...params, fileId: file.id },
  })
  return { result: checks[0]?.result, comment: checks[0]?.comment, isCommitted: after.version > file.version }
}

/** Deploys the newest version of it; answers how that ended, and what production has of it then. */
async function deploy({ administrator, shop }: World) {
  const { client } = administrator
  const params = { workspaceId: shop.workspaceId }
  const { items } = await client.call('GET /workspaces/{workspaceId}/files', { params, query: { name: COMMITTED } })
  const file = items.find(({ name }) => name === COMMITTED)!
  const asked = await client.call('POST /workspaces/{workspaceId}/deployments', {
    params,
    body: { kind: 'deploy', files: [{ fileId: file.id }] },
  })
  const { state } = await ended(administrator, asked.items[0]!.operationId!)
  const after = await client.call('GET /workspaces/{workspaceId}/files/{fileId}', {
    params: { ...params, fileId: file.id },
  })
  return { state, isDeployed: after.deployedVersion === file.version }
}

let serial = 0

async function runSuite(suite: Suite, directory: string, world: World) {
  const { administrator, author, outsider, shop, pool } = world
  const place = await makePlace(administrator.client, pool, {
    ...{ identifier: `free_${++serial}`, userId: outsider.id, tablesDir: world.tablesDir },
  })
  await shop.sendTo('http://127.0.0.1:9/')
  const calls = start(suite, directory, 'calls', world)
  let found: Awaited<ReturnType<typeof checkClient>>
  try {
    found = await checkClient(bridge(calls), {
      administrator,
      author,
      outsider,
      shop,
      pool,
      place,
      codeExtension: world.codeExtension,
      mismatchCode: suite.mismatchCode,
    })
  } finally {
    calls.child.kill('SIGKILL')
  }
  const extension = start(suite, directory, 'extension', world)
  try {
    await tellStory(extension, world)
  } finally {
    extension.child.kill('SIGKILL')
  }
  return found
}

type Started = { readonly child: ChildProcess; readonly lines: AsyncIterator<string>; readonly reader: Interface }

function start(suite: Suite, directory: string, role: 'calls' | 'extension', world: World): Started {
  const [program, ...args] = suite.command(directory, role)
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      ...process.env,
      DATAWORKS_ENDPOINT: world.holdpoint.endpoint,
      ALIBABA_CLOUD_ACCESS_KEY_ID: world.author.pair.id,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: world.author.pair.secret,
      EXTENSION_CODE: world.shop.extensionCode,
      CODE_EXTENSION_CODE: world.codeExtension,
    },
  })
  const reader = createInterface({ input: child.stdout! })
  return { child, reader, lines: reader[Symbol.asyncIterator]() }
}

async function nextLine({ child, lines }: Started): Promise<unknown> {
  const { value, done } = await lines.next()
  if (done)
    throw new Error(`The client’s program has ended with code ${child.exitCode ?? (await once(child, 'exit'))[0]}`)
  return JSON.parse(value)
}

function bridge(started: Started): Client {
  return async (action, parameters, key, version) => {
    started.child.stdin!.write(`${JSON.stringify({ action, parameters, key, version })}\n`)
    return (await nextLine(started)) as Called
  }
}

async function tellStory(extension: Started, world: World): Promise<void> {
  const { administrator, shop } = world
  const { client } = administrator
  const { port } = (await nextLine(extension)) as { port: number }
  await shop.sendTo(`http://127.0.0.1:${port}/`)
  const ask = async (point: 'freeze-node' | 'unfreeze-node', node: string) => {
    const { id } = await operate(client, shop.workspaceId, point, shop.node(node))
    const operation = await ended(administrator, id)
    return [
      operation.state,
      operation.checks[0]?.comment,
      await recurrenceOf(client, shop.workspaceId, shop.node(node)),
    ]
  }
  const nobody = 'waited for by: nobody'
  assert.deepEqual(await ask('freeze-node', 'stock_snapshot_hourly'), ['done', nobody, 'pause'])
  assert.deepEqual(await ask('unfreeze-node', 'stock_snapshot_hourly'), ['done', nobody, 'normal'])
  const waiting = `waited for by: 订单日汇总, 客户分层, tmp_campaign_check`
  assert.deepEqual(await ask('freeze-node', 'dwd_order_items'), ['refused', waiting, 'normal'])

  await tellOfCode(world, 'the code of daily_orders.sql')
}

async function choose({ administrator, shop, codeExtension }: World, checkStatus: 'WARN' | 'FAIL'): Promise<void> {
  await administrator.client.call('PUT /workspaces/{workspaceId}/extensions/{code}', {
    params: { workspaceId: shop.workspaceId, code: codeExtension },
    body: { options: { checkStatus } },
  })
}

/** What it reads of the file and of the options decides. */
async function tellOfCode(world: World, comment: string): Promise<void> {
  for (const checkStatus of ['WARN', 'FAIL'] as const) {
    await choose(world, checkStatus)
    // A draft that is as its newest version is not committed again.
    const found = await commit(world, `-- ${++serial}\n${PROHIBITED}`)
    assert.deepEqual(found, { result: checkStatus, comment, isCommitted: checkStatus === 'WARN' })
  }
}

type Spring = typeof PROHIBITED_FUNCTIONS | typeof CHANGE_FREEZE

async function springAnswers(spring: Spring, directory: string, world: World): Promise<boolean> {
  const { holdpoint, author, shop } = world
  // Whatever was sent before is for others.
  await shop.sendTo('http://127.0.0.1:9/')
  let service: Awaited<ReturnType<typeof startSpring>> | undefined
  try {
    const frozen = spring === CHANGE_FREEZE
    const code = frozen ? await freezeExtensionOf(author, shop) : world.codeExtension
    service = await startSpring(path.join(directory, spring.jar), {
      DATAWORKS_ENDPOINT: holdpoint.endpoint,
      ALIBABA_CLOUD_ACCESS_KEY_ID: author.pair.id,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: author.pair.secret,
      EXTENSION_CODE: code,
    })
    if (frozen) await author.client.call('DELETE /extensions/{code}', { params: { code: world.codeExtension } })
    await shop.sendTo(service.endpoint)
    await (frozen ? tellOfFreeze(world, code) : tellOfProhibited(world))
    return true
  } catch (error) {
    console.log(`FAILED   ${spring.name}`)
    console.error(error)
    return false
  } finally {
    service?.stop()
  }
}

async function tellOfProhibited(world: World): Promise<void> {
  const { author, codeExtension } = world
  await tellOfCode(world, '代码调用了 MAX_PT: name the partition instead.')
  const harmless = await commit(world, `select ${++serial}\n`)
  assert.deepEqual([harmless.result, harmless.isCommitted], ['OK', true])

  // What was committed with a warning is not deployed while the workspace refuses it.
  const params = { code: codeExtension }
  await author.client.call('PATCH /extensions/{code}', { params, body: { points: ['commit-file', 'deploy-file'] } })
  await choose(world, 'WARN')
  assert.equal((await commit(world, `-- ${++serial}\n${PROHIBITED}`)).isCommitted, true)
  await choose(world, 'FAIL')
  assert.deepEqual(await deploy(world), { state: 'refused', isDeployed: false })
  await choose(world, 'WARN')
  assert.deepEqual(await deploy(world), { state: 'done', isDeployed: true })
}

const DAY_MS = 86_400_000

/** On days that are frozen nothing is committed, and what was committed before is not deployed. */
async function tellOfFreeze(world: World, code: string): Promise<void> {
  const { administrator, shop } = world
  const day = (ahead: number) => new Date(Date.now() + ahead * DAY_MS).toISOString().slice(0, 10)
  const freeze = (days: string) =>
    administrator.client.call('PUT /workspaces/{workspaceId}/extensions/{code}', {
      params: { workspaceId: shop.workspaceId, code },
      body: { options: { days } },
    })
  // Whatever day it becomes meanwhile.
  const now = `${day(-1)}..${day(1)} the fair`
  await freeze(now)
  const refused = await commit(world, `select ${++serial}\n`)
  assert.deepEqual([refused.result, refused.isCommitted], ['FAIL', false])
  assert.match(refused.comment ?? '', /the fair/)
  await freeze('2001-01-01')
  assert.equal((await commit(world, `select ${++serial}\n`)).isCommitted, true)
  await freeze(now)
  assert.deepEqual(await deploy(world), { state: 'refused', isDeployed: false })
  await freeze('2001-01-01')
  assert.deepEqual(await deploy(world), { state: 'done', isDeployed: true })
}

async function ended({ client }: User, operationId: string) {
  const until = Date.now() + PATIENCE_MS
  for (;;) {
    const operation = await client.call('GET /operations/{operationId}', { params: { operationId } })
    if (operation.state !== 'held') return operation
    if (Date.now() > until) throw new Error(`It was not decided: ${JSON.stringify(operation)}`)
    await pause(25)
  }
}
