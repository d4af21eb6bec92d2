import { Text } from '@mantine/core'
import { serverNow } from '../../api/client.ts'
import type { OperationDetail } from '../../api/shapes.ts'
import { refusalSentence, type TextKey, useTranslation } from '../../text/index.ts'
import { Elapsed, Remaining } from '../../ui/instant.tsx'
import { isOpen, type Standing, standingOf } from './standing.ts'

const MEANINGS: Readonly<Record<Standing, TextKey>> = {
  'waiting-for-extension': 'why.waitingForExtension',
  'waiting-for-person': 'why.waitingForPerson',
  'not-routed': 'why.notRouted',
  undelivered: 'why.undelivered',
  'taking-effect': 'why.takingEffect',
  done: 'why.done',
  'passed-with-warning': 'why.passedWithWarning',
  refused: 'why.refused',
  expired: 'why.expired',
  withdrawn: 'why.withdrawn',
  stale: 'why.stale',
  failed: 'why.failed',
}

/** Nothing is carried out after a trial. */
const MEANINGS_OF_TRIAL: Readonly<Partial<Record<Standing, TextKey>>> = {
  done: 'trial.passed',
  'passed-with-warning': 'trial.warned',
}

/** Answers the first question: why is it held, or what became of it, and what happens next. */
export function WhyHeld({ operation }: { operation: OperationDetail }) {
  const { t } = useTranslation()
  const standing = standingOf(operation)
  const named = (wanted: (check: OperationDetail['checks'][number]) => boolean) =>
    operation.checks
      .filter(wanted)
      .map((check) => check.extensionName)
      .join(t('ui.listSeparator'))
  const extensions: Partial<Record<Standing, string>> = {
    'waiting-for-extension': named(isOpen),
    'waiting-for-person': named((check) => check.state === 'FAIL'),
    'not-routed': named((check) => check.state === 'not-routed'),
    undelivered: named((check) => check.state === 'undelivered'),
    'passed-with-warning': named((check) => check.state === 'WARN'),
    refused: named((check) => check.state === 'FAIL'),
    expired: named((check) => check.state === 'expired'),
  }
  const sentences = operation.reasons.map(({ code, details }) => refusalSentence(code, details))
  // In one language: the server's own sentence where not every part of it is known here.
  const reason = sentences.length > 0 && sentences.every(Boolean) ? sentences.join(' ') : operation.reason
  const nobody = operation.state === 'done' && operation.checks.length === 0
  const ofTrial = operation.trial ? (nobody ? 'trial.told' : MEANINGS_OF_TRIAL[standing]) : undefined
  return (
    <>
      <Text fz="sm">
        {t(ofTrial ?? (nobody ? 'why.nobodyHeld' : MEANINGS[standing]), { extensions: extensions[standing] ?? '' })}
      </Text>
      {reason && (
        <Text fz="sm" mt={4} className="wrap-anywhere plain">
          {t('why.reason', { reason })}
        </Text>
      )}
      {operation.state === 'held' && (
        <Text fz="sm" c="dimmed" mt={4}>
          {t('why.heldFor')} <Elapsed since={operation.requestedAt} until={null} now={serverNow} />
          {operation.expiresAt && (
            <>
              {' · '}
              {t('why.expiresIn')} <Remaining until={operation.expiresAt} now={serverNow} />
            </>
          )}
        </Text>
      )}
    </>
  )
}
