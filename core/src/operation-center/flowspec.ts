/**
 * FlowSpec: the vendor's file format for scheduled workflows, read into node definitions. `docs/flowspec.md` says what is read, what is
 * ignored and what is refused.
 *
 * A file is read as a whole or not at all. Every refusal names the place of the fault, and nothing here recurses on what the file holds.
 */
import type { Cycle } from './cron.ts'
import { readCollections, type Warn } from './flowspec-collection.ts'
import { type Budget, MAX_FLOWSPEC_DEPENDENCIES, readDependencies, type Waiting } from './flowspec-dependencies.ts'
import type { Draft } from './flowspec-node.ts'
import { DOCUMENT_PATH, inside, isPresent, malformed, type Place, shown, textAt, wordsAt } from './flowspec-place.ts'
import { readSchedule, readTimes, triggerOf, unsupported } from './flowspec-schedule.ts'
import type { Scope } from './flowspec-scope.ts'
import { FLOWSPEC_KINDS, type FlowSpecKind, isOfManualType, ownerOf, readScopes } from './flowspec-workflow.ts'
import { parseJson } from './json-text.ts'
import { type InnerNode, isWorkspaceRootOutput, type NodeDefinition } from './node.ts'

export type FlowSpecWorkflow = {
  /** Its id, else its name, else its place in the file. */
  readonly key: string
  readonly name: string | null
  readonly owner: string | null
  readonly description: string
  readonly cron: string | null
  readonly cycle: Cycle | null
  readonly nodeKeys: readonly string[]
}

export type FlowSpecImport = {
  /** As the file gives it; null when it gives none. */
  readonly specVersion: string | null
  readonly kind: FlowSpecKind
  readonly workflows: readonly FlowSpecWorkflow[]
  /** In the order of the file; references to nodes elsewhere and inner nodes are not among them. */
  readonly nodes: readonly NodeDefinition[]
  /** Outputs that nodes depend on and no node of the file produces, in the order of first use. */
  readonly externalOutputs: readonly string[]
  /** What was read otherwise than its author may expect, each with its place. */
  readonly warnings: readonly string[]
}

const MAX_WARNINGS = 100
const VERSIONS = /^(1\.[0-2](\.[0-9]+)?|2\.[0-9]+(\.[0-9]+)?)$/
/** Kinds of the format that hold nothing to schedule, with what they are. */
const OTHER_KINDS: Readonly<Record<string, string>> = {
  triggerworkflow: 'an event-triggered workflow',
  temporaryworkflow: 'a temporary workflow',
  paiflow: 'a PAI workflow',
  batchdeployment: 'a batch deployment',
  datasource: 'a data source',
  dataquality: 'a set of data quality rules',
  dataservice: 'a data service',
  datacatalog: 'a data catalog',
  dataintegrationjob: 'a data integration job',
  table: 'a table',
  component: 'a component',
  resource: 'a resource',
  function: 'a function',
}

/** Throws FLOWSPEC_MALFORMED {path, problem}, FLOWSPEC_UNSUPPORTED {path, problem} or FLOWSPEC_CYCLE {cycle}. */
export function readFlowSpec(text: string): FlowSpecImport {
  const document: Place = { path: DOCUMENT_PATH, value: parseJson(text) ?? undefined }
  if (!isPresent(document)) throw malformed(document, 'an object is expected, not null')
  const warnings = new Set<string>()
  const warn: Warn = (place, remark) => warnings.add(`${place.path}: ${remark}`)

  const kind = readKind(document)
  const specVersion = readVersion(document, warn)
  const spec = specOf(document)
  const collections = readCollections(spec)
  const { workflows, scopes, workflowOf } = readScopes(document, spec, kind, collections, warn)
  const top = scopes[0] as Scope
  if (top.drafts.length === 0) warn(spec, 'it holds no nodes of its own')

  const budget: Budget = { left: MAX_FLOWSPEC_DEPENDENCIES }
  const workflowKeys = new Map([...workflowOf].map(([draft, workflow]) => [draft, workflow.key]))
  const waiting = new Map<Draft, Waiting>(
    scopes.flatMap((scope) => [
      ...readDependencies(scope, scope === top ? workflowKeys : new Map(), budget, collections, warn),
    ]),
  )
  refuseInnerOutputs(scopes, waiting)
  const inner = innerNodesOf(scopes, waiting)
  const missing: Place = { path: DOCUMENT_PATH, value: undefined }
  const allManual = kind === 'ManualWorkflow' || kind === 'ManualNode' || isOfManualType(spec)
  const nodes = top.drafts.map((draft): NodeDefinition => {
    const workflow = workflowOf.get(draft)
    const { inputs, crossCycle } = waiting.get(draft) as Waiting
    const { name, programType, outputs } = draft.program
    return {
      ...draft.program,
      inputs,
      workflowKey: workflow?.key ?? null,
      isRoot:
        programType.toUpperCase() === 'VIRTUAL' &&
        inputs.length === 0 &&
        [name, ...outputs.map(({ output }) => output)].some(isWorkspaceRootOutput),
      ...readSchedule(
        draft.place,
        workflow?.place ?? missing,
        allManual || workflow?.isManual === true,
        collections,
        warn,
      ),
      crossCycle,
      innerNodes: inner.get(draft) ?? [],
    }
  })
  const external = nodes.flatMap(({ inputs }) =>
    inputs.flatMap(({ output, upstreamKey }) => (upstreamKey === null ? [output] : [])),
  )
  const nodeKeys = Map.groupBy(nodes, ({ workflowKey }) => workflowKey)
  return {
    specVersion,
    kind,
    workflows: workflows.map(({ place, key, name, isManual }) => ({
      key,
      name,
      owner: wordsAt(inside(place, 'owner')) ?? ownerOf(document, spec),
      description: textAt(inside(place, 'description')) ?? '',
      ...(allManual || isManual ? { cron: null, cycle: null } : readTimes([triggerOf(place, collections)], warn)),
      nodeKeys: (nodeKeys.get(key) ?? []).map((node) => node.key),
    })),
    nodes,
    externalOutputs: [...new Set(external)],
    warnings: shortened([...warnings]),
  }
}

