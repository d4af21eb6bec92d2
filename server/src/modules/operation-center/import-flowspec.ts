/**
 * Importing a FlowSpec file: its nodes become nodes of the Operation Center, all of them or none.
 *
 * A node whose name is known in the workspace and environment is updated, the others are created; nodes that the file does not
 * name stay as they are. An existing node keeps its recurrence: freezing and unfreezing are operations of their own, which extensions
 * watch. A dependency is on an output, wherever in the tenant it is produced.
 */
import {
  findCycle,
  graphOf,
  isWorkspaceRootOutput,
  type NodeDefinition,
  Refusal,
  readFlowSpec,
  runnerKindOf,
  unknownExpressions,
  whyNotRun,
} from '@holdpoint/core'
import { messageBody, type Publish } from '../../openevent/publish.ts'
import { writeAudit } from '../../store/audit.ts'
import { dataSourcesOf, USUAL_DATA_SOURCE } from '../../store/data-sources.ts'
import type { Database, Transaction } from '../../store/database.ts'
import * as nodes from '../../store/nodes.ts'
import { writeObjectLog } from '../../store/object-log.ts'
import { routesOf } from '../../store/openevent.ts'
import type { Caller } from '../../store/principals.ts'
import { userIdsOf } from '../../store/users.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import { currentTrace } from '../../watch/trace.ts'
import { createInstances } from './create-instances.ts'
import { isTimeZone, localTime } from './cron-times.ts'
import { isNightly, scheduledPlan } from './generate-day.ts'
import { nodeChangeBody } from './node-events.ts'

const IMMEDIATE_AHEAD_MS = 10 * 60_000

export type Imported = {
  readonly created: readonly { readonly id: number; readonly name: string }[]
  readonly updated: readonly { readonly id: number; readonly name: string }[]
  readonly warnings: readonly string[]
}

export async function importFlowSpec(
  parts: { readonly db: Database; readonly publish: Publish; readonly timeZone: string },
  caller: Caller,
  workspace: WorkspaceRow,
  environment: nodes.Environment,
  text: string,
): Promise<Imported> {
  const file = readFlowSpec(text)
  refuseUnknownZones(file.nodes)
  if (environment === 'DEV' && workspace.mode === 'basic') throw new Refusal('ENVIRONMENT_ABSENT')
  return await parts.db.transaction(async (tx) => {
    nodes.lockGraph(tx, caller.tenantId, environment)
    const produced = new Set(await producedElsewhere(tx, caller.tenantId, environment, file.externalOutputs))
    const wired = wire(file.nodes, workspace.identifier, produced)

    const known = await nodes.nodesByNames(
      tx,
      workspace.id,
      environment,
      wired.map((node) => node.definition.name),
    )
    const knownByName = new Map(known.map((row) => [row.name, row]))
    const asRow = (definition: NodeDefinition): nodes.NewNode => ({
      tenantId: caller.tenantId,
      workspaceId: workspace.id,
      environment,
      ownerId: null,
      recurrence: definition.recurrence,
      isRoot: false,
      definition,
    })
    const owners = await ownersOf(tx, caller.tenantId, wired)
    const fresh = wired.filter((node) => !knownByName.has(node.definition.name))
    const freshIds = await nodes.insertNodes(
      tx,
      fresh.map((node) => ({ ...asRow(node.definition), ownerId: owners.get(node.definition.owner) ?? null })),
      caller.userId,
    )
    const ids = new Map(fresh.map((node, i) => [node, freshIds[i]!]))
    const updated: { id: number; name: string }[] = []
    const kept: string[] = []
    for (const node of wired) {
      const row = knownByName.get(node.definition.name)
      if (!row) continue
      ids.set(node, row.id)
      if (row.recurrence !== node.definition.recurrence)
        kept.push(`${row.name} keeps its recurrence (${row.recurrence}).`)
      if (JSON.stringify(sorted(row.definition)) === JSON.stringify(sorted(node.definition))) continue
      const ownerId = owners.get(node.definition.owner) ?? null
      const changed = { ...asRow(node.definition), ownerId, recurrence: row.recurrence }
      await nodes.updateNode(tx, row.id, changed, caller.userId)
      updated.push({ id: row.id, name: row.name })
    }
    await refuseTakenOutputs(tx, caller.tenantId, environment, wired, ids)
    await nodes.putWiring(
      tx,
      caller.tenantId,
      environment,
      wired.map((node) => ({ nodeId: ids.get(node)!, outputs: node.outputs, inputs: node.inputs })),
    )
    await refuseCycle(tx, caller.tenantId, environment)

    const created = fresh.map((node) => ({ id: ids.get(node)!, name: node.definition.name }))
    if (environment === 'PROD') {
      const updatedIds = new Set(updated.map((node) => node.id))
      const changed = wired.map((node) => ({
        id: ids.get(node)!,
        definition: node.definition,
        isNew: fresh.includes(node),
      }))
      await generateToday(
        tx,
        caller,
        parts.timeZone,
        changed.filter(({ id, isNew }) => isNew || updatedIds.has(id)),
      )
    }
    for (const [of, isNew] of [
      [created, true],
      [updated, false],
    ] as const)
      writeObjectLog(tx, {
        tenantId: caller.tenantId,
        workspaceId: workspace.id,
        kind: 'node',
        ids: of.map((node) => node.id),
        userId: caller.userId,
        action: 'import',
        details: { isNew },
      })
    if (environment === 'PROD') await tell(parts.publish, tx, caller, workspace.id, created, updated)
    writeAudit(tx, {
      tenantId: caller.tenantId,
      workspaceId: workspace.id,
      userId: caller.userId,
      action: 'node.import',
      object: String(workspace.id),
      details: { environment, created: created.length, updated: updated.length },
    })
    const missing = file.externalOutputs.filter((output) => !produced.has(output) && !isWorkspaceRootOutput(output))
    return {
      created,
      updated,
      warnings: [
        ...file.warnings,
        ...kept,
        ...groupWarnings(wired, await nodes.resourceGroupIdentifiers(tx, caller.tenantId)),
        ...parameterWarnings(wired),
        ...runWarnings(wired, await dataSourcesOf(tx, workspace.id, environment)),
        ...missing.map((output) => `Nothing produces ${output}; what depends on it waits until something does.`),
      ],
    }
  })
}

