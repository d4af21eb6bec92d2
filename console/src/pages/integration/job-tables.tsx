import { Code, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { integrationQueries } from '../../api/integration-queries.ts'
import type { SyncJobDetail, SyncTableState } from '../../api/integration-shapes.ts'
import { QueryTable } from '../../query-table.tsx'
import { useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { Instant } from '../../ui/instant.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { Section } from '../../ui/section.tsx'
import { bytesText, wholeNumber } from './looks.ts'

/** The tables that a job has brought rows to, and up to where. */
export function JobTables({ job }: { job: SyncJobDetail }) {
  const { t } = useTranslation()
  const found = useQuery(integrationQueries.tables(job.workspaceId, job.id, job.may.includes('stop')))
  const columns: readonly Column<SyncTableState>[] = [
    { key: 'from', header: t('syncForm.from'), cell: (one) => <Code className="wrap-anywhere">{one.source}</Code> },
    { key: 'to', header: t('syncForm.to'), cell: (one) => <Code className="wrap-anywhere">{one.target}</Code> },
    {
      key: 'position',
      header: t('syncJob.position'),
      width: 220,
      cell: (one) =>
        one.position === null ? (
          <Text fz="sm" c="dimmed">
            {t('syncJob.noPosition')}
          </Text>
        ) : (
          <Code className="wrap-anywhere" title={t('syncJob.positionHint')}>
            {one.position}
          </Code>
        ),
    },
    { key: 'rows', header: t('syncJob.rows'), width: 130, cell: (one) => wholeNumber(one.rows) },
    { key: 'bytes', header: t('syncJob.bytes'), width: 110, cell: (one) => bytesText(one.bytes) },
    {
      key: 'moved',
      header: t('syncJob.moved'),
      width: 165,
      times: true,
      cell: (one) => <Instant at={one.movedAt} zoned={false} />,
    },
  ]
  return (
    <Section title={t('syncJob.tables')} description={found.data?.nextCursor ? t('syncJob.moreTables') : undefined}>
      <QueryTable
        label={t('syncJob.tables')}
        columns={columns}
        found={{ data: found.data?.items, error: found.error }}
        keyOf={(one) => `${one.source} ${one.target}`}
        minWidth={820}
        empty={<Empty title={t('syncJob.noTables')} next={t('syncJob.noTablesNext')} />}
      />
    </Section>
  )
}
