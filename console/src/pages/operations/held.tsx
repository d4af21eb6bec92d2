import { Skeleton, Text } from '@mantine/core'
import { IconMoodCheck } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { serverNow } from '../../api/client.ts'
import { queries } from '../../api/queries.ts'
import type { HeldNow } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { Elapsed, Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { type Column, RowTable } from '../../ui/row-table.tsx'
import { Card } from '../../ui/section.tsx'

type Row = HeldNow['items'][number]

/** Who holds what at this moment. */
export function HeldPage() {
  const { t } = useTranslation()
  const { data, error } = useQuery(queries.heldNow())
  const columns: readonly Column<Row>[] = [
    {
      key: 'extension',
      header: t('operations.extension'),
      cell: (row) => (
        <>
          <LinkTo {...links.extension(row.extensionCode)} fw={500} className="wrap-anywhere">
            {row.extensionName}
          </LinkTo>
          <Text fz="xs" c="dimmed">
            {t('check.owner', { name: row.owner.name })}
          </Text>
        </>
      ),
    },
    { key: 'reason', header: t('heldNow.reason'), cell: (row) => t(`heldNow.reasons.${row.waitsFor}`) },
    {
      key: 'count',
      header: t('heldNow.count'),
      width: 120,
      cell: (row) => (
        <LinkTo {...links.operations({ state: 'held', extension: row.extensionCode })}>{String(row.count)}</LinkTo>
      ),
    },
    {
      key: 'oldest',
      header: t('heldNow.oldest'),
      width: 180,
      cell: (row) => <Elapsed since={row.oldestSince} until={null} now={serverNow} />,
    },
  ]
  return (
    <Page title={t('nav.heldNow')} description={t('heldNow.hint')}>
      <ProblemNotice error={error} />
      {data === undefined && !error && <Skeleton height={160} />}
      {data?.at && (
        <Text fz="sm" c="dimmed">
          {t('heldNow.asOf')} <Instant at={data.at} />
        </Text>
      )}
      {data && (
        <Card padding={data.items.length === 0 ? undefined : 0}>
          {data.items.length === 0 ? (
            <Empty icon={IconMoodCheck} title={t('heldNow.empty')} next={t('heldNow.emptyNext')} />
          ) : (
            <RowTable
              label={t('nav.heldNow')}
              columns={columns}
              rows={data.items}
              keyOf={(row) => `${row.extensionCode} ${row.waitsFor}`}
              minWidth={640}
            />
          )}
        </Card>
      )}
    </Page>
  )
}
