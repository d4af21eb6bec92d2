/**
 * What somebody asks for when they backfill data: nodes, business dates and how they are to run. Here is what may be asked for at all; which nodes it
 * comes to is decided in selection.ts.
 */
import type { BackfillEnds } from '../alert.ts'
import { Refusal } from '../refusal.ts'
import { NODE_PRIORITIES, type NodePriority } from './node.ts'

/**
 * How the nodes are named. `current`: one. `descendants`: one, and those of its descendants that are chosen. `massive`: one and all its descendants,
 * by workspace, with exceptions both ways. `advanced`: any. `chain`: everything between the first nodes and the last ones.
 */
export const BACKFILL_MODES = ['current', 'descendants', 'massive', 'advanced', 'chain'] as const
export type BackfillMode = (typeof BACKFILL_MODES)[number]

export const BACKFILL_STATES = [
  'creating',
  'failed-to-create',
  'waiting-to-start',
  'running',
  'paused',
  'cancelled',
  'failed',
  'succeeded',
] as const
export type BackfillState = (typeof BACKFILL_STATES)[number]

export const BACKFILL_ORDERS = ['asc', 'desc'] as const
export const RUN_WINDOW_TYPES = ['daily', 'weekend'] as const

export const MOST_RANGES = 7
export const MOST_GROUPS = 10
export const MOST_DATES = 10_000
export const MOST_INSTANCES = 1_000_000
export const HIGHEST_PRIORITY = 11
const MOST_NAME_CHARACTERS = 128
const MOST_PARAMETER_CHARACTERS = 4_096

export type BackfillRequest = {
  readonly environment: 'PROD' | 'DEV'
  readonly name: string
  readonly comment: string
  readonly mode: BackfillMode
  /** Where it starts. */
  readonly rootNodeIds: readonly number[]
  /** `descendants`: those that were chosen. `massive`: nodes that run although their workspace is not to. `chain`: where it ends. */
  readonly includeNodeIds: readonly number[]
  /** They get dry runs, so that what waits for them goes on. */
  readonly excludeNodeIds: readonly number[]
  /** `massive`: only descendants in these workspaces run; none: in all. */
  readonly includeWorkspaceIds: readonly number[]
  readonly excludeWorkspaceIds: readonly number[]
  /** Ranges of business dates, `yyyy-mm-dd`, both ends included. */
  readonly dates: readonly { readonly start: string; readonly end: string }[]
  /** The part of the day of which hourly and minute nodes have instances, `hh:mm:ss`; both or none. */
  readonly window: { readonly startTime: string | null; readonly endTime: string | null }
  readonly order: (typeof BACKFILL_ORDERS)[number]
  /** How many business dates run at the same time. */
  readonly groups: number
  readonly startsFutureNow: boolean
  /** When its instances may start; null: at any time. One that ends before it starts goes over midnight. */
  readonly runWindow: {
    readonly type: (typeof RUN_WINDOW_TYPES)[number]
    readonly startTime: string
    readonly endTime: string
  } | null
  /** The identifier of the resource group that all of it runs in; null: of each node its own. */
  readonly resourceGroup: string | null
  readonly priority: number | null
  /** When somebody is to be told that it has ended. */
  readonly alert: BackfillEnds | null
  readonly analysis: { readonly enabled: boolean; readonly blocked: boolean }
  /** Parameters of single nodes instead of their own, `key=value key=value`, by the id of the node. */
  readonly parameters: Readonly<Record<string, string>>
  /** False: its instances are created and wait until somebody starts them. */
  readonly starts: boolean
}

/** The members that name nodes and workspaces, and which modes take them. */
const MEMBERS = {
  includeNodeIds: ['descendants', 'massive', 'chain'],
  excludeNodeIds: ['descendants', 'massive', 'advanced', 'chain'],
  includeWorkspaceIds: ['massive'],
  excludeWorkspaceIds: ['massive'],
} as const satisfies Partial<Record<keyof BackfillRequest, readonly BackfillMode[]>>

/** Modes that start at exactly one node. */
const SINGLE_ROOT: readonly BackfillMode[] = ['current', 'descendants', 'massive']

