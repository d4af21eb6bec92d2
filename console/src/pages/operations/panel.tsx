import { Badge, Button, Group, Skeleton, Stack, Text, Tooltip } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconArrowBackUp } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { calls } from '../../api/calls.ts'
import { serverNow } from '../../api/client.ts'
import { queries } from '../../api/queries.ts'
import type { OperationDetail } from '../../api/shapes.ts'
import { useEventNames } from '../../events.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMe } from '../../session.ts'
import { useTranslation, withTextsOf } from '../../text/index.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { Copyable } from '../../ui/copy.tsx'
import { Disclosure } from '../../ui/disclosure.tsx'
import { Facts } from '../../ui/facts.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Elapsed, Instant, Remaining } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { notify } from '../../ui/notify.tsx'
import { type Column, RowTable } from '../../ui/row-table.tsx'
import { Card, Section } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { type Change, fieldName, fieldValue } from './changes.ts'
import { CheckCard } from './check-card.tsx'
import { Deliveries } from './deliveries.tsx'
import { STANDING_LOOKS, standingOf } from './standing.ts'
import { WhyHeld } from './why-held.tsx'

const HeldBackfill = lazy(() => withTextsOf('operationCenter', import('../backfills/held.tsx')))

/** Everything about one operation, live: why it is held, who asked, what it would change, who checks it and what they said. */
export default function OperationPanel({ operationId }: { operationId: string }) {
  const { data, error } = useQuery(queries.operation(operationId))
  if (error && !data) return <ProblemNotice error={error} />
  if (!data) {
    return (
      <Stack>
        <Skeleton height={40} />
        <Skeleton height={120} />
        <Skeleton height={200} />
      </Stack>
    )
  }
  return <Shown operation={data} />
}

function Shown({ operation }: { operation: OperationDetail }) {
  const { t } = useTranslation()
  const names = useEventNames()
  const held = operation.state === 'held'
  const traceId = operation.message?.traceparent?.split('-')[1]
  return (
    <Stack gap="lg" className="operation-panel">
      <Card>
        <Group justify="space-between" align="flex-start" mb="xs" gap="xs">
          <Text fw={600} fz="lg" className="wrap-anywhere beside-badge">
            {t('operation.title', { event: names.operation(operation.eventCode), object: operation.objectName })}
          </Text>
          {operation.trial && (
            <Tooltip label={t('trial.badgeHint')} multiline w={320}>
              <Badge color="grape" variant="light" tt="none" tabIndex={0}>
                {t('trial.badge')}
              </Badge>
            </Tooltip>
          )}
          <div role="status">
            <StateBadge look={STANDING_LOOKS[standingOf(operation)]} size="lg" />
          </div>
        </Group>
        <WhyHeld operation={operation} />
        {operation.mayWithdraw && <Withdraw operation={operation} />}
      </Card>

      <Section title={t('operation.checks', { count: operation.checks.length })}>
        {operation.checks.length === 0 ? (
          <Text c="dimmed" fz="sm">
            {t('operation.noChecks')}
          </Text>
        ) : (
          <Stack gap="sm">
            {operation.checks.map((check) => (
              <CheckCard key={check.extensionCode} check={check} operation={operation} />
            ))}
          </Stack>
        )}
      </Section>

      {operation.trial ? (
        <Text c="dimmed" fz="sm">
          {t('trial.badgeHint')}
        </Text>
      ) : (
        <Section title={t(held ? 'operation.wouldChange' : 'operation.asAsked')}>
          {operation.eventCode === 'backfill-data' ? (
            <Suspense fallback={<Skeleton height={160} />}>
              <HeldBackfill operation={operation} />
            </Suspense>
          ) : (
            <Changes operation={operation} />
          )}
        </Section>
      )}

      <Section title={t('operation.facts')}>
        <Facts
          of={[
            [t('operation.askedBy'), <Asker key="by" operation={operation} />],
            [t('operation.askedAt'), <Instant key="at" at={operation.requestedAt} />],
            [
              t(held ? 'operation.heldFor' : 'operation.took'),
              <Elapsed key="for" since={operation.requestedAt} until={operation.endedAt} now={serverNow} />,
            ],
            [t('operation.endedAt'), operation.endedAt && <Instant at={operation.endedAt} />],
            [
              t('operation.expires'),
              held && operation.expiresAt && (
                <>
                  <Remaining until={operation.expiresAt} now={serverNow} /> (<Instant at={operation.expiresAt} />)
                </>
              ),
            ],
            [t('operation.point'), `${names.event(operation.eventCode)} (${operation.eventCode})`],
            [t('operation.workspace'), operation.workspaceId && <WorkspaceName id={operation.workspaceId} />],
            [t('operation.id'), <Copyable key="id" value={operation.id} />],
            [t('operation.messageId'), operation.messageId && <Copyable value={operation.messageId} />],
            [t('operation.traceId'), traceId && <Copyable value={traceId} />],
          ]}
        />
      </Section>

      {operation.message && (
        <Section title={t('operation.telling')} description={t('operation.tellingHint')}>
          <Deliveries operation={operation} />
          <Disclosure label={t('operation.rawMessage')}>
            <Stack gap="sm">
              {operation.message.envelopes.map(({ busName, text }) => {
                const label = busName === '' ? t('function.envelope') : t('operation.envelopeOf', { bus: busName })
                return (
                  <div key={busName}>
                    <Text fz="xs" c="dimmed" mb={4} className="wrap-anywhere">
                      {label}
                    </Text>
                    <CodeBlock text={text} label={label} />
                  </div>
                )
              })}
              {operation.message.envelopes.length === 0 && (
                <CodeBlock text={JSON.stringify(operation.message.body, null, 2)} label={t('operation.rawMessage')} />
              )}
            </Stack>
          </Disclosure>
        </Section>
      )}
    </Stack>
  )
}

