/** One node of a FlowSpec file, read without regard to the others: what it runs, what it produces, and the dependencies it claims. */
import { conditionProblem } from './branch-condition.ts'
import {
  type Collections,
  MAX_IDENTIFIER_LENGTH,
  readOutput,
  referencedId,
  resolved,
  type Warn,
} from './flowspec-collection.ts'
import {
  countAt,
  entriesOf,
  identifierAt,
  inside,
  insideAny,
  isObject,
  isPresent,
  labelAt,
  malformed,
  type Place,
  textAt,
  wordsAt,
} from './flowspec-place.ts'
import type { DependencyType, NodeOutput, NodeParameter, NodeProgram, NodeScript } from './node.ts'
import { fileTypeOf, programTypeOfLanguage } from './program-type.ts'

const MAX_NAME_LENGTH = 256

/** A dependency as somebody wrote it: on a node by its id or name, on an output, or on a node's certain output. */
export type Claim = {
  readonly place: Place
  readonly nodeRef: string | null
  readonly output: string | null
  readonly refTableName: string | null
  readonly type: DependencyType | 'cross-cycle-self' | 'cross-cycle-children'
}

/** A node that is still to be read, with what its surroundings give it where it says nothing itself. */
export type NodePlace = {
  readonly place: Place
  /** For a node that the format lets go without an id and a name. */
  readonly fallbackKey: string | null
  readonly inheritedOwner: string | null
}

export type Composite = { readonly nodes: readonly NodePlace[]; readonly flows: readonly Place[] }

export type Draft = {
  readonly place: Place
  readonly program: Omit<NodeProgram, 'inputs'>
  readonly claims: readonly Claim[]
  readonly composite: Composite | null
}

const DEPENDENCY_TYPES = [
  ['Normal', 'normal'],
  ['CrossCycleDependsOnSelf', 'cross-cycle-self'],
  ['CrossCycleDependsOnChildren', 'cross-cycle-children'],
  ['CrossCycleDependsOnOtherNode', 'cross-cycle-other'],
] as const

/** Members that make a node a control node, with the program type of one that names no command. */
const CONTROLS: readonly { readonly members: readonly [string, ...string[]]; readonly programType: string }[] = [
  { members: ['do-while', 'doWhile'], programType: 'CONTROLLER_CYCLE' },
  { members: ['for-each', 'foreach', 'forEach'], programType: 'CONTROLLER_TRAVERSE' },
  { members: ['subflow'], programType: 'SUB_PROCESS' },
  { members: ['combined'], programType: 'COMBINED_NODE' },
  { members: ['branch'], programType: 'CONTROLLER_BRANCH' },
  { members: ['join'], programType: 'CONTROLLER_JOIN' },
  { members: ['param-hub', 'paramHub'], programType: 'PARAM_HUB' },
]
const COMPOSITE_TYPES: ReadonlySet<string> = new Set([
  'CONTROLLER_CYCLE',
  'CONTROLLER_TRAVERSE',
  'SUB_PROCESS',
  'COMBINED_NODE',
])

export function readDraft(node: NodePlace, collections: Collections, warn: Warn): Draft {
  const { place } = node
  const name = readName(place)
  const key = identifierAt(insideAny(place, 'id', 'uuid'), MAX_IDENTIFIER_LENGTH) ?? name ?? node.fallbackKey
  if (key === null) throw malformed(place, 'the node has neither an id nor a name')
  const control = controlOf(place)
  const script = resolved(inside(place, 'script'), collections.scripts, 'script')
  const runtime = inside(script, 'runtime')
  const programType = readProgramType(place, script, control?.programType ?? null, warn)
  const outputs = readOutputs(place, key, collections)
  const owner = wordsAt(inside(place, 'owner')) ?? node.inheritedOwner
  return {
    place,
    program: {
      key,
      name: name ?? key,
      owner,
      description: textAt(inside(place, 'description')) ?? '',
      programType,
      fileType: countAt(inside(runtime, 'commandTypeId')) ?? fileTypeOf(programType),
      script: readScript(script),
      parameters: entriesOf(inside(script, 'parameters')).map((entry) => readParameter(entry, collections)),
      resourceGroup: readResourceGroup(place, collections),
      dataSource: readDataSource(place, collections),
      outputs,
      ...readBranches(place, collections, warn),
    },
    claims: [...inputClaims(place, collections, warn), ...joinClaims(place, collections)],
    composite:
      control !== null && COMPOSITE_TYPES.has(control.programType) ? readComposite(control.place, owner) : null,
  }
}

