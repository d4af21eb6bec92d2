/** Reading the audit trail. Entries have no index but their id, which grows with time; so a page looks at so many ids at most. */
import type { Sql } from './database.ts'

export type AuditFilter = {
  readonly tenantId: number
  /** Workspaces whose entries the reader may see; null for all of the tenant. */
  readonly workspaceIds: readonly number[] | null
  readonly action?: string | undefined
  readonly object?: string | undefined
  readonly userId?: number | undefined
  readonly from?: Date | undefined
  readonly to?: Date | undefined
}

export type AuditListRow = {
  id: number
  at: Date
  workspace_id: number | null
  workspace_name: string | null
  user_id: number | null
  user_name: string | null
  action: string
  object: string
  details: Record<string, unknown>
}

export type AuditPage = {
  readonly rows: readonly AuditListRow[]
  /** Entries before this id are still to be looked at; null when there are none. */
  readonly before: number | null
}

/** More is not looked at for one page: with a filter that hardly anything fits, pages are short or empty and go on. */
const MOST_LOOKED_AT = 50_000
/** Entries are sealed this long after they were written at most: no transaction is open for longer. */
const LATEST_SEAL = '1 day'

/** Newest first, from the one before an id on. */
export async function auditPage(
  sql: Sql,
  filter: AuditFilter,
  page: { readonly before: number | null; readonly limit: number },
): Promise<AuditPage> {
  const [span] = await sql.rows<{ first: number; after: number }>(
    `select coalesce((select last_id from audit_seals where sealed_at <= $1 order by sealed_at desc limit 1), 0) + 1 as first,
       coalesce((select first_id from audit_seals where sealed_at > $2::timestamptz + interval '${LATEST_SEAL}' order by sealed_at limit 1),
         (select last_value from audit_entry_ids) + 1) as after`,
    [filter.from ?? null, filter.to ?? null],
  )
  const before = Math.min(page.before ?? span!.after, span!.after)
  const first = Math.max(before - MOST_LOOKED_AT, span!.first)
  const values: unknown[] = [first, before, filter.tenantId, page.limit + 1]
  const put = (value: unknown) => `$${values.push(value)}`
  const where = ['e.id >= $1', 'e.id < $2', 'e.tenant_id = $3']
  if (filter.workspaceIds !== null) where.push(`e.workspace_id = any(${put(filter.workspaceIds)})`)
  if (filter.action !== undefined) where.push(`e.action = ${put(filter.action)}`)
  if (filter.object !== undefined) where.push(`e.object = ${put(filter.object)}`)
  if (filter.userId !== undefined) where.push(`e.user_id = ${put(filter.userId)}`)
  if (filter.from !== undefined) where.push(`e.at >= ${put(filter.from)}`)
  if (filter.to !== undefined) where.push(`e.at < ${put(filter.to)}`)
  const rows = await sql.rows<AuditListRow>(
    `select e.id, e.at, e.workspace_id, w.name as workspace_name, e.user_id, u.display_name as user_name, e.action, e.object, e.details
     from audit_entries e left join users u on u.id = e.user_id left join workspaces w on w.id = e.workspace_id
     where ${where.join(' and ')} order by e.id desc limit $4`,
    values,
  )
  const shown = rows.slice(0, page.limit)
  if (rows.length > page.limit) return { rows: shown, before: shown.at(-1)!.id }
  return { rows: shown, before: first > span!.first ? first : null }
}

/** The newest seal, and how much of the tenant is not sealed yet. */
export async function sealStanding(
  sql: Sql,
  tenantId: number,
): Promise<{
  number: number
  hash: Buffer
  last_id: number
  sealed_at: Date | null
  waiting: number
  waits_since: Date | null
}> {
  const [row] = await sql.rows<{
    number: number
    hash: Buffer
    last_id: number
    sealed_at: Date | null
    waiting: number
    waits_since: Date | null
  }>(
    `select h.number, h.hash, h.last_id, s.sealed_at, e.waiting, e.waits_since
     from audit_head h left join audit_seals s on s.number = h.number
     cross join lateral (select count(*)::int as waiting, min(at) as waits_since from audit_entries where id > h.last_id and tenant_id = $1) e`,
    [tenantId],
  )
  return row!
}
