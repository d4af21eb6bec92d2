import { TENANT_ROLES, type TenantRole } from '@holdpoint/core/access'
import { Badge, Button, MultiSelect, PasswordInput, Switch, Text, TextInput } from '@mantine/core'
import { IconPencil, IconUserPlus, IconUsers } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { calls } from '../api/calls.ts'
import { queries } from '../api/queries.ts'
import type { User } from '../api/shapes.ts'
import { useList } from '../list.ts'
import { fieldProblem, ProblemNotice } from '../problem.tsx'
import { useMay } from '../session.ts'
import { Confirm } from '../ui/confirm.tsx'
import { CursorTable } from '../ui/cursor-table.tsx'
import { Empty } from '../ui/empty.tsx'
import { iconProps } from '../ui/icon.ts'
import { Instant } from '../ui/instant.tsx'
import { Page } from '../ui/page.tsx'
import type { Column } from '../ui/row-table.tsx'

const route = getRouteApi('/signed-in/users')
const keyOf = (user: User) => user.id

export function UsersPage() {
  const { t } = useTranslation()
  const mayWrite = useMay()('user.write')
  const { cursor } = route.useSearch()
  const list = useList(queries.users({ cursor }), cursor, keyOf)
  const [editing, setEditing] = useState<{ readonly user: User | null } | null>(null)
  const create = mayWrite && (
    <Button leftSection={<IconUserPlus {...iconProps} />} onClick={() => setEditing({ user: null })}>
      {t('users.create')}
    </Button>
  )
  const columns: readonly Column<User>[] = [
    {
      key: 'name',
      header: t('users.displayName'),
      cell: (user) => (
        <>
          <Text fw={500} fz="sm">
            {user.displayName}
          </Text>
          <Text fz="xs" c="dimmed">
            {user.name} · {user.id}
          </Text>
        </>
      ),
    },
    {
      key: 'roles',
      header: t('users.tenantRoles'),
      cell: (user) => user.tenantRoles.map((role) => t(`tenantRole.${role}`)).join(t('ui.listSeparator')) || '–',
    },
    {
      key: 'state',
      header: t('users.state'),
      width: 120,
      cell: (user) => (
        <Badge variant="light" color={user.disabled ? 'gray' : 'green'} tt="none" className="state-badge">
          {t(user.disabled ? 'users.disabled' : 'users.active')}
        </Badge>
      ),
    },
    {
      key: 'created',
      header: t('ui.created'),
      width: 170,
      times: true,
      cell: (user) => <Instant at={user.createdAt} zoned={false} />,
    },
    {
      key: 'actions',
      header: t('nodes.actions'),
      width: 110,
      quiet: true,
      cell: (user) =>
        mayWrite && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconPencil size={14} aria-hidden />}
            aria-label={t('users.edit', { name: user.displayName })}
            onClick={() => setEditing({ user })}
          >
            {t('ui.edit')}
          </Button>
        ),
    },
  ]
  return (
    <Page title={t('nav.users')} description={t('users.hint')} actions={create}>
      <ProblemNotice error={list.error} />
      <CursorTable
        label={t('nav.users')}
        list={list}
        keyOf={keyOf}
        columns={columns}
        minWidth={720}
        empty={<Empty icon={IconUsers} title={t('users.empty')} next={t('users.emptyNext')} actions={create} />}
      />
      {editing && <UserDialog user={editing.user} close={() => setEditing(null)} changed={list.showLatest} />}
    </Page>
  )
}

function UserDialog({ user, close, changed }: { user: User | null; close: () => void; changed: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [displayName, setDisplayName] = useState(user?.displayName ?? '')
  const [password, setPassword] = useState('')
  const [roles, setRoles] = useState<readonly TenantRole[]>(user?.tenantRoles ?? [])
  const [disabled, setDisabled] = useState(user?.disabled ?? false)
  const save = useMutation({
    mutationFn: () => {
      const common = { ...(displayName.trim() && { displayName }), tenantRoles: [...roles] }
      return user
        ? calls.changeUser(user.id, { ...common, disabled, ...(password && { password }) })
        : calls.createUser({ ...common, name, password })
    },
    onSuccess: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: ['users'] }),
        client.invalidateQueries({ queryKey: ['session'] }),
      ])
      changed()
      close()
    },
  })
  return (
    <Confirm
      opened
      close={close}
      title={user ? t('users.edit', { name: user.displayName }) : t('users.create')}
      verb={user ? t('ui.save') : t('ui.create')}
      busy={save.isPending}
      disabled={!user && (name === '' || password === '')}
      confirm={() => save.mutate()}
    >
      {!user && (
        <TextInput
          label={t('users.name')}
          description={t('users.nameHint')}
          required
          data-autofocus
          autoComplete="off"
          value={name}
          error={fieldProblem(save.error, 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      )}
      <TextInput
        label={t('users.displayName')}
        value={displayName}
        autoComplete="off"
        error={fieldProblem(save.error, 'displayName')}
        onChange={(event) => setDisplayName(event.currentTarget.value)}
      />
      <PasswordInput
        label={user ? t('users.newPassword') : t('signIn.password')}
        description={user ? t('users.newPasswordHint') : t('users.passwordHint')}
        required={!user}
        autoComplete="new-password"
        value={password}
        error={fieldProblem(save.error, 'password')}
        onChange={(event) => setPassword(event.currentTarget.value)}
        visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
      />
      <MultiSelect
        label={t('users.tenantRoles')}
        description={t('users.tenantRolesHint')}
        data={TENANT_ROLES.map((role) => ({ value: role, label: t(`tenantRole.${role}`) }))}
        value={[...roles]}
        onChange={(chosen) => setRoles(chosen as TenantRole[])}
      />
      {user && (
        <Switch
          label={t('users.disable')}
          description={t('users.disableHint')}
          checked={disabled}
          onChange={(event) => setDisabled(event.currentTarget.checked)}
        />
      )}
      <ProblemNotice error={save.error} />
    </Confirm>
  )
}
