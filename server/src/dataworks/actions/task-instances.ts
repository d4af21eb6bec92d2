/** Instances in the newer version of the dialect. Of many, each is for itself: what is held or refused is not done, and its message says why. */
import { type InstanceOperation, parameterText, Refusal } from '@holdpoint/core'
import { ensureMay, workspaceFor } from '../../access.ts'
import { changeInstances, removeDependencies } from '../../modules/operation-center/change-instances.ts'
import { operateEachInstance } from '../../modules/operation-center/operate-instances.ts'
import type { Platform } from '../../platform.ts'
import { resourceGroupId } from '../../store/backfills.ts'
import { findInstances } from '../../store/found-by-id.ts'
import * as reading from '../../store/instance-reading.ts'
import type { Caller } from '../../store/principals.ts'
import { type ActionInput, action } from '../action.ts'
import * as operating from '../operating.ts'
import type { Action as Contract } from '../schemas/action.ts'
import * as contracts from '../schemas/task-instances.ts'
import type { Batched, SuccessInfo } from '../schemas/tasks.ts'

const { Status, WorkflowInstanceType } = contracts.LIST_TASK_INSTANCES.parameters
const RERUN_MODES = {
  'all-allowed': 'AllAllowed',
  'failure-allowed': 'FailureAllowed',
  'all-denied': 'AllDenied',
} as const
const RECURRENCES = { 2: 'Pause', 3: 'Skip' } as const
const RECURRENCE_FILTERS = { Normal: 'normal', Pause: 'pause', Skip: 'skip' } as const
const SORTS = {
  Id: 'id',
  TriggerTime: 'cycle_at',
  StartedTime: 'started_at',
  FinishedTime: 'finished_at',
  CreateTime: 'created_at',
} as const

const during = (of: reading.Moment, fromMs: number | undefined, toMs: number | undefined): reading.During => ({
  of,
  fromMs: fromMs ?? null,
  toMs: toMs ?? null,
})

export const statusName = (status: number): contracts.TaskInstanceStatus => Status.values[status - 1]!
export const runType = (kind: number): contracts.WorkflowInstanceType => WorkflowInstanceType.values[kind]!

type Batch = { readonly parameters: { readonly Ids: readonly number[]; readonly UseLatestConfig?: boolean } }

const batch = <C extends Contract>(contract: C, operation: InstanceOperation) =>
  action<C, Batched>(contract, { whereFound: 'node.operate' }, async (input) => {
    const { platform, caller } = input
    const { Ids, UseLatestConfig } = (input as unknown as Batch).parameters
    return { SuccessInfo: await operateBatch(platform, caller, operation, Ids, UseLatestConfig ?? false) }
  })

const related = <
  C extends typeof contracts.LIST_UPSTREAM_TASK_INSTANCES | typeof contracts.LIST_DOWNSTREAM_TASK_INSTANCES,
>(
  contract: C,
  side: 'upstream' | 'downstream',
  name: 'UpstreamTaskInstances' | 'DownstreamTaskInstances',
) =>
  action<C, RelatedInstances>(contract, { whereFound: 'node.read' }, async ({ platform, caller, parameters }) => {
    const { Id, PageNumber, PageSize } = parameters as ActionInput<
      typeof contracts.LIST_UPSTREAM_TASK_INSTANCES
    >['parameters']
    const of = await operating.instanceFor(platform, caller, 'node.read', Id)
    const [self] = await reading.instancesByIds(platform.db, [of.id])
    const { rows, count } = await reading.relativesPage(platform.db, of.id, side, {
      offset: (PageNumber - 1) * PageSize,
      limit: PageSize,
    })
    const found = (await taskInstancesOf(platform, rows)).map((row, at) => {
      const crosses = rows[at]!.bizdate !== self?.bizdate || row.TaskId === self.node_id
      return { step: crosses ? ('CrossCycle' as const) : ('Normal' as const), row }
    })
    return {
      PagingInfo: {
        PageNumber,
        PageSize,
        TotalCount: count,
        [name]: found.map(({ step, row }) => ({ DependencyType: step, TaskInstance: row })),
        TaskInstances: found.map(({ step, row }) => ({ ...row, StepType: step })),
      },
    }
  })
