import type { FoundTable, TableColumn, TableProgram } from '@holdpoint/core'

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
  | { readonly t: 'stop'; readonly id: number }
  | { readonly t: 'close' }

export type FromSqlProcess =
  | { readonly t: 'opened' }
  | { readonly t: 'broken'; readonly problem: string }
  /** Another process waits for the file. */
  | { readonly t: 'wanted' }
  | { readonly t: 'log'; readonly id: number; readonly text: string }
  /** A table, and then its columns, a few at a time. */
  | { readonly t: 'found'; readonly id: number; readonly comment: FoundTable['comment'] }
  | { readonly t: 'columns'; readonly id: number; readonly columns: readonly TableColumn[] }
  | {
      readonly t: 'ended'
      readonly id: number
      readonly error: { readonly line: number; readonly problem: string } | null
      /** Of a look at a table, or a change of one, that has failed: why nothing was done; not given where something may have been. */
      readonly undone?: 'differs' | 'failed'
      /** Whether the process can go on with others. */
      readonly healthy: boolean
    }
