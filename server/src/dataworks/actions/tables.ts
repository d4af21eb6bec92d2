/** Tables of Data Development. A submission is answered with how it stands, which is done only where the real table is so. */
import { fill, REFUSALS, Refusal, type TableDesign } from '@holdpoint/core'
import { ensureMay } from '../../access.ts'
import { askTable, tableStanding } from '../../modules/data-development/submit-table.ts'
import { createTable, saveTable } from '../../modules/data-development/write-table.ts'
import type { Platform } from '../../platform.ts'
import type { Environment } from '../../store/nodes.ts'
import { operationById } from '../../store/operations.ts'
import type { Caller } from '../../store/principals.ts'
import { submissionOf, type TableRow, tableByName } from '../../store/tables.ts'
import { userOfTenant } from '../../store/users.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import { action } from '../action.ts'
import { projectFor } from '../development.ts'
import * as operating from '../operating.ts'
import type { Bound } from '../schemas/binding.ts'
import * as contracts from '../schemas/tables.ts'

export const tableActions = [
  action<typeof contracts.CREATE_TABLE, contracts.CreateTableResponse>(
    contracts.CREATE_TABLE,
    { whereFound: 'table.write' },
    async ({ platform, caller, parameters }) => {
      const { workspace, environment } = await placeOf(platform, caller, parameters)
      const { TableName: name, OwnerId, Columns } = parameters
      const design = designWith(
        { comment: '', dataSource: null, lifeCycleDays: null, columns: [] },
        parameters,
        Columns,
      )
      const known = await tableByName(platform.db, workspace.id, name)
      if (known !== null) {
        if (!isSame(known.design, design)) throw new Refusal('NAME_TAKEN', { thing: 'table', name })
        return { TaskInfo: await submitted(platform, caller, workspace, known.id, environment) }
      }
      const ownerId = OwnerId === undefined ? caller.userId : operating.userIdOf(OwnerId)
      if ((await userOfTenant(platform.db, caller.tenantId, ownerId)) === null)
        throw new Refusal('NOT_FOUND', { thing: 'user', id: OwnerId! })
      await ensureSubmittable(platform, workspace, { id: 0, name, design }, environment)
      const { id } = await createTable(platform, caller, workspace, { name, ownerId, design })
      return { TaskInfo: await submitted(platform, caller, workspace, id, environment) }
    },
  ),

  action<typeof contracts.UPDATE_TABLE, contracts.UpdateTableResponse>(
    contracts.UPDATE_TABLE,
    { whereFound: 'table.write' },
    async ({ platform, caller, parameters }) => {
      const { workspace, environment } = await placeOf(platform, caller, parameters)
      const { TableName: name, Columns } = parameters
      const known = await tableByName(platform.db, workspace.id, name)
      if (known === null) throw new Refusal('TABLE_NOT_FOUND', { id: name })
      const { id, revision } = known
      const design = designWith(known.design, parameters, Columns)
      if (!isSame(known.design, design)) {
        await ensureSubmittable(platform, workspace, { id, name, design }, environment)
        await saveTable(platform, caller, workspace, { tableId: id, revision, design })
      }
      return { TaskInfo: await submitted(platform, caller, workspace, id, environment) }
    },
  ),

  action<typeof contracts.GET_DDL_JOB_STATUS, contracts.GetDDLJobStatusResponse>(
    contracts.GET_DDL_JOB_STATUS,
    { whereFound: 'file.read' },
    async ({ platform, caller, parameters }) => ({ Data: await taskInfo(platform, caller, parameters.TaskId) }),
  ),
]

type Given = Omit<Bound<typeof contracts.UPDATE_TABLE.parameters>, 'Columns'>

/** Where the table is and is submitted to; who may not do both is refused before anything is changed. */
async function placeOf(
  platform: Platform,
  caller: Caller,
  { ProjectId, AppGuid, EnvType }: Given,
): Promise<{ readonly workspace: WorkspaceRow; readonly environment: Environment }> {
  const ProjectIdentifier = AppGuid?.replace(/^odps\./, '')
  const named = {
    ...(ProjectId !== undefined && { ProjectId }),
    ...(ProjectIdentifier !== undefined && { ProjectIdentifier }),
  }
  const workspace = await projectFor(platform, caller, named, 'table.write')
  const environment = (EnvType ?? (workspace.mode === 'basic' ? 1 : 0)) === 1 ? 'PROD' : 'DEV'
  if (environment === 'PROD') ensureMay(caller, 'table.deploy', workspace.id)
  return { workspace, environment }
}

