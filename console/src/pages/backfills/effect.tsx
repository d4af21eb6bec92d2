import { Alert, Group, Paper, SimpleGrid, Stack, Text } from '@mantine/core'
import {
  IconAlertTriangle,
  IconBan,
  IconInfoCircle,
  IconPlayerPlay,
  IconPlayerTrackNext,
  IconPuzzle,
  IconPuzzleOff,
  IconSnowflake,
} from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { BackfillPreview, Environment } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { refusalSentence, useTranslation } from '../../text/index.ts'
import { LinkTo } from '../../ui/link.tsx'
import { type Column, RowTable } from '../../ui/row-table.tsx'
import { Card } from '../../ui/section.tsx'
import { type Look, StateBadge } from '../../ui/state-badge.tsx'

type Affected = BackfillPreview['nodes'][number]
type Named = Pick<Affected, 'id' | 'name' | 'workspaceId'>

const RUNS: Look = { icon: IconPlayerPlay, colour: 'green', text: 'backfillForm.runs' }
const DRY_RUN: Look = { icon: IconPlayerTrackNext, colour: 'gray', text: 'backfillForm.dryRun' }
/** Nodes listed in a sentence; more are counted. */
const MOST_NAMED = 12

type Props = { preview: BackfillPreview; environment: Environment; workspaceId: number }

/** What a backfill would come to: what stands in its way, who would check it, and the nodes. */
export function Effect({ preview, environment, workspaceId }: Props) {
  const { t } = useTranslation()
  const { refusal, refused, gaps, frozen, findings } = preview
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 2, xs: 4 }} spacing="xs">
        <Figure name={t('backfillForm.countNodes')} count={preview.nodeCount} />
        <Figure name={t('backfillForm.countDry')} count={preview.dryRunCount} />
        <Figure name={t('backfillForm.countDates')} count={preview.dateCount} />
        <Figure name={t('backfillForm.countInstances')} count={preview.instanceCount} />
      </SimpleGrid>
      {refused.count > 0 && (
        <Alert
          color="red"
          p="xs"
          icon={<IconBan />}
          role="status"
          title={t('backfillForm.forbidden', { count: refused.count })}
        >
          <Names of={refused.nodes} count={refused.count} environment={environment} />
          <Text fz="sm">{t('backfillForm.askFor')}</Text>
        </Alert>
      )}
      {refusal !== null && refused.count === 0 && (
        <Alert color="red" p="xs" icon={<IconBan />} role="status" title={t('backfillForm.wouldBeRefused')}>
          <Text fz="sm" className="wrap-anywhere">
            {refusalSentence(refusal.code, refusal.details) ?? refusal.detail}
          </Text>
        </Alert>
      )}
      {gaps.count > 0 && (
        <Alert
          color="yellow"
          p="xs"
          icon={<IconPlayerTrackNext />}
          title={t('backfillForm.dryRuns', { count: gaps.count })}
        >
          <Names of={gaps.nodes} count={gaps.count} environment={environment} />
        </Alert>
      )}
      {frozen.count > 0 && (
        <Alert color="yellow" p="xs" icon={<IconSnowflake />} title={t('backfillForm.frozen', { count: frozen.count })}>
          <Names of={frozen.nodes} count={frozen.count} environment={environment} />
        </Alert>
      )}
      {findings?.map((finding) => (
        <Alert
          key={finding.code}
          color="yellow"
          p="xs"
          icon={<IconAlertTriangle />}
          title={t(`backfillForm.finding.${finding.code}`, { count: finding.count })}
        >
          <Names of={finding.nodes} count={finding.count} environment={environment} />
        </Alert>
      ))}
      <Checking preview={preview} environment={environment} workspaceId={workspaceId} />
      <Nodes preview={preview} environment={environment} />
    </Stack>
  )
}

function Figure({ name, count }: { name: string; count: number }) {
  const { i18n } = useTranslation()
  return (
    <Paper withBorder p="xs">
      <Text fz="xs" c="dimmed">
        {name}
      </Text>
      <Text fw={600} fz="lg" className="span">
        {count.toLocaleString(i18n.language)}
      </Text>
    </Paper>
  )
}

