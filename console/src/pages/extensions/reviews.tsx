import { IconEyeCheck } from '@tabler/icons-react'
import { getRouteApi } from '@tanstack/react-router'
import { queries } from '../../api/queries.ts'
import { useList } from '../../list.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { CursorTable } from '../../ui/cursor-table.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Page } from '../../ui/page.tsx'
import { keyOfReview, reviewColumns } from './review-columns.tsx'

const route = getRouteApi('/signed-in/reviews')

/** What was handed in and waits for a decision. */
export function ReviewsPage() {
  const { t } = useTranslation()
  const { cursor } = route.useSearch()
  const list = useList(queries.reviews(cursor === undefined ? {} : { cursor }), cursor, keyOfReview)
  return (
    <Page title={t('review.title')} description={t('review.hint')}>
      <ProblemNotice error={list.error} />
      <CursorTable
        label={t('review.title')}
        list={list}
        keyOf={keyOfReview}
        columns={reviewColumns(t)}
        minWidth={820}
        empty={<Empty icon={IconEyeCheck} title={t('review.empty')} next={t('review.emptyNext')} />}
      />
    </Page>
  )
}
