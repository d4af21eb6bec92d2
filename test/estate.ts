// One of everything, for tests that ask who may reach it.
import { nodeBody, putFile } from './files.ts'
import { putBackfill, putRun } from './instances.ts'
import { syncOf } from './syncs.ts'
import {
  ask,
  detailOf,
  type Extension,
  NODE_POINTS,
  type Person,
  type Tenant,
  until,
  type Workspace,
  type World,
} from './world.ts'

/** A tenant that has one of everything, by which a stranger could ask for it. */
export type Estate = {
  readonly tenant: Tenant
  readonly workspace: Workspace
  readonly member: Person
  readonly extension: Extension
  /** What stands in the place of each parameter of an address. */
  readonly ids: Readonly<Record<string, string | number>>
  readonly messageId: string
  readonly nodeName: string
  readonly busName: string
  /** Everything by which it would be recognised in an answer. */
  readonly words: readonly string[]
}

const COLUMN = { name: 'id', type: 'bigint', comment: '', isPartition: false }

export async function estate(world: World, word: string): Promise<Estate> {
  const tenant = await world.tenant()
  const { owner } = tenant
  const workspace = await tenant.workspace()
  const nodeName = `node_${word}`
  const nodes = await tenant.nodes(workspace, { [nodeName]: [] })
  const member = await tenant.person([], { [workspace.id]: ['developer'] })
  // A receiver that is not there: the delivery stays.
  await tenant.route(workspace, 'http://127.0.0.1:9/', { name: `rule-${word}` })
  const extension = await tenant.extension({ points: NODE_POINTS, enabledIn: [workspace] })
  // Versions are counted from 1 everywhere; that of the first estate is one that the others have not.
  const version = word === 'alpha' ? 2 : 1
  if (version === 2)
    await owner.api.call('PATCH /extensions/{code}', {
      params: { code: extension.code },
      body: { description: 'the next' },
    })
  const operation = await ask(owner, workspace, 'freeze-node', [nodes[nodeName]!])
  const one = async <T>(text: string, values: unknown[]) => (await world.db.rows<T>(text, values))[0]!
  const bus = await one<{ id: number; name: string }>('select id, name from event_buses where tenant_id = $1', [
    tenant.id,
  ])
  const rule = await one<{ id: number }>('select id from event_rules where bus_id = $1', [bus.id])
  // What the first attempt to deliver makes (keys and secrets to sign with) is there from now on.
  await until(
    world.server,
    () => detailOf(owner, operation.id),
    (detail) => detail.deliveries[0]!.attempts.length > 0,
  )
  const delivery = await one<{ id: number }>(
    `select d.id from deliveries d join messages m on m.id = d.message_id where m.operation_id = $1`,
    [operation.id],
  )
  const named = await one<{ name: string }>(
    'select name from extension_versions where number = 1 and extension_id = (select id from extensions where code = $1)',
    [extension.code],
  )
  const sessionId = await newSession(world, member)
  const deployed = await tenant.extension({ source: 'export default () => 1', publish: false })
  const invocation = await one<{ id: number }>(
    `insert into invocations (tenant_id, extension_id, version, event_code, started_at, duration_ms, cpu_ms, memory_bytes, outcome, logs, logs_cut)
     select $1, id, 1, 'freeze-node', now(), 1, 1, 1, 'told', '[]', false from extensions where code = $2 returning id`,
    [tenant.id, deployed.code],
  )
  const { dagId, ids: instanceIds } = await putRun(world, {
    tenant,
    workspace,
    instances: [{ nodeId: nodes[nodeName]! }],
  })
  const alertRule = await owner.api.call('POST /workspaces/{workspaceId}/alert-rules', {
    params: { workspaceId: workspace.id },
    body: { name: `alert-rule-${word}`, watch: { kind: 'ERROR', nodeIds: null }, webhook: 'http://127.0.0.1:9/' },
  })
  const dataSource = await owner.api.call('POST /workspaces/{workspaceId}/data-sources', {
    params: { workspaceId: workspace.id },
    body: { kind: 'duckdb', environment: 'PROD', name: `source-${word}` },
  })
  const resourceGroup = await owner.api.call('POST /resource-groups', {
    body: { identifier: `group-${word}`, name: `The group ${word}`, slots: 2 },
  })
  const backfillId = await putBackfill(world, { tenant, workspace, name: `backfill-${word}` })
  const file = await putFile(world, { tenant, workspace, name: `file_${word}`, by: owner })
  const table = await owner.api.call('POST /workspaces/{workspaceId}/tables', {
    params: { workspaceId: workspace.id },
    body: { name: `table_${word}`, design: { comment: '', dataSource: null, lifeCycleDays: null, columns: [COLUMN] } },
  })
  const review = await owner.api.call('POST /workspaces/{workspaceId}/files/{fileId}/reviews', {
    params: { workspaceId: workspace.id, fileId: file.id },
    body: { description: `review-${word}` },
  })
  const params = { workspaceId: workspace.id }
  const folder = await owner.api.call('POST /workspaces/{workspaceId}/folders', {
    params,
    body: { path: `folder-${word}` },
  })
  const draft = await owner.api.call('POST /workspaces/{workspaceId}/files', {
    params,
    body: { name: `draft_${word}`, folderId: folder.id, body: nodeBody({}) as never },
  })
  const deployment = await owner.api.call('POST /workspaces/{workspaceId}/deployments', {
    params,
    body: { kind: 'commit', files: [{ fileId: draft.id }] },
  })
  const syncJob = await owner.api.call('POST /workspaces/{workspaceId}/sync-jobs', {
    params,
    body: { name: `job-${word}`, definition: syncOf('full', [{ from: `table_${word}` }]) as never },
  })
  const quality = await putQuality(world, { tenant, workspace, word })
  const ids = {
    ...quality,
    userId: member.id,
    sessionId,
    functionCode: deployed.code,
    invocationId: invocation.id,
    accessKeyId: owner.key.id,
    workspaceId: workspace.id,
    workspaceIdentifier: workspace.identifier,
    nodeId: nodes[nodeName]!,
    instanceId: instanceIds[0]!,
    dagId,
    backfillId,
    operationId: operation.id,
    extensionCode: extension.code,
    code: extension.code,
    version,
    deliveryId: delivery.id,
    busId: bus.id,
    ruleId: rule.id,
    name: `rule-${word}`,
    alertRuleId: alertRule.id,
    dataSourceId: dataSource.id,
    resourceGroupId: resourceGroup.id,
    fileId: file.id,
    tableId: table.id,
    taskId: await putTableOperation(world, { workspaceId: workspace.id, tableId: table.id }),
    folderId: folder.id,
    deploymentId: deployment.id,
    reviewId: review.id,
    syncJobId: syncJob.id,
  }
  const words = [
    owner.name,
    member.name,
    extension.author.name,
    workspace.identifier,
    nodeName,
    `rule-${word}`,
    alertRule.name,
    dataSource.name,
    resourceGroup.identifier,
    table.name,
    `backfill-${word}`,
    `file_${word}`,
    `folder-${word}`,
    `draft_${word}`,
    syncJob.name,
    review.description,
    `monitor-${word}`,
    `rule-of-${word}`,
    bus.name,
    named.name,
    extension.code,
    operation.id,
    operation.messageId!,
  ]
  return {
    tenant,
    workspace,
    member,
    extension,
    ids,
    messageId: operation.messageId!,
    nodeName,
    busName: bus.name,
    words,
  }
}