type Wired = {
  readonly definition: NodeDefinition
  readonly outputs: readonly string[]
  readonly inputs: readonly { output: string; type: string }[]
}

/**
 * Names every output uniquely in the tenant and leads roots to the workspace's own root node: an output that a node only has because it
 * declares none gets the workspace's name in front; the file's root nodes and unknown root outputs mean the root that is here; a node
 * that waits for nothing waits for the root.
 */
function wire(
  definitions: readonly NodeDefinition[],
  identifier: string,
  producedElsewhere: ReadonlySet<string>,
): Wired[] {
  const root = rootOutput(identifier)
  const renamed = new Map<string, string>()
  for (const definition of definitions)
    for (const output of definition.outputs) {
      if (definition.isRoot) renamed.set(output.output, root)
      else if (!output.isDeclared) renamed.set(output.output, `${identifier}.${output.output}`)
    }
  return definitions
    .filter((definition) => !definition.isRoot)
    .map((definition) => {
      const inputs = definition.inputs.map((input) => {
        const here = renamed.get(input.output)
        if (here !== undefined) return { output: here, type: input.type }
        const isForeignRoot =
          input.upstreamKey === null && isWorkspaceRootOutput(input.output) && !producedElsewhere.has(input.output)
        return { output: isForeignRoot ? root : input.output, type: input.type }
      })
      return {
        definition,
        outputs: [...new Set(definition.outputs.map((output) => renamed.get(output.output) ?? output.output))],
        // What the schedule does not run has nothing to do with its root.
        inputs: inputs.length > 0 || definition.trigger === 'manual' ? inputs : [{ output: root, type: 'normal' }],
      }
    })
}

export function rootOutput(identifier: string): string {
  return `${identifier}_root`
}

async function producedElsewhere(
  tx: Transaction,
  tenantId: number,
  environment: nodes.Environment,
  outputs: readonly string[],
) {
  return (await nodes.producersOf(tx, tenantId, environment, outputs)).map((row) => row.output)
}

/** Owners are named by user id; one that is not a user of the tenant stays a name in the definition. */
async function ownersOf(
  tx: Transaction,
  tenantId: number,
  wired: readonly Wired[],
): Promise<Map<string | null, number>> {
  const named = [...new Set(wired.map((node) => node.definition.owner))].filter(
    (owner) => owner !== null && /^\d{1,15}$/.test(owner),
  )
  const ids = await userIdsOf(tx, tenantId, named.map(Number))
  return new Map(ids.map((id) => [String(id), id]))
}

async function refuseTakenOutputs(
  tx: Transaction,
  tenantId: number,
  environment: nodes.Environment,
  wired: readonly Wired[],
  ids: ReadonlyMap<Wired, number>,
): Promise<void> {
  const mine = new Map<string, number>()
  for (const node of wired)
    for (const output of node.outputs) {
      if (mine.has(output)) throw new Refusal('NAME_TAKEN', { thing: 'node output', name: output })
      // It would stand in the way of the workspace that has this name, or of one that gets it later.
      if (isWorkspaceRootOutput(output)) throw new Refusal('NAME_TAKEN', { thing: 'root node', name: output })
      mine.set(output, ids.get(node)!)
    }
  const updatedIds = new Set(ids.values())
  for (const taken of await nodes.producersOf(tx, tenantId, environment, [...mine.keys()]))
    if (!updatedIds.has(taken.node_id)) throw new Refusal('NAME_TAKEN', { thing: 'node output', name: taken.output })
}

