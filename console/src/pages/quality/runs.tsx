import { IconZoomCheck } from '@tabler/icons-react'
import { getRouteApi } from '@tanstack/react-router'
import { qualityQueries } from '../../api/quality-queries.ts'
import type { QualityRunSummary } from '../../api/quality-shapes.ts'
import { FilteredList, useSetFilters } from '../../filtered-list.tsx'
import { useList } from '../../list.ts'
import { useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { ChoiceFilter } from '../../ui/filters.tsx'
import { Page } from '../../ui/page.tsx'
import { QUALITY_LOOKS, STATUSES } from './looks.ts'
import { useRunColumns } from './run-table.tsx'

const route = getRouteApi('/signed-in/workspaces/$workspaceId/quality/runs')
const keyOf = (run: QualityRunSummary) => String(run.id)

/** Everything that was checked in a workspace. */
export function QualityRunsPage() {
  const { t } = useTranslation()
  const workspaceId = Number(route.useParams().workspaceId)
  const { cursor, operation: _, ...filter } = route.useSearch()
  const set = useSetFilters<ReturnType<typeof route.useSearch>>()
  const list = useList(qualityQueries.runs(workspaceId, { ...filter, cursor }), cursor, keyOf)
  const columns = useRunColumns(workspaceId)
  return (
    <Page title={t('checks.title')} description={t('checks.hint')}>
      <FilteredList
        label={t('checks.title')}
        list={list}
        keyOf={keyOf}
        columns={columns}
        minWidth={1_020}
        filters={
          <ChoiceFilter
            label={t('checks.status')}
            w={220}
            first
            data={STATUSES.map((value) => ({ value, label: t(QUALITY_LOOKS[value].text) }))}
            value={filter.status}
            onChange={(status) => set({ status })}
          />
        }
        filter={filter}
        emptyFiltered={t('checks.emptyFiltered')}
        empty={<Empty icon={IconZoomCheck} title={t('checks.empty')} next={t('checks.emptyNext')} />}
      />
    </Page>
  )
}
