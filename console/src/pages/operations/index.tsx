import { IconChecklist } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { queries } from '../../api/queries.ts'
import type { OperationState, ProcessStatus } from '../../api/shapes.ts'
import { POINTS_BY_MODULE, useEventNames } from '../../events.ts'
import { FilteredList, useSetFilters, WorkspaceFilter } from '../../filtered-list.tsx'
import { links } from '../../links.ts'
import { useList } from '../../list.ts'
import { useMe } from '../../session.ts'
import { type TextKey, useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { ChoiceFilter, SwitchFilter } from '../../ui/filters.tsx'
import { LinkButton } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { keyOfOperation, operationColumns } from './columns.tsx'

const route = getRouteApi('/signed-in/operations')

/** One choice for both: how an operation stands or ended, and what its process says while it is held. */
const STATES: Readonly<Record<string, { text: TextKey; state?: OperationState; status?: ProcessStatus }>> = {
  checking: { text: 'operations.checking', state: 'held', status: 'CHECKING' },
  blocked: { text: 'operations.blocked', state: 'held', status: 'BLOCKED' },
  held: { text: 'operations.held', state: 'held' },
  done: { text: 'standing.done', state: 'done' },
  refused: { text: 'standing.refused', state: 'refused' },
  withdrawn: { text: 'standing.withdrawn', state: 'withdrawn' },
  stale: { text: 'standing.stale', state: 'stale' },
  failed: { text: 'standing.failed', state: 'failed' },
}

export function OperationsPage() {
  const { t } = useTranslation()
  const me = useMe()
  const names = useEventNames()
  const { cursor, operation: _, all, ...filter } = route.useSearch()
  const list = useList(
    queries.operations({ ...filter, ...(all ? {} : { checked: true }), ...(cursor === undefined ? {} : { cursor }) }),
    cursor,
    keyOfOperation,
  )
  const set = useSetFilters<ReturnType<typeof route.useSearch>>()
  const extensions = useQuery(queries.extensions())
  const chosen = Object.entries(STATES).find(
    ([, one]) => one.state === filter.state && one.status === filter.status,
  )?.[0]
  return (
    <Page title={t('nav.operations')} description={t('operations.hint')}>
      <FilteredList
        label={t('nav.operations')}
        list={list}
        keyOf={keyOfOperation}
        columns={operationColumns(t, names)}
        minWidth={900}
        filters={
          <>
            <WorkspaceFilter value={filter.workspaceId} onChange={(workspaceId) => set({ workspaceId })} />
            <ChoiceFilter
              label={t('operations.state')}
              w={230}
              data={Object.entries(STATES).map(([value, one]) => ({ value, label: t(one.text) }))}
              value={filter.state && chosen}
              onChange={(value) => {
                const one = value && STATES[value]
                set({ state: one ? one.state : undefined, status: one ? one.status : undefined })
              }}
            />
            <ChoiceFilter
              label={t('operations.point')}
              searchable
              w={260}
              data={POINTS_BY_MODULE.map((group) => ({
                group: names.module(group.module),
                items: group.points.map((point) => ({ value: point.eventCode, label: names.event(point.eventCode) })),
              }))}
              value={filter.eventCode}
              onChange={(eventCode) => set({ eventCode })}
            />
            <ChoiceFilter
              label={t('operations.extension')}
              searchable
              w={220}
              data={extensions.data?.map((one) => ({ value: one.code, label: one.name })) ?? []}
              value={filter.extension}
              onChange={(extension) => set({ extension })}
            />
            <SwitchFilter label={t('operations.mine')} value={filter.mine} onChange={(mine) => set({ mine })} />
            <SwitchFilter label={t('operations.unchecked')} value={all} onChange={(all) => set({ all })} />
          </>
        }
        filter={filter}
        emptyFiltered={t('operations.emptyFiltered')}
        empty={
          <Empty
            icon={IconChecklist}
            title={t('operations.empty')}
            next={t('operations.emptyNext')}
            actions={
              me.workspaces[0] && (
                <LinkButton {...links.nodes(me.workspaces[0].id)} variant="default">
                  {t('nav.nodes')}
                </LinkButton>
              )
            }
          />
        }
      />
    </Page>
  )
}
