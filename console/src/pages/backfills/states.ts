import type { BackfillState } from '@holdpoint/core/operation-center/backfill'
import {
  IconBan,
  IconCircleCheck,
  IconCircleDashed,
  IconClockPause,
  IconExclamationCircle,
  IconLoader,
  IconPlayerPause,
  IconPlayerPlay,
  IconX,
} from '@tabler/icons-react'
import type { BackfillDetail } from '../../api/shapes.ts'
import type { Look } from '../../ui/state-badge.tsx'

export const BACKFILL_LOOKS: Readonly<Record<BackfillState, Look>> = {
  creating: { icon: IconLoader, colour: 'blue', text: 'backfillState.creating' },
  'failed-to-create': { icon: IconExclamationCircle, colour: 'red', text: 'backfillState.failed-to-create' },
  'waiting-to-start': { icon: IconClockPause, colour: 'yellow', text: 'backfillState.waiting-to-start' },
  running: { icon: IconPlayerPlay, colour: 'blue', text: 'backfillState.running' },
  paused: { icon: IconPlayerPause, colour: 'orange', text: 'backfillState.paused' },
  cancelled: { icon: IconBan, colour: 'gray', text: 'backfillState.cancelled' },
  failed: { icon: IconX, colour: 'red', text: 'backfillState.failed' },
  succeeded: { icon: IconCircleCheck, colour: 'green', text: 'backfillState.succeeded' },
}

export const DAY_LOOKS: Readonly<Record<BackfillDetail['dags'][number]['status'], Look>> = {
  'not-run': { icon: IconCircleDashed, colour: 'gray', text: 'dayStatus.not-run' },
  running: { icon: IconPlayerPlay, colour: 'blue', text: 'dayStatus.running' },
  failed: { icon: IconX, colour: 'red', text: 'dayStatus.failed' },
  succeeded: { icon: IconCircleCheck, colour: 'green', text: 'dayStatus.succeeded' },
}
export const STATES = Object.keys(BACKFILL_LOOKS) as readonly BackfillState[]
