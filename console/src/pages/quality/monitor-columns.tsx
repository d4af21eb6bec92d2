import { Badge, Group, Text } from '@mantine/core'
import type { QualityMonitorSummary } from '../../api/quality-shapes.ts'
import { links } from '../../links.ts'
import { useTranslation } from '../../text/index.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { HeldMarks } from '../workspaces/held-marks.tsx'
import { lookOfRun } from './looks.ts'
import { Target } from './targets.tsx'

/** The columns of monitors, wherever they are listed. */
export function useMonitorColumns(workspaceId: number): readonly Column<QualityMonitorSummary>[] {
  const { t } = useTranslation()
  return [
    {
      key: 'name',
      header: t('quality.name'),
      cell: (monitor) => (
        <>
          <Group gap={6}>
            <LinkTo {...links.qualityMonitor(workspaceId, monitor.id)} fw={500} className="wrap-anywhere">
              {monitor.name}
            </LinkTo>
            {!monitor.enabled && (
              <Badge variant="default" size="sm" tt="none" className="state-badge">
                {t('monitors.off')}
              </Badge>
            )}
          </Group>
          <Text fz="xs" c="dimmed" lineClamp={2}>
            {monitor.description}
          </Text>
          <HeldMarks heldBy={monitor.heldBy} />
        </>
      ),
    },
    {
      key: 'table',
      header: t('quality.table'),
      width: 220,
      cell: (monitor) => <Target of={monitor.target} partition={monitor.partition} />,
    },
    {
      key: 'nodes',
      header: t('monitors.nodes'),
      width: 170,
      cell: (monitor) =>
        monitor.trigger.type === 'ByManual' ? (
          <Text fz="sm" c="dimmed">
            {t('monitors.byHand')}
          </Text>
        ) : (
          <NodeLinks workspaceId={workspaceId} nodes={monitor.nodes} />
        ),
    },
    {
      key: 'rules',
      header: t('monitors.rules'),
      width: 150,
      cell: (monitor) => t('monitors.rulesOf', { count: monitor.rules, strong: monitor.strongRules }),
    },
    {
      key: 'latest',
      header: t('monitors.latest'),
      width: 190,
      cell: ({ latest }) =>
        latest === null ? (
          <Text fz="sm" c="dimmed">
            {t('quality.never')}
          </Text>
        ) : (
          <>
            <LinkTo {...links.qualityRun(workspaceId, latest.id)} underline="never">
              <StateBadge
                look={lookOfRun({ state: latest.status === null ? 'running' : 'ended', status: latest.status })}
              />
            </LinkTo>
            <Text fz="xs" c="dimmed">
              {[latest.bizdate, latest.hasBlocked && t('monitors.blocked')].filter(Boolean).join(' · ')}
            </Text>
          </>
        ),
    },
    {
      key: 'modified',
      header: t('quality.modified'),
      width: 165,
      times: true,
      cell: (monitor) => <Instant at={monitor.modifiedAt} zoned={false} />,
    },
  ]
}

export function NodeLinks({ workspaceId, nodes }: { workspaceId: number; nodes: QualityMonitorSummary['nodes'] }) {
  return (
    <Group gap={6}>
      {nodes.map((node) => (
        <LinkTo key={node.id} {...links.node(workspaceId, node.id)} fz="sm" className="wrap-anywhere">
          {node.name}
        </LinkTo>
      ))}
    </Group>
  )
}
