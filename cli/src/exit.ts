/** How a command ends. The numbers are for scripts: docs/command-line.md. */
import { HoldpointError } from '@holdpoint/sdk'

export const EXIT = {
  done: 0,
  /** The command was not understood, or Holdpoint refused for another reason than those below. */
  refused: 1,
  /** The check failed, or what was validated has faults. */
  failed: 2,
  /** There was no answer in time. */
  timeout: 3,
  /** Not signed in, or not allowed. */
  access: 4,
  unreachable: 5,
  /** Another machine has the messages now. */
  takenOver: 6,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Why a command cannot go on, in one sentence. */
export class Failure extends Error {
  readonly exitCode: ExitCode

  constructor(message: string, exitCode: ExitCode = EXIT.refused) {
    super(message)
    this.name = 'Failure'
    this.exitCode = exitCode
  }
}

export const ACCESS = /^(SIGN_IN|ACCESS_KEY|SIGNATURE|TIMESTAMP|FORBIDDEN|SECURITY_TOKEN)/

/** The sentence and the exit code for whatever was thrown. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error
  if (error instanceof HoldpointError) {
    const { code, status } = error
    if (code === 'DEV_TAKEN_OVER') return new Failure(error.message, EXIT.takenOver)
    if (ACCESS.test(code)) return new Failure(error.message, EXIT.access)
    return new Failure(error.message, code === 'UNEXPLAINED' || status >= 500 ? EXIT.unreachable : EXIT.refused)
  }
  const reason = unreachableReason(error)
  if (reason !== null) return new Failure(`Holdpoint cannot be reached: ${reason}.`, EXIT.unreachable)
  return new Failure(error instanceof Error ? error.message : String(error))
}

/** Why nothing answered; null where that is not what went wrong. */
export function unreachableReason(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  const { cause } = error as Error & { cause?: { code?: string; message?: string; errors?: { code?: string }[] } }
  if (error.message === 'fetch failed' || error.message === 'terminated')
    return cause?.code ?? cause?.errors?.[0]?.code ?? cause?.message ?? error.message
  if (error.name === 'TimeoutError') return 'it does not answer in time'
  return null
}
