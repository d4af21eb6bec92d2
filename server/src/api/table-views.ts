import { lossOf, may, type TableChange } from '@holdpoint/core'
import type { z } from 'zod'
import { changeShown } from '../modules/data-development/submit-table.ts'
import type { DataSourceRow } from '../store/data-sources.ts'
import type { Environment } from '../store/nodes.ts'
import type { Caller } from '../store/principals.ts'
import type { ListedSubmissionRow, ListedTableRow, SubmissionRow } from '../store/tables.ts'
import type * as shapes from './table-shapes.ts'
import { type HeldObjects, person } from './views.ts'

/** What is looked up for several tables at once. */
export type TablesAround = {
  readonly environments: readonly Environment[]
  readonly submissions: readonly (SubmissionRow & { readonly is_newest_applied: boolean })[]
  readonly held: HeldObjects
  readonly dataSources: readonly DataSourceRow[]
}

const POINTS: readonly string[] = ['commit-table', 'deploy-table']
const personOrNull = (id: number | null, name: string | null) =>
  id === null || name === null ? null : person(id, name)

export function tableView(
  caller: Caller,
  row: ListedTableRow,
  around: TablesAround,
): z.input<typeof shapes.TableSummary> {
  const writes = may(caller, 'table.write', row.workspace_id)
  const deploys = may(caller, 'table.deploy', row.workspace_id)
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    name: row.name,
    comment: row.design.comment,
    owner: personOrNull(row.owner_id, row.owner_name),
    revision: row.revision,
    environments: environmentsOf(row, around),
    modifiedAt: row.modified_at.toISOString(),
    modifiedBy: personOrNull(row.modified_by, row.modified_by_name),
    heldBy: around.held
      .filter((one) => POINTS.includes(one.event_code) && one.objects.some(({ id }) => id === String(row.id)))
      .map((one) => ({ operationId: one.id, eventCode: one.event_code })),
    may: [
      ...(writes ? (['save'] as const) : []),
      ...(writes && around.environments.includes('DEV') ? (['commit'] as const) : []),
      ...(deploys ? (['deploy'] as const) : []),
      ...(writes ? (['delete'] as const) : []),
    ],
  }
}

export const tableDetailView = (
  caller: Caller,
  row: ListedTableRow,
  around: TablesAround,
): z.input<typeof shapes.TableDetail> => ({
  ...tableView(caller, row, around),
  design: designView(row.design),
  environments: environmentsOf(row, around),
})

const designView = (design: ListedTableRow['design']) => ({
  ...design,
  columns: design.columns.map((column) => ({ ...column })),
})

function environmentsOf({ id, design }: ListedTableRow, { environments, submissions, dataSources }: TablesAround) {
  return environments.map((environment) => {
    const applied = submissions.find(
      (one) => one.table_id === id && one.environment === environment && one.is_newest_applied,
    )
    const named = dataSources.find(
      (one) =>
        one.environment === environment &&
        (design.dataSource === null ? one.is_default : one.name === design.dataSource),
    )
    return {
      environment,
      dataSource: named?.name ?? design.dataSource ?? '',
      revision: applied?.revision ?? null,
      appliedAt: applied?.ended_at?.toISOString() ?? null,
      design: applied === undefined ? null : designView(applied.design),
    }
  })
}

export function changeView(change: TableChange): z.input<typeof shapes.TableChangeShape> {
  const { from, to } = changeShown(change)
  const column =
    change.kind === 'add-column' || change.kind === 'drop-column'
      ? change.column.name
      : change.kind === 'change-type' || change.kind === 'comment-column'
        ? change.column
        : null
  return { kind: change.kind, column, from, to, loss: lossOf(change) }
}

export const submissionView = (row: ListedSubmissionRow): z.input<typeof shapes.TableSubmission> => ({
  id: row.id,
  environment: row.environment,
  revision: row.revision,
  state: row.state,
  changes: row.changes.map(changeView),
  reasons: row.reason === null ? [] : [row.reason],
  operationId: row.operation_id,
  instanceId: row.instance_id,
  submittedBy: person(row.submitted_by, row.submitted_by_name),
  submittedAt: row.submitted_at.toISOString(),
  endedAt: row.ended_at?.toISOString() ?? null,
})
