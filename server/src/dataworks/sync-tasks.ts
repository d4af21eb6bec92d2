/** Synchronisations in the words of the older dialect: contents with a reader and a writer. */
import { fill, REFUSALS, Refusal, readTaskContent, type Sync } from '@holdpoint/core'
import type { DataSourceRow } from '../store/data-sources.ts'

export type TaskType = 'DI_OFFLINE' | 'DI_REALTIME' | 'DI_SOLUTION'
type Tree = { readonly [member: string]: unknown }

/** A solution that follows a change column says so. */
export function syncOfContent(taskType: TaskType, content: string): Sync {
  if (taskType === 'DI_OFFLINE') return readTaskContent(content)
  const follows = taskType === 'DI_REALTIME' || treeOf(content, 'TaskContent').type === 'realtime'
  return readTaskContent(content, follows ? 'realtime' : 'solution')
}

/** The name that a content gives itself. */
export function nameInContent(content: string): string | undefined {
  const { extend, setting } = treeOf(content, 'TaskContent')
  const name = [extend, setting].flatMap((one) => (isTree(one) && typeof one.name === 'string' ? [one.name] : []))[0]
  return name || undefined
}

/** What TaskParam says besides. */
export function taskParam(text: string | undefined): { readonly folder?: string; readonly resourceGroup?: string } {
  if (text === undefined) return {}
  const { FileFolderPath: folder, ResourceGroup: resourceGroup } = treeOf(text, 'TaskParam')
  return {
    ...(typeof folder === 'string' && folder !== '' && { folder }),
    ...(typeof resourceGroup === 'string' && resourceGroup !== '' && { resourceGroup }),
  }
}

/** With the members that every content has. */
export function contentOfParam(taskType: TaskType, text: string): string {
  const param = treeOf(text, 'TaskParam')
  const type = taskType === 'DI_REALTIME' ? 'realtime' : 'job'
  return JSON.stringify({ type, version: '2.0', ...param })
}

/** The content with what is given of its steps, by their category. */
export function contentWith(before: string, text: string): string {
  const tree = treeOf(before, 'TaskContent')
  const { steps: given, ...rest } = treeOf(text, 'TaskParam')
  const changes = (Array.isArray(given) ? given : []).filter(isTree)
  const steps = (Array.isArray(tree.steps) ? tree.steps : []).map((step) => {
    const change = changes.find((one) => isTree(step) && one.category === step.category)
    if (change === undefined) return step
    const parameter = { ...treeIn(step, 'parameter'), ...treeIn(change, 'parameter') }
    // What names tables is given in one way or another.
    const names = treeIn(change, 'parameter')
    if ('connection' in names && !('table' in names)) delete (parameter as Record<string, unknown>).table
    return { ...step, ...change, parameter }
  })
  return JSON.stringify({ ...tree, ...rest, steps })
}

/** A job as a content: its tables, and what all of them have in common with the first. */
export function contentOfSync(
  name: string,
  { kind, mappings }: Sync,
  places: { readonly source: DataSourceRow; readonly target: DataSourceRow },
): string {
  const first = mappings[0]!
  const nameOf = ({ schema, table }: { readonly schema: string | null; readonly table: string }) =>
    schema === null ? table : `${schema}.${table}`
  const column = (side: 'from' | 'to') => (first.columns.length === 0 ? ['*'] : first.columns.map((one) => one[side]))
  const steps = [
    {
      ...{ category: 'reader', name: 'Reader', stepType: first.source.format ?? places.source.kind },
      parameter: {
        datasource: places.source.name,
        [first.source.format === null ? 'table' : 'path']: mappings.map(({ source }) => nameOf(source)),
        column: column('from'),
        ...(first.where !== null && { where: first.where }),
        ...(first.changeColumn !== null && { changeColumn: first.changeColumn }),
      },
    },
    {
      ...{ category: 'writer', name: 'Writer', stepType: first.target.format ?? places.target.kind },
      parameter: {
        datasource: places.target.name,
        [first.target.format === null ? 'table' : 'path']: nameOf(first.target),
        column: column('to'),
        writeMode: first.write === 'upsert' ? 'update' : 'insert',
        truncate: first.write === 'replace' && first.partition === null,
        ...(first.partition !== null && { partition: first.partition }),
        ...(first.key.length > 0 && { primaryKey: first.key }),
      },
    },
  ]
  const order = { hops: [{ from: 'Reader', to: 'Writer' }] }
  return JSON.stringify({
    type: kind === 'real-time' ? 'realtime' : 'job',
    version: '2.0',
    extend: { name },
    steps,
    order,
  })
}

export const sentenceOf = ({ code, details }: Pick<Refusal, 'code' | 'details'>): string =>
  fill(REFUSALS[code].sentence, { ...details })

function treeOf(text: string, path: string): Tree {
  let tree: unknown
  try {
    tree = JSON.parse(text)
  } catch (error) {
    throw new Refusal('SYNC_INVALID', { path, problem: (error as Error).message })
  }
  if (!isTree(tree)) throw new Refusal('SYNC_INVALID', { path, problem: 'it has to be a JSON object' })
  return tree
}

const treeIn = (of: unknown, member: string): Tree => (isTree(of) && isTree(of[member]) ? of[member] : {})
const isTree = (value: unknown): value is Tree => value !== null && typeof value === 'object' && !Array.isArray(value)
