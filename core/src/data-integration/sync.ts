/**
 * A synchronisation: which tables of one data source are brought to which of another, and how.
 *
 * A table is one of PostgreSQL, one of a DuckDB data source, or a CSV or Parquet file in the directory `files` beside the latter's tables.
 */
import { readPartition } from '../partition.ts'

/**
 * `full` and `incremental` end when everything has been brought. `real-time` goes on until it is stopped: it follows a change column, as `incremental` does
 * from where it ended the last time.
 */
export const SYNC_KINDS = ['full', 'incremental', 'real-time'] as const
export type SyncKind = (typeof SYNC_KINDS)[number]

/** `replace`: what the target has (of the partition, where there is one) is what was read. `upsert`: rows take the place of those with their key. */
export const WRITE_MODES = ['replace', 'upsert'] as const
export type WriteMode = (typeof WRITE_MODES)[number]

export const FILE_FORMATS = ['csv', 'parquet'] as const
export type FileFormat = (typeof FILE_FORMATS)[number]

/** Null: the default data source of the environment. */
export type SyncPlace = { readonly dataSource: string | null }

export type SyncMapping = {
  readonly source: {
    /** Null: the data source's usual one. A pattern where `table` is one; files have none. */
    readonly schema: string | null
    /** A table, or a file's path within `files`; or a pattern that all of such a name has to match. */
    readonly table: string
    readonly isPattern: boolean
    readonly format: FileFormat | null
  }
  readonly target: {
    readonly schema: string | null
    /** `${table}`, `${schema}` and `$1` to `$9`, the groups of the pattern, stand for what was found. */
    readonly table: string
    readonly format: FileFormat | null
  }
  /** Empty: every column of the source, under its name. */
  readonly columns: readonly { readonly from: string; readonly to: string }[]
  /** Which rows, in the SQL of the source. */
  readonly where: string | null
  readonly write: WriteMode
  /** Of `replace`: columns of the target, with the values that rows get there; only rows with these are replaced. */
  readonly partition: string | null
  /** Of `upsert`, in names of the target. Empty: the primary key of the source. */
  readonly key: readonly string[]
  /** In names of the source: it grows with every change of a row. */
  readonly changeColumn: string | null
}

export type Sync = {
  readonly kind: SyncKind
  readonly source: SyncPlace
  readonly target: SyncPlace
  readonly mappings: readonly SyncMapping[]
  /**
   * What is read again each time below the position, because changes come to be seen later than others with higher values: seconds of times, units of
   * numbers. What the target has already is not written again.
   */
  readonly lookback: number
  /** Of `real-time`: how long after it has found nothing it looks again. */
  readonly pollSeconds: number
}

export const MAX_SYNC_MAPPINGS = 5_000
/** Tables that the mappings of one job lead to at most. */
export const MAX_SYNC_TABLES = 10_000
export const MAX_SYNC_PATTERN_CHARACTERS = 256
/** Rows of a change column's values that one transaction brings, but for those of one and the same value, which come together. */
export const MAX_SYNC_BATCH_ROWS = 1_000_000

/** The program type of a job's run, whose content is a `SyncProgram`; nobody writes nodes of it. Nodes that synchronise are of type DI (task-content.ts). */
export const SYNC_PROGRAM_TYPE = 'HOLDPOINT_SYNC'

/** What a run of a job is handed, as the JSON text of its program. Which tables its mappings lead to it finds out itself. */
export type SyncProgram = {
  readonly sync: Sync
  /** Under which the target keeps positions; null where none are kept. A run that is to start elsewhere does so once: its target knows the run. */
  readonly ledger: { readonly key: string; readonly runId: number; readonly startAt: string | null } | null
}

/**
 * What a run has moved of a table since it last spoke of it, in names as people write them. Of what replaces a table that is said as it goes along, before the
 * target has committed it.
 */
export type SyncProgress = {
  readonly source: string
  readonly target: string
  readonly rows: number
  readonly bytes: number
  /** The highest value of the change column that has been brought; null where none is followed. */
  readonly position: string | null
}

/** A table that a mapping leads to. */
export type SyncTable = {
  readonly mapping: number
  readonly source: TableName
  readonly target: TableName
}

