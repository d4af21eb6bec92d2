import { Text } from '@mantine/core'
import { IconMessageCheck } from '@tabler/icons-react'
import { getRouteApi } from '@tanstack/react-router'
import { developmentQueries } from '../../api/development-queries.ts'
import type { FileReviewSummary } from '../../api/development-shapes.ts'
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
import { REVIEW_LOOKS } from './looks.ts'

const route = getRouteApi('/signed-in/workspaces/$workspaceId/development/reviews')
const keyOf = (review: FileReviewSummary) => String(review.id)
const STATES = ['open', 'approved', 'rejected', 'withdrawn'] as const

/** The code reviews of a workspace, newest first. */
export function FileReviewsPage() {
  const { t } = useTranslation()
  const workspaceId = Number(route.useParams().workspaceId)
  const { cursor, operation: _, ...filter } = route.useSearch()
  const list = useList(developmentQueries.reviews(workspaceId, { ...filter, cursor }), cursor, keyOf)
  const set = useSetFilters<ReturnType<typeof route.useSearch>>()
  const columns: readonly Column<FileReviewSummary>[] = [
    {
      key: 'file',
      header: t('fileReview.file'),
      cell: (review) => (
        <>
          <LinkTo {...links.fileReview(workspaceId, review.id)} fw={500} className="wrap-anywhere">
            {review.fileName}
          </LinkTo>
          <Text fz="xs" c="dimmed" lineClamp={2}>
            {[t('file.version', { version: review.version }), review.description].filter(Boolean).join(' · ')}
          </Text>
        </>
      ),
    },
    {
      key: 'state',
      header: t('development.state'),
      width: 150,
      cell: (review) => <StateBadge look={REVIEW_LOOKS[review.state]} />,
    },
    { key: 'by', header: t('fileReview.askedBy'), width: 150, cell: (review) => review.requestedBy.name },
    {
      key: 'at',
      header: t('fileReview.askedAt'),
      width: 170,
      times: true,
      cell: (review) => <Instant at={review.requestedAt} zoned={false} />,
    },
    {
      key: 'concluded',
      header: t('fileReview.concludedBy'),
      width: 150,
      cell: (review) => review.concludedBy?.name ?? '–',
    },
  ]
  return (
    <Page title={t('fileReview.title')} description={t('fileReview.hint')}>
      <FilteredList
        label={t('fileReview.title')}
        list={list}
        keyOf={keyOf}
        columns={columns}
        minWidth={820}
        filters={
          <ChoiceFilter
            label={t('development.state')}
            first
            data={STATES.map((value) => ({ value, label: t(`fileReview.${value}`) }))}
            value={filter.state}
            onChange={(state) => set({ state })}
          />
        }
        filter={filter}
        emptyFiltered={t('fileReview.emptyFiltered')}
        empty={
          <Empty
            icon={IconMessageCheck}
            title={t('fileReview.empty')}
            next={t('fileReview.emptyNext')}
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
