/** Runs of functions, and what they have used. */
import type { InvocationOutcome } from '@holdpoint/core'
import type { Sql } from './database.ts'

export type NewInvocation = {
  readonly tenantId: number
  readonly extensionId: number
  readonly version: number
  readonly eventCode: string
  readonly workspaceId: number | null
  readonly messageId: string | null
  readonly deliveryId: number | null
  readonly attempt: number | null
  readonly testedBy: number | null
  readonly durationMs: number
  readonly cpuMs: number
  readonly memoryBytes: number
  /** What it might have taken. */
  readonly memoryMb: number
  readonly outcome: InvocationOutcome
  readonly error: string | null
  readonly result: string | null
  readonly logs: readonly { readonly atMs: number; readonly level: string; readonly text: string }[]
  readonly logsCut: boolean
}

/** Writes runs that have just ended and counts what they used; answers their ids. */
export async function insertInvocations(sql: Sql, runs: readonly NewInvocation[]): Promise<number[]> {
  const rows = await sql.rows<{ id: number }>(
    `with i as (
       select * from unnest($1::bigint[], $2::bigint[], $3::int[], $4::text[], $5::bigint[], $6::uuid[], $7::bigint[], $8::int[], $9::bigint[],
         $10::float8[], $11::float8[], $12::bigint[], $13::int[], $14::text[], $15::text[], $16::text[], $17::jsonb[], $18::boolean[]) with ordinality
         as i(tenant_id, extension_id, version, event_code, workspace_id, message_id, delivery_id, attempt, tested_by, duration_ms, cpu_ms,
           memory_bytes, memory_mb, outcome, error, result, logs, logs_cut, at)),
     -- In one order everywhere, so that two replicas never wait for each other.
     u as (
       insert into function_usage (extension_id, day, invocations, failures, duration_ms, cpu_ms, gigabyte_seconds, most_memory_bytes)
       select extension_id, (now() at time zone 'utc')::date, count(*), count(*) filter (where outcome not in ('answered', 'told')),
         sum(duration_ms), sum(cpu_ms), sum(duration_ms / 1000 * memory_mb / 1024), max(memory_bytes)
       from i group by extension_id order by extension_id
       on conflict (extension_id, day) do update set invocations = function_usage.invocations + excluded.invocations,
         failures = function_usage.failures + excluded.failures, duration_ms = function_usage.duration_ms + excluded.duration_ms,
         cpu_ms = function_usage.cpu_ms + excluded.cpu_ms, gigabyte_seconds = function_usage.gigabyte_seconds + excluded.gigabyte_seconds,
         most_memory_bytes = greatest(function_usage.most_memory_bytes, excluded.most_memory_bytes))
     insert into invocations (tenant_id, extension_id, version, event_code, workspace_id, message_id, delivery_id, attempt, tested_by, started_at,
       duration_ms, cpu_ms, memory_bytes, outcome, error, result, logs, logs_cut)
     select tenant_id, extension_id, version, event_code, workspace_id, message_id, delivery_id, attempt, tested_by,
       now() - duration_ms * interval '1 millisecond', duration_ms, cpu_ms, memory_bytes, outcome, error, result, logs, logs_cut
     from i order by at returning id`,
    [
      runs.map((one) => one.tenantId),
      runs.map((one) => one.extensionId),
      runs.map((one) => one.version),
      runs.map((one) => one.eventCode),
      runs.map((one) => one.workspaceId),
      runs.map((one) => one.messageId),
      runs.map((one) => one.deliveryId),
      runs.map((one) => one.attempt),
      runs.map((one) => one.testedBy),
      runs.map((one) => one.durationMs),
      runs.map((one) => one.cpuMs),
      runs.map((one) => Math.round(one.memoryBytes)),
      runs.map((one) => one.memoryMb),
      runs.map((one) => one.outcome),
      runs.map((one) => one.error),
      runs.map((one) => one.result),
      runs.map((one) => JSON.stringify(one.logs)),
      runs.map((one) => one.logsCut),
    ],
  )
  return rows.map((row) => row.id)
}

