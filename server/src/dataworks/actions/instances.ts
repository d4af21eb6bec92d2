/**
 * Instances in the older version of the dialect.
 *
 * As with nodes, what is held or was refused is an error (rule 16), and freezing, unfreezing or setting to succeeded what is so already is answered as
 * done, so that a script that repeats its call ends when the held operation has taken effect.
 */
import { fill, type InstanceOperation, parameterText, REFUSALS, Refusal, type RefusalDetails } from '@holdpoint/core'
import { ensureMay, workspaceFor } from '../../access.ts'
import { operateInstances } from '../../modules/operation-center/operate-instances.ts'
import type { Platform } from '../../platform.ts'
import * as reading from '../../store/instance-reading.ts'
import * as nodes from '../../store/nodes.ts'
import type { Caller } from '../../store/principals.ts'
import { type ActionInput, action } from '../action.ts'
import { bizdateMs, dayOf, ensureDone, instanceFor, userIdOf } from '../operating.ts'
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
const MOST_RUNS = 100
const DAG_TYPES = ['DAILY', 'MANUAL', 'SMOKE_TEST', 'SUPPLY_DATA', 'MANUAL', 'MANUAL'] as const

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
      const { ProjectId, ProjectEnv, PageNumber, PageSize, Status, Owner } = parameters
      await workspaceFor(platform.db, caller, ProjectId, 'node.read')
      const day = (name: 'Bizdate' | 'BeginBizdate' | 'EndBizdate') => {
        const text = parameters[name]
        return text === undefined ? undefined : dayOf(name, text)
      }
      const filter: reading.InstanceFilter = {
        workspaceId: ProjectId,
        environment: ProjectEnv,
        nodeId: parameters.NodeId,
        name: parameters.NodeName,
        programType: parameters.ProgramType,
        ownerId: Owner === undefined ? undefined : userIdOf(Owner),
        dagId: parameters.DagId,
        statuses: Status === undefined ? undefined : [STATUSES.indexOf(Status) + 1],
        bizdateFrom: day('BeginBizdate') ?? day('Bizdate'),
        bizdateTo: day('EndBizdate') ?? day('Bizdate'),
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
          Instances: await instancesOf(platform, rows),
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
      const [instance] = await instancesOf(platform, [row])
      const Owner = String(row.owner_id ?? row.definition.owner ?? '')
      return { ...OK, Data: { ...instance!, Owner, PeriodNumber: row.period_number } }
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

  action<typeof contracts.LIST_INSTANCE_HISTORY, contracts.ListInstanceHistoryResponse>(
    contracts.LIST_INSTANCE_HISTORY,
    { whereFound: 'node.read' },
    async ({ platform, caller, parameters }) => {
      const row = await detailFor(platform, caller, parameters.InstanceId, parameters.ProjectEnv)
      const { InstanceId, NodeId, NodeName, DagId, DagType, TaskType, Bizdate, CycTime } = instanceOf(
        platform,
        row,
        undefined,
      )
      const of = { InstanceId, NodeId, NodeName, DagId, DagType, TaskType, Bizdate, CycTime }
      const runs = await reading.instanceRuns(platform.db, row.id, MOST_RUNS)
      return {
        Success: true,
        Instances: runs.map((run) => ({
          ...of,
          InstanceHistoryId: run.run_number,
          Status: run.finished_at === null ? 'RUNNING' : run.status === 6 ? 'SUCCESS' : 'FAILURE',
          CreateTime: row.created_at.getTime(),
          ModifyTime: (run.finished_at ?? run.started_at).getTime(),
          BeginRunningTime: run.started_at.getTime(),
          ...(run.finished_at !== null && { FinishTime: run.finished_at.getTime() }),
          ...(run.reason !== null && {
            ErrorMessage: sentenceOf(run.reason),
          }),
        })),
      }
    },
  ),

  operating(contracts.RESTART_INSTANCE, 'rerun', null),
  operating(contracts.STOP_INSTANCE, 'terminate', null),
  operating(contracts.SUSPEND_INSTANCE, 'freeze', 'INSTANCE_ALREADY_FROZEN'),
  operating(contracts.RESUME_INSTANCE, 'unfreeze', 'INSTANCE_NOT_FROZEN'),
  operating(contracts.SET_SUCCESS_INSTANCE, 'set-success', 'INSTANCE_NOT_FAILED'),

  action<typeof contracts.LIST_NODE_INPUT_OR_OUTPUT, contracts.ListNodeInputOrOutputResponse>(
    contracts.LIST_NODE_INPUT_OR_OUTPUT,
    { whereFound: 'node.read' },
    nodeIo,
  ),

  action<typeof contracts.LIST_NODE_IO, contracts.ListNodeIOResponse>(
    contracts.LIST_NODE_IO,
    { whereFound: 'node.read' },
    nodeIo,
  ),
]

async function nodeIo({ platform, caller, parameters }: ActionInput<typeof contracts.LIST_NODE_IO>) {
  const { NodeId, ProjectEnv, IoType } = parameters
  const node = await nodes.nodeById(platform.db, caller.tenantId, ProjectEnv, NodeId)
  if (node === null) throw new Refusal('NODE_NOT_FOUND', { id: NodeId })
  ensureMay(caller, 'node.read', node.workspace_id)
  const rows =
    IoType === 'output' ? await nodes.outputsOf(platform.db, NodeId) : await nodes.inputsOf(platform.db, NodeId)
  return { ...OK, Data: rows.map((row) => ({ Data: row.output, NodeId: row.node_id ?? undefined })) }
}

/** A code that a newer server has written is told as it stands. */
function sentenceOf({ code, details }: NonNullable<reading.InstanceRunRow['reason']>): string {
  const known = Object.hasOwn(REFUSALS, code) ? REFUSALS[code as keyof typeof REFUSALS] : null
  return known === null ? code : fill(known.sentence, details as RefusalDetails)
}

async function detailFor(platform: Platform, caller: Caller, id: number, environment: nodes.Environment) {
  const { workspace_id: workspaceId } = await instanceFor(platform, caller, 'node.read', id, environment)
  const row = await reading.instanceById(platform.db, workspaceId, id)
  if (row === null) throw new Refusal('INSTANCE_NOT_FOUND', { id })
  return row
}

async function instancesOf(platform: Platform, rows: readonly reading.InstanceListRow[]) {
  const programs = await reading.programsOf(
    platform.db,
    rows.map((row) => row.id),
  )
  return rows.map((row) => instanceOf(platform, row, programs.get(row.id)))
}

function instanceOf(
  { timeZone }: Platform,
  row: reading.InstanceListRow,
  program: reading.InstanceProgram | undefined,
): contracts.InstanceOfList {
  const { definition = null, given_parameters = null, created_by = null } = program ?? {}
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
    ...(created_by !== null && { CreateUser: String(created_by) }),
    ParamValues: given_parameters ?? parameterText(definition?.parameters ?? []),
    ...(definition?.dataSource && { Connection: definition.dataSource.name }),
    RepeatInterval: definition?.rerunIntervalMs ?? 0,
    CreateTime: row.created_at.getTime(),
    ModifyTime: row.modified_at.getTime(),
    ...(row.wait_time_at !== null && { BeginWaitTimeTime: row.wait_time_at.getTime() }),
    ...(row.wait_resource_at !== null && { BeginWaitResTime: row.wait_resource_at.getTime() }),
    ...(row.started_at !== null && { BeginRunningTime: row.started_at.getTime() }),
    ...(row.finished_at !== null && { FinishTime: row.finished_at.getTime() }),
  }
}
