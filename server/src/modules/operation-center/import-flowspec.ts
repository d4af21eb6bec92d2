/**
 * Importing a FlowSpec file: its nodes become nodes of the Operation Center, all of them or none.
 *
 * A node whose name is known in the workspace and environment is updated, the others are created; nodes that the file does not
 * name stay as they are. An existing node keeps its recurrence (publish-nodes.ts). Into production it is a publish of files: where an extension applies to one of them, each is
 * an operation of its own, as a deployment (rule 48). See docs/flowspec.md.
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
import type { Gate } from '../../gate/gate.ts'
import type { Effect } from '../../gate/operation.ts'
import { mayTake, messageBody, type Publish } from '../../openevent/publish.ts'
import { writeAudit } from '../../store/audit.ts'
import { dataSourcesOf, USUAL_DATA_SOURCE } from '../../store/data-sources.ts'
import type { Transaction } from '../../store/database.ts'
import * as nodes from '../../store/nodes.ts'
import { writeObjectLog } from '../../store/object-log.ts'
import { type RouteRow, routesOf } from '../../store/openevent.ts'
import type { Caller } from '../../store/principals.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import { currentTrace } from '../../watch/trace.ts'
import { askItems } from '../data-development/ask-deployment.ts'
import {
  deployImport,
  filesOfImport,
  type Importing,
  isWatched,
  type KnownFiles,
  noteDeployed,
} from '../data-development/import-files.ts'
import {
  awaitedOutputs,
  hasUnknownZone,
  type PublishedNode,
  type PublishedNodes,
  publishNodes,
  wireNodes,
} from './publish-nodes.ts'

export type Imported = {
  readonly created: readonly PublishedNode[]
  readonly updated: readonly PublishedNode[]
  /** What has to be let pass before anything of it is there. */
  readonly deploymentId: number | null
  readonly warnings: readonly string[]
}

export async function importFlowSpec(
  gate: Gate & { readonly timeZone: string },
  caller: Caller,
  workspace: WorkspaceRow,
  environment: nodes.Environment,
  text: string,
): Promise<Imported> {
  const file = readFlowSpec(text)
  refuseUnknownZones(file.nodes)
  if (environment === 'DEV' && workspace.mode === 'basic') throw new Refusal('ENVIRONMENT_ABSENT')
  const imported = await gate.db.transaction(async (tx) => {
    nodes.lockGraph(tx, caller.tenantId, environment)
    const { done, produced } = await bring(gate, tx, { caller, workspace, definitions: file.nodes }, environment)
    const missing = file.externalOutputs.filter((output) => !produced.has(output) && !isWorkspaceRootOutput(output))
    const definitions = file.nodes.filter(({ isRoot }) => !isRoot)
    return {
      created: done.created,
      updated: done.updated,
      deploymentId: done.deploymentId,
      warnings: [
        ...file.warnings,
        ...done.kept.map(({ name, recurrence }) => `${name} keeps its recurrence (${recurrence}).`),
        ...groupWarnings(definitions, await nodes.resourceGroupIdentifiers(tx, caller.tenantId)),
        ...parameterWarnings(definitions),
        ...runWarnings(definitions, await dataSourcesOf(tx, workspace.id, environment)),
        ...missing.map((output) => `Nothing produces ${output}; what depends on it waits until something does.`),
      ],
    }
  })
  if (imported.deploymentId !== null) await askItems(gate, caller, imported.deploymentId)
  return imported
}

/**
 * Rule 48: a node of production is another from now on, which is a publish of its file like an import; what it is to be is made of what it is. Answers the deployment where somebody has to
 * be asked.
 */
export async function changeNode(
  gate: Gate & { readonly timeZone: string },
  caller: Caller,
  workspace: WorkspaceRow,
  nodeId: number,
  change: (definition: NodeDefinition) => NodeDefinition,
): Promise<number | null> {
  const deploymentId = await gate.db.transaction(async (tx) => {
    nodes.lockGraph(tx, caller.tenantId, 'PROD')
    const node = await nodes.nodeById(tx, caller.tenantId, 'PROD', nodeId)
    if (node?.workspace_id !== workspace.id) throw new Refusal('NODE_NOT_FOUND', { id: nodeId })
    const definition = change(node.definition)
    const { done, produced } = await bring(gate, tx, { caller, workspace, definitions: [definition] }, 'PROD')
    const had = new Set(node.definition.inputs.map(({ output }) => output))
    const { identifier } = workspace
    const missing = definition.inputs
      .map(({ output }) => output)
      .filter((output) => !had.has(output) && !isWorkspaceRootOutput(output))
      .filter((output) => !produced.has(output) && !produced.has(`${identifier}.${output}`))
    if (missing.length > 0) throw new Refusal('DEPENDENCY_NOT_DEPLOYED', { dependencies: missing })
    return done.deploymentId
  })
  if (deploymentId !== null) await askItems(gate, caller, deploymentId)
  return deploymentId
}

/** What is imported takes effect at once where nobody is to be asked, and otherwise becomes a deployment. */
async function bring(
  gate: Gate & { readonly timeZone: string },
  tx: Transaction,
  importing: Importing,
  environment: nodes.Environment,
): Promise<{ readonly done: Done; readonly produced: ReadonlySet<string> }> {
  const { caller, workspace, definitions } = importing
  const awaited = awaitedOutputs(definitions, workspace.identifier)
  const producers = await nodes.producersOf(tx, caller.tenantId, environment, awaited)
  const produced = new Set(producers.map(({ output }) => output))
  const known = environment === 'PROD' ? await filesOfImport(tx, importing) : null
  const done =
    known !== null && (await isWatched(tx, importing))
      ? { ...NOTHING, deploymentId: await deployImport(tx, importing, known) }
      : await publishImport(gate, tx, importing, environment, known, produced)
  writeAudit(tx, {
    tenantId: caller.tenantId,
    workspaceId: workspace.id,
    userId: caller.userId,
    action: 'node.import',
    object: String(workspace.id),
    details: {
      environment,
      created: done.created.length,
      updated: done.updated.length,
      ...(done.deploymentId !== null && { deployment: done.deploymentId }),
    },
  })
  return { done, produced }
}

type Done = PublishedNodes & { readonly deploymentId: number | null }
const NOTHING: PublishedNodes = { created: [], updated: [], kept: [] }

/** With nobody to ask it takes effect at once. */
async function publishImport(
  gate: Gate & { readonly timeZone: string },
  tx: Transaction,
  importing: Importing,
  environment: nodes.Environment,
  known: KnownFiles | null,
  produced: ReadonlySet<string>,
): Promise<Done> {
  const { caller, workspace, definitions } = importing
  const wired = wireNodes(
    definitions.map((definition) => ({ id: known?.nodeIdOf(definition) ?? null, definition })),
    workspace.identifier,
    produced,
  )
  const place = {
    tenantId: caller.tenantId,
    workspaceId: workspace.id,
    environment,
    userId: caller.userId,
    timeZone: gate.timeZone,
    resolves: false,
  }
  const published = await publishNodes(tx, place, wired, telling(gate.publish, tx, place))
  const { created, updated } = published
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
  if (known !== null) await noteDeployed(tx, importing, known, [...created, ...updated])
  return { ...published, deploymentId: null }
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
