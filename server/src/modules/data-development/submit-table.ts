/**
 * Submitting a table (rules 47, 50): what lies between the real table and its design is worked out before anything is asked for, held as `commit-table` or
 * `deploy-table`, and carried out by a run on the data source.
 */
import {
  ensurePossible,
  type FoundTable,
  may,
  Refusal,
  TABLE_PROGRAM_TYPE,
  type TableChange,
  type TableProgram,
  type TableSnapshot,
  tableDifference,
} from '@holdpoint/core'
import type { Gate } from '../../gate/gate.ts'
import { type Held, hold } from '../../gate/hold.ts'
import type { OperationKind } from '../../gate/operation.ts'
import type { NodeRunners } from '../../runners/runners.ts'
import { type DataSourceRow, dataSourceOfNode } from '../../store/data-sources.ts'
import type { Sql } from '../../store/database.ts'
import type { Environment } from '../../store/nodes.ts'
import { type Caller, entered } from '../../store/principals.ts'
import * as store from '../../store/tables.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import type { TableSubmissionRequest } from './requests.ts'
import { startDevelopmentRun } from './start-run.ts'
import { ensureRevision } from './write-table.ts'

const LOOK_WITHIN_MS = 20_000
const AGAIN_WHERE_LOST = 3

type Place = Pick<WorkspaceRow, 'id' | 'identifier' | 'mode'>
type Parts = Gate & { readonly runners: Pick<NodeRunners, 'look'> }

/** What the database has now, and what leads from there to the design. */
export type TableStanding = {
  readonly dataSource: DataSourceRow
  readonly before: FoundTable | null
  readonly changes: readonly TableChange[]
  readonly losses: readonly string[]
  /** What was submitted to the environment last, and what of that was applied last. */
  readonly newest: store.SubmissionRow | null
  readonly applied: store.SubmissionRow | null
}

/** Asked of the database, outside of any transaction. */
export async function tableStanding(
  { db, runners }: Pick<Parts, 'db' | 'runners'>,
  workspace: Place,
  { id, name, design }: Pick<store.TableRow, 'id' | 'name' | 'design'>,
  environment: Environment,
): Promise<TableStanding> {
  if (environment === 'DEV' && workspace.mode === 'basic') throw new Refusal('ENVIRONMENT_ABSENT')
  const place = { workspaceId: workspace.id, environment, name: design.dataSource }
  const dataSource = await dataSourceOfNode(db, place)
  if (dataSource === null) throw new Refusal('DATA_SOURCE_MISSING', { name: design.dataSource ?? 'default' })
  const submissions = (await store.submissionsInEnvironments(db, [id])).filter((one) => one.environment === environment)
  const newest = submissions.find((one) => one.is_newest) ?? null
  const applied = submissions.find((one) => one.is_newest_applied && one.data_source_id === dataSource.id) ?? null
  const seen = await runners.look(dataSource, name, AbortSignal.timeout(LOOK_WITHIN_MS))
  // Which columns part the table the database does not know: those of what was applied, else those of the design.
  const partitions = new Set((applied?.design ?? design).columns.flatMap((one) => (one.isPartition ? [one.name] : [])))
  const before = seen && {
    ...seen,
    columns: seen.columns.map((column) => ({ ...column, isPartition: partitions.has(column.name) })),
  }
  const { changes, losses } = tableDifference(before, design, applied?.design.lifeCycleDays ?? null)
  return { dataSource, before, changes, losses, newest, applied }
}

type Request = {
  readonly snapshot: TableSnapshot
  readonly maxComputeProject: string
}

export async function askTable(
  platform: Parts,
  caller: Caller,
  workspace: WorkspaceRow,
  { tableId, environment, revision, losses: named }: TableSubmissionRequest,
): Promise<Held> {
  // Whoever may not is told so before the database is asked.
  const action = environment === 'PROD' ? 'table.deploy' : 'table.write'
  if (!may(caller, action, workspace.id)) throw new Refusal('FORBIDDEN', { action })
  const row = await store.tableById(platform.db, workspace.id, tableId)
  if (row === null) throw new Refusal('TABLE_NOT_FOUND', { id: tableId })
  const { name, design } = row
  await ensureRevision(platform.db, row, revision)
  if (environment === 'PROD' && workspace.mode === 'standard') await ensureInDevelopment(platform.db, row)
  const standing = await tableStanding(platform, workspace, row, environment)
  const { dataSource, before, changes, losses, newest, applied } = standing
  if (newest?.state === 'applying') throw new Refusal('TABLE_UNDER_WAY', { name })
  const partitions = new Set(before?.columns.flatMap((one) => (one.isPartition ? [one.name] : [])))
  ensurePossible(name, changes, partitions)
  // What is so already is submitted all the same where nobody has noted that it is.
  if (changes.length === 0 && newest !== null && newest === applied && newest.revision === row.revision)
    throw new Refusal('TABLE_UNCHANGED', { name })
  const unnamed = losses.filter((loss) => !named.includes(loss))
  if (unnamed.length > 0) throw new Refusal('TABLE_LOSES_DATA', { losses: unnamed })
  const request: Request = {
    snapshot: {
      ...{ tenantId: workspace.tenant_id, workspaceId: workspace.id, tableId, name, environment },
      ...{ dataSourceId: dataSource.id, dataSourceName: dataSource.name, revision: row.revision },
      ...{ before, design, changes, lastSubmissionId: newest?.id ?? null },
    },
    maxComputeProject: environment === 'DEV' ? `${workspace.identifier}_dev` : workspace.identifier,
  }
  return await hold(platform, entered(caller), KINDS[environment], request)
}

