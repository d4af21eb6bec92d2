import { Group, NumberInput, PasswordInput, Select, Switch, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { calls } from '../../api/calls.ts'
import type { DataSource, Environment } from '../../api/shapes.ts'
import { fieldProblem, ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'

type Props = { workspaceId: number; environment: Environment; source: DataSource | null; close: () => void }

/** A new data source, or where one is. */
export function DataSourceDialog({ workspaceId, environment, source, close }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [kind, setKind] = useState(source?.kind ?? 'duckdb')
  const [host, setHost] = useState(source?.settings.host ?? '')
  const [port, setPort] = useState<number | string>(source?.settings.port ?? 5432)
  const [database, setDatabase] = useState(source?.settings.database ?? '')
  const [user, setUser] = useState(source?.settings.user ?? '')
  const [password, setPassword] = useState('')
  const [tls, setTls] = useState(source?.settings.tls ?? true)
  const [isDefault, setDefault] = useState(false)
  const save = useMutation({
    mutationFn: () => {
      const settings = { host, port: Number(port), database, user, tls }
      if (source === null) {
        if (kind === 'duckdb') return calls.createDataSource(workspaceId, { kind, environment, name })
        return calls.createDataSource(workspaceId, { kind, environment, name, settings, password: password || null })
      }
      return calls.changeDataSource(workspaceId, source.id, {
        ...(kind === 'postgresql' ? { settings } : {}),
        ...(password === '' ? {} : { password }),
        ...(isDefault ? { isDefault } : {}),
      })
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['data-sources', workspaceId] })
      close()
    },
  })
  const filled = kind === 'duckdb' || [host, port, database, user].every((one) => one !== '')
  const problem = (path: string) => fieldProblem(save.error, path)
  return (
    <Confirm
      opened
      close={close}
      title={source ? t('dataSources.change', { name: source.name }) : t('dataSources.add')}
      verb={t('ui.save')}
      busy={save.isPending}
      disabled={!filled || (source === null && name === '')}
      confirm={() => save.mutate()}
    >
      {source === null && (
        <>
          <TextInput
            label={t('dataSources.name')}
            description={t('dataSources.nameHint')}
            required
            data-autofocus
            value={name}
            error={problem('name')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select
            label={t('dataSources.kind')}
            required
            allowDeselect={false}
            data={(['duckdb', 'postgresql'] as const).map((one) => ({ value: one, label: t(`dataSources.${one}`) }))}
            value={kind}
            onChange={(one) => setKind(one === 'postgresql' ? one : 'duckdb')}
          />
        </>
      )}
      {kind === 'duckdb' ? (
        source === null && (
          <Text fz="sm" c="dimmed">
            {t('dataSources.duckdbMeaning')}
          </Text>
        )
      ) : (
        <>
          <Group align="start" wrap="nowrap">
            <TextInput
              flex={1}
              label={t('dataSources.host')}
              description={t('dataSources.hostHint')}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              required
              value={host}
              error={problem('settings.host')}
              onChange={(event) => setHost(event.currentTarget.value)}
            />
            <NumberInput
              w={110}
              label={t('dataSources.port')}
              required
              min={1}
              max={65535}
              allowDecimal={false}
              thousandSeparator=""
              value={port}
              error={problem('settings.port')}
              onChange={setPort}
            />
          </Group>
          <TextInput
            label={t('dataSources.database')}
            required
            value={database}
            error={problem('settings.database')}
            onChange={(event) => setDatabase(event.currentTarget.value)}
          />
          <TextInput
            label={t('dataSources.user')}
            required
            autoComplete="off"
            value={user}
            error={problem('settings.user')}
            onChange={(event) => setUser(event.currentTarget.value)}
          />
          <PasswordInput
            label={t('dataSources.password')}
            description={t(source?.hasPassword ? 'dataSources.passwordKept' : 'dataSources.passwordHint')}
            autoComplete="new-password"
            value={password}
            error={problem('password')}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Switch
            label={t('dataSources.tls')}
            checked={tls}
            onChange={(event) => setTls(event.currentTarget.checked)}
          />
        </>
      )}
      {source !== null && !source.isDefault && (
        <Switch
          label={t('dataSources.makeDefault')}
          checked={isDefault}
          onChange={(event) => setDefault(event.currentTarget.checked)}
        />
      )}
      <ProblemNotice error={save.error} />
    </Confirm>
  )
}
