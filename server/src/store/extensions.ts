import type { Deployment, ExtensionStatus } from '@holdpoint/core'
import type { Sql } from './database.ts'
import { question } from './shared-statement.ts'

/** An extension together with one of its versions. */
export type ExtensionRow = {
  id: number
  tenant_id: number
  code: string
  owner_id: number
  owner_name: string
  created_at: Date
  number: number
  deployment: Deployment
  status: ExtensionStatus
  name: string
  description: string
  points: string[]
  test_workspace_id: number | null
  detail_url: string | null
  help_doc_url: string | null
  parameters: string
  options: string
  on_unanswered: 'block' | 'pass'
  /** Everyone who wrote of this version. */
  changed_by: number[]
  submitted_by: number | null
  submitted_by_name: string | null
  /** The last rejection, until an approval. */
  rejected_by: number | null
  rejected_by_name: string | null
  rejected_at: Date | null
  rejection_reason: string | null
  modified_at: Date
}

export type ExtensionContent = {
  readonly name: string
  readonly description: string
  readonly points: readonly string[]
  readonly testWorkspaceId: number | null
  readonly detailUrl: string | null
  readonly helpDocUrl: string | null
  readonly parameters: string
  readonly options: string
  readonly onUnanswered: 'block' | 'pass'
}

const SELECT = `select e.id, e.tenant_id, e.code, e.owner_id, o.display_name as owner_name, e.created_at, v.number, v.deployment, v.status, v.name,
    v.description, v.points, v.test_workspace_id, v.detail_url, v.help_doc_url, v.parameters, v.options, v.on_unanswered,
    v.changed_by, v.submitted_by, s.display_name as submitted_by_name, v.rejected_by, r.display_name as rejected_by_name, v.rejected_at,
    v.rejection_reason, v.modified_at
  from extensions e
  join lateral (select * from extension_versions v where v.extension_id = e.id order by v.number desc limit 1) v on true
  join users o on o.id = e.owner_id
  left join users s on s.id = v.submitted_by
  left join users r on r.id = v.rejected_by`

export async function insertExtension(
  sql: Sql,
  tenantId: number,
  ownerId: number,
  code: string,
  deployment: Deployment,
  content: ExtensionContent,
): Promise<void> {
  await sql.rows(
    `with e as (insert into extensions (tenant_id, code, owner_id) values ($1, $2, $3) returning id)
     insert into extension_versions (extension_id, number, status, name, description, points, test_workspace_id, detail_url, help_doc_url, parameters, options, on_unanswered, deployment, changed_by)
     select id, 1, 'testing', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, array[$3::bigint] from e`,
    [tenantId, code, ownerId, ...contentValues(content), deployment],
  )
}

const contentValues = (content: ExtensionContent): unknown[] => [
  content.name,
  content.description,
  content.points,
  content.testWorkspaceId,
  content.detailUrl,
  content.helpDocUrl,
  content.parameters,
  content.options,
  content.onUnanswered,
]

export async function extensionByCode(sql: Sql, tenantId: number, code: string): Promise<ExtensionRow | null> {
  const [row] = await sql.rows<ExtensionRow>(`${SELECT} where e.tenant_id = $1 and e.code = $2`, [tenantId, code])
  return row ?? null
}

/** Names and owners of the tenant's extensions with these codes. */
export async function extensionsByCode(
  sql: Sql,
  tenantId: number,
  codes: readonly string[],
): Promise<Pick<ExtensionRow, 'code' | 'name' | 'owner_id' | 'owner_name'>[]> {
  return await sql.rows(`${SELECT} where e.tenant_id = $1 and e.code = any($2)`, [tenantId, codes])
}

/** Those of these codes that belong to extensions of the tenant. */
export async function knownCodes(sql: Sql, tenantId: number, codes: readonly string[]): Promise<string[]> {
  const rows = await sql.rows<{ code: string }>('select code from extensions where tenant_id = $1 and code = any($2)', [
    tenantId,
    codes,
  ])
  return rows.map((row) => row.code)
}

/** Like `extensionByCode`, and holds the extension until the transaction ends. */
export async function lockExtension(sql: Sql, tenantId: number, code: string): Promise<ExtensionRow | null> {
  await sql.rows('select 1 from extensions where tenant_id = $1 and code = $2 for update', [tenantId, code])
  return await extensionByCode(sql, tenantId, code)
}

export async function extensionsOf(
  sql: Sql,
  tenantId: number,
  afterId: number,
  limit: number,
  offset = 0,
): Promise<ExtensionRow[]> {
  return await sql.rows<ExtensionRow>(
    `${SELECT} where e.tenant_id = $1 and e.id > $2 order by e.id limit $3 offset $4`,
    [tenantId, afterId, limit, offset],
  )
}

export async function countExtensions(sql: Sql, tenantId: number): Promise<number> {
  const [row] = await sql.rows<{ count: number }>('select count(*) as count from extensions where tenant_id = $1', [
    tenantId,
  ])
  return row!.count
}

