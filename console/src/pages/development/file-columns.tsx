import { Group, Text } from '@mantine/core'
import type { FileSummary, Folder } from '../../api/development-shapes.ts'
import { links } from '../../links.ts'
import type { Translate } from '../../text/index.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { HeldMarks } from '../workspaces/held-marks.tsx'
import { KIND_ICONS, looksOfFile } from './looks.ts'

/** `folders`: given where files of several are listed. */
export function fileColumns(t: Translate, folders: readonly Folder[] | null): readonly Column<FileSummary>[] {
  return [
    {
      key: 'name',
      header: t('development.name'),
      cell: (file) => {
        const Icon = KIND_ICONS[file.kind]
        const folder = folders?.find(({ id }) => id === file.folderId)
        return (
          <Group gap={8} wrap="nowrap" align="flex-start">
            <Icon size={16} stroke={1.75} aria-hidden className="row-icon" />
            <div>
              <LinkTo {...links.file(file.workspaceId, file.id)} fw={500} className="wrap-anywhere">
                {file.name}
              </LinkTo>
              <Text fz="xs" c="dimmed" className="wrap-anywhere">
                {file.programType ?? t(`fileKind.${file.kind}`)}
                {folder && ` · ${folder.path}`}
              </Text>
            </div>
          </Group>
        )
      },
    },
    {
      key: 'state',
      header: t('development.state'),
      width: 270,
      cell: (file) => (
        <Group gap={6}>
          {looksOfFile(file).map((look) => (
            <StateBadge key={look.text} look={look} size="sm" />
          ))}
          <HeldMarks heldBy={file.heldBy} />
        </Group>
      ),
    },
    {
      key: 'version',
      header: t('development.version'),
      width: 90,
      cell: (file) => (file.version === 0 ? '–' : `v${file.version}`),
    },
    {
      key: 'modified',
      header: t('development.modified'),
      width: 175,
      times: true,
      cell: (file) => (
        <>
          <Instant at={file.modifiedAt} zoned={false} />
          <Text fz="xs" c="dimmed">
            {file.modifiedBy?.name}
          </Text>
        </>
      ),
    },
  ]
}
