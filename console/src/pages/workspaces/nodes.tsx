import { ActionBar, Button, Group, Input, SegmentedControl, Select, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconFileImport, IconFilterOff, IconHierarchy2, IconHistoryToggle } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { queries } from '../../api/queries.ts'
import type { Environment, NodeOperationPoint, NodeSummary, Recurrence } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { useList } from '../../list.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMay, useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { useChosenRows } from '../../ui/chosen-rows.ts'
import { CursorTable } from '../../ui/cursor-table.tsx'
import { Empty } from '../../ui/empty.tsx'
import { TextFilter } from '../../ui/filters.tsx'
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
  const navigate = route.useNavigate()
  const list = useList(queries.nodes(workspaceId, { environment, ...filter, cursor }), cursor, keyOf)
  const chosen = useChosenRows(`${workspaceId} ${environment}`, list.rows, keyOf)
  const [operating, setOperating] = useState<{ point: NodeOperationPoint; nodes: readonly NodeSummary[] } | null>(null)
  const [importing, importDialog] = useDisclosure(false)
  const workspace = me.workspaces.find((one) => one.id === workspaceId)
  const mayOperate = may('node.operate', workspaceId)

  const set = (change: Partial<ReturnType<typeof route.useSearch>>) =>
    void navigate({ search: (now) => ({ ...now, ...change, cursor: undefined }), replace: true })
  const types = list.rows?.map((node) => node.programType) ?? []
  const filtered = Object.values(filter).some((value) => value !== undefined)

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
      <Group align="flex-end" gap="sm" role="search" aria-label={t('ui.filters')}>
        {workspace?.mode !== 'basic' && (
          <div>
            <Input.Label labelElement="div" display="block" id="environment-label">
              {t('nodes.environment')}
            </Input.Label>
            <SegmentedControl
              aria-labelledby="environment-label"
              value={environment}
              onChange={(value) => set({ environment: value === 'DEV' ? (value as Environment) : undefined })}
              data={[
                { value: 'PROD', label: t('nodes.PROD') },
                { value: 'DEV', label: t('nodes.DEV') },
              ]}
            />
          </div>
        )}
        <TextFilter
          label={t('nodes.name')}
          placeholder={t('nodes.namePlaceholder')}
          value={filter.name}
          onChange={(name) => set({ name })}
        />
        <Select
          label={t('nodes.recurrence')}
          placeholder={t('ui.any')}
          clearable
          w={160}
          data={(['normal', 'pause', 'skip'] as const).map((value) => ({ value, label: t(`recurrence.${value}`) }))}
          value={filter.recurrence ?? null}
          onChange={(value) => set({ recurrence: (value as Recurrence | null) ?? undefined })}
        />
        <Select
          label={t('nodes.programType')}
          placeholder={t('ui.any')}
          clearable
          w={180}
          // The types on this page; one that is wanted stays choosable though nothing has it.
          data={[...new Set([...(filter.programType ? [filter.programType] : []), ...types])].sort()}
          value={filter.programType ?? null}
          onChange={(value) => set({ programType: value ?? undefined })}
        />
      </Group>
      <ProblemNotice error={list.error} />
      <CursorTable
        label={t('nodes.title')}
        list={list}
        keyOf={keyOf}
        columns={nodeColumns(t, { environment, operate: (point, node) => setOperating({ point, nodes: [node] }) })}
        minWidth={980}
        chosen={mayOperate ? chosen : undefined}
        chooseLabel={(node) => t('nodes.select', { name: node.name })}
        empty={
          filtered ? (
            <Empty
              icon={IconFilterOff}
              title={t('nodes.emptyFiltered')}
              next={t('ui.emptyFilteredNext')}
              actions={
                <Button variant="default" onClick={() => void navigate({ search: {} })}>
                  {t('ui.clearFilters')}
                </Button>
              }
            />
          ) : (
            <Empty
              icon={IconHierarchy2}
              title={t('nodes.empty')}
              next={t(may('node.import', workspaceId) ? 'nodes.emptyNext' : 'nodes.emptyNextReader')}
              actions={
                may('node.import', workspaceId) && <Button onClick={importDialog.open}>{t('import.open')}</Button>
              }
            />
          )
        }
      />
      <ActionBar
        opened={chosen.rows.length > 0}
        onClose={chosen.clear}
        aria-label={t('nodes.bulk')}
        withBorder
        shadow="md"
      >
        <Text fz="sm" fw={600} px="xs">
          {t('nodes.selected', { count: chosen.rows.length })}
        </Text>
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
        <Button size="xs" variant="subtle" color="gray" onClick={chosen.clear}>
          {t('nodes.unselect')}
        </Button>
      </ActionBar>
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
