import { Button } from '@mantine/core'
import { IconFilterOff, IconListDetails } from '@tabler/icons-react'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { queries } from '../../api/queries.ts'
import type { InstanceSummary } from '../../api/shapes.ts'
import { EnvironmentFilter, FilteredList, useSetFilters } from '../../filtered-list.tsx'
import { useList } from '../../list.ts'
import { useMay, useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { ChosenBar } from '../../ui/chosen-bar.tsx'
import { useChosenRows } from '../../ui/chosen-rows.ts'
import { Empty } from '../../ui/empty.tsx'
import { ChoiceFilter, DayFilter, TextFilter } from '../../ui/filters.tsx'
import { GuardedButton } from '../../ui/guarded-button.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Page } from '../../ui/page.tsx'
import { instanceColumns } from './columns.tsx'
import { KIND_TEXTS, STATUS_LOOKS } from './looks.ts'
import { VERB_LOOKS, VERBS, type Verb, whyNot } from './verbs.ts'

const OperateDialog = lazy(() => import('./operate-dialog.tsx'))

const route = getRouteApi('/signed-in/workspaces/$workspaceId/instances')
const keyOf = (instance: InstanceSummary) => String(instance.id)

export function InstancesPage() {
  const { t } = useTranslation()
  const me = useMe()
  const may = useMay()
  const workspaceId = Number(route.useParams().workspaceId)
  const { cursor, operation: _, environment = 'PROD', ...filter } = route.useSearch()
  const list = useList(queries.instances(workspaceId, { environment, ...filter, cursor }), cursor, keyOf)
  const chosen = useChosenRows(`${workspaceId} ${environment}`, list.rows, keyOf)
  const [operating, setOperating] = useState<{ verb: Verb; instances: readonly InstanceSummary[] } | null>(null)
  const workspace = me.workspaces.find((one) => one.id === workspaceId)
  const mayOperate = may('node.operate', workspaceId)

  const set = useSetFilters<ReturnType<typeof route.useSearch>>()

  return (
    <Page
      title={t('instances.title')}
      description={t(environment === 'DEV' ? 'instances.hintDev' : 'instances.hint', {
        workspace: workspace?.name ?? workspaceId,
      })}
    >
      <FilteredList
        label={t('instances.title')}
        list={list}
        keyOf={keyOf}
        columns={instanceColumns(t, { operate: (verb, instance) => setOperating({ verb, instances: [instance] }) })}
        minWidth={980}
        chosen={mayOperate ? chosen : undefined}
        chooseLabel={(instance) => t('nodes.select', { name: `${instance.node.name} ${instance.bizdate}` })}
        filters={
          <>
            <EnvironmentFilter
              workspaceId={workspaceId}
              value={environment}
              onChange={(environment) => set({ environment })}
            />
            <DayFilter label={t('instances.bizdate')} value={filter.bizdate} onChange={(bizdate) => set({ bizdate })} />
            <TextFilter
              label={t('instances.node')}
              placeholder={t('nodes.namePlaceholder')}
              w={180}
              value={filter.name}
              onChange={(name) => set({ name })}
            />
            <ChoiceFilter
              label={t('instances.status')}
              w={170}
              data={Object.entries(STATUS_LOOKS).map(([value, look]) => ({ value, label: t(look.text) }))}
              value={filter.status}
              onChange={(status) => set({ status })}
            />
            <ChoiceFilter
              label={t('instances.kind')}
              w={140}
              data={Object.entries(KIND_TEXTS).map(([value, text]) => ({ value, label: t(text) }))}
              value={filter.kind}
              onChange={(kind) => set({ kind })}
            />
            <ChoiceFilter
              label={t('instanceStatus.frozen')}
              w={90}
              data={[
                { value: 'true', label: t('ui.yes') },
                { value: 'false', label: t('ui.no') },
              ]}
              value={filter.frozen}
              onChange={(frozen) => set({ frozen })}
            />
            {filter.nodeId !== undefined && (
              <Only text={t('instances.onlyNode', { id: filter.nodeId })} clear={() => set({ nodeId: undefined })} />
            )}
            {filter.dagId !== undefined && (
              <Only text={t('instances.onlyRun', { id: filter.dagId })} clear={() => set({ dagId: undefined })} />
            )}
          </>
        }
        filter={filter}
        emptyFiltered={t('instances.emptyFiltered')}
        empty={
          <Empty
            icon={IconListDetails}
            title={t('instances.empty')}
            next={t(environment === 'DEV' ? 'instances.emptyNextDev' : 'instances.emptyNext')}
          />
        }
      />
      <ChosenBar
        chosen={chosen}
        label={t('instances.bulk')}
        count={t('instances.selected', { count: chosen.rows.length })}
      >
        {VERBS.map((verb) => {
          const { icon: Icon, text } = VERB_LOOKS[verb]
          return (
            <GuardedButton
              key={verb}
              size="xs"
              variant="default"
              leftSection={<Icon {...iconProps} />}
              why={whyNot(t, verb, chosen.rows)}
              onClick={() => setOperating({ verb, instances: chosen.rows })}
            >
              {t(text)}
            </GuardedButton>
          )
        })}
      </ChosenBar>
      <Suspense>
        {operating && (
          <OperateDialog
            workspaceId={workspaceId}
            verb={operating.verb}
            instances={operating.instances}
            close={() => setOperating(null)}
            asked={chosen.clear}
          />
        )}
      </Suspense>
    </Page>
  )
}

/** A filter that came with the address, from another page. */
function Only({ text, clear }: { text: string; clear: () => void }) {
  return (
    <Button size="compact-sm" variant="light" rightSection={<IconFilterOff size={14} aria-hidden />} onClick={clear}>
      {text}
    </Button>
  )
}
