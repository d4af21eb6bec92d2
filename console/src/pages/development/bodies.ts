/** What a file begins as, and what of its body the pages show and change. */
import type { FileBody, NodeBody, NodeDefinition, ResourceType } from '@holdpoint/core'
import { emptyNode } from '@holdpoint/core/data-development/empty-node'
import { runnerKindOf } from '@holdpoint/core/operation-center/runner-kind'
import type { FileKind } from '../../api/development-shapes.ts'

/** What can be chosen for a new node; every type that runs here can be written in its place. */
export const PROGRAM_TYPES = [
  'ODPS_SQL',
  'DUCKDB_SQL',
  'POSTGRESQL',
  'DIDE_SHELL',
  'PYTHON3',
  'HTTP',
  'DI',
  'CONTROLLER_BRANCH',
  'CONTROLLER_JOIN',
  'VIRTUAL',
] as const

/** Every day at midnight, as the platform begins. */
const DAILY = '00 00 00 * * ?'

export function newNode(name: string, programType: string): NodeBody {
  const definition: NodeDefinition = {
    ...emptyNode(programType),
    name,
    cron: DAILY,
    cycle: 'day',
    rerunIntervalMs: 120_000,
  }
  return { kind: 'node', parsing: { on: isSql(programType), inputs: [], outputs: [], ignored: [] }, definition }
}

export function newBody(kind: FileKind, name: string, programType: string, resourceType: ResourceType): FileBody {
  if (kind === 'node') return newNode(name, programType)
  if (kind === 'resource')
    return {
      kind,
      resourceType,
      encoding: resourceType === 'jar' || resourceType === 'archive' ? 'base64' : 'text',
      content: '',
    }
  return { kind, dataSource: null, content: '' }
}

export const isSql = (programType: string): boolean => ['sql', 'postgresql'].includes(runnerKindOf(programType) ?? '')

export const isSyncBody = (body: FileBody): boolean =>
  body.kind === 'node' && runnerKindOf(body.definition.programType) === 'sync'

export const isSqlBody = (body: FileBody): boolean =>
  body.kind === 'function' || (body.kind === 'node' && isSql(body.definition.programType))

export const contentOf = (body: FileBody): string =>
  body.kind === 'node' ? (body.definition.script?.content ?? '') : body.content

export function withContent(body: FileBody, content: string): FileBody {
  if (body.kind !== 'node') return { ...body, content }
  return withDefinition(body, { script: { path: null, language: null, ...body.definition.script, content } })
}

export const withDefinition = (body: NodeBody, change: Partial<NodeDefinition>): NodeBody => ({
  ...body,
  definition: { ...body.definition, ...change },
})

/** All of it but the content, as text to compare line by line. */
export function settingsOf(body: FileBody): string {
  if (body.kind !== 'node') {
    const { content: _, ...rest } = body
    return JSON.stringify(rest, null, 2)
  }
  const { script, ...rest } = body.definition
  const { content: _, ...file } = script ?? {}
  // What a file calls an upstream node differs from file to file; its output says which one it is.
  const kept = (name: string, value: unknown) => (name === 'upstreamKey' ? undefined : value)
  return JSON.stringify({ ...rest, script: file, parsing: body.parsing.on }, kept, 2)
}

export const sameBody = (one: FileBody, other: FileBody): boolean => JSON.stringify(one) === JSON.stringify(other)
