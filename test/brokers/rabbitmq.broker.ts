// Targets at RabbitMQ, against RabbitMQ.
import amqp from 'amqplib'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { LINK_LIMITS } from '../../server/src/openevent/broker-links.ts'
import { outboundPolicy } from '../../server/src/openevent/guard.ts'
import { rabbitmqSender } from '../../server/src/openevent/rabbitmq-target.ts'
import { PATIENCE, startWorld, type World } from '../world.ts'
import { passage } from './broker-process.ts'
import { trusting } from './certificate.ts'
import { type Rabbitmq, startRabbitmq, USER, VHOST } from './rabbitmq.ts'
import { attempt, holdFreeze, sending, surviveKill, toldByBroker } from './told-by-broker.ts'

let rabbitmq: Rabbitmq
let world: World
beforeAll(async () => {
  rabbitmq = await startRabbitmq(inject('broker'))
  world = await startWorld()
})
afterAll(async () => {
  await world?.stop()
  await rabbitmq?.remove()
})

/** Takes what is in the queue `events` until the connection is lost. */
async function consume() {
  const { username, password } = USER
  const connection = await amqp.connect({
    hostname: '127.0.0.1',
    port: rabbitmq.port,
    vhost: encodeURIComponent(VHOST),
    username,
    password,
  })
  connection.on('error', () => {})
  const channel = await connection.createChannel()
  channel.on('error', () => {})
  const arrived: amqp.ConsumeMessage[] = []
  await channel.consume('events', (message) => {
    if (message === null) return
    arrived.push(message)
    channel.ack(message)
  })
  return { arrived, stop: () => connection.close().catch(() => {}) }
}

const at = (more: Record<string, unknown> = {}, credentials = USER) => ({
  kind: 'rabbitmq' as const,
  settings: {
    host: '127.0.0.1',
    port: rabbitmq.port,
    vhost: VHOST,
    tls: false,
    exchange: 'events',
    routingKey: 'dataworks.any',
    ...more,
  },
  credentials,
})

describe('a message arrives', () => {
  test('the envelope of a held operation, as an HTTP receiver gets it, with its properties', async () => {
    const told = await toldByBroker(world, at())
    const { messageId, detail } = await holdFreeze(told)
    const { arrived, stop } = await consume()
    const find = () => arrived.find((message) => message.properties.messageId === messageId)
    await expect.poll(find, PATIENCE).toBeDefined()
    const { content, properties } = find()!
    await expect.poll(() => told.receiver.received.length, PATIENCE).toBeGreaterThanOrEqual(2)
    expect(told.receiver.received.map((one) => one.body)).toContain(content.toString())
    const event = JSON.parse(content.toString())
    expect(event).toMatchObject({ id: messageId, type: 'dataworks:NodeChange:FreezeNode' })
    expect(properties).toMatchObject({
      contentType: 'application/cloudevents+json',
      contentEncoding: 'utf-8',
      deliveryMode: 2,
      messageId,
      type: 'freeze-node',
      appId: 'holdpoint',
      timestamp: Math.floor(Date.parse(event.aliyunpublishtime) / 1000),
      headers: { 'holdpoint-attempt': expect.stringMatching(/^\d+\.1$/) },
    })
    await expect
      .poll(async () => (await detail()).deliveries.map((one) => one.state), PATIENCE)
      .toEqual(['delivered', 'delivered'])
    expect(JSON.stringify(world.logged)).not.toContain(USER.password.slice(0, 8))
    await stop()
  })

  test('every one at least once, although the broker is killed amidst many; who else is told is not delayed', async () => {
    const told = await toldByBroker(world, at())
    const before = await consume()
    const ids = await surviveKill(world, told, rabbitmq, () => before.arrived.length)
    const after = await consume()
    const seen = () => [...before.arrived, ...after.arrived].map((message) => message.properties.messageId as string)
    await expect.poll(() => ids.filter((id) => !seen().includes(id)), PATIENCE).toEqual([])
    await after.stop()
  })

  test('after the broker was restarted between two messages: the lost connection costs no attempt', async () => {
    const sender = rabbitmqSender(outboundPolicy(['127.0.0.1']))
    const send = sending(sender, at())
    expect(await send()).toBeNull()
    await rabbitmq.kill()
    await rabbitmq.start()
    const errors: (string | null)[] = []
    await expect.poll(async () => errors[errors.push(await send()) - 1], PATIENCE).toBeNull()
    expect(errors.filter((error) => error?.includes('closed the connection'))).toEqual([])
    await sender.close()
  })

  test('after its connection was idle and has been closed', async () => {
    const way = await passage(rabbitmq.port)
    const sender = rabbitmqSender(outboundPolicy(['127.0.0.1']), { ...LINK_LIMITS, idleMs: 300 })
    const send = sending(sender, at({ port: way.port }))
    for (let n = 0; n < 2; n++) {
      expect(await send()).toBeNull()
      await expect.poll(way.connections, PATIENCE).toBe(0)
    }
    await sender.close()
    way.close()
  })

  test('over TLS that is trusted, and straight into a queue', async () => {
    const sender = rabbitmqSender(outboundPolicy(['127.0.0.1']))
    await trusting(rabbitmq.certificate, async () => {
      expect(await attempt(sender, at({ host: 'localhost', port: rabbitmq.tlsPort, tls: true }))).toBeNull()
    })
    expect(await attempt(sender, at({ exchange: '', routingKey: 'events' }))).toBeNull()
    await sender.close()
  })
})