/** Rule 40: what is wrong with a request whatever nodes there are, each fault beside its member; nothing where it may be asked for. */
export function backfillFaults(request: BackfillRequest): readonly Refusal[] {
  return [
    ...nameFaults(request.name),
    ...selectionFaults(request),
    ...dateFaults(request.dates),
    ...windowFaults(request.window),
    ...(isWithin(request.groups, MOST_GROUPS)
      ? []
      : [new Refusal('BACKFILL_GROUPS_INVALID', { field: 'groups', limit: MOST_GROUPS })]),
    ...runWindowFaults(request.runWindow),
    ...(request.priority === null || isWithin(request.priority, HIGHEST_PRIORITY)
      ? []
      : [new Refusal('BACKFILL_PRIORITY_INVALID', { field: 'priority', limit: HIGHEST_PRIORITY })]),
    ...parameterFaults(request.parameters),
  ]
}

function nameFaults(name: string): Refusal[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  const fits = name.trim() !== '' && name.length <= MOST_NAME_CHARACTERS && !/[\u0000-\u001f\u007f]/.test(name)
  return fits ? [] : [new Refusal('BACKFILL_NAME_INVALID', { field: 'name', limit: MOST_NAME_CHARACTERS })]
}

function selectionFaults(request: BackfillRequest): Refusal[] {
  const { mode, rootNodeIds, includeNodeIds, excludeNodeIds } = request
  const foreign = (Object.keys(MEMBERS) as (keyof typeof MEMBERS)[]).filter(
    (member) => request[member].length > 0 && !(MEMBERS[member] as readonly string[]).includes(mode),
  )
  const roots = new Set(rootNodeIds).size
  const both = inBoth(includeNodeIds, excludeNodeIds)
  const bothWorkspaces = inBoth(request.includeWorkspaceIds, request.excludeWorkspaceIds)
  return [
    ...foreign.map((field) => new Refusal('BACKFILL_MEMBER_FOREIGN', { field, mode })),
    ...(roots === 0 ? [new Refusal('BACKFILL_NODES_EMPTY', { field: 'rootNodeIds' })] : []),
    ...(roots > 1 && SINGLE_ROOT.includes(mode)
      ? [new Refusal('BACKFILL_ROOTS_TOO_MANY', { field: 'rootNodeIds', mode, count: roots })]
      : []),
    ...(mode === 'chain' && includeNodeIds.length === 0
      ? [new Refusal('BACKFILL_CHAIN_END_MISSING', { field: 'includeNodeIds' })]
      : []),
    ...(both.length > 0 ? [new Refusal('BACKFILL_BOTH_WAYS', { field: 'excludeNodeIds', ids: both })] : []),
    ...(bothWorkspaces.length > 0
      ? [new Refusal('BACKFILL_BOTH_WAYS', { field: 'excludeWorkspaceIds', ids: bothWorkspaces })]
      : []),
  ]
}

function inBoth(ids: readonly number[], others: readonly number[]): number[] {
  const known = new Set(others)
  return ids.filter((id) => known.has(id))
}

function dateFaults(ranges: BackfillRequest['dates']): Refusal[] {
  if (ranges.length < 1 || ranges.length > MOST_RANGES)
    return [new Refusal('BACKFILL_RANGES_INVALID', { field: 'dates', limit: MOST_RANGES, count: ranges.length })]
  const faults = ranges.flatMap(({ start, end }, at) => {
    const absent = (
      [
        ['start', start],
        ['end', end],
      ] as const
    ).filter(([, date]) => dayOf(date) === null)
    if (absent.length > 0)
      return absent.map(
        ([member, date]) => new Refusal('BACKFILL_DATE_ABSENT', { field: `dates.${at}.${member}`, date }),
      )
    return end < start ? [new Refusal('BACKFILL_DATES_REVERSED', { field: `dates.${at}.end`, start, end })] : []
  })
  if (faults.length > 0) return faults
  const count = daysOf(ranges).reduce((sum, [from, to]) => sum + to - from + 1, 0)
  return count > MOST_DATES
    ? [new Refusal('BACKFILL_DATES_TOO_MANY', { field: 'dates', count, limit: MOST_DATES })]
    : []
}

