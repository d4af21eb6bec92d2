import { describe, expect, test } from 'vitest'
import type { Check } from './check.ts'
import { waitOf } from './waiting.ts'

const open: Check = { result: null, passedByHand: false, expired: false, onUnanswered: 'block', manualPass: true }
const to = (state: 'pending' | 'delivered' | 'dead', targetBlocked = false) => ({ state, targetBlocked })

describe('an open check says what it waits for', () => {
  test.each([
    ['not-routed', []],
    ['sending', [to('pending')]],
    ['sending', [to('dead'), to('pending'), to('pending', true)]],
    ['target-blocked', [to('pending', true)]],
    ['target-blocked', [to('dead'), to('pending', true)]],
    ['undelivered', [to('dead'), to('dead', true)]],
    ['waiting-for-answer', [to('dead'), to('pending', true), to('delivered')]],
  ] as const)('%s: %j', (wait, deliveries) => expect(waitOf(open, deliveries)).toBe(wait))
})

test('Rule 9: a FAIL waits for a person however its message fared; what passes or has expired waits for nobody', () => {
  for (const deliveries of [[], [to('delivered')], [to('dead')]]) {
    expect(waitOf({ ...open, result: 'FAIL' }, deliveries)).toBe('waiting-for-person')
    expect(waitOf({ ...open, result: 'FAIL', passedByHand: true }, deliveries)).toBeNull()
    expect(waitOf({ ...open, result: 'OK' }, deliveries)).toBeNull()
    expect(waitOf({ ...open, result: 'WARN' }, deliveries)).toBeNull()
    expect(waitOf({ ...open, expired: true }, deliveries)).toBeNull()
  }
})
