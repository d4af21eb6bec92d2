import { Group, Skeleton, Stack } from '@mantine/core'
import { IconMoodCheck } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { queries } from '../api/queries.ts'
import type { ExtensionVersion, OperationView } from '../api/shapes.ts'
import { useEventNames } from '../events.ts'
import { links } from '../links.ts'
import { ProblemNotice } from '../problem.tsx'
import { useMe } from '../session.ts'
import { useTranslation } from '../text/index.ts'
import { Empty } from '../ui/empty.tsx'
import { LinkButton } from '../ui/link.tsx'
import { Page } from '../ui/page.tsx'
import { RowTable } from '../ui/row-table.tsx'
import { Card, Section } from '../ui/section.tsx'
import { keyOfReview, reviewColumns } from './extensions/review-columns.tsx'
import { keyOfOperation, operationColumns } from './operations/columns.tsx'

const MOST = 200

/** What wants this person's attention: held operations of theirs, decisions that are theirs, messages that do not arrive. */
export function HomePage() {
  const { t } = useTranslation()
  const me = useMe()
  const mine = useQuery(queries.operations({ state: 'held', mine: true, limit: MOST }))
  const held = useQuery(queries.operations({ state: 'held', checked: true, limit: MOST }))
  const queue = useQuery(queries.reviews({ limit: MOST }))
  const error = mine.error ?? held.error ?? queue.error
  const waiting = mine.data === undefined || held.data === undefined || queue.data === undefined

  const toPass = held.data?.items.filter((operation) => operation.checks.some((check) => check.mayPass)) ?? []
  const failing =
    held.data?.items.filter((operation) =>
      operation.checks.some((check) => check.state === 'undelivered' || check.state === 'not-routed'),
    ) ?? []
  const reviews = queue.data?.items.filter((review) => review.may.includes('approve'))
  const own = mine.data?.items ?? []
  const nothing = own.length + toPass.length + failing.length + (reviews?.length ?? 0) === 0

  return (
    <Page title={t('nav.home')} description={t('home.hint')}>
      <ProblemNotice error={error} />
      {waiting && !error && <Skeleton height={160} />}
      {!waiting && nothing && (
        <Card>
          <Empty
            icon={IconMoodCheck}
            title={t('home.empty')}
            next={t(me.workspaces.length > 0 ? 'home.emptyNext' : 'home.noWorkspaceNext')}
            actions={
              me.workspaces[0] ? (
                <Group>
                  <LinkButton {...links.nodes(me.workspaces[0].id)}>{t('nav.nodes')}</LinkButton>
                  <LinkButton {...links.operations()} variant="default">
                    {t('nav.operations')}
                  </LinkButton>
                </Group>
              ) : (
                <LinkButton {...links.workspaces()}>{t('nav.workspaces')}</LinkButton>
              )
            }
          />
        </Card>
      )}
      <Stack gap="lg">
        <Operations title={t('home.mine')} hint={t('home.mineHint')} operations={own} />
        <Operations title={t('home.toPass')} hint={t('home.toPassHint')} operations={toPass} />
        {reviews && reviews.length > 0 && <Reviews reviews={reviews} />}
        <Operations title={t('home.failing')} hint={t('home.failingHint')} operations={failing} />
      </Stack>
    </Page>
  )
}

function Operations(props: { title: string; hint: ReactNode; operations: readonly OperationView[] }) {
  const { t } = useTranslation()
  const names = useEventNames()
  if (props.operations.length === 0) return null
  return (
    <Section title={`${props.title} (${props.operations.length})`} description={props.hint}>
      <Card padding={0}>
        <RowTable
          label={props.title}
          columns={operationColumns(t, names)}
          rows={props.operations}
          keyOf={keyOfOperation}
          minWidth={900}
        />
      </Card>
    </Section>
  )
}

function Reviews({ reviews }: { reviews: readonly ExtensionVersion[] }) {
  const { t } = useTranslation()
  return (
    <Section title={`${t('home.reviews')} (${reviews.length})`} description={t('home.reviewsHint')}>
      <Card padding={0}>
        <RowTable
          label={t('home.reviews')}
          columns={reviewColumns(t)}
          rows={reviews}
          keyOf={keyOfReview}
          minWidth={820}
        />
      </Card>
    </Section>
  )
}
