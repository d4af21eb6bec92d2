/**
 * The workflows of a FlowSpec file and the scopes that its nodes make.
 *
 * The format has two shapes: nodes listed in `spec.nodes` with `spec.flow` beside them, or workflows in `spec.workflows`, each with its
 * own nodes and dependencies. Both make one scope for the whole file, so dependencies may run between workflows.
 */
import { type Collections, MAX_IDENTIFIER_LENGTH, readOutput, type Warn } from './flowspec-collection.ts'
import { type Draft, inputClaims, type NodePlace, nodeOutputsOf, readName } from './flowspec-node.ts'
import {
  entriesOf,
  identifierAt,
  inside,
  insideAny,
  isPresent,
  malformed,
  type Place,
  textAt,
  wordsAt,
} from './flowspec-place.ts'
import { readTrigger, triggerOf } from './flowspec-schedule.ts'
import { readScope, type Scope, type WorkflowUnit } from './flowspec-scope.ts'

export const FLOWSPEC_KINDS = ['CycleWorkflow', 'Workflow', 'Node', 'ManualWorkflow', 'ManualNode'] as const
export type FlowSpecKind = (typeof FLOWSPEC_KINDS)[number]

/** Inner nodes count too. */
export const MAX_FLOWSPEC_NODES = 10_000
export const MAX_FLOWSPEC_WORKFLOWS = 1_000

export type ScopesReading = {
  readonly workflows: readonly WorkflowUnit[]
  /** The file's own scope first, then that of each composite node after the one around it. */
  readonly scopes: readonly Scope[]
  readonly workflowOf: ReadonlyMap<Draft, WorkflowUnit>
}

/** In the flat shape a name or id of `spec` itself makes all nodes one workflow, unless the file is about a node alone. */
export function readScopes(
  document: Place,
  spec: Place,
  kind: FlowSpecKind,
  collections: Collections,
  warn: Warn,
): ScopesReading {
  const flat = entriesOf(inside(spec, 'nodes'))
  const listed = entriesOf(inside(spec, 'workflows'))
  if (listed.length > MAX_FLOWSPEC_WORKFLOWS) {
    throw malformed(inside(spec, 'workflows'), `it holds more than ${MAX_FLOWSPEC_WORKFLOWS} workflows`)
  }
  const owner = ownerOf(document, spec)
  const isNamed = isPresent(inside(spec, 'name')) || isPresent(inside(spec, 'id'))
  const isSingle = kind === 'Node' || kind === 'ManualNode'
  const around = listed.length === 0 && isNamed && !isSingle ? spec : null
  const workflows = (around === null ? listed : [around]).map((place) => readWorkflow(place, collections, warn))
  const nodes: NodePlace[] = flat.map((place) => ({ place, fallbackKey: null, inheritedOwner: owner }))
  const workflowByNodePath = new Map<string, WorkflowUnit>()
  if (around !== null) for (const { path } of flat) workflowByNodePath.set(path, workflows[0] as WorkflowUnit)
  for (const workflow of around === null ? workflows : []) {
    for (const place of entriesOf(inside(workflow.place, 'nodes'))) {
      nodes.push({ place, fallbackKey: null, inheritedOwner: wordsAt(inside(workflow.place, 'owner')) ?? owner })
      workflowByNodePath.set(place.path, workflow)
    }
  }
  const flows = [spec, ...(around === null ? listed : [])].flatMap((place) => [
    inside(place, 'flow'),
    inside(place, 'dependencies'),
  ])

  let nodeCount = 0
  const count = (added: number) => {
    nodeCount += added
    if (nodeCount > MAX_FLOWSPEC_NODES) throw malformed(spec, `it holds more than ${MAX_FLOWSPEC_NODES} nodes`)
  }
  count(nodes.length)
  const scopes: Scope[] = [readScope(null, nodes, workflows, flows, collections, warn)]
  for (let index = 0; index < scopes.length; index += 1) {
    const scope = scopes[index] as Scope
    for (const draft of scope.drafts) {
      if (draft.composite === null) continue
      count(draft.composite.nodes.length)
      scopes.push(readScope({ scope, draft }, draft.composite.nodes, [], draft.composite.flows, collections, warn))
    }
  }
  const drafts = (scopes[0] as Scope).drafts
  const workflowOf = new Map(
    drafts.flatMap((draft) => {
      const workflow = workflowByNodePath.get(draft.place.path)
      return workflow === undefined ? [] : [[draft, workflow] as const]
    }),
  )
  return { workflows, scopes, workflowOf }
}

function readWorkflow(place: Place, collections: Collections, warn: Warn): WorkflowUnit {
  const name = readName(place)
  const outputs = nodeOutputsOf(inside(place, 'outputs')).map((entry) => {
    const reading = readOutput(entry, collections)
    if (reading === null) throw malformed(entry, 'the output has no identifier (data)')
    return reading.output
  })
  const trigger = readTrigger(triggerOf(place, collections), 'workflow', place)
  return {
    place,
    isManual: trigger === 'manual' || isOfManualType(place),
    key: identifierAt(insideAny(place, 'id', 'uuid'), MAX_IDENTIFIER_LENGTH) ?? name ?? place.path,
    name,
    outputs: [...new Set(outputs)],
    claims: inputClaims(place, collections, warn),
  }
}

/** Whether a workflow, or the file itself, says that only somebody starts it. */
export function isOfManualType(place: Place): boolean {
  return textAt(inside(place, 'type'))?.trim().toLowerCase() === 'manualworkflow'
}

export function ownerOf(document: Place, spec: Place): string | null {
  return wordsAt(inside(spec, 'owner')) ?? wordsAt(inside(inside(document, 'metadata'), 'owner'))
}