/** A monitor with a rule, somebody who subscribes, and a run with its result. */
export async function putQuality(
  { db }: Pick<World, 'db'>,
  { tenant: { owner }, workspace, word }: Pick<Estate, 'tenant' | 'workspace'> & { readonly word: string },
) {
  const params = { workspaceId: workspace.id }
  const rule = {
    name: `rule-of-${word}`,
    severity: 'High' as const,
    templateCode: 'system:table:table_count:fixed',
    sampling: { metric: 'Count' as const },
    checking: { type: 'Fixed' as const, thresholds: { expected: '$checkValue > 0' } },
  }
  const { ids } = await owner.api.call('POST /workspaces/{workspaceId}/quality-monitors', {
    params,
    body: {
      ...{ name: `monitor-${word}`, target: { table: `table_${word}` }, trigger: { type: 'ByManual' }, rules: [rule] },
      subscriptions: [{ channel: 'Webhook', receiver: `http://127.0.0.1:9/${word}` }],
    },
  })
  const qualityMonitorId = ids[0]!
  const detail = await owner.api.call('GET /workspaces/{workspaceId}/quality-monitors/{qualityMonitorId}', {
    params: { ...params, qualityMonitorId },
  })
  const qualityRuleId = detail.ruleList[0]!.id
  const [run] = await db.rows<{ id: number; result_id: number }>(
    `with run as (insert into quality_runs (tenant_id, workspace_id, monitor_id, bizdate, cycle_at, state, status, ended_at)
       select tenant_id, workspace_id, id, current_date, now(), 'ended', 'Passed', now() from quality_monitors where id = $1 returning *)
     insert into quality_results (tenant_id, workspace_id, run_id, monitor_id, rule_id, bizdate, rule, status, value, checked, statement, began_at, ended_at)
     select run.tenant_id, run.workspace_id, run.id, run.monitor_id, r.id, run.bizdate, r.rule, 'Passed', 1, 1, 'select 1', now(), now()
     from run, quality_rules r where r.id = $2 returning run_id as id, id as result_id`,
    [qualityMonitorId, qualityRuleId],
  )
  return {
    ...{ qualityMonitorId, qualityRuleId, subscriptionId: detail.subscriptions[0]!.id },
    ...{ qualityRunId: run!.id, qualityResultId: run!.result_id },
  }
}

/** The submission of a table that is held; answers its id, which the dialect calls that of a task. */
export async function putTableOperation(
  { db }: Pick<World, 'db'>,
  { workspaceId, tableId }: { readonly workspaceId: number; readonly tableId: number },
): Promise<string> {
  const [row] = await db.rows<{ id: string }>(
    `insert into operations (id, tenant_id, workspace_id, event_code, state, status, requested_by, request_key, object_name, objects, snapshot, changes, requested_at)
     select gen_random_uuid(), tenant_id, id, 'commit-table', 'held', 'CHECKING', created_by, 'a table', 'a table', jsonb_build_array(jsonb_build_object('id', $2::text)),
       '{}', '[]', now() from workspaces where id = $1 returning id`,
    [workspaceId, String(tableId)],
  )
  return row!.id
}

async function newSession(world: World, person: Person): Promise<string> {
  await person.cookie()
  const [row] = await world.db.rows<{ id: string }>('select id from sessions where user_id = $1', [person.id])
  return row!.id
}

/** What stands in this place of a route's address: an extension's code is that of the one that the route is for. */
export function idIn(ids: Estate['ids'], path: string, parameter: string): string | number {
  return ids[parameter === 'code' && path.includes('/function') ? 'functionCode' : parameter]!
}
