/** The shapes of the native API that are about functions. */
import {
  ALLOWED_HOST,
  FUNCTION_LANGUAGES,
  FUNCTION_LIMITS,
  INVOCATION_OUTCOMES,
  LEAST_SECRET_LENGTH,
  MOST_ALLOWED_HOSTS,
  MOST_FUNCTION_VARIABLES,
  MOST_SOURCE_LENGTH,
  MOST_VARIABLE_LENGTH,
  VARIABLE_NAME,
} from '@holdpoint/core'
import { z } from 'zod'
import { id, instant, Person } from './shapes.ts'

const jsonObject = z.record(z.string(), z.unknown())
const language = z.enum(FUNCTION_LANGUAGES)
const source = z
  .string()
  .max(MOST_SOURCE_LENGTH)
  .describe('A module with a default export, or with one named `handler`: a function of the request')
const limited = ({ least, most }: { readonly least: number; readonly most: number }) => z.int().min(least).max(most)
const variableName = z
  .string()
  .regex(VARIABLE_NAME, 'letters, digits and underscores, not a digit first; at most 64 characters')
const writable = z
  .string()
  .max(MOST_VARIABLE_LENGTH)
  .refine((text) => text.isWellFormed() && !text.includes('\u0000'), 'must be text without half a character or a zero')
const few = <T extends z.ZodType>(value: T) =>
  z
    .record(variableName, value)
    .refine((all) => Object.keys(all).length <= MOST_FUNCTION_VARIABLES, `at most ${MOST_FUNCTION_VARIABLES} of them`)
const environment = few(writable).describe('Variables that everyone who reads the extension may read')
const allowedHosts = z
  .array(z.string().max(260).regex(ALLOWED_HOST, 'a host name, *.domain or an address, with :port or without'))
  .max(MOST_ALLOWED_HOSTS)
  .describe('What its `fetch` reaches; nothing else')
const retryPolicy = z.enum(['BACKOFF_RETRY', 'EXPONENTIAL_DECAY_RETRY'])

export const FunctionView = z
  .object({
    extensionCode: z.string(),
    version: z.int(),
    revision: z.int().describe('Of that version; sent back with a change, it must still be the same'),
    language,
    source,
    environment,
    secretNames: z.array(z.string()).describe('What they are is shown to nobody'),
    missingSecrets: z
      .array(z.string())
      .describe(
        'Secrets that were removed because somebody changed the code, its hosts or variables who may not have them; the owner gives them again, or removes their names with null',
      ),
    keepsSecrets: z
      .boolean()
      .describe('Whether secrets stay when the caller changes the function, and are given to it when they try it'),
    allowedHosts,
    timeoutMs: limited(FUNCTION_LIMITS.timeoutMs),
    memoryMb: limited(FUNCTION_LIMITS.memoryMb),
    retryPolicy: retryPolicy.describe('How often it is tried again; the same for all versions'),
    maxConcurrency: limited(FUNCTION_LIMITS.concurrency).describe(
      'How many runs that messages ask for are under way at once; the same for all versions',
    ),
    modifiedAt: instant,
    mayEdit: z.boolean().describe('Whether the caller may change the code of this version now'),
    mayTry: z.boolean(),
    mayReadInvocations: z.boolean(),
  })
  .meta({ id: 'Function' })
export const FunctionChange = z
  .strictObject({
    language,
    source: source.min(1),
    environment,
    secrets: few(writable.min(LEAST_SECRET_LENGTH, `at least ${LEAST_SECRET_LENGTH} characters`).nullable()).describe(
      'Those that are named are kept, encrypted, instead of what was; null removes one; those that are not named stay, if the caller is the owner or has full power',
    ),
    allowedHosts,
    timeoutMs: limited(FUNCTION_LIMITS.timeoutMs),
    memoryMb: limited(FUNCTION_LIMITS.memoryMb),
    revision: z.int(),
  })
  .partial()
  .meta({ id: 'FunctionChange', description: 'What is not named stays as it is' })
