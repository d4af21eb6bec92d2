/** Changes of status that wait to be told: facts in the order in which they happened, from which the events are made. */
import type { Transaction } from './database.ts'

export type InstanceNews = {
  readonly taskId: number
  readonly status: number
  readonly taskType: number
  readonly nodeId: number
  readonly dagId: number
  readonly dagType: number
  readonly beginWaitTimeTime: number | null
  readonly beginWaitResTime: number | null
  readonly beginRunningTime: number | null
  readonly finishTime: number | null
  readonly createTime: number
  readonly modifyTime: number
}

export type DagNews = {
  readonly projectEnv: 'PROD' | 'DEV'
  readonly dagId: number
  readonly dagName: string
  readonly dagType: number
  readonly status: number
  /** yyyy-mm-dd */
  readonly bizDate: string
  readonly createTime: number
  readonly createdBy: number | null
}

export type NewsRow = { id: number; tenant_id: number; workspace_id: number } & (
  | { event_code: 'instance-status-changes'; body: InstanceNews }
  | { event_code: 'dag-status-changes'; body: DagNews }
)

const MS = (column: string) => `(extract(epoch from ${column}) * 1000)::bigint`

/** Notes the status that these instances of production have now, for whoever is told of these workspaces. */
export function noteInstances(tx: Transaction, ids: string, workspaceIds: readonly number[]): void {
  tx.send(
    `insert into status_news (tenant_id, workspace_id, event_code, body)
     select i.tenant_id, i.workspace_id, 'instance-status-changes', jsonb_build_object('taskId', i.id, 'status', i.status,
       'taskType', i.task_type, 'nodeId', i.node_id, 'dagId', i.dag_id, 'dagType', i.kind,
       'beginWaitTimeTime', ${MS('i.wait_time_at')}, 'beginWaitResTime', ${MS('i.wait_resource_at')},
       'beginRunningTime', ${MS('i.started_at')}, 'finishTime', ${MS('i.finished_at')},
       'createTime', ${MS('i.created_at')}, 'modifyTime', ${MS('i.modified_at')})
     from instances i where i.id = any($1) and i.workspace_id = any($2) and i.environment = 'PROD' order by i.id`,
    [ids, workspaceIds],
  )
}

/** Notes the status that these runs of backfills and manual workflows have now. */
export function noteDags(tx: Transaction, ids: readonly number[], workspaceIds: readonly number[]): void {
  tx.send(
    `insert into status_news (tenant_id, workspace_id, event_code, body)
     select d.tenant_id, d.workspace_id, 'dag-status-changes', jsonb_build_object('projectEnv', d.environment, 'dagId', d.id,
       'dagName', d.name, 'dagType', d.kind, 'status', d.status, 'bizDate', d.bizdate::text, 'createTime', ${MS('d.created_at')},
       'createdBy', d.created_by)
     from dags d where d.id = any($1) and d.workspace_id = any($2) and d.kind in (3, 5) order by d.id`,
    [ids, workspaceIds],
  )
}

/** The oldest news, for the one that tells them now: nobody, where another does. They are gone with the transaction. */
export async function takeNews(tx: Transaction, most: number): Promise<NewsRow[]> {
  const [turn] = await tx.rows<{ mine: boolean }>(
    `select pg_try_advisory_xact_lock(hashtextextended('status news', 0)) as mine`,
  )
  if (!turn!.mine) return []
  return await tx.rows<NewsRow>(
    `with oldest as (delete from status_news where id in (select id from status_news order by id limit $1) returning *)
     select * from oldest order by id`,
    [most],
  )
}
