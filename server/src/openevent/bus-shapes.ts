/** What an event bus, a rule and its targets are made from: as the API takes them, and as every other interface hands them on. */
import { z } from 'zod'
import {
  BrokerCredentials,
  BusSettings,
  FunctionSettings,
  HttpSettings,
  KafkaSettings,
  RabbitmqSettings,
} from './target-settings.ts'

export const url = z.url({ protocol: /^https?$/ }).max(2048)
const name = z
  .string()
  .regex(
    /^[a-zA-Z][a-zA-Z0-9_-]{1,126}$/,
    'a letter, then letters, digits, dashes and underscores; 2 to 127 characters',
  )
const jsonObject = z.record(z.string(), z.unknown())

export const NewEventBus = z
  .strictObject({ name, description: z.string().max(512).default('') })
  .meta({ id: 'NewEventBus' })

export const retryPolicy = z
  .enum(['BACKOFF_RETRY', 'EXPONENTIAL_DECAY_RETRY'])
  .describe(
    'BACKOFF_RETRY: 3 retries, each after 10 to 20 seconds. EXPONENTIAL_DECAY_RETRY: 176 tries within a day, after 1, 2, 4 … 512 seconds',
  )
export const errorsTolerance = z
  .enum(['ALL', 'NONE'])
  .describe(
    'When a delivery has used up its retries: ALL, the later ones go on; NONE, they wait until it is replayed or dropped',
  )
export const maxConcurrency = z
  .int()
  .min(1)
  .max(256)
  .describe('How many deliveries are under way to the target at once')
export const serves = z
  .array(z.string().max(64))
  .max(50)
  .nullable()
  .describe('Extension codes it serves; null serves all')

const ofAnyKind = {
  name: z
    .string()
    .regex(
      /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,126}$/,
      'letters, digits, dots, dashes and underscores; at most 127 characters',
    ),
  serves: serves.default(null),
  retryPolicy: retryPolicy.default('EXPONENTIAL_DECAY_RETRY'),
  errorsTolerance: errorsTolerance.default('ALL'),
  maxConcurrency: maxConcurrency.default(16),
}
const credentials = BrokerCredentials.nullable()
  .optional()
  .describe('Left out: those that are kept stay; null: none are kept any more')
export const NewTarget = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('http').optional(),
      endpoint: url,
      settings: HttpSettings.optional(),
      ...ofAnyKind,
    }),
    z.strictObject({ kind: z.literal('kafka'), settings: KafkaSettings, credentials, ...ofAnyKind }),
    z.strictObject({ kind: z.literal('rabbitmq'), settings: RabbitmqSettings, credentials, ...ofAnyKind }),
    z.strictObject({ kind: z.literal('bus'), settings: BusSettings, ...ofAnyKind }),
    z.strictObject({ kind: z.literal('function'), settings: FunctionSettings, ...ofAnyKind }),
  ])
  .meta({ id: 'NewTarget' })

/** A rule has so many targets at most. */
export const MOST_TARGETS = 5

export const NewEventRule = z
  .strictObject({
    name,
    pattern: jsonObject.default({}),
    enabled: z.boolean().default(true),
    targets: z.array(NewTarget).max(MOST_TARGETS).default([]),
  })
  .meta({ id: 'NewEventRule' })