/** For lists: without what it logged, and what it returned that was no result. */
export type InvocationRow = {
  id: number
  version: number
  event_code: string
  workspace_id: number | null
  message_id: string | null
  operation_id: string | null
  attempt: number | null
  tested_by: number | null
  tested_by_name: string | null
  started_at: Date
  duration_ms: number
  cpu_ms: number
  memory_bytes: number
  outcome: InvocationOutcome
  error: string | null
  log_lines: number
  /** What it returned, JSON text, where that was a result. */
  answer: string | null
}
export type InvocationDetailRow = InvocationRow & {
  result: string | null
  logs: { atMs: number; level: 'log' | 'info' | 'warn' | 'error' | 'debug'; text: string }[]
  logs_cut: boolean
}

const LIST = `i.id, i.version, i.event_code, i.workspace_id, i.message_id, m.operation_id, i.attempt, i.tested_by, u.display_name as tested_by_name,
    i.started_at, i.duration_ms, i.cpu_ms, i.memory_bytes, i.outcome, i.error, jsonb_array_length(i.logs) as log_lines,
    case when i.outcome = 'answered' then i.result end as answer`
const FROM = `from invocations i left join messages m on m.id = i.message_id left join users u on u.id = i.tested_by`

export type InvocationFilter = {
  readonly extensionId: number
  readonly version?: number | undefined
  readonly outcome?: InvocationOutcome | undefined
  readonly failed?: boolean | undefined
  readonly messageId?: string | undefined
  readonly tests?: boolean | undefined
}

/** Newest first, before the one with this id. */
export async function invocationsOf(
  sql: Sql,
  filter: InvocationFilter,
  page: { readonly beforeId: number | null; readonly limit: number },
): Promise<InvocationRow[]> {
  const values: unknown[] = [filter.extensionId]
  const put = (value: unknown) => `$${values.push(value)}`
  const where = ['i.extension_id = $1']
  if (page.beforeId !== null) where.push(`i.id < ${put(page.beforeId)}`)
  if (filter.version !== undefined) where.push(`i.version = ${put(filter.version)}`)
  if (filter.outcome !== undefined) where.push(`i.outcome = ${put(filter.outcome)}`)
  if (filter.failed !== undefined) where.push(`${filter.failed ? 'not ' : ''}i.outcome in ('answered', 'told')`)
  if (filter.messageId !== undefined) where.push(`i.message_id = ${put(filter.messageId)}`)
  if (filter.tests !== undefined) where.push(`i.tested_by is ${filter.tests ? 'not ' : ''}null`)
  return await sql.rows<InvocationRow>(
    `select ${LIST} ${FROM} where ${where.join(' and ')} order by i.id desc limit ${put(page.limit)}`,
    values,
  )
}

export async function invocationById(sql: Sql, extensionId: number, id: number): Promise<InvocationDetailRow | null> {
  const [row] = await sql.rows<InvocationDetailRow>(
    `select ${LIST}, i.result, i.logs, i.logs_cut ${FROM} where i.extension_id = $1 and i.id = $2`,
    [extensionId, id],
  )
  return row ?? null
}

export type UsageRow = {
  /** As `2026-11-21`. */
  day: string
  invocations: number
  failures: number
  duration_ms: number
  cpu_ms: number
  gigabyte_seconds: number
  most_memory_bytes: number
}

/** The days on which it ran, the newest first. */
export async function usageOf(sql: Sql, extensionId: number, days: number): Promise<UsageRow[]> {
  return await sql.rows<UsageRow>(
    `select to_char(day, 'YYYY-MM-DD') as day, invocations, failures, duration_ms, cpu_ms, gigabyte_seconds, most_memory_bytes
     from function_usage where extension_id = $1 and day > (now() at time zone 'utc')::date - $2::int order by day desc`,
    [extensionId, days],
  )
}

const MOST_DELETED_AT_ONCE = 5_000
const MOST_ROUNDS = 20

/** Removes runs older than they are kept, some at a time; what is left goes the next time. */
export async function deleteOldInvocations(sql: Sql, keptDays: number): Promise<void> {
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const gone = await sql.rows(
      `delete from invocations where id in (select id from invocations where started_at < now() - make_interval(days => $1)
         order by started_at limit $2) returning id`,
      [keptDays, MOST_DELETED_AT_ONCE],
    )
    if (gone.length < MOST_DELETED_AT_ONCE) return
  }
}