function shortened(warnings: readonly string[]): readonly string[] {
  const left = warnings.length - MAX_WARNINGS
  return left <= 0 ? warnings : [...warnings.slice(0, MAX_WARNINGS), `and ${left} more`]
}

function readKind(document: Place): FlowSpecKind {
  const place = inside(document, 'kind')
  const text = textAt(place)
  if (text === null) throw malformed(place, `it is missing; it is one of ${FLOWSPEC_KINDS.join(', ')}`)
  const written = text.trim().toLowerCase()
  const kind = FLOWSPEC_KINDS.find((known) => known.toLowerCase() === written)
  if (kind !== undefined) return kind
  const other = Object.hasOwn(OTHER_KINDS, written) ? `it is ${OTHER_KINDS[written]}` : 'that kind is unknown'
  throw unsupported(place, `kind ${shown(text)}: ${other}; only ${FLOWSPEC_KINDS.join(', ')} hold nodes that are run`)
}

function readVersion(document: Place, warn: Warn): string | null {
  const place = inside(document, 'version')
  const version = textAt(place)
  if (version === null) {
    warn(place, 'the file names no version of the format; it is read all the same')
    return null
  }
  if (VERSIONS.test(version.trim())) return version.trim()
  throw unsupported(
    place,
    `version ${shown(version)} of the format is unknown; versions 1.0 to 1.2 and 2 are supported`,
  )
}

/** In version 1.0 the members of `spec` stood in the document itself. */
function specOf(document: Place): Place {
  const spec = inside(document, 'spec')
  const place = isPresent(spec) ? spec : document
  if (isPresent(inside(place, 'nodes')) || isPresent(inside(place, 'workflows'))) return place
  throw malformed(spec, isPresent(spec) ? 'it has neither nodes nor workflows' : 'it is missing')
}

/** What an inner node produces cannot be waited for from outside. */
function refuseInnerOutputs([top, ...scopes]: readonly Scope[], waiting: ReadonlyMap<Draft, Waiting>): void {
  const innerPaths = new Map<string, string>()
  for (const { place, program } of scopes.flatMap(({ drafts }) => drafts)) {
    for (const { output, isDeclared } of program.outputs) if (isDeclared) innerPaths.set(output, place.path)
  }
  for (const draft of top?.drafts ?? []) {
    for (const { output, upstreamKey } of waiting.get(draft)?.inputs ?? []) {
      const path = upstreamKey === null ? innerPaths.get(output) : undefined
      if (path === undefined) continue
      const problem = `it depends on ${shown(output)}, which ${path} produces inside another node; depend on that node`
      throw malformed(draft.place, problem)
    }
  }
}

/** The nodes inside each node of the file's own scope, at any depth. */
function innerNodesOf(
  scopes: readonly Scope[],
  waiting: ReadonlyMap<Draft, Waiting>,
): ReadonlyMap<Draft, readonly InnerNode[]> {
  const outermost = new Map<Scope, Draft>()
  const inner = new Map<Draft, InnerNode[]>()
  for (const scope of scopes) {
    if (scope.parent === null) continue
    const draft = outermost.get(scope.parent.scope) ?? scope.parent.draft
    outermost.set(scope, draft)
    const parentKey = scope.parent.draft.program.key
    const list = inner.get(draft) ?? []
    for (const one of scope.drafts) list.push({ ...one.program, inputs: waiting.get(one)?.inputs ?? [], parentKey })
    inner.set(draft, list)
  }
  return inner
}
