import { Alert, Button, Code, Group, Skeleton, Stack, Tabs, Text } from '@mantine/core'
import { IconAlertTriangle, IconHistoryToggle, IconPlayerPlay, IconTestPipe } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { queries } from '../../api/queries.ts'
import type { Environment, NodeDetail, NodeOperationPoint, NodeRelative } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMay } from '../../session.ts'
import { type Translate, useTranslation } from '../../text/index.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Copyable } from '../../ui/copy.tsx'
import { Facts } from '../../ui/facts.tsx'
import { GuardedButton } from '../../ui/guarded-button.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkButton, LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { type Column, RowTable } from '../../ui/row-table.tsx'
import { Card, Section } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { ObjectLog } from '../instances/object-log.tsx'
import { HeldMarks } from './held-marks.tsx'
import { NodeInstances } from './node-instances.tsx'
import { POINT_LOOKS, POINTS, whyNot } from './node-points.ts'
import { RECURRENCE_LOOKS } from './recurrence.ts'
import { scheduleWords } from './schedule.ts'

const OperateDialog = lazy(() => import('./operate-dialog.tsx'))
const RunDialog = lazy(() => import('./run-dialog.tsx'))
const NodeGraph = lazy(() => import('./node-graph.tsx'))
const NodeVersions = lazy(() => import('./node-versions.tsx'))

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
      trail={trail(t('nodes.title'), workspaceId, environment, params.nodeId)}
    >
      {error ? <ProblemNotice error={error} /> : <Skeleton height={240} />}
    </Page>
  )
}

const trail = (nodes: string, workspaceId: number, environment: Environment, name: string) => [
  <LinkTo key="nodes" {...links.nodes(workspaceId, environment)}>
    {nodes}
  </LinkTo>,
  <span key="name" className="wrap-anywhere">
    {name}
  </span>,
]

type OfNode = { node: NodeDetail }

const TABS = {
  overview: { text: 'nodePage.overview', component: Overview },
  instances: { text: 'nodePage.instances', component: NodeInstances },
  graph: { text: 'graph.picture', component: NodeGraph },
  versions: { text: 'nodeVersions.title', component: NodeVersions },
  history: {
    text: 'objectLog.title',
    component: ({ node }: OfNode) => <ObjectLog query={queries.nodeLogOfOperations(node.workspaceId, node.id)} />,
  },
} as const

