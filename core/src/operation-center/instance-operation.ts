/**
 * What can be asked for on instances: what must hold for it, and what matters while it is held.
 *
 * Five of the operations have an extension point. Removing dependencies and changing how an instance is run have none; neither lets anything run that
 * has not been let run, nor stops it.
 */
import { Refusal, type RefusalCode } from '../refusal.ts'
import type { DagKind, InstanceStatus } from './instance.ts'
import type { RerunMode } from './node.ts'

export const INSTANCE_OPERATIONS = ['freeze', 'unfreeze', 'terminate', 'rerun', 'set-success'] as const
export type InstanceOperation = (typeof INSTANCE_OPERATIONS)[number]

/** The extension point of each. */
export const INSTANCE_POINTS = {
  freeze: 'pre-freeze-instance',
  unfreeze: 'pre-unfreeze-instance',
  terminate: 'pre-kill-instance',
  rerun: 'pre-rerun-instance',
  'set-success': 'pre-set-instance-success',
} as const satisfies Record<InstanceOperation, string>

/** What the operations need to know of an instance; the snapshot of a held operation keeps it for every instance it is about. */
export type InstanceState = {
  readonly instanceId: number
  /** Of its node. */
  readonly name: string
  readonly environment: 'PROD' | 'DEV'
  readonly kind: DagKind
  /** yyyy-mm-dd */
  readonly bizdate: string
  readonly status: InstanceStatus
  readonly frozen: boolean
  readonly rerunMode: RerunMode
  readonly runNumber: number
  readonly retries: number
}

/** How a rerun differs from the ordinary one, which is for instances that have ended or not begun. */
export type Force = 'no' | 'this-one' | 'with-downstream'

type Requirement = {
  readonly code: RefusalCode
  readonly isBroken: (instance: InstanceState) => boolean
}

const WAITING: readonly InstanceStatus[] = ['not-run', 'waiting-for-time', 'waiting-for-resources']
const RUNNING: readonly InstanceStatus[] = ['running', 'checking-quality', 'checking-condition']
const TERMINABLE: readonly InstanceStatus[] = ['waiting-for-time', 'waiting-for-resources', ...RUNNING]
const RERUNNABLE: readonly InstanceStatus[] = ['not-run', 'failed', 'succeeded']
const ENDED: readonly InstanceStatus[] = ['failed', 'succeeded']

const LETS_ITSELF_BE_RERUN: Requirement = {
  code: 'INSTANCE_RERUN_DENIED',
  isBroken: ({ rerunMode }) => rerunMode === 'all-denied',
}

const IS_NOT_TEMPORARY: Requirement = {
  // What runs for Data Development is asked for there, and checked there, every time.
  code: 'INSTANCE_TEMPORARY',
  isBroken: ({ kind }) => kind === 'temporary-workflow',
}

const IS_NOT_FROZEN: Requirement = {
  // It would not run: whoever unfreezes it is told that its turn has passed.
  code: 'INSTANCE_FROZEN',
  isBroken: ({ frozen }) => frozen,
}

/** What the operation requires of every instance. Of two that are broken the first is told. */
const REQUIREMENTS = {
  freeze: [{ code: 'INSTANCE_ALREADY_FROZEN', isBroken: ({ frozen }) => frozen }],
  unfreeze: [{ code: 'INSTANCE_NOT_FROZEN', isBroken: ({ frozen }) => !frozen }],
  terminate: [{ code: 'INSTANCE_NOT_TERMINABLE', isBroken: ({ status }) => !TERMINABLE.includes(status) }],
  rerun: [
    IS_NOT_TEMPORARY,
    { code: 'INSTANCE_NOT_RERUNNABLE', isBroken: ({ status }) => !RERUNNABLE.includes(status) },
    IS_NOT_FROZEN,
    LETS_ITSELF_BE_RERUN,
    {
      code: 'INSTANCE_RERUN_FAILED_ONLY',
      isBroken: ({ rerunMode, status }) => rerunMode === 'failure-allowed' && status !== 'failed',
    },
  ],
  'set-success': [IS_NOT_TEMPORARY, { code: 'INSTANCE_NOT_FAILED', isBroken: ({ status }) => status !== 'failed' }],
} as const satisfies Record<InstanceOperation, readonly Requirement[]>

/** A forced rerun asks for no status; what does not let itself be rerun is not rerun by force either. What follows stays frozen where it is. */
const FORCED = {
  'this-one': [IS_NOT_TEMPORARY, IS_NOT_FROZEN, LETS_ITSELF_BE_RERUN],
  'with-downstream': [IS_NOT_TEMPORARY, LETS_ITSELF_BE_RERUN],
} as const satisfies Record<Exclude<Force, 'no'>, readonly Requirement[]>

const requirementsOf = (operation: InstanceOperation, force: Force): readonly Requirement[] =>
  operation === 'rerun' && force !== 'no' ? FORCED[force] : REQUIREMENTS[operation]

/** Whether the operation may be asked for on this instance as it is. */
export function instanceAllows(operation: InstanceOperation, instance: InstanceState): boolean {
  return !requirementsOf(operation, 'no').some((one) => one.isBroken(instance))
}

