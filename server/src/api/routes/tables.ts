/** Tables: their designs, what the databases have, and submitting the one to the other. */
import { Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { askTable, tableStanding } from '../../modules/data-development/submit-table.ts'
import { createTable, deleteTable, saveTable } from '../../modules/data-development/write-table.ts'
import type { Platform } from '../../platform.ts'
import { statementsFor } from '../../runners/table-change.ts'
import * as sources from '../../store/data-sources.ts'
import { developmentRunOf } from '../../store/development-runs.ts'
import { heldObjects } from '../../store/operations.ts'
import type { Caller } from '../../store/principals.ts'
import * as store from '../../store/tables.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import { developmentRunView } from '../development-run-views.ts'
import { readOperation } from '../read-operations.ts'
import { afterId, page, pageOf, pageQuery, route } from '../route.ts'
import { Environment } from '../shapes.ts'
import {
  AskedTableSubmission,
  NewTable,
  NewTableSubmission,
  TableComparison,
  TableDetail,
  TableSave,
  TableSubmission,
  TableSummary,
} from '../table-shapes.ts'
import { changeView, submissionView, type TablesAround, tableDetailView, tableView } from '../table-views.ts'
import { queryId } from './instances.ts'
import { workspaceParams } from './workspaces.ts'

const params = workspaceParams.extend({ tableId: queryId })
const tag = 'Data Development'

export const tableRoutes = [
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/tables',
    access: 'file.read',
    tag,
    summary: 'The tables of a workspace',
    params: workspaceParams,
    query: pageQuery.extend({ name: z.string().max(63).optional().describe('Part of the name') }),
    answer: pageOf(TableSummary),
    async run({ platform, caller, workspace, query }) {
      const filter = { name: query.name || undefined, afterId: afterId(query.cursor), limit: query.limit + 1 }
      const rows = await store.tablesOf(platform.db, workspace.id, filter)
      const around = await aroundTables(platform, caller, workspace, rows)
      return page(
        rows,
        query.limit,
        (row) => String(row.id),
        (row) => tableView(caller, row, around),
      )
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/tables',
    access: 'table.write',
    tag,
    summary: 'Design a table; the databases get it when it is submitted',
    status: 201,
    params: workspaceParams,
    body: NewTable,
    answer: TableDetail,
    async run({ platform, caller, workspace, body }) {
      const { id } = await createTable(platform, caller, workspace, { ...body, ownerId: caller.userId })
      return await detailOf(platform, caller, workspace, id)
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/tables/:tableId',
    access: 'file.read',
    tag,
    summary: 'A table: its design, and what each environment has of it',
    params,
    answer: TableDetail,
    run: async ({ platform, caller, workspace, params: { tableId } }) =>
      await detailOf(platform, caller, workspace, tableId),
  }),
  route({
    method: 'PATCH',
    path: '/workspaces/:workspaceId/tables/:tableId',
    access: 'table.write',
    tag,
    summary: 'Change the design of a table; refused where somebody has changed it meanwhile',
    params,
    body: TableSave,
    answer: TableDetail,
    async run({ platform, caller, workspace, params: { tableId }, body }) {
      await saveTable(platform, caller, workspace, { tableId, ...body })
      return await detailOf(platform, caller, workspace, tableId)
    },
  }),
  route({
    method: 'DELETE',
    path: '/workspaces/:workspaceId/tables/:tableId',
    access: 'table.write',
    tag,
    summary: 'Delete the design of a table; the real tables stay',
    status: 204,
    params,
    run: async ({ platform, caller, workspace, params: { tableId } }) =>
      await deleteTable(platform, caller, workspace, tableId),
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/tables/:tableId/comparison',
    access: 'file.read',
    tag,
    summary: 'What lies between the real table of an environment, as its database says it is now, and the design',
    params,
    query: z.object({ environment: Environment.default('PROD') }),
    answer: TableComparison,
    async run({ platform, workspace, params: { tableId }, query: { environment } }) {
      const row = await tableFor(platform, workspace, tableId)
      const { dataSource, before, changes } = await tableStanding(platform, workspace, row, environment)
      return {
        environment,
        dataSource: dataSource.name,
        exists: before !== null,
        changes: changes.map(changeView),
        statements: [...statementsFor(dataSource, row.name, row.design, changes)],
      }
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/tables/:tableId/submissions',
    // To production it needs table.deploy, which is asked for where the environment is known.
    access: 'file.read',
    tag,
    summary:
      'Submit a table to development (table.write) or production (table.deploy): its real table is changed, in one transaction',
    status: 201,
    alsoAnswers: { 202: 'Held: nothing has been changed, and is by itself when every extension has passed it' },
    params,
    body: NewTableSubmission,
    answer: AskedTableSubmission,
    async run({ platform, caller, workspace, params: { tableId }, body, reply }) {
      const held = await askTable(platform, caller, workspace, { tableId, ...body })
      if (held.state === 'held') reply.status(202)
      const operation = await readOperation(platform, caller, held.id)
      const submission = await store.submissionOf(platform.db, tableId, held.id)
      const run = await developmentRunOf(platform.db, held.id)
      return { operation, submission: submission && submissionView(submission), run: run && developmentRunView(run) }
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/tables/:tableId/submissions',
    access: 'file.read',
    tag,
    summary: 'What was submitted of a table, newest first',
    params,
    query: pageQuery,
    answer: pageOf(TableSubmission),
    async run({ platform, workspace, params: { tableId }, query }) {
      await tableFor(platform, workspace, tableId)
      const beforeId = query.cursor === undefined ? null : afterId(query.cursor)
      const rows = await store.submissionsOf(platform.db, tableId, { beforeId, limit: query.limit + 1 })
      return page(rows, query.limit, (row) => String(row.id), submissionView)
    },
  }),
]

async function tableFor({ db }: Platform, workspace: WorkspaceRow, id: number): Promise<store.ListedTableRow> {
  const row = await store.tableById(db, workspace.id, id)
  if (row === null) throw new Refusal('TABLE_NOT_FOUND', { id })
  return row
}

async function detailOf(platform: Platform, caller: Caller, workspace: WorkspaceRow, id: number) {
  const row = await tableFor(platform, workspace, id)
  return tableDetailView(caller, row, await aroundTables(platform, caller, workspace, [row]))
}

async function aroundTables(
  { db }: Platform,
  caller: Caller,
  workspace: WorkspaceRow,
  rows: readonly store.TableRow[],
): Promise<TablesAround> {
  const ids = rows.map(({ id }) => id)
  const [submissions, held] = await Promise.all([
    store.submissionsInEnvironments(db, ids),
    heldObjects(db, caller.tenantId, workspace.id, ids.map(String)),
  ])
  const environments = workspace.mode === 'standard' ? (['DEV', 'PROD'] as const) : (['PROD'] as const)
  const dataSources = (
    await Promise.all(environments.map((environment) => sources.dataSourcesOf(db, workspace.id, environment)))
  ).flat()
  return { environments, submissions, held, dataSources }
}
