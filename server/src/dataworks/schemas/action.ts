import type { Parameter, Schema } from './binding.ts'

export type ApiVersion = '2020-05-18' | '2024-05-18'

/** What is published about one action: its name, the API versions that have it, and its parameters. */
export type Action = {
  readonly action: string
  readonly versions: readonly ApiVersion[]
  /** One sentence on what the action does, for the generated reference. */
  readonly doc: string
  readonly parameters: Schema
}

/** Pages are numbered from 1; ten entries unless asked otherwise, a hundred at most. */
export const PAGING = {
  PageNumber: { kind: 'int32', min: 1, default: 1, doc: 'Number of the page, from 1.' },
  PageSize: { kind: 'int32', min: 1, max: 100, default: 10, doc: 'Entries per page, 100 at most.' },
} as const satisfies Schema

export const PROJECT_ENV = {
  kind: 'enum',
  values: ['PROD', 'DEV'],
  required: true,
  doc: 'Production or development environment of the workspace.',
} as const satisfies Parameter

/** The part of a page that does not depend on what is listed. */
export type Page = {
  readonly PageNumber: number
  readonly PageSize: number
  readonly TotalCount: number
}

export type Tag = { readonly Key: string; readonly Value: string }
