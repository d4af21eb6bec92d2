/** Dead letters: deliveries that used up their retries or lost their target, until somebody replays or drops them. */
import type { Sql } from './database.ts'

export type DeadLetterRow = {
  id: number
  message_id: string
  event_code: string
  workspace_id: number | null
  /** Only while the operation is held. */
  operation_id: string | null
  bus_name: string
  /** null once the target has been removed. */
  target_id: number | null
  target_name: string
  endpoint: string
  attempts: number
  last_at: Date | null
  last_status: number | null
  last_error: string | null
  ended_at: Date
  expires_at: Date
  expired: boolean
  /** `ended_at` to the microsecond, which a Date does not hold. */
  ended_us: number
}

export type DeadLetterFilter = {
  readonly tenantId: number
  /** Of which workspaces, beside what belongs to none; null for all. */
  readonly workspaceIds: readonly number[] | null
  readonly workspaceId?: number | undefined
  readonly busName?: string | undefined
  readonly targetId?: number | undefined
  readonly eventCode?: string | undefined
  /** Code of an extension. */
  readonly extension?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** Where a page ended. */
export type DeadLetterPlace = { readonly endedUs: number; readonly id: number }

/** Newest first, from the one after `after` on. */
export async function deadLettersOf(
  sql: Sql,
  filter: DeadLetterFilter,
  { after, limit }: { readonly after: DeadLetterPlace | null; readonly limit: number },
): Promise<DeadLetterRow[]> {
  const values: unknown[] = [filter.tenantId]
  const put = (value: unknown) => `$${values.push(value)}`
  const where = [`d.state = 'dead'`, 'd.dropped_at is null', 'm.tenant_id = $1']
  if (filter.workspaceIds !== null)
    where.push(`(m.workspace_id is null or m.workspace_id = any(${put(filter.workspaceIds)}))`)
  if (filter.workspaceId !== undefined) where.push(`m.workspace_id = ${put(filter.workspaceId)}`)
  if (filter.busName !== undefined) where.push(`d.bus_name = ${put(filter.busName)}`)
  if (filter.targetId !== undefined) where.push(`d.target_id = ${put(filter.targetId)}`)
  if (filter.eventCode !== undefined) where.push(`m.event_code = ${put(filter.eventCode)}`)
  if (filter.extension !== undefined) {
    const code = put(filter.extension)
    where.push(`(d.serves is null or ${code} = any(d.serves)) and exists (select from checks c join extensions e on e.id = c.extension_id
      where c.operation_id = m.operation_id and e.code = ${code})`)
  }
  if (filter.from !== undefined) where.push(`d.ended_at >= ${put(filter.from)}`)
  if (filter.to !== undefined) where.push(`d.ended_at < ${put(filter.to)}`)
  if (after !== null)
    where.push(
      `(d.ended_at, d.id) < ('epoch'::timestamptz + ${put(after.endedUs)}::bigint * interval '1 microsecond', ${put(after.id)})`,
    )
  return await sql.rows<DeadLetterRow>(
    `select d.id, d.message_id, m.event_code, m.workspace_id, o.id as operation_id, d.bus_name, t.id as target_id, d.target_name,
       coalesce(t.endpoint, d.endpoint) as endpoint, d.attempts, a.at as last_at, a.status as last_status, a.error as last_error, d.ended_at,
       m.expires_at, m.expires_at <= now() as expired, (extract(epoch from d.ended_at) * 1000000)::bigint as ended_us
     from deliveries d
     join messages m on m.id = d.message_id
     left join operations o on o.id = m.operation_id and o.state = 'held'
     left join event_targets t on t.id = d.target_id
     left join attempts a on a.delivery_id = d.id and a.number = d.attempts
     where ${where.join(' and ')}
     order by d.ended_at desc, d.id desc limit ${put(limit)}`,
    values,
  )
}

export type LockedDeadLetter = {
  id: number
  target_id: number | null
  workspace_id: number | null
  operation_id: string | null
  expired: boolean
}

/** Those of the deliveries that are dead letters of the tenant, locked in the order of their ids. */
export async function lockDeadLetters(
  sql: Sql,
  tenantId: number,
  workspaceIds: readonly number[] | null,
  ids: readonly number[],
): Promise<LockedDeadLetter[]> {
  return await sql.rows<LockedDeadLetter>(
    `select d.id, t.id as target_id, m.workspace_id, m.operation_id, m.expires_at <= now() as expired
     from deliveries d join messages m on m.id = d.message_id left join event_targets t on t.id = d.target_id
     where d.id = any($3) and d.state = 'dead' and d.dropped_at is null and m.tenant_id = $1
       and ($2::bigint[] is null or m.workspace_id is null or m.workspace_id = any($2))
     order by d.id for update of d`,
    [tenantId, workspaceIds, ids],
  )
}

/** Takes them off the list. They stay where their messages are shown. */
export async function dropDeadLetters(sql: Sql, ids: readonly number[]): Promise<void> {
  await sql.rows('update deliveries set dropped_at = now() where id = any($1)', [ids])
}

/** Unblocks the targets of these deliveries that have none left of the dead letters that came with or after the block. */
export async function unblockTargetsOf(sql: Sql, deliveryIds: readonly number[]): Promise<void> {
  await sql.rows(
    `update event_targets t set blocked_at = null
     where t.id in (select target_id from deliveries where id = any($1)) and t.blocked_at is not null and not exists (
       select from deliveries d where d.target_id = t.id and d.state = 'dead' and d.dropped_at is null and d.ended_at >= t.blocked_at)`,
    [deliveryIds],
  )
}
