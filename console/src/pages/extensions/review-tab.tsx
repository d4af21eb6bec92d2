import { Badge, Group, Select, Skeleton, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { queries } from '../../api/queries.ts'
import type { ExtensionVersionDetail, ExtensionView } from '../../api/shapes.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMay } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { Instant } from '../../ui/instant.tsx'
import { Card, Section } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { Differences } from './differences.tsx'
import { CommentBox, Timeline } from './history.tsx'
import { VERSION_LOOKS } from './status.ts'
import { VerbButton } from './verbs.tsx'

const route = getRouteApi('/signed-in/extensions/$code')

/** One version as its reviewer sees it: what it changes, what was said about it, and the decision. */
export default function ReviewTab({ extension }: { extension: ExtensionView }) {
  const { t } = useTranslation()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const number = search.version ?? extension.next?.version ?? extension.version
  const versions = useQuery(queries.extensionVersions(extension.code))
  const { data: version, error } = useQuery(queries.extensionVersion(extension.code, number))
  return (
    <Stack gap="md">
      <Group align="flex-end">
        <Select
          label={t('review.version')}
          w={260}
          allowDeselect={false}
          data={
            versions.data?.map((one) => ({
              value: String(one.version),
              label: t('life.next', { version: one.version, status: t(VERSION_LOOKS[one.status].text) }),
            })) ?? []
          }
          value={String(number)}
          onChange={(chosen) => void navigate({ search: { tab: 'review', version: Number(chosen) } })}
        />
      </Group>
      <ProblemNotice error={error} />
      {!version && !error && <Skeleton height={200} />}
      {version && (
        <>
          <Standing version={version} />
          <Section
            title={t('review.changes')}
            description={
              version.against === null
                ? t('review.changesOfNothing')
                : t('review.changesOf', { against: version.against })
            }
          >
            <Card>
              {version.differences.length === 0 ? (
                <Text fz="sm">{t('review.noChanges', { against: version.against ?? '' })}</Text>
              ) : (
                <Differences of={version} />
              )}
            </Card>
          </Section>
          <Section title={t('review.discussion')} description={t('review.discussionHint')}>
            <Stack gap="md">
              <Timeline code={extension.code} version={version.version} />
              {extension.may.includes('comment') && <CommentBox code={extension.code} version={version.version} />}
            </Stack>
          </Section>
        </>
      )}
    </Stack>
  )
}

function Standing({ version }: { version: ExtensionVersionDetail }) {
  const { t } = useTranslation()
  const mayReview = useMay()('extension.review')
  const inReview = version.status === 'in-review'
  return (
    <Card>
      <Group justify="space-between" gap="sm">
        <div>
          <Group gap="sm">
            <StateBadge look={VERSION_LOOKS[version.status]} />
            {version.overdue && (
              <Badge color="red" variant="light" tt="none">
                {t('review.overdue')}
              </Badge>
            )}
          </Group>
          {inReview && version.submittedAt && version.dueAt ? (
            <Text fz="sm" mt={6}>
              {t('review.waitsBecause', { name: version.submittedBy?.name ?? '' })} <Instant at={version.submittedAt} />
              {' · '}
              {t('review.due')} <Instant at={version.dueAt} />
            </Text>
          ) : (
            <Text fz="sm" c="dimmed" mt={6}>
              {t('review.none')}
            </Text>
          )}
          {inReview && mayReview && !version.may.includes('approve') && (
            <Text fz="sm" c="dimmed">
              {t('review.notYours')}
            </Text>
          )}
        </div>
        <Group gap="xs">
          {(['approve', 'reject'] as const)
            .filter((verb) => version.may.includes(verb))
            .map((verb) => (
              <VerbButton key={verb} verb={verb} of={version} />
            ))}
        </Group>
      </Group>
    </Card>
  )
}
