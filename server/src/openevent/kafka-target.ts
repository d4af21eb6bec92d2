/**
 * Hands messages over to Kafka topics: delivered means that all in-sync replicas have the record (`acks=all`).
 *
 * The value is the envelope (CloudEvents, structured mode), the key the message's id, so that the attempts of one message meet in one
 * partition. A message may arrive more than once; consumers tell by its id.
 */
import type { Broker, Connection, Producer } from '@platformatic/kafka'
import {
  causesOf,
  explainConnection,
  failure,
  LINK_LIMITS,
  type Link,
  type LinkLimits,
  linkSender,
} from './broker-links.ts'
import { addressesOf, type OutboundPolicy } from './guard.ts'
import { CLIENT_ID, connectKafka, containing } from './kafka-connection.ts'
import { headersBeside, type Outgoing, type Sender, type Target } from './target.ts'
import { brokerAddress, KafkaSettings } from './target-settings.ts'

/** Of one cluster this many brokers are connected to: those that lead a partition of the topic. */
const MOST_BROKERS = 32
const MOST_ADDRESSES_TRIED = 3
const METADATA_AGE_MS = 60_000
/** How long the broker waits for its replicas; it ends before the attempt does. */
const REPLICATION_MS = 10_000

export function kafkaSender(policy: OutboundPolicy, limits: LinkLimits = LINK_LIMITS): Sender {
  return linkSender((target, life) => openKafka(policy, target, life, limits.connectMs), explainKafka, limits)
}

async function openKafka(
  policy: OutboundPolicy,
  target: Target,
  life: AbortController,
  connectMs: number,
): Promise<Link> {
  // Only who has such a target pays for the library.
  const kafka = await import('@platformatic/kafka')
  const { brokers, topic, tls, sasl } = KafkaSettings.parse(target.settings)
  const { username = '', password = '' } = target.credentials ?? {}
  const connect = (host: string, address: string, port: number) =>
    connectKafka(kafka, { host, address, port, tls, sasl, username, password, connectMs }, life)

  const producer = new kafka.Producer({
    clientId: CLIENT_ID,
    bootstrapBrokers: brokers.map((text) => brokerAddress(text)!),
    serializers: kafka.stringSerializers,
    acks: kafka.ProduceAcks.ALL,
    autocreateTopics: false,
    timeout: REPLICATION_MS,
    retries: 0,
    metadataMaxAge: METADATA_AGE_MS,
  })
  guard(producer, policy, life, connect)

  return async (outgoing) => {
    try {
      await producer.send({
        acks: kafka.ProduceAcks.ALL,
        messages: [{ topic, key: outgoing.messageId, value: outgoing.envelope, headers: headersOf(outgoing) }],
      })
      return { status: null, error: null, responseBody: null }
    } catch (error) {
      // These are about the one message; the connection serves the others.
      if (causesOf(error).some((one) => ABOUT_THE_MESSAGE.has(apiIdOf(one))))
        return failure(explainKafka(error, target))
      throw error
    }
  }
}

/**
 * All connections of the producer, to the brokers named in the settings and to those that the cluster says it has, are made here, to
 * addresses that the policy allows.
 */
