// Instances as they are at some moment of their lives, written directly: what brings them there is tested where it happens.
import { DAG_KINDS, type DagKind, type InstanceStatus, statusNumber } from '@holdpoint/core'
import type { Tenant, Workspace, World } from './world.ts'

export type GivenInstance = {
  readonly nodeId: number
  readonly status?: InstanceStatus
  readonly frozen?: boolean
  readonly period?: number
  /** Places in the list of those that it waits for. */
  readonly upstream?: readonly number[]
  readonly retries?: number
  readonly runNumber?: number
}

export type GivenRun = {
  readonly tenant: Pick<Tenant, 'id'>
  readonly workspace: Workspace
  readonly environment?: 'PROD' | 'DEV'
  readonly kind?: DagKind
  readonly bizdate?: string
  readonly instances: readonly GivenInstance[]
}

/** A run with these instances; each waits for what is upstream of it and has not succeeded. Answers its id and theirs. */
export async function putRun(
  world: Pick<World, 'db'>,
  { tenant, workspace, environment = 'PROD', kind = 'scheduled', bizdate = '2026-01-05', instances }: GivenRun,
): Promise<{ readonly dagId: number; readonly ids: readonly number[] }> {
  const { db } = world
  const [dag] = await db.rows<{ id: number }>(
    `insert into dags (tenant_id, workspace_id, environment, kind, name, bizdate, status) values ($1, $2, $3, $4, 'run', $5, 4) returning id`,
    [tenant.id, workspace.id, environment, DAG_KINDS.indexOf(kind), bizdate],
  )
  const ids: number[] = []
  for (const [at, one] of instances.entries()) {
    const status = one.status ?? 'not-run'
    const waitingFor = (one.upstream ?? []).filter((up) => instances[up]!.status !== 'succeeded').length
    const started = !['not-run', 'waiting-for-time', 'waiting-for-resources'].includes(status)
    const [row] = await db.rows<{ id: number }>(
      `insert into instances (tenant_id, workspace_id, environment, node_id, node_version, dag_id, kind, bizdate, period_number, cycle_at, due_at, status,
         frozen, has_work, waiting_for, priority, resource_group_id, run_number, retries, started_at)
       select $1, $2, $3, n.id, n.version, $5, $6, $7::date, $8, now() - interval '1 hour',
         case when $9::int = 2 then now() + interval '1 day' else now() - interval '1 hour' end, $9, $10, not n.is_root, $11, n.priority,
         (select id from resource_groups where tenant_id = $1 and is_default), $12, $13, case when $12::int > 0 then now() end
       from nodes n where n.id = $4 returning id`,
      [
        tenant.id,
        workspace.id,
        environment,
        one.nodeId,
        dag!.id,
        DAG_KINDS.indexOf(kind),
        bizdate,
        one.period ?? at + 1,
        statusNumber(status),
        one.frozen ?? false,
        waitingFor,
        one.runNumber ?? (started ? 1 : 0),
        one.retries ?? 0,
      ],
    )
    ids.push(row!.id)
    for (const up of one.upstream ?? [])
      await db.rows('insert into instance_edges (from_id, to_id) values ($1, $2)', [ids[up], row!.id])
  }
  return { dagId: dag!.id, ids }
}

/** A backfill that waits to be started and has no runs. */
export async function putBackfill(
  { db }: Pick<World, 'db'>,
  { tenant, workspace, name }: { tenant: Tenant; workspace: Workspace; name: string },
): Promise<number> {
  const [row] = await db.rows<{ id: number }>(
    `insert into backfills (tenant_id, workspace_id, environment, name, mode, request, node_ids, state, created_by)
     values ($1, $2, 'PROD', $3, 'current', '{"dates": []}', '{}', 'waiting-to-start', $4) returning id`,
    [tenant.id, workspace.id, name, tenant.owner.id],
  )
  return row!.id
}