type RelatedInstances = { readonly RequestId: string; readonly PagingInfo: Readonly<Record<string, unknown>> }

export const taskInstanceActions = [
  action<typeof contracts.LIST_TASK_INSTANCES, contracts.ListTaskInstancesResponse>(
    contracts.LIST_TASK_INSTANCES,
    { whereFound: 'node.read' },
    async ({ platform, caller, parameters }) => {
      const { ProjectId, PageNumber, PageSize, Owner, Filter = {}, SortBy, TriggerType, TriggerRecurrence } = parameters
      await workspaceFor(platform.db, caller, ProjectId, 'node.read')
      const bizdate = operating.bizdateOf(parameters.Bizdate, platform.timeZone)
      const filter: reading.InstanceFilter = {
        workspaceId: ProjectId,
        environment: operating.environmentOf(parameters.ProjectEnv),
        bizdateFrom: bizdate,
        bizdateTo: bizdate,
        id: parameters.Id,
        ids: operating.narrowedTo(parameters.Ids, parameters.WorkflowId),
        nodeId: parameters.TaskId,
        nodeIds: operating.narrowedTo(parameters.TaskIds),
        name: parameters.TaskName,
        programType: parameters.TaskType,
        ownerId: Owner === undefined ? undefined : operating.userIdOf(Owner),
        dagId: parameters.WorkflowInstanceId,
        backfillId: parameters.UnifiedWorkflowInstanceId,
        isManual: TriggerType === undefined ? undefined : TriggerType === 'Manual',
        recurrence: TriggerRecurrence && RECURRENCE_FILTERS[TriggerRecurrence],
        resourceGroup: parameters.RuntimeResource,
        during: [
          during('started_at', Filter.startedTimeStart, Filter.startedTimeEnd),
          during('finished_at', Filter.finishedTimeStart, Filter.finishedTimeEnd),
          during('created_at', Filter.createTimeStart, Filter.createTimeEnd),
        ],
        statuses: parameters.Status === undefined ? undefined : [Status.values.indexOf(parameters.Status) + 1],
        kind:
          parameters.WorkflowInstanceType === undefined
            ? undefined
            : WorkflowInstanceType.values.indexOf(parameters.WorkflowInstanceType),
      }
      const page = {
        after: null,
        limit: PageSize,
        offset: (PageNumber - 1) * PageSize,
        // Of one business date the newest come first anyway, by the index.
        ...(SortBy === 'Id Desc' ? {} : { order: operating.sortOf(SortBy, SORTS) }),
      }
      const rows = await reading.instancesOf(platform.db, filter, page)
      return {
        PagingInfo: {
          PageNumber,
          PageSize,
          TotalCount: await reading.countInstances(platform.db, filter),
          TaskInstances: await taskInstancesOf(platform, rows),
        },
      }
    },
  ),

  action<typeof contracts.GET_TASK_INSTANCE, contracts.GetTaskInstanceResponse>(
    contracts.GET_TASK_INSTANCE,
    { whereFound: 'node.read' },
    async ({ platform, caller, parameters }) => {
      const found = await operating.instanceFor(platform, caller, 'node.read', parameters.Id)
      const row = await reading.instanceById(platform.db, found.workspace_id, found.id)
      if (row === null) throw new Refusal('INSTANCE_NOT_FOUND', { id: parameters.Id })
      const [instance] = await taskInstancesOf(platform, [row])
      const { definition } = row
      return {
        TaskInstance: {
          ...instance!,
          Script: { Content: definition.script?.content ?? '', Parameters: instance!.ScriptParameters },
          Outputs: { TaskOutputs: definition.outputs.map(({ output }) => ({ Output: output })) },
        },
      }
    },
  ),

  related(contracts.LIST_UPSTREAM_TASK_INSTANCES, 'upstream', 'UpstreamTaskInstances'),
  related(contracts.LIST_DOWNSTREAM_TASK_INSTANCES, 'downstream', 'DownstreamTaskInstances'),

  action<typeof contracts.GET_TASK_INSTANCE_LOG, contracts.GetTaskInstanceLogResponse>(
    contracts.GET_TASK_INSTANCE_LOG,
    { whereFound: 'node.read' },
    async ({ platform, caller, parameters }) => {
      const row = await operating.instanceFor(platform, caller, 'node.read', parameters.Id)
      return { TaskInstanceLog: await reading.logEnd(platform.db, row.id, parameters.RunNumber ?? row.run_number) }
    },
  ),

  batch(contracts.RERUN_TASK_INSTANCES, 'rerun'),
  batch(contracts.STOP_TASK_INSTANCES, 'terminate'),
  batch(contracts.SUSPEND_TASK_INSTANCES, 'freeze'),
  batch(contracts.RESUME_TASK_INSTANCES, 'unfreeze'),
  batch(contracts.SET_SUCCESS_TASK_INSTANCES, 'set-success'),

  action<typeof contracts.REMOVE_TASK_INSTANCE_DEPENDENCIES, contracts.RemoveTaskInstanceDependenciesResponse>(
    contracts.REMOVE_TASK_INSTANCE_DEPENDENCIES,
    { whereFound: 'node.operate' },
    async ({ platform, caller, parameters }) => {
      const row = await operating.instanceFor(platform, caller, 'node.operate', parameters.Id)
      await removeDependencies(platform, caller, {
        workspaceId: row.workspace_id,
        instanceId: row.id,
        upstreamInstanceIds: parameters.UpstreamTaskInstanceIds,
      })
      return { Success: true }
    },
  ),

  action<typeof contracts.UPDATE_TASK_INSTANCES, contracts.UpdateTaskInstancesResponse>(
    contracts.UPDATE_TASK_INSTANCES,
    { whereFound: 'node.operate' },
    async ({ platform, caller, parameters }) => {
      const given = new Map(parameters.TaskInstances.map((one) => [one.Id, one]))
      const SuccessInfo = await operating.each([...given.keys()], async (id) => {
        const row = await operating.instanceFor(platform, caller, 'node.operate', id)
        const { Priority, RuntimeResource } = given.get(id)!
        const group =
          RuntimeResource === undefined
            ? undefined
            : await resourceGroupId(platform.db, caller.tenantId, RuntimeResource)
        if (group === null) throw new Refusal('NOT_FOUND', { thing: 'resource group', id: RuntimeResource })
        const where = { workspaceId: row.workspace_id, instanceIds: [id] }
        await changeInstances(platform, caller, where, { priority: Priority, resourceGroupId: group })
        return operating.DONE_ONE
      })
      return { SuccessInfo }
    },
  ),

  action<typeof contracts.LIST_TASK_INSTANCE_OPERATION_LOGS, contracts.ListTaskInstanceOperationLogsResponse>(
    contracts.LIST_TASK_INSTANCE_OPERATION_LOGS,
    { whereFound: 'node.read' },
    async ({ platform, caller, parameters }) => {
      const { Id, Date: at, PageNumber, PageSize } = parameters
      const row = await operating.instanceFor(platform, caller, 'node.read', Id)
      const logged = { workspaceId: row.workspace_id, kind: 'instance', id: Id } as const
      const { OperationLogs, ...page } = await operating.operationLogs(platform, logged, { at, PageNumber, PageSize })
      return { PagingInfo: { ...page, OperationLogs: OperationLogs.map((one) => ({ ...one, TaskInstanceId: Id })) } }
    },
  ),
]

