import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { acceptResult, CHECK_RESULTS, type Check, isOpen, processStatus, verdict } from './check.ts'
import { Refusal } from './refusal.ts'

const open: Check = { result: null, passedByHand: false, expired: false, onUnanswered: 'block', manualPass: false }
const answered = (result: Check['result'], more: Partial<Check> = {}): Check => ({ ...open, result, ...more })
const OK = answered('OK')
const WARN = answered('WARN')
const FAIL = answered('FAIL')
const passableFail = answered('FAIL', { manualPass: true })
const passedFail = answered('FAIL', { manualPass: true, passedByHand: true })
const expiredBlocking: Check = { ...open, expired: true }
const expiredPassing: Check = { ...open, expired: true, onUnanswered: 'pass' }

/** Every check that can be: only a FAIL is passed by hand, only one without a result expires. */
const anyCheck = fc.constantFrom<Check>(
  ...(['block', 'pass'] as const).flatMap((onUnanswered) =>
    [true, false].flatMap((manualPass): Check[] => {
      const declared = { onUnanswered, manualPass }
      return [
        { ...open, ...declared },
        { ...open, ...declared, expired: true },
        ...CHECK_RESULTS.map((result) => answered(result, declared)),
        answered('FAIL', { ...declared, passedByHand: true }),
      ]
    }),
  ),
)
const checks = fc.array(anyCheck, { minLength: 1, maxLength: 6 })

describe('Rule 9: any FAIL not passed by hand → BLOCKED; else any open check → CHECKING; else PASSED', () => {
  test.each<[string, Check[], string]>([
    ['nobody was asked', [], 'PASSED'],
    ['one is open', [open], 'CHECKING'],
    ['one OK, one open', [OK, open], 'CHECKING'],
    ['WARN passes', [WARN], 'PASSED'],
    ['all answered OK or WARN', [OK, WARN], 'PASSED'],
    ['one FAIL among open and OK', [OK, FAIL, open], 'BLOCKED'],
    ['the FAIL was passed by hand', [passedFail], 'PASSED'],
    ['the FAIL was passed by hand, another is open', [passedFail, open], 'CHECKING'],
    ['the FAIL was passed by hand, another failed too', [passedFail, FAIL], 'BLOCKED'],
  ])('%s', (_when, given, status) => expect(processStatus(given)).toBe(status))

  test('for any checks', () => {
    fc.assert(
      fc.property(checks, (given) => {
        const status = processStatus(given)
        const stops = given.filter(
          (check) =>
            (check.result === 'FAIL' && !check.passedByHand) ||
            (check.result === null && check.expired && check.onUnanswered === 'block'),
        )
        const waiting = given.filter((check) => check.result === null && !check.expired)
        expect(status === 'BLOCKED').toBe(stops.length > 0)
        expect(status === 'CHECKING').toBe(stops.length === 0 && waiting.length > 0)
        expect(status === 'PASSED').toBe(stops.length === 0 && waiting.length === 0)
        expect(given.filter(isOpen)).toEqual(waiting)
      }),
    )
  })

  test('the order of the checks does not matter', () => {
    fc.assert(
      fc.property(
        checks.chain((given) =>
          fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length }), fc.boolean()),
        ),
        ([given, shuffled, expired]) => {
          expect(processStatus(shuffled)).toBe(processStatus(given))
          expect(verdict(shuffled, expired)).toBe(verdict(given, expired))
        },
      ),
    )
  })

  test('a further result never takes a BLOCKED process back, and OK or WARN never blocks', () => {
    fc.assert(
      fc.property(checks, fc.nat(5), fc.constantFrom(...CHECK_RESULTS), (given, at, result) => {
        const place = at % given.length
        if (!isOpen(given[place]!)) return
        const after = given.map((check, i) => (i === place ? { ...check, result } : check))
        if (processStatus(given) === 'BLOCKED') expect(processStatus(after)).toBe('BLOCKED')
        else if (result !== 'FAIL') expect(processStatus(after)).not.toBe('BLOCKED')
        else expect(processStatus(after)).toBe('BLOCKED')
      }),
    )
  })
})

