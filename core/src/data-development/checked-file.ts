/** What a file may be: its name, and the body that is kept of it. */
import { readCron } from '../operation-center/cron.ts'
import type { InnerNode, NodeDefinition, NodeProgram } from '../operation-center/node.ts'
import { fileTypeOf } from '../operation-center/program-type.ts'
import { Refusal } from '../refusal.ts'
import {
  contentOf,
  type FileBody,
  type FileKind,
  MAX_FILE_BYTES,
  MAX_FILE_NAME_CHARACTERS,
  MAX_FOLDER_DEPTH,
} from './file.ts'

const LOCAL_TIME = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/
const MAX_FOLDER_NAME_CHARACTERS = 64

/** Programs read resources by their names, so none leads anywhere else. */
export function checkFileName(kind: FileKind, name: string): void {
  const problem = nameProblem(name, MAX_FILE_NAME_CHARACTERS)
  if (problem !== null) throw new Refusal('FILE_NAME_INVALID', { kind, name, problem })
}

/** The path of a folder as it is kept: from the top, with no slash at either end. */
export function checkedFolderPath(text: string): string {
  const path = text.replace(/^\/+|\/+$/g, '')
  const parts = path.split('/')
  const refuse = (problem: string) => new Refusal('FOLDER_PATH_INVALID', { path: text, problem })
  if (parts.length > MAX_FOLDER_DEPTH) throw refuse(`folders lie at most ${MAX_FOLDER_DEPTH} deep`)
  for (const part of parts) {
    const problem = nameProblem(part, MAX_FOLDER_NAME_CHARACTERS)
    if (problem !== null) throw refuse(problem)
  }
  return path
}

function nameProblem(name: string, most: number): string | null {
  if (name === '') return 'it is empty'
  if (name.length > most) return `it has more than ${most} characters`
  if (name !== name.trim()) return 'it begins or ends with a space'
  if (/[/\\]|\p{Cc}|\p{Cs}/u.test(name)) return 'it contains a slash or a character that nobody sees'
  return /^\.+$/.test(name) ? 'it consists of dots' : null
}

/**
 * The body as it is kept: with the file's name, keys, file types, a schedule in one way of writing, and at least one output. `defaultOutput` is the one that a
 * node gets that names none. Throws FILE_BODY_INVALID {path, problem} or FILE_TOO_LARGE {limitBytes}.
 */
export function checkedBody(body: FileBody, name: string, defaultOutput: string): FileBody {
  if (body.kind === 'resource' && body.encoding === 'base64' && !/^[A-Za-z0-9+/]*={0,2}$/.test(body.content))
    throw invalid('content', 'it is not in base64')
  if (sizeOf(body) > MAX_FILE_BYTES) throw new Refusal('FILE_TOO_LARGE', { limitBytes: MAX_FILE_BYTES })
  return body.kind === 'node' ? { ...body, definition: checkedDefinition(body.definition, name, defaultOutput) } : body
}

function sizeOf(body: FileBody): number {
  if (body.kind === 'resource' && body.encoding === 'base64') return Math.floor((body.content.length * 3) / 4)
  const inner = body.kind === 'node' ? body.definition.innerNodes : []
  return [contentOf(body), ...inner.map(({ script }) => script?.content ?? '')]
    .map(utf8Length)
    .reduce((sum, length) => sum + length, 0)
}

function utf8Length(text: string): number {
  let length = text.length
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    // Of a pair either half counts two.
    if (code >= 0x80) length += code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 1 : 2
  }
  return length
}

function checkedDefinition(definition: NodeDefinition, name: string, defaultOutput: string): NodeDefinition {
  const key = definition.key || name
  const innerNodes = checkedInner(definition, key)
  const outputs =
    definition.outputs.length > 0
      ? definition.outputs
      : [{ output: defaultOutput, refTableName: null, isDefault: true, isDeclared: true }]
  for (const [at, { output }] of outputs.entries()) {
    if (output.trim() === '') throw invalid(`definition.outputs.${at}.output`, 'it is empty')
    if (outputs.findIndex((other) => other.output === output) < at)
      throw invalid(`definition.outputs.${at}.output`, `${output} is there already`)
  }
  for (const member of ['startAt', 'endAt'] as const)
    if (definition[member] !== null && !LOCAL_TIME.test(definition[member]))
      throw invalid(`definition.${member}`, 'it is not written as yyyy-mm-dd hh:mm:ss')
  for (const [at, { output }] of definition.inputs.entries())
    if (output.trim() === '') throw invalid(`definition.inputs.${at}.output`, 'it is empty')
  return { ...typed(definition), key, name, isRoot: false, ...scheduleOf(definition), outputs, innerNodes }
}

/** Keys are unique within what is around them, and that comes before. */
function checkedInner({ key: givenKey, innerNodes }: NodeDefinition, key: string): readonly InnerNode[] {
  const known = new Set([key])
  const taken = new Set<string>()
  return innerNodes.map((node, at) => {
    const parentKey = node.parentKey === givenKey ? key : node.parentKey
    const innerKey = node.key || node.name
    if (innerKey === '') throw invalid(`definition.innerNodes.${at}.name`, 'it is empty')
    if (!known.has(parentKey)) throw invalid(`definition.innerNodes.${at}.parentKey`, `there is no node ${parentKey}`)
    const path = JSON.stringify([parentKey, innerKey])
    if (taken.has(path)) throw invalid(`definition.innerNodes.${at}.key`, `${innerKey} is there already`)
    taken.add(path)
    known.add(innerKey)
    return { ...typed(node), key: innerKey, parentKey }
  })
}

function typed<Program extends NodeProgram>(program: Program): Program {
  if (program.programType.trim() === '') throw invalid('definition.programType', 'it is empty')
  return { ...program, fileType: fileTypeOf(program.programType) ?? program.fileType }
}

const OFTEN: ReadonlySet<string> = new Set(['minute', 'hour', 'day'])

function scheduleOf({ trigger, cron, cycle }: NodeDefinition): Pick<NodeDefinition, 'cron' | 'cycle'> {
  if (trigger === 'manual' || cron === null) return { cron: null, cycle: null }
  const reading = readCron(cron)
  if (reading.problem !== null) throw invalid('definition.cron', reading.problem)
  // A file may say of a schedule that runs once a day that it stands for one that runs more often, and the other way round.
  const isSaid = cycle !== null && OFTEN.has(cycle) && OFTEN.has(reading.cycle)
  return { cron: reading.cron, cycle: isSaid ? cycle : reading.cycle }
}

const invalid = (path: string, problem: string) => new Refusal('FILE_BODY_INVALID', { path, problem })
