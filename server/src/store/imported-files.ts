/** Files that come with an import: nodes that are committed and deployed at once, without a request of their own. */
import type { NodeBody } from '@holdpoint/core'
import type { Transaction } from './database.ts'
import type { FileRow } from './files.ts'

type Place = { readonly tenantId: number; readonly workspaceId: number; readonly userId: number }
export type ImportedFile = {
  readonly name: string
  readonly body: NodeBody
  readonly ownerId: number | null
  /** Its node in production; null: drawn for it. */
  readonly nodeId: number | null
}

/** Files of these nodes, and of these names that are not in the recycle bin; locked. */
export async function lockFilesOfNodes(
  tx: Transaction,
  { workspaceId }: Place,
  { nodeIds, names }: { readonly nodeIds: readonly number[]; readonly names: readonly string[] },
): Promise<FileRow[]> {
  return await tx.rows<FileRow>(
    `select * from files where workspace_id = $1
       and id in (select id from files where node_id = any($2)
         union select id from files where workspace_id = $1 and name = any($3) and deleted_at is null)
     order by id for update`,
    [workspaceId, nodeIds, names],
  )
}

/** Answers their ids, in their order; the first version of each is still to be made. */
export async function insertImportedFiles(
  tx: Transaction,
  { tenantId, workspaceId, userId }: Place,
  files: readonly ImportedFile[],
): Promise<number[]> {
  if (files.length === 0) return []
  const rows = await tx.rows<{ id: number }>(
    `insert into files (tenant_id, workspace_id, kind, name, owner_id, body, revision, committed_revision, node_id, created_by, modified_by)
     select $1, $2, 'node', i.name, i.owner_id, i.body::jsonb, 1, 1, coalesce(i.node_id, nextval('nodes_id_seq')), $3, $3
     from unnest($4::text[], $5::bigint[], $6::text[], $7::bigint[]) with ordinality as i(name, owner_id, body, node_id, at)
     order by i.at returning id`,
    [
      tenantId,
      workspaceId,
      userId,
      files.map(({ name }) => name),
      files.map(({ ownerId }) => ownerId),
      files.map(({ body }) => JSON.stringify(body)),
      files.map(({ nodeId }) => nodeId),
    ],
  )
  return rows.map(({ id }) => id)
}

/**
 * The next version of each, nobody asked about it. A draft that is ahead of its newest version stays as it is; any other becomes what was imported. `isDeployed`: production has it
 * already.
 */
export function insertImportedVersions(
  tx: Transaction,
  { userId }: Place,
  files: readonly { readonly id: number; readonly body: NodeBody }[],
  { comment, isDeployed }: { readonly comment: string; readonly isDeployed: boolean },
): void {
  if (files.length === 0) return
  tx.send(
    `with changed as (
       update files f set version = f.version + 1,
         deployed_version = case when $3 then f.version + 1 else f.deployed_version end,
         body = case when f.committed_revision = f.revision then i.body::jsonb else f.body end,
         committed_revision = f.committed_revision + (f.committed_revision = f.revision and f.version > 0)::int,
         revision = f.revision + (f.committed_revision is not distinct from f.revision and f.version > 0)::int,
         modified_by = $4, modified_at = now()
       from unnest($1::bigint[], $2::text[]) as i(id, body) where f.id = i.id
       returning f.id, f.version, f.name, i.body)
     insert into file_versions (file_id, number, name, body, comment, committed_by)
     select id, version, name, body::jsonb, $5, $4 from changed`,
    [files.map(({ id }) => id), files.map(({ body }) => JSON.stringify(body)), isDeployed, userId, comment],
  )
}
