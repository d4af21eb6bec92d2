/** The shapes of extensions in the native API: what registers one, its versions, their reviews, and where it is enabled. */
import {
  CATEGORIES,
  DEPLOYMENTS,
  EXTENSION_STATUS_NUMBERS,
  EXTENSION_TRANSITIONS,
  type ExtensionStatus,
  MODULES,
  VERSION_FIELDS,
  VERSION_STATUSES,
} from '@holdpoint/core'
import { z } from 'zod'
import { HISTORY_STEPS } from '../store/extension-history.ts'
import { id, instant, label, Person, uid, url } from './shapes.ts'

export const ExtensionStatusShape = z
  .enum(Object.keys(EXTENSION_STATUS_NUMBERS) as [ExtensionStatus, ...ExtensionStatus[]])
  .meta({ id: 'ExtensionStatus' })
export const VersionStatusShape = z
  .enum(VERSION_STATUSES)
  .describe('superseded: a newer one was published; discarded: it was given up')
  .meta({ id: 'VersionStatus' })
const VERBS = Object.keys(EXTENSION_TRANSITIONS) as [keyof typeof EXTENSION_TRANSITIONS]

const codesOf = <Code extends string>(named: Readonly<Record<Code, unknown>>) => Object.keys(named) as [Code, ...Code[]]

/** What a version says. */
const content = {
  name: z.string(),
  description: z.string(),
  points: z.array(z.string()),
  testWorkspaceId: id.nullable(),
  detailUrl: z.string().nullable(),
  helpDocUrl: z.string().nullable(),
  parameters: z.string(),
  options: z.string().describe('The form of its options, as JSON text; empty where it has none'),
  onUnanswered: z.enum(['block', 'pass']),
}
const version = {
  code: z.string(),
  version: z.int(),
  revision: z
    .int()
    .describe('Counts the changes of this version; sent back with a change or a decision, it must still be the same'),
  deployment: z.enum(DEPLOYMENTS),
  level: z.enum(['workspace', 'tenant']),
  modules: z.array(z.enum(codesOf(MODULES))).describe('Of the platform, as its extension points say'),
  categories: z.array(z.enum(codesOf(CATEGORIES))).describe('Of events, as its extension points say'),
  portability: z
    .array(
      z.object({
        code: z.enum(['FUNCTION_POINT', 'OWN_EVENT_CODE', 'FUNCTION_LANGUAGE']),
        points: z.array(z.string()),
      }),
    )
    .describe(
      'What keeps it from being taken to DataWorks as it is: points that functions cannot watch there, event codes known here only, the language',
    ),
  owner: Person,
  testWorkspaceName: z
    .string()
    .nullable()
    .describe('Null also for who may neither read that workspace nor review extensions'),
  submittedBy: Person.nullable(),
  submittedAt: instant.nullable(),
  rejection: z
    .object({ by: Person, at: instant, reason: z.string() })
    .nullable()
    .describe('The last rejection, until the version is approved'),
}
export const ExtensionView = z
  .object({
    ...version,
    status: ExtensionStatusShape,
    ...content,
    next: z
      .object({ version: z.int(), status: ExtensionStatusShape, revision: z.int() })
      .nullable()
      .describe('A newer version that is on its way; what is shown is the one that runs'),
    createdAt: instant.describe('When the extension was registered'),
    modifiedAt: instant,
    may: z
      .array(z.enum(['edit', 'comment', 'change-owner', 'delete', ...VERBS]))
      .describe('What the caller may do now, with whichever version it concerns'),
  })
  .meta({ id: 'ExtensionView', description: 'An extension in the version that runs, or in its newest where none does' })
export const ExtensionVersion = z
  .object({
    ...version,
    status: VersionStatusShape,
    ...content,
    dueAt: instant.nullable().describe('Until when its review is due; null where it is not in review'),
    overdue: z.boolean(),
    modifiedAt: instant,
    may: z.array(z.enum(VERBS)).describe('What the caller may do with this version now'),
  })
  .meta({ id: 'ExtensionVersion' })
export const ExtensionVersionDetail = ExtensionVersion.extend({
  against: z.int().nullable().describe('The version it is compared with; null where there is none'),
  differences: z
    .array(z.object({ field: z.enum(VERSION_FIELDS), before: z.string(), after: z.string() }))
    .describe('Each field that differs from that version, as text'),
}).meta({ id: 'ExtensionVersionDetail' })

const address = url.refine((text) => {
  const { username, password } = new URL(text)
  return username === '' && password === ''
}, 'must not contain a user name or a password')
const given = {
  name: label,
  description: z.string().max(4096),
  points: z.array(z.string().max(128)).min(1).max(54),
  testWorkspaceId: id.nullable(),
  detailUrl: address.nullable(),
  helpDocUrl: address.nullable(),
  parameters: z.string().max(65536),
  options: z.string().max(65536),
  onUnanswered: z.enum(['block', 'pass']),
}
export const NewExtension = z
  .strictObject({
    ...given,
    description: given.description.default(''),
    testWorkspaceId: given.testWorkspaceId.default(null),
    detailUrl: given.detailUrl.default(null),
    helpDocUrl: given.helpDocUrl.default(null),
    parameters: given.parameters.default(''),
    options: given.options.default(''),
    onUnanswered: given.onUnanswered.default('block'),
    deployment: z
      .enum(DEPLOYMENTS)
      .default('service')
      .describe('How its author runs it: a service that calls back, or a function that runs here; it stays so'),
    ownerId: uid.optional().describe('A user of the tenant; whoever registers it where none is named'),
  })
  .meta({ id: 'NewExtension' })
/** Without defaults: what a change does not name stays as it is. */
export const ExtensionChange = z
  .strictObject({ ...given, revision: z.int() })
  .partial()
  .meta({ id: 'ExtensionChange' })
export const ExtensionOwner = z.strictObject({ ownerId: uid }).meta({ id: 'ExtensionOwner' })
export const ExtensionDecision = z
  .strictObject({
    reason: z.string().trim().max(1000).default(''),
    version: z
      .int()
      .positive()
      .optional()
      .describe('Which version; the newest that it can be done with where none is named'),
    revision: z.int().optional().describe('Of that version as the caller has seen it'),
  })
  .meta({ id: 'ExtensionDecision' })

export const ExtensionHistoryEntry = z
  .object({
    id: z.string(),
    version: z.int(),
    step: z.enum(HISTORY_STEPS),
    user: Person,
    from: VersionStatusShape.nullable(),
    to: VersionStatusShape.nullable(),
    fields: z.array(z.enum(VERSION_FIELDS)).describe('What a change changed'),
    note: z.string().describe('The reason, or the comment'),
    at: instant,
  })
  .meta({ id: 'ExtensionHistoryEntry' })
export const NewExtensionComment = z
  .strictObject({
    text: z.string().trim().min(1).max(4000),
    version: z.int().positive().optional().describe('The newest where none is named'),
  })
  .meta({ id: 'NewExtensionComment' })
