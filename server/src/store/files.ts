/** Files of Data Development and their versions. */
import { type FileBody, type FileKind, FUNCTION_FILE_TYPE, type ResourceBody, resourceTypeOf } from '@holdpoint/core'
import type { Sql, Transaction } from './database.ts'
import { question } from './shared-statement.ts'

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

/** Also those in the recycle bin. */
export async function filesByIds(sql: Sql, tenantId: number, ids: readonly number[]): Promise<FileRow[]> {
  return await sql.rows<FileRow>('select * from files where tenant_id = $1 and id = any($2) order by id', [
    tenantId,
    ids,
  ])
}

/** Locked in the order of their ids, which is the one order everywhere. */
export async function lockFiles(sql: Sql, tenantId: number, ids: readonly number[]): Promise<FileRow[]> {
  return await sql.rows<FileRow>('select * from files where tenant_id = $1 and id = any($2) order by id for update', [
    tenantId,
    ids,
  ])
}

/** What matters of a file while something is held about it. */
export type FileStand = Pick<FileRow, 'id' | 'name' | 'version' | 'deployed_version' | 'deleted_at'>

/** The file locked; several of the same moment are one statement. */
const LOCK_STAND = question<number, FileStand, FileStand | null>({
  text: `select i.at, f.* from (select * from unnest($1::int[], $2::bigint[]) as i(at, id) order by id) i
    join lateral (select id, name, version, deployed_version, deleted_at from files where id = i.id for update) f on true`,
  values: (ids) => [ids.map((_id, at) => at + 1), ids],
  answer: ([row]) => row ?? null,
  sameAs: String,
  locks: (id) => [`file ${id}`],
})

export async function lockFileStand(sql: Sql, id: number): Promise<FileStand | null> {
  return await sql.ask(LOCK_STAND, id)
}

/** Locked, with the next statement that is waited for. */
export function lockFile(tx: Transaction, id: number): void {
  tx.send('select 1 from files where id = $1 for update', [id])
}

export type NewFileRow = Pick<
  FileRow,
  'tenant_id' | 'workspace_id' | 'folder_id' | 'kind' | 'name' | 'owner_id' | 'body'
> & {
  readonly created_by: number
}

export async function insertFile(sql: Sql, file: NewFileRow): Promise<FileRow> {
  const [row] = await sql.rows<FileRow>(
    `insert into files (tenant_id, workspace_id, folder_id, kind, name, owner_id, body, created_by, modified_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $8) returning *`,
    [
      file.tenant_id,
      file.workspace_id,
      file.folder_id,
      file.kind,
      file.name,
      file.owner_id,
      JSON.stringify(file.body),
      file.created_by,
    ],
  )
  return row!
}

/** The draft, the name and the place of a file as they are from now on: its next revision. */
export async function updateFile(
  sql: Sql,
  id: number,
  draft: Pick<FileRow, 'folder_id' | 'name' | 'owner_id' | 'body'>,
  userId: number,
): Promise<FileRow> {
  const [row] = await sql.rows<FileRow>(
    `update files set folder_id = $2, name = $3, owner_id = $4, body = $5, revision = revision + 1, modified_by = $6, modified_at = now()
     where id = $1 returning *`,
    [id, draft.folder_id, draft.name, draft.owner_id, JSON.stringify(draft.body), userId],
  )
  return row!
}

export async function restoreFile(sql: Sql, id: number, userId: number): Promise<FileRow> {
  const [row] = await sql.rows<FileRow>(
    'update files set deleted_at = null, modified_by = $2, modified_at = now() where id = $1 returning *',
    [id, userId],
  )
  return row!
}

// What takes effect

