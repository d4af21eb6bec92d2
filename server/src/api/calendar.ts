/** Calendar days in a time zone, and the instants at which they begin. */
const DAY_MS = 24 * 60 * 60 * 1000
const formats = new Map<string, Intl.DateTimeFormat>()

/** What clocks in the zone show at an instant, as if it were UTC; whole seconds. */
function localMs(atMs: number, timeZone: string): number {
  let format = formats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'iso8601',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(timeZone, format)
  }
  const parts = format.formatToParts(atMs)
  const of = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((one) => one.type === type)!.value)
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'))
}

/** The day (`2026-03-31`) on which an instant falls in the zone. */
export function dayOf(at: Date, timeZone: string): string {
  return new Date(localMs(at.getTime(), timeZone)).toISOString().slice(0, 10)
}

/** The instant at which the day is over in the zone. */
export function endOfDay(day: string, timeZone: string): Date {
  const midnight = Date.parse(day) + DAY_MS
  // The offset at about that time, then the one at the time that follows from it: they differ when clocks are changed that day.
  let at = midnight
  for (let i = 0; i < 2; i++) at = midnight - (localMs(at, timeZone) - at)
  return new Date(at)
}
