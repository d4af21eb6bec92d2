/**
 * What programs write, on its way into the table: that of all runs of a moment in one statement, so that it can be read while they run.
 *
 * While the database is away it is kept, in bounds: a run's log ends at 10 MB, and all of what is not written yet together at 64 MB; where one is cut, it
 * says so.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql } from '../../store/database.ts'
import { appendLogs, type LogPart } from '../../store/instance-runs.ts'

const GATHER_MS = 200
const AGAIN_AFTER_MS = 1_000
export const MOST_LOG_BYTES = 10 * 1024 * 1024
const MOST_WAITING_BYTES = 64 * 1024 * 1024
/** What one part, and what one statement, holds at most. */
const MOST_PART_CHARACTERS = 256 * 1024
const MOST_AT_ONCE_CHARACTERS = 4 * 1024 * 1024
const CUT = '\n[The log ends here: no more of it is kept.]\n'

export type RunLog = {
  write(text: string): void
  /** Resolves when all of it is written; with the database away, when that is back. */
  end(): Promise<void>
}

type Open = {
  readonly id: number
  readonly runNumber: number
  waiting: string
  bytes: number
  parts: number
  cut: boolean
  /** Told when all of it is written, once nothing more comes. */
  ended: (() => void) | null
}

export function runLogs(parts: {
  readonly db: Sql
  /** Told of the runs whose logs have grown. */
  readonly grown: (ids: readonly number[]) => void
  readonly logFault: (error: unknown, about: Readonly<Record<string, unknown>>) => void
}): { open(id: number, runNumber: number): RunLog; stop(): void } {
  const open = new Set<Open>()
  let waitingBytes = 0
  let writing = false
  let failing = false
  let stopping = false
  let hurry = Promise.withResolvers<void>()

  function take(): { readonly rows: LogPart[]; readonly of: Open[] } {
    const rows: LogPart[] = []
    const of: Open[] = []
    let room = MOST_AT_ONCE_CHARACTERS
    for (const log of open) {
      if (log.waiting === '' || room <= 0) continue
      of.push(log)
      while (log.waiting !== '' && room > 0) {
        const text = log.waiting.slice(0, wholeCharacters(log.waiting, MOST_PART_CHARACTERS))
        log.waiting = log.waiting.slice(text.length)
        room -= text.length
        rows.push({ id: log.id, runNumber: log.runNumber, part: ++log.parts, text: storable(text) })
      }
    }
    return { rows, of }
  }

  async function writeAll(): Promise<void> {
    writing = true
    for (;;) {
      // Who waits for its end waits for nothing else.
      if (!stopping && ![...open].some((log) => log.ended !== null))
        await Promise.race([sleep(GATHER_MS), hurry.promise])
      hurry = Promise.withResolvers()
      const { rows, of } = take()
      if (rows.length === 0) break
      const bytes = rows.reduce((sum, row) => sum + Buffer.byteLength(row.text), 0)
      for (;;) {
        try {
          await appendLogs(parts.db, rows)
          failing = false
          parts.grown(of.map((log) => log.id))
          break
        } catch (error) {
          if (!failing) parts.logFault(error, { logs: rows.length })
          failing = true
          if (stopping) break
          await sleep(AGAIN_AFTER_MS)
        }
      }
      waitingBytes = Math.max(0, waitingBytes - bytes)
      settleEnds()
    }
    writing = false
    settleEnds()
  }

  function settleEnds(): void {
    for (const log of open) {
      if (log.ended === null || log.waiting !== '') continue
      open.delete(log)
      log.ended()
    }
  }

  return {
    open(id, runNumber) {
      const log: Open = { id, runNumber, waiting: '', bytes: 0, parts: 0, cut: false, ended: null }
      open.add(log)
      return {
        write(text) {
          if (log.cut || text === '') return
          const bytes = Buffer.byteLength(text)
          log.bytes += bytes
          waitingBytes += bytes
          if (log.bytes > MOST_LOG_BYTES || waitingBytes > MOST_WAITING_BYTES) {
            log.cut = true
            const over = log.bytes - MOST_LOG_BYTES
            const kept = over > 0 && waitingBytes <= MOST_WAITING_BYTES ? bytes - over : 0
            log.waiting += Buffer.from(text).subarray(0, kept).toString('utf8') + CUT
          } else log.waiting += text
          if (!writing) void writeAll()
        },
        async end() {
          if (log.waiting === '' && !writing) return void open.delete(log)
          const { promise, resolve } = Promise.withResolvers<void>()
          log.ended = resolve
          hurry.resolve()
          if (!writing) void writeAll()
          await promise
        },
      }
    },
    stop() {
      stopping = true
    },
  }
}

/** How much of the text can be taken without parting a character. */
function wholeCharacters(text: string, most: number): number {
  if (text.length <= most) return text.length
  const code = text.charCodeAt(most - 1)
  return code >= 0xd800 && code <= 0xdbff ? most - 1 : most
}

/** What PostgreSQL can keep of a text from outside. */
const storable = (text: string) => text.toWellFormed().replaceAll('\u0000', '\ufffd')
