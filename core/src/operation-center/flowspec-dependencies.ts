/**
 * Turns what the nodes and workflows of a scope claim to wait for into inputs of its nodes.
 *
 * A workflow is no node. What waits for a workflow waits for its last nodes, those that no other of its nodes waits for; what a workflow waits
 * for is waited for by its first nodes. That is the same order of runs, written on nodes alone.
 */
import { Refusal } from '../refusal.ts'
import type { Collections, Warn } from './flowspec-collection.ts'
import type { Claim, Draft } from './flowspec-node.ts'
import { DOCUMENT_PATH, malformed, type Place, shown } from './flowspec-place.ts'
import { claimsOf, defaultOutput, type Scope, targetOf, type Unit } from './flowspec-scope.ts'
import { findCycle, graphOf } from './graph.ts'
import type { NodeInput } from './node.ts'

export const MAX_FLOWSPEC_DEPENDENCIES = 100_000
const MAX_NAMES_IN_CYCLE = 20

export type Waiting = {
  readonly inputs: readonly NodeInput[]
  readonly crossCycle: { readonly self: boolean; readonly children: boolean }
}

type Entry = { readonly inputs: Map<string, NodeInput>; self: boolean; children: boolean }

/** How many dependencies the file may still hold; one count for all its scopes. */
export type Budget = { left: number }

type Found = {
  readonly place: Place
  readonly by: Unit
  readonly producer: Unit | null
  readonly output: string
  readonly refTableName: string | null
  readonly type: Claim['type']
}

/** Throws FLOWSPEC_CYCLE when nodes of the scope wait for each other within one cycle of the schedule. */
export function readDependencies(
  scope: Scope,
  workflowKeys: ReadonlyMap<Draft, string>,
  budget: Budget,
  collections: Collections,
  warn: Warn,
): ReadonlyMap<Draft, Waiting> {
  const entries = new Map<Draft, Entry>(
    scope.drafts.map((draft) => [draft, { inputs: new Map(), self: false, children: false }]),
  )
  const add = (consumer: Draft, producer: Draft | null, found: Found) => {
    const entry = entries.get(consumer) as Entry
    const { place, output, refTableName, type } = found
    if (type === 'cross-cycle-children') entry.children = true
    else if (type === 'cross-cycle-self' || (type === 'cross-cycle-other' && producer === consumer)) entry.self = true
    else if (producer === null && scope.parent !== null) {
      warn(place, `${shown(output)} is not produced inside the same node; the dependency is left out`)
    } else {
      const id = `${type} ${output}`
      const known = entry.inputs.get(id)
      if (known === undefined) {
        if (budget.left === 0) {
          throw malformed({ path: DOCUMENT_PATH }, `the file holds more than ${MAX_FLOWSPEC_DEPENDENCIES} dependencies`)
        }
        budget.left -= 1
      }
      if (known === undefined || known.refTableName === null) {
        entry.inputs.set(id, { output, type, refTableName, upstreamKey: producer?.program.key ?? null })
      }
    }
  }

  const ofWorkflows: Found[] = []
  for (const { by, claim } of claimsOf(scope, collections)) {
    const { place, refTableName, type } = claim
    const needsTarget = type === 'normal' || type === 'cross-cycle-other'
    const { unit: producer, output } = needsTarget ? targetOf(scope, claim) : { unit: by, output: defaultOutput(by) }
    const found: Found = { place, by, producer, output, refTableName, type }
    if ('draft' in by && (producer === null || 'draft' in producer)) add(by.draft, producer?.draft ?? null, found)
    else ofWorkflows.push(found)
  }
  if (ofWorkflows.length > 0) {
    const ends = endsOfWorkflows(entries, workflowKeys)
    for (const found of unrepeated(ofWorkflows)) {
      for (const [consumer, producer, part] of spread(found, ends, warn)) add(consumer, producer, part)
    }
  }
  refuseCycle(entries)
  return new Map(
    [...entries].map(([draft, { inputs, self, children }]) => [
      draft,
      { inputs: [...inputs.values()], crossCycle: { self, children } },
    ]),
  )
}

