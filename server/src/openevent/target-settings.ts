/** What targets of each kind need besides their name, as it is stored and as the API takes it. No secret is among it. */
import { z } from 'zod'

const port = z.int().min(1).max(65_535)

/** A host name, an IPv4 address or an IPv6 address without brackets. */
const host = z
  .string()
  .max(253)
  .regex(
    /^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+)$/,
    'must be a host name or an address',
  )

/** Text that goes into AMQP short strings, which hold at most 255 bytes. */
const shortText = z
  .string()
  .refine((text) => Buffer.byteLength(text) <= 255, 'must not be longer than 255 bytes')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'must not contain control characters')
  .refine((text) => text.isWellFormed(), 'must not contain half a character')

export const SASL_MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const

export const HttpSettings = z
  .strictObject({
    signatureV2: z
      .boolean()
      .optional()
      .describe("Whether deliveries carry EventBridge's signature of version 2 as well; each costs an RSA signature"),
    signatureToken: z
      .string()
      .regex(/^[\x21-\x7e]{1,128}$/, 'visible ASCII characters, at most 128')
      .optional()
      .describe("A word that EventBridge's signatures cover and every delivery carries; no secret"),
  })
  .meta({ id: 'HttpSettings' })

export const KafkaSettings = z
  .strictObject({
    brokers: z
      .array(
        z.string().refine((text) => brokerAddress(text) !== null, 'must be host:port; an IPv6 address in brackets'),
      )
      .min(1)
      .max(16)
      .describe('Where the cluster is found, as `host:port`; one that answers is enough'),
    topic: z
      .string()
      .min(1)
      .max(249)
      .regex(/^[A-Za-z0-9._-]+$/, 'letters, digits, dot, dash and underscore')
      .refine((text) => !/^\.{1,2}$/.test(text) && !text.startsWith('__'), 'is a name that Kafka keeps for itself')
      .describe('It must exist; it is never created'),
    tls: z.boolean(),
    sasl: z.enum(SASL_MECHANISMS).nullable().describe('How user name and password are presented; null for none'),
  })
  .meta({ id: 'KafkaSettings' })

export const RabbitmqSettings = z
  .strictObject({
    host,
    port,
    vhost: shortText.min(1),
    tls: z.boolean(),
    exchange: shortText.default('').describe('Empty for the default exchange, whose routing keys are names of queues'),
    routingKey: shortText,
  })
  .meta({ id: 'RabbitmqSettings' })

export const BusSettings = z
  .strictObject({ busId: z.int().positive().describe('Another bus of the same tenant') })
  .meta({ id: 'BusSettings' })

export const FunctionSettings = z
  .strictObject({
    extensionCode: z
      .string()
      .max(64)
      .describe('A function of the same tenant. It is told; what it returns is not looked at, because nothing asks it'),
  })
  .meta({ id: 'FunctionSettings' })

/** What brokers are shown; it is stored encrypted. */
export const BrokerCredentials = z
  .strictObject({ username: z.string().min(1).max(255), password: z.string().min(1).max(1024) })
  .meta({ id: 'BrokerCredentials' })

export type KafkaSettings = z.infer<typeof KafkaSettings>
export type RabbitmqSettings = z.infer<typeof RabbitmqSettings>
export type BusSettings = z.infer<typeof BusSettings>
export type BrokerCredentials = z.infer<typeof BrokerCredentials>

/** `broker.example:9093` or `[2001:db8::1]:9093`; null where it is neither. */
export function brokerAddress(text: string): { readonly host: string; readonly port: number } | null {
  const found = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text)
  if (found === null) return null
  const parsed = z.object({ host, port }).safeParse({ host: found[1] ?? found[2], port: Number(found[3]) })
  return parsed.success ? parsed.data : null
}
