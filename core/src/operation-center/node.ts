/**
 * An Operation Center node as a definition: what a file or an author says about it. What the platform makes of it (its number, its
 * environment, whether it is published) is not part of this.
 */
import type { Cycle } from './cron.ts'
import type { Edge } from './graph.ts'

/** Whether the schedule runs a node, or only somebody does. */
export type NodeTrigger = 'scheduler' | 'manual'
/** How a scheduled node runs: normally, not at all and blocking what waits for it (frozen), or as a dry run that succeeds at once. */
export type Recurrence = 'normal' | 'pause' | 'skip'
export type RerunMode = 'all-allowed' | 'failure-allowed' | 'all-denied'
export type InstanceMode = 't+1' | 'immediately'
/** The levels the scheduler knows; higher runs first. */
export const NODE_PRIORITIES = [1, 3, 5, 7, 8] as const
export type NodePriority = (typeof NODE_PRIORITIES)[number]

export type NodeScript = {
  readonly path: string | null
  readonly language: string | null
  readonly content: string | null
}

/** A parameter without a name is an expression that is handed over as it stands. */
export type NodeParameter = { readonly name: string | null; readonly value: string }

export type NodeOutput = {
  /** Identifier under which other nodes depend on this one, e.g. `shop.dwd_orders`. */
  readonly output: string
  readonly refTableName: string | null
  readonly isDefault: boolean
  /** False for the output that a node gets because it declares none; its identifier is then the node's key. */
  readonly isDeclared: boolean
}

/** `normal` waits for the upstream node's instance of the same cycle, `cross-cycle-other` for the one of the cycle before. */
export type DependencyType = 'normal' | 'cross-cycle-other'

export type NodeInput = {
  readonly output: string
  readonly type: DependencyType
  readonly refTableName: string | null
  /** The key of the node that produces this output; null when no node beside this one does. */
  readonly upstreamKey: string | null
}

/** What waits for the output runs where the condition (`branch-condition.ts`) holds. */
export type NodeBranch = { readonly when: string; readonly output: string }

export type CrossCycle = {
  /** Waits for its own instance of the cycle before. */
  readonly self: boolean
  /** Waits for the instances that its direct descendants had in the cycle before. */
  readonly children: boolean
}

/** What every node has, whether it is scheduled by itself or runs inside another. */
export type NodeProgram = {
  /** Stable identity within its file: the FlowSpec id, else its uuid, else its name. */
  readonly key: string
  readonly name: string
  readonly owner: string | null
  readonly description: string
  /** As FlowSpec writes it, e.g. ODPS_SQL, DIDE_SHELL, VIRTUAL. */
  readonly programType: string
  readonly fileType: number | null
  readonly script: NodeScript | null
  readonly parameters: readonly NodeParameter[]
  readonly resourceGroup: string | null
  readonly dataSource: { readonly name: string; readonly type: string | null } | null
  readonly inputs: readonly NodeInput[]
  /** Never empty. */
  readonly outputs: readonly NodeOutput[]
  /** Of a branch node only. */
  readonly branches?: readonly NodeBranch[]
}

/** A node inside a loop, a sub-process or a combined node. It runs with that node and is never operated on by itself. */
export type InnerNode = NodeProgram & {
  /** The node directly around it: a scheduled node or another inner one. Inner keys are unique within it. */
  readonly parentKey: string
}

export type NodeDefinition = NodeProgram & {
  readonly workflowKey: string | null
  /** The virtual node at the top of a workspace, which every other node descends from. */
  readonly isRoot: boolean
  readonly trigger: NodeTrigger
  readonly recurrence: Recurrence
  /** Six fields; null when the file gives no schedule. */
  readonly cron: string | null
  readonly cycle: Cycle | null
  /** The schedule's effective period in the node's own time zone, as `yyyy-mm-dd hh:mm:ss`. */
  readonly startAt: string | null
  readonly endAt: string | null
  readonly timezone: string | null
  readonly rerunMode: RerunMode
  readonly rerunTimes: number
  readonly rerunIntervalMs: number
  readonly timeoutSeconds: number | null
  readonly priority: NodePriority
  readonly instanceMode: InstanceMode
  readonly crossCycle: CrossCycle
  /** All nodes inside this one at any depth, each level before the next. */
  readonly innerNodes: readonly InnerNode[]
}

/** The parameters as the one line that the DataWorks dialect calls `paraValue`: `bizdate=$[yyyymmdd-1] region=cn`. */
export function parameterText(parameters: readonly NodeParameter[]): string {
  return parameters.map(({ name, value }) => (name === null ? value : `${name}=${value}`)).join(' ')
}

/**
 * The edges that the inputs of these nodes make, from producer to consumer. The producer is looked up by its output; outputs that none of them
 * produces make no edge.
 */
export function dependencyEdges(
  nodes: readonly Pick<NodeProgram, 'key' | 'inputs' | 'outputs'>[],
  types: readonly DependencyType[] = ['normal', 'cross-cycle-other'],
): readonly Edge<string>[] {
  const producers = new Map(nodes.flatMap((node) => node.outputs.map(({ output }) => [output, node.key] as const)))
  return nodes.flatMap((node) =>
    node.inputs.flatMap((input) => {
      const from = types.includes(input.type) ? producers.get(input.output) : undefined
      return from === undefined ? [] : [{ from, to: node.key }]
    }),
  )
}

/** Whether an output is that of a workspace's root node: `<workspace>_root`, or `<workspace>.rootnode` as older files have it. */
export function isWorkspaceRootOutput(output: string): boolean {
  return /^[A-Za-z0-9_-]+(_root|\.rootnode)$/i.test(output)
}
