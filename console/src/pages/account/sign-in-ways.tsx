import { Button, Group, PasswordInput, Text } from '@mantine/core'
import { IconKey, IconLink } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { calls } from '../../api/calls.ts'
import { fieldProblem, ProblemNotice } from '../../problem.tsx'
import { useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { iconProps } from '../../ui/icon.ts'
import { notify } from '../../ui/notify.tsx'
import { Card, Section } from '../../ui/section.tsx'
import { RefusedNotice } from '../refused.tsx'

/** How one signs in: the password, and the provider where there is one. */
export function SignInWays({ refused }: { refused: string | undefined }) {
  const { t } = useTranslation()
  const { mayChangePassword, provider } = useMe()
  const [changing, setChanging] = useState(false)
  const link = useMutation({
    mutationFn: calls.linkProvider,
    onSuccess: ({ continueAt }) => window.location.assign(continueAt),
  })
  if (!mayChangePassword && provider === null) return null
  return (
    <Section title={t('signIn.title')}>
      <Card>
        <RefusedNotice code={refused} />
        <ProblemNotice error={link.error} />
        {provider && (
          <Group justify="space-between" mb={mayChangePassword ? 'sm' : 0}>
            <div>
              <Text fz="sm" fw={500}>
                {provider.label}
              </Text>
              <Text fz="sm" c="dimmed">
                {provider.linked ? t('provider.linked') : `${t('provider.notLinked')} ${t('provider.linkHint')}`}
              </Text>
            </div>
            {!provider.linked && (
              <Button
                size="xs"
                leftSection={<IconLink {...iconProps} />}
                loading={link.isPending}
                onClick={() => link.mutate()}
              >
                {t('provider.link', { label: provider.label })}
              </Button>
            )}
          </Group>
        )}
        {mayChangePassword && (
          <Group justify="space-between">
            <div>
              <Text fz="sm" fw={500}>
                {t('password.title')}
              </Text>
              <Text fz="sm" c="dimmed">
                {t('password.hint')}
              </Text>
            </div>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconKey {...iconProps} />}
              onClick={() => setChanging(true)}
            >
              {t('password.change')}
            </Button>
          </Group>
        )}
      </Card>
      {changing && <PasswordDialog close={() => setChanging(false)} />}
    </Section>
  )
}

function PasswordDialog({ close }: { close: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [password, setPassword] = useState('')
  const [newPassword, setNewPassword] = useState('')
  const change = useMutation({
    mutationFn: () => calls.changePassword({ password, newPassword }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['sessions'] })
      close()
      void notify({ message: t('password.changed'), colour: 'green' })
    },
  })
  const toggle = { 'aria-label': t('signIn.showPassword') }
  return (
    <Confirm
      opened
      close={close}
      title={t('password.change')}
      verb={t('password.change')}
      busy={change.isPending}
      disabled={password === '' || newPassword === ''}
      confirm={() => change.mutate()}
    >
      <PasswordInput
        label={t('password.present')}
        required
        data-autofocus
        autoComplete="current-password"
        value={password}
        error={fieldProblem(change.error, 'password')}
        onChange={(event) => setPassword(event.currentTarget.value)}
        visibilityToggleButtonProps={toggle}
      />
      <PasswordInput
        label={t('password.new')}
        description={t('password.newHint')}
        required
        autoComplete="new-password"
        value={newPassword}
        error={fieldProblem(change.error, 'newPassword')}
        onChange={(event) => setNewPassword(event.currentTarget.value)}
        visibilityToggleButtonProps={toggle}
      />
      <ProblemNotice error={change.error} />
    </Confirm>
  )
}
