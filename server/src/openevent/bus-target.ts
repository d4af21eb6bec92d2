/**
 * Leads messages on to another bus of the same tenant: whatever the rules there match gets a delivery of its own of the same message, with
 * the same id. All of it is written in one transaction; what became of each is read at its own delivery.
 *
 * A message goes over three such targets at most and to no target twice, so that buses which lead to each other end by themselves, and it
 * becomes 2,000 deliveries at most.
 */
import { type Json, matchesPattern } from '@holdpoint/core'
import type { Database } from '../store/database.ts'
import { countDeliveries, forwardDelivery, lockForwarded, routesOfBus } from '../store/forwarding.ts'
import { busById } from '../store/openevent.ts'
import { failure } from './broker-links.ts'
import { newDelivery, takesTrial } from './publish.ts'
import type { AttemptResult, Outgoing, Sender, Target } from './target.ts'
import { BusSettings } from './target-settings.ts'

const MOST_HOPS = 3
/** Four times what one bus can make of a message. Without an end, a hundred rules that lead to as many buses make millions of one event. */
const MOST_DELIVERIES = 2_000

export function busSender(parts: {
  readonly db: Database
  /** Has what was written attempted soon. */
  readonly wake: () => void
  readonly logFault: (error: unknown, about: Readonly<Record<string, unknown>>) => void
}): Sender {
  return {
    async send(target, outgoing) {
      try {
        const result = await forward(parts.db, target, outgoing, JSON.parse(outgoing.envelope))
        parts.wake()
        return result
      } catch (error) {
        parts.logFault(error, { target: target.id })
        return failure('the message could not be written to the other bus')
      }
    },
    close: async () => {},
  }
}

async function forward(
  db: Database,
  target: Target,
  { deliveryId, trial }: Outgoing,
  event: { readonly [member: string]: Json },
): Promise<AttemptResult> {
  const parsed = BusSettings.safeParse(target.settings)
  if (!parsed.success) return failure('the settings of the target are not valid')
  const { busId } = parsed.data
  return await db.transaction(async (tx) => {
    const message = await lockForwarded(tx, target.tenantId, deliveryId)
    if (message === null) return failure('there is no such message in this tenant')
    const bus = await busById(tx, target.tenantId, busId)
    if (bus === null) return failure('the other bus does not exist')
    const hops = message.hops + 1
    if (hops > MOST_HOPS) return done(`not led on: the message has come over ${MOST_HOPS} buses already`)
    const routes = await routesOfBus(tx, target.tenantId, busId)
    // As the targets there receive it.
    const there = { ...event, aliyuneventbusname: bus.name }
    // A trial asks one extension; of an event that is only told, none.
    const reached = routes.filter(
      (route) =>
        matchesPattern(route.pattern, there) && (!trial || message.asked.some((code) => takesTrial(route, code, true))),
    )
    if ((await countDeliveries(tx, message.id)) + reached.length > MOST_DELIVERIES)
      return done(`not led on: the message would have more than ${MOST_DELIVERIES} deliveries`)
    const written = await forwardDelivery(tx, deliveryId, message.id, hops, reached.map(newDelivery))
    if (reached.length === 0) return done(`no rule of the bus ${bus.name} takes this event`)
    return done(`led to the bus ${bus.name}; targets reached: ${written}, reached before: ${reached.length - written}`)
  })
}

const done = (note: string): AttemptResult => ({ status: null, error: null, responseBody: note })
