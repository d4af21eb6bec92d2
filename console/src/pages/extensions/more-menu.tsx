import { Button, Menu, Select, Text } from '@mantine/core'
import { IconDots, IconTrash, IconUserShare } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { calls } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import type { ExtensionView } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { fieldProblem, ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { iconProps } from '../../ui/icon.ts'

/** What is rarely done with an extension as a whole. */
export function MoreMenu({ extension }: { extension: ExtensionView }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState<'owner' | 'delete' | null>(null)
  const { may } = extension
  if (!may.includes('change-owner') && !may.includes('delete')) return null
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" leftSection={<IconDots {...iconProps} />}>
            {t('life.more')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {may.includes('change-owner') && (
            <Menu.Item leftSection={<IconUserShare {...iconProps} />} onClick={() => setOpen('owner')}>
              {t('life.changeOwner')}
            </Menu.Item>
          )}
          {may.includes('delete') && (
            <Menu.Item leftSection={<IconTrash {...iconProps} />} onClick={() => setOpen('delete')}>
              {t('life.delete')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {open === 'owner' && <OwnerDialog extension={extension} close={() => setOpen(null)} />}
      {open === 'delete' && <DeleteDialog extension={extension} close={() => setOpen(null)} />}
    </>
  )
}

type Props = { extension: ExtensionView; close: () => void }

function OwnerDialog({ extension, close }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const users = useQuery(queries.everyUser())
  const [owner, setOwner] = useState<string | null>(extension.owner.id)
  const change = useMutation({
    mutationFn: () => calls.changeExtensionOwner(extension.code, owner!),
    onSuccess: close,
    onSettled: () => client.invalidateQueries({ queryKey: ['extensions'] }),
  })
  return (
    <Confirm
      opened
      close={close}
      title={t('life.changeOwnerTitle', { name: extension.name })}
      verb={t('life.changeOwner')}
      busy={change.isPending}
      disabled={owner === null || owner === extension.owner.id}
      confirm={() => change.mutate()}
    >
      <Text fz="sm">{t('life.changeOwnerMeaning')}</Text>
      <Select
        label={t('life.owner')}
        searchable
        data-autofocus
        data={
          users.data
            ?.filter((one) => !one.disabled && one.serviceOf === null)
            .map((one) => ({ value: one.id, label: one.displayName })) ?? []
        }
        value={owner}
        error={fieldProblem(change.error, 'ownerId')}
        onChange={setOwner}
      />
      <ProblemNotice error={change.error} />
    </Confirm>
  )
}

function DeleteDialog({ extension, close }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const navigate = useNavigate()
  const remove = useMutation({
    mutationFn: () => calls.deleteExtension(extension.code),
    async onSuccess() {
      await navigate(links.extensions())
      client.removeQueries({ queryKey: ['extensions', 'one', extension.code] })
      await client.invalidateQueries({ queryKey: ['extensions'] })
    },
  })
  return (
    <Confirm
      opened
      close={close}
      title={t('life.deleteTitle', { name: extension.name })}
      verb={t('life.delete')}
      danger
      busy={remove.isPending}
      confirm={() => remove.mutate()}
    >
      <Text fz="sm">{t('life.deleteMeaning')}</Text>
      <ProblemNotice error={remove.error} />
    </Confirm>
  )
}
