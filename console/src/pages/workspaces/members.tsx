import { WORKSPACE_ROLES, type WorkspaceRole } from '@holdpoint/core/access'
import { Button, Group, MultiSelect, Select, Text } from '@mantine/core'
import { IconPencil, IconTrash, IconUserPlus, IconUsers } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { calls } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import type { Member } from '../../api/shapes.ts'
import { ProblemNotice } from '../../problem.tsx'
import { QueryTable } from '../../query-table.tsx'
import { useMay, useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Empty } from '../../ui/empty.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Page } from '../../ui/page.tsx'
import { RowAct } from '../../ui/row-act.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { RoleTable } from '../role-table.tsx'

const route = getRouteApi('/signed-in/workspaces/$workspaceId/members')

type Editing = { readonly what: 'add' } | { readonly what: 'change' | 'remove'; readonly member: Member }

export function MembersPage() {
  const { t } = useTranslation()
  const me = useMe()
  const may = useMay()
  const workspaceId = Number(route.useParams().workspaceId)
  const found = useQuery(queries.members(workspaceId))
  const [editing, setEditing] = useState<Editing | null>(null)
  const mayWrite = may('member.write', workspaceId)
  const name = me.workspaces.find((one) => one.id === workspaceId)?.name ?? workspaceId
  const add = mayWrite && (
    <Button leftSection={<IconUserPlus {...iconProps} />} onClick={() => setEditing({ what: 'add' })}>
      {t('members.add')}
    </Button>
  )
  const columns: readonly Column<Member>[] = [
    {
      key: 'user',
      header: t('members.user'),
      cell: ({ user }) => (
        <>
          <Text fw={500} fz="sm">
            {user.name}
          </Text>
          <Text fz="xs" c="dimmed">
            {user.id}
          </Text>
        </>
      ),
    },
    {
      key: 'roles',
      header: t('members.roles'),
      cell: ({ roles }) => roles.map((role) => t(`role.${role}`)).join(t('ui.listSeparator')),
    },
    {
      key: 'actions',
      header: t('nodes.actions'),
      width: 100,
      quiet: true,
      cell: (member) =>
        mayWrite && (
          <Group gap={4} wrap="nowrap">
            <RowAct
              label={t('members.change', { name: member.user.name })}
              icon={IconPencil}
              act={() => setEditing({ what: 'change', member })}
            />
            <RowAct
              label={t('members.remove', { name: member.user.name })}
              icon={IconTrash}
              act={() => setEditing({ what: 'remove', member })}
            />
          </Group>
        ),
    },
  ]
  return (
    <Page title={t('members.title')} description={t('members.hint', { workspace: name })} actions={add}>
      <QueryTable
        label={t('members.title')}
        columns={columns}
        found={found}
        keyOf={(member) => member.user.id}
        minWidth={520}
        empty={<Empty icon={IconUsers} title={t('members.empty')} next={t('members.emptyNext')} actions={add} />}
      />
      <RoleTable of="workspace" />
      {editing && editing.what !== 'remove' && (
        <RolesDialog
          workspaceId={workspaceId}
          member={editing.what === 'change' ? editing.member : null}
          present={found.data ?? []}
          close={() => setEditing(null)}
        />
      )}
      {editing?.what === 'remove' && (
        <RemoveDialog workspaceId={workspaceId} member={editing.member} close={() => setEditing(null)} />
      )}
    </Page>
  )
}

type RolesProps = { workspaceId: number; member: Member | null; present: readonly Member[]; close: () => void }

function RolesDialog({ workspaceId, member, present, close }: RolesProps) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const users = useQuery({ ...queries.everyUser(), enabled: member === null })
  const [userId, setUserId] = useState<string | null>(member?.user.id ?? null)
  const [roles, setRoles] = useState<readonly WorkspaceRole[]>(member?.roles ?? ['developer'])
  const save = useMutation({
    mutationFn: () => calls.setMember(workspaceId, userId!, { roles: [...roles] }),
    onSuccess: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: ['members', workspaceId] }),
        client.invalidateQueries({ queryKey: ['session'] }),
      ])
      close()
    },
  })
  return (
    <Confirm
      opened
      close={close}
      title={member ? t('members.change', { name: member.user.name }) : t('members.add')}
      verb={t('ui.save')}
      busy={save.isPending}
      disabled={userId === null || roles.length === 0}
      confirm={() => save.mutate()}
    >
      {member === null && (
        <Select
          label={t('members.user')}
          required
          searchable
          nothingFoundMessage={t('members.everybodyIsIn')}
          data={(users.data ?? [])
            .filter(
              (user) => !user.disabled && user.serviceOf === null && !present.some((one) => one.user.id === user.id),
            )
            .map((user) => ({ value: user.id, label: `${user.displayName} (${user.name})` }))}
          value={userId}
          onChange={setUserId}
        />
      )}
      <MultiSelect
        label={t('members.roles')}
        description={t('members.rolesHint')}
        required
        data={WORKSPACE_ROLES.map((role) => ({ value: role, label: t(`role.${role}`) }))}
        value={[...roles]}
        onChange={(chosen) => setRoles(chosen as WorkspaceRole[])}
      />
      <ProblemNotice error={users.error} />
      <ProblemNotice error={save.error} />
    </Confirm>
  )
}

function RemoveDialog({ workspaceId, member, close }: { workspaceId: number; member: Member; close: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: () => calls.removeMember(workspaceId, member.user.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['members', workspaceId] })
      close()
    },
  })
  return (
    <Confirm
      opened
      close={close}
      danger
      title={t('members.remove', { name: member.user.name })}
      verb={t('ui.remove')}
      busy={remove.isPending}
      confirm={() => remove.mutate()}
    >
      <Text fz="sm">{t('members.removeMeaning')}</Text>
      <ProblemNotice error={remove.error} />
    </Confirm>
  )
}
