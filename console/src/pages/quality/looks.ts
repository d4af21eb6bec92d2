import type { QualitySeverity, QualityStatus } from '@holdpoint/core'
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleX,
  IconHourglass,
  IconLoader2,
  IconPlayerSkipForward,
  IconQuestionMark,
  IconShieldCheck,
  IconShieldHalf,
} from '@tabler/icons-react'
import type { QualityRunSummary } from '../../api/quality-shapes.ts'
import type { Look } from '../../ui/state-badge.tsx'

export const QUALITY_LOOKS: Readonly<Record<QualityStatus, Look>> = {
  Passed: { icon: IconCircleCheck, colour: 'green', text: 'qualityStatus.Passed' },
  Warned: { icon: IconAlertTriangle, colour: 'yellow', text: 'qualityStatus.Warned' },
  Critical: { icon: IconCircleX, colour: 'red', text: 'qualityStatus.Critical' },
  Error: { icon: IconQuestionMark, colour: 'orange', text: 'qualityStatus.Error' },
  Skipped: { icon: IconPlayerSkipForward, colour: 'gray', text: 'qualityStatus.Skipped' },
}
export const STATUSES = Object.keys(QUALITY_LOOKS) as readonly QualityStatus[]

export const SEVERITY_LOOKS: Readonly<Record<QualitySeverity, Look>> = {
  High: { icon: IconShieldCheck, colour: 'indigo', text: 'severity.High' },
  Normal: { icon: IconShieldHalf, colour: 'gray', text: 'severity.Normal' },
}

const PENDING: Look = { icon: IconHourglass, colour: 'gray', text: 'checks.pending' }
const RUNNING: Look = { icon: IconLoader2, colour: 'blue', text: 'checks.running' }

/** How a check stands; what has ended without a result has checked nothing. */
export function lookOfRun({ state, status }: Pick<QualityRunSummary, 'state' | 'status'>): Look {
  if (state === 'pending') return PENDING
  if (state === 'running') return RUNNING
  return QUALITY_LOOKS[status ?? 'Skipped']
}

const NUMBER = new Intl.NumberFormat('en', { maximumSignificantDigits: 8 })
/** A measured value, as exactly as it is worth. */
export const valueText = (value: number | null): string => (value === null ? '–' : NUMBER.format(value))
