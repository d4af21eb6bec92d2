/**
 * The three operations on a published node: what must hold before one is held or carried out, what it leaves behind, and what must not have
 * changed in between.
 */
import { Refusal } from '../refusal.ts'
import type { Recurrence } from './node.ts'

export const NODE_OPERATIONS = ['freeze', 'unfreeze', 'unpublish'] as const
export type NodeOperation = (typeof NODE_OPERATIONS)[number]

/** What the operations need to know of a node; the snapshot of a held operation keeps it for every node the operation is about. */
export type NodeState = {
  readonly nodeId: number
  readonly name: string
  readonly environment: 'PROD' | 'DEV'
  readonly recurrence: Recurrence
  readonly isRoot: boolean
  /** Grows with every change of the node's definition. */
  readonly version: number
  readonly published: boolean
  /** Published nodes that depend on this one, directly or through others. */
  readonly descendantIds: readonly number[]
}

/** What a node's recurrence is after the operation; an unpublished node keeps the one it had. */
export const RECURRENCE_AFTER = {
  freeze: 'pause',
  unfreeze: 'normal',
  unpublish: null,
} as const satisfies Record<NodeOperation, Recurrence | null>

type Requirement = {
  readonly code: 'NODE_ALREADY_FROZEN' | 'NODE_NOT_FROZEN' | 'NODE_HAS_DESCENDANTS' | 'NODE_IS_ROOT'
  readonly isBroken: (node: NodeState, requestedIds: ReadonlySet<number>) => boolean
}

/** What the operation requires of every node beyond being published. */
const REQUIREMENTS = {
  freeze: [{ code: 'NODE_ALREADY_FROZEN', isBroken: (node) => node.recurrence === 'pause' }],
  unfreeze: [{ code: 'NODE_NOT_FROZEN', isBroken: (node) => node.recurrence !== 'pause' }],
  unpublish: [
    { code: 'NODE_IS_ROOT', isBroken: (node) => node.isRoot },
    {
      code: 'NODE_HAS_DESCENDANTS',
      isBroken: (node, requestedIds) => node.descendantIds.some((id) => !requestedIds.has(id)),
    },
  ],
} as const satisfies Record<NodeOperation, readonly Requirement[]>

/**
 * Rule 23: an operation on many nodes is allowed for all of them or for none.
 * Returns one refusal for each requirement that is broken, naming every node that breaks it; an empty list means that the operation may go
 * on. Descendants that are unpublished by the same request do not stand in its way.
 */
export function nodeOperationRefusals(operation: NodeOperation, nodes: readonly NodeState[]): readonly Refusal[] {
  if (nodes.length === 0) return [new Refusal('NODES_EMPTY')]
  const unique = [...new Map(nodes.map((node) => [node.nodeId, node])).values()]
  const published = unique.filter((node) => node.published)
  const requestedIds: ReadonlySet<number> = new Set(published.map((node) => node.nodeId))
  const absentIds = unique.filter((node) => !node.published).map((node) => node.nodeId)
  const requirements: readonly Requirement[] = REQUIREMENTS[operation]
  return [
    ...(absentIds.length > 0 ? [new Refusal('NODE_NOT_FOUND', { id: absentIds })] : []),
    ...requirements.flatMap(({ code, isBroken }) => {
      const broken = published.filter((node) => isBroken(node, requestedIds))
      if (broken.length === 0) return []
      const names = broken.map((node) => `${node.name} (${node.nodeId})`)
      return [new Refusal(code, { nodes: names, nodeIds: broken.map((node) => node.nodeId) })]
    }),
  ]
}

export type SnapshotField = 'published' | 'recurrence' | 'version' | 'descendantIds'

export type Staleness = {
  readonly nodeId: number
  readonly field: SnapshotField
  readonly before: boolean | string | number | readonly number[]
  readonly after: boolean | string | number | readonly number[]
}

/** Rule 15: the fields that each operation declares as the ones that matter. */
export const SNAPSHOT_FIELDS = {
  freeze: ['published', 'recurrence'],
  unfreeze: ['published', 'recurrence'],
  unpublish: ['published', 'version', 'descendantIds'],
} as const satisfies Record<NodeOperation, readonly SnapshotField[]>

/**
 * Rule 15: what has changed since the snapshot in a way that matters; anything here makes the operation stale.
 * A node that is missing today counts as unpublished, and nothing else is said about it. Descendants matter only when there are new ones outside
 * the request; losing some does not.
 */
export function staleness(
  operation: NodeOperation,
  snapshot: readonly NodeState[],
  today: readonly NodeState[],
): readonly Staleness[] {
  const todayById = new Map(today.map((node) => [node.nodeId, node]))
  const requestedIds = new Set(snapshot.map((node) => node.nodeId))
  const fields: readonly SnapshotField[] = SNAPSHOT_FIELDS[operation]
  return snapshot.flatMap((before): readonly Staleness[] => {
    const { nodeId } = before
    const after = todayById.get(nodeId)
    if (after === undefined || !after.published) {
      return before.published ? [{ nodeId, field: 'published', before: true, after: false }] : []
    }
    return fields
      .filter((field) => hasChanged(field, before, after, requestedIds))
      .map((field) => ({ nodeId, field, before: before[field], after: after[field] }))
  })
}

function hasChanged(
  field: SnapshotField,
  before: NodeState,
  after: NodeState,
  requestedIds: ReadonlySet<number>,
): boolean {
  if (field !== 'descendantIds') return before[field] !== after[field]
  const known = new Set(before.descendantIds)
  return after.descendantIds.some((id) => !known.has(id) && !requestedIds.has(id))
}
