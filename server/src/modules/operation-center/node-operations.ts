/**
 * The three operations on published nodes that can be held: freeze, unfreeze, unpublish, on one node or many.
 *
 * What must hold, what matters while the operation is held and what it leaves behind is said in core
 * (operation-center/node-operation.ts); here it meets the tables.
 */
import {
  type NodeOperation,
  type NodeState,
  type NodeTrigger,
  nodeOperationRefusals,
  RECURRENCE_AFTER,
  Refusal,
  type SnapshotField,
  type Staleness,
  staleness,
} from '@holdpoint/core'
import type { OperationKind } from '../../gate/operation.ts'
import type { Transaction } from '../../store/database.ts'
import { dryRunNotStarted } from '../../store/expired-instances.ts'
import * as nodes from '../../store/nodes.ts'
import { writeObjectLog } from '../../store/object-log.ts'
import { nodeChangeBody } from './node-events.ts'

export type NodeRequest = {
  readonly tenantId: number
  readonly workspaceId: number
  readonly environment: nodes.Environment
  readonly nodeIds: readonly number[]
}

type Snapshot = { readonly tenantId: number; readonly nodes: readonly NodeState[] }

const MOST_NODES = 1_000

const POINTS = {
  freeze: 'freeze-node',
  unfreeze: 'unfreeze-node',
  unpublish: 'undeploy-node',
} as const satisfies Record<NodeOperation, string>

function nodeOperation(operation: NodeOperation): OperationKind<NodeRequest, Snapshot> {
  return {
    point: POINTS[operation],
    action: 'node.operate',
    workspaceOf: (request) => request.workspaceId,

    async describe(tx, request) {
      const ids = [...new Set(request.nodeIds)].sort((a, b) => a - b)
      if (ids.length === 0) throw new Refusal('NODES_EMPTY')
      if (ids.length > MOST_NODES) throw new Refusal('NODES_TOO_MANY', { limit: MOST_NODES })
      const states = await lockStates(tx, operation, request.tenantId, request.environment, ids)
      const here = states.filter(
        (state) => state.workspaceId === request.workspaceId && state.environment === request.environment,
      )
      const absent = ids.filter((id) => !here.some((state) => state.nodeId === id))
      if (absent.length > 0) throw new Refusal('NODE_NOT_FOUND', { id: absent })
      const [refusal] = nodeOperationRefusals(operation, here)
      if (refusal) throw refusal
      const scheduled = here.filter((state) => state.trigger === 'scheduler')
      return {
        objects: here.map((state) => ({ id: String(state.nodeId), name: state.name })),
        objectName: here.length === 1 ? here[0]!.name : `${here[0]!.name} +${here.length - 1}`,
        changes: here.map((state) => ({
          objectId: String(state.nodeId),
          objectName: state.name,
          ...(RECURRENCE_AFTER[operation] === null
            ? { field: 'published', from: 'true', to: 'false' }
            : { field: 'recurrence', from: state.recurrence, to: RECURRENCE_AFTER[operation] }),
        })),
        snapshot: { tenantId: request.tenantId, nodes: here },
        body: { projectId: request.workspaceId, nodeIds: scheduled.map((state) => state.nodeId) },
        // Rules 4 and 41: the development environment and manual nodes do not trigger.
        triggers: request.environment === 'PROD' && scheduled.length > 0,
        fileType: null,
      }
    },

    async staleness(tx, snapshot) {
      const today = await lockStates(
        tx,
        operation,
        snapshot.tenantId,
        snapshot.nodes[0]!.environment,
        snapshot.nodes.map((node) => node.nodeId),
      )
      const differences = staleness(operation, snapshot.nodes, today)
      return explain(differences, snapshot.nodes)
    },

    async apply(tx, snapshot, effect) {
      const ids = snapshot.nodes.map((node) => node.nodeId)
      const inProduction = snapshot.nodes[0]?.environment === 'PROD'
      const recurrence = RECURRENCE_AFTER[operation]
      if (recurrence === null) {
        const waitingIds = await nodes.unpublishNodes(tx, ids)
        // Something came to wait for them in the moment in which they go.
        if (waitingIds.length > 0)
          throw new Refusal('NODE_HAS_DESCENDANTS', {
            nodes: snapshot.nodes.map((node) => `${node.name} (${node.nodeId})`),
            nodeIds: ids,
          })
        dryRunNotStarted(tx, ids)
      } else nodes.setRecurrence(tx, ids, recurrence)
      writeObjectLog(tx, {
        tenantId: snapshot.tenantId,
        workspaceId: effect.workspaceId!,
        kind: 'node',
        ids,
        userId: effect.requestedBy,
        action: operation,
        operationId: effect.operationId,
      })
      const eventCode = recurrence === null ? 'node-change-deleted' : 'node-change-updated'
      if (!inProduction || !(await effect.mayReach(eventCode))) return
      for (const row of await nodes.nodesByIds(tx, ids)) await effect.publish(eventCode, nodeChangeBody(row))
    },
  }
}

export const freezeNode = nodeOperation('freeze')
export const unfreezeNode = nodeOperation('unfreeze')
export const unpublishNode = nodeOperation('unpublish')

async function lockStates(
  tx: Transaction,
  operation: NodeOperation,
  tenantId: number,
  environment: nodes.Environment,
  ids: readonly number[],
): Promise<(NodeState & { workspaceId: number; trigger: NodeTrigger })[]> {
  // Descendants matter to unpublishing alone, and may only be looked at while no import is adding to them.
  const children = operation === 'unpublish'
  if (children) nodes.lockGraph(tx, tenantId, environment)
  const rows = await nodes.lockNodes(tx, tenantId, ids, { children })
  return rows.map((row) => ({
    nodeId: row.id,
    workspaceId: row.workspace_id,
    name: row.name,
    trigger: row.trigger,
    environment: row.environment,
    recurrence: row.recurrence,
    isRoot: row.is_root,
    version: row.version,
    published: true,
    descendantIds: row.child_ids,
  }))
}

/** Rule 23: a stale request names the objects; one reason for each kind of change. */
function explain(differences: readonly Staleness[], snapshot: readonly NodeState[]): readonly Refusal[] {
  const names = new Map(snapshot.map((node) => [node.nodeId, node.name]))
  const nodeOf = ({ nodeId }: Staleness) => `${names.get(nodeId)} (${nodeId})`
  const changed = (one: Staleness) => `${nodeOf(one)}: ${String(one.before)} → ${String(one.after)}`
  const reasons: Readonly<Record<SnapshotField, (of: readonly Staleness[]) => Refusal>> = {
    published: (of) => new Refusal('NODES_UNPUBLISHED', { nodes: of.map(nodeOf) }),
    recurrence: (of) => new Refusal('NODES_RECURRENCE_CHANGED', { changes: of.map(changed) }),
    version: (of) => new Refusal('NODES_VERSION_CHANGED', { changes: of.map(changed) }),
    descendantIds: (of) =>
      new Refusal('NODES_NEW_DESCENDANTS', { changes: of.map((one) => `${nodeOf(one)}: ${String(one.after)}`) }),
  }
  const byField = Map.groupBy(differences, (one) => one.field)
  return [...byField].map(([field, of]) => reasons[field](of))
}
