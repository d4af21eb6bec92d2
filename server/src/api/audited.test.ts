// Rule 30: whatever is changed is recorded in the same transaction. Every route that writes, and every action of the dialect that does, is walked
// through; one that is new is missing here and fails.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventBridgeBody, rawEventBridge } from '../../../test/eventbridge-requests.ts'
import { nodeBody, putFile } from '../../../test/files.ts'
import { putRun } from '../../../test/instances.ts'
import { workOf } from '../../../test/runners.ts'
import { syncOf } from '../../../test/syncs.ts'
import {
  ask,
  callBack,
  detailOf,
  dialect,
  type Extension,
  flowSpec,
  http,
  PATIENCE,
  type Person,
  startWorld,
  type Tenant,
  type Workspace,
  type World,
} from '../../../test/world.ts'
import { ACTIONS } from '../dataworks/actions/index.ts'
import { ACTIONS as EVENTBRIDGE_ACTIONS } from '../eventbridge/actions.ts'
import { expire } from '../gate/expire.ts'
import { dataSourceOfNode } from '../store/data-sources.ts'
import { putDevConnection, putDevTarget } from '../store/dev-connections.ts'
import { ROUTES } from './routes/index.ts'

let world: World
let tenant: Tenant
let owner: Person
let workspace: Workspace
let nodeIds: Readonly<Record<string, number>>
const cookies = new Map<Person, string>()

beforeAll(async () => {
  // Where it is about noon: in the night the instances of the next day are generated, which nobody has asked for.
  const hour = new Date().getUTCHours()
  world = await startWorld({ timeZone: `Etc/GMT${hour > 12 ? '+' : '-'}${Math.abs(hour - 12)}` })
  tenant = await world.tenant()
  owner = tenant.owner
  workspace = await tenant.workspace()
  nodeIds = await tenant.nodes(workspace, { a: [], b: [], c: [], d: [], e: [], f: [], g: [], h: [], i: [] })
})
afterAll(() => world?.stop())

/** What is written without an entry: what Holdpoint keeps for itself, and deliveries, whose message and attempts have theirs. */
const OWN = [
  'audit_entries',
  'audit_head',
  'audit_seals',
  'audit_tenant_seals',
  'schema_migrations',
  'nonces',
  'deliveries',
  'replicas',
  'lanes',
  // Which replica makes whose deliveries, and that it has looked whether a day is to be generated.
  'lanes',
  'generated_days',
  'eventbridge_keys',
  'dev_connections',
  // Counted guesses.
  'sign_in_failures',
  'known_addresses',
  'invocations',
  'function_usage',
  // Told already by the alert they belong to.
  'alert_watch',
  'alert_notices',
  'alert_attempts',
  // Made of parameters, for the next request.
  'sync_task_configs',
]

/** The first secret of a target is made with the first delivery to it, whenever that is; only those after it are anybody's doing. */
const WRITTEN: Readonly<Record<string, string>> = {
  target_signing_secrets:
    'where exists (select from target_signing_secrets o where o.target_id = t.target_id and o.id <> t.id)',
}

type Entry = {
  action: string
  user_id: number | null
  object: string
  xmin: string
  tenant_id: number
  details: object
}
const entries = () =>
  world.db.rows<Entry>('select *, xmin::text as xmin from audit_entries where tenant_id = $1 order by id', [tenant.id])

