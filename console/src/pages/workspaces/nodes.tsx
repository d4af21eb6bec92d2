import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconFileImport, IconHierarchy2, IconHistoryToggle } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { queries } from '../../api/queries.ts'
import type { NodeOperationPoint, NodeSummary } from '../../api/shapes.ts'
import { EnvironmentFilter, FilteredList, useSetFilters } from '../../filtered-list.tsx'
import { links } from '../../links.ts'
import { useList } from '../../list.ts'
import { useMay, useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { ChosenBar } from '../../ui/chosen-bar.tsx'
import { useChosenRows } from '../../ui/chosen-rows.ts'
import { Empty } from '../../ui/empty.tsx'
import { ChoiceFilter, TextFilter } from '../../ui/filters.tsx'
import { GuardedButton } from '../../ui/guarded-button.tsx'
import { iconProps } from '../../ui/icon.ts'
import { LinkButton } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { nodeColumns } from './node-columns.tsx'
import { POINT_LOOKS, POINTS, whyNot } from './node-points.ts'

const OperateDialog = lazy(() => import('./operate-dialog.tsx'))
const ImportDialog = lazy(() => import('./import-dialog.tsx'))

const route = getRouteApi('/signed-in/workspaces/$workspaceId/nodes')
const keyOf = (node: NodeSummary) => String(node.id)

export function NodesPage() {
  const { t } = useTranslation()
  const client = useQueryClient()
  const me = useMe()
  const may = useMay()
  const workspaceId = Number(route.useParams().workspaceId)
  const { cursor, operation: _, environment = 'PROD', ...filter } = route.useSearch()
  const list = useList(queries.nodes(workspaceId, { environment, ...filter, cursor }), cursor, keyOf)
  const chosen = useChosenRows(`${workspaceId} ${environment}`, list.rows, keyOf)
  const [operating, setOperating] = useState<{ point: NodeOperationPoint; nodes: readonly NodeSummary[] } | null>(null)
  const [importing, importDialog] = useDisclosure(false)
  const workspace = me.workspaces.find((one) => one.id === workspaceId)
  const mayOperate = may('node.operate', workspaceId)

  const set = useSetFilters<ReturnType<typeof route.useSearch>>()
  const types = list.rows?.map((node) => node.programType) ?? []

  return (
    <Page
      title={t('nodes.title')}
      description={t(environment === 'DEV' ? 'nodes.hintDev' : 'nodes.hint', {
        workspace: workspace?.name ?? workspaceId,
      })}
      actions={
        may('node.import', workspaceId) && (
          <Button variant="default" leftSection={<IconFileImport {...iconProps} />} onClick={importDialog.open}>
            {t('import.open')}
          </Button>
        )
      }
    >
      <FilteredList
        label={t('nodes.title')}
        list={list}
        keyOf={keyOf}
        columns={nodeColumns(t, { environment, operate: (point, node) => setOperating({ point, nodes: [node] }) })}
        minWidth={980}
        chosen={mayOperate ? chosen : undefined}
        chooseLabel={(node) => t('nodes.select', { name: node.name })}
        filters={
          <>
            <EnvironmentFilter
              workspaceId={workspaceId}
              value={environment}
              onChange={(environment) => set({ environment })}
            />
            <TextFilter
              label={t('nodes.name')}
              placeholder={t('nodes.namePlaceholder')}
              value={filter.name}
              onChange={(name) => set({ name })}
            />
            <ChoiceFilter
              label={t('nodes.recurrence')}
              w={160}
              data={(['normal', 'pause', 'skip'] as const).map((value) => ({ value, label: t(`recurrence.${value}`) }))}
              value={filter.recurrence}
              onChange={(recurrence) => set({ recurrence })}
            />
            <ChoiceFilter
              label={t('nodes.programType')}
              w={180}
              // The types on this page; one that is wanted stays choosable though nothing has it.
              data={[...new Set([...(filter.programType ? [filter.programType] : []), ...types])].sort()}
              value={filter.programType}
              onChange={(programType) => set({ programType })}
            />
          </>
        }
        filter={filter}
        emptyFiltered={t('nodes.emptyFiltered')}
        empty={
          <Empty
            icon={IconHierarchy2}
            title={t('nodes.empty')}
            next={t(may('node.import', workspaceId) ? 'nodes.emptyNext' : 'nodes.emptyNextReader')}
            actions={may('node.import', workspaceId) && <Button onClick={importDialog.open}>{t('import.open')}</Button>}
          />
        }
      />
      <ChosenBar chosen={chosen} label={t('nodes.bulk')} count={t('nodes.selected', { count: chosen.rows.length })}>
        {POINTS.map((point) => {
          const { icon: Icon, text } = POINT_LOOKS[point]
          return (
            <GuardedButton
              key={point}
              size="xs"
              variant="default"
              leftSection={<Icon {...iconProps} />}
              why={whyNot(t, point, chosen.rows)}
              onClick={() => setOperating({ point, nodes: chosen.rows })}
            >
              {t(text)}
            </GuardedButton>
          )
        })}
        <LinkButton
          {...links.newBackfill(
            workspaceId,
            environment,
            chosen.rows.map((node) => node.id),
          )}
          size="xs"
          variant="default"
          leftSection={<IconHistoryToggle {...iconProps} />}
        >
          {t('point.backfill')}
        </LinkButton>
      </ChosenBar>
      <Suspense>
        {operating && (
          <OperateDialog
            workspaceId={workspaceId}
            environment={environment}
            point={operating.point}
            nodes={operating.nodes}
            close={() => setOperating(null)}
            asked={chosen.clear}
          />
        )}
        {importing && (
          <ImportDialog
            workspaceId={workspaceId}
            environment={environment}
            close={importDialog.close}
            imported={() => client.invalidateQueries({ queryKey: ['nodes'] }).then(list.showLatest)}
          />
        )}
      </Suspense>
    </Page>
  )
}
