import { Alert, Badge, Button, Group, Modal, Select, Stack, Text } from '@mantine/core'
import { IconCircleCheck, IconCircleX, IconLock, IconPlayerPlay, IconSend, IconShieldLock } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { calls } from '../../api/calls.ts'
import type { EventRule, Target } from '../../api/shapes.ts'
import { EVENTS_BY_MODULE, useEventNames } from '../../events.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMay } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { type Column, RowTable } from '../../ui/row-table.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { SigningSecretsDialog } from './signing-secrets.tsx'

type Props = { rule: EventRule; extensionName: (code: string) => string }

/** The targets of a rule, which of them are blocked, and a trial of each. */
export function TargetTable({ rule, extensionName }: Props) {
  const { t } = useTranslation()
  const may = useMay()
  const [tried, setTried] = useState<Target | null>(null)
  const [signed, setSigned] = useState<Target | null>(null)
  const columns: readonly Column<Target>[] = [
    {
      key: 'name',
      header: t('rules.targetName'),
      width: 190,
      cell: (target) => (
        <Stack gap={4} align="flex-start">
          <Text fz="sm" fw={500} className="wrap-anywhere">
            {target.name}
          </Text>
          <Badge variant="default" tt="none" className="state-badge">
            {t(`target.kinds.${target.kind}`)}
          </Badge>
        </Stack>
      ),
    },
    {
      key: 'endpoint',
      header: t('rules.endpoint'),
      cell: (target) => (
        <>
          <Text fz="sm" className="wrap-anywhere">
            {target.endpoint}
          </Text>
          <Text fz="xs" c="dimmed">
            {[
              t(`target.retry.${target.retryPolicy}.name`),
              t(`target.errors.${target.errorsTolerance}.name`),
              t('target.atOnce', { count: target.maxConcurrency }),
              ...(target.hasCredentials ? [t('target.withCredentials')] : []),
            ].join(' · ')}
          </Text>
          {target.blockedAt !== null && <Blocked rule={rule} target={target} at={target.blockedAt} />}
        </>
      ),
    },
    {
      key: 'serves',
      header: t('rules.serves'),
      width: 190,
      cell: (target) => target.serves?.map(extensionName).join(t('ui.listSeparator')) ?? t('rules.servesAll'),
    },
    {
      key: 'actions',
      header: t('target.actions'),
      quiet: true,
      width: 150,
      cell: (target) =>
        may('openevent.write') && (
          <Stack gap={6} align="flex-start">
            {target.kind !== 'bus' && (
              <Button
                size="compact-sm"
                variant="default"
                leftSection={<IconSend {...iconProps} />}
                aria-label={t('target.testNamed', { name: target.name })}
                onClick={() => setTried(target)}
              >
                {t('target.test')}
              </Button>
            )}
            {target.kind === 'http' && (
              <Button
                size="compact-sm"
                variant="default"
                leftSection={<IconShieldLock {...iconProps} />}
                aria-label={t('signing.openFor', { name: target.name })}
                onClick={() => setSigned(target)}
              >
                {t('signing.open')}
              </Button>
            )}
          </Stack>
        ),
    },
  ]
  return (
    <>
      <RowTable
        label={t('rules.targets')}
        columns={columns}
        rows={rule.targets}
        keyOf={(target) => String(target.id)}
        minWidth={680}
      />
      {signed && (
        <SigningSecretsDialog busId={rule.busId} ruleId={rule.id} target={signed.name} close={() => setSigned(null)} />
      )}
      {tried && <TestDialog rule={rule} target={tried} close={() => setTried(null)} />}
    </>
  )
}

function Blocked({ rule, target, at }: { rule: EventRule; target: Target; at: string }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const may = useMay()
  const unblock = useMutation({
    mutationFn: () => calls.unblockTarget(rule.busId, rule.id, target.name),
    onSettled: () => client.invalidateQueries({ queryKey: ['event-buses'] }),
  })
  return (
    <Stack gap={6} mt={6} align="flex-start">
      <Group gap="xs">
        <StateBadge look={{ icon: IconLock, colour: 'orange', text: 'target.blocked' }} />
        <Text fz="xs" c="dimmed">
          <Instant at={at} />
        </Text>
      </Group>
      <Text fz="sm">{t('target.blockedMeaning')}</Text>
      <Group gap="sm">
        <LinkTo {...links.deadLetters({ targetId: target.id })} fz="sm">
          {t('target.itsDeadLetters')}
        </LinkTo>
        {may('delivery.redeliver') && (
          <Button
            size="compact-sm"
            variant="default"
            loading={unblock.isPending}
            leftSection={<IconPlayerPlay {...iconProps} />}
            onClick={() => unblock.mutate()}
          >
            {t('target.unblock')}
          </Button>
        )}
      </Group>
      <ProblemNotice error={unblock.error} />
    </Stack>
  )
}

function TestDialog({ rule, target, close }: { rule: EventRule; target: Target; close: () => void }) {
  const { t } = useTranslation()
  const names = useEventNames()
  const [eventCode, setEventCode] = useState('freeze-node')
  const send = useMutation({ mutationFn: () => calls.testTarget(rule.busId, rule.id, target.name, eventCode) })
  return (
    <Modal
      opened
      onClose={close}
      title={t('target.testNamed', { name: target.name })}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      <Stack gap="sm">
        <Text fz="sm">{t('target.testMeaning')}</Text>
        <Group align="flex-end" wrap="nowrap">
          <Select
            label={t('pattern.event')}
            className="grow"
            searchable
            allowDeselect={false}
            data={EVENTS_BY_MODULE.map((group) => ({
              group: names.module(group.module),
              items: group.events.map((one) => ({ value: one.eventCode, label: names.event(one.eventCode) })),
            }))}
            value={eventCode}
            onChange={(code) => code !== null && setEventCode(code)}
          />
          <Button loading={send.isPending} leftSection={<IconSend {...iconProps} />} onClick={() => send.mutate()}>
            {t('target.send')}
          </Button>
        </Group>
        <ProblemNotice error={send.error} />
        <div role="status">
          {send.data && (
            <Alert
              color={send.data.error === null ? 'green' : 'orange'}
              variant="light"
              icon={send.data.error === null ? <IconCircleCheck /> : <IconCircleX />}
              title={
                send.data.error === null
                  ? t('target.accepted', { ms: Math.round(send.data.durationMs) })
                  : t('target.refused', { error: send.data.error })
              }
            >
              {send.data.responseBody && <CodeBlock text={send.data.responseBody} label={t('target.said')} mah={160} />}
            </Alert>
          )}
        </div>
      </Stack>
    </Modal>
  )
}
