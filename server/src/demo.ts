/**
 * The demonstration: a workspace whose nodes come from a FlowSpec file and have run for the last days, one whose pipeline is written in Data Development
 * (sample.ts), and an extension that is a process of its own.
 *
 * It is set up once, through the native API, by two users of its own, as people would: the extension's author registers and submits it, and
 * somebody else approves it. From then on only the extension's process is started; what people change stays changed.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TenantRole } from '@holdpoint/core'
import { type Client, createClient, type NewTargetInput } from '@holdpoint/sdk'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import { decryptSecret, encryptSecret, generateAccessKey } from './credentials.ts'
import type { Platform } from './platform.ts'
import { setUpSample } from './sample.ts'
import { hasAudit, writeAudit } from './store/audit.ts'
import { callerById, signingKey } from './store/principals.ts'
import * as store from './store/users.ts'
import { workspaceByIdentifier } from './store/workspaces.ts'

export type Demo = { readonly greeting: string; stop(): Promise<void> }

const EXAMPLES = join(import.meta.dirname, '../../examples')
const READY = 'demo.ready'
const AUTHOR = 'demo-extension-author'
const WORKSPACE = 'shop'
const SAMPLE = 'sales'
const SAMPLE_AFTER_MS = 1_500
const SAMPLE_READY = 'demo.sample-ready'
const ENGINEER = 'demo-engineer'
/** Orders of a day in the sample. */
const ORDERS = 2_000
const EXTENSION = 'Freeze guard'
const POINTS = ['freeze-node', 'unfreeze-node', 'undeploy-node', 'backfill-data'] as const
/** So many days have run when somebody first looks. */
const DAYS = 3
const DAY_MS = 86_400_000
const BUS = 'demo'
const RULE = 'node-operations'
const TARGET = 'freeze-guard'

type Pair = { readonly id: string; readonly secret: string }

export async function startDemo(platform: Platform, config: Config, log: Logger): Promise<Demo> {
  const tenant = await store.anyTenant(platform.db)
  const author = await ensureUser(platform, tenant!.id, AUTHOR, 'Extension author (demonstration)', [
    'open-platform-administrator',
  ])
  const pair = await ensurePair(platform, author.id)
  const child = await startExtension(config, pair, log)
  /** Tells the extension who it is, and with which secrets its deliveries are signed; to it alone. */
  const introduce = async () => {
    const as = client(config, pair)
    child.tell({ extensionCode: (await findExtension(as))?.code ?? '', secrets: await signingSecrets(as) })
  }
  // It is a process of this machine: deliveries may reach it, and nothing else here.
  platform.outbound.allowAlso('127.0.0.1', child.port)
  try {
    if (!(await hasAudit(platform.db, tenant!.id, READY)))
      await setUp(platform, config, tenant!.id, author.id, pair, child.port)
    else await pointTarget(client(config, pair), child.port)
    await introduce()
  } catch (error) {
    await child.stop()
    throw error
  }
  // Its secret may be replaced, its rule be written anew.
  const unsubscribe = platform.live.subscribe((change) => {
    if (change.kind === 'openevent' && change.tenantId === tenant!.id)
      introduce().catch((error) => log.warn({ err: error }, 'the demonstration'))
  })
  // Nobody waits for it.
  const stopping = new AbortController()
  const sample = finishSample(platform, tenant!.id, stopping.signal).catch((error) => {
    if (!stopping.signal.aborted) log.warn({ err: error }, 'the sample workspace of the demonstration')
  })
  return {
    greeting: `The demonstration: in workspace "${WORKSPACE}", freeze a node, or backfill data. The extension "${EXTENSION}" (process ${child.pid}, port ${child.port}) decides.`,
    async stop() {
      unsubscribe()
      stopping.abort()
      await Promise.all([sample, child.stop()])
    },
  }
}

