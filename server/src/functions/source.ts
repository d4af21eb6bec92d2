/** The source of a function as it is saved: TypeScript becomes JavaScript with every line and column where it was. */
import { stripTypeScriptTypes } from 'node:module'
import { Refusal } from '@holdpoint/core'

export type FunctionLanguage = 'javascript' | 'typescript'

/** Without types. Throws what the compiler says. */
export function withoutTypes(source: string): string {
  // Node calls this experimental once on standard error, which says nothing to whoever runs Holdpoint: its release is pinned.
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return stripTypeScriptTypes(source)
  } finally {
    process.emitWarning = emitWarning
  }
}
