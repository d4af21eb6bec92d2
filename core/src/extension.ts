import { EVENTS, type EventDefinition, type ExtensionPointCode, eventByCode } from './catalog/index.ts'
import type { ExtensionParameters } from './parameters.ts'
import { Refusal } from './refusal.ts'

/** Rule 17: the statuses of an extension, with the numbers that the DataWorks dialect shows. */
export const EXTENSION_STATUS_NUMBERS = {
  testing: 0,
  published: 1,
  disabled: 3,
  'in-review': 4,
  approved: 5,
  rejected: 6,
} as const
export type ExtensionStatus = keyof typeof EXTENSION_STATUS_NUMBERS

/** Rule 18: what has a status is a version; a newer one that is published ends those before it, and one that nobody wants any more is discarded. */
export const VERSION_STATUSES = [
  ...(Object.keys(EXTENSION_STATUS_NUMBERS) as ExtensionStatus[]),
  'superseded',
  'discarded',
] as const
export type VersionStatus = (typeof VERSION_STATUSES)[number]

type Transition = {
  readonly from: readonly ExtensionStatus[]
  readonly to: VersionStatus
  readonly participle: string
}

/**
 * Rule 17: testing → in review → approved | rejected → published → disabled. A rejected version goes back to testing when its author edits it, one
 * in review when its submission is withdrawn. A disabled version is published again without a new review, because nothing of what was reviewed has
 * changed.
 */
export const EXTENSION_TRANSITIONS = {
  submit: { from: ['testing', 'rejected'], to: 'in-review', participle: 'submitted' },
  withdraw: { from: ['in-review'], to: 'testing', participle: 'withdrawn' },
  approve: { from: ['in-review'], to: 'approved', participle: 'approved' },
  reject: { from: ['in-review'], to: 'rejected', participle: 'rejected' },
  publish: { from: ['approved', 'disabled'], to: 'published', participle: 'published' },
  disable: { from: ['published'], to: 'disabled', participle: 'disabled' },
  discard: { from: ['testing', 'rejected', 'approved'], to: 'discarded', participle: 'discarded' },
} as const satisfies Record<string, Transition>
export type ExtensionVerb = keyof typeof EXTENSION_TRANSITIONS

export function isReview(verb: ExtensionVerb): boolean {
  return verb === 'approve' || verb === 'reject'
}

/** Rule 17: the status after a verb; what the table does not allow is refused, and so is reviewing what one owns, changed or submitted. */
export function nextExtensionStatus<Verb extends ExtensionVerb>(
  verb: Verb,
  status: VersionStatus,
  authorIds: readonly (number | null)[],
  actingUserId: number,
): (typeof EXTENSION_TRANSITIONS)[Verb]['to'] {
  const transition: Transition = EXTENSION_TRANSITIONS[verb]
  if (!mayFollow(verb, status)) throw new Refusal('EXTENSION_TRANSITION', { status, verb: transition.participle })
  if (isReview(verb) && authorIds.includes(actingUserId)) throw new Refusal('EXTENSION_SELF_REVIEW')
  return EXTENSION_TRANSITIONS[verb].to
}

/** Whether the table has this verb for a version in this status. */
export function mayFollow(verb: ExtensionVerb, status: VersionStatus): status is ExtensionStatus {
  const from: readonly VersionStatus[] = EXTENSION_TRANSITIONS[verb].from
  return from.includes(status)
}

type Numbered = { readonly number: number; readonly status: VersionStatus }

/** Rule 18: the version that a verb is for where none is named: the newest of which the table allows it. */
export function versionFor<V extends Numbered>(verb: ExtensionVerb, versions: readonly V[]): V {
  const able = versions.filter((one) => mayFollow(verb, one.status))
  if (able.length > 0) return newestOf(able)
  const { status } = newestOf(versions)
  throw new Refusal('EXTENSION_TRANSITION', { status, verb: EXTENSION_TRANSITIONS[verb].participle })
}

/**
 * Rule 18: what an edit begins with. A version in testing, and one that was rejected, is changed itself; what is in review is frozen; of every other
 * a new version is made, and it stays as it is.
 */
export function editOf<V extends Numbered>(versions: readonly V[]): { readonly version: V; readonly anew: boolean } {
  const version = newestOf(versions)
  if (version.status === 'in-review')
    throw new Refusal('EXTENSION_TRANSITION', { status: 'in-review', verb: 'changed' })
  return { version, anew: version.status !== 'testing' && version.status !== 'rejected' }
}

