import { Button, Input, SegmentedControl, Text, Textarea, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconBriefcase, IconPlus } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { calls } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import type { NewWorkspace, Workspace } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { useList } from '../../list.ts'
import { fieldProblem, ProblemNotice } from '../../problem.tsx'
import { useMay, useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { CursorTable } from '../../ui/cursor-table.tsx'
import { Empty } from '../../ui/empty.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import type { Column } from '../../ui/row-table.tsx'

const route = getRouteApi('/signed-in/workspaces')
const keyOf = (workspace: Workspace) => String(workspace.id)

export function WorkspacesPage() {
  const { t } = useTranslation()
  const may = useMay()
  const me = useMe()
  const { cursor } = route.useSearch()
  const list = useList(queries.workspaces({ cursor }), cursor, keyOf)
  const [creating, dialog] = useDisclosure(false)
  const create = may('workspace.create') && (
    <Button leftSection={<IconPlus {...iconProps} />} onClick={dialog.open}>
      {t('workspaces.create')}
    </Button>
  )
  const columns: readonly Column<Workspace>[] = [
    {
      key: 'name',
      header: t('workspaces.name'),
      cell: (workspace) => (
        <>
          <LinkTo {...links.nodes(workspace.id)} fw={500} className="wrap-anywhere">
            {workspace.name}
          </LinkTo>
          <Text fz="xs" c="dimmed" className="wrap-anywhere">
            {workspace.identifier} · {workspace.id}
          </Text>
        </>
      ),
    },
    { key: 'mode', header: t('workspaces.mode'), width: 140, cell: (workspace) => t(`workspaces.${workspace.mode}`) },
    {
      key: 'roles',
      header: t('workspaces.myRoles'),
      cell: (workspace) =>
        me.workspaces
          .find((one) => one.id === workspace.id)
          ?.roles.map((role) => t(`role.${role}`))
          .join(t('ui.listSeparator')) || '–',
    },
    { key: 'description', header: t('ui.description'), cell: (workspace) => workspace.description || '–' },
    {
      key: 'created',
      header: t('ui.created'),
      width: 170,
      times: true,
      cell: (workspace) => <Instant at={workspace.createdAt} zoned={false} />,
    },
  ]
  return (
    <Page title={t('nav.workspaces')} description={t('workspaces.hint')} actions={create}>
      <ProblemNotice error={list.error} />
      <CursorTable
        label={t('nav.workspaces')}
        list={list}
        keyOf={keyOf}
        columns={columns}
        minWidth={760}
        empty={
          <Empty
            icon={IconBriefcase}
            title={t('workspaces.empty')}
            next={t(may('workspace.create') ? 'workspaces.emptyNext' : 'workspaces.emptyNextReader')}
            actions={create}
          />
        }
      />
      {creating && <CreateDialog close={dialog.close} />}
    </Page>
  )
}

function CreateDialog({ close }: { close: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [draft, setDraft] = useState({
    identifier: '',
    name: '',
    description: '',
    mode: 'standard',
  } as Required<NewWorkspace>)
  const create = useMutation({
    mutationFn: () => calls.createWorkspace({ ...draft, name: draft.name || draft.identifier }),
    onSuccess: async (workspace) => {
      await Promise.all([
        client.invalidateQueries({ queryKey: ['workspaces'] }),
        client.invalidateQueries({ queryKey: ['session'] }),
      ])
      close()
      await navigate(links.nodes(workspace.id))
    },
  })
  const set = (change: Partial<typeof draft>) => setDraft((now) => ({ ...now, ...change }))
  return (
    <Confirm
      opened
      close={close}
      title={t('workspaces.create')}
      verb={t('ui.create')}
      busy={create.isPending}
      disabled={draft.identifier === ''}
      confirm={() => create.mutate()}
    >
      <TextInput
        label={t('workspaces.identifier')}
        description={t('workspaces.identifierHint')}
        required
        data-autofocus
        value={draft.identifier}
        error={fieldProblem(create.error, 'identifier')}
        onChange={(event) => set({ identifier: event.currentTarget.value })}
      />
      <TextInput
        label={t('workspaces.name')}
        value={draft.name}
        placeholder={draft.identifier}
        error={fieldProblem(create.error, 'name')}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <div>
        <Input.Label labelElement="div" display="block" id="mode-label">
          {t('workspaces.mode')}
        </Input.Label>
        <SegmentedControl
          fullWidth
          aria-labelledby="mode-label"
          value={draft.mode}
          onChange={(mode) => set({ mode: mode as 'basic' | 'standard' })}
          data={(['standard', 'basic'] as const).map((value) => ({ value, label: t(`workspaces.${value}`) }))}
        />
        <Text fz="xs" c="dimmed" mt={4}>
          {t(draft.mode === 'standard' ? 'workspaces.standardMeaning' : 'workspaces.basicMeaning')}
        </Text>
      </div>
      <Textarea
        label={t('ui.description')}
        autosize
        minRows={2}
        value={draft.description}
        onChange={(event) => set({ description: event.currentTarget.value })}
      />
      <ProblemNotice error={create.error} />
    </Confirm>
  )
}