export function insertVersion(
  tx: Transaction,
  version: {
    readonly fileId: number
    readonly number: number
    readonly name: string
    readonly body: FileBody
    readonly comment: string
    readonly committedBy: number
    readonly operationId: string | null
    readonly revision: number
  },
): void {
  tx.send(
    `insert into file_versions (file_id, number, name, body, comment, committed_by, operation_id) values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      version.fileId,
      version.number,
      version.name,
      JSON.stringify(version.body),
      version.comment,
      version.committedBy,
      version.operationId,
    ],
  )
  tx.send('update files set version = $2, committed_revision = $3 where id = $1', [
    version.fileId,
    version.number,
    version.revision,
  ])
}

/** What production has of a file from now on; null: nothing. */
export function setDeployedVersion(tx: Transaction, id: number, version: number | null): void {
  tx.send('update files set deployed_version = $2 where id = $1', [id, version])
}

export function putIntoRecycleBin(tx: Transaction, id: number, userId: number): void {
  tx.send('update files set deleted_at = now(), modified_by = $2, modified_at = now() where id = $1', [id, userId])
}

/** Resources of a workspace by their names: in production the versions that it has, in development the newest committed ones. */
export async function resourcesByName(
  sql: Sql,
  of: { readonly workspaceId: number; readonly environment: 'PROD' | 'DEV'; readonly names: readonly string[] },
): Promise<{ name: string; body: ResourceBody }[]> {
  return await sql.rows(
    `select f.name, v.body from files f
     join file_versions v on v.file_id = f.id and v.number = case when $2 = 'PROD' then f.deployed_version else f.version end
     where f.workspace_id = $1 and f.name = any($3) and f.kind = 'resource' and f.deleted_at is null`,
    [of.workspaceId, of.environment, of.names],
  )
}

// Reading

export type FileListRow = FileRow & { owner_name: string | null; modified_by_name: string | null }

const listing = (
  columns: string,
) => `select ${columns}, o.display_name as owner_name, m.display_name as modified_by_name
  from files f left join users o on o.id = f.owner_id left join users m on m.id = f.modified_by`

export const FILE_STATES = ['changed', 'committed', 'deployed', 'deleted'] as const
export type FileState = (typeof FILE_STATES)[number]

const STATES: Readonly<Record<FileState, string>> = {
  changed: 'f.deleted_at is null and f.committed_revision is distinct from f.revision',
  // What could be deployed, deletions too.
  committed: `case when f.deleted_at is null then f.version > 0 and f.deployed_version is distinct from f.version
    else f.deployed_version is not null end`,
  deployed: 'f.deleted_at is null and f.deployed_version is not null',
  deleted: 'f.deleted_at is not null',
}

export type FileFilter = {
  readonly workspaceId: number
  /** Null: at the top. */
  readonly folderId?: number | null | undefined
  /** Part of it. */
  readonly name?: string | undefined
  readonly kind?: FileKind | undefined
  /** Without it all that are not in the recycle bin. */
  readonly state?: FileState | undefined
  readonly ownerId?: number | undefined
  readonly exactName?: string | undefined
  readonly ids?: readonly number[] | undefined
  readonly nodeId?: number | undefined
  readonly modifiedBy?: number | undefined
  readonly fileTypes?: readonly number[] | undefined
  /** `none`: no file is used so. */
  readonly useType?: keyof typeof USE_TYPES | undefined
  /** The draft is its newest version. */
  readonly isCommitted?: boolean | undefined
}

const USE_TYPES = {
  NORMAL: `(f.kind <> 'node' or f.body->'definition'->>'trigger' = 'scheduler' and f.body->'definition'->>'recurrence' <> 'skip')`,
  MANUAL: `f.body->'definition'->>'trigger' = 'manual'`,
  SKIP: `f.body->'definition'->>'trigger' = 'scheduler' and f.body->'definition'->>'recurrence' = 'skip'`,
  none: 'false',
} as const

function filterSql({ workspaceId, folderId, name, kind, state, ownerId, ...more }: FileFilter): {
  where: string
  values: unknown[]
} {
  const values: unknown[] = [workspaceId]
  const put = (value: unknown) => `$${values.push(value)}`
  const where = ['f.workspace_id = $1', state === undefined ? 'f.deleted_at is null' : STATES[state]]
  if (folderId === null) where.push('f.folder_id is null')
  else if (folderId !== undefined) where.push(`f.folder_id = ${put(folderId)}`)
  if (name !== undefined) where.push(`f.name ilike '%' || ${put(name.replace(/[\\%_]/g, '\\$&'))} || '%'`)
  if (kind !== undefined) where.push(`f.kind = ${put(kind)}`)
  if (ownerId !== undefined) where.push(`f.owner_id = ${put(ownerId)}`)
  if (more.exactName !== undefined) where.push(`f.name = ${put(more.exactName)}`)
  if (more.ids !== undefined) where.push(`f.id = any(${put(more.ids)})`)
  if (more.nodeId !== undefined) where.push(`f.node_id = ${put(more.nodeId)}`)
  if (more.modifiedBy !== undefined) where.push(`f.modified_by = ${put(more.modifiedBy)}`)
  if (more.useType !== undefined) where.push(USE_TYPES[more.useType])
  if (more.isCommitted !== undefined)
    where.push(`f.committed_revision is ${more.isCommitted ? 'not ' : ''}distinct from f.revision`)
  if (more.fileTypes !== undefined) {
    const resources = more.fileTypes.flatMap((type) => resourceTypeOf(type) ?? [])
    const all = put(more.fileTypes)
    where.push(`(f.kind = 'node' and (f.body->'definition'->>'fileType')::bigint = any(${all})
      or f.kind = 'resource' and f.body->>'resourceType' = any(${put(resources)})
      or f.kind = 'function' and ${FUNCTION_FILE_TYPE} = any(${all}))`)
  }
  return { where: where.join(' and '), values }
}

/** Bodies may be large, so those of a list have no contents. */
const SUMMARY = `f.id, f.tenant_id, f.workspace_id, f.folder_id, f.kind, f.name, f.owner_id, f.revision, f.version, f.committed_revision,
  f.deployed_version, f.node_id, f.run_node_id, f.created_by, f.created_at, f.modified_by, f.modified_at, f.deleted_at,
  (f.body - 'content') #- '{definition,script}' #- '{definition,innerNodes}' as body`

/** By id, from the one after `afterId` on. */
export async function filesOf(
  sql: Pick<Sql, 'rows'>,
  filter: FileFilter,
  page: { readonly afterId: number; readonly limit: number; readonly offset?: number },
): Promise<FileListRow[]> {
  const { where, values } = filterSql(filter)
  const afterId = values.push(page.afterId)
  const limit = values.push(page.limit)
  const offset = values.push(page.offset ?? 0)
  return await sql.rows<FileListRow>(
    `${listing(SUMMARY)} where ${where} and f.id > $${afterId} order by f.id limit $${limit} offset $${offset}`,
    values,
  )
}

export async function countFiles(sql: Pick<Sql, 'rows'>, filter: FileFilter): Promise<number> {
  const { where, values } = filterSql(filter)
  const [row] = await sql.rows<{ count: number }>(`select count(*) as count from files f where ${where}`, values)
  return row!.count
}

/** Also one in the recycle bin. */
export async function listedFile(sql: Pick<Sql, 'rows'>, workspaceId: number, id: number): Promise<FileListRow | null> {
  const [row] = await sql.rows<FileListRow>(`${listing('f.*')} where f.workspace_id = $1 and f.id = $2`, [
    workspaceId,
    id,
  ])
  return row ?? null
}

export type FileVersionListRow = FileVersionRow & { committed_by_name: string | null }

/** Newest first, before the one with this number. */
export async function fileVersionsOf(
  sql: Pick<Sql, 'rows'>,
  fileId: number,
  page: { readonly before: number | null; readonly limit: number; readonly offset?: number },
): Promise<FileVersionListRow[]> {
  return await sql.rows<FileVersionListRow>(
    `select v.*, u.display_name as committed_by_name from file_versions v left join users u on u.id = v.committed_by
     where v.file_id = $1 and ($2::int is null or v.number < $2) order by v.number desc limit $3 offset $4`,
    [fileId, page.before, page.limit, page.offset ?? 0],
  )
}

/** These versions of files, each named by its file and number. */
export async function versionsOfFiles(
  sql: Sql,
  named: readonly { readonly fileId: number; readonly number: number }[],
): Promise<FileVersionRow[]> {
  return await sql.rows<FileVersionRow>(
    `select v.* from unnest($1::bigint[], $2::int[]) as i(file_id, number)
     join lateral (select * from file_versions v where v.file_id = i.file_id and v.number = i.number offset 0) v on true`,
    [named.map(({ fileId }) => fileId), named.map(({ number }) => number)],
  )
}
