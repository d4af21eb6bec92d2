import { SegmentedControl, Skeleton, Text } from '@mantine/core'
import { IconPlus, IconPuzzle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { queries } from '../../api/queries.ts'
import type { ExtensionView } from '../../api/shapes.ts'
import { useEventNames } from '../../events.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMay, useMe } from '../../session.ts'
import { Empty } from '../../ui/empty.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkButton, LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { type Column, RowTable } from '../../ui/row-table.tsx'
import { Card } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { EXTENSION_LOOKS } from './status.ts'

const SHOWN = ['all', 'mine', 'in-review'] as const

export function ExtensionsPage() {
  const { t } = useTranslation()
  const me = useMe()
  const may = useMay()
  const names = useEventNames()
  const { data, error } = useQuery(queries.extensions())
  const [shown, setShown] = useState<(typeof SHOWN)[number]>('all')
  const rows = data?.filter((extension) => {
    if (shown === 'mine') return extension.owner.id === me.user.id
    return shown === 'all' || extension.status === 'in-review'
  })
  const register = may('extension.write') && (
    <LinkButton {...links.registerExtension()} leftSection={<IconPlus {...iconProps} />}>
      {t('extensions.register')}
    </LinkButton>
  )
  const columns: readonly Column<ExtensionView>[] = [
    {
      key: 'name',
      header: t('extensions.name'),
      cell: (extension) => (
        <>
          <LinkTo {...links.extension(extension.code)} fw={500} className="wrap-anywhere">
            {extension.name}
          </LinkTo>
          <Text fz="xs" c="dimmed">
            {t('check.version', { version: extension.version })}
          </Text>
        </>
      ),
    },
    {
      key: 'status',
      header: t('extensions.status'),
      width: 140,
      cell: (extension) => <StateBadge look={EXTENSION_LOOKS[extension.status]} />,
    },
    {
      key: 'level',
      header: t('extensions.level'),
      width: 140,
      cell: (extension) => t(`extension.level.${extension.level}`),
    },
    {
      key: 'points',
      header: t('extensions.points'),
      cell: (extension) => extension.points.map(names.operation).join(t('ui.listSeparator')),
    },
    { key: 'owner', header: t('extensions.owner'), width: 130, cell: (extension) => extension.owner.name },
    {
      key: 'changed',
      header: t('ui.changed'),
      width: 170,
      times: true,
      cell: (extension) => <Instant at={extension.modifiedAt} zoned={false} />,
    },
  ]
  return (
    <Page title={t('extensions.title')} description={t('extensions.hint')} actions={register}>
      <ProblemNotice error={error} />
      {data && data.length > 0 && (
        <SegmentedControl
          className="fit"
          aria-label={t('ui.filters')}
          value={shown}
          onChange={(value) => setShown(value as typeof shown)}
          data={SHOWN.map((value) => ({ value, label: t(`extensions.shown.${value}`) }))}
        />
      )}
      {!data && !error && <Skeleton height={160} />}
      {rows?.length === 0 && (
        <Card>
          <Empty
            icon={IconPuzzle}
            title={t(data?.length === 0 ? 'extensions.empty' : 'extensions.emptyFiltered')}
            next={t(may('extension.write') ? 'extensions.emptyNext' : 'extensions.emptyNextReader')}
            actions={register}
          />
        </Card>
      )}
      {rows && rows.length > 0 && (
        <Card padding={0}>
          <RowTable
            label={t('extensions.title')}
            columns={columns}
            rows={rows}
            keyOf={(extension) => extension.code}
            minWidth={900}
          />
        </Card>
      )}
    </Page>
  )
}
