/** SQL nodes: statements on the data source of the node, in a process that is not the server's. */
import { rm } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { type FoundTable, Refusal, type RunnerKind, sameTable, sqlStatements, type TableProgram } from '@holdpoint/core'
import { decryptSecret } from '../credentials.ts'
import { addressesOf, type OutboundPolicy } from '../openevent/guard.ts'
import type { DataSource } from '../store/data-sources.ts'
import type { FromSqlProcess, Measured, ToSqlProcess } from './inside/messages.ts'
import type { Leases } from './lease.ts'
import { substituted } from './parameters.ts'
import { type Occupant, type Places, places } from './places.ts'
import type { Ended, Work } from './runner.ts'
import { type SqlProcess, startSqlProcess } from './sql-process.ts'
import { openTalk, type Talk } from './sync-session.ts'

export type SqlSettings = {
  /** Where the DuckDB files lie; null: nowhere, and nothing runs on them. */
  readonly tablesDir: string | null
  readonly duckdbMemoryMb: number
  readonly duckdbFileGb: number
}

export type SqlParts = SqlSettings & {
  readonly outbound: OutboundPolicy
  readonly secretKey: Buffer
  /** Authorities besides those that Node.js comes with, in PEM. */
  readonly authorities: string | null
  readonly logFault: (error: unknown, about: Readonly<Record<string, unknown>>) => void
  readonly idleMs?: number
}

/** How a data source says where it is. */
export type PostgresqlSettings = {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly tls: boolean
}

type Io = {
  log(text: string): void
  readonly signal: AbortSignal
  /** It has been handed over to a process: what more can be said to that. */
  begun?(tell: (message: ToSqlProcess) => void, id: number): void
  /** It belongs to what is under way on the process already, which waits for it: also when that is to end. */
  readonly joins?: boolean
  /** Of a session: what it says. */
  heard?(message: Heard): void
  measured?(is: Measured): void
}

export type Heard = Extract<FromSqlProcess, { t: 'part' | 'answer' | 'failed' }>

/** What is asked of a process, without its number. */
type Asking =
  | Omit<Extract<ToSqlProcess, { t: 'run' }>, 'id'>
  | Omit<Extract<ToSqlProcess, { t: 'look' }>, 'id'>
  | Omit<Extract<ToSqlProcess, { t: 'table' }>, 'id'>
  | Omit<Extract<ToSqlProcess, { t: 'sync' }>, 'id'>
  | Omit<Extract<ToSqlProcess, { t: 'measure' }>, 'id'>

type Answer = {
  readonly ended: Ended
  readonly found: FoundTable | null
  /** Why nothing was done, as far as the process says. */
  readonly undone: 'differs' | 'failed' | null
  /** Whether it was handed over to a process. */
  readonly begun: boolean
}

export type SqlRunner = {
  run(kind: RunnerKind, work: Work, io: Io): Promise<Ended>
  /** The table as the database says it is; null: there is none. Refused where it cannot be asked. */
  look(dataSource: DataSource, name: string, signal: AbortSignal): Promise<FoundTable | null>
  /** Rule 50. */
  change(work: Work, program: TableProgram, io: Io): Promise<Ended>
  /** Whether it can be used: null, or why not. */
  test(dataSource: DataSource, signal: AbortSignal): Promise<Refusal | null>
  /** A session, to be asked one thing after the other. Throws why it cannot be used. */
  talk(
    dataSource: DataSource,
    of: { readonly reads: boolean; readonly joins: boolean },
    signal: AbortSignal,
  ): Promise<Talk>
  /**
   * What each of these statements measures, one after the other; `heard` is told of each as soon as it is known. They read and do nothing else, and each has 10 minutes.
   * `stopped`: nobody knows the rest.
   */
  measure(
    dataSource: DataSource,
    statements: readonly string[],
    heard: (is: Measured) => void,
    signal: AbortSignal,
  ): Promise<Ended>
  /** It is no more: its process is ended and its tables are gone. */
  remove(dataSource: DataSource): Promise<void>
  close(): Promise<void>
}

const THREADS = 2
const POSTGRESQL_MEMORY_MB = 256
const SYNC_MEMORY_MB = 512
/** Processes at once; who comes later waits. */
const MOST_DUCKDB = 8
const MOST_POSTGRESQL = 16
const IDLE_MS = 15_000
/** A statement that does not end by then although it was told to ends with its process. */
const STOP_WITHIN_MS = 10_000

/** What names the secret that is kept for a data source. */
export const secretOf = (id: number) => `data source ${id}`