/** One operation for those of each workspace for which it can be done. */
export async function operateBatch(
  platform: Platform,
  caller: Caller,
  operation: InstanceOperation,
  ids: readonly number[],
  latest = false,
): Promise<SuccessInfo> {
  if (ids.length === 0) throw new Refusal('INSTANCES_EMPTY')
  const found = new Map((await findInstances(platform.db, caller.tenantId, ids)).map((row) => [row.id, row]))
  const info = new Map<number, SuccessInfo[string]>()
  const byWorkspace = Map.groupBy(found.values(), (row) => row.workspace_id)
  for (const [workspaceId, rows] of byWorkspace) {
    const instanceIds = rows.map((row) => row.id)
    try {
      ensureMay(caller, 'node.operate', workspaceId)
      const asked = { workspaceId, instanceIds, latest }
      const { results, held } = await operateEachInstance(platform, caller, operation, asked)
      for (const { instanceId, state, refusal } of results)
        info.set(
          instanceId,
          state === 'done'
            ? operating.DONE_ONE
            : state === 'held'
              ? operating.notDone(operating.heldRefusal(held!))
              : { Success: false, Message: refusal!.sentence },
        )
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      // Where this is all there is, it is what the whole is refused for.
      if (byWorkspace.size === 1 && found.size === new Set(ids).size) throw error
      for (const id of instanceIds) info.set(id, operating.notDone(error))
    }
  }
  if (found.size === 0) throw new Refusal('INSTANCE_NOT_FOUND', { id: [...ids] })
  return Object.fromEntries(
    ids.map((id) => [id, info.get(id) ?? operating.notDone(new Refusal('INSTANCE_NOT_FOUND', { id }))]),
  )
}

