/** Runs: what belongs together of a business date. Their status is derived from their instances by `settle`. */
import type { Transaction } from './database.ts'
import type { Environment } from './nodes.ts'

export type DagRow = {
  id: number
  tenant_id: number
  workspace_id: number
  environment: Environment
  /** The number of a DagKind. */
  kind: number
  name: string
  /** yyyy-mm-dd */
  bizdate: string
  backfill_id: number | null
  line: number | null
  position: number | null
  /** 1 not run, 4 running, 5 failed, 6 succeeded. */
  status: number
  paused: boolean
  outside_window: boolean
  created_by: number | null
  created_at: Date
  started_at: Date | null
  finished_at: Date | null
}

export const DAG_COLUMNS = `d.id, d.tenant_id, d.workspace_id, d.environment, d.kind, d.name, d.bizdate::text as bizdate, d.backfill_id, d.line,
  d.position, d.status, d.paused, d.outside_window, d.created_by, d.created_at, d.started_at, d.finished_at`

/** While a run is paused nothing of it starts; what runs goes on. */
export function setPaused(tx: Transaction, dagIds: readonly number[], paused: boolean): void {
  tx.send('update dags set paused = $2 where id = any($1)', [dagIds, paused])
}

export type DagChange = Pick<DagRow, 'id' | 'tenant_id' | 'workspace_id' | 'kind' | 'status' | 'backfill_id'> & {
  /** The run that comes after it in its line. */
  next_id: number | null
}

/**
 * Derives the status of these runs from their instances as they are now, and answers those that have another one than before, and those in which
 * branches have been chosen. `begun` are those of
 * them of which something has started or ended.
 *
 * A run has succeeded when all of it has; it has failed when something of it has and nothing can go on by itself; it is not run before anything
 * of it has begun. They are locked first, so that of two that end its last instances the later one sees both.
 */
export async function deriveDags(
  tx: Transaction,
  ids: readonly number[],
  begun: readonly number[],
): Promise<{ readonly changed: readonly DagChange[]; readonly choosing: readonly number[] }> {
  const locked = tx.send<{ id: number; has_choices: boolean }>(
    'select id, has_choices from dags where id = any($1) order by id for no key update',
    [ids],
  )
  const changed = await tx.rows<DagChange>(
    `with derived as (
       select d.id, d.started_at is not null or d.id = any($2) as begun, case
           when exists (select from instances i where i.dag_id = d.id and i.status in (2, 3, 4, 7, 8) and not i.frozen) then null
           when exists (select from instances i where i.dag_id = d.id and i.status = 5) then 5
           when not exists (select from instances i where i.dag_id = d.id and i.status <> 6) then 6 end as ended
       from unnest($1::bigint[]) as given(id) join dags d on d.id = given.id)
     update dags d set status = coalesce(n.ended, case when n.begun then 4 else 1 end),
       started_at = coalesce(d.started_at, case when n.begun or n.ended is not null then now() end),
       finished_at = case when n.ended is not null then now() end
     from derived n where d.id = n.id and d.status <> coalesce(n.ended, case when n.begun then 4 else 1 end)
     returning d.id, d.tenant_id, d.workspace_id, d.kind, d.status, d.backfill_id,
       (select x.id from dags x where x.backfill_id = d.backfill_id and x.line = d.line and x.position > d.position
        order by x.position limit 1) as next_id`,
    [ids, begun],
  )
  return { changed, choosing: locked().flatMap((row) => (row.has_choices ? [row.id] : [])) }
}

/** Derives the state of these backfills from their runs, where they are under way; answers those that have another one than before. */
export async function deriveBackfills(
  tx: Transaction,
  ids: readonly number[],
): Promise<{ id: number; tenant_id: number; workspace_id: number; state: string }[]> {
  tx.send('select from backfills where id = any($1) order by id for no key update', [ids])
  return await tx.rows(
    `with derived as (
       select b.id, case
           when not exists (select from dags d where d.backfill_id = b.id and d.status <> 6) then 'succeeded'
           when b.state = 'paused' then 'paused'
           when exists (select from dags d where d.backfill_id = b.id and d.status = 5)
             and not exists (select from dags d where d.backfill_id = b.id and d.status in (1, 4)
               and not exists (select from dags f where f.backfill_id = b.id and f.line = d.line and f.position < d.position and f.status <> 6))
             then 'failed'
           else 'running' end as state
       from unnest($1::bigint[]) as given(id) join backfills b on b.id = given.id
       where b.state in ('running', 'failed', 'succeeded', 'paused'))
     update backfills b set state = n.state, started_at = coalesce(b.started_at, now()),
       finished_at = case when n.state in ('failed', 'succeeded') then now() end
     from derived n where b.id = n.id and b.state <> n.state
     returning b.id, b.tenant_id, b.workspace_id, b.state`,
    [ids],
  )
}
