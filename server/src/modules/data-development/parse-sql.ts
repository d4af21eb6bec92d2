/** What SQL reads and makes, and where it does not parse (rule 43). */
import { Worker } from 'node:worker_threads'
import { runnerKindOf } from '@holdpoint/core'
import type { WorkspaceRow } from '../../store/workspaces.ts'

export type SqlProblem = { readonly line: number; readonly column: number; readonly problem: string }
export type ParsedSql = {
  /** Tables as inputs and outputs of nodes write them: `project.table`. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** What does not parse; of what does not, nothing is found. */
  readonly problems: readonly SqlProblem[]
}

type Dialect = 'duckdb' | 'postgresql' | 'hive' | 'mysql' | 'mssql' | 'clickhouse'
/** What the thread is asked, and what it says. */
export type Asked = { readonly content: string; readonly dialects: readonly Dialect[] }
export type Said = ParsedSql

const NOTHING: ParsedSql = { inputs: [], outputs: [], problems: [] }

/**
 * Of a program that is no SQL nothing is found. A table without a schema, or in the default one, is one of the workspace’s; any other is named as the SQL names it. Names that depend on
 * parameters are left out.
 */
export async function parseSql(
  content: string,
  programType: string,
  { tenant_id: tenantId, identifier }: Pick<WorkspaceRow, 'tenant_id' | 'identifier'>,
): Promise<ParsedSql> {
  const dialects = dialectsOf(programType)
  if (dialects.length === 0 || content.trim() === '') return NOTHING
  const { inputs, outputs, problems } = await inLine(tenantId, { content: withoutParameters(content), dialects })
  if (Math.max(inputs.length, outputs.length) > MOST_NAMES) return failed(`it names more than ${MOST_NAMES} tables`)
  const named = (names: readonly string[]) =>
    names
      .map((name) => (name.includes('.') ? name : `${identifier}.${name}`))
      .filter((name) => name.length <= MOST_NAME_CHARACTERS)
  return { inputs: named(inputs), outputs: named(outputs), problems }
}

const MOST_NAME_CHARACTERS = 256
/** As many inputs or outputs as a node may have. */
const MOST_NAMES = 1_000

/** The database that it runs on knows more than one of them; the first is the likeliest. */
function dialectsOf(programType: string): readonly Dialect[] {
  const kind = runnerKindOf(programType)
  if (kind === 'postgresql') return ['postgresql']
  if (kind !== 'sql') return []
  const type = programType.trim().toUpperCase()
  if (type === 'SQL' || type === 'DUCKDB_SQL') return ['duckdb', 'postgresql']
  if (type === 'MYSQL' || type === 'DRDS') return ['duckdb', 'postgresql', 'mysql']
  if (type === 'SQLSERVER') return ['duckdb', 'postgresql', 'mssql']
  if (type === 'CLICK_SQL') return ['duckdb', 'postgresql', 'clickhouse']
  return ['duckdb', 'postgresql', 'hive']
}

/** Parameters stand in the text as `${name}`, also where no literal may stand; every character keeps its place. */
function withoutParameters(content: string): string {
  return content.replace(/\$\{([^{}\n]{0,200})\}/g, (_, name: string) => `ᐁ_${name.replace(/\W/g, '_')}_`)
}

const WITHIN_MS = 5_000
const MOST_WAITING = 64
/** Of one tenant, so that it never takes the places of the others. */
const MOST_WAITING_OF_ONE = 8
let worker: Worker | null = null
const waiting = new Map<number, number>()
let last: Promise<unknown> = Promise.resolve()

/** One at a time, so that what takes too long is known by its own time. */
async function inLine(tenantId: number, asked: Asked): Promise<Said> {
  const ofOne = waiting.get(tenantId) ?? 0
  const ofAll = [...waiting.values()].reduce((sum, count) => sum + count, 0)
  if (ofOne >= MOST_WAITING_OF_ONE || ofAll >= MOST_WAITING)
    return failed('it could not be looked at now: try again in a moment')
  waiting.set(tenantId, ofOne + 1)
  const mine = last.then(() => ask(asked))
  last = mine
  try {
    return await mine
  } finally {
    const left = waiting.get(tenantId)! - 1
    if (left > 0) waiting.set(tenantId, left)
    else waiting.delete(tenantId)
  }
}

async function ask(asked: Asked): Promise<Said> {
  const { promise, resolve } = Promise.withResolvers<Said>()
  worker ??= started()
  const one = worker
  const lost = () => {
    if (worker === one) worker = null
    void one.terminate()
    resolve(failed('it is nested too deeply, or too long, to be read'))
  }
  const timer = setTimeout(lost, WITHIN_MS)
  one.ref()
  one.once('message', resolve)
  one.once('error', lost)
  one.postMessage(asked)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    one.off('message', resolve)
    one.off('error', lost)
    one.unref()
  }
}

function started(): Worker {
  const one = new Worker(new URL('./parse-sql-worker.ts', import.meta.url), {
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  })
  // Between two questions too.
  one.on('error', () => {
    if (worker === one) worker = null
  })
  return one
}

const failed = (problem: string): Said => ({ inputs: [], outputs: [], problems: [{ line: 1, column: 1, problem }] })
