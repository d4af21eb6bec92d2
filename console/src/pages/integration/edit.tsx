import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { integrationQueries } from '../../api/integration-queries.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Page } from '../../ui/page.tsx'
import { draftOf, EMPTY_DRAFT } from './draft.ts'
import { JobForm } from './job-form.tsx'

const newRoute = getRouteApi('/signed-in/workspaces/$workspaceId/integration/jobs/new')
const editRoute = getRouteApi('/signed-in/workspaces/$workspaceId/integration/jobs/$jobId/edit')

export function NewSyncJobPage() {
  const { t } = useTranslation()
  const workspaceId = Number(newRoute.useParams().workspaceId)
  return (
    <Page
      title={t('syncForm.new')}
      description={t('syncForm.hint')}
      trail={[[links.syncJobs(workspaceId), t('sync.title')]]}
    >
      <JobForm workspaceId={workspaceId} job={null} begun={EMPTY_DRAFT} />
    </Page>
  )
}

export function EditSyncJobPage() {
  const { t } = useTranslation()
  const params = editRoute.useParams()
  const workspaceId = Number(params.workspaceId)
  const jobId = Number(params.jobId)
  const { data, error } = useQuery(integrationQueries.job(workspaceId, jobId))
  return (
    <Page
      title={t('syncForm.edit', { name: data?.name ?? params.jobId })}
      description={t('syncForm.hint')}
      here={t('ui.edit')}
      trail={[
        [links.syncJobs(workspaceId), t('sync.title')],
        [links.syncJob(workspaceId, jobId), data?.name ?? t('syncJob.title', { id: params.jobId })],
      ]}
    >
      <ProblemNotice error={error} />
      {!data && !error && <Skeleton height={320} />}
      {data && <JobForm key={data.id} workspaceId={workspaceId} job={data} begun={draftOf(data)} />}
    </Page>
  )
}
