/**
 * Publishing: definitions become nodes of the Operation Center, all of them or none. Importing a FlowSpec file and deploying files both come to this.
 *
 * A node that is there already keeps its recurrence: freezing and unfreezing are operations of their own, which extensions watch. A dependency is on
 * an output, wherever in the tenant it is produced. One that was unpublished and is published again is the same node.
 */
import { findCycle, graphOf, isWorkspaceRootOutput, type NodeDefinition, Refusal } from '@holdpoint/core'
import type { Effect } from '../../gate/operation.ts'
import type { Transaction } from '../../store/database.ts'
import * as nodes from '../../store/nodes.ts'
import { userIdsOf } from '../../store/users.ts'
import { createInstances } from './create-instances.ts'
import { isTimeZone, localTime } from './cron-times.ts'
import { isNightly, scheduledPlan } from './generate-day.ts'
import { nodeChangeBody } from './node-events.ts'

const IMMEDIATE_AHEAD_MS = 10 * 60_000

export type WiredNode = {
  /** Null: the published one of its name in the workspace and environment, or a new one. */
  readonly id: number | null
  readonly definition: NodeDefinition
  readonly outputs: readonly string[]
  readonly inputs: readonly { readonly output: string; readonly type: string }[]
}

export type PublishedNode = { readonly id: number; readonly name: string }

export type PublishedNodes = {
  readonly created: readonly PublishedNode[]
  /** Those whose definition is another one now. */
  readonly updated: readonly PublishedNode[]
  /** Those that keep a recurrence which their definition does not say. */
  readonly kept: readonly { readonly name: string; readonly recurrence: string }[]
}

type Place = {
  readonly tenantId: number
  readonly workspaceId: number
  readonly environment: nodes.Environment
  readonly userId: number
  /** The server's. */
  readonly timeZone: string
  /** Whether a node whose dependency nothing produces is refused; otherwise it waits until something does. */
  readonly resolves: boolean
}

/** The graph of the environment is locked from here on to the end of the transaction. */
export async function publishNodes(
  tx: Transaction,
  place: Place,
  wired: readonly WiredNode[],
  telling: Pick<Effect, 'mayReach' | 'publish'>,
): Promise<PublishedNodes> {
  const { tenantId, workspaceId, environment, userId } = place
  nodes.lockGraph(tx, tenantId, environment)
  const given = wired.flatMap(({ id }) => id ?? [])
  const names = wired.map(({ definition }) => definition.name)
  const outputs = wired.flatMap((one) => one.outputs)
  const [byId, byName, producers, owners] = await Promise.all([
    given.length === 0 ? [] : nodes.lockNodeRows(tx, given),
    nodes.nodesByNames(tx, workspaceId, environment, names),
    nodes.producersOf(tx, tenantId, environment, outputs),
    ownersOf(tx, tenantId, wired),
  ])
  const knownById = new Map(byId.map((row) => [row.id, row]))
  const knownByName = new Map(byName.map((row) => [row.name, row]))
  const knownOf = (node: WiredNode) =>
    (node.id === null ? knownByName.get(node.definition.name) : knownById.get(node.id)) ?? null
  refuseTakenNames(wired, knownByName)
  refuseTakenOutputs(wired, producers, new Set(wired.flatMap((node) => knownOf(node)?.id ?? [])))

  const asRow = ({ id, definition }: WiredNode): nodes.NewNode => ({
    id,
    tenantId,
    workspaceId,
    environment,
    ownerId: owners.get(definition.owner) ?? null,
    recurrence: definition.recurrence,
    isRoot: false,
    definition,
  })
  const fresh = wired.filter((node) => knownOf(node) === null)
  const freshIds = await nodes.insertNodes(
    tx,
    fresh.map((node) => asRow(node)),
    userId,
  )
  const ids = new Map(fresh.map((node, at) => [node, freshIds[at]!]))
  const created = fresh.map((node) => ({ id: ids.get(node)!, name: node.definition.name }))
  const updated: PublishedNode[] = []
  const kept: { name: string; recurrence: string }[] = []
  for (const node of wired) {
    const row = knownOf(node)
    if (row === null) continue
    const { name, recurrence } = node.definition
    ids.set(node, row.id)
    const isBack = row.unpublished_at !== null
    if (!isBack && row.recurrence !== recurrence) kept.push({ name, recurrence: row.recurrence })
    if (!isBack && row.name === name && isSame(row.definition, node.definition)) continue
    nodes.updateNode(tx, row.id, asRow(node), userId)
    ;(isBack ? created : updated).push({ id: row.id, name })
  }
  await putChangedWiring(tx, place, wired, ids)

  if (environment === 'PROD') {
    const createdIds = new Set(created.map(({ id }) => id))
    const changedIds = new Set([...createdIds, ...updated.map(({ id }) => id)])
    const changed = wired
      .map((node) => ({ id: ids.get(node)!, definition: node.definition, isNew: createdIds.has(ids.get(node)!) }))
      .filter(({ id }) => changedIds.has(id))
    await generateToday(tx, place, changed)
    await tell(tx, telling, created, 'node-change-created')
    await tell(tx, telling, updated, 'node-change-updated')
  }
  return { created, updated, kept }
}

