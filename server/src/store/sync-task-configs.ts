/** What the older dialect has made of parameters, for who asks for it next. */
import type { Sql } from './database.ts'

export type SyncTaskConfigRow = { id: number; task_type: string; content: string | null; problem: string | null }

export async function insertTaskConfig(
  sql: Sql,
  of: { readonly tenantId: number; readonly workspaceId: number } & Omit<SyncTaskConfigRow, 'id' | 'task_type'> & {
      readonly taskType: string
    },
): Promise<number> {
  const [row] = await sql.rows<{ id: number }>(
    `insert into sync_task_configs (tenant_id, workspace_id, task_type, content, problem) values ($1, $2, $3, $4, $5) returning id`,
    [of.tenantId, of.workspaceId, of.taskType, of.content, of.problem],
  )
  return row!.id
}

export async function taskConfigById(sql: Sql, workspaceId: number, id: number): Promise<SyncTaskConfigRow | null> {
  const [row] = await sql.rows<SyncTaskConfigRow>(
    'select id, task_type, content, problem from sync_task_configs where workspace_id = $1 and id = $2',
    [workspaceId, id],
  )
  return row ?? null
}

export async function countTaskConfigs(sql: Sql, tenantId: number): Promise<number> {
  const [row] = await sql.rows<{ count: number }>(
    'select count(*) as count from sync_task_configs where tenant_id = $1',
    [tenantId],
  )
  return row!.count
}

export async function deleteOldTaskConfigs(sql: Sql, hours: number): Promise<void> {
  await sql.rows('delete from sync_task_configs where created_at < now() - make_interval(hours => $1)', [hours])
}