export async function updateExtensionContent(
  sql: Sql,
  id: number,
  number: number,
  content: ExtensionContent,
  userId: number,
): Promise<void> {
  await sql.rows(
    `update extension_versions set name = $3, description = $4, points = $5, test_workspace_id = $6, detail_url = $7, help_doc_url = $8,
       parameters = $9, options = $10, on_unanswered = $11, status = 'testing', revision = revision + 1, modified_at = now(),
       changed_by = case when $12::bigint = any(changed_by) then changed_by else changed_by || $12::bigint end
     where extension_id = $1 and number = $2`,
    [id, number, ...contentValues(content), userId],
  )
}

export async function updateExtensionStatus(
  sql: Sql,
  id: number,
  number: number,
  status: ExtensionStatus,
  userId: number,
  reason: string,
): Promise<void> {
  await sql.rows(
    `update extension_versions set status = $3, modified_at = now(),
       submitted_by = case when $3 = 'in-review' then $4 else submitted_by end,
       submitted_at = case when $3 = 'in-review' then now() else submitted_at end,
       rejected_by = case $3 when 'rejected' then $4 when 'approved' then null else rejected_by end,
       rejected_at = case $3 when 'rejected' then now() when 'approved' then null else rejected_at end,
       rejection_reason = case $3 when 'rejected' then $5 when 'approved' then null else rejection_reason end
     where extension_id = $1 and number = $2`,
    [id, number, status, userId, reason],
  )
}

/** A version that may apply to an operation, with all that core's rule 2 asks for. */
export type WatchingRow = {
  id: number
  code: string
  owner_id: number
  number: number
  status: ExtensionStatus
  points: string[]
  parameters: string
  test_workspace_id: number | null
  on_unanswered: 'block' | 'pass'
  enabled: boolean
}

const WATCHING_VERSIONS = question<
  { readonly tenantId: number; readonly point: string; readonly workspaceId: number | null },
  WatchingRow,
  readonly WatchingRow[]
>({
  text: `select i.at, e.id, e.code, e.owner_id, v.number, v.status, v.points, v.parameters, v.test_workspace_id, v.on_unanswered,
      coalesce(en.enabled, false) as enabled
    from unnest($1::bigint[], $2::text[], $3::bigint[]) with ordinality as i(tenant_id, point, workspace_id, at)
    join extensions e on e.tenant_id = i.tenant_id
    join lateral (select * from extension_versions
      where extension_id = e.id and status in ('testing', 'published') and points @> array[i.point] offset 0) v on true
    left join extension_enablements en on en.extension_id = e.id and en.workspace_id is not distinct from i.workspace_id
    order by i.at, e.id, v.number`,
  values: (items) => [
    items.map((one) => one.tenantId),
    items.map((one) => one.point),
    items.map((one) => one.workspaceId),
  ],
  answer: (rows) => rows,
  sameAs: ({ tenantId, point, workspaceId }) => `${tenantId} ${point} ${workspaceId}`,
})

/** Every version of the tenant in testing or published that names the point; whether it applies is decided in core. */
export async function watchingVersions(
  sql: Sql,
  tenantId: number,
  point: string,
  workspaceId: number | null,
): Promise<readonly WatchingRow[]> {
  return await sql.ask(WATCHING_VERSIONS, { tenantId, point, workspaceId })
}

/** Every version of the tenant in testing or published, with its name; whether it applies to an event is decided in core. */
export async function watchingTenant(
  sql: Sql,
  tenantId: number,
  workspaceId: number | null,
): Promise<(WatchingRow & { name: string })[]> {
  return await sql.rows<WatchingRow & { name: string }>(
    `select e.id, e.code, v.name, e.owner_id, v.number, v.status, v.points, v.parameters, v.test_workspace_id, v.on_unanswered,
       coalesce(en.enabled, false) as enabled
     from extensions e
     join extension_versions v on v.extension_id = e.id
     left join extension_enablements en on en.extension_id = e.id and en.workspace_id is not distinct from $2
     where e.tenant_id = $1 and v.status in ('testing', 'published')
     order by e.id, v.number`,
    [tenantId, workspaceId],
  )
}

export type EnablementRow = {
  extension_id: number
  enabled: boolean
  option_values: unknown
  modified_by: number
  modified_by_name: string
  modified_at: Date
}

export async function enablementsOf(sql: Sql, tenantId: number, workspaceId: number | null): Promise<EnablementRow[]> {
  return await sql.rows<EnablementRow>(
    `select en.extension_id, en.enabled, en.option_values, en.modified_by, u.display_name as modified_by_name, en.modified_at
     from extension_enablements en join extensions e on e.id = en.extension_id join users u on u.id = en.modified_by
     where e.tenant_id = $1 and en.workspace_id is not distinct from $2`,
    [tenantId, workspaceId],
  )
}

export async function putEnablement(
  sql: Sql,
  extensionId: number,
  workspaceId: number | null,
  enabled: boolean,
  userId: number,
): Promise<void> {
  await sql.rows(
    `insert into extension_enablements (extension_id, workspace_id, enabled, modified_by) values ($1, $2, $3, $4)
     on conflict (extension_id, workspace_id) do update set enabled = excluded.enabled, modified_by = excluded.modified_by, modified_at = now()`,
    [extensionId, workspaceId, enabled, userId],
  )
}
