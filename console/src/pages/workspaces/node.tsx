import { Alert, Button, Code, Group, Skeleton, Stack } from '@mantine/core'
import { IconAlertTriangle, IconHistoryToggle, IconPlayerPlay, IconTestPipe } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { queries } from '../../api/queries.ts'
import type { Environment, NodeDetail, NodeOperationPoint } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMay } from '../../session.ts'
import { useTranslation, withTextsOf } from '../../text/index.ts'
import { GuardedButton } from '../../ui/guarded-button.tsx'
import { iconProps } from '../../ui/icon.ts'
import { LinkButton } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { PageTabs } from '../../ui/page-tabs.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { ObjectLog } from '../instances/object-log.tsx'
import { HeldMarks } from './held-marks.tsx'
import { NodeInstances } from './node-instances.tsx'
import { NodeOverview } from './node-overview.tsx'
import { POINT_LOOKS, POINTS, whyNot } from './node-points.ts'
import { RECURRENCE_LOOKS } from './recurrence.ts'

const OperateDialog = lazy(() => import('./operate-dialog.tsx'))
const RunDialog = lazy(() => import('./run-dialog.tsx'))
const NodeGraph = lazy(() => import('./node-graph.tsx'))
const NodeVersions = lazy(() => import('./node-versions.tsx'))
const QualityOfNode = lazy(() => withTextsOf('quality', import('../quality/of-node.tsx')))

const route = getRouteApi('/signed-in/workspaces/$workspaceId/nodes/$nodeId')

export function NodePage() {
  const { t } = useTranslation()
  const params = route.useParams()
  const { environment = 'PROD' } = route.useSearch()
  const workspaceId = Number(params.workspaceId)
  const { data, error } = useQuery(queries.node(workspaceId, Number(params.nodeId), environment))
  if (data) return <Shown node={data} environment={environment} />
  return (
    <Page
      title={t('node.title', { id: params.nodeId })}
      trail={[[links.nodes(workspaceId, environment), t('nodes.title')]]}
    >
      {error ? <ProblemNotice error={error} /> : <Skeleton height={240} />}
    </Page>
  )
}

function Shown({ node, environment }: { node: NodeDetail; environment: Environment }) {
  const { t } = useTranslation()
  const may = useMay()
  const navigate = route.useNavigate()
  const { tab } = route.useSearch()
  const [operating, setOperating] = useState<NodeOperationPoint | null>(null)
  const [starting, setStarting] = useState<'smoke-test' | 'manual' | null>(null)
  return (
    <Page
      title={node.name}
      trail={[[links.nodes(node.workspaceId, environment), t('nodes.title')]]}
      beside={<StateBadge look={RECURRENCE_LOOKS[node.recurrence]} />}
      description={node.description}
      actions={
        may('node.operate', node.workspaceId) && (
          <>
            {node.trigger === 'manual' && (
              <Button leftSection={<IconPlayerPlay {...iconProps} />} onClick={() => setStarting('manual')}>
                {t('nodePage.run')}
              </Button>
            )}
            <Button
              variant="default"
              leftSection={<IconTestPipe {...iconProps} />}
              onClick={() => setStarting('smoke-test')}
            >
              {t('nodePage.test')}
            </Button>
            <LinkButton
              {...links.newBackfill(node.workspaceId, environment, [node.id])}
              size="sm"
              variant="default"
              leftSection={<IconHistoryToggle {...iconProps} />}
            >
              {t('point.backfill')}
            </LinkButton>
            {POINTS.map((point) => {
              const { icon: Icon, text } = POINT_LOOKS[point]
              return (
                <GuardedButton
                  key={point}
                  size="sm"
                  variant="default"
                  leftSection={<Icon {...iconProps} />}
                  why={whyNot(t, point, [node])}
                  onClick={() => setOperating(point)}
                >
                  {t(text)}
                </GuardedButton>
              )
            })}
          </>
        )
      }
    >
      {node.heldBy.length > 0 && (
        <Alert color="blue" variant="light" p="sm" title={t('node.held')} role="status">
          <Group gap="md">
            <HeldMarks heldBy={node.heldBy} />
          </Group>
        </Alert>
      )}
      {node.unresolvedInputs.length > 0 && (
        <Alert color="yellow" variant="light" p="sm" icon={<IconAlertTriangle />} title={t('node.unresolved')}>
          <Stack gap={2}>
            {node.unresolvedInputs.map((input) => (
              <Code key={input} className="wrap-anywhere">
                {input}
              </Code>
            ))}
          </Stack>
        </Alert>
      )}
      <PageTabs
        label={t('instance.parts')}
        tab={tab}
        go={(word) => void navigate({ search: ({ environment: kept }) => ({ environment: kept, tab: word }) })}
        tabs={[
          { word: 'overview', text: 'nodePage.overview', show: () => <NodeOverview node={node} /> },
          { word: 'instances', text: 'nodePage.instances', show: () => <NodeInstances node={node} /> },
          { word: 'graph', text: 'graph.picture', show: () => <NodeGraph node={node} /> },
          { word: 'quality', text: 'nodePage.quality', show: () => <QualityOfNode node={node} /> },
          { word: 'versions', text: 'nodeVersions.title', show: () => <NodeVersions node={node} /> },
          {
            word: 'history',
            text: 'objectLog.title',
            show: () => <ObjectLog query={queries.nodeLogOfOperations(node.workspaceId, node.id)} />,
          },
        ]}
      />
      <Suspense>
        {operating && (
          <OperateDialog
            workspaceId={node.workspaceId}
            environment={environment}
            point={operating}
            nodes={[node]}
            close={() => setOperating(null)}
          />
        )}
        {starting && <RunDialog node={node} kind={starting} close={() => setStarting(null)} />}
      </Suspense>
    </Page>
  )
}
