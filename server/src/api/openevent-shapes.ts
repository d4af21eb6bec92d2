/** The shapes of OpenEvent in the native API: buses, channels, rules with their targets, patterns and dead letters. */
import { z } from 'zod'
import { errorsTolerance, maxConcurrency, retryPolicy, serves } from '../openevent/bus-shapes.ts'
import { id, instant } from './shapes.ts'

const jsonObject = z.record(z.string(), z.unknown())

// Buses and channels

export const EventBus = z
  .object({ id, name: z.string(), description: z.string(), createdAt: instant })
  .meta({ id: 'EventBus' })
export const EventBusChange = z.strictObject({ description: z.string().max(512) }).meta({ id: 'EventBusChange' })
export const Channel = z
  .object({
    workspaceId: id.nullable().describe('null: the channel of tenant-level events'),
    bus: z.object({ id, name: z.string() }).nullable(),
    enabled: z.boolean(),
  })
  .meta({
    id: 'Channel',
    description: 'The distribution channel of a workspace, or of the tenant: the bus to which its events go',
  })
export const ChannelChange = z
  .strictObject({ busId: id, enabled: z.boolean().default(true) })
  .meta({ id: 'ChannelChange' })

// Targets

export const TargetKindShape = z.enum(['http', 'kafka', 'rabbitmq', 'bus', 'function']).meta({ id: 'TargetKind' })
export const Target = z
  .object({
    id,
    name: z.string(),
    kind: TargetKindShape,
    endpoint: z
      .string()
      .describe(
        'As people read it: a URL, kafka://broker:port/topic, amqp(s)://host:port/vhost, the other bus, or the code of a function',
      ),
    settings: jsonObject.describe('What the kind needs besides, as it was given'),
    hasCredentials: z.boolean().describe('Whether a user name and password are kept; they are shown to nobody'),
    serves,
    retryPolicy,
    errorsTolerance,
    maxConcurrency,
    blockedAt: instant
      .nullable()
      .describe('Since when a delivery that used up its retries keeps the later ones waiting (errorsTolerance NONE)'),
  })
  .meta({ id: 'Target' })

export const TargetTest = z
  .strictObject({ eventCode: z.string().max(128).optional().describe('Which sample event; freeze-node if left out') })
  .meta({ id: 'TargetTest' })
export const TargetTested = z
  .object({
    status: z.int().nullable().describe('HTTP status of the answer; null where there was none'),
    error: z.string().nullable().describe('Why the event was not accepted; null: it was'),
    responseBody: z.string().nullable(),
    durationMs: z.number(),
  })
  .meta({ id: 'TargetTested' })

// Rules

export const EventRule = z
  .object({ id, busId: id, name: z.string(), pattern: jsonObject, enabled: z.boolean(), targets: z.array(Target) })
  .meta({ id: 'EventRule' })
// Patterns

export const PatternTrial = z.strictObject({ pattern: jsonObject, event: jsonObject }).meta({ id: 'PatternTrial' })
export const PatternVerdict = z
  .object({
    matches: z.boolean(),
    mismatch: z
      .object({
        path: z.string().describe('The first member of the pattern that does not match, e.g. data.eventCode'),
        wanted: z.unknown().describe('Its expressions'),
        present: z.boolean().describe('Whether the event has that member at all'),
        found: z.unknown().describe('What the event has there'),
      })
      .nullable(),
  })
  .meta({ id: 'PatternVerdict' })
export const EventSample = z.object({ eventCode: z.string(), event: jsonObject }).meta({ id: 'EventSample' })

// Routing

const routedTarget = z.object({
  id,
  name: z.string(),
  kind: TargetKindShape,
  endpoint: z.string(),
  busId: id,
  busName: z.string(),
  ruleId: id,
  ruleName: z.string(),
  serves,
  blockedAt: instant.nullable(),
})
export const Routing = z
  .object({
    channel: Channel,
    targets: z
      .array(routedTarget)
      .describe('Every target that at least one of the events may reach, over further buses too'),
    events: z.array(
      z.object({
        eventCode: z.string(),
        kind: z.enum(['extension-point', 'regular']),
        targetIds: z.array(id).describe('Targets it may reach; the body of an event may still keep it from them'),
        extensions: z.array(
          z.object({
            code: z.string(),
            name: z.string(),
            routed: z.boolean().describe('false: no target that the event reaches serves the extension (not routed)'),
          }),
        ),
      }),
    ),
  })
  .meta({
    id: 'Routing',
    description: 'What reaches whom: events of a workspace (or of the tenant), targets, extensions',
  })

// Dead letters

export const DeadLetterRefusal = z.enum(['EXPIRED', 'TARGET_GONE', 'NOT_DEAD']).meta({ id: 'DeadLetterRefusal' })
export const DeadLetter = z
  .object({
    id,
    messageId: z.uuid(),
    eventCode: z.string(),
    workspaceId: id.nullable(),
    operationId: z
      .uuid()
      .nullable()
      .describe('The operation that is held for answers to this message, while it is held'),
    busName: z.string(),
    target: z.object({
      id: id.nullable().describe('null: it has been removed'),
      name: z.string(),
      endpoint: z.string(),
    }),
    attempts: z.int(),
    lastAttempt: z.object({ at: instant, status: z.int().nullable(), error: z.string().nullable() }).nullable(),
    diedAt: instant,
    expiresAt: instant.describe('When the message expires; then it cannot be replayed any more'),
    refusal: DeadLetterRefusal.nullable().describe('Why it cannot be replayed; null: it can'),
  })
  .meta({ id: 'DeadLetter' })
export const deadLetterFilter = {
  busId: z.coerce.number().int().positive().optional(),
  targetId: z.coerce.number().int().positive().optional(),
  workspaceId: z.coerce.number().int().positive().optional(),
  eventCode: z.string().max(128).optional(),
  extension: z.string().max(64).optional().describe('Code of an extension that is asked, and that the target serves'),
  from: instant.optional().describe('Died at this instant or later'),
  to: instant.optional().describe('Died before this instant'),
}
export const MOST_AT_ONCE = 1_000
export const DeadLetterSelection = z
  .union([
    z.strictObject({ ids: z.array(id).min(1).max(MOST_AT_ONCE) }),
    z.strictObject({
      filter: z.strictObject(deadLetterFilter).describe('{}: all that the caller can see'),
      cursor: z.string().max(200).optional().describe('nextCursor of the answer before'),
    }),
  ])
  .meta({
    id: 'DeadLetterSelection',
    description: `Named ones, or all that fit a filter; at most ${MOST_AT_ONCE} are taken at once`,
  })
export const DeadLettersDone = z
  .object({
    done: z.int().describe('How many were replayed or dropped'),
    refused: z.array(z.object({ id, reason: DeadLetterRefusal })).describe('Which were not, and why'),
    nextCursor: z.string().nullable().describe('With a filter: where to go on, null when all have been taken'),
  })
  .meta({ id: 'DeadLettersDone' })