function Asker({ operation }: { operation: OperationDetail }) {
  const { t } = useTranslation()
  const me = useMe()
  return operation.requestedBy.id === me.user.id ? t('operation.you') : operation.requestedBy.name
}

function WorkspaceName({ id }: { id: number }) {
  const me = useMe()
  const name = me.workspaces.find((workspace) => workspace.id === id)?.name
  return <LinkTo {...links.nodes(id)}>{name ?? String(id)}</LinkTo>
}

type ObjectLink = ReturnType<typeof links.node | typeof links.instance | typeof links.file | typeof links.table>

/** Where its objects are seen; null where they have no page. */
function linkOfObjects({ eventCode, workspaceId }: OperationDetail): ((id: string) => ObjectLink) | null {
  if (workspaceId === null) return null
  if (eventCode.endsWith('-node')) return (id) => links.node(workspaceId, id)
  if (eventCode.endsWith('-file')) return (id) => links.file(workspaceId, id)
  if (eventCode.endsWith('-table')) return (id) => links.table(workspaceId, Number(id))
  return /-instance(-|$)/.test(eventCode) ? (id) => links.instance(workspaceId, id) : null
}

function Changes({ operation }: { operation: OperationDetail }) {
  const { t } = useTranslation()
  const link = linkOfObjects(operation)
  if (operation.changes.length === 0) {
    return (
      <Text c="dimmed" fz="sm">
        {operation.objects.map((object) => object.name).join(', ') || operation.objectName}
      </Text>
    )
  }
  const columns: readonly Column<Change>[] = [
    {
      key: 'object',
      header: t('operation.object'),
      cell: (change) =>
        link ? (
          <>
            <LinkTo {...link(change.objectId)} className="wrap-anywhere">
              {change.objectName}
            </LinkTo>
            <Text fz="xs" c="dimmed">
              {change.objectId}
            </Text>
          </>
        ) : (
          change.objectName
        ),
    },
    { key: 'field', header: t('operation.field'), width: 130, cell: (change) => fieldName(t, change) },
    { key: 'from', header: t('operation.from'), width: 110, cell: (change) => fieldValue(t, change, 'from') },
    { key: 'to', header: t('operation.to'), width: 110, cell: (change) => <b>{fieldValue(t, change, 'to')}</b> },
  ]
  return (
    <Card padding={0}>
      <RowTable
        label={t('operation.changes')}
        columns={columns}
        rows={operation.changes}
        keyOf={(change) => `${change.objectId} ${change.field}`}
        minWidth={520}
        maxHeight={320}
      />
    </Card>
  )
}

function Withdraw({ operation }: { operation: OperationDetail }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [asking, dialog] = useDisclosure(false)
  const withdraw = useMutation({
    mutationFn: () => calls.withdraw(operation.id),
    onSuccess: () => {
      dialog.close()
      void notify({ message: t('operation.withdrawn'), colour: 'gray' })
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['operations'] }),
  })
  return (
    <Group mt="sm">
      <Button variant="default" size="xs" leftSection={<IconArrowBackUp {...iconProps} />} onClick={dialog.open}>
        {t('operation.withdraw')}
      </Button>
      <Confirm
        opened={asking}
        close={dialog.close}
        title={t('operation.withdrawTitle')}
        verb={t('operation.withdraw')}
        busy={withdraw.isPending}
        confirm={() => withdraw.mutate()}
      >
        <Text fz="sm">{t('operation.withdrawMeaning')}</Text>
        <ProblemNotice error={withdraw.error} />
      </Confirm>
    </Group>
  )
}
