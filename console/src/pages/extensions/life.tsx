import { Alert, Stepper, Text } from '@mantine/core'
import {
  IconBan,
  IconClipboardCheck,
  IconEye,
  IconFlask,
  IconPlayerPause,
  IconRocket,
  IconRosetteDiscountCheck,
} from '@tabler/icons-react'
import type { ExtensionStatus, ExtensionView } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { type TextKey, useTranslation } from '../../text/index.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { STEP_OF } from './status.ts'

const NEXT: Readonly<Record<ExtensionStatus, TextKey>> = {
  testing: 'extension.testingNext',
  'in-review': 'extension.inReviewNext',
  approved: 'extension.approvedNext',
  rejected: 'extension.rejectedNext',
  published: 'extension.publishedNext',
  disabled: 'extension.disabledNext',
}

/** Register → Test → In review → Published: of the version on its way where there is one, and what comes next. */
export function Life({ extension }: { extension: ExtensionView }) {
  const { t } = useTranslation()
  const { next } = extension
  const status = next?.status ?? extension.status
  const rejected = status === 'rejected'
  const disabled = status === 'disabled'
  const approved = status === 'approved'
  const ReviewIcon = rejected ? IconBan : approved ? IconRosetteDiscountCheck : IconEye
  return (
    <>
      <Stepper active={STEP_OF[status]} size="sm" allowNextStepsSelect={false} aria-label={t('extension.life')}>
        <Stepper.Step icon={<IconClipboardCheck size={16} />} label={t('life.register')} allowStepClick={false} />
        <Stepper.Step icon={<IconFlask size={16} />} label={t('extension.testing')} allowStepClick={false} />
        <Stepper.Step
          icon={<ReviewIcon size={16} />}
          progressIcon={<ReviewIcon size={16} />}
          color={rejected ? 'red' : undefined}
          label={t(rejected ? 'extension.rejected' : approved ? 'extension.approved' : 'extension.inReview')}
          allowStepClick={false}
        />
        <Stepper.Step
          icon={disabled ? <IconPlayerPause size={16} /> : <IconRocket size={16} />}
          color={disabled ? 'gray' : undefined}
          label={t(disabled ? 'extension.disabled' : 'extension.published')}
          allowStepClick={false}
        />
      </Stepper>
      <Alert color={rejected ? 'red' : 'gray'} mt="md" p="xs">
        {next && (
          <Text fz="sm" mb={4}>
            {t('life.nextBeside', { version: next.version, running: extension.version })}
          </Text>
        )}
        <Text fz="sm">{t(NEXT[status])}</Text>
        {status === 'in-review' && (
          <Text fz="sm" mt={4}>
            <LinkTo {...links.extension(extension.code, 'review')}>{t('life.toReview')}</LinkTo>
          </Text>
        )}
        {extension.rejection && next === null && <Rejection of={extension.rejection} />}
      </Alert>
    </>
  )
}

function Rejection({ of: { by, at, reason } }: { of: NonNullable<ExtensionView['rejection']> }) {
  const { t } = useTranslation()
  return (
    <Text fz="sm" mt={4} className="wrap-anywhere plain">
      {t('extension.rejectedBecause', { name: by.name, reason })} (<Instant at={at} />)
    </Text>
  )
}
