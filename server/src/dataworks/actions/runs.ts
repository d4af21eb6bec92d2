/**
 * Runs in the newer version of the dialect, which calls them workflow instances: data backfill, tests and manual runs.
 *
 * They are asked for and looked after (rule 16): what is answered is what it was asked as, also while that is held, and only the result says that anything
 * has been created.
 */
import { type BackfillRequest, Refusal } from '@holdpoint/core'
import { ensureMay, workspaceFor } from '../../access.ts'
import { askBackfill } from '../../modules/operation-center/backfill-operation.ts'
import { doWithBackfill } from '../../modules/operation-center/backfill-verbs.ts'
import { runNode } from '../../modules/operation-center/run-node.ts'
import type { Platform } from '../../platform.ts'
import * as backfills from '../../store/backfills.ts'
import type { DagRow } from '../../store/dags.ts'
import { instancesOfDag } from '../../store/found-by-id.ts'
import * as reading from '../../store/instance-reading.ts'
import { operationById } from '../../store/operations.ts'
import type { Caller } from '../../store/principals.ts'
import { type ActionInput, action } from '../action.ts'
import { MOST_DAGS, NOTHING_ASKED, parametersById, problemOf } from '../backfilling.ts'
import * as operating from '../operating.ts'
import * as contracts from '../schemas/runs.ts'
import { operateBatch, runType, statusName } from './task-instances.ts'

/** Instances of a run that one request terminates, and how many of them at once. */
const MOST_STOPPED = 10_000
const STOPPED_AT_ONCE = 1_000
/** What can still be terminated: it runs, or waits for its time or for resources. */
const STOPPABLE = [2, 3, 4, 7, 8]

export const runActions = [
  action<typeof contracts.CREATE_WORKFLOW_INSTANCES, contracts.CreateWorkflowInstancesResponse>(
    contracts.CREATE_WORKFLOW_INSTANCES,
    { whereFound: 'node.operate' },
    async ({ platform, caller, parameters }) => {
      const workspace = await workspaceFor(platform.db, caller, parameters.ProjectId, 'node.operate')
      if (parameters.Type === 'SupplementData') {
        const held = await askBackfill(platform, caller, workspace, requestOf(parameters))
        return { OperationId: held.id }
      }
      const nodeId = onlyOne('DefaultRunProperties.RootTaskIds', parameters.DefaultRunProperties.RootTaskIds ?? [])
      const { StartBizDate, EndBizDate } = onlyOne('Periods.BizDates', parameters.Periods.BizDates)
      onlyOne('Periods.BizDates', [...new Set([StartBizDate, EndBizDate])])
      const { dagId } = await runNode(platform, caller, {
        kind: parameters.Type === 'Manual' ? 'manual' : 'smoke-test',
        workspaceId: workspace.id,
        environment: operating.environmentOf(parameters.EnvType),
        nodeId,
        bizdate: operating.dayOf('Periods.BizDates', StartBizDate),
        parameters: parametersById('TaskParameters', parameters.TaskParameters)[nodeId] ?? null,
      })
      return { OperationId: `${DAG}${dagId}` }
    },
  ),

  action<typeof contracts.GET_CREATE_WORKFLOW_INSTANCES_RESULT, contracts.GetCreateWorkflowInstancesResultResponse>(
    contracts.GET_CREATE_WORKFLOW_INSTANCES_RESULT,
    { whereFound: 'node.read' },
    async ({ platform, caller, parameters }) => ({ Result: await resultOf(platform, caller, parameters.OperationId) }),
  ),

  action<typeof contracts.LIST_WORKFLOW_INSTANCES, contracts.ListWorkflowInstancesResponse>(
    contracts.LIST_WORKFLOW_INSTANCES,
    { whereFound: 'node.read' },
    async ({ platform, caller, parameters }) => {
      const { ProjectId, PageNumber, PageSize, Type, Owner, Filter, SortBy, WorkflowId } = parameters
      await workspaceFor(platform.db, caller, ProjectId, 'node.read')
      const bizdate = operating.bizdateOf(parameters.BizDate, platform.timeZone)
      const filter: reading.DagFilter = {
        workspaceId: ProjectId,
        environment: operating.environmentOf(parameters.EnvType),
        kind: Type === undefined ? undefined : KINDS[Type],
        status: Filter?.status === undefined ? undefined : STATUSES[Filter.status],
        bizdateFrom: bizdate,
        bizdateTo: bizdate,
        backfillId: parameters.UnifiedWorkflowInstanceId,
        ids: operating.narrowedTo(parameters.Ids, WorkflowId),
        name: parameters.Name,
        createdBy: Owner === undefined ? undefined : operating.userIdOf(Owner),
      }
      const order = operating.sortOf(SortBy, SORTS)
      const page = { before: null, limit: PageSize, offset: (PageNumber - 1) * PageSize, order }
      const rows = await reading.dagsOf(platform.db, filter, page)
      return {
        PagingInfo: {
          PageNumber,
          PageSize,
          TotalCount: await reading.countDags(platform.db, filter),
          WorkflowInstances: rows.map((row) => runOf(platform, row)),
        },
      }
    },
  ),

  action<typeof contracts.GET_WORKFLOW_INSTANCE, contracts.GetWorkflowInstanceResponse>(
    contracts.GET_WORKFLOW_INSTANCE,
    { whereFound: 'node.read' },
    async ({ platform, caller, parameters }) => {
      const row = await operating.dagFor(platform, caller, 'node.read', parameters.Id)
      return { WorkflowInstance: runOf(platform, row) }
    },
  ),

  action<typeof contracts.START_WORKFLOW_INSTANCES, contracts.StartWorkflowInstancesResponse>(
    contracts.START_WORKFLOW_INSTANCES,
    { whereFound: 'node.operate' },
    async ({ platform, caller, parameters }) => {
      const started = new Set<number>()
      const SuccessInfo = await operating.each(parameters.Ids, async (id) => {
        const dag = await operating.dagFor(platform, caller, 'node.operate', id)
        if (dag.backfill_id === null) throw new Refusal('NOT_FOUND', { thing: 'backfill of the run', id })
        // Runs of one backfill start together.
        const of = { workspaceId: dag.workspace_id, backfillId: dag.backfill_id }
        if (!started.has(of.backfillId)) await doWithBackfill(platform, caller, of, 'start')
        started.add(of.backfillId)
        return operating.DONE_ONE
      })
      return { SuccessInfo }
    },
  ),

  action<typeof contracts.STOP_WORKFLOW_INSTANCES, contracts.StopWorkflowInstancesResponse>(
    contracts.STOP_WORKFLOW_INSTANCES,
    { whereFound: 'node.operate' },
    async ({ platform, caller, parameters }) => {
      const SuccessInfo = await operating.each(parameters.Ids, async (id) => {
        const dag = await operating.dagFor(platform, caller, 'node.operate', id)
        return await stop(platform, caller, dag)
      })
      return { SuccessInfo }
    },
  ),
]

