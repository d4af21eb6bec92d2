// How often one AccessKey pair may ask, in each dialect; counted only where the signature is right.
import { RetryOptions } from '@darabonba/typescript'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { variantNamed } from '../../test/conformance/clients.ts'
import { type ClientError, eventBridge } from '../../test/eventbridge-client.ts'
import { rawEventBridge } from '../../test/eventbridge-requests.ts'
import { dialect, signedHeaders, startWorld, type Tenant, urlOf, type World } from '../../test/world.ts'
import { requestRate } from './request-rate.ts'
import type { Server } from './server.ts'

describe('the rate of one pair', () => {
  test('in no span of time it gets more than a second’s worth and the rate, and as much as that it gets', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 300 }),
        (perSecond, pausesMs) => {
          const rate = requestRate(perSecond)
          const passedAt: number[] = []
          let nowMs = 0
          for (const pauseMs of pausesMs) {
            nowMs += pauseMs
            let waitMs = 0
            try {
              rate('a', nowMs)
              passedAt.push(nowMs)
            } catch (error) {
              waitMs = (error as { details: { seconds: number } }).details.seconds * 1_000
              expect(waitMs).toBeGreaterThan(0)
              // Who waits as long as they are told is let in.
              nowMs += waitMs
              expect(() => rate('a', nowMs)).not.toThrow()
              passedAt.push(nowMs)
            }
          }
          for (const [first, fromMs] of passedAt.entries())
            for (const [last, toMs] of passedAt.entries())
              if (last >= first)
                expect(last - first + 1).toBeLessThanOrEqual(perSecond + ((toMs - fromMs) / 1_000) * perSecond + 1e-3)
        },
      ),
    )
  })

  test('the first request is let in, whatever the clock shows', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.double({ min: 0, max: 1e12, noNaN: true }),
        (rate, nowMs) => {
          expect(() => requestRate(rate)('a', nowMs)).not.toThrow()
        },
      ),
    )
  })

  test('is nobody else’s, and without one there is none', () => {
    const rate = requestRate(1)
    rate('a', 0)
    expect(() => rate('a', 0)).toThrow('more often than 1 times a second')
    expect(() => rate('b', 0)).not.toThrow()
    const none = requestRate(null)
    for (let n = 0; n < 10_000; n++) none('a', 0)
  })
})

describe('too many requests', () => {
  let world: World
  let tenant: Tenant
  let server: Server
  beforeAll(async () => {
    world = await startWorld()
    server = await world.replica({ requestsPerSecond: 1 })
    tenant = await world.tenant()
  })
  afterAll(() => world?.stop())

  test('are told when to come again, in each dialect its own way, and nothing of them has happened', async () => {
    const { owner } = tenant
    const answers = await Promise.all(Array.from({ length: 6 }, () => dialect(server, owner, 'ListProjects', {})))
    const refused = answers.filter((one) => one.status !== 200)
    expect(refused.length).toBeGreaterThan(0)
    for (const { status, body, headers } of refused) {
      expect([status, body.Code]).toEqual([429, 'Throttling.User'])
      expect(Number(headers.get('x-acs-retry-after'))).toBeGreaterThan(0)
    }
    const other = await tenant.person(['full-access'], {})
    const native = await Promise.allSettled(
      Array.from({ length: 4 }, () =>
        other.at(server).call('POST /event-buses', { body: { name: `bus-${Math.random()}`.replace('.', '') } }),
      ),
    )
    const taken = native.filter((one) => one.status === 'fulfilled')
    const reasons = native.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(reasons.length).toBeGreaterThan(0)
    for (const reason of reasons) expect(reason).toMatchObject({ status: 429, code: 'REQUESTS_THROTTLED' })
    const again = await fetch(`${urlOf(server)}/api/v1/workspaces`, {
      headers: signedHeaders(server, other, 'GET', '/api/v1/workspaces', [], []),
    })
    expect([again.status, Number(again.headers.get('retry-after'))]).toEqual([429, 1])
    const rows = await world.db.rows('select from event_buses where tenant_id = $1', [tenant.id])
    expect(rows).toHaveLength(taken.length)
  })

  test('a client of the newer generation that is to try again waits as long as it is told, and is answered', async () => {
    const { owner } = await world.tenant()
    const retryCondition = [{ maxAttempts: 20, exception: [], errorCode: ['Throttling.User'] }]
    const retryOptions = new RetryOptions({ retryable: true, retryCondition })
    const { id: accessKeyId, secret: accessKeySecret } = owner.key
    const settings = { endpoint: `127.0.0.1:${server.port}`, accessKeyId, accessKeySecret, retryOptions }
    const call = variantNamed('openapi-core, V3, POST, form').connect(settings)
    const throttled = () => world.logged.filter((line) => line.includes('REQUESTS_THROTTLED')).length
    const before = throttled()
    const answers = await Promise.all(Array.from({ length: 4 }, () => call('ListProjects')))
    expect(answers.map((answer) => answer.PageResult.TotalCount)).toEqual([0, 0, 0, 0])
    // Of four at once one is let in, then one of three: six are refused. A client that does not wait asks ten times a second, each time for all.
    const refused = throttled() - before
    expect(refused).toBeGreaterThan(0)
    expect(refused).toBeLessThanOrEqual(12)
  })

  test('EventBridge’s client throws the code and a sentence with the seconds; what it does not read stands in the headers', async () => {
    const limited = await world.tenant()
    const { owner } = limited
    const call = eventBridge(server, owner)
    const attempts = await Promise.allSettled(
      Array.from({ length: 6 }, (_, n) => call('createEventBus', { eventBusName: `bus-${n}` })),
    )
    const refused = attempts.flatMap((one) => (one.status === 'rejected' ? [one.reason as ClientError] : []))
    expect(refused.length).toBeGreaterThan(0)
    for (const { code, message } of refused) {
      expect(code).toBe('Throttling.User')
      expect(message).toMatch(/^Throttling\.User: \[EventBridgeError-[0-9A-F-]{36}\] .*try again in [\d.]+ seconds\.$/)
    }
    const rows = await world.db.rows('select from event_buses where tenant_id = $1', [limited.id])
    expect(rows).toHaveLength(attempts.length - refused.length)

    const answers = await Promise.all(
      Array.from({ length: 6 }, () => rawEventBridge(server, owner, { path: '/openapi/listEventBuses' })),
    )
    const throttled = answers.filter((one) => one.status === 429)
    expect(throttled.length).toBeGreaterThan(0)
    for (const { headers, body } of throttled) {
      expect(Object.keys(body).toSorted()).toEqual(['code', 'message', 'requestId'])
      const waitMs = Number(headers.get('x-acs-retry-after'))
      expect(waitMs).toBeGreaterThan(0)
      expect(Number(headers.get('retry-after'))).toBe(Math.ceil(waitMs / 1_000))
    }
  })

  test('with a wrong signature count for nobody', async () => {
    const { owner } = await world.tenant()
    const wrong = { ...owner, key: { ...owner.key, secret: 'wrong' } }
    for (let n = 0; n < 5; n++)
      expect((await dialect(server, wrong, 'ListProjects', {})).body.Code).not.toBe('Throttling.User')
    expect((await dialect(server, owner, 'ListProjects', {})).status).toBe(200)
  })
})
