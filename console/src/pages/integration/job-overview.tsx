import { Code, Select, Stack } from '@mantine/core'
import { IconChartLine } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { serverNow } from '../../api/client.ts'
import { integrationQueries } from '../../api/integration-queries.ts'
import type { SyncJobDetail, SyncMinute } from '../../api/integration-shapes.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Disclosure } from '../../ui/disclosure.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Instant, instantText } from '../../ui/instant.tsx'
import { LineChart } from '../../ui/line-chart.tsx'
import { type Column, RowTable } from '../../ui/row-table.tsx'
import { Card, Section } from '../../ui/section.tsx'
import { bytesText, shortNumber, wholeNumber } from './looks.ts'
import { MappingTable } from './mapping-table.tsx'

const HOURS = [1, 6, 24]
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

/** What a job is, how much it brings, and where it is. */
export function JobOverview({ job }: { job: SyncJobDetail }) {
  const { t } = useTranslation()
  const { definition } = job
  return (
    <Stack gap="md">
      <Throughput job={job} />
      <div className="two-columns">
        <Section title={t('syncJob.facts')}>
          <Card>
            <Facts
              of={[
                [t('sync.kind'), t(`syncKind.${job.kind}`)],
                [t('syncJob.source'), <Place key="source" of={job.source} />],
                [t('syncJob.target'), <Place key="target" of={job.target} />],
                [t('sync.rows'), wholeNumber(job.rows)],
                [t('sync.rate'), job.lastStartedAt !== null && shortNumber(job.rowsPerSecond)],
                [t('sync.moved'), job.movedAt && <Instant key="moved" at={job.movedAt} />],
                [t('syncJob.lastStarted'), job.lastStartedAt && <Instant key="started" at={job.lastStartedAt} />],
                [
                  t('syncJob.lookback'),
                  definition.kind !== 'full' && t('syncJob.lookbackOf', { count: definition.lookback }),
                ],
                [
                  t('syncJob.pollSeconds'),
                  definition.kind === 'real-time' && t('syncJob.seconds', { count: definition.pollSeconds }),
                ],
                [t('syncJob.resourceGroup'), job.resourceGroup],
                [t('syncJob.owner'), job.owner?.name],
                [t('syncJob.revision'), job.revision],
                [t('ui.changed'), <Instant key="modified" at={job.modifiedAt} />],
              ]}
            />
          </Card>
        </Section>
        <Section title={t('syncJob.mappings', { count: definition.mappings.length })}>
          <Card padding={0}>
            <MappingTable mappings={definition.mappings} />
          </Card>
        </Section>
      </div>
    </Stack>
  )
}

function Place({ of }: { of: SyncJobDetail['source'] }) {
  const { t } = useTranslation()
  return (
    <>
      {of.dataSource ? <Code>{of.dataSource}</Code> : t('syncForm.default')}
      {(of.kind === 'postgresql' || of.kind === 'duckdb') && ` · ${t(`dataSources.${of.kind}`)}`}
    </>
  )
}

function Throughput({ job }: { job: SyncJobDetail }) {
  const { t } = useTranslation()
  const [hours, setHours] = useState(1)
  const { data, error } = useQuery(
    integrationQueries.throughput(job.workspaceId, job.id, hours, job.may.includes('stop')),
  )
  const minutes = byMinute(data ?? [])
  // The minute under way looks like less than it becomes: it is shown where there is no other yet.
  const now = Math.floor(serverNow() / MINUTE_MS) * MINUTE_MS
  const end = minutes.some(({ at }) => at < now) ? now - MINUTE_MS : now
  const columns: readonly Column<Minute>[] = [
    {
      key: 'minute',
      header: t('syncJob.minute'),
      times: true,
      cell: ({ at }) => <Instant at={new Date(at).toISOString()} zoned={false} />,
    },
    { key: 'rows', header: t('syncJob.rows'), cell: ({ rows }) => wholeNumber(rows) },
    { key: 'bytes', header: t('syncJob.bytes'), cell: ({ bytes }) => bytesText(bytes) },
  ]
  return (
    <Section
      title={t('syncJob.throughput')}
      description={t('syncJob.throughputHint')}
      actions={
        <Select
          aria-label={t('syncJob.period')}
          size="xs"
          w={150}
          allowDeselect={false}
          data={HOURS.map((count) => ({ value: String(count), label: t('syncJob.hours', { count }) }))}
          value={String(hours)}
          onChange={(value) => setHours(Number(value))}
        />
      }
    >
      <ProblemNotice error={error} />
      <Card>
        {minutes.length === 0 ? (
          <Empty icon={IconChartLine} title={t('syncJob.noThroughput')} next={t('syncJob.noThroughputNext')} />
        ) : (
          <>
            <LineChart
              label={t('syncJob.throughputOf')}
              filled
              points={everyMinute(minutes, end - hours * HOUR_MS, end)}
              number={shortNumber}
              time={(at) => instantText(new Date(at).toISOString()).slice(-5)}
            />
            <Disclosure label={t('syncJob.asTable')}>
              <RowTable
                label={t('syncJob.throughput')}
                columns={columns}
                rows={minutes.toReversed()}
                keyOf={({ at }) => String(at)}
                minWidth={360}
                maxHeight={320}
              />
            </Disclosure>
          </>
        )}
      </Card>
    </Section>
  )
}

type Minute = { readonly at: number; readonly rows: number; readonly bytes: number }

/** Two runs may have moved rows in the same minute. */
function byMinute(of: readonly SyncMinute[]): readonly Minute[] {
  const found = new Map<number, Minute>()
  for (const { at, rows, bytes } of of) {
    const minute = Math.floor(Date.parse(at) / MINUTE_MS) * MINUTE_MS
    const before = found.get(minute)
    found.set(minute, { at: minute, rows: rows + (before?.rows ?? 0), bytes: bytes + (before?.bytes ?? 0) })
  }
  return [...found.values()].toSorted((a, b) => a.at - b.at)
}

/** Minutes without rows are none that is missing: nothing was moved. */
function everyMinute(minutes: readonly Minute[], from: number, to: number) {
  const rows = new Map(minutes.map((minute) => [minute.at, minute.rows]))
  const length = Math.floor((to - from) / MINUTE_MS) + 1
  return Array.from({ length }, (_, index) => {
    const at = from + index * MINUTE_MS
    return { key: String(at), at, value: rows.get(at) ?? 0, title: '' }
  })
}
