import { Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { developmentCalls } from '../../api/development-calls.ts'
import type { Folder } from '../../api/development-shapes.ts'
import { ConfirmRemoval } from '../../confirm-removal.tsx'
import { links } from '../../links.ts'
import { fieldProblem, ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'

type Props = {
  workspaceId: number
  /** The one that is moved, or within which a new one is made; null: at the top. */
  folder: Folder | null
  moves: boolean
  close: () => void
}

/** A new folder, or another place for one with all that lies within it. */
export default function FolderDialog({ workspaceId, folder, moves, close }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [path, setPath] = useState(folder === null ? '' : moves ? folder.path : `${folder.path}/`)
  const save = useMutation({
    mutationFn: () =>
      moves && folder
        ? developmentCalls.moveFolder(workspaceId, folder.id, path.trim())
        : developmentCalls.createFolder(workspaceId, path.trim()),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['files', workspaceId] })
      close()
      void navigate(links.development(workspaceId, { folder: id }))
    },
  })
  return (
    <Confirm
      opened
      close={close}
      title={t(moves ? 'development.rename' : 'development.newFolder')}
      verb={t(moves ? 'ui.save' : 'ui.create')}
      busy={save.isPending}
      disabled={path.trim() === ''}
      confirm={() => save.mutate()}
    >
      <TextInput
        label={t('development.path')}
        description={t(moves ? 'development.renameHint' : 'development.pathHint')}
        required
        data-autofocus
        value={path}
        error={fieldProblem(save.error, 'path')}
        onChange={(event) => setPath(event.currentTarget.value)}
      />
      <ProblemNotice error={save.error} />
    </Confirm>
  )
}

export function RemoveFolder({
  workspaceId,
  folder,
  close,
}: {
  workspaceId: number
  folder: Folder
  close: () => void
}) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  return (
    <ConfirmRemoval
      title={t('development.removeFolder', { name: folder.path })}
      stale={['files', workspaceId]}
      remove={async () => {
        await developmentCalls.deleteFolder(workspaceId, folder.id)
        void navigate(links.development(workspaceId))
      }}
      close={close}
    >
      <Text fz="sm">{t('development.removeFolderHint')}</Text>
    </ConfirmRemoval>
  )
}
