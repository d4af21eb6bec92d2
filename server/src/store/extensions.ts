import {
  type Deployment,
  type ExtensionStatus,
  readParameters,
  type VersionContent,
  type VersionStatus,
  type WatchingExtension,
} from '@holdpoint/core'
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
  /** Counts the changes of the version's content. */
  revision: number
  status: ExtensionStatus
  name: string
  description: string
  points: string[]
  test_workspace_id: number | null
  test_workspace_name: string | null
  detail_url: string | null
  help_doc_url: string | null
  parameters: string
  options: string
  on_unanswered: 'block' | 'pass'
  /** Everyone who wrote of this version. */
  changed_by: number[]
  submitted_by: number | null
  submitted_by_name: string | null
  submitted_at: Date | null
  /** The last rejection, until an approval. */
  rejected_by: number | null
  rejected_by_name: string | null
  rejected_at: Date | null
  rejection_reason: string | null
  modified_at: Date
  /** Those of its versions that may still become something, oldest first. */
  versions: LivingVersion[]
}
export type LivingVersion = {
  readonly number: number
  readonly status: ExtensionStatus
  readonly changedBy: readonly number[]
  readonly submittedBy: number | null
  readonly revision: number
}
/** An extension together with any version of it. */
export type VersionRow = Omit<ExtensionRow, 'status'> & { status: VersionStatus }

/** What is written of a version here; the code of a function stands elsewhere. */
export type ExtensionContent = Omit<VersionContent, 'source' | 'settings'>

const COLUMNS = `select e.id, e.tenant_id, e.code, e.owner_id, o.display_name as owner_name, e.created_at, v.number, v.deployment, v.revision, v.status, v.name,
    v.description, v.points, v.test_workspace_id, t.name as test_workspace_name, v.detail_url, v.help_doc_url, v.parameters, v.options, v.on_unanswered,
    v.changed_by, v.submitted_by, s.display_name as submitted_by_name, v.submitted_at, v.rejected_by, r.display_name as rejected_by_name, v.rejected_at,
    v.rejection_reason, v.modified_at,
    (select json_agg(json_build_object('number', n.number, 'status', n.status, 'changedBy', n.changed_by, 'submittedBy', n.submitted_by, 'revision', n.revision)
        order by n.number)
      from extension_versions n where n.extension_id = e.id and n.status not in ('superseded', 'discarded')) as versions`
const NAMED = `join users o on o.id = e.owner_id
  left join workspaces t on t.id = v.test_workspace_id
  left join users s on s.id = v.submitted_by
  left join users r on r.id = v.rejected_by`
/** Rule 18: an extension is shown as what runs of it: in its published or disabled version, and in its newest where there is none of them. */
const SELECT = `${COLUMNS}
  from extensions e
  join lateral (select * from extension_versions where extension_id = e.id and status <> 'discarded'
    order by status in ('published', 'disabled') desc, number desc limit 1) v on true
  ${NAMED}`
const SELECT_VERSIONS = `${COLUMNS} from extensions e join extension_versions v on v.extension_id = e.id ${NAMED}`

