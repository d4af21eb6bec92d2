/**
 * Instances and runs in the older version of the dialect.
 *
 * As with nodes, what is held or was refused is an error (rule 16), and freezing, unfreezing or setting to succeeded what is so already is answered as
 * done, so that a script that repeats its call ends when the held operation has taken effect.
 */
import { type InstanceOperation, parameterText, Refusal } from '@holdpoint/core'
import { ensureMay, workspaceFor } from '../../access.ts'
import { operateInstances } from '../../modules/operation-center/operate-instances.ts'
import type { Platform } from '../../platform.ts'
import * as reading from '../../store/instance-reading.ts'
import * as nodes from '../../store/nodes.ts'
import type { Caller } from '../../store/principals.ts'
import { action } from '../action.ts'
import { bizdateMs, dagFor, dateOf, ensureDone, instanceFor } from '../operating.ts'
import type { Action as Contract } from '../schemas/action.ts'
import * as contracts from '../schemas/instances.ts'

const OK = { HttpStatusCode: 200, Success: true } as const
const STATUSES = contracts.LIST_INSTANCES.parameters.Status.values
const TASK_TYPES = [
  'NORMAL',
  'MANUAL',
  'PAUSE',
  'SKIP',
  'SKIP_UNCHOOSE',
  'SKIP_CYCLE',
  'CONDITION_UNCHOOSE',
  'REALTIME_DEPRECATED',
] as const
const DAG_TYPES = ['DAILY', 'MANUAL', 'SMOKE_TEST', 'SUPPLY_DATA', 'MANUAL', 'MANUAL'] as const
const DAG_STATUSES = { 1: 'CREATED', 4: 'RUNNING', 5: 'FAILURE', 6: 'SUCCESS' } as const
const DAY = /^\d{4}-\d{2}-\d{2}/

type Operated = { readonly parameters: { readonly InstanceId: number; readonly ProjectEnv: nodes.Environment } }

const operating = <C extends Contract>(
  contract: C,
  operation: InstanceOperation,
  /** The refusal that says that it is so already. */
  already: string | null,
) =>
  action<C, contracts.InstanceOperatedResponse>(contract, { whereFound: 'node.operate' }, async (input) => {
    const { platform, caller } = input
    const { InstanceId, ProjectEnv } = (input as unknown as Operated).parameters
    const row = await instanceFor(platform, caller, 'node.operate', InstanceId, ProjectEnv)
    try {
      const asked = { workspaceId: row.workspace_id, environment: ProjectEnv, instanceIds: [InstanceId] }
      ensureDone(await operateInstances(platform, caller, operation, asked))
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== already) throw error
      const now = await instanceFor(platform, caller, 'node.operate', InstanceId, ProjectEnv)
      if (operation === 'set-success' ? now.status !== 6 : now.frozen !== (operation === 'freeze')) throw error
    }
    return { ...OK, Data: true }
  })

