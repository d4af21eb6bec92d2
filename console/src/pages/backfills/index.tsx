import { Button, Group, Input, SegmentedControl, Select, Switch, Text } from '@mantine/core'
import { IconFilterOff, IconHistoryToggle } from '@tabler/icons-react'
import { getRouteApi } from '@tanstack/react-router'
import { queries } from '../../api/queries.ts'
import type { BackfillState, BackfillSummary } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { useList } from '../../list.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMay, useMe } from '../../session.ts'
import { type Translate, useTranslation } from '../../text/index.ts'
import { CursorTable } from '../../ui/cursor-table.tsx'
import { Empty } from '../../ui/empty.tsx'
import { TextFilter } from '../../ui/filters.tsx'
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
  const navigate = route.useNavigate()
  const list = useList(queries.backfills(workspaceId, { environment, ...filter, cursor }), cursor, keyOf)
  const workspace = me.workspaces.find((one) => one.id === workspaceId)
  const set = (change: Partial<ReturnType<typeof route.useSearch>>) =>
    void navigate({ search: (now) => ({ ...now, ...change, cursor: undefined }), replace: true })
  const filtered = Object.values(filter).some((value) => value !== undefined)
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
      <Group align="flex-end" gap="sm" role="search" aria-label={t('ui.filters')}>
        {workspace?.mode !== 'basic' && (
          <div>
            <Input.Label labelElement="div" display="block" id="environment-label">
              {t('nodes.environment')}
            </Input.Label>
            <SegmentedControl
              aria-labelledby="environment-label"
              value={environment}
              onChange={(value) => set({ environment: value === 'DEV' ? 'DEV' : undefined })}
              data={[
                { value: 'PROD', label: t('nodes.PROD') },
                { value: 'DEV', label: t('nodes.DEV') },
              ]}
            />
          </div>
        )}
        <TextFilter
          label={t('backfill.name')}
          placeholder={t('backfill.namePlaceholder')}
          value={filter.name}
          onChange={(name) => set({ name })}
        />
        <Select
          label={t('backfill.state')}
          placeholder={t('ui.any')}
          clearable
          w={190}
          data={STATES.map((value) => ({ value, label: t(`backfillState.${value}`) }))}
          value={filter.state ?? null}
          onChange={(state) => set({ state: (state as BackfillState | null) ?? undefined })}
        />
        <Switch
          label={t('backfill.mine')}
          checked={filter.mine === true}
          mb={8}
          onChange={(event) => set({ mine: event.currentTarget.checked || undefined })}
        />
      </Group>
      <ProblemNotice error={list.error} />
      <CursorTable
        label={t('backfill.title')}
        list={list}
        keyOf={keyOf}
        columns={columns(t)}
        minWidth={980}
        empty={
          filtered ? (
            <Empty
              icon={IconFilterOff}
              title={t('backfill.emptyFiltered')}
              next={t('ui.emptyFilteredNext')}
              actions={
                <Button variant="default" onClick={() => void navigate({ search: {} })}>
                  {t('ui.clearFilters')}
                </Button>
              }
            />
          ) : (
            <Empty
              icon={IconHistoryToggle}
              title={t('backfill.empty')}
              next={t(ask ? 'backfill.emptyNext' : 'backfill.emptyNextReader')}
              actions={ask}
            />
          )
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
      width: 160,
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
