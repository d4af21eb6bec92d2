/** SQL nodes: statements on the data source of the node, in a process that is not the server's. */
import { rm } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { Refusal, type RunnerKind, sqlStatements } from '@holdpoint/core'
import { decryptSecret } from '../credentials.ts'
import { addressesOf, type OutboundPolicy } from '../openevent/guard.ts'
import type { DataSource } from '../store/data-sources.ts'
import type { FromSqlProcess, Statement, ToSqlProcess } from './inside/messages.ts'
import type { Leases } from './lease.ts'
import { substituted } from './parameters.ts'
import { type Occupant, type Places, places } from './places.ts'
import type { Ended, Work } from './runner.ts'
import { type SqlProcess, startSqlProcess } from './sql-process.ts'

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

type Io = { log(text: string): void; readonly signal: AbortSignal }

export type SqlRunner = {
  run(kind: RunnerKind, work: Work, io: Io): Promise<Ended>
  /** Whether it can be used: null, or why not. */
  test(dataSource: DataSource, signal: AbortSignal): Promise<Refusal | null>
  /** It is no more: its process is ended and its tables are gone. */
  remove(dataSource: DataSource): Promise<void>
  close(): Promise<void>
}

const THREADS = 2
const POSTGRESQL_MEMORY_MB = 256
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

  const directoryOf = ({ kind, tenant_id, id }: DataSource) =>
    kind !== 'duckdb' || parts.tablesDir === null ? null : path.join(parts.tablesDir, String(tenant_id), String(id))

  async function onDataSource(dataSource: DataSource, statements: readonly Statement[], io: Io): Promise<Ended> {
    if (dataSource.kind === 'postgresql') return await onPostgresql(dataSource, statements, io)
    const directory = directoryOf(dataSource)
    if (directory === null)
      return unreachable(dataSource, 'this server has no directory for tables (HOLDPOINT_TABLES_DIR)')
    let file = files.get(dataSource.id)
    if (file === undefined) {
      const { duckdbMemoryMb: memoryMb, duckdbFileGb: fileGb } = parts
      const open: ToSqlProcess = { t: 'duckdb', directory, memoryMb, threads: THREADS }
      file = sharedProcess(dataSource, open, { memoryMb, fileGb }, forDuckDb, leases, parts.idleMs ?? IDLE_MS)
      files.set(dataSource.id, file)
    }
    return await file.run(statements, io)
  }

  async function onPostgresql(dataSource: DataSource, statements: readonly Statement[], io: Io): Promise<Ended> {
    const { host, port, database, user, tls } = dataSource.settings as PostgresqlSettings
    let address: string
    try {
      // The address is judged, and connected to: the name may lead elsewhere a moment later.
      address = (await addressesOf(parts.outbound, host))[0]!
    } catch (error) {
      return unreachable(dataSource, (error as Error).message)
    }
    let password: string
    try {
      password =
        dataSource.secret === null ? '' : decryptSecret(parts.secretKey, dataSource.secret, secretOf(dataSource.id))
    } catch {
      return unreachable(dataSource, 'the password of the data source cannot be read; give it again')
    }
    const open: ToSqlProcess = {
      ...{ t: 'postgresql', address, port, database, user },
      password,
      tlsName: tls ? (net.isIP(host) === 0 ? host : address) : null,
      authorities: parts.authorities,
    }
    const limits = { memoryMb: POSTGRESQL_MEMORY_MB, fileGb: 0 }
    const own = sharedProcess(dataSource, open, limits, forPostgresql, leases, 0)
    const ended = await own.run(statements, io)
    await own.close()
    return ended
  }

  return {
    async run(kind, work, io) {
      const { dataSource, node, parameters } = work
      if (dataSource === null) {
        const reason = new Refusal('DATA_SOURCE_MISSING', { name: node.dataSource?.name ?? 'default' })
        return { ended: 'failed', reason }
      }
      if (kind === 'postgresql' && dataSource.kind !== 'postgresql')
        return notRun(`${node.programType} needs a PostgreSQL data source, which ${dataSource.name} is not`)
      const statements = sqlStatements(substituted(node.script?.content ?? '', parameters))
      if (statements.length === 0) return notRun('there is no statement in it')
      return await onDataSource(dataSource, statements, io)
    },
    async test(dataSource, signal) {
      const ended = await onDataSource(dataSource, [{ text: 'select 1', line: 1 }], { log() {}, signal })
      if (ended.ended === 'succeeded') return null
      if (ended.ended === 'failed') return ended.reason
      return new Refusal('DATA_SOURCE_UNREACHABLE', { name: dataSource.name, problem: 'it did not answer in time' })
    },
    async remove(dataSource) {
      const file = files.get(dataSource.id)
      files.delete(dataSource.id)
      await file?.close()
      const directory = directoryOf(dataSource)
      if (directory !== null) await rm(directory, { recursive: true, force: true })
    },
    close: async () => void (await Promise.all([...files.values()].map((file) => file.close()))),
  }
}

const notRun = (problem: string): Ended => ({ ended: 'failed', reason: new Refusal('PROGRAM_NOT_RUN', { problem }) })
const unreachable = ({ name }: DataSource, problem: string): Ended => ({
  ended: 'failed',
  reason: new Refusal('DATA_SOURCE_UNREACHABLE', { name, problem }),
})

type Job = {
  readonly id: number
  readonly statements: readonly Statement[]
  readonly io: Io
  readonly settle: (ended: Ended) => void
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
    if (current.opened && !current.retiring)
      for (const job of waiting.splice(0)) {
        running.set(job.id, job)
        current.process.tell({ t: 'run', id: job.id, statements: job.statements })
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
    else {
      const job = running.get(message.id)
      if (!message.healthy) current.retiring = true
      if (job !== undefined) settle(job, endOf(message.error))
    }
    go()
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
    run(statements: readonly Statement[], io: Io): Promise<Ended> {
      return new Promise((resolve) => {
        const onAbort = () => stop(job)
        const job: Job = {
          id: ++lastId,
          statements,
          io,
          stopped: false,
          overdue: null,
          settle(ended) {
            io.signal.removeEventListener('abort', onAbort)
            resolve(ended)
          },
        }
        if (closed || io.signal.aborted) return resolve({ ended: 'stopped' })
        io.signal.addEventListener('abort', onAbort, { once: true })
        waiting.push(job)
        go()
      })
    },
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
