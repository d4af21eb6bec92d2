import { Button, Group, Stack, Text } from '@mantine/core'
import { useTranslation } from '../text/index.ts'
import { LinkTo } from '../ui/link.tsx'
import { type Column, RowTable } from '../ui/row-table.tsx'
import { Card } from '../ui/section.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import type { GraphViewProps } from './graph-section.tsx'
import type { GraphItem, Side } from './neighbourhood.ts'

/** The same as the picture tells, for those who do not see it or would rather read. */
export function GraphTable({ shown, centre, expand, busy, label }: GraphViewProps) {
  const { t } = useTranslation()
  const names = new Map(shown.items.map((item) => [item.key, item.name]))
  const beside = (item: GraphItem, side: Side) =>
    shown.edges
      .filter((edge) => (side === 'upstream' ? edge.to : edge.from) === item.key)
      .map((edge) => ({ key: side === 'upstream' ? edge.from : edge.to, crossCycle: edge.crossCycle }))
  const neighbours = (side: Side): Column<GraphItem> => ({
    key: side,
    header: t(`graph.${side}`),
    cell: (item) => {
      const more = shown.more(item, side)
      const named = beside(item, side).map(
        ({ key, crossCycle }) => `${names.get(key)}${crossCycle ? ` (${t('node.crossCycle')})` : ''}`,
      )
      return (
        <Stack gap={2} align="flex-start">
          {named.length > 0 && (
            <Text fz="sm" className="wrap-anywhere">
              {named.join(t('ui.listSeparator'))}
            </Text>
          )}
          {more > 0 && (
            <Button
              size="compact-xs"
              variant="default"
              disabled={expand === null}
              loading={busy}
              aria-label={t(`graph.${side}More`, { count: more, name: item.name })}
              onClick={() => expand?.(item, side)}
            >
              {t('graph.more', { count: more })}
            </Button>
          )}
          {named.length === 0 && more === 0 && '–'}
        </Stack>
      )
    },
  })
  const columns: readonly Column<GraphItem>[] = [
    {
      key: 'name',
      header: t('graph.name'),
      cell: (item) => (
        <>
          <LinkTo {...item.link} fw={item.key === centre ? 700 : 500} className="wrap-anywhere">
            {item.name}
          </LinkTo>
          <Text fz="xs" c="dimmed">
            {item.key === centre && `${t('graph.here')} · `}
            {item.note}
          </Text>
        </>
      ),
    },
    {
      key: 'state',
      header: t('graph.state'),
      width: 190,
      cell: (item) => (
        <Group gap={6}>
          {item.looks.map((look) => (
            <StateBadge key={look.text} look={look} />
          ))}
        </Group>
      ),
    },
    neighbours('upstream'),
    neighbours('downstream'),
  ]
  return (
    <Card padding={0}>
      <RowTable label={label} columns={columns} rows={shown.items} keyOf={(item) => item.key} minWidth={820} />
    </Card>
  )
}
