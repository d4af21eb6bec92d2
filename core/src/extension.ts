import { EVENTS, type EventDefinition, type ExtensionPointCode, eventByCode } from './catalog/index.ts'
import type { ExtensionParameters } from './parameters.ts'
import { Refusal } from './refusal.ts'

/**
 * Rule 17: testing → in review → approved | rejected → published → disabled, with the numbers that the DataWorks dialect shows.
 * A rejected version goes back to testing when its author edits it; a disabled extension can be published again without a new review,
 * because nothing of what was reviewed has changed.
 */
export const EXTENSION_STATUS_NUMBERS = {
  testing: 0,
  published: 1,
  disabled: 3,
  'in-review': 4,
  approved: 5,
  rejected: 6,
} as const
export type ExtensionStatus = keyof typeof EXTENSION_STATUS_NUMBERS

type Transition = {
  readonly from: readonly ExtensionStatus[]
  readonly to: ExtensionStatus
  readonly participle: string
}

export const EXTENSION_TRANSITIONS = {
  submit: { from: ['testing', 'rejected'], to: 'in-review', participle: 'submitted' },
  approve: { from: ['in-review'], to: 'approved', participle: 'approved' },
  reject: { from: ['in-review'], to: 'rejected', participle: 'rejected' },
  publish: { from: ['approved', 'disabled'], to: 'published', participle: 'published' },
  disable: { from: ['published'], to: 'disabled', participle: 'disabled' },
} as const satisfies Record<string, Transition>
export type ExtensionVerb = keyof typeof EXTENSION_TRANSITIONS

/** Rule 17: the status after a verb; what the table does not allow is refused, and so is reviewing what one owns, changed or submitted. */
export function nextExtensionStatus(
  verb: ExtensionVerb,
  status: ExtensionStatus,
  authorIds: readonly (number | null)[],
  actingUserId: number,
): ExtensionStatus {
  const transition: Transition = EXTENSION_TRANSITIONS[verb]
  if (!transition.from.includes(status))
    throw new Refusal('EXTENSION_TRANSITION', { status, verb: transition.participle })
  if ((verb === 'approve' || verb === 'reject') && authorIds.includes(actingUserId))
    throw new Refusal('EXTENSION_SELF_REVIEW')
  return transition.to
}

/** How its author runs an extension: as a service that is told and calls back, or as a function that runs here. It stays so for life. */
export const DEPLOYMENTS = ['service', 'function'] as const
export type Deployment = (typeof DEPLOYMENTS)[number]

/** Rule 2: one extension watches extension points of one level only; this is that level. */
export function levelOf(points: readonly string[]): 'workspace' | 'tenant' {
  const events = points.map((code) => {
    const event = eventByCode(code)
    if (event?.kind !== 'extension-point') throw new Refusal('EXTENSION_POINT_UNKNOWN', { eventCode: code })
    return event
  })
  const level = events[0]?.scope
  if (level === undefined)
    throw new Refusal('REQUEST_INVALID', { problem: 'an extension watches at least one extension point' })
  const others = events.filter((event) => event.scope !== level).map((event) => event.eventCode)
  if (others.length > 0) throw new Refusal('EXTENSION_LEVELS_MIXED', { events: others })
  return level
}

/** One version of an extension as the gate sees it when an operation is asked for. */
export type WatchingExtension = {
  readonly status: ExtensionStatus
  readonly points: readonly string[]
  readonly parameters: ExtensionParameters
  readonly testWorkspaceId: number | null
  readonly ownerUserId: number
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
 * workspace (workspace-level) or this owner (tenant-level), unless its parameters exclude the workspace, the point or the file type.
 */
export function applies(extension: WatchingExtension, scope: OperationScope): boolean {
  if (!extension.points.includes(scope.point)) return false
  const level = eventByCode(scope.point)!.scope
  if (extension.status === 'published') {
    if (!extension.enabled) return false
  } else if (extension.status === 'testing') {
    const covered =
      level === 'workspace'
        ? extension.testWorkspaceId !== null && extension.testWorkspaceId === scope.workspaceId
        : extension.ownerUserId === scope.requestedBy
    if (!covered) return false
  } else return false

  const { parameters } = extension
  if (scope.workspaceId !== null) {
    if (parameters.disabledWorkspaceIds.has(scope.workspaceId)) return false
    if (parameters.disabledByPoint.get(scope.point)?.has(scope.workspaceId)) return false
  }
  const fileTypes = parameters.fileTypesByPoint.get(scope.point)
  return scope.fileType === null || fileTypes === undefined || fileTypes.has(scope.fileType)
}

/** Rule 33: an extension is tried with the points it watches and with the regular events of their modules. */
export function trialEvents(points: readonly string[]): readonly EventDefinition[] {
  const modules = new Set(points.map((point) => eventByCode(point)?.module))
  return EVENTS.filter((event) =>
    event.kind === 'extension-point' ? points.includes(event.eventCode) : modules.has(event.module),
  )
}
