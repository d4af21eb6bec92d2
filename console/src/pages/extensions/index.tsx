import { Badge, Text, TextInput } from '@mantine/core'
import { IconPlus, IconPuzzle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { queries } from '../../api/queries.ts'
import type { ExtensionView } from '../../api/shapes.ts'
import { POINTS_BY_MODULE, useEventNames } from '../../events.ts'
import { FilteredList, useSetFilters } from '../../filtered-list.tsx'
import { links } from '../../links.ts'
import { useList } from '../../list.ts'
import { useMay, useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { ChoiceFilter } from '../../ui/filters.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkButton, LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { EXTENSION_LOOKS } from './status.ts'

const route = getRouteApi('/signed-in/extensions')
const keyOf = (extension: ExtensionView) => extension.code

export function ExtensionsPage() {
  const { t } = useTranslation()
  const me = useMe()
  const may = useMay()
  const names = useEventNames()
  const { cursor, operation: _, ...filter } = route.useSearch()
  const list = useList(queries.extensionList({ ...filter, ...(cursor === undefined ? {} : { cursor }) }), cursor, keyOf)
  const users = useQuery(queries.everyUser())
  // Oneself first: that is what one looks for most.
  const owners = [
    { value: me.user.id, label: t('extensionList.mine', { name: me.user.displayName }) },
    ...(users.data ?? [])
      .filter((one) => one.serviceOf === null && one.id !== me.user.id)
      .map((one) => ({ value: one.id, label: one.displayName })),
  ]
  const set = useSetFilters<ReturnType<typeof route.useSearch>>()
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
            {t('check.version', { version: extension.version })} · {t(`life.${extension.deployment}`)}
          </Text>
        </>
      ),
    },
    {
      key: 'status',
      header: t('extensions.status'),
      width: 170,
      cell: (extension) => (
        <>
          <StateBadge look={EXTENSION_LOOKS[extension.status]} />
          {extension.next && (
            <Badge variant="outline" color="gray" tt="none" fw={500} size="sm" mt={4}>
              {t('life.next', {
                version: extension.next.version,
                status: t(EXTENSION_LOOKS[extension.next.status].text),
              })}
            </Badge>
          )}
        </>
      ),
    },
    {
      key: 'level',
      header: t('extensions.level'),
      width: 130,
      cell: (extension) => t(`extension.level.${extension.level}`),
    },
    {
      key: 'points',
      header: t('extensions.points'),
      cell: (extension) => (
        <>
          <Text fz="sm">{extension.points.map(names.operation).join(t('ui.listSeparator'))}</Text>
          <Text fz="xs" c="dimmed">
            {extension.modules.map(names.module).join(t('ui.listSeparator'))}
          </Text>
        </>
      ),
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
      <FilteredList
        label={t('extensions.title')}
        list={list}
        keyOf={keyOf}
        columns={columns}
        minWidth={960}
        filters={
          <>
            <TextInput
              type="search"
              label={t('extensionList.search')}
              w={200}
              data-filter
              key={filter.search ?? ''}
              defaultValue={filter.search ?? ''}
              onBlur={(event) => {
                const search = event.currentTarget.value.trim() || undefined
                if (search !== filter.search) set({ search })
              }}
              onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
            />
            <ChoiceFilter
              label={t('extensions.status')}
              w={150}
              data={Object.entries(EXTENSION_LOOKS).map(([value, look]) => ({ value, label: t(look.text) }))}
              value={filter.status}
              onChange={(status) => set({ status })}
            />
            <ChoiceFilter
              label={t('extensions.level')}
              w={170}
              data={(['workspace', 'tenant'] as const).map((value) => ({
                value,
                label: t(`extension.level.${value}`),
              }))}
              value={filter.level}
              onChange={(level) => set({ level })}
            />
            <ChoiceFilter
              label={t('extensionList.module')}
              searchable
              w={190}
              data={POINTS_BY_MODULE.map((group) => ({ value: group.module, label: names.module(group.module) }))}
              value={filter.module}
              onChange={(module) => set({ module })}
            />
            <ChoiceFilter
              label={t('operations.point')}
              searchable
              w={230}
              data={POINTS_BY_MODULE.map((group) => ({
                group: names.module(group.module),
                items: group.points.map((point) => ({ value: point.eventCode, label: names.event(point.eventCode) })),
              }))}
              value={filter.point}
              onChange={(point) => set({ point })}
            />
            <ChoiceFilter
              label={t('extensions.owner')}
              searchable
              w={170}
              data={owners}
              value={filter.owner}
              onChange={(owner) => set({ owner })}
            />
          </>
        }
        filter={filter}
        emptyFiltered={t('extensions.emptyFiltered')}
        empty={
          <Empty
            icon={IconPuzzle}
            title={t('extensions.empty')}
            next={t(may('extension.write') ? 'extensions.emptyNext' : 'extensions.emptyNextReader')}
            actions={register}
          />
        }
      />
    </Page>
  )
}
