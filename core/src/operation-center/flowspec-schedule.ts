/** When and how a node runs, as a FlowSpec file says it: on the node, in its strategy, on its workflow or in that one's strategy. */
import { Refusal } from '../refusal.ts'
import { type Cycle, readCron, runsWithin } from './cron.ts'
import { type Collections, resolved, type Warn } from './flowspec-collection.ts'
import {
  countAt,
  inside,
  insideAny,
  isPresent,
  labelAt,
  malformed,
  type Place,
  shown,
  textAt,
  wordsAt,
} from './flowspec-place.ts'
import {
  type InstanceMode,
  NODE_PRIORITIES,
  type NodeDefinition,
  type NodePriority,
  type NodeTrigger,
  type Recurrence,
  type RerunMode,
} from './node.ts'

export type Schedule = Pick<
  NodeDefinition,
  | 'trigger'
  | 'recurrence'
  | 'cron'
  | 'cycle'
  | 'startAt'
  | 'endAt'
  | 'timezone'
  | 'rerunMode'
  | 'rerunTimes'
  | 'rerunIntervalMs'
  | 'timeoutSeconds'
  | 'priority'
  | 'instanceMode'
>

const RECURRENCES = [
  ['Normal', 'normal'],
  ['Pause', 'pause'],
  ['Skip', 'skip'],
  ['NoneAuto', 'none'],
] as const satisfies readonly (readonly [string, Recurrence | 'none'])[]
const TRIGGER_TYPES = [
  ['Scheduler', 'scheduler'],
  ['None', 'scheduler'],
  ['Manual', 'manual'],
  ['Streaming', 'streaming'],
  ['Custom', 'custom'],
] as const
const RERUN_MODES: readonly (readonly [string, RerunMode])[] = [
  ['Allowed', 'all-allowed'],
  ['FailureAllowed', 'failure-allowed'],
  ['Denied', 'all-denied'],
  ['AllAllowed', 'all-allowed'],
  ['AllDenied', 'all-denied'],
  ['ALL_ALLOWED', 'all-allowed'],
  ['FAILURE_ALLOWED', 'failure-allowed'],
  ['ALL_DENIED', 'all-denied'],
]
const INSTANCE_MODES: readonly (readonly [string, InstanceMode])[] = [
  ['T+1', 't+1'],
  ['Immediately', 'immediately'],
]
const TIMEOUT_UNITS = [
  ['SECONDS', 1],
  ['MINUTES', 60],
  ['HOURS', 3600],
] as const
const CYCLE_TYPES = [
  ['Daily', 'daily'],
  ['NotDaily', 'not-daily'],
] as const
/** Below this a timeout without a unit was probably meant in hours; the samples of the format have 3, 4 and 12. */
const PROBABLE_SECONDS = 60
const DEFAULT_RERUN_INTERVAL_MS = 180_000
const NO_TIMES = { cron: null, cycle: null } as const

/** `workflow` is where the node's workflow stands; its value is missing for a node that is in none. */
export function readSchedule(
  node: Place,
  workflow: Place,
  isManual: boolean,
  collections: Collections,
  warn: Warn,
): Schedule {
  const ownTrigger = triggerOf(node, collections)
  const workflowTrigger = triggerOf(workflow, collections)
  const sources = [node, inside(node, 'strategy'), workflow, inside(workflow, 'strategy')]
  const triggers = [ownTrigger, workflowTrigger]
  const trigger = isManual || readTrigger(ownTrigger, 'node', node) === 'manual' ? 'manual' : 'scheduler'
  const startAt = readMoment(setting(triggers, 'startTime'))
  const end = setting(triggers, 'endTime')
  const endAt = readMoment(end)
  if (startAt !== null && endAt !== null && endAt < startAt) throw malformed(end, 'it is before the start')
  for (const name of ['calendarId', 'delaySeconds']) {
    const place = inside(ownTrigger, name)
    if (isPresent(place) && place.value !== 0)
      warn(place, 'it is not read; the node runs at the times of its cron alone')
  }
  const times = trigger === 'manual' ? NO_TIMES : readTimes(triggers, warn)
  if (times.cron !== null && !runsWithin(times.cron, startAt, endAt))
    throw neverRuns(setting(triggers, 'cron'), times.cron)
  return {
    trigger,
    recurrence: readRecurrence(node, ownTrigger, workflow, workflowTrigger),
    ...times,
    startAt,
    endAt,
    timezone: wordsAt(setting(triggers, 'timezone')),
    rerunMode: labelAt(setting(sources, 'rerunMode'), RERUN_MODES) ?? 'all-allowed',
    rerunTimes: countAt(setting(sources, 'rerunTimes')) ?? 0,
    rerunIntervalMs: countAt(setting(sources, 'rerunInterval')) ?? DEFAULT_RERUN_INTERVAL_MS,
    timeoutSeconds: readTimeout(sources, warn),
    priority: readPriority(setting(sources, 'priority'), warn),
    instanceMode: labelAt(setting(sources, 'instanceMode'), INSTANCE_MODES) ?? 't+1',
  }
}

