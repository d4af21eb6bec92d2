/**
 * Hands messages over to RabbitMQ: delivered means that the broker has confirmed the message, which it does once every queue that the
 * message was led to has it (on disk, where the queue is durable). A message that no queue takes is a failed attempt.
 */
import type { Socket } from 'node:net'
import { isIP } from 'node:net'
import type { ChannelModel, Message } from 'amqplib'
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
import { type AttemptResult, headersBeside, type Outgoing, type Sender, type Target } from './target.ts'
import { RabbitmqSettings } from './target-settings.ts'

const MOST_ADDRESSES_TRIED = 3
/** A broker that has fallen silent is given up after twice as long. */
const HEARTBEAT_SECONDS = 10
const MOST_FRAME_BYTES = 1 << 20
/** A broker says little more than it hears: confirmations, and what it could not route comes back. */
const MOST_UNASKED_BYTES = 4 << 20
/** How long a connection has to be closed as the protocol wants it. */
const CLOSING_MS = 1_000

/** Marks a message, so that one which comes back is told apart from another attempt of the same. */
const ATTEMPT_HEADER = 'holdpoint-attempt'

export function rabbitmqSender(policy: OutboundPolicy, limits: LinkLimits = LINK_LIMITS): Sender {
  return linkSender((target, life) => openRabbitmq(policy, target, life, limits.connectMs), explainRabbitmq, limits)
}

async function openRabbitmq(
  policy: OutboundPolicy,
  target: Target,
  life: AbortController,
  connectMs: number,
): Promise<Link> {
  const { exchange, routingKey } = RabbitmqSettings.parse(target.settings)
  const model = await connect(policy, target, life, connectMs)
  const channel = await model.createConfirmChannel()
  // Why the broker closed the channel comes before the fact that it did.
  channel.on('error', (error) => life.abort(error))
  channel.on('close', () => life.abort(new Error('the broker closed the channel')))
  const returned = new Map<string, Message>()
  channel.on('return', (message) => {
    const attempt = message.properties.headers?.[ATTEMPT_HEADER]
    if (underway.has(attempt)) returned.set(attempt, message)
  })
  const underway = new Set<string>()

  return (outgoing) =>
    new Promise<AttemptResult>((resolve, reject) => {
      const attempt = `${outgoing.deliveryId}.${outgoing.attempt}`
      underway.add(attempt)
      const ended = (error: Error | null) => {
        underway.delete(attempt)
        const back = returned.get(attempt)
        returned.delete(attempt)
        if (error?.message === 'message nacked') resolve(failure('the broker refused the message; is a queue full?'))
        else if (error) reject(error)
        else if (back !== undefined) resolve(failure(unroutable(exchange, routingKey)))
        else resolve({ status: null, error: null, responseBody: null })
      }
      channel.publish(exchange, routingKey, Buffer.from(outgoing.envelope), propertiesOf(outgoing, attempt), ended)
    })
}

const propertiesOf = (outgoing: Outgoing, attempt: string) => ({
  mandatory: true,
  persistent: true,
  messageId: outgoing.messageId,
  contentType: 'application/cloudevents+json',
  contentEncoding: 'utf-8',
  timestamp: Math.floor(outgoing.publishedAtMs / 1000),
  type: outgoing.eventCode,
  appId: 'holdpoint',
  headers: {
    [ATTEMPT_HEADER]: attempt,
    ...headersBeside(outgoing),
  },
})

const unroutable = (exchange: string, routingKey: string) =>
  exchange === ''
    ? `there is no queue “${routingKey}”`
    : `the exchange “${exchange}” leads nothing with the routing key “${routingKey}” to a queue`

/** A connection to an address that the policy allows. */
async function connect(
  policy: OutboundPolicy,
  { settings, credentials }: Target,
  life: AbortController,
  connectMs: number,
): Promise<ChannelModel> {
  // Only who has such a target pays for the library.
  const amqp = await import('amqplib')
  const { host, port, vhost, tls } = RabbitmqSettings.parse(settings)
  const { username = '', password = '' } = credentials ?? {}
  let last: unknown
  for (const address of (await addressesOf(policy, host)).slice(0, MOST_ADDRESSES_TRIED)) {
    if (life.signal.aborted) break
    const socketLife = new AbortController()
    const giveUp = () => socketLife.abort()
    life.signal.addEventListener('abort', giveUp)
    const timer = setTimeout(giveUp, connectMs)
    try {
      const model = await amqp.connect(
        {
          protocol: tls ? 'amqps' : 'amqp',
          hostname: address,
          port,
          username,
          password,
          vhost: encodeURIComponent(vhost),
          heartbeat: HEARTBEAT_SECONDS,
          maxFrameSize: MOST_FRAME_BYTES,
        },
        // The certificate must be for what the broker is called, not for the address that name led to.
        { noDelay: true, ...(tls && !isIP(host) && { servername: host }), ...{ signal: socketLife.signal } },
      )
      model.on('error', (error) => life.abort(error))
      model.on('close', (error) => life.abort(error ?? new Error('the broker closed the connection')))
      watchBytes(model, life)
      life.signal.removeEventListener('abort', giveUp)
      life.signal.addEventListener('abort', () => {
        model.close().catch(() => {})
        setTimeout(giveUp, CLOSING_MS).unref()
      })
      return model
    } catch (error) {
      last =
        socketLife.signal.aborted && !life.signal.aborted
          ? Object.assign(new Error('the broker does not answer'), { code: 'ETIMEDOUT' })
          : error
      giveUp()
    } finally {
      clearTimeout(timer)
    }
  }
  throw life.signal.aborted ? life.signal.reason : last
}

/** A message that comes back is kept until it is whole, however large the broker says it is. */
function watchBytes(model: ChannelModel, life: AbortController): void {
  const { stream } = model.connection as unknown as { readonly stream: Socket }
  stream.on('readable', () => {
    if (stream.bytesRead < MOST_UNASKED_BYTES + 2 * stream.bytesWritten) return
    life.abort(new Error('the broker sends more than it was asked for'))
    stream.destroy()
  })
}

function explainRabbitmq(error: unknown, { settings }: Target): string {
  const { exchange, vhost, tls } = settings as RabbitmqSettings
  const causes = causesOf(error)
  const text = causes.map((one) => one.message).join('; ')
  if (/Handshake terminated by server: 403/.test(text)) return 'the broker refused the user name or the password'
  // Of the close that answers the opening, the library keeps no more than that it came.
  if (/Expected ConnectionOpenOk/.test(text))
    return `the virtual host “${vhost}” does not exist, or the user has no right to it`
  if (/Channel closed by server: 404/.test(text)) return `there is no exchange “${exchange}”`
  if (/Channel closed by server: 403/.test(text)) return `the user may not publish to the exchange “${exchange}”`
  if (/Channel closed by server: 406 .*message size/.test(text)) return 'the message is larger than the broker takes'
  if (/Socket closed abruptly|Unexpected close/.test(text))
    return `the broker closed the connection${tls ? '' : '; does it expect TLS on this port?'}`
  if (/outside buffer|of range|^Unknown (class|frame)|^Expected |^Frame on|^Unexpected frame/.test(text))
    return 'what answers is no AMQP 0-9-1 broker'
  return explainConnection(causes, tls) ?? (causes[0]?.message ?? String(error)).slice(0, 500)
}
