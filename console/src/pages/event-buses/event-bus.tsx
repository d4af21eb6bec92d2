import { Badge, Button, Group, Paper, Skeleton, Stack, Text } from '@mantine/core'
import { IconPencil, IconPlus, IconRoute, IconShieldLock, IconTrash } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { calls } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import type { EventRule, Target } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMay } from '../../session.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { Empty } from '../../ui/empty.tsx'
import { iconProps } from '../../ui/icon.ts'
import { LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { type Column, RowTable } from '../../ui/row-table.tsx'
import { Card } from '../../ui/section.tsx'
import { RuleDialog } from './rule-dialog.tsx'
import { SigningSecretsDialog } from './signing-secrets.tsx'

const route = getRouteApi('/signed-in/event-buses/$busId')

type Editing = { readonly what: 'create' } | { readonly what: 'edit' | 'delete'; readonly rule: EventRule }

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
  return (
    <Page
      title={name}
      description={bus?.description || t('rules.hint')}
      actions={create}
      trail={[
        <LinkTo key="buses" {...links.eventBuses()}>
          {t('nav.eventBuses')}
        </LinkTo>,
        <span key="here">{name}</span>,
      ]}
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
      {editing && editing.what !== 'delete' && (
        <RuleDialog
          busId={busId}
          rule={editing.what === 'edit' ? editing.rule : null}
          extensions={extensions.data ?? []}
          close={() => setEditing(null)}
        />
      )}
      {editing?.what === 'delete' && <DeleteDialog busId={busId} rule={editing.rule} close={() => setEditing(null)} />}
    </Page>
  )
}

type RuleProps = { rule: EventRule; extensionName: (code: string) => string; actions: ReactNode }

function Rule({ rule, extensionName, actions }: RuleProps) {
  const { t } = useTranslation()
  const mayWrite = useMay()('openevent.write')
  const [signed, setSigned] = useState<Target | null>(null)
  const columns: readonly Column<Target>[] = [
    { key: 'name', header: t('rules.targetName'), width: 180, cell: (target) => target.name },
    {
      key: 'endpoint',
      header: t('rules.endpoint'),
      cell: (target) => <span className="wrap-anywhere">{target.endpoint}</span>,
    },
    {
      key: 'serves',
      header: t('rules.serves'),
      width: 240,
      cell: (target) => target.serves?.map(extensionName).join(t('ui.listSeparator')) ?? t('rules.servesAll'),
    },
    ...(mayWrite
      ? [
          {
            key: 'signing',
            header: t('signing.title'),
            width: 130,
            quiet: true as const,
            cell: (target: Target) =>
              target.kind === 'http' && (
                <Button
                  size="compact-sm"
                  variant="default"
                  leftSection={<IconShieldLock {...iconProps} />}
                  aria-label={t('signing.openFor', { name: target.name })}
                  onClick={() => setSigned(target)}
                >
                  {t('signing.open')}
                </Button>
              ),
          },
        ]
      : []),
  ]
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
        <RowTable
          label={t('rules.targets')}
          columns={columns}
          rows={rule.targets}
          keyOf={(target) => String(target.id)}
          minWidth={520}
        />
      )}
      {signed && (
        <SigningSecretsDialog busId={rule.busId} ruleId={rule.id} target={signed.name} close={() => setSigned(null)} />
      )}
    </Paper>
  )
}

function DeleteDialog({ busId, rule, close }: { busId: number; rule: EventRule; close: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: () => calls.deleteEventRule(busId, rule.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['event-buses'] })
      close()
    },
  })
  return (
    <Confirm
      opened
      close={close}
      danger
      title={t('rules.deleteTitle', { name: rule.name })}
      verb={t('ui.delete')}
      busy={remove.isPending}
      confirm={() => remove.mutate()}
    >
      <Text fz="sm">{t('rules.deleteMeaning')}</Text>
      <ProblemNotice error={remove.error} />
    </Confirm>
  )
}
