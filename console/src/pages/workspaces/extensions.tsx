import { Group, Skeleton, Switch, Table, Text, Tooltip } from '@mantine/core'
import { IconPuzzleOff } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { calls } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import type { WorkspaceExtension } from '../../api/shapes.ts'
import { useEventNames } from '../../events.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMe } from '../../session.ts'
import { Empty } from '../../ui/empty.tsx'
import { Instant } from '../../ui/instant.tsx'
import { LinkButton, LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { Card } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { EXTENSION_LOOKS } from '../extensions/status.ts'

const route = getRouteApi('/signed-in/workspaces/$workspaceId/extensions')

export function WorkspaceExtensionsPage() {
  const { t } = useTranslation()
  const me = useMe()
  const workspaceId = Number(route.useParams().workspaceId)
  const { data, error } = useQuery(queries.workspaceExtensions(workspaceId))
  const name = me.workspaces.find((one) => one.id === workspaceId)?.name ?? workspaceId
  return (
    <Page title={t('workspaceExtensions.title')} description={t('workspaceExtensions.hint', { workspace: name })}>
      <ProblemNotice error={error} />
      {!data && !error && <Skeleton height={160} />}
      {data?.length === 0 && (
        <Card>
          <Empty
            icon={IconPuzzleOff}
            title={t('workspaceExtensions.empty')}
            next={t('workspaceExtensions.emptyNext')}
            actions={<LinkButton {...links.extensions()}>{t('nav.extensions')}</LinkButton>}
          />
        </Card>
      )}
      {data && data.length > 0 && (
        <Card padding={0}>
          <Table.ScrollContainer
            minWidth={820}
            type="native"
            tabIndex={0}
            role="region"
            aria-label={t('workspaceExtensions.title')}
          >
            <Table aria-label={t('workspaceExtensions.title')}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('extensions.name')}</Table.Th>
                  <Table.Th>{t('extensions.points')}</Table.Th>
                  <Table.Th w={150}>{t('extensions.status')}</Table.Th>
                  <Table.Th w={230}>{t('workspaceExtensions.enabled')}</Table.Th>
                  <Table.Th w={230}>{t('workspaceExtensions.changed')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {data.map((row) => (
                  <Row key={row.extension.code} workspaceId={workspaceId} row={row} />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Card>
      )}
    </Page>
  )
}

function Row({ workspaceId, row: { extension, ...row } }: { workspaceId: number; row: WorkspaceExtension }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const names = useEventNames()
  const change = useMutation({
    mutationFn: (enabled: boolean) => calls.setWorkspaceExtension(workspaceId, extension.code, { enabled }),
    onSettled: () => client.invalidateQueries({ queryKey: ['extensions'] }),
  })
  const testing = extension.status === 'testing'
  const testedHere = testing && extension.testWorkspaceId === workspaceId
  return (
    <Table.Tr>
      <Table.Td>
        <LinkTo {...links.extension(extension.code)} fw={500} className="wrap-anywhere">
          {extension.name}
        </LinkTo>
        <Text fz="xs" c="dimmed" className="wrap-anywhere">
          {extension.description}
        </Text>
      </Table.Td>
      <Table.Td>
        <Text fz="sm">{extension.points.map(names.event).join(t('ui.listSeparator'))}</Text>
      </Table.Td>
      <Table.Td>
        <StateBadge look={EXTENSION_LOOKS[extension.status]} />
      </Table.Td>
      <Table.Td>
        {testing ? (
          <Text fz="sm">
            {t(testedHere ? 'workspaceExtensions.testedHere' : 'workspaceExtensions.testedElsewhere')}
          </Text>
        ) : (
          <Tooltip label={t('workspaceExtensions.mayNot')} disabled={row.mayEnable}>
            <Group gap="xs" w="fit-content">
              <Switch
                aria-label={t('workspaceExtensions.enable', { name: extension.name })}
                label={t(row.enabled ? 'workspaceExtensions.on' : 'workspaceExtensions.off')}
                checked={change.isPending ? change.variables : row.enabled}
                disabled={!row.mayEnable || change.isPending}
                onChange={(event) => change.mutate(event.currentTarget.checked)}
              />
            </Group>
          </Tooltip>
        )}
        <ProblemNotice error={change.error} />
      </Table.Td>
      <Table.Td>
        {row.modifiedAt ? (
          <Text fz="sm" component="div">
            {row.modifiedBy?.name} <br />
            <Instant at={row.modifiedAt} />
          </Text>
        ) : (
          '–'
        )}
      </Table.Td>
    </Table.Tr>
  )
}
