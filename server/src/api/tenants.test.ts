import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callAction, dialectParameters } from '../../../test/dialect-calls.ts'
import { type Estate, estate, idIn } from '../../../test/estate.ts'
import { eventBridgeBody, rawEventBridge } from '../../../test/eventbridge-requests.ts'
import { syncOf } from '../../../test/syncs.ts'
import { type HttpAnswer, http, startWorld, type World } from '../../../test/world.ts'
import { ACTIONS } from '../dataworks/actions/index.ts'
import { ACTIONS as EVENTBRIDGE_ACTIONS } from '../eventbridge/actions.ts'
import type { Route } from './route.ts'
import { ROUTES } from './routes/index.ts'

let world: World
let theirs: Estate
let ours: Estate
let cookie: string
beforeAll(async () => {
  world = await startWorld()
  theirs = await estate(world, 'alpha')
  ours = await estate(world, 'omega')
  cookie = await ours.tenant.owner.cookie()
})
afterAll(() => world?.stop())

const SYNC = syncOf('full', [{ from: 'taken' }])
const QUALITY_RULE = {
  ...{ name: 'taken over', severity: 'High', templateCode: 'mine', sampling: { metric: 'Count' } },
  checking: { type: 'Fixed', thresholds: { expected: '$checkValue > 0' } },
}
const QUALITY_MONITOR = { name: 'taken over', target: { table: 'taken' }, trigger: { type: 'ByManual' } }
const QUALITY_HOOK = { channel: 'Webhook', receiver: 'https://example.com/taken' }

