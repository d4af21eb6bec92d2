/**
 * Publishing: a message is written together with a delivery to every target it reaches, in the transaction of whatever happened.
 *
 * workspace → distribution channel → event bus → rules whose pattern matches → targets. The attempts begin after the commit.
 */
import { randomUUID } from 'node:crypto'
import { type EventCode, eventByCode, type Json, MESSAGE_LIFETIME_MS, matchesPattern } from '@holdpoint/core'
import type { Transaction } from '../store/database.ts'
import type { DueDelivery } from '../store/deliveries.ts'
import { insertMessage, type NewDelivery } from '../store/messages.ts'
import type { RouteRow } from '../store/openevent.ts'
import { type Trace, traceparentOf } from '../watch/trace.ts'

const SOURCE = 'acs.dataworks'

export type Publication = {
  readonly eventCode: string
  readonly tenantId: number
  readonly workspaceId: number | null
  /** The operation that waits for answers to this message. */
  readonly operationId: string | null
  /** Written even when no target is reached: a held operation has its message in any case. */
  readonly always: boolean
  /** The JSON text of the event body, as `messageBody` makes it. */
  readonly body: string
  /** In which what happened was asked for; it goes with the message, not into it. */
  readonly trace: Trace
  /** Where events of the workspace go, read in the same transaction. */
  readonly routes: readonly RouteRow[]
}

/** Answers the id of the message; null where there is none, because it would reach nobody. */
export type Publish = (tx: Transaction, publication: Publication) => string | null

/** `dispatch` gets the deliveries that were just committed. */
export function publisher(dispatch: (due: readonly DueDelivery[]) => void): Publish {
  return (tx, publication) => {
    const reached = routesFor(publication.routes, publication.eventCode, publication.body)
    if (reached.length === 0 && !publication.always) return null
    const id = randomUUID()
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
        createdAt: tx.now,
        expiresAt: new Date(tx.now.getTime() + MESSAGE_LIFETIME_MS),
      },
      reached.map(newDelivery),
    )
    tx.afterCommit(() => dispatch(due()))
    return id
  }
}

/** The routes whose pattern matches; the event is put together for matching only when there is a route at all. */
export function routesFor(routes: readonly RouteRow[], eventCode: string, body: string): RouteRow[] {
  if (routes.length === 0) return []
  const event: Json = {
    source: SOURCE,
    type: eventByCode(eventCode)!.type,
    subject: '',
    data: JSON.parse(body) as Json,
  }
  return routes.filter((route) => matchesPattern(route.pattern, event))
}

export const newDelivery = (route: RouteRow): NewDelivery => ({
  targetId: route.target_id,
  targetName: route.target_name,
  busName: route.bus_name,
  endpoint: route.endpoint,
  serves: route.serves,
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
