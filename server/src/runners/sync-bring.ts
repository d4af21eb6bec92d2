/** One table: what is asked of the session that reads and of the one that writes, and in what order. */
import { createHash } from 'node:crypto'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MAX_SYNC_BATCH_ROWS, Refusal, readPartition } from '@holdpoint/core'
import { SYNC_DIALECTS } from './inside/sync-dialects.ts'
import type { AnswerTo, Between, Ledger, Stand, SyncAsk, SyncPart } from './inside/sync-messages.ts'
import type { RunIo, SyncWork } from './runner.ts'
import { type PlannedTable, shownTable } from './sync-plan.ts'
import { NotAnswered, Stopped, type Talk } from './sync-session.ts'

const LOOK_FOR_WRITERS_EVERY_MS = 100
/** A real-time run then looks at its other tables, and comes back. */
const WAIT_FOR_WRITERS_MS = 2_000
const SAY_WHO_IS_WAITED_FOR_AFTER_MS = 60_000

/** Two sessions, where rows lie between them, and who is told. */
export type Way = {
  readonly work: SyncWork
  readonly reader: Talk
  readonly writer: Talk
  readonly directory: string
  readonly io: RunIo
}
/** A bound that was taken, and those who were writing then and have not ended. */
type Pending = {
  readonly stand: Stand
  readonly position: string | null
  readonly high: string
  readonly isFull: boolean
  readonly look: string | null
  readonly writers: readonly string[]
}
/** Of a real-time run, of each table: what is waited for, and what its last rows looked like when they had been brought. */
export type Seen = { readonly pending: Map<PlannedTable, Pending>; readonly looks: Map<PlannedTable, string> }
type Asking<D extends SyncAsk['do']> = Extract<SyncAsk, { readonly do: D }>
export type Batch = { readonly rows: number; readonly position: string | null; readonly isFull: boolean }

/** Everything that there is, in one transaction: in place of what the target has, or by its key. */
export async function bringAll(way: Way, table: PlannedTable): Promise<number> {
  const { of } = table
  await begin(way, table, null)
  const bytes = await move(way, table, null, of.write === 'replace')
  const { rows } = await asked(way.writer, table, { do: 'finish', position: null, runId: null })
  if (of.write === 'upsert') tellOf(way, table, { rows, bytes, position: null })
  return rows
}

export const nothingSeen = (): Seen => ({ pending: new Map(), looks: new Map() })

/**
 * Rule 57: one batch of what has changed. The bound is taken first; then whoever was writing is waited for, and only then it is read, up to the bound: what
 * they have written below it is seen. Null: there was none, because somebody is still writing, or because the target has come elsewhere in the meantime.
 */
export async function follow(
  way: Way,
  table: PlannedTable,
  { pending, looks }: Seen,
  tell: (table: PlannedTable, batch: Batch) => void,
): Promise<Batch | null> {
  const { work, writer } = way
  const { lookback } = work.sync
  const runId = work.ledger!.runId
  const ledger: Ledger = { job: ledgerJob(work, table), target: shownTable(table.target) }
  const bound = pending.get(table) ?? (await boundOf(way, table, ledger))
  pending.delete(table)
  if (bound === null || (bound.look !== null && bound.look === looks.get(table))) return NOTHING
  const writers = await writersEnd(way, table, bound.writers)
  const { stand, position, high, isFull, look } = bound
  if (writers.length > 0) {
    pending.set(table, { ...bound, writers })
    return null
  }
  if (!(await begin(way, table, { ...ledger, before: stand }))) return null
  const bytes = await move(way, table, { ...table.change!, position, high, lookback }, false)
  const { rows } = await asked(writer, table, { do: 'finish', position: high, runId })
  if (look === null) looks.delete(table)
  else looks.set(table, look)
  const batch: Batch = { rows, position: high, isFull }
  if (rows > 0 || high !== position) tellOf(way, table, { rows, bytes, position: high })
  tell(table, batch)
  return batch
}

/** A position is one among the rows that it was taken from: what brings other rows, or more of them, begins at their beginning. */
function ledgerJob({ ledger, source: { id } }: SyncWork, { source, of }: PlannedTable): string {
  const what = [id, source.schema, source.table, of.changeColumn, of.where, of.columns, of.key]
  return `${ledger!.key} ${createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 16)}`
}

const NOTHING: Batch = { rows: 0, position: null, isFull: false }

async function boundOf(way: Way, table: PlannedTable, ledger: Ledger): Promise<Pending | null> {
  const { work, reader, writer } = way
  const { startAt, runId } = work.ledger!
  const { source, of, change } = table
  const { stand, isThere } = await asked(writer, table, { do: 'position', ledger, table: table.target })
  if (stand === null) throw new Refusal('SYNC_FAILED', { table: ledger.target, problem: 'its position is gone' })
  // A run that is to start elsewhere does so once. A target that has been dropped has nothing of what was brought.
  const position = !isThere || (startAt !== null && stand.run !== String(runId)) ? startAt : stand.position
  const ask: Asking<'bound'> = {
    ...{ do: 'bound', table: source, where: of.where, column: change!, position },
    ...{ lookback: work.sync.lookback, limit: MAX_SYNC_BATCH_ROWS },
  }
  const found = await asked(reader, table, ask)
  const high = found.t === 'bound' ? found.high : position
  if (high === null) return null
  const { transactions: writers } = await asked(reader, table, { do: 'writers', table: source, among: null })
  const above = found.t === 'bound' ? { isFull: found.isFull, look: null } : { isFull: false, look: found.look }
  return { stand, position, high, ...above, writers }
}

