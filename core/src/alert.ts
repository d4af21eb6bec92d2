/**
 * Alert rules: what of a workspace's production runs somebody is told of, and how often.
 *
 * A rule watches scheduled instances (of some nodes or of the whole workspace) or the ends of backfills.
 */

/** In the words of the monitor event; `BACKFILL` is told there as FINISHED, `QUALITY` only to who subscribes to a monitor of Data Quality. */
export const ALERT_KINDS = [
  'ERROR',
  'TIMEOUT',
  'UNFINISHED',
  'CYCLE_UNFINISHED',
  'FINISHED',
  'BACKFILL',
  'QUALITY',
] as const
export type AlertKind = (typeof ALERT_KINDS)[number]
/** Those that rules have. */
export type AlertRuleKind = Exclude<AlertKind, 'QUALITY'>

/** Of which ends of a backfill is told: what a rule says, and what a backfill asks for itself. */
export const BACKFILL_ENDS = ['Success', 'Failure', 'SuccessFailure'] as const
export type BackfillEnds = (typeof BACKFILL_ENDS)[number]

/** Nodes null: the whole workspace. Minutes of UNFINISHED are counted from the beginning of the day after the business date. */
export type AlertWatch =
  | { readonly kind: 'ERROR' | 'FINISHED'; readonly nodeIds: readonly number[] | null }
  | { readonly kind: 'TIMEOUT'; readonly nodeIds: readonly number[] | null; readonly minutes: number }
  | { readonly kind: 'UNFINISHED'; readonly nodeIds: readonly number[] | null; readonly by: string }
  | { readonly kind: 'CYCLE_UNFINISHED'; readonly nodeIds: readonly number[]; readonly minutes: number }
  | { readonly kind: 'BACKFILL'; readonly ends: BackfillEnds }

/** What an alert is about: an instance, a backfill, or the result of a quality rule. */
export type AlertObject = {
  readonly id: number
  readonly name: string
  /** null: a backfill, or a check by hand. */
  readonly nodeId: number | null
  readonly run: number
  readonly bizdate: string | null
}

/** Hours go beyond 24: what belongs to a business date may end on the second day after it. */
export const UNFINISHED_BY = /^([0-3]\d|4[0-7]):([0-5]\d)$/

/** The minutes from the beginning of the day after the business date, or null where the text is no such time. */
export function unfinishedByMinutes(by: string): number | null {
  const found = UNFINISHED_BY.exec(by)
  return found === null ? null : Number(found[1]) * 60 + Number(found[2])
}

export const coversEnd = (ends: BackfillEnds, succeeded: boolean): boolean =>
  ends === 'SuccessFailure' || ends === (succeeded ? 'Success' : 'Failure')

/** How long after each failed try the next one is made. */
const RETRIES_AFTER_MS = [10_000, 60_000, 300_000, 1_800_000] as const
/** Of one notice to one receiver. */
export const MOST_ALERT_TRIES = RETRIES_AFTER_MS.length + 1

/** Rule 42: a notice that was not taken is tried again at most four times; null: that was the last. */
export function alertRetryAfterMs(tries: number): number | null {
  return RETRIES_AFTER_MS[tries - 1] ?? null
}

export type AlertText = {
  readonly kind: AlertKind
  readonly ruleName: string
  readonly workspaceName: string
  readonly test: boolean
  /** Counted from 1; from 2 on it is a reminder. */
  readonly number: number
  /** How many it is about; `objects` are the first of them. */
  readonly count: number
  readonly objects: readonly AlertObject[]
  /** Of BACKFILL. */
  readonly succeeded: boolean | null
  readonly url: string
}

const HAPPENED: Readonly<Record<Exclude<AlertRuleKind, 'BACKFILL'>, readonly [one: string, many: string]>> = {
  ERROR: ['has failed', 'have failed'],
  TIMEOUT: ['runs for too long', 'run for too long'],
  UNFINISHED: ['has not finished in time', 'have not finished in time'],
  CYCLE_UNFINISHED: ['has not finished its cycle in time', 'have not finished their cycle in time'],
  FINISHED: ['has finished', 'have finished'],
}

/** What an alert says in one line. */
export function alertHeadline(alert: AlertText): string {
  const [first] = alert.objects
  const what =
    alert.test || first === undefined
      ? 'this is a test of the rule'
      : alert.kind === 'BACKFILL'
        ? `backfill ${first.name} ${alert.succeeded ? 'has succeeded' : 'has failed'}`
        : alert.kind === 'QUALITY'
          ? `quality of ${alert.ruleName}: ${alert.count === 1 ? first.name : `${alert.count} rules`}`
          : alert.count === 1
            ? `${first.name} ${HAPPENED[alert.kind][0]}`
            : `${alert.count} instances ${HAPPENED[alert.kind][1]}`
  const again = alert.number > 1 ? ' (still)' : ''
  return `${alert.workspaceName}: ${what}${again}`
}

/** The same with each object in a line of its own, and where to read on. */
export function alertLines(alert: AlertText): string {
  const lines = alert.objects.map(
    ({ id, name, bizdate }) => `- ${name} (${id})${bizdate === null ? '' : `, business date ${bizdate}`}`,
  )
  const more = alert.count - alert.objects.length
  if (more > 0) lines.push(`- and ${more} more`)
  const by = alert.kind === 'QUALITY' ? 'Monitor' : 'Rule'
  return [`${alertHeadline(alert)}.`, `${by}: ${alert.ruleName}`, '', ...lines, '', alert.url].join('\n')
}
