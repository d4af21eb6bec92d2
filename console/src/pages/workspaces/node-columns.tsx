import { ActionIcon, Group, Menu, Text } from '@mantine/core'
import { IconDots, IconHistoryToggle } from '@tabler/icons-react'
import type { Environment, NodeOperationPoint, NodeSummary } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import type { Translate } from '../../text/index.ts'
import { iconProps } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkMenuItem, LinkTo } from '../../ui/link.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { HeldMarks } from './held-marks.tsx'
import { POINT_LOOKS, POINTS, whyNot } from './node-points.ts'
import { RECURRENCE_LOOKS } from './recurrence.ts'

type Ways = { environment: Environment; operate: (point: NodeOperationPoint, node: NodeSummary) => void }

export function nodeColumns(t: Translate, { environment, operate }: Ways): readonly Column<NodeSummary>[] {
  return [
    {
      key: 'name',
      header: t('nodes.name'),
      cell: (node) => (
        <>
          <LinkTo {...links.node(node.workspaceId, node.id, environment)} fw={500} className="wrap-anywhere">
            {node.name}
          </LinkTo>
          <Text fz="xs" c="dimmed">
            {node.id}
            {node.isRoot && ` · ${t('nodes.root')}`}
          </Text>
        </>
      ),
    },
    { key: 'type', header: t('nodes.programType'), width: 130, cell: (node) => node.programType },
    {
      key: 'state',
      header: t('nodes.recurrence'),
      width: 190,
      cell: (node) => (
        <Group gap={6}>
          <StateBadge look={RECURRENCE_LOOKS[node.recurrence]} />
          <HeldMarks heldBy={node.heldBy} />
        </Group>
      ),
    },
    {
      key: 'cron',
      header: t('nodes.cron'),
      width: 150,
      cell: (node) => (
        <Text ff="monospace" fz="xs">
          {node.cron ?? '–'}
        </Text>
      ),
    },
    { key: 'owner', header: t('nodes.owner'), width: 120, cell: (node) => node.owner?.name ?? node.ownerName ?? '–' },
    {
      key: 'modified',
      header: t('nodes.modified'),
      width: 165,
      times: true,
      cell: (node) => <Instant at={node.modifiedAt} zoned={false} />,
    },
    {
      key: 'actions',
      header: t('nodes.actions'),
      width: 52,
      quiet: true,
      cell: (node) => <NodeMenu t={t} node={node} environment={environment} operate={operate} />,
    },
  ]
}

function NodeMenu({ t, node, environment, operate }: Ways & { t: Translate; node: NodeSummary }) {
  if (node.may.length === 0) return null
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t('nodes.actionsOf', { name: node.name })}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {POINTS.filter((point) => whyNot(t, point, [node]) === null).map((point) => {
          const { icon: Icon, text } = POINT_LOOKS[point]
          return (
            <Menu.Item key={point} leftSection={<Icon {...iconProps} />} onClick={() => operate(point, node)}>
              {t(text)}
            </Menu.Item>
          )
        })}
        <LinkMenuItem
          {...links.newBackfill(node.workspaceId, environment, [node.id])}
          leftSection={<IconHistoryToggle {...iconProps} />}
        >
          {t('point.backfill')}
        </LinkMenuItem>
      </Menu.Dropdown>
    </Menu>
  )
}
