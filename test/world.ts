// The world in which the rules are tested: the real server on a fresh database, tenants with their people, workspaces, nodes and extensions,
// and real HTTP receivers. Everything that has an interface is set up through it; people, their keys and their sessions are written directly.
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import type { TenantRole, WorkspaceRole } from '@holdpoint/core'
import { type Client, createClient, encodeQuery, HoldpointError, signV3 } from '@holdpoint/sdk'
import type pg from 'pg'
import pino from 'pino'
import { SESSION_COOKIE } from '../server/src/authentication.ts'
import { encryptSecret, generateAccessKey, generateSessionToken, hashToken } from '../server/src/credentials.ts'
import type { SmtpServer } from '../server/src/openevent/alert-mail.ts'
import type { Outgoing, Target } from '../server/src/openevent/target.ts'
import { type Server, startServer } from '../server/src/server.ts'
import type { Database } from '../server/src/store/database.ts'
import { type Caller, signingKey } from '../server/src/store/principals.ts'
import { insertSession } from '../server/src/store/sessions.ts'
import * as users from '../server/src/store/users.ts'
import { putMember } from '../server/src/store/workspaces.ts'
import { testDatabase } from './postgres.ts'

export type NodePoint = 'freeze-node' | 'unfreeze-node' | 'undeploy-node'
export const NODE_POINTS: readonly NodePoint[] = ['freeze-node', 'unfreeze-node', 'undeploy-node']

/** For what nothing tells of: asked again and again, and given up long after it should have been so. */
export const PATIENCE = { timeout: 20_000, interval: 20 } as const

const DEFAULTS = {
  host: '127.0.0.1',
  port: 0,
  publicUrl: 'http://127.0.0.1:0',
  publicUrlDerived: true,
  region: 'cn-hangzhou',
  timeZone: 'UTC',
  // The receivers of the tests are on this machine.
  outboundAllow: ['127.0.0.1/32'] as readonly string[],
  outboundDeny: [] as readonly string[],
  outboundCa: null as string | null,
  smtpUrl: null as SmtpServer | null,
  smtpFrom: null as string | null,
  // Longer than any machine stands still; tests in which a replica dies set less.
  replicaTimeoutMs: 30_000,
  poolSize: 8,
  // What is written of instances stays as it is, where nothing is to run them.
  scheduler: 'off' as 'on' | 'off',
  tablesDir: null as string | null,
  bodyLimitBytes: 1 << 20,
  trustProxy: false,
  metricsToken: null as string | null,
  requestsPerSecond: 0,
  sessionHours: 12,
  sessionIdleMinutes: 120,
  localPasswords: 'everyone' as 'everyone' | 'account-owner',
  oidcIssuer: null as string | null,
  oidcClientId: null as string | null,
  oidcClientSecret: null as string | null,
  oidcLabel: 'Single sign-on',
  oidcTenant: null as string | null,
  oidcUserClaim: 'sub' as 'sub' | 'email',
  oidcCreateUsers: false,
  oidcRole: null as 'tenant-administrator' | 'open-platform-administrator' | 'tenant-security-administrator' | null,
}

export type Person = {
  readonly id: number
  readonly name: string
  readonly key: { readonly id: string; readonly secret: string }
  /** Signed requests to the first server. */
  readonly api: Client
  /** The same person at another replica. */
  at(server: Server): Client
  /** What the server makes of the person now. */
  caller(): Promise<Caller>
  /** The Cookie header of a session that was just started. */
  cookie(): Promise<string>
}

export type Workspace = { readonly id: number; readonly identifier: string }

export type Extension = { readonly code: string; readonly author: Person }