/** A body that the route takes, so that it is the id alone that stands in the way. */
const NOBODY = '00000000-0000-4000-8000-000000000000'
const BODIES: Readonly<Record<string, (given: Estate) => unknown>> = {
  'PATCH /users/:userId': () => ({ displayName: 'taken over' }),
  'PATCH /access-keys/:accessKeyId': () => ({ active: false }),
  'PATCH /users/:userId/access-keys/:accessKeyId': () => ({ active: false }),
  'PATCH /extensions/:code/function': () => ({ timeoutMs: 200 }),
  'PATCH /extensions/:code/function/delivery': () => ({ maxConcurrency: 2 }),
  'POST /extensions/:code/function/test-runs': () => ({}),
  'PATCH /extensions/:code/credentials/:accessKeyId': () => ({ active: false }),
  'PUT /workspaces/:workspaceId/members/:userId': () => ({ roles: ['visitor'] }),
  'POST /workspaces/:workspaceId/node-operations': ({ ids }) => ({ point: 'undeploy-node', nodeIds: [ids.nodeId] }),
  'POST /workspaces/:workspaceId/flowspec-imports': () => ({
    flowspec: '{"version":"1.1.0","kind":"CycleWorkflow","spec":{"nodes":[]}}',
  }),
  'POST /operations/:operationId/checks/:extensionCode/pass': () => ({ reason: 'because' }),
  'PATCH /extensions/:code': () => ({ name: 'taken over' }),
  'PUT /extensions/:code/owner': ({ member }) => ({ ownerId: String(member.id) }),
  'POST /extensions/:code/comments': () => ({ text: 'taken over' }),
  'POST /extensions/:code/withdraw': () => ({}),
  'POST /extensions/:code/discard': () => ({}),
  'POST /extensions/:code/submit': () => ({}),
  'POST /extensions/:code/approve': () => ({ reason: 'because' }),
  'POST /extensions/:code/reject': () => ({ reason: 'because' }),
  'POST /extensions/:code/trials': () => ({ eventCode: 'freeze-node' }),
  'POST /extensions/:code/dev-connection/beats': () => ({ connection: NOBODY }),
  'POST /extensions/:code/dev-connection/end': () => ({ connection: NOBODY }),
  'POST /extensions/:code/dev-connection/attempts': () => ({
    connection: NOBODY,
    deliveryId: 1,
    attempt: 1,
    status: 200,
    error: null,
    responseBody: null,
    durationMs: 1,
  }),
  'POST /extensions/:code/replays': ({ messageId }) => ({ messageId }),
  'POST /extensions/:code/publish': () => ({}),
  'POST /extensions/:code/disable': () => ({}),
  'PUT /workspaces/:workspaceId/extensions/:code': () => ({ enabled: false }),
  'PUT /tenant-extensions/:code': () => ({ enabled: false }),
  'PUT /tenant-extensions/:code/testing': () => ({ on: true }),
  'POST /event-buses/:busId/rules': () => ({ name: 'taken-over' }),
  'PUT /event-buses/:busId/rules/:ruleId': () => ({ name: 'taken-over' }),
  'PATCH /event-buses/:busId': () => ({ description: 'taken over' }),
  'POST /event-buses/:busId/rules/:ruleId/targets/:name/test': () => ({}),
  'POST /event-buses/:busId/rules/:ruleId/targets/:name/signing-secrets/rotate': () => ({}),
  'PUT /workspaces/:workspaceId/channel': ({ ids }) => ({ busId: ids.busId }),
  'PATCH /resource-groups/:resourceGroupId': () => ({ slots: 3 }),
  'POST /workspaces/:workspaceId/data-sources': () => ({ name: 'taken_over', kind: 'duckdb' }),
  'PATCH /workspaces/:workspaceId/data-sources/:dataSourceId': () => ({ name: 'taken_over' }),
  'POST /workspaces/:workspaceId/alert-rules': () => ALERT_RULE,
  'PUT /workspaces/:workspaceId/alert-rules/:alertRuleId': () => ALERT_RULE,
  'POST /workspaces/:workspaceId/backfill-previews': ({ ids }) => backfillOf(ids.nodeId),
  'POST /workspaces/:workspaceId/backfills': ({ ids }) => backfillOf(ids.nodeId),
  'POST /workspaces/:workspaceId/files/:fileId/reviews': () => ({ version: 1 }),
  'POST /workspaces/:workspaceId/file-reviews/:reviewId/comments': () => ({ text: 'why?' }),
  'POST /workspaces/:workspaceId/file-reviews/:reviewId/conclusion': () => ({ verb: 'reject' }),
  'POST /workspaces/:workspaceId/instance-changes': ({ ids }) => ({ instanceIds: [ids.instanceId], priority: 3 }),
  'POST /workspaces/:workspaceId/instance-operations': ({ ids }) => freezing(ids.instanceId),
  'POST /workspaces/:workspaceId/instance-operations/each': ({ ids }) => freezing(ids.instanceId),
  'POST /workspaces/:workspaceId/instances/:instanceId/remove-dependencies': ({ ids }) => ({
    upstreamInstanceIds: [ids.instanceId],
  }),
  'POST /workspaces/:workspaceId/files/:fileId/runs': () => ({ revision: 1 }),
  'POST /workspaces/:workspaceId/tables': () => ({ name: 'taken_over', design: DESIGN }),
  'PATCH /workspaces/:workspaceId/tables/:tableId': () => ({ revision: 1, design: DESIGN }),
  'POST /workspaces/:workspaceId/tables/:tableId/submissions': () => ({ environment: 'DEV', revision: 1 }),
  'POST /workspaces/:workspaceId/folders': () => ({ path: 'taken/over' }),
  'PATCH /workspaces/:workspaceId/folders/:folderId': () => ({ path: 'taken/over' }),
  'POST /workspaces/:workspaceId/files': ({ ids }) => ({
    name: 'taken_over',
    folderId: ids.folderId,
    body: { kind: 'resource', resourceType: 'file', encoding: 'text', content: '' },
  }),
  'PATCH /workspaces/:workspaceId/files/:fileId': () => ({ revision: 1, name: 'taken_over' }),
  'POST /workspaces/:workspaceId/sync-jobs': () => ({ name: 'taken over', definition: SYNC }),
  'PATCH /workspaces/:workspaceId/sync-jobs/:syncJobId': () => ({ revision: 1, name: 'taken over' }),
  'POST /workspaces/:workspaceId/sync-jobs/:syncJobId/start': () => ({}),
  'POST /workspaces/:workspaceId/sync-job-starts': ({ ids }) => ({ jobIds: [ids.syncJobId] }),
  'POST /workspaces/:workspaceId/sync-previews': () => SYNC,
  'POST /workspaces/:workspaceId/quality-rules': ({ ids }) => ({
    monitorId: ids.qualityMonitorId,
    rules: [QUALITY_RULE],
  }),
  'PATCH /workspaces/:workspaceId/quality-rules/:qualityRuleId': () => ({ revision: 1, rule: QUALITY_RULE }),
  'POST /workspaces/:workspaceId/quality-rule-updates': ({ ids }) => ({
    rules: [{ id: ids.qualityRuleId, revision: 1, rule: QUALITY_RULE }],
  }),
  'POST /workspaces/:workspaceId/quality-rule-deletions': ({ ids }) => ({ ids: [ids.qualityRuleId] }),
  'POST /workspaces/:workspaceId/quality-monitors': () => QUALITY_MONITOR,
  'PATCH /workspaces/:workspaceId/quality-monitors/:qualityMonitorId': () => ({
    revision: 1,
    monitor: QUALITY_MONITOR,
  }),
  'POST /workspaces/:workspaceId/quality-monitors/:qualityMonitorId/clone': () => ({ targets: [{ table: 'taken' }] }),
  'POST /workspaces/:workspaceId/quality-monitor-deletions': ({ ids }) => ({ ids: [ids.qualityMonitorId] }),
  'POST /workspaces/:workspaceId/quality-monitors/:qualityMonitorId/subscriptions': () => QUALITY_HOOK,
  'PATCH /workspaces/:workspaceId/quality-subscriptions/:subscriptionId': () => QUALITY_HOOK,
  'POST /workspaces/:workspaceId/quality-monitors/:qualityMonitorId/runs': () => ({ bizdate: '2026-01-01' }),
  'POST /workspaces/:workspaceId/quality-results/:qualityResultId/feedback': () => ({ text: 'taken over' }),
  'POST /workspaces/:workspaceId/sql-parsings': () => ({ content: 'select 1', programType: 'ODPS_SQL' }),
  'POST /workspaces/:workspaceId/deployments': ({ ids }) => ({ kind: 'commit', files: [{ fileId: ids.fileId }] }),
  'POST /workspaces/:workspaceId/manual-runs': ({ ids }) => ({ nodeId: ids.nodeId, bizdate: '2026-01-01' }),
  'POST /workspaces/:workspaceId/smoke-tests': ({ ids }) => ({ nodeId: ids.nodeId, bizdate: '2026-01-01' }),
}
const DESIGN = { columns: [{ name: 'id', type: 'bigint' }] }
const ALERT_RULE = { name: 'taken over', watch: { kind: 'ERROR' }, emails: ['x@example.com'] }
const freezing = (id: unknown) => ({ operation: 'freeze', instanceIds: [id] })
const backfillOf = (id: unknown) => ({
  name: 'taken over',
  rootNodeIds: [id],
  dates: [{ start: '2026-01-01', end: '2026-01-01' }],
})

