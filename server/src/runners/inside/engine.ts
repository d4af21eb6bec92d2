/** A database as the process that speaks to it uses it. */

import type { SyncDialect } from './sync-dialects.ts'
import type { Rows } from './table.ts'
import type { TableDialect } from './table-dialects.ts'

export type Outcome = { readonly rows: Rows | null; readonly changed: number | null }

/** What a statement that measures has answered: how much, and the first value as text. */
export type Answered = { readonly rows: number; readonly columns: number; readonly value: string | null }

/** What is wrong with a statement, on which of its lines. */
export class StatementError extends Error {
  readonly line: number
  constructor(problem: string, line: number, cause?: unknown) {
    super(problem, { cause })
    this.line = line
  }
}

export type Session = {
  /** Throws a StatementError. */
  run(statement: string): Promise<Outcome>
  /** All rows of one statement of ours, whatever a condition in it says, every value as text. Throws a StatementError. */
  ask(statement: string): Promise<readonly (readonly string[])[]>
  /** What a statement of `SyncDialect.read` gives, in pieces that end anywhere. */
  read(statement: string): AsyncIterable<Buffer>
  /** Runs a statement of `SyncDialect.load` with this file, and answers how many rows it had. */
  load(statement: string, file: string): Promise<number>
  /** Runs one statement that only reads, and can do nothing else. Throws a StatementError. */
  measure(statement: string): Promise<Answered>
  /** Ends what is running as soon as the database lets it. */
  interrupt(): void
  /** What was begun and not committed is rolled back. */
  close(): Promise<void>
}

export type Engine = {
  readonly dialect: TableDialect
  readonly sync: SyncDialect
  session(): Promise<Session>
  healthy(): Promise<boolean>
  close(): Promise<void>
}
