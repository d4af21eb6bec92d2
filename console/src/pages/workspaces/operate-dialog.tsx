import { applies } from '@holdpoint/core/extension'
import { readParameters } from '@holdpoint/core/parameters'
import { Alert, Box, Group, List, ScrollArea, Skeleton, Text } from '@mantine/core'
import { IconInfoCircle, IconPuzzle, IconPuzzleOff } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { calls } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import type { Environment, NodeOperationPoint, NodeSummary, WorkspaceExtension } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMe } from '../../session.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { LinkOut, LinkTo } from '../../ui/link.tsx'
import { notify } from '../../ui/notify.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { EXTENSION_LOOKS } from '../extensions/status.ts'
import { POINT_LOOKS } from './node-points.ts'

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
      {environment === 'DEV' ? (
        <Alert color="gray" icon={<IconInfoCircle />} p="xs">
          {t('point.devUnchecked')}
        </Alert>
      ) : (
        <WhoChecks workspaceId={workspaceId} point={point} />
      )}
      <ProblemNotice error={operate.error} />
    </Confirm>
  )
}

/** The extensions that apply by rule 2, decided by core itself. */
function WhoChecks({ workspaceId, point }: { workspaceId: number; point: NodeOperationPoint }) {
  const { t } = useTranslation()
  const me = useMe()
  const { data, error } = useQuery(queries.workspaceExtensions(workspaceId))
  if (error) return <ProblemNotice error={error} />
  if (!data) return <Skeleton height={48} />
  const checking = data.filter((extension: WorkspaceExtension) =>
    applies(
      {
        status: extension.status,
        points: extension.points,
        parameters: readParameters(extension.parameters),
        testWorkspaceId: extension.testWorkspaceId,
        ownerUserId: Number(extension.owner.id),
        testedBy: null,
        enabled: extension.enabled,
      },
      { point, workspaceId, requestedBy: Number(me.user.id), fileType: null },
    ),
  )
  if (checking.length === 0) {
    return (
      <Alert color="gray" icon={<IconPuzzleOff />} p="xs" title={t('point.nobodyChecks')}>
        <Text fz="sm">
          {t('point.nobodyChecksNext')}{' '}
          <LinkTo {...links.workspaceExtensions(workspaceId)} fz="sm">
            {t('nav.workspaceExtensions')}
          </LinkTo>
        </Text>
      </Alert>
    )
  }
  return (
    <Alert color="blue" icon={<IconPuzzle />} p="xs" title={t('point.whoChecks', { count: checking.length })}>
      <ul className="who-checks">
        {checking.map((extension) => (
          <li key={extension.code}>
            <Group gap="xs">
              <Text fz="sm" fw={600}>
                {extension.name}
              </Text>
              <StateBadge look={EXTENSION_LOOKS[extension.status]} size="sm" />
              {extension.helpDocUrl && (
                <Box fz="sm">
                  <LinkOut href={extension.helpDocUrl}>{t('check.help')}</LinkOut>
                </Box>
              )}
            </Group>
            <Text fz="xs" c="dimmed">
              {t(extension.onUnanswered === 'block' ? 'check.unansweredBlocks' : 'check.unansweredPasses')}
            </Text>
          </li>
        ))}
      </ul>
      <Text fz="sm" mt={4}>
        {t('point.whatThen')}
      </Text>
    </Alert>
  )
}