export function readName(place: Place): string | null {
  return identifierAt(inside(place, 'name'), MAX_NAME_LENGTH)
}

function controlOf(place: Place): { readonly place: Place; readonly programType: string } | null {
  for (const { members, programType } of CONTROLS) {
    const control = insideAny(place, ...members)
    if (isPresent(control)) return { place: control, programType }
  }
  return null
}

function readProgramType(place: Place, script: Place, control: string | null, warn: Warn): string {
  const command = wordsAt(inside(inside(script, 'runtime'), 'command')) ?? control ?? wordsAt(inside(place, 'type'))
  if (command !== null) return command.trim()
  const language = wordsAt(inside(script, 'language'))
  const guess = language === null ? null : programTypeOfLanguage(language)
  if (guess !== null) {
    warn(script, `it names no command; ${guess} is taken for its language`)
    return guess
  }
  if (language === null && readScript(script)?.content == null) {
    const givesVariables = !isPresent(script) && entriesOf(inside(inside(place, 'outputs'), 'variables')).length > 0
    return givesVariables ? 'PARAM_HUB' : 'VIRTUAL'
  }
  warn(script, 'it names no command; CUSTOM is taken')
  return 'CUSTOM'
}

function readScript(script: Place): NodeScript | null {
  if (!isPresent(script)) return null
  return {
    path: wordsAt(inside(script, 'path')),
    language: wordsAt(inside(script, 'language')),
    content: readContent(insideAny(script, 'content', 'code')),
  }
}

/** Jobs that are configured rather than programmed have an object for content; it becomes its JSON text. */
function readContent(place: Place): string | null {
  return isObject(place) ? JSON.stringify(place.value) : textAt(place)
}

function readParameter(entry: Place, { variables }: Collections): NodeParameter {
  const variable = resolved(entry, variables, 'variable')
  if (!isObject(variable)) throw malformed(entry, 'a parameter is expected')
  const isExpression = inside(variable, 'type').value === 'NoKvVariableExpression'
  return {
    name: isExpression ? null : identifierAt(inside(variable, 'name'), MAX_NAME_LENGTH),
    value: textAt(inside(variable, 'value')) ?? '',
  }
}

function readResourceGroup(place: Place, { runtimeResources }: Collections): string | null {
  const resource = resolved(inside(place, 'runtimeResource'), runtimeResources, 'runtime resource')
  return wordsAt(inside(resource, 'resourceGroup')) ?? wordsAt(inside(resource, 'resourceGroupId'))
}

function readDataSource(place: Place, { datasources }: Collections): NodeProgram['dataSource'] {
  const source = resolved(insideAny(place, 'datasource', 'dataSource'), datasources, 'data source')
  const name = wordsAt(inside(source, 'name'))
  return name === null ? null : { name, type: wordsAt(inside(source, 'type')) }
}

export function nodeOutputsOf(place: Place): readonly Place[] {
  return entriesOf(insideAny(place, 'nodeOutputs', 'nodeOutput', 'outputs', 'output'))
}

/** What the node declares, and what a branch node gives to its branches; its key alone when that is nothing. */
function readOutputs(place: Place, key: string, collections: Collections): readonly NodeOutput[] {
  const branches = entriesOf(inside(inside(place, 'branch'), 'branches'))
  const places = [...nodeOutputsOf(inside(place, 'outputs')), ...branches.map((branch) => inside(branch, 'output'))]
  const outputs = new Map<string, NodeOutput>()
  for (const entry of places) {
    if (!isPresent(entry)) continue
    const reading = readOutput(entry, collections)
    if (reading === null) throw malformed(entry, 'the output has no identifier (data)')
    if (!outputs.has(reading.output)) outputs.set(reading.output, { ...reading, isDeclared: true })
  }
  if (outputs.size > 0) return [...outputs.values()]
  return [{ output: key, refTableName: null, isDefault: true, isDeclared: false }]
}

