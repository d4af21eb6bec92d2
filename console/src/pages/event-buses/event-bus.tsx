import { Badge, Button, Group, Paper, Skeleton, Stack, Text, Textarea } from '@mantine/core'
import { IconMailOff, IconPencil, IconPlus, IconRoute, IconTrash } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { calls } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import type { EventBus, EventRule } from '../../api/shapes.ts'
import { ConfirmRemoval } from '../../confirm-removal.tsx'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMay } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { Empty } from '../../ui/empty.tsx'
import { iconProps } from '../../ui/icon.ts'
import { LinkButton } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { Card } from '../../ui/section.tsx'
import { RuleDialog } from './rule-dialog.tsx'
import { TargetTable } from './target-table.tsx'

const route = getRouteApi('/signed-in/event-buses/$busId')

type Editing =
  | { readonly what: 'create' | 'describe' | 'delete-bus' }
  | { readonly what: 'edit' | 'delete'; readonly rule: EventRule }

export function EventBusPage() {
  const { t } = useTranslation()
  const busId = Number(route.useParams().busId)
  const mayWrite = useMay()('openevent.write')
  const buses = useQuery(queries.eventBuses())
  const rules = useQuery(queries.eventRules(busId))
  const extensions = useQuery(queries.extensions())
  const [editing, setEditing] = useState<Editing | null>(null)
  const bus = buses.data?.find((one) => one.id === busId)
  const name = bus?.name ?? String(busId)
  const create = mayWrite && (
    <Button leftSection={<IconPlus {...iconProps} />} onClick={() => setEditing({ what: 'create' })}>
      {t('rules.create')}
    </Button>
  )
  const close = () => setEditing(null)
  return (
    <Page
      title={name}
      description={bus?.description || t('rules.hint')}
      actions={
        <Group gap="xs">
          <LinkButton {...links.deadLetters({ busId })} variant="default" leftSection={<IconMailOff {...iconProps} />}>
            {t('nav.deadLetters')}
          </LinkButton>
          {mayWrite && (
            <>
              <Button
                variant="default"
                leftSection={<IconPencil {...iconProps} />}
                onClick={() => setEditing({ what: 'describe' })}
              >
                {t('buses.describe')}
              </Button>
              <Button
                variant="default"
                leftSection={<IconTrash {...iconProps} />}
                onClick={() => setEditing({ what: 'delete-bus' })}
              >
                {t('buses.delete')}
              </Button>
            </>
          )}
          {create}
        </Group>
      }
      trail={[[links.eventBuses(), t('nav.eventBuses')]]}
    >
      <ProblemNotice error={rules.error ?? buses.error} />
      {!rules.data && !rules.error && <Skeleton height={160} />}
      {rules.data?.length === 0 && (
        <Card>
          <Empty icon={IconRoute} title={t('rules.empty')} next={t('rules.emptyNext')} actions={create} />
        </Card>
      )}
      <Stack>
        {rules.data?.map((rule) => (
          <Rule
            key={rule.id}
            rule={rule}
            extensionName={(code) => extensions.data?.find((one) => one.code === code)?.name ?? code}
            actions={
              mayWrite && (
                <Group gap="xs">
                  <Button
                    size="xs"
                    variant="default"
                    leftSection={<IconPencil {...iconProps} />}
                    onClick={() => setEditing({ what: 'edit', rule })}
                  >
                    {t('ui.edit')}
                  </Button>
                  <Button
                    size="xs"
                    variant="default"
                    leftSection={<IconTrash {...iconProps} />}
                    onClick={() => setEditing({ what: 'delete', rule })}
                  >
                    {t('ui.delete')}
                  </Button>
                </Group>
              )
            }
          />
        ))}
      </Stack>
      {(editing?.what === 'create' || editing?.what === 'edit') && (
        <RuleDialog
          busId={busId}
          rule={editing.what === 'edit' ? editing.rule : null}
          extensions={extensions.data ?? []}
          close={close}
        />
      )}
      {editing?.what === 'delete' && <DeleteDialog busId={busId} rule={editing.rule} close={close} />}
      {editing?.what === 'describe' && bus && <DescribeDialog bus={bus} close={close} />}
      {editing?.what === 'delete-bus' && bus && <DeleteBusDialog bus={bus} close={close} />}
    </Page>
  )
}

type RuleProps = { rule: EventRule; extensionName: (code: string) => string; actions: ReactNode }

function Rule({ rule, extensionName, actions }: RuleProps) {
  const { t } = useTranslation()
  return (
    <Paper withBorder p="md" component="article" aria-label={rule.name}>
      <Group justify="space-between" mb="xs">
        <Group gap="sm">
          <Text fw={600} className="wrap-anywhere">
            {rule.name}
          </Text>
          <Badge variant="light" color={rule.enabled ? 'green' : 'gray'} tt="none" className="state-badge">
            {t(rule.enabled ? 'rules.enabled' : 'rules.disabled')}
          </Badge>
        </Group>
        {actions}
      </Group>
      <Text fz="sm" fw={500} mb={4}>
        {t('rules.pattern')}
      </Text>
      <CodeBlock text={JSON.stringify(rule.pattern, null, 2)} label={t('rules.pattern')} mah={220} />
      <Text fz="sm" fw={500} mt="sm" mb={4}>
        {t('rules.targets')}
      </Text>
      {rule.targets.length === 0 ? (
        <Text fz="sm" c="dimmed">
          {t('rules.noTargets')}
        </Text>
      ) : (
        <TargetTable rule={rule} extensionName={extensionName} />
      )}
    </Paper>
  )
}

function DeleteDialog({ busId, rule, close }: { busId: number; rule: EventRule; close: () => void }) {
  const { t } = useTranslation()
  return (
    <ConfirmRemoval
      title={t('rules.deleteTitle', { name: rule.name })}
      remove={() => calls.deleteEventRule(busId, rule.id)}
      stale={['event-buses']}
      close={close}
    >
      <Text fz="sm">{t('rules.deleteMeaning')}</Text>
    </ConfirmRemoval>
  )
}

function DescribeDialog({ bus, close }: { bus: EventBus; close: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [description, setDescription] = useState(bus.description)
  const save = useMutation({
    mutationFn: () => calls.changeEventBus(bus.id, description),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['event-buses'] })
      close()
    },
  })
  return (
    <Confirm
      opened
      close={close}
      title={t('buses.describe')}
      verb={t('ui.save')}
      busy={save.isPending}
      confirm={() => save.mutate()}
    >
      <Textarea
        label={t('ui.description')}
        data-autofocus
        autosize
        minRows={2}
        maxLength={512}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <ProblemNotice error={save.error} />
    </Confirm>
  )
}

function DeleteBusDialog({ bus, close }: { bus: EventBus; close: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const navigate = useNavigate()
  const remove = useMutation({
    mutationFn: () => calls.deleteEventBus(bus.id),
    onSuccess: async () => {
      await navigate(links.eventBuses())
      await client.invalidateQueries({ queryKey: ['event-buses'] })
    },
  })
  return (
    <Confirm
      opened
      close={close}
      danger
      title={t('buses.deleteTitle', { name: bus.name })}
      verb={t('ui.delete')}
      busy={remove.isPending}
      confirm={() => remove.mutate()}
    >
      <Text fz="sm">{t('buses.deleteMeaning')}</Text>
      <ProblemNotice error={remove.error} />
    </Confirm>
  )
}
