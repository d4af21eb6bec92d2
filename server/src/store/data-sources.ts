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
const USUAL_NAME = 'odps_first'

/** The data source that a node's SQL runs on: the one that it names, or the default one; null where there is none of that name. */
export async function dataSourceOfNode(
  sql: Sql,
  of: { readonly workspaceId: number; readonly environment: Environment; readonly name: string | null },
): Promise<DataSourceRow | null> {
  const [row] = await sql.rows<DataSourceRow>(
    `select * from data_sources where workspace_id = $1 and environment = $2
       and (name = $3 or is_default and coalesce($3, $4) = $4) order by name is not distinct from $3 desc limit 1`,
    [of.workspaceId, of.environment, of.name, USUAL_NAME],
  )
  return row ?? null
}
