import { Group, Skeleton, Stack, Text } from '@mantine/core'
import { IconMoodCheck } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { queries } from '../api/queries.ts'
import type { ExtensionView, OperationView } from '../api/shapes.ts'
import { useEventNames } from '../events.ts'
import { links } from '../links.ts'
import { ProblemNotice } from '../problem.tsx'
import { useMe } from '../session.ts'
import { Empty } from '../ui/empty.tsx'
import { Instant } from '../ui/instant.tsx'
import { LinkButton, LinkTo } from '../ui/link.tsx'
import { Page } from '../ui/page.tsx'
import { RowTable } from '../ui/row-table.tsx'
import { Card, Section } from '../ui/section.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { EXTENSION_LOOKS } from './extensions/status.ts'
import { keyOfOperation, operationColumns } from './operations/columns.tsx'

const MOST = 200

/** What wants this person's attention: held operations of theirs, decisions that are theirs, messages that do not arrive. */
export function HomePage() {
  const { t } = useTranslation()
  const me = useMe()
  const mine = useQuery(queries.operations({ state: 'held', mine: true, limit: MOST }))
  const held = useQuery(queries.operations({ state: 'held', checked: true, limit: MOST }))
  const extensions = useQuery(queries.extensions())
  const error = mine.error ?? held.error ?? extensions.error
  const waiting = mine.data === undefined || held.data === undefined || extensions.data === undefined

  const toPass = held.data?.items.filter((operation) => operation.checks.some((check) => check.mayPass)) ?? []
  const failing =
    held.data?.items.filter((operation) =>
      operation.checks.some((check) => check.state === 'undelivered' || check.state === 'not-routed'),
    ) ?? []
  const reviews = extensions.data?.filter(
    (extension) => extension.status === 'in-review' && extension.may.includes('approve'),
  )
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
        {reviews && reviews.length > 0 && <Reviews extensions={reviews} />}
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

function Reviews({ extensions }: { extensions: readonly ExtensionView[] }) {
  const { t } = useTranslation()
  return (
    <Section title={`${t('home.reviews')} (${extensions.length})`} description={t('home.reviewsHint')}>
      <Card>
        <Stack gap="sm">
          {extensions.map((extension) => (
            <Group key={extension.code} justify="space-between">
              <div>
                <LinkTo {...links.extension(extension.code)} fw={500} fz="sm">
                  {extension.name}
                </LinkTo>
                <Text fz="sm" c="dimmed">
                  {t('home.submitted', { name: extension.submittedBy?.name ?? extension.owner.name })}{' '}
                  <Instant at={extension.modifiedAt} />
                </Text>
              </div>
              <StateBadge look={EXTENSION_LOOKS[extension.status]} />
            </Group>
          ))}
        </Stack>
      </Card>
    </Section>
  )
}
