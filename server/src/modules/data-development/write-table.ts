/** Designs of tables: made, changed and deleted. What becomes of real tables is asked for by submitting them. */
import { ensureTable, Refusal, type TableDesign } from '@holdpoint/core'
import { writeAudit } from '../../store/audit.ts'
import { type Database, isUniqueViolation, type Sql } from '../../store/database.ts'
import type { Caller } from '../../store/principals.ts'
import * as store from '../../store/tables.ts'
import { userOfTenant } from '../../store/users.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import type { NewTable } from './requests.ts'

type Parts = { readonly db: Database }
type Place = Pick<WorkspaceRow, 'id' | 'tenant_id'>

export async function createTable(
  { db }: Parts,
  caller: Caller,
  workspace: Place,
  { name, ownerId, design }: NewTable,
): Promise<store.TableRow> {
  ensureTable(name, design)
  const { tenantId, userId } = caller
  try {
    return await db.transaction(async (tx) => {
      const given = { tenantId, workspaceId: workspace.id, name, ownerId, design, createdBy: userId }
      const row = await store.insertTable(tx, given)
      const details = { table: row.id, columns: design.columns.length }
      writeAudit(tx, { tenantId, workspaceId: workspace.id, userId, action: 'table.create', object: name, details })
      return row
    })
  } catch (error) {
    if (isUniqueViolation(error)) throw new Refusal('NAME_TAKEN', { thing: 'table', name })
    throw error
  }
}

/** Answers the revision that it has now; nothing changes where the design is so already. */
export async function saveTable(
  { db }: Parts,
  caller: Caller,
  workspace: Place,
  save: { readonly tableId: number; readonly revision: number | null; readonly design: TableDesign },
): Promise<number> {
  const { tenantId, userId } = caller
  return await db.transaction(async (tx) => {
    const row = await store.lockTable(tx, workspace.id, save.tableId)
    if (row === null) throw new Refusal('TABLE_NOT_FOUND', { id: save.tableId })
    await ensureRevision(tx, row, save.revision)
    ensureTable(row.name, save.design)
    if (JSON.stringify(inOrder(row.design)) === JSON.stringify(inOrder(save.design))) return row.revision
    store.saveDesign(tx, row.id, save.design, userId)
    const details = { table: row.id, revision: row.revision + 1, columns: save.design.columns.length }
    writeAudit(tx, { tenantId, workspaceId: workspace.id, userId, action: 'table.save', object: row.name, details })
    return row.revision + 1
  })
}

/** The design alone: the real tables stay. */
export async function deleteTable({ db }: Parts, caller: Caller, workspace: Place, tableId: number): Promise<void> {
  const { tenantId, userId } = caller
  await db.transaction(async (tx) => {
    const row = await store.lockTable(tx, workspace.id, tableId)
    if (row === null) throw new Refusal('TABLE_NOT_FOUND', { id: tableId })
    const submissions = await store.submissionsInEnvironments(tx, [row.id])
    if (submissions.some(({ state }) => state === 'applying')) throw new Refusal('TABLE_UNDER_WAY', { name: row.name })
    store.markDeleted(tx, row.id)
    const details = { table: row.id }
    writeAudit(tx, { tenantId, workspaceId: workspace.id, userId, action: 'table.delete', object: row.name, details })
  })
}

/** Who changes or submits a table names the revision that they saw; null: whatever there is. */
export async function ensureRevision(
  sql: Sql,
  row: Pick<store.TableRow, 'tenant_id' | 'name' | 'revision' | 'modified_by'>,
  named: number | null,
): Promise<void> {
  const { name, revision, modified_by: userId } = row
  if (named === null || named === revision) return
  const by = userId === null ? null : await userOfTenant(sql, row.tenant_id, userId)
  throw new Refusal('TABLE_CHANGED', { name, by: by?.display_name ?? '', revision, named })
}

/** Its members in one order, whoever wrote it. */
const inOrder = ({ comment, dataSource, lifeCycleDays, columns }: TableDesign) => [
  ...[comment, dataSource, lifeCycleDays],
  columns.map((one) => [one.name, one.type, one.comment, one.isPartition]),
]
