import { Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { queries } from '../../api/queries.ts'
import type { OperationDetail } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { type TextKey, useTranslation } from '../../text/index.ts'
import { Facts } from '../../ui/facts.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { Card } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { BACKFILL_LOOKS } from './states.ts'

/** Nodes named; more are counted. */
const MOST_NAMED = 30

const FIELDS: readonly (readonly [field: string, text: TextKey])[] = [
  ['mode', 'backfill.mode'],
  ['dates', 'backfill.dates'],
  ['nodes', 'backfillForm.countNodes'],
  ['dryRuns', 'backfillForm.countDry'],
  ['instances', 'backfillForm.countInstances'],
]

/** What a held backfill would do: nodes, dates and how they run; nothing has been created yet. */
export default function HeldBackfill({ operation }: { operation: OperationDetail }) {
  const { t } = useTranslation()
  const said = new Map(operation.changes.map((change) => [change.field, change.to]))
  const body = (operation.message?.body ?? {}) as { order?: unknown; parallelGroup?: unknown }
  const mode = said.get('mode')
  const nodes = operation.objects.slice(0, MOST_NAMED)
  return (
    <Stack gap="xs" align="stretch">
      {operation.state === 'done' && operation.workspaceId !== null && (
        <WayThere operationId={operation.id} workspaceId={operation.workspaceId} />
      )}
      <Card>
        <Facts
          of={[
            ...FIELDS.map(
              ([field, text]) =>
                [
                  t(text),
                  field === 'mode' && mode !== undefined ? t(`backfillMode.${mode}` as TextKey) : said.get(field),
                ] as const,
            ),
            [
              t('backfillForm.order'),
              typeof body.order === 'string' &&
                t(body.order === 'desc' ? 'backfillForm.descending' : 'backfillForm.ascending'),
            ],
            [t('backfillForm.groups'), typeof body.parallelGroup === 'number' && body.parallelGroup],
            [
              t('backfillForm.named'),
              <Text key="nodes" fz="sm" component="div">
                {nodes.map((node, at) => (
                  <span key={node.id}>
                    {at > 0 && t('ui.listSeparator')}
                    {operation.workspaceId === null ? (
                      node.name
                    ) : (
                      <LinkTo {...links.node(operation.workspaceId, node.id)}>{node.name}</LinkTo>
                    )}
                  </span>
                ))}
                {operation.objects.length > nodes.length &&
                  ` … (${t('backfillForm.more', { count: operation.objects.length - nodes.length })})`}
              </Text>,
            ],
          ]}
        />
      </Card>
    </Stack>
  )
}

/** To what has become of it. */
function WayThere({ operationId, workspaceId }: { operationId: string; workspaceId: number }) {
  const { t } = useTranslation()
  const { data } = useQuery(queries.backfills(workspaceId, { environment: 'PROD', operationId }))
  const [backfill] = data?.items ?? []
  return (
    backfill && (
      <Group gap="sm">
        <StateBadge look={BACKFILL_LOOKS[backfill.state]} />
        <LinkTo {...links.backfill(workspaceId, backfill.id)} fz="sm">
          {t('backfill.toIt')}
        </LinkTo>
      </Group>
    )
  )
}