/** Actions that ask about a workspace and, in ours, find only what is ours. */
const LISTS_OF_OURS = [
  'ListExtensions',
  'ListProjects',
  'ListNodes',
  'ListProjectMembers',
  'ListCheckProcesses',
  'ListEnabledExtensionsForProject',
  'ListInstances',
  'ListTasks',
  'ListTaskInstances',
  'ListWorkflowInstances',
  'ListFiles',
  'ListFolders',
  'ListDIJobs',
  'GetQualityEntity',
  'ListDataQualityRules',
  'ListDeployments',
  'ListDeploymentPackages',
]

const nameOf = (row: Route) => `${row.method} ${row.path}`
const parametersOf = (row: Route) => [...row.path.matchAll(/:(\w+)/g)].map((match) => match[1]!)
const WITH_IDS = ROUTES.filter((row) => parametersOf(row).length > 0)

const call = (row: Route, idOf: (parameter: string) => string | number, body: unknown): Promise<HttpAnswer> =>
  http(
    world.server,
    row.method,
    row.path.replace(/:(\w+)/g, (_, name: string) => String(idOf(name))),
    {
      cookie,
      ...(body === undefined ? {} : { json: body }),
    },
  )

/**
 * What changes by itself: who was here when, the seals that time adds, which replica does what. Of deliveries is read what stays, of
 * the audit trail what people did.
 */
