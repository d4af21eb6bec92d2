import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { queries } from '../../api/queries.ts'
import type { ObjectLogEntry } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { type Column, RowTable } from '../../ui/row-table.tsx'
import { Card } from '../../ui/section.tsx'
import { logSentence } from './log-sentence.ts'

type Props = { query: ReturnType<typeof queries.instanceLogOfOperations | typeof queries.nodeLogOfOperations> }

/** What was done to a thing, by whom: the newest entries. */
export function ObjectLog({ query }: Props) {
  const { data, error } = useQuery(query)
  return error ? <ProblemNotice error={error} /> : <ObjectLogTable entries={data?.items} />
}

/** undefined while they are read. */
export function ObjectLogTable({ entries }: { entries: readonly ObjectLogEntry[] | undefined }) {
  const { t } = useTranslation()
  const columns: readonly Column<ObjectLogEntry>[] = [
    {
      key: 'at',
      header: t('objectLog.at'),
      width: 170,
      times: true,
      cell: (one) => <Instant at={one.at} zoned={false} />,
    },
    { key: 'by', header: t('objectLog.by'), width: 160, cell: (one) => one.user?.name ?? t('objectLog.self') },
    {
      key: 'what',
      header: t('objectLog.what'),
      cell: (one) => (
        <>
          <Text fz="sm" className="wrap-anywhere">
            {logSentence(t, one)}
          </Text>
          {one.operationId && (
            <LinkTo {...links.operationHere(one.operationId)} fz="xs">
              {t('objectLog.operation')}
            </LinkTo>
          )}
        </>
      ),
    },
  ]
  if (entries?.length === 0) {
    return (
      <Card>
        <Text fz="sm" c="dimmed">
          {t('objectLog.empty')}
        </Text>
      </Card>
    )
  }
  return (
    <Card padding={0}>
      <RowTable
        label={t('objectLog.title')}
        columns={columns}
        rows={entries}
        keyOf={(one) => String(one.id)}
        minWidth={620}
        maxHeight={560}
      />
    </Card>
  )
}
