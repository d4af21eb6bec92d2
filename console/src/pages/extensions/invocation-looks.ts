import {
  IconAlertTriangle,
  IconCircleCheck,
  IconClockExclamation,
  IconDatabaseExclamation,
  IconExclamationCircle,
  IconHelpCircle,
  IconPlugConnectedX,
  IconX,
} from '@tabler/icons-react'
import type { InvocationView } from '../../api/shapes.ts'
import type { Look } from '../../ui/state-badge.tsx'

const RUN_LOOKS: Readonly<Record<InvocationView['outcome'], Look>> = {
  answered: { icon: IconCircleCheck, colour: 'green', text: 'function.outcome.answered' },
  told: { icon: IconCircleCheck, colour: 'gray', text: 'function.outcome.told' },
  'no-result': { icon: IconHelpCircle, colour: 'orange', text: 'function.outcome.no-result' },
  threw: { icon: IconExclamationCircle, colour: 'red', text: 'function.outcome.threw' },
  'timed-out': { icon: IconClockExclamation, colour: 'red', text: 'function.outcome.timed-out' },
  'out-of-memory': { icon: IconDatabaseExclamation, colour: 'red', text: 'function.outcome.out-of-memory' },
  stopped: { icon: IconPlugConnectedX, colour: 'red', text: 'function.outcome.stopped' },
}

const RESULT_LOOKS: Readonly<Record<'OK' | 'WARN' | 'FAIL', Look>> = {
  OK: { icon: IconCircleCheck, colour: 'green', text: 'check.ok' },
  WARN: { icon: IconAlertTriangle, colour: 'yellow', text: 'check.warn' },
  FAIL: { icon: IconX, colour: 'red', text: 'check.fail' },
}

/** What came of a run: its result where it gave one. */
export const lookOf = ({ checkResult, outcome }: Pick<InvocationView, 'checkResult' | 'outcome'>): Look =>
  checkResult ? RESULT_LOOKS[checkResult] : RUN_LOOKS[outcome]
