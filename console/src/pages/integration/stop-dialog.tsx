import { Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { integrationCalls } from '../../api/integration-calls.ts'
import type { SyncJobSummary } from '../../api/integration-shapes.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { notify } from '../../ui/notify.tsx'

type Props = { workspaceId: number; job: Pick<SyncJobSummary, 'id' | 'name'>; close: () => void }

export function StopDialog({ workspaceId, job: { id, name }, close }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const stop = useMutation({
    mutationFn: () => integrationCalls.stop(workspaceId, id),
    onSuccess: () => {
      close()
      void notify({ colour: 'gray', message: t('sync.stopped', { name }) })
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['sync', workspaceId] }),
  })
  return (
    <Confirm
      opened
      close={close}
      title={t('sync.stopTitle', { name })}
      verb={t('sync.stop')}
      danger
      busy={stop.isPending}
      confirm={() => stop.mutate()}
    >
      <Text fz="sm">{t('sync.stopMeaning')}</Text>
      <ProblemNotice error={stop.error} />
    </Confirm>
  )
}
