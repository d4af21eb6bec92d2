/** Nodes in the newer version of the dialect, which calls them tasks. */
import { checkedBody, type NodeDefinition, parameterText, Refusal } from '@holdpoint/core'
import { ensureMay, workspaceFor } from '../../access.ts'
import { hold } from '../../gate/hold.ts'
import { changeNode } from '../../modules/operation-center/import-flowspec.ts'
import { freezeNode, unfreezeNode, unpublishNode } from '../../modules/operation-center/node-operations.ts'
import { isSame } from '../../modules/operation-center/publish-nodes.ts'
import type { Platform } from '../../platform.ts'
import * as nodes from '../../store/nodes.ts'
import { type Caller, entered } from '../../store/principals.ts'
import { action } from '../action.ts'
import * as operating from '../operating.ts'
import * as contracts from '../schemas/tasks.ts'
import { definitionAfter, type TaskChange } from '../task-changes.ts'

const RECURRENCES = { Normal: 'normal', Pause: 'pause', Skip: 'skip' } as const
const TRIGGERS = { Scheduler: 'scheduler', Manual: 'manual' } as const
const SORTS = { Id: 'id', CreateTime: 'created_at', ModifyTime: 'modified_at' } as const
const NAMES = { normal: 'Normal', pause: 'Pause', skip: 'Skip' } as const
const RERUN_MODES = {
  'all-allowed': 'AllAllowed',
  'failure-allowed': 'FailureAllowed',
  'all-denied': 'AllDenied',
} as const

