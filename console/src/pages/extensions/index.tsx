import { SegmentedControl, Skeleton, Table, Text } from '@mantine/core'
import { IconPlus, IconPuzzle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { queries } from '../../api/queries.ts'
import { useEventNames } from '../../events.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMay, useMe } from '../../session.ts'
import { Empty } from '../../ui/empty.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkButton, LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
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
          <Table.ScrollContainer
            minWidth={900}
            type="native"
            tabIndex={0}
            role="region"
            aria-label={t('extensions.title')}
          >
            <Table aria-label={t('extensions.title')}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('extensions.name')}</Table.Th>
                  <Table.Th w={150}>{t('extensions.status')}</Table.Th>
                  <Table.Th w={120}>{t('extensions.level')}</Table.Th>
                  <Table.Th>{t('extensions.points')}</Table.Th>
                  <Table.Th w={120}>{t('extensions.owner')}</Table.Th>
                  <Table.Th w={230}>{t('ui.changed')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((extension) => (
                  <Table.Tr key={extension.code}>
                    <Table.Td>
                      <LinkTo {...links.extension(extension.code)} fw={500} className="wrap-anywhere">
                        {extension.name}
                      </LinkTo>
                      <Text fz="xs" c="dimmed">
                        {t('check.version', { version: extension.version })}
                      </Text>
                    </Table.Td>
                    <Table.Td>
                      <StateBadge look={EXTENSION_LOOKS[extension.status]} />
                    </Table.Td>
                    <Table.Td>{t(`extension.level.${extension.level}`)}</Table.Td>
                    <Table.Td>
                      <Text fz="sm">{extension.points.map(names.event).join(t('ui.listSeparator'))}</Text>
                    </Table.Td>
                    <Table.Td>{extension.owner.name}</Table.Td>
                    <Table.Td>
                      <Instant at={extension.modifiedAt} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Card>
      )}
    </Page>
  )
}
