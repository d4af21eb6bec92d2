/** The source of a function as it is saved: TypeScript becomes JavaScript with every line and column where it was. */
import { stripTypeScriptTypes } from 'node:module'
import { type FunctionLanguage, Refusal } from '@holdpoint/core'

/**
 * What is run of a source; throws a Refusal beside `member`, the name that the request has for it, with line and column. JavaScript is left as it is:
 * whether it parses is told by `check` of the hosts.
 */
export function toJavaScript(source: string, language: FunctionLanguage, member = 'source'): string {
  if (language === 'javascript') return source
  try {
    return withoutTypes(source)
  } catch (error) {
    const { line, column, problem } = placeOf(error as Error)
    throw new Refusal('FUNCTION_SOURCE_INVALID', {
      line,
      column,
      problem,
      paths: [member],
      problems: [`line ${line}, column ${column}: ${problem}`],
    })
  }
}

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

/** The compiler shows the line, some of the source around it, and below that where in it. */
function placeOf({ stack = '', message }: Error): { line: number; column: number; problem: string } {
  const line = Number(/^:(\d+)\n/.exec(stack)?.[1] ?? 1)
  const column = (/^( *)\^/m.exec(stack)?.[1]?.length ?? 0) + 1
  const problem = message.replace(
    /^TypeScript (.*) is not supported in strip-only mode$/,
    'it uses $1, which is more than a type',
  )
  return { line, column, problem: problem.replace(/\.$/, '') }
}
