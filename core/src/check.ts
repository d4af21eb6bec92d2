/**
 * Checks and the process they make.
 *
 * A check is one extension's part in one held operation. It is open until it has a result, is passed by hand, or expires. The
 * process of an operation is never stored on its own authority: it is derived from the checks by `verdict`.
 */
import { Refusal } from './refusal.ts'

export const CHECK_RESULTS = ['OK', 'WARN', 'FAIL'] as const
export type CheckResult = (typeof CHECK_RESULTS)[number]

export type Check = {
  readonly result: CheckResult | null
  /** An administrator turned this FAIL into a pass (rule 10). */
  readonly passedByHand: boolean
  /** Still open when its message expired, or when the edition did (rules 11 and 12). */
  readonly expired: boolean
  /** What its author declared for a check that is never answered (rule 11). */
  readonly onUnanswered: 'block' | 'pass'
  /** Whether a FAIL of this extension may be passed by hand (`extension.manualPass.enabled`). */
  readonly manualPass: boolean
}

export type ProcessStatus = 'CHECKING' | 'PASSED' | 'BLOCKED'

/** Rule 9: any FAIL not passed by hand → BLOCKED; else any open check → CHECKING; else PASSED. Rule 11: EXPIRED counts as declared. */
export function processStatus(checks: readonly Check[]): ProcessStatus {
  if (checks.some(blocks)) return 'BLOCKED'
  return checks.some(isOpen) ? 'CHECKING' : 'PASSED'
}

/**
 * Rule 9: what becomes of the held operation: PASSED releases it; BLOCKED refuses it at once, unless every FAIL so far may be
 * passed by hand, until its message expires; else it stays held.
 */
export function verdict(checks: readonly Check[], messageExpired: boolean): 'release' | 'refuse' | 'hold' {
  const status = processStatus(checks)
  if (status === 'PASSED') return 'release'
  if (status === 'CHECKING') return 'hold'
  const passable = checks.filter(blocks).every((check) => check.manualPass && check.result === 'FAIL')
  return passable && !messageExpired ? 'hold' : 'refuse'
}

export function isOpen(check: Check): boolean {
  return check.result === null && !check.expired
}

function blocks(check: Check): boolean {
  if (check.passedByHand) return false
  return check.result === 'FAIL' || (check.result === null && check.expired && check.onUnanswered === 'block')
}

/** Rule 8: a check takes one result. The first stands; the same again is acknowledged; a different one is refused. */
export function acceptResult(check: Check, given: CheckResult): 'record' | 'acknowledge' {
  if (check.result === null) return 'record'
  if (check.result === given) return 'acknowledge'
  throw new Refusal('CHECK_CONFLICT', { given: check.result })
}
