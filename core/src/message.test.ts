import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import published from '../../test/fixtures/events/published-envelopes.json' with { type: 'json' }
import { EVENTS, eventByCode } from './catalog/index.ts'
import { eventBridgeEnvelope, functionEnvelope, PUT_EVENT, putEventEnvelope } from './message.ts'

const occurredAtMs = Date.parse('2020-11-19T13:04:41.731Z')
const publishedAtMs = Date.parse('2020-11-19T13:04:42.179Z')

const onTheBus = {
  messageId: published.eventBridge.id,
  event: eventByCode('commit-file'),
  body: published.eventBridge.data,
  tenantAccountId: published.eventBridge.aliyunaccountid,
  occurredAtMs,
  publishedAtMs,
  busName: published.eventBridge.aliyuneventbusname,
  regionId: published.eventBridge.aliyunregionid,
}

const toAFunction = {
  messageId: published.function.messageId,
  event: eventByCode('upload-data-to-table'),
  body: published.function.messageBody,
  extensionBizId: published.function.extensionBizId,
  blockBusiness: published.function.blockBusiness,
}

/** JSON with white space, escapes and repeated names in it: text that would not survive being parsed and written again. */
const awkwardBody = fc
  .tuple(fc.json(), fc.constantFrom('', ' ', '\n  '), fc.constantFrom('1.0', '9007199254740993', '"\\u4e2d\\/"', '1e2'))
  .map(([json, space, value]) => `{${space}"tenantId":${space}${value},"any":${space}${json},"any":${value}${space}}`)

const anyEvent = fc.constantFrom(...EVENTS)

describe('the EventBridge envelope', () => {
  test('has the members of the published message in their order, without the address of the publisher', () => {
    const members = Object.keys(published.eventBridge).filter((name) => name !== 'aliyunpublishaddr')
    expect(Object.keys(JSON.parse(eventBridgeEnvelope(onTheBus)))).toEqual(members)
  })

  test('repeats the published message, the form of the publishing time apart', () => {
    const { aliyunpublishaddr: _, ...expected } = published.eventBridge
    expect(JSON.parse(eventBridgeEnvelope(onTheBus))).toEqual({
      ...expected,
      aliyunpublishtime: '2020-11-19T13:04:42.179Z',
    })
  })

  test('names the original account in upload and download events alone', () => {
    for (const event of EVENTS) {
      const envelope = JSON.parse(eventBridgeEnvelope({ ...onTheBus, event }))
      expect(envelope.aliyunoriginalaccountid).toBe(
        event.module === 'upload-download' ? onTheBus.tenantAccountId : undefined,
      )
      expect(envelope.type).toBe(event.type)
    }
  })

  test('gives the time as RFC 3339 to the second with the offset of China, and it is the right instant', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2200, 0) }), (atMs) => {
        const { time } = JSON.parse(eventBridgeEnvelope({ ...onTheBus, occurredAtMs: atMs }))
        expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/)
        expect(Date.parse(time)).toBe(Math.floor(atMs / 1000) * 1000)
      }),
    )
  })

  test('carries the text of the body byte for byte, whatever the other members hold', () => {
    fc.assert(
      fc.property(
        anyEvent,
        awkwardBody,
        fc.string(),
        fc.string(),
        fc.string(),
        (event, body, id, busName, regionId) => {
          const message = { ...onTheBus, event, body, messageId: id, tenantAccountId: id, busName, regionId }
          const text = eventBridgeEnvelope(message)
          expect(text.startsWith(`{"datacontenttype":"application/json;charset=utf-8","data":${body},"id":`)).toBe(true)
          expect(JSON.parse(text)).toMatchObject({
            data: JSON.parse(body),
            id,
            aliyunaccountid: id,
            aliyuneventbusname: busName,
            aliyunregionid: regionId,
          })
        },
      ),
    )
  })
})

describe('the envelope of what somebody has put on a bus', () => {
  test('carries the event byte for byte and says behind it where and when it was put', () => {
    const put = { tenantAccountId: '7', publishedAtMs, busName: 'bus', regionId: 'cn-hangzhou' }
    fc.assert(
      fc.property(awkwardBody, (body) => {
        const event = `{"id":"1","data":${body}}`
        const text = putEventEnvelope(event, put)
        expect(text.startsWith(event.slice(0, -1))).toBe(true)
        expect(JSON.parse(text)).toEqual({
          ...JSON.parse(event),
          aliyunaccountid: '7',
          aliyunpublishtime: '2020-11-19T13:04:42.179Z',
          aliyuneventbusname: 'bus',
          aliyunregionid: 'cn-hangzhou',
        })
      }),
    )
  })

  test('it goes under a code that no event of the platform has', () => {
    expect(EVENTS.map((event) => event.eventCode)).not.toContain(PUT_EVENT)
  })
})

describe('the function envelope', () => {
  test('repeats the published message, its members in their order', () => {
    expect(functionEnvelope(toAFunction)).toBe(JSON.stringify(published.function))
  })

  test('carries the text of the body byte for byte, whatever the other members hold', () => {
    fc.assert(
      fc.property(
        anyEvent,
        awkwardBody,
        fc.string(),
        fc.string(),
        fc.boolean(),
        (event, body, messageId, bizId, blockBusiness) => {
          const text = functionEnvelope({ messageId, event, body, extensionBizId: bizId, blockBusiness })
          expect(text.endsWith(`,"messageBody":${body},"messageId":${JSON.stringify(messageId)}}`)).toBe(true)
          expect(JSON.parse(text)).toEqual({
            blockBusiness,
            eventCategoryType: event.category,
            eventType: event.eventCode,
            extensionBizId: bizId,
            messageBody: JSON.parse(body),
            messageId,
          })
        },
      ),
    )
  })
})
