import { Badge, Group, SegmentedControl, Skeleton, Stack, Text } from '@mantine/core'
import { IconBroadcastOff, IconLock, IconRouteOff } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { queries } from '../../api/queries.ts'
import type { Routing } from '../../api/shapes.ts'
import { useEventNames } from '../../events.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { type Column, RowTable } from '../../ui/row-table.tsx'
import { Card, Section } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'

type EventRow = Routing['events'][number]

/** What reaches whom: for each event its targets, and the extensions that watch it with those that are not routed. */
export function RoutingTable({ workspaceId }: { workspaceId: number | null }) {
  const { t } = useTranslation()
  const { data, error } = useQuery(queries.routing(workspaceId))
  const [chosen, setChosen] = useState<'watched' | 'all' | null>(null)
  const watched = data?.events.filter((event) => event.extensions.length > 0) ?? []
  const shown = chosen ?? (watched.length > 0 ? 'watched' : 'all')
  return (
    <Section
      title={t('routing.title')}
      description={t('routing.hint')}
      actions={
        <SegmentedControl
          size="xs"
          aria-label={t('routing.shown')}
          value={shown}
          onChange={(value) => setChosen(value as 'watched' | 'all')}
          data={[
            { value: 'watched', label: t('routing.watched') },
            { value: 'all', label: t('routing.all') },
          ]}
        />
      }
    >
      <ProblemNotice error={error} />
      {!data && !error && <Skeleton height={160} />}
      {data && shown === 'watched' && watched.length === 0 && (
        <Card>
          <Empty icon={IconBroadcastOff} title={t('routing.empty')} next={t('routing.emptyNext')} />
        </Card>
      )}
      {data && (shown === 'all' || watched.length > 0) && (
        <Card padding={0}>
          <Rows routing={data} rows={shown === 'all' ? data.events : watched} />
        </Card>
      )}
    </Section>
  )
}

function Rows({ routing, rows }: { routing: Routing; rows: readonly EventRow[] }) {
  const { t } = useTranslation()
  const names = useEventNames()
  const targets = new Map(routing.targets.map((target) => [target.id, target]))
  const columns: readonly Column<EventRow>[] = [
    {
      key: 'event',
      header: t('routing.event'),
      width: '34%',
      cell: (row) => (
        <>
          <Text fz="sm" fw={500}>
            {names.event(row.eventCode)}
          </Text>
          <Text fz="xs" c="dimmed" ff="monospace">
            {row.eventCode}
          </Text>
        </>
      ),
    },
    {
      key: 'targets',
      header: t('rules.targets'),
      cell: (row) =>
        row.targetIds.length === 0 ? (
          <Text fz="sm" c="dimmed">
            {t('routing.nobody')}
          </Text>
        ) : (
          <Stack gap={4}>
            {row.targetIds.map((id) => {
              const target = targets.get(id)!
              return (
                <Group key={id} gap={6}>
                  <LinkTo {...links.eventBus(target.busId)} fz="sm" title={target.endpoint}>
                    {t('routing.target', { bus: target.busName, rule: target.ruleName, target: target.name })}
                  </LinkTo>
                  <Badge variant="default" size="sm" tt="none" className="state-badge">
                    {t(`target.kinds.${target.kind}`)}
                  </Badge>
                  {target.blockedAt !== null && (
                    <StateBadge size="sm" look={{ icon: IconLock, colour: 'orange', text: 'target.blocked' }} />
                  )}
                </Group>
              )
            })}
          </Stack>
        ),
    },
    {
      key: 'extensions',
      header: t('routing.extensions'),
      cell: (row) =>
        row.extensions.length === 0 ? (
          '–'
        ) : (
          <Stack gap={4}>
            {row.extensions.map((extension) => (
              <Group key={extension.code} gap={6}>
                <LinkTo {...links.extension(extension.code)} fz="sm" className="wrap-anywhere">
                  {extension.name}
                </LinkTo>
                {!extension.routed && (
                  <StateBadge size="sm" look={{ icon: IconRouteOff, colour: 'orange', text: 'check.notRouted' }} />
                )}
              </Group>
            ))}
          </Stack>
        ),
    },
  ]
  return (
    <RowTable
      label={t('routing.title')}
      columns={columns}
      rows={rows}
      keyOf={(row) => row.eventCode}
      minWidth={760}
      maxHeight={560}
    />
  )
}
