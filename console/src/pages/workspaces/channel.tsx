import { Alert, Button, Group, Select, Skeleton, Stack, Switch, Text } from '@mantine/core'
import { IconAlertTriangle, IconBroadcast } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { calls } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import type { Channel, EventBus } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMay, useMe } from '../../session.ts'
import { Empty } from '../../ui/empty.tsx'
import { LinkButton, LinkTo } from '../../ui/link.tsx'
import { notify } from '../../ui/notify.tsx'
import { Page } from '../../ui/page.tsx'
import { Card } from '../../ui/section.tsx'

const route = getRouteApi('/signed-in/workspaces/$workspaceId/channel')

/** Where the events of a workspace go. */
export function ChannelPage() {
  const { t } = useTranslation()
  const me = useMe()
  const workspaceId = Number(route.useParams().workspaceId)
  const channel = useQuery(queries.channel(workspaceId))
  const buses = useQuery(queries.eventBuses())
  const name = me.workspaces.find((one) => one.id === workspaceId)?.name ?? workspaceId
  return (
    <Page title={t('channel.title')} description={t('channel.hint', { workspace: name })}>
      <ProblemNotice error={channel.error ?? buses.error} />
      {(!channel.data || !buses.data) && !channel.error && !buses.error && <Skeleton height={160} />}
      {channel.data && buses.data && (
        <Card>
          {buses.data.length === 0 ? (
            <Empty
              icon={IconBroadcast}
              title={t('channel.noBus')}
              next={t('channel.noBusNext')}
              actions={<LinkButton {...links.eventBuses()}>{t('nav.eventBuses')}</LinkButton>}
            />
          ) : (
            <Form
              key={`${channel.data.bus?.id} ${channel.data.enabled}`}
              workspaceId={workspaceId}
              channel={channel.data}
              buses={buses.data}
            />
          )}
        </Card>
      )}
    </Page>
  )
}

type FormProps = { workspaceId: number; channel: Channel; buses: readonly EventBus[] }

function Form({ workspaceId, channel, buses }: FormProps) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const mayConfigure = useMay()('workspace.configure', workspaceId)
  const [busId, setBusId] = useState(channel.bus?.id ?? null)
  const [enabled, setEnabled] = useState(channel.bus === null || channel.enabled)
  const save = useMutation({
    mutationFn: () => calls.setChannel(workspaceId, { busId: busId!, enabled }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['channel'] })
      void notify({ colour: 'green', message: t('ui.saved') })
    },
  })
  const changed = busId !== (channel.bus?.id ?? null) || enabled !== channel.enabled
  return (
    <Stack maw={520}>
      {(channel.bus === null || !channel.enabled) && (
        <Alert color="orange" icon={<IconAlertTriangle />} p="xs">
          {t(channel.bus === null ? 'channel.none' : 'channel.off')}
        </Alert>
      )}
      <Select
        label={t('channel.bus')}
        data={buses.map((bus) => ({ value: String(bus.id), label: bus.name }))}
        value={busId === null ? null : String(busId)}
        disabled={!mayConfigure}
        onChange={(id) => setBusId(id === null ? null : Number(id))}
      />
      <Switch
        label={t('channel.enabled')}
        description={t('channel.enabledHint')}
        checked={enabled}
        disabled={!mayConfigure}
        onChange={(event) => setEnabled(event.currentTarget.checked)}
      />
      {busId !== null && (
        <Text fz="sm">
          <LinkTo {...links.eventBus(busId)} fz="sm">
            {t('channel.rules')}
          </LinkTo>
        </Text>
      )}
      <ProblemNotice error={save.error} />
      {mayConfigure ? (
        <Group>
          <Button disabled={busId === null || !changed} loading={save.isPending} onClick={() => save.mutate()}>
            {t('ui.save')}
          </Button>
        </Group>
      ) : (
        <Text fz="sm" c="dimmed">
          {t('channel.mayNot')}
        </Text>
      )}
    </Stack>
  )
}
