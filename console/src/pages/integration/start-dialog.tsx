import { List, Radio, ScrollArea, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { integrationCalls } from '../../api/integration-calls.ts'
import type { SyncJobSummary } from '../../api/integration-shapes.ts'
import { links } from '../../links.ts'
import { fieldProblem, ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { notify } from '../../ui/notify.tsx'
import { WhoChecks } from '../workspaces/who-checks.tsx'

type Props = {
  workspaceId: number
  jobs: readonly Pick<SyncJobSummary, 'id' | 'name' | 'kind'>[]
  /** Several at once pass another extension point; a batch may have one. */
  isBatch: boolean
  close: () => void
  asked?: () => void
}

/** Where jobs start, and who will check it before they do. */
export default function StartDialog({ workspaceId, jobs, isBatch, close, asked }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [elsewhere, setElsewhere] = useState(false)
  const [startAt, setStartAt] = useState('')
  const follows = jobs.every(({ kind }) => kind !== 'full')
  const count = jobs.length
  const start = useMutation({
    mutationFn: () => {
      const at = follows && elsewhere ? startAt.trim() : null
      const ids = jobs.map(({ id }) => id)
      return isBatch
        ? integrationCalls.startSeveral(workspaceId, ids, at)
        : integrationCalls.start(workspaceId, ids[0]!, at)
    },
    onSuccess: ({ operation }) => {
      asked?.()
      close()
      if (operation.state === 'done') void notify({ colour: 'green', message: t('sync.started', { count }) })
      else void navigate(links.operationHere(operation.id))
    },
    onSettled: () => {
      for (const name of ['sync', 'operations']) void client.invalidateQueries({ queryKey: [name] })
    },
  })
  return (
    <Confirm
      opened
      close={close}
      size="lg"
      title={isBatch ? t('sync.startSeveral', { count }) : t('sync.startOf', { name: jobs[0]!.name })}
      verb={t('sync.start')}
      busy={start.isPending}
      disabled={follows && elsewhere && startAt.trim() === ''}
      confirm={() => start.mutate()}
    >
      {isBatch && (
        <ScrollArea.Autosize
          mah={180}
          type="auto"
          viewportProps={{ tabIndex: 0, role: 'group', 'aria-label': t('sync.title') }}
        >
          <List size="sm">
            {jobs.map(({ id, name }) => (
              <List.Item key={id} className="wrap-anywhere">
                {name}
              </List.Item>
            ))}
          </List>
        </ScrollArea.Autosize>
      )}
      <Text fz="sm">{t('sync.startMeaning')}</Text>
      {follows && (
        <Radio.Group
          label={t('sync.startsWhere')}
          value={elsewhere ? 'at' : 'on'}
          onChange={(value) => setElsewhere(value === 'at')}
        >
          <Stack gap={6} mt={6}>
            <Radio value="on" label={t('sync.startsWhereOn')} />
            <Radio value="at" label={t('sync.startsWhereAt')} />
          </Stack>
        </Radio.Group>
      )}
      {follows && elsewhere && (
        <TextInput
          label={t('sync.startAt')}
          description={t('sync.startAtHint')}
          required
          maxLength={64}
          value={startAt}
          error={fieldProblem(start.error, 'startAt')}
          onChange={(event) => setStartAt(event.currentTarget.value)}
        />
      )}
      <WhoChecks workspaceId={workspaceId} environment="PROD" point={isBatch ? 'batch-start-diJob' : 'start-diJob'} />
      <ProblemNotice error={start.error} />
    </Confirm>
  )
}