/** Rule 47: production gets what development has. */
async function ensureInDevelopment(sql: Sql, { id, name, revision }: store.TableRow): Promise<void> {
  const submissions = await store.submissionsInEnvironments(sql, [id])
  const inDevelopment = submissions.find((one) => one.environment === 'DEV' && one.is_newest_applied)
  if (inDevelopment?.revision !== revision) throw new Refusal('TABLE_NOT_IN_DEVELOPMENT', { name })
}

const submitTable = (point: 'commit-table' | 'deploy-table'): OperationKind<Request, TableSnapshot> => ({
  point,
  action: point === 'deploy-table' ? 'table.deploy' : 'table.write',
  workspaceOf: ({ snapshot }) => snapshot.workspaceId,

  async describe(tx, { snapshot, maxComputeProject }) {
    const { tableId, name, revision, changes, environment } = snapshot
    const row = await store.lockTable(tx, snapshot.workspaceId, tableId)
    if (row === null) throw new Refusal('TABLE_NOT_FOUND', { id: tableId })
    await ensureRevision(tx, row, revision)
    if (await isSuperseded(tx, snapshot)) throw new Refusal('TABLE_UNDER_WAY', { name })
    return {
      objects: [{ id: String(tableId), name }],
      requestKey: JSON.stringify([tableId, revision]),
      objectName: name,
      changes: [
        { field: 'environment', from: '', to: environment },
        { field: 'dataSource', from: '', to: snapshot.dataSourceName },
        ...changes.map(changeShown),
      ].map((change) => ({ objectId: String(tableId), objectName: name, ...change })),
      snapshot,
      body: { projectId: snapshot.workspaceId, tableName: name, tableType: 'ODPS', maxComputeProject },
      triggers: true,
      fileType: null,
    }
  },

  async staleness(tx, snapshot) {
    const { name, dataSourceName } = snapshot
    const row = await store.lockTable(tx, snapshot.workspaceId, snapshot.tableId)
    if (row === null) return [new Refusal('TABLE_NOT_FOUND', { id: snapshot.tableId })]
    const today = await dataSourceOfNode(tx, { ...snapshot, name: dataSourceName })
    return [
      ...(today?.id === snapshot.dataSourceId ? [] : [new Refusal('RUN_SOURCE_CHANGED', { name: dataSourceName })]),
      ...((await isSuperseded(tx, snapshot)) ? [new Refusal('TABLE_SUBMITTED_MEANWHILE', { name })] : []),
    ]
  },

  async apply(tx, snapshot, effect) {
    const { tenantId, workspaceId, tableId, environment, name, before, design, changes } = snapshot
    const program: TableProgram = { name, before, design, changes }
    const { operationId, requestedBy } = effect
    const instanceId = await startDevelopmentRun(tx, {
      ...{ tenantId, workspaceId, environment, kind: 'table', fileId: null, tableId, operationId, requestedBy, name },
      programType: TABLE_PROGRAM_TYPE,
      content: JSON.stringify(program),
      dataSourceName: snapshot.dataSourceName,
      resourceGroup: null,
      bizdate: tx.now.toISOString().slice(0, 10),
      parameters: null,
      // It looks before it does anything.
      retries: AGAIN_WHERE_LOST,
    })
    const { dataSourceId, revision } = snapshot
    store.insertSubmission(tx, {
      ...{ tenantId, workspaceId, tableId, environment, dataSourceId, revision, before, design, changes },
      ...{ operationId, instanceId, submittedBy: requestedBy },
    })
    effect.changed('instance', workspaceId)
  },
})

export const commitTable = submitTable('commit-table')
export const deployTable = submitTable('deploy-table')
const KINDS = { DEV: commitTable, PROD: deployTable } as const

/** Whether something else was submitted to the environment since the snapshot was taken. */
async function isSuperseded(sql: Sql, { tableId, environment, lastSubmissionId }: TableSnapshot): Promise<boolean> {
  const submissions = await store.submissionsInEnvironments(sql, [tableId])
  const newest = submissions.find((one) => one.environment === environment && one.is_newest)
  return (newest?.id ?? null) !== lastSubmissionId
}

/** As whoever decides about it reads it. */
export function changeShown(change: TableChange): {
  readonly field: string
  readonly from: string
  readonly to: string
} {
  switch (change.kind) {
    case 'create-table':
      return { field: 'table', from: '', to: 'create' }
    case 'comment-table':
      return { field: 'comment', from: change.from, to: change.to }
    case 'life-cycle':
      return { field: 'lifeCycleDays', from: String(change.from ?? ''), to: String(change.to ?? '') }
    case 'add-column':
      return { field: change.column.name, from: '', to: change.column.type }
    case 'drop-column':
      return { field: change.column.name, from: change.column.type, to: '' }
    case 'change-type':
      return { field: change.column, from: change.from, to: change.to }
    case 'comment-column':
      return { field: `${change.column} comment`, from: change.from, to: change.to }
  }
}
