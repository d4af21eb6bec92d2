import { Alert, Button, Group, Skeleton } from '@mantine/core'
import {
  IconAlertTriangle,
  IconPencil,
  IconPlayerPlay,
  IconPlayerStop,
  IconRefreshAlert,
  IconTrash,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { integrationCalls } from '../../api/integration-calls.ts'
import { integrationQueries } from '../../api/integration-queries.ts'
import type { SyncJobDetail } from '../../api/integration-shapes.ts'
import { ConfirmRemoval } from '../../confirm-removal.tsx'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { iconProps } from '../../ui/icon.ts'
import { LinkButton } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { PageTabs } from '../../ui/page-tabs.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { HeldMarks } from '../workspaces/held-marks.tsx'
import { JobOverview } from './job-overview.tsx'
import { JobRuns } from './job-runs.tsx'
import { JobTables } from './job-tables.tsx'
import { JOB_LOOKS } from './looks.ts'
import { ReasonList } from './reasons.tsx'
import { StopDialog } from './stop-dialog.tsx'

const StartDialog = lazy(() => import('./start-dialog.tsx'))

const route = getRouteApi('/signed-in/workspaces/$workspaceId/integration/jobs/$jobId')

export function SyncJobPage() {
  const { t } = useTranslation()
  const params = route.useParams()
  const workspaceId = Number(params.workspaceId)
  const { data, error } = useQuery(integrationQueries.job(workspaceId, Number(params.jobId)))
  if (data) return <Shown job={data} />
  return (
    <Page title={t('syncJob.title', { id: params.jobId })} trail={[[links.syncJobs(workspaceId), t('sync.title')]]}>
      {error ? <ProblemNotice error={error} /> : <Skeleton height={240} />}
    </Page>
  )
}

function Shown({ job }: { job: SyncJobDetail }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { tab } = route.useSearch()
  const [asked, setAsked] = useState<'start' | 'stop' | 'delete' | null>(null)
  const { workspaceId, may } = job
  const close = () => setAsked(null)
  return (
    <Page
      title={job.name}
      trail={[[links.syncJobs(workspaceId), t('sync.title')]]}
      beside={<StateBadge look={JOB_LOOKS[job.state]} />}
      description={job.description}
      actions={
        <>
          {may.includes('start') && (
            <Button leftSection={<IconPlayerPlay {...iconProps} />} onClick={() => setAsked('start')}>
              {t('sync.start')}
            </Button>
          )}
          {may.includes('stop') && (
            <Button variant="default" leftSection={<IconPlayerStop {...iconProps} />} onClick={() => setAsked('stop')}>
              {t('sync.stop')}
            </Button>
          )}
          {may.includes('save') && (
            <LinkButton
              {...links.editSyncJob(workspaceId, job.id)}
              variant="default"
              leftSection={<IconPencil {...iconProps} />}
            >
              {t('ui.edit')}
            </LinkButton>
          )}
          {may.includes('delete') && (
            <Button variant="default" leftSection={<IconTrash {...iconProps} />} onClick={() => setAsked('delete')}>
              {t('ui.delete')}
            </Button>
          )}
        </>
      }
    >
      {job.heldBy.length > 0 && (
        <Alert color="blue" variant="light" p="sm" title={t('syncJob.held')} role="status">
          <Group gap="md">
            <HeldMarks heldBy={job.heldBy} />
          </Group>
        </Alert>
      )}
      {job.reasons.length > 0 && (
        <Alert
          color={job.state === 'retrying' ? 'orange' : 'red'}
          p="sm"
          icon={job.state === 'retrying' ? <IconRefreshAlert /> : <IconAlertTriangle />}
          title={t(job.state === 'retrying' ? 'syncJob.whyRetrying' : 'syncJob.why')}
        >
          <ReasonList of={job.reasons} />
        </Alert>
      )}
      <PageTabs
        label={t('syncJob.parts')}
        tab={tab}
        go={(word) => void navigate({ to: '.', search: { tab: word } })}
        tabs={[
          { word: 'overview', text: 'syncJob.overview', show: () => <JobOverview job={job} /> },
          { word: 'tables', text: 'syncJob.tables', show: () => <JobTables job={job} /> },
          { word: 'runs', text: 'syncJob.runs', show: () => <JobRuns job={job} /> },
        ]}
      />
      <Suspense>
        {asked === 'start' && <StartDialog workspaceId={workspaceId} jobs={[job]} isBatch={false} close={close} />}
      </Suspense>
      {asked === 'stop' && <StopDialog workspaceId={workspaceId} job={job} close={close} />}
      {asked === 'delete' && (
        <ConfirmRemoval
          title={t('sync.removeTitle', { name: job.name })}
          remove={async () => {
            await integrationCalls.deleteJob(workspaceId, job.id)
            await navigate(links.syncJobs(workspaceId))
          }}
          stale={['sync', workspaceId]}
          close={close}
        >
          {t('sync.removeMeaning')}
        </ConfirmRemoval>
      )}
    </Page>
  )
}
