/** Asking at a terminal; where there is none, what is missing is said instead. */
import { cancel } from '@clack/prompts'
import { type ExitCode, Failure } from './exit.ts'

export async function asked(
  given: string | undefined,
  question: () => Promise<string | symbol>,
  missing: string,
  exitCode?: ExitCode,
): Promise<string> {
  if (given !== undefined) return given
  if (process.stdin.isTTY !== true) throw new Failure(missing, exitCode)
  const answer = await question()
  if (typeof answer === 'string') return answer
  cancel('Nothing was written.')
  throw new Failure('Nothing was written.')
}
