import {
  IconArrowsSplit2,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconClock,
  IconLoader2,
  IconSnowflake,
  IconStack2,
  IconZoomCheck,
} from '@tabler/icons-react'
import type { DagKind, InstanceStatus, InstanceSummary } from '../../api/shapes.ts'
import type { TextKey } from '../../text/index.ts'
import type { Look } from '../../ui/state-badge.tsx'

/** The platform's own colours. */
export const STATUS_LOOKS: Readonly<Record<InstanceStatus, Look>> = {
  'not-run': { icon: IconCircleDashed, colour: 'gray', text: 'instanceStatus.not-run' },
  'waiting-for-time': { icon: IconClock, colour: 'yellow', text: 'instanceStatus.waiting-for-time' },
  'waiting-for-resources': { icon: IconStack2, colour: 'yellow', text: 'instanceStatus.waiting-for-resources' },
  running: { icon: IconLoader2, colour: 'blue', text: 'instanceStatus.running' },
  failed: { icon: IconCircleX, colour: 'red', text: 'instanceStatus.failed' },
  succeeded: { icon: IconCircleCheck, colour: 'green', text: 'instanceStatus.succeeded' },
  'checking-quality': { icon: IconZoomCheck, colour: 'blue', text: 'instanceStatus.checking-quality' },
  'checking-condition': { icon: IconArrowsSplit2, colour: 'blue', text: 'instanceStatus.checking-condition' },
}
/** A flag beside the status, not one of them. */
export const FROZEN_LOOK: Look = { icon: IconSnowflake, colour: 'grape', text: 'instanceStatus.frozen' }

export const looksOf = ({ status, frozen }: Pick<InstanceSummary, 'status' | 'frozen'>): readonly Look[] =>
  frozen ? [STATUS_LOOKS[status], FROZEN_LOOK] : [STATUS_LOOKS[status]]

export const KIND_TEXTS: Readonly<Record<DagKind, TextKey>> = {
  scheduled: 'dagKind.scheduled',
  manual: 'dagKind.manual',
  'smoke-test': 'dagKind.smoke-test',
  backfill: 'dagKind.backfill',
  'temporary-workflow': 'dagKind.temporary-workflow',
  'manual-workflow': 'dagKind.manual-workflow',
}

/** Whether it succeeds at once without running anything. */
const DRY_RUNS: Readonly<Record<InstanceSummary['taskType'], boolean>> = {
  normal: false,
  manual: false,
  pause: false,
  skip: true,
  'skip-unchosen': true,
  'skip-cycle': true,
  'condition-unchosen': true,
  'realtime-expired': true,
}
export const isDryRun = (taskType: InstanceSummary['taskType']): boolean => DRY_RUNS[taskType]
