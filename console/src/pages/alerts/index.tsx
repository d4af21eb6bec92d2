import { Badge, Button, Group, Stack, Text } from '@mantine/core'
import { IconBell, IconBellOff, IconPencil, IconPlus, IconSend, IconShieldLock, IconTrash } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { calls } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import type { AlertRule } from '../../api/shapes.ts'
import { ConfirmRemoval } from '../../confirm-removal.tsx'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { QueryTable } from '../../query-table.tsx'
import { useMay } from '../../session.ts'
import { type Translate, useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { iconProps } from '../../ui/icon.ts'
import { LinkTo } from '../../ui/link.tsx'
import { notify } from '../../ui/notify.tsx'
import { Page } from '../../ui/page.tsx'
import { RowAct } from '../../ui/row-act.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { Section } from '../../ui/section.tsx'
import { type Look, StateBadge } from '../../ui/state-badge.tsx'
import { RuleDialog } from './rule-dialog.tsx'
import { SecretDialog } from './secret-dialog.tsx'
import { Told, useTold } from './told.tsx'

const route = getRouteApi('/signed-in/workspaces/$workspaceId/alerts')

const ON: Look = { icon: IconBell, colour: 'green', text: 'alerts.enabled' }
const OFF: Look = { icon: IconBellOff, colour: 'gray', text: 'alerts.disabled' }

type Opened = { readonly what: 'create' } | { readonly what: 'edit' | 'delete' | 'secret'; readonly rule: AlertRule }

/** Who is told of what happens to the workspace's runs, and what was told. */
export function AlertsPage() {
  const { t } = useTranslation()
  const workspaceId = Number(route.useParams().workspaceId)
  const mayWrite = useMay()('alert.write', workspaceId)
  const rules = useQuery(queries.alertRules(workspaceId))
  const told = useTold(workspaceId)
  const [opened, setOpened] = useState<Opened | null>(null)
  const close = () => setOpened(null)
  const create = mayWrite && (
    <Button leftSection={<IconPlus {...iconProps} />} onClick={() => setOpened({ what: 'create' })}>
      {t('alerts.create')}
    </Button>
  )
  const columns: readonly Column<AlertRule>[] = [
    {
      key: 'name',
      header: t('alerts.name'),
      width: 210,
      cell: (rule) => (
        <Stack gap={4} align="flex-start">
          <Text fz="sm" fw={500} className="wrap-anywhere">
            {rule.name}
          </Text>
          <StateBadge size="sm" look={rule.enabled ? ON : OFF} />
        </Stack>
      ),
    },
    { key: 'watches', header: t('alerts.watches'), cell: (rule) => <Watches workspaceId={workspaceId} rule={rule} /> },
    { key: 'tells', header: t('alerts.tells'), cell: (rule) => <Tells rule={rule} /> },
    ...(mayWrite
      ? [
          {
            key: 'actions',
            header: t('alerts.actions'),
            quiet: true,
            width: 144,
            cell: (rule: AlertRule) => (
              <Group gap={4} wrap="nowrap">
                <TestButton workspaceId={workspaceId} rule={rule} tested={told.showLatest} />
                <RowAct
                  label={t('alerts.editOf', { name: rule.name })}
                  icon={IconPencil}
                  act={() => setOpened({ what: 'edit', rule })}
                />
                {rule.webhook !== null && (
                  <RowAct
                    label={t('alerts.secretOf', { name: rule.name })}
                    icon={IconShieldLock}
                    act={() => setOpened({ what: 'secret', rule })}
                  />
                )}
                <RowAct
                  label={t('alerts.deleteOf', { name: rule.name })}
                  icon={IconTrash}
                  act={() => setOpened({ what: 'delete', rule })}
                />
              </Group>
            ),
          } as const,
        ]
      : []),
  ]
  return (
    <Page title={t('alerts.title')} description={t('alerts.hint')} actions={create}>
      <Section title={t('alerts.rules')}>
        <QueryTable
          label={t('alerts.rules')}
          columns={columns}
          found={{ data: rules.data?.rules, error: rules.error }}
          keyOf={(rule) => String(rule.id)}
          minWidth={620}
          empty={
            <Empty
              icon={IconBell}
              title={t('alerts.noRules')}
              next={t(mayWrite ? 'alerts.noRulesNext' : 'alerts.noRulesRead')}
              actions={create}
            />
          }
        />
      </Section>
      <Told workspaceId={workspaceId} rules={rules.data?.rules ?? []} list={told} />
      {(opened?.what === 'create' || opened?.what === 'edit') && (
        <RuleDialog
          workspaceId={workspaceId}
          rule={opened.what === 'edit' ? opened.rule : null}
          canSendMail={rules.data?.canSendMail ?? false}
          close={close}
        />
      )}
      {opened?.what === 'secret' && (
        <SecretDialog
          title={t('alerts.secretOf', { name: opened.rule.name })}
          read={() => calls.alertSecret(workspaceId, opened.rule.id)}
          close={close}
        />
      )}
      {opened?.what === 'delete' && <DeleteDialog workspaceId={workspaceId} rule={opened.rule} close={close} />}
    </Page>
  )
}

function Watches({ workspaceId, rule: { watch, nodes } }: { workspaceId: number; rule: AlertRule }) {
  const { t } = useTranslation()
  const more = 'nodeIds' in watch && watch.nodeIds !== null ? watch.nodeIds.length - nodes.length : 0
  return (
    <>
      <Text fz="sm">{[t(`alerts.kinds.${watch.kind}`), ...limitOf(t, watch)].join(t('ui.listSeparator'))}</Text>
      {watch.kind !== 'BACKFILL' && (
        <Group gap={6} fz="sm">
          {watch.nodeIds === null ? (
            <Text fz="sm" c="dimmed">
              {t('alerts.allNodes')}
            </Text>
          ) : (
            nodes.map((node) => (
              <LinkTo key={node.id} {...links.node(workspaceId, node.id)} fz="sm">
                {node.name}
              </LinkTo>
            ))
          )}
          {more > 0 && (
            <Text fz="sm" c="dimmed">
              {t('alerts.andMore', { count: more })}
            </Text>
          )}
        </Group>
      )}
    </>
  )
}

function limitOf(t: Translate, watch: AlertRule['watch']): string[] {
  switch (watch.kind) {
    case 'TIMEOUT':
      return [t('alerts.forMinutes', { count: watch.minutes })]
    case 'CYCLE_UNFINISHED':
      return [t('alerts.afterMinutes', { count: watch.minutes })]
    case 'UNFINISHED':
      return [t('alerts.byTime', { time: watch.by })]
    case 'BACKFILL':
      return [t(`alerts.endKinds.${watch.ends}`)]
    default:
      return []
  }
}

function Tells({ rule }: { rule: AlertRule }) {
  const { t } = useTranslation()
  const mails = rule.receiverCount - (rule.webhook === null ? 0 : 1)
  return (
    <>
      {rule.webhook !== null && (
        <Text fz="sm" className="wrap-anywhere">
          {t('alerts.webhookTo', { address: rule.webhook })}
        </Text>
      )}
      {mails > 0 && (
        <Text fz="sm" className="wrap-anywhere">
          {rule.emails.length > 0 ? rule.emails.join(t('ui.listSeparator')) : t('alerts.mails', { count: mails })}
        </Text>
      )}
      {rule.receiverCount === 0 && (
        <Badge variant="default" tt="none" className="state-badge">
          {t('alerts.eventOnly')}
        </Badge>
      )}
      {rule.mostRepeats > 0 && (
        <Text fz="xs" c="dimmed">
          {t('alerts.repeats', { count: rule.mostRepeats, minutes: rule.repeatMinutes })}
        </Text>
      )}
    </>
  )
}

function TestButton({ workspaceId, rule, tested }: { workspaceId: number; rule: AlertRule; tested: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const test = useMutation({
    mutationFn: () => calls.testAlertRule(workspaceId, rule.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['alerts'] })
      // One's own test is shown at once.
      tested()
      void notify({ message: t('alerts.tested'), colour: 'green' })
    },
  })
  return (
    <>
      <RowAct
        label={t('alerts.testOf', { name: rule.name })}
        icon={IconSend}
        busy={test.isPending}
        act={() => test.mutate()}
      />
      <ProblemNotice error={test.error} />
    </>
  )
}

function DeleteDialog({ workspaceId, rule, close }: { workspaceId: number; rule: AlertRule; close: () => void }) {
  const { t } = useTranslation()
  return (
    <ConfirmRemoval
      title={t('alerts.removeTitle', { name: rule.name })}
      verb={t('alerts.remove')}
      remove={() => calls.deleteAlertRule(workspaceId, rule.id)}
      stale={['alerts']}
      close={close}
    >
      <Text fz="sm">{t('alerts.removeMeaning')}</Text>
    </ConfirmRemoval>
  )
}