export type Tenant = {
  readonly id: number
  /** Account owner; everything that no other person is named for is done by them. */
  readonly owner: Person
  person(
    tenantRoles?: readonly TenantRole[],
    workspaceRoles?: Readonly<Record<number, readonly WorkspaceRole[]>>,
  ): Promise<Person>
  workspace(mode?: 'basic' | 'standard'): Promise<Workspace>
  /** Imports nodes, each named with those it depends on, and answers their ids. */
  nodes<Name extends string>(
    workspace: Workspace,
    upstream: Readonly<Record<Name, readonly string[]>>,
    more?: { readonly environment?: 'PROD' | 'DEV'; readonly content?: string },
  ): Promise<Readonly<Record<Name, number>>>
  /** Registered, reviewed, published and enabled in `enabledIn`; with `publish: false` it stays in testing. */
  extension(given?: {
    readonly points?: readonly string[]
    readonly parameters?: string
    readonly options?: string
    readonly onUnanswered?: 'block' | 'pass'
    readonly testWorkspace?: Workspace
    /** The code of a function, JavaScript or TypeScript; without it the extension is a service. */
    readonly source?: string
    readonly publish?: boolean
    readonly enabledIn?: readonly Workspace[]
  }): Promise<Extension>
  /** Leads what the pattern matches of the workspace's events to the endpoint; the rule and its target are named so. */
  route(
    workspace: Workspace,
    endpoint: string,
    more?: { readonly name?: string; readonly pattern?: Record<string, unknown>; readonly serves?: string[] | null },
  ): Promise<void>
}

export type World = {
  readonly server: Server
  readonly db: Database
  /** How the database is reached. */
  readonly connection: pg.PoolConfig
  readonly secretKey: Buffer
  /** Every line the servers have logged. */
  readonly logged: readonly string[]
  /** Another server on the same database. */
  replica(more?: Partial<typeof DEFAULTS>): Promise<Server>
  tenant(): Promise<Tenant>
  receiver(answer?: Behaviour): Promise<Receiver>
  /** Runs several statements as they stand, for what no interface does: faults and the passing of time. */
  sql(text: string): Promise<void>
  stop(): Promise<void>
}

export async function startWorld(settings: Partial<typeof DEFAULTS> = {}): Promise<World> {
  const database = await testDatabase()
  const secretKey = randomBytes(32)
  const logged: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) })
  const open: { stop(): Promise<void> }[] = []
  const tablesDir = mkdtempSync(path.join(tmpdir(), 'holdpoint-tables-'))
  const start = async (more: Partial<typeof DEFAULTS> = {}) => {
    const server = await startServer({ ...DEFAULTS, tablesDir, ...settings, ...more }, database.config, secretKey, log)
    let stopped: Promise<void> | null = null
    const stop = () => {
      stopped ??= server.stop()
      return stopped
    }
    const once = { ...server, stop }
    open.push(once)
    return once
  }
  const server = await start()
  const { db } = server
  const world: World = {
    server,
    db,
    connection: database.config,
    secretKey,
    logged,
    replica: start,
    tenant: () => makeTenant(world),
    async receiver(answer) {
      const receiver = await startReceiver(answer)
      open.push(receiver)
      return receiver
    },
    sql: async (statements) => void (await db.pool.query(statements)),
    async stop() {
      // The server first: what is still on its way to a receiver is answered.
      for (const one of open) await one.stop()
      await database.drop()
      rmSync(tablesDir, { recursive: true, force: true })
    },
  }
  return world
}

let serial = 0
const fresh = (word: string) => `${word}_${++serial}_${randomBytes(3).toString('hex')}`

async function makePerson(
  world: World,
  tenantId: number,
  tenantRoles: readonly TenantRole[],
  workspaceRoles: Readonly<Record<number, readonly WorkspaceRole[]>>,
): Promise<Person> {
  const { db, server, secretKey } = world
  const name = fresh('person')
  const user = await users.insertUser(db, {
    tenantId,
    name,
    displayName: `The ${name}`,
    passwordHash: null,
    tenantRoles,
  })
  const key = generateAccessKey()
  await users.insertAccessKey(db, { id: key.id, userId: user.id, secret: encryptSecret(secretKey, key.secret, key.id) })
  for (const [workspaceId, roles] of Object.entries(workspaceRoles))
    await putMember(db, Number(workspaceId), user.id, roles)
  const at = (replica: Server) =>
    createClient({ endpoint: urlOf(replica), accessKeyId: key.id, accessKeySecret: key.secret })
  return {
    id: user.id,
    name,
    key,
    api: at(server),
    at,
    caller: async () => (await signingKey(db, key.id))!.caller,
    async cookie() {
      const token = generateSessionToken()
      await insertSession(db, hashToken(token), user.id, 3600)
      return `${SESSION_COOKIE}=${token}`
    },
  }
}

