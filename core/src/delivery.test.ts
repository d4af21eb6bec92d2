import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  afterFailedAttempt,
  checkDelivery,
  type DeliveryState,
  type FailedAttempt,
  MESSAGE_LIFETIME_MS,
  type RetryPolicy,
} from './delivery.ts'

const DAY_MS = 24 * 3600 * 1000
const START_MS = Date.UTC(2024, 0, 1)

const policies = fc.constantFrom<RetryPolicy>('BACKOFF_RETRY', 'EXPONENTIAL_DECAY_RETRY')
/** What Math.random answers. */
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const failed = (more: Partial<FailedAttempt>): FailedAttempt => ({
  policy: 'EXPONENTIAL_DECAY_RETRY',
  attempt: 1,
  status: 500,
  retryAfterMs: null,
  nowMs: START_MS,
  expiresAtMs: START_MS + MESSAGE_LIFETIME_MS,
  random: 0,
  ...more,
})

/** What follows a first attempt when every attempt fails at once, as delays in seconds. */
function delays(policy: RetryPolicy, lifetimeMs: number, random: () => number = () => 0): number[] {
  const found: number[] = []
  let nowMs = START_MS
  for (let attempt = 1; ; attempt++) {
    const next = afterFailedAttempt(
      failed({ policy, attempt, nowMs, expiresAtMs: START_MS + lifetimeMs, random: random() }),
    )
    if (next.state === 'dead') return found
    found.push((next.nextAttemptAtMs - nowMs) / 1000)
    nowMs = next.nextAttemptAtMs
  }
}

describe('Rule 6: delivery is retried with back-off, as the policy of its target says', () => {
  test('EXPONENTIAL_DECAY_RETRY: after 1, 2, 4 … 512 seconds, then every 512 seconds, 176 tries in all, within a day', () => {
    const all = delays('EXPONENTIAL_DECAY_RETRY', MESSAGE_LIFETIME_MS)
    expect(all.slice(0, 12)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 512, 512])
    expect(all).toHaveLength(175)
    const wholeMs = all.reduce((sum, seconds) => sum + seconds * 1000, 0)
    expect(wholeMs).toBeGreaterThan(0.9 * DAY_MS)
    expect(wholeMs).toBeLessThan(DAY_MS)
  })

  test('BACKOFF_RETRY: three retries, each after 10 to 20 seconds, as chance has it', () => {
    fc.assert(
      fc.property(fc.array(chance, { minLength: 4, maxLength: 4 }), (chances) => {
        const all = delays('BACKOFF_RETRY', MESSAGE_LIFETIME_MS, () => chances.shift()!)
        expect(all).toHaveLength(3)
        for (const seconds of all) {
          expect(seconds).toBeGreaterThanOrEqual(10)
          expect(seconds).toBeLessThanOrEqual(20)
        }
      }),
    )
    expect(delays('BACKOFF_RETRY', MESSAGE_LIFETIME_MS, () => 0)).toEqual([10, 10, 10])
    expect(delays('BACKOFF_RETRY', MESSAGE_LIFETIME_MS, () => 1 - Number.EPSILON)).toEqual([20, 20, 20])
  })

  test('the exponential delay never becomes shorter, and the attempts of every policy end', () => {
    fc.assert(
      fc.property(policies, fc.integer({ min: 0, max: 4 * DAY_MS }), (policy, lifetimeMs) => {
        const all = delays(policy, lifetimeMs)
        expect(all.length).toBeLessThan(176)
        for (const [i, delay] of all.entries()) expect(delay).toBeGreaterThanOrEqual(all[i - 1] ?? 1)
      }),
      { numRuns: 50 },
    )
  })

  const anyFailure = fc.record({
    policy: policies,
    attempt: fc.integer({ min: 1, max: 400 }),
    status: fc.constantFrom(null, 301, 404, 410, 429, 500, 503),
    retryAfterMs: fc.option(fc.nat(4 * DAY_MS)),
    nowMs: fc.nat(4 * DAY_MS),
    expiresAtMs: fc.nat(4 * DAY_MS),
    random: chance,
  })

  test('no attempt is planned for the time after the message has expired, and none for the past', () => {
    fc.assert(
      fc.property(anyFailure, (one) => {
        const next = afterFailedAttempt(one)
        if (next.state === 'dead') return
        expect(next.nextAttemptAtMs).toBeGreaterThan(one.nowMs)
        expect(next.nextAttemptAtMs).toBeLessThan(one.expiresAtMs)
      }),
    )
  })

  test('a receiver that answers 429 or 503 is left alone as long as it asks, an hour at most, and never shorter than the policy says', () => {
    const delay = (more: Partial<FailedAttempt>) => {
      const next = afterFailedAttempt(failed(more))
      return next.state === 'dead' ? null : next.nextAttemptAtMs - START_MS
    }
    for (const status of [429, 503]) {
      expect(delay({ status, retryAfterMs: 30_000 })).toBe(30_000)
      expect(delay({ status, retryAfterMs: 500 })).toBe(1_000)
      expect(delay({ status, retryAfterMs: 10 * DAY_MS })).toBe(3_600_000)
    }
    for (const status of [500, 404, null]) expect(delay({ status, retryAfterMs: 30_000 })).toBe(1_000)
    fc.assert(
      fc.property(anyFailure, (one) => {
        const asked = afterFailedAttempt(one)
        const plain = afterFailedAttempt({ ...one, retryAfterMs: null })
        if (asked.state === 'dead' || plain.state === 'dead') return
        expect(asked.nextAttemptAtMs).toBeGreaterThanOrEqual(plain.nextAttemptAtMs)
        expect(asked.nextAttemptAtMs - one.nowMs).toBeLessThanOrEqual(3_600_000)
      }),
    )
  })

  test('a receiver that answers 410 is gone for good: it is not tried again', () => {
    expect(afterFailedAttempt(failed({ status: 410 }))).toEqual({ state: 'dead' })
  })

  test('one that was delivered again by hand after its last attempt gets that one attempt', () => {
    for (const attempt of [176, 177, 1000]) expect(afterFailedAttempt(failed({ attempt }))).toEqual({ state: 'dead' })
    for (const attempt of [4, 5])
      expect(afterFailedAttempt(failed({ policy: 'BACKOFF_RETRY', attempt }))).toEqual({ state: 'dead' })
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
