/** Files of Data Development and their versions. */
import type { FileBody, FileKind } from '@holdpoint/core'
import type { Sql } from './database.ts'

export type FileRow = {
  id: number
  tenant_id: number
  workspace_id: number
  folder_id: number | null
  kind: FileKind
  name: string
  owner_id: number | null
  body: FileBody
  revision: number
  version: number
  committed_revision: number | null
  deployed_version: number | null
  node_id: number
  run_node_id: number | null
  created_by: number | null
  created_at: Date
  modified_by: number | null
  modified_at: Date
  deleted_at: Date | null
}

export type FileVersionRow = {
  file_id: number
  number: number
  name: string
  body: FileBody
  comment: string
  committed_by: number | null
  committed_at: Date
  operation_id: string | null
}

/** Also one in the recycle bin. */
export async function fileById(sql: Sql, tenantId: number, id: number): Promise<FileRow | null> {
  const [row] = await sql.rows<FileRow>('select * from files where tenant_id = $1 and id = $2', [tenantId, id])
  return row ?? null
}

export async function fileOfNode(sql: Sql, tenantId: number, nodeId: number): Promise<FileRow | null> {
  const [row] = await sql.rows<FileRow>('select * from files where tenant_id = $1 and node_id = $2', [tenantId, nodeId])
  return row ?? null
}

export async function fileVersion(sql: Sql, fileId: number, number: number): Promise<FileVersionRow | null> {
  const [row] = await sql.rows<FileVersionRow>('select * from file_versions where file_id = $1 and number = $2', [
    fileId,
    number,
  ])
  return row ?? null
}

/** Locked in the order of their ids, which is the one order everywhere. */
export async function lockFiles(sql: Sql, tenantId: number, ids: readonly number[]): Promise<FileRow[]> {
  return await sql.rows<FileRow>('select * from files where tenant_id = $1 and id = any($2) order by id for update', [
    tenantId,
    ids,
  ])
}
