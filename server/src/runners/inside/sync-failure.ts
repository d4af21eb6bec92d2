/** What a database says when something fails, in the few kinds in which it matters to a synchronisation. */
import type pg from 'pg'
import { StatementError } from './engine.ts'
import { LONGEST_ROW, type WrittenColumn } from './sync-dialects.ts'
import type { SyncFailure } from './sync-messages.ts'

const MOST_PROBLEM_CHARACTERS = 2_000
const MOST_VALUE_CHARACTERS = 200
/** Connections that end, servers that are shut down, start, or have no room; and what is not there of a network. */
const GONE = /^(08|57P0|53300|ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)/
const CONFLICT = /^(40001|40P01|55P03)$/

export function failureOf(
  error: unknown,
  begun: { readonly columns: readonly WrittenColumn[]; readonly rows: number } | null,
  isLoading: boolean,
): SyncFailure {
  const { message } = error as Error
  const problem = shortened(firstOf(message), MOST_PROBLEM_CHARACTERS)
  const cause = error instanceof StatementError ? (error.cause as Partial<pg.DatabaseError> | undefined) : undefined
  const code = cause?.code ?? (error as NodeJS.ErrnoException).code ?? ''
  if (GONE.test(code) || /^Connection (terminated|ended)|^Client (was closed|has encountered)/i.test(message))
    return { because: 'gone', problem }
  if (CONFLICT.test(code) || /^(TransactionContext|Transaction) .*conflict/i.test(message))
    return { because: 'conflict', problem }
  const unfit =
    isLoading && begun !== null ? (unfitInCopy(cause, begun.columns) ?? unfitInCsv(message, begun.columns)) : null
  if (unfit === null) return { because: 'failed', problem }
  const { row, column, value, type } = unfit
  return {
    ...{ because: 'unfit', problem, column, type },
    row: begun!.rows + row,
    value: shortened(value, MOST_VALUE_CHARACTERS),
  }
}

type Unfit = { readonly row: number; readonly column: string; readonly value: string; readonly type: string }

/** PostgreSQL says where it was: `COPY orders, line 3, column id: "x"`. */
function unfitInCopy(cause: Partial<pg.DatabaseError> | undefined, columns: readonly WrittenColumn[]): Unfit | null {
  const line = /, line (\d+)/.exec(cause?.where ?? '')?.[1]
  if (line === undefined || !/^2[23]/.test(cause?.code ?? '')) return null
  const value = /, column .*?: "([\s\S]*)"$/.exec(cause?.where ?? '')?.[1]
  const named = /, line \d+, column ([\s\S]*?)(?:: |$)/.exec(cause?.where ?? '')?.[1]
  const column = named ?? cause?.column
  if (column === undefined) return null
  const isNull = cause?.code === '23502'
  const native = columns.find(({ name }) => name === column)?.native ?? ''
  return {
    row: Number(line),
    column,
    value: isNull ? 'NULL' : (value ?? 'NULL'),
    type: isNull ? `${native} not null` : native,
  }
}

/** DuckDB says it in words, and calls columns as they were told to be called: c0, c1 … */
function unfitInCsv(message: string, columns: readonly WrittenColumn[]): Unfit | null {
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1]
  const [, place, value] =
    /Error when converting column "c(\d+)"\. Could not convert string "([\s\S]*?)" to '/.exec(message) ?? []
  const column = columns[Number(place)]
  if (line === undefined || column === undefined) return null
  return { row: Number(line), column: column.name, value: value!.replaceAll('""', '"'), type: column.native }
}

/** DuckDB goes on with hints about settings that are ours, and repeats what may be a long line. */
function firstOf(message: string): string {
  const tooLong = /CSV Error on Line: (\d+)[\s\S]*maximum line size/i.exec(message)?.[1]
  if (tooLong !== undefined) return `row ${tooLong} of a file of rows is longer than ${LONGEST_ROW} bytes`
  const [first = message] = message.split(
    /\n\s*(?:Column \S+ is being converted|Possible (?:solutions|fixes|Solution):)/i,
  )
  return first.replace(/\nOriginal Line: [^\n]*/, '')
}

function shortened(text: string, most: number): string {
  const line = text.replace(/\s*\n\s*/g, ' ').trim()
  return line.length <= most ? line : `${line.slice(0, most)}…`
}