describe('Rule 9: BLOCKED refuses at once, unless every FAIL so far may be passed by hand; then it stays held', () => {
  test.each<[string, Check[], boolean, string]>([
    ['all passed', [OK, WARN], false, 'release'],
    ['one is open', [OK, open], false, 'hold'],
    ['a FAIL that nobody may pass', [FAIL, open], false, 'refuse'],
    ['a FAIL that may be passed', [passableFail], false, 'hold'],
    ['a FAIL that may be passed, another open', [passableFail, open], false, 'hold'],
    ['one FAIL may be passed, another may not', [passableFail, FAIL], false, 'refuse'],
    ['one FAIL was passed, another may be', [passedFail, passableFail], false, 'hold'],
    ['a FAIL that may be passed, at expiry', [passableFail], true, 'refuse'],
    ['a FAIL that was passed, at expiry', [passedFail, expiredPassing], true, 'release'],
  ])('%s', (_when, given, expired, expected) => expect(verdict(given, expired)).toBe(expected))

  test('for any checks', () => {
    fc.assert(
      fc.property(checks, fc.boolean(), (given, expired) => {
        const status = processStatus(given)
        const decided = verdict(given, expired)
        expect(decided === 'release').toBe(status === 'PASSED')
        const unpassable = given.some(
          (check) =>
            (check.result === 'FAIL' && !check.passedByHand && !check.manualPass) ||
            (check.result === null && check.expired && check.onUnanswered === 'block'),
        )
        expect(decided === 'refuse').toBe(status === 'BLOCKED' && (expired || unpassable))
      }),
    )
  })

  test('at expiry, with no check open any more, an operation never stays held', () => {
    fc.assert(
      fc.property(checks, (given) => {
        const ended = given.map((check) => (isOpen(check) ? { ...check, expired: true } : check))
        expect(verdict(ended, true)).not.toBe('hold')
      }),
    )
  })
})

describe('Rule 10: mark as passed turns a FAIL into a pass; EXPIRED cannot be passed by hand', () => {
  test('an expired check that blocks goes on blocking, though its extension allows a pass by hand', () => {
    const expired = { ...expiredBlocking, manualPass: true }
    expect(processStatus([expired])).toBe('BLOCKED')
    expect(verdict([expired], false)).toBe('refuse')
  })
})

describe('Rule 11: a check still open at expiry counts as a FAIL or as a pass as the extension declared', () => {
  test('block, which is the default', () => {
    expect(processStatus([expiredBlocking, OK])).toBe('BLOCKED')
    expect(verdict([expiredBlocking, OK], true)).toBe('refuse')
  })
  test('pass', () => {
    expect(processStatus([expiredPassing, OK])).toBe('PASSED')
    expect(verdict([expiredPassing, OK], true)).toBe('release')
  })
  test('what it declared changes nothing about an answer', () => {
    for (const onUnanswered of ['block', 'pass'] as const) {
      expect(processStatus([{ ...OK, onUnanswered }])).toBe('PASSED')
      expect(processStatus([{ ...FAIL, onUnanswered }])).toBe('BLOCKED')
      expect(processStatus([{ ...open, onUnanswered }])).toBe('CHECKING')
    }
  })
})

describe('Rule 8: a check takes one result', () => {
  test('the first is recorded, the same again is acknowledged, a different one is refused and told the first', () => {
    for (const first of CHECK_RESULTS) {
      expect(acceptResult(open, first)).toBe('record')
      for (const next of CHECK_RESULTS)
        if (next === first) expect(acceptResult(answered(first), next)).toBe('acknowledge')
        else {
          expect(() => acceptResult(answered(first), next)).toThrow(Refusal)
          expect(() => acceptResult(answered(first), next)).toThrow(
            expect.objectContaining({ code: 'CHECK_CONFLICT', details: { given: first } }),
          )
        }
    }
  })
})
