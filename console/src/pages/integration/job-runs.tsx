import { Code, Skeleton, Stack, Text } from '@mantine/core'
import { IconFileText, IconPlayerPlay } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { serverNow } from '../../api/client.ts'
import { integrationQueries } from '../../api/integration-queries.ts'
import type { SyncJobDetail, SyncRun } from '../../api/integration-shapes.ts'
import { queries } from '../../api/queries.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { QueryTable } from '../../query-table.tsx'
import { useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { Elapsed, Instant, instantText } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { RowAct } from '../../ui/row-act.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { Section } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { RunLog } from '../instances/run-log.tsx'
import { JOB_LOOKS, wholeNumber } from './looks.ts'
import { ReasonList } from './reasons.tsx'

/** The runs of a job, newest first, each with its log. */
export function JobRuns({ job }: { job: SyncJobDetail }) {
  const { t } = useTranslation()
  const found = useQuery(integrationQueries.runs(job.workspaceId, job.id))
  const [chosen, setChosen] = useState<number | null>(null)
  const run = found.data?.find(({ id }) => id === chosen) ?? found.data?.[0]
  const columns: readonly Column<SyncRun>[] = [
    {
      key: 'started',
      header: t('syncJob.startedAt'),
      width: 165,
      times: true,
      cell: (one) => (
        <LinkTo {...links.instance(job.workspaceId, one.instanceId)}>
          <Instant at={one.startedAt} zoned={false} />
        </LinkTo>
      ),
    },
    {
      key: 'by',
      header: t('syncJob.startedBy'),
      width: 130,
      cell: (one) => (
        <>
          {one.startedBy.name}
          {one.operationId && (
            <LinkTo {...links.operationHere(one.operationId)} fz="xs" display="block">
              {t('syncJob.operation')}
            </LinkTo>
          )}
        </>
      ),
    },
    {
      key: 'state',
      header: t('sync.state'),
      cell: (one) => (
        <>
          <StateBadge look={JOB_LOOKS[one.state]} />
          {one.stoppedBy && (
            <Text fz="xs" c="dimmed">
              {t('syncJob.stoppedBy', { name: one.stoppedBy.name })}
            </Text>
          )}
          {one.reasons.length > 0 && <ReasonList of={one.reasons} />}
        </>
      ),
    },
    {
      key: 'from',
      header: t('syncJob.startsAt'),
      width: 150,
      cell: (one) =>
        one.startAt === null ? job.kind === 'full' ? '–' : t('syncJob.startsOn') : <Code>{one.startAt}</Code>,
    },
    { key: 'rows', header: t('syncJob.rows'), width: 120, cell: (one) => wholeNumber(one.rows) },
    {
      key: 'took',
      header: t('syncJob.took'),
      width: 110,
      cell: (one) => <Elapsed since={one.startedAt} until={one.endedAt} now={serverNow} />,
    },
    { key: 'revision', header: t('syncJob.revision'), width: 80, cell: (one) => one.revision },
    {
      key: 'log',
      header: t('syncJob.log'),
      width: 90,
      cell: (one) => (
        <RowAct
          label={t('syncJob.showLog', { at: instantText(one.startedAt) })}
          icon={IconFileText}
          act={() => setChosen(one.id)}
        />
      ),
    },
  ]
  return (
    <Stack gap="md">
      <Section title={t('syncJob.runs')}>
        <QueryTable
          label={t('syncJob.runs')}
          columns={columns}
          found={found}
          keyOf={(one) => String(one.id)}
          classOf={(one) => (one.id === run?.id ? 'row-chosen' : undefined)}
          minWidth={980}
          maxHeight={360}
          empty={<Empty icon={IconPlayerPlay} title={t('syncJob.noRuns')} next={t('syncJob.noRunsNext')} />}
        />
      </Section>
      {run && (
        <Section title={t('syncJob.logOf', { at: instantText(run.startedAt) })}>
          <Log key={run.instanceId} workspaceId={job.workspaceId} instanceId={run.instanceId} />
        </Section>
      )}
    </Stack>
  )
}

function Log({ workspaceId, instanceId }: { workspaceId: number; instanceId: number }) {
  const { data, error } = useQuery(queries.instance(workspaceId, instanceId))
  if (error) return <ProblemNotice error={error} />
  if (!data) return <Skeleton height={120} />
  return <RunLog instance={data} />
}
