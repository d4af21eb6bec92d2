import { Alert, Badge, Group, Skeleton, Stack, Text } from '@mantine/core'
import { IconExclamationCircle, IconListDetails, IconSitemap } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { serverNow } from '../../api/client.ts'
import { queries } from '../../api/queries.ts'
import type { BackfillDetail } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { refusalSentence, useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { Facts } from '../../ui/facts.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Elapsed, Instant } from '../../ui/instant.tsx'
import { LinkButton, LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { type Column, RowTable } from '../../ui/row-table.tsx'
import { Card, Section } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { ObjectLogTable } from '../instances/object-log.tsx'
import { datesText } from './days.ts'
import { optionFacts } from './options.tsx'
import { Progress } from './progress.tsx'
import { BACKFILL_LOOKS, DAY_LOOKS } from './states.ts'
import { Verbs } from './verbs.tsx'

const route = getRouteApi('/signed-in/workspaces/$workspaceId/backfills/$backfillId')

/** One backfill, live: how far each business date has come, and what can be done with it. */
export function BackfillPage() {
  const { t } = useTranslation()
  const params = route.useParams()
  const workspaceId = Number(params.workspaceId)
  const { data, error } = useQuery(queries.backfill(workspaceId, Number(params.backfillId)))
  if (data) return <Shown backfill={data} />
  return (
    <Page
      title={t('backfillPage.title', { id: params.backfillId })}
      trail={[[links.backfills(workspaceId), t('nav.backfills')]]}
    >
      {error ? <ProblemNotice error={error} /> : <Skeleton height={240} />}
    </Page>
  )
}

function Shown({ backfill }: { backfill: BackfillDetail }) {
  const { t } = useTranslation()
  const { environment, request, problem } = backfill
  return (
    <Page
      title={backfill.name}
      trail={[[links.backfills(backfill.workspaceId, environment), t('nav.backfills')]]}
      beside={<StateBadge look={BACKFILL_LOOKS[backfill.state]} />}
      description={request.comment}
      actions={<Verbs backfill={backfill} />}
    >
      {problem && (
        <Alert color="red" p="sm" icon={<IconExclamationCircle />} title={t('backfillState.failed-to-create')}>
          {refusalSentence(problem.code, problem.details) ?? problem.detail}
        </Alert>
      )}
      <Card>
        <Progress label={t('backfillPage.all')} counts={backfill.counts} />
      </Card>
      <Section title={t('backfillPage.days')}>
        {backfill.dags.length === 0 ? (
          <Card>
            <Empty
              title={t(problem ? 'backfillPage.notCreated' : 'backfillState.creating')}
              next={t(problem ? 'backfillPage.notCreatedNext' : 'backfillPage.noDays')}
            />
          </Card>
        ) : (
          <Days backfill={backfill} />
        )}
      </Section>
      <div className="two-columns">
        <Section title={t('backfillPage.facts')}>
          <Card>
            <Facts
              of={[
                [t('backfill.mode'), t(`backfillMode.${backfill.mode}`)],
                [t('backfill.dates'), datesText(backfill.dates, t('ui.listSeparator'))],
                [
                  t('backfillForm.order'),
                  t(request.order === 'desc' ? 'backfillForm.descending' : 'backfillForm.ascending'),
                ],
                [t('backfillForm.groups'), request.groups],
                [t('backfillForm.countNodes'), backfill.nodeCount],
                [t('backfillForm.countDry'), backfill.dryRunCount],
                [t('backfillForm.countInstances'), backfill.instanceCount],
                ...optionFacts(t, request),
                [t('nodes.environment'), t(`nodes.${environment}`)],
                [t('backfill.by'), backfill.requestedBy.name],
                [t('backfill.at'), <Instant key="at" at={backfill.createdAt} />],
                [t('backfillPage.startedAt'), backfill.startedAt && <Instant at={backfill.startedAt} />],
                [t('backfillPage.finishedAt'), backfill.finishedAt && <Instant at={backfill.finishedAt} />],
                [
                  t('backfillPage.took'),
                  backfill.startedAt && (
                    <Elapsed since={backfill.startedAt} until={backfill.finishedAt} now={serverNow} />
                  ),
                ],
                [
                  t('backfillPage.operation'),
                  backfill.operationId && (
                    <LinkTo {...links.operationHere(backfill.operationId)}>{backfill.operationId}</LinkTo>
                  ),
                ],
              ]}
            />
          </Card>
        </Section>
        <Section title={t('backfillPage.nodes', { count: backfill.nodeCount + backfill.dryRunCount })}>
          <Nodes backfill={backfill} />
        </Section>
      </div>
      <Section title={t('objectLog.title')}>
        <ObjectLogTable entries={backfill.log} />
      </Section>
    </Page>
  )
}

type Day = BackfillDetail['dags'][number]

function Days({ backfill }: { backfill: BackfillDetail }) {
  const { t } = useTranslation()
  const { workspaceId, environment } = backfill
  const columns: readonly Column<Day>[] = [
    {
      key: 'day',
      header: t('backfillPage.day'),
      width: 130,
      cell: (day) => (
        <Text fz="sm" fw={500} className="span">
          {day.bizdate}
        </Text>
      ),
    },
    ...(backfill.request.groups! > 1
      ? [
          {
            key: 'line',
            header: t('backfillPage.line'),
            width: 90,
            cell: (day: Day) => (day.line === null ? '–' : day.line + 1),
          },
        ]
      : []),
    {
      key: 'status',
      header: t('backfillPage.status'),
      width: 210,
      cell: (day) => (
        <Group gap={6}>
          <StateBadge look={DAY_LOOKS[day.status]} />
          {day.status !== 'succeeded' && day.outsideWindow && !day.paused && (
            <Badge variant="outline" color="gray" tt="none" fw={500}>
              {t('backfillPage.outsideWindow')}
            </Badge>
          )}
        </Group>
      ),
    },
    {
      key: 'counts',
      header: t('backfillPage.counts'),
      cell: (day) => <Progress label={day.bizdate} counts={day.counts} />,
    },
    {
      key: 'took',
      header: t('backfillPage.took'),
      width: 100,
      cell: ({ startedAt, finishedAt }) =>
        startedAt ? <Elapsed since={startedAt} until={finishedAt} now={serverNow} /> : '–',
    },
    {
      key: 'ways',
      header: t('backfillPage.ways'),
      width: 200,
      quiet: true,
      cell: (day) => (
        <Group gap={4} wrap="nowrap" justify="flex-end">
          <LinkButton
            {...links.instances(workspaceId, { dagId: day.id, ...(environment === 'DEV' && { environment }) })}
            size="compact-sm"
            variant="subtle"
            leftSection={<IconListDetails {...iconProps} />}
            aria-label={t('backfillPage.toInstancesOf', { day: day.bizdate })}
          >
            {t('backfillPage.toInstances')}
          </LinkButton>
          <LinkButton
            {...links.run(workspaceId, day.id)}
            size="compact-sm"
            variant="subtle"
            leftSection={<IconSitemap {...iconProps} />}
            aria-label={t('backfillPage.toGraphOf', { day: day.bizdate })}
          >
            {t('backfillPage.toGraph')}
          </LinkButton>
        </Group>
      ),
    },
  ]
  return (
    <Card padding={0}>
      <RowTable
        label={t('backfillPage.days')}
        columns={columns}
        rows={backfill.dags}
        keyOf={(day) => String(day.id)}
        minWidth={860}
        maxHeight={620}
      />
    </Card>
  )
}

type Node = BackfillDetail['nodes'][number]

function Nodes({ backfill }: { backfill: BackfillDetail }) {
  const { t } = useTranslation()
  const all = backfill.nodeCount + backfill.dryRunCount
  const columns: readonly Column<Node>[] = [
    {
      key: 'name',
      header: t('nodes.name'),
      cell: (node) => (
        <LinkTo {...links.node(node.workspaceId, node.id, backfill.environment)} className="wrap-anywhere">
          {node.name}
        </LinkTo>
      ),
    },
    { key: 'type', header: t('nodes.programType'), width: 150, cell: (node) => node.programType },
    {
      key: 'role',
      header: t('backfillForm.role'),
      width: 110,
      cell: (node) => t(node.dryRun ? 'backfillForm.dryRun' : 'backfillForm.runs'),
    },
  ]
  return (
    <Stack gap={4}>
      <Card padding={0}>
        <RowTable
          label={t('backfillForm.affected')}
          columns={columns}
          rows={backfill.nodes}
          keyOf={(node) => String(node.id)}
          minWidth={420}
          maxHeight={420}
        />
      </Card>
      {backfill.nodes.length < all && (
        <Text fz="xs" c="dimmed">
          {t('backfillForm.affectedMore', { shown: backfill.nodes.length, all })}
        </Text>
      )}
    </Stack>
  )
}
