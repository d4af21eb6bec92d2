import { Alert, Button, Group, Select, Skeleton, Stack, Switch, Text } from '@mantine/core'
import { IconAlertTriangle, IconBroadcast } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { calls } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import type { Channel, EventBus } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMay, useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { LinkButton, LinkTo } from '../../ui/link.tsx'
import { notify } from '../../ui/notify.tsx'
import { Page } from '../../ui/page.tsx'
import { Card } from '../../ui/section.tsx'
import { RoutingTable } from './routing-table.tsx'

const route = getRouteApi('/signed-in/workspaces/$workspaceId/channel')

/** Where the events of a workspace go, and whom they reach. */
export function ChannelPage() {
  const { t } = useTranslation()
  const me = useMe()
  const workspaceId = Number(route.useParams().workspaceId)
  const name = me.workspaces.find((one) => one.id === workspaceId)?.name ?? workspaceId
  return (
    <Page title={t('channel.title')} description={t('channel.hint', { workspace: name })}>
      <ChannelCard workspaceId={workspaceId} />
      <RoutingTable key={workspaceId} workspaceId={workspaceId} />
    </Page>
  )
}

/** The same of events that belong to no workspace. */
export function TenantChannelPage() {
  const { t } = useTranslation()
  return (
    <Page
      title={t('channel.tenantTitle')}
      description={t('channel.tenantHint')}
      trail={[[links.eventBuses(), t('nav.eventBuses')]]}
    >
      <ChannelCard workspaceId={null} />
      <RoutingTable workspaceId={null} />
    </Page>
  )
}

function ChannelCard({ workspaceId }: { workspaceId: number | null }) {
  const { t } = useTranslation()
  const channel = useQuery(queries.channel(workspaceId))
  const buses = useQuery(queries.eventBuses())
  return (
    <>
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
    </>
  )
}

type FormProps = { workspaceId: number | null; channel: Channel; buses: readonly EventBus[] }

function Form({ workspaceId, channel, buses }: FormProps) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const mayConfigure = useMay()('openevent.write')
  const [busId, setBusId] = useState(channel.bus?.id ?? null)
  const [enabled, setEnabled] = useState(channel.bus === null || channel.enabled)
  const save = useMutation({
    mutationFn: () => calls.setChannel(workspaceId, { busId: busId!, enabled }),
    onSuccess: async () => {
      await Promise.all(['channel', 'routing'].map((key) => client.invalidateQueries({ queryKey: [key] })))
      void notify({ colour: 'green', message: t('ui.saved') })
    },
  })
  const changed = busId !== (channel.bus?.id ?? null) || enabled !== channel.enabled
  return (
    <Stack maw={520}>
      {(channel.bus === null || !channel.enabled) && (
        <Alert color="orange" icon={<IconAlertTriangle />} p="xs">
          {t(workspaceId === null ? 'channel.tenantNobody' : channel.bus === null ? 'channel.none' : 'channel.off')}
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
        label={t(workspaceId === null ? 'channel.tenantEnabled' : 'channel.enabled')}
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
