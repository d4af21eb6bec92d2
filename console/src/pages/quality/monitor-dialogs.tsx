import { Text, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { serverNow } from '../../api/client.ts'
import { qualityCalls } from '../../api/quality-calls.ts'
import type { QualityMonitorDetail } from '../../api/quality-shapes.ts'
import { links } from '../../links.ts'
import { fieldProblem, ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { notify } from '../../ui/notify.tsx'
import { WhoChecks } from '../workspaces/who-checks.tsx'
import { useAsked } from './asked.ts'

type Props = { monitor: QualityMonitorDetail; close: () => void }

const DAY_MS = 86_400_000
const yesterday = () => new Date(serverNow() - DAY_MS).toISOString().slice(0, 10)

/** Checks a business date by hand. It holds nothing and is held by nobody. */
export function CheckDialog({ monitor, close }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [bizdate, setBizdate] = useState(yesterday)
  const check = useMutation({
    mutationFn: () => qualityCalls.check(monitor.workspaceId, monitor.id, bizdate),
    onSuccess: async (run) => {
      close()
      void notify({ colour: 'gray', message: t('monitor.checkStarted') })
      await navigate(links.qualityRun(monitor.workspaceId, run.id))
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['quality'] }),
  })
  return (
    <Confirm
      opened
      close={close}
      title={t('monitor.checkTitle', { name: monitor.name })}
      verb={t('monitor.checkNow')}
      busy={check.isPending}
      disabled={bizdate === ''}
      confirm={() => check.mutate()}
    >
      <Text fz="sm">{t('monitor.checkMeaning')}</Text>
      <TextInput
        type="date"
        label={t('quality.bizdate')}
        required
        w={180}
        value={bizdate}
        error={fieldProblem(check.error, 'bizdate')}
        onChange={(event) => setBizdate(event.currentTarget.value)}
      />
      <ProblemNotice error={check.error} />
    </Confirm>
  )
}

export function CloneDialog({ monitor, close }: Props) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const targets = tablesIn(text).map(({ schema, table }) => ({ dataSource: monitor.target.dataSource, schema, table }))
  const clone = useAsked({
    ask: () => qualityCalls.cloneMonitor(monitor.workspaceId, monitor.id, targets),
    done: t('monitor.cloned'),
    close,
  })
  return (
    <Confirm
      opened
      close={close}
      size="lg"
      title={t('monitor.cloneTitle', { name: monitor.name })}
      verb={t('monitor.clone')}
      busy={clone.isPending}
      disabled={targets.length === 0}
      confirm={() => clone.mutate()}
    >
      <Text fz="sm">{t('monitor.cloneMeaning')}</Text>
      <Textarea
        label={t('monitor.cloneTables')}
        description={t('monitor.cloneTablesHint')}
        required
        autosize
        minRows={3}
        maxRows={10}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <WhoChecks workspaceId={monitor.workspaceId} environment="PROD" point="clone-data-quality-evaluation-task" />
      <ProblemNotice error={clone.error} />
    </Confirm>
  )
}

function tablesIn(text: string): readonly { readonly schema: string | null; readonly table: string }[] {
  return text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((name) => {
      const dot = name.indexOf('.')
      return dot === -1 ? { schema: null, table: name } : { schema: name.slice(0, dot), table: name.slice(dot + 1) }
    })
}

export function DeleteDialog({ monitor, close }: Props) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const remove = useAsked({
    ask: () => qualityCalls.deleteMonitors(monitor.workspaceId, [monitor.id]),
    done: t('qualityRules.deleted'),
    close,
    after: () => navigate(links.qualityMonitors(monitor.workspaceId)),
  })
  return (
    <Confirm
      opened
      close={close}
      size="lg"
      danger
      title={t('monitor.deleteTitle', { name: monitor.name })}
      verb={t('ui.delete')}
      busy={remove.isPending}
      confirm={() => remove.mutate()}
    >
      <Text fz="sm">{t('monitor.deleteMeaning')}</Text>
      <WhoChecks
        workspaceId={monitor.workspaceId}
        environment="PROD"
        point="batch-delete-data-quality-evaluation-tasks"
      />
      <ProblemNotice error={remove.error} />
    </Confirm>
  )
}
