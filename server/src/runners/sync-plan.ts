/** Rule 54: which tables and columns a synchronisation leads to, asked of both data sources. */
import vm from 'node:vm'
import {
  columnsOf,
  type Match,
  Refusal,
  type Sync,
  type SyncColumns,
  type SyncMapping,
  type SyncTable,
  sqlStatements,
  type TableName,
  tablesOf,
} from '@holdpoint/core'
import type { DataSource } from '../store/data-sources.ts'
import type { ChangeColumn, Looked, SyncColumn } from './inside/sync-messages.ts'
import { changeTypeOf } from './inside/sync-types.ts'
import { NotAnswered, type Talk } from './sync-session.ts'

export type PlannedTable = SyncTable & {
  readonly columns: SyncColumns
  readonly targetExists: boolean
  readonly of: SyncMapping
  /** What is read, in the order in which it is written. */
  readonly reads: readonly SyncColumn[]
  readonly change: ChangeColumn | null
}

/** Does something with a session. */
export type With = <T>(work: (talk: Talk) => Promise<T>) => Promise<T>

const LONGEST_MATCH_MS = 200
const MATCHED_WITHIN_MS = 2_000
const MATCHES = new vm.Script(
  `{ const one = new RegExp('^(?:' + pattern + ')$', 'u'); JSON.stringify(names.map((name) => one.exec(name))) }`,
)
const TABLES_AT_ONCE = 100

export async function planSync(
  sync: Sync,
  kinds: { readonly source: DataSource['kind']; readonly target: DataSource['kind'] },
  withSource: With,
  withTarget: With,
): Promise<readonly PlannedTable[]> {
  for (const [at, { source, target, where }] of sync.mappings.entries()) {
    if (where !== null && sqlStatements(where).length !== 1)
      throw new Refusal('SYNC_INVALID', { path: `mappings.${at}.where`, problem: 'it has to be one condition' })
    if (source.format !== null && kinds.source !== 'duckdb') throw noFiles(`mappings.${at}.source.format`)
    if (target.format !== null && kinds.target !== 'duckdb') throw noFiles(`mappings.${at}.target.format`)
  }
  const [tables, sources] = await withSource(async (talk) => {
    const there: TableName[] = []
    await answered(talk.ask({ do: 'tables' }, (part) => void (part.t === 'name' && there.push(...part.names))))
    const tables = tablesOf(sync, there, talk.usualSchema, matching(), kinds.target)
    return [
      tables,
      await looksAt(
        talk,
        tables.map(({ source }) => source),
      ),
    ]
  })
  // A file that is to be written is not looked into.
  const written = tables.filter(({ target }) => target.format === null)
  const targets = new Map(
    await withTarget(async (talk) => {
      const found = await looksAt(
        talk,
        written.map(({ target }) => target),
      )
      return written.map((table, at) => [table, found[at] ?? null] as const)
    }),
  )
  return tables.map((table, at) =>
    planOf(sync.mappings[table.mapping]!, table, sources[at] ?? null, targets.get(table) ?? null),
  )
}

const noFiles = (path: string) =>
  new Refusal('SYNC_INVALID', { path, problem: 'files lie beside a DuckDB data source' })

function planOf(of: SyncMapping, table: SyncTable, source: Looked, target: Looked): PlannedTable {
  // Gone between two questions.
  if (source === null) throw new Refusal('SYNC_MATCHES_NOTHING', { mappings: [shownTable(table.source)] })
  const found = (name: string, { columns, primaryKey }: NonNullable<Looked>) => ({
    ...{ name, primaryKey },
    columns: columns.map(({ name, native }) => ({ name, type: native })),
  })
  const columns = columnsOf(
    of,
    found(shownTable(table.source), source),
    target === null ? null : found(shownTable(table.target), target),
  )
  const known = new Map(source.columns.map((column) => [column.name, column]))
  return {
    ...table,
    ...{ columns, of, targetExists: target !== null },
    reads: columns.pairs.map(({ from }) => known.get(from)!),
    change: of.changeColumn === null ? null : changeOf(known.get(of.changeColumn)!, table),
  }
}

function changeOf({ name, native }: SyncColumn, { source }: SyncTable): ChangeColumn {
  const type = changeTypeOf(native)
  if (type !== null) return { name, native, type }
  throw new Refusal('SYNC_CHANGE_COLUMN_UNFIT', { column: name, table: shownTable(source), type: native })
}

async function looksAt(talk: Talk, tables: readonly TableName[]): Promise<readonly Looked[]> {
  const all: Looked[] = tables.map(() => null)
  for (let from = 0; from < tables.length; from += TABLES_AT_ONCE)
    await answered(
      talk.ask({ do: 'look', tables: tables.slice(from, from + TABLES_AT_ONCE) }, (part) => {
        if (part.t !== 'looked' || part.looked === null) return
        const before = all[from + part.at]?.columns ?? []
        all[from + part.at] = { ...part.looked, columns: [...before, ...part.looked.columns] }
      }),
    )
  return all
}

async function answered<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (error) {
    if (!(error instanceof NotAnswered)) throw error
    throw new Refusal('DATA_SOURCE_UNREACHABLE', { name: error.dataSource, problem: error.message })
  }
}

export const shownTable = ({ schema, table }: TableName) => (schema === null ? table : `${schema}.${table}`)

/** Patterns are other people's, and nothing else is done meanwhile: a bounded time for each over all names, and for all of them together. */
function matching(): Match {
  const context = vm.createContext({ pattern: '', names: [] as readonly string[] })
  let leftMs = MATCHED_WITHIN_MS
  return (pattern, names) => {
    const beganMs = performance.now()
    try {
      Object.assign(context, { pattern, names })
      const found = MATCHES.runInContext(context, {
        timeout: Math.max(1, Math.min(LONGEST_MATCH_MS, Math.ceil(leftMs))),
      })
      return (JSON.parse(found) as (string[] | null)[]).map((groups) => groups?.slice(1) ?? null)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
        throw new Refusal('SYNC_PATTERN_SLOW', { pattern })
      throw new Refusal('SYNC_INVALID', { path: 'mappings', problem: (error as Error).message })
    } finally {
      leftMs -= performance.now() - beganMs
    }
  }
}
