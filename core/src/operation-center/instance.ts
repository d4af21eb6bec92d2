/**
 * Instances: a node on a business date, with the version of its definition that was current when the instance was generated.
 *
 * An instance starts when all of four hold: everything upstream has succeeded, its time has come, a slot of its resource group is free, and it is
 * not frozen. Frozen is a flag beside the status.
 */

/** In the order of their numbers, which the DataWorks dialect and the events write: 1 is not-run. */
export const INSTANCE_STATUSES = [
  'not-run',
  'waiting-for-time',
  'waiting-for-resources',
  'running',
  'failed',
  'succeeded',
  'checking-quality',
  'checking-condition',
] as const
export type InstanceStatus = (typeof INSTANCE_STATUSES)[number]

export function statusNumber(status: InstanceStatus): number {
  return INSTANCE_STATUSES.indexOf(status) + 1
}

/** A number that is none of them is a fault of the caller. */
export function statusOfNumber(number: number): InstanceStatus {
  const status = INSTANCE_STATUSES[number - 1]
  if (status === undefined) throw new RangeError(`${number} is no status of an instance`)
  return status
}

/** What a run (a DAG) is of, in the order of its numbers, from 0. */
export const DAG_KINDS = [
  'scheduled',
  'manual',
  'smoke-test',
  'backfill',
  'temporary-workflow',
  'manual-workflow',
] as const
export type DagKind = (typeof DAG_KINDS)[number]

/** How the schedule means an instance, in the order of its numbers, from 0; all but the first three succeed at once without running anything. */
export const TASK_TYPES = [
  'normal',
  'manual',
  'pause',
  'skip',
  'skip-unchosen',
  'skip-cycle',
  'condition-unchosen',
  'realtime-expired',
] as const
export type TaskType = (typeof TASK_TYPES)[number]
