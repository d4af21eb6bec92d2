/**
 * What a FlowSpec file defines once and refers to from many places: scripts, triggers, resources, data sources, variables and outputs.
 * A reference is written `{{id}}` or `{{collection.id}}`; inside a reference position the bare id counts as one too.
 */
import {
  entriesOf,
  identifierAt,
  inside,
  insideAny,
  isObject,
  isPresent,
  malformed,
  type Place,
  shown,
} from './flowspec-place.ts'

/** A remark on something that was read otherwise than the author may expect. */
export type Warn = (place: Place, remark: string) => void

export const MAX_IDENTIFIER_LENGTH = 512

export type Collections = {
  readonly scripts: ReadonlyMap<string, Place>
  readonly triggers: ReadonlyMap<string, Place>
  readonly runtimeResources: ReadonlyMap<string, Place>
  readonly datasources: ReadonlyMap<string, Place>
  readonly variables: ReadonlyMap<string, Place>
  readonly nodeOutputs: ReadonlyMap<string, Place>
}

const COLLECTION_NAMES: ReadonlySet<string> = new Set(
  [
    'script',
    'trigger',
    'runtimeresource',
    'resource',
    'datasource',
    'variable',
    'artifact',
    'table',
    'output',
    'nodeoutput',
  ].concat(['node', 'workflow']),
)

export function readCollections(spec: Place): Collections {
  const artifacts = inside(spec, 'artifacts')
  return {
    scripts: byId(inside(spec, 'scripts')),
    triggers: byId(inside(spec, 'triggers')),
    runtimeResources: byId(inside(spec, 'runtimeResources')),
    datasources: byId(insideAny(spec, 'datasources', 'dataSources')),
    variables: byId(inside(spec, 'variables'), inside(artifacts, 'variables')),
    nodeOutputs: byId(insideAny(artifacts, 'nodeOutputs', 'nodeOutput', 'outputs', 'output')),
  }
}

function byId(...lists: readonly Place[]): ReadonlyMap<string, Place> {
  const found = new Map<string, Place>()
  for (const entry of lists.flatMap(entriesOf)) {
    const place = inside(entry, 'id')
    const id = identifierAt(place, MAX_IDENTIFIER_LENGTH)
    if (id === null) continue
    if (found.has(id)) throw malformed(place, `the id ${shown(id)} is used twice`)
    found.set(id, entry)
  }
  return found
}

/** The id in `{{id}}` or `{{collection.id}}`, or the text itself when it has no braces. */
export function referencedId(text: string): string {
  if (!isReference(text)) return text
  const id = text.slice(2, -2).trim()
  const dot = id.indexOf('.')
  const collection = id.slice(0, Math.max(dot, 0)).toLowerCase().replace(/s$/, '')
  return COLLECTION_NAMES.has(collection) ? id.slice(dot + 1) : id
}

export function isReference(text: string): boolean {
  return text.length > 4 && text.startsWith('{{') && text.endsWith('}}')
}

/** What stands here, or what it refers to; a reference to something that the file does not define is refused. */
export function resolved(place: Place, collection: ReadonlyMap<string, Place>, noun: string): Place {
  if (!isPresent(place) || isObject(place)) return place
  const id = identifierAt(place, MAX_IDENTIFIER_LENGTH) ?? ''
  const target = collection.get(referencedId(id))
  if (target === undefined)
    throw malformed(place, `it refers to the ${noun} ${shown(id)}, which the file does not define`)
  return target
}

export type OutputReading = {
  readonly output: string
  readonly refTableName: string | null
  readonly isDefault: boolean
}

/** A node output, written in place, referred to, or as its bare identifier. Null when it names none. */
export function readOutput(place: Place, { nodeOutputs }: Collections): OutputReading | null {
  const written = typeof place.value === 'string' ? place.value : null
  const isBare = written !== null && !isReference(written) && !nodeOutputs.has(written)
  if (isBare) {
    const output = written.trim() === '' ? null : identifierAt(place, MAX_IDENTIFIER_LENGTH)
    return output === null ? null : { output, refTableName: null, isDefault: false }
  }
  const artifact = resolved(place, nodeOutputs, 'node output')
  const data = insideAny(artifact, 'data', 'output')
  if (data.value === undefined || data.value === '') return null
  const output = identifierAt(data, MAX_IDENTIFIER_LENGTH)
  if (output === null) return null
  const refTableName = inside(artifact, 'refTableName')
  return {
    output,
    refTableName: refTableName.value === '' ? null : identifierAt(refTableName, MAX_IDENTIFIER_LENGTH),
    isDefault: inside(artifact, 'isDefault').value === true,
  }
}
