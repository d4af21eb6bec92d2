/** What the actions of Data Development have in common. */
import type { Schema } from './binding.ts'

/** One of the two names the workspace. */
export const PROJECT = {
  ProjectId: { kind: 'int64', doc: 'Id of the workspace; it or its identifier must be given.' },
  ProjectIdentifier: { kind: 'string', maxLength: 128, doc: 'Identifier of the workspace.' },
} as const satisfies Schema

/** An answer without an error. */
export type Answered = {
  readonly RequestId: string
  readonly HttpStatusCode: 200
  readonly Success: true
}

/** What is asked for is under way, or has been done already; `GetDeployment` tells. */
export type AskedFor = Answered & { readonly Data: number }
