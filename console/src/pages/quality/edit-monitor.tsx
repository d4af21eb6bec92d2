import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { qualityQueries } from '../../api/quality-queries.ts'
import { queries } from '../../api/queries.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Page } from '../../ui/page.tsx'
import { MonitorForm } from './monitor-form.tsx'

const newRoute = getRouteApi('/signed-in/workspaces/$workspaceId/quality/monitors/new')
const editRoute = getRouteApi('/signed-in/workspaces/$workspaceId/quality/monitors/$monitorId/edit')

/** The node after whose instances it is to check may stand in the address. */
export function NewQualityMonitorPage() {
  const { t } = useTranslation()
  const workspaceId = Number(newRoute.useParams().workspaceId)
  const { nodeId } = newRoute.useSearch()
  const node = useQuery({ ...queries.node(workspaceId, nodeId ?? 0, 'PROD'), enabled: nodeId !== undefined })
  const begun = node.data ? [{ id: node.data.id, name: node.data.name }] : []
  return (
    <Page
      title={t('monitorForm.new')}
      description={t('monitors.hint')}
      trail={[[links.qualityMonitors(workspaceId), t('monitors.title')]]}
    >
      <ProblemNotice error={node.error} />
      {nodeId !== undefined && node.isPending ? (
        <Skeleton height={320} />
      ) : (
        <MonitorForm key={begun[0]?.id} workspaceId={workspaceId} monitor={null} nodes={begun} />
      )}
    </Page>
  )
}

export function EditQualityMonitorPage() {
  const { t } = useTranslation()
  const params = editRoute.useParams()
  const workspaceId = Number(params.workspaceId)
  const monitorId = Number(params.monitorId)
  const { data, error } = useQuery(qualityQueries.monitor(workspaceId, monitorId))
  return (
    <Page
      title={t('monitorForm.edit', { name: data?.name ?? monitorId })}
      here={t('ui.edit')}
      trail={[
        [links.qualityMonitors(workspaceId), t('monitors.title')],
        [links.qualityMonitor(workspaceId, monitorId), data?.name ?? t('monitor.title', { id: monitorId })],
      ]}
    >
      <ProblemNotice error={error} />
      {!data && !error && <Skeleton height={320} />}
      {data && <MonitorForm key={data.id} workspaceId={workspaceId} monitor={data} nodes={data.nodes} />}
    </Page>
  )
}