export function sqlRunner(parts: SqlParts, leases: Leases): SqlRunner {
  const forDuckDb = places(MOST_DUCKDB)
  const forPostgresql = places(MOST_POSTGRESQL)
  const files = new Map<number, ReturnType<typeof sharedProcess>>()
  const servers = new Map<number, { readonly key: string; readonly process: ReturnType<typeof sharedProcess> }>()

  /** Of tables, and of rows on their way to it. */
  const directoryOf = ({ tenant_id, id }: DataSource) =>
    parts.tablesDir === null ? null : path.join(parts.tablesDir, String(tenant_id), String(id))

  async function onDataSource(dataSource: DataSource, asking: Asking, io: Io): Promise<Answer> {
    if (dataSource.kind === 'postgresql') return await onPostgresql(dataSource, asking, io)
    const directory = directoryOf(dataSource)
    if (directory === null)
      return notBegun(dataSource, 'this server has no directory for tables (HOLDPOINT_TABLES_DIR)')
    let file = files.get(dataSource.id)
    if (file === undefined) {
      const { duckdbMemoryMb: memoryMb, duckdbFileGb: fileGb } = parts
      const open: ToSqlProcess = { t: 'duckdb', directory, memoryMb, threads: THREADS }
      file = sharedProcess(dataSource, open, { memoryMb, fileGb }, forDuckDb, leases, parts.idleMs ?? IDLE_MS)
      files.set(dataSource.id, file)
    }
    return await file.run(asking, io)
  }

  /** Throws why it cannot be. */
  async function openingOf(dataSource: DataSource): Promise<Extract<ToSqlProcess, { t: 'postgresql' }>> {
    const { host, port, database, user, tls } = dataSource.settings as PostgresqlSettings
    // The address is judged, and connected to: the name may lead elsewhere a moment later.
    const address = (await addressesOf(parts.outbound, host))[0]!
    return {
      ...{ t: 'postgresql', address, port, database, user },
      password: passwordOf(dataSource),
      tlsName: tls ? (net.isIP(host) === 0 ? host : address) : null,
      authorities: parts.authorities,
    }
  }

  function passwordOf({ id, secret }: DataSource): string {
    try {
      return secret === null ? '' : decryptSecret(parts.secretKey, secret, secretOf(id))
    } catch {
      throw new Error('the password of the data source cannot be read; give it again')
    }
  }

  async function onPostgresql(dataSource: DataSource, asking: Asking, io: Io): Promise<Answer> {
    let open: ToSqlProcess
    try {
      open = await openingOf(dataSource)
    } catch (error) {
      return notBegun(dataSource, (error as Error).message)
    }
    if (asking.t === 'sync') return await shared(dataSource, open).run(asking, io)
    const limits = { memoryMb: POSTGRESQL_MEMORY_MB, fileGb: 0 }
    const own = sharedProcess(dataSource, open, limits, forPostgresql, leases, 0)
    const answer = await own.run(asking, io)
    await own.close()
    return answer
  }

  /** Synchronisations of one PostgreSQL have one process, as everything has that runs on one DuckDB file. */
  function shared(dataSource: DataSource, open: ToSqlProcess) {
    const key = JSON.stringify([dataSource.id, open])
    const known = servers.get(dataSource.id)
    if (known?.key === key) return known.process
    // It is reached otherwise since; what is under way goes on.
    known?.process.retire()
    const limits = { memoryMb: SYNC_MEMORY_MB, fileGb: parts.duckdbFileGb }
    const process = sharedProcess(dataSource, open, limits, forPostgresql, leases, parts.idleMs ?? IDLE_MS)
    servers.set(dataSource.id, { key, process })
    return process
  }

  async function look(dataSource: DataSource, name: string, signal: AbortSignal): Promise<FoundTable | null> {
    const looking = () => onDataSource(dataSource, { t: 'look', name }, { log() {}, signal })
    let answer = await looking()
    // The process may have been going just then, with what was asked of it before.
    if (answer.begun && answer.ended.ended === 'failed' && answer.ended.reason.code === 'DATA_SOURCE_UNREACHABLE')
      answer = await looking()
    const { ended, found, undone } = answer
    if (ended.ended === 'succeeded') return found
    if (ended.ended === 'stopped') throw late(dataSource)
    const { problem } = ended.reason.details
    if (undone !== null) throw new Refusal('TABLE_CHANGE_IMPOSSIBLE', { name, problem })
    throw new Refusal('DATA_SOURCE_UNREACHABLE', { name: dataSource.name, problem })
  }

  return {
    look,
    async change({ dataSource, node, runNumber }, program, io) {
      if (dataSource === null) return { ended: 'failed', reason: missing(node.dataSource?.name) }
      const { name, before, design } = program
      const { ended, undone, begun } = await onDataSource(dataSource, { t: 'table', program }, io)
      if (ended.ended !== 'failed') return ended
      const { problem } = ended.reason.details
      const failed = (reason: Refusal): Ended => ({ ended: 'failed', reason })
      if (undone === 'differs') return failed(new Refusal('TABLE_DIFFERS', { name, problem }))
      if (undone === 'failed') return failed(new Refusal('TABLE_CHANGE_IMPOSSIBLE', { name, problem }))
      // Nobody has said whether it was committed, of this run or of one before that was lost.
      if (!begun && runNumber === 1) return ended
      try {
        const found = await look(dataSource, name, io.signal)
        if (sameTable(found, design)) return { ended: 'succeeded' }
        return sameTable(found, before) ? ended : failed(new Refusal('TABLE_DIFFERS', { name, problem }))
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return failed(new Refusal('RUN_UNKNOWN', { name: dataSource.name, problem: error.message }))
      }
    },
    async run(kind, work, io) {
      const { dataSource, node, parameters } = work
      if (dataSource === null) return { ended: 'failed', reason: missing(node.dataSource?.name) }
      if (kind === 'postgresql' && dataSource.kind !== 'postgresql')
        return notRun(`${node.programType} needs a PostgreSQL data source, which ${dataSource.name} is not`)
      const statements = sqlStatements(substituted(node.script?.content ?? '', parameters))
      if (statements.length === 0) return notRun('there is no statement in it')
      return (await onDataSource(dataSource, { t: 'run', statements }, io)).ended
    },
    async test(dataSource, signal) {
      const statements = [{ text: 'select 1', line: 1 }]
      const { ended } = await onDataSource(dataSource, { t: 'run', statements }, { log() {}, signal })
      if (ended.ended === 'succeeded') return null
      return ended.ended === 'failed' ? ended.reason : late(dataSource)
    },
    talk: (dataSource, { reads, joins }, signal) =>
      openTalk(dataSource, (io) => onDataSource(dataSource, { t: 'sync', reads }, { ...io, joins }), signal),
    measure: async (dataSource, statements, measured, signal) =>
      (await onDataSource(dataSource, { t: 'measure', statements }, { log() {}, signal, measured })).ended,
    async remove(dataSource) {
      const file = files.get(dataSource.id)
      files.delete(dataSource.id)
      await file?.close()
      await servers.get(dataSource.id)?.process.close()
      servers.delete(dataSource.id)
      const directory = directoryOf(dataSource)
      if (directory !== null) await rm(directory, { recursive: true, force: true })
    },
    async close() {
      const all = [...files.values(), ...[...servers.values()].map(({ process }) => process)]
      await Promise.all(all.map((one) => one.close()))
    },
  }
}