/** The transactions that wrote what stands in the tables. */
async function writers(withKeys: boolean): Promise<Set<string>> {
  const tables = await world.db.rows<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> all ($1)`,
    // When they were last used is noted now and then.
    [withKeys ? OWN : [...OWN, 'access_keys']],
  )
  const rows = await world.db.rows<{ xmin: string }>(
    tables.map(({ name }) => `select xmin::text as xmin from ${name} t ${WRITTEN[name] ?? ''}`).join(' union '),
  )
  return new Set(rows.map((row) => row.xmin))
}

/** Does something and answers the entries that came of it; whatever was written was written together with one of them. */
async function recorded(work: () => Promise<unknown>, withKeys = false): Promise<Entry[]> {
  const before = await writers(withKeys)
  const known = (await entries()).length
  await work()
  // Entries last: what goes on meanwhile has written its own by then.
  const wrote = await writers(withKeys)
  const after = await entries()
  const xmins = new Set(after.map((one) => one.xmin))
  const alone = [...wrote].filter((xid) => !before.has(xid) && !xmins.has(xid))
  expect(alone, 'transactions without an entry').toEqual([])
  return after.slice(known)
}

/** Signs the person in, once; sessions made so are nobody's signing in. */
async function cookieOf(person: Person): Promise<string> {
  const cookie = cookies.get(person) ?? (await person.cookie())
  cookies.set(person, cookie)
  return cookie
}

async function call(person: Person, method: string, path: string, json?: unknown) {
  const cookie = await cookieOf(person)
  const answer = await http(world.server, method, path, {
    cookie,
    ...(method === 'DELETE' ? {} : { json: json ?? {} }),
  })
  expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300)
  return answer.body as Record<string, never>
}

const bus = () => call(owner, 'POST', '/event-buses', { name: `bus-${Math.random().toString(36).slice(2)}` })
const rule = (endpoint = 'https://example.com/') => ({
  name: 'rule',
  pattern: {},
  targets: [{ name: 'target', endpoint }],
})
async function busWithRule(endpoint?: string) {
  const { id: busId } = await bus()
  const { id: ruleId } = await call(owner, 'POST', `/event-buses/${busId}/rules`, rule(endpoint))
  return { busId, ruleId }
}
const alertRule = () =>
  call(owner, 'POST', `/workspaces/${workspace.id}/alert-rules`, {
    name: `rule-${Math.random().toString(36).slice(2)}`,
    watch: { kind: 'ERROR', nodeIds: null },
    webhook: 'https://example.com/',
  })
const fresh = (word: string) => `${word}-${Math.random().toString(36).slice(2)}`
const dataSource = () =>
  call(owner, 'POST', `/workspaces/${workspace.id}/data-sources`, {
    ...{ kind: 'postgresql', environment: 'PROD', name: fresh('source'), password: 'a password' },
    settings: { host: 'nowhere.invalid', database: 'd', user: 'u' },
  })
const table = () =>
  call(owner, 'POST', `/workspaces/${workspace.id}/tables`, {
    name: `table_${Math.random().toString(36).slice(2)}`,
    design: { columns: [{ name: 'id', type: 'bigint' }] },
  })
const resourceGroup = () =>
  call(owner, 'POST', '/resource-groups', { identifier: fresh('group'), name: 'A group', slots: 2 })
const content = { name: 'An extension', points: ['freeze-node'] }
async function extensionIn(...verbs: string[]) {
  const author = await tenant.person(['open-platform-administrator'])
  const { code } = await call(author, 'POST', '/extensions', content)
  for (const verb of verbs)
    await call(verb === 'approve' ? owner : author, 'POST', `/extensions/${code}/${verb}`, { reason: 'because' })
  return { author, path: `/extensions/${code}` }
}
/** An extension under test whose author's machine is connected. */
async function connected() {
  const extension = await tenant.extension({ testWorkspace: await tenant.workspace(), publish: false })
  await cookieOf(extension.author)
  const connection = randomUUID()
  const [row] = await world.db.rows<{ id: number }>('select id from extensions where code = $1', [extension.code])
  const userId = extension.author.id
  await putDevConnection(world.db, { extensionId: row!.id, id: connection, userId, machine: 'm', owner: true })
  await putDevTarget(world.db, row!.id, 'http://127.0.0.1:9/')
  return { author: extension.author, path: `/extensions/${extension.code}`, connection }
}
/** A held operation on a node, with who asked for it and the extension that is asked. */
async function held(
  node: string,
  parameters = '',
): Promise<{ operator: Person; extension: Extension; id: string; messageId: string }> {
  const extension = await tenant.extension({ parameters, enabledIn: [workspace] })
  const operator = await tenant.person([], { [workspace.id]: ['operator'] })
  const operation = await ask(operator, workspace, 'freeze-node', [nodeIds[node]!])
  // Nobody else is held by it.
  await call(owner, 'PUT', `/workspaces/${workspace.id}/extensions/${extension.code}`, { enabled: false })
  return { operator, extension, id: operation.id, messageId: operation.messageId! }
}

/** A delivery that has reached its receiver, and how to wait until it has done so again. */
async function delivery(): Promise<{ id: number; ended(): Promise<void> }> {
  const receiver = await world.receiver()
  const place = await tenant.workspace()
  const { x } = await tenant.nodes(place, { x: [] })
  await tenant.extension({ enabledIn: [place] })
  await tenant.route(place, receiver.url, { pattern: { data: { eventCode: ['freeze-node'] } } })
  const { id } = await ask(owner, place, 'freeze-node', [x])
  const read = async () => (await detailOf(owner, id)).deliveries[0]!
  const ended = () => expect.poll(async () => (await read()).state, PATIENCE).toBe('delivered')
  await ended()
  return { id: Number((await read()).id), ended }
}

type Step = { readonly actions: readonly string[]; run(): Promise<() => Promise<unknown>> }
/** Two instances of one run, the second of which waits for the first. */
async function twoInstances(): Promise<readonly number[]> {
  const instances = [{ nodeId: nodeIds.a! }, { nodeId: nodeIds.b!, upstream: [0] }]
  return (await putRun(world, { tenant, workspace, kind: 'backfill', instances })).ids
}
/** What is done in the workspace, with instances of it. */
const instanceStep = (path: string, action: string, bodyOf: (ids: readonly number[]) => object): Step => ({
  actions: [action],
  async run() {
    const body = bodyOf(await twoInstances())
    return () => call(owner, 'POST', `/workspaces/${workspace.id}/${path}`, body)
  },
})
/** What an administrator does with a user. */
const userStep = (method: string, path: string, action: string): Step => ({
  actions: [action],
  async run() {
    const { id } = await tenant.person()
    await cookieOf(owner)
    return () => call(owner, method, `/users/${id}${path}`)
  },
})

const backfillOf = (name: string) => ({
  name: 'again',
  rootNodeIds: [nodeIds[name]!],
  dates: [{ start: '2026-01-01', end: '2026-01-01' }],
})
const created = async (id: number) =>
  await expect
    .poll(async () => {
      const [row] = await world.db.rows<{ state: string }>('select state from backfills where id = $1', [id])
      return row!.state
    }, PATIENCE)
    .not.toBe('creating')

const committed = () => putFile(world, { tenant, workspace, name: fresh('file'), by: owner })
const draft = (place = workspace) =>
  call(owner, 'POST', `/workspaces/${place.id}/files`, { name: fresh('draft'), body: nodeBody({}) })
const folder = () => call(owner, 'POST', `/workspaces/${workspace.id}/folders`, { path: fresh('folder') })
/** A review that the owner of the tenant has asked for. */
async function review(): Promise<string> {
  const { id } = await committed()
  const asked = await call(owner, 'POST', `/workspaces/${workspace.id}/files/${id}/reviews`)
  return `/workspaces/${workspace.id}/file-reviews/${asked.id}`
}

const syncJob = (definition = syncOf('full', [{ from: 'there' }])) =>
  call(owner, 'POST', `/workspaces/${workspace.id}/sync-jobs`, { name: fresh('job'), definition })
/** One that can be started. */
async function startable(kind: 'full' | 'real-time') {
  const { db, platform } = world.server
  const dataSource = await dataSourceOfNode(db, { workspaceId: workspace.id, environment: 'PROD', name: null })
  const from = `table_${Math.random().toString(36).slice(2)}`
  const work = workOf({
    content: `create table ${from} (id bigint primary key)`,
    dataSource,
    tenantId: tenant.id,
  })
  const ended = await platform.runners.run(work, { log() {}, signal: new AbortController().signal })
  expect(ended).toEqual({ ended: 'succeeded' })
  return await syncJob(syncOf(kind, [{ from, to: `${from}_copy`, ...(kind === 'full' ? {} : { changeColumn: 'id' }) }]))
}
const qualityRule = () => ({
  ...{ name: fresh('rule'), severity: 'High', templateCode: 'mine', sampling: { metric: 'Count' } },
  checking: { type: 'Fixed', thresholds: { expected: '$checkValue > 0' } },
})
const qualityMonitor = () => ({ name: fresh('monitor'), target: { table: 'orders' }, trigger: { type: 'ByManual' } })
const hook = () => ({ channel: 'Webhook', receiver: `https://example.com/${fresh('hook')}` })
type Quality = Readonly<Record<'monitor' | 'rule' | 'subscription' | 'result', number>>
async function quality(): Promise<Quality> {
  const params = { workspaceId: workspace.id }
  const body = { ...qualityMonitor(), rules: [qualityRule()], subscriptions: [hook()] } as never
  const { ids } = await owner.api.call('POST /workspaces/{workspaceId}/quality-monitors', { params, body })
  const detail = await owner.api.call('GET /workspaces/{workspaceId}/quality-monitors/{qualityMonitorId}', {
    params: { ...params, qualityMonitorId: ids[0]! },
  })
  const [result] = await world.db.rows<{ id: number }>(
    `with run as (insert into quality_runs (tenant_id, workspace_id, monitor_id, bizdate, cycle_at, state)
       select tenant_id, workspace_id, id, current_date, now(), 'ended' from quality_monitors where id = $1 returning *)
     insert into quality_results (tenant_id, workspace_id, run_id, monitor_id, rule_id, bizdate, rule, status, statement, began_at, ended_at)
     select run.tenant_id, run.workspace_id, run.id, run.monitor_id, r.id, run.bizdate, r.rule, 'Error', '', now(), now()
     from run, quality_rules r where r.monitor_id = run.monitor_id returning id`,
    [ids[0]],
  )
  return {
    ...{
      monitor: ids[0]!,
      rule: detail.ruleList[0]!.id,
      subscription: detail.subscriptions[0]!.id,
      result: result!.id,
    },
  }
}
const qualityStep = (
  method: string,
  path: (there: Quality) => string,
  body: (there: Quality) => unknown = () => undefined,
  action = 'operation.request',
): Step => ({
  actions: [action],
  async run() {
    const there = await quality()
    return () => call(owner, method, `/workspaces/${workspace.id}${path(there)}`, body(there))
  },
})

/** What each route that writes needs beforehand, the request, and the entries it leaves. */
const STEPS: Readonly<Record<string, Step>> = {
  'POST /session': {
    actions: ['session.start'],
    async run() {
      const name = `signs_in_${Math.random().toString(36).slice(2)}`
      await call(owner, 'POST', '/users', { name, password: 'correct horse battery' })
      return () => http(world.server, 'POST', '/session', { json: { name, password: 'correct horse battery' } })
    },
  },
  'DELETE /session': {
    actions: ['session.end'],
    async run() {
      const person = await tenant.person()
      const cookie = await person.cookie()
      return () => http(world.server, 'DELETE', '/session', { cookie })
    },
  },
  'POST /users': {
    actions: ['user.create'],
    run: async () => () =>
      call(owner, 'POST', '/users', { name: `somebody_${Date.now()}`, password: 'correct horse battery' }),
  },
  'PATCH /session': {
    actions: ['user.change'],
    async run() {
      const person = await tenant.person()
      await cookieOf(person)
      return () => call(person, 'PATCH', '/session', { displayName: 'Another' })
    },
  },
  'POST /session/password': {
    actions: ['user.change-password', 'session.start'],
    async run() {
      const name = `changes_${Math.random().toString(36).slice(2)}`
      const password = 'correct horse battery'
      await call(owner, 'POST', '/users', { name, password })
      const { headers } = await http(world.server, 'POST', '/session', { json: { name, password } })
      const cookie = headers.getSetCookie()[0]!.split(';')[0]!
      const json = { password, newPassword: 'another horse battery' }
      return () => http(world.server, 'POST', '/session/password', { cookie, json })
    },
  },
  'POST /session/openid/link': { actions: [], run: async () => async () => {} },
  'DELETE /sessions': {
    actions: ['session.end'],
    async run() {
      const person = await tenant.person()
      await cookieOf(person)
      return () => call(person, 'DELETE', '/sessions')
    },
  },
  'DELETE /sessions/:sessionId': {
    actions: ['session.end'],
    async run() {
      const person = await tenant.person()
      await person.cookie()
      const [row] = await world.db.rows<{ id: string }>('select id from sessions where user_id = $1', [person.id])
      await cookieOf(person)
      return () => call(person, 'DELETE', `/sessions/${row!.id}`)
    },
  },
  'POST /users/:userId/reset-password': userStep('POST', '/reset-password', 'user.reset-password'),
  'POST /users/:userId/unlock': userStep('POST', '/unlock', 'user.unlock'),
  'POST /users/:userId/unlink': userStep('POST', '/unlink', 'user.unlink'),
  'DELETE /users/:userId/sessions': userStep('DELETE', '/sessions', 'user.end-sessions'),
  'PATCH /users/:userId/access-keys/:accessKeyId': {
    actions: ['access-key.deactivate'],
    async run() {
      const { id, key } = await tenant.person()
      return () => call(owner, 'PATCH', `/users/${id}/access-keys/${key.id}`, { active: false })
    },
  },
  'DELETE /users/:userId/access-keys/:accessKeyId': {
    actions: ['access-key.delete'],
    async run() {
      const { id, key } = await tenant.person()
      return () => call(owner, 'DELETE', `/users/${id}/access-keys/${key.id}`)
    },
  },
  'POST /extensions/:code/credentials': {
    actions: ['user.create', 'access-key.create'],
    async run() {
      const { author, path } = await extensionIn()
      return () => call(author, 'POST', `${path}/credentials`)
    },
  },
  'PATCH /extensions/:code/credentials/:accessKeyId': {
    actions: ['access-key.deactivate'],
    async run() {
      const { author, path } = await extensionIn()
      const { id } = await call(author, 'POST', `${path}/credentials`)
      return () => call(author, 'PATCH', `${path}/credentials/${id}`, { active: false })
    },
  },
  'DELETE /extensions/:code/credentials/:accessKeyId': {
    actions: ['access-key.delete'],
    async run() {
      const { author, path } = await extensionIn()
      const { id } = await call(author, 'POST', `${path}/credentials`)
      return () => call(author, 'DELETE', `${path}/credentials/${id}`)
    },
  },
  'PATCH /users/:userId': {
    actions: ['user.change'],
    async run() {
      const { id } = await tenant.person()
      return () => call(owner, 'PATCH', `/users/${id}`, { displayName: 'Another' })
    },
  },
  'POST /access-keys': {
    actions: ['access-key.create'],
    async run() {
      const person = await tenant.person()
      await cookieOf(person)
      return () => call(person, 'POST', '/access-keys')
    },
  },
  'PATCH /access-keys/:accessKeyId': {
    actions: ['access-key.deactivate'],
    async run() {
      const person = await tenant.person()
      await cookieOf(person)
      return () => call(person, 'PATCH', `/access-keys/${person.key.id}`, { active: false })
    },
  },
  'DELETE /access-keys/:accessKeyId': {
    actions: ['access-key.delete'],
    async run() {
      const person = await tenant.person()
      await cookieOf(person)
      return () => call(person, 'DELETE', `/access-keys/${person.key.id}`)
    },
  },
  'POST /workspaces': {
    actions: ['workspace.create'],
    run: async () => () =>
      call(owner, 'POST', '/workspaces', { identifier: `ws_${Date.now()}`, name: 'w', mode: 'basic' }),
  },
  'PUT /workspaces/:workspaceId/members/:userId': {
    actions: ['member.put'],
    async run() {
      const { id } = await tenant.person()
      return () => call(owner, 'PUT', `/workspaces/${workspace.id}/members/${id}`, { roles: ['visitor'] })
    },
  },
  'DELETE /workspaces/:workspaceId/members/:userId': {
    actions: ['member.remove'],
    async run() {
      const { id } = await tenant.person([], { [workspace.id]: ['visitor'] })
      return () => call(owner, 'DELETE', `/workspaces/${workspace.id}/members/${id}`)
    },
  },
  'POST /workspaces/:workspaceId/node-operations': {
    actions: ['operation.request'],
    run: async () => () => ask(owner, workspace, 'freeze-node', [nodeIds.a!]),
  },
  'POST /workspaces/:workspaceId/instance-operations': instanceStep(
    'instance-operations',
    'operation.request',
    (ids) => ({
      operation: 'freeze',
      instanceIds: ids,
    }),
  ),
  'POST /workspaces/:workspaceId/instance-operations/each': instanceStep(
    'instance-operations/each',
    'operation.request',
    (ids) => ({ operation: 'freeze', instanceIds: ids }),
  ),
  'POST /workspaces/:workspaceId/instance-changes': instanceStep(
    'instance-changes',
    'instance.change',
    (instanceIds) => ({ instanceIds, priority: 8 }),
  ),
  'POST /workspaces/:workspaceId/instances/:instanceId/remove-dependencies': {
    actions: ['instance.remove-dependencies'],
    async run() {
      const [above, below] = await twoInstances()
      return () =>
        call(owner, 'POST', `/workspaces/${workspace.id}/instances/${below}/remove-dependencies`, {
          upstreamInstanceIds: [above],
        })
    },
  },
  'POST /workspaces/:workspaceId/smoke-tests': instanceStep('smoke-tests', 'node.smoke-test', () => ({
    nodeId: nodeIds.h!,
    bizdate: '2026-01-01',
  })),
  'POST /workspaces/:workspaceId/manual-runs': {
    actions: ['node.manual-run'],
    async run() {
      await world.db.rows(`update nodes set trigger = 'manual' where id = $1`, [nodeIds.i!])
      const body = { nodeId: nodeIds.i!, bizdate: '2026-01-01' }
      return () => call(owner, 'POST', `/workspaces/${workspace.id}/manual-runs`, body)
    },
  },
  'POST /workspaces/:workspaceId/files/:fileId/reviews': {
    actions: ['file-review.request'],
    async run() {
      const { id } = await committed()
      return () => call(owner, 'POST', `/workspaces/${workspace.id}/files/${id}/reviews`)
    },
  },
  'POST /workspaces/:workspaceId/files/:fileId/runs': {
    actions: ['operation.request'],
    async run() {
      const { id } = await committed()
      return () => call(owner, 'POST', `/workspaces/${workspace.id}/files/${id}/runs`, { revision: 1 })
    },
  },
  'POST /workspaces/:workspaceId/files/:fileId/runs/:instanceId/stop': {
    actions: ['file.stop-run'],
    async run() {
      const { id } = await committed()
      const path = `/workspaces/${workspace.id}/files/${id}/runs`
      const asked: Record<string, unknown> = await call(owner, 'POST', path, { revision: 1 })
      const { instanceId } = asked.run as { instanceId: number }
      return () => call(owner, 'POST', `${path}/${instanceId}/stop`)
    },
  },
  'POST /workspaces/:workspaceId/quality-rules': qualityStep(
    'POST',
    () => '/quality-rules',
    ({ monitor }) => ({ monitorId: monitor, rules: [qualityRule()] }),
  ),
  'PATCH /workspaces/:workspaceId/quality-rules/:qualityRuleId': qualityStep(
    'PATCH',
    ({ rule }) => `/quality-rules/${rule}`,
    () => ({ revision: 1, rule: qualityRule() }),
  ),
  'DELETE /workspaces/:workspaceId/quality-rules/:qualityRuleId': qualityStep(
    'DELETE',
    ({ rule }) => `/quality-rules/${rule}`,
  ),
  'POST /workspaces/:workspaceId/quality-rule-updates': qualityStep(
    'POST',
    () => '/quality-rule-updates',
    ({ rule: id }) => ({ rules: [{ id, revision: 1, rule: qualityRule() }] }),
  ),
  'POST /workspaces/:workspaceId/quality-rule-deletions': qualityStep(
    'POST',
    () => '/quality-rule-deletions',
    ({ rule }) => ({ ids: [rule] }),
  ),
  'POST /workspaces/:workspaceId/quality-monitors': qualityStep('POST', () => '/quality-monitors', qualityMonitor),
  'PATCH /workspaces/:workspaceId/quality-monitors/:qualityMonitorId': qualityStep(
    'PATCH',
    ({ monitor }) => `/quality-monitors/${monitor}`,
    () => ({ revision: 1, monitor: qualityMonitor() }),
  ),
  'DELETE /workspaces/:workspaceId/quality-monitors/:qualityMonitorId': qualityStep(
    'DELETE',
    ({ monitor }) => `/quality-monitors/${monitor}`,
  ),
  'POST /workspaces/:workspaceId/quality-monitors/:qualityMonitorId/clone': qualityStep(
    'POST',
    ({ monitor }) => `/quality-monitors/${monitor}/clone`,
    () => ({ targets: [{ table: 'another' }] }),
  ),
  'POST /workspaces/:workspaceId/quality-monitor-deletions': qualityStep(
    'POST',
    () => '/quality-monitor-deletions',
    ({ monitor }) => ({ ids: [monitor] }),
  ),
  'POST /workspaces/:workspaceId/quality-monitors/:qualityMonitorId/subscriptions': qualityStep(
    'POST',
    ({ monitor }) => `/quality-monitors/${monitor}/subscriptions`,
    hook,
  ),
  'PATCH /workspaces/:workspaceId/quality-subscriptions/:subscriptionId': qualityStep(
    'PATCH',
    ({ subscription }) => `/quality-subscriptions/${subscription}`,
    hook,
  ),
  'DELETE /workspaces/:workspaceId/quality-subscriptions/:subscriptionId': qualityStep(
    'DELETE',
    ({ subscription }) => `/quality-subscriptions/${subscription}`,
  ),
  'POST /workspaces/:workspaceId/quality-monitors/:qualityMonitorId/runs': qualityStep(
    'POST',
    ({ monitor }) => `/quality-monitors/${monitor}/runs`,
    undefined,
    'quality-monitor.check',
  ),
  'POST /workspaces/:workspaceId/quality-results/:qualityResultId/feedback': qualityStep(
    'POST',
    ({ result }) => `/quality-results/${result}/feedback`,
    () => ({ text: 'expected' }),
    'quality-result.comment',
  ),
  'POST /workspaces/:workspaceId/tables': { actions: ['table.create'], run: async () => () => table() },
  'PATCH /workspaces/:workspaceId/tables/:tableId': {
    actions: ['table.save'],
    async run() {
      const { id } = await table()
      const design = { columns: [{ name: 'other', type: 'string' }] }
      return () => call(owner, 'PATCH', `/workspaces/${workspace.id}/tables/${id}`, { revision: 1, design })
    },
  },
  'DELETE /workspaces/:workspaceId/tables/:tableId': {
    actions: ['table.delete'],
    async run() {
      const { id } = await table()
      return () => call(owner, 'DELETE', `/workspaces/${workspace.id}/tables/${id}`)
    },
  },
  'POST /workspaces/:workspaceId/tables/:tableId/submissions': {
    actions: ['operation.request'],
    async run() {
      const { id } = await table()
      const body = { environment: 'DEV', revision: 1 }
      return () => call(owner, 'POST', `/workspaces/${workspace.id}/tables/${id}/submissions`, body)
    },
  },
  'POST /workspaces/:workspaceId/sync-jobs': { actions: ['sync-job.create'], run: async () => () => syncJob() },
  'PATCH /workspaces/:workspaceId/sync-jobs/:syncJobId': {
    actions: ['resource-group.create', 'sync-job.save'],
    async run() {
      const { id } = await syncJob()
      const definition = syncOf('real-time', [{ from: 'there', changeColumn: 'at' }])
      return () => call(owner, 'PATCH', `/workspaces/${workspace.id}/sync-jobs/${id}`, { revision: 1, definition })
    },
  },
  'DELETE /workspaces/:workspaceId/sync-jobs/:syncJobId': {
    actions: ['sync-job.delete'],
    async run() {
      const { id } = await syncJob()
      return () => call(owner, 'DELETE', `/workspaces/${workspace.id}/sync-jobs/${id}`)
    },
  },
  'POST /workspaces/:workspaceId/sync-jobs/:syncJobId/start': {
    actions: ['operation.request'],
    async run() {
      const { id } = await startable('full')
      return () => call(owner, 'POST', `/workspaces/${workspace.id}/sync-jobs/${id}/start`, {})
    },
  },
  'POST /workspaces/:workspaceId/sync-job-starts': {
    actions: ['operation.request'],
    async run() {
      const { id } = await startable('real-time')
      return () => call(owner, 'POST', `/workspaces/${workspace.id}/sync-job-starts`, { jobIds: [id] })
    },
  },
  'POST /workspaces/:workspaceId/sync-jobs/:syncJobId/stop': {
    actions: ['sync-job.stop'],
    async run() {
      const { id } = await startable('full')
      await call(owner, 'POST', `/workspaces/${workspace.id}/sync-jobs/${id}/start`, {})
      return () => call(owner, 'POST', `/workspaces/${workspace.id}/sync-jobs/${id}/stop`, {})
    },
  },
  // It asks both data sources and writes nothing.
  'POST /workspaces/:workspaceId/sync-previews': {
    actions: [],
    run: async () => () =>
      call(owner, 'POST', `/workspaces/${workspace.id}/sync-previews`, syncOf('full', [{ from: 'nowhere' }])),
  },
  'POST /workspaces/:workspaceId/file-reviews/:reviewId/comments': {
    actions: ['file-review.comment'],
    async run() {
      const path = await review()
      return () => call(owner, 'POST', `${path}/comments`, { text: 'why?' })
    },
  },
  'POST /workspaces/:workspaceId/file-reviews/:reviewId/conclusion': {
    actions: ['file-review.reject'],
    async run() {
      const path = await review()
      const other = await tenant.person([], { [workspace.id]: ['developer'] })
      await cookieOf(other)
      return () => call(other, 'POST', `${path}/conclusion`, { verb: 'reject' })
    },
  },
  'POST /workspaces/:workspaceId/folders': {
    actions: ['folder.create'],
    run: async () => () => folder(),
  },
  'PATCH /workspaces/:workspaceId/folders/:folderId': {
    actions: ['folder.move'],
    async run() {
      const { id } = await folder()
      return () => call(owner, 'PATCH', `/workspaces/${workspace.id}/folders/${id}`, { path: fresh('moved') })
    },
  },
  'DELETE /workspaces/:workspaceId/folders/:folderId': {
    actions: ['folder.delete'],
    async run() {
      const { id } = await folder()
      return () => call(owner, 'DELETE', `/workspaces/${workspace.id}/folders/${id}`)
    },
  },
  'POST /workspaces/:workspaceId/files': { actions: ['file.create'], run: async () => () => draft() },
  'PATCH /workspaces/:workspaceId/files/:fileId': {
    actions: ['file.change'],
    async run() {
      const { id } = await draft()
      const body = { revision: 1, name: fresh('renamed') }
      return () => call(owner, 'PATCH', `/workspaces/${workspace.id}/files/${id}`, body)
    },
  },
  'POST /workspaces/:workspaceId/files/:fileId/restore': {
    actions: ['file.restore'],
    async run() {
      const { id } = await draft()
      await call(owner, 'POST', `/workspaces/${workspace.id}/deployments`, { kind: 'delete', files: [{ fileId: id }] })
      return () => call(owner, 'POST', `/workspaces/${workspace.id}/files/${id}/restore`)
    },
  },
  // It reads what it is given.
  'POST /workspaces/:workspaceId/sql-parsings': {
    actions: [],
    run: async () => () =>
      call(owner, 'POST', `/workspaces/${workspace.id}/sql-parsings`, { content: 'select 1', programType: 'ODPS_SQL' }),
  },
  'POST /workspaces/:workspaceId/deployments': {
    actions: ['deployment.create', 'operation.request'],
    async run() {
      const { id } = await draft()
      const body = { kind: 'commit', files: [{ fileId: id }] }
      return () => call(owner, 'POST', `/workspaces/${workspace.id}/deployments`, body)
    },
  },
  'POST /workspaces/:workspaceId/deployments/:deploymentId/withdraw': {
    actions: ['operation.withdraw'],
    async run() {
      const place = await tenant.workspace()
      await tenant.extension({ points: ['commit-file'], enabledIn: [place] })
      const { id } = await draft(place)
      const body = { kind: 'commit', files: [{ fileId: id }] }
      const deployment = await call(owner, 'POST', `/workspaces/${place.id}/deployments`, body)
      return () => call(owner, 'POST', `/workspaces/${place.id}/deployments/${deployment.id}/withdraw`)
    },
  },
  'POST /workspaces/:workspaceId/flowspec-imports': {
    actions: ['node.import'],
    run: async () => () =>
      call(owner, 'POST', `/workspaces/${workspace.id}/flowspec-imports`, {
        environment: 'PROD',
        flowspec: flowSpec(workspace, { fresh: [] }),
      }),
  },
  // It only reads.
  'POST /workspaces/:workspaceId/backfill-previews': {
    actions: [],
    run: async () => () => call(owner, 'POST', `/workspaces/${workspace.id}/backfill-previews`, backfillOf('d')),
  },
  'POST /workspaces/:workspaceId/backfills': {
    actions: ['operation.request', 'backfill.create'],
    run: async () => async () => {
      const { backfillId } = await call(owner, 'POST', `/workspaces/${workspace.id}/backfills`, backfillOf('d'))
      await created(Number(backfillId))
    },
  },
  ...Object.fromEntries(
    (
      [
        ['start', 'waiting-to-start'],
        ['pause', 'running'],
        ['resume', 'paused'],
        ['cancel', 'waiting-to-start'],
      ] as const
    ).map(([verb, state]): [string, Step] => [
      `POST /workspaces/:workspaceId/backfills/:backfillId/${verb}`,
      {
        actions: [`backfill.${verb}`],
        async run() {
          const path = `/workspaces/${workspace.id}/backfills`
          const { backfillId } = await call(owner, 'POST', path, { ...backfillOf('d'), starts: false })
          await created(Number(backfillId))
          await world.db.rows('update backfills set state = $2 where id = $1', [backfillId, state])
          return () => call(owner, 'POST', `${path}/${backfillId}/${verb}`)
        },
      },
    ]),
  ),
  'POST /workspaces/:workspaceId/backfills/:backfillId/rerun-failed': {
    actions: ['backfill.rerun-failed', 'operation.request'],
    async run() {
      const path = `/workspaces/${workspace.id}/backfills`
      const { backfillId } = await call(owner, 'POST', path, backfillOf('d'))
      await created(Number(backfillId))
      await world.db.rows(
        'update instances set status = 5 where dag_id = (select id from dags where backfill_id = $1)',
        [backfillId],
      )
      return () => call(owner, 'POST', `${path}/${backfillId}/rerun-failed`)
    },
  },
  'POST /operations/:operationId/withdraw': {
    actions: ['operation.withdraw'],
    async run() {
      const { operator, id } = await held('b')
      await cookieOf(operator)
      return () => call(operator, 'POST', `/operations/${id}/withdraw`)
    },
  },
  'POST /operations/:operationId/checks/:extensionCode/pass': {
    actions: ['check.pass', 'operation.end'],
    async run() {
      const { extension, id, messageId } = await held('c', 'extension.manualPass.enabled=true')
      await callBack(world.server, extension, messageId, 'FAIL')
      return () => call(owner, 'POST', `/operations/${id}/checks/${extension.code}/pass`, { reason: 'it is right' })
    },
  },
  'POST /deliveries/:deliveryId/redeliver': {
    actions: ['delivery.redeliver', 'delivery.attempt'],
    async run() {
      const { id, ended } = await delivery()
      return async () => {
        await call(owner, 'POST', `/deliveries/${id}/redeliver`)
        await ended()
      }
    },
  },
  'POST /dead-letters/replay': {
    actions: ['dead-letter.replay', 'delivery.attempt'],
    async run() {
      const { id, ended } = await delivery()
      await world.db.rows(`update deliveries set state = 'dead' where id = $1`, [id])
      return async () => {
        await call(owner, 'POST', '/dead-letters/replay', { ids: [id] })
        await ended()
      }
    },
  },
  'POST /dead-letters/drop': {
    actions: ['dead-letter.drop'],
    async run() {
      const { id } = await delivery()
      await world.db.rows(`update deliveries set state = 'dead' where id = $1`, [id])
      return () => call(owner, 'POST', '/dead-letters/drop', { ids: [id] })
    },
  },
  'POST /extensions': {
    actions: ['extension.register'],
    run: async () => () => call(owner, 'POST', '/extensions', content),
  },
  'PATCH /extensions/:code/function': {
    actions: ['extension.change'],
    async run() {
      const { author, code } = await tenant.extension({ source: 'export default () => 1', publish: false })
      await cookieOf(author)
      return () => call(author, 'PATCH', `/extensions/${code}/function`, { timeoutMs: 200 })
    },
  },
  'PATCH /extensions/:code/function/delivery': {
    actions: ['function.delivery'],
    async run() {
      const { author, code } = await tenant.extension({ source: 'export default () => 1', publish: false })
      await cookieOf(author)
      return () => call(author, 'PATCH', `/extensions/${code}/function/delivery`, { maxConcurrency: 2 })
    },
  },
  'POST /extensions/:code/function/test-runs': {
    actions: ['function.test'],
    async run() {
      const { author, code } = await tenant.extension({ source: 'export default () => 1', publish: false })
      await cookieOf(author)
      return () => call(author, 'POST', `/extensions/${code}/function/test-runs`, {})
    },
  },
  'PATCH /extensions/:code': {
    actions: ['extension.change'],
    async run() {
      const { author, path } = await extensionIn()
      return () => call(author, 'PATCH', path, { name: 'Another name' })
    },
  },
  'PUT /extensions/:code/owner': {
    actions: ['extension.change-owner'],
    async run() {
      const { author, path } = await extensionIn()
      return () => call(author, 'PUT', `${path}/owner`, { ownerId: String(owner.id) })
    },
  },
  'DELETE /extensions/:code': {
    actions: ['extension.delete'],
    async run() {
      const { author, path } = await extensionIn()
      return () => call(author, 'DELETE', path)
    },
  },
  'POST /extensions/:code/comments': {
    actions: ['extension.comment'],
    async run() {
      const { author, path } = await extensionIn('submit')
      return () => call(author, 'POST', `${path}/comments`, { text: 'It is for the new year.' })
    },
  },
  'POST /extensions/:code/discard': {
    actions: ['extension.discard'],
    async run() {
      const { author, path } = await extensionIn('submit', 'approve', 'publish')
      await call(author, 'PATCH', path, { name: 'Another name' })
      return () => call(author, 'POST', `${path}/discard`)
    },
  },
  ...Object.fromEntries(
    (
      [
        ['submit', []],
        ['withdraw', ['submit']],
        ['approve', ['submit']],
        ['reject', ['submit']],
        ['publish', ['submit', 'approve']],
        ['disable', ['submit', 'approve', 'publish']],
      ] as const
    ).map(([verb, before]) => [
      `POST /extensions/:code/${verb}`,
      {
        actions: [`extension.${verb}`],
        async run() {
          const { author, path } = await extensionIn(...before)
          const reviewer = verb === 'approve' || verb === 'reject' ? owner : author
          return () => call(reviewer, 'POST', `${path}/${verb}`, { reason: 'because' })
        },
      },
    ]),
  ),
  'POST /extensions/:code/trials': {
    actions: ['trial.send'],
    async run() {
      const extension = await tenant.extension({ testWorkspace: await tenant.workspace(), publish: false })
      await cookieOf(extension.author)
      return () => call(extension.author, 'POST', `/extensions/${extension.code}/trials`, { eventCode: 'freeze-node' })
    },
  },
  // That a machine is there is no change of anything.
  'POST /extensions/:code/dev-connection/beats': {
    actions: [],
    async run() {
      const { author, path, connection } = await connected()
      return () => call(author, 'POST', `${path}/dev-connection/beats`, { connection })
    },
  },
  'POST /extensions/:code/dev-connection/end': {
    actions: ['dev.disconnect'],
    async run() {
      const { author, path, connection } = await connected()
      return () => call(author, 'POST', `${path}/dev-connection/end`, { connection })
    },
  },
  'POST /extensions/:code/dev-connection/attempts': {
    actions: ['delivery.attempt'],
    async run() {
      const { author, path, connection } = await connected()
      const { id } = await call(author, 'POST', `${path}/trials`, { eventCode: 'freeze-node' })
      const [row] = await world.db.rows<{ id: number }>(
        'select d.id from deliveries d join messages m on m.id = d.message_id where m.operation_id = $1',
        [id],
      )
      const told = { status: 200, error: null, responseBody: null, durationMs: 1 }
      return () =>
        call(author, 'POST', `${path}/dev-connection/attempts`, {
          connection,
          deliveryId: row!.id,
          attempt: 1,
          ...told,
        })
    },
  },
  'POST /extensions/:code/replays': {
    actions: ['message.replay'],
    async run() {
      const { author, path } = await connected()
      const { messageId } = await call(author, 'POST', `${path}/trials`, { eventCode: 'freeze-node' })
      return () => call(author, 'POST', `${path}/replays`, { messageId })
    },
  },
  // It only reads: what is described is not kept.
  'POST /extension-descriptions': {
    actions: [],
    run: async () => () => call(owner, 'POST', '/extension-descriptions', { extension: {} }),
  },
  'PUT /workspaces/:workspaceId/extensions/:code': {
    actions: ['extension.set-options', 'extension.enable'],
    async run() {
      const { path } = await extensionIn('submit', 'approve', 'publish')
      const place = await tenant.workspace()
      return () => call(owner, 'PUT', `/workspaces/${place.id}${path}`, { enabled: true, options: {} })
    },
  },
  'PUT /tenant-extensions/:code': {
    actions: ['extension.set-options', 'extension.enable-for-tenant'],
    async run() {
      const { code } = await tenant.extension({ points: ['upload-data-to-table'] })
      return () => call(owner, 'PUT', `/tenant-extensions/${code}`, { enabled: true, options: {} })
    },
  },
  'PUT /tenant-extensions/:code/testing': {
    actions: ['extension.set-options', 'extension.test'],
    async run() {
      const { code, author } = await tenant.extension({ points: ['upload-data-to-table'], publish: false })
      await cookieOf(author)
      return () => call(author, 'PUT', `/tenant-extensions/${code}/testing`, { on: true, options: {} })
    },
  },
  'POST /parameter-lint': {
    actions: [],
    run: async () => () => call(owner, 'POST', '/parameter-lint', { parameters: 'a=1' }),
  },
  'POST /workspaces/:workspaceId/alert-rules': {
    actions: ['alert-rule.create'],
    run: async () => () => alertRule(),
  },
  'PUT /workspaces/:workspaceId/alert-rules/:alertRuleId': {
    actions: ['alert-rule.change'],
    async run() {
      const { id } = await alertRule()
      const body = { name: `changed ${id}`, watch: { kind: 'ERROR', nodeIds: null } }
      return () => call(owner, 'PUT', `/workspaces/${workspace.id}/alert-rules/${id}`, body)
    },
  },
  'DELETE /workspaces/:workspaceId/alert-rules/:alertRuleId': {
    actions: ['alert-rule.delete'],
    async run() {
      const { id } = await alertRule()
      return () => call(owner, 'DELETE', `/workspaces/${workspace.id}/alert-rules/${id}`)
    },
  },
  'POST /workspaces/:workspaceId/alert-rules/:alertRuleId/test': {
    actions: ['alert-rule.test'],
    async run() {
      const { id } = await alertRule()
      return () => call(owner, 'POST', `/workspaces/${workspace.id}/alert-rules/${id}/test`)
    },
  },
  'POST /workspaces/:workspaceId/data-sources': {
    actions: ['data-source.create'],
    run: async () => () => dataSource(),
  },
  'PATCH /workspaces/:workspaceId/data-sources/:dataSourceId': {
    actions: ['data-source.change'],
    async run() {
      const { id } = await dataSource()
      const body = { settings: { host: 'other.example.com', database: 'd', user: 'u' }, password: 'another' }
      return () => call(owner, 'PATCH', `/workspaces/${workspace.id}/data-sources/${id}`, body)
    },
  },
  'DELETE /workspaces/:workspaceId/data-sources/:dataSourceId': {
    actions: ['data-source.delete'],
    async run() {
      const { id } = await dataSource()
      return () => call(owner, 'DELETE', `/workspaces/${workspace.id}/data-sources/${id}`)
    },
  },
  // It asks the data source and writes nothing.
  'POST /workspaces/:workspaceId/data-sources/:dataSourceId/test': {
    actions: [],
    async run() {
      const { id } = await dataSource()
      return () => call(owner, 'POST', `/workspaces/${workspace.id}/data-sources/${id}/test`)
    },
  },
  'POST /resource-groups': { actions: ['resource-group.create'], run: async () => () => resourceGroup() },
  'PATCH /resource-groups/:resourceGroupId': {
    actions: ['resource-group.change'],
    async run() {
      const { id } = await resourceGroup()
      return () => call(owner, 'PATCH', `/resource-groups/${id}`, { slots: 3, allowsShell: true, isDefault: true })
    },
  },
  'DELETE /resource-groups/:resourceGroupId': {
    actions: ['resource-group.delete'],
    async run() {
      const { id } = await resourceGroup()
      return () => call(owner, 'DELETE', `/resource-groups/${id}`)
    },
  },
  'POST /event-buses': { actions: ['event-bus.create'], run: async () => bus },
  'POST /event-buses/:busId/rules': {
    actions: ['event-rule.create'],
    async run() {
      const { id } = await bus()
      return () => call(owner, 'POST', `/event-buses/${id}/rules`, rule())
    },
  },
  'PUT /event-buses/:busId/rules/:ruleId': {
    actions: ['event-rule.change'],
    async run() {
      const { busId, ruleId } = await busWithRule()
      return () => call(owner, 'PUT', `/event-buses/${busId}/rules/${ruleId}`, rule('https://example.org/'))
    },
  },
  'DELETE /event-buses/:busId/rules/:ruleId': {
    actions: ['event-rule.delete'],
    async run() {
      const { busId, ruleId } = await busWithRule()
      return () => call(owner, 'DELETE', `/event-buses/${busId}/rules/${ruleId}`)
    },
  },
  'PATCH /event-buses/:busId': {
    actions: ['event-bus.change'],
    async run() {
      const { id } = await bus()
      return () => call(owner, 'PATCH', `/event-buses/${id}`, { description: 'Another' })
    },
  },
  'DELETE /event-buses/:busId': {
    actions: ['event-bus.delete'],
    async run() {
      const { id } = await bus()
      return () => call(owner, 'DELETE', `/event-buses/${id}`)
    },
  },
  'POST /event-buses/:busId/rules/:ruleId/targets/:name/test': {
    actions: ['event-target.test'],
    async run() {
      const receiver = await world.receiver()
      const { busId, ruleId } = await busWithRule(receiver.url)
      const send = () => call(owner, 'POST', `/event-buses/${busId}/rules/${ruleId}/targets/target/test`, {})
      // The secret that a target signs with is made when it is first needed, by nobody's doing.
      await send()
      return send
    },
  },
  'POST /event-buses/:busId/rules/:ruleId/targets/:name/unblock': {
    actions: ['event-target.unblock'],
    async run() {
      const { busId, ruleId } = await busWithRule()
      await world.db.rows('update event_targets set blocked_at = now() where rule_id = $1', [ruleId])
      return () => call(owner, 'POST', `/event-buses/${busId}/rules/${ruleId}/targets/target/unblock`, {})
    },
  },
  // It only reads: what is tried is not kept.
  'POST /event-patterns/try': {
    actions: [],
    run: async () => () => call(owner, 'POST', '/event-patterns/try', { pattern: {}, event: {} }),
  },
  'PUT /tenant-channel': {
    actions: ['channel.put'],
    async run() {
      const { id } = await bus()
      return () => call(owner, 'PUT', '/tenant-channel', { busId: id })
    },
  },
  'PUT /workspaces/:workspaceId/channel': {
    actions: ['channel.put'],
    async run() {
      const { id } = await bus()
      const place = await tenant.workspace()
      return () => call(owner, 'PUT', `/workspaces/${place.id}/channel`, { busId: id })
    },
  },
  'POST /event-buses/:busId/rules/:ruleId/targets/:name/signing-secrets/rotate': {
    actions: ['signing-secret.rotate'],
    async run() {
      const { busId, ruleId } = await busWithRule()
      return () =>
        call(owner, 'POST', `/event-buses/${busId}/rules/${ruleId}/targets/target/signing-secrets/rotate`, {})
    },
  },
}

describe('every route of the native API that writes leaves an entry in the transaction of what it wrote', () => {
  const writing = ROUTES.filter((row) => row.method !== 'GET').map((row) => `${row.method} ${row.path}`)

  test('every one is walked through here, and nothing else', () => {
    expect(Object.keys(STEPS).toSorted()).toEqual(writing.toSorted())
  })

  test.each(Object.entries(STEPS))('%s', async (name, { actions, run }) => {
    const step = await run()
    const found = await recorded(step, name.includes('access-keys'))
    expect(found.map((one) => one.action)).toEqual(actions)
    for (const { action, user_id } of found)
      expect(user_id === null, action).toBe(action === 'operation.end' || action === 'delivery.attempt')
  })
})

describe('every action of the dialect that writes does so too', () => {
  const WRITING = [
    'UpdateIDEEventResult',
    'UpdateWorkbenchEventResult',
    'CallbackExtension',
    'OfflineNode',
    'UpdateNodeRunMode',
    // What these do is done by what the routes of instances and backfills do.
    'RestartInstance',
    'StopInstance',
    'SuspendInstance',
    'ResumeInstance',
    'SetSuccessInstance',
    'RunCycleDagNodes',
    'CreateDagComplement',
    'RunSmokeTest',
    'CreateDagTest',
    'DeleteTask',
    'UpdateTask',
    'BatchUpdateTasks',
    'RerunTaskInstances',
    'StopTaskInstances',
    'SuspendTaskInstances',
    'ResumeTaskInstances',
    'SetSuccessTaskInstances',
    'RemoveTaskInstanceDependencies',
    'UpdateTaskInstances',
    'CreateWorkflowInstances',
    'StartWorkflowInstances',
    'StopWorkflowInstances',
    // As their routes do.
    'CreateFile',
    'UpdateFile',
    'SubmitFile',
    'DeployFile',
    'DeleteFile',
    'CreateFolder',
    'UpdateFolder',
    'DeleteFolder',
    'CreateTable',
    'UpdateTable',
    'CreateDISyncTask',
    'UpdateDISyncTask',
    'DeleteDISyncTask',
    'StartDISyncInstance',
    'StopDISyncInstance',
    'TerminateDISyncInstance',
    'CreateDIJob',
    'UpdateDIJob',
    'DeleteDIJob',
    'StartDIJob',
    'StopDIJob',
    // What these make is kept for a day, to be taken by the next request.
    'GenerateDISyncTaskConfigForCreating',
    'GenerateDISyncTaskConfigForUpdating',
    'QueryDISyncTaskConfigProcessResult',
    // It changes nothing.
    'DeployDISyncTask',
    'CreateQualityEntity',
    'DeleteQualityEntity',
    'CreateQualityRelativeNode',
    'DeleteQualityRelativeNode',
    'CreateQualityRule',
    'UpdateQualityRule',
    'DeleteQualityRule',
    'CreateQualityFollower',
    'UpdateQualityFollower',
    'DeleteQualityFollower',
    'CreateDataQualityRule',
    'UpdateDataQualityRule',
    'DeleteDataQualityRule',
    'CreateProjectMember',
    'AddProjectMemberToRole',
    'RemoveProjectMemberFromRole',
    'DeleteProjectMember',
  ]

  test('every other one only reads', () => {
    const others = ACTIONS.map((one) => one.contract.action).filter((name) => !WRITING.includes(name))
    for (const name of others) expect(name).toMatch(/^(Get|List)/)
  })

  test('a result, and the end that it brings', async () => {
    const { extension, id, messageId } = await held('d')
    const found = await recorded(() => callBack(world.server, extension, messageId, 'OK'))
    expect(found.map((one) => [one.action, one.user_id, one.object]).toSorted()).toEqual([
      ['check.answer', extension.author.id, id],
      ['operation.end', null, id],
    ])
    const [answered, ended] = found.toSorted((a, b) => (a.action < b.action ? -1 : 1))
    expect(answered!.details).toMatchObject({ result: 'OK', extension: extension.code, message: messageId })
    expect(ended!.details).toMatchObject({ state: 'done', status: 'PASSED' })
    expect(answered!.xmin).toBe(ended!.xmin)
    // The same result again changes nothing, and there is nothing to record.
    expect(await recorded(() => callBack(world.server, extension, messageId, 'OK'))).toEqual([])
  })

  test('a refused result leaves nothing', async () => {
    const { extension, messageId } = await held('e')
    const wrong = { MessageId: messageId, ExtensionCode: extension.code, CheckResult: 'OK' }
    for (const action of ['UpdateIDEEventResult', 'CallbackExtension'])
      expect(await recorded(() => dialect(world.server, extension.author, action, wrong))).toEqual([])
  })

  test('a request that takes effect at once, and one that is held', async () => {
    const freeze = (node: string, mode = 2) =>
      dialect(world.server, owner, 'UpdateNodeRunMode', {
        ProjectEnv: 'PROD',
        NodeId: nodeIds[node]!,
        SchedulerType: mode,
      })
    const [done] = await recorded(() => freeze('f'))
    expect(done).toMatchObject({
      action: 'operation.request',
      user_id: owner.id,
      details: { state: 'done', asked: [] },
    })
    const extension = await tenant.extension({ points: ['unfreeze-node'], enabledIn: [workspace] })
    const asked = await recorded(() => freeze('f', 0))
    expect(asked).toMatchObject([
      {
        action: 'operation.request',
        details: { point: 'unfreeze-node', on: 'f', objects: 1, state: 'held', asked: [extension.code] },
      },
    ])
    // Rule 24: asking again gets the open process, and is no further request.
    expect(await recorded(() => freeze('f', 0))).toEqual([])
  })

  test('an unpublishing', async () => {
    const found = await recorded(() =>
      dialect(world.server, owner, 'OfflineNode', { NodeId: nodeIds.g!, ProjectId: workspace.id }),
    )
    expect(found.map((one) => one.action)).toEqual(['operation.request'])
  })
})

describe('every action of EventBridge’s dialect that writes does so too', () => {
  const WRITING: Readonly<Record<string, string>> = {
    createEventBus: 'event-bus.create',
    createRule: 'event-rule.create',
    updateRule: 'event-rule.change',
    enableRule: 'event-rule.change',
    disableRule: 'event-rule.change',
    createTargets: 'event-rule.change',
    deleteTargets: 'event-rule.change',
    putEvents: 'message.publish',
    deleteRule: 'event-rule.delete',
    deleteEventBus: 'event-bus.delete',
  }

  test('every other one only reads', () => {
    const others = EVENTBRIDGE_ACTIONS.map((one) => one.name).filter((name) => !(name in WRITING))
    for (const name of others) expect(name).toMatch(/^(get|list|test)/)
  })

  test.each(Object.entries(WRITING))('%s', async (name, action) => {
    const made = fresh('walked')
    const receiver = await world.receiver()
    if (name !== 'createEventBus') await busNamed(made, receiver.url, name === 'deleteTargets' ? 'walked' : 'target')
    const body = eventBridgeBody(name, { bus: made, rule: 'rule' })
    const asked = async () => {
      const answer = await rawEventBridge(world.server, owner, { path: `/openapi/${name}`, body })
      expect(answer.status, JSON.stringify(answer.body)).toBe(200)
      if (name !== 'putEvents') return
      const states = async () =>
        (
          await world.db.rows<{ state: string }>('select state from deliveries where message_id = $1', [
            answer.body.EntryList[0].TraceId,
          ])
        ).map((one) => one.state)
      await expect.poll(states, PATIENCE).toEqual(['delivered'])
    }
    const found = (await recorded(asked)).filter((one) => one.action !== 'delivery.attempt')
    expect(found.map((one) => [one.action, one.user_id])).toEqual([[action, owner.id]])
  })

  async function busNamed(name: string, endpoint: string, target: string) {
    const { id: busId } = await call(owner, 'POST', '/event-buses', { name })
    const given = { name: 'rule', pattern: {}, targets: [{ name: target, endpoint }] }
    await call(owner, 'POST', `/event-buses/${busId}/rules`, given)
  }
})

test('what expires is recorded with what becomes of it', async () => {
  const { id } = await held('h')
  await world.sql(`update messages set expires_at = now() - interval '1 second' where operation_id = '${id}';
    update operations set held_until = now() - interval '1 second' where id = '${id}'`)
  const found = async () => (await entries()).filter((one) => one.object === id).map((one) => one.action)
  await expire(world.server.platform)
  await expect.poll(found, PATIENCE).toEqual(['operation.request', 'operation.expire', 'operation.end'])
})

test('each attempt to deliver is recorded with its outcome, and each message that is told after the fact', async () => {
  const receiver = await world.receiver(() => ({ status: 500 }))
  const place = await tenant.workspace()
  await tenant.route(place, receiver.url)
  const { y } = await tenant.nodes(place, { y: [] })
  const found = async () =>
    (await entries()).filter(
      (one) => JSON.stringify(one.details).includes('node-change-created') || one.action === 'delivery.attempt',
    )
  const before = (await found()).length
  expect(y).toBeGreaterThan(0)
  await expect.poll(async () => (await found()).length - before, PATIENCE).toBeGreaterThanOrEqual(1)
  // Others may have been made by now, of this delivery too.
  const attempts = async () =>
    (await entries()).filter((one) => one.action === 'delivery.attempt').map((one) => one.details)
  const first = expect.objectContaining({ attempt: 1, state: 'pending', status: 500 })
  await expect.poll(attempts, PATIENCE).toContainEqual(first)
  const published = (await entries()).findLast((one) => one.action === 'message.publish')
  expect(published).toMatchObject({ user_id: owner.id, details: { event: 'node-change-created' } })
})
