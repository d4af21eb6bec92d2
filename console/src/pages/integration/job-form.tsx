import type { Sync } from '@holdpoint/core'
import { Button, Group, NumberInput, Radio, Select, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useBlocker, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { integrationCalls } from '../../api/integration-calls.ts'
import { integrationQueries } from '../../api/integration-queries.ts'
import type { SyncJobDetail } from '../../api/integration-shapes.ts'
import { queries } from '../../api/queries.ts'
import { links } from '../../links.ts'
import { fieldProblem, ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { LinkButton } from '../../ui/link.tsx'
import { notify } from '../../ui/notify.tsx'
import { Card, Section } from '../../ui/section.tsx'
import { DataSourceSelect } from './data-source-select.tsx'
import { type JobDraft, withKind } from './draft.ts'
import { Mappings } from './mappings.tsx'
import { Preview } from './preview.tsx'

const KINDS = ['full', 'incremental', 'real-time'] as const

type Props = { workspaceId: number; job: SyncJobDetail | null; begun: JobDraft }

/** What a job brings from where to where. Saving it starts nothing. */
export function JobForm({ workspaceId, job, begun }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [draft, setDraft] = useState(begun)
  const [revision] = useState(job?.revision ?? 0)
  const [saved, setSaved] = useState(false)
  const groups = useQuery({ ...queries.resourceGroups(), retry: false })
  const set = (change: Partial<JobDraft>) => setDraft((now) => ({ ...now, ...change }))
  const setSync = (change: Partial<Sync>) =>
    setDraft((now) => ({ ...now, definition: { ...now.definition, ...change } }))
  const dirty = JSON.stringify(draft) !== JSON.stringify(begun)
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty && !saved && current.pathname !== next.pathname,
    enableBeforeUnload: () => dirty && !saved,
    withResolver: true,
  })
  const save = useMutation({
    mutationFn: () =>
      job
        ? integrationCalls.saveJob(workspaceId, job.id, { ...draft, revision })
        : integrationCalls.createJob(workspaceId, draft),
    onSuccess: async (made) => {
      setSaved(true)
      client.setQueryData(integrationQueries.job(workspaceId, made.id).queryKey, made)
      void client.invalidateQueries({ queryKey: ['sync', workspaceId] })
      void notify({ colour: 'green', message: t('ui.saved') })
      // After this render, in which leaving is no longer held up.
      setTimeout(() => void navigate(links.syncJob(workspaceId, made.id)))
    },
  })
  const problem = (path: string) => fieldProblem(save.error, path)
  const { definition: sync } = draft
  const follows = sync.kind !== 'full'
  return (
    <form
      className="backfill-form"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <Stack gap="lg">
        <Card>
          <Stack gap="sm">
            <TextInput
              label={t('sync.name')}
              required
              maxLength={128}
              value={draft.name}
              error={problem('name')}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <Textarea
              label={t('ui.description')}
              autosize
              minRows={1}
              maxRows={5}
              maxLength={1_024}
              value={draft.description}
              onChange={(event) => set({ description: event.currentTarget.value })}
            />
            <Radio.Group
              label={t('sync.kind')}
              value={sync.kind}
              onChange={(kind) => set({ definition: withKind(sync, kind as Sync['kind']) })}
            >
              <Stack gap={6} mt={6}>
                {KINDS.map((kind) => (
                  <Radio
                    key={kind}
                    value={kind}
                    label={t(`syncKind.${kind}`)}
                    description={t(`syncKind.${kind}Meaning`)}
                  />
                ))}
              </Stack>
            </Radio.Group>
            <div className="two-columns">
              <DataSourceSelect
                workspaceId={workspaceId}
                label={t('syncForm.source')}
                description={t('syncForm.sameMeaning')}
                placeholder={t('syncForm.default')}
                value={sync.source.dataSource}
                onChange={(dataSource) => setSync({ source: { dataSource } })}
              />
              <DataSourceSelect
                workspaceId={workspaceId}
                label={t('syncForm.target')}
                description={t('syncForm.sameMeaning')}
                placeholder={t('syncForm.default')}
                value={sync.target.dataSource}
                onChange={(dataSource) => setSync({ target: { dataSource } })}
              />
            </div>
            {follows && (
              <div className="two-columns">
                <NumberInput
                  label={t('syncForm.lookback')}
                  description={t('syncForm.lookbackHint')}
                  min={0}
                  max={86_400}
                  allowDecimal={false}
                  value={sync.lookback}
                  onChange={(value) => setSync({ lookback: Number(value) || 0 })}
                />
                {sync.kind === 'real-time' && (
                  <NumberInput
                    label={t('syncForm.pollSeconds')}
                    description={t('syncForm.pollSecondsHint')}
                    min={1}
                    max={3_600}
                    allowDecimal={false}
                    value={sync.pollSeconds}
                    onChange={(value) => setSync({ pollSeconds: Math.max(1, Number(value) || 1) })}
                  />
                )}
              </div>
            )}
            {groups.data && groups.data.length > 0 && (
              <Select
                label={t('syncForm.resourceGroup')}
                description={t('syncForm.resourceGroupHint')}
                clearable
                data={groups.data.map(({ name }) => name)}
                value={draft.resourceGroup}
                error={problem('resourceGroup')}
                onChange={(resourceGroup) => set({ resourceGroup })}
              />
            )}
          </Stack>
        </Card>
        <Mappings
          workspaceId={workspaceId}
          sync={sync}
          problem={problem}
          change={(mappings) => setSync({ mappings })}
        />
      </Stack>
      <div className="stays">
        <Section title={t('syncForm.preview')} description={t('syncForm.previewHint')}>
          <Stack gap="sm">
            <Preview workspaceId={workspaceId} sync={sync} />
            <ProblemNotice error={save.error} />
            <Group justify="flex-end">
              <LinkButton
                {...(job ? links.syncJob(workspaceId, job.id) : links.syncJobs(workspaceId))}
                variant="default"
              >
                {t('ui.cancel')}
              </LinkButton>
              <Button
                type="submit"
                loading={save.isPending}
                disabled={draft.name.trim() === '' || sync.mappings.length === 0}
              >
                {t('ui.save')}
              </Button>
            </Group>
          </Stack>
        </Section>
      </div>
      {blocker.status === 'blocked' && (
        <Confirm
          opened
          close={blocker.reset}
          title={t('syncForm.unsaved')}
          verb={t('syncForm.leave')}
          danger
          busy={false}
          confirm={blocker.proceed}
        >
          <Text fz="sm">{t('syncForm.unsavedMeaning')}</Text>
        </Confirm>
      )}
    </form>
  )
}
