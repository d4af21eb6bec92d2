import { expect, test } from 'vitest'
import { rests } from './rests.ts'

/** Whether it is looked at this moment; the look takes so long and finds something or nothing. */
function looks(at: ReturnType<typeof rests>, nowMs: number, tookMs = 0, found = false): boolean {
  const ended = at.begin('ready', nowMs)
  ended?.(found, nowMs + tookMs)
  return ended !== null
}

test('a look that is quick or finds something is taken again at once', () => {
  const at = rests()
  expect([looks(at, 0, 199), looks(at, 199, 5_000, true), looks(at, 5_199)]).toEqual([true, true, true])
})

test('one that takes long and finds nothing rests for ten times as long, and others do not rest with it', () => {
  const at = rests()
  looks(at, 0, 300)
  expect([looks(at, 301), looks(at, 3_299), at.begin('due', 301) !== null, looks(at, 3_300)]).toEqual([
    false,
    false,
    true,
    true,
  ])
})

test('none rests for longer than five seconds, whatever it took', () => {
  const at = rests()
  looks(at, 0, 3_600_000)
  expect([looks(at, 3_604_999), looks(at, 3_605_000)]).toEqual([false, true])
})

test('what is heard of ends the rest, but for as long as the look took', () => {
  const at = rests()
  looks(at, 0, 300)
  at.heard()
  expect([looks(at, 599), looks(at, 600, 300), looks(at, 1_200)]).toEqual([false, true, false])
})

test('what is heard of during a look, which may have come too late for it, ends its rest too', () => {
  const at = rests()
  const ended = at.begin('ready', 0)!
  at.heard()
  ended(false, 300)
  expect([looks(at, 599), looks(at, 600)]).toEqual([false, true])
})
