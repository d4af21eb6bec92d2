import { describe, expect, test } from 'vitest'
import { dayOf, endOfDay } from './calendar.ts'

describe('a day is over where the installation is', () => {
  test.each([
    ['UTC', '2026-03-05', '2026-03-06T00:00:00.000Z'],
    ['Asia/Shanghai', '2026-03-05', '2026-03-05T16:00:00.000Z'],
    ['America/Los_Angeles', '2026-03-05', '2026-03-06T08:00:00.000Z'],
    ['America/Los_Angeles, on the day clocks are put forward', '2026-03-08', '2026-03-09T07:00:00.000Z'],
    ['America/Los_Angeles, on the day they are put back', '2026-11-01', '2026-11-02T08:00:00.000Z'],
    ['Pacific/Kiritimati', '2026-03-05', '2026-03-05T10:00:00.000Z'],
    ['Asia/Kathmandu', '2026-03-05', '2026-03-05T18:15:00.000Z'],
  ])('%s', (zone, day, instant) => {
    const timeZone = zone.split(',')[0]!
    const end = endOfDay(day, timeZone)
    expect(end.toISOString()).toBe(instant)
    expect(dayOf(new Date(end.getTime() - 1), timeZone)).toBe(day)
    expect(dayOf(end, timeZone) > day).toBe(true)
  })
})
