// Runs the clients of other languages: installs each, starts its bridge and its extension, and checks what they find.
import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import type { ApiVersion } from '../../server/src/dataworks/schemas/action.ts'
import { livePostmaster, SOCKET_PORT } from '../../server/src/embedded/postmaster.ts'
import { endEverything, type Holdpoint, startHoldpoint, temporaryHome } from '../e2e/holdpoint-process.ts'
import { addUser, administratorOf, type User } from '../e2e/user.ts'
import { operate, recurrenceOf, type WatchedWorkspace, watchedWorkspace } from '../e2e/watched-workspace.ts'
import { type Called, type Client, checkClient } from './checks.ts'
import { GO } from './go/suite.ts'
import { JAVA } from './java/suite.ts'
import { PYTHON } from './python/suite.ts'

/** How one client is installed and started. */
export type Suite = {
  readonly name: string
  /** What must be there for it to be installed, tried with these arguments. */
  readonly needs: readonly (readonly [program: string, ...args: readonly string[]])[]
  /** Brings what comes from a registry below the directory. */
  install(directory: string): Promise<void>
  /** Compiles the bridge there; a fault in it is ours. */
  build?(directory: string): Promise<void>
  /** The command for `calls` and for `extension`. */
  command(directory: string, role: 'calls' | 'extension'): readonly [program: string, ...args: readonly string[]]
  readonly mismatchCode: string
  /** Of the API, that it calls. */
  readonly versions: readonly ApiVersion[]
}

const SUITES: readonly Suite[] = [...PYTHON, ...JAVA, ...GO]
const PATIENCE_MS = 20_000

type World = {
  readonly holdpoint: Holdpoint
  readonly administrator: User
  readonly author: User
  readonly outsider: User
  readonly shop: WatchedWorkspace
  readonly pool: pg.Pool
}

/** Runs the suites whose name contains one of the words, all of them without any; answers the exit code. */
export async function runSuites(words: readonly string[]): Promise<number> {
  const chosen = SUITES.filter((suite) => words.length === 0 || words.some((word) => suite.name.includes(word)))
  let failed = 0
  let world: World | null = null
  try {
    for (const suite of chosen) {
      const absent = await missing(suite)
      if (absent !== null) {
        console.log(`NOT RUN  ${suite.name}: there is no ${absent} here`)
        continue
      }
      const directory = path.join(temporaryHome(), 'clients')
      mkdirSync(directory)
      try {
        await suite.install(directory)
      } catch (error) {
        console.log(`NOT RUN  ${suite.name}: it could not be installed: ${lastLine(error)}`)
        continue
      }
      try {
        await suite.build?.(directory)
        world ??= await startWorld()
        const checks = await runSuite(suite, directory, world)
        console.log(`ok       ${suite.name}: ${checks} calls, and the story`)
      } catch (error) {
        failed++
        console.log(`FAILED   ${suite.name}`)
        console.error(error)
      }
    }
  } finally {
    await world?.pool.end()
    await endEverything()
  }
  return failed === 0 ? 0 : 1
}

async function missing(suite: Suite): Promise<string | null> {
  for (const [program, ...args] of suite.needs)
    try {
      await promisify(execFile)(program, args)
    } catch {
      return program
    }
  return null
}

const lastLine = (error: unknown) =>
  String((error as { stderr?: string }).stderr || error)
    .trim()
    .split('\n')
    .at(-1)

async function startWorld(): Promise<World> {
  const dataDir = path.join(temporaryHome(), 'data')
  const holdpoint = await startHoldpoint({
    args: ['--no-demo', '--data-dir', dataDir],
    env: { HOLDPOINT_OUTBOUND_ALLOW: '127.0.0.1' },
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
  return { holdpoint, administrator, author, outsider, shop, pool }
}

let serial = 0

async function runSuite(suite: Suite, directory: string, world: World): Promise<number> {
  const { administrator, author, outsider, shop, pool } = world
  const free = await freeNode(world, `free_${++serial}`)
  await shop.sendTo('http://127.0.0.1:9/')
  const calls = start(suite, directory, 'calls', world)
  let checks: number
  try {
    checks = await checkClient(bridge(calls), {
      administrator,
      author,
      outsider,
      shop,
      pool,
      ...free,
      mismatchCode: suite.mismatchCode,
      versions: suite.versions,
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
  return checks
}

/** A node in a workspace of its own, which no extension watches. */
async function freeNode({ administrator: { client } }: World, name: string) {
  const workspace = await client.call('POST /workspaces', { body: { identifier: name, name, mode: 'basic' } })
  const { created } = await client.call('POST /workspaces/{workspaceId}/flowspec-imports', {
    params: { workspaceId: workspace.id },
    body: {
      flowspec: {
        version: '1.1.0',
        kind: 'CycleWorkflow',
        spec: {
          nodes: [
            {
              id: '1',
              name,
              trigger: { type: 'Scheduler', cron: '00 10 00 * * ?' },
              script: { path: name, runtime: { command: 'DIDE_SHELL' } },
              outputs: { nodeOutputs: [{ data: `${name}.out` }] },
            },
          ],
        },
      },
    },
  })
  return { freeId: workspace.id, freeNodeId: created[0]!.id }
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
  return async (action, parameters, key, version = '2020-05-18') => {
    started.child.stdin!.write(`${JSON.stringify({ action, parameters, key, version })}\n`)
    return (await nextLine(started)) as Called
  }
}

async function tellStory(extension: Started, { administrator: { client }, shop }: World): Promise<void> {
  const { port } = (await nextLine(extension)) as { port: number }
  await shop.sendTo(`http://127.0.0.1:${port}/`)
  const ask = async (point: 'freeze-node' | 'unfreeze-node', node: string) => {
    const { id } = await operate(client, shop.workspaceId, point, shop.node(node))
    const until = Date.now() + PATIENCE_MS
    for (;;) {
      const operation = await client.call('GET /operations/{operationId}', { params: { operationId: id } })
      if (operation.state !== 'held') {
        const recurrence = await recurrenceOf(client, shop.workspaceId, shop.node(node))
        return [operation.state, operation.checks[0]?.comment, recurrence]
      }
      if (Date.now() > until) throw new Error(`${point} of ${node} was not decided: ${JSON.stringify(operation)}`)
      await pause(25)
    }
  }
  const nobody = 'waited for by: nobody'
  assert.deepEqual(await ask('freeze-node', 'stock_snapshot_hourly'), ['done', nobody, 'pause'])
  assert.deepEqual(await ask('unfreeze-node', 'stock_snapshot_hourly'), ['done', nobody, 'normal'])
  const waiting = `waited for by: 订单日汇总, 客户分层, tmp_campaign_check`
  assert.deepEqual(await ask('freeze-node', 'dwd_order_items'), ['refused', waiting, 'normal'])
}
