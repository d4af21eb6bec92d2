import type { WorkspaceRole } from '@holdpoint/core'
import type { Sql } from './database.ts'

export type WorkspaceRow = {
  id: number
  tenant_id: number
  identifier: string
  name: string
  description: string
  mode: 'basic' | 'standard'
  created_by: number
  created_at: Date
  modified_at: Date
}

export async function insertWorkspace(
  sql: Sql,
  workspace: {
    tenantId: number
    identifier: string
    name: string
    description: string
    mode: 'basic' | 'standard'
    createdBy: number
  },
): Promise<WorkspaceRow> {
  // Each of its environments has a place for its tables from the start.
  const [row] = await sql.rows<WorkspaceRow>(
    `with made as (insert into workspaces (tenant_id, identifier, name, description, mode, created_by) values ($1, $2, $3, $4, $5, $6) returning *),
     stored as (insert into data_sources (tenant_id, workspace_id, environment, name, kind, is_default, created_by)
       select tenant_id, id, e.environment, 'default', 'duckdb', true, created_by
       from made cross join (values ('PROD'), ('DEV')) as e (environment) where mode = 'standard' or e.environment = 'PROD')
     select * from made`,
    [
      workspace.tenantId,
      workspace.identifier,
      workspace.name,
      workspace.description,
      workspace.mode,
      workspace.createdBy,
    ],
  )
  return row!
}

export async function workspaceById(sql: Sql, tenantId: number, id: number): Promise<WorkspaceRow | null> {
  const [row] = await sql.rows<WorkspaceRow>('select * from workspaces where tenant_id = $1 and id = $2', [
    tenantId,
    id,
  ])
  return row ?? null
}

export async function workspaceByIdentifier(
  sql: Sql,
  tenantId: number,
  identifier: string,
): Promise<WorkspaceRow | null> {
  const [row] = await sql.rows<WorkspaceRow>('select * from workspaces where tenant_id = $1 and identifier = $2', [
    tenantId,
    identifier,
  ])
  return row ?? null
}

/** Those of these ids that are workspaces of the tenant. */
export async function knownWorkspaces(
  sql: Pick<Sql, 'rows'>,
  tenantId: number,
  ids: readonly number[],
): Promise<number[]> {
  const rows = await sql.rows<{ id: number }>('select id from workspaces where tenant_id = $1 and id = any($2)', [
    tenantId,
    ids,
  ])
  return rows.map((row) => row.id)
}

/** The workspaces of the tenant, or those among `ids`, in the order of their ids. */
export async function workspacesOf(
  sql: Pick<Sql, 'rows'>,
  tenantId: number,
  ids: readonly number[] | null,
  afterId: number,
  limit: number,
  offset = 0,
): Promise<WorkspaceRow[]> {
  return await sql.rows<WorkspaceRow>(
    `select * from workspaces where tenant_id = $1 and ($2::bigint[] is null or id = any($2)) and id > $3 order by id limit $4 offset $5`,
    [tenantId, ids, afterId, limit, offset],
  )
}

export async function countWorkspaces(sql: Sql, tenantId: number, ids: readonly number[] | null): Promise<number> {
  const [row] = await sql.rows<{ count: number }>(
    'select count(*) as count from workspaces where tenant_id = $1 and ($2::bigint[] is null or id = any($2))',
    [tenantId, ids],
  )
  return row!.count
}

export type MemberRow = { user_id: number; name: string; roles: WorkspaceRole[] }

export type MemberOfTenantRow = MemberRow & { login: string; is_account_owner: boolean; disabled: boolean }

/** A page of the members, by user id, and how many there are. */
export async function pageOfMembers(
  sql: Sql,
  workspaceId: number,
  limit: number,
  offset: number,
): Promise<{ readonly rows: readonly MemberOfTenantRow[]; readonly total: number }> {
  const rows = await sql.rows<MemberOfTenantRow>(
    `select m.user_id, u.display_name as name, m.roles, u.name as login, 'account-owner' = any(u.tenant_roles) as is_account_owner,
       u.disabled_at is not null as disabled
     from members m join users u on u.id = m.user_id where m.workspace_id = $1 order by m.user_id limit $2 offset $3`,
    [workspaceId, limit, offset],
  )
  const [count] = await sql.rows<{ total: number }>('select count(*) as total from members where workspace_id = $1', [
    workspaceId,
  ])
  return { rows, total: count!.total }
}

export async function membersOf(sql: Sql, workspaceId: number): Promise<MemberRow[]> {
  return await sql.rows<MemberRow>(
    `select m.user_id, u.display_name as name, m.roles from members m join users u on u.id = m.user_id where m.workspace_id = $1 order by m.user_id`,
    [workspaceId],
  )
}

/** The members, locked together with their workspace, so that two changes at once cannot leave it without an administrator. */
export async function lockMembers(sql: Sql, workspaceId: number): Promise<MemberRow[]> {
  await sql.rows('select 1 from workspaces where id = $1 for update', [workspaceId])
  return await membersOf(sql, workspaceId)
}

export async function putMember(
  sql: Sql,
  workspaceId: number,
  userId: number,
  roles: readonly WorkspaceRole[],
): Promise<void> {
  await sql.rows(
    `insert into members (workspace_id, user_id, roles) values ($1, $2, $3)
     on conflict (workspace_id, user_id) do update set roles = excluded.roles`,
    [workspaceId, userId, roles],
  )
}

export async function deleteMember(sql: Sql, workspaceId: number, userId: number): Promise<void> {
  await sql.rows('delete from members where workspace_id = $1 and user_id = $2', [workspaceId, userId])
}
