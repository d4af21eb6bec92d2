/**
 * Synchronisations (rules 52 to 57): a session reads from one data source, another one writes to the other, each in the process of its database. Rows go between
 * them in files; here is said which, and in what order.
 *
 * What is written is one transaction of the target, with the position that it leads to: wherever anything is killed, it has happened or not, and who goes on
 * finds there how far it is.
 */
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { Refusal, type Sync } from '@holdpoint/core'
import type { DataSource } from '../store/data-sources.ts'
import { type Places, places } from './places.ts'
import type { Ended, RunIo, SyncWork } from './runner.ts'
import type { SqlRunner } from './sql.ts'
import { bringAll, follow, nothingSeen, pause, refusalOf, told, type Way, whyAgain } from './sync-bring.ts'
import { type PlannedTable, planSync, shownTable } from './sync-plan.ts'
import { Stopped, type Talk } from './sync-session.ts'

export type SyncRunner = {
  run(work: SyncWork, io: RunIo): Promise<Ended>
  preview(sync: Sync, source: DataSource, target: DataSource, signal: AbortSignal): Promise<readonly PlannedTable[]>
}

/**
 * At once: together fewer than there are places for processes of one kind. A synchronisation has one of these while it waits for another, and
 * so there is always one that gets both.
 */
const MOST_ENDING = 4
const MOST_REAL_TIME = 3
/** One tenant's leave one to the others, however long they take. */
const shareOf = (most: number) => most - 1
/** A real-time run that has more to bring lets others in after so long, and goes on when it is its turn again. */
const LONGEST_TURN_MS = 60_000
/** One that does not come to that, as a question to its source takes longer, begins again. */
const LONGEST_BATCH_MS = 3_600_000
const LONGEST_WAIT_S = 60
const LOG_EVERY_MS = 60_000
/** What servers that were killed have left. */
const LEFT_AFTER_MS = 24 * 3_600_000

