import { TENANT_ROLES, type TenantRole } from '@holdpoint/core/access'
import { Badge, Button, Group, MultiSelect, Switch, Text, TextInput } from '@mantine/core'
import { IconPencil, IconUserPlus, IconUsers } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { calls } from '../api/calls.ts'
import { queries } from '../api/queries.ts'
import type { User } from '../api/shapes.ts'
import { useList } from '../list.ts'
import { fieldProblem, ProblemNotice } from '../problem.tsx'
import { useMay } from '../session.ts'
import { useTranslation } from '../text/index.ts'
import { Confirm } from '../ui/confirm.tsx'
import { CursorTable } from '../ui/cursor-table.tsx'
import { Empty } from '../ui/empty.tsx'
import { iconProps } from '../ui/icon.ts'
import { Instant } from '../ui/instant.tsx'
import { Page } from '../ui/page.tsx'
import type { Column } from '../ui/row-table.tsx'
import { RoleTable } from './role-table.tsx'
import { OneTimePassword, UserMenu } from './users/menu.tsx'

const route = getRouteApi('/signed-in/users')
const keyOf = (user: User) => user.id

export function UsersPage() {
  const { t } = useTranslation()
  const mayWrite = useMay()('user.write')
  const { cursor } = route.useSearch()
  const list = useList(queries.users({ cursor }), cursor, keyOf)
  const [editing, setEditing] = useState<{ readonly user: User | null } | null>(null)
  const [oneTime, setOneTime] = useState<{ readonly name: string; readonly password: string } | null>(null)
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
          <Text fz="xs" c="dimmed" className="wrap-anywhere">
            {[user.name, user.signIn?.email, user.id].filter(Boolean).join(' · ')}
          </Text>
        </>
      ),
    },
    {
      key: 'roles',
      header: t('users.tenantRoles'),
      cell: (user) =>
        user.serviceOf === null
          ? user.tenantRoles.map((role) => t(`tenantRole.${role}`)).join(t('ui.listSeparator')) || '–'
          : t('userAdmin.serviceOf'),
    },
    { key: 'state', header: t('users.state'), width: 220, cell: (user) => <Standing user={user} /> },
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
      width: 150,
      quiet: true,
      cell: (user) =>
        mayWrite && (
          <Group gap={4} wrap="nowrap">
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconPencil size={14} aria-hidden />}
              aria-label={t('users.edit', { name: user.displayName })}
              onClick={() => setEditing({ user })}
            >
              {t('ui.edit')}
            </Button>
            <UserMenu
              user={user}
              given={(password) => setOneTime({ name: user.displayName, password })}
              changed={list.showLatest}
            />
          </Group>
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
        minWidth={860}
        empty={<Empty icon={IconUsers} title={t('users.empty')} next={t('users.emptyNext')} actions={create} />}
      />
      <RoleTable of="tenant" />
      {editing && (
        <UserDialog
          user={editing.user}
          close={() => setEditing(null)}
          changed={list.showLatest}
          given={(name, password) => setOneTime({ name, password })}
        />
      )}
      {oneTime && <OneTimePassword {...oneTime} close={() => setOneTime(null)} />}
    </Page>
  )
}

/** Whether and how they can sign in. */
function Standing({ user }: { user: User }) {
  const { t } = useTranslation()
  const marks = [
    { text: t(user.disabled ? 'users.disabled' : 'users.active'), colour: user.disabled ? 'gray' : 'green' },
    user.serviceOf !== null && { text: t('userAdmin.service'), colour: 'blue' },
    user.signIn?.lockedUntil && { text: t('userAdmin.locked'), colour: 'red' },
    user.signIn?.oneTimeUntil && { text: t('userAdmin.oneTime'), colour: 'orange' },
    user.signIn?.atProvider && { text: t('userAdmin.atProvider'), colour: 'blue' },
  ].filter((mark) => typeof mark === 'object' && mark !== null)
  return (
    <Group gap={4}>
      {marks.map(({ text, colour }) => (
        <Badge key={text} variant="light" color={colour} tt="none" className="state-badge">
          {text}
        </Badge>
      ))}
    </Group>
  )
}

type DialogProps = {
  user: User | null
  close: () => void
  changed: () => void
  given: (name: string, password: string) => void
}

function UserDialog({ user, close, changed, given }: DialogProps) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [displayName, setDisplayName] = useState(user?.displayName ?? '')
  const [email, setEmail] = useState(user?.signIn?.email ?? '')
  const [roles, setRoles] = useState<readonly TenantRole[]>(user?.tenantRoles ?? [])
  const [disabled, setDisabled] = useState(user?.disabled ?? false)
  const person = user?.serviceOf == null
  const save = useMutation({
    mutationFn: async (): Promise<string | null> => {
      const ofPerson = person && { tenantRoles: [...roles], email: email.trim() || null }
      const common = { ...(displayName.trim() && { displayName }), ...ofPerson }
      if (user) {
        await calls.changeUser(user.id, { ...common, disabled })
        return null
      }
      return (await calls.createUser({ ...common, name })).oneTimePassword
    },
    onSuccess: async (password) => {
      await Promise.all([
        client.invalidateQueries({ queryKey: ['users'] }),
        client.invalidateQueries({ queryKey: ['session'] }),
      ])
      changed()
      close()
      if (password !== null) given(displayName.trim() || name, password)
    },
  })
  return (
    <Confirm
      opened
      close={close}
      title={user ? t('users.edit', { name: user.displayName }) : t('users.create')}
      verb={user ? t('ui.save') : t('ui.create')}
      busy={save.isPending}
      disabled={!user && name === ''}
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
      {person && (
        <>
          <TextInput
            label={t('userAdmin.email')}
            description={t('userAdmin.emailHint')}
            inputMode="email"
            value={email}
            autoComplete="off"
            error={fieldProblem(save.error, 'email')}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <MultiSelect
            label={t('users.tenantRoles')}
            description={t('users.tenantRolesHint')}
            data={TENANT_ROLES.map((role) => ({ value: role, label: t(`tenantRole.${role}`) }))}
            value={[...roles]}
            onChange={(chosen) => setRoles(chosen as TenantRole[])}
          />
        </>
      )}
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
