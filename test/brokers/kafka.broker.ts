// Targets at Kafka, against Kafka.
import { Admin, Consumer, stringDeserializers } from '@platformatic/kafka'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { LINK_LIMITS } from '../../server/src/openevent/broker-links.ts'
import { outboundPolicy } from '../../server/src/openevent/guard.ts'
import { kafkaSender } from '../../server/src/openevent/kafka-target.ts'
import { PATIENCE, startWorld, type World } from '../world.ts'
import { passage } from './broker-process.ts'
import { trusting } from './certificate.ts'
import { type Kafka, startKafka, USER } from './kafka.ts'
import { attempt, holdFreeze, sending, surviveKill, toldByBroker } from './told-by-broker.ts'

type Arrived = { readonly key: string; readonly value: string; readonly headers: Record<string, string> }

let kafka: Kafka
let world: World
const open: (() => Promise<unknown>)[] = []
beforeAll(async () => {
  kafka = await startKafka(inject('broker'))
  world = await startWorld()
})
afterAll(async () => {
  for (const close of open.reverse()) await close()
  await world?.stop()
  await kafka?.remove()
})

let serial = 0
async function topic(config: Record<string, string> = {}): Promise<string> {
  const name = `events.${++serial}`
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [kafka.plain] })
  const configs = Object.entries(config).map(([key, value]) => ({ name: key, value }))
  await admin.createTopics({ topics: [name], partitions: 3, replicas: 1, configs })
  // It is made before its partitions have their leader.
  const partitions = [0, 1, 2].map((partitionIndex) => ({ partitionIndex, timestamp: -1n }))
  const isReady = () =>
    admin.listOffsets({ topics: [{ name, partitions }] }).then(
      () => true,
      () => false,
    )
  await expect.poll(isReady, PATIENCE).toBe(true)
  await admin.close()
  return name
}

/** Everything that arrives in the topic, for as long as Kafka runs. */
async function consume(name: string): Promise<Arrived[]> {
  const arrived: Arrived[] = []
  const consumer = new Consumer({
    clientId: 'test',
    groupId: `group-${name}-${++serial}`,
    bootstrapBrokers: [kafka.plain],
    deserializers: stringDeserializers,
  })
  consumer.on('error', () => {})
  const stream = await consumer.consume({ topics: [name], mode: 'earliest', autocommit: false, maxWaitTime: 100 })
  stream.on('error', () => {})
  stream.on('data', ({ key, value, headers }) =>
    arrived.push({ key: key!, value: value!, headers: Object.fromEntries(headers) as Record<string, string> }),
  )
  open.push(async () => {
    await stream.close().catch(() => {})
    await consumer.close(true).catch(() => {})
  })
  return arrived
}

const at = (name: string, more: Record<string, unknown> = {}, credentials: typeof USER | null = null) => ({
  kind: 'kafka' as const,
  settings: { brokers: [kafka.plain], topic: name, tls: false, sasl: null, ...more },
  credentials,
})

