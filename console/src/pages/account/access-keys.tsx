import { Alert, Badge, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { IconKey, IconPlus, IconShieldLock } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { AccessKey, NewAccessKey } from '../../api/shapes.ts'
import { ProblemNotice } from '../../problem.tsx'
import { QueryTable } from '../../query-table.tsx'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Copyable, CopyTextButton } from '../../ui/copy.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Facts } from '../../ui/facts.tsx'
import { GuardedButton } from '../../ui/guarded-button.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { Section } from '../../ui/section.tsx'

const MOST_ACTIVE = 2

type Props = {
  readonly title: string
  readonly hint: string
  readonly empty: string
  readonly emptyNext: string
  /** undefined while they are read. */
  readonly keys: readonly AccessKey[] | undefined
  readonly error: Error | null
  /** null: others make them. */
  readonly create: (() => Promise<NewAccessKey>) | null
  /** Whether the user is an administrator for these pairs: what one has deactivated, only one activates. */
  readonly administers: boolean
  readonly setActive: (id: string, active: boolean) => Promise<unknown>
  readonly remove: (id: string) => Promise<unknown>
  readonly refresh: () => Promise<unknown>
}

/** AccessKey pairs: one's own, a user's, or those with which an extension answers. */
export function AccessKeys({ title, hint, empty, emptyNext, keys, error, refresh, ...does }: Props) {
  const { t } = useTranslation()
  const [created, setCreated] = useState<NewAccessKey | null>(null)
  const [deleting, setDeleting] = useState<AccessKey | null>(null)
  const create = useMutation({ mutationFn: async () => does.create!(), onSuccess: setCreated, onSettled: refresh })
  const change = useMutation({
    mutationFn: (key: AccessKey) => does.setActive(key.id, !key.active),
    onSettled: refresh,
  })
  const full = (keys?.filter((key) => key.active).length ?? 0) >= MOST_ACTIVE
  const make = does.create && (
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
          <GuardedButton
            size="compact-sm"
            variant="default"
            why={key.deactivatedByAdministrator && !does.administers ? t('keys.keptInactive') : null}
            onClick={() => change.mutate(key)}
          >
            {t(key.active ? 'keys.deactivate' : 'keys.activate')}
          </GuardedButton>
          <Button size="compact-sm" variant="default" onClick={() => setDeleting(key)}>
            {t('ui.delete')}
          </Button>
        </Group>
      ),
    },
  ]
  return (
    <Section title={title} description={hint} actions={make}>
      <Stack gap="sm">
        <QueryTable
          label={title}
          columns={columns}
          found={{ data: keys, error: error ?? create.error ?? change.error }}
          keyOf={(key) => key.id}
          minWidth={720}
          empty={<Empty icon={IconKey} title={empty} next={emptyNext} actions={make} />}
        />
      </Stack>
      {created && <SecretDialog created={created} close={() => setCreated(null)} />}
      {deleting && (
        <DeleteDialog
          accessKey={deleting}
          close={() => setDeleting(null)}
          remove={async () => {
            await does.remove(deleting.id)
            await refresh()
          }}
        />
      )}
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

function DeleteDialog(props: { accessKey: AccessKey; close: () => void; remove: () => Promise<void> }) {
  const { t } = useTranslation()
  const remove = useMutation({ mutationFn: props.remove, onSuccess: props.close })
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
