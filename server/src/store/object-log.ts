/** What was done to a node, an instance or a backfill, by whom: what people read beside the thing itself. The audit trail is elsewhere. */
import type { Sql, Transaction } from './database.ts'
import { writing } from './shared-statement.ts'

export type ObjectKind = 'node' | 'instance' | 'backfill'

export type ObjectLogEntry = {
  readonly tenantId: number
  readonly workspaceId: number
  readonly kind: ObjectKind
  readonly ids: readonly number[]
  /** Null for what is done by itself. */
  readonly userId: number | null
  readonly action: string
  readonly details?: Readonly<Record<string, unknown>>
  readonly operationId?: string | null
}

const INSERT = writing<ObjectLogEntry>(
  `insert into object_log (tenant_id, workspace_id, object_kind, object_id, user_id, action, details, operation_id)
   select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::jsonb[], $8::uuid[])`,
  (items) => {
    const rows = items.flatMap((one) => one.ids.map((id) => ({ ...one, id })))
    return [
      rows.map((one) => one.tenantId),
      rows.map((one) => one.workspaceId),
      rows.map((one) => one.kind),
      rows.map((one) => one.id),
      rows.map((one) => one.userId),
      rows.map((one) => one.action),
      rows.map((one) => JSON.stringify(one.details ?? {})),
      rows.map((one) => one.operationId ?? null),
    ]
  },
)

/** The same entry for each of the objects, in the transaction of what it tells. */
export function writeObjectLog(tx: Transaction, entry: ObjectLogEntry): void {
  if (entry.ids.length > 0) tx.write(INSERT, entry)
}

export type ObjectLogRow = {
  id: number
  user_id: number | null
  user_name: string | null
  action: string
  details: Record<string, unknown>
  operation_id: string | null
  at: Date
}

/** A page by its number, newest first, and how many there are; of one day where one is named. */
export async function objectLogPage(
  sql: Pick<Sql, 'rows'>,
  workspaceId: number,
  kind: ObjectKind,
  objectId: number,
  page: { readonly day: string | null; readonly timeZone: string; readonly offset: number; readonly limit: number },
): Promise<{ readonly rows: readonly ObjectLogRow[]; readonly count: number }> {
  const where = `l.object_kind = $1 and l.object_id = $2 and l.workspace_id = $3
    and ($4::date is null or (l.at at time zone $5)::date = $4::date)`
  const values = [kind, objectId, workspaceId, page.day, page.timeZone]
  const rows = await sql.rows<ObjectLogRow>(
    `select l.id, l.user_id, u.display_name as user_name, l.action, l.details, l.operation_id, l.at
     from object_log l left join users u on u.id = l.user_id where ${where} order by l.id desc limit $6 offset $7`,
    [...values, page.limit, page.offset],
  )
  const [counted] = await sql.rows<{ count: number }>(
    `select count(*) as count from object_log l where ${where}`,
    values,
  )
  return { rows, count: counted!.count }
}

/** Newest first. */
export async function objectLogOf(
  sql: Pick<Sql, 'rows'>,
  workspaceId: number,
  kind: ObjectKind,
  objectId: number,
  page: { readonly before: number | null; readonly limit: number },
): Promise<ObjectLogRow[]> {
  return await sql.rows<ObjectLogRow>(
    `select l.id, l.user_id, u.display_name as user_name, l.action, l.details, l.operation_id, l.at
     from object_log l left join users u on u.id = l.user_id
     where l.object_kind = $1 and l.object_id = $2 and l.workspace_id = $3 and ($4::bigint is null or l.id < $4) order by l.id desc limit $5`,
    [kind, objectId, workspaceId, page.before, page.limit],
  )
}