async function makeTenant(world: World): Promise<Tenant> {
  const id = await users.insertTenant(world.db, fresh('tenant'))
  const person: Tenant['person'] = (tenantRoles = [], workspaceRoles = {}) =>
    makePerson(world, id, tenantRoles, workspaceRoles)
  const owner = await person(['account-owner'])
  const { api } = owner
  const buses = new Map<number, number>()

  return {
    id,
    owner,
    person,
    async workspace(mode = 'standard') {
      const identifier = fresh('ws')
      return await api.call('POST /workspaces', { body: { identifier, name: identifier, mode } })
    },
    async nodes(workspace, upstream, { environment = 'PROD', content = 'select 1' } = {}) {
      const flowspec = flowSpec(workspace, upstream, content)
      await api.call('POST /workspaces/{workspaceId}/flowspec-imports', {
        params: { workspaceId: workspace.id },
        body: { environment, flowspec },
      })
      const rows = await world.db.rows<{ id: number; name: string }>(
        'select id, name from nodes where workspace_id = $1 and environment = $2 and unpublished_at is null',
        [workspace.id, environment],
      )
      const ids = new Map(rows.map((row) => [row.name, row.id]))
      return Object.fromEntries(Object.keys(upstream).map((name) => [name, ids.get(name)])) as never
    },
    async extension({
      points = ['freeze-node'],
      parameters = '',
      options = '',
      onUnanswered = 'block',
      testWorkspace,
      source,
      publish = true,
      enabledIn = [],
    } = {}) {
      const author = await person(
        ['open-platform-administrator'],
        testWorkspace ? { [testWorkspace.id]: ['developer'] } : {},
      )
      const testWorkspaceId = testWorkspace?.id ?? null
      const { code } = await author.api.call('POST /extensions', {
        body: {
          name: fresh('extension'),
          points: [...points],
          parameters,
          options,
          onUnanswered,
          testWorkspaceId,
          deployment: source === undefined ? 'service' : 'function',
        },
      })
      const params = { code }
      if (source !== undefined)
        await author.api.call('PATCH /extensions/{code}/function', { params, body: { language: 'typescript', source } })
      if (publish) {
        await author.api.call('POST /extensions/{code}/submit', { params, body: {} })
        await api.call('POST /extensions/{code}/approve', { params, body: {} })
        await author.api.call('POST /extensions/{code}/publish', { params, body: {} })
      }
      for (const workspace of enabledIn)
        await api.call('PUT /workspaces/{workspaceId}/extensions/{code}', {
          params: { workspaceId: workspace.id, code },
          body: { enabled: true },
        })
      return { code, author }
    },
    async route(workspace, endpoint, { name = fresh('rule'), pattern = {}, serves = null } = {}) {
      const busId =
        buses.get(workspace.id) ?? (await api.call('POST /event-buses', { body: { name: fresh('bus') } })).id
      buses.set(workspace.id, busId)
      await api.call('POST /event-buses/{busId}/rules', {
        params: { busId },
        body: { name, pattern, targets: [{ name, endpoint, serves }] },
      })
      await api.call('PUT /workspaces/{workspaceId}/channel', {
        params: { workspaceId: workspace.id },
        body: { busId },
      })
    },
  }
}