const nameOf = (instance: InstanceState) => `${instance.name} ${instance.bizdate} (${instance.instanceId})`

/**
 * Rule 23: an operation on many instances is allowed for all of them or for none. One refusal for each requirement that is broken, naming every
 * instance that breaks it and no other before it.
 */
export function instanceOperationRefusals(
  operation: InstanceOperation,
  instances: readonly InstanceState[],
  force: Force = 'no',
): readonly Refusal[] {
  if (instances.length === 0) return [new Refusal('INSTANCES_EMPTY')]
  const requirements = requirementsOf(operation, force)
  const broken = Map.groupBy(instances, (instance) => requirements.find((one) => one.isBroken(instance))?.code)
  return [...broken].flatMap(([code, of]) =>
    code === undefined
      ? []
      : [new Refusal(code, { instances: of.map(nameOf), instanceIds: of.map((one) => one.instanceId) })],
  )
}

/**
 * A forced rerun of an instance and all that waits for it, directly or through others: of yesterday's business date or the one before, from an instance
 * that has ended. `today` is a date where the server's days begin.
 */
export function forcedDownstreamRefusals(instance: InstanceState, today: string): readonly Refusal[] {
  const since = daysBefore(today, 2)
  if (instance.bizdate < since || instance.bizdate >= today)
    return [new Refusal('FORCED_RERUN_DATE', { bizdate: instance.bizdate, from: since, to: daysBefore(today, 1) })]
  if (!ENDED.includes(instance.status))
    return [new Refusal('FORCED_RERUN_NOT_ENDED', { instances: [nameOf(instance)] })]
  if (instance.frozen) return [new Refusal('INSTANCE_FROZEN', { instances: [nameOf(instance)] })]
  return []
}

function daysBefore(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10)
}

/** Where an instance is on its way: what becomes of one that waits by itself is no change that matters. */
export type InstancePhase = 'waiting' | 'running' | 'failed' | 'succeeded'

export function phaseOf(status: InstanceStatus): InstancePhase {
  if (status === 'failed' || status === 'succeeded') return status
  return WAITING.includes(status) ? 'waiting' : 'running'
}

/** Which start by schedule or by hand it is about, automatic retries being part of the start that they follow. */
export function startOf({ runNumber, retries, status }: InstanceState): number {
  return runNumber - retries + (phaseOf(status) === 'waiting' ? 1 : 0)
}

export type InstanceSnapshotField = 'exists' | 'frozen' | 'phase' | 'start'

export type InstanceStaleness = {
  readonly instanceId: number
  readonly field: InstanceSnapshotField
  readonly before: boolean | string | number
  readonly after: boolean | string | number
}

/**
 * Rule 15: the fields that each operation declares as the ones that matter. Whoever terminates what waits means it once it runs as well; whoever
 * reruns what has failed or sets it to succeeded means this failure.
 */
export const INSTANCE_SNAPSHOT_FIELDS = {
  freeze: ['frozen', 'phase'],
  unfreeze: ['frozen'],
  terminate: ['start'],
  rerun: ['frozen', 'phase', 'start'],
  'set-success': ['phase', 'start'],
} as const satisfies Record<InstanceOperation, readonly InstanceSnapshotField[]>

const VALUE_OF = {
  exists: () => true,
  frozen: (one: InstanceState) => one.frozen,
  phase: (one: InstanceState) => phaseOf(one.status),
  start: startOf,
} as const satisfies Record<InstanceSnapshotField, (one: InstanceState) => boolean | string | number>

/** Rule 15: what has changed since the snapshot in a way that matters; anything here makes the operation stale. A forced rerun minds only that it is there. */
export function instanceStaleness(
  operation: InstanceOperation,
  snapshot: readonly InstanceState[],
  today: readonly InstanceState[],
  force: Force = 'no',
): readonly InstanceStaleness[] {
  const todayById = new Map(today.map((one) => [one.instanceId, one]))
  const fields: readonly InstanceSnapshotField[] = force === 'no' ? INSTANCE_SNAPSHOT_FIELDS[operation] : []
  return snapshot.flatMap((before): readonly InstanceStaleness[] => {
    const { instanceId } = before
    const after = todayById.get(instanceId)
    if (after === undefined) return [{ instanceId, field: 'exists', before: true, after: false }]
    return fields.flatMap((field) => {
      const [was, is] = [VALUE_OF[field](before), VALUE_OF[field](after)]
      return was === is ? [] : [{ instanceId, field, before: was, after: is }]
    })
  })
}

/** Rules 4 and 41: what is asked for on these may be held; the development environment, smoke tests and manual nodes do not trigger. */
export function instanceTriggers({ environment, kind }: Pick<InstanceState, 'environment' | 'kind'>): boolean {
  return environment === 'PROD' && (kind === 'scheduled' || kind === 'backfill')
}

/** Rule 39: what is frozen when its turn has come has missed it; unfrozen before, it runs. */
export function hasMissedItsTurn({ status, frozen }: Pick<InstanceState, 'status' | 'frozen'>): boolean {
  return frozen && status === 'waiting-for-resources'
}
