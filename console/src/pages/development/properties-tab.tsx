import { RESOURCE_TYPES, type ResourceType } from '@holdpoint/core/data-development/file'
import { Select, Stack, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { FileDetail, Folder } from '../../api/development-shapes.ts'
import { queries } from '../../api/queries.ts'
import { links } from '../../links.ts'
import { fieldProblem } from '../../problem.tsx'
import { useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { Copyable } from '../../ui/copy.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { withDefinition } from './bodies.ts'
import type { Draft } from './draft.ts'
import { withOwn } from './schedule-tab.tsx'

type Props = { file: FileDetail; draft: Draft; folders: readonly Folder[]; readOnly: boolean }

/** What the file is called, where it lies, and what is known of it. */
export function PropertiesTab({ file, draft, folders, readOnly }: Props) {
  const { t } = useTranslation()
  const me = useMe()
  const { body, name, folderId } = draft.now
  const basic = me.workspaces.find(({ id }) => id === file.workspaceId)?.mode === 'basic'
  const sources = useQuery({
    ...queries.dataSources(file.workspaceId, basic ? 'PROD' : 'DEV'),
    enabled: body.kind === 'function',
  })
  return (
    <Stack gap="sm">
      <TextInput
        label={t('development.name')}
        readOnly={readOnly}
        value={name}
        error={fieldProblem(draft.problem, 'name')}
        onChange={(event) => {
          const renamed = event.currentTarget.value
          draft.set({
            name: renamed,
            ...(body.kind === 'node' && { body: withDefinition(body, { name: renamed }) }),
          })
        }}
      />
      <Select
        label={t('development.folder')}
        placeholder={t('development.top')}
        disabled={readOnly}
        clearable
        searchable
        data={folders.map(({ id, path }) => ({ value: String(id), label: path }))}
        value={folderId === null ? null : String(folderId)}
        onChange={(one) => draft.set({ folderId: one === null ? null : Number(one) })}
      />
      {body.kind === 'node' && (
        <Textarea
          label={t('ui.description')}
          readOnly={readOnly}
          autosize
          minRows={2}
          value={body.definition.description}
          onChange={(event) => draft.setBody(withDefinition(body, { description: event.currentTarget.value }))}
        />
      )}
      {body.kind === 'resource' && (
        <Select
          label={t('file.resourceType')}
          disabled={readOnly}
          allowDeselect={false}
          data={RESOURCE_TYPES.map((value) => ({ value, label: t(`resourceType.${value}`) }))}
          value={body.resourceType}
          onChange={(one) => draft.setBody({ ...body, resourceType: one as ResourceType })}
        />
      )}
      {body.kind === 'function' && (
        <Select
          label={t('file.dataSource')}
          description={t('file.dataSourceHint')}
          placeholder={t('file.dataSourceDefault')}
          disabled={readOnly}
          clearable
          data={withOwn(
            (sources.data ?? []).map((source) => source.name),
            body.dataSource ?? undefined,
          )}
          value={body.dataSource}
          onChange={(dataSource) => draft.setBody({ ...body, dataSource })}
        />
      )}
      <Facts
        of={[
          [t('file.id'), <Copyable key="id" value={String(file.id)} />],
          [
            t('file.node'),
            file.kind === 'node' &&
              (file.deployedVersion === null ? (
                file.nodeId
              ) : (
                <LinkTo {...links.node(file.workspaceId, file.nodeId)}>{file.nodeId}</LinkTo>
              )),
          ],
          [t('development.owner'), file.owner?.name],
          [t('file.revision'), file.revision],
          [t('development.modified'), <Instant key="at" at={file.modifiedAt} />],
          [t('file.modifiedBy'), file.modifiedBy?.name],
          [t('ui.created'), <Instant key="created" at={file.createdAt} />],
        ]}
      />
    </Stack>
  )
}
