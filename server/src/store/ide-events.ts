/** What an extension is asked about in Data Development, as it was when it was asked for. */
import type { FileBody } from '@holdpoint/core'
import type { Sql } from './database.ts'

export type AskedAboutRow = {
  trial: boolean
  workspace_id: number | null
  event_code: string
  requested_by: number
  snapshot: unknown
  /** The body of the message, as text. */
  told: string
  /** Whether it asks an extension that the caller speaks for. */
  asks_caller: boolean
}

/** The operation or trial that this message belongs to. */
export async function askedAbout(
  sql: Sql,
  tenantId: number,
  messageId: string,
  { userId, serviceOf }: { readonly userId: number; readonly serviceOf: number | null },
): Promise<AskedAboutRow | undefined> {
  const [row] = await sql.rows<AskedAboutRow>(
    `select o.trial, o.workspace_id, o.event_code, o.requested_by, o.snapshot, m.body as told,
       exists (select from checks c join extensions e on e.id = c.extension_id where c.operation_id = o.id
         and case when $4::bigint is null then e.owner_id = $3 else e.id = $4 end) as asks_caller
     from messages m join operations o on o.id = m.operation_id
     where m.tenant_id = $1 and m.id = $2`,
    [tenantId, messageId, userId, serviceOf],
  )
  return row
}

export type FrozenItemRow = {
  body: FileBody
  comment: string
  committed_by: number | null
  folder_id: number | null
  node_id: number
}

/** What an item of a deployment is about: what is to become a version, which a node inside has with its file, or else the version that is there. */
export async function frozenItem(sql: Sql, itemId: number): Promise<FrozenItemRow | null> {
  const [row] = await sql.rows<FrozenItemRow>(
    `select coalesce(w.body, v.body) as body, f.folder_id, f.node_id,
       case when w.body is null then v.comment else d.comment end as comment,
       case when w.body is null then v.committed_by else d.created_by end as committed_by
     from deployment_items i
     join deployments d on d.id = i.deployment_id
     join deployment_items w on w.deployment_id = i.deployment_id and w.file_id = i.file_id and w.inner_key is null
     join files f on f.id = i.file_id
     left join file_versions v on v.file_id = i.file_id and v.number = i.version
     where i.id = $1`,
    [itemId],
  )
  return row?.body ? row : null
}