describe('what cannot be handed over says what to mend', () => {
  const refused = async (settings: Record<string, unknown>, credentials = USER) => {
    const sender = rabbitmqSender(outboundPolicy(['127.0.0.1']), { ...LINK_LIMITS, attemptMs: 10_000 })
    const error = await attempt(sender, at(settings, credentials))
    await sender.close()
    return error
  }

  test('authentication refused', async () => {
    const sentence = 'the broker refused the user name or the password'
    expect(await refused({}, { ...USER, password: 'wrong' })).toBe(sentence)
    expect(await refused({}, { username: 'nobody', password: 'x' })).toBe(sentence)
  })

  test('an exchange, a virtual host and a queue that do not exist; an exchange that leads nowhere', async () => {
    expect(await refused({ exchange: 'nobody.made.it' })).toBe('there is no exchange “nobody.made.it”')
    expect(await refused({ vhost: 'none' })).toBe(
      'the virtual host “none” does not exist, or the user has no right to it',
    )
    expect(await refused({ exchange: '', routingKey: 'none' })).toBe('there is no queue “none”')
    expect(await refused({ routingKey: 'elsewhere' })).toBe(
      'the exchange “events” leads nothing with the routing key “elsewhere” to a queue',
    )
  })

  test('an exchange that the user may not publish to', async () => {
    expect(await refused({ exchange: 'forbidden' })).toBe('the user may not publish to the exchange “forbidden”')
  })

  test('a queue that is full', async () => {
    const full = { exchange: '', routingKey: 'full' }
    const errors: (string | null)[] = []
    for (let n = 0; n < 3; n++) errors.push(await refused(full))
    expect(errors).toContain('the broker refused the message; is a queue full?')
  })

  test('TLS that is not trusted, that is for another name, that is not spoken, and that is', async () => {
    const tls = { host: 'localhost', port: rabbitmq.tlsPort, tls: true }
    expect(await refused(tls)).toMatch(/^the broker’s certificate is not trusted: /)
    await trusting(rabbitmq.certificate, async () => {
      expect(await refused({ ...tls, host: '127.0.0.1' })).toMatch(/^the broker’s certificate is not trusted: /)
    })
    expect(await refused({ tls: true })).toMatch(/^the TLS handshake failed/)
    expect(await refused({ port: rabbitmq.tlsPort })).toMatch(
      /does it expect TLS on this port\?$|no AMQP 0-9-1 broker$/,
    )
  })

  test('a broker whose address is not allowed', async () => {
    const sender = rabbitmqSender(outboundPolicy([]))
    expect(await attempt(sender, at())).toMatch(/^127\.0\.0\.1 is not reached: /)
    await sender.close()
  })
})
