import { Button, Group, Select, Switch } from '@mantine/core'
import { IconChecklist, IconFilterOff } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { queries } from '../../api/queries.ts'
import type { OperationState, ProcessStatus } from '../../api/shapes.ts'
import { POINTS_BY_MODULE, useEventNames } from '../../events.ts'
import { links } from '../../links.ts'
import { useList } from '../../list.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMe } from '../../session.ts'
import { type TextKey, useTranslation } from '../../text/index.ts'
import { CursorTable } from '../../ui/cursor-table.tsx'
import { Empty } from '../../ui/empty.tsx'
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
  const navigate = route.useNavigate()
  const list = useList(
    queries.operations({ ...filter, ...(all ? {} : { checked: true }), ...(cursor === undefined ? {} : { cursor }) }),
    cursor,
    keyOfOperation,
  )
  const set = (change: Partial<ReturnType<typeof route.useSearch>>) =>
    void navigate({ search: (now) => ({ ...now, ...change, cursor: undefined }) })
  const extensions = useQuery(queries.extensions())
  const chosen = Object.entries(STATES).find(
    ([, one]) => one.state === filter.state && one.status === filter.status,
  )?.[0]
  const filtered = Object.values(filter).some((value) => value !== undefined)
  return (
    <Page title={t('nav.operations')} description={t('operations.hint')}>
      <Group align="flex-end" gap="sm" role="search" aria-label={t('ui.filters')}>
        <Select
          label={t('shell.workspace')}
          placeholder={t('ui.any')}
          clearable
          searchable
          w={190}
          data-filter
          data={me.workspaces.map((workspace) => ({ value: String(workspace.id), label: workspace.name }))}
          value={filter.workspaceId === undefined ? null : String(filter.workspaceId)}
          onChange={(id) => set({ workspaceId: id === null ? undefined : Number(id) })}
        />
        <Select
          label={t('operations.state')}
          placeholder={t('ui.any')}
          clearable
          w={230}
          data={Object.entries(STATES).map(([value, one]) => ({ value, label: t(one.text) }))}
          value={filter.state === undefined ? null : (chosen ?? null)}
          onChange={(value) => {
            const one = value === null ? undefined : STATES[value]
            set({ state: one?.state, status: one?.status })
          }}
        />
        <Select
          label={t('operations.point')}
          placeholder={t('ui.any')}
          clearable
          searchable
          w={260}
          data={POINTS_BY_MODULE.map((group) => ({
            group: names.module(group.module),
            items: group.points.map((point) => ({ value: point.eventCode, label: names.event(point.eventCode) })),
          }))}
          value={filter.eventCode ?? null}
          onChange={(eventCode) => set({ eventCode: eventCode ?? undefined })}
        />
        <Select
          label={t('operations.extension')}
          placeholder={t('ui.any')}
          clearable
          searchable
          w={220}
          data={extensions.data?.map((one) => ({ value: one.code, label: one.name })) ?? []}
          value={filter.extension ?? null}
          onChange={(extension) => set({ extension: extension ?? undefined })}
        />
        <Switch
          label={t('operations.mine')}
          checked={filter.mine === true}
          mb={8}
          onChange={(event) => set({ mine: event.currentTarget.checked || undefined })}
        />
        <Switch
          label={t('operations.unchecked')}
          checked={all === true}
          mb={8}
          onChange={(event) => set({ all: event.currentTarget.checked || undefined })}
        />
      </Group>
      <ProblemNotice error={list.error} />
      <CursorTable
        label={t('nav.operations')}
        list={list}
        keyOf={keyOfOperation}
        columns={operationColumns(t, names)}
        minWidth={900}
        empty={
          filtered ? (
            <Empty
              icon={IconFilterOff}
              title={t('operations.emptyFiltered')}
              next={t('ui.emptyFilteredNext')}
              actions={
                <Button variant="default" onClick={() => void navigate({ search: {} })}>
                  {t('ui.clearFilters')}
                </Button>
              }
            />
          ) : (
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
          )
        }
      />
    </Page>
  )
}