function onlyOne<One>(parameter: string, given: readonly One[]): One {
  if (given.length === 1) return given[0]!
  throw new Refusal('PARAMETER_INVALID', { parameter, problem: 'of a test or a manual run it must name one' })
}

/** Terminates what can be; that of a run which has not ended nothing can be is no success. */
async function stop(platform: Platform, caller: Caller, dag: DagRow): Promise<operating.Info> {
  const results: operating.Info[] = []
  for (let afterId = 0; results.length < MOST_STOPPED; ) {
    const ids = await instancesOfDag(platform.db, dag.id, STOPPABLE, { afterId, limit: STOPPED_AT_ONCE })
    if (ids.length === 0) break
    results.push(...Object.values(await operateBatch(platform, caller, 'terminate', ids)))
    afterId = ids.at(-1)!
  }
  if (results.length >= MOST_STOPPED) throw new Refusal('INSTANCES_TOO_MANY', { limit: MOST_STOPPED })
  if (results.length === 0 && ![5, 6].includes(dag.status))
    throw new Refusal('INSTANCE_NOT_TERMINABLE', { instances: [`${dag.name} ${dag.bizdate} (${dag.id})`] })
  return results.find((one) => !one.Success) ?? operating.DONE_ONE
}

const KINDS = { Normal: 0, Manual: 1, SmokeTest: 2, SupplementData: 3, ManualWorkflow: 5 } as const
const STATUSES = { NotRun: 1, Running: 4, Failure: 5, Success: 6 } as const
const SORTS = { Id: 'id', CreateTime: 'created_at', StartedTime: 'started_at', FinishedTime: 'finished_at' } as const
/** Before the id of a run that has no operation. */
const DAG = 'dag-'

async function resultOf(platform: Platform, caller: Caller, operationId: string) {
  const nothing = { WorkflowInstanceIds: [], UnifiedWorkflowInstanceIds: [] }
  const unknown = new Refusal('NOT_FOUND', { thing: 'operation', id: operationId })
  if (operationId.startsWith(DAG)) {
    const id = Number(operationId.slice(DAG.length))
    if (!Number.isSafeInteger(id)) throw unknown
    const dag = await operating.dagFor(platform, caller, 'node.read', id)
    return { ...nothing, Status: 'Created', WorkflowInstanceIds: [dag.id] } as const
  }
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(operationId)) throw unknown
  const operation = await operationById(platform.db, caller.tenantId, operationId)
  if (operation === null || operation.event_code !== 'backfill-data' || operation.workspace_id === null) throw unknown
  ensureMay(caller, 'node.read', operation.workspace_id)
  if (operation.state === 'held') {
    const held = { processId: operation.id, messageId: operation.message_id ?? '' }
    return { ...nothing, Status: 'Creating', FailureMessage: new Refusal('OPERATION_HELD', held).message } as const
  }
  if (operation.state !== 'done')
    return {
      ...nothing,
      Status: 'CreateFailure',
      FailureMessage: operation.reason ?? `The operation was ${operation.state} and has not taken effect.`,
    } as const
  const id = await backfills.backfillOf(platform.db, operation.id)
  const row = id === null ? null : await backfills.backfillById(platform.db, operation.workspace_id, id)
  if (row === null) throw unknown
  const UnifiedWorkflowInstanceIds = [row.id]
  if (row.state === 'creating') return { ...nothing, Status: 'Creating', UnifiedWorkflowInstanceIds } as const
  if (row.state === 'failed-to-create')
    return {
      ...nothing,
      Status: 'CreateFailure',
      FailureMessage: problemOf(row),
      UnifiedWorkflowInstanceIds,
    } as const
  const runs = await backfills.dagsInOrder(platform.db, row.id, MOST_DAGS)
  return { Status: 'Created', WorkflowInstanceIds: runs.map((run) => run.id), UnifiedWorkflowInstanceIds } as const
}