/**
 * Nodes whose instances are generated at once have them for today: what is at least ten minutes ahead runs; what would have run earlier is a dry
 * run of a new node, and is left out of one that was there. In the time in which the next day is generated there are none.
 */
async function generateToday(
  tx: Transaction,
  caller: Caller,
  timeZone: string,
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
    const plan = scheduledPlan(caller.tenantId, ids, today, timeZone)
    await createInstances(tx, { ...plan, createdBy: caller.userId, earlier: { thanMs, are } })
  }
}

/** A time zone that nothing here knows would say of no time when it is. */
function refuseUnknownZones(definitions: readonly NodeDefinition[]): void {
  for (const { name, timezone } of definitions)
    if (timezone !== null && !isTimeZone(timezone))
      throw new Refusal('FLOWSPEC_UNSUPPORTED', {
        path: name,
        problem: `node "${name}" names the time zone "${timezone}", which is not known`,
      })
}

/** What is imported all the same and will fail whenever it runs. */
function runWarnings(wired: readonly Wired[], known: readonly { readonly name: string }[]): string[] {
  const names = new Set([...known.map(({ name }) => name), USUAL_DATA_SOURCE])
  const problems = wired.flatMap(({ definition }): { problem: string; name: string }[] => {
    const { name, dataSource } = definition
    const problem = whyNotRun(definition)
    if (problem !== null) return [{ problem, name }]
    if (dataSource === null || names.has(dataSource.name) || !runsSql(definition)) return []
    return [{ problem: `there is no data source ${dataSource.name} here`, name }]
  })
  return [...Map.groupBy(problems, ({ problem }) => problem)].map(
    ([problem, found]) =>
      `These will fail when they run, because ${problem}: ${found.map(({ name }) => name).join(', ')}.`,
  )
}

const runsSql = ({ programType }: NodeDefinition) => ['sql', 'postgresql'].includes(String(runnerKindOf(programType)))

function groupWarnings(wired: readonly Wired[], known: ReadonlySet<string>): readonly string[] {
  const named = new Set(wired.flatMap(({ definition: { resourceGroup } }) => resourceGroup ?? []))
  return [...named]
    .filter((name) => !known.has(name))
    .map((name) => `The resource group ${name} is not known; what names it runs in the default one.`)
}

function parameterWarnings(wired: readonly Wired[]): readonly string[] {
  return wired.flatMap(({ definition }) => {
    const unknown = unknownExpressions(definition.parameters)
    return unknown.length === 0
      ? []
      : [`${definition.name}: ${unknown.join(', ')} is no expression that is known and stays as it is.`]
  })
}

/** A cycle may run through nodes that are here already, so the whole graph of the tenant's environment is looked at. */
async function refuseCycle(tx: Transaction, tenantId: number, environment: nodes.Environment): Promise<void> {
  const cycle = findCycle(graphOf([], await nodes.edgesOf(tx, tenantId, environment)))
  if (cycle === null) return
  const names = new Map((await nodes.nodesByIds(tx, cycle)).map((row) => [row.id, row.name]))
  throw new Refusal('FLOWSPEC_CYCLE', {
    cycle: [...cycle, cycle[0]!].map((id) => names.get(id) ?? String(id)).join(' → '),
  })
}

async function tell(
  publish: Publish,
  tx: Transaction,
  caller: Caller,
  workspaceId: number,
  created: readonly { id: number }[],
  updated: readonly { id: number }[],
): Promise<void> {
  const createdIds = new Set(created.map((node) => node.id))
  const [rows, routes] = await Promise.all([
    nodes.nodesByIds(tx, [...createdIds, ...updated.map((node) => node.id)]),
    routesOf(tx, caller.tenantId, workspaceId),
  ])
  for (const row of rows) {
    const eventCode = createdIds.has(row.id) ? 'node-change-created' : 'node-change-updated'
    publish(tx, {
      eventCode,
      tenantId: caller.tenantId,
      workspaceId,
      operationId: null,
      always: false,
      routes,
      trace: currentTrace(),
      requestedBy: caller.userId,
      body: messageBody(eventCode, {
        ...nodeChangeBody(row),
        tenantId: caller.tenantId,
        operator: String(caller.userId),
        blockBusiness: false,
      }),
    })
  }
}

/** The same with the members of every object in one order: the database does not keep the order they were written in. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  )
}
