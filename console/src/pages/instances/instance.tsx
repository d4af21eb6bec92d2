import { ActionIcon, Alert, Group, List, Menu, Skeleton } from '@mantine/core'
import { IconDots, IconHourglass, IconZoomCheck } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { queries } from '../../api/queries.ts'
import type { InstanceDetail } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMay } from '../../session.ts'
import { refusalSentence, useTranslation, withTextsOf } from '../../text/index.ts'
import { GuardedButton } from '../../ui/guarded-button.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { PageTabs } from '../../ui/page-tabs.tsx'
import { HeldMarks } from '../workspaces/held-marks.tsx'
import { InstanceOverview } from './instance-overview.tsx'
import { KIND_TEXTS } from './looks.ts'
import { ObjectLog } from './object-log.tsx'
import { RunLog } from './run-log.tsx'
import { StatusBadges } from './status-badges.tsx'
import { EMERGENCY_VERBS, VERB_LOOKS, VERBS, type Verb, whyNot } from './verbs.ts'

const OperateDialog = lazy(() => import('./operate-dialog.tsx'))
const InstanceGraph = lazy(() => import('./instance-graph.tsx'))
const QualityOfInstance = lazy(() => withTextsOf('quality', import('../quality/of-instance.tsx')))

const route = getRouteApi('/signed-in/workspaces/$workspaceId/instances/$instanceId')

export function InstancePage() {
  const { t } = useTranslation()
  const { workspaceId, instanceId } = route.useParams()
  const { data, error } = useQuery(queries.instance(Number(workspaceId), Number(instanceId)))
  if (data) return <Shown instance={data} />
  return (
    <Page
      title={t('instance.title', { id: instanceId })}
      trail={[[links.instances(Number(workspaceId)), t('instances.title')]]}
    >
      {error ? <ProblemNotice error={error} /> : <Skeleton height={240} />}
    </Page>
  )
}

type OfInstance = { instance: InstanceDetail }

function Shown({ instance }: OfInstance) {
  const { t } = useTranslation()
  const may = useMay()
  const navigate = route.useNavigate()
  const { tab } = route.useSearch()
  const [operating, setOperating] = useState<Verb | null>(null)
  return (
    <Page
      title={instance.node.name}
      trail={[[links.instances(instance.workspaceId), t('instances.title')]]}
      here={`${instance.node.name} ${instance.bizdate}`}
      beside={<StatusBadges of={instance} />}
      description={
        <>
          {t('instance.of', { bizdate: instance.bizdate, kind: t(KIND_TEXTS[instance.kind]) })}
          {' · '}
          <Instant at={instance.cycleAt} />
        </>
      }
      actions={
        may('node.operate', instance.workspaceId) && (
          <>
            {VERBS.filter((verb) => verb !== (instance.frozen ? 'freeze' : 'unfreeze')).map((verb) => {
              const { icon: Icon, text } = VERB_LOOKS[verb]
              return (
                <GuardedButton
                  key={verb}
                  size="sm"
                  variant="default"
                  leftSection={<Icon {...iconProps} />}
                  why={whyNot(t, verb, [instance])}
                  onClick={() => setOperating(verb)}
                >
                  {t(text)}
                </GuardedButton>
              )
            })}
            <EmergencyMenu instance={instance} ask={setOperating} />
          </>
        )
      }
    >
      {instance.heldBy.length > 0 && (
        <Alert color="blue" variant="light" p="sm" title={t('instance.held')} role="status">
          <Group gap="md">
            <HeldMarks heldBy={instance.heldBy} />
          </Group>
        </Alert>
      )}
      <WhyItWaits instance={instance} />
      <QualityNotice instance={instance} />
      <PageTabs
        label={t('instance.parts')}
        tab={tab}
        go={(word) => void navigate({ search: { tab: word } })}
        tabs={[
          { word: 'overview', text: 'instance.overview', show: () => <InstanceOverview instance={instance} /> },
          { word: 'log', text: 'instance.log', show: () => <RunLog instance={instance} /> },
          { word: 'quality', text: 'nodePage.quality', show: () => <QualityOfInstance instance={instance} /> },
          {
            word: 'graph',
            text: 'graph.picture',
            show: () => <InstanceGraph workspaceId={instance.workspaceId} instance={instance} />,
          },
          {
            word: 'history',
            text: 'objectLog.title',
            show: () => <ObjectLog query={queries.instanceLogOfOperations(instance.workspaceId, instance.id)} />,
          },
        ]}
      />
      <Suspense>
        {operating && (
          <OperateDialog
            workspaceId={instance.workspaceId}
            verb={operating}
            instances={[instance]}
            close={() => setOperating(null)}
          />
        )}
      </Suspense>
    </Page>
  )
}

/** What is not recommended, and now and then the only way. */
function EmergencyMenu({ instance, ask }: OfInstance & { ask: (verb: Verb) => void }) {
  const { t } = useTranslation()
  const possible = EMERGENCY_VERBS.filter((verb) => whyNot(t, verb, [instance]) === null)
  if (possible.length === 0) return null
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size="input-sm" aria-label={t('instanceVerb.emergency')}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('instanceVerb.emergency')}</Menu.Label>
        {possible.map((verb) => {
          const { icon: Icon, text } = VERB_LOOKS[verb]
          return (
            <Menu.Item key={verb} leftSection={<Icon {...iconProps} />} onClick={() => ask(verb)}>
              {t(text)}
            </Menu.Item>
          )
        })}
      </Menu.Dropdown>
    </Menu>
  )
}

/** Rule 59: what is being checked, or has been found not to be good enough. */
function QualityNotice({ instance }: OfInstance) {
  const { t } = useTranslation()
  const reason = instance.runs.find(({ runNumber }) => runNumber === instance.runNumber)?.reason
  const checking = instance.status === 'checking-quality'
  if (!checking && !(instance.status === 'failed' && reason?.code === 'QUALITY_BLOCKED')) return null
  return (
    <Alert
      color={checking ? 'blue' : 'red'}
      variant="light"
      p="sm"
      icon={<IconZoomCheck />}
      title={
        checking || !reason
          ? t('instance.checkingQuality')
          : (refusalSentence(reason.code, reason.details) ?? reason.sentence)
      }
    >
      {t(checking ? 'instance.checkingQualityNext' : 'instance.qualityNext')}{' '}
      <LinkTo {...links.instance(instance.workspaceId, instance.id, 'quality')}>{t('instance.showChecks')}</LinkTo>
    </Alert>
  )
}

/** Rule 36: every condition that it does not meet, in words. */
function WhyItWaits({ instance }: OfInstance) {
  const { t } = useTranslation()
  if (instance.waits.length === 0) return null
  const details = {
    waiting: instance.upstreamWaitingCount,
    group: instance.resourceGroup?.name,
    taken: instance.resourceGroup?.slotsTaken,
    slots: instance.resourceGroup?.slots,
  }
  return (
    <Alert color="yellow" variant="light" p="sm" icon={<IconHourglass />} title={t('instance.waits')}>
      <List size="sm">
        {instance.waits.map((wait) => (
          <List.Item key={wait}>
            {t(`instanceWait.${wait}`, details)}
            {wait === 'time' && (
              <>
                {' '}
                <Instant at={instance.dueAt} />
              </>
            )}
          </List.Item>
        ))}
      </List>
    </Alert>
  )
}
