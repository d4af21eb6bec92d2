/**
 * A scope is the nodes among which ids, names and outputs are looked up: the whole file outside of composite nodes is one, the inside of each
 * composite node is another. Dependencies never cross a scope's border.
 */
import { type Collections, MAX_IDENTIFIER_LENGTH, readOutput, type Warn } from './flowspec-collection.ts'
import { type Claim, type Draft, type NodePlace, readDepend, readDraft, readNodeRef } from './flowspec-node.ts'
import { entriesOf, identifierAt, inside, isObject, isPresent, malformed, type Place, shown } from './flowspec-place.ts'

/** What a dependency may hang on: a node, or a workflow as a whole. */
export type Unit = { readonly draft: Draft } | { readonly workflow: WorkflowUnit }

export type WorkflowUnit = {
  readonly place: Place
  readonly key: string
  /** Only somebody starts it. */
  readonly isManual: boolean
  readonly name: string | null
  readonly outputs: readonly string[]
  /** Dependencies that stand on the workflow itself. */
  readonly claims: readonly Claim[]
}

export type Scope = {
  /** The composite node around; null for the file itself. */
  readonly parent: { readonly scope: Scope; readonly draft: Draft } | null
  readonly drafts: readonly Draft[]
  readonly unitsByKey: ReadonlyMap<string, Unit>
  readonly unitsByName: ReadonlyMap<string, Unit>
  readonly producers: ReadonlyMap<string, Unit>
  /** Ids that stand for a node elsewhere, with the output they mean. */
  readonly references: ReadonlyMap<string, string>
  readonly flows: readonly Place[]
}

/** Reads the nodes of one scope. Ids, names and outputs must each be unique within it. */
export function readScope(
  parent: Scope['parent'],
  nodes: readonly NodePlace[],
  workflows: readonly WorkflowUnit[],
  flows: readonly Place[],
  collections: Collections,
  warn: Warn,
): Scope {
  const unitsByKey = new Map<string, Unit>()
  const unitsByName = new Map<string, Unit>()
  const producers = new Map<string, Unit>()
  const references = new Map<string, string>()
  const drafts: Draft[] = []
  const enter = (index: Map<string, Unit>, id: string, unit: Unit, place: Place, noun: string) => {
    const other = index.get(id)
    if (other !== undefined) throw malformed(place, `the ${noun} ${shown(id)} is also that of ${placeOf(other).path}`)
    index.set(id, unit)
  }

  for (const workflow of workflows) {
    enter(unitsByKey, workflow.key, { workflow }, workflow.place, 'id')
    if (workflow.name !== null) enter(unitsByName, workflow.name, { workflow }, workflow.place, 'name')
    for (const output of workflow.outputs) enter(producers, output, { workflow }, workflow.place, 'output')
  }
  const workflowNames = new Set(unitsByName.keys())
  for (const node of nodes) {
    const { place } = node
    if (!isObject(place)) throw malformed(place, 'a node is expected; nodes are written in place here')
    const reference = inside(place, 'reference')
    if (isPresent(reference)) {
      const id = readReferenceId(place)
      if (unitsByKey.has(id) || references.has(id))
        throw malformed(inside(place, 'id'), `the id ${shown(id)} is used twice`)
      references.set(id, readReference(reference, collections))
      continue
    }
    const draft = readDraft(node, collections, warn)
    const { key, name, outputs } = draft.program
    if (references.has(key)) throw malformed(inside(place, 'id'), `the id ${shown(key)} is used twice`)
    enter(unitsByKey, key, { draft }, inside(place, 'id'), 'id')
    // A workflow and a node in it may share a name; the workflow is then meant only by its id.
    if (workflowNames.delete(name)) unitsByName.delete(name)
    enter(unitsByName, name, { draft }, inside(place, 'name'), 'name')
    for (const { output } of outputs) enter(producers, output, { draft }, inside(place, 'outputs'), 'output')
    drafts.push(draft)
  }
  return { parent, drafts, unitsByKey, unitsByName, producers, references, flows }
}

function placeOf(unit: Unit): Place {
  return 'draft' in unit ? unit.draft.place : unit.workflow.place
}

function readReferenceId(place: Place): string {
  const id = identifierAt(inside(place, 'id'), MAX_IDENTIFIER_LENGTH)
  if (id === null) throw malformed(place, 'a reference to a node elsewhere needs an id')
  return id
}

function readReference(reference: Place, collections: Collections): string {
  const place = isObject(reference) ? inside(reference, 'output') : reference
  const reading = isPresent(place) ? readOutput(place, collections) : null
  if (reading === null) throw malformed(place, 'a reference to a node elsewhere names its output')
  return reading.output
}

/** All claims of a scope, each with the node or workflow that makes it: those written on the nodes, then those of the flow lists. */
export function claimsOf(
  scope: Scope,
  collections: Collections,
): readonly { readonly by: Unit; readonly claim: Claim }[] {
  const own = [...scope.unitsByKey.values()].flatMap((by) => {
    const { claims } = 'draft' in by ? by.draft : by.workflow
    return claims.map((claim) => ({ by, claim }))
  })
  const flows = scope.flows.flatMap(entriesOf).flatMap((entry) => {
    const place = inside(entry, 'nodeId')
    const ref = readNodeRef(place)
    if (ref === null) throw malformed(place, 'it says for which node the dependencies are')
    const by = unitOf(scope, ref)
    if (by === null) {
      if (scope.references.has(ref)) throw malformed(place, `${shown(ref)} is a reference to a node elsewhere`)
      throw malformed(place, `the file has no node ${shown(ref)} here`)
    }
    return entriesOf(inside(entry, 'depends')).map((depend) => ({ by, claim: readDepend(depend, collections) }))
  })
  return [...own, ...flows]
}

function unitOf(scope: Scope, ref: string): Unit | null {
  return scope.unitsByKey.get(ref) ?? scope.unitsByName.get(ref) ?? null
}

/** What a claim means within its scope: an output, and who in the scope produces it, if anybody does. */
export function targetOf(scope: Scope, claim: Claim): { readonly unit: Unit | null; readonly output: string } {
  const { nodeRef, output, place } = claim
  const named = nodeRef === null ? null : unitOf(scope, nodeRef)
  const referenced = nodeRef === null ? undefined : scope.references.get(nodeRef)
  if (named !== null) {
    if (output === null || outputsOf(named).includes(output))
      return { unit: named, output: output ?? defaultOutput(named) }
    throw malformed(place, `${shown(nodeRef ?? '')} does not produce the output ${shown(output)}`)
  }
  const wanted = output ?? referenced
  if (wanted === undefined) throw malformed(place, `the file has no node ${shown(nodeRef ?? '')} here`)
  return { unit: scope.producers.get(wanted) ?? null, output: wanted }
}

function outputsOf(unit: Unit): readonly string[] {
  return 'draft' in unit ? unit.draft.program.outputs.map(({ output }) => output) : unit.workflow.outputs
}

/** The output that stands for a node when only the node is named. */
export function defaultOutput(unit: Unit): string {
  if ('workflow' in unit) return unit.workflow.outputs[0] ?? unit.workflow.key
  const { outputs, key } = unit.draft.program
  return (outputs.find(({ isDefault }) => isDefault) ?? outputs[0])?.output ?? key
}