export const taskActions = [
  action<typeof contracts.LIST_TASKS, contracts.ListTasksResponse>(
    contracts.LIST_TASKS,
    { whereFound: 'node.read' },
    async ({ platform, caller, parameters }) => {
      const { ProjectId, ProjectEnv, Name, Owner, TaskType, TriggerRecurrence, TriggerType, PageNumber, PageSize } =
        parameters
      await workspaceFor(platform.db, caller, ProjectId, 'node.read')
      const filter: nodes.NodeFilter = {
        workspaceId: ProjectId,
        environment: operating.environmentOf(ProjectEnv),
        name: Name,
        ownerId: Owner === undefined ? undefined : operating.userIdOf(Owner),
        programType: TaskType,
        recurrence: TriggerRecurrence && RECURRENCES[TriggerRecurrence],
        trigger: TriggerType && TRIGGERS[TriggerType],
        ids: operating.narrowedTo(parameters.Ids, parameters.WorkflowId),
        resourceGroup: parameters.RuntimeResource,
      }
      const order = operating.sortOf(parameters.SortBy, SORTS)
      const page = { afterId: 0, limit: PageSize, offset: (PageNumber - 1) * PageSize, order }
      const rows = await nodes.nodesOf(platform.db, filter, page)
      return {
        PagingInfo: {
          PageNumber,
          PageSize,
          TotalCount: await nodes.countNodes(platform.db, filter),
          Tasks: rows.map(taskOf),
        },
      }
    },
  ),

  action<typeof contracts.GET_TASK, contracts.GetTaskResponse>(
    contracts.GET_TASK,
    { whereFound: 'node.read' },
    async ({ platform, caller, parameters }) => {
      const row = await nodeFor(platform, caller, 'node.read', parameters.Id, parameters.ProjectEnv)
      const { definition } = row
      const producers = new Map((await nodes.inputsOf(platform.db, row.id)).map((one) => [one.output, one.node_id]))
      return {
        Task: {
          ...taskOf(row),
          Script: { Content: definition.script?.content ?? '', Parameters: parameterText(definition.parameters) },
          Dependencies: [
            ...definition.inputs.map(({ output, type }) => ({
              Type: type === 'normal' ? ('Normal' as const) : ('CrossCycleDependsOnOtherNode' as const),
              UpstreamOutput: output,
              ...(producers.get(output) && { UpstreamTaskId: String(producers.get(output)) }),
            })),
            ...(definition.crossCycle.self ? [{ Type: 'CrossCycleDependsOnSelf' as const }] : []),
            ...(definition.crossCycle.children ? [{ Type: 'CrossCycleDependsOnChildren' as const }] : []),
          ],
          Outputs: { TaskOutputs: definition.outputs.map(({ output }) => ({ Output: output })) },
        },
      }
    },
  ),

  action<typeof contracts.LIST_UPSTREAM_TASKS, contracts.ListUpstreamTasksResponse>(
    contracts.LIST_UPSTREAM_TASKS,
    { whereFound: 'node.read' },
    async ({ platform, caller, parameters }) => {
      const row = await nodeFor(platform, caller, 'node.read', parameters.Id, parameters.ProjectEnv)
      const { page, of } = pageOf(await nodes.parentsOf(platform.db, row.id), parameters)
      return { PagingInfo: { ...page, UpstreamTasks: of.map(relatedOf), Tasks: of.map(withStep) } }
    },
  ),

  action<typeof contracts.LIST_DOWNSTREAM_TASKS, contracts.ListDownstreamTasksResponse>(
    contracts.LIST_DOWNSTREAM_TASKS,
    { whereFound: 'node.read' },
    async ({ platform, caller, parameters }) => {
      const row = await nodeFor(platform, caller, 'node.read', parameters.Id, parameters.ProjectEnv)
      const { page, of } = pageOf(await nodes.childrenOf(platform.db, row.id), parameters)
      return { PagingInfo: { ...page, DownstreamTasks: of.map(relatedOf), Tasks: of.map(withStep) } }
    },
  ),

  action<typeof contracts.DELETE_TASK, contracts.DeleteTaskResponse>(
    contracts.DELETE_TASK,
    { whereFound: 'node.operate' },
    async ({ platform, caller, parameters }) => {
      const row = await nodeFor(platform, caller, 'node.operate', parameters.Id, parameters.ProjectEnv)
      operating.ensureDone(await hold(platform, entered(caller), unpublishNode, requestOf(row)))
      return { Success: true }
    },
  ),

  action<typeof contracts.UPDATE_TASK, contracts.UpdateTaskResponse>(
    contracts.UPDATE_TASK,
    { whereFound: 'node.operate' },
    async ({ platform, caller, parameters }) => {
      await change(platform, caller, parameters)
      return { Success: true }
    },
  ),

  action<typeof contracts.BATCH_UPDATE_TASKS, contracts.BatchUpdateTasksResponse>(
    contracts.BATCH_UPDATE_TASKS,
    { whereFound: 'node.operate' },
    async ({ platform, caller, parameters }) => {
      const given = new Map(parameters.Tasks.map((one) => [one.Id, one]))
      const SuccessInfo = await operating.each([...given.keys()], async (id) => {
        await change(platform, caller, given.get(id)!)
        return operating.DONE_ONE
      })
      return { SuccessInfo }
    },
  ),

  action<typeof contracts.LIST_TASK_OPERATION_LOGS, contracts.ListTaskOperationLogsResponse>(
    contracts.LIST_TASK_OPERATION_LOGS,
    { whereFound: 'node.read' },
    async ({ platform, caller, parameters }) => {
      const { Id, Date: at, PageNumber, PageSize } = parameters
      const row = await nodeFor(platform, caller, 'node.read', Id, parameters.ProjectEnv)
      const logged = { workspaceId: row.workspace_id, kind: 'node', id: Id } as const
      const { OperationLogs, ...page } = await operating.operationLogs(platform, logged, { at, PageNumber, PageSize })
      return { PagingInfo: { ...page, OperationLogs: OperationLogs.map((one) => ({ ...one, TaskId: Id })) } }
    },
  ),
]

/**
 * The recurrence is frozen and unfrozen; whatever else is changed in production is a deployment of its file (rule 48). What is so already is done. Both at once would be two
 * operations, of which one could be held and the other not.
 */
async function change(platform: Platform, caller: Caller, given: TaskChange): Promise<void> {
  const row = await nodeFor(platform, caller, 'node.operate', given.Id, given.EnvType)
  const recurrence = given.Trigger?.Recurrence
  const recurs = recurrence !== undefined && RECURRENCES[recurrence] !== row.recurrence
  const outputs = await outputsOf(platform, caller, given)
  const after = (definition: NodeDefinition) => checkedDefinition(definitionAfter(definition, given, outputs))
  if (!isSame(after(row.definition), checkedDefinition(row.definition))) {
    const refuse = (parameter: string, problem: string) => new Refusal('PARAMETER_INVALID', { parameter, problem })
    if (recurs) throw refuse('Trigger', 'the recurrence is changed by a request that changes nothing else')
    if (row.environment === 'DEV') throw refuse('EnvType', 'tasks in development change with their import')
    if (row.is_root) throw refuse('Id', 'the root node of a workspace is not changed')
    const workspace = await workspaceFor(platform.db, caller, row.workspace_id, 'file.deploy')
    const deploymentId = await changeNode(platform, caller, workspace, row.id, after)
    if (deploymentId !== null) await operating.ensureDeployed(platform, deploymentId)
  }
  if (!recurs) return
  const kind = recurrence === 'Pause' ? freezeNode : unfreezeNode
  operating.ensureDone(await hold(platform, entered(caller), kind, requestOf(row)))
}

