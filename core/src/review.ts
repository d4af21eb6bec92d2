/** Rules 17 and 18: when a review is due, and what a reviewer sees of a version. */

const REVIEW_WORKING_DAYS = 3
const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Rule 17: the last day of a review: the third working day after the day of the submission. Days are calendar days (`2026-03-31`) where the
 * installation is; working days are Monday to Friday, and public holidays are not known.
 */
export function reviewDueOn(submittedOn: string): string {
  let day = Date.parse(submittedOn)
  for (let left = REVIEW_WORKING_DAYS; left > 0; ) {
    day += DAY_MS
    const weekday = new Date(day).getUTCDay()
    if (weekday !== 0 && weekday !== 6) left--
  }
  return new Date(day).toISOString().slice(0, 10)
}

/** All that a version says, each field as a person reads it. */
export type VersionContent = {
  readonly name: string
  readonly description: string
  readonly points: readonly string[]
  readonly testWorkspaceId: number | null
  readonly detailUrl: string | null
  readonly helpDocUrl: string | null
  readonly parameters: string
  readonly options: string
  readonly onUnanswered: 'block' | 'pass'
  /** Of a function: its source, and by which settings it runs. */
  readonly source?: string
  readonly settings?: string
}

/** In the order in which they are shown. */
export const VERSION_FIELDS = [
  'name',
  'description',
  'points',
  'onUnanswered',
  'detailUrl',
  'helpDocUrl',
  'testWorkspaceId',
  'parameters',
  'options',
  'settings',
  'source',
] as const satisfies readonly (keyof VersionContent)[]
export type VersionField = (typeof VERSION_FIELDS)[number]

export type VersionDifference = { readonly field: VersionField; readonly before: string; readonly after: string }

/** Rule 18: what a version changes of another, or of nothing: each field that differs, with what it was and what it is. */
export function versionDifferences(before: VersionContent | null, after: VersionContent): VersionDifference[] {
  return VERSION_FIELDS.map((field) => ({
    field,
    before: before === null ? '' : textOf(before[field]),
    after: textOf(after[field]),
  })).filter((one) => one.before !== one.after)
}

/** Points are compared as the set they are. */
function textOf(value: VersionContent[VersionField]): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? value.toSorted().join('\n') : String(value).replaceAll('\r\n', '\n')
}
