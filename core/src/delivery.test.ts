import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { afterFailedAttempt, checkDelivery, type DeliveryState, MESSAGE_LIFETIME_MS } from './delivery.ts'

const DAY_MS = 24 * 3600 * 1000
const START_MS = Date.UTC(2024, 0, 1)

/** What follows a first attempt when every attempt fails at once, as delays in seconds. */
function delays(lifetimeMs: number): number[] {
  const found: number[] = []
  let nowMs = START_MS
  for (let attempt = 1; ; attempt++) {
    const next = afterFailedAttempt(attempt, nowMs, START_MS + lifetimeMs)
    if (next.state === 'dead') return found
    found.push((next.nextAttemptAtMs - nowMs) / 1000)
    nowMs = next.nextAttemptAtMs
  }
}

describe('Rule 6: delivery is retried with back-off', () => {
  test('after 1, 2, 4 … 512 seconds, then every 512 seconds, 176 attempts in all, about a day', () => {
    const all = delays(MESSAGE_LIFETIME_MS)
    expect(all.slice(0, 12)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 512, 512])
    expect(all).toHaveLength(175)
    const wholeMs = all.reduce((sum, seconds) => sum + seconds * 1000, 0)
    expect(wholeMs).toBeGreaterThan(0.9 * DAY_MS)
    expect(wholeMs).toBeLessThan(DAY_MS)
  })

  test('the delay never becomes shorter, and the attempts end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 * DAY_MS }), (lifetimeMs) => {
        const all = delays(lifetimeMs)
        expect(all.length).toBeLessThan(176)
        for (const [i, delay] of all.entries()) expect(delay).toBeGreaterThanOrEqual(all[i - 1] ?? 1)
      }),
      { numRuns: 50 },
    )
  })

  test('no attempt is planned for the time after the message has expired, and none for the past', () => {
    const attempt = fc.integer({ min: 1, max: 400 })
    fc.assert(
      fc.property(attempt, fc.nat(4 * DAY_MS), fc.nat(4 * DAY_MS), (number, nowMs, expiresAtMs) => {
        const next = afterFailedAttempt(number, nowMs, expiresAtMs)
        if (next.state === 'dead') return
        expect(next.nextAttemptAtMs).toBeGreaterThan(nowMs)
        expect(next.nextAttemptAtMs).toBeLessThan(expiresAtMs)
      }),
    )
  })

  test('one that was delivered again by hand after its last attempt gets that one attempt', () => {
    for (const number of [176, 177, 1000])
      expect(afterFailedAttempt(number, START_MS, START_MS + DAY_MS)).toEqual({ state: 'dead' })
  })
})

describe('Rule 7: a message is valid for three days', () => {
  test('which are 72 hours', () => expect(MESSAGE_LIFETIME_MS).toBe(72 * 3_600_000))
})

describe('Rule 25: a check that no delivery can serve says not routed at once', () => {
  const to = (state: DeliveryState, serves: string[] | null = null) => ({ state, serves })

  test.each<[string, ReturnType<typeof to>[], string]>([
    ['there is no delivery at all', [], 'not-routed'],
    ['the only target serves another extension', [to('delivered', ['other'])], 'not-routed'],
    ['the target serves none', [to('delivered', [])], 'not-routed'],
    ['the target serves all, not delivered yet', [to('pending')], 'sending'],
    ['the target names it', [to('pending', ['other', 'mine'])], 'sending'],
    ['one of two targets has accepted it', [to('pending'), to('delivered')], 'delivered'],
    ['one has accepted it, one is dead', [to('dead'), to('delivered')], 'delivered'],
    ['one is dead, one is still tried', [to('dead'), to('pending')], 'sending'],
    ['Rule 11: all that serve it are dead', [to('dead'), to('dead', ['mine'])], 'undelivered'],
    [
      'another extension’s target has accepted it, its own is dead',
      [to('delivered', ['other']), to('dead')],
      'undelivered',
    ],
  ])('%s', (_when, deliveries, expected) => expect(checkDelivery('mine', deliveries)).toBe(expected))

  test('it is never called delivered unless a target that serves it has accepted it', () => {
    const delivery = fc.record({
      state: fc.constantFrom<DeliveryState>('pending', 'delivered', 'dead'),
      serves: fc.option(fc.subarray(['mine', 'other'])),
    })
    fc.assert(
      fc.property(fc.array(delivery, { maxLength: 4 }), (deliveries) => {
        const accepted = deliveries.some(
          (one) => one.state === 'delivered' && (one.serves === null || one.serves.includes('mine')),
        )
        expect(checkDelivery('mine', deliveries) === 'delivered').toBe(accepted)
      }),
    )
  })
})