/** Goes on, where an earlier start has stopped before its end. */
async function finishSample(platform: Platform, tenantId: number, signal: AbortSignal): Promise<void> {
  const { db } = platform
  if (await hasAudit(db, tenantId, SAMPLE_READY)) return
  const workspace = await workspaceByIdentifier(db, tenantId, SAMPLE)
  const engineer = await store.userByName(db, ENGINEER)
  const caller = engineer && (await callerById(db, engineer.id))
  // An installation that is older than the sample has none.
  if (workspace === null || caller === null) return
  // Whoever looks first is not kept waiting by it.
  await sleep(SAMPLE_AFTER_MS, undefined, { signal })
  await setUpSample(platform, caller, workspace, { orders: ORDERS, days: [day(DAYS + 1), day(2)] }, signal)
  await db.transaction(async (tx) =>
    writeAudit(tx, {
      tenantId,
      workspaceId: workspace.id,
      userId: caller.userId,
      action: SAMPLE_READY,
      object: SAMPLE,
    }),
  )
}

/** The business date so many days ago. */
const day = (before: number) => new Date(Date.now() - before * DAY_MS).toISOString().slice(0, 10)

/** Each step finds what an earlier start that broke off has left. */
async function setUp(
  platform: Platform,
  config: Config,
  tenantId: number,
  authorId: number,
  author: Pair,
  port: number,
): Promise<void> {
  const reviewer = await ensureUser(platform, tenantId, 'demo-reviewer', 'Reviewer (demonstration)', ['account-owner'])
  const reviewerPair = await ensurePair(platform, reviewer.id)
  const as = { author: client(config, author), reviewer: client(config, reviewerPair) }

  const workspaces = await as.reviewer.call('GET /workspaces')
  const workspace =
    workspaces.items.find((one) => one.identifier === WORKSPACE) ??
    (await as.reviewer.call('POST /workspaces', {
      body: {
        identifier: WORKSPACE,
        name: 'Online shop',
        description: 'Nightly reports of an online shop, imported from a FlowSpec file',
        mode: 'standard',
      },
    }))
  const engineer = await ensureUser(platform, tenantId, ENGINEER, 'Data engineer (demonstration)', [])
  const sample =
    workspaces.items.find((one) => one.identifier === SAMPLE) ??
    (await as.reviewer.call('POST /workspaces', {
      body: {
        identifier: SAMPLE,
        name: 'Sales',
        description: 'A pipeline from files of orders to a published table, written in Data Development',
        mode: 'standard',
      },
    }))
  await as.reviewer.call('PUT /workspaces/{workspaceId}/members/{userId}', {
    params: { workspaceId: sample.id, userId: engineer.id },
    body: { roles: ['administrator'] },
  })
  const params = { workspaceId: workspace.id }
  const flowspec = readFileSync(join(EXAMPLES, 'shop-pipeline.flowspec.json'), 'utf8')
  for (const environment of ['DEV', 'PROD'] as const)
    await as.reviewer.call('POST /workspaces/{workspaceId}/flowspec-imports', {
      params,
      body: { environment, flowspec },
    })

  await firstDays(as.reviewer, workspace.id)

  // The author tests the extension there, which reads the nodes it is asked about.
  await as.reviewer.call('PUT /workspaces/{workspaceId}/members/{userId}', {
    params: { ...params, userId: authorId },
    body: { roles: ['developer'] },
  })
  const extension =
    (await findExtension(as.author)) ??
    (await as.author.call('POST /extensions', {
      body: {
        name: EXTENSION,
        description:
          'Refuses to freeze a node while other nodes wait for it, and to backfill more than 31 days at once or a month that is closed; warns when a node that is not temporary is unpublished.',
        points: [...POINTS],
        testWorkspaceId: workspace.id,
      },
    }))
  const code = { code: extension.code }
  let { status } = extension
  if (status === 'testing')
    ({ status } = await as.author.call('POST /extensions/{code}/submit', { params: code, body: {} }))
  if (status === 'in-review')
    ({ status } = await as.reviewer.call('POST /extensions/{code}/approve', {
      params: code,
      body: { reason: 'Part of the demonstration' },
    }))
  if (status === 'approved') await as.author.call('POST /extensions/{code}/publish', { params: code, body: {} })

  const bus =
    (await findBus(as.author)) ??
    (await as.author.call('POST /event-buses', { body: { name: BUS, description: 'Demonstration' } }))
  const busId = { busId: bus.id }
  if (!(await findRule(as.author, bus.id)))
    await as.author.call('POST /event-buses/{busId}/rules', {
      params: busId,
      body: {
        name: RULE,
        pattern: { source: ['acs.dataworks'], data: { eventCode: [...POINTS] } },
        targets: [target(port)],
      },
    })
  await as.author.call('PUT /workspaces/{workspaceId}/channel', { params, body: { busId: bus.id, enabled: true } })
  await as.reviewer.call('PUT /workspaces/{workspaceId}/extensions/{code}', {
    params: { ...params, ...code },
    body: { enabled: true },
  })
  // The reviewer had full power for the set-up only.
  await platform.db.transaction(async (tx) => {
    await store.deleteAccessKey(tx, reviewerPair.id)
    await store.updateUser(tx, reviewer.id, { tenantRoles: [], disabled: true })
    writeAudit(tx, { tenantId, userId: reviewer.id, action: READY, object: WORKSPACE })
  })
}

