import { Group, Text } from '@mantine/core'
import { IconDatabaseCog } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { developmentQueries } from '../../api/development-queries.ts'
import type { TableSubmission } from '../../api/development-shapes.ts'
import { links } from '../../links.ts'
import { QueryTable } from '../../query-table.tsx'
import { useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { Section } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { SUBMISSION_LOOKS } from './looks.ts'
import { reasonSentence } from './reason.ts'
import { changeText } from './table-environment.tsx'

/** What was let pass and what came of it, newest first. */
export function Submissions({ workspaceId, tableId }: { workspaceId: number; tableId: number }) {
  const { t } = useTranslation()
  const found = useQuery(developmentQueries.submissions(workspaceId, tableId))
  const columns: readonly Column<TableSubmission>[] = [
    {
      key: 'environment',
      header: t('nodes.environment'),
      width: 190,
      cell: (one) => (
        <>
          {t(`nodes.${one.environment}`)}
          <Text fz="xs" c="dimmed">
            {t('tables.revision', { revision: one.revision })}
          </Text>
        </>
      ),
    },
    {
      key: 'state',
      header: t('development.state'),
      width: 170,
      cell: (one) => <StateBadge look={SUBMISSION_LOOKS[one.state]} />,
    },
    {
      key: 'changes',
      header: t('tables.changes'),
      cell: (one) => (
        <>
          <Text fz="sm" className="wrap-anywhere">
            {one.changes.map((change) => changeText(t, change)).join(t('ui.listSeparator'))}
          </Text>
          {one.reasons.map((reason) => (
            <Text key={reason.code} fz="sm" c="var(--mantine-color-error)" className="wrap-anywhere">
              {reasonSentence(reason)}
            </Text>
          ))}
        </>
      ),
    },
    {
      key: 'by',
      header: t('submission.by'),
      width: 190,
      times: true,
      cell: (one) => (
        <>
          <Instant at={one.submittedAt} zoned={false} />
          <Text fz="xs" c="dimmed">
            {one.submittedBy.name}
          </Text>
        </>
      ),
    },
    {
      key: 'ways',
      header: t('submission.ways'),
      width: 160,
      quiet: true,
      cell: (one) => (
        <Group gap="sm" justify="flex-end">
          {one.operationId && <LinkTo {...links.operationHere(one.operationId)}>{t('submission.checks')}</LinkTo>}
          {one.instanceId && (
            <LinkTo {...links.instance(workspaceId, one.instanceId, 'log')}>{t('submission.log')}</LinkTo>
          )}
        </Group>
      ),
    },
  ]
  return (
    <Section title={t('submission.title')}>
      <QueryTable
        label={t('submission.title')}
        found={found}
        columns={columns}
        keyOf={(one) => String(one.id)}
        minWidth={860}
        empty={<Empty icon={IconDatabaseCog} title={t('submission.empty')} next={t('submission.emptyNext')} />}
      />
    </Section>
  )
}
