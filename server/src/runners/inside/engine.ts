/** A database as the process that speaks to it uses it. */

import type { Rows } from './table.ts'
import type { TableDialect } from './table-dialects.ts'

export type Outcome = { readonly rows: Rows | null; readonly changed: number | null }

/** What is wrong with a statement, on which of its lines. */
export class StatementError extends Error {
  readonly line: number
  constructor(problem: string, line: number) {
    super(problem)
    this.line = line
  }
}

export type Session = {
  /** Throws a StatementError. */
  run(statement: string): Promise<Outcome>
  /** All rows of a statement of ours, every value as text. Throws a StatementError. */
  ask(statement: string): Promise<readonly (readonly string[])[]>
  /** Ends what is running as soon as the database lets it. */
  interrupt(): void
  /** What was begun and not committed is rolled back. */
  close(): Promise<void>
}

export type Engine = {
  readonly dialect: TableDialect
  session(): Promise<Session>
  healthy(): Promise<boolean>
  close(): Promise<void>
}
