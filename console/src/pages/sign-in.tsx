import {
  Alert,
  Box,
  Button,
  Center,
  Divider,
  Group,
  Paper,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core'
import { IconKey, IconLogin2 } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { type FormEvent, useEffect, useState } from 'react'
import { calls } from '../api/calls.ts'
import { ProblemError } from '../api/client.ts'
import { queries } from '../api/queries.ts'
import { fieldProblem, ProblemNotice } from '../problem.tsx'
import { useTranslation } from '../text/index.ts'
import { FLOATING_ID } from '../theme.ts'
import { iconProps } from '../ui/icon.ts'
import { RefusedNotice } from './refused.tsx'
import { Logo } from './shell/logo.tsx'
import { LanguageMenu, ThemeMenu } from './shell/menus.tsx'

const route = getRouteApi('/sign-in')

/** Only an address of this console: never one that leads elsewhere. */
const goOn = (next: string | undefined) =>
  next?.startsWith('/') && !next.startsWith('//') ? `/console${next}` : '/console/'
const codeOf = (error: Error | null) => (error instanceof ProblemError ? error.problem.code : null)

export function SignInPage() {
  const { t } = useTranslation()
  const { next, refused } = route.useSearch()
  const router = useRouter()
  const client = useQueryClient()
  const options = useQuery(queries.signInOptions())
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [newPassword, setNewPassword] = useState('')
  /** The password was right, and is to be replaced. */
  const [replacing, setReplacing] = useState(false)
  const signIn = useMutation({
    mutationFn: () => calls.signIn({ name, password, ...(replacing && { newPassword }) }),
    onSuccess: (me) => {
      // Nothing that the last session saw stays behind.
      client.clear()
      client.setQueryData(queries.me().queryKey, me)
      router.history.push(goOn(next))
    },
    onError: (error) => {
      if (codeOf(error) === 'PASSWORD_CHANGE_REQUIRED') setReplacing(true)
    },
  })
  useEffect(() => {
    document.title = `${t('signIn.title')} · Holdpoint`
    client.removeQueries(queries.me())
  }, [t, client])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    signIn.mutate()
  }
  const shown = codeOf(signIn.error) === 'PASSWORD_CHANGE_REQUIRED' ? null : signIn.error
  const provider = options.data?.provider
  return (
    <Box component="main" className="sign-in">
      <Group justify="flex-end" p="sm" gap="xs">
        <LanguageMenu />
        <ThemeMenu />
      </Group>
      <Center px="md" pt="8vh">
        <Paper withBorder p="xl" w={420} shadow="sm">
          <form onSubmit={submit}>
            <Stack>
              <Logo />
              <Box>
                <Title order={1} fz="h3">
                  {t('signIn.title')}
                </Title>
                <Text c="dimmed" fz="sm">
                  {options.data?.localPasswords === 'account-owner' && provider
                    ? t('provider.only', { label: provider.label })
                    : t('signIn.hint')}
                </Text>
              </Box>
              {signIn.isIdle && <RefusedNotice code={refused} />}
              {provider && !replacing && (
                <>
                  <Button
                    component="a"
                    href={`${provider.startUrl}?to=${encodeURIComponent(goOn(next))}`}
                    leftSection={<IconLogin2 {...iconProps} />}
                    fullWidth
                  >
                    {t('provider.signIn', { label: provider.label })}
                  </Button>
                  <Divider label={t('provider.or')} />
                </>
              )}
              <ProblemNotice error={shown} />
              {replacing && (
                <Alert color="blue" variant="light" icon={<IconKey />} title={t('password.choose')} role="status">
                  {t('password.chooseHint')}
                </Alert>
              )}
              <TextInput
                label={t('signIn.name')}
                name="name"
                autoComplete="username"
                required
                readOnly={replacing}
                autoFocus
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
              />
              {!replacing && (
                <PasswordInput
                  label={t('signIn.password')}
                  name="password"
                  autoComplete="current-password"
                  required
                  value={password}
                  onChange={(event) => setPassword(event.currentTarget.value)}
                  visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
                />
              )}
              {replacing && (
                <PasswordInput
                  label={t('password.new')}
                  description={t('password.newHint')}
                  name="newPassword"
                  autoComplete="new-password"
                  required
                  autoFocus
                  value={newPassword}
                  error={fieldProblem(signIn.error, 'newPassword')}
                  onChange={(event) => setNewPassword(event.currentTarget.value)}
                  visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
                />
              )}
              <Button
                type="submit"
                variant={provider && !replacing ? 'default' : 'filled'}
                loading={signIn.isPending}
                fullWidth
              >
                {t(replacing ? 'password.set' : 'signIn.submit')}
              </Button>
            </Stack>
          </form>
        </Paper>
      </Center>
      <div id={FLOATING_ID} />
    </Box>
  )
}
