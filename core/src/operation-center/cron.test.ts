import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCron } from './cron.ts'

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
  ['0 0 0 30 2 ?', 'there is no such day, so it would never run'],
  ['0 0 0 31 4,6,9,11 ?', 'there is no such day, so it would never run'],
  ['0 0 0 L-30 2,4 ?', 'there is no such day, so it would never run'],
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
