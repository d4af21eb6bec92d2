/** Why a held operation does not move on. */
import { type Check, isOpen } from './check.ts'
import { type DeliveryState, deliveryOf } from './delivery.ts'

export const WAITS = [
  'not-routed',
  'undelivered',
  'target-blocked',
  'sending',
  'waiting-for-answer',
  'waiting-for-person',
] as const
export type Wait = (typeof WAITS)[number]

/**
 * Rule 31: what one check of a held operation waits for, from the deliveries that serve its extension; null: it does not hold the operation up.
 * Rule 9: a FAIL that may be passed by hand waits for a person. Rules 11 and 25: an open check whose message cannot get there says so; one that was
 * delivered waits for the answer.
 */
export function waitOf(
  check: Check,
  serving: readonly { readonly state: DeliveryState; readonly targetBlocked: boolean }[],
): Wait | null {
  if (check.result === 'FAIL' && !check.passedByHand) return 'waiting-for-person'
  if (!isOpen(check)) return null
  const delivery = deliveryOf(serving)
  if (delivery === 'delivered') return 'waiting-for-answer'
  if (delivery !== 'sending') return delivery
  return serving.every((one) => one.state !== 'pending' || one.targetBlocked) ? 'target-blocked' : 'sending'
}
