import { Alert, Badge, Button, Code, Group, Skeleton, Stack } from '@mantine/core'
import { IconCopyPlus, IconPencil, IconPlayerPlay, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { qualityQueries } from '../../api/quality-queries.ts'
import type { QualityMonitorDetail } from '../../api/quality-shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { Facts } from '../../ui/facts.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkButton } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { PageTabs } from '../../ui/page-tabs.tsx'
import { Card, Section } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { HeldMarks } from '../workspaces/held-marks.tsx'
import { lookOfRun } from './looks.ts'
import { NodeLinks } from './monitor-columns.tsx'
import { MonitorRules } from './monitor-rules.tsx'
import { RunTable } from './run-table.tsx'
import { Subscriptions } from './subscriptions.tsx'
import { Target } from './targets.tsx'

const CheckDialog = lazy(() => import('./monitor-dialogs.tsx').then((file) => ({ default: file.CheckDialog })))
const CloneDialog = lazy(() => import('./monitor-dialogs.tsx').then((file) => ({ default: file.CloneDialog })))
const DeleteDialog = lazy(() => import('./monitor-dialogs.tsx').then((file) => ({ default: file.DeleteDialog })))

const route = getRouteApi('/signed-in/workspaces/$workspaceId/quality/monitors/$monitorId')

export function QualityMonitorPage() {
  const { t } = useTranslation()
  const params = route.useParams()
  const workspaceId = Number(params.workspaceId)
  const { data, error } = useQuery(qualityQueries.monitor(workspaceId, Number(params.monitorId)))
  if (data) return <Shown monitor={data} />
  return (
    <Page
      title={t('monitor.title', { id: params.monitorId })}
      trail={[[links.qualityMonitors(workspaceId), t('monitors.title')]]}
    >
      {error ? <ProblemNotice error={error} /> : <Skeleton height={240} />}
    </Page>
  )
}

type Asked = 'run' | 'clone' | 'delete'

function Shown({ monitor }: { monitor: QualityMonitorDetail }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { tab } = route.useSearch()
  const [asked, setAsked] = useState<Asked | null>(null)
  const { workspaceId, may, latest } = monitor
  const close = () => setAsked(null)
  return (
    <Page
      title={monitor.name}
      trail={[[links.qualityMonitors(workspaceId), t('monitors.title')]]}
      beside={
        <Group gap={6}>
          {!monitor.enabled && (
            <Badge variant="default" tt="none" className="state-badge">
              {t('monitors.off')}
            </Badge>
          )}
          {latest && (
            <StateBadge
              look={lookOfRun({ state: latest.status === null ? 'running' : 'ended', status: latest.status })}
            />
          )}
        </Group>
      }
      description={monitor.description}
      actions={
        <>
          {may.includes('run') && (
            <Button leftSection={<IconPlayerPlay {...iconProps} />} onClick={() => setAsked('run')}>
              {t('monitor.checkNow')}
            </Button>
          )}
          {may.includes('save') && (
            <LinkButton
              {...links.editQualityMonitor(workspaceId, monitor.id)}
              variant="default"
              leftSection={<IconPencil {...iconProps} />}
            >
              {t('ui.edit')}
            </LinkButton>
          )}
          {may.includes('clone') && (
            <Button variant="default" leftSection={<IconCopyPlus {...iconProps} />} onClick={() => setAsked('clone')}>
              {t('monitor.clone')}
            </Button>
          )}
          {may.includes('delete') && (
            <Button variant="default" leftSection={<IconTrash {...iconProps} />} onClick={() => setAsked('delete')}>
              {t('ui.delete')}
            </Button>
          )}
        </>
      }
    >
      {monitor.heldBy.length > 0 && (
        <Alert color="blue" variant="light" p="sm" title={t('quality.held')} role="status">
          <Group gap="md">
            <HeldMarks heldBy={monitor.heldBy} />
          </Group>
        </Alert>
      )}
      <PageTabs
        label={t('monitor.parts')}
        tab={tab}
        go={(word) => void navigate({ to: '.', search: { tab: word } })}
        tabs={[
          {
            word: 'rules',
            text: 'monitor.rules',
            show: () => (
              <Stack gap="md">
                <MonitorRules monitor={monitor} />
                <MonitorFacts monitor={monitor} />
              </Stack>
            ),
          },
          { word: 'runs', text: 'monitor.runs', show: () => <MonitorRuns monitor={monitor} /> },
          {
            word: 'subscriptions',
            text: 'monitor.subscriptions',
            show: () => <Subscriptions monitor={monitor} />,
          },
        ]}
      />
      <Suspense>
        {asked === 'run' && <CheckDialog monitor={monitor} close={close} />}
        {asked === 'clone' && <CloneDialog monitor={monitor} close={close} />}
        {asked === 'delete' && <DeleteDialog monitor={monitor} close={close} />}
      </Suspense>
    </Page>
  )
}

function MonitorFacts({ monitor }: { monitor: QualityMonitorDetail }) {
  const { t } = useTranslation()
  return (
    <Section title={t('monitor.facts')}>
      <Card>
        <Facts
          of={[
            [t('quality.table'), <Target key="table" of={monitor.target} />],
            [
              t('quality.partition'),
              monitor.partition ? <Code key="partition">{monitor.partition}</Code> : t('quality.wholeTable'),
            ],
            [
              t('monitor.trigger'),
              monitor.trigger.type === 'ByManual' ? (
                t('monitors.byHand')
              ) : (
                <Group key="nodes" gap={6}>
                  {t('monitor.afterNodes')}
                  <NodeLinks workspaceId={monitor.workspaceId} nodes={monitor.nodes} />
                </Group>
              ),
            ],
            [
              t('monitor.blockWhen'),
              <Condition key="block" of={monitor.blockWhen} none={t('monitor.blocksNothing')} />,
            ],
            [
              t('monitor.notifyWhen'),
              <Condition key="notify" of={monitor.notifyWhen} none={t('monitor.notifiesNobody')} />,
            ],
            [t('quality.modified'), <Instant key="modified" at={monitor.modifiedAt} />],
            [t('quality.by'), monitor.modifiedBy?.name],
          ]}
        />
      </Card>
    </Section>
  )
}

const Condition = ({ of, none }: { of: string | null; none: string }) =>
  of === null ? none : <Code className="wrap-anywhere">{of}</Code>

function MonitorRuns({ monitor }: { monitor: QualityMonitorDetail }) {
  const { t } = useTranslation()
  const found = useQuery(qualityQueries.newestRuns(monitor.workspaceId, { monitorId: monitor.id }))
  return (
    <Section title={t('monitor.runs')}>
      <RunTable
        workspaceId={monitor.workspaceId}
        label={t('monitor.runs')}
        found={found}
        without="monitor"
        empty={<Empty title={t('monitor.noRuns')} next={t('monitor.noRunsNext')} />}
      />
    </Section>
  )
}
