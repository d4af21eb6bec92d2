import { SYNC_PROGRAM_TYPES } from '@holdpoint/core'
import type { Sql } from './database.ts'
import type { Environment } from './nodes.ts'

export type DataSourceRow = {
  id: number
  tenant_id: number
  workspace_id: number
  environment: Environment
  name: string
  kind: 'duckdb' | 'postgresql'
  is_default: boolean
  settings: Record<string, unknown>
  /** Encrypted. */
  secret: Buffer | null
  created_at: Date
  modified_at: Date
}

/** What running SQL needs of it. */
export type DataSource = Pick<DataSourceRow, 'id' | 'tenant_id' | 'name' | 'kind' | 'settings' | 'secret'>

/** What a platform calls the data source that every workspace has from the start; here it is the default one, unless one is called so. */
export const USUAL_DATA_SOURCE = 'odps_first'

/** The data source that a node's SQL runs on: the one that it names, or the default one; null where there is none of that name. */
export async function dataSourceOfNode(
  sql: Sql,
  of: { readonly workspaceId: number; readonly environment: Environment; readonly name: string | null },
): Promise<DataSourceRow | null> {
  const [row] = await sql.rows<DataSourceRow>(
    `select * from data_sources where workspace_id = $1 and environment = $2
       and (name = $3 or is_default and coalesce($3, $4) = $4) order by name is not distinct from $3 desc limit 1`,
    [of.workspaceId, of.environment, of.name, USUAL_DATA_SOURCE],
  )
  return row ?? null
}

export type ListedDataSourceRow = DataSourceRow & { node_count: number }

const NODES_USING = `from nodes n where n.workspace_id = d.workspace_id and n.environment = d.environment and n.unpublished_at is null
  and n.definition -> 'dataSource' ->> 'name' = d.name`
const LISTED = `select d.*, (select count(*) ${NODES_USING}) as node_count from data_sources d`

export async function dataSourcesOf(
  sql: Sql,
  workspaceId: number,
  environment: Environment,
): Promise<ListedDataSourceRow[]> {
  return await sql.rows<ListedDataSourceRow>(
    `${LISTED} where d.workspace_id = $1 and d.environment = $2 order by d.is_default desc, d.name`,
    [workspaceId, environment],
  )
}

export async function dataSourceById(sql: Sql, workspaceId: number, id: number): Promise<ListedDataSourceRow | null> {
  const [row] = await sql.rows<ListedDataSourceRow>(`${LISTED} where d.workspace_id = $1 and d.id = $2`, [
    workspaceId,
    id,
  ])
  return row ?? null
}

/** Locked with its workspace, so that there are never two default ones, nor none. */
export async function lockDataSources(sql: Sql, workspaceId: number): Promise<number> {
  await sql.rows('select 1 from workspaces where id = $1 for no key update', [workspaceId])
  const [row] = await sql.rows<{ count: number }>(
    'select count(*) as count from data_sources where workspace_id = $1',
    [workspaceId],
  )
  return row!.count
}

export async function insertDataSource(
  sql: Sql,
  given: {
    readonly tenantId: number
    readonly workspaceId: number
    readonly environment: Environment
    readonly name: string
    readonly kind: DataSourceRow['kind']
    readonly settings: Readonly<Record<string, unknown>>
    readonly createdBy: number
  },
): Promise<number> {
  const [row] = await sql.rows<{ id: number }>(
    `insert into data_sources (tenant_id, workspace_id, environment, name, kind, settings, created_by)
     values ($1, $2, $3, $4, $5, $6, $7) returning id`,
    [
      given.tenantId,
      given.workspaceId,
      given.environment,
      given.name,
      given.kind,
      JSON.stringify(given.settings),
      given.createdBy,
    ],
  )
  return row!.id
}

export async function updateDataSource(
  sql: Sql,
  id: number,
  settings: Readonly<Record<string, unknown>>,
  secret: Buffer | null,
): Promise<void> {
  await sql.rows('update data_sources set settings = $2, secret = $3, modified_at = now() where id = $1', [
    id,
    JSON.stringify(settings),
    secret,
  ])
}

/** From now on this one is what nodes run on that name none. */
export async function makeDefaultDataSource(sql: Sql, row: Pick<DataSourceRow, 'id' | 'workspace_id' | 'environment'>) {
  await sql.rows(
    'update data_sources set is_default = false where workspace_id = $1 and environment = $2 and is_default',
    [row.workspace_id, row.environment],
  )
  await sql.rows('update data_sources set is_default = true, modified_at = now() where id = $1', [row.id])
}

/** Names of what names it, at most so many: published nodes, those that synchronise in their content, and in production jobs and monitors. */
export async function usersOfDataSource(sql: Sql, id: number, limit: number): Promise<string[]> {
  const rows = await sql.rows<{ name: string }>(
    `select u.name from data_sources d join lateral (
       select n.name ${NODES_USING}
       union select n.name from nodes n where n.workspace_id = d.workspace_id and n.environment = d.environment and n.unpublished_at is null
         and upper(n.program_type) = any($3) and strpos(n.definition -> 'script' ->> 'content', to_json(d.name)::text) > 0
       union select j.name from sync_jobs j where j.workspace_id = d.workspace_id and d.environment = 'PROD' and j.deleted_at is null
         and d.name in (j.definition -> 'source' ->> 'dataSource', j.definition -> 'target' ->> 'dataSource')
       union select m.name from quality_monitors m where m.workspace_id = d.workspace_id and d.environment = 'PROD' and m.deleted_at is null
         and m.data_source = d.name
       order by name limit $2) u on true where d.id = $1`,
    [id, limit, SYNC_PROGRAM_TYPES],
  )
  return rows.map(({ name }) => name)
}

export async function deleteDataSource(sql: Sql, id: number): Promise<void> {
  await sql.rows('delete from data_sources where id = $1', [id])
}
