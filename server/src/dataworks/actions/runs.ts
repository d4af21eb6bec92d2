/**
 * Runs in the dialect: data backfill in both versions, tests and manual runs.
 *
 * The older actions answer the ids of what they have created, so what is held is an error there as everywhere (rule 16), and whoever asks waits a
 * moment for the creation. The newer one is asked for and looked after: it answers what it was asked as, also while that is held, and only its result says
 * that anything has been created.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type BackfillRequest, fill, REFUSALS, Refusal } from '@holdpoint/core'
import { ensureMay, workspaceFor } from '../../access.ts'
import { askBackfill } from '../../modules/operation-center/backfill-operation.ts'
import { doWithBackfill } from '../../modules/operation-center/backfill-verbs.ts'
import { runNode } from '../../modules/operation-center/run-node.ts'
import type { Platform } from '../../platform.ts'
import * as backfills from '../../store/backfills.ts'
import type { DagRow } from '../../store/dags.ts'
import * as reading from '../../store/instance-reading.ts'
import { nodeById } from '../../store/nodes.ts'
import { operationById } from '../../store/operations.ts'
import type { Caller } from '../../store/principals.ts'
import { type ActionInput, action } from '../action.ts'
import * as operating from '../operating.ts'
import * as old from '../schemas/instances.ts'
import * as contracts from '../schemas/runs.ts'
import { operateBatch, runType, statusName } from './task-instances.ts'

/** For so long the older actions wait for what they have begun: less than the ten seconds for which most clients wait for an answer. */
const CREATED_WITHIN_MS = 8_000
const LOOK_EVERY_MS = 100
const MOST_DAGS = 10_000
const MOST_STOPPED = 1_000
/** What can still be terminated: it runs, or waits for its time or for resources. */
const STOPPABLE = [2, 3, 4, 7, 8]

const EMPTY: BackfillRequest = {
  environment: 'PROD',
  name: '',
  comment: '',
  mode: 'advanced',
  rootNodeIds: [],
  includeNodeIds: [],
  excludeNodeIds: [],
  includeWorkspaceIds: [],
  excludeWorkspaceIds: [],
  dates: [],
  window: { startTime: null, endTime: null },
  order: 'asc',
  groups: 1,
  startsFutureNow: false,
  runWindow: null,
  resourceGroup: null,
  priority: null,
  alert: null,
  analysis: { enabled: false, blocked: false },
  parameters: {},
  starts: true,
}

