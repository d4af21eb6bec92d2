import type { Sql, Transaction } from './database.ts'

export type ResourceGroupRow = {
  id: number
  tenant_id: number
  identifier: string
  name: string
  slots: number
  allows_shell: boolean
  is_default: boolean
  created_at: Date
  /** Instances that run in it now. */
  running: number
}

const LISTED = `select g.*,
  (select count(*) from instances i where i.replica_id is not null and i.status = 4 and i.resource_group_id = g.id) as running
  from resource_groups g`

export async function resourceGroupsOf(sql: Sql, tenantId: number): Promise<ResourceGroupRow[]> {
  return await sql.rows<ResourceGroupRow>(`${LISTED} where g.tenant_id = $1 order by g.is_default desc, g.identifier`, [
    tenantId,
  ])
}

export async function resourceGroupById(sql: Sql, tenantId: number, id: number): Promise<ResourceGroupRow | null> {
  const [row] = await sql.rows<ResourceGroupRow>(`${LISTED} where g.tenant_id = $1 and g.id = $2`, [tenantId, id])
  return row ?? null
}

/** Locked with their tenant, so that there are never two default ones, nor none. */
export async function lockResourceGroups(sql: Sql, tenantId: number): Promise<number> {
  await sql.rows('select 1 from tenants where id = $1 for no key update', [tenantId])
  const [row] = await sql.rows<{ count: number }>(
    'select count(*) as count from resource_groups where tenant_id = $1',
    [tenantId],
  )
  return row!.count
}

export async function insertResourceGroup(
  sql: Sql,
  given: { tenantId: number; identifier: string; name: string; slots: number; allowsShell: boolean },
): Promise<number> {
  const [row] = await sql.rows<{ id: number }>(
    `insert into resource_groups (tenant_id, identifier, name, slots, allows_shell) values ($1, $2, $3, $4, $5) returning id`,
    [given.tenantId, given.identifier, given.name, given.slots, given.allowsShell],
  )
  return row!.id
}

export async function updateResourceGroup(
  sql: Sql,
  id: number,
  given: { name: string; slots: number; allowsShell: boolean },
): Promise<void> {
  await sql.rows('update resource_groups set name = $2, slots = $3, allows_shell = $4 where id = $1', [
    id,
    given.name,
    given.slots,
    given.allowsShell,
  ])
}

/** From now on this one is what nodes run in that name none, or one that is not there. */
export async function makeDefaultResourceGroup(sql: Sql, tenantId: number, id: number): Promise<void> {
  await sql.rows('update resource_groups set is_default = false where tenant_id = $1 and is_default', [tenantId])
  await sql.rows('update resource_groups set is_default = true where id = $1', [id])
}

/** Names of published nodes, and of synchronisation jobs, that name it, at most so many. */
export async function usersOfResourceGroup(
  sql: Sql,
  tenantId: number,
  identifier: string,
  limit: number,
): Promise<string[]> {
  const rows = await sql.rows<{ name: string }>(
    `select name from nodes where tenant_id = $1 and unpublished_at is null and definition ->> 'resourceGroup' = $2
     union select name from sync_jobs where tenant_id = $1 and deleted_at is null and resource_group = $2 order by name limit $3`,
    [tenantId, identifier, limit],
  )
  return rows.map(({ name }) => name)
}

/** Deletes it; what was made for it and has not ended runs in the default one. */
export async function deleteResourceGroup(tx: Transaction, tenantId: number, id: number): Promise<void> {
  // No index leads from a group to its instances: this is rare, and read as a whole.
  tx.send('set local enable_seqscan = on')
  await tx.rows(
    `update instances set resource_group_id = (select id from resource_groups where tenant_id = $1 and is_default), modified_at = now()
     where tenant_id = $1 and resource_group_id = $2 and status not in (5, 6)`,
    [tenantId, id],
  )
  await tx.rows('delete from resource_groups where id = $1', [id])
}

/** Whether there is one of this name now that there was not. */
export async function putResourceGroup(
  sql: Sql,
  given: { tenantId: number; identifier: string; name: string; slots: number },
): Promise<boolean> {
  const rows = await sql.rows(
    `insert into resource_groups (tenant_id, identifier, name, slots, allows_shell) values ($1, $2, $3, $4, false)
     on conflict (tenant_id, identifier) do nothing returning id`,
    [given.tenantId, given.identifier, given.name, given.slots],
  )
  return rows.length > 0
}

export async function hasResourceGroup(sql: Sql, tenantId: number, identifier: string): Promise<boolean> {
  const rows = await sql.rows('select 1 from resource_groups where tenant_id = $1 and identifier = $2', [
    tenantId,
    identifier,
  ])
  return rows.length > 0
}