/** A FlowSpec file with these nodes; each produces an output of its name, unique in the tenant. */
export function flowSpec(
  workspace: Workspace,
  upstream: Readonly<Record<string, readonly string[]>>,
  content = 'select 1',
): Record<string, unknown> {
  const output = (name: string) => ({ data: `${workspace.identifier}.${name}`, artifactType: 'NodeOutput' })
  return {
    version: '1.1.0',
    kind: 'CycleWorkflow',
    spec: {
      nodes: Object.entries(upstream).map(([name, parents]) => ({
        id: `id-of-${name}`,
        name,
        recurrence: 'Normal',
        priority: 1,
        script: { path: name, language: 'odps-sql', content, runtime: { command: 'ODPS_SQL', commandTypeId: 10 } },
        trigger: { type: 'Scheduler', cron: '00 00 00 * * ?' },
        inputs: { nodeOutputs: parents.map(output) },
        outputs: { nodeOutputs: [{ ...output(name), isDefault: true }] },
      })),
    },
  }
}

export const urlOf = (server: Server) => `http://127.0.0.1:${server.port}`

/** Asks for an operation on nodes through the native API. */
export async function ask(person: Person, workspace: Workspace, point: NodePoint, nodeIds: readonly number[]) {
  return await person.api.call('POST /workspaces/{workspaceId}/node-operations', {
    params: { workspaceId: workspace.id },
    body: { point, nodeIds: [...nodeIds] },
  })
}

export async function detailOf(person: Person, operationId: string) {
  return await person.api.call('GET /operations/{operationId}', { params: { operationId } })
}

/** The code with which the server refused; anything but a refusal fails the test. */
export async function refusalCode(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (error instanceof HoldpointError) return error.code
    throw error
  }
  return 'it was not refused'
}

export type HttpAnswer = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The JSON of the answer; an empty object where it has none. */
  readonly body: Readonly<Record<string, unknown>>
}

