import { Alert, Badge, Button, Group, Text, Tooltip } from '@mantine/core'
import {
  IconDatabase,
  IconPencil,
  IconPlugConnected,
  IconPlugConnectedX,
  IconPlus,
  IconTrash,
} from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { calls } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import type { DataSource } from '../../api/shapes.ts'
import { ConfirmRemoval } from '../../confirm-removal.tsx'
import { EnvironmentFilter, useSetFilters } from '../../filtered-list.tsx'
import { ProblemNotice } from '../../problem.tsx'
import { QueryTable } from '../../query-table.tsx'
import { useMay, useMe } from '../../session.ts'
import { refusalSentence, useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { iconProps } from '../../ui/icon.ts'
import { notify } from '../../ui/notify.tsx'
import { Page } from '../../ui/page.tsx'
import { RowAct } from '../../ui/row-act.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { DataSourceDialog } from './data-source-dialog.tsx'

const route = getRouteApi('/signed-in/workspaces/$workspaceId/data-sources')

type Editing = { readonly what: 'add' } | { readonly what: 'change' | 'remove'; readonly source: DataSource }

/** What the SQL nodes of a workspace run on. */
export function DataSourcesPage() {
  const { t } = useTranslation()
  const me = useMe()
  const workspaceId = Number(route.useParams().workspaceId)
  const { environment = 'PROD' } = route.useSearch()
  const set = useSetFilters<ReturnType<typeof route.useSearch>>()
  const mayWrite = useMay()('data-source.write', workspaceId)
  const found = useQuery(queries.dataSources(workspaceId, environment))
  const [editing, setEditing] = useState<Editing | null>(null)
  const workspace = me.workspaces.find((one) => one.id === workspaceId)
  const close = () => setEditing(null)
  const test = useMutation({
    mutationFn: ({ id }: DataSource) => calls.testDataSource(workspaceId, id),
    onSuccess: ({ problem }, { name }) => {
      if (problem === null) void notify({ colour: 'green', message: t('dataSources.works', { name }) })
    },
  })
  const problem = test.data?.problem
  const add = mayWrite && (
    <Button leftSection={<IconPlus {...iconProps} />} onClick={() => setEditing({ what: 'add' })}>
      {t('dataSources.add')}
    </Button>
  )
  const columns: readonly Column<DataSource>[] = [
    {
      key: 'name',
      header: t('dataSources.name'),
      cell: (source) => (
        <Group gap="xs">
          <Text fw={500} fz="sm" className="wrap-anywhere">
            {source.name}
          </Text>
          {source.isDefault && (
            <Tooltip label={t('dataSources.isDefault')}>
              <Badge variant="light">{t('dataSources.default')}</Badge>
            </Tooltip>
          )}
        </Group>
      ),
    },
    { key: 'kind', header: t('dataSources.kind'), width: 110, cell: ({ kind }) => t(`dataSources.${kind}`) },
    { key: 'where', header: t('dataSources.where'), cell: (source) => <Where source={source} /> },
    { key: 'nodes', header: t('dataSources.nodes'), width: 70, cell: ({ nodeCount }) => nodeCount },
    ...(mayWrite
      ? [
          {
            key: 'actions',
            header: t('dataSources.actions'),
            width: 112,
            quiet: true,
            cell: (source: DataSource) => (
              <Acts
                source={source}
                test={() => test.mutate(source)}
                tests={test.isPending && test.variables.id === source.id}
                edit={setEditing}
              />
            ),
          } as const,
        ]
      : []),
  ]
  return (
    <Page
      title={t('dataSources.title')}
      description={t('dataSources.hint', { workspace: workspace?.name ?? workspaceId })}
      actions={add}
    >
      <EnvironmentFilter
        workspaceId={workspaceId}
        value={environment}
        onChange={(environment) => set({ environment })}
      />
      <ProblemNotice error={test.error} />
      {problem && (
        <Alert
          color="red"
          variant="light"
          role="alert"
          icon={<IconPlugConnectedX />}
          title={refusalSentence(problem.code, problem.details) ?? problem.detail}
        />
      )}
      <QueryTable
        label={t('dataSources.title')}
        columns={columns}
        found={found}
        keyOf={(source) => String(source.id)}
        minWidth={600}
        empty={
          <Empty icon={IconDatabase} title={t('dataSources.empty')} next={t('dataSources.emptyNext')} actions={add} />
        }
      />
      {editing && editing.what !== 'remove' && (
        <DataSourceDialog
          workspaceId={workspaceId}
          environment={environment}
          source={editing.what === 'change' ? editing.source : null}
          close={close}
        />
      )}
      {editing?.what === 'remove' && <RemoveDialog workspaceId={workspaceId} source={editing.source} close={close} />}
    </Page>
  )
}

function Where({ source: { kind, settings } }: { source: DataSource }) {
  const { t } = useTranslation()
  if (kind === 'duckdb') return t('dataSources.embedded')
  return (
    <>
      <Text fz="sm" className="wrap-anywhere">
        {`${settings.host}:${settings.port}/${settings.database}`}
      </Text>
      <Text fz="xs" c="dimmed">
        {[settings.user, settings.tls ? 'TLS' : null].filter(Boolean).join(' · ')}
      </Text>
    </>
  )
}

type ActsProps = { source: DataSource; test: () => void; tests: boolean; edit: (editing: Editing) => void }

function Acts({ source, test, tests, edit }: ActsProps) {
  const { t } = useTranslation()
  const { name } = source
  return (
    <Group gap={4} wrap="nowrap">
      <RowAct label={t('dataSources.test', { name })} icon={IconPlugConnected} busy={tests} act={test} />
      {(source.kind === 'postgresql' || !source.isDefault) && (
        <RowAct
          label={t('dataSources.change', { name })}
          icon={IconPencil}
          act={() => edit({ what: 'change', source })}
        />
      )}
      {!source.isDefault && (
        <RowAct
          label={t('dataSources.remove', { name })}
          icon={IconTrash}
          act={() => edit({ what: 'remove', source })}
        />
      )}
    </Group>
  )
}

function RemoveDialog({ workspaceId, source, close }: { workspaceId: number; source: DataSource; close: () => void }) {
  const { t } = useTranslation()
  return (
    <ConfirmRemoval
      title={t('dataSources.remove', { name: source.name })}
      remove={() => calls.deleteDataSource(workspaceId, source.id)}
      stale={['data-sources', workspaceId]}
      close={close}
    >
      <Text fz="sm">{t(source.kind === 'duckdb' ? 'dataSources.removeTables' : 'dataSources.removeMeaning')}</Text>
    </ConfirmRemoval>
  )
}
