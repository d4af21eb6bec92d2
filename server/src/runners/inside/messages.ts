import type { FoundTable, TableColumn, TableProgram } from '@holdpoint/core'
import type { SyncAnswer, SyncAsk, SyncFailure, SyncPart } from './sync-messages.ts'

/** What the server and a process that speaks to a database say to each other: lines of JSON, down its input, up its fourth descriptor. */

export type Statement = { readonly text: string; readonly line: number }

export type ToSqlProcess =
  | {
      readonly t: 'duckdb'
      /** Its own directory: the tables, what is spilled, and the files that SQL may read and write. */
      readonly directory: string
      readonly memoryMb: number
      readonly threads: number
    }
  | {
      readonly t: 'postgresql'
      /** An address, looked up and judged already. */
      readonly address: string
      readonly port: number
      readonly database: string
      readonly user: string
      readonly password: string
      /** The name that its certificate must have; null: no TLS. */
      readonly tlsName: string | null
      /** Authorities besides those that Node.js comes with, in PEM. */
      readonly authorities: string | null
    }
  | { readonly t: 'run'; readonly id: number; readonly statements: readonly Statement[] }
  /** What is there of this name? */
  | { readonly t: 'look'; readonly id: number; readonly name: string }
  | { readonly t: 'table'; readonly id: number; readonly program: TableProgram }
  /** A session that is asked one thing after the other, until it is told to leave; what was begun and not committed is rolled back then. */
  | { readonly t: 'sync'; readonly id: number; readonly reads: boolean }
  | { readonly t: 'ask'; readonly id: number; readonly ask: SyncAsk }
  /** A file that was written is no more. */
  | { readonly t: 'taken'; readonly id: number }
  | { readonly t: 'leave'; readonly id: number }
  /** Each of them measures one number. */
  | { readonly t: 'measure'; readonly id: number; readonly statements: readonly string[] }
  | { readonly t: 'stop'; readonly id: number }
  | { readonly t: 'close' }

/** A number; else what the statement has answered instead, or why it has failed. */
export type Measured = { readonly value: number } | { readonly answer: string } | { readonly problem: string }

export type FromSqlProcess =
  | { readonly t: 'opened' }
  | { readonly t: 'broken'; readonly problem: string }
  /** Another process waits for the file. */
  | { readonly t: 'wanted' }
  | { readonly t: 'log'; readonly id: number; readonly text: string }
  /** A table, and then its columns, a few at a time. */
  | { readonly t: 'found'; readonly id: number; readonly comment: FoundTable['comment'] }
  | { readonly t: 'columns'; readonly id: number; readonly columns: readonly TableColumn[] }
  /** What comes before the answer to what was asked, piece by piece; and the answer. */
  | { readonly t: 'part'; readonly id: number; readonly part: SyncPart }
  | { readonly t: 'answer'; readonly id: number; readonly answer: SyncAnswer }
  | { readonly t: 'failed'; readonly id: number; readonly failure: SyncFailure }
  /** What came of the first statement, of the second, and so on. */
  | { readonly t: 'measured'; readonly id: number; readonly is: Measured }
  | {
      readonly t: 'ended'
      readonly id: number
      readonly error: { readonly line: number; readonly problem: string } | null
      /** Of a look at a table, or a change of one, that has failed: why nothing was done; not given where something may have been. */
      readonly undone?: 'differs' | 'failed'
      /** Whether the process can go on with others. */
      readonly healthy: boolean
    }