describe('a message arrives', () => {
  test('the envelope of a held operation, as an HTTP receiver gets it, with its attributes as headers', async () => {
    const name = await topic()
    const told = await toldByBroker(world, at(name, { brokers: [kafka.sasl], sasl: 'SCRAM-SHA-512' }, USER))
    const { messageId, detail } = await holdFreeze(told)
    const arrived = await consume(name)
    await expect.poll(() => arrived.find(({ key }) => key === messageId), PATIENCE).toBeDefined()
    const received = arrived.find(({ key }) => key === messageId)!
    await expect.poll(() => told.receiver.received.length, PATIENCE).toBeGreaterThanOrEqual(2)
    const bodies = told.receiver.received.map((one) => one.body)
    expect(bodies).toContain(received.value)
    const event = JSON.parse(received.value)
    expect(event).toMatchObject({ id: messageId, type: 'dataworks:NodeChange:FreezeNode', specversion: '1.0' })
    const { traceparent: _, ...headers } = received.headers
    expect(headers).toEqual({
      'content-type': 'application/cloudevents+json; charset=UTF-8',
      ce_id: messageId,
      ce_source: 'acs.dataworks',
      ce_specversion: '1.0',
      ce_type: event.type,
      ce_time: event.time,
      ce_aliyunaccountid: event.aliyunaccountid,
      ce_aliyunpublishtime: event.aliyunpublishtime,
      ce_aliyuneventbusname: event.aliyuneventbusname,
      ce_aliyunregionid: event.aliyunregionid,
    })
    await expect
      .poll(async () => (await detail()).deliveries.map((one) => one.state), PATIENCE)
      .toEqual(['delivered', 'delivered'])
    expect(JSON.stringify(world.logged)).not.toContain(USER.password.slice(0, 8))
  })

  test('every one at least once, although the broker is killed amidst many; who else is told is not delayed', async () => {
    const name = await topic()
    const told = await toldByBroker(world, at(name))
    const before = await consume(name)
    const ids = await surviveKill(world, told, kafka, () => before.length)
    const arrived = await consume(name)
    await expect.poll(() => new Set(arrived.map(({ key }) => key)), PATIENCE).toEqual(new Set(ids))
  })

  test.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('with SASL %s', async (sasl) => {
    const sender = kafkaSender(outboundPolicy(['127.0.0.1']))
    expect(await attempt(sender, at(await topic(), { brokers: [kafka.sasl], sasl }, USER))).toBeNull()
    await sender.close()
  })

  test('after the broker was restarted between two messages: the lost connection costs no attempt', async () => {
    const name = await topic()
    const sender = kafkaSender(outboundPolicy(['127.0.0.1']))
    const send = sending(sender, at(name))
    expect(await send()).toBeNull()
    await kafka.kill()
    await kafka.start()
    const errors: (string | null)[] = []
    await expect.poll(async () => errors[errors.push(await send()) - 1], PATIENCE).toBeNull()
    expect(errors.filter((error) => error?.includes('closed the connection'))).toEqual([])
    await sender.close()
  })

  test('after its connection was idle and has been closed', async () => {
    const name = await topic()
    const way = await passage(Number(kafka.plain.split(':')[1]))
    const sender = kafkaSender(outboundPolicy(['127.0.0.1']), { ...LINK_LIMITS, idleMs: 300 })
    const send = sending(sender, at(name, { brokers: [`127.0.0.1:${way.port}`] }))
    for (let n = 0; n < 2; n++) {
      expect(await send()).toBeNull()
      await expect.poll(way.connections, PATIENCE).toBe(0)
    }
    await sender.close()
    way.close()
  })

  test('over TLS that is trusted, and by the broker that answers', async () => {
    const sender = kafkaSender(outboundPolicy(['127.0.0.1']))
    const name = await topic()
    await trusting(kafka.certificate, async () => {
      expect(await attempt(sender, at(name, { brokers: [kafka.tls], tls: true }))).toBeNull()
    })
    expect(await attempt(sender, at(name, { brokers: ['127.0.0.1:1', kafka.plain] }))).toBeNull()
    await sender.close()
  })
})

describe('what cannot be handed over says what to mend', () => {
  const refused = async (
    settings: Record<string, unknown>,
    credentials: typeof USER | null = null,
    envelope?: string,
  ) => {
    const sender = kafkaSender(outboundPolicy(['127.0.0.1']), { ...LINK_LIMITS, attemptMs: 10_000 })
    const error = await attempt(sender, at(await topic(), settings, credentials), envelope)
    await sender.close()
    return error
  }

  test.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('authentication refused: %s', async (sasl) => {
    expect(await refused({ brokers: [kafka.sasl], sasl }, { ...USER, password: 'wrong' })).toBe(
      'the broker refused the user name or the password',
    )
  })

  test('no authentication where it is asked for, and authentication where it is not', async () => {
    expect(await refused({ brokers: [kafka.sasl] })).toEqual(expect.any(String))
    expect(await refused({ sasl: 'PLAIN' }, USER)).toBe('the broker does not expect SASL on this port')
  })

  test('a topic that does not exist, and it is not made', async () => {
    for (let n = 0; n < 2; n++)
      expect(await refused({ topic: 'nobody.made.it' })).toBe(
        'the topic does not exist, or the user may not know of it',
      )
  })

  test('a message too large for the topic', async () => {
    const small = await topic({ 'max.message.bytes': '1000' })
    const sender = kafkaSender(outboundPolicy(['127.0.0.1']))
    const large = JSON.stringify({ id: 'm', data: 'x'.repeat(5_000) })
    expect(await attempt(sender, at(small), large)).toBe('the message is larger than the topic takes')
    await sender.close()
  })

  test('TLS that is not trusted, that is for another name, that is not spoken, and that is', async () => {
    expect(await refused({ brokers: [kafka.tls], tls: true })).toMatch(/^the broker’s certificate is not trusted: /)
    await trusting(kafka.certificate, async () => {
      const other = kafka.tls.replace('localhost', '127.0.0.1')
      expect(await refused({ brokers: [other], tls: true })).toMatch(/^the broker’s certificate is not trusted: /)
    })
    expect(await refused({ tls: true })).toMatch(/^the TLS handshake failed/)
    expect(await refused({ brokers: [kafka.tls] })).toMatch(/expects TLS on this port|expect TLS on this port/)
  })

  test('a broker that the cluster says is at a private address is not connected to', async () => {
    expect(await refused({ brokers: [kafka.liar] })).toBe(
      '10.255.255.1 is not reached: 10.255.255.1 is a private or special address; the configuration does not allow it',
    )
  })

  test('a broker whose own address is not allowed', async () => {
    const sender = kafkaSender(outboundPolicy([]))
    expect(await attempt(sender, at('any'))).toMatch(/^127\.0\.0\.1 is not reached: /)
    await sender.close()
  })
})
