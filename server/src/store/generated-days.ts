/** Which days of the schedule have been generated, and for which nodes they are to be. */
import type { Sql, Transaction } from './database.ts'

export async function databaseNow(sql: Pick<Sql, 'rows'>): Promise<Date> {
  const [row] = await sql.rows<{ now: Date }>('select now()')
  return row!.now
}

/** Tenants for which the day has not been generated. */
export async function tenantsWithout(sql: Pick<Sql, 'rows'>, day: string): Promise<number[]> {
  const rows = await sql.rows<{ id: number }>(
    `select t.id from tenants t where not exists (select from generated_days g where g.tenant_id = t.id and g.day = $1) order by t.id`,
    [day],
  )
  return rows.map((row) => row.id)
}

/** Takes the day of the tenant for this transaction; false where it has been generated. Another that is at it is waited for. */
export async function takeDay(tx: Transaction, tenantId: number, day: string): Promise<boolean> {
  const rows = await tx.rows(
    'insert into generated_days (tenant_id, day, instance_count) values ($1, $2, 0) on conflict do nothing returning day',
    [tenantId, day],
  )
  return rows.length === 1
}

export function keepCount(tx: Transaction, tenantId: number, day: string, instanceCount: number): void {
  tx.send('update generated_days set instance_count = $3 where tenant_id = $1 and day = $2', [
    tenantId,
    day,
    instanceCount,
  ])
}

/** The published nodes of the tenant's production that the schedule runs and that were there at the moment. */
export async function scheduledNodeIds(tx: Transaction, tenantId: number, beforeMs: number): Promise<number[]> {
  const rows = await tx.rows<{ ids: number[] }>(
    `select coalesce(array_agg(n.id), '{}') as ids from nodes n join workspaces w on w.id = n.workspace_id
     where w.tenant_id = $1 and n.environment = 'PROD' and n.unpublished_at is null and n.trigger = 'scheduler' and n.created_at < $2`,
    [tenantId, new Date(beforeMs)],
  )
  return rows[0]!.ids
}
