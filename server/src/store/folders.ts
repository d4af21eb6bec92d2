/** Folders of Data Development. Whatever lies within one begins with its path and a slash. */
import type { Sql, Transaction } from './database.ts'

export type FolderRow = { id: number; tenant_id: number; workspace_id: number; path: string; created_at: Date }

/** All of a workspace, by path. */
export async function foldersOf(sql: Sql, workspaceId: number): Promise<FolderRow[]> {
  return await sql.rows<FolderRow>('select * from folders where workspace_id = $1 order by path', [workspaceId])
}

/** The folder, which stays there until the end of the transaction; with `update` nothing comes into it meanwhile. */
export async function lockFolder(
  sql: Sql,
  workspaceId: number,
  id: number,
  strength: 'key share' | 'update',
): Promise<FolderRow | null> {
  const [row] = await sql.rows<FolderRow>(`select * from folders where workspace_id = $1 and id = $2 for ${strength}`, [
    workspaceId,
    id,
  ])
  return row ?? null
}

export async function countFolders(sql: Sql, workspaceId: number): Promise<number> {
  const [row] = await sql.rows<{ count: number }>('select count(*) as count from folders where workspace_id = $1', [
    workspaceId,
  ])
  return row!.count
}

/** Folders of a workspace are made, moved and removed one after the other. */
export function lockFolders(tx: Transaction, workspaceId: number): void {
  tx.send('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`folders ${workspaceId}`])
}

/** Makes those of these paths that are not there; answers them all. */
export async function putFolders(
  sql: Sql,
  of: { readonly tenantId: number; readonly workspaceId: number; readonly createdBy: number },
  paths: readonly string[],
): Promise<FolderRow[]> {
  await sql.rows(
    `insert into folders (tenant_id, workspace_id, path, created_by) select $1, $2, p, $3 from unnest($4::text[]) as p
     on conflict (workspace_id, path) do nothing`,
    [of.tenantId, of.workspaceId, of.createdBy, paths],
  )
  return await sql.rows<FolderRow>('select * from folders where workspace_id = $1 and path = any($2) order by path', [
    of.workspaceId,
    paths,
  ])
}

/** The folder and all within it lie at the new path from now on. */
export async function moveFolder(sql: Sql, { id, workspace_id, path }: FolderRow, to: string): Promise<void> {
  await sql.rows(
    `update folders set path = $4 || substr(path, length($3) + 1) where workspace_id = $1 and (id = $2 or starts_with(path, $3 || '/'))`,
    [workspace_id, id, path, to],
  )
}

/** Nothing that can be seen lies in it; files in the recycle bin come back to the top. */
export async function isEmptyFolder(sql: Sql, { id, workspace_id, path }: FolderRow): Promise<boolean> {
  const [row] = await sql.rows<{ full: boolean }>(
    `select exists (select from folders where workspace_id = $1 and starts_with(path, $3 || '/'))
       or exists (select from files where folder_id = $2 and deleted_at is null) as full`,
    [workspace_id, id, path],
  )
  return !row!.full
}

export function deleteFolder(tx: Transaction, id: number): void {
  tx.send('update files set folder_id = null where folder_id = $1', [id])
  tx.send('delete from folders where id = $1', [id])
}

/** Those of these ids and paths that are there. */
export async function foldersAmong(
  sql: Sql,
  workspaceId: number,
  { ids = [], paths = [] }: { readonly ids?: readonly number[]; readonly paths?: readonly string[] },
): Promise<FolderRow[]> {
  return await sql.rows<FolderRow>(
    'select * from folders where workspace_id = $1 and (id = any($2) or path = any($3))',
    [workspaceId, ids, paths],
  )
}
