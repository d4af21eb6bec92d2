import { Button, Group, Text, Textarea, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconBroadcast, IconPlus, IconRoute } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { calls } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import type { EventBus } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { fieldProblem, ProblemNotice } from '../../problem.tsx'
import { QueryTable } from '../../query-table.tsx'
import { useMay } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Empty } from '../../ui/empty.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkButton, LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { Card, Section } from '../../ui/section.tsx'

export function EventBusesPage() {
  const { t } = useTranslation()
  const may = useMay()
  const found = useQuery(queries.eventBuses())
  const channel = useQuery(queries.channel(null))
  const [creating, dialog] = useDisclosure(false)
  const create = may('openevent.write') && (
    <Button leftSection={<IconPlus {...iconProps} />} onClick={dialog.open}>
      {t('buses.create')}
    </Button>
  )
  const columns: readonly Column<EventBus>[] = [
    {
      key: 'name',
      header: t('buses.name'),
      cell: (bus) => (
        <LinkTo {...links.eventBus(bus.id)} fw={500} className="wrap-anywhere">
          {bus.name}
        </LinkTo>
      ),
    },
    { key: 'description', header: t('ui.description'), cell: (bus) => bus.description || '–' },
    {
      key: 'created',
      header: t('ui.created'),
      width: 170,
      times: true,
      cell: (bus) => <Instant at={bus.createdAt} zoned={false} />,
    },
  ]
  return (
    <Page title={t('buses.title')} description={t('buses.hint')} actions={create}>
      <QueryTable
        label={t('buses.title')}
        columns={columns}
        found={found}
        keyOf={(bus) => String(bus.id)}
        minWidth={560}
        empty={
          <Empty
            icon={IconRoute}
            title={t('buses.empty')}
            next={t(may('openevent.write') ? 'buses.emptyNext' : 'buses.emptyNextReader')}
            actions={create}
          />
        }
      />
      <Section title={t('channel.tenantTitle')} description={t('channel.tenantHint')}>
        <Card>
          <Group justify="space-between">
            <Text fz="sm">
              {channel.data &&
                (channel.data.bus === null || !channel.data.enabled
                  ? t('channel.tenantOff')
                  : t('channel.tenantOn', { bus: channel.data.bus.name }))}
            </Text>
            <LinkButton {...links.tenantChannel()} variant="default" leftSection={<IconBroadcast {...iconProps} />}>
              {t('channel.tenantOpen')}
            </LinkButton>
          </Group>
        </Card>
      </Section>
      {creating && <CreateDialog close={dialog.close} />}
    </Page>
  )
}

function CreateDialog({ close }: { close: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const create = useMutation({
    mutationFn: () => calls.createEventBus({ name, description }),
    onSuccess: async (bus) => {
      await client.invalidateQueries({ queryKey: ['event-buses'] })
      await navigate(links.eventBus(bus.id))
    },
  })
  return (
    <Confirm
      opened
      close={close}
      title={t('buses.create')}
      verb={t('ui.create')}
      busy={create.isPending}
      disabled={name.trim() === ''}
      confirm={() => create.mutate()}
    >
      <TextInput
        label={t('buses.name')}
        description={t('buses.nameHint')}
        required
        data-autofocus
        value={name}
        error={fieldProblem(create.error, 'name')}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Textarea
        label={t('ui.description')}
        autosize
        minRows={2}
        maxLength={512}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <ProblemNotice error={create.error} />
    </Confirm>
  )
}
