/** What runs a node, by its program type. */
import type { NodeProgram } from './node.ts'

/** `none`: nothing is run, the node only stands for what it waits for. */
export type RunnerKind = 'sql' | 'postgresql' | 'shell' | 'python' | 'http' | 'sync' | 'branch' | 'none'

const PROGRAM_TYPES: Readonly<Record<RunnerKind, readonly string[]>> = {
  sql: [
    ...['SQL', 'DUCKDB_SQL', 'ODPS_SQL', 'ODPS_SQL_SCRIPT', 'ODPS_SCRIPT', 'ODPS_SPARK_SQL', 'HIVE'],
    ...['EMR_HIVE', 'EMR_HIVE_CLI', 'EMR_SPARK_SQL', 'EMR_PRESTO', 'EMR_TRINO', 'EMR_IMPALA', 'EMR_KYUUBI'],
    ...['CDH_HIVE', 'CDH_SPARK_SQL', 'CDH_PRESTO', 'CDH_IMPALA', 'CLICK_SQL', 'MYSQL', 'SQLSERVER', 'SQL SERVER'],
    ...['DRDS', 'DB2'],
  ],
  postgresql: ['POSTGRESQL', 'HOLOGRES_SQL', 'HOLOGRES_DEVELOP'],
  shell: ['SHELL', 'DIDE_SHELL', 'EMR_SHELL', 'CDH_SHELL', 'BASH', 'SH'],
  python: ['PYTHON', 'PYTHON3', 'PYODPS3'],
  http: ['HTTP'],
  sync: ['DI', 'DATAX', 'DATAX2', 'CDP', 'DT'],
  branch: ['CONTROLLER_BRANCH'],
  none: ['VIRTUAL', 'VIRTUAL_WORKFLOW', 'CONTROLLER_JOIN', 'PARAM_HUB'],
}

/** Types whose nodes run nothing. */
export const PROGRAM_TYPES_WITHOUT_WORK = PROGRAM_TYPES.none
/** Types whose nodes synchronise: their data sources stand in their content. */
export const SYNC_PROGRAM_TYPES = PROGRAM_TYPES.sync

const KINDS: ReadonlyMap<string, RunnerKind> = new Map(
  (Object.entries(PROGRAM_TYPES) as [RunnerKind, readonly string[]][]).flatMap(([kind, names]) =>
    names.map((name) => [name, kind] as const),
  ),
)

/** Compared without case; null for what cannot be run here. */
export function runnerKindOf(programType: string): RunnerKind | null {
  return KINDS.get(programType.trim().toUpperCase()) ?? null
}

/** Why a node with a program of this type will fail whenever it runs, or null. */
export function whyNotRun(node: Pick<NodeProgram, 'programType' | 'branches'>): string | null {
  const kind = runnerKindOf(node.programType)
  if (kind === null) return `programs of the type ${node.programType} are not run here`
  if (kind === 'branch' && (node.branches ?? []).length === 0) return 'it names no branches'
  return null
}