export const runActions = [
  action<typeof old.RUN_CYCLE_DAG_NODES, old.RunCycleDagNodesResponse>(
    old.RUN_CYCLE_DAG_NODES,
    { whereFound: 'node.operate' },
    async (input) => {
      const { Parallelism, ConcurrentRuns, StartFutureInstanceImmediately, AlertType } = input.parameters
      return await backfilled(input, {
        groups: Parallelism ? ConcurrentRuns : 1,
        startsFutureNow: StartFutureInstanceImmediately,
        alert: AlertType === undefined ? null : ALERTS[AlertType],
      })
    },
  ),

  action<typeof old.CREATE_DAG_COMPLEMENT, old.CreateDagComplementResponse>(
    old.CREATE_DAG_COMPLEMENT,
    { whereFound: 'node.operate' },
    async (input) => await backfilled(input, { groups: input.parameters.Parallelism ? 2 : 1 }),
  ),

  action<typeof contracts.CREATE_WORKFLOW_INSTANCES, contracts.CreateWorkflowInstancesResponse>(
    contracts.CREATE_WORKFLOW_INSTANCES,
    { whereFound: 'node.operate' },
    async ({ platform, caller, parameters }) => {
      const workspace = await workspaceFor(platform.db, caller, parameters.ProjectId, 'node.operate')
      if (parameters.Type === 'SupplementData') {
        const held = await askBackfill(platform, caller, workspace, requestOf(parameters))
        return { OperationId: held.id }
      }
      const [nodeId, ...others] = parameters.DefaultRunProperties.RootTaskIds
      const [range] = parameters.Periods.BizDates
      if (nodeId === undefined || others.length > 0)
        throw new Refusal('PARAMETER_INVALID', {
          parameter: 'DefaultRunProperties.RootTaskIds',
          problem: 'it must name one task',
        })
      const { dagId } = await runNode(platform, caller, {
        kind: parameters.Type === 'Manual' ? 'manual' : 'smoke-test',
        workspaceId: workspace.id,
        environment: operating.environmentOf(parameters.EnvType),
        nodeId,
        bizdate: dayOf('Periods.BizDates', range?.StartBizDate ?? ''),
        parameters: textsOf('TaskParameters', parameters.TaskParameters)[nodeId] ?? null,
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
      const { ProjectId, BizDate, EnvType, Type, UnifiedWorkflowInstanceId, PageNumber, PageSize } = parameters
      await workspaceFor(platform.db, caller, ProjectId, 'node.read')
      const bizdate = operating.bizdateOf(BizDate, platform.timeZone)
      const rows = await reading.dagsOf(
        platform.db,
        {
          workspaceId: ProjectId,
          environment: operating.environmentOf(EnvType),
          kind: Type === undefined ? undefined : KINDS[Type],
          bizdateFrom: bizdate,
          bizdateTo: bizdate,
          backfillId: UnifiedWorkflowInstanceId,
        },
        { before: null, limit: MOST_DAGS },
      )
      const from = (PageNumber - 1) * PageSize
      return {
        PagingInfo: {
          PageNumber,
          PageSize,
          TotalCount: rows.length,
          WorkflowInstances: rows.slice(from, from + PageSize).map((row) => runOf(platform, row)),
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
        const rows = await reading.instancesOf(
          platform.db,
          { workspaceId: dag.workspace_id, environment: dag.environment, dagId: id, statuses: STOPPABLE },
          { after: null, limit: MOST_STOPPED },
        )
        if (rows.length === 0) return operating.DONE_ONE
        const ids = rows.map((row) => row.id)
        const info = Object.values(await operateBatch(platform, caller, 'terminate', ids))
        return info.find((one) => !one.Success) ?? operating.DONE_ONE
      })
      return { SuccessInfo }
    },
  ),
]

const ALERTS = { SUCCESS: 'Success', FAILURE: 'Failure', SUCCESS_FAILURE: 'SuccessFailure' } as const
const KINDS = { Normal: 0, Manual: 1, SmokeTest: 2, SupplementData: 3, ManualWorkflow: 5 } as const
/** Before the id of a run that has no operation. */
const DAG = 'dag-'

/** Asks for the backfill and answers its runs. */
async function backfilled(
  { platform, caller, parameters }: ActionInput<typeof old.CREATE_DAG_COMPLEMENT>,
  more: Partial<BackfillRequest>,
) {
  const { ProjectEnv, Name, RootNodeId, IncludeNodeIds, ExcludeNodeIds = [], StartBizDate, EndBizDate } = parameters
  const root = await nodeById(platform.db, caller.tenantId, ProjectEnv, RootNodeId)
  if (root === null) throw new Refusal('NODE_NOT_FOUND', { id: RootNodeId })
  const workspace = await workspaceFor(platform.db, caller, root.workspace_id, 'node.operate')
  const others = IncludeNodeIds.filter((id) => id !== RootNodeId)
  const withRoot = others.length < IncludeNodeIds.length
  const held = await askBackfill(platform, caller, workspace, {
    ...EMPTY,
    environment: ProjectEnv,
    name: Name,
    // A root that is not to run is only where the vendor's console began to look.
    ...(withRoot && others.length === 0 && ExcludeNodeIds.length === 0
      ? { mode: 'current', rootNodeIds: [RootNodeId] }
      : { mode: 'advanced', rootNodeIds: withRoot ? [RootNodeId, ...others] : others, excludeNodeIds: ExcludeNodeIds }),
    dates: [{ start: dayOf('StartBizDate', StartBizDate), end: dayOf('EndBizDate', EndBizDate) }],
    window: { startTime: parameters.BizBeginTime ?? null, endTime: parameters.BizEndTime ?? null },
    parameters: textsOf('NodeParams', parameters.NodeParams),
    ...more,
  })
  operating.ensureDone(held)
  const id = await backfills.backfillOf(platform.db, held.id)
  const untilMs = platform.nowMs() + CREATED_WITHIN_MS
  for (;;) {
    const row = id === null ? null : await backfills.backfillById(platform.db, workspace.id, id)
    if (row === null) throw new Refusal('OPERATION_FAULT')
    if (row.state === 'failed-to-create')
      throw new Refusal('OPERATION_FAILED', { processId: held.id, reason: problemOf(row) })
    if (row.state !== 'creating') break
    if (platform.nowMs() > untilMs) throw new Refusal('BACKFILL_BEING_CREATED', { id: row.id })
    await sleep(LOOK_EVERY_MS)
  }
  const runs = await backfills.dagsInOrder(platform.db, id!, MOST_DAGS)
  return { HttpStatusCode: 200, Success: true, Data: runs.map((run) => run.id) } as const
}

function problemOf({ problem }: backfills.BackfillListRow): string {
  return problem === null ? '' : fill(REFUSALS[problem.code].sentence, problem.details)
}

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
    ...EMPTY,
    environment: operating.environmentOf(EnvType),
    name: Name,
    comment: Comment,
    ...selectionOf(DefaultRunProperties),
    dates: Periods.BizDates.map((one) => ({
      start: dayOf('Periods.BizDates', one.StartBizDate),
      end: dayOf('Periods.BizDates', one.EndBizDate),
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
    parameters: textsOf('TaskParameters', given.TaskParameters),
    starts: given.AutoStartEnabled,
  }
}

function selectionOf(given: Given['DefaultRunProperties']): Partial<BackfillRequest> {
  const { RootTaskIds: rootNodeIds, IncludeTaskIds = [], ExcludeTaskIds: excludeNodeIds = [] } = given
  const includeNodeIds = IncludeTaskIds.filter((id) => !rootNodeIds.includes(id))
  switch (given.Mode) {
    case 'General':
      return includeNodeIds.length === 0 && excludeNodeIds.length === 0
        ? { mode: 'current', rootNodeIds }
        : { mode: 'descendants', rootNodeIds, includeNodeIds, excludeNodeIds }
    case 'ManualSelection':
      return { mode: 'advanced', rootNodeIds: [...rootNodeIds, ...includeNodeIds], excludeNodeIds }
    case 'Chain':
      return { mode: 'chain', rootNodeIds, includeNodeIds, excludeNodeIds }
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

function dayOf(parameter: string, text: string): string {
  const day = operating.dateOf(text)
  if (/^\d{4}-\d{2}-\d{2}$/.test(day)) return day
  throw new Refusal('PARAMETER_INVALID', { parameter, problem: 'it is no date like 2026-11-21' })
}

function textsOf(parameter: string, given: Readonly<Record<string, unknown>> | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given ?? {}).map(([id, text]) => {
      if (typeof text === 'string') return [id, text]
      throw new Refusal('PARAMETER_INVALID', { parameter: `${parameter}.${id}`, problem: 'it must be text' })
    }),
  )
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
    CreateTime: row.created_at.getTime(),
    ...(row.started_at !== null && { StartedTime: row.started_at.getTime() }),
    ...(row.finished_at !== null && { FinishedTime: row.finished_at.getTime() }),
  }
}