function Shown({ node, environment }: { node: NodeDetail; environment: Environment }) {
  const { t } = useTranslation()
  const may = useMay()
  const navigate = route.useNavigate()
  const { tab = 'overview' } = route.useSearch()
  const [operating, setOperating] = useState<NodeOperationPoint | null>(null)
  const [starting, setStarting] = useState<'smoke-test' | 'manual' | null>(null)
  return (
    <Page
      title={node.name}
      trail={trail(t('nodes.title'), node.workspaceId, environment, node.name)}
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
      <Tabs
        value={Object.hasOwn(TABS, tab) ? tab : 'overview'}
        keepMounted={false}
        onChange={(word) =>
          void navigate({
            search: ({ environment: kept }) => ({
              environment: kept,
              tab: word === null || word === 'overview' ? undefined : word,
            }),
          })
        }
      >
        <Tabs.List aria-label={t('instance.parts')} mb="md">
          {Object.entries(TABS).map(([word, { text }]) => (
            <Tabs.Tab key={word} value={word}>
              {t(text)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {Object.entries(TABS).map(([word, { component: Component }]) => (
          <Tabs.Panel key={word} value={word}>
            <Suspense fallback={<Skeleton height={240} />}>
              <Component node={node} />
            </Suspense>
          </Tabs.Panel>
        ))}
      </Tabs>
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

function Overview({ node }: OfNode) {
  const { t, i18n } = useTranslation()
  const { environment } = node
  return (
    <Stack gap="md">
      <div className="two-columns">
        <Section title={t('node.facts')}>
          <Card>
            <Facts
              of={[
                [t('node.id'), <Copyable key="id" value={String(node.id)} />],
                [t('nodes.environment'), t(`nodes.${node.environment}`)],
                [t('nodes.programType'), node.programType],
                [t('nodes.owner'), node.owner?.name ?? node.ownerName],
                [t('node.resourceGroup'), node.resourceGroup],
                [t('nodePage.dataSource'), node.dataSource],
                [t('node.priority'), node.priority],
                [t('node.root'), node.isRoot && t('ui.yes')],
                [t('node.version'), node.version],
                [t('nodes.modified'), <Instant key="at" at={node.modifiedAt} />],
              ]}
            />
          </Card>
        </Section>
        <Section title={t('nodePage.schedule')}>
          <Card>
            <Facts
              of={[
                [t('nodePage.schedule'), scheduleOf(t, i18n.language, node)],
                [t('nodes.cron'), node.cron && <Code>{node.cron}</Code>],
                [t('nodePage.timeZone'), node.timeZone],
                [t('nodePage.effective'), effectiveOf(t, node)],
                [
                  t('nodePage.nextRuns'),
                  node.nextRunsAt.length > 0 && (
                    <Stack gap={2}>
                      {node.nextRunsAt.map((at) => (
                        <Instant key={at} at={at} />
                      ))}
                    </Stack>
                  ),
                ],
                [t('node.instanceMode'), t(`instanceMode.${node.instanceMode}`)],
                [t('nodePage.crossCycle'), crossCycleOf(t, node)],
                [t('node.rerunMode'), t(`rerunMode.${node.rerunMode}`)],
                [t('nodePage.retries'), node.rerunTimes],
                [
                  t('node.timeout'),
                  node.timeoutSeconds !== null && t('node.seconds', { seconds: node.timeoutSeconds }),
                ],
              ]}
            />
          </Card>
        </Section>
        <Section title={t('node.outputs')}>
          <Card>
            <Identifiers of={node.outputs} empty={t('node.noOutputs')} />
            <Text fw={600} fz="sm" mt="md" mb={4}>
              {t('node.inputs')}
            </Text>
            <Identifiers of={node.inputs} empty={t('node.noInputs')} />
          </Card>
        </Section>
        <Section title={t('node.upstream', { count: node.upstream.length })}>
          <Relatives
            of={node.upstream}
            label={t('node.upstream', { count: node.upstream.length })}
            empty={t('node.noUpstream')}
            environment={environment}
          />
        </Section>
        <Section title={t('node.downstream', { count: node.downstream.length })}>
          <Relatives
            of={node.downstream}
            label={t('node.downstream', { count: node.downstream.length })}
            empty={t('node.noDownstream')}
            environment={environment}
          />
        </Section>
      </div>
      <Section
        title={t('node.script')}
        description={[node.script.path, node.script.language].filter(Boolean).join(' · ') || undefined}
      >
        {node.script.content ? (
          <CodeBlock text={node.script.content} label={t('node.script')} mah={480} />
        ) : (
          <Nothing text={t('node.noScript')} />
        )}
      </Section>
      <Section title={t('node.parameters')}>
        {node.parameters ? (
          <CodeBlock text={node.parameters} label={t('node.parameters')} mah={240} />
        ) : (
          <Nothing text={t('node.noParameters')} />
        )}
      </Section>
    </Stack>
  )
}

function scheduleOf(t: Translate, language: string, { cron, trigger }: NodeDetail): string {
  if (trigger === 'manual') return t('schedule.manual')
  return cron === null ? t('schedule.none') : scheduleWords(t, language, cron)
}

function effectiveOf(t: Translate, { startAt, endAt }: NodeDetail): string {
  return [startAt && t('nodePage.effectiveFrom', { from: startAt }), endAt && t('nodePage.effectiveTo', { to: endAt })]
    .filter(Boolean)
    .join(' ')
}

function crossCycleOf(t: Translate, { crossCycle: { self, children } }: NodeDetail): string | null {
  if (self && children) return t('nodePage.crossCycleBoth')
  if (self) return t('nodePage.crossCycleSelf')
  return children ? t('nodePage.crossCycleChildren') : null
}

const Nothing = ({ text }: { text: string }) => (
  <Text fz="sm" c="dimmed">
    {text}
  </Text>
)

function Identifiers({ of, empty }: { of: readonly string[]; empty: string }) {
  if (of.length === 0) return <Nothing text={empty} />
  return (
    <Stack gap={4} align="flex-start">
      {of.map((one) => (
        <Code key={one} className="wrap-anywhere">
          {one}
        </Code>
      ))}
    </Stack>
  )
}

type RelativesProps = { of: readonly NodeRelative[]; label: string; empty: string; environment: Environment }

function Relatives({ of, label, empty, environment }: RelativesProps) {
  const { t } = useTranslation()
  if (of.length === 0) {
    return (
      <Card>
        <Nothing text={empty} />
      </Card>
    )
  }
  const columns: readonly Column<NodeRelative>[] = [
    {
      key: 'name',
      header: t('nodes.name'),
      cell: (relative) => (
        <>
          <LinkTo {...links.node(relative.workspaceId, relative.id, environment)} className="wrap-anywhere">
            {relative.name}
          </LinkTo>
          {relative.dependency === 'cross-cycle' && (
            <Text fz="xs" c="dimmed">
              {t('node.crossCycle')}
            </Text>
          )}
        </>
      ),
    },
    { key: 'type', header: t('nodes.programType'), width: 130, cell: (relative) => relative.programType },
    {
      key: 'state',
      header: t('nodes.recurrence'),
      width: 120,
      cell: (relative) => <StateBadge look={RECURRENCE_LOOKS[relative.recurrence]} />,
    },
  ]
  return (
    <Card padding={0}>
      <RowTable
        label={label}
        columns={columns}
        rows={of}
        keyOf={(relative) => `${relative.id} ${relative.dependency}`}
        minWidth={420}
        maxHeight={360}
      />
    </Card>
  )
}
