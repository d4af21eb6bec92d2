/**
 * Rule 6: delivery is at least once and retried with back-off.
 *
 * pending → delivered | dead. A receiver that answers 2xx has accepted the message. Anything else is tried again after the
 * delays of the policy until they are used up or the message has expired; then the delivery is dead, can be read with every
 * attempt, and can be delivered again by hand.
 */
export type DeliveryState = 'pending' | 'delivered' | 'dead'

/**
 * BACKOFF_RETRY: three retries, each after a random 10 to 20 seconds. EXPONENTIAL_DECAY_RETRY: after 1, 2, 4 … 512 seconds, then every 512
 * seconds, 176 tries in all, within a day. The second is the default, because a held operation waits for up to three days.
 */
export type RetryPolicy = 'BACKOFF_RETRY' | 'EXPONENTIAL_DECAY_RETRY'

/** What a delivery that has used up its retries means for the later ones of its target: nothing (ALL), or that they wait for it (NONE). */
export type ErrorsTolerance = 'ALL' | 'NONE'

const MOST_ATTEMPTS: Readonly<Record<RetryPolicy, number>> = { BACKOFF_RETRY: 4, EXPONENTIAL_DECAY_RETRY: 176 }
const LONGEST_DELAY_MS = 512_000
const SHORTEST_BACKOFF_MS = 10_000
const LONGEST_BACKOFF_MS = 20_000
/** A receiver may ask to be left alone for so long at most; the next attempt is the policy's again. */
const LONGEST_ASKED_MS = 3_600_000
const TOO_MANY_REQUESTS = 429
const UNAVAILABLE = 503
/** The receiver says that it is gone for good. */
const GONE = 410

export type FailedAttempt = {
  readonly policy: RetryPolicy
  /** Its number, counted from 1. */
  readonly attempt: number
  /** Of the HTTP answer; null where there was none. */
  readonly status: number | null
  /** What the answer's Retry-After asked for. */
  readonly retryAfterMs: number | null
  readonly nowMs: number
  /** When the message expires. */
  readonly expiresAtMs: number
  /** From 0 up to but not 1. */
  readonly random: number
}

/** What happens after an attempt that failed: when to try again, or that there is no further try. */
export function afterFailedAttempt(
  failed: FailedAttempt,
): { state: 'pending'; nextAttemptAtMs: number } | { state: 'dead' } {
  const { policy, attempt, status, nowMs, expiresAtMs } = failed
  if (status === GONE || isLastAttempt(policy, attempt)) return { state: 'dead' }
  const asked = status === TOO_MANY_REQUESTS || status === UNAVAILABLE ? (failed.retryAfterMs ?? 0) : 0
  const delayMs = Math.max(delayAfter(policy, attempt, failed.random), Math.min(asked, LONGEST_ASKED_MS))
  const nextAttemptAtMs = nowMs + delayMs
  return nextAttemptAtMs < expiresAtMs ? { state: 'pending', nextAttemptAtMs } : { state: 'dead' }
}

/** Whether no attempt follows this one by the policy, if it fails. */
export function isLastAttempt(policy: RetryPolicy, attempt: number): boolean {
  return attempt >= MOST_ATTEMPTS[policy]
}

function delayAfter(policy: RetryPolicy, attempt: number, random: number): number {
  if (policy === 'EXPONENTIAL_DECAY_RETRY') return Math.min(2 ** (attempt - 1) * 1000, LONGEST_DELAY_MS)
  return SHORTEST_BACKOFF_MS + Math.floor(random * (LONGEST_BACKOFF_MS - SHORTEST_BACKOFF_MS + 1))
}

/** How far a check's message has come, from the deliveries that serve its extension (rules 11 and 25). */
export type CheckDelivery = 'not-routed' | 'sending' | 'delivered' | 'undelivered'

/** Rule 25: a check that no delivery can serve says *not routed* at once. Rule 11: one whose deliveries all failed says *undelivered*. */
export function checkDelivery(
  extensionCode: string,
  deliveries: readonly { readonly state: DeliveryState; readonly serves: readonly string[] | null }[],
): CheckDelivery {
  return deliveryOf(deliveries.filter((one) => one.serves === null || one.serves.includes(extensionCode)))
}

/** The same for deliveries that all serve it. */
export function deliveryOf(serving: readonly { readonly state: DeliveryState }[]): CheckDelivery {
  if (serving.length === 0) return 'not-routed'
  if (serving.some((one) => one.state === 'delivered')) return 'delivered'
  return serving.some((one) => one.state === 'pending') ? 'sending' : 'undelivered'
}

/** Rule 7: a message is valid for three days. */
export const MESSAGE_LIFETIME_MS = 3 * 24 * 3600 * 1000