export async function insertExtension(
  sql: Sql,
  tenantId: number,
  ownerId: number,
  authorId: number,
  code: string,
  deployment: Deployment,
  content: ExtensionContent,
): Promise<void> {
  await sql.rows(
    `with e as (insert into extensions (tenant_id, code, owner_id) values ($1, $2, $3) returning id)
     insert into extension_versions (extension_id, number, status, name, description, points, test_workspace_id, detail_url, help_doc_url, parameters, options, on_unanswered, deployment, changed_by)
     select id, 1, 'testing', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, array[$14::bigint] from e`,
    [tenantId, code, ownerId, ...contentValues(content), deployment, authorId],
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
  const [row] = await sql.rows<ExtensionRow>(
    `${SELECT} where e.tenant_id = $1 and e.code = $2 and e.deleted_at is null`,
    [tenantId, code],
  )
  return row ?? null
}

/** The same in this version of it, whatever has become of that. */
export async function extensionVersion(
  sql: Sql,
  tenantId: number,
  code: string,
  number: number,
): Promise<VersionRow | null> {
  const [row] = await sql.rows<VersionRow>(
    `${SELECT_VERSIONS} where e.tenant_id = $1 and e.code = $2 and e.deleted_at is null and v.number = $3`,
    [tenantId, code, number],
  )
  return row ?? null
}

/** Its versions, the newest first. */
export async function extensionVersions(
  sql: Sql,
  extensionId: number,
  before: number,
  limit: number,
): Promise<VersionRow[]> {
  return await sql.rows<VersionRow>(
    `${SELECT_VERSIONS} where e.id = $1 and v.number < $2 order by v.number desc limit $3`,
    [extensionId, before, limit],
  )
}

/** The newest of its earlier versions that ran, or runs. */
export async function ranBefore(sql: Sql, extensionId: number, number: number): Promise<number | null> {
  const [row] = await sql.rows<{ number: number | null }>(
    `select max(number) as number from extension_versions
     where extension_id = $1 and number < $2 and status in ('published', 'disabled', 'superseded')`,
    [extensionId, number],
  )
  return row!.number
}

/** What waits for a review, in the order in which it was handed in; `after` is the last one seen. */
export async function versionsInReview(
  sql: Sql,
  tenantId: number,
  after: { readonly submittedAt: Date; readonly id: number },
  limit: number,
): Promise<VersionRow[]> {
  return await sql.rows<VersionRow>(
    `${SELECT_VERSIONS} where e.tenant_id = $1 and v.status = 'in-review'
       and (date_trunc('milliseconds', v.submitted_at), e.id) > ($2::timestamptz, $3::bigint)
     order by date_trunc('milliseconds', v.submitted_at), e.id limit $4`,
    [tenantId, after.submittedAt, after.id, limit],
  )
}

/** The id behind a code, also of an extension that has been deleted since. */
export async function extensionIdOf(sql: Sql, tenantId: number, code: string): Promise<number | null> {
  const [row] = await sql.rows<{ id: number }>('select id from extensions where tenant_id = $1 and code = $2', [
    tenantId,
    code,
  ])
  return row?.id ?? null
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

export type ExtensionFilter = {
  /** Part of its name, or its code. */
  readonly search?: string
  readonly ownerId?: number
  /** Of any of its versions. */
  readonly status?: ExtensionStatus
  /** Watches one of these. */
  readonly points?: readonly string[]
}

export async function extensionsOf(
  sql: Sql,
  tenantId: number,
  afterId: number,
  limit: number,
  offset = 0,
  { search, ownerId, status, points }: ExtensionFilter = {},
): Promise<ExtensionRow[]> {
  return await sql.rows<ExtensionRow>(
    `${SELECT} where e.tenant_id = $1 and e.deleted_at is null and e.id > $2
       and ($5::text is null or e.code = $5 or strpos(lower(v.name), lower($5)) > 0)
       and ($6::bigint is null or e.owner_id = $6)
       and ($7::text is null or exists (select from extension_versions n where n.extension_id = e.id and n.status = $7))
       and ($8::text[] is null or v.points && $8)
     order by e.id limit $3 offset $4`,
    [tenantId, afterId, limit, offset, search ?? null, ownerId ?? null, status ?? null, points ?? null],
  )
}

export async function countExtensions(sql: Sql, tenantId: number): Promise<number> {
  const [row] = await sql.rows<{ count: number }>(
    'select count(*) as count from extensions where tenant_id = $1 and deleted_at is null',
    [tenantId],
  )
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

/** Makes a version in testing that says what another one says, and answers its number. */
export async function insertVersion(sql: Sql, id: number, from: number, userId: number): Promise<number> {
  const [row] = await sql.rows<{ number: number }>(
    `insert into extension_versions (extension_id, number, status, name, description, points, test_workspace_id, detail_url, help_doc_url,
       parameters, options, on_unanswered, deployment, changed_by)
     select extension_id, (select max(number) + 1 from extension_versions where extension_id = $1), 'testing', name, description, points,
       test_workspace_id, detail_url, help_doc_url, parameters, options, on_unanswered, deployment, array[$3::bigint]
     from extension_versions where extension_id = $1 and number = $2 returning number`,
    [id, from, userId],
  )
  return row!.number
}

/** Notes that somebody has changed something of a version that stands elsewhere, as the code of a function; a rejected one is in testing again. */
export async function touchVersion(sql: Sql, id: number, number: number, userId: number): Promise<void> {
  await sql.rows(
    `update extension_versions set status = 'testing', revision = revision + 1, modified_at = now(),
       changed_by = case when $3::bigint = any(changed_by) then changed_by else changed_by || $3::bigint end
     where extension_id = $1 and number = $2`,
    [id, number, userId],
  )
}

/** Ends every older version that could run again: a newer one is published in their place. */
export async function supersedeBefore(sql: Sql, id: number, number: number): Promise<VersionRow['number'][]> {
  const rows = await sql.rows<{ number: number }>(
    `update extension_versions set status = 'superseded', modified_at = now()
     where extension_id = $1 and number < $2 and status in ('published', 'disabled', 'approved') returning number`,
    [id, number],
  )
  return rows.map((row) => row.number)
}

export async function updateOwner(sql: Sql, id: number, ownerId: number): Promise<void> {
  await sql.rows('update extensions set owner_id = $2 where id = $1', [id, ownerId])
}

/** Whether an operation is held that still waits for what this extension says. */
export async function hasOpenCheck(sql: Sql, id: number): Promise<boolean> {
  const rows = await sql.rows(
    `select from checks c join operations o on o.id = c.operation_id and o.state = 'held'
     where c.extension_id = $1 and c.result is null and c.expired_at is null limit 1`,
    [id],
  )
  return rows.length > 0
}

/** From now on nobody finds it, and nothing of it applies; what was asked of it keeps its name. */
export async function deleteExtension(sql: Sql, id: number): Promise<void> {
  await sql.rows('update extensions set deleted_at = now() where id = $1', [id])
  await sql.rows(
    `update extension_versions set status = 'discarded', modified_at = now() where extension_id = $1 and status <> 'superseded'`,
    [id],
  )
  await sql.rows('delete from extension_enablements where extension_id = $1', [id])
}

export async function updateExtensionStatus(
  sql: Sql,
  id: number,
  number: number,
  status: VersionStatus,
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
  tested_by: number | null
  on_unanswered: 'block' | 'pass'
  enabled: boolean
  /** The target of its own that a function has; null for a service. */
  function_target_id: number | null
}

/** A row as rule 2 asks for it. */
export function watching<Row extends WatchingRow>(row: Row): WatchingExtension & { readonly row: Row } {
  return {
    row,
    status: row.status,
    points: row.points,
    parameters: readParameters(row.parameters),
    testWorkspaceId: row.test_workspace_id,
    ownerUserId: row.owner_id,
    testedBy: row.tested_by,
    enabled: row.enabled,
  }
}
const FUNCTION_TARGET = `case when v.deployment = 'function' then (select t.id from event_targets t where t.extension_id = e.id and t.kind = 'function') end as function_target_id`

const WATCHING_VERSIONS = question<
  { readonly tenantId: number; readonly point: string; readonly workspaceId: number | null },
  WatchingRow,
  readonly WatchingRow[]
>({
  text: `select i.at, e.id, e.code, e.owner_id, v.number, v.status, v.points, v.parameters, v.test_workspace_id, v.tested_by, v.on_unanswered,
      coalesce(en.enabled, false) as enabled, ${FUNCTION_TARGET}
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
  sql: Pick<Sql, 'rows'>,
  tenantId: number,
  workspaceId: number | null,
): Promise<(WatchingRow & { name: string })[]> {
  return await sql.rows<WatchingRow & { name: string }>(
    `select e.id, e.code, v.name, e.owner_id, v.number, v.status, v.points, v.parameters, v.test_workspace_id, v.tested_by, v.on_unanswered,
       coalesce(en.enabled, false) as enabled, ${FUNCTION_TARGET}
     from extensions e
     join extension_versions v on v.extension_id = e.id
     left join extension_enablements en on en.extension_id = e.id and en.workspace_id is not distinct from $2
     where e.tenant_id = $1 and v.status in ('testing', 'published')
     order by e.id, v.number`,
    [tenantId, workspaceId],
  )
}
