/**
 * Publishing: a message is written together with a delivery to every target it reaches, in the transaction of whatever happened.
 *
 * workspace → distribution channel → event bus → rules whose pattern matches → targets. The attempts begin after the commit.
 */
import { randomUUID } from 'node:crypto'
import { type EventCode, eventByCode, type Json, MESSAGE_LIFETIME_MS, matchesPattern } from '@holdpoint/core'
import { writeAudit } from '../store/audit.ts'
import type { Transaction } from '../store/database.ts'
import type { DueDelivery } from '../store/deliveries.ts'
import { insertMessage, type NewDelivery } from '../store/messages.ts'
import type { RouteRow } from '../store/openevent.ts'
import { type Trace, traceparentOf } from '../watch/trace.ts'
import { envelopeOf } from './envelope.ts'

const SOURCE = 'acs.dataworks'

export type Publication = {
  readonly eventCode: string
  readonly tenantId: number
  readonly workspaceId: number | null
  /** The operation that waits for answers to this message. */
  readonly operationId: string | null
  /** Nobody asked for that operation; absent: somebody did. */
  readonly trial?: boolean
  /** Written even when no target is reached: a held operation has its message in any case. */
  readonly always: boolean
  /** The JSON text of the event body, as `messageBody` makes it. */
  readonly body: string
  /** In which what happened was asked for; it goes with the message, not into it. */
  readonly trace: Trace
  /** Whose doing it is that is told; null: nobody's. */
  readonly requestedBy: number | null
  /** Where events of the workspace go, read in the same transaction. */
  readonly routes: readonly RouteRow[]
  /** Functions that are asked: to them it goes straight, over no bus. */
  readonly functions?: readonly FunctionTarget[]
}

export type FunctionTarget = { readonly targetId: number; readonly extensionCode: string }

/** Answers the id of the message; null where there is none, because it would reach nobody. */
export type Publish = (tx: Transaction, publication: Publication) => string | null

/** `dispatch` gets the deliveries that were just committed. */
export function publisher(dispatch: (due: readonly DueDelivery[]) => void, region: string): Publish {
  return (tx, publication) => {
    const id = randomUUID()
    const reached = routesFor(publication, { id, at: tx.now, region }).map(newDelivery)
    if (publication.functions) reached.push(...publication.functions.map(functionDelivery))
    if (reached.length === 0 && !publication.always) return null
    const due = insertMessage(
      tx,
      {
        id,
        tenantId: publication.tenantId,
        workspaceId: publication.workspaceId,
        eventCode: publication.eventCode,
        operationId: publication.operationId,
        body: publication.body,
        traceparent: traceparentOf(publication.trace),
        trial: publication.trial ?? false,
        createdAt: tx.now,
        expiresAt: new Date(tx.now.getTime() + MESSAGE_LIFETIME_MS),
      },
      reached,
    )
    // A message that asks about an operation stands in the entry of its request.
    if (publication.operationId === null)
      writeAudit(tx, {
        tenantId: publication.tenantId,
        workspaceId: publication.workspaceId,
        userId: publication.requestedBy,
        action: 'message.publish',
        object: id,
        details: { event: publication.eventCode, targets: reached.map((one) => one.targetName) },
      })
    tx.afterCommit(() => dispatch(due()))
    return id
  }
}

/** The routes whose pattern matches what would be delivered, to the letter; it is put together only when there is a route at all. */
function routesFor(
  { routes, eventCode, tenantId, body }: Publication,
  { id, at, region }: { readonly id: string; readonly at: Date; readonly region: string },
): RouteRow[] {
  const message = { message_id: id, event_code: eventCode, tenant_id: tenantId, body, created_at: at }
  const events = new Map<string, Json>()
  return routes.filter((route) => {
    const event: Json =
      events.get(route.bus_name) ?? JSON.parse(envelopeOf({ ...message, bus_name: route.bus_name }, region))
    events.set(route.bus_name, event)
    return matchesPattern(route.pattern, event)
  })
}

export const newDelivery = (route: RouteRow): NewDelivery => ({
  targetId: route.target_id,
  targetName: route.target_name,
  busName: route.bus_name,
  endpoint: route.endpoint,
  serves: route.serves,
})

/**
 * Rule 33: a trial goes to targets that serve the extension, and to general ones only if it asks: there is nothing to do then for whoever is not asked.
 * What is only told they would take for something that has happened.
 */
export const takesTrial = ({ serves }: RouteRow, code: string, asks: boolean): boolean =>
  serves === null ? asks : serves.includes(code)

/** Rule 5: straight to a function that is asked; the name of its bus is empty. */
const functionDelivery = ({ targetId, extensionCode }: FunctionTarget): NewDelivery => ({
  targetId,
  targetName: 'function',
  busName: '',
  endpoint: extensionCode,
  serves: [extensionCode],
})

/** Whether the route's pattern leaves room for an event of this code, whatever its body says besides. */
export function mayTake({ pattern }: RouteRow, eventCode: string): boolean {
  const { source, type, data } = pattern
  const { eventCode: codes } = (data ?? {}) as { readonly eventCode?: Json }
  const known = {
    ...(source !== undefined && { source }),
    ...(type !== undefined && { type }),
    ...(codes !== undefined && { data: { eventCode: codes } }),
  }
  return matchesPattern(known, {
    source: SOURCE,
    type: eventByCode(eventCode as EventCode).type,
    data: { eventCode },
  })
}

/** The JSON text of an event's body: the members the catalogue declares for it, in its order; others are left out. */
export function messageBody(eventCode: string, members: Readonly<Record<string, unknown>>): string {
  const body: Record<string, unknown> = {}
  for (const field of eventByCode(eventCode as EventCode).body) {
    const value = field.name === 'eventCode' ? eventCode : members[field.name]
    if (value !== undefined) body[field.name] = value
  }
  return JSON.stringify(body)
}
