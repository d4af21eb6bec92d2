import { Badge, Button, Group, Select, Text, TextInput } from '@mantine/core'
import { IconFilterOff, IconPlus, IconPuzzle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { queries } from '../../api/queries.ts'
import type { ExtensionStatus, ExtensionView } from '../../api/shapes.ts'
import { POINTS_BY_MODULE, useEventNames } from '../../events.ts'
import { links } from '../../links.ts'
import { useList } from '../../list.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMay, useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { CursorTable } from '../../ui/cursor-table.tsx'
import { Empty } from '../../ui/empty.tsx'
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
  const navigate = route.useNavigate()
  const list = useList(queries.extensionList({ ...filter, ...(cursor === undefined ? {} : { cursor }) }), cursor, keyOf)
  const users = useQuery(queries.everyUser())
  // Oneself first: that is what one looks for most.
  const owners = [
    { value: me.user.id, label: t('extensionList.mine', { name: me.user.displayName }) },
    ...(users.data ?? [])
      .filter((one) => one.serviceOf === null && one.id !== me.user.id)
      .map((one) => ({ value: one.id, label: one.displayName })),
  ]
  const set = (change: Partial<ReturnType<typeof route.useSearch>>) =>
    void navigate({ search: (now) => ({ ...now, ...change, cursor: undefined }) })
  const filtered = Object.values(filter).some((value) => value !== undefined)
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
      <Group align="flex-end" gap="sm" role="search" aria-label={t('ui.filters')}>
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
        <Select
          label={t('extensions.status')}
          placeholder={t('ui.any')}
          clearable
          w={150}
          data={Object.entries(EXTENSION_LOOKS).map(([value, look]) => ({ value, label: t(look.text) }))}
          value={filter.status ?? null}
          onChange={(status) => set({ status: (status as ExtensionStatus | null) ?? undefined })}
        />
        <Select
          label={t('extensions.level')}
          placeholder={t('ui.any')}
          clearable
          w={170}
          data={(['workspace', 'tenant'] as const).map((value) => ({ value, label: t(`extension.level.${value}`) }))}
          value={filter.level ?? null}
          onChange={(level) => set({ level: (level as 'workspace' | 'tenant' | null) ?? undefined })}
        />
        <Select
          label={t('extensionList.module')}
          placeholder={t('ui.any')}
          clearable
          searchable
          w={190}
          data={POINTS_BY_MODULE.map((group) => ({ value: group.module, label: names.module(group.module) }))}
          value={filter.module ?? null}
          onChange={(module) => set({ module: module ?? undefined })}
        />
        <Select
          label={t('operations.point')}
          placeholder={t('ui.any')}
          clearable
          searchable
          w={230}
          data={POINTS_BY_MODULE.map((group) => ({
            group: names.module(group.module),
            items: group.points.map((point) => ({ value: point.eventCode, label: names.event(point.eventCode) })),
          }))}
          value={filter.point ?? null}
          onChange={(point) => set({ point: point ?? undefined })}
        />
        <Select
          label={t('extensions.owner')}
          placeholder={t('ui.any')}
          clearable
          searchable
          w={170}
          data={owners}
          value={filter.owner ?? null}
          onChange={(owner) => set({ owner: owner ?? undefined })}
        />
      </Group>
      <ProblemNotice error={list.error} />
      <CursorTable
        label={t('extensions.title')}
        list={list}
        keyOf={keyOf}
        columns={columns}
        minWidth={960}
        empty={
          filtered ? (
            <Empty
              icon={IconFilterOff}
              title={t('extensions.emptyFiltered')}
              next={t('ui.emptyFilteredNext')}
              actions={
                <Button variant="default" onClick={() => void navigate({ search: {} })}>
                  {t('ui.clearFilters')}
                </Button>
              }
            />
          ) : (
            <Empty
              icon={IconPuzzle}
              title={t('extensions.empty')}
              next={t(may('extension.write') ? 'extensions.emptyNext' : 'extensions.emptyNextReader')}
              actions={register}
            />
          )
        }
      />
    </Page>
  )
}
