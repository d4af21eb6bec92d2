import { Button } from '@mantine/core'
import { IconCloudUpload, IconRocket } from '@tabler/icons-react'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { developmentQueries } from '../../api/development-queries.ts'
import type { FileKind, FileSummary } from '../../api/development-shapes.ts'
import { FilteredList, useSetFilters } from '../../filtered-list.tsx'
import { links } from '../../links.ts'
import { useList } from '../../list.ts'
import { useMay, useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { ChosenBar } from '../../ui/chosen-bar.tsx'
import { useChosenRows } from '../../ui/chosen-rows.ts'
import { Empty } from '../../ui/empty.tsx'
import { ChoiceFilter, TextFilter } from '../../ui/filters.tsx'
import { iconProps } from '../../ui/icon.ts'
import { LinkButton } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { Card } from '../../ui/section.tsx'
import { fileColumns } from './file-columns.tsx'

const DeployDialog = lazy(() => import('./deploy-dialog.tsx'))

const route = getRouteApi('/signed-in/workspaces/$workspaceId/development/publish')
const keyOf = (file: FileSummary) => String(file.id)
const KINDS: readonly FileKind[] = ['node', 'resource', 'function']

/** What is committed and not yet in production, to choose from and to publish at once. */
export function PublishPage() {
  const { t } = useTranslation()
  const me = useMe()
  const may = useMay()
  const navigate = useNavigate()
  const workspaceId = Number(route.useParams().workspaceId)
  const { cursor, operation: _, ...filter } = route.useSearch()
  const basic = me.workspaces.find(({ id }) => id === workspaceId)?.mode === 'basic'
  const list = useList(developmentQueries.files(workspaceId, { ...filter, state: 'committed', cursor }), cursor, keyOf)
  const chosen = useChosenRows(`publish ${workspaceId}`, list.rows, keyOf)
  const [asking, setAsking] = useState(false)
  const set = useSetFilters<ReturnType<typeof route.useSearch>>()
  const deploys = may('file.deploy', workspaceId)
  if (basic)
    return (
      <Page title={t('publishing.title')}>
        <Card>
          <Empty
            icon={IconRocket}
            title={t('publishing.basic')}
            next={t('publishing.basicNext')}
            actions={
              <LinkButton {...links.development(workspaceId)} variant="default">
                {t('development.toFiles')}
              </LinkButton>
            }
          />
        </Card>
      </Page>
    )
  return (
    <Page
      title={t('publishing.title')}
      description={t(deploys ? 'publishing.hint' : 'publishing.hintReader')}
      actions={
        <LinkButton {...links.deployments(workspaceId)} variant="default">
          {t('nav.deployments')}
        </LinkButton>
      }
    >
      <FilteredList
        label={t('publishing.title')}
        list={list}
        keyOf={keyOf}
        columns={fileColumns(t, null)}
        minWidth={820}
        {...(deploys && {
          chosen,
          chooseLabel: (file: FileSummary) => t('publishing.choose', { name: file.name }),
        })}
        filters={
          <>
            <TextFilter
              label={t('development.name')}
              placeholder={t('development.namePlaceholder')}
              value={filter.name}
              onChange={(name) => set({ name })}
            />
            <ChoiceFilter
              label={t('development.kind')}
              data={KINDS.map((value) => ({ value, label: t(`fileKind.${value}`) }))}
              value={filter.kind}
              onChange={(kind) => set({ kind })}
            />
          </>
        }
        filter={filter}
        emptyFiltered={t('development.emptyFiltered')}
        empty={
          <Empty
            icon={IconRocket}
            title={t('publishing.empty')}
            next={t('publishing.emptyNext')}
            actions={
              <LinkButton {...links.development(workspaceId)} variant="default">
                {t('development.toFiles')}
              </LinkButton>
            }
          />
        }
      />
      <ChosenBar
        chosen={chosen}
        label={t('publishing.chosen')}
        count={t('publishing.count', { count: chosen.rows.length })}
      >
        <Button size="xs" leftSection={<IconCloudUpload {...iconProps} />} onClick={() => setAsking(true)}>
          {t('file.publish')}
        </Button>
      </ChosenBar>
      <Suspense>
        {asking && (
          <DeployDialog
            workspaceId={workspaceId}
            kind="deploy"
            basic={false}
            files={chosen.rows}
            close={() => setAsking(false)}
            done={(deployment) => {
              chosen.clear()
              void navigate(links.deployment(workspaceId, deployment.id))
            }}
          />
        )}
      </Suspense>
    </Page>
  )
}