const notRun = (problem: string): Ended => ({ ended: 'failed', reason: new Refusal('PROGRAM_NOT_RUN', { problem }) })
const unreachable = ({ name }: DataSource, problem: string): Ended => ({
  ended: 'failed',
  reason: new Refusal('DATA_SOURCE_UNREACHABLE', { name, problem }),
})

const missing = (name = 'default') => new Refusal('DATA_SOURCE_MISSING', { name })
const late = ({ name }: DataSource) =>
  new Refusal('DATA_SOURCE_UNREACHABLE', { name, problem: 'it did not answer in time' })
const notBegun = (dataSource: DataSource, problem: string): Answer => ({
  ...{ ended: unreachable(dataSource, problem), found: null, undone: null, begun: false },
})

type Job = {
  readonly id: number
  readonly asking: Asking
  readonly io: Io
  readonly settle: (ended: Ended) => void
  begun: boolean
  found: FoundTable | null
  undone: Answer['undone']
  stopped: boolean
  overdue: NodeJS.Timeout | null
}

type Process = {
  readonly process: SqlProcess
  opened: boolean
  /** Nothing more is run on it. */
  retiring: boolean
  /** Nobody waits for it to open any more. */
  abandoned: boolean
  /** Why it could not be opened. */
  problem: string | null
}

