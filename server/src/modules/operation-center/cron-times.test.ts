import { readCron } from '@holdpoint/core'
import { Cron } from 'croner'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dayAfter, localTime, nextRuns, runDay, type Schedule } from './cron-times.ts'

const schedule = (cron: string, timezone: string | null = null): Schedule => {
  const reading = readCron(cron)
  if (reading.problem !== null) throw new Error(`${cron}: ${reading.problem}`)
  return { cron: reading.cron, timezone, startAt: null, endAt: null }
}

const YEAR_MS = 365.25 * 86_400_000

describe('where the library of cron times croner reads an expression as Quartz does, both find the same times', () => {
  // It knows no ranges over the end of a field, no `L-3` and no `1/5`, writes the last Friday in another way, and numbers weekdays from 0.
  const value = (min: number, max: number) => fc.integer({ min, max }).map(String)
  const range = (min: number, max: number) =>
    fc.tuple(fc.integer({ min, max }), fc.integer({ min, max })).map((ends) => ends.sort((a, b) => a - b).join('-'))
  const field = (min: number, max: number) =>
    fc.oneof(
      value(min, max),
      fc.array(value(min, max), { minLength: 2, maxLength: 4 }).map((list) => list.join(',')),
      range(min, max),
      fc.tuple(range(min, max), fc.integer({ min: 1, max: 9 })).map(([of, step]) => `${of}/${step}`),
      fc.integer({ min: 1, max: Math.min(max, 30) }).map((step) => `*/${step}`),
      fc.constant('*'),
    )
  const weekday = fc.constantFrom('SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT')
  const days = fc.oneof(
    fc.constantFrom(['*', '?'], ['?', '*'], ['*', '*'], ['L', '?'], ['LW', '?']),
    field(1, 31).map((of) => [of, '?']),
    fc.integer({ min: 1, max: 31 }).map((of) => [`${of}W`, '?']),
    fc.array(weekday, { minLength: 1, maxLength: 3 }).map((list) => ['?', list.join(',')]),
    fc.constantFrom('MON-FRI', 'TUE-SAT', 'SUN-WED').map((of) => ['?', of]),
    fc.tuple(weekday, fc.integer({ min: 1, max: 5 })).map(([of, nth]) => ['?', `${of}#${nth}`]),
    weekday.map((of) => ['?', `${of}L`]),
  )
  const cron = fc
    .tuple(value(0, 59), field(0, 59), field(0, 23), days, field(1, 12))
    .map(([second, minute, hour, [day, ofWeek], month]) => [second, minute, hour, day, month, ofWeek].join(' '))
    .filter((text) => readCron(text).problem === null)
  const moment = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2032, 0, 1) })

  /** Eight years are as far as both look. */
  const theirs = (text: string, timezone: string, afterMs: number, count: number) =>
    new Cron(text.replace(/([A-Z]{3})L$/, '$1#L'), { timezone, paused: true })
      .nextRuns(count, new Date(afterMs))
      .map((at) => at.getTime())
      .filter((at) => at < afterMs + 8 * YEAR_MS)

  test('from any moment, where clocks are not changed', () => {
    fc.assert(
      fc.property(cron, fc.constantFrom('UTC', 'Asia/Shanghai', 'Asia/Kolkata'), moment, (text, zone, afterMs) => {
        const ours = nextRuns(schedule(text, zone), afterMs, 5, 'UTC').filter((at) => at < afterMs + 8 * YEAR_MS)
        expect(ours).toEqual(theirs(text, zone, afterMs, 5))
      }),
      { numRuns: 400 },
    )
  })

  test('of what runs once a day, on days of changed clocks too', () => {
    const changes = ['2026-03-07', '2026-03-28', '2026-10-24', '2026-10-31', '2027-03-13', '2027-11-06']
    const once = fc.tuple(value(0, 59), value(0, 59), value(0, 4)).map((of) => `${of.join(' ')} * * ?`)
    fc.assert(
      fc.property(
        once,
        fc.constantFrom('Europe/Berlin', 'America/New_York'),
        fc.constantFrom(...changes),
        (text, zone, day) => {
          const afterMs = Date.parse(`${day}T12:00:00Z`)
          const [ours, them] = [nextRuns(schedule(text, zone), afterMs, 3, 'UTC'), theirs(text, zone, afterMs, 3)]
          expect(ours).toEqual(them)
        },
      ),
      { numRuns: 300 },
    )
  })
})

