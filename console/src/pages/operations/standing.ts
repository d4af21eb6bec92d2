import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconBan,
  IconBellOff,
  IconCircleCheck,
  IconCircleOff,
  IconClockExclamation,
  IconExclamationCircle,
  IconHourglass,
  IconPlayerPause,
  IconPlayerPlay,
  IconRefreshAlert,
  IconRouteOff,
  IconSend,
  IconUserCheck,
  IconUserExclamation,
  IconX,
} from '@tabler/icons-react'
import type { CheckState, CheckView, OperationView } from '../../api/shapes.ts'
import type { Look } from '../../ui/state-badge.tsx'

/** Where an operation stands, as finely as people need to know what to do next. */
export type Standing =
  | 'waiting-for-extension'
  | 'waiting-for-person'
  | 'not-routed'
  | 'undelivered'
  | 'taking-effect'
  | 'done'
  | 'passed-with-warning'
  | 'refused'
  | 'expired'
  | 'withdrawn'
  | 'stale'
  | 'failed'

export const STANDING_LOOKS: Readonly<Record<Standing, Look>> = {
  'waiting-for-extension': { icon: IconHourglass, colour: 'blue', text: 'standing.waitingForExtension' },
  'waiting-for-person': { icon: IconUserExclamation, colour: 'violet', text: 'standing.waitingForPerson' },
  'not-routed': { icon: IconRouteOff, colour: 'orange', text: 'standing.notRouted' },
  undelivered: { icon: IconBellOff, colour: 'orange', text: 'standing.undelivered' },
  'taking-effect': { icon: IconPlayerPlay, colour: 'teal', text: 'standing.takingEffect' },
  done: { icon: IconCircleCheck, colour: 'green', text: 'standing.done' },
  'passed-with-warning': { icon: IconAlertTriangle, colour: 'yellow', text: 'standing.passedWithWarning' },
  refused: { icon: IconBan, colour: 'red', text: 'standing.refused' },
  expired: { icon: IconClockExclamation, colour: 'red', text: 'standing.expired' },
  withdrawn: { icon: IconArrowBackUp, colour: 'gray', text: 'standing.withdrawn' },
  stale: { icon: IconRefreshAlert, colour: 'grape', text: 'standing.stale' },
  failed: { icon: IconExclamationCircle, colour: 'red', text: 'standing.failed' },
}

/**
 * While it is held, what blocks it comes first: a person's decision, then a message that cannot arrive, then an answer that is
 * still to come. A refusal that no extension spoke is an expiry.
 */
export function standingOf(operation: Pick<OperationView, 'state' | 'status' | 'checks'>): Standing {
  const has = (state: CheckState) => operation.checks.some((check) => check.state === state)
  switch (operation.state) {
    case 'held':
      if (operation.status === 'PASSED') return 'taking-effect'
      if (operation.status === 'BLOCKED') return 'waiting-for-person'
      if (has('not-routed')) return 'not-routed'
      return has('undelivered') ? 'undelivered' : 'waiting-for-extension'
    case 'done':
      return has('WARN') ? 'passed-with-warning' : 'done'
    case 'refused':
      return has('expired') && !has('FAIL') && !has('function-failed') ? 'expired' : 'refused'
    default:
      return operation.state
  }
}

export const CHECK_LOOKS: Readonly<
  Record<CheckState | 'FAIL-passable' | 'sending' | 'retrying' | 'target-blocked' | 'not-needed', Look>
> = {
  waiting: { icon: IconHourglass, colour: 'blue', text: 'check.waiting' },
  sending: { icon: IconSend, colour: 'blue', text: 'delivery.pending' },
  retrying: { icon: IconRefreshAlert, colour: 'orange', text: 'check.retrying' },
  'target-blocked': { icon: IconPlayerPause, colour: 'orange', text: 'check.targetBlocked' },
  'not-needed': { icon: IconCircleOff, colour: 'gray', text: 'check.notNeeded' },
  'not-routed': { icon: IconRouteOff, colour: 'orange', text: 'check.notRouted' },
  undelivered: { icon: IconBellOff, colour: 'orange', text: 'check.undelivered' },
  OK: { icon: IconCircleCheck, colour: 'green', text: 'check.ok' },
  WARN: { icon: IconAlertTriangle, colour: 'yellow', text: 'check.warn' },
  FAIL: { icon: IconX, colour: 'red', text: 'check.fail' },
  'FAIL-passable': { icon: IconUserExclamation, colour: 'violet', text: 'check.failPassable' },
  'passed-by-hand': { icon: IconUserCheck, colour: 'teal', text: 'check.passedByHand' },
  expired: { icon: IconClockExclamation, colour: 'red', text: 'check.expired' },
  'function-failed': { icon: IconExclamationCircle, colour: 'red', text: 'function.failed' },
}

/** What has not answered an operation that has ended is not waited for any more. A FAIL of an operation that is held all the same waits for a person; what has not arrived yet is not waited for as an answer, and a receiver that did not take it is no longer just on its way. */
export function checkLook(
  check: Pick<CheckView, 'state' | 'waitsFor' | 'sentAt'>,
  operation: Pick<OperationView, 'state' | 'status'>,
): Look {
  if (operation.state !== 'held' && isOpen(check)) return CHECK_LOOKS['not-needed']
  const passable = check.state === 'FAIL' && operation.state === 'held' && operation.status === 'BLOCKED'
  if (check.waitsFor === 'sending') return CHECK_LOOKS[check.sentAt === null ? 'sending' : 'retrying']
  if (check.waitsFor === 'target-blocked') return CHECK_LOOKS[check.waitsFor]
  return CHECK_LOOKS[passable ? 'FAIL-passable' : check.state]
}

/** Checks that still want an answer. */
export const isOpen = (check: Pick<CheckView, 'state'>): boolean =>
  check.state === 'waiting' || check.state === 'not-routed' || check.state === 'undelivered'