export function syncRunner(sql: SqlRunner, tablesDir: string | null): SyncRunner {
  const ending = room(MOST_ENDING)
  const realTime = room(MOST_REAL_TIME)

  /** Sessions are taken in the order of their data sources, so that no two synchronisations wait for each other. */
  async function between<T>(work: SyncWork, io: RunIo, go: (way: Way) => Promise<T>): Promise<T> {
    const { source, target } = work
    const isRealTime = work.sync.kind === 'real-time'
    const leave = await (isRealTime ? realTime : ending)(target.tenant_id, io.signal)
    const signal = isRealTime ? AbortSignal.any([io.signal, AbortSignal.timeout(LONGEST_BATCH_MS)]) : io.signal
    const talks: Talk[] = []
    let directory: string | null = null
    try {
      const open = async (of: DataSource, reads: boolean) => {
        const joins = talks.length > 0 && source.id === target.id
        const talk = await sql.talk(of, { reads, joins }, signal)
        talks.push(talk)
        return talk
      }
      const first = source.id <= target.id ? await open(source, true) : await open(target, false)
      const second = source.id <= target.id ? await open(target, false) : await open(source, true)
      const [reader, writer] = source.id <= target.id ? [first, second] : [second, first]
      directory = await spoolDirectory(tablesDir, target)
      return await go({ work, reader, writer, directory, io: { ...io, signal } })
    } catch (error) {
      if (!signal.aborted || io.signal.aborted) throw error
      throw new Refusal('DATA_SOURCE_UNREACHABLE', { name: source.name, problem: 'it did not answer in an hour' })
    } finally {
      await Promise.all(talks.map((talk) => talk.leave()))
      if (directory !== null) await rm(directory, { recursive: true, force: true })
      leave()
    }
  }

  const plan = ({ work: { sync, source, target }, reader, writer }: Way) =>
    planSync(
      sync,
      { source: source.kind, target: target.kind },
      (look) => look(reader),
      (look) => look(writer),
    )

  async function once(work: SyncWork, io: RunIo): Promise<void> {
    await between(work, io, async (way) => {
      for (const table of await plan(way)) {
        if (work.sync.kind === 'full') {
          const rows = await bringAll(way, table)
          io.log(`${shownTable(table.source)} → ${shownTable(table.target)}: ${rows} ${rows === 1 ? 'row' : 'rows'}\n`)
        } else
          for (let more = true; more; ) more = (await follow(way, table, nothingSeen(), told(io, 0)))?.isFull ?? true
      }
    })
  }

  /** Rule 57. It ends when it is stopped, or for a reason that another try would find again. */
  async function always(work: SyncWork, io: RunIo): Promise<void> {
    let tables: readonly PlannedTable[] | null = null
    let retries = 0
    let more = false
    const seen = nothingSeen()
    const tell = told(io, LOG_EVERY_MS)
    for (;;) {
      try {
        await between(work, io, async (way) => {
          tables ??= await plan(way)
          const untilMs = performance.now() + LONGEST_TURN_MS
          more = false
          for (const table of tables) {
            let isFull = true
            for (let isLate = false; isFull && !isLate; isLate = performance.now() > untilMs)
              isFull = (await follow(way, table, seen, tell))?.isFull ?? false
            more ||= isFull
          }
        })
        if (retries > 0) {
          io.log('it goes on\n')
          io.retrying?.(null)
        }
        retries = 0
        if (!more) await pause(seen.pending.size > 0 ? 1 : work.sync.pollSeconds, io.signal)
      } catch (error) {
        const reason = whyAgain(error)
        if (reason === null || io.signal.aborted) throw error
        seen.pending.clear()
        seen.looks.clear()
        tables = null
        const waitS = Math.min(2 ** retries, LONGEST_WAIT_S)
        if (retries === 0) io.log(`${reason.message}\n`)
        retries++
        io.retrying?.({ retries, reason })
        await pause(waitS, io.signal)
      }
    }
  }

  return {
    async run(work, io) {
      try {
        await (work.sync.kind === 'real-time' ? always(work, io) : once(work, io))
        return { ended: 'succeeded' }
      } catch (error) {
        if (error instanceof Stopped || io.signal.aborted) return { ended: 'stopped' }
        const reason = refusalOf(error)
        if (reason === null) throw error
        io.log(`${reason.message}\n`)
        return { ended: 'failed', reason }
      }
    },
    async preview(sync, source, target, signal) {
      const look =
        (of: DataSource, reads: boolean) =>
        async <T>(work: (talk: Talk) => Promise<T>): Promise<T> => {
          const talk = await sql.talk(of, { reads, joins: false }, signal)
          try {
            return await work(talk)
          } finally {
            await talk.leave()
          }
        }
      try {
        return await planSync(
          sync,
          { source: source.kind, target: target.kind },
          look(source, true),
          look(target, false),
        )
      } catch (error) {
        if (error instanceof Stopped)
          throw new Refusal('DATA_SOURCE_UNREACHABLE', { name: source.name, problem: 'it did not answer in time' })
        throw refusalOf(error) ?? error
      }
    },
  }
}

/** Places of which one tenant has some at most; whoever has one of its share waits for one of all. */
function room(most: number) {
  const all = places(most)
  const shares = new Map<number, Places>()
  return async (tenantId: number, signal: AbortSignal): Promise<() => void> => {
    const share = shares.get(tenantId) ?? places(shareOf(most))
    shares.set(tenantId, share)
    const leaveShare = await entered(share, signal)
    try {
      const leave = await entered(all, signal)
      return () => {
        leave()
        leaveShare()
      }
    } catch (error) {
      leaveShare()
      throw error
    }
  }
}

async function entered(room: Places, signal: AbortSignal): Promise<() => void> {
  const entering = room.enter(() => false)
  const stopped = Promise.withResolvers<null>()
  const stop = () => stopped.resolve(null)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const leave = await Promise.race([entering, stopped.promise])
  signal.removeEventListener('abort', stop)
  if (leave !== null && !signal.aborted) return leave
  void entering.then((late) => late())
  throw new Stopped('it was stopped')
}

/** A directory for rows on their way to a data source, which its process may read. */
async function spoolDirectory(tablesDir: string | null, { name, tenant_id, id }: DataSource): Promise<string> {
  if (tablesDir === null)
    throw new Refusal('DATA_SOURCE_UNREACHABLE', {
      name,
      problem: 'this server has no directory for tables (HOLDPOINT_TABLES_DIR)',
    })
  const all = path.join(tablesDir, String(tenant_id), String(id), 'spool')
  await mkdir(all, { recursive: true, mode: 0o700 })
  for (const one of await readdir(all)) {
    const left = path.join(all, one)
    const stats = await stat(left).catch(() => null)
    if (stats !== null && Date.now() - stats.mtimeMs > LEFT_AFTER_MS) await rm(left, { recursive: true, force: true })
  }
  return await mkdtemp(path.join(all, 'rows-'))
}
