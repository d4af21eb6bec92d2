import { Badge, Group, Text } from '@mantine/core'
import { IconStack2 } from '@tabler/icons-react'
import { getRouteApi } from '@tanstack/react-router'
import { serverNow } from '../../api/client.ts'
import { queries } from '../../api/queries.ts'
import type { DagStatus, DagSummary } from '../../api/shapes.ts'
import { EnvironmentFilter, FilteredList, useSetFilters } from '../../filtered-list.tsx'
import { links } from '../../links.ts'
import { useList } from '../../list.ts'
import { useMe } from '../../session.ts'
import { type Translate, useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { ChoiceFilter, DayFilter } from '../../ui/filters.tsx'
import { Elapsed, Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { Progress } from '../backfills/progress.tsx'
import { KIND_TEXTS, STATUS_LOOKS } from './looks.ts'

const route = getRouteApi('/signed-in/workspaces/$workspaceId/runs')
const keyOf = (run: DagSummary) => String(run.id)
const STATUSES: readonly DagStatus[] = ['not-run', 'running', 'failed', 'succeeded']

export function RunsPage() {
  const { t } = useTranslation()
  const me = useMe()
  const workspaceId = Number(route.useParams().workspaceId)
  const { cursor, operation: _, environment = 'PROD', ...filter } = route.useSearch()
  const list = useList(queries.runs(workspaceId, { environment, ...filter, cursor }), cursor, keyOf)
  const workspace = me.workspaces.find((one) => one.id === workspaceId)
  const set = useSetFilters<ReturnType<typeof route.useSearch>>()

  return (
    <Page title={t('runs.title')} description={t('runs.hint', { workspace: workspace?.name ?? workspaceId })}>
      <FilteredList
        label={t('runs.title')}
        list={list}
        keyOf={keyOf}
        columns={runColumns(t)}
        minWidth={1100}
        filters={
          <>
            <EnvironmentFilter
              workspaceId={workspaceId}
              value={environment}
              onChange={(environment) => set({ environment })}
            />
            <DayFilter label={t('instances.bizdate')} value={filter.bizdate} onChange={(bizdate) => set({ bizdate })} />
            <ChoiceFilter
              label={t('instances.status')}
              w={160}
              data={STATUSES.map((value) => ({ value, label: t(STATUS_LOOKS[value].text) }))}
              value={filter.status}
              onChange={(status) => set({ status })}
            />
            <ChoiceFilter
              label={t('instances.kind')}
              w={160}
              data={Object.entries(KIND_TEXTS).map(([value, text]) => ({ value, label: t(text) }))}
              value={filter.kind}
              onChange={(kind) => set({ kind })}
            />
          </>
        }
        filter={filter}
        emptyFiltered={t('runs.emptyFiltered')}
        empty={
          <Empty
            icon={IconStack2}
            title={t('runs.empty')}
            next={t(environment === 'DEV' ? 'instances.emptyNextDev' : 'instances.emptyNext')}
          />
        }
      />
    </Page>
  )
}

function runColumns(t: Translate): readonly Column<DagSummary>[] {
  return [
    {
      key: 'name',
      header: t('runs.name'),
      cell: (run) => (
        <>
          <LinkTo {...links.run(run.workspaceId, run.id)} fw={500} className="wrap-anywhere">
            {run.name}
          </LinkTo>
          <Text fz="xs" c="dimmed">
            {run.id}
          </Text>
        </>
      ),
    },
    {
      key: 'state',
      header: t('instances.status'),
      width: 140,
      cell: (run) => (
        <Group gap={6}>
          <StateBadge look={STATUS_LOOKS[run.status]} />
          <Standstill of={run} />
        </Group>
      ),
    },
    {
      key: 'progress',
      header: t('runs.count'),
      width: 210,
      cell: ({ name, progress }) =>
        progress ? (
          <Progress counts={progress} label={name} />
        ) : (
          <Text fz="sm" c="dimmed">
            {t('runs.many')}
          </Text>
        ),
    },
    { key: 'bizdate', header: t('instances.bizdate'), width: 120, cell: (run) => run.bizdate },
    { key: 'kind', header: t('instances.kind'), width: 110, cell: (run) => t(KIND_TEXTS[run.kind]) },
    { key: 'by', header: t('runs.by'), width: 120, cell: (run) => run.createdBy?.name ?? t('objectLog.self') },
    {
      key: 'started',
      header: t('instances.startedAt'),
      width: 165,
      times: true,
      cell: (run) => (run.startedAt ? <Instant at={run.startedAt} zoned={false} /> : '–'),
    },
    {
      key: 'took',
      header: t('instances.took'),
      width: 70,
      cell: ({ startedAt, finishedAt }) =>
        startedAt ? <Elapsed since={startedAt} until={finishedAt} now={serverNow} /> : '–',
    },
  ]
}

/** A run that stands still though it is not over. */
export function Standstill({ of }: { of: Pick<DagSummary, 'paused' | 'outsideWindow'> }) {
  const { t } = useTranslation()
  const text = of.paused ? 'runs.paused' : of.outsideWindow ? 'runs.outsideWindow' : null
  return (
    text && (
      <Badge variant="outline" color="gray" tt="none" fw={500}>
        {t(text)}
      </Badge>
    )
  )
}
