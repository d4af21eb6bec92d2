// What a chaos test is made on: a PostgreSQL, replicas of the server and extensions, all of them real processes that may be killed or frozen.
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, openSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import path from 'node:path'
import { type Client, createClient } from '../../sdk/src/index.ts'
import { addUser, administratorOf, type User } from '../e2e/user.ts'
import { ROOT } from './build.ts'
import { type ChaosDatabase, startChaosDatabase } from './database.ts'
import { EVIDENCE } from './evidence.ts'
import { followJournal, type Line } from './journal.ts'
import { type Kept, keep } from './kept.ts'
import { type Ports, takePorts } from './ports.ts'
import { reap, temporaryDirectory } from './reaper.ts'
import type { ReceiverSettings } from './receiver.ts'

/** So long a replica is silent until the others take over what it was delivering. */
export const REPLICA_TIMEOUT_MS = 2_000

const EXTENSIONS = [
  { name: 'guard', parameters: '' },
  { name: 'reviewer', parameters: 'extension.manualPass.enabled=true' },
  { name: 'auditor', parameters: '' },
  { name: 'steward', parameters: 'extension.manualPass.enabled=true' },
] as const
/** Which of them watch the workspace. */
const WORKSPACES = [[0, 1], [0, 2, 3], [1], [0, 1, 2, 3]] as const
const NODES_PER_WORKSPACE = 10
const POINTS = ['freeze-node', 'unfreeze-node']

export type ChaosExtension = {
  readonly name: string
  readonly code: string
  /** What it has written down since this was asked the last time. */
  readonly news: () => readonly Line[]
}
export type ChaosWorkspace = { readonly id: number; readonly nodeIds: readonly number[] }

export type Environment = {
  readonly seed: number
  readonly database: ChaosDatabase
  readonly replicas: readonly Kept[]
  readonly receivers: readonly Kept[]
  readonly extensions: readonly ChaosExtension[]
  readonly workspaces: readonly ChaosWorkspace[]
  /** People who may ask for operations; each has a client for each replica. */
  readonly operators: readonly (readonly Client[])[]
  /** Who passes checks by hand. */
  readonly administrator: readonly Client[]
  /** Where the chain of the audit trail is verified against, as another process reaches it. */
  readonly serverEnvironment: Readonly<Record<string, string>>
  /** Everything runs and answers. */
  ready(): Promise<void>
  stop(): Promise<void>
}

/** `build` is the directory whose server is started. */
export async function startEnvironment(options: {
  readonly seed: number
  readonly build?: string
  readonly replicas?: number
}) {
  const { seed, build = ROOT, replicas: replicaCount = 2 } = options
  const directory = temporaryDirectory()
  const ports = await takePorts()
  const database = await startChaosDatabase(directory)
  const parts: Kept[] = []
  try {
    const serverEnvironment = {
      PATH: process.env.PATH ?? '',
      DATABASE_URL: database.url,
      HOLDPOINT_SECRET_KEY: createHash('sha256').update(`secret of ${seed}`).digest('hex'),
      HOLDPOINT_OUTBOUND_ALLOW: '127.0.0.1',
      HOLDPOINT_POOL_SIZE: '6',
      HOLDPOINT_REPLICA_TIMEOUT_MS: String(REPLICA_TIMEOUT_MS),
      NODE_COMPILE_CACHE: path.join(directory, 'compiled'),
    }
    const said: string[] = []
    const addReplica = () => {
      const port = ports.next()
      const name = `replica-${parts.length + 1}`
      const started = keep(
        name,
        () =>
          spawnProcess(
            path.join(directory, `${name}.log`),
            [path.join(build, 'server/src/main.ts'), '--no-demo', '--port', String(port)],
            serverEnvironment,
            said,
          ),
        // The first start says the password, and only then that it is ready.
        async () => /Ctrl-C stops everything/.test(said.join('')) && (await isReady(`http://127.0.0.1:${port}/readyz`)),
      )
      parts.push(started)
      return { kept: started, url: `http://127.0.0.1:${port}` }
    }
    // The first one makes the schema and the administrator.
    const first = addReplica()
    await first.kept.ready()
    const running = [first]
    while (running.length < replicaCount) running.push(addReplica())
    const urls = running.map((one) => one.url)
    const password = /with the password (\S+)/.exec(said.join(''))?.[1] ?? null
    const administrator = await administratorOf({ url: first.url, password })
    const made = await fill(first.url, administrator, ports)
    await database.pool.query(EVIDENCE)

    const receivers: Kept[] = []
    const extensions: ChaosExtension[] = []
    for (const { name, code, port, author } of made.extensions) {
      const journal = path.join(directory, `${name}.journal`)
      const settings: ReceiverSettings = {
        seed,
        name,
        port,
        journal,
        extensionCode: code,
        pair: author.pair,
        replicas: urls,
      }
      const receiver = keep(
        name,
        () =>
          spawnProcess(
            path.join(directory, `${name}.log`),
            [path.join(import.meta.dirname, 'receiver.ts'), JSON.stringify(settings)],
            {
              PATH: serverEnvironment.PATH,
              NODE_COMPILE_CACHE: serverEnvironment.NODE_COMPILE_CACHE,
            },
          ),
        () => takesConnections(port),
      )
      parts.push(receiver)
      receivers.push(receiver)
      extensions.push({ name, code, news: followJournal(journal) })
    }
    const at = (user: User) =>
      urls.map((endpoint) => createClient({ endpoint, accessKeyId: user.pair.id, accessKeySecret: user.pair.secret }))
    const environment: Environment = {
      seed,
      database,
      replicas: running.map((one) => one.kept),
      receivers,
      extensions,
      workspaces: made.workspaces,
      operators: made.operators.map(at),
      administrator: at(administrator),
      serverEnvironment,
      async ready() {
        await database.ready()
        for (const part of parts) await part.ready()
      },
      stop,
    }
    await environment.ready()
    return environment
  } catch (error) {
    await stop()
    throw error
  }

  async function stop(): Promise<void> {
    await Promise.all(parts.map((part) => part.letGo()))
    await database.stop()
    ports.giveBack()
    rmSync(directory, { recursive: true, force: true })
    reap.forget(directory)
  }
}