function windowFaults({ startTime, endTime }: BackfillRequest['window']): Refusal[] {
  if (startTime === null && endTime === null) return []
  if (startTime === null || endTime === null)
    return [new Refusal('BACKFILL_WINDOW_HALF', { field: startTime === null ? 'window.startTime' : 'window.endTime' })]
  const absent = timeFaults('window', { startTime, endTime })
  if (absent.length > 0) return absent
  return endTime < startTime
    ? [new Refusal('BACKFILL_WINDOW_REVERSED', { field: 'window.endTime', start: startTime, end: endTime })]
    : []
}

function runWindowFaults(window: BackfillRequest['runWindow']): Refusal[] {
  if (window === null) return []
  const absent = timeFaults('runWindow', window)
  if (absent.length > 0) return absent
  return window.startTime === window.endTime ? [new Refusal('BACKFILL_RUN_WINDOW_EMPTY', { field: 'runWindow' })] : []
}

function timeFaults(of: string, times: { readonly startTime: string; readonly endTime: string }): Refusal[] {
  return (['startTime', 'endTime'] as const).flatMap((member) =>
    /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(times[member])
      ? []
      : [new Refusal('BACKFILL_TIME_ABSENT', { field: `${of}.${member}`, time: times[member] })],
  )
}

function parameterFaults(parameters: BackfillRequest['parameters']): Refusal[] {
  return Object.entries(parameters).flatMap(([id, text]) => {
    const field = `parameters.${id}`
    if (!/^[1-9]\d{0,15}$/.test(id)) return [new Refusal('BACKFILL_PARAMETERS_OF_NONE', { field, id })]
    return text.length > MOST_PARAMETER_CHARACTERS
      ? [new Refusal('BACKFILL_PARAMETERS_TOO_LONG', { field, limit: MOST_PARAMETER_CHARACTERS })]
      : []
  })
}

const isWithin = (value: number, most: number) => Number.isInteger(value) && value >= 1 && value <= most

const DAY_MS = 86_400_000

/** The number of a date's day; null for what is no date of the calendar. */
function dayOf(date: string): number | null {
  if (!/^[1-9]\d{3}-\d{2}-\d{2}$/.test(date)) return null
  const ms = Date.parse(`${date}T00:00:00Z`)
  if (Number.isNaN(ms)) return null
  return new Date(ms).toISOString().startsWith(date) ? ms / DAY_MS : null
}

/** The ranges as numbers of days, in time and joined where they overlap. */
function daysOf(ranges: BackfillRequest['dates']): (readonly [number, number])[] {
  const sorted = ranges
    .map(({ start, end }) => [dayOf(start) ?? 0, dayOf(end) ?? -1] as const)
    .toSorted(([a], [b]) => a - b)
  const joined: (readonly [number, number])[] = []
  for (const [from, to] of sorted) {
    const last = joined.at(-1)
    if (last !== undefined && from <= last[1]) joined[joined.length - 1] = [last[0], Math.max(last[1], to)]
    else joined.push([from, to])
  }
  return joined
}

/** Every business date of the ranges once, in the order in which they are to run. Dates of the future are dates like any other. */
export function businessDates({ dates, order }: Pick<BackfillRequest, 'dates' | 'order'>): readonly string[] {
  const days = daysOf(dates).flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, at) => new Date((from + at) * DAY_MS).toISOString().slice(0, 10)),
  )
  return order === 'asc' ? days : days.toReversed()
}

/** The level of the scheduler that a priority from 1 to 11 comes to: the highest that is not above it. */
export function nodePriority(priority: number): NodePriority {
  return NODE_PRIORITIES.findLast((level) => level <= priority) ?? NODE_PRIORITIES[0]
}

// What somebody may do with a backfill that is there

export const BACKFILL_VERBS = ['start', 'pause', 'resume', 'cancel', 'rerun-failed'] as const
export type BackfillVerb = (typeof BACKFILL_VERBS)[number]

const ALLOWED_FROM = {
  start: ['waiting-to-start'],
  pause: ['running'],
  resume: ['paused'],
  cancel: ['waiting-to-start', 'running', 'paused', 'failed'],
  'rerun-failed': ['running', 'failed'],
} as const satisfies Record<BackfillVerb, readonly BackfillState[]>

/** What may be done with a backfill in this state. */
export function backfillVerbs(state: BackfillState): readonly BackfillVerb[] {
  return BACKFILL_VERBS.filter((verb) => (ALLOWED_FROM[verb] as readonly BackfillState[]).includes(state))
}