/**
 * Names every output uniquely in the tenant and leads roots to the workspace's own root node: an output that a node only has because it
 * declares none gets the workspace's name in front; root nodes among the definitions and unknown root outputs mean the root that is here; a node
 * that waits for nothing waits for the root.
 */
export function wireNodes<Given extends { readonly definition: NodeDefinition }>(
  given: readonly Given[],
  identifier: string,
  producedElsewhere: ReadonlySet<string>,
): (Given & Pick<WiredNode, 'outputs' | 'inputs'>)[] {
  const root = rootOutput(identifier)
  const renamed = new Map<string, string>()
  for (const { definition } of given)
    for (const output of definition.outputs) {
      if (definition.isRoot) renamed.set(output.output, root)
      else if (!output.isDeclared) renamed.set(output.output, `${identifier}.${output.output}`)
    }
  return given
    .filter(({ definition }) => !definition.isRoot)
    .map((one) => {
      const { definition } = one
      const inputs = definition.inputs.map((input) => {
        const here = renamed.get(input.output)
        if (here !== undefined) return { output: here, type: input.type }
        if (producedElsewhere.has(input.output)) return { output: input.output, type: input.type }
        const isForeignRoot = input.upstreamKey === null && isWorkspaceRootOutput(input.output)
        const undeclared = `${identifier}.${input.output}`
        const output = isForeignRoot ? root : producedElsewhere.has(undeclared) ? undeclared : input.output
        return { output, type: input.type }
      })
      return {
        ...one,
        outputs: [...new Set(definition.outputs.map((output) => renamed.get(output.output) ?? output.output))],
        // What the schedule does not run has nothing to do with its root.
        inputs: inputs.length > 0 || definition.trigger === 'manual' ? inputs : [{ output: root, type: 'normal' }],
      }
    })
}

export function rootOutput(identifier: string): string {
  return `${identifier}_root`
}

/** Outputs by which what these definitions wait for may be produced elsewhere: the root's, as they are written, and as one that was not declared is called. */
export function awaitedOutputs(definitions: readonly NodeDefinition[], identifier: string): readonly string[] {
  return [
    ...new Set([
      rootOutput(identifier),
      ...definitions.flatMap(({ inputs }) => inputs.flatMap(({ output }) => [output, `${identifier}.${output}`])),
    ]),
  ]
}

/** A time zone that nothing here knows would say of no time when it is. */
export function hasUnknownZone({ timezone }: Pick<NodeDefinition, 'timezone'>): boolean {
  return timezone !== null && !isTimeZone(timezone)
}

/** Owners are named by user id; one that is not a user of the tenant stays a name in the definition. */
export async function ownersOf(
  tx: Transaction,
  tenantId: number,
  wired: readonly Pick<WiredNode, 'definition'>[],
): Promise<Map<string | null, number>> {
  const named = [...new Set(wired.map((node) => node.definition.owner))].filter(
    (owner) => owner !== null && /^\d{1,15}$/.test(owner),
  )
  if (named.length === 0) return new Map()
  const ids = await userIdsOf(tx, tenantId, named.map(Number))
  return new Map(ids.map((id) => [String(id), id]))
}

/** A name is free when the node that has it is another one's by then. */
function refuseTakenNames(wired: readonly WiredNode[], knownByName: ReadonlyMap<string, nodes.NodeRow>): void {
  const renamedIds = new Set(wired.flatMap(({ id }) => id ?? []))
  for (const { id, definition } of wired) {
    const holder = id === null ? undefined : knownByName.get(definition.name)
    if (holder !== undefined && holder.id !== id && !renamedIds.has(holder.id))
      throw new Refusal('NAME_TAKEN', { thing: 'node', name: definition.name })
  }
}

