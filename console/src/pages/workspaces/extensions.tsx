import { Group, Skeleton, Switch, Text, Tooltip } from '@mantine/core'
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
import { type Column, RowTable } from '../../ui/row-table.tsx'
import { Card } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { EXTENSION_LOOKS } from '../extensions/status.ts'

const route = getRouteApi('/signed-in/workspaces/$workspaceId/extensions')

export function WorkspaceExtensionsPage() {
  const { t } = useTranslation()
  const me = useMe()
  const names = useEventNames()
  const workspaceId = Number(route.useParams().workspaceId)
  const { data, error } = useQuery(queries.workspaceExtensions(workspaceId))
  const name = me.workspaces.find((one) => one.id === workspaceId)?.name ?? workspaceId
  const columns: readonly Column<WorkspaceExtension>[] = [
    {
      key: 'name',
      header: t('extensions.name'),
      cell: (extension) => (
        <>
          <LinkTo {...links.extension(extension.code)} fw={500} className="wrap-anywhere">
            {extension.name}
          </LinkTo>
          <Text fz="xs" c="dimmed" className="wrap-anywhere">
            {extension.description}
          </Text>
        </>
      ),
    },
    {
      key: 'points',
      header: t('extensions.points'),
      cell: (extension) => extension.points.map(names.operation).join(t('ui.listSeparator')),
    },
    {
      key: 'status',
      header: t('extensions.status'),
      width: 140,
      cell: (extension) => <StateBadge look={EXTENSION_LOOKS[extension.status]} />,
    },
    {
      key: 'enabled',
      header: t('workspaceExtensions.enabled'),
      width: 200,
      cell: (row) => <EnableSwitch workspaceId={workspaceId} row={row} />,
    },
    {
      key: 'changed',
      header: t('workspaceExtensions.changed'),
      width: 190,
      times: true,
      cell: ({ modifiedAt, modifiedBy }) =>
        modifiedAt ? (
          <>
            <Text fz="sm">{modifiedBy?.name}</Text>
            <Instant at={modifiedAt} zoned={false} />
          </>
        ) : (
          '–'
        ),
    },
  ]
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
          <RowTable
            label={t('workspaceExtensions.title')}
            columns={columns}
            rows={data}
            keyOf={(row) => row.code}
            minWidth={820}
          />
        </Card>
      )}
    </Page>
  )
}

function EnableSwitch({ workspaceId, row }: { workspaceId: number; row: WorkspaceExtension }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const extension = row
  const change = useMutation({
    mutationFn: (enabled: boolean) => calls.setWorkspaceExtension(workspaceId, extension.code, { enabled }),
    onSettled: () => client.invalidateQueries({ queryKey: ['extensions'] }),
  })
  if (extension.status === 'testing') {
    return t(
      extension.testWorkspaceId === workspaceId
        ? 'workspaceExtensions.testedHere'
        : 'workspaceExtensions.testedElsewhere',
    )
  }
  return (
    <>
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
      <ProblemNotice error={change.error} />
    </>
  )
}
