import { Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { calls } from '../../api/calls.ts'
import { serverNow } from '../../api/client.ts'
import type { NodeDetail } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { fieldProblem, ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { notify } from '../../ui/notify.tsx'

type Props = { node: NodeDetail; kind: 'smoke-test' | 'manual'; close: () => void }

const DAY_MS = 86_400_000

/** Starts a node once, to see whether it works or because it runs only when somebody starts it; leads to its instance. */
export default function RunDialog({ node, kind, close }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [bizdate, setBizdate] = useState(() => dayBefore(serverNow(), node.timeZone))
  const [parameters, setParameters] = useState('')
  const start = useMutation({
    mutationFn: () =>
      calls.runNode(node.workspaceId, kind, {
        environment: node.environment,
        nodeId: node.id,
        bizdate,
        parameters: parameters.trim() || null,
      }),
    onSuccess: ({ instanceIds }) => {
      for (const name of ['instances', 'runs']) void client.invalidateQueries({ queryKey: [name] })
      close()
      void notify({ colour: 'green', message: t('nodePage.started') })
      const [first] = instanceIds
      if (first !== undefined) void navigate(links.instance(node.workspaceId, first, 'log'))
    },
  })
  const words = kind === 'manual' ? 'run' : 'test'
  return (
    <Confirm
      opened
      close={close}
      title={t(`nodePage.${words}Title`, { name: node.name })}
      verb={t(`nodePage.${words}`)}
      busy={start.isPending}
      disabled={bizdate === ''}
      confirm={() => start.mutate()}
    >
      <Text fz="sm">{t(`nodePage.${words}Meaning`)}</Text>
      <TextInput
        label={t('nodePage.bizdate')}
        type="date"
        required
        value={bizdate}
        error={fieldProblem(start.error, 'bizdate')}
        onChange={(event) => setBizdate(event.currentTarget.value)}
      />
      <TextInput
        label={t('node.parameters')}
        description={t('nodePage.parametersHint')}
        placeholder={node.parameters}
        maxLength={4096}
        value={parameters}
        error={fieldProblem(start.error, 'parameters')}
        onChange={(event) => setParameters(event.currentTarget.value)}
      />
      <ProblemNotice error={start.error} />
    </Confirm>
  )
}

/** The business date of what runs today in a zone. */
function dayBefore(nowMs: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    nowMs - DAY_MS,
  )
}
