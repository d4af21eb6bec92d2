import { Box, Button, Center, Group, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { type FormEvent, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { calls } from '../api/calls.ts'
import { queries } from '../api/queries.ts'
import { ProblemNotice } from '../problem.tsx'
import { FLOATING_ID } from '../theme.ts'
import { Logo } from './shell/logo.tsx'
import { LanguageMenu, ThemeMenu } from './shell/menus.tsx'

const route = getRouteApi('/sign-in')

export function SignInPage() {
  const { t } = useTranslation()
  const { next } = route.useSearch()
  const router = useRouter()
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const signIn = useMutation({
    mutationFn: () => calls.signIn({ name, password }),
    onSuccess: (me) => {
      // Nothing that the last session saw stays behind.
      client.clear()
      client.setQueryData(queries.me().queryKey, me)
      // Only an address of this console: never one that leads elsewhere.
      router.history.push(next?.startsWith('/') && !next.startsWith('//') ? `/console${next}` : '/console/')
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
                  {t('signIn.hint')}
                </Text>
              </Box>
              <ProblemNotice error={signIn.error} />
              <TextInput
                label={t('signIn.name')}
                name="name"
                autoComplete="username"
                required
                autoFocus
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
              />
              <PasswordInput
                label={t('signIn.password')}
                name="password"
                autoComplete="current-password"
                required
                value={password}
                onChange={(event) => setPassword(event.currentTarget.value)}
                visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
              />
              <Button type="submit" loading={signIn.isPending} fullWidth>
                {t('signIn.submit')}
              </Button>
            </Stack>
          </form>
        </Paper>
      </Center>
      <div id={FLOATING_ID} />
    </Box>
  )
}
