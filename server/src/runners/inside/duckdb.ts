/** A DuckDB file: the engine is closed in before anything of a node is run on it. */
import { mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DuckDBInstance, StatementType } from '@duckdb/node-api'
import { type Engine, type Session, StatementError } from './engine.ts'
import type { ToSqlProcess } from './messages.ts'
import { SYNC_DIALECTS } from './sync-dialects.ts'
import { cell, MOST_ROWS } from './table.ts'
import { TABLE_DIALECTS } from './table-dialects.ts'

const LOCKED = /Could not set lock|Conflicting lock/i
const LOCKED_AGAIN_MS = 250
/** Who waits for the file says so again and again; what is older was left by one that is gone. */
const WANTED_FOR_MS = 2_000
const LOOK_EVERY_MS = 250
const PIECE_CHARACTERS = 262_144

/**
 * Opens the file; while another process has it, waits, and says so beside it. From then on SQL reaches no file but those in the directories `files`
 * and `spool` of its own, loads and installs nothing, and cannot change any of this.
 */
export async function openDuckDb(given: Extract<ToSqlProcess, { t: 'duckdb' }>, isWanted: () => void): Promise<Engine> {
  const at = (name: string) => path.join(given.directory, name)
  const files = at('files')
  for (const directory of [given.directory, files]) mkdirSync(directory, { recursive: true, mode: 0o700 })
  const wanted = at('wanted')
  process.chdir(given.directory)
  const instance = await openWhenFree(at('tables.duckdb'), wanted, {
    threads: String(given.threads),
    memory_limit: `${given.memoryMb}MB`,
    max_temp_directory_size: `${given.memoryMb * 8}MB`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    allow_unsigned_extensions: 'false',
  })
  const first = await instance.connect()
  const nowhere = at('none')
  for (const setting of [
    `temp_directory = '${literal(at('spill'))}'`,
    `secret_directory = '${literal(nowhere)}'`,
    `extension_directory = '${literal(nowhere)}'`,
    `home_directory = '${literal(files)}'`,
    'allow_persistent_secrets = false',
    `allowed_directories = ['${literal(`${files}/`)}', '${literal(`${at('spool')}/`)}']`,
    'enable_external_access = false',
    // Last: from here on no setting is changed any more.
    'lock_configuration = true',
  ])
    await first.run(`set ${setting}`)
  const look = setInterval(() => {
    if (wantedSince(wanted) < WANTED_FOR_MS) isWanted()
  }, LOOK_EVERY_MS)
  return {
    dialect: TABLE_DIALECTS.duckdb,
    sync: SYNC_DIALECTS.duckdb,
    session: async () => session(await instance.connect()),
    // What one run does to the whole engine must not stay with the others.
    async healthy() {
      try {
        await first.run('select count(*) from duckdb_tables()')
        return true
      } catch {
        return false
      }
    },
    async close() {
      clearInterval(look)
      first.closeSync()
      instance.closeSync()
    },
  }
}

const literal = (text: string) => text.replaceAll("'", "''")

async function openWhenFree(file: string, wanted: string, options: Record<string, string>): Promise<DuckDBInstance> {
  let waited = false
  for (;;) {
    try {
      const instance = await DuckDBInstance.create(file, options)
      if (waited) rmSync(wanted, { force: true })
      return instance
    } catch (error) {
      if (!LOCKED.test((error as Error).message)) throw error
      waited = true
      writeFileSync(wanted, '')
      const now = new Date()
      utimesSync(wanted, now, now)
      await sleep(LOCKED_AGAIN_MS)
    }
  }
}

function wantedSince(file: string): number {
  const stats = statSync(file, { throwIfNoEntry: false })
  return stats === undefined ? Number.POSITIVE_INFINITY : Date.now() - stats.mtimeMs
}

type Connection = Awaited<ReturnType<DuckDBInstance['connect']>>
type Result = Awaited<ReturnType<Connection['stream']>>

