import type { Body, EventDefinition } from './catalog/index.ts'

/**
 * The two envelopes a message travels in, as JSON text.
 *
 * Rule 5: a message goes to the bus in the EventBridge envelope and straight to functions in the function envelope. Members
 * stand in the order of the published messages. The body may be given as JSON text, which is spliced in unchanged: what
 * was stored is what is told, byte for byte, in every attempt to deliver it.
 */

/** The body as an object, or as the JSON text of one, which is not looked into. */
export type BodyText = Body | string

export type EventBridgeMessage = {
  /** Extensions hand it back as MessageId; a receiver that has seen it before may take the message for a duplicate. */
  readonly messageId: string
  readonly event: Pick<EventDefinition, 'type' | 'module'>
  readonly body: BodyText
  /** Account the tenant belongs to. */
  readonly tenantAccountId: string
  /** When the operation was asked for or the thing happened, milliseconds since 1970. */
  readonly occurredAtMs: number
  /** When the message reached the bus, milliseconds since 1970. */
  readonly publishedAtMs: number
  readonly busName: string
  readonly regionId: string
}

/**
 * The message as an HTTP target of the bus receives it.
 *
 * - `time` is China time with its offset for every event. In the published tenant-level messages it is China time marked
 *   as UTC, eight hours wrong; a receiver that reads RFC 3339 gets the right instant here.
 * - `aliyunpublishtime` has the form of the newer published messages, UTC with milliseconds. The older ones end in `PRC`,
 *   which no standard parser takes.
 * - `aliyunoriginalaccountid` stands only in upload and download events, as published, and is the same account.
 * - `aliyunpublishaddr` is left out: only the oldest published message has it, and it would tell every receiver an internal
 *   address.
 */
export function eventBridgeEnvelope(message: EventBridgeMessage): string {
  const { event } = message
  const account = JSON.stringify(message.tenantAccountId)
  const originalAccount = event.module === 'upload-download' ? `"aliyunoriginalaccountid":${account},` : ''
  return (
    '{"datacontenttype":"application/json;charset=utf-8",' +
    `"data":${bodyText(message.body)},` +
    `"id":${JSON.stringify(message.messageId)},` +
    '"source":"acs.dataworks","specversion":"1.0","subject":"",' +
    `"time":"${chinaTime(message.occurredAtMs)}",` +
    `"type":${JSON.stringify(event.type)},` +
    `"aliyunaccountid":${account},` +
    originalAccount +
    `"aliyunpublishtime":"${new Date(message.publishedAtMs).toISOString()}",` +
    `"aliyuneventbusname":${JSON.stringify(message.busName)},` +
    `"aliyunregionid":${JSON.stringify(message.regionId)}}`
  )
}

/** The event code of what somebody has put on a bus; the catalogue has no such event. */
export const PUT_EVENT = 'put-event'

/** A CloudEvent that somebody has put on a bus, as the bus delivers it: its own members unchanged, then where and when it was put. */
export function putEventEnvelope(
  event: string,
  put: Pick<EventBridgeMessage, 'tenantAccountId' | 'publishedAtMs' | 'busName' | 'regionId'>,
): string {
  return (
    `${event.slice(0, -1)},` +
    `"aliyunaccountid":${JSON.stringify(put.tenantAccountId)},` +
    `"aliyunpublishtime":"${new Date(put.publishedAtMs).toISOString()}",` +
    `"aliyuneventbusname":${JSON.stringify(put.busName)},` +
    `"aliyunregionid":${JSON.stringify(put.regionId)}}`
  )
}

export type FunctionMessage = {
  readonly messageId: string
  readonly event: { readonly eventCode: string; readonly category: string }
  readonly body: BodyText
  /** The check process the function is asked in. */
  readonly extensionBizId: string
  /** Whether the operation is held for the function's answer. */
  readonly blockBusiness: boolean
}

/** The message as a function receives it. `eventType` carries the event code, not the type used on the bus. */
export function functionEnvelope(message: FunctionMessage): string {
  const { event } = message
  return (
    `{"blockBusiness":${message.blockBusiness},` +
    `"eventCategoryType":${JSON.stringify(event.category)},` +
    `"eventType":${JSON.stringify(event.eventCode)},` +
    `"extensionBizId":${JSON.stringify(message.extensionBizId)},` +
    `"messageBody":${bodyText(message.body)},` +
    `"messageId":${JSON.stringify(message.messageId)}}`
  )
}

function bodyText(body: BodyText): string {
  return typeof body === 'string' ? body : JSON.stringify(body)
}

const CHINA_OFFSET_MS = 8 * 60 * 60 * 1000

/** RFC 3339 to the second, for example 2020-11-19T21:04:41+08:00. */
function chinaTime(atMs: number): string {
  return `${new Date(atMs + CHINA_OFFSET_MS).toISOString().slice(0, 19)}+08:00`
}
