import { Button, Group, Text, TextInput } from '@mantine/core'
import { IconTable, IconTablePlus } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { developmentCalls } from '../../api/development-calls.ts'
import { developmentQueries } from '../../api/development-queries.ts'
import type { TableSummary } from '../../api/development-shapes.ts'
import { FilteredList, useSetFilters } from '../../filtered-list.tsx'
import { links } from '../../links.ts'
import { useList } from '../../list.ts'
import { fieldProblem, ProblemNotice } from '../../problem.tsx'
import { useMay } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Empty } from '../../ui/empty.tsx'
import { TextFilter } from '../../ui/filters.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { HeldMarks } from '../workspaces/held-marks.tsx'

const route = getRouteApi('/signed-in/workspaces/$workspaceId/development/tables')
const keyOf = (table: TableSummary) => String(table.id)

/** The tables that are designed here, and which revision of each is in which environment. */
export function TablesPage() {
  const { t } = useTranslation()
  const may = useMay()
  const workspaceId = Number(route.useParams().workspaceId)
  const { cursor, operation: _, ...filter } = route.useSearch()
  const list = useList(developmentQueries.tables(workspaceId, { ...filter, cursor }), cursor, keyOf)
  const set = useSetFilters<ReturnType<typeof route.useSearch>>()
  const [asking, setAsking] = useState(false)
  const writes = may('table.write', workspaceId)
  const add = writes && (
    <Button leftSection={<IconTablePlus {...iconProps} />} onClick={() => setAsking(true)}>
      {t('tables.new')}
    </Button>
  )
  const columns: readonly Column<TableSummary>[] = [
    {
      key: 'name',
      header: t('development.name'),
      cell: (table) => (
        <>
          <LinkTo {...links.table(workspaceId, table.id)} fw={500} className="wrap-anywhere">
            {table.name}
          </LinkTo>
          <Text fz="xs" c="dimmed" lineClamp={2}>
            {table.comment}
          </Text>
        </>
      ),
    },
    {
      key: 'environments',
      header: t('tables.environments'),
      width: 300,
      cell: (table) => (
        <Group gap="md">
          {table.environments.map(({ environment, revision }) => (
            <Text key={environment} fz="sm">
              {t(`nodes.${environment}`)}: {revision === null ? t('tables.notYet') : t('tables.revision', { revision })}
              {revision !== null && revision !== table.revision && ` (${t('tables.older')})`}
            </Text>
          ))}
          <HeldMarks heldBy={table.heldBy} />
        </Group>
      ),
    },
    {
      key: 'revision',
      header: t('tables.design'),
      width: 110,
      cell: (table) => t('tables.revision', { revision: table.revision }),
    },
    { key: 'owner', header: t('development.owner'), width: 130, cell: (table) => table.owner?.name ?? '–' },
    {
      key: 'modified',
      header: t('development.modified'),
      width: 170,
      times: true,
      cell: (table) => <Instant at={table.modifiedAt} zoned={false} />,
    },
  ]
  return (
    <Page title={t('tables.title')} description={t('tables.hint')} actions={add}>
      <FilteredList
        label={t('tables.title')}
        list={list}
        keyOf={keyOf}
        columns={columns}
        minWidth={900}
        filters={
          <TextFilter
            label={t('development.name')}
            placeholder={t('development.namePlaceholder')}
            value={filter.name}
            onChange={(name) => set({ name })}
          />
        }
        filter={filter}
        emptyFiltered={t('tables.emptyFiltered')}
        empty={
          <Empty
            icon={IconTable}
            title={t('tables.empty')}
            next={t(writes ? 'tables.emptyNext' : 'tables.emptyNextReader')}
            actions={add}
          />
        }
      />
      {asking && <NewTable workspaceId={workspaceId} close={() => setAsking(false)} />}
    </Page>
  )
}

function NewTable({ workspaceId, close }: { workspaceId: number; close: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const create = useMutation({
    mutationFn: () =>
      developmentCalls.createTable(workspaceId, {
        name: name.trim(),
        design: {
          comment: '',
          dataSource: null,
          lifeCycleDays: null,
          columns: [{ name: 'id', type: 'bigint', comment: '', isPartition: false }],
        },
      }),
    onSuccess: (table) => {
      void client.invalidateQueries({ queryKey: ['tables', workspaceId] })
      close()
      void navigate(links.table(workspaceId, table.id))
    },
  })
  return (
    <Confirm
      opened
      close={close}
      title={t('tables.new')}
      verb={t('ui.create')}
      busy={create.isPending}
      disabled={name.trim() === ''}
      confirm={() => create.mutate()}
    >
      <TextInput
        label={t('development.name')}
        description={t('tables.nameHint')}
        required
        data-autofocus
        maxLength={63}
        value={name}
        error={fieldProblem(create.error, 'name')}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <ProblemNotice error={create.error} />
    </Confirm>
  )
}