function Names({ of, count, environment }: { of: readonly Named[]; count: number; environment: Environment }) {
  const { t } = useTranslation()
  const named = of.slice(0, MOST_NAMED)
  return (
    <Text fz="sm" className="wrap-anywhere">
      {named.map((node, at) => (
        <span key={node.id}>
          {at > 0 && t('ui.listSeparator')}
          <LinkTo {...links.node(node.workspaceId, node.id, environment)}>{node.name}</LinkTo>
        </span>
      ))}
      {count > named.length && ` … (${t('backfillForm.more', { count: count - named.length })})`}
    </Text>
  )
}

function Checking({ preview, environment, workspaceId }: Props) {
  const { t } = useTranslation()
  if (environment === 'DEV') return <Told icon={<IconInfoCircle />}>{t('point.devUnchecked')}</Told>
  if (preview.asked.length === 0) {
    return (
      <Alert color="gray" icon={<IconPuzzleOff />} p="xs" title={t('point.nobodyChecks')}>
        <Text fz="sm">
          {t('point.nobodyChecksNext')}{' '}
          <LinkTo {...links.workspaceExtensions(workspaceId)} fz="sm">
            {t('nav.workspaceExtensions')}
          </LinkTo>
        </Text>
      </Alert>
    )
  }
  return (
    <Alert color="blue" icon={<IconPuzzle />} p="xs" title={t('point.whoChecks', { count: preview.asked.length })}>
      <ul className="who-checks">
        {preview.asked.map((extension) => (
          <li key={extension.extensionCode}>
            <LinkTo {...links.extension(extension.extensionCode)} fz="sm" fw={600}>
              {extension.extensionName}
            </LinkTo>{' '}
            <Text span fz="xs" c="dimmed">
              {t('check.version', { version: extension.version })}
            </Text>
          </li>
        ))}
      </ul>
      <Text fz="sm" mt={4}>
        {t('backfillForm.whatThen')}
      </Text>
    </Alert>
  )
}

const Told = ({ icon, children }: { icon: ReactNode; children: ReactNode }) => (
  <Alert color="gray" icon={icon} p="xs">
    {children}
  </Alert>
)

function Nodes({ preview, environment }: { preview: BackfillPreview; environment: Environment }) {
  const { t } = useTranslation()
  const workspaces = new Map(preview.workspaces.map((workspace) => [workspace.id, workspace.name]))
  const all = preview.nodeCount + preview.dryRunCount
  const columns: readonly Column<Affected>[] = [
    {
      key: 'name',
      header: t('nodes.name'),
      cell: (node) => (
        <>
          <LinkTo {...links.node(node.workspaceId, node.id, environment)} className="wrap-anywhere">
            {node.name}
          </LinkTo>
          <Text fz="xs" c="dimmed">
            {node.programType}
            {workspaces.size > 1 && ` · ${workspaces.get(node.workspaceId) ?? node.workspaceId}`}
          </Text>
        </>
      ),
    },
    {
      key: 'role',
      header: t('backfillForm.role'),
      width: 190,
      cell: (node) => (
        <>
          <StateBadge look={node.dryRun === null ? RUNS : DRY_RUN} size="sm" />
          {node.dryRun !== null && (
            <Text fz="xs" c="dimmed">
              {t(`backfillForm.why.${node.dryRun}`)}
            </Text>
          )}
        </>
      ),
    },
  ]
  return (
    <div>
      <Group justify="space-between" mb={4}>
        <Text fz="sm" fw={600}>
          {t('backfillForm.affected')}
        </Text>
        {preview.nodes.length < all && (
          <Text fz="xs" c="dimmed">
            {t('backfillForm.affectedMore', { shown: preview.nodes.length, all })}
          </Text>
        )}
      </Group>
      <Card padding={0}>
        <RowTable
          label={t('backfillForm.affected')}
          columns={columns}
          rows={preview.nodes}
          keyOf={(node) => String(node.id)}
          minWidth={320}
          maxHeight={300}
        />
      </Card>
    </div>
  )
}
