import type { Parameter, Schema } from './binding.ts'

export type ApiVersion = '2020-05-18' | '2024-05-18'

/** What is published about one action: its name, the API versions that have it, and its parameters. */
export type Action = {
  readonly action: string
  readonly versions: readonly ApiVersion[]
  /** One sentence on what the action does, for the generated reference. */
  readonly doc: string
  /** From what the vendor publishes about it, where it does. */
  readonly differs?: string
  readonly parameters: Schema
}

/** Pages are numbered from 1; ten entries unless asked otherwise, a hundred at most. */
export const PAGING = {
  PageNumber: { kind: 'int32', min: 1, default: 1, doc: 'Number of the page, from 1.' },
  PageSize: { kind: 'int32', min: 1, max: 100, default: 10, doc: 'Entries per page, 100 at most.' },
} as const satisfies Schema

/** What lists are narrowed to and what is looked up: times of four-digit years, in milliseconds since 1970. */
export const TIME = { kind: 'int64', min: 0, max: 253_402_214_400_000 } as const satisfies Parameter

export const PROJECT_ENV = {
  kind: 'enum',
  values: ['PROD', 'DEV'],
  required: true,
  doc: 'Production or development environment of the workspace.',
} as const satisfies Parameter

/** As the newer version writes it. */
export const ENV = {
  kind: 'enum',
  values: ['Prod', 'Dev'],
  ignoreCase: true,
  default: 'Prod',
  doc: 'Production or development environment of the workspace.',
} as const satisfies Parameter

/** `Id Desc`: a column, and Asc or Desc; ascending where it is left out. */
export const sortBy = <const Columns extends readonly string[]>(columns: Columns) =>
  ({
    kind: 'string',
    pattern: new RegExp(`^(${columns.join('|')})( (Asc|Desc))?$`),
    default: 'Id Desc',
    doc: `Order of the list: ${columns.join(', ')}, with Asc or Desc behind it.`,
  }) as const satisfies Parameter

/** Of the newer version: ids, lists of them, what comes with the import of a task, and a page of what was done to something. */
export const ID = { kind: 'int64', required: true } as const satisfies Parameter

export const IDS = {
  kind: 'list',
  encoding: 'json',
  items: { kind: 'int64' },
  maxItems: 1000,
} as const satisfies Parameter

export const FIXED = {
  kind: 'refused',
  doc: 'Is refused: it comes with the import of the task.',
} as const satisfies Parameter

export const LOG = {
  Date: { ...TIME, doc: 'Only what was done on the day of this time, in milliseconds since 1970.' },
  ...PAGING,
} as const

/** The part of a page that does not depend on what is listed. */
export type Page = {
  readonly PageNumber: number
  readonly PageSize: number
  readonly TotalCount: number
}

export type Tag = { readonly Key: string; readonly Value: string }