/** The conditions of a branch node; one that cannot be read here is remarked on, and fails when it is judged. */
function readBranches(place: Place, collections: Collections, warn: Warn): Pick<NodeProgram, 'branches'> {
  const branches = entriesOf(inside(inside(place, 'branch'), 'branches')).flatMap((branch) => {
    const reading = isPresent(inside(branch, 'output')) ? readOutput(inside(branch, 'output'), collections) : null
    if (reading === null) return []
    const when = textAt(inside(branch, 'when')) ?? ''
    const problem = conditionProblem(when)
    if (problem !== null) warn(branch, `its condition cannot be judged (${problem}); the node will fail`)
    return [{ when, output: reading.output }]
  })
  return branches.length === 0 ? {} : { branches }
}

export function inputClaims(place: Place, collections: Collections, warn: Warn): readonly Claim[] {
  return nodeOutputsOf(inside(place, 'inputs')).flatMap((entry): readonly Claim[] => {
    const reading = readOutput(entry, collections)
    if (reading !== null) return [{ place: entry, nodeRef: null, ...reading, type: 'normal' }]
    warn(entry, 'the input names no output and is left out')
    return []
  })
}

/** A join node waits for the branches it judges, also where no dependency says so. */
function joinClaims(place: Place, collections: Collections): readonly Claim[] {
  return entriesOf(inside(inside(place, 'join'), 'branches')).flatMap((branch): readonly Claim[] => {
    const claim = readClaim(branch, collections, 'normal')
    return claim.nodeRef === null && claim.output === null ? [] : [claim]
  })
}

/** An entry of a `depends` list. Older files write the id of the upstream node alone. */
export function readDepend(entry: Place, collections: Collections): Claim {
  if (typeof entry.value === 'string') {
    const nodeRef = referencedId(identifierAt(entry, MAX_IDENTIFIER_LENGTH) ?? '')
    return { place: entry, nodeRef, output: null, refTableName: null, type: 'normal' }
  }
  const claim = readClaim(entry, collections, labelAt(inside(entry, 'type'), DEPENDENCY_TYPES) ?? 'normal')
  const needsTarget = claim.type === 'normal' || claim.type === 'cross-cycle-other'
  if (needsTarget && claim.nodeRef === null && claim.output === null) {
    throw malformed(entry, 'the dependency names neither a node nor an output')
  }
  return claim
}

function readClaim(entry: Place, collections: Collections, type: Claim['type']): Claim {
  const output = inside(entry, 'output')
  const nodeRef = readNodeRef(inside(entry, 'nodeId'))
  const refTableName = wordsAt(inside(entry, 'refTableName'))
  if (!isPresent(output)) return { place: entry, nodeRef, output: null, refTableName, type }
  const reading = readOutput(output, collections)
  if (reading === null) throw malformed(output, 'it names no output')
  return { place: entry, nodeRef, output: reading.output, refTableName: refTableName ?? reading.refTableName, type }
}

/** The id or name of the node that is meant, freed of its braces. */
export function readNodeRef(place: Place): string | null {
  const text = identifierAt(place, MAX_IDENTIFIER_LENGTH)
  return text === null ? null : referencedId(text)
}

function readComposite(control: Place, inheritedOwner: string | null): Composite {
  const last = inside(control, 'while')
  const nodes = entriesOf(inside(control, 'nodes')).map((place) => ({ place, fallbackKey: null, inheritedOwner }))
  return {
    nodes: isPresent(last) ? [...nodes, { place: last, fallbackKey: 'while', inheritedOwner }] : nodes,
    flows: [inside(control, 'flow'), inside(control, 'dependencies')],
  }
}