async function taskInstancesOf(platform: Platform, rows: readonly reading.InstanceListRow[]) {
  const programs = await reading.programsOf(
    platform.db,
    rows.map((row) => row.id),
  )
  return rows.map((row) => taskInstanceOf(platform, row, programs.get(row.id)))
}

function taskInstanceOf(
  { timeZone }: Platform,
  row: reading.InstanceListRow,
  program: reading.InstanceProgram | undefined,
): contracts.TaskInstance {
  const { definition = null, given_parameters = null, created_by = null } = program ?? {}
  return {
    Id: row.id,
    TaskId: row.node_id,
    TaskName: row.node_name,
    TaskType: row.program_type,
    ProjectId: row.workspace_id,
    ProjectEnv: operating.environmentName(row.environment),
    EnvType: operating.environmentName(row.environment),
    WorkflowId: 1,
    WorkflowInstanceId: row.dag_id,
    WorkflowInstanceType: runType(row.kind),
    ...(row.backfill_id !== null && { UnifiedWorkflowInstanceId: row.backfill_id }),
    Owner: String(row.owner_id ?? definition?.owner ?? ''),
    ...(created_by !== null && { CreateUser: String(created_by) }),
    Description: definition?.description ?? '',
    ScriptParameters: given_parameters ?? parameterText(definition?.parameters ?? []),
    ...(definition?.dataSource && { DataSource: { Name: definition.dataSource.name } }),
    Timeout: definition?.timeoutSeconds ?? 0,
    Bizdate: operating.bizdateMs(row.bizdate, timeZone),
    PeriodNumber: row.period_number,
    Priority: row.priority,
    RerunMode: RERUN_MODES[row.rerun_mode],
    RunNumber: row.run_number,
    RuntimeResource: row.resource_group === null ? {} : { ResourceGroupId: row.resource_group },
    Status: statusName(row.status),
    TriggerType: row.kind === 1 ? 'Manual' : 'Scheduler',
    TriggerRecurrence: row.frozen ? 'Pause' : (RECURRENCES[row.task_type as keyof typeof RECURRENCES] ?? 'Normal'),
    TriggerTime: row.cycle_at.getTime(),
    CreateTime: row.created_at.getTime(),
    ModifyTime: row.modified_at.getTime(),
    ...(row.wait_time_at !== null && { WaitingTriggerTime: row.wait_time_at.getTime() }),
    ...(row.wait_resource_at !== null && { WaitingResourceTime: row.wait_resource_at.getTime() }),
    ...(row.started_at !== null && { StartedTime: row.started_at.getTime() }),
    ...(row.finished_at !== null && { FinishedTime: row.finished_at.getTime() }),
  }
}
