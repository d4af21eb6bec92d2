import { Button, Group, Text } from '@mantine/core'
import { IconPlus, IconShieldCheck } from '@tabler/icons-react'
import { getRouteApi } from '@tanstack/react-router'
import { qualityQueries } from '../../api/quality-queries.ts'
import type { QualityMonitorSummary } from '../../api/quality-shapes.ts'
import { FilteredList, useSetFilters } from '../../filtered-list.tsx'
import { links } from '../../links.ts'
import { useList } from '../../list.ts'
import { useMay } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { TextFilter } from '../../ui/filters.tsx'
import { iconProps } from '../../ui/icon.ts'
import { LinkButton } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { useMonitorColumns } from './monitor-columns.tsx'

const route = getRouteApi('/signed-in/workspaces/$workspaceId/quality/monitors')
const keyOf = (monitor: QualityMonitorSummary) => String(monitor.id)

/** What is watched in a workspace, after which nodes, and what was found last. */
export function QualityMonitorsPage() {
  const { t } = useTranslation()
  const may = useMay()
  const workspaceId = Number(route.useParams().workspaceId)
  const { cursor, operation: _, ...filter } = route.useSearch()
  const set = useSetFilters<ReturnType<typeof route.useSearch>>()
  const list = useList(qualityQueries.monitors(workspaceId, { ...filter, cursor }), cursor, keyOf)
  const columns = useMonitorColumns(workspaceId)
  const writes = may('quality.write', workspaceId)
  const add = writes && (
    <LinkButton {...links.newQualityMonitor(workspaceId)} leftSection={<IconPlus {...iconProps} />}>
      {t('monitors.new')}
    </LinkButton>
  )
  return (
    <Page title={t('monitors.title')} description={t('monitors.hint')} actions={add}>
      <FilteredList
        label={t('monitors.title')}
        list={list}
        keyOf={keyOf}
        columns={columns}
        minWidth={980}
        filters={
          <>
            <TextFilter
              label={t('quality.name')}
              placeholder={t('quality.namePlaceholder')}
              value={filter.name}
              onChange={(name) => set({ name })}
            />
            <TextFilter
              label={t('quality.table')}
              placeholder={t('quality.tablePlaceholder')}
              value={filter.table}
              onChange={(table) => set({ table })}
            />
            {filter.nodeId !== undefined && (
              <Group gap="xs" mb={6}>
                <Text fz="sm">{t('monitors.allNodes')}</Text>
                <Button size="compact-sm" variant="default" onClick={() => set({ nodeId: undefined })}>
                  {t('monitors.showAll')}
                </Button>
              </Group>
            )}
          </>
        }
        filter={filter}
        emptyFiltered={t('monitors.emptyFiltered')}
        empty={
          <Empty
            icon={IconShieldCheck}
            title={t('monitors.empty')}
            next={t(writes ? 'monitors.emptyNext' : 'monitors.emptyNextReader')}
            actions={add}
          />
        }
      />
    </Page>
  )
}
