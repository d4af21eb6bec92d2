import { Alert, Badge, Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core'
import { IconKey, IconPlus, IconShieldLock } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { calls } from '../api/calls.ts'
import { queries } from '../api/queries.ts'
import type { AccessKey, NewAccessKey } from '../api/shapes.ts'
import { ProblemNotice } from '../problem.tsx'
import { useMe } from '../session.ts'
import { Confirm } from '../ui/confirm.tsx'
import { Copyable, CopyTextButton } from '../ui/copy.tsx'
import { Empty } from '../ui/empty.tsx'
import { Facts } from '../ui/facts.tsx'
import { GuardedButton } from '../ui/guarded-button.tsx'
import { iconProps } from '../ui/icon.ts'
import { Instant } from '../ui/instant.tsx'
import { Page } from '../ui/page.tsx'
import { type Column, RowTable } from '../ui/row-table.tsx'
import { Card, Section } from '../ui/section.tsx'

const MOST_ACTIVE = 2

export function AccountPage() {
  const { t } = useTranslation()
  const me = useMe()
  return (
    <Page title={t('account.title')}>
      <Section title={t('account.who')}>
        <Card>
          <Facts
            of={[
              [t('users.displayName'), me.user.displayName],
              [t('users.name'), me.user.name],
              [t('account.uid'), <Copyable key="uid" value={me.user.id} />],
              [t('account.tenant'), `${me.tenant.name} (${me.tenant.id})`],
              [t('account.region'), me.region],
              [t('account.edition'), me.tenant.editionExpiresAt && <Instant at={me.tenant.editionExpiresAt} />],
              [
                t('users.tenantRoles'),
                me.tenantRoles.map((role) => t(`tenantRole.${role}`)).join(t('ui.listSeparator')) ||
                  t('users.noTenantRole'),
              ],
              [
                t('account.workspaces'),
                me.workspaces.length > 0 && (
                  <Stack key="workspaces" gap={2}>
                    {me.workspaces.map((workspace) => (
                      <span key={workspace.id}>
                        {workspace.name}:{' '}
                        {workspace.roles.map((role) => t(`role.${role}`)).join(t('ui.listSeparator')) || '–'}
                      </span>
                    ))}
                  </Stack>
                ),
              ],
            ]}
          />
        </Card>
      </Section>
      <AccessKeys />
    </Page>
  )
}

function AccessKeys() {
  const { t } = useTranslation()
  const client = useQueryClient()
  const { data, error } = useQuery(queries.accessKeys())
  const [created, setCreated] = useState<NewAccessKey | null>(null)
  const [deleting, setDeleting] = useState<AccessKey | null>(null)
  const refresh = () => client.invalidateQueries({ queryKey: ['access-keys'] })
  const create = useMutation({ mutationFn: calls.createAccessKey, onSuccess: setCreated, onSettled: refresh })
  const change = useMutation({
    mutationFn: (key: AccessKey) => calls.setAccessKeyActive(key.id, !key.active),
    onSettled: refresh,
  })
  const full = (data?.items.filter((key) => key.active).length ?? 0) >= MOST_ACTIVE
  const make = (
    <GuardedButton
      size="xs"
      why={full ? t('keys.full', { limit: MOST_ACTIVE }) : null}
      loading={create.isPending}
      leftSection={<IconPlus {...iconProps} />}
      onClick={() => create.mutate()}
    >
      {t('keys.create')}
    </GuardedButton>
  )
  const columns: readonly Column<AccessKey>[] = [
    { key: 'id', header: 'AccessKey ID', cell: (key) => <Copyable value={key.id} /> },
    {
      key: 'state',
      header: t('keys.state'),
      width: 110,
      cell: (key) => (
        <Badge variant="light" color={key.active ? 'green' : 'gray'} tt="none" className="state-badge">
          {t(key.active ? 'keys.active' : 'keys.inactive')}
        </Badge>
      ),
    },
    {
      key: 'created',
      header: t('ui.created'),
      width: 170,
      times: true,
      cell: (key) => <Instant at={key.createdAt} zoned={false} />,
    },
    {
      key: 'used',
      header: t('keys.lastUsed'),
      width: 170,
      times: true,
      cell: (key) => (key.lastUsedAt ? <Instant at={key.lastUsedAt} zoned={false} /> : t('keys.neverUsed')),
    },
    {
      key: 'actions',
      header: t('nodes.actions'),
      width: 200,
      quiet: true,
      cell: (key) => (
        <Group gap="xs" wrap="nowrap">
          <Button size="compact-sm" variant="default" onClick={() => change.mutate(key)}>
            {t(key.active ? 'keys.deactivate' : 'keys.activate')}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => setDeleting(key)}>
            {t('ui.delete')}
          </Button>
        </Group>
      ),
    },
  ]
  return (
    <Section title={t('keys.title')} description={t('keys.hint', { limit: MOST_ACTIVE })} actions={make}>
      <Stack gap="sm">
        <ProblemNotice error={error ?? create.error ?? change.error} />
        {!data && !error && <Skeleton height={100} />}
        {data?.items.length === 0 && (
          <Card>
            <Empty icon={IconKey} title={t('keys.empty')} next={t('keys.emptyNext')} actions={make} />
          </Card>
        )}
        {data && data.items.length > 0 && (
          <Card padding={0}>
            <RowTable
              label={t('keys.title')}
              columns={columns}
              rows={data.items}
              keyOf={(key) => key.id}
              minWidth={720}
            />
          </Card>
        )}
      </Stack>
      {created && <SecretDialog created={created} close={() => setCreated(null)} />}
      {deleting && <DeleteDialog accessKey={deleting} close={() => setDeleting(null)} deleted={refresh} />}
    </Section>
  )
}

/** The only time the secret is shown: it closes by its button alone. */
function SecretDialog({ created, close }: { created: NewAccessKey; close: () => void }) {
  const { t } = useTranslation()
  return (
    <Modal
      opened
      onClose={close}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
      title={t('keys.created')}
      size="lg"
    >
      <Stack>
        <Alert color="orange" icon={<IconShieldLock />}>
          {t('keys.onlyOnce')}
        </Alert>
        <Facts
          of={[
            ['AccessKey ID', <Copyable key="id" value={created.id} />],
            ['AccessKey Secret', <Copyable key="secret" value={created.secret} />],
          ]}
        />
        <Group justify="flex-end">
          <CopyTextButton
            value={`AccessKeyId=${created.id}\nAccessKeySecret=${created.secret}\n`}
            label={t('keys.copyBoth')}
          />
          <Button size="xs" onClick={close}>
            {t('keys.kept')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

function DeleteDialog(props: { accessKey: AccessKey; close: () => void; deleted: () => Promise<void> }) {
  const { t } = useTranslation()
  const remove = useMutation({
    mutationFn: () => calls.deleteAccessKey(props.accessKey.id),
    onSuccess: async () => {
      await props.deleted()
      props.close()
    },
  })
  return (
    <Confirm
      opened
      close={props.close}
      danger
      title={t('keys.deleteTitle')}
      verb={t('ui.delete')}
      busy={remove.isPending}
      confirm={() => remove.mutate()}
    >
      <Text fz="sm" className="wrap-anywhere">
        {t('keys.deleteMeaning', { id: props.accessKey.id })}
      </Text>
      <ProblemNotice error={remove.error} />
    </Confirm>
  )
}
