import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCron, runsOnDay, runsWithin, timesOfDay } from './cron.ts'

test.each([
  ['00 00 00 * * ?', '00 00 00 * * ?', 'day'],
  ['00 26 00 * * ?', '00 26 00 * * ?', 'day'],
  ['0 0 2 * * ? *', '0 0 2 * * ?', 'day'],
  ['  0  0\t2 * * ?  ', '0 0 2 * * ?', 'day'],
  ['00 */30 00-23 * * ?', '00 */30 00-23 * * ?', 'minute'],
  ['00 */5 * * * ?', '00 */5 * * * ?', 'minute'],
  ['00 00 00-23/1 * * ?', '00 00 00-23/1 * * ?', 'hour'],
  ['00 15 8,12,20 * * ?', '00 15 8,12,20 * * ?', 'hour'],
  ['00 15 22-2 * * ?', '00 15 22-2 * * ?', 'hour'],
  ['00 15 5-5 * * ?', '00 15 5-5 * * ?', 'day'],
  ['0 0 3 ? * MON,FRI', '0 0 3 ? * MON,FRI', 'week'],
  ['0 0 3 ? * mon', '0 0 3 ? * MON', 'week'],
  ['0 0 3 ? * 6#2', '0 0 3 ? * 6#2', 'week'],
  ['0 0 3 ? * 5L', '0 0 3 ? * 5L', 'week'],
  ['0 0 3 1,15 * ?', '0 0 3 1,15 * ?', 'month'],
  ['0 0 3 L * ?', '0 0 3 L * ?', 'month'],
  ['0 0 3 L-3 * ?', '0 0 3 L-3 * ?', 'month'],
  ['0 0 3 LW * ?', '0 0 3 LW * ?', 'month'],
  ['0 0 3 15W * ?', '0 0 3 15W * ?', 'month'],
  ['0 0 3 1 1,JUL ?', '0 0 3 1 1,JUL ?', 'year'],
  ['0 0 3 1 */3 ?', '0 0 3 1 */3 ?', 'year'],
  ['0 0 3 1 */1 ?', '0 0 3 1 */1 ?', 'month'],
])('%j is read as %j, a cycle of one %s', (text, cron, cycle) => {
  expect(readCron(text)).toEqual({ cron, cycle, problem: null })
})

test.each([
  ['', 'a cron expression has six fields, not 0'],
  ['0 0 * * *', 'a cron expression has six fields, not 5'],
  ['0 0 0 * * ? * *', 'a cron expression has six fields, not 8'],
  ['0 0 0 * * ? 2026', 'a year in a cron expression is not supported'],
  ['60 0 0 * * ?', '"60" is no valid second'],
  ['0 60 0 * * ?', '"60" is no valid minute'],
  ['0 0 24 * * ?', '"24" is no valid hour'],
  ['0 0 0 0 * ?', '"0" is no valid day of month'],
  ['0 0 0 32 * ?', '"32" is no valid day of month'],
  ['0 0 0 1 13 ?', '"13" is no valid month'],
  ['0 0 0 ? * 8', '"8" is no valid day of week'],
  ['0 0 0 ? * 0', '"0" is no valid day of week'],
  ['* * 0 * * ?', 'a node runs at most 1440 times a day, not 3600'],
  ['0 0 0 ? * 2#6', '"2#6" is no valid day of week'],
  ['0 0 0 32W * ?', '"32W" is no valid day of month'],
  ['0 0 ? * * *', '"?" is no valid hour'],
  ['0 0 0 ?,1 * *', '? stands alone in the day of month'],
  ['0 */0 0 * * ?', '"*/0" is no valid minute'],
  ['0 */60 0 * * ?', '"*/60" is no valid minute'],
  ['0 1-2-3 0 * * ?', '"1-2-3" is no valid minute'],
  ['0 1/2/3 0 * * ?', '"1/2/3" is no valid minute'],
  ['0 1, 0 * * ?', '"" is no valid minute'],
  ['0 -1 0 * * ?', '"-1" is no valid minute'],
  ['0 1.5 0 * * ?', '"1.5" is no valid minute'],
  ['0 0 0 ? * ?', 'only one of day of month and day of week may be ?'],
  ['0 0 0 1 * 2', 'a day of month and a day of week cannot both be given; one of them must be ?'],
  [`0 ${'1,'.repeat(200)}1 0 * * ?`, 'a cron expression has at most 256 characters'],
])('%j is refused', (text, problem) => {
  expect(readCron(text)).toEqual({ problem })
})

