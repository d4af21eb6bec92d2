import { Button, Group, Radio, Text, TextInput } from '@mantine/core'
import { IconBell, IconPencil, IconPlus, IconShieldLock, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { qualityCalls } from '../../api/quality-calls.ts'
import type { QualityMonitorDetail, QualitySubscription } from '../../api/quality-shapes.ts'
import { fieldProblem, ProblemNotice } from '../../problem.tsx'
import { QueryTable } from '../../query-table.tsx'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Empty } from '../../ui/empty.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'
import { RowAct } from '../../ui/row-act.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { Section } from '../../ui/section.tsx'
import { SecretDialog } from '../alerts/secret-dialog.tsx'
import { HeldMarks } from '../workspaces/held-marks.tsx'
import { WhoChecks } from '../workspaces/who-checks.tsx'
import { useAsked } from './asked.ts'

const CHANNELS = ['Mail', 'Webhook'] as const

type Asked =
  | { readonly what: 'new' }
  | { readonly what: 'edit' | 'end' | 'secret'; readonly subscription: QualitySubscription }

/** Who is told of what a monitor finds. */
export function Subscriptions({ monitor }: { monitor: QualityMonitorDetail }) {
  const { t } = useTranslation()
  const [asked, setAsked] = useState<Asked | null>(null)
  const close = () => setAsked(null)
  const may = monitor.may.includes('subscribe')
  const add = may && (
    <Button size="xs" leftSection={<IconPlus {...iconProps} />} onClick={() => setAsked({ what: 'new' })}>
      {t('monitor.subscribe')}
    </Button>
  )
  const columns: readonly Column<QualitySubscription>[] = [
    { key: 'channel', header: t('monitor.channel'), width: 140, cell: (one) => t(`monitor.channels.${one.channel}`) },
    {
      key: 'receiver',
      header: t('monitor.receiver'),
      cell: (one) => (
        <>
          <span className="wrap-anywhere">{one.receiver}</span> <HeldMarks heldBy={one.heldBy} />
        </>
      ),
    },
    { key: 'by', header: t('quality.by'), width: 140, cell: (one) => one.createdBy?.name ?? '–' },
    {
      key: 'created',
      header: t('ui.created'),
      width: 165,
      times: true,
      cell: (one) => <Instant at={one.createdAt} zoned={false} />,
    },
    ...(may
      ? [
          {
            key: 'actions',
            header: t('quality.actions'),
            width: 116,
            quiet: true,
            cell: (subscription: QualitySubscription) => (
              <Group gap={4} wrap="nowrap">
                <RowAct
                  label={t('monitor.changeSubscription', { receiver: subscription.receiver })}
                  icon={IconPencil}
                  act={() => setAsked({ what: 'edit', subscription })}
                />
                {subscription.channel === 'Webhook' && (
                  <RowAct
                    label={t('monitor.secretOf', { receiver: subscription.receiver })}
                    icon={IconShieldLock}
                    act={() => setAsked({ what: 'secret', subscription })}
                  />
                )}
                <RowAct
                  label={t('monitor.endSubscription', { receiver: subscription.receiver })}
                  icon={IconTrash}
                  act={() => setAsked({ what: 'end', subscription })}
                />
              </Group>
            ),
          } as const,
        ]
      : []),
  ]
  return (
    <Section title={t('monitor.subscriptions')} actions={add}>
      <QueryTable
        label={t('monitor.subscriptions')}
        columns={columns}
        found={{ data: monitor.subscriptions, error: null }}
        keyOf={({ id }) => String(id)}
        minWidth={640}
        empty={
          <Empty
            icon={IconBell}
            title={t('monitor.noSubscriptions')}
            next={t('monitor.noSubscriptionsNext')}
            actions={add}
          />
        }
      />
      {asked?.what === 'new' && <SubscribeDialog monitor={monitor} of={null} close={close} />}
      {asked?.what === 'edit' && <SubscribeDialog monitor={monitor} of={asked.subscription} close={close} />}
      {asked?.what === 'end' && <EndDialog monitor={monitor} of={asked.subscription} close={close} />}
      {asked?.what === 'secret' && (
        <SecretDialog
          title={t('monitor.secretOf', { receiver: asked.subscription.receiver })}
          read={() => qualityCalls.subscriptionSecret(monitor.workspaceId, asked.subscription.id)}
          close={close}
        />
      )}
    </Section>
  )
}

type Props = { monitor: QualityMonitorDetail; of: QualitySubscription | null; close: () => void }

function SubscribeDialog({ monitor: { id, workspaceId }, of, close }: Props) {
  const { t } = useTranslation()
  const [channel, setChannel] = useState(of?.channel ?? 'Mail')
  const [receiver, setReceiver] = useState(of?.receiver ?? '')
  const body = { channel, receiver: receiver.trim() }
  const ask = useAsked({
    ask: () =>
      of ? qualityCalls.changeSubscription(workspaceId, of.id, body) : qualityCalls.subscribe(workspaceId, id, body),
    done: t('quality.done'),
    close,
  })
  return (
    <Confirm
      opened
      close={close}
      size="lg"
      title={t('monitor.subscribeTitle')}
      verb={t(of ? 'ui.save' : 'monitor.subscribe')}
      busy={ask.isPending}
      disabled={body.receiver === ''}
      confirm={() => ask.mutate()}
    >
      <Radio.Group
        label={t('monitor.channel')}
        value={channel}
        onChange={(one) => setChannel(one as (typeof CHANNELS)[number])}
      >
        <Group mt={6}>
          {CHANNELS.map((one) => (
            <Radio key={one} value={one} label={t(`monitor.channels.${one}`)} />
          ))}
        </Group>
      </Radio.Group>
      <TextInput
        label={t('monitor.receiver')}
        description={t(channel === 'Mail' ? 'monitor.mailHint' : 'monitor.webhookHint')}
        required
        data-autofocus
        maxLength={2_048}
        value={receiver}
        error={fieldProblem(ask.error, 'receiver')}
        onChange={(event) => setReceiver(event.currentTarget.value)}
      />
      <WhoChecks
        workspaceId={workspaceId}
        environment="PROD"
        point={
          of ? 'update-data-quality-evaluation-task-notification' : 'create-data-quality-evaluation-task-notification'
        }
      />
      <ProblemNotice error={ask.error} />
    </Confirm>
  )
}

function EndDialog({ monitor, of, close }: Props & { of: QualitySubscription }) {
  const { t } = useTranslation()
  const end = useAsked({
    ask: () => qualityCalls.endSubscription(monitor.workspaceId, of.id),
    done: t('quality.done'),
    close,
  })
  return (
    <Confirm
      opened
      close={close}
      size="lg"
      danger
      title={t('monitor.endTitle')}
      verb={t('ui.remove')}
      busy={end.isPending}
      confirm={() => end.mutate()}
    >
      <Text fz="sm">{t('monitor.endMeaning', { receiver: of.receiver })}</Text>
      <WhoChecks
        workspaceId={monitor.workspaceId}
        environment="PROD"
        point="delete-data-quality-evaluation-task-notification"
      />
      <ProblemNotice error={end.error} />
    </Confirm>
  )
}
