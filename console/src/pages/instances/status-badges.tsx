import { Badge, Tooltip } from '@mantine/core'
import type { InstanceSummary } from '../../api/shapes.ts'
import { useTranslation } from '../../text/index.ts'
import { StateBadge } from '../../ui/state-badge.tsx'
import { isDryRun, looksOf } from './looks.ts'

type Props = { of: Pick<InstanceSummary, 'status' | 'frozen' | 'taskType'>; size?: 'md' | 'lg' }

/** Where an instance stands: its status, whether it is frozen, and whether it only pretends to run. */
export function StatusBadges({ of, size = 'md' }: Props) {
  const { t } = useTranslation()
  return (
    <>
      {looksOf(of).map((look) => (
        <StateBadge key={look.text} look={look} size={size} />
      ))}
      {isDryRun(of.taskType) && (
        <Tooltip label={t('instances.dryRunHint')}>
          <Badge variant="outline" color="gray" tt="none" fw={500} size={size} tabIndex={0}>
            {t('recurrence.skip')}
          </Badge>
        </Tooltip>
      )}
    </>
  )
}
