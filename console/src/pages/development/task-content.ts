/** The content of a DI node as a form shows it. What the form does not know of it stays as it was written. */
import type { FileFormat, SyncMapping } from '@holdpoint/core'
import { readTaskContent } from '@holdpoint/core/data-integration/task-content'

export type TaskForm = {
  readonly source: string | null
  readonly sourceFormat: FileFormat | null
  /** Or paths, of files. */
  readonly tables: readonly string[]
  readonly columns: SyncMapping['columns']
  readonly where: string
  readonly target: string | null
  readonly targetFormat: FileFormat | null
  readonly table: string
  readonly write: 'everything' | 'partition' | 'key'
  readonly partition: string
  readonly key: readonly string[]
}

export const EMPTY_TASK: TaskForm = {
  ...{ source: null, sourceFormat: null, tables: [], columns: [], where: '' },
  ...{ target: null, targetFormat: null, table: '', write: 'everything', partition: '', key: [] },
}

type Tree = Readonly<Record<string, unknown>>

/** What a form shows of it: null where nothing is filled in yet, why not where it cannot. */
export function readTask(content: string): TaskForm | string | null {
  if (content.trim() === '') return null
  const tree = parsed(content)
  if (tree === null) return 'JSON'
  const reader = stepOf(tree, 'reader')
  const writer = stepOf(tree, 'writer')
  if (namesOf(reader).length === 0 || namesOf(writer).length === 0) return null
  try {
    const { source, target, mappings } = readTaskContent(content)
    const first = mappings[0]!
    const name = (of: { readonly schema: string | null; readonly table: string }) =>
      of.schema === null ? of.table : `${of.schema}.${of.table}`
    return {
      source: source.dataSource,
      sourceFormat: first.source.format,
      tables: mappings.map((mapping) => name(mapping.source)),
      columns: first.columns,
      where: first.where ?? '',
      target: target.dataSource,
      targetFormat: first.target.format,
      table: name(first.target),
      write: first.write === 'upsert' ? 'key' : first.partition === null ? 'everything' : 'partition',
      partition: first.partition ?? '',
      key: first.key,
    }
  } catch (error) {
    return (error as Error).message
  }
}

export function writeTask(content: string, form: TaskForm): string {
  const tree = parsed(content) ?? {}
  const steps = (Array.isArray(tree.steps) ? tree.steps : []).filter(
    (step) => step?.category !== 'reader' && step?.category !== 'writer',
  )
  const all = form.columns.length === 0
  const reader = stepWith(stepOf(tree, 'reader'), 'reader', form.sourceFormat, {
    datasource: form.source ?? undefined,
    ...placeOf(form.sourceFormat, form.tables),
    connection: undefined,
    column: all ? ['*'] : form.columns.map(({ from }) => from),
    where: form.where || undefined,
  })
  const writer = stepWith(stepOf(tree, 'writer'), 'writer', form.targetFormat, {
    datasource: form.target ?? undefined,
    ...placeOf(form.targetFormat, [form.table]),
    connection: undefined,
    column: all ? ['*'] : form.columns.map(({ to }) => to),
    truncate: form.write === 'everything' ? true : undefined,
    partition: form.write === 'partition' ? form.partition : undefined,
    primaryKey: form.write === 'key' ? form.key : undefined,
    pkColumn: undefined,
    writeMode: form.write === 'key' ? 'upsert' : undefined,
  })
  return `${JSON.stringify({ type: 'job', version: '2.0', ...tree, steps: [reader, writer, ...steps] }, null, 2)}\n`
}

const FILES = /^(ftp|oss|s3|hdfs|file|csv|parquet)$/i

function stepWith(step: Tree, category: string, format: FileFormat | null, parameter: Tree): Tree {
  const was = String(step.stepType ?? '')
  const stepType = format ?? (was === '' || FILES.test(was) ? 'rdbms' : was)
  const kept = parameterOf(step)
  return {
    ...step,
    stepType,
    category,
    parameter: { ...kept, fileFormat: undefined, fileType: undefined, ...parameter },
  }
}

const placeOf = (format: FileFormat | null, names: readonly string[]): Tree =>
  format === null ? { table: names, path: undefined } : { path: names, table: undefined, fileName: undefined }

function parsed(content: string): Tree | null {
  try {
    const tree: unknown = JSON.parse(content)
    return isTree(tree) ? tree : null
  } catch {
    return null
  }
}

function stepOf(tree: Tree, category: string): Tree {
  const steps = Array.isArray(tree.steps) ? tree.steps : []
  return steps.find((step) => isTree(step) && step.category === category) ?? {}
}

const namesOf = (step: Tree) => {
  const { table, path, fileName, connection } = parameterOf(step)
  return [table, path, fileName, connection].flat().filter((one) => one !== undefined && one !== '')
}

const parameterOf = (step: Tree): Tree => (isTree(step.parameter) ? step.parameter : {})
const isTree = (value: unknown): value is Tree => value !== null && typeof value === 'object' && !Array.isArray(value)