/** Those that are still there when a real-time run has waited for them for a while; a run that ends waits for all. */
async function writersEnd(
  { reader, io, work }: Way,
  table: PlannedTable,
  writers: readonly string[],
): Promise<readonly string[]> {
  const sinceMs = performance.now()
  let left = writers
  for (let said = false; left.length > 0; ) {
    const waitedMs = performance.now() - sinceMs
    if (work.sync.kind === 'real-time' && waitedMs > WAIT_FOR_WRITERS_MS) break
    if (!said && waitedMs > SAY_WHO_IS_WAITED_FOR_AFTER_MS) {
      io.log(`${shownTable(table.source)}: ${left.length} transactions that write to it are waited for\n`)
      said = true
    }
    await pause(LOOK_FOR_WRITERS_EVERY_MS / 1000, io.signal)
    const ask: Asking<'writers'> = { do: 'writers', table: table.source, among: left }
    left = (await asked(reader, table, ask)).transactions
  }
  return left
}

async function begin(
  { writer }: Way,
  table: PlannedTable,
  ledger: (Ledger & { readonly before: Stand }) | null,
): Promise<boolean> {
  const { of, columns, reads } = table
  const ask: Asking<'begin'> = {
    ...{ do: 'begin', table: table.target, write: of.write, key: columns.key, ledger },
    columns: columns.pairs.map(({ to }, at) => ({ name: to, type: reads[at]!.type })),
    partition: of.partition === null ? [] : readPartition(of.partition)!,
  }
  return !(await asked(writer, table, ask)).moved
}

/** Brings rows into what was begun; answers how many bytes they had. */
async function move(way: Way, table: PlannedTable, between: Between | null, tellsRows: boolean): Promise<number> {
  const { work, reader, writer, directory } = way
  const { of, source, reads } = table
  const broken = Promise.withResolvers<never>()
  broken.promise.catch(() => {})
  let loading = Promise.resolve()
  let all = 0
  const load = async (file: number, bytes: number) => {
    const { rows } = await asked(writer, table, { do: 'load', file: path.join(directory, `${file}`) })
    reader.taken()
    all += bytes
    if (tellsRows) tellOf(way, table, { rows, bytes, position: null })
  }
  const ask: Asking<'read'> = {
    ...{ do: 'read', table: source, columns: reads, where: of.where, between, directory },
    constants: of.partition === null ? [] : readPartition(of.partition)!.map(({ value }) => value),
    as: SYNC_DIALECTS[work.target.kind].loads,
  }
  const reading = asked(reader, table, ask, (part) => {
    if (part.t !== 'file') return
    loading = loading.then(() => load(Number(part.file), Number(part.bytes)))
    loading.catch(broken.reject)
  })
  // Who reads waits for files to be taken, and who writes does that no more.
  reading.catch(() => {})
  await Promise.race([reading, broken.promise])
  await loading
  return all
}

function tellOf(
  { io }: Way,
  table: PlannedTable,
  of: { readonly rows: number; readonly bytes: number; readonly position: string | null },
): void {
  io.progress?.({ source: shownTable(table.source), target: shownTable(table.target), ...of })
}

/** The log of what never ends has a line now and then. */
export function told(io: RunIo, everyMs: number): (table: PlannedTable, batch: Batch) => void {
  const said = new Map<string, { rows: number; atMs: number }>()
  return ({ source, target }, { rows, position }) => {
    const name = `${shownTable(source)} → ${shownTable(target)}`
    const one = said.get(name) ?? { rows: 0, atMs: Number.NEGATIVE_INFINITY }
    one.rows += rows
    if (one.rows > 0 && performance.now() - one.atMs >= everyMs) {
      io.log(`${name}: ${one.rows} ${one.rows === 1 ? 'row' : 'rows'}, up to ${position}\n`)
      said.set(name, { rows: 0, atMs: performance.now() })
    } else said.set(name, one)
  }
}

async function asked<A extends SyncAsk>(
  talk: Talk,
  table: PlannedTable,
  ask: A,
  part?: (part: SyncPart) => void,
): Promise<AnswerTo<A>> {
  try {
    return await talk.ask(ask, part)
  } catch (error) {
    if (!(error instanceof NotAnswered)) throw error
    const { failure, dataSource: name, message: problem } = error
    if (failure.because === 'gone') throw new Refusal('DATA_SOURCE_UNREACHABLE', { name, problem })
    if (failure.because === 'unfit') {
      const { row, column, value, type } = failure
      throw new Refusal('SYNC_TYPE_UNFIT', { row, column, value, type, table: shownTable(table.target) })
    }
    const reason = new Refusal('SYNC_FAILED', { table: shownTable(table.target), problem })
    throw failure.because === 'conflict' ? new Conflict(reason) : reason
  }
}

/** Somebody else was in the way. */
class Conflict extends Error {
  readonly reason: Refusal
  constructor(reason: Refusal) {
    super(reason.message)
    this.reason = reason
  }
}

export const refusalOf = (error: unknown): Refusal | null =>
  error instanceof Conflict ? error.reason : error instanceof Refusal ? error : null

/** Null: another try would not help. */
export function whyAgain(error: unknown): Refusal | null {
  if (error instanceof Conflict) return error.reason
  return error instanceof Refusal && error.code === 'DATA_SOURCE_UNREACHABLE' ? error : null
}

export async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(seconds * 1000, undefined, { signal })
  } catch {
    throw new Stopped('it was stopped')
  }
}
