import { Badge, Group, Text } from '@mantine/core'
import type { QualityRuleView } from '../../api/quality-shapes.ts'
import { links } from '../../links.ts'
import { useTranslation } from '../../text/index.ts'
import { LinkTo } from '../../ui/link.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { HeldMarks } from '../workspaces/held-marks.tsx'
import { QUALITY_LOOKS, SEVERITY_LOOKS, valueText } from './looks.ts'
import { Target } from './targets.tsx'
import { thresholdLines } from './thresholds.ts'

/** The columns of rules, wherever they are listed. */
export function useRuleColumns(without?: 'table'): readonly Column<QualityRuleView>[] {
  const { t } = useTranslation()
  const columns: readonly Column<QualityRuleView>[] = [
    {
      key: 'name',
      header: t('quality.name'),
      cell: ({ workspaceId, id, rule, heldBy }) => (
        <>
          <Group gap={6}>
            <LinkTo {...links.qualityRule(workspaceId, id)} fw={500} className="wrap-anywhere">
              {rule.name}
            </LinkTo>
            {!rule.enabled && (
              <Badge variant="default" size="sm" tt="none" className="state-badge">
                {t('qualityRules.off')}
              </Badge>
            )}
          </Group>
          <Text fz="xs" c="dimmed" lineClamp={2}>
            {rule.description}
          </Text>
          <HeldMarks heldBy={heldBy} />
        </>
      ),
    },
    {
      key: 'table',
      header: t('quality.table'),
      width: 190,
      cell: ({ workspaceId, target, monitorId }) => (
        <>
          <Target of={target} />
          {monitorId === null ? (
            <Text fz="xs" c="dimmed">
              {t('qualityRules.noMonitor')}
            </Text>
          ) : (
            <LinkTo {...links.qualityMonitor(workspaceId, monitorId)} fz="xs">
              {t('qualityRules.monitor')}
            </LinkTo>
          )}
        </>
      ),
    },
    {
      key: 'severity',
      header: t('qualityRules.severity'),
      width: 150,
      cell: ({ rule }) => <StateBadge look={SEVERITY_LOOKS[rule.severity]} />,
    },
    {
      key: 'measures',
      header: t('qualityRules.measures'),
      cell: ({ rule }) => (
        <>
          <Text fz="sm">
            {t(`metric.${rule.sampling.metric}`)}
            {rule.sampling.columns.length > 0 && ` (${rule.sampling.columns.join(t('ui.listSeparator'))})`}
          </Text>
          {[
            ...(rule.checking.type === 'Fixed' ? [] : [t(`checking.${rule.checking.type}`)]),
            ...thresholdLines(t, rule),
          ].map((line) => (
            <Text key={line} fz="xs" c="dimmed" className="wrap-anywhere">
              {line}
            </Text>
          ))}
        </>
      ),
    },
    {
      key: 'latest',
      header: t('qualityRules.latest'),
      width: 170,
      cell: ({ latest }) =>
        latest === null ? (
          <Text fz="sm" c="dimmed">
            {t('quality.never')}
          </Text>
        ) : (
          <>
            <StateBadge look={QUALITY_LOOKS[latest.status]} />
            <Text fz="xs" c="dimmed">
              {latest.bizdate} · {valueText(latest.value)}
            </Text>
          </>
        ),
    },
  ]
  return columns.filter(({ key }) => key !== without)
}
