import { Text } from '@mantine/core'
import { IconPlayerPlay, IconPlayerStop, IconPlus, IconTransfer } from '@tabler/icons-react'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { integrationQueries } from '../../api/integration-queries.ts'
import type { SyncJobSummary } from '../../api/integration-shapes.ts'
import { FilteredList, useSetFilters } from '../../filtered-list.tsx'
import { links } from '../../links.ts'
import { useList } from '../../list.ts'
import { useMay } from '../../session.ts'
import { type Translate, useTranslation } from '../../text/index.ts'
import { ChosenBar } from '../../ui/chosen-bar.tsx'
import { useChosenRows } from '../../ui/chosen-rows.ts'
import { Empty } from '../../ui/empty.tsx'
import { ChoiceFilter, TextFilter } from '../../ui/filters.tsx'
import { GuardedButton } from '../../ui/guarded-button.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkButton, LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { RowAct } from '../../ui/row-act.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { reasonSentence } from '../development/reason.ts'
import { HeldMarks } from '../workspaces/held-marks.tsx'
import { JOB_LOOKS, shortNumber, wholeNumber } from './looks.ts'
import { StopDialog } from './stop-dialog.tsx'

const StartDialog = lazy(() => import('./start-dialog.tsx'))

const route = getRouteApi('/signed-in/workspaces/$workspaceId/integration/jobs')
const keyOf = (job: SyncJobSummary) => String(job.id)
const KINDS = ['full', 'incremental', 'real-time'] as const
const STATES = Object.keys(JOB_LOOKS) as (keyof typeof JOB_LOOKS)[]

type Asked = { readonly what: 'start' | 'stop'; readonly jobs: readonly SyncJobSummary[]; readonly isBatch: boolean }

/** The synchronisation jobs of a workspace: how each stands, where it is, and why it is not going on. */
export function SyncJobsPage() {
  const { t } = useTranslation()
  const may = useMay()
  const workspaceId = Number(route.useParams().workspaceId)
  const { cursor, operation: _, ...filter } = route.useSearch()
  const set = useSetFilters<ReturnType<typeof route.useSearch>>()
  const query = integrationQueries.jobs(workspaceId, { ...filter, cursor })
  const list = useList(query, cursor, keyOf)
  const chosen = useChosenRows(JSON.stringify([workspaceId, filter]), list.rows, keyOf)
  const [asked, setAsked] = useState<Asked | null>(null)
  const writes = may('sync.write', workspaceId)
  const operates = may('sync.operate', workspaceId)
  const add = writes && (
    <LinkButton {...links.newSyncJob(workspaceId)} leftSection={<IconPlus {...iconProps} />}>
      {t('sync.new')}
    </LinkButton>
  )
  return (
    <Page title={t('sync.title')} description={t('sync.hint')} actions={add}>
      <FilteredList
        label={t('sync.title')}
        list={list}
        keyOf={keyOf}
        columns={columnsOf(t, workspaceId, operates ? setAsked : null)}
        minWidth={1080}
        {...(operates && { chosen, chooseLabel: (job: SyncJobSummary) => t('sync.choose', { name: job.name }) })}
        filters={
          <>
            <TextFilter
              label={t('sync.name')}
              placeholder={t('sync.namePlaceholder')}
              value={filter.name}
              onChange={(name) => set({ name })}
            />
            <ChoiceFilter
              label={t('sync.kind')}
              data={KINDS.map((value) => ({ value, label: t(`syncKind.${value}`) }))}
              value={filter.kind}
              onChange={(kind) => set({ kind })}
            />
            <ChoiceFilter
              label={t('sync.state')}
              data={STATES.map((value) => ({ value, label: t(JOB_LOOKS[value].text) }))}
              value={filter.state}
              onChange={(state) => set({ state })}
            />
          </>
        }
        filter={filter}
        emptyFiltered={t('sync.emptyFiltered')}
        empty={
          <Empty
            icon={IconTransfer}
            title={t('sync.empty')}
            next={t(writes ? 'sync.emptyNext' : 'sync.emptyNextReader')}
            actions={add}
          />
        }
      />
      {operates && (
        <ChosenBar chosen={chosen} label={t('sync.actions')} count={t('sync.chosen', { count: chosen.rows.length })}>
          <GuardedButton
            size="xs"
            leftSection={<IconPlayerPlay {...iconProps} />}
            why={whyNotTogether(t, chosen.rows)}
            onClick={() => setAsked({ what: 'start', jobs: chosen.rows, isBatch: true })}
          >
            {t('sync.start')}
          </GuardedButton>
        </ChosenBar>
      )}
      <Suspense>
        {asked?.what === 'start' && (
          <StartDialog
            workspaceId={workspaceId}
            jobs={asked.jobs}
            isBatch={asked.isBatch}
            close={() => setAsked(null)}
            asked={chosen.clear}
          />
        )}
      </Suspense>
      {asked?.what === 'stop' && (
        <StopDialog workspaceId={workspaceId} job={asked.jobs[0]!} close={() => setAsked(null)} />
      )}
    </Page>
  )
}

