import { Text } from '@mantine/core'
import { IconHistoryToggle } from '@tabler/icons-react'
import { getRouteApi } from '@tanstack/react-router'
import { queries } from '../../api/queries.ts'
import type { BackfillSummary } from '../../api/shapes.ts'
import { EnvironmentFilter, FilteredList, useSetFilters } from '../../filtered-list.tsx'
import { links } from '../../links.ts'
import { useList } from '../../list.ts'
import { useMay, useMe } from '../../session.ts'
import { type Translate, useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { ChoiceFilter, SwitchFilter, TextFilter } from '../../ui/filters.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkButton, LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { datesText } from './days.ts'
import { BACKFILL_LOOKS, STATES } from './states.ts'

const route = getRouteApi('/signed-in/workspaces/$workspaceId/backfills')
const keyOf = (backfill: BackfillSummary) => String(backfill.id)

export function BackfillsPage() {
  const { t } = useTranslation()
  const me = useMe()
  const may = useMay()
  const workspaceId = Number(route.useParams().workspaceId)
  const { cursor, operation: _, environment = 'PROD', ...filter } = route.useSearch()
  const list = useList(queries.backfills(workspaceId, { environment, ...filter, cursor }), cursor, keyOf)
  const workspace = me.workspaces.find((one) => one.id === workspaceId)
  const set = useSetFilters<ReturnType<typeof route.useSearch>>()
  const ask = may('node.operate', workspaceId) && (
    <LinkButton {...links.newBackfill(workspaceId, environment)} leftSection={<IconHistoryToggle {...iconProps} />}>
      {t('backfill.new')}
    </LinkButton>
  )
  return (
    <Page
      title={t('backfill.title')}
      description={
        <>
          {t(environment === 'DEV' ? 'backfill.hintDev' : 'backfill.hint', {
            workspace: workspace?.name ?? workspaceId,
          })}
          {environment === 'PROD' && (
            <>
              {' '}
              {t('backfill.heldFirst')}{' '}
              <LinkTo
                underline="always"
                {...links.operations({ workspaceId, eventCode: 'backfill-data', state: 'held' })}
              >
                {t('nav.operations')}
              </LinkTo>
            </>
          )}
        </>
      }
      actions={ask}
    >
      <FilteredList
        label={t('backfill.title')}
        list={list}
        keyOf={keyOf}
        columns={columns(t)}
        minWidth={1080}
        filters={
          <>
            <EnvironmentFilter
              workspaceId={workspaceId}
              value={environment}
              onChange={(environment) => set({ environment })}
            />
            <TextFilter
              label={t('backfill.name')}
              placeholder={t('backfill.namePlaceholder')}
              value={filter.name}
              onChange={(name) => set({ name })}
            />
            <ChoiceFilter
              label={t('backfill.state')}
              w={190}
              data={STATES.map((value) => ({ value, label: t(`backfillState.${value}`) }))}
              value={filter.state}
              onChange={(state) => set({ state })}
            />
            <SwitchFilter label={t('backfill.mine')} value={filter.mine} onChange={(mine) => set({ mine })} />
          </>
        }
        filter={filter}
        emptyFiltered={t('backfill.emptyFiltered')}
        empty={
          <Empty
            icon={IconHistoryToggle}
            title={t('backfill.empty')}
            next={t(ask ? 'backfill.emptyNext' : 'backfill.emptyNextReader')}
            actions={ask}
          />
        }
      />
    </Page>
  )
}

function columns(t: Translate): readonly Column<BackfillSummary>[] {
  return [
    {
      key: 'name',
      header: t('backfill.name'),
      cell: (backfill) => (
        <>
          <LinkTo {...links.backfill(backfill.workspaceId, backfill.id)} fw={500} className="wrap-anywhere">
            {backfill.name}
          </LinkTo>
          <Text fz="xs" c="dimmed">
            {t(`backfillMode.${backfill.mode}`)} · {t('backfill.nodes', { count: backfill.nodeCount })}
          </Text>
        </>
      ),
    },
    {
      key: 'state',
      header: t('backfill.state'),
      width: 190,
      cell: (backfill) => <StateBadge look={BACKFILL_LOOKS[backfill.state]} />,
    },
    {
      key: 'dates',
      header: t('backfill.dates'),
      cell: (backfill) => (
        <Text fz="sm" className="span">
          {datesText(backfill.dates, t('ui.listSeparator'))}
        </Text>
      ),
    },
    {
      key: 'progress',
      header: t('backfill.progress'),
      width: 130,
      cell: ({ dateCounts, instanceCount }) => (
        <>
          <Text fz="sm">
            {t('backfill.datesDone', {
              done: dateCounts.succeeded,
              all: dateCounts.notRun + dateCounts.running + dateCounts.failed + dateCounts.succeeded,
            })}
          </Text>
          {instanceCount !== null && (
            <Text fz="xs" c="dimmed">
              {t('backfill.instances', { count: instanceCount })}
            </Text>
          )}
        </>
      ),
    },
    { key: 'by', header: t('backfill.by'), width: 130, cell: (backfill) => backfill.requestedBy.name },
    {
      key: 'at',
      header: t('backfill.at'),
      width: 170,
      times: true,
      cell: (backfill) => <Instant at={backfill.createdAt} zoned={false} />,
    },
  ]
}