/** The schedule of a workflow itself. */
export function readTimes(triggers: readonly Place[], warn: Warn): { cron: string | null; cycle: Cycle | null } {
  const place = setting(triggers, 'cron')
  const text = textAt(place)
  if (text === null) {
    const trigger = triggers.find(isPresent)
    if (trigger !== undefined) warn(trigger, 'it has no cron, so nothing says when the node runs')
    return { cron: null, cycle: null }
  }
  const reading = readCron(text)
  if (reading.problem !== null) throw malformed(place, reading.problem)
  if (!runsWithin(reading.cron, null, null)) throw neverRuns(place, reading.cron)
  const { cron, cycle } = reading
  const cycleType = labelAt(setting(triggers, 'cycleType'), CYCLE_TYPES)
  if (cycleType === 'not-daily' && cycle === 'day') return { cron, cycle: 'hour' }
  return { cron, cycle: cycleType === 'daily' && (cycle === 'hour' || cycle === 'minute') ? 'day' : cycle }
}

export function triggerOf(place: Place, { triggers }: Collections): Place {
  return resolved(inside(place, 'trigger'), triggers, 'trigger')
}

/** The first of these places that has the member. */
function setting(places: readonly Place[], name: string): Place {
  const found = places.map((place) => inside(place, name))
  return found.find(isPresent) ?? (found[0] as Place)
}

function readRecurrence(node: Place, ownTrigger: Place, workflow: Place, workflowTrigger: Place): Recurrence {
  const recurrence =
    labelAt(setting([node, ownTrigger, workflow, workflowTrigger], 'recurrence'), RECURRENCES) ?? 'normal'
  if (recurrence !== 'none') return recurrence
  throw unsupported(node, `node ${nameFor(node)} has the recurrence NoneAuto, so it is not run by the schedule`)
}

/** What the schedule or somebody starts is imported; a trigger by events refuses the file. */
export function readTrigger(trigger: Place, noun: 'workflow' | 'node', owner: Place): NodeTrigger {
  const subject = `${noun} ${nameFor(owner)}`
  const type = labelAt(inside(trigger, 'type'), TRIGGER_TYPES) ?? 'scheduler'
  if (type === 'manual' || type === 'scheduler') return type
  throw unsupported(trigger, `${subject} has a ${type} trigger; only what the schedule or somebody starts is supported`)
}

function neverRuns({ path }: Place, cron: string): Refusal {
  return new Refusal('SCHEDULE_NEVER_RUNS', { path, cron })
}

export function unsupported(place: Pick<Place, 'path'>, problem: string): Refusal {
  return new Refusal('FLOWSPEC_UNSUPPORTED', { path: place.path, problem })
}

function nameFor(place: Place): string {
  const name = insideAny(place, 'name', 'id')
  return typeof name.value === 'string' || typeof name.value === 'number' ? shown(name.value) : place.path
}

function readTimeout(sources: readonly Place[], warn: Warn): number | null {
  const place = setting(sources, 'timeout')
  const timeout = countAt(place)
  if (timeout === null || timeout === 0) return null
  const unit = labelAt(setting(sources, 'timeoutUnit'), TIMEOUT_UNITS)
  if (unit === null && timeout < PROBABLE_SECONDS) warn(place, `${timeout} has no unit and is read as seconds`)
  const seconds = timeout * (unit ?? 1)
  return countAt({ path: place.path, value: seconds })
}

function readPriority(place: Place, warn: Warn): NodePriority {
  const written = countAt(place) ?? 1
  if (written < 1 || written > 8) throw malformed(place, `a priority is 1 to 8, not ${written}`)
  const level = NODE_PRIORITIES.findLast((priority) => priority <= written) ?? 1
  if (level !== written)
    warn(place, `${written} is no level of the scheduler (${NODE_PRIORITIES.join(', ')}); ${level} is taken`)
  return level
}

const MOMENT = /^(\d{4})-(\d{2})-(\d{2})(?:[ T]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?)?$/

function readMoment(place: Place): string | null {
  const text = wordsAt(place)
  if (text === null) return null
  const [, year = '', month = '', day = '', hour = '00', minute = '00', second = '00'] = MOMENT.exec(text.trim()) ?? []
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  if (Number(year) < 1900 || date.getUTCMonth() + 1 !== Number(month) || date.getUTCDate() !== Number(day)) {
    throw malformed(place, `${shown(text)} is no moment written as yyyy-mm-dd hh:mm:ss`)
  }
  return `${year}-${month}-${day} ${hour}:${minute}:${second}`
}