function guard(
  producer: Producer<string, string, string, string>,
  policy: OutboundPolicy,
  life: AbortController,
  connect: (host: string, address: string, port: number) => { connection: Connection; connected: unknown },
): void {
  const connections = new Map<string, Promise<Connection>>()
  const open = new Set<Connection>()

  async function connectTo(host: string, port: number): Promise<Connection> {
    let last: unknown
    for (const address of (await addressesOf(policy, host)).slice(0, MOST_ADDRESSES_TRIED)) {
      life.signal.throwIfAborted()
      const { connection, connected } = connect(host, address, port)
      open.add(connection)
      connection.socket.once('close', () => open.delete(connection))
      try {
        await connected
        connection.once('close', () => life.abort(new Error('the broker closed the connection')))
        return connection
      } catch (error) {
        connection.socket.destroy()
        last = error
      }
    }
    throw last
  }

  /** Of those that connect to one broker at the same time all get the same connection. */
  function connectionTo(host: string, port: number): Promise<Connection> {
    const key = `${host} ${port}`
    const found = connections.get(key)
    if (found !== undefined) return found
    if (connections.size >= MOST_BROKERS) return Promise.reject(new Error('the cluster has too many brokers'))
    const made = connectTo(host, port)
    connections.set(key, made)
    made.catch(() => connections.delete(key))
    return made
  }

  const get = (broker: Broker, callback: (error: Error | null, connection?: Connection) => void): void => {
    // While a partition has no leader there is none to connect to.
    const made = broker?.host
      ? connectionTo(broker.host, broker.port)
      : Promise.reject(new Error(SENTENCES.LEADER_NOT_AVAILABLE))
    made.then(
      (connection) => containing(life, () => callback(null, connection)),
      (error) => containing(life, () => callback(error)),
    )
  }
  producer.connections.get = get as typeof producer.connections.get
  life.signal.addEventListener('abort', () => {
    containing(life, () => producer.close(() => {}))
    for (const connection of open) {
      containing(life, () => connection.close(() => {}))
      connection.socket.destroy()
    }
  })
}

/** The attributes of the envelope, as the Kafka binding of CloudEvents names them, so that consumers need not open the value to choose. */
function headersOf(outgoing: Outgoing): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': 'application/cloudevents+json; charset=UTF-8' }
  for (const [name, value] of Object.entries(JSON.parse(outgoing.envelope) as Record<string, unknown>))
    if (typeof value === 'string' && value !== '' && name !== 'data' && name !== 'datacontenttype')
      headers[`ce_${name}`] = value
  return { ...headers, ...headersBeside(outgoing) }
}

const ABOUT_THE_MESSAGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP'])

const apiIdOf = (error: Error) => (error as { apiId?: string }).apiId ?? ''

/** What Kafka's own error codes come to, where its words alone would not say what to mend. */
const SENTENCES: Readonly<Record<string, string>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'the topic does not exist, or the user may not know of it',
  TOPIC_AUTHORIZATION_FAILED: 'the user may not write to the topic',
  CLUSTER_AUTHORIZATION_FAILED: 'the user may not write to the cluster',
  SASL_AUTHENTICATION_FAILED: 'the broker refused the user name or the password',
  UNSUPPORTED_SASL_MECHANISM: 'the broker does not offer this SASL mechanism',
  ILLEGAL_SASL_STATE: 'the broker does not expect SASL on this port',
  NOT_ENOUGH_REPLICAS: 'too few replicas of the partition are in sync; nothing was written',
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 'too few replicas of the partition confirmed the message',
  MESSAGE_TOO_LARGE: 'the message is larger than the topic takes',
  RECORD_LIST_TOO_LARGE: 'the message is larger than the topic takes',
  REQUEST_TIMED_OUT: `the replicas did not confirm the message within ${REPLICATION_MS / 1000} seconds`,
  LEADER_NOT_AVAILABLE: 'the partition has no leader at present',
  NOT_LEADER_OR_FOLLOWER: 'the partition has another leader than a moment ago',
}

function explainKafka(error: unknown, { settings }: Target): string {
  const causes = causesOf(error)
  for (const cause of causes) {
    const sentence = SENTENCES[apiIdOf(cause)]
    if (sentence !== undefined) return sentence
    if (/^Unknown topic /.test(cause.message)) return SENTENCES.UNKNOWN_TOPIC_OR_PARTITION!
    if ((cause as NodeJS.ErrnoException).code === 'NOT_KAFKA')
      return settings.tls === true
        ? 'what answers is no Kafka broker'
        : 'what answers is no Kafka broker, or one that expects TLS on this port'
  }
  return explainConnection(causes, settings.tls === true) ?? (causes.at(-1)?.message ?? String(error)).slice(0, 500)
}
