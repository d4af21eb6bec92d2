import { runsOnDay, timesOfDay } from '@holdpoint/core/operation-center/cron'
import type { Translate } from '../../text/index.ts'

/** What is listed one by one before it is told as a rhythm. */
const MOST_TIMES = 4

/** A schedule in words: its days, then its times of day. */
export function scheduleWords(t: Translate, language: string, cron: string): string {
  const [, , , dayOfMonth = '*', month = '*', dayOfWeek = '*'] = cron.split(' ')
  const days = daysInWords(t, language, dayOfMonth, dayOfWeek)
  const months = monthsInWords(language, month)
  const when = months === null ? days : t('schedule.inMonths', { days, months })
  return t('schedule.whole', { days: when, times: timesInWords(t, language, timesOfDay(cron)) })
}

function timesInWords(t: Translate, language: string, seconds: readonly number[]): string {
  const [first = 0, second = 0] = seconds
  const last = seconds.at(-1) ?? 0
  if (seconds.length <= MOST_TIMES)
    return t('schedule.at', { times: list(language, seconds.map(clock)), count: seconds.length })
  const step = second - first
  const even = seconds.every((one, at) => one === first + at * step)
  const range = { from: clock(first), to: clock(last) }
  if (!even) return t('schedule.times', { ...range, count: seconds.length })
  if (step === 3600) return t('schedule.everyHour', range)
  if (step === 60) return t('schedule.everyMinute', range)
  if (step % 3600 === 0) return t('schedule.everyHours', { ...range, count: step / 3600 })
  return t('schedule.everyMinutes', { ...range, count: Math.round(step / 60) })
}

function daysInWords(t: Translate, language: string, dayOfMonth: string, dayOfWeek: string): string {
  if (isGiven(dayOfWeek)) {
    const parts = dayOfWeek.split(',').map((part) => {
      const [, of, nth] = /^(\w+)#(\d)$/.exec(part) ?? []
      if (of && nth) return t('schedule.nthWeekday', { nth, day: weekdays(language, of) })
      if (/^\w+L$/.test(part)) return t('schedule.lastWeekday', { day: weekdays(language, part.slice(0, -1)) })
      return null
    })
    if (parts.every((part) => part === null)) return t('schedule.weekdays', { days: weekdays(language, dayOfWeek) })
    return list(
      language,
      parts.map((part, at) => part ?? weekdays(language, dayOfWeek.split(',')[at] ?? '')),
    )
  }
  if (!isGiven(dayOfMonth)) return t('schedule.daily')
  const [, before] = /^L-(\d+)$/.exec(dayOfMonth) ?? []
  const [, near] = /^(\d+)W$/.exec(dayOfMonth) ?? []
  if (dayOfMonth === 'L') return t('schedule.lastDay')
  if (dayOfMonth === 'LW') return t('schedule.lastWorkingDay')
  if (before) return t('schedule.beforeLastDay', { count: Number(before) })
  if (near) return t('schedule.nearestWorkingDay', { day: near })
  const days = range(31).filter((day) => runsOnDay(`0 0 0 ${dayOfMonth} 1 ?`, { year: 2026, month: 1, day }))
  return t('schedule.daysOfMonth', { days: list(language, days.map(String)) })
}

/** Null where it is every month. */
function monthsInWords(language: string, month: string): string | null {
  const name = new Intl.DateTimeFormat(language, { month: 'long', timeZone: 'UTC' })
  const months = range(12).filter((one) => runsOnDay(`0 0 0 1 ${month} ?`, { year: 2026, month: one, day: 1 }))
  return months.length === 12
    ? null
    : list(
        language,
        months.map((one) => name.format(Date.UTC(2026, one - 1, 1))),
      )
}

function weekdays(language: string, dayOfWeek: string): string {
  const name = new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' })
  // The 1st of November 2026 is a Sunday.
  const days = range(7).filter((day) => runsOnDay(`0 0 0 ? * ${dayOfWeek}`, { year: 2026, month: 11, day }))
  return list(
    language,
    days.map((day) => name.format(Date.UTC(2026, 10, day))),
  )
}

const isGiven = (day: string) => day !== '*' && day !== '?'
const range = (count: number) => Array.from({ length: count }, (_, at) => at + 1)
const list = (language: string, of: readonly string[]) =>
  new Intl.ListFormat(language, { type: 'conjunction' }).format(of)

function clock(second: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const minutes = `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}`
  return second % 60 === 0 ? minutes : `${minutes}:${two(second % 60)}`
}
