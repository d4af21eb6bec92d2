import { Group, Skeleton, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { serverNow } from '../../api/client.ts'
import { queries } from '../../api/queries.ts'
import type { DagDetail } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Copyable } from '../../ui/copy.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Elapsed, Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { type Column, RowTable } from '../../ui/row-table.tsx'
import { Card, Section } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { FROZEN_LOOK, KIND_TEXTS, STATUS_LOOKS } from './looks.ts'
import { Standstill } from './runs.tsx'

const InstanceGraph = lazy(() => import('./instance-graph.tsx'))

const route = getRouteApi('/signed-in/workspaces/$workspaceId/runs/$dagId')

export function RunPage() {
  const { t } = useTranslation()
  const { workspaceId, dagId } = route.useParams()
  const { data, error } = useQuery(queries.run(Number(workspaceId), Number(dagId)))
  return (
    <Page
      title={data?.name ?? t('runs.one', { id: dagId })}
      trail={[[links.runs(Number(workspaceId)), t('runs.title')]]}
      beside={
        data && (
          <>
            <StateBadge look={STATUS_LOOKS[data.status]} />
            <Standstill of={data} />
          </>
        )
      }
    >
      {data ? <Shown run={data} /> : error ? <ProblemNotice error={error} /> : <Skeleton height={240} />}
    </Page>
  )
}

function Shown({ run }: { run: DagDetail }) {
  const { t } = useTranslation()
  const count = run.counts.reduce((sum, one) => sum + one.count, 0)
  return (
    <>
      <div className="two-columns">
        <Section title={t('node.facts')}>
          <Card>
            <Facts
              of={[
                [t('runs.id'), <Copyable key="id" value={String(run.id)} />],
                [t('instances.kind'), t(KIND_TEXTS[run.kind])],
                [t('instances.bizdate'), run.bizdate],
                [t('nodes.environment'), t(`nodes.${run.environment}`)],
                [t('runs.by'), run.createdBy?.name ?? t('objectLog.self')],
                [t('ui.created'), <Instant key="created" at={run.createdAt} />],
                [t('instances.startedAt'), run.startedAt && <Instant at={run.startedAt} />],
                [t('instance.finishedAt'), run.finishedAt && <Instant at={run.finishedAt} />],
                [
                  t('instances.took'),
                  run.startedAt && <Elapsed since={run.startedAt} until={run.finishedAt} now={serverNow} />,
                ],
                [
                  t('runs.line'),
                  run.line !== null && t('runs.lineOf', { line: run.line + 1, position: (run.position ?? 0) + 1 }),
                ],
              ]}
            />
          </Card>
        </Section>
        <Section
          title={t('runs.instances', { count })}
          actions={
            <LinkTo {...links.instances(run.workspaceId, { environment: run.environment, dagId: run.id })} fz="sm">
              {t('runs.seeInstances')}
            </LinkTo>
          }
        >
          <Counts run={run} />
        </Section>
      </div>
      <Section title={t('instance.graph')}>
        <Suspense fallback={<Skeleton height={520} />}>
          <InstanceGraph workspaceId={run.workspaceId} dagId={run.id} />
        </Suspense>
      </Section>
    </>
  )
}

/** How many instances stand how, each a way to them. */
function Counts({ run }: { run: DagDetail }) {
  const { t } = useTranslation()
  const columns: readonly Column<DagDetail['counts'][number]>[] = [
    {
      key: 'status',
      header: t('instances.status'),
      cell: ({ status }) => <StateBadge look={STATUS_LOOKS[status]} />,
    },
    {
      key: 'count',
      header: t('runs.count'),
      width: 110,
      cell: ({ status, count }) => (
        <LinkTo {...links.instances(run.workspaceId, { environment: run.environment, dagId: run.id, status })}>
          {count}
        </LinkTo>
      ),
    },
    {
      key: 'frozen',
      header: t('runs.frozen'),
      width: 150,
      cell: ({ frozen }) =>
        frozen === 0 ? (
          '–'
        ) : (
          <Group gap={6}>
            <StateBadge look={FROZEN_LOOK} /> {frozen}
          </Group>
        ),
    },
  ]
  if (run.counts.length === 0) {
    return (
      <Card>
        <Text fz="sm" c="dimmed">
          {t('runs.noInstances')}
        </Text>
      </Card>
    )
  }
  return (
    <Card padding={0}>
      <RowTable
        label={t('runs.counts')}
        columns={columns}
        rows={run.counts}
        keyOf={(one) => one.status}
        minWidth={360}
      />
    </Card>
  )
}
