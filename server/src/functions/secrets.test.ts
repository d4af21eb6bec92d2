// What a function says holds no secret, also where it was cut.
import { expect, test } from 'vitest'
import { hiding } from './secrets.ts'

const SECRET = 'abcdefghij'

test('secrets are hidden as they are and within JSON text, the longer one first', () => {
  const hide = hiding(['ab"cd', 'ab"cdef'])
  expect(hide(`is ab"cdef ${JSON.stringify('ab"cd')} end`)).toBe('is *** "***" end')
})

test('wherever a text is cut, no beginning of a secret is left', () => {
  const hide = hiding([SECRET, 'abcdefghijklmno'])
  const whole = `_______________________${SECRET}.${SECRET}klmno`
  for (let cutAt = 1; cutAt <= whole.length; cutAt++) {
    const hidden = hide(whole.slice(0, cutAt), cutAt)
    expect(hidden, String(cutAt)).not.toContain('a')
    expect(hidden).toMatch(/…$/)
  }
})

test('a text that was not cut keeps its end, and so does one of a function without secrets', () => {
  expect(hiding([SECRET])('0123456789', 11)).toBe('0123456789')
  expect(hiding([])('0123456789', 10)).toBe('0123456789')
})
