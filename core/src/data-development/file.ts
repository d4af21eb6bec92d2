/**
 * A file of Data Development: what somebody writes until it is a node, a resource or a function of production.
 *
 * A file has a draft, which whoever may write it changes; versions, which are never changed, each made by committing; and the version that production
 * has. The configuration of a node is the definition that the Operation Center runs (operation-center/node.ts), as an import of a FlowSpec file yields it.
 */
import type { InnerNode, NodeDefinition, NodeInput, NodeOutput, NodeProgram } from '../operation-center/node.ts'

export const FILE_KINDS = ['node', 'resource', 'function'] as const
export type FileKind = (typeof FILE_KINDS)[number]

/** What the content of a file has at most, in UTF-8; of a resource before it is written in base64. */
export const MAX_FILE_BYTES = 512 * 1024
export const MAX_FILE_NAME_CHARACTERS = 128
export const MAX_FOLDER_DEPTH = 20

/** What was found in the SQL of a node when it was last saved, and what of it somebody does not want. */
export type Parsing = {
  /** False: inputs and outputs are written by hand, and nobody asks whether the content parses. */
  readonly on: boolean
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Found, and left out by hand. */
  readonly ignored: readonly string[]
}

export type NodeBody = {
  readonly kind: 'node'
  readonly parsing: Parsing
  /** Its name is the file's; its inputs and outputs are all that it has, found or written. */
  readonly definition: NodeDefinition
}

/** Programs read a resource as the file of its name, beside which they start. */
export const RESOURCE_TYPES = ['file', 'python', 'jar', 'archive'] as const
export type ResourceType = (typeof RESOURCE_TYPES)[number]

export type ResourceBody = {
  readonly kind: 'resource'
  readonly resourceType: ResourceType
  readonly encoding: 'text' | 'base64'
  readonly content: string
}

/** A function of the database: the one statement that creates or replaces it, on this data source of each environment. */
export type FunctionBody = {
  readonly kind: 'function'
  readonly dataSource: string | null
  readonly content: string
}

export type FileBody = NodeBody | ResourceBody | FunctionBody

export type FileChange = 'create' | 'update' | 'delete'
/** As messages write it. */
export const FILE_CHANGE_NUMBERS = { create: '0', update: '1', delete: '2' } as const satisfies Record<
  FileChange,
  string
>

const RESOURCE_FILE_TYPES: Readonly<Record<ResourceType, number>> = { python: 12, jar: 13, archive: 14, file: 15 }
export const FUNCTION_FILE_TYPE = 17
/** Of a program type that has no number. */
const UNKNOWN_FILE_TYPE = 9999

export function resourceTypeOf(fileType: number): ResourceType | null {
  return RESOURCE_TYPES.find((type) => RESOURCE_FILE_TYPES[type] === fileType) ?? null
}

/** The number by which messages, parameters of extensions and the DataWorks dialect know what a file is. */
export function fileTypeOfBody(body: FileBody): number {
  if (body.kind === 'node') return body.definition.fileType ?? UNKNOWN_FILE_TYPE
  return body.kind === 'resource' ? RESOURCE_FILE_TYPES[body.resourceType] : FUNCTION_FILE_TYPE
}

/** The same of a part of it. */
export function fileTypeOfPart(body: FileBody, part: FilePart): number {
  return part.innerKey === null ? fileTypeOfBody(body) : (part.program.fileType ?? UNKNOWN_FILE_TYPE)
}

export function contentOf(body: FileBody): string {
  return body.kind === 'node' ? (body.definition.script?.content ?? '') : body.content
}

/** The data source that the file names; null: the default one of its environment, or none at all. */
export function dataSourceNameOf(body: FileBody): string | null {
  if (body.kind === 'node') return body.definition.dataSource?.name ?? null
  return body.kind === 'function' ? body.dataSource : null
}

/** What of a file is checked on its own: the file itself, and each node inside its node. */
export type FilePart =
  | { readonly innerKey: null; readonly program: NodeProgram | null }
  | { readonly innerKey: string; readonly program: InnerNode }

/**
 * Rule 46: a node with nodes inside is as many operations, and takes effect when all of them pass. Keys are unique within their parent alone, so what
 * names a part is the way to it.
 */
export function partsOf(body: FileBody): readonly FilePart[] {
  if (body.kind !== 'node') return [{ innerKey: null, program: null }]
  const { definition } = body
  const paths = new Map<string, string>()
  const parts = definition.innerNodes.map((program): FilePart => {
    const above = program.parentKey === definition.key ? undefined : paths.get(program.parentKey)
    const innerKey = above === undefined ? program.key : `${above}/${program.key}`
    paths.set(program.key, innerKey)
    return { innerKey, program }
  })
  return [{ innerKey: null, program: definition }, ...parts]
}

/**
 * Rule 43: what is found in the SQL takes the place of what was found before; what was written by hand stays, and what was left out by hand stays out.
 * A node does not wait for what it makes itself.
 */
export function withParsed(
  body: NodeBody,
  found: { readonly inputs: readonly string[]; readonly outputs: readonly string[] },
): NodeBody {
  const { parsing, definition } = body
  const ignored = new Set(parsing.ignored)
  const outputs = merged<NodeOutput>(definition.outputs, parsing.outputs, found.outputs, ignored, (output) => ({
    output,
    refTableName: output,
    isDefault: false,
    isDeclared: true,
  }))
  const made = new Set(outputs.map(({ output }) => output))
  const wanted = found.inputs.filter((input) => !made.has(input))
  const inputs = merged<NodeInput>(definition.inputs, parsing.inputs, wanted, ignored, (output) => ({
    output,
    type: 'normal',
    refTableName: output,
    upstreamKey: null,
  }))
  return {
    ...body,
    parsing: { ...parsing, inputs: [...found.inputs], outputs: [...found.outputs] },
    definition: { ...definition, inputs, outputs },
  }
}

function merged<Item extends { readonly output: string }>(
  now: readonly Item[],
  foundBefore: readonly string[],
  found: readonly string[],
  ignored: ReadonlySet<string>,
  make: (output: string) => Item,
): readonly Item[] {
  const known = new Map(now.map((item) => [item.output, item]))
  const kept = now.filter(({ output }) => !foundBefore.includes(output))
  const written = new Set(kept.map(({ output }) => output))
  const parsed = [...new Set(found)].filter((output) => !ignored.has(output) && !written.has(output))
  return [...kept, ...parsed.map((output) => known.get(output) ?? make(output))]
}