/** A request to the native API as a browser could send it; `path` is the part after /api/v1. */
export async function http(
  server: Server,
  method: string,
  path: string,
  {
    cookie,
    json,
    body,
    headers = {},
  }: {
    readonly cookie?: string
    readonly json?: unknown
    readonly body?: string | Uint8Array<ArrayBuffer>
    readonly headers?: Readonly<Record<string, string>>
  } = {},
): Promise<HttpAnswer> {
  const response = await fetch(`${urlOf(server)}/api/v1${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(cookie === undefined ? {} : { cookie, 'x-holdpoint-console': '1' }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: json === undefined ? body : JSON.stringify(json),
  })
  const text = await response.text()
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : {} }
}

export type DialectAnswer = {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>>
}

/** The headers that sign one request of this person to this server. */
export function signedHeaders(
  server: Server,
  person: Pick<Person, 'key'>,
  method: string,
  path: string,
  query: readonly (readonly [string, string])[] = [],
  headers: readonly (readonly [string, string])[] = [],
): Record<string, string> {
  const signed = signV3({
    method,
    path,
    query,
    headers: [['host', `127.0.0.1:${server.port}`], ...headers],
    accessKeyId: person.key.id,
    secret: person.key.secret,
    nowMs: Date.now(),
    nonce: randomUUID(),
  })
  return Object.fromEntries([...headers, ...signed])
}

/** One request of the DataWorks dialect, as the vendor's newer clients send it. */
export async function dialect(
  server: Server,
  person: Pick<Person, 'key'>,
  action: string,
  parameters: Readonly<Record<string, string | number>>,
  version = '2020-05-18',
): Promise<DialectAnswer> {
  const query = Object.entries(parameters).map(([name, value]) => [name, String(value)] as const)
  const named = [
    ['x-acs-action', action],
    ['x-acs-version', version],
  ] as const
  const response = await fetch(`${urlOf(server)}/?${encodeQuery(query)}`, {
    method: 'POST',
    headers: signedHeaders(server, person, 'POST', '/', query, named),
  })
  const { status, headers } = response
  return { status, headers, body: (await response.json()) as Record<string, unknown> }
}

/** Returns a result as its extension's author does: for a node operation, unless the action is another module's. */
export function callBack(
  server: Server,
  extension: Extension,
  messageId: string | null,
  result: 'OK' | 'WARN' | 'FAIL',
  action: 'UpdateWorkbenchEventResult' | 'UpdateIDEEventResult' | 'CallbackExtension' = 'UpdateWorkbenchEventResult',
): Promise<DialectAnswer> {
  return dialect(server, extension.author, action, {
    MessageId: messageId ?? '',
    ExtensionCode: extension.code,
    CheckResult: result,
    [action === 'CallbackExtension' ? 'CheckMessage' : 'CheckResultTip']: `says ${extension.code}`,
  })
}

/** Reads again whenever the server tells a change, until what was read is as wanted. */
export async function until<T>(server: Server, read: () => Promise<T>, wanted: (value: T) => boolean): Promise<T> {
  let changed = Promise.withResolvers<void>()
  const unsubscribe = server.platform.live.subscribe(() => changed.resolve())
  try {
    for (;;) {
      const value = await read()
      if (wanted(value)) return value
      await changed.promise
      changed = Promise.withResolvers<void>()
    }
  } finally {
    unsubscribe()
  }
}

export type Received = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string }
export type Reply = { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: string }
/** What a receiver answers to its n-th request, counted from 1. */
export type Behaviour = (received: Received, n: number) => Reply | Promise<Reply>

export type Receiver = {
  readonly url: string
  readonly received: readonly Received[]
  /** How many requests it had at the same moment, at most. */
  readonly mostAtOnce: number
  /** The n-th request, counted from 1, as soon as it is there. */
  nth(n: number): Promise<Received>
  /** From now on it answers so. */
  answer(behaviour: Behaviour): void
  /** Takes no connections any more, until `listen`. */
  deafen(): Promise<void>
  listen(): Promise<void>
  stop(): Promise<void>
}

const ACCEPT: Behaviour = () => ({ status: 200 })

export async function startReceiver(first: Behaviour = ACCEPT): Promise<Receiver> {
  let behaviour = first
  const received: Received[] = []
  const waiting: { n: number; resolve: (one: Received) => void }[] = []
  let atOnce = 0
  let mostAtOnce = 0
  const server = createServer(async (request, response) => {
    mostAtOnce = Math.max(mostAtOnce, ++atOnce)
    response.once('close', () => atOnce--)
    const one = { path: request.url ?? '/', headers: request.headers, body: await text(request) }
    const n = received.push(one)
    for (const some of waiting.filter((other) => other.n === n)) some.resolve(one)
    const { status = 200, headers = {}, body = '' } = await behaviour(one, n)
    response.writeHead(status, headers).end(body)
  })
  server.on('clientError', (_error, socket) => socket.destroy())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return {
    url: `http://127.0.0.1:${port}/`,
    received,
    get mostAtOnce() {
      return mostAtOnce
    },
    nth: (n) =>
      received[n - 1]
        ? Promise.resolve(received[n - 1]!)
        : new Promise((resolve) => {
            waiting.push({ n, resolve })
          }),
    answer(next) {
      behaviour = next
    },
    deafen: close,
    listen: async () => void (await once(server.listen(port, '127.0.0.1'), 'listening')),
    stop: close,
  }
}

/** An HTTP target at this address, as the dispatcher hands it to a sender. */
export const targetAt = (endpoint: string, more: Partial<Target> = {}): Target => ({
  id: 1,
  tenantId: 1,
  kind: 'http',
  endpoint,
  settings: {},
  credentials: null,
  retryPolicy: 'EXPONENTIAL_DECAY_RETRY',
  errorsTolerance: 'ALL',
  mostConcurrent: 16,
  signingSecrets: [],
  ...more,
})

/** A first attempt to hand over this text. */
export const outgoing = (envelope: string, more: Partial<Outgoing> = {}): Outgoing => ({
  messageId: randomUUID(),
  deliveryId: 1,
  attempt: 1,
  envelope,
  traceparent: null,
  trial: false,
  eventCode: 'freeze-node',
  publishedAtMs: Date.now(),
  ...more,
})
