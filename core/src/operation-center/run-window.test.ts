import { describe, expect, test } from 'vitest'
import { windowOpen } from './run-window.ts'

const SATURDAY = 6
const SUNDAY = 0
const MONDAY = 1

describe('the window in which a backfill runs', () => {
  test.each([
    ['daily', '01:00:00', '05:00:00', MONDAY, '00:59:59', false],
    ['daily', '01:00:00', '05:00:00', MONDAY, '01:00:00', true],
    ['daily', '01:00:00', '05:00:00', MONDAY, '05:00:00', true],
    ['daily', '01:00:00', '05:00:00', MONDAY, '05:00:01', false],
    ['daily', '22:00:00', '06:00:00', MONDAY, '23:00:00', true],
    ['daily', '22:00:00', '06:00:00', MONDAY, '05:00:00', true],
    ['daily', '22:00:00', '06:00:00', MONDAY, '12:00:00', false],
    ['weekend', '01:00:00', '05:00:00', SATURDAY, '02:00:00', true],
    ['weekend', '01:00:00', '05:00:00', MONDAY, '02:00:00', false],
    ['weekend', '22:00:00', '06:00:00', SUNDAY, '23:00:00', true],
    ['weekend', '22:00:00', '06:00:00', MONDAY, '05:00:00', true],
    ['weekend', '22:00:00', '06:00:00', SATURDAY, '05:00:00', false],
  ])('%s from %s to %s, on day %i at %s: %s', (type, startTime, endTime, weekday, time, open) => {
    expect(windowOpen({ type, startTime, endTime }, { weekday, time })).toBe(open)
  })
})
