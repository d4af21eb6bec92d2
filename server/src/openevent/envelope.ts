/** A message as it goes over the wire: the same bytes at every attempt, and whenever it is shown. */
import { type EventCode, eventBridgeEnvelope, eventByCode, functionEnvelope } from '@holdpoint/core'

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
  return eventBridgeEnvelope({
    messageId: message.message_id,
    event: eventByCode(message.event_code as EventCode),
    body: message.body,
    tenantAccountId: String(message.tenant_id),
    occurredAtMs: createdAtMs,
    publishedAtMs: createdAtMs,
    busName: message.bus_name,
    regionId: region,
  })
}

/** The same as a function is given it. `operationId`: the operation that waits for its answer; null where it is only told. */
export function requestOf(
  message: { readonly message_id: string; readonly event_code: string; readonly body: string },
  operationId: string | null,
): string {
  return functionEnvelope({
    messageId: message.message_id,
    event: eventByCode(message.event_code as EventCode),
    body: message.body,
    extensionBizId: operationId ?? '',
    blockBusiness: operationId !== null,
  })
}