test('what is read reads again to the same, and any text at all gives a reading or a problem', () => {
  const field = fc.stringMatching(/^[0-9*?,\-/LW#A-Z]{1,5}$/)
  const text = fc.oneof(
    fc.string(),
    fc.array(field, { minLength: 6, maxLength: 7 }).map((fields) => fields.join(' ')),
  )
  fc.assert(
    fc.property(text, (cron) => {
      const reading = readCron(cron)
      if (reading.problem === null) expect(readCron(reading.cron)).toEqual(reading)
      else expect(reading.problem.length).toBeGreaterThan(10)
    }),
    { numRuns: 2000 },
  )
})

const daysOf = (cron: string, year: number) => {
  const found: string[] = []
  for (let at = Date.UTC(year, 0, 1); at < Date.UTC(year + 1, 0, 1); at += 86_400_000) {
    const date = new Date(at)
    const day = { year, month: date.getUTCMonth() + 1, day: date.getUTCDate() }
    if (runsOnDay(cron, day)) found.push(date.toISOString().slice(5, 10))
  }
  return found
}

test.each([
  ['0 0 0 * * ?', 365, '01-01'],
  ['0 0 0 ? * 1', 52, '01-04'],
  ['0 0 0 ? * 2', 52, '01-05'],
  ['0 0 0 ? * MON', 52, '01-05'],
  ['0 0 0 ? * 7', 52, '01-03'],
  ['0 0 0 ? * L', 52, '01-03'],
  ['0 0 0 ? * FRI-MON', 208, '01-02'],
  ['0 0 0 ? * MON/2', 156, '01-02'],
  ['0 0 0 ? * 6#3', 12, '01-16'],
  ['0 0 0 ? * 6L', 12, '01-30'],
  ['0 0 0 ? * MON#5', 4, '03-30'],
  ['0 0 0 L * ?', 12, '01-31'],
  ['0 0 0 L-3 * ?', 12, '01-28'],
  ['0 0 0 LW 2,5 ?', 2, '02-27'],
  ['0 0 0 15W * ?', 12, '01-15'],
  ['0 0 0 1W 2,8 ?', 2, '02-02'],
  ['0 0 0 31W * ?', 7, '01-30'],
  ['0 0 0 31 * ?', 7, '01-31'],
  ['0 0 0 28-2 1 ?', 6, '01-01'],
  ['0 0 0 1,15,L 3,6 ?', 6, '03-01'],
])('%s runs on %i days of 2026, first on %s', (cron, count, first) => {
  const days = daysOf(cron, 2026)
  expect([days.length, days[0]]).toEqual([count, first])
})

test('the times of a day are in order, each once', () => {
  expect(timesOfDay('0 0/20 1,1-2 * * ?')).toEqual([3600, 4800, 6000, 7200, 8400, 9600])
  expect(timesOfDay('30 5 22-1 * * ?')).toEqual([330, 3930, 79_530, 83_130])
  expect(timesOfDay('0 * * * * ?')).toHaveLength(1440)
})

test('a schedule runs within its effective period or not at all', () => {
  expect(runsWithin('0 0 0 29 2 ?', null, null)).toBe(true)
  expect(runsWithin('0 0 0 ? 2 SUN#5', null, null)).toBe(true)
  expect(runsWithin('0 0 0 31 2 ?', null, null)).toBe(false)
  expect(runsWithin('0 0 0 29 2 ?', '2097-01-01 00:00:00', '2103-12-31 00:00:00')).toBe(false)
  expect(runsWithin('0 0 8 * * ?', '2026-01-01 08:00:00', '2026-01-01 08:00:00')).toBe(true)
  expect(runsWithin('0 0 8 * * ?', '2026-01-01 08:00:01', '2026-01-02 07:59:59')).toBe(false)
})
