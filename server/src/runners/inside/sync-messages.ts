/** What a session of a synchronisation is asked, and what it answers. Rows go in files of the directory that both are told; here are only their names. */
import type { PartitionPart, TableName } from '@holdpoint/core'
import type { SyncType } from './sync-types.ts'

/** A column as its database calls its type, and as the other one is told. */
export type SyncColumn = { readonly name: string; readonly native: string; readonly type: SyncType }

/** What a target of this kind loads. */
export type RowFormat = 'csv' | 'text'

export type ChangeColumn = { readonly name: string; readonly native: string; readonly type: 'number' | 'time' }

/** Rows whose values of a change column lie between, both included; the lower end is so much below the position. Null: from the beginning. */
export type Between = ChangeColumn & {
  readonly position: string | null
  readonly lookback: number
  readonly high: string
}

export type SyncAsk =
  /** Parts: `name`. */
  | { readonly do: 'tables' }
  /** Parts: `looked`, in the same order. */
  | { readonly do: 'look'; readonly tables: readonly TableName[] }
  /** The highest of the next so many values above the position; where there is none, what the rows up to it look like, from so much below it on. */
  | {
      readonly do: 'bound'
      readonly table: TableName
      readonly where: string | null
      readonly column: ChangeColumn
      readonly position: string | null
      readonly lookback: number
      readonly limit: number
    }
  /** Which transactions are writing to the table, or still are of those that were. */
  | { readonly do: 'writers'; readonly table: TableName; readonly among: readonly string[] | null }
  /** Parts: `file`, counted from 1, by which they are called in the directory; not more than a few that were not taken. */
  | {
      readonly do: 'read'
      readonly table: TableName
      readonly columns: readonly SyncColumn[]
      readonly where: string | null
      readonly between: Between | null
      /** What every row gets besides. */
      readonly constants: readonly string[]
      readonly as: RowFormat
      readonly directory: string
    }
  /** Where a target stands, and whether it is there. */
  | { readonly do: 'position'; readonly ledger: Ledger; readonly table: TableName }
  /** Begins a transaction. With a ledger it is locked first; where it stands otherwise than was read before, nothing is begun. */
  | {
      readonly do: 'begin'
      readonly table: TableName
      readonly columns: readonly { readonly name: string; readonly type: SyncType }[]
      readonly write: 'replace' | 'upsert'
      readonly partition: readonly PartitionPart[]
      readonly key: readonly string[]
      readonly ledger: (Ledger & { readonly before: Stand | null }) | null
    }
  /** Loads a file of rows into what was begun. */
  | { readonly do: 'load'; readonly file: string }
  /** Commits what was begun, with the position that it leads to. */
  | { readonly do: 'finish'; readonly position: string | null; readonly runId: number | null }

export type Ledger = { readonly job: string; readonly target: string }
/** As the target has it. */
export type Stand = { readonly position: string | null; readonly run: string; readonly rows: string }

export type Looked = {
  readonly columns: readonly SyncColumn[]
  readonly primaryKey: readonly string[]
} | null

export type SyncPart =
  | { readonly t: 'name'; readonly names: readonly TableName[] }
  /** The columns of one table may come in several; `at` is its place in what was asked. */
  | { readonly t: 'looked'; readonly at: number; readonly looked: Looked }
  | { readonly t: 'file'; readonly file: number; readonly bytes: number }

export type SyncAnswer =
  | { readonly t: 'ready'; readonly usualSchema: string }
  | { readonly t: 'bound'; readonly high: string; readonly isFull: boolean }
  /** Nothing above the position; `look` is another one when any of the rows has changed. */
  | { readonly t: 'level'; readonly look: string | null }
  | { readonly t: 'writers'; readonly transactions: readonly string[] }
  | { readonly t: 'stand'; readonly stand: Stand | null; readonly isThere: boolean }
  /** `moved`: the ledger stands elsewhere than was read before. */
  | { readonly t: 'begun'; readonly moved: boolean }
  | { readonly t: 'rows'; readonly rows: number }
  | { readonly t: 'done' }

/** What is answered to what. */
export type AnswerTo<A extends SyncAsk> = Extract<
  SyncAnswer,
  {
    readonly t: {
      tables: 'done'
      look: 'done'
      bound: 'bound' | 'level'
      writers: 'writers'
      read: 'done'
      position: 'stand'
      begin: 'begun'
      load: 'rows'
      finish: 'rows'
    }[A['do']]
  }
>

/**
 * `gone`: the database, or the way to it, is not there any more. `conflict`: somebody else was in the way, and doing it again may help. `unfit`: a value, in
 * the so-many-th row of those loaded since it was begun.
 */
export type SyncFailure = { readonly problem: string } & (
  | { readonly because: 'gone' | 'conflict' | 'failed' }
  | {
      readonly because: 'unfit'
      readonly row: number
      readonly column: string
      readonly value: string
      readonly type: string
    }
)