const MOVING = [
  ...['nonces', 'sessions', 'sign_in_failures', 'known_addresses', 'schema_migrations', 'deliveries', 'attempts'],
  ...[
    'audit_entries',
    'audit_head',
    'audit_seals',
    'audit_tenant_seals',
    'replicas',
    'lanes',
    'alert_watch',
    'generated_days',
  ],
]

/** Everything else there is. */
async function everything(): Promise<unknown> {
  const tables = (
    await world.db.rows<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public' and tablename <> all ($1)`,
      [MOVING],
    )
  ).map((row) => row.name)
  const found: Record<string, unknown> = {}
  for (const table of tables)
    found[table] =
      // When a key was last used is noted now and then.
      (
        await world.db.pool.query(
          `select md5(string_agg(t::text, ' ' order by t::text)) as sum from (select to_jsonb(t) - 'last_used_at' as t from ${table} t) t`,
        )
      ).rows[0].sum
  found.deliveries = await world.db.rows(
    'select id, message_id, target_id, endpoint, state from deliveries order by id',
  )
  found.audited = await world.db.rows(
    'select id, action, object from audit_entries where user_id is not null order by id',
  )
  return found
}

/** `but`: what the request itself has named may be named back. */
function tellsNothing(text: string, but: readonly (string | number)[] = []) {
  for (const word of theirs.words) if (!but.includes(word)) expect(text).not.toContain(word)
}

test('the table of bodies is complete: each route with ids that takes a body has one', () => {
  const taking = WITH_IDS.filter((row) => !row.body.safeParse(undefined).success).map(nameOf)
  expect(Object.keys(BODIES).toSorted()).toEqual(taking.toSorted())
})

