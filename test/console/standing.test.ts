import { describe, expect, it } from 'vitest'
import type { CheckState, OperationView } from '../../console/src/api/shapes.ts'
import { CHECK_LOOKS, checkLook, STANDING_LOOKS, standingOf } from '../../console/src/pages/operations/standing.ts'

const operation = (
  state: OperationView['state'],
  status: OperationView['status'],
  ...checks: CheckState[]
): Pick<OperationView, 'state' | 'status' | 'checks'> => ({
  state,
  status,
  checks: checks.map((one) => ({ state: one }) as OperationView['checks'][number]),
})

describe('where an operation stands', () => {
  it.each([
    ['waiting-for-extension', operation('held', 'CHECKING', 'waiting', 'OK')],
    ['waiting-for-person', operation('held', 'BLOCKED', 'FAIL', 'waiting')],
    ['not-routed', operation('held', 'CHECKING', 'waiting', 'undelivered', 'not-routed')],
    ['undelivered', operation('held', 'CHECKING', 'waiting', 'undelivered')],
    ['taking-effect', operation('held', 'PASSED', 'OK')],
    ['done', operation('done', null)],
    ['done', operation('done', 'PASSED', 'OK', 'passed-by-hand')],
    ['passed-with-warning', operation('done', 'PASSED', 'OK', 'WARN')],
    ['refused', operation('refused', 'BLOCKED', 'FAIL', 'expired')],
    ['expired', operation('refused', 'BLOCKED', 'expired', 'OK')],
    ['withdrawn', operation('withdrawn', 'CHECKING', 'waiting')],
    ['stale', operation('stale', 'PASSED', 'WARN')],
    ['failed', operation('failed', 'PASSED', 'OK')],
  ] as const)('is %s', (standing, given) => {
    expect(standingOf(given)).toBe(standing)
  })

  it('differs from every other standing in icon and words, never by colour alone', () => {
    for (const looks of [STANDING_LOOKS, CHECK_LOOKS]) {
      const all = Object.values(looks)
      expect(new Set(all.map((look) => look.text)).size).toBe(all.length)
      expect(new Set(all.map((look) => look.icon)).size).toBe(all.length)
    }
  })

  it('shows a FAIL of an operation that is held all the same as one that a person may pass', () => {
    const held = operation('held', 'BLOCKED', 'FAIL')
    expect(checkLook(held.checks[0]!, held)).toBe(CHECK_LOOKS['FAIL-passable'])
    const refused = operation('refused', 'BLOCKED', 'FAIL')
    expect(checkLook(refused.checks[0]!, refused)).toBe(CHECK_LOOKS.FAIL)
  })

  it('waits for no answer once the operation has ended', () => {
    for (const state of ['waiting', 'not-routed', 'undelivered'] as const)
      for (const end of ['refused', 'withdrawn', 'stale'] as const) {
        const ended = operation(end, 'BLOCKED', 'FAIL', state)
        expect(checkLook(ended.checks[1]!, ended)).toBe(CHECK_LOOKS['not-needed'])
        expect(checkLook(ended.checks[0]!, ended)).toBe(CHECK_LOOKS.FAIL)
      }
  })

  it('does not speak of an answer while the message has not arrived', () => {
    const held = operation('held', 'CHECKING', 'waiting')
    for (const waitsFor of ['sending', 'target-blocked'] as const)
      expect(checkLook({ ...held.checks[0]!, waitsFor, sentAt: null }, held)).toBe(CHECK_LOOKS[waitsFor])
    const sentAt = '2026-02-03T04:05:06.000Z'
    expect(checkLook({ ...held.checks[0]!, waitsFor: 'sending', sentAt }, held)).toBe(CHECK_LOOKS.retrying)
    expect(checkLook({ ...held.checks[0]!, waitsFor: 'waiting-for-answer' }, held)).toBe(CHECK_LOOKS.waiting)
  })
})