export type TableName = { readonly schema: string | null; readonly table: string; readonly format: FileFormat | null }

/** Of a number, and of a time. */
export const CHANGE_COLUMN_TYPES = ['number', 'time'] as const
export type ChangeColumnType = (typeof CHANGE_COLUMN_TYPES)[number]

export type SyncProblem = { readonly path: string; readonly problem: string }

/** Rule 53: what of it can never run, whatever the data sources have. */
export function syncProblems(sync: Sync): readonly SyncProblem[] {
  const problems: SyncProblem[] = []
  if (sync.mappings.length === 0) problems.push({ path: 'mappings', problem: 'there has to be one' })
  if (sync.mappings.length > MAX_SYNC_MAPPINGS)
    problems.push({ path: 'mappings', problem: `there are at most ${MAX_SYNC_MAPPINGS}` })
  for (const [at, mapping] of sync.mappings.slice(0, MAX_SYNC_MAPPINGS).entries())
    problems.push(
      ...mappingProblems(sync, mapping).map(({ path, problem }) => ({ path: `mappings.${at}.${path}`, problem })),
    )
  return problems
}

function mappingProblems({ kind }: Sync, mapping: SyncMapping): SyncProblem[] {
  const { source, target, key, write, partition, changeColumn } = mapping
  const follows = kind !== 'full'
  const problems: (SyncProblem | null)[] = [
    source.isPattern
      ? patternProblem('source.table', source.table)
      : nameProblem('source.table', source.table, source.format),
    source.isPattern && source.schema !== null ? patternProblem('source.schema', source.schema) : null,
    nameProblem('target.table', target.table, target.format),
    source.format !== null && source.schema !== null ? { path: 'source.schema', problem: 'files have none' } : null,
    target.format !== null && target.schema !== null ? { path: 'target.schema', problem: 'files have none' } : null,
    target.format !== null && write === 'upsert'
      ? { path: 'write', problem: 'a file is written as a whole: replace' }
      : null,
    target.format !== null && partition !== null
      ? { path: 'partition', problem: 'a file is written as a whole; put the day into its name' }
      : null,
    write === 'upsert' && partition !== null ? { path: 'partition', problem: 'only replace knows partitions' } : null,
    write === 'replace' && key.length > 0 ? { path: 'key', problem: 'only upsert has one' } : null,
    partition !== null && readPartition(partition) === null
      ? { path: 'partition', problem: 'write column=value, more of them with / between' }
      : null,
    follows && write !== 'upsert' ? { path: 'write', problem: 'what follows a change column has to upsert' } : null,
    follows && changeColumn === null ? { path: 'changeColumn', problem: 'it has to be named' } : null,
    follows && source.format !== null
      ? { path: 'source.format', problem: 'a file has no change column to follow' }
      : null,
    !follows && changeColumn !== null ? { path: 'changeColumn', problem: 'what is full follows none' } : null,
    new Set(mapping.columns.map(({ to }) => to)).size < mapping.columns.length
      ? { path: 'columns', problem: 'two lead to the same column' }
      : null,
  ]
  return problems.filter((problem) => problem !== null)
}

function patternProblem(path: string, pattern: string): SyncProblem | null {
  if (pattern.length > MAX_SYNC_PATTERN_CHARACTERS)
    return { path, problem: `it is longer than ${MAX_SYNC_PATTERN_CHARACTERS} characters` }
  try {
    // Alone, so that nothing of it closes what stands around it when it is matched with whole names.
    new RegExp(pattern, 'u')
    return null
  } catch (error) {
    return { path, problem: (error as Error).message }
  }
}

/** A path leads to nothing outside `files`. */
export function nameProblem(path: string, name: string, format: FileFormat | null): SyncProblem | null {
  if (name.trim() === '') return { path, problem: 'it has to be named' }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u001f\u007f]/.test(name)) return { path, problem: 'it has control characters' }
  if (format === null) return null
  const parts = name.split('/')
  return name.includes('\\') || parts.some((part) => part === '' || part.startsWith('.'))
    ? { path, problem: 'a path within files, none of whose parts begins with a point' }
    : null
}