describe('Rule 21: nobody reads or changes another tenant’s anything, by any id', () => {
  test.each(WITH_IDS.map((row) => [nameOf(row), row] as const))('%s', async (name, row) => {
    const names = parametersOf(row)
    const before = await everything()
    // Every mixture of own and foreign ids in which at least one is foreign.
    for (let mask = 1; mask < 2 ** names.length; mask++) {
      const foreign = names.filter((_, i) => mask & (1 << i))
      const idOf = (parameter: string) => idIn((foreign.includes(parameter) ? theirs : ours).ids, row.path, parameter)
      // The body names what is ours, so that nothing but the address is in the way.
      const { status, text } = await call(row, idOf, BODIES[name]?.(ours))
      expect(status, `foreign ${foreign.join(', ')}: ${text}`).toBeGreaterThanOrEqual(400)
      expect(status, text).toBeLessThan(500)
      // To its own owner a thing of another tenant is as one that does not exist.
      expect([400, 404], text).toContain(status)
      tellsNothing(
        text,
        foreign.map((parameter) => idIn(theirs.ids, row.path, parameter)),
      )
    }
    expect(await everything()).toEqual(before)
  })

  test('the same requests with own ids are no question of ids: they are answered otherwise', async () => {
    // A graph of instances begins at one that is named behind the question mark.
    for (const row of WITH_IDS.filter((one) => one.method === 'GET' && !one.path.endsWith('-graph'))) {
      const { status, text } = await call(row, (parameter) => idIn(ours.ids, row.path, parameter), undefined)
      expect(status, `${nameOf(row)}: ${text}`).toBe(200)
    }
  })

  test('lists hold nothing of another tenant', async () => {
    for (const row of ROUTES.filter((one) => one.method === 'GET' && parametersOf(one).length === 0)) {
      const { status, text } = await http(world.server, 'GET', row.path, { cookie })
      expect(status).toBe(200)
      tellsNothing(text)
    }
    const { status, text } = await http(world.server, 'GET', `/operations?workspaceId=${theirs.workspace.id}`, {
      cookie,
    })
    expect(status).toBe(404)
    tellsNothing(text)
  })

  test.each<[string, string, (foreign: Estate, own: Estate) => [string, unknown]]>([
    [
      'a node',
      'POST',
      (foreign, own) => [
        `/workspaces/${own.workspace.id}/node-operations`,
        { point: 'freeze-node', nodeIds: [foreign.ids.nodeId] },
      ],
    ],
    [
      'a node beside an own one',
      'POST',
      (foreign, own) => [
        `/workspaces/${own.workspace.id}/node-operations`,
        { point: 'undeploy-node', nodeIds: [own.ids.nodeId, foreign.ids.nodeId] },
      ],
    ],
    [
      'an event bus',
      'PUT',
      (foreign, own) => [`/workspaces/${own.workspace.id}/channel`, { busId: foreign.ids.busId }],
    ],
    [
      'an extension',
      'POST',
      (foreign, own) => [
        `/event-buses/${own.ids.busId}/rules`,
        { name: 'r', targets: [{ name: 't', endpoint: 'http://127.0.0.1:9/', serves: [foreign.extension.code] }] },
      ],
    ],
    [
      'an event bus as a target',
      'POST',
      (foreign, own) => [
        `/event-buses/${own.ids.busId}/rules`,
        { name: 'r', targets: [{ name: 't', kind: 'bus', settings: { busId: foreign.ids.busId } }] },
      ],
    ],
    ['an event bus for tenant-level events', 'PUT', (foreign) => ['/tenant-channel', { busId: foreign.ids.busId }]],
    [
      'an event bus whose dead letters are dropped',
      'POST',
      (foreign) => ['/dead-letters/drop', { filter: { busId: foreign.ids.busId } }],
    ],
    [
      'a workspace whose dead letters are replayed',
      'POST',
      (foreign) => ['/dead-letters/replay', { filter: { workspaceId: foreign.workspace.id } }],
    ],
    [
      'a test workspace',
      'POST',
      (foreign) => ['/extensions', { name: 'x', points: ['freeze-node'], testWorkspaceId: foreign.workspace.id }],
    ],
  ])('%s of another tenant cannot be named in a body either', async (_what, method, request) => {
    const before = await everything()
    const [path, json] = request(theirs, ours)
    const { status, text } = await http(world.server, method, path, { cookie, json })
    expect([400, 404], text).toContain(status)
    tellsNothing(text, [theirs.extension.code])
    expect(await everything()).toEqual(before)
  })

  test('a node that waits for an output of another tenant’s node waits for nothing that is here', async () => {
    const output = `${theirs.workspace.identifier}.${theirs.nodeName}`
    const node = {
      id: 'curious',
      name: 'curious',
      recurrence: 'Normal',
      script: { path: 'curious', runtime: { command: 'ODPS_SQL' } },
      trigger: { type: 'Scheduler', cron: '00 00 00 * * ?' },
      inputs: { nodeOutputs: [{ data: output, artifactType: 'NodeOutput' }] },
      outputs: { nodeOutputs: [{ data: 'curious', artifactType: 'NodeOutput' }] },
    }
    const imported = await http(world.server, 'POST', `/workspaces/${ours.workspace.id}/flowspec-imports`, {
      cookie,
      json: { flowspec: { version: '1.1.0', kind: 'CycleWorkflow', spec: { nodes: [node] } } },
    })
    expect(imported.status).toBe(201)
    const [created] = imported.body.created as { id: number }[]
    const detail = await http(world.server, 'GET', `/workspaces/${ours.workspace.id}/nodes/${created!.id}`, { cookie })
    expect(detail.body).toMatchObject({ upstream: [], unresolvedInputs: [output] })
    // Nor may an output be claimed that is another tenant's: each tenant has its own names.
    const their = await http(world.server, 'GET', `/workspaces/${theirs.workspace.id}/nodes/${theirs.ids.nodeId}`, {
      cookie: await theirs.tenant.owner.cookie(),
    })
    expect(their.body).toMatchObject({ downstream: [] })
  })

  // What these make is made by names and contents, which are nobody's.
  const MAKING = [
    'CreateFolder',
    'CreateDISyncTask',
    'GenerateDISyncTaskConfigForCreating',
    'CreateDIJob',
    'CreateQualityEntity',
    'CreateDataQualityRule',
  ]
  const OF_SOMETHING = ACTIONS.map((row) => row.contract.action).filter((name) => !MAKING.includes(name))
  test.each(OF_SOMETHING)('%s of the dialect', async (action) => {
    const { ids } = theirs
    const before = await everything()
    const about = dialectParameters(
      action,
      { ids: { ...ids, messageId: theirs.messageId }, workspaceId: ids.workspaceId! },
      '2020-01-01',
    )
    const named = (identifier: string) => ({ ProjectIdentifier: identifier, ProjectName: identifier })
    const inTheirs = { ProjectId: ids.workspaceId!, ...named(theirs.workspace.identifier) }
    const inOurs = { ProjectId: ours.ids.workspaceId!, ...named(ours.workspace.identifier) }
    for (const [place, mayList] of [
      [inTheirs, ['ListExtensions', 'ListProjects']],
      [inOurs, [...LISTS_OF_OURS, 'GetProject']],
    ] as const) {
      const { status, body } = await callAction(world, ours.tenant.owner, action, {
        ...about,
        ...place,
        UserId: String(theirs.member.id),
      })
      // Naming back what was asked for is no answer; a list may be answered, without anything of theirs.
      tellsNothing(JSON.stringify(body), [ids.extensionCode!, theirs.messageId, theirs.workspace.identifier])
      if ((mayList as readonly string[]).includes(action)) expect(status, JSON.stringify(body)).toBe(200)
      else {
        expect([400, 404], JSON.stringify(body)).toContain(status)
        // A user of another tenant is none who could become a member.
        expect(body.Code).toMatch(/NotExist|NotFound|UserNotIn/)
      }
    }
    expect(await everything()).toEqual(before)
  })

  // One that is made may have the name that another tenant's has, and a pattern is of nobody's.
  const NAMING = EVENTBRIDGE_ACTIONS.map((row) => row.name).filter(
    (name) => !['createEventBus', 'testEventPattern'].includes(name),
  )
  test.each(NAMING)('%s of EventBridge’s dialect', async (name) => {
    const [named] = await world.db.rows<{ bus: string; rule: string }>(
      'select b.name as bus, r.name as rule from event_buses b join event_rules r on r.bus_id = b.id where b.id = $1',
      [theirs.ids.busId],
    )
    const before = await everything()
    const body = eventBridgeBody(name, named!)
    const answer = await rawEventBridge(world.server, ours.tenant.owner, { path: `/openapi/${name}`, body })
    tellsNothing(JSON.stringify(answer.body), [named!.bus, named!.rule])
    if (name === 'listEventBuses') expect(JSON.stringify(answer.body)).not.toContain(named!.bus)
    else if (name === 'putEvents') expect(answer.body.EntryList).toMatchObject([{ ErrorCode: 'EventBusNotExist' }])
    else expect(answer).toMatchObject({ status: 404, body: { code: 'EventBusNotExist' } })
    expect(await everything()).toEqual(before)
  })
})