/** One process for all runs on a data source, started when there are some, ended when there are none or another server waits for the file. */
function sharedProcess(
  dataSource: DataSource,
  open: ToSqlProcess,
  limits: { readonly memoryMb: number; readonly fileGb: number },
  room: Places,
  leases: Leases,
  idleMs: number,
) {
  const waiting: Job[] = []
  const running = new Map<number, Job>()
  let current: Process | null = null
  let starting: Promise<void> | null = null
  let idle: NodeJS.Timeout | undefined
  let closed = false
  let lastId = 0

  function settle(job: Job, ended: Ended): void {
    running.delete(job.id)
    if (job.overdue !== null) clearTimeout(job.overdue)
    job.settle(job.stopped ? { ended: 'stopped' } : ended)
  }

  /** Hands over what waits, or sees to it that there is a process, or that there is none. */
  function go(): void {
    clearTimeout(idle)
    if (current === null) {
      if (waiting.length > 0) starting ??= start()
      return
    }
    if (current.opened)
      for (const job of [...waiting]) {
        if (current.retiring && !(job.io.joins === true && running.size > 0)) continue
        waiting.splice(waiting.indexOf(job), 1)
        running.set(job.id, job)
        job.begun = true
        current.process.tell({ ...job.asking, id: job.id })
        job.io.begun?.(current.process.tell, job.id)
      }
    if (running.size > 0 || !current.opened) return
    if (current.retiring) current.process.tell({ t: 'close' })
    else idle = setTimeout(retire, idleMs)
  }

  /** Ends the process when what is under way on it has ended; what waits is run on the next one. */
  function retire(): void {
    if (current === null) return
    current.retiring = true
    go()
  }

  const occupant: Occupant = (when) => {
    if (current === null || !current.opened || current.retiring) return false
    if (when === 'now' && running.size > 0) return false
    retire()
    return true
  }

  async function start(): Promise<void> {
    const leave = await room.enter(occupant)
    // Who waited for it may have given up.
    if (waiting.length > 0) {
      const process = startSqlProcess(limits, leases, said)
      const one: Process = { process, opened: false, retiring: false, abandoned: false, problem: null }
      current = one
      process.tell(open)
      const { why, lapsed } = await process.ended
      current = null
      for (const job of [...running.values()])
        settle(job, lapsed ? { ended: 'stopped' } : unreachable(dataSource, `its process is gone: ${why}`))
      // What cannot be opened is not tried again and again.
      if (!one.opened && !one.abandoned)
        for (const job of waiting.splice(0))
          settle(job, lapsed ? { ended: 'stopped' } : unreachable(dataSource, one.problem ?? why))
    }
    leave()
    starting = null
    go()
  }

  function said(message: FromSqlProcess): void {
    if (current === null) return
    if (message.t === 'opened') current.opened = true
    else if (message.t === 'broken') {
      current.problem = String(message.problem)
      current.process.kill()
    } else if (message.t === 'wanted') current.retiring = true
    else if (message.t === 'log') running.get(message.id)?.io.log(String(message.text))
    else if (message.t === 'measured') running.get(message.id)?.io.measured?.(message.is)
    else if (message.t === 'found') find(message.id, { comment: String(message.comment), columns: [] })
    else if (message.t === 'part' || message.t === 'answer' || message.t === 'failed')
      running.get(message.id)?.io.heard?.(message)
    else if (message.t === 'columns') find(message.id, { columns: message.columns })
    else {
      const job = running.get(message.id)
      if (job !== undefined) job.undone = message.undone ?? null
      if (!message.healthy) current.retiring = true
      if (job !== undefined) settle(job, endOf(message.error))
    }
    go()
  }

  function find(id: number, { comment, columns }: Partial<FoundTable> & Pick<FoundTable, 'columns'>): void {
    const job = running.get(id)
    if (job === undefined) return
    const before = job.found?.columns ?? []
    job.found = { comment: comment ?? job.found?.comment ?? '', columns: [...before, ...columns] }
  }

  function stop(job: Job): void {
    job.stopped = true
    const at = waiting.indexOf(job)
    if (at !== -1) {
      waiting.splice(at, 1)
      settle(job, { ended: 'stopped' })
      // It may stand in line for a file that another one has.
      if (current !== null && !current.opened && waiting.length === 0) {
        current.abandoned = true
        current.process.kill()
      }
      return
    }
    current?.process.tell({ t: 'stop', id: job.id })
    job.overdue = setTimeout(() => current?.process.kill(), STOP_WITHIN_MS)
  }

  return {
    run(asking: Asking, io: Io): Promise<Answer> {
      return new Promise((resolve) => {
        const onAbort = () => stop(job)
        const job: Job = {
          id: ++lastId,
          asking,
          io,
          stopped: false,
          overdue: null,
          ...{ begun: false, found: null, undone: null },
          settle(ended) {
            io.signal.removeEventListener('abort', onAbort)
            resolve({ ended, found: job.found, undone: job.undone, begun: job.begun })
          },
        }
        if (closed || io.signal.aborted) return job.settle({ ended: 'stopped' })
        io.signal.addEventListener('abort', onAbort, { once: true })
        waiting.push(job)
        go()
      })
    },
    retire,
    async close() {
      closed = true
      for (const job of [...waiting, ...running.values()]) stop(job)
      retire()
      await starting
    },
  }
}

function endOf(error: { readonly line: number; readonly problem: string } | null): Ended {
  if (error === null) return { ended: 'succeeded' }
  const { line, problem } = error
  return { ended: 'failed', reason: new Refusal('STATEMENT_FAILED', { line: Number(line), problem: String(problem) }) }
}