export const FunctionDeliveryChange = z
  .strictObject({ retryPolicy, maxConcurrency: limited(FUNCTION_LIMITS.concurrency) })
  .partial()
  .meta({ id: 'FunctionDeliveryChange' })

const MOST_BODY_MEMBERS = 1_000
export const FunctionTestRun = z
  .strictObject({
    version: z.int().positive().optional().describe('The newest if left out'),
    eventCode: z
      .string()
      .max(128)
      .optional()
      .describe('Of which event a sample is made; the first of its points if left out'),
    workspaceId: id.optional().describe('The workspace that the sample names'),
    messageId: z.uuid().optional().describe('A message that was sent before, instead of a sample'),
    body: jsonObject
      .refine((body) => Object.keys(body).length <= MOST_BODY_MEMBERS, `at most ${MOST_BODY_MEMBERS} members`)
      .optional()
      .describe('The body of the event, instead of the sample’s or the message’s'),
    snapshot: jsonObject
      .optional()
      .describe('What `context.snapshot` tells of the object, instead of what the message’s operation keeps'),
  })
  .meta({ id: 'FunctionTestRun', description: 'One run of the function; nothing is answered with it' })

export const InvocationOutcomeShape = z.enum(INVOCATION_OUTCOMES).meta({ id: 'InvocationOutcome' })
export const FunctionLogLine = z
  .object({ atMs: z.number(), level: z.enum(['log', 'info', 'warn', 'error', 'debug']), text: z.string() })
  .meta({ id: 'FunctionLogLine' })
const usedBy = {
  durationMs: z.number(),
  cpuMs: z.number(),
  memoryBytes: z.number(),
}
export const FunctionTestRan = z
  .object({
    invocationId: z.int(),
    outcome: InvocationOutcomeShape,
    checkResult: z.enum(['OK', 'WARN', 'FAIL']).nullable(),
    comment: z.string().nullable(),
    error: z.string().nullable().describe('Why there is no check result; the stack below where it threw'),
    result: z.string().nullable().describe('What it returned, JSON text'),
    missingSecrets: z.array(z.string()).describe('Which secrets it was not given'),
    request: z.string().describe('What it was given, JSON text'),
    logs: z.array(FunctionLogLine),
    logsCut: z.boolean().describe('There was more than is kept'),
    ...usedBy,
  })
  .meta({ id: 'FunctionTestRan' })
export const InvocationView = z
  .object({
    id: z.int(),
    version: z.int(),
    eventCode: z.string(),
    workspaceId: id.nullable(),
    messageId: z.string().nullable(),
    operationId: z.string().nullable(),
    attempt: z.int().nullable(),
    testedBy: Person.nullable().describe('Who tried it; null for a run that a message asked for'),
    startedAt: instant,
    outcome: InvocationOutcomeShape,
    checkResult: z.enum(['OK', 'WARN', 'FAIL']).nullable().describe('What it answered; null where it gave no result'),
    error: z.string().nullable(),
    logLines: z.int(),
    ...usedBy,
  })
  .meta({ id: 'Invocation' })
export const InvocationDetail = InvocationView.extend({
  result: z.string().nullable().describe('What it returned, JSON text, of which the first 8,192 characters are kept'),
  logs: z.array(FunctionLogLine),
  logsCut: z.boolean(),
}).meta({ id: 'InvocationDetail' })
export const FunctionUsage = z
  .object({
    days: z.array(
      z.object({
        day: z.string().describe('UTC'),
        invocations: z.int(),
        failures: z.int().describe('Those that gave no result'),
        seconds: z.number(),
        cpuSeconds: z.number(),
        gigabyteSeconds: z.number().describe('The memory it may take at most, for as long as it ran'),
        mostMemoryBytes: z.number(),
      }),
    ),
  })
  .meta({
    id: 'FunctionUsage',
    description: 'What its runs used, by the day; it is kept when the runs are not any more',
  })
