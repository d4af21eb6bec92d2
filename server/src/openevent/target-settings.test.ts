import { describe, expect, test } from 'vitest'
import { BrokerCredentials, BusSettings, brokerAddress, KafkaSettings, RabbitmqSettings } from './target-settings.ts'

const kafka = { brokers: ['broker.example:9092'], topic: 'holdpoint.events', tls: true, sasl: null }
const rabbitmq = { host: 'rabbit.example', port: 5671, vhost: '/', tls: true, exchange: 'e', routingKey: 'k' }

describe('what a target needs is complete and well-formed, or refused', () => {
  test.each([
    ['broker.example:9092', { host: 'broker.example', port: 9092 }],
    ['10.0.0.7:9093', { host: '10.0.0.7', port: 9093 }],
    ['[2001:db8::1]:9093', { host: '2001:db8::1', port: 9093 }],
  ])('%s is where a broker is', (text, address) => expect(brokerAddress(text)).toEqual(address))

  test.each([
    '',
    'broker',
    'broker:',
    ':9092',
    'broker:0',
    'broker:65536',
    '2001:db8::1:9092',
    'a b:9092',
    'http://a:1',
  ])('“%s” is not', (text) => expect(brokerAddress(text)).toBeNull())

  test('Kafka', () => {
    expect(KafkaSettings.parse(kafka)).toEqual(kafka)
    for (const sasl of ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])
      expect(KafkaSettings.safeParse({ ...kafka, sasl }).success).toBe(true)
    for (const wrong of [
      { brokers: [] },
      { brokers: ['broker'] },
      { brokers: Array.from({ length: 17 }, () => 'b:1') },
      { topic: '' },
      { topic: '..' },
      { topic: '__consumer_offsets' },
      { topic: 'a topic' },
      { topic: 'a'.repeat(250) },
      { sasl: 'OAUTHBEARER' },
      { tls: 'yes' },
      { password: 'x' },
    ])
      expect(KafkaSettings.safeParse({ ...kafka, ...wrong }).success, JSON.stringify(wrong)).toBe(false)
  })

  test('RabbitMQ', () => {
    expect(RabbitmqSettings.parse(rabbitmq)).toEqual(rabbitmq)
    const { exchange: _, ...withoutExchange } = rabbitmq
    expect(RabbitmqSettings.parse(withoutExchange).exchange).toBe('')
    expect(RabbitmqSettings.safeParse({ ...rabbitmq, host: '2001:db8::1' }).success).toBe(true)
    for (const wrong of [
      { host: '' },
      { host: 'a/b' },
      { host: 'a b' },
      { port: 0 },
      { vhost: '' },
      { routingKey: '键'.repeat(86) },
      { exchange: 'a\u0000b' },
      // It could not be written into an address, which was a fault of the server.
      { vhost: '\ud800' },
      { password: 'x' },
    ])
      expect(RabbitmqSettings.safeParse({ ...rabbitmq, ...wrong }).success, JSON.stringify(wrong)).toBe(false)
  })

  test('another bus, and credentials', () => {
    expect(BusSettings.safeParse({ busId: 7 }).success).toBe(true)
    expect(BusSettings.safeParse({ busId: '7' }).success).toBe(false)
    expect(BrokerCredentials.safeParse({ username: 'u', password: 'p' }).success).toBe(true)
    expect(BrokerCredentials.safeParse({ username: 'u' }).success).toBe(false)
  })
})