export const instanceActions = [
  action<typeof contracts.LIST_INSTANCES, contracts.ListInstancesResponse>(
    contracts.LIST_INSTANCES,
    { whereFound: 'node.read' },
    async ({ platform, caller, parameters }) => {
      const { ProjectId, ProjectEnv, PageNumber, PageSize, Status, Owner, Bizdate } = parameters
      await workspaceFor(platform.db, caller, ProjectId, 'node.read')
      const filter: reading.InstanceFilter = {
        workspaceId: ProjectId,
        environment: ProjectEnv,
        nodeId: parameters.NodeId,
        name: parameters.NodeName,
        programType: parameters.ProgramType,
        ownerId: Owner === undefined ? undefined : /^\d{1,15}$/.test(Owner) ? Number(Owner) : 0,
        dagId: parameters.DagId,
        statuses: Status === undefined ? undefined : [STATUSES.indexOf(Status) + 1],
        bizdateFrom: dayIn('BeginBizdate', Bizdate ?? parameters.BeginBizdate),
        bizdateTo: dayIn('EndBizdate', Bizdate ?? parameters.EndBizdate),
      }
      // There are no workflows, so none has this name.
      const none = parameters.BizName !== undefined
      const page = { after: null, limit: PageSize, offset: (PageNumber - 1) * PageSize }
      const rows = none ? [] : await reading.instancesOf(platform.db, filter, page)
      return {
        ...OK,
        Data: {
          PageNumber,
          PageSize,
          TotalCount: none ? 0 : await reading.countInstances(platform.db, filter),
          Instances: rows.map((row) => instanceOf(platform, row)),
        },
      }
    },
  ),

  action<typeof contracts.GET_INSTANCE, contracts.GetInstanceResponse>(
    contracts.GET_INSTANCE,
    { whereFound: 'node.read' },
    async ({ platform, caller, parameters }) => {
      const { InstanceId, ProjectEnv } = parameters
      const row = await detailFor(platform, caller, InstanceId, ProjectEnv)
      const { definition } = row
      return {
        ...OK,
        Data: {
          ...instanceOf(platform, row),
          Owner: String(row.owner_id ?? definition.owner ?? ''),
          PeriodNumber: row.period_number,
          ParamValues: parameterText(definition.parameters),
          Connection: definition.dataSource?.name,
          RepeatInterval: definition.rerunIntervalMs,
        },
      }
    },
  ),

  action<typeof contracts.GET_INSTANCE_LOG, contracts.GetInstanceLogResponse>(
    contracts.GET_INSTANCE_LOG,
    { whereFound: 'node.read' },
    async ({ platform, caller, parameters }) => {
      const { InstanceId, ProjectEnv, InstanceHistoryId } = parameters
      const row = await instanceFor(platform, caller, 'node.read', InstanceId, ProjectEnv)
      return { ...OK, Data: await reading.logEnd(platform.db, row.id, InstanceHistoryId ?? row.run_number) }
    },
  ),

  operating(contracts.RESTART_INSTANCE, 'rerun', null),
  operating(contracts.STOP_INSTANCE, 'terminate', null),
  operating(contracts.SUSPEND_INSTANCE, 'freeze', 'INSTANCE_ALREADY_FROZEN'),
  operating(contracts.RESUME_INSTANCE, 'unfreeze', 'INSTANCE_NOT_FROZEN'),
  operating(contracts.SET_SUCCESS_INSTANCE, 'set-success', 'INSTANCE_NOT_FAILED'),

  action<typeof contracts.GET_DAG, contracts.GetDagResponse>(
    contracts.GET_DAG,
    { whereFound: 'node.read' },
    async ({ platform, caller, parameters }) => {
      const row = await dagFor(platform, caller, 'node.read', parameters.DagId, parameters.ProjectEnv)
      const Bizdate = bizdateMs(row.bizdate, platform.timeZone)
      return {
        ...OK,
        Data: {
          DagId: row.id,
          Name: row.name,
          ProjectId: row.workspace_id,
          Type: row.kind > 3 ? 'BUSINESS_PROCESS_DAG' : DAG_TYPES[row.kind]!,
          Status: DAG_STATUSES[row.status as keyof typeof DAG_STATUSES],
          Bizdate,
          Gmtdate: Bizdate,
          CreateUser: String(row.created_by ?? ''),
          CreateTime: row.created_at.getTime(),
          StartTime: row.started_at?.getTime(),
          FinishTime: row.finished_at?.getTime(),
        },
      }
    },
  ),

  action<typeof contracts.LIST_NODE_IO, contracts.ListNodeIOResponse>(
    contracts.LIST_NODE_IO,
    { whereFound: 'node.read' },
    async ({ platform, caller, parameters }) => {
      const { NodeId, ProjectEnv, IoType } = parameters
      const node = await nodes.nodeById(platform.db, caller.tenantId, ProjectEnv, NodeId)
      if (node === null) throw new Refusal('NODE_NOT_FOUND', { id: NodeId })
      ensureMay(caller, 'node.read', node.workspace_id)
      const rows =
        IoType === 'output' ? await nodes.outputsOf(platform.db, NodeId) : await nodes.inputsOf(platform.db, NodeId)
      return { ...OK, Data: rows.map((row) => ({ Data: row.output, NodeId: row.node_id ?? undefined })) }
    },
  ),
]

function dayIn(parameter: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const day = dateOf(text)
  if (!DAY.test(text) || new Date(`${day}T00:00:00Z`).toJSON()?.slice(0, 10) !== day)
    throw new Refusal('PARAMETER_INVALID', { parameter, problem: 'it is no date like 2026-11-21 00:00:00' })
  return day
}

async function detailFor(platform: Platform, caller: Caller, id: number, environment: nodes.Environment) {
  const { workspace_id: workspaceId } = await instanceFor(platform, caller, 'node.read', id, environment)
  const row = await reading.instanceById(platform.db, workspaceId, id)
  if (row === null) throw new Refusal('INSTANCE_NOT_FOUND', { id })
  return row
}

function instanceOf({ timeZone }: Platform, row: reading.InstanceListRow): contracts.InstanceOfList {
  return {
    InstanceId: row.id,
    NodeId: row.node_id,
    NodeName: row.node_name,
    DagId: row.dag_id,
    DagType: DAG_TYPES[row.kind]!,
    Bizdate: bizdateMs(row.bizdate, timeZone),
    CycTime: row.cycle_at.getTime(),
    Status: STATUSES[row.status - 1]!,
    TaskType: row.frozen ? 'PAUSE' : TASK_TYPES[row.task_type]!,
    Priority: row.priority,
    Repeatability: row.rerun_mode !== 'all-denied',
    TaskRerunTime: row.retries,
    CreateTime: row.created_at.getTime(),
    ModifyTime: row.modified_at.getTime(),
    ...(row.wait_time_at !== null && { BeginWaitTimeTime: row.wait_time_at.getTime() }),
    ...(row.wait_resource_at !== null && { BeginWaitResTime: row.wait_resource_at.getTime() }),
    ...(row.started_at !== null && { BeginRunningTime: row.started_at.getTime() }),
    ...(row.finished_at !== null && { FinishTime: row.finished_at.getTime() }),
  }
}