/** The times of a day as its clocks and UTC show them: `02:30 00:30`. */
function shown(cron: string, day: string, zone: string): readonly string[] {
  return runDay(schedule(cron, zone), day, 'UTC').times.map(
    (at) => `${localTime(at, zone).slice(11, 16)} ${localTime(at, 'UTC').slice(11, 16)}`,
  )
}

describe.each([
  ['Europe/Berlin', '2026-03-29', ['01:30 00:30', '03:00 01:00', '03:30 01:30']],
  ['America/New_York', '2026-03-08', ['01:30 06:30', '03:00 07:00', '03:30 07:30']],
])('where clocks are put forward, in %s on %s', (zone, day, around) => {
  test('a time that the day does not have runs at the first moment after the gap, and what comes to one moment runs once', () => {
    const [before, after] = [around[0]!, around[1]!]
    expect(shown('0 30 1 * * ?', day, zone)).toEqual([before])
    expect(shown('0 0 2 * * ?', day, zone)).toEqual([after])
    expect(shown('0 30 2 * * ?', day, zone)).toEqual([after])
    expect(shown('0 0 3 * * ?', day, zone)).toEqual([after])
    expect(shown('0 */10 2 * * ?', day, zone)).toEqual([after])
    expect(shown('0 30 1-3 * * ?', day, zone)).toEqual(around)
  })

  test('it has 23 hours, each of them once', () => {
    const { times } = runDay(schedule('0 0 * * * ?', zone), day, 'UTC')
    expect(times).toHaveLength(23)
    expect(times.every((at, index) => index === 0 || at - times[index - 1]! === 3_600_000)).toBe(true)
    expect(runDay(schedule('0 * * * * ?', zone), day, 'UTC').times).toHaveLength(23 * 60)
  })
})

describe.each([
  ['Europe/Berlin', '2026-10-25', ['01:30 23:30', '02:30 00:30', '03:30 02:30']],
  ['America/New_York', '2026-11-01', ['00:30 04:30', '01:30 05:30', '02:30 07:30']],
])('where clocks are put back, in %s on %s', (zone, day, around) => {
  test('a time that comes twice runs the first time', () => {
    const hours = around.map((one) => Number(one.slice(0, 2)))
    for (const [at, hour] of hours.entries()) expect(shown(`0 30 ${hour} * * ?`, day, zone)).toEqual([around[at]])
    expect(shown(`0 30 ${hours[0]}-${hours[2]} * * ?`, day, zone)).toEqual(around)
  })

  test('it has 24 periods of an hour, as every day, and none in the hour that comes again', () => {
    const { times } = runDay(schedule('0 0 * * * ?', zone), day, 'UTC')
    expect(times.map((at) => Number(localTime(at, zone).slice(11, 13)))).toEqual(
      Array.from({ length: 24 }, (_, at) => at),
    )
    expect(times.filter((at, index) => index > 0 && at - times[index - 1]! !== 3_600_000)).toHaveLength(1)
    expect(runDay(schedule('0 * * * * ?', zone), day, 'UTC').times).toHaveLength(24 * 60)
  })
})

test('whatever the schedule, the zone and the day, its times are in order, each once, of that day, and no more than on any other', () => {
  const minute = fc.oneof(fc.integer({ min: 0, max: 59 }).map(String), fc.constantFrom('*', '*/7', '*/30'))
  const hour = fc.oneof(fc.integer({ min: 0, max: 23 }).map(String), fc.constantFrom('*', '*/5', '1-4'))
  const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Havana', 'Pacific/Apia']
  fc.assert(
    fc.property(minute, hour, fc.constantFrom(...zones), fc.integer({ min: 0, max: 730 }), (of, at, zone, days) => {
      const day = dayAfter('2026-01-01', days)
      const usual = runDay(schedule(`0 ${of} ${at} * * ?`), day, 'UTC').times.length
      const { times } = runDay(schedule(`0 ${of} ${at} * * ?`, zone), day, 'UTC')
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b))
      for (const one of times) expect(localTime(one, zone).slice(0, 10)).toBe(day)
      expect(times.length).toBeGreaterThan(0)
      expect(times.length).toBeLessThanOrEqual(usual)
    }),
    { numRuns: 300 },
  )
})