/** Has everything run for the last days, before there is anybody to ask: the nights to come run by themselves. */
async function firstDays(as: Client, workspaceId: number): Promise<void> {
  const params = { workspaceId }
  if ((await as.call('GET /workspaces/{workspaceId}/backfills', { params })).items.length > 0) return
  const { items } = await as.call('GET /workspaces/{workspaceId}/nodes', { params, query: { limit: 200 } })
  const idsOf = (wanted: (node: (typeof items)[number]) => boolean) => items.filter(wanted).map((node) => node.id)
  await as.call('POST /workspaces/{workspaceId}/backfills', {
    params,
    body: {
      name: 'The last days',
      comment: 'Made with the demonstration, so that there is something to look at',
      mode: 'massive',
      rootNodeIds: idsOf((node) => node.isRoot),
      excludeNodeIds: idsOf((node) => node.recurrence === 'pause'),
      // The day before yesterday has ended wherever its nodes are scheduled.
      dates: [{ start: day(DAYS + 1), end: day(2) }],
    },
  })
}

const client = (config: Config, pair: Pair): Client =>
  createClient({ endpoint: `http://127.0.0.1:${config.port}`, accessKeyId: pair.id, accessKeySecret: pair.secret })

const target = (port: number) => ({ name: TARGET, endpoint: `http://127.0.0.1:${port}/extensions/consumer` })

const findExtension = async (as: Client) =>
  (await as.call('GET /extensions', { query: { limit: 200 } })).items.find((one) => one.name === EXTENSION)
const findBus = async (as: Client) =>
  (await as.call('GET /event-buses', { query: { limit: 200 } })).items.find((one) => one.name === BUS)
const findRule = async (as: Client, busId: number) =>
  (await as.call('GET /event-buses/{busId}/rules', { params: { busId }, query: { limit: 200 } })).items.find(
    (one) => one.name === RULE,
  )

async function signingSecrets(as: Client): Promise<string[]> {
  const bus = await findBus(as)
  const rule = bus && (await findRule(as, bus.id))
  if (!rule?.targets.some((one) => one.name === TARGET)) return []
  const { secrets } = await as.call('GET /event-buses/{busId}/rules/{ruleId}/targets/{name}/signing-secrets', {
    params: { busId: rule.busId, ruleId: rule.id, name: TARGET },
  })
  return secrets.map((one) => one.secret)
}

