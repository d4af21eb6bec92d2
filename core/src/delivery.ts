/**
 * Rule 6: delivery is at least once and retried with back-off.
 *
 * pending → delivered | dead. A receiver that answers 2xx has accepted the message. Anything else is tried again after the
 * delays of the policy until they are used up or the message has expired; then the delivery is dead, can be read with every
 * attempt, and can be delivered again by hand.
 */
export type DeliveryState = 'pending' | 'delivered' | 'dead'

/** EventBridge's exponential policy: 1, 2, 4 … 512 seconds, then every 512 seconds, 176 tries in all (about a day). */
const MOST_ATTEMPTS = 176
const LONGEST_DELAY_SECONDS = 512

/** What happens after the attempt with this number (from 1) failed: when to try again, or that there is no further try. */
export function afterFailedAttempt(
  attempt: number,
  nowMs: number,
  expiresAtMs: number,
): { state: 'pending'; nextAttemptAtMs: number } | { state: 'dead' } {
  if (attempt >= MOST_ATTEMPTS) return { state: 'dead' }
  const delaySeconds = Math.min(2 ** (attempt - 1), LONGEST_DELAY_SECONDS)
  const nextAttemptAtMs = nowMs + delaySeconds * 1000
  return nextAttemptAtMs < expiresAtMs ? { state: 'pending', nextAttemptAtMs } : { state: 'dead' }
}

/** How far a check's message has come, from the deliveries that serve its extension (rules 11 and 25). */
export type CheckDelivery = 'not-routed' | 'sending' | 'delivered' | 'undelivered'

/** Rule 25: a check that no delivery can serve says *not routed* at once. Rule 11: one whose deliveries all failed says *undelivered*. */
export function checkDelivery(
  extensionCode: string,
  deliveries: readonly { readonly state: DeliveryState; readonly serves: readonly string[] | null }[],
): CheckDelivery {
  const serving = deliveries.filter((one) => one.serves === null || one.serves.includes(extensionCode))
  if (serving.length === 0) return 'not-routed'
  if (serving.some((one) => one.state === 'delivered')) return 'delivered'
  return serving.some((one) => one.state === 'pending') ? 'sending' : 'undelivered'
}

/** Rule 7: a message is valid for three days. */
export const MESSAGE_LIFETIME_MS = 3 * 24 * 3600 * 1000
