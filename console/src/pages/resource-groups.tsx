import { Badge, Button, Group, NumberInput, Switch, Text, TextInput } from '@mantine/core'
import { IconPencil, IconPlus, IconServer2, IconTrash } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { calls } from '../api/calls.ts'
import { queries } from '../api/queries.ts'
import type { ResourceGroup } from '../api/shapes.ts'
import { ConfirmRemoval } from '../confirm-removal.tsx'
import { fieldProblem, ProblemNotice } from '../problem.tsx'
import { QueryTable } from '../query-table.tsx'
import { useMay } from '../session.ts'
import { useTranslation } from '../text/index.ts'
import { Confirm } from '../ui/confirm.tsx'
import { Empty } from '../ui/empty.tsx'
import { iconProps } from '../ui/icon.ts'
import { Page } from '../ui/page.tsx'
import { RowAct } from '../ui/row-act.tsx'
import type { Column } from '../ui/row-table.tsx'

type Editing = { readonly group: ResourceGroup | null; readonly remove: boolean }

/** How many instances run at once, and whether shell and Python are among them. */
export function ResourceGroupsPage() {
  const { t } = useTranslation()
  const mayWrite = useMay()('resource-group.write')
  const found = useQuery(queries.resourceGroups())
  const [editing, setEditing] = useState<Editing | null>(null)
  const add = mayWrite && (
    <Button leftSection={<IconPlus {...iconProps} />} onClick={() => setEditing({ group: null, remove: false })}>
      {t('resourceGroups.add')}
    </Button>
  )
  const columns: readonly Column<ResourceGroup>[] = [
    {
      key: 'name',
      header: t('resourceGroups.name'),
      cell: (group) => (
        <>
          <Group gap="xs">
            <Text fw={500} fz="sm">
              {group.name}
            </Text>
            {group.isDefault && <Badge variant="light">{t('resourceGroups.default')}</Badge>}
          </Group>
          <Text fz="xs" c="dimmed">
            {group.identifier}
          </Text>
        </>
      ),
    },
    {
      key: 'slots',
      header: t('resourceGroups.slots'),
      width: 150,
      cell: ({ running, slots }) => t('resourceGroups.inUse', { running, slots }),
    },
    {
      key: 'shell',
      header: t('resourceGroups.shell'),
      width: 180,
      cell: ({ allowsShell }) => t(allowsShell ? 'resourceGroups.allowed' : 'resourceGroups.notAllowed'),
    },
    ...(mayWrite
      ? [
          {
            key: 'actions',
            header: t('resourceGroups.actions'),
            width: 84,
            quiet: true,
            cell: (group: ResourceGroup) => <Acts group={group} edit={setEditing} />,
          } as const,
        ]
      : []),
  ]
  return (
    <Page title={t('resourceGroups.title')} description={t('resourceGroups.hint')} actions={add}>
      <QueryTable
        label={t('resourceGroups.title')}
        columns={columns}
        found={found}
        keyOf={(group) => String(group.id)}
        minWidth={620}
        empty={
          <Empty
            icon={IconServer2}
            title={t('resourceGroups.empty')}
            next={t('resourceGroups.emptyNext')}
            actions={add}
          />
        }
      />
      {editing && !editing.remove && <EditDialog group={editing.group} close={() => setEditing(null)} />}
      {editing?.remove && <RemoveDialog group={editing.group!} close={() => setEditing(null)} />}
    </Page>
  )
}

function Acts({ group, edit }: { group: ResourceGroup; edit: (editing: Editing) => void }) {
  const { t } = useTranslation()
  const { name } = group
  return (
    <Group gap={4} wrap="nowrap">
      <RowAct
        label={t('resourceGroups.change', { name })}
        icon={IconPencil}
        act={() => edit({ group, remove: false })}
      />
      {!group.isDefault && (
        <RowAct
          label={t('resourceGroups.remove', { name })}
          icon={IconTrash}
          act={() => edit({ group, remove: true })}
        />
      )}
    </Group>
  )
}

function EditDialog({ group, close }: { group: ResourceGroup | null; close: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [identifier, setIdentifier] = useState('')
  const [name, setName] = useState(group?.name ?? '')
  const [slots, setSlots] = useState<number | string>(group?.slots ?? 8)
  const [allowsShell, setAllowsShell] = useState(group?.allowsShell ?? false)
  const [isDefault, setDefault] = useState(group?.isDefault ?? false)
  const save = useMutation({
    mutationFn: () => {
      const given = { name, slots: Number(slots), allowsShell }
      if (group === null) return calls.createResourceGroup({ identifier, ...given })
      return calls.changeResourceGroup(group.id, { ...given, ...(isDefault && !group.isDefault ? { isDefault } : {}) })
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['resource-groups'] })
      close()
    },
  })
  return (
    <Confirm
      opened
      close={close}
      title={group ? t('resourceGroups.change', { name: group.name }) : t('resourceGroups.add')}
      verb={t('ui.save')}
      busy={save.isPending}
      disabled={name.trim() === '' || slots === '' || (group === null && identifier === '')}
      confirm={() => save.mutate()}
    >
      {group === null && (
        <TextInput
          label={t('resourceGroups.identifier')}
          description={t('resourceGroups.identifierHint')}
          required
          data-autofocus
          value={identifier}
          error={fieldProblem(save.error, 'identifier')}
          onChange={(event) => setIdentifier(event.currentTarget.value)}
        />
      )}
      <TextInput
        label={t('resourceGroups.name')}
        required
        value={name}
        error={fieldProblem(save.error, 'name')}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <NumberInput
        label={t('resourceGroups.slots')}
        description={t('resourceGroups.slotsHint')}
        required
        min={1}
        max={1000}
        allowDecimal={false}
        value={slots}
        error={fieldProblem(save.error, 'slots')}
        onChange={setSlots}
      />
      <Switch
        label={t('resourceGroups.allowsShell')}
        description={t('resourceGroups.allowsShellHint')}
        checked={allowsShell}
        onChange={(event) => setAllowsShell(event.currentTarget.checked)}
      />
      {group !== null && !group.isDefault && (
        <Switch
          label={t('resourceGroups.makeDefault')}
          checked={isDefault}
          onChange={(event) => setDefault(event.currentTarget.checked)}
        />
      )}
      <ProblemNotice error={save.error} />
    </Confirm>
  )
}

function RemoveDialog({ group, close }: { group: ResourceGroup; close: () => void }) {
  const { t } = useTranslation()
  return (
    <ConfirmRemoval
      title={t('resourceGroups.remove', { name: group.name })}
      remove={() => calls.deleteResourceGroup(group.id)}
      stale={['resource-groups']}
      close={close}
    >
      <Text fz="sm">{t('resourceGroups.removeMeaning')}</Text>
    </ConfirmRemoval>
  )
}
