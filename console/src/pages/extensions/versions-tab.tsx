import { Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { queries } from '../../api/queries.ts'
import type { ExtensionVersion, ExtensionView } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { QueryTable } from '../../query-table.tsx'
import { useTranslation } from '../../text/index.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { Section } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { VERSION_LOOKS } from './status.ts'
import { VerbButton } from './verbs.tsx'

/** Every version there was, and what may be done with each. */
export default function VersionsTab({ extension }: { extension: ExtensionView }) {
  const { t } = useTranslation()
  const found = useQuery(queries.extensionVersions(extension.code))
  const running = found.data?.find((one) => one.status === 'published' || one.status === 'disabled')?.version
  const columns: readonly Column<ExtensionVersion>[] = [
    {
      key: 'version',
      header: t('life.versionColumn'),
      cell: (one) => (
        <>
          <Text fz="sm" fw={500}>
            {one.version}
          </Text>
          <Text fz="xs" c="dimmed" className="wrap-anywhere">
            {one.name}
          </Text>
        </>
      ),
    },
    {
      key: 'status',
      header: t('extensions.status'),
      width: 150,
      cell: (one) => <StateBadge look={VERSION_LOOKS[one.status]} />,
    },
    {
      key: 'changed',
      header: t('life.changedColumn'),
      width: 170,
      times: true,
      cell: (one) => <Instant at={one.modifiedAt} zoned={false} />,
    },
    {
      key: 'submitted',
      header: t('life.submittedColumn'),
      width: 170,
      times: true,
      cell: (one) =>
        one.submittedAt ? (
          <>
            <Instant at={one.submittedAt} zoned={false} />
            <Text fz="xs" c="dimmed">
              {one.submittedBy?.name}
            </Text>
          </>
        ) : (
          <Text fz="sm" c="dimmed">
            {t('life.neverSubmitted')}
          </Text>
        ),
    },
    {
      key: 'do',
      header: t('life.more'),
      quiet: true,
      cell: (one) => (
        <Group gap="xs" justify="flex-end">
          <LinkTo {...links.extension(extension.code, 'review', one.version)} fz="sm">
            {t('life.open')}
          </LinkTo>
          {one.may
            .filter((verb) => verb !== 'approve' && verb !== 'reject')
            .map((verb) => (
              <VerbButton
                key={verb}
                verb={verb}
                of={{ ...one, running: one.version === running ? undefined : running }}
              />
            ))}
        </Group>
      ),
    },
  ]
  return (
    <Section title={t('life.versions')} description={t('life.versionsHint')}>
      <QueryTable
        label={t('life.versions')}
        columns={columns}
        found={found}
        keyOf={(one) => String(one.version)}
        minWidth={860}
      />
    </Section>
  )
}