/** Leads the rule to where the extension listens now, should its port have changed; leaves everything else as people made it. */
async function pointTarget(as: Client, port: number): Promise<void> {
  const bus = await findBus(as)
  const rule = bus && (await findRule(as, bus.id))
  if (!rule?.targets.some((one) => one.name === TARGET && one.endpoint !== target(port).endpoint)) return
  await as.call('PUT /event-buses/{busId}/rules/{ruleId}', {
    params: { busId: rule.busId, ruleId: rule.id },
    body: {
      name: rule.name,
      pattern: rule.pattern,
      enabled: rule.enabled,
      targets: rule.targets.map(({ id, endpoint, hasCredentials, blockedAt, ...kept }) => {
        const address = kept.name === TARGET ? target(port) : kept.kind === 'http' ? { endpoint } : {}
        // What the server answered of a target is what it takes for it.
        return { ...kept, ...address } as unknown as NewTargetInput
      }),
    },
  })
}

async function ensureUser(
  platform: Platform,
  tenantId: number,
  name: string,
  displayName: string,
  tenantRoles: readonly TenantRole[],
): Promise<store.UserRow> {
  const present = await store.userByName(platform.db, name)
  if (present && present.tenant_id !== tenantId) throw new Error(`another tenant has a user named ${name}`)
  return (
    present ?? (await store.insertUser(platform.db, { tenantId, name, displayName, passwordHash: null, tenantRoles }))
  )
}

/** The user's AccessKey pair, made when there is none. */
async function ensurePair(platform: Platform, userId: number): Promise<Pair> {
  const [present] = (await store.accessKeysOf(platform.db, userId)).filter((key) => key.active)
  if (present) {
    const key = await signingKey(platform.db, present.id)
    return { id: present.id, secret: decryptSecret(platform.secretKey, key!.secret, present.id) }
  }
  const pair = generateAccessKey()
  await store.insertAccessKey(platform.db, {
    id: pair.id,
    userId,
    secret: encryptSecret(platform.secretKey, pair.secret, pair.id),
  })
  return pair
}

type Extension = { readonly pid: number; readonly port: number; tell(message: object): void; stop(): Promise<void> }

const RESTART_MS = 1000

/** The extension as its author would run it. One that dies is started again, at the same port; all end when `stop` is called. */
async function startExtension(config: Config, pair: Pair, log: Logger): Promise<Extension> {
  let child = spawnExtension(config, pair, config.demoPort)
  const port = await portOf(child, config.demoPort)
  const { pid } = child
  let told: object | null = null
  let stopping = false
  let restart: NodeJS.Timeout | undefined
  const watch = () =>
    child.once('exit', (code, signal) => {
      if (stopping) return
      log.warn({ code, signal }, "the demonstration's extension has ended; it is started again")
      restart = setTimeout(() => {
        child = spawnExtension(config, pair, port)
        child.on('error', (error) => log.warn({ err: error }, 'the demonstration'))
        watch()
        // It says its port once it listens, and waits to be told who it is.
        child.once('message', () => told && send(told))
      }, RESTART_MS)
    })
  const send = (message: object) => child.connected && child.send(message, () => {})
  watch()
  return {
    pid: pid!,
    port,
    tell(message) {
      told = message
      send(message)
    },
    async stop() {
      stopping = true
      clearTimeout(restart)
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** It ends when its connection to us does, so that none is left behind by a crash. */
function spawnExtension(config: Config, pair: Pair, port: number): ChildProcess {
  return spawn(process.execPath, [join(EXAMPLES, 'freeze-guard/extension.ts')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      DATAWORKS_ENDPOINT: `127.0.0.1:${config.port}`,
      ALIBABA_CLOUD_ACCESS_KEY_ID: pair.id,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: pair.secret,
      CHECK_DELAY_MS: '2000',
      CLOSED_UNTIL: `${new Date().getUTCFullYear() - 1}-12`,
    },
  })
}

function portOf(child: ChildProcess, wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve((message as { port: number }).port))
    child.on('error', reject)
    child.once('exit', (code) =>
      reject(
        new Error(
          `the demonstration's extension ended with code ${code}; is port ${wanted} in use? Set HOLDPOINT_DEMO_PORT or start with --no-demo`,
        ),
      ),
    )
  })
}
