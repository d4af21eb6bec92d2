import { Alert, Button, Group, SegmentedControl, Skeleton, Stack, Text } from '@mantine/core'
import { IconInfoCircle, IconSitemap, IconTable } from '@tabler/icons-react'
import { type UseQueryOptions, useQueries } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { keepPreference, readPreference } from '../preferences.ts'
import { ProblemNotice } from '../problem.tsx'
import { useTranslation } from '../text/index.ts'
import { iconProps } from '../ui/icon.ts'
import { Card } from '../ui/section.tsx'
import { GraphTable } from './graph-table.tsx'
import { type GraphItem, MOST_SHOWN, type Neighbourhood, type Shown, type Side, together } from './neighbourhood.ts'

const GraphCanvas = lazy(() => import('./graph-canvas.tsx'))

export type Start = Pick<GraphItem, 'key' | 'workspaceId'>
/** A part of the graph: so many levels up and down from this item. */
export type Part = { readonly item: Start; readonly up: number; readonly down: number }
export type PartQuery = Pick<UseQueryOptions<Neighbourhood>, 'queryKey' | 'queryFn'>

export type GraphViewProps = {
  shown: Shown
  /** What the graph is opened on. */
  centre: string
  /** Shows what is beside an item; null when there is no room left. */
  expand: ((item: GraphItem, side: Side) => void) | null
  busy: boolean
  label: string
}

const LEVELS = 2

type Props = {
  /** Where it opens: an item, or what begins with several. */
  centre: Start
  label: string
  read: (part: Part) => PartQuery
}

/** The neighbourhood of one item, as a picture and as a table; more of the graph is read where somebody asks for it. */
export function GraphSection({ centre, label, read }: Props) {
  const { t } = useTranslation()
  const [asked, setAsked] = useState<{ at: string; parts: readonly Part[] }>({ at: centre.key, parts: [] })
  const [view, setView] = useState(readPreference('graph-view') === 'table' ? 'table' : 'picture')
  const parts = asked.at === centre.key ? asked.parts : []
  const answers = useQueries({
    queries: [{ item: centre, up: LEVELS, down: LEVELS }, ...parts].map((part) => read(part)),
  })
  const error = answers.find((answer) => answer.error)?.error ?? null
  const first = answers[0]?.data
  if (first === undefined) return error ? <ProblemNotice error={error} /> : <Skeleton height={480} />

  const shown = together(answers.flatMap((answer) => answer.data ?? []))
  const full = shown.items.length >= MOST_SHOWN
  const props: GraphViewProps = {
    shown,
    centre: centre.key,
    label,
    busy: answers.some((answer) => answer.isPending),
    expand: full
      ? null
      : (item, side) => {
          const part = { item, up: side === 'upstream' ? 1 : 0, down: side === 'downstream' ? 1 : 0 }
          setAsked({ at: centre.key, parts: [...parts, part] })
        },
  }
  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="sm">
        <Text fz="sm" c="dimmed" role="status">
          {t(parts.length > 0 ? 'graph.showsMore' : 'graph.shows', { count: shown.items.length })}
        </Text>
        <Group gap="sm">
          {parts.length > 0 && (
            <Button size="xs" variant="subtle" onClick={() => setAsked({ at: centre.key, parts: [] })}>
              {t('graph.fold')}
            </Button>
          )}
          <SegmentedControl
            size="xs"
            aria-label={t('graph.view')}
            value={view}
            onChange={(chosen) => {
              keepPreference('graph-view', chosen)
              setView(chosen)
            }}
            data={[
              { value: 'picture', label: <View icon={<IconSitemap {...iconProps} />} text={t('graph.picture')} /> },
              { value: 'table', label: <View icon={<IconTable {...iconProps} />} text={t('graph.table')} /> },
            ]}
          />
        </Group>
      </Group>
      <ProblemNotice error={error} />
      {full && (
        <Alert
          color="yellow"
          variant="light"
          p="xs"
          icon={<IconInfoCircle />}
          title={t('graph.full', { most: MOST_SHOWN })}
        >
          <Text fz="sm">{t('graph.fullNext')}</Text>
        </Alert>
      )}
      {shown.isCut && !full && (
        <Text fz="sm" c="dimmed">
          {t('graph.cut')}
        </Text>
      )}
      {view === 'table' ? (
        <GraphTable {...props} />
      ) : (
        <Card padding={0}>
          <Suspense fallback={<Skeleton height={520} />}>
            <GraphCanvas {...props} />
          </Suspense>
        </Card>
      )}
    </Stack>
  )
}

const View = ({ icon, text }: { icon: React.ReactNode; text: string }) => (
  <Group gap={6} wrap="nowrap">
    {icon}
    {text}
  </Group>
)
