import { applies, type OperationScope } from '@holdpoint/core/extension'
import { readParameters } from '@holdpoint/core/parameters'
import { Alert, Box, Group, Skeleton, Text } from '@mantine/core'
import { IconInfoCircle, IconPuzzle, IconPuzzleOff } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { queries } from '../../api/queries.ts'
import type { Environment, WorkspaceExtension } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { LinkOut, LinkTo } from '../../ui/link.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { EXTENSION_LOOKS } from '../extensions/status.ts'

type Props = {
  workspaceId: number
  environment: Environment
  /** The extension point that the operation passes. */
  point: OperationScope['point']
  /** Of an operation on one file. */
  fileType?: number | null
}

/** Who will check an operation before it takes effect. Rule 41: in the development environment nobody does. */
export function WhoChecks({ environment, ...of }: Props) {
  const { t } = useTranslation()
  if (environment === 'PROD') return <Checking {...of} />
  return (
    <Alert color="gray" icon={<IconInfoCircle />} p="xs">
      {t('point.devUnchecked')}
    </Alert>
  )
}

/** The extensions that apply by rule 2, decided by core itself. */
function Checking({ workspaceId, point, fileType = null }: Omit<Props, 'environment'>) {
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
      { point, workspaceId, requestedBy: Number(me.user.id), fileType: fileType === null ? null : String(fileType) },
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
