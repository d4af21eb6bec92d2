import { RESOURCE_TYPES, type ResourceType } from '@holdpoint/core/data-development/file'
import { Autocomplete, SegmentedControl, Select, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { developmentCalls } from '../../api/development-calls.ts'
import type { FileKind, Folder } from '../../api/development-shapes.ts'
import { links } from '../../links.ts'
import { fieldProblem, ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { newBody, PROGRAM_TYPES } from './bodies.ts'

const MOST_CHARACTERS = 128
const KINDS: readonly FileKind[] = ['node', 'resource', 'function']

type Props = { workspaceId: number; folders: readonly Folder[]; folderId: number | null; close: () => void }

/** A file with nothing in it yet; leads to its editor. */
export default function NewFileDialog({ workspaceId, folders, folderId, close }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [kind, setKind] = useState<FileKind>('node')
  const [name, setName] = useState('')
  const [folder, setFolder] = useState(folderId)
  const [programType, setProgramType] = useState<string>(PROGRAM_TYPES[0])
  const [resourceType, setResourceType] = useState<ResourceType>('file')
  const create = useMutation({
    mutationFn: () =>
      developmentCalls.createFile(workspaceId, {
        name: name.trim(),
        folderId: folder,
        body: newBody(kind, name.trim(), programType.trim().toUpperCase(), resourceType),
      }),
    onSuccess: (file) => {
      void client.invalidateQueries({ queryKey: ['files', workspaceId] })
      close()
      void navigate(links.file(workspaceId, file.id))
    },
  })
  return (
    <Confirm
      opened
      close={close}
      title={t('development.newFile')}
      verb={t('ui.create')}
      busy={create.isPending}
      disabled={name.trim() === '' || (kind === 'node' && programType.trim() === '')}
      confirm={() => create.mutate()}
    >
      <SegmentedControl
        aria-label={t('development.kind')}
        value={kind}
        onChange={(one) => setKind(one as FileKind)}
        data={KINDS.map((value) => ({ value, label: t(`fileKind.${value}`) }))}
      />
      <Text fz="sm" c="dimmed">
        {t(`fileKind.${kind}Meaning`)}
      </Text>
      <TextInput
        label={t('development.name')}
        required
        data-autofocus
        maxLength={MOST_CHARACTERS}
        value={name}
        error={fieldProblem(create.error, 'name')}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {kind === 'node' && (
        <Autocomplete
          label={t('development.programType')}
          description={t('development.programTypeHint')}
          required
          data={[...PROGRAM_TYPES]}
          value={programType}
          onChange={setProgramType}
        />
      )}
      {kind === 'resource' && (
        <Select
          label={t('file.resourceType')}
          allowDeselect={false}
          data={RESOURCE_TYPES.map((value) => ({ value, label: t(`resourceType.${value}`) }))}
          value={resourceType}
          onChange={(one) => setResourceType(one as ResourceType)}
        />
      )}
      <Select
        label={t('development.folder')}
        placeholder={t('development.top')}
        clearable
        searchable
        data={folders.map(({ id, path }) => ({ value: String(id), label: path }))}
        value={folder === null ? null : String(folder)}
        onChange={(one) => setFolder(one === null ? null : Number(one))}
      />
      <ProblemNotice error={create.error} />
    </Confirm>
  )
}
