import {
  BLOCK_BUSINESS,
  type Body,
  type BodyProblem,
  type BodyValue,
  checkBody,
  EXTENSION_BIZ_ID,
  type Field,
  long,
  oneOf,
  optional,
  type ScalarType,
  string,
} from './body.ts'
import { DATA_ASSETS } from './data-assets.ts'
import { DATA_DEVELOPMENT } from './data-development.ts'
import { DATA_INTEGRATION } from './data-integration.ts'
import { DATA_QUALITY } from './data-quality.ts'
import {
  type BodyBasis,
  CATEGORIES,
  type CallbackApi,
  type CategoryCode,
  type EventEntry,
  type EventScope,
  MODULES,
  type ModuleCode,
  type ModuleText,
  type Name,
} from './event.ts'
import { MANAGEMENT_CONSOLE } from './management-console.ts'
import { OPERATION_CENTER } from './operation-center.ts'
import { SECURITY_CENTER } from './security-center.ts'
import { UPLOAD_DOWNLOAD } from './upload-download.ts'

/** Every event of the platform as data: what it is called, when it happens, what it says, and whether it can be held. */

export type {
  Body,
  BodyBasis,
  BodyProblem,
  BodyValue,
  CallbackApi,
  CategoryCode,
  EventScope,
  Field,
  ModuleCode,
  Name,
  ScalarType,
}
export { CATEGORIES, checkBody, MODULES }

const ENTRIES = {
  'data-development': DATA_DEVELOPMENT,
  'data-integration': DATA_INTEGRATION,
  'operation-center': OPERATION_CENTER,
  'security-center': SECURITY_CENTER,
  'data-quality': DATA_QUALITY,
  'management-console': MANAGEMENT_CONSOLE,
  'upload-download': UPLOAD_DOWNLOAD,
  'data-assets': DATA_ASSETS,
} as const satisfies Record<ModuleCode, readonly EventEntry[]>

type Entry = (typeof ENTRIES)[ModuleCode][number]
export type EventCode = Entry['eventCode']
export type EventType = Entry['type']
export type ExtensionPointCode = Extract<Entry, { readonly kind: 'extension-point' }>['eventCode']
export type RegularEventCode = Exclude<EventCode, ExtensionPointCode>

type Described = {
  /** On the bus, for example `dataworks:NodeChange:FreezeNode`. */
  readonly type: EventType
  readonly category: CategoryCode
  readonly categoryName: Name
  readonly module: ModuleCode
  readonly moduleName: Name
  readonly scope: EventScope
  readonly name: Name
  /** When it happens, one sentence. */
  readonly trigger: string
  /** Only the name is public; everything else about it is our design. */
  readonly own: boolean
  readonly bodyBasis: BodyBasis
  readonly notes: readonly string[]
  readonly body: readonly Field[]
  readonly sample: Body
  readonly variants: readonly Body[]
}

/** An event whose operation can be held until every extension that watches it has answered. */
export type ExtensionPoint = Described & {
  readonly kind: 'extension-point'
  readonly eventCode: ExtensionPointCode
  readonly callback: CallbackApi
  /** An extension deployed as a function can watch it. */
  readonly functions: boolean
}

/** An event that is only told. */
export type RegularEvent = Described & {
  readonly kind: 'regular'
  readonly eventCode: RegularEventCode
  readonly callback: null
  readonly functions: false
}

export type EventDefinition = ExtensionPoint | RegularEvent

/** All events, in the order of the modules. */
export const EVENTS: readonly EventDefinition[] = (Object.keys(ENTRIES) as ModuleCode[]).flatMap((module) =>
  ENTRIES[module].map((entry) => complete(module, entry)),
)

export const EXTENSION_POINTS: readonly ExtensionPoint[] = EVENTS.filter((event) => event.kind === 'extension-point')

export const REGULAR_EVENTS: readonly RegularEvent[] = EVENTS.filter((event) => event.kind === 'regular')

const BY_CODE: ReadonlyMap<string, EventDefinition> = new Map(EVENTS.map((event) => [event.eventCode, event]))
const BY_TYPE: ReadonlyMap<string, EventDefinition> = new Map(EVENTS.map((event) => [event.type, event]))

/** A code of the catalogue always has its event; any other text may have none. */
export function eventByCode(code: ExtensionPointCode): ExtensionPoint
export function eventByCode(code: RegularEventCode): RegularEvent
export function eventByCode(code: EventCode): EventDefinition
export function eventByCode(code: string): EventDefinition | undefined
export function eventByCode(code: string): EventDefinition | undefined {
  return BY_CODE.get(code)
}

export function eventByType(type: EventType): EventDefinition
export function eventByType(type: string): EventDefinition | undefined
export function eventByType(type: string): EventDefinition | undefined {
  return BY_TYPE.get(type)
}

function complete(module: ModuleCode, entry: Entry): EventDefinition {
  const { name: moduleName, scope, callback }: ModuleText = MODULES[module]
  const written: EventEntry = entry
  const described = {
    type: entry.type,
    category: entry.category,
    categoryName: CATEGORIES[entry.category],
    module,
    moduleName,
    scope,
    name: written.name,
    trigger: written.trigger,
    own: written.own ?? false,
    bodyBasis: written.bodyBasis,
    notes: written.notes ?? [],
    sample: written.sample,
    variants: written.variants ?? [],
  }
  return entry.kind === 'extension-point'
    ? {
        ...described,
        kind: entry.kind,
        eventCode: entry.eventCode,
        callback,
        functions: written.functions ?? false,
        body: [...standardMembers(entry.eventCode), ...withHoldMembers(entry.body)],
      }
    : {
        ...described,
        kind: entry.kind,
        eventCode: entry.eventCode,
        callback: null,
        functions: false,
        body: [...standardMembers(entry.eventCode), ...entry.body],
      }
}

/** They stand in every body. A few published samples leave one out, although the platform declares both for all events. */
function standardMembers(code: EventCode): readonly Field[] {
  return [oneOf(string('eventCode', 'Code of the event.'), code), long('tenantId', 'Tenant.')]
}

/** Rule 1: an event that nobody holds is published all the same, with `blockBusiness` false; so every body has room for it. */
function withHoldMembers(body: readonly Field[]): readonly Field[] {
  const present = new Set(body.map((field) => field.name))
  const missing = [EXTENSION_BIZ_ID, BLOCK_BUSINESS].filter((field) => !present.has(field.name))
  return [...body, ...missing.map(optional)]
}