/** A schedule in one way of writing, so that what is compared is what it says. */
function checkedDefinition(definition: NodeDefinition): NodeDefinition {
  const body = { kind: 'node', parsing: { on: false, inputs: [], outputs: [], ignored: [] }, definition } as const
  const checked = checkedBody(body, definition.name, definition.name)
  return checked.kind === 'node' ? { ...checked.definition, isRoot: definition.isRoot } : definition
}

/** What the tasks produce that the request names by their numbers. */
async function outputsOf(
  { db }: Platform,
  { tenantId }: Caller,
  { Dependencies = [] }: TaskChange,
): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>()
  for (const { UpstreamTaskId: id, UpstreamOutput } of Dependencies) {
    if (id === undefined || UpstreamOutput !== undefined) continue
    const node = await nodes.nodeById(db, tenantId, 'PROD', id)
    if (node === null) throw new Refusal('NODE_NOT_FOUND', { id })
    found.set(id, (await nodes.outputsOf(db, id))[0]!.output)
  }
  return found
}

const requestOf = (row: nodes.NodeListRow) => ({
  tenantId: row.tenant_id,
  workspaceId: row.workspace_id,
  environment: row.environment,
  nodeIds: [row.id],
})

async function nodeFor(
  { db }: Platform,
  caller: Caller,
  needed: 'node.read' | 'node.operate',
  id: number,
  environment: 'Prod' | 'Dev',
): Promise<nodes.NodeListRow> {
  const row = await nodes.nodeById(db, caller.tenantId, operating.environmentOf(environment), id)
  if (row === null) throw new Refusal('NODE_NOT_FOUND', { id })
  ensureMay(caller, needed, row.workspace_id)
  return row
}

function pageOf<Row>(rows: readonly Row[], { PageNumber, PageSize }: { PageNumber: number; PageSize: number }) {
  const from = (PageNumber - 1) * PageSize
  return { page: { PageNumber, PageSize, TotalCount: rows.length }, of: rows.slice(from, from + PageSize) }
}

const stepOf = (row: nodes.RelativeRow) => (row.dependency_type === 'normal' ? 'Normal' : 'CrossCycle')
const relatedOf = (row: nodes.RelativeRow): contracts.RelatedTask => ({
  DependencyType: stepOf(row),
  Task: taskOf(row),
})
const withStep = (row: nodes.RelativeRow) => ({ ...taskOf(row), StepType: stepOf(row) }) as const

function taskOf(row: nodes.NodeListRow): contracts.Task {
  const { definition } = row
  return {
    Id: row.id,
    Name: row.name,
    Type: row.program_type,
    Description: definition.description,
    ProjectId: row.workspace_id,
    ProjectEnv: operating.environmentName(row.environment),
    EnvType: operating.environmentName(row.environment),
    Owner: String(row.owner_id ?? definition.owner ?? ''),
    Priority: row.priority,
    InstanceMode: definition.instanceMode === 't+1' ? 'T+1' : 'Immediately',
    RerunMode: RERUN_MODES[definition.rerunMode],
    RerunTimes: definition.rerunTimes,
    RerunInterval: Math.round(definition.rerunIntervalMs / 1000),
    Timeout: definition.timeoutSeconds ?? 0,
    ScriptParameters: parameterText(definition.parameters),
    RuntimeResource: definition.resourceGroup === null ? {} : { ResourceGroupId: definition.resourceGroup },
    ...(definition.dataSource !== null && { DataSource: { Name: definition.dataSource.name } }),
    Trigger: {
      Type: row.trigger === 'manual' ? 'Manual' : 'Scheduler',
      Recurrence: NAMES[row.recurrence],
      ...(row.cron !== null && { Cron: row.cron }),
      ...(definition.startAt !== null && { StartTime: definition.startAt }),
      ...(definition.endAt !== null && { EndTime: definition.endAt }),
      ...(definition.timezone !== null && { Timezone: definition.timezone }),
    },
    WorkflowId: 1,
    CreateTime: row.created_at.getTime(),
    ModifyTime: row.modified_at.getTime(),
  }
}
