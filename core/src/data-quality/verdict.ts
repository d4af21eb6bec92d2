// biome-ignore-all lint/suspicious/noTemplateCurlyInString: parameters are written so
/** What a measured value means: how a rule's check ended, how a run of a monitor did, and whether it holds anything up. */
import { conditionHolds, conditionProblem } from '../operation-center/branch-condition.ts'
import { type QualityRule, type QualitySeverity, withNames } from './rule.ts'

/** `Error`: it could not be measured. `Skipped`: there was nothing to compare with. */
export const QUALITY_STATUSES = ['Passed', 'Warned', 'Critical', 'Error', 'Skipped'] as const
export type QualityStatus = (typeof QUALITY_STATUSES)[number]

/** As messages and the older dialect write them. */
export const QUALITY_STATUS_NUMBERS = {
  Passed: 0,
  Warned: 1,
  Critical: 2,
  Error: -1,
  Skipped: -2,
} as const satisfies Record<QualityStatus, number>

/** What a strong rule does unless its monitor says otherwise. */
export const USUAL_BLOCK_CONDITION =
  '(${severity} == "High" AND ${status} == "Critical") OR (${severity} == "High" AND ${status} == "Error")'
/** Of what somebody who subscribes is told, unless the monitor says otherwise. */
export const USUAL_NOTIFY_CONDITION = '${status} == "Warned" OR ${status} == "Critical" OR ${status} == "Error"'

export type Reference = { readonly bizdate: string; readonly value: number }
export type Comparison = Reference & { readonly checked: number; readonly status: QualityStatus }
export type Verdict = {
  readonly status: QualityStatus
  /** What the thresholds were held against; of several comparisons the worst. Null where there was none. */
  readonly checked: number | null
  readonly comparisons: readonly Comparison[]
}

/** From the best to the worst. */
const WORSE: readonly QualityStatus[] = ['Skipped', 'Passed', 'Warned', 'Error', 'Critical']
/** The change from nothing to something, which no fraction says. */
const BOUNDLESS = 1_000_000_000

/** Rule 58: a value is judged by itself, or by how it has changed against what was measured for earlier days; where there is none of these it is skipped. */
export function judged(rule: Pick<QualityRule, 'checking'>, value: number, references: readonly Reference[]): Verdict {
  const { type, thresholds } = rule.checking
  if (type === 'Fixed') return { status: statusOf(thresholds, value), checked: value, comparisons: [] }
  const compared: readonly Reference[] =
    type === 'Average' && references.length > 0
      ? [
          {
            bizdate: references[0]!.bizdate,
            value: references.reduce((sum, one) => sum + one.value, 0) / references.length,
          },
        ]
      : references
  const comparisons = compared.map((reference) => {
    const checked = type === 'Difference' ? value - reference.value : relative(value, reference.value)
    return { ...reference, checked, status: statusOf(thresholds, checked) }
  })
  const worst = comparisons.toSorted((a, b) => WORSE.indexOf(b.status) - WORSE.indexOf(a.status))[0]
  return { status: worst?.status ?? 'Skipped', checked: worst?.checked ?? null, comparisons }
}

function statusOf({ expected, warned, critical }: QualityRule['checking']['thresholds'], value: number): QualityStatus {
  const holds = (condition: string | null) =>
    condition !== null && conditionHolds(withNames(condition), new Map([['checkValue', plain(value)]]))
  if (holds(critical)) return 'Critical'
  if (holds(warned)) return 'Warned'
  return expected === null || holds(expected) ? 'Passed' : 'Critical'
}

function relative(value: number, before: number): number {
  if (before !== 0) return (value - before) / Math.abs(before)
  return value === 0 ? 0 : Math.sign(value) * BOUNDLESS
}

/** Without an exponent, which conditions do not know. */
const plain = (value: number) => (Number.isInteger(value) ? String(BigInt(value)) : value.toFixed(20))

export type Checked = { readonly severity: QualitySeverity; readonly status: QualityStatus }

/** Rule 59: whether one of these results is what the condition of a monitor speaks of; null: it speaks of none. */
export function anyMeets(condition: string | null, results: readonly Checked[]): boolean {
  return (
    condition !== null &&
    results.some(({ severity, status }) => conditionHolds(condition, new Map(Object.entries({ severity, status }))))
  )
}

/** What is wrong with such a condition; null where nothing is. */
export function meetingProblem(condition: string): string | null {
  const names = new Set([...condition.matchAll(/\$\{\s*([^{}\s]+)\s*\}/g)].map(([, name]) => name))
  const unknown = [...names].find((name) => name !== 'severity' && name !== 'status')
  return unknown === undefined ? conditionProblem(condition) : `there is no ${unknown}: severity and status are known`
}

/** How a run of a monitor ended: as its worst result did. */
export function worstOf(results: readonly Checked[]): QualityStatus {
  return results.map(({ status }) => status).toSorted((a, b) => WORSE.indexOf(b) - WORSE.indexOf(a))[0] ?? 'Skipped'
}

/** yyyy-mm-dd, so many days before. */
export function dayBefore(bizdate: string, days: number): string {
  return new Date(Date.parse(`${bizdate}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10)
}

/** A condition that holds the value against one number, as older interfaces write them; null where it says anything else. */
export function simpleComparison(
  condition: string | null,
): { readonly operator: string; readonly value: number } | null {
  const found = /^\s*\$checkValue\s*(==|!=|>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)\s*$/.exec(condition ?? '')
  return found === null ? null : { operator: found[1]!, value: Number(found[2]) }
}
