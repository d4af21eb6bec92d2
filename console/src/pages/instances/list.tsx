import { ActionBar, Button, Group, Input, SegmentedControl, Select, Text } from '@mantine/core'
import { IconFilterOff, IconListDetails } from '@tabler/icons-react'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { queries } from '../../api/queries.ts'
import type { DagKind, Environment, InstanceStatus, InstanceSummary } from '../../api/shapes.ts'
import { useList } from '../../list.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMay, useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { useChosenRows } from '../../ui/chosen-rows.ts'
import { CursorTable } from '../../ui/cursor-table.tsx'
import { Empty } from '../../ui/empty.tsx'
import { DayFilter, TextFilter } from '../../ui/filters.tsx'
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
  const navigate = route.useNavigate()
  const list = useList(queries.instances(workspaceId, { environment, ...filter, cursor }), cursor, keyOf)
  const chosen = useChosenRows(`${workspaceId} ${environment}`, list.rows, keyOf)
  const [operating, setOperating] = useState<{ verb: Verb; instances: readonly InstanceSummary[] } | null>(null)
  const workspace = me.workspaces.find((one) => one.id === workspaceId)
  const mayOperate = may('node.operate', workspaceId)
  const filtered = Object.values(filter).some((value) => value !== undefined)

  const set = (change: Partial<ReturnType<typeof route.useSearch>>) =>
    void navigate({ search: (now) => ({ ...now, ...change, cursor: undefined }), replace: true })

  return (
    <Page
      title={t('instances.title')}
      description={t(environment === 'DEV' ? 'instances.hintDev' : 'instances.hint', {
        workspace: workspace?.name ?? workspaceId,
      })}
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
        <DayFilter label={t('instances.bizdate')} value={filter.bizdate} onChange={(bizdate) => set({ bizdate })} />
        <TextFilter
          label={t('instances.node')}
          placeholder={t('nodes.namePlaceholder')}
          w={180}
          value={filter.name}
          onChange={(name) => set({ name })}
        />
        <Select
          label={t('instances.status')}
          placeholder={t('ui.any')}
          clearable
          w={170}
          data={Object.entries(STATUS_LOOKS).map(([value, look]) => ({ value, label: t(look.text) }))}
          value={filter.status ?? null}
          onChange={(value) => set({ status: (value as InstanceStatus | null) ?? undefined })}
        />
        <Select
          label={t('instances.kind')}
          placeholder={t('ui.any')}
          clearable
          w={140}
          data={Object.entries(KIND_TEXTS).map(([value, text]) => ({ value, label: t(text) }))}
          value={filter.kind ?? null}
          onChange={(value) => set({ kind: (value as DagKind | null) ?? undefined })}
        />
        <Select
          label={t('instanceStatus.frozen')}
          placeholder={t('ui.any')}
          clearable
          w={90}
          data={[
            { value: 'true', label: t('ui.yes') },
            { value: 'false', label: t('ui.no') },
          ]}
          value={filter.frozen ?? null}
          onChange={(value) => set({ frozen: (value as 'true' | 'false' | null) ?? undefined })}
        />
      </Group>
      {(filter.nodeId !== undefined || filter.dagId !== undefined) && (
        <Group gap="xs">
          {filter.nodeId !== undefined && (
            <Only text={t('instances.onlyNode', { id: filter.nodeId })} clear={() => set({ nodeId: undefined })} />
          )}
          {filter.dagId !== undefined && (
            <Only text={t('instances.onlyRun', { id: filter.dagId })} clear={() => set({ dagId: undefined })} />
          )}
        </Group>
      )}
      <ProblemNotice error={list.error} />
      <CursorTable
        label={t('instances.title')}
        list={list}
        keyOf={keyOf}
        columns={instanceColumns(t, { operate: (verb, instance) => setOperating({ verb, instances: [instance] }) })}
        minWidth={980}
        chosen={mayOperate ? chosen : undefined}
        chooseLabel={(instance) => t('nodes.select', { name: `${instance.node.name} ${instance.bizdate}` })}
        empty={
          filtered ? (
            <Empty
              icon={IconFilterOff}
              title={t('instances.emptyFiltered')}
              next={t('ui.emptyFilteredNext')}
              actions={
                <Button variant="default" onClick={() => void navigate({ search: {} })}>
                  {t('ui.clearFilters')}
                </Button>
              }
            />
          ) : (
            <Empty
              icon={IconListDetails}
              title={t('instances.empty')}
              next={t(environment === 'DEV' ? 'instances.emptyNextDev' : 'instances.emptyNext')}
            />
          )
        }
      />
      <ActionBar
        opened={chosen.rows.length > 0}
        onClose={chosen.clear}
        aria-label={t('instances.bulk')}
        withBorder
        shadow="md"
      >
        <Text fz="sm" fw={600} px="xs">
          {t('instances.selected', { count: chosen.rows.length })}
        </Text>
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
        <Button size="xs" variant="subtle" color="gray" onClick={chosen.clear}>
          {t('nodes.unselect')}
        </Button>
      </ActionBar>
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
