/** From mappings to tables: which of those that are there a synchronisation brings, and where to; and how messages name them. */
import { Refusal } from '../refusal.ts'
import { MAX_SYNC_TABLES, nameProblem, type Sync, type SyncMapping, type SyncTable, type TableName } from './sync.ts'

/** What a pattern finds in a name, all of which it has to match: its groups, from the first on. */
export type Groups = readonly (string | undefined)[]

/** What a pattern finds in each of these names, null where it does not match. Patterns are other people's: how long they may take is for the caller to see to. */
export type Match = (pattern: string, names: readonly string[]) => readonly (Groups | null)[]

/**
 * Rule 54: the tables that the mappings lead to. A mapping that leads to none is refused by name, and so are two that lead to one target. A table that an
 * earlier mapping took is left to it.
 */
export function tablesOf(
  sync: Sync,
  there: readonly TableName[],
  usualSchema: string,
  match: Match,
  targetsKind: 'duckdb' | 'postgresql',
): readonly SyncTable[] {
  const known = new Map(there.map((table) => [keyOf(table, usualSchema), table]))
  const taken = new Set<TableName>()
  const targets = new Map<string, string>()
  const nothing: string[] = []
  const found: SyncTable[] = []
  for (const [mapping, one] of sync.mappings.entries()) {
    const led = one.source.isPattern ? matching(one, there, usualSchema, match) : exact(one, known, usualSchema)
    if (led.length === 0) nothing.push(shown(one.source))
    for (const { source, groups } of led) {
      if (taken.has(source)) continue
      taken.add(source)
      const target = { ...one.target, table: filled(one.target.table, source, usualSchema, groups) }
      // What a name was filled with comes from the source.
      const wrong = nameProblem(`mappings.${mapping}.target.table`, target.table, target.format)
      if (wrong !== null) throw new Refusal('SYNC_INVALID', { ...wrong, problem: `${target.table}: ${wrong.problem}` })
      const place = placeOf(target, targetsKind)
      const other = targets.get(place)
      if (other !== undefined)
        throw new Refusal('SYNC_TARGET_TWICE', { target: shown(target), sources: [other, shown(source)] })
      targets.set(place, shown(source))
      found.push({ mapping, source, target })
      if (found.length > MAX_SYNC_TABLES) throw new Refusal('SYNC_TABLES_TOO_MANY', { limit: MAX_SYNC_TABLES })
    }
  }
  if (nothing.length > 0) throw new Refusal('SYNC_MATCHES_NOTHING', { mappings: nothing })
  return found
}

type Led = { readonly source: TableName; readonly groups: Groups }

function exact({ source }: SyncMapping, known: ReadonlyMap<string, TableName>, usualSchema: string): readonly Led[] {
  const found = known.get(keyOf(source, usualSchema))
  return found === undefined ? [] : [{ source: found, groups: [] }]
}

function matching(
  { source }: SyncMapping,
  there: readonly TableName[],
  usualSchema: string,
  match: Match,
): readonly Led[] {
  const ofKind = there.filter(({ format }) => format === source.format)
  const schemas = ofKind.map(({ schema }) => schema ?? usualSchema)
  const schemaFits =
    source.format !== null || source.schema === null
      ? schemas.map((one) => one === usualSchema || source.format !== null)
      : match(source.schema, schemas)
  const within = ofKind.filter((_, at) => schemaFits[at])
  const groups = match(
    source.table,
    within.map(({ table }) => table),
  )
  return within.flatMap((one, at) => (groups[at] ? [{ source: one, groups: groups[at] }] : []))
}

/** Of a file, `${table}` is its name without its directory and ending. */
function filled(template: string, source: TableName, usualSchema: string, groups: Groups): string {
  const table = source.format === null ? source.table : source.table.replace(/^.*\//, '').replace(/\.[^.]*$/, '')
  return template.replace(
    /\$\{(table|schema)\}|\$([1-9])/g,
    (_, name: string | undefined, group: string | undefined) =>
      group !== undefined
        ? (groups[Number(group) - 1] ?? '')
        : name === 'table'
          ? table
          : (source.schema ?? usualSchema),
  )
}

const USUAL_SCHEMAS = { duckdb: 'main', postgresql: 'public' } as const
/** Of a name PostgreSQL takes no more bytes. */
const MOST_NAME_BYTES = 63

/** What two targets have alike that are one: DuckDB does not tell letters apart by their case, PostgreSQL cuts names off. */
function placeOf(target: TableName, kind: keyof typeof USUAL_SCHEMAS): string {
  const key = keyOf(target, USUAL_SCHEMAS[kind])
  if (target.format !== null) return key
  if (kind === 'duckdb') return key.toLowerCase()
  return keyOf({ ...target, table: firstBytes(target.table, MOST_NAME_BYTES) }, USUAL_SCHEMAS[kind])
}

function firstBytes(text: string, most: number): string {
  let first = ''
  let bytes = 0
  for (const character of text) {
    bytes += bytesOf(character.codePointAt(0)!)
    if (bytes > most) break
    first += character
  }
  return first
}

const bytesOf = (point: number) => (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4)

const keyOf = ({ schema, table, format }: TableName, usualSchema: string) =>
  JSON.stringify([format === null ? (schema ?? usualSchema) : null, table, format])
const shown = ({ schema, table }: Pick<TableName, 'schema' | 'table'>) =>
  schema === null ? table : `${schema}.${table}`

/** Beyond that a message names no tables. */
const MOST_NAMED_TABLES = 500

/** What a message says of one job's tables: one entry for each mapping, patterns as they were written. */
export type MappingEntry = {
  readonly srcDatasourceName: string
  readonly srcDatabaseName: string
  readonly srcTable: string
  readonly dstDatasourceName: string
  readonly dstTable: string
}

/** Under their real names, so that a message says where data go also where the default data source was meant. */
export type PlaceNames = { readonly source: string; readonly target: string; readonly database: string }

export function mappingEntries(sync: Sync, names: PlaceNames): readonly MappingEntry[] {
  return sync.mappings.map(({ source, target }) => ({
    srcDatasourceName: names.source,
    srcDatabaseName: source.format === null ? (source.schema ?? names.database) : 'files',
    srcTable: source.table,
    dstDatasourceName: names.target,
    dstTable: target.schema === null ? target.table : `${target.schema}.${target.table}`,
  }))
}

/** Rule 55: beyond 500 tables to name, in all jobs together, messages leave them out and say so. */
export function namesTables(jobs: readonly (readonly MappingEntry[])[]): boolean {
  return jobs.reduce((count, entries) => count + entries.length, 0) <= MOST_NAMED_TABLES
}