async function fill(url: string, administrator: User, ports: Ports) {
  const { client } = administrator
  const server = { url, password: null }
  const author = await addUser(server, administrator, 'author', ['open-platform-administrator'])
  const operators = [
    await addUser(server, administrator, 'operator_1', ['full-access']),
    await addUser(server, administrator, 'operator_2', ['full-access']),
  ]
  const extensions: { name: string; code: string; port: number; author: User }[] = []
  for (const { name, parameters } of EXTENSIONS) {
    const { code } = await author.client.call('POST /extensions', { body: { name, points: POINTS, parameters } })
    await author.client.call('POST /extensions/{code}/submit', { params: { code }, body: {} })
    await client.call('POST /extensions/{code}/approve', { params: { code }, body: {} })
    await author.client.call('POST /extensions/{code}/publish', { params: { code }, body: {} })
    extensions.push({ name, code, port: ports.next(), author })
  }
  const workspaces: ChaosWorkspace[] = []
  for (const [nth, watching] of WORKSPACES.entries()) {
    const identifier = `chaos_${nth + 1}`
    const workspace = await client.call('POST /workspaces', { body: { identifier, name: identifier, mode: 'basic' } })
    const params = { workspaceId: workspace.id }
    const { created } = await client.call('POST /workspaces/{workspaceId}/flowspec-imports', {
      params,
      body: { environment: 'PROD', flowspec: flowspec(identifier) },
    })
    const bus = await client.call('POST /event-buses', { body: { name: identifier } })
    for (const one of watching) {
      const { code, port } = extensions[one]!
      await client.call('POST /event-buses/{busId}/rules', {
        params: { busId: bus.id },
        body: {
          name: `to-${code}`,
          pattern: { data: { eventCode: POINTS } },
          targets: [{ name: `to-${code}`, endpoint: `http://127.0.0.1:${port}/`, serves: [code] }],
        },
      })
      await client.call('PUT /workspaces/{workspaceId}/extensions/{code}', {
        params: { ...params, code },
        body: { enabled: true },
      })
    }
    await client.call('PUT /workspaces/{workspaceId}/channel', { params, body: { busId: bus.id } })
    workspaces.push({ id: workspace.id, nodeIds: created.map((node) => node.id) })
  }
  return { extensions, workspaces, operators }
}

function flowspec(identifier: string): string {
  const nodes = Array.from({ length: NODES_PER_WORKSPACE }, (_, at) => ({
    id: String(at + 1),
    name: `${identifier}_${at + 1}`,
    recurrence: 'Normal',
    script: { path: `${identifier}_${at + 1}`, runtime: { command: 'ODPS_SQL' } },
    trigger: { type: 'Scheduler', cron: '00 05 00 * * ?' },
    outputs: { nodeOutputs: [{ data: `${identifier}.node_${at + 1}`, artifactType: 'NodeOutput' }] },
  }))
  return JSON.stringify({ version: '1.1.0', kind: 'CycleWorkflow', spec: { nodes } })
}

/** It ends with this process by itself, too, where it is not frozen. */
function spawnProcess(
  log: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  said: string[] = [],
): ChildProcess {
  const descriptor = openSync(log, 'a')
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', descriptor], env })
  closeSync(descriptor)
  child.stdout!.setEncoding('utf8').on('data', (text: string) => void said.push(text))
  return child
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1_000 })
    const end = (how: boolean) => {
      socket.destroy()
      resolve(how)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
    socket.once('timeout', () => end(false))
  })
}
