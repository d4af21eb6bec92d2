/** What is enabled where and with which options. */
import type { Deployment } from '@holdpoint/core'
import type { Sql } from './database.ts'
import type { WatchingRow } from './extensions.ts'

/** A version of an extension that is not past, with what a workspace or the tenant has configured for the extension. */
export type ConfiguredRow = WatchingRow & {
  owner_name: string
  deployment: Deployment
  name: string
  description: string
  detail_url: string | null
  help_doc_url: string | null
  options: string
  option_values: Record<string, unknown> | null
  modified_by: number | null
  modified_by_name: string | null
  modified_at: Date | null
}

/** Which extensions of the tenant; without anything, the first of them. */
export type Which = {
  readonly code?: string
  /** Only what may hold operations on this point. */
  readonly point?: string
  readonly afterId?: number
  readonly limit?: number
}

const MOST_EXTENSIONS = 1_000

/** The versions of extensions as they are configured for a workspace (null: for the tenant). */
export async function configuredVersions(
  sql: Sql,
  tenantId: number,
  workspaceId: number | null,
  { code, point, afterId = 0, limit = MOST_EXTENSIONS }: Which,
): Promise<ConfiguredRow[]> {
  return await sql.rows<ConfiguredRow>(
    `select e.id, e.code, e.owner_id, o.display_name as owner_name, v.number, v.status, v.deployment, v.name, v.description,
       v.points, v.test_workspace_id, v.detail_url, v.help_doc_url, v.parameters, v.options, v.tested_by, v.on_unanswered, coalesce(en.enabled, false) as enabled,
       en.option_values, en.modified_by, m.display_name as modified_by_name, en.modified_at
     from extensions e
     join extension_versions v on v.extension_id = e.id
     join users o on o.id = e.owner_id
     left join extension_enablements en on en.extension_id = e.id and en.workspace_id is not distinct from $2
     left join users m on m.id = en.modified_by
     where v.status not in ('superseded', 'discarded') and e.id in (
       select id from extensions i where i.tenant_id = $1 and i.deleted_at is null and i.id > $5 and ($3::text is null or i.code = $3)
         and ($4::text is null or exists (select from extension_versions w
           where w.extension_id = i.id and w.status in ('testing', 'published') and w.points @> array[$4::text]))
       order by i.id limit $6)
     order by e.id, v.number`,
    [tenantId, workspaceId, code ?? null, point ?? null, afterId, limit],
  )
}

/** What is not named stays as it is. */
export async function putConfiguration(
  sql: Sql,
  extensionId: number,
  workspaceId: number | null,
  change: { readonly enabled?: boolean | undefined; readonly options?: object | undefined },
  userId: number,
): Promise<void> {
  await sql.rows(
    `insert into extension_enablements as en (extension_id, workspace_id, enabled, option_values, modified_by)
     values ($1, $2, coalesce($3, false), $4::jsonb, $5)
     on conflict (extension_id, workspace_id) do update set enabled = coalesce($3, en.enabled), option_values = coalesce($4::jsonb, en.option_values),
       modified_by = excluded.modified_by, modified_at = now()`,
    [extensionId, workspaceId, change.enabled ?? null, change.options && JSON.stringify(change.options), userId],
  )
}

/** Switches the tenant-level version in testing on for its owner's own operations, or off. */
export async function putTestedBy(
  sql: Sql,
  extensionId: number,
  number: number,
  testedBy: number | null,
): Promise<void> {
  await sql.rows('update extension_versions set tested_by = $3 where extension_id = $1 and number = $2', [
    extensionId,
    number,
    testedBy,
  ])
}
