import { Button, Group, Paper, Stack, Text } from '@mantine/core'
import { IconBellOff, IconCircleCheck, IconRefresh, IconSend } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { calls } from '../../api/calls.ts'
import { serverNow } from '../../api/client.ts'
import type { DeliveryView, OperationDetail } from '../../api/shapes.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Disclosure } from '../../ui/disclosure.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Instant, Remaining } from '../../ui/instant.tsx'
import { type Column, RowTable } from '../../ui/row-table.tsx'
import { type Look, StateBadge } from '../../ui/state-badge.tsx'

const LOOKS: Readonly<Record<DeliveryView['state'], Look>> = {
  pending: { icon: IconSend, colour: 'blue', text: 'delivery.pending' },
  delivered: { icon: IconCircleCheck, colour: 'green', text: 'delivery.delivered' },
  dead: { icon: IconBellOff, colour: 'orange', text: 'delivery.dead' },
}

/** Where the message went, and every attempt to deliver it. */
export function Deliveries({ operation }: { operation: OperationDetail }) {
  const { t } = useTranslation()
  if (operation.deliveries.length === 0) {
    return (
      <Text fz="sm" c="dimmed" mb="xs">
        {t('delivery.none')}
      </Text>
    )
  }
  return (
    <Stack gap="xs" mb="xs">
      {operation.deliveries.map((delivery) => (
        <Delivery key={delivery.id} delivery={delivery} />
      ))}
    </Stack>
  )
}

function Delivery({ delivery }: { delivery: DeliveryView }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const again = useMutation({
    mutationFn: () => calls.redeliver(delivery.id),
    onSettled: () => client.invalidateQueries({ queryKey: ['operations'] }),
  })
  const failure = delivery.state === 'delivered' ? undefined : delivery.attempts.at(-1)
  return (
    <Paper withBorder p="sm">
      <Group justify="space-between" align="flex-start" gap="xs">
        <div className="beside-badge">
          <Text fw={600} fz="sm">
            {delivery.targetName}
          </Text>
          <Text fz="xs" c="dimmed" className="wrap-anywhere">
            {delivery.endpoint}
          </Text>
          <Text fz="xs" c="dimmed" className="wrap-anywhere">
            {delivery.busName === '' ? t('function.straight') : `${t('delivery.bus')}: ${delivery.busName}`}
          </Text>
        </div>
        <StateBadge look={LOOKS[delivery.state]} />
      </Group>
      {failure && (
        <Text fz="sm" mt={4} className="wrap-anywhere">
          {t('delivery.failed', { answer: answerOf(failure, t('delivery.noAnswer')) })}
        </Text>
      )}
      {delivery.state === 'pending' && delivery.nextAttemptAt && delivery.attempts.length > 0 && (
        <Text fz="sm" c="dimmed" mt={4}>
          {t('delivery.nextAttempt')} <Remaining until={delivery.nextAttemptAt} now={serverNow} />
        </Text>
      )}
      {delivery.blockedAt && (
        <Text fz="sm" mt={4}>
          {t('delivery.blocked')} <Instant at={delivery.blockedAt} />
        </Text>
      )}
      {delivery.attempts.length > 0 && (
        <Disclosure label={t('delivery.attempts', { count: delivery.attemptCount })}>
          <Attempts delivery={delivery} />
        </Disclosure>
      )}
      {delivery.mayRedeliver && (
        <Button
          mt="xs"
          size="xs"
          variant="light"
          loading={again.isPending}
          leftSection={<IconRefresh {...iconProps} />}
          onClick={() => again.mutate()}
        >
          {t('delivery.again')}
        </Button>
      )}
      <ProblemNotice error={again.error} />
    </Paper>
  )
}

type Attempt = DeliveryView['attempts'][number]

const answerOf = ({ status, error }: Attempt, noAnswer: string): string =>
  [status === null ? noAnswer : `HTTP ${status}`, ...(error ? [error] : [])].join(' · ')

function Attempts({ delivery }: { delivery: DeliveryView }) {
  const { t } = useTranslation()
  const columns: readonly Column<DeliveryView['attempts'][number]>[] = [
    { key: 'number', header: t('delivery.number'), width: 56, cell: (attempt) => attempt.number },
    {
      key: 'at',
      header: t('delivery.at'),
      width: 170,
      times: true,
      cell: (attempt) => <Instant at={attempt.at} zoned={false} />,
    },
    {
      key: 'took',
      header: t('delivery.duration'),
      width: 90,
      cell: (attempt) => `${Math.round(attempt.durationMs)} ms`,
    },
    {
      key: 'answer',
      header: t('delivery.answer'),
      cell: (attempt) => <span className="wrap-anywhere">{answerOf(attempt, t('delivery.noAnswer'))}</span>,
    },
  ]
  return (
    <Stack gap="sm">
      <RowTable
        label={t('delivery.attemptList')}
        columns={columns}
        rows={delivery.attempts}
        keyOf={(attempt) => String(attempt.number)}
        minWidth={460}
        maxHeight={320}
      />
      {delivery.attempts
        .filter((attempt) => attempt.responseBody)
        .slice(-1)
        .map((attempt) => (
          <div key={attempt.number}>
            <Text fz="xs" c="dimmed">
              {t('delivery.lastBody')}
            </Text>
            <CodeBlock text={attempt.responseBody!} label={t('delivery.lastBody')} mah={160} />
          </div>
        ))}
    </Stack>
  )
}
