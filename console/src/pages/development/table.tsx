import type { TableDesign } from '@holdpoint/core'
import { Alert, Button, Group, Skeleton, Text } from '@mantine/core'
import { IconDeviceFloppy, IconTrash, IconUserEdit } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { developmentCalls } from '../../api/development-calls.ts'
import { developmentQueries } from '../../api/development-queries.ts'
import type { TableDetail } from '../../api/development-shapes.ts'
import { ConfirmRemoval } from '../../confirm-removal.tsx'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMay } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { GuardedButton } from '../../ui/guarded-button.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Page } from '../../ui/page.tsx'
import { HeldMarks } from '../workspaces/held-marks.tsx'
import './development.css'
import { Section } from '../../ui/section.tsx'
import { DesignEditor } from './design-editor.tsx'
import { TableEnvironment } from './table-environment.tsx'
import { Submissions } from './table-submissions.tsx'

const route = getRouteApi('/signed-in/workspaces/$workspaceId/development/tables/$tableId')

/** One table: its design to write, what differs from it in each environment, and what was submitted. */
export function TablePage() {
  const { t } = useTranslation()
  const params = route.useParams()
  const workspaceId = Number(params.workspaceId)
  const { data, error } = useQuery(developmentQueries.table(workspaceId, Number(params.tableId)))
  if (data) return <Shown key={data.id} table={data} />
  return (
    <Page title={t('tables.one', { id: params.tableId })} trail={[[links.tables(workspaceId), t('tables.title')]]}>
      {error ? <ProblemNotice error={error} /> : <Skeleton height={240} />}
    </Page>
  )
}

const same = (one: TableDesign, other: TableDesign) => JSON.stringify(one) === JSON.stringify(other)

function Shown({ table }: { table: TableDetail }) {
  const { t } = useTranslation()
  const may = useMay()
  const client = useQueryClient()
  const navigate = useNavigate()
  const { workspaceId } = table
  const [base, setBase] = useState(table)
  const [design, setDesign] = useState(table.design)
  const [removing, setRemoving] = useState(false)
  const dirty = !same(design, base.design)
  const begin = (from: TableDetail) => {
    setBase(from)
    setDesign(from.design)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the server has another revision
  useEffect(() => {
    if (!dirty && table.revision !== base.revision) begin(table)
  }, [table.revision])
  const save = useMutation({
    mutationFn: (sent: { readonly revision: number; readonly design: TableDesign }) =>
      developmentCalls.saveTable(workspaceId, table.id, sent),
    onSuccess: (saved, sent) => {
      client.setQueryData(developmentQueries.table(workspaceId, table.id).queryKey, saved)
      setBase(saved)
      // What was written while it was saved stays.
      setDesign((written) => (written === sent.design ? saved.design : written))
      void client.invalidateQueries({ queryKey: ['tables', workspaceId] })
    },
    onError: () => client.invalidateQueries({ queryKey: ['tables', workspaceId, 'one', table.id] }),
  })
  const writes = may('table.write', workspaceId)
  const overtaken = dirty && table.revision !== base.revision && !save.isPending
  return (
    <Page
      title={table.name}
      trail={[[links.tables(workspaceId), t('tables.title')]]}
      description={
        <Group gap="md">
          <span>
            {[t('tables.revision', { revision: table.revision }), table.owner?.name].filter(Boolean).join(' · ')}
          </span>
          <HeldMarks heldBy={table.heldBy} />
        </Group>
      }
      actions={
        writes && (
          <>
            <GuardedButton
              leftSection={<IconDeviceFloppy {...iconProps} />}
              loading={save.isPending}
              why={dirty ? null : t('file.nothingToSave')}
              onClick={() => save.mutate({ revision: base.revision, design })}
            >
              {t('ui.save')}
            </GuardedButton>
            <Button variant="default" leftSection={<IconTrash {...iconProps} />} onClick={() => setRemoving(true)}>
              {t('ui.delete')}
            </Button>
          </>
        )
      }
    >
      {overtaken ? (
        <Alert
          color="orange"
          icon={<IconUserEdit />}
          role="alert"
          title={t('conflict.title', { name: table.modifiedBy?.name ?? '–' })}
        >
          <Text fz="sm">{t('conflict.meaning', { base: base.revision, revision: table.revision })}</Text>
          <Group gap="xs" mt="xs">
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                begin(table)
                save.reset()
              }}
            >
              {t('conflict.takeTheirs')}
            </Button>
            <Button size="xs" variant="default" onClick={() => save.mutate({ revision: table.revision, design })}>
              {t('conflict.saveMine')}
            </Button>
          </Group>
        </Alert>
      ) : (
        <ProblemNotice error={save.error} />
      )}
      <DesignEditor workspaceId={workspaceId} design={design} set={setDesign} readOnly={!writes} />
      <Section title={t('tables.environments')} description={t('tables.environmentsHint')}>
        <div className="two-columns">
          {table.environments.map((one) => (
            <TableEnvironment key={one.environment} table={table} at={one} dirty={dirty} />
          ))}
        </div>
      </Section>
      <Submissions workspaceId={workspaceId} tableId={table.id} />
      {removing && (
        <ConfirmRemoval
          title={t('tables.remove', { name: table.name })}
          stale={['tables', workspaceId]}
          remove={async () => {
            await developmentCalls.deleteTable(workspaceId, table.id)
            void navigate(links.tables(workspaceId))
          }}
          close={() => setRemoving(false)}
        >
          <Text fz="sm">{t('tables.removeMeaning')}</Text>
        </ConfirmRemoval>
      )}
    </Page>
  )
}