type Given = ActionInput<typeof contracts.CREATE_WORKFLOW_INSTANCES>['parameters']

function requestOf({ Name, Comment, EnvType, Periods, DefaultRunProperties, ...given }: Given): BackfillRequest {
  const { RunPolicy, Alert, Analysis, Order, Parallelism, Priority, RuntimeResource } = DefaultRunProperties
  return {
    ...NOTHING_ASKED,
    environment: operating.environmentOf(EnvType),
    name: Name,
    comment: Comment,
    ...selectionOf(DefaultRunProperties),
    dates: Periods.BizDates.map((one) => ({
      start: operating.dayOf('Periods.BizDates', one.StartBizDate),
      end: operating.dayOf('Periods.BizDates', one.EndBizDate),
    })),
    window: { startTime: Periods.StartTime ?? null, endTime: Periods.EndTime ?? null },
    order: Order === 'Asc' ? 'asc' : 'desc',
    groups: Parallelism,
    startsFutureNow: RunPolicy?.Immediately ?? false,
    runWindow:
      RunPolicy?.StartTime === undefined || RunPolicy.EndTime === undefined
        ? null
        : {
            type: RunPolicy.Type === 'Weekend' ? 'weekend' : 'daily',
            startTime: RunPolicy.StartTime,
            endTime: RunPolicy.EndTime,
          },
    resourceGroup: RuntimeResource ?? null,
    priority: Priority ?? null,
    alert: Alert?.Type ?? null,
    analysis: { enabled: Analysis?.Enabled ?? false, blocked: Analysis?.Blocked ?? false },
    parameters: parametersById('TaskParameters', given.TaskParameters),
    starts: given.AutoStartEnabled,
  }
}

function selectionOf(given: Given['DefaultRunProperties']): Partial<BackfillRequest> {
  const { RootTaskIds: rootNodeIds = [], IncludeTaskIds = [], ExcludeTaskIds: excludeNodeIds = [] } = given
  const includeNodeIds = IncludeTaskIds.filter((id) => !rootNodeIds.includes(id))
  switch (given.Mode) {
    case 'General':
      return includeNodeIds.length === 0 && excludeNodeIds.length === 0
        ? { mode: 'current', rootNodeIds }
        : { mode: 'descendants', rootNodeIds, includeNodeIds, excludeNodeIds }
    case 'ManualSelection':
      return { mode: 'advanced', rootNodeIds: [...rootNodeIds, ...includeNodeIds], excludeNodeIds }
    case 'Chain':
      return rootNodeIds.length > 0
        ? { mode: 'chain', rootNodeIds, includeNodeIds, excludeNodeIds }
        : {
            mode: 'chain',
            rootNodeIds: IncludeTaskIds.slice(0, 1),
            includeNodeIds: IncludeTaskIds.slice(1),
            excludeNodeIds,
          }
    case 'AllDownstream':
      return {
        mode: 'massive',
        rootNodeIds,
        includeNodeIds,
        excludeNodeIds,
        includeWorkspaceIds: given.IncludeProjectIds ?? [],
        excludeWorkspaceIds: given.ExcludeProjectIds ?? [],
      }
  }
}

function runOf({ timeZone }: Platform, row: Omit<DagRow, 'tenant_id'>): contracts.WorkflowInstance {
  return {
    Id: row.id,
    Name: row.name,
    Type: runType(row.kind),
    Status: statusName(row.status),
    ProjectId: row.workspace_id,
    EnvType: operating.environmentName(row.environment),
    WorkflowId: 1,
    ...(row.backfill_id !== null && { UnifiedWorkflowInstanceId: row.backfill_id }),
    BizDate: operating.bizdateMs(row.bizdate, timeZone),
    CreateUser: String(row.created_by ?? ''),
    Owner: String(row.created_by ?? ''),
    CreateTime: row.created_at.getTime(),
    ModifyTime: (row.finished_at ?? row.started_at ?? row.created_at).getTime(),
    ...(row.started_at !== null && { StartedTime: row.started_at.getTime() }),
    ...(row.finished_at !== null && { FinishedTime: row.finished_at.getTime() }),
  }
}
