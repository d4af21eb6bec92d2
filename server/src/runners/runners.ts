/** Runs the programs of nodes: what runs a node, how long it may, and what is written of it. */
import { type FoundTable, Refusal, runnerKindOf, type Sync, whyNotRun } from '@holdpoint/core'
import type { DataSource } from '../store/data-sources.ts'
import { runBranch } from './branch.ts'
import { httpRunner } from './http.ts'
import { startLeases } from './lease.ts'
import { boundedLog } from './log.ts'
import { type Measurement, measure } from './measure.ts'
import { type ProgramSettings, programs } from './programs.ts'
import type { Ended, RunIo, Runners, Work } from './runner.ts'
import { type SqlParts, sqlRunner } from './sql.ts'
import { syncRunner } from './sync.ts'
import type { PlannedTable } from './sync-plan.ts'

export type NodeRunners = Runners & {
  /** Whether a data source can be used: null, or why not. */
  test(dataSource: DataSource, signal: AbortSignal): Promise<Refusal | null>
  /** The table of this name as the database says it is; null: there is none. Refused where it cannot be asked. */
  look(dataSource: DataSource, name: string, signal: AbortSignal): Promise<FoundTable | null>
  /** Rule 54: which tables and columns it leads to, asked of both data sources. Refused with what is wrong. */
  previewSync(
    sync: Sync,
    source: DataSource,
    target: DataSource,
    signal: AbortSignal,
  ): Promise<{ readonly tables: readonly PreviewedTable[] }>
  /** Rule 58: what each of the statements measures, in their order; null where it was stopped, and may be asked for again. */
  measure(
    dataSource: DataSource,
    statements: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly Measurement[] | null>
  /** A data source is no more, and its tables go. */
  remove(dataSource: DataSource): Promise<void>
  /** What programs run behind here, for the log. */
  fence(): Promise<string>
}

export type PreviewedTable = Pick<PlannedTable, 'mapping' | 'source' | 'target' | 'columns' | 'targetExists' | 'change'>

/** What no run goes beyond, but for one that never ends. */
const LONGEST_RUN_MS = 24 * 3_600_000

export function startRunners(parts: SqlParts & ProgramSettings & { readonly replicaTimeoutMs: number }): NodeRunners {
  const leases = startLeases(parts.replicaTimeoutMs)
  const sql = sqlRunner(parts, leases)
  const http = httpRunner(parts.outbound)
  const own = programs(parts, leases)
  const sync = syncRunner(sql, parts.tablesDir)
  const closing = new AbortController()
  const underway = new Set<Promise<unknown>>()

  async function dispatch(work: Work, io: RunIo): Promise<Ended> {
    if (work.table !== undefined) return await sql.change(work, work.table, io)
    if (work.sync !== undefined) return await sync.run(work.sync, io)
    const problem = whyNotRun(work.node)
    if (problem !== null) return { ended: 'failed', reason: new Refusal('PROGRAM_NOT_RUN', { problem }) }
    const kind = runnerKindOf(work.node.programType)!
    switch (kind) {
      case 'none':
        return { ended: 'succeeded' }
      case 'branch':
        return runBranch(work, io.log)
      case 'http':
        return await http(work, io)
      case 'shell':
      case 'python':
        return await own.run(kind, work, io)
      default:
        return await sql.run(kind, work, io)
    }
  }

  async function run(work: Work, io: RunIo): Promise<Ended> {
    const endless = work.sync?.sync.kind === 'real-time'
    const mayTakeMs = Math.min(work.timeoutMs ?? LONGEST_RUN_MS, LONGEST_RUN_MS)
    const late = new AbortController()
    const timer = endless ? undefined : setTimeout(() => late.abort(), mayTakeMs)
    const log = boundedLog(io.log)
    try {
      const signal = AbortSignal.any([io.signal, closing.signal, late.signal])
      const ended = await dispatch(work, { ...io, log, signal })
      if (ended.ended !== 'stopped' || !late.signal.aborted || io.signal.aborted || closing.signal.aborted) return ended
      return { ended: 'failed', reason: new Refusal('RUN_TIMED_OUT', { seconds: Math.round(mayTakeMs / 1000) }) }
    } catch (error) {
      if (error instanceof Refusal) return { ended: 'failed', reason: error }
      // A fault of ours: what the program is, it is not told more about it.
      parts.logFault(error, { instance: work.instanceId })
      return { ended: 'failed', reason: new Refusal('OPERATION_FAULT') }
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    run(work, io) {
      const running = run(work, io).finally(() => underway.delete(running))
      underway.add(running)
      return running
    },
    hasWork: (programType) => runnerKindOf(programType) !== 'none',
    test: (dataSource, signal) => sql.test(dataSource, signal),
    look: (dataSource, name, signal) => sql.look(dataSource, name, signal),
    previewSync: async (...asked) => ({ tables: await sync.preview(...asked) }),
    measure: (dataSource, statements, signal) => {
      const measuring = measure(sql, dataSource, statements, AbortSignal.any([signal, closing.signal]))
      underway.add(measuring)
      return measuring.finally(() => underway.delete(measuring))
    },
    remove: (dataSource) =>
      sql.remove(dataSource).catch((error) => parts.logFault(error, { dataSource: dataSource.id })),
    fence: () => own.description(),
    async close() {
      closing.abort()
      await Promise.all([...underway])
      await sql.close()
      leases.close()
    },
  }
}