type Columns = NonNullable<Bound<typeof contracts.UPDATE_TABLE.parameters>['Columns']>

function designWith(before: TableDesign, { Comment, LifeCycle }: Given, given: Columns | undefined): TableDesign {
  const place = (column: Columns[number], at: number) => column.SeqNumber ?? at + 1
  const columns = given
    ?.map((column, at) => ({ column, at: place(column, at) }))
    .toSorted((a, b) => Number(a.column.IsPartitionCol) - Number(b.column.IsPartitionCol) || a.at - b.at)
    .map(({ column }) => ({
      name: column.ColumnName,
      type: column.ColumnType.toLowerCase().replaceAll(' ', ''),
      comment: column.Comment ?? '',
      isPartition: column.IsPartitionCol,
    }))
  return {
    ...before,
    comment: Comment ?? before.comment,
    lifeCycleDays: LifeCycle ?? before.lifeCycleDays,
    columns: columns ?? before.columns,
  }
}

function isSame(one: TableDesign, other: TableDesign): boolean {
  const written = ({ comment, lifeCycleDays, columns }: TableDesign) =>
    JSON.stringify([comment, lifeCycleDays, columns.map((it) => [it.name, it.type, it.comment, it.isPartition])])
  return written(one) === written(other)
}

/** A design that could not be submitted is not kept: here the two are one request. */
async function ensureSubmittable(
  platform: Platform,
  workspace: WorkspaceRow,
  table: Pick<TableRow, 'id' | 'name' | 'design'>,
  environment: Environment,
): Promise<void> {
  const { name } = table
  if (environment === 'PROD' && workspace.mode === 'standard') throw new Refusal('TABLE_NOT_IN_DEVELOPMENT', { name })
  const { losses, newest } = await tableStanding(platform, workspace, table, environment)
  if (newest?.state === 'applying') throw new Refusal('TABLE_UNDER_WAY', { name })
  if (losses.length > 0) throw new Refusal('TABLE_LOSES_DATA', { losses })
}

async function submitted(
  platform: Platform,
  caller: Caller,
  workspace: WorkspaceRow,
  tableId: number,
  environment: Environment,
): Promise<contracts.TaskInfo> {
  const { id } = await askTable(platform, caller, workspace, { tableId, environment, revision: null, losses: [] })
  return await taskInfo(platform, caller, id)
}

async function taskInfo({ db }: Platform, caller: Caller, taskId: string): Promise<contracts.TaskInfo> {
  const absent = () => new Refusal('NOT_FOUND', { thing: 'task', id: taskId })
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(taskId)) throw absent()
  const operation = await operationById(db, caller.tenantId, taskId)
  if (operation?.workspace_id == null || !/^(commit|deploy)-table$/.test(operation.event_code)) throw absent()
  ensureMay(caller, 'file.read', operation.workspace_id)
  const of = { TaskId: operation.id }
  const because = (reason: { readonly code: string; readonly details: object } | null | undefined) =>
    reason ? fill(REFUSALS[reason.code as keyof typeof REFUSALS].sentence, { ...reason.details }) : ''
  if (operation.state === 'held') return { ...of, Status: 'operating', Content: 'checking' }
  if (operation.state !== 'done')
    return { ...of, Status: 'failure', Content: because(operation.why?.[0]) || operation.state }
  const tableId = Number(operation.objects[0]!.id)
  const submission = await submissionOf(db, tableId, operation.id)
  if (submission === null || submission.state === 'applying') return { ...of, Status: 'operating', Content: 'applying' }
  if (submission.state === 'applied') return { ...of, Status: 'success', Content: 'success' }
  return { ...of, Status: 'failure', Content: because(submission.reason) || submission.state }
}
