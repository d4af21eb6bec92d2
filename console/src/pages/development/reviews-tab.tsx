import { Button, Group, Paper, Skeleton, Stack, Text, Textarea } from '@mantine/core'
import { IconMessageCheck } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { developmentCalls } from '../../api/development-calls.ts'
import { developmentQueries } from '../../api/development-queries.ts'
import type { FileDetail } from '../../api/development-shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMay } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Empty } from '../../ui/empty.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { REVIEW_LOOKS } from './looks.ts'

/** Code reviews of this file's versions, and asking for one of the newest. */
export function ReviewsTab({ file }: { file: FileDetail }) {
  const { t } = useTranslation()
  const may = useMay()
  const [asking, setAsking] = useState(false)
  const { data, error } = useQuery(developmentQueries.reviews(file.workspaceId, { fileId: file.id }))
  const ask = may('file.review', file.workspaceId) && file.version > 0 && file.deletedAt === null && (
    <Button
      size="xs"
      variant="default"
      className="fit"
      leftSection={<IconMessageCheck {...iconProps} />}
      onClick={() => setAsking(true)}
    >
      {t('fileReview.ask', { version: file.version })}
    </Button>
  )
  return (
    <Stack gap="xs">
      <ProblemNotice error={error} />
      {!data && !error && <Skeleton height={80} />}
      {data?.items.length === 0 ? (
        <Empty
          icon={IconMessageCheck}
          title={t('fileReview.none')}
          next={t(file.version === 0 ? 'fileReview.noneUncommitted' : 'fileReview.noneNext')}
          actions={ask}
        />
      ) : (
        ask
      )}
      {data?.items.map((review) => (
        <Paper key={review.id} withBorder p="xs">
          <Group justify="space-between" gap="xs">
            <LinkTo {...links.fileReview(file.workspaceId, review.id)} fz="sm" fw={500}>
              {t('fileReview.ofVersion', { version: review.version })}
            </LinkTo>
            <StateBadge look={REVIEW_LOOKS[review.state]} size="sm" />
          </Group>
          <Text fz="xs" c="dimmed">
            {review.requestedBy.name} · <Instant at={review.requestedAt} />
          </Text>
          {review.description && (
            <Text fz="sm" lineClamp={3}>
              {review.description}
            </Text>
          )}
        </Paper>
      ))}
      {asking && <AskReview file={file} close={() => setAsking(false)} />}
    </Stack>
  )
}

function AskReview({ file, close }: { file: FileDetail; close: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [description, setDescription] = useState('')
  const ask = useMutation({
    mutationFn: () => developmentCalls.askReview(file.workspaceId, file.id, { description: description.trim() }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['file-reviews', file.workspaceId] })
      close()
    },
  })
  return (
    <Confirm
      opened
      close={close}
      title={t('fileReview.ask', { version: file.version })}
      verb={t('fileReview.askVerb')}
      busy={ask.isPending}
      confirm={() => ask.mutate()}
    >
      <Text fz="sm">{t('fileReview.askMeaning')}</Text>
      <Textarea
        label={t('ui.description')}
        autosize
        minRows={3}
        data-autofocus
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <ProblemNotice error={ask.error} />
    </Confirm>
  )
}
