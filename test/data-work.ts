// Synchronisations and checks with a history, for pages that show one: rows written beside the server, since nobody can wait for a month.
import { syncOf } from './syncs.ts'
import type { Person, Tenant, Workspace, World } from './world.ts'

type Room = {
  readonly tenant: Tenant
  readonly workspace: Workspace
  /** Administers the workspace. */
  readonly administrator: Person
  readonly nodeId: number
}

export type DataWork = {
  readonly jobId: number
  readonly monitorId: number
  readonly ruleId: number
  readonly runId: number
  readonly instanceId: number
}

export async function putDataWork(
  world: Pick<World, 'db'>,
  room: Room & { readonly instanceId: number },
): Promise<DataWork> {
  const jobId = await putSyncHistory(world, room)
  return { jobId, ...(await putQualityHistory(world, room)), instanceId: room.instanceId }
}

/** A real-time job that has brought rows in each minute of the last hour and is under way; and one that has failed. */
async function putSyncHistory(
  { db }: Pick<World, 'db'>,
  { workspace, administrator, instanceId }: Room & { instanceId: number },
) {
  const params = { workspaceId: workspace.id }
  const create = (name: string, description: string, sync: ReturnType<typeof syncOf>) =>
    administrator.api.call('POST /workspaces/{workspaceId}/sync-jobs', {
      params,
      body: { name, description, definition: sync as never },
    })
  const follows = { changeColumn: 'modified_at', key: ['id'] }
  const { id } = await create(
    'orders_live',
    'Orders and payments as they come',
    syncOf(
      'real-time',
      ['orders', 'payments'].map((from) => ({ from, to: `${from}_copy`, ...follows })),
    ),
  )
  await create(
    'customers_once',
    'The customers of the old shop',
    syncOf('full', [{ from: 'customers', to: 'customers_copy' }]),
  )
  const userId = Number(administrator.id)
  await db.rows(
    `with run as (insert into sync_runs (tenant_id, workspace_id, job_id, revision, instance_id, started_by, started_at, row_count, byte_count)
       select tenant_id, workspace_id, id, revision, $2, $3, now() - interval '1 hour', 125000, 9000000 from sync_jobs where id = $1 returning id),
     minutes as (insert into sync_minutes (run_id, at, row_count, byte_count)
       select run.id, date_trunc('minute', now()) - m * interval '1 minute', 1500 + 900 * sin(m / 7.0) + (m * 37) % 200, 90000 + m * 100
       from run, generate_series(1, 55) as m where m not between 20 and 24 returning run_id)
     insert into sync_tables (job_id, target, source, position, row_count, byte_count)
     values ($1, 'orders_copy', 'orders', '2026-11-21 08:14:03.512', 98000, 7000000),
            ($1, 'payments_copy', 'payments', '2026-11-21 08:14:01.007', 27000, 2000000)`,
    [id, instanceId, userId],
  )
  return id
}

const DAYS = 24

/** A monitor with a strong rule, whose last value failed, and a weak one; both measured on each of the last days. */
async function putQualityHistory(
  { db }: Pick<World, 'db'>,
  { workspace, administrator, nodeId, instanceId }: Room & { instanceId: number },
) {
  const params = { workspaceId: workspace.id }
  const thresholds = (expected: string | null, warned: string | null, critical: string | null) => ({
    expected,
    warned,
    critical,
  })
  const { ids } = await administrator.api.call('POST /workspaces/{workspaceId}/quality-monitors', {
    params,
    body: {
      ...{ name: 'orders of a day', description: 'What the report reads', partition: 'dt=$[yyyymmdd-1]' },
      target: { table: 'dwd_orders' },
      trigger: { type: 'ByScheduledTaskInstance', nodeIds: [nodeId] },
      rules: [
        {
          ...{ name: 'enough orders', severity: 'High', templateCode: 'system:table:table_count:fixed' },
          sampling: { metric: 'Count' },
          checking: { type: 'Fixed', thresholds: thresholds(null, '$checkValue < 1500', '$checkValue < 1000') },
        },
        {
          ...{ name: 'amounts are there', severity: 'Normal', templateCode: 'system:field:null_value:fixed' },
          sampling: { metric: 'NullValueCount', columns: ['amount'] },
          checking: { type: 'Fixed', thresholds: thresholds('$checkValue == 0', null, null) },
        },
      ],
      subscriptions: [{ channel: 'Webhook', receiver: 'https://hooks.example.com/quality' }],
    },
  })
  const monitorId = ids[0]!
  const detail = await administrator.api.call('GET /workspaces/{workspaceId}/quality-monitors/{qualityMonitorId}', {
    params: { ...params, qualityMonitorId: monitorId },
  })
  const ruleId = detail.ruleList.find(({ rule }) => rule.severity === 'High')!.id
  await db.rows(
    `with run as (insert into quality_runs
       (tenant_id, workspace_id, monitor_id, node_id, instance_id, run_number, holds_up, has_blocked, bizdate, cycle_at, partition, state, status, created_at,
         started_at, ended_at)
       select m.tenant_id, m.workspace_id, m.id, $2, case d when 1 then $3::bigint end, case d when 1 then 1 end, d = 1, d = 1,
         current_date - d, now() - d * interval '1 day', 'dt=' || to_char(current_date - d, 'yyyymmdd'), 'ended',
         case when d = 1 then 'Critical' when d = 9 then 'Warned' else 'Passed' end,
         now() - d * interval '1 day', now() - d * interval '1 day', now() - d * interval '1 day' + interval '2 seconds'
       from quality_monitors m, generate_series($4::int, 1, -1) as d where m.id = $1 returning *, current_date - bizdate as d)
     insert into quality_results
       (tenant_id, workspace_id, run_id, monitor_id, rule_id, bizdate, rule, status, value, checked, statement, began_at, ended_at)
     select run.tenant_id, run.workspace_id, run.id, run.monitor_id, r.id, run.bizdate, r.rule,
       case when r.severity = 'High' then run.status else 'Passed' end, v, v,
       'select count(*) from "dwd_orders" where cast("dt" as varchar) = ''' || to_char(run.bizdate, 'yyyymmdd') || '''', run.started_at, run.ended_at
     from run, quality_rules r,
       lateral (select case when r.severity = 'Normal' then 0 when d = 1 then 620 when d = 9 then 1320 else 2000 + (d * 53) % 400 end as v) as measured
     where r.monitor_id = run.monitor_id`,
    [monitorId, nodeId, instanceId, DAYS],
  )
  const [run] = await db.rows<{ id: number }>('select max(id) as id from quality_runs where monitor_id = $1', [
    monitorId,
  ])
  const results = await administrator.api.call('GET /workspaces/{workspaceId}/quality-runs/{qualityRunId}', {
    params: { ...params, qualityRunId: run!.id },
  })
  await administrator.api.call('POST /workspaces/{workspaceId}/quality-results/{qualityResultId}/feedback', {
    params: { ...params, qualityResultId: results.results[0]!.id },
    body: { text: 'The shop was closed: known.' },
  })
  return { monitorId, ruleId, runId: run!.id }
}
