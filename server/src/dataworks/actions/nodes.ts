/**
 * Nodes in the dialect.
 *
 * An operation that is held or was refused is never answered as done (rule 16): the answer is an error, OperationHeld.ExtensionCheck or
 * OperationRefused.ExtensionCheck, with the process and message in `Data`. Asking for the mode that a node already has is answered as done,
 * because it is: a script that repeats its call until it succeeds then ends when the held operation has taken effect.
 */
import { parameterText, Refusal } from '@holdpoint/core'
import { ensureMay, workspaceFor } from '../../access.ts'
import { keep } from '../../bounded.ts'
import { hold } from '../../gate/hold.ts'
import type { OperationKind } from '../../gate/operation.ts'
import {
  freezeNode,
  type NodeRequest,
  unfreezeNode,
  unpublishNode,
} from '../../modules/operation-center/node-operations.ts'
import type { Platform } from '../../platform.ts'
import * as nodes from '../../store/nodes.ts'
import { type Caller, type Entering, entered } from '../../store/principals.ts'
import { action, earlyAction } from '../action.ts'
import * as contracts from '../schemas/operation-center.ts'

const DONE = { HttpStatusCode: 200, Success: true } as const
const RECURRENCES = { NORMAL: 'normal', PAUSE: 'pause', SKIP: 'skip' } as const
const SCHEDULER_TYPES = { normal: 'NORMAL', pause: 'PAUSE', skip: 'SKIP' } as const

export const nodeActions = [
  action<typeof contracts.LIST_NODES, contracts.ListNodesResponse>(
    contracts.LIST_NODES,
    { whereFound: 'node.read' },
    async ({ platform, caller, parameters }) => {
      const { ProjectId, ProjectEnv, NodeName, Owner, BizName, ProgramType, SchedulerType, PageNumber, PageSize } =
        parameters
      await workspaceFor(platform.db, caller, ProjectId, 'node.read')
      const filter: nodes.NodeFilter = {
        workspaceId: ProjectId,
        environment: ProjectEnv,
        name: NodeName || undefined,
        ownerId: Owner ? (/^\d{1,15}$/.test(Owner) ? Number(Owner) : 0) : undefined,
        programType: ProgramType || undefined,
        recurrence: SchedulerType && RECURRENCES[SchedulerType],
      }
      const rows = BizName
        ? []
        : await nodes.nodesOf(platform.db, filter, { afterId: 0, limit: PageSize, offset: (PageNumber - 1) * PageSize })
      return {
        ...DONE,
        Data: {
          PageNumber,
          PageSize,
          TotalCount: BizName ? 0 : await nodes.countNodes(platform.db, filter),
          Nodes: rows.map((row) => ({ ...nodeOf(row), Repeatability: row.definition.rerunMode !== 'all-denied' })),
        },
      }
    },
  ),

  action<typeof contracts.GET_NODE, contracts.GetNodeResponse>(
    contracts.GET_NODE,
    { whereFound: 'node.read' },
    async ({ platform, caller, parameters }) => {
      const row = await nodeFor(platform, caller, parameters.ProjectEnv, parameters.NodeId)
      return {
        ...DONE,
        Data: { ...nodeOf(row), Repeatability: row.definition.rerunMode === 'all-denied' ? 'false' : 'true' },
      }
    },
  ),

  action<typeof contracts.GET_NODE_CODE, contracts.GetNodeCodeResponse>(
    contracts.GET_NODE_CODE,
    { whereFound: 'node.read' },
    async ({ platform, caller, parameters }) => {
      const row = await nodeFor(platform, caller, parameters.ProjectEnv, parameters.NodeId)
      return { ...DONE, Data: row.definition.script?.content ?? undefined }
    },
  ),

  action<typeof contracts.GET_NODE_PARENTS, contracts.GetNodeParentsResponse>(
    contracts.GET_NODE_PARENTS,
    { whereFound: 'node.read' },
    async ({ platform, caller, parameters }) => {
      const row = await nodeFor(platform, caller, parameters.ProjectEnv, parameters.NodeId)
      return { ...DONE, Data: { Nodes: (await nodes.parentsOf(platform.db, row.id)).map(relativeOf) } }
    },
  ),

  action<typeof contracts.GET_NODE_CHILDREN, contracts.GetNodeChildrenResponse>(
    contracts.GET_NODE_CHILDREN,
    { whereFound: 'node.read' },
    async ({ platform, caller, parameters }) => {
      const row = await nodeFor(platform, caller, parameters.ProjectEnv, parameters.NodeId)
      return { ...DONE, Data: { Nodes: (await nodes.childrenOf(platform.db, row.id)).map(relativeOf) } }
    },
  ),

  action<typeof contracts.OFFLINE_NODE, contracts.OfflineNodeResponse>(
    contracts.OFFLINE_NODE,
    { whereFound: 'node.operate' },
    async ({ platform, caller, parameters }) => {
      const { NodeId, ProjectId } = parameters
      await workspaceFor(platform.db, caller, ProjectId, 'node.operate')
      await operate(platform, entered(caller), unpublishNode, {
        tenantId: caller.tenantId,
        workspaceId: ProjectId,
        environment: 'PROD',
        nodeIds: [NodeId],
      })
      return { Success: 'true' }
    },
  ),

  earlyAction<typeof contracts.UPDATE_NODE_RUN_MODE, contracts.UpdateNodeRunModeResponse>(
    contracts.UPDATE_NODE_RUN_MODE,
    { whereFound: 'node.operate' },
    async ({ platform, entering, parameters }) => {
      const { NodeId, ProjectEnv, SchedulerType } = parameters
      const { tenantId } = entering
      const workspaceId = await workspaceOfNode(platform, tenantId, ProjectEnv, NodeId)
      if (workspaceId === null) {
        await entering.alone()
        throw new Refusal('NODE_NOT_FOUND', { id: NodeId })
      }
      const request = { tenantId, workspaceId, environment: ProjectEnv, nodeIds: [NodeId] }
      try {
        await operate(platform, entering, SchedulerType === 2 ? freezeNode : unfreezeNode, request)
      } catch (error) {
        if (!(error instanceof Refusal && /^NODE_(ALREADY|NOT)_FROZEN$/.test(error.code))) throw error
        const node = await nodes.nodeById(platform.db, tenantId, ProjectEnv, NodeId)
        if (node?.recurrence !== (SchedulerType === 2 ? 'pause' : 'normal')) throw error
      }
      return { Success: true }
    },
  ),
]

