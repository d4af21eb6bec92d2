import { List, ScrollArea, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { calls } from '../../api/calls.ts'
import type { Environment, NodeOperationPoint, NodeSummary } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { notify } from '../../ui/notify.tsx'
import { POINT_LOOKS } from './node-points.ts'
import { WhoChecks } from './who-checks.tsx'

type Props = {
  workspaceId: number
  environment: Environment
  point: NodeOperationPoint
  nodes: readonly Pick<NodeSummary, 'id' | 'name' | 'programType'>[]
  close: () => void
  asked?: () => void
}

/** Says what is about to be asked for, what it means, and who will check it before it takes effect. */
export default function OperateDialog({ workspaceId, environment, point, nodes, close, asked }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const navigate = useNavigate()
  const look = POINT_LOOKS[point]
  const operate = useMutation({
    mutationFn: () => calls.operateNodes(workspaceId, { point, environment, nodeIds: nodes.map((node) => node.id) }),
    onSuccess: (operation) => {
      void client.invalidateQueries({ queryKey: ['nodes'] })
      void client.invalidateQueries({ queryKey: ['operations'] })
      asked?.()
      close()
      if (operation.state === 'done') {
        void notify({
          colour: 'green',
          message: t('point.doneAtOnce', { event: t(look.text), object: operation.objectName }),
        })
      } else void navigate(links.operationHere(operation.id))
    },
  })
  return (
    <Confirm
      opened
      close={close}
      size="lg"
      title={t(look.title, { count: nodes.length })}
      verb={t(look.text)}
      danger={point === 'undeploy-node'}
      busy={operate.isPending}
      confirm={() => operate.mutate()}
    >
      <ScrollArea.Autosize
        mah={180}
        type="auto"
        viewportProps={{ tabIndex: 0, role: 'group', 'aria-label': t('nodes.title') }}
      >
        <List size="sm" spacing={2}>
          {nodes.map((node) => (
            <List.Item key={node.id}>
              <Text span fz="sm" fw={600} className="wrap-anywhere">
                {node.name}
              </Text>{' '}
              <Text span fz="xs" c="dimmed">
                {node.id} · {node.programType}
              </Text>
            </List.Item>
          ))}
        </List>
      </ScrollArea.Autosize>
      <Text fz="sm">{t(look.meaning)}</Text>
      <WhoChecks workspaceId={workspaceId} environment={environment} point={point} />
      <ProblemNotice error={operate.error} />
    </Confirm>
  )
}
