/** When instances of a backfill may start. */
export type RunWindow = {
  readonly type: string
  /** hh:mm:ss; one that ends before it starts goes over midnight. */
  readonly startTime: string
  readonly endTime: string
}

/** A moment as a clock and a calendar show it: the day of the week from 0, which is Sunday, and hh:mm:ss. */
export type Moment = { readonly weekday: number; readonly time: string }

/** Whether the window is open: from its start to its end, ends included; a window over midnight belongs to the day on which it starts. */
export function windowOpen({ type, startTime, endTime }: RunWindow, { weekday, time }: Moment): boolean {
  const overMidnight = endTime < startTime
  const sinceYesterday = overMidnight && time <= endTime
  if (!sinceYesterday && (time < startTime || (!overMidnight && time > endTime))) return false
  const day = sinceYesterday ? (weekday + 6) % 7 : weekday
  return type !== 'weekend' || day === 0 || day === 6
}
