import { Alert, Code, Group, Skeleton, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconHistoryToggle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { queries } from '../../api/queries.ts'
import type { Environment, NodeDetail, NodeOperationPoint, NodeRelative } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMay } from '../../session.ts'
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
import { HeldMarks } from './held-marks.tsx'
import { POINT_LOOKS, POINTS, whyNot } from './node-points.ts'
import { RECURRENCE_LOOKS } from './recurrence.ts'

const OperateDialog = lazy(() => import('./operate-dialog.tsx'))

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

function Shown({ node, environment }: { node: NodeDetail; environment: Environment }) {
  const { t } = useTranslation()
  const may = useMay()
  const [operating, setOperating] = useState<NodeOperationPoint | null>(null)
  return (
    <Page
      title={node.name}
      trail={trail(t('nodes.title'), node.workspaceId, environment, node.name)}
      beside={<StateBadge look={RECURRENCE_LOOKS[node.recurrence]} />}
      description={node.description}
      actions={
        may('node.operate', node.workspaceId) && (
          <>
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
      <div className="two-columns">
        <Section title={t('node.facts')}>
          <Card>
            <Facts
              of={[
                [t('node.id'), <Copyable key="id" value={String(node.id)} />],
                [t('nodes.environment'), t(`nodes.${node.environment}`)],
                [t('nodes.programType'), node.programType],
                [t('nodes.owner'), node.owner?.name ?? node.ownerName],
                [t('nodes.cron'), node.cron && <Code>{node.cron}</Code>],
                [t('node.priority'), node.priority],
                [t('node.rerunMode'), node.rerunMode],
                [t('node.instanceMode'), node.instanceMode],
                [
                  t('node.timeout'),
                  node.timeoutSeconds !== null && t('node.seconds', { seconds: node.timeoutSeconds }),
                ],
                [t('node.resourceGroup'), node.resourceGroup],
                [t('node.root'), node.isRoot && t('ui.yes')],
                [t('node.version'), node.version],
                [t('nodes.modified'), <Instant key="at" at={node.modifiedAt} />],
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
      </Suspense>
    </Page>
  )
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
