import { INSTANCE_POINTS, instanceTriggers } from '@holdpoint/core'
import { Alert, Checkbox, List, ScrollArea, Text } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { calls } from '../../api/calls.ts'
import type { InstanceSummary } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { instantText } from '../../ui/instant.tsx'
import { notify } from '../../ui/notify.tsx'
import { WhoChecks } from '../workspaces/who-checks.tsx'
import { ChooseDescendants } from './choose-descendants.tsx'
import { VERB_LOOKS, type Verb } from './verbs.ts'

type Props = {
  workspaceId: number
  verb: Verb
  instances: readonly InstanceSummary[]
  close: () => void
  asked?: () => void
}

/** Says what is about to be asked for, what it means, and who will check it before it takes effect. */
export default function OperateDialog({ workspaceId, verb, instances, close, asked }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const navigate = useNavigate()
  const { operation, force, ...look } = VERB_LOOKS[verb]
  const [descendants, setDescendants] = useState<readonly number[]>([])
  const [latest, setLatest] = useState(false)
  const operate = useMutation({
    mutationFn: () =>
      calls.operateInstances(workspaceId, {
        operation,
        instanceIds: [...instances.map((instance) => instance.id), ...descendants],
        force,
        latest,
      }),
    onSuccess: (answer) => {
      for (const kind of ['instances', 'runs', 'operations']) void client.invalidateQueries({ queryKey: [kind] })
      asked?.()
      close()
      if (answer.state === 'done') {
        void notify({
          colour: 'green',
          message: t('point.doneAtOnce', { event: t(look.text), object: answer.objectName }),
        })
      } else void navigate(links.operationHere(answer.id))
    },
  })
  const [first] = instances
  return (
    <Confirm
      opened
      close={close}
      size="lg"
      title={t(look.title, { count: instances.length })}
      verb={t(look.text)}
      danger={operation === 'terminate'}
      busy={operate.isPending}
      confirm={() => operate.mutate()}
    >
      <ScrollArea.Autosize
        mah={180}
        type="auto"
        viewportProps={{ tabIndex: 0, role: 'group', 'aria-label': t('instances.title') }}
      >
        <List size="sm" spacing={2}>
          {instances.map((instance) => (
            <List.Item key={instance.id}>
              <Text span fz="sm" fw={600} className="wrap-anywhere">
                {instance.node.name}
              </Text>{' '}
              <Text span fz="xs" c="dimmed">
                {instance.id} · {instance.bizdate} · {instantText(instance.cycleAt)}
              </Text>
            </List.Item>
          ))}
        </List>
      </ScrollArea.Autosize>
      <Text fz="sm">{t(look.meaning)}</Text>
      {verb === 'rerun-downstream' && first && (
        <ChooseDescendants of={first} chosen={descendants} choose={setDescendants} />
      )}
      {operation === 'rerun' && (
        <Checkbox
          label={t('instanceVerb.latest')}
          description={t('instanceVerb.latestHint')}
          checked={latest}
          onChange={(event) => setLatest(event.currentTarget.checked)}
        />
      )}
      {first && !instances.some(instanceTriggers) && first.environment === 'PROD' ? (
        <Alert color="gray" icon={<IconInfoCircle />} p="xs">
          {t('instanceVerb.unchecked')}
        </Alert>
      ) : (
        <WhoChecks
          workspaceId={workspaceId}
          environment={first?.environment ?? 'PROD'}
          point={INSTANCE_POINTS[operation]}
        />
      )}
      <ProblemNotice error={operate.error} />
    </Confirm>
  )
}