function session(connection: Connection): Session {
  return {
    async run(statement) {
      try {
        const prepared = await connection.prepare(statement)
        try {
          // Only what reads is read piece by piece: what writes must have happened as a whole before its first row is looked at.
          const result =
            prepared.statementType === StatementType.SELECT ? await prepared.stream() : await prepared.run()
          const columns = result.columnNames()
          const rows: string[][] = []
          let count = 0
          for (
            let chunk = await result.fetchChunk();
            chunk !== null && chunk.rowCount > 0;
            chunk = await result.fetchChunk()
          ) {
            count += chunk.rowCount
            for (let at = 0; at < chunk.rowCount && rows.length < MOST_ROWS; at++)
              rows.push(columns.map((_, column) => cell(chunk!.getColumnVector(column).getItem(at))))
          }
          // 1: a count of rows, 2: nothing, 3: rows.
          if (result.returnType === 3) return { rows: { columns, rows, count }, changed: null }
          return { rows: null, changed: result.returnType === 1 ? result.rowsChanged : null }
        } finally {
          prepared.destroySync()
        }
      } catch (error) {
        throw statementError((error as Error).message)
      }
    },
    async ask(statement) {
      try {
        const prepared = await connection.prepare(statement)
        try {
          const reader = await prepared.runAndReadAll()
          return reader.getRows().map((row) => row.map(String))
        } finally {
          prepared.destroySync()
        }
      } catch (error) {
        throw statementError((error as Error).message)
      }
    },
    async *read(statement) {
      try {
        const prepared = await connection.prepare(statement)
        try {
          const result = await prepared.stream()
          for (
            let chunk = await result.fetchChunk();
            chunk !== null && chunk.rowCount > 0;
            chunk = await result.fetchChunk()
          )
            yield* pieces(chunk)
        } finally {
          prepared.destroySync()
        }
      } catch (error) {
        throw statementError((error as Error).message)
      }
    },
    async load(statement) {
      try {
        return (await connection.run(statement)).rowsChanged
      } catch (error) {
        throw statementError((error as Error).message)
      }
    },
    async measure(statement) {
      try {
        await connection.run('begin transaction read only')
        const prepared = await connection.prepare(statement)
        try {
          if (prepared.statementType !== StatementType.SELECT) throw new Error('it is no query')
          const result = await prepared.stream()
          let rows = 0
          let value: string | null = null
          for (
            let chunk = await result.fetchChunk();
            chunk !== null && chunk.rowCount > 0;
            chunk = await result.fetchChunk()
          ) {
            const first = rows === 0 ? chunk.getColumnVector(0).getItem(0) : null
            if (first !== null) value = String(first)
            rows += chunk.rowCount
          }
          return { rows, columns: result.columnCount, value }
        } finally {
          prepared.destroySync()
        }
      } catch (error) {
        throw statementError((error as Error).message)
      } finally {
        await connection.run('rollback').catch(() => {})
      }
    },
    interrupt: () => connection.interrupt(),
    close: async () => connection.closeSync(),
  }
}

/** The texts of its first column, some of them at a time: they may be long. */
function* pieces(chunk: NonNullable<Awaited<ReturnType<Result['fetchChunk']>>>): Iterable<Buffer> {
  const texts = chunk.getColumnVector(0)
  let piece = ''
  for (let at = 0; at < chunk.rowCount; at++) {
    piece += texts.getItem(at)
    if (piece.length < PIECE_CHARACTERS && at < chunk.rowCount - 1) continue
    yield Buffer.from(piece)
    piece = ''
  }
}

/** DuckDB says where in the statement something is in its text: `LINE 2: …`, with the line itself and a mark below it. */
function statementError(message: string): StatementError {
  const [, problem = message, line = '1'] = /^([\s\S]*?)\s*\n\s*LINE (\d+):/.exec(message) ?? []
  return new StatementError(problem.trim(), Number(line))
}
