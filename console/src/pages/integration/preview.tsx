import type { Sync } from '@holdpoint/core'
import { Alert, Button, Code, Group, Skeleton, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconPlugConnected, IconTransfer } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { integrationQueries } from '../../api/integration-queries.ts'
import type { SyncPreview } from '../../api/integration-shapes.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Disclosure } from '../../ui/disclosure.tsx'
import { Empty } from '../../ui/empty.tsx'
import { iconProps } from '../../ui/icon.ts'
import { type Column, RowTable } from '../../ui/row-table.tsx'
import { Card } from '../../ui/section.tsx'
import { ReasonList } from './reasons.tsx'

/** Where the mappings lead, asked of both data sources when somebody wants to know. */
export function Preview({ workspaceId, sync }: { workspaceId: number; sync: Sync }) {
  const { t } = useTranslation()
  const [asked, setAsked] = useState<Sync | null>(null)
  const { data, error, isFetching, refetch } = useQuery(integrationQueries.preview(workspaceId, asked))
  const isOld = asked !== null && JSON.stringify(asked) !== JSON.stringify(sync)
  const ask = (
    <Button
      size="xs"
      variant="default"
      leftSection={<IconPlugConnected {...iconProps} />}
      disabled={sync.mappings.length === 0}
      loading={isFetching}
      onClick={() => (isOld || asked === null ? setAsked(sync) : void refetch())}
    >
      {t(asked === null ? 'syncForm.ask' : 'syncForm.askAgain')}
    </Button>
  )
  if (asked === null) {
    return (
      <Card>
        <Empty icon={IconTransfer} title={t('syncForm.notAsked')} next={t('syncForm.notAskedNext')} actions={ask} />
      </Card>
    )
  }
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text fz="sm" c="dimmed" role="status">
          {isOld
            ? t('syncForm.previewOld')
            : data && t('syncForm.tablesFound', { count: data.tables.length + data.more })}
        </Text>
        {ask}
      </Group>
      <ProblemNotice error={error} />
      {!data && !error && <Skeleton height={160} />}
      {data && <Found preview={data} />}
    </Stack>
  )
}

type Table = SyncPreview['tables'][number]

function Found({ preview: { tables, more, problems } }: { preview: SyncPreview }) {
  const { t } = useTranslation()
  const columns: readonly Column<Table>[] = [
    {
      key: 'from',
      header: t('syncForm.from'),
      cell: (table) => (
        <>
          <Code className="wrap-anywhere">{table.source}</Code>
          <Disclosure label={t('syncForm.columnCount', { count: table.columns.length })}>
            <Text fz="xs" ff="monospace" className="plain">
              {table.columns.map(({ from, to, type }) => `${from === to ? to : `${from} > ${to}`} ${type}`).join('\n')}
            </Text>
          </Disclosure>
        </>
      ),
    },
    {
      key: 'to',
      header: t('syncForm.to'),
      cell: (table) => (
        <>
          <Code className="wrap-anywhere">{table.target}</Code>
          {table.key.length > 0 && (
            <Text fz="xs" c="dimmed">
              {t('syncForm.keyOf', { key: table.key.join(t('ui.listSeparator')) })}
            </Text>
          )}
        </>
      ),
    },
    {
      key: 'exists',
      header: t('syncForm.exists'),
      width: 105,
      cell: (table) => <Text fz="sm">{t(table.targetExists ? 'syncForm.isThere' : 'syncForm.isMade')}</Text>,
    },
  ]
  return (
    <>
      {problems.length > 0 && (
        <Alert
          color="red"
          p="sm"
          icon={<IconAlertTriangle />}
          title={t('syncForm.problems', { count: problems.length })}
        >
          <ReasonList of={problems} />
        </Alert>
      )}
      {tables.length > 0 && (
        <Card padding={0}>
          <RowTable
            label={t('syncForm.preview')}
            columns={columns}
            rows={tables}
            keyOf={(table) => `${table.source} ${table.target}`}
            minWidth={420}
            maxHeight={420}
          />
        </Card>
      )}
      {more > 0 && (
        <Text fz="sm" c="dimmed">
          {t('syncForm.more', { count: more })}
        </Text>
      )}
    </>
  )
}
