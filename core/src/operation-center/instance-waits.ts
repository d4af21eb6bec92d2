/** Why an instance that has not started does not run now. */
import type { InstanceStatus } from './instance.ts'

export const INSTANCE_WAITS = [
  'upstream',
  'turn',
  'time',
  'frozen',
  'paused',
  'outside-window',
  'ending',
  'slots',
] as const
export type InstanceWait = (typeof INSTANCE_WAITS)[number]

export type WaitingInstance = {
  readonly status: InstanceStatus
  readonly frozen: boolean
  /** Upstream instances that have not succeeded. */
  readonly upstreamCount: number
  /** The run that it belongs to comes after another one that has not succeeded. */
  readonly awaitsTurn: boolean
  readonly dueAtMs: number
  /** Whether it takes a slot. */
  readonly hasWork: boolean
  /** Its program was stopped or lost and may still be running. */
  readonly isEnding: boolean
  readonly runPaused: boolean
  readonly runOutsideWindow: boolean
  /** Of its resource group. */
  readonly slots: { readonly total: number; readonly taken: number }
}

/**
 * Rule 36: an instance starts when everything upstream of it has succeeded, its time has come, a slot is free and it is not frozen. Every condition
 * that it does not meet now; nothing where it has started, or starts any moment.
 */
export function instanceWaits(instance: WaitingInstance, nowMs: number): readonly InstanceWait[] {
  const { status, slots } = instance
  if (!['not-run', 'waiting-for-time', 'waiting-for-resources'].includes(status)) return []
  const met: Readonly<Record<InstanceWait, boolean>> = {
    upstream: instance.upstreamCount === 0,
    turn: !instance.awaitsTurn,
    time: instance.dueAtMs <= nowMs,
    frozen: !instance.frozen,
    paused: !instance.runPaused,
    'outside-window': !instance.runOutsideWindow,
    ending: !instance.isEnding,
    slots: !instance.hasWork || slots.taken < slots.total,
  }
  return INSTANCE_WAITS.filter((one) => !met[one])
}
