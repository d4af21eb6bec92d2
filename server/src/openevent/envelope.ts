/** A message as it goes over the wire: the same bytes at every attempt, and whenever it is shown. */
import {
  type EventCode,
  eventBridgeEnvelope,
  eventByCode,
  functionEnvelope,
  PUT_EVENT,
  putEventEnvelope,
} from '@holdpoint/core'

export function envelopeOf(
  message: {
    readonly message_id: string
    readonly event_code: string
    readonly tenant_id: number
    readonly body: string
    readonly bus_name: string
    readonly created_at: Date
  },
  region: string,
): string {
  const createdAtMs = message.created_at.getTime()
  const there = {
    tenantAccountId: String(message.tenant_id),
    publishedAtMs: createdAtMs,
    busName: message.bus_name,
    regionId: region,
  }
  if (message.event_code === PUT_EVENT) return putEventEnvelope(message.body, there)
  return eventBridgeEnvelope({
    ...there,
    messageId: message.message_id,
    event: eventByCode(message.event_code as EventCode),
    body: message.body,
    occurredAtMs: createdAtMs,
  })
}

/** The same as a function is given it. `operationId`: the operation that waits for its answer; null where it is only told. */
export function requestOf(
  message: { readonly message_id: string; readonly event_code: string; readonly body: string },
  operationId: string | null,
): string {
  return functionEnvelope({
    messageId: message.message_id,
    event: message.event_code === PUT_EVENT ? PUT : eventByCode(message.event_code as EventCode),
    body: message.body,
    extensionBizId: operationId ?? '',
    blockBusiness: operationId !== null,
  })
}

/** It belongs to no category of the catalogue. */
const PUT = { eventCode: PUT_EVENT, category: '' }