function keyOf(unit: Unit): string {
  return 'draft' in unit ? unit.draft.program.key : unit.workflow.key
}

/** A dependency on a workflow is the same whichever of its outputs it names; each is spread once. */
function unrepeated(all: Iterable<Found>): Iterable<Found> {
  const found = new Map<string, Found>()
  for (const one of all) {
    const { by, producer, type, output } = one
    const target = producer !== null && 'workflow' in producer ? null : output
    found.set(JSON.stringify([keyOf(by), producer && keyOf(producer), type, target]), one)
  }
  return found.values()
}

/** A dependency of or on a workflow, as dependencies of single nodes. */
function* spread(
  found: Found,
  ends: ReadonlyMap<string, Ends>,
  warn: Warn,
): Iterable<readonly [Draft, Draft | null, Found]> {
  const { by, producer, type } = found
  if (type === 'cross-cycle-children') {
    for (const draft of 'workflow' in by ? (ends.get(by.workflow.key)?.last ?? []) : []) yield [draft, draft, found]
    return
  }
  const consumers = 'draft' in by ? [by.draft] : (ends.get(by.workflow.key)?.first ?? [])
  if (consumers.length === 0) warn(found.place, 'the workflow holds no nodes, so its dependencies are left out')
  const last = producer !== null && 'workflow' in producer ? (ends.get(producer.workflow.key)?.last ?? []) : []
  const between: Found = { ...found, type: type === 'normal' ? 'normal' : 'cross-cycle-other' }
  for (const consumer of consumers) {
    if (producer !== null && 'draft' in producer) yield [consumer, producer.draft, between]
    else if (last.length === 0) yield [consumer, null, between]
    for (const draft of last) {
      const output = defaultOutput({ draft })
      const refTableName = draft.program.outputs.find((one) => one.output === output)?.refTableName ?? null
      yield [consumer, draft, { ...between, output, refTableName }]
    }
  }
}

type Ends = { readonly first: Draft[]; readonly last: Draft[] }

/** The first and the last nodes of every workflow that holds any. */
function endsOfWorkflows(
  entries: ReadonlyMap<Draft, Entry>,
  workflowKeys: ReadonlyMap<Draft, string>,
): ReadonlyMap<string, Ends> {
  const draftByKey = new Map([...entries.keys()].map((draft) => [draft.program.key, draft]))
  const waits = new Set<Draft>()
  const isAwaited = new Set<Draft>()
  for (const [draft, { inputs }] of entries) {
    for (const { type, upstreamKey } of inputs.values()) {
      const upstream = upstreamKey === null ? undefined : draftByKey.get(upstreamKey)
      if (type !== 'normal' || upstream === undefined) continue
      if (workflowKeys.get(upstream) !== workflowKeys.get(draft)) continue
      waits.add(draft)
      isAwaited.add(upstream)
    }
  }
  const ends = new Map<string, Ends>()
  for (const [draft, key] of workflowKeys) {
    const { first, last } = ends.get(key) ?? { first: [], last: [] }
    if (!waits.has(draft)) first.push(draft)
    if (!isAwaited.has(draft)) last.push(draft)
    ends.set(key, { first, last })
  }
  return ends
}

function refuseCycle(entries: ReadonlyMap<Draft, Entry>): void {
  const names = new Map([...entries.keys()].map(({ program }) => [program.key, program.name]))
  const edges = [...entries].flatMap(([draft, { inputs }]) =>
    [...inputs.values()].flatMap(({ type, upstreamKey }) =>
      type === 'normal' && upstreamKey !== null ? [{ from: upstreamKey, to: draft.program.key }] : [],
    ),
  )
  const keys = findCycle(graphOf(names.keys(), edges))
  if (keys === null) return
  const path = [...keys, keys[0] as string].map((key) => names.get(key) ?? key)
  const left = path.length - MAX_NAMES_IN_CYCLE
  if (left > 0) path.splice(MAX_NAMES_IN_CYCLE - 1, left, `… ${left} more …`)
  throw new Refusal('FLOWSPEC_CYCLE', { cycle: path.join(' → ') })
}
