import { Text } from '@mantine/core'
import { IconPackages } from '@tabler/icons-react'
import { getRouteApi } from '@tanstack/react-router'
import { developmentQueries } from '../../api/development-queries.ts'
import type { DeploymentSummary } from '../../api/development-shapes.ts'
import { FilteredList, useSetFilters } from '../../filtered-list.tsx'
import { links } from '../../links.ts'
import { useList } from '../../list.ts'
import { useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { ChoiceFilter } from '../../ui/filters.tsx'
import { Instant } from '../../ui/instant.tsx'
import { LinkButton, LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { countsText } from './counts.ts'
import { DEPLOYMENT_LOOKS } from './looks.ts'

const route = getRouteApi('/signed-in/workspaces/$workspaceId/development/deployments')
const keyOf = (deployment: DeploymentSummary) => String(deployment.id)
const KINDS = ['commit', 'deploy', 'delete'] as const

/** What was asked for on files, newest first, and how it stands. */
export function DeploymentsPage() {
  const { t } = useTranslation()
  const workspaceId = Number(route.useParams().workspaceId)
  const { cursor, operation: _, ...filter } = route.useSearch()
  const list = useList(developmentQueries.deployments(workspaceId, { ...filter, cursor }), cursor, keyOf)
  const set = useSetFilters<ReturnType<typeof route.useSearch>>()
  const columns: readonly Column<DeploymentSummary>[] = [
    {
      key: 'name',
      header: t('development.name'),
      cell: (one) => (
        <>
          <LinkTo {...links.deployment(workspaceId, one.id)} fw={500} className="wrap-anywhere">
            {one.name}
          </LinkTo>
          <Text fz="xs" c="dimmed" className="wrap-anywhere">
            {[String(one.id), one.imported && t('deployment.imported'), one.comment].filter(Boolean).join(' · ')}
          </Text>
        </>
      ),
    },
    { key: 'kind', header: t('development.kind'), width: 120, cell: (one) => t(`deploymentKind.${one.kind}`) },
    {
      key: 'state',
      header: t('development.state'),
      width: 170,
      cell: (one) => <StateBadge look={DEPLOYMENT_LOOKS[one.state]} />,
    },
    { key: 'counts', header: t('deployment.files'), width: 220, cell: (one) => countsText(t, one.counts) },
    { key: 'by', header: t('deployment.by'), width: 130, cell: (one) => one.createdBy.name },
    {
      key: 'at',
      header: t('ui.created'),
      width: 170,
      times: true,
      cell: (one) => <Instant at={one.createdAt} zoned={false} />,
    },
  ]
  return (
    <Page title={t('deployment.title')} description={t('deployment.hint')}>
      <FilteredList
        label={t('deployment.title')}
        list={list}
        keyOf={keyOf}
        columns={columns}
        minWidth={940}
        filters={
          <ChoiceFilter
            label={t('development.kind')}
            first
            data={KINDS.map((value) => ({ value, label: t(`deploymentKind.${value}`) }))}
            value={filter.kind}
            onChange={(kind) => set({ kind })}
          />
        }
        filter={filter}
        emptyFiltered={t('deployment.emptyFiltered')}
        empty={
          <Empty
            icon={IconPackages}
            title={t('deployment.empty')}
            next={t('deployment.emptyNext')}
            actions={
              <LinkButton {...links.development(workspaceId)} variant="default">
                {t('development.toFiles')}
              </LinkButton>
            }
          />
        }
      />
    </Page>
  )
}
