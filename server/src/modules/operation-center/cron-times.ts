/**
 * When a schedule runs: the expression's days and times of day (core, cron.ts) as instants in a time zone.
 *
 * Where clocks are put forward, a time that the day does not have runs at the first moment after the gap, and what would run at one moment
 * several times runs once. Where clocks are put back, a time that the day has twice runs the first time.
 */
import { type CalendarDay, runsOnDay, timesOfDay } from '@holdpoint/core'

export type Schedule = {
  readonly cron: string
  /** IANA name; null: the server's. */
  readonly timezone: string | null
  /** The effective period in the schedule's own zone, as `yyyy-mm-dd hh:mm:ss`. */
  readonly startAt: string | null
  readonly endAt: string | null
}

/** What a schedule has on a day: its times, and whether it runs then or only stands in for itself (a weekly node on another day). */
export type RunDay = { readonly times: readonly number[]; readonly runs: boolean }

const DAY_MS = 86_400_000
/** Every expression that ever runs does so within this: the 29th of February may be eight years away. */
const MOST_DAYS_AHEAD = 366 * 9
const NO_TIMES: RunDay = { times: [], runs: false }

/** The day's times, in order and each once; none outside the effective period. */
export function runDay(schedule: Schedule, day: string, serverZone: string): RunDay {
  const zone = zoneOf(schedule.timezone, serverZone)
  const { startAt, endAt } = schedule
  const seconds = timesOfDay(schedule.cron).filter((second) => {
    const local = `${day} ${clockText(second)}`
    return (startAt === null || local >= startAt) && (endAt === null || local <= endAt)
  })
  if (seconds.length === 0) return NO_TIMES
  const runs = runsOnDay(schedule.cron, calendarDay(day))
  return { times: [...new Set(instantsOf(day, seconds, zone))], runs }
}

/** The next times at which the schedule runs after an instant; fewer where it ends before. */
export function nextRuns(schedule: Schedule, afterMs: number, count: number, serverZone: string): number[] {
  const found: number[] = []
  let day = localTime(afterMs, zoneOf(schedule.timezone, serverZone)).slice(0, 10)
  for (let days = 0; days < MOST_DAYS_AHEAD && found.length < count; days++, day = dayAfter(day)) {
    if (schedule.endAt !== null && `${day} 00:00:00` > schedule.endAt) break
    if (!runsOnDay(schedule.cron, calendarDay(day))) continue
    found.push(...runDay(schedule, day, serverZone).times.filter((time) => time > afterMs))
  }
  return found.slice(0, count)
}

/** The zone of a schedule. One that is not known, which no import lets in, must not keep others from running. */
export function zoneOf(named: string | null, serverZone: string): string {
  return named !== null && isTimeZone(named) ? named : serverZone
}

export function calendarDay(day: string): CalendarDay {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number)
  return { year, month, day: date }
}

export function dayAfter(day: string, days = 1): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
}

/** The wall clock of a zone at an instant, as `yyyy-mm-dd hh:mm:ss`. */
export function localTime(instantMs: number, zone: string): string {
  return new Date(instantMs + offsetMs(instantMs, zone)).toISOString().slice(0, 19).replace('T', ' ')
}

export function isTimeZone(name: string): boolean {
  try {
    clockOf(name)
    return true
  } catch {
    return false
  }
}

/** The instant of a wall clock time of a day, in seconds after midnight. */
export function instantOf(day: string, second: number, zone: string): number {
  return instantsOf(day, [second], zone)[0]!
}

function instantsOf(day: string, seconds: readonly number[], zone: string): number[] {
  const midnight = Date.parse(`${day}T00:00:00Z`)
  const before = offsetMs(midnight - DAY_MS, zone)
  const after = offsetMs(midnight + 2 * DAY_MS, zone)
  return seconds.map((second) => {
    const local = midnight + second * 1000
    if (before === after) return local - before
    const fits = [local - before, local - after].filter((instant) => instant + offsetMs(instant, zone) === local)
    return fits.length > 0 ? Math.min(...fits) : changeBetween(midnight - DAY_MS, midnight + 2 * DAY_MS, zone)
  })
}

/** The first moment at which a zone's clocks show what they show at the end. */
function changeBetween(from: number, to: number, zone: string): number {
  const offset = offsetMs(to, zone)
  let low = from
  let high = to
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2000) * 1000
    if (offsetMs(middle, zone) === offset) high = middle
    else low = middle
  }
  return high
}

const clocks = new Map<string, Intl.DateTimeFormat>()

/** How far a zone's clocks are ahead of UTC. */
function offsetMs(instantMs: number, zone: string): number {
  if (zone === 'UTC') return 0
  const parts = Object.fromEntries(
    clockOf(zone)
      .formatToParts(instantMs)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instantMs / 1000) * 1000
}

function clockOf(zone: string): Intl.DateTimeFormat {
  let clock = clocks.get(zone)
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat('en-US', {
      timeZone: /^(?:GMT|UTC)(?=[+-]\d{2}:\d{2}$)/i.test(zone) ? zone.slice(3) : zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    clocks.set(zone, clock)
  }
  return clock
}

function clockText(second: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`
}
