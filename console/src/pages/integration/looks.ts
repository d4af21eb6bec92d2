import {
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconLoader2,
  IconPlayerStop,
  IconRefreshAlert,
  IconStack2,
} from '@tabler/icons-react'
import type { JobState } from '../../api/integration-shapes.ts'
import type { Look } from '../../ui/state-badge.tsx'

export const JOB_LOOKS: Readonly<Record<JobState, Look>> = {
  'never-run': { icon: IconCircleDashed, colour: 'gray', text: 'jobState.never-run' },
  waiting: { icon: IconStack2, colour: 'yellow', text: 'jobState.waiting' },
  running: { icon: IconLoader2, colour: 'blue', text: 'jobState.running' },
  retrying: { icon: IconRefreshAlert, colour: 'orange', text: 'jobState.retrying' },
  succeeded: { icon: IconCircleCheck, colour: 'green', text: 'jobState.succeeded' },
  stopped: { icon: IconPlayerStop, colour: 'gray', text: 'jobState.stopped' },
  failed: { icon: IconCircleX, colour: 'red', text: 'jobState.failed' },
}

const SHORT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
const WHOLE = new Intl.NumberFormat('en')

/** 12.3K, where there is little room. */
export const shortNumber = (value: number): string => SHORT.format(value)
export const wholeNumber = (value: number): string => WHOLE.format(value)

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']
export function bytesText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  return `${power === 0 ? value : value.toFixed(1)} ${UNITS[power]}`
}