function newestOf<V extends Numbered>(versions: readonly V[]): V {
  return versions.reduce((newest, one) => (one.number > newest.number ? one : newest))
}

/** How its author runs an extension: as a service that is told and calls back, or as a function that runs here. It stays so for life. */
export const DEPLOYMENTS = ['service', 'function'] as const
export type Deployment = (typeof DEPLOYMENTS)[number]

/** Rule 2: one extension watches extension points of one level only; this is that level. */
export function levelOf(points: readonly string[]): 'workspace' | 'tenant' {
  const events = points.map((code) => {
    const event = eventByCode(code)
    if (event?.kind !== 'extension-point')
      throw new Refusal('EXTENSION_POINT_UNKNOWN', { eventCode: code, field: 'points' })
    return event
  })
  const level = events[0]?.scope
  if (level === undefined)
    throw new Refusal('REQUEST_INVALID', {
      problem: 'an extension watches at least one extension point',
      field: 'points',
    })
  const others = events.filter((event) => event.scope !== level).map((event) => event.eventCode)
  if (others.length > 0) throw new Refusal('EXTENSION_LEVELS_MIXED', { events: others, field: 'points' })
  return level
}

/** One version of an extension as the gate sees it when an operation is asked for. */
export type WatchingExtension = {
  readonly status: VersionStatus
  readonly points: readonly string[]
  readonly parameters: ExtensionParameters
  readonly testWorkspaceId: number | null
  readonly ownerUserId: number
  /** Who has switched a tenant-level version in testing on, for their own operations. */
  readonly testedBy: number | null
  /** Enabled by an administrator for the workspace (workspace-level points) or the tenant (tenant-level points). */
  readonly enabled: boolean
}

/** What the gate knows of an operation before anybody is asked. */
export type OperationScope = {
  readonly point: ExtensionPointCode
  readonly workspaceId: number | null
  readonly requestedBy: number
  /** The numeric code type, where the operation is on a file. */
  readonly fileType: string | null
}

/**
 * Rule 2: an extension applies when it watches the point and is either published and enabled, or in testing for exactly this
 * workspace (workspace-level) or this owner, who has switched it on (tenant-level), unless its parameters exclude the workspace, the point or the
 * file type.
 */
export function applies(extension: WatchingExtension, scope: OperationScope): boolean {
  return covers(extension, scope) && !excludes(extension.parameters, scope)
}

/**
 * Rule 2: the version of one extension that applies. One under test replaces the published one for the operations that testing covers, also where its
 * parameters then exclude them, and nowhere else. The newer version comes last.
 */
export function applyingVersion<V extends WatchingExtension>(
  versions: readonly V[],
  scope: OperationScope,
): V | undefined {
  const deciding = versions.findLast((one) => covers(one, scope))
  return deciding && !excludes(deciding.parameters, scope) ? deciding : undefined
}

/** Whether it is for this extension to say if it wants to be asked. */
function covers(extension: WatchingExtension, scope: OperationScope): boolean {
  if (!extension.points.includes(scope.point)) return false
  if (extension.status === 'published') return extension.enabled
  if (extension.status !== 'testing') return false
  return eventByCode(scope.point)!.scope === 'workspace'
    ? extension.testWorkspaceId !== null && extension.testWorkspaceId === scope.workspaceId
    : extension.ownerUserId === scope.requestedBy && extension.testedBy === scope.requestedBy
}

function excludes(parameters: ExtensionParameters, scope: OperationScope): boolean {
  if (scope.workspaceId !== null) {
    if (parameters.disabledWorkspaceIds.has(scope.workspaceId)) return true
    if (parameters.disabledByPoint.get(scope.point)?.has(scope.workspaceId)) return true
  }
  const fileTypes = parameters.fileTypesByPoint.get(scope.point)
  return scope.fileType !== null && fileTypes !== undefined && !fileTypes.has(scope.fileType)
}

/** Rule 33: an extension is tried with the points it watches and with the regular events of their modules. */
export function trialEvents(points: readonly string[]): readonly EventDefinition[] {
  const modules = new Set(points.map((point) => eventByCode(point)?.module))
  return [
    ...EVENTS.filter((event) => points.includes(event.eventCode)),
    ...EVENTS.filter((event) => event.kind === 'regular' && modules.has(event.module)),
  ]
}
