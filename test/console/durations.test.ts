import { describe, expect, it } from 'vitest'
import { durationText } from '../../console/src/ui/duration.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

describe('a span of time', () => {
  it.each([
    [0, '0 s', '0 秒'],
    [-5 * SECOND, '0 s', '0 秒'],
    [999, '0 s', '0 秒'],
    [59 * SECOND, '59 s', '59 秒'],
    [MINUTE, '1 min', '1 分'],
    [3 * MINUTE + 20 * SECOND, '3 min 20 s', '3 分 20 秒'],
    [HOUR + 59 * SECOND, '1 h', '1 小时'],
    [3 * DAY - SECOND, '2 d 23 h', '2 天 23 小时'],
    [3 * DAY, '3 d', '3 天'],
  ])('of %i ms is written in its two largest units, rounded down: %s, %s', (durationMs, english, chinese) => {
    expect(durationText(durationMs, 'en')).toBe(english)
    expect(durationText(durationMs, 'zh')).toBe(chinese)
  })
})
