import { ActionIcon, Alert, Button, Group, Menu, Modal, Stack, Text } from '@mantine/core'
import {
  IconDots,
  IconKey,
  IconLockOpen,
  IconLogout,
  IconPassword,
  IconShieldLock,
  IconUnlink,
} from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { calls } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import type { User } from '../../api/shapes.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Copyable } from '../../ui/copy.tsx'
import { Facts } from '../../ui/facts.tsx'
import { notify } from '../../ui/notify.tsx'
import { AccessKeys } from '../account/access-keys.tsx'

type Props = {
  user: User
  /** What an administrator hands over. */
  given: (oneTimePassword: string) => void
  changed: () => void
}

/** What an administrator does with a user beside changing what they are called and may. */
export function UserMenu({ user, given, changed }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const name = user.displayName
  const [asking, setAsking] = useState<'reset' | 'unlink' | 'keys' | null>(null)
  const done = async (message?: string) => {
    await client.invalidateQueries({ queryKey: ['users'] })
    changed()
    if (message) void notify({ message, colour: 'green' })
  }
  const unlock = useMutation({
    mutationFn: () => calls.unlockUser(user.id),
    onSuccess: () => done(t('userAdmin.unlocked', { name })),
  })
  const endSessions = useMutation({
    mutationFn: () => calls.endUserSessions(user.id),
    onSuccess: () => done(t('userAdmin.endSessionsDone', { name })),
  })
  const failed = unlock.error ?? endSessions.error
  const person = user.serviceOf === null
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={26} aria-label={t('userAdmin.more', { name })}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {person && (
            <Menu.Item leftSection={<IconPassword size={16} aria-hidden />} onClick={() => setAsking('reset')}>
              {t('userAdmin.reset')}
            </Menu.Item>
          )}
          {user.signIn?.lockedUntil && (
            <Menu.Item leftSection={<IconLockOpen size={16} aria-hidden />} onClick={() => unlock.mutate()}>
              {t('userAdmin.unlock')}
            </Menu.Item>
          )}
          {person && (
            <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => endSessions.mutate()}>
              {t('userAdmin.endSessions')}
            </Menu.Item>
          )}
          {user.signIn?.atProvider && (
            <Menu.Item leftSection={<IconUnlink size={16} aria-hidden />} onClick={() => setAsking('unlink')}>
              {t('userAdmin.unlink')}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconKey size={16} aria-hidden />} onClick={() => setAsking('keys')}>
            {t('userAdmin.keysOpen')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {failed && (
        <Modal opened onClose={() => [unlock, endSessions].map((one) => one.reset())} title={name}>
          <ProblemNotice error={failed} />
        </Modal>
      )}
      {asking === 'reset' && (
        <Asked
          title={t('userAdmin.reset')}
          meaning={t('userAdmin.resetMeaning', { name })}
          close={() => setAsking(null)}
          act={async () => {
            const { oneTimePassword } = await calls.resetPassword(user.id)
            await done()
            given(oneTimePassword!)
          }}
        />
      )}
      {asking === 'unlink' && (
        <Asked
          title={t('userAdmin.unlink')}
          meaning={t('userAdmin.unlinkMeaning', { name })}
          close={() => setAsking(null)}
          act={async () => {
            await calls.unlinkUser(user.id)
            await done()
          }}
        />
      )}
      {asking === 'keys' && <KeysDialog user={user} close={() => setAsking(null)} />}
    </>
  )
}

function Asked(props: { title: string; meaning: string; close: () => void; act: () => Promise<void> }) {
  const act = useMutation({ mutationFn: props.act, onSuccess: props.close })
  return (
    <Confirm
      opened
      danger
      close={props.close}
      title={props.title}
      verb={props.title}
      busy={act.isPending}
      confirm={() => act.mutate()}
    >
      <Text fz="sm">{props.meaning}</Text>
      <ProblemNotice error={act.error} />
    </Confirm>
  )
}

/** The only time it is shown: it closes by its button alone. */
export function OneTimePassword({ name, password, close }: { name: string; password: string; close: () => void }) {
  const { t } = useTranslation()
  return (
    <Modal
      opened
      onClose={close}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
      title={t('password.oneTime')}
    >
      <Stack>
        <Alert color="orange" icon={<IconShieldLock />}>
          {t('password.oneTimeOnce')}
        </Alert>
        <Facts
          of={[
            [t('members.user'), name],
            [t('password.oneTime'), <Copyable key="password" value={password} />],
          ]}
        />
        <Group justify="flex-end">
          <Button size="xs" onClick={close}>
            {t('keys.kept')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

function KeysDialog({ user, close }: { user: User; close: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const me = useMe()
  const { data, error } = useQuery(queries.userKeys(user.id))
  const name = user.displayName
  return (
    <Modal
      opened
      onClose={close}
      size="xl"
      title={t('userAdmin.keys', { name })}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      <AccessKeys
        title={t('keys.title')}
        hint={t('userAdmin.keysHint')}
        empty={t('userAdmin.keysEmpty', { name })}
        emptyNext={t('userAdmin.keysEmptyNext')}
        keys={data?.items}
        error={error}
        create={null}
        administers={user.id !== me.user.id}
        setActive={(id, active) => calls.setUserKeyActive(user.id, id, active)}
        remove={(id) => calls.deleteUserKey(user.id, id)}
        refresh={() => client.invalidateQueries({ queryKey: ['users', 'keys', user.id] })}
      />
    </Modal>
  )
}
