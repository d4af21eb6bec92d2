import { Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { serverNow } from '../../api/client.ts'
import type { QualityRunSummary } from '../../api/quality-shapes.ts'
import { links } from '../../links.ts'
import { QueryTable } from '../../query-table.tsx'
import { useTranslation } from '../../text/index.ts'
import { Elapsed, Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { lookOfRun, QUALITY_LOOKS, STATUSES } from './looks.ts'

/** Checks, wherever they are listed. */
export function useRunColumns(
  workspaceId: number,
  without?: 'monitor' | 'instance',
): readonly Column<QualityRunSummary>[] {
  const { t } = useTranslation()
  const columns: readonly Column<QualityRunSummary>[] = [
    {
      key: 'monitor',
      header: t('checks.monitor'),
      cell: (run) => (
        <>
          <LinkTo {...links.qualityMonitor(workspaceId, run.monitorId)} fw={500} className="wrap-anywhere">
            {run.monitorName}
          </LinkTo>
          {run.partition && (
            <Text fz="xs" c="dimmed" className="wrap-anywhere">
              {run.partition}
            </Text>
          )}
        </>
      ),
    },
    {
      key: 'status',
      header: t('checks.status'),
      width: 200,
      cell: (run) => (
        <>
          <LinkTo {...links.qualityRun(workspaceId, run.id)} underline="never">
            <StateBadge look={lookOfRun(run)} />
          </LinkTo>
          {(run.hasBlocked || (run.holdsUp && run.state !== 'ended')) && (
            <Text fz="xs" c="dimmed">
              {t(run.hasBlocked ? 'checks.blocked' : 'checks.heldUp')}
            </Text>
          )}
        </>
      ),
    },
    { key: 'bizdate', header: t('quality.bizdate'), width: 115, cell: (run) => run.bizdate },
    { key: 'counts', header: t('checks.results'), width: 190, cell: (run) => <Counts of={run.counts} /> },
    {
      key: 'instance',
      header: t('checks.startedBy'),
      width: 150,
      cell: (run) =>
        run.instanceId === null ? (
          run.startedBy?.name
        ) : (
          <LinkTo {...links.instance(workspaceId, run.instanceId, 'quality')}>
            {t('checks.instance', { id: run.instanceId })}
          </LinkTo>
        ),
    },
    {
      key: 'created',
      header: t('checks.created'),
      width: 165,
      times: true,
      cell: (run) => <Instant at={run.createdAt} zoned={false} />,
    },
    {
      key: 'took',
      header: t('checks.took'),
      width: 90,
      cell: (run) => (run.startedAt ? <Elapsed since={run.startedAt} until={run.endedAt} now={serverNow} /> : '–'),
    },
  ]
  return columns.filter(({ key }) => key !== without)
}

function Counts({ of }: { of: QualityRunSummary['counts'] }) {
  const { t } = useTranslation()
  return (
    <Group gap={8}>
      {STATUSES.filter((status) => (of[status] ?? 0) > 0).map((status) => {
        const { icon: Icon, text } = QUALITY_LOOKS[status]
        return (
          <Group key={status} gap={3} wrap="nowrap" title={t(text)}>
            <Icon size={14} aria-hidden />
            <span className="for-readers">{t(text)}: </span>
            <Text span fz="sm">
              {of[status]}
            </Text>
          </Group>
        )
      })}
    </Group>
  )
}

type Props = {
  workspaceId: number
  label: string
  found: { readonly data?: readonly QualityRunSummary[] | undefined; readonly error: Error | null }
  without?: 'monitor' | 'instance'
  empty: ReactNode
}

export function RunTable({ workspaceId, label, found, without, empty }: Props) {
  const columns = useRunColumns(workspaceId, without)
  return (
    <QueryTable
      label={label}
      columns={columns}
      found={found}
      keyOf={(run) => String(run.id)}
      minWidth={860}
      empty={empty}
    />
  )
}