function refuseTakenOutputs(
  wired: readonly WiredNode[],
  producers: Awaited<ReturnType<typeof nodes.producersOf>>,
  ownIds: ReadonlySet<number>,
): void {
  const mine = new Set<string>()
  for (const node of wired)
    for (const output of node.outputs) {
      if (mine.has(output)) throw new Refusal('NAME_TAKEN', { thing: 'node output', name: output })
      // It would stand in the way of the workspace that has this name, or of one that gets it later.
      if (isWorkspaceRootOutput(output)) throw new Refusal('NAME_TAKEN', { thing: 'root node', name: output })
      mine.add(output)
    }
  for (const { output, node_id } of producers)
    if (mine.has(output) && !ownIds.has(node_id))
      throw new Refusal('NAME_TAKEN', { thing: 'node output', name: output })
}

/** What nodes produce and wait for is written where it is another than before, and only there a cycle may have come to be. */
async function putChangedWiring(
  tx: Transaction,
  { tenantId, environment, resolves }: Place,
  wired: readonly WiredNode[],
  ids: ReadonlyMap<WiredNode, number>,
): Promise<void> {
  const before = new Map((await nodes.wiringOf(tx, [...ids.values()])).map((row) => [row.node_id, row]))
  const changed = wired.flatMap((node) => {
    const now = { nodeId: ids.get(node)!, outputs: node.outputs, inputs: node.inputs }
    const had = before.get(now.nodeId)
    const inputs = new Set(node.inputs.map(({ type, output }) => `${type} ${output}`))
    return had !== undefined && isEqual(had.outputs, new Set(node.outputs)) && isEqual(had.inputs, inputs) ? [] : [now]
  })
  if (changed.length === 0) return
  nodes.putWiring(tx, tenantId, environment, changed)
  const changedIds = changed.map(({ nodeId }) => nodeId)
  // Both look at what is there with these: of several that change it in one transaction the last one sees all.
  const [, dependencies] = await Promise.all([
    refuseCycle(tx, changedIds),
    resolves ? nodes.unresolvedOf(tx, changedIds) : [],
  ])
  if (dependencies.length > 0) throw new Refusal('DEPENDENCY_NOT_DEPLOYED', { dependencies })
}

const isEqual = (had: readonly string[], now: ReadonlySet<string>) =>
  had.length === now.size && had.every((one) => now.has(one))

/** A cycle that has come to be runs through one of the changed nodes, so it is among what leads up from those of them that something waits for. */
async function refuseCycle(tx: Transaction, changedIds: readonly number[]): Promise<void> {
  const cycle = findCycle(graphOf([], await nodes.edgesAbove(tx, changedIds)))
  if (cycle === null) return
  const names = new Map((await nodes.nodesByIds(tx, cycle)).map((row) => [row.id, row.name]))
  throw new Refusal('FLOWSPEC_CYCLE', {
    cycle: [...cycle, cycle[0]!].map((id) => names.get(id) ?? String(id)).join(' → '),
  })
}

/**
 * Nodes whose instances are generated at once have them for today: what is at least ten minutes ahead runs; what would have run earlier is a dry
 * run of a new node, and is left out of one that was there. In the time in which the next day is generated there are none.
 */
async function generateToday(
  tx: Transaction,
  { tenantId, userId, timeZone }: Place,
  changed: readonly { readonly id: number; readonly definition: NodeDefinition; readonly isNew: boolean }[],
): Promise<void> {
  const nowMs = tx.now.getTime()
  const immediate = changed.filter(({ definition }) => definition.instanceMode === 'immediately')
  if (immediate.length === 0 || isNightly(nowMs, timeZone)) return
  const today = localTime(nowMs, timeZone).slice(0, 10)
  const thanMs = nowMs + IMMEDIATE_AHEAD_MS
  for (const [are, isNew] of [
    ['dry-runs', true],
    ['left-out', false],
  ] as const) {
    const ids = immediate.filter((node) => node.isNew === isNew).map(({ id }) => id)
    if (ids.length === 0) continue
    const plan = scheduledPlan(tenantId, ids, today, timeZone)
    await createInstances(tx, { ...plan, createdBy: userId, earlier: { thanMs, are } })
  }
}

async function tell(
  tx: Transaction,
  telling: Pick<Effect, 'mayReach' | 'publish'>,
  of: readonly PublishedNode[],
  eventCode: string,
): Promise<void> {
  if (of.length === 0 || !(await telling.mayReach(eventCode))) return
  const ids = of.map(({ id }) => id)
  for (const row of await nodes.nodesByIds(tx, ids)) await telling.publish(eventCode, nodeChangeBody(row))
}

/** The same with the members of every object in one order: the database does not keep the order they were written in. */
export const isSame = (a: NodeDefinition, b: NodeDefinition) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  )
}