/** Rule 55: several are started together where all of them are real-time and none is under way. */
function whyNotTogether(t: Translate, jobs: readonly SyncJobSummary[]): string | null {
  const names = (of: readonly SyncJobSummary[]) => of.map(({ name }) => name).join(t('ui.listSeparator'))
  const others = jobs.filter(({ kind }) => kind !== 'real-time')
  if (others.length > 0) return t('sync.onlyRealTime', { jobs: names(others) })
  const underWay = jobs.filter((job) => !job.may.includes('start'))
  return underWay.length > 0 ? t('sync.underWayAlready', { jobs: names(underWay) }) : null
}

function columnsOf(
  t: Translate,
  workspaceId: number,
  ask: ((asked: Asked) => void) | null,
): readonly Column<SyncJobSummary>[] {
  const named = ({ dataSource }: SyncJobSummary['source']) => dataSource || t('syncForm.default')
  return [
    {
      key: 'name',
      header: t('sync.name'),
      cell: (job) => (
        <>
          <LinkTo {...links.syncJob(workspaceId, job.id)} fw={500} className="wrap-anywhere">
            {job.name}
          </LinkTo>
          <Text fz="xs" c="dimmed" lineClamp={2}>
            {job.description}
          </Text>
          <HeldMarks heldBy={job.heldBy} />
        </>
      ),
    },
    { key: 'kind', header: t('sync.kind'), width: 105, cell: (job) => t(`syncKind.${job.kind}`) },
    {
      key: 'way',
      header: t('sync.way'),
      width: 165,
      cell: (job) => (
        <span className="wrap-anywhere">
          {named(job.source)} → {named(job.target)}
        </span>
      ),
    },
    {
      key: 'state',
      header: t('sync.state'),
      width: 185,
      cell: (job) => (
        <>
          <StateBadge look={JOB_LOOKS[job.state]} />
          {job.reasons[0] && (
            <Text fz="xs" c="dimmed" lineClamp={3} className="wrap-anywhere" title={reasonSentence(job.reasons[0])}>
              {reasonSentence(job.reasons[0])}
            </Text>
          )}
        </>
      ),
    },
    {
      key: 'rate',
      header: t('sync.rate'),
      width: 95,
      cell: (job) => (
        <span className="span" title={t('sync.rateHint')}>
          {job.lastStartedAt === null ? '–' : shortNumber(job.rowsPerSecond)}
        </span>
      ),
    },
    {
      key: 'rows',
      header: t('sync.rows'),
      width: 105,
      cell: (job) => <span className="span">{wholeNumber(job.rows)}</span>,
    },
    {
      key: 'moved',
      header: t('sync.moved'),
      width: 165,
      times: true,
      cell: (job) => (job.movedAt === null ? '–' : <Instant at={job.movedAt} zoned={false} />),
    },
    ...(ask
      ? [
          {
            key: 'actions',
            header: t('sync.actions'),
            width: 60,
            quiet: true,
            cell: (job: SyncJobSummary) =>
              job.may.includes('stop') ? (
                <RowAct
                  label={t('sync.stopOf', { name: job.name })}
                  icon={IconPlayerStop}
                  act={() => ask({ what: 'stop', jobs: [job], isBatch: false })}
                />
              ) : (
                job.may.includes('start') && (
                  <RowAct
                    label={t('sync.startOf', { name: job.name })}
                    icon={IconPlayerPlay}
                    act={() => ask({ what: 'start', jobs: [job], isBatch: false })}
                  />
                )
              ),
          } as const,
        ]
      : []),
  ]
}
