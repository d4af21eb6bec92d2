/**
 * Importing a FlowSpec file: its nodes become nodes of the Operation Center, all of them or none.
 *
 * A node whose name is known in the workspace and environment is updated, the others are created; nodes that the file does not
 * name stay as they are. An existing node keeps its recurrence (publish-nodes.ts). See docs/flowspec.md.
 */
import {
  isWorkspaceRootOutput,
  type NodeDefinition,
  Refusal,
  readFlowSpec,
  runnerKindOf,
  unknownExpressions,
  whyNotRun,
} from '@holdpoint/core'
import type { Effect } from '../../gate/operation.ts'
import { mayTake, messageBody, type Publish } from '../../openevent/publish.ts'
import { writeAudit } from '../../store/audit.ts'
import { dataSourcesOf, USUAL_DATA_SOURCE } from '../../store/data-sources.ts'
import type { Database, Transaction } from '../../store/database.ts'
import * as nodes from '../../store/nodes.ts'
import { writeObjectLog } from '../../store/object-log.ts'
import { type RouteRow, routesOf } from '../../store/openevent.ts'
import type { Caller } from '../../store/principals.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import { currentTrace } from '../../watch/trace.ts'
import { awaitedOutputs, hasUnknownZone, publishNodes, wireNodes } from './publish-nodes.ts'

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
    const awaited = awaitedOutputs(file.nodes, workspace.identifier)
    const producers = await nodes.producersOf(tx, caller.tenantId, environment, awaited)
    const produced = new Set(producers.map(({ output }) => output))
    const wired = wireNodes(
      file.nodes.map((definition) => ({ id: null, definition })),
      workspace.identifier,
      produced,
    )
    const place = {
      tenantId: caller.tenantId,
      workspaceId: workspace.id,
      environment,
      userId: caller.userId,
      timeZone: parts.timeZone,
      resolves: false,
    }
    const { created, updated, kept } = await publishNodes(tx, place, wired, telling(parts.publish, tx, place))
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
    writeAudit(tx, {
      tenantId: caller.tenantId,
      workspaceId: workspace.id,
      userId: caller.userId,
      action: 'node.import',
      object: String(workspace.id),
      details: { environment, created: created.length, updated: updated.length },
    })
    const missing = file.externalOutputs.filter((output) => !produced.has(output) && !isWorkspaceRootOutput(output))
    const definitions = wired.map(({ definition }) => definition)
    return {
      created,
      updated,
      warnings: [
        ...file.warnings,
        ...kept.map(({ name, recurrence }) => `${name} keeps its recurrence (${recurrence}).`),
        ...groupWarnings(definitions, await nodes.resourceGroupIdentifiers(tx, caller.tenantId)),
        ...parameterWarnings(definitions),
        ...runWarnings(definitions, await dataSourcesOf(tx, workspace.id, environment)),
        ...missing.map((output) => `Nothing produces ${output}; what depends on it waits until something does.`),
      ],
    }
  })
}

/** Tells regular events of what nobody was asked about. */
function telling(
  publish: Publish,
  tx: Transaction,
  {
    tenantId,
    workspaceId,
    userId,
  }: { readonly tenantId: number; readonly workspaceId: number; readonly userId: number },
): Pick<Effect, 'mayReach' | 'publish'> {
  let routes: Promise<readonly RouteRow[]> | null = null
  const reading = () => {
    routes ??= routesOf(tx, tenantId, workspaceId)
    return routes
  }
  return {
    mayReach: async (eventCode) => (await reading()).some((route) => mayTake(route, eventCode)),
    async publish(eventCode, body) {
      const told = { ...body, tenantId, operator: String(userId), blockBusiness: false }
      publish(tx, {
        ...{ eventCode, tenantId, workspaceId, operationId: null, always: false },
        routes: await reading(),
        trace: currentTrace(),
        requestedBy: userId,
        body: messageBody(eventCode, told),
      })
    },
  }
}

/** A time zone that nothing here knows would say of no time when it is. */
function refuseUnknownZones(definitions: readonly NodeDefinition[]): void {
  for (const definition of definitions)
    if (hasUnknownZone(definition))
      throw new Refusal('FLOWSPEC_UNSUPPORTED', {
        path: definition.name,
        problem: `node "${definition.name}" names the time zone "${definition.timezone}", which is not known`,
      })
}

/** What is imported all the same and will fail whenever it runs. */
function runWarnings(
  definitions: readonly NodeDefinition[],
  known: readonly { readonly name: string }[],
): readonly string[] {
  const names = new Set([...known.map(({ name }) => name), USUAL_DATA_SOURCE])
  const problems = definitions.flatMap((definition): { problem: string; name: string }[] => {
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

function groupWarnings(definitions: readonly NodeDefinition[], known: ReadonlySet<string>): readonly string[] {
  const named = new Set(definitions.flatMap(({ resourceGroup }) => resourceGroup ?? []))
  return [...named]
    .filter((name) => !known.has(name))
    .map((name) => `The resource group ${name} is not known; what names it runs in the default one.`)
}

function parameterWarnings(definitions: readonly NodeDefinition[]): readonly string[] {
  return definitions.flatMap((definition) => {
    const unknown = unknownExpressions(definition.parameters)
    return unknown.length === 0
      ? []
      : [`${definition.name}: ${unknown.join(', ')} is no expression that is known and stays as it is.`]
  })
}