/** Returns only when the operation has taken effect. */
async function operate<Snapshot>(
  platform: Platform,
  who: Entering,
  kind: OperationKind<NodeRequest, Snapshot>,
  request: NodeRequest,
): Promise<void> {
  const held = await hold(platform, who, kind, request)
  if (held.state === 'done') return
  throw new Refusal('OPERATION_HELD', {
    processId: held.id,
    messageId: held.messageId ?? '',
    status: held.status ?? 'CHECKING',
  })
}

const MOST_WORKSPACES = 16_384

/** Where a node is; null for one that is not published. Whether it still is shows under its lock. */
async function workspaceOfNode(
  { db, nodeWorkspaces }: Platform,
  tenantId: number,
  environment: nodes.Environment,
  id: number,
): Promise<number | null> {
  const key = `${tenantId} ${environment} ${id}`
  const known = nodeWorkspaces.get(key)
  if (known !== undefined) return known
  const workspaceId = await nodes.nodeWorkspace(db, tenantId, environment, id)
  if (workspaceId !== null) keep(nodeWorkspaces, key, workspaceId, MOST_WORKSPACES)
  return workspaceId
}

async function nodeFor(
  platform: Platform,
  caller: Caller,
  environment: nodes.Environment,
  id: number,
): Promise<nodes.NodeListRow> {
  const row = await nodes.nodeById(platform.db, caller.tenantId, environment, id)
  if (!row) throw new Refusal('NODE_NOT_FOUND', { id })
  ensureMay(caller, 'node.read', row.workspace_id)
  return row
}

function nodeOf(row: nodes.NodeListRow) {
  const { definition } = row
  return {
    NodeId: row.id,
    NodeName: row.name,
    ProjectId: row.workspace_id,
    OwnerId: String(row.owner_id ?? definition.owner ?? ''),
    SchedulerType: SCHEDULER_TYPES[row.recurrence],
    ProgramType: row.program_type,
    CronExpress: row.cron ?? undefined,
    Description: definition.description,
    ParamValues: parameterText(definition.parameters),
    Priority: row.priority,
    Connection: definition.dataSource?.name,
    ResGroupIdentifier: definition.resourceGroup ?? undefined,
    RepeatInterval: definition.rerunIntervalMs,
    FileType: row.file_type ?? undefined,
    FileVersion: row.version,
    CreateTime: row.created_at.getTime(),
    ModifyTime: row.modified_at.getTime(),
  }
}

function relativeOf(row: nodes.RelativeRow) {
  return {
    NodeId: row.id,
    NodeName: row.name,
    ProjectId: row.workspace_id,
    OwnerId: String(row.owner_id ?? row.definition.owner ?? ''),
    SchedulerType: SCHEDULER_TYPES[row.recurrence],
    ProgramType: row.program_type,
    Repeatability: row.definition.rerunMode !== 'all-denied',
    CronExpress: row.cron ?? undefined,
    Priority: row.priority,
    StepType: row.dependency_type === 'normal' ? ('0' as const) : ('3' as const),
  }
}
