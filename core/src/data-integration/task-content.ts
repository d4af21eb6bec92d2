/**
 * The content of a DI node, as the platform writes it: a reader and a writer, each with its data source, tables and columns. It says one mapping, or one for
 * each table of its reader.
 */
import { Refusal } from '../refusal.ts'
import { type FileFormat, type Sync, type SyncMapping, syncProblems, type WriteMode } from './sync.ts'

type Tree = { readonly [member: string]: unknown }
type Step = { readonly stepType: string; readonly parameter: Tree }

/**
 * What is not known of it is left aside; what would change the rows and cannot be done here is refused. `realtime` follows the reader's change column; then,
 * and of `solution`, a writer that names no table writes to tables of the same names.
 */
export function readTaskContent(content: string, as: 'offline' | 'realtime' | 'solution' = 'offline'): Sync {
  let tree: unknown
  try {
    tree = JSON.parse(content)
  } catch (error) {
    throw invalid('', (error as Error).message)
  }
  const steps = isTree(tree) && Array.isArray(tree.steps) ? tree.steps : []
  const reader = stepOf(steps, 'reader')
  const writer = stepOf(steps, 'writer')
  const named = tablesIn(writer)
  const [target, ...more] = named.length === 0 && as !== 'offline' ? [`\${table}`] : named
  if (target === undefined || more.length > 0) throw invalid('writer', 'it has to name one table')
  const from = columnsIn(reader)
  const to = columnsIn(writer)
  const byName = to.length === 0 || from.length === 0
  if (!byName && from.length !== to.length)
    throw invalid('writer.column', 'reader and writer have to name as many columns')
  const columns = byName
    ? (from.length > 0 ? from : to).map((name) => ({ from: name, to: name }))
    : from.map((name, at) => ({ from: name, to: to[at]! }))
  const follows = as === 'realtime'
  const write = follows ? 'upsert' : writeModeOf(writer)
  const changeColumn = follows ? (text(reader.parameter, 'changeColumn') ?? text(reader.parameter, 'splitPk')) : null
  const mappings = tablesIn(reader).map((source): SyncMapping => {
    return {
      source: { ...qualified(source, formatOf(reader)), isPattern: false, format: formatOf(reader) },
      target: { ...qualified(target, formatOf(writer)), format: formatOf(writer) },
      columns,
      where: text(reader.parameter, 'where'),
      write,
      partition: write === 'replace' ? text(writer.parameter, 'partition') : null,
      key: write === 'upsert' ? texts(writer.parameter.primaryKey ?? writer.parameter.pkColumn) : [],
      changeColumn,
    }
  })
  const sync: Sync = {
    kind: follows ? 'real-time' : 'full',
    source: { dataSource: dataSourceIn(reader) },
    target: { dataSource: dataSourceIn(writer) },
    mappings,
    lookback: follows ? 60 : 0,
    pollSeconds: 5,
  }
  const [problem] = syncProblems(sync)
  if (problem !== undefined) throw invalid(problem.path, problem.problem)
  return sync
}

function stepOf(steps: readonly unknown[], category: 'reader' | 'writer'): Step {
  const [step, ...more] = steps.filter((one) => isTree(one) && one.category === category) as Tree[]
  if (step === undefined || more.length > 0) throw invalid(category, 'there has to be one')
  const parameter = step.parameter
  return { stepType: String(step.stepType ?? ''), parameter: isTree(parameter) ? parameter : {} }
}

/** A file by its path, else by the tables of the first connection, of whole databases those that are selected. */
function tablesIn({ parameter }: Step): readonly string[] {
  const { table, selectedTables } = connectionOf(parameter)
  return texts(parameter.table ?? table ?? selectedIn(selectedTables) ?? parameter.path ?? parameter.fileName)
}

function selectedIn(selected: unknown): readonly string[] | undefined {
  if (!Array.isArray(selected)) return undefined
  const within = (of: unknown, member: string) => (isTree(of) && Array.isArray(of[member]) ? of[member] : [])
  return selected
    .flatMap((database) => within(database, 'schema'))
    .flatMap((schema) => within(schema, 'tableInfos'))
    .flatMap((info) => (isTree(info) && info.enable !== false ? texts(info.table ?? info.tableName) : []))
}

const dataSourceIn = ({ parameter }: Step) =>
  text(parameter, 'datasource') ?? text(connectionOf(parameter), 'datasource')

function connectionOf({ connection }: Tree): Tree {
  const first: unknown = Array.isArray(connection) ? connection[0] : undefined
  return isTree(first) ? first : {}
}

function columnsIn({ parameter }: Step): readonly string[] {
  const columns = Array.isArray(parameter.column) ? parameter.column : []
  const names = columns.map((column) => (isTree(column) ? column.name : column))
  return names.includes('*') ? [] : names.filter((name) => typeof name === 'string')
}

function formatOf({ stepType, parameter }: Step): FileFormat | null {
  if (!/^(ftp|oss|s3|hdfs|file|csv|parquet)$/i.test(stepType)) return null
  return /parquet/i.test(`${stepType} ${parameter.fileFormat ?? parameter.fileType ?? ''}`) ? 'parquet' : 'csv'
}

/**
 * Adding rows without a key would double them when an instance is run again, so it is not known here: a writer that neither truncates nor has a key replaces
 * its partition, where it has one, and is refused otherwise.
 */
function writeModeOf(writer: Step): WriteMode {
  const { parameter } = writer
  const key = texts(parameter.primaryKey ?? parameter.pkColumn)
  if (key.length > 0 || /update|upsert|replace into|conflict/i.test(text(parameter, 'writeMode') ?? '')) return 'upsert'
  if (parameter.truncate === true || text(parameter, 'partition') !== null || formatOf(writer) !== null)
    return 'replace'
  throw invalid(
    'writer',
    'rows that are only added would be doubled when it is run again: truncate, name a partition, or name primaryKey',
  )
}

/** `schema.table`; a path stays as it is. */
function qualified(
  name: string,
  format: FileFormat | null,
): { readonly schema: string | null; readonly table: string } {
  const parts = format === null ? name.split('.') : [name]
  return parts.length === 2 ? { schema: parts[0]!, table: parts[1]! } : { schema: null, table: name }
}

function texts(value: unknown): readonly string[] {
  return [value].flat().filter((one) => typeof one === 'string' && one !== '') as string[]
}

const text = (of: Tree, member: string): string | null => texts(of[member])[0] ?? null
const isTree = (value: unknown): value is Tree => value !== null && typeof value === 'object' && !Array.isArray(value)
const invalid = (path: string, problem: string) => new Refusal('SYNC_INVALID', { path: path || 'content', problem })
