import { Alert, Button, Group, NumberInput, Paper, Skeleton, Stack, Text, Textarea } from '@mantine/core'
import { IconArrowBackUp, IconCheck, IconX } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { developmentCalls } from '../../api/development-calls.ts'
import { developmentQueries } from '../../api/development-queries.ts'
import type { FileReviewDetail, FileVersion } from '../../api/development-shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { CodeEditor } from '../../ui/code-editor.tsx'
import { ComparedTexts } from '../../ui/compared-texts.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { Section } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import './development.css'
import { contentOf, isSqlBody } from './bodies.ts'
import { REVIEW_LOOKS } from './looks.ts'

const route = getRouteApi('/signed-in/workspaces/$workspaceId/development/reviews/$reviewId')

/** One code review: what changed with the version, what was said of it, and its conclusion. */
export function FileReviewPage() {
  const { t } = useTranslation()
  const params = route.useParams()
  const workspaceId = Number(params.workspaceId)
  const { data, error } = useQuery(developmentQueries.review(workspaceId, Number(params.reviewId)))
  if (data) return <Shown workspaceId={workspaceId} review={data} />
  return (
    <Page
      title={t('fileReview.one', { id: params.reviewId })}
      trail={[[links.fileReviews(workspaceId), t('fileReview.title')]]}
    >
      {error ? <ProblemNotice error={error} /> : <Skeleton height={240} />}
    </Page>
  )
}

type Verb = 'approve' | 'reject' | 'withdraw'
const VERBS = {
  approve: { icon: IconCheck, colour: undefined, variant: 'filled' },
  reject: { icon: IconX, colour: 'red.9', variant: 'filled' },
  withdraw: { icon: IconArrowBackUp, colour: undefined, variant: 'default' },
} as const

function Shown({ workspaceId, review }: { workspaceId: number; review: FileReviewDetail }) {
  const { t } = useTranslation()
  const [asked, setAsked] = useState<Verb | null>(null)
  return (
    <Page
      title={t('fileReview.of', { name: review.fileName, version: review.version })}
      trail={[[links.fileReviews(workspaceId), t('fileReview.title')]]}
      beside={<StateBadge look={REVIEW_LOOKS[review.state]} />}
      description={
        <>
          {review.requestedBy.name} · <Instant at={review.requestedAt} /> ·{' '}
          <LinkTo {...links.file(workspaceId, review.fileId)} underline="always">
            {t('fileReview.toFile')}
          </LinkTo>
          {review.description && (
            <Text fz="sm" c="var(--mantine-color-text)" mt={4} className="plain wrap-anywhere">
              {review.description}
            </Text>
          )}
        </>
      }
      actions={(['approve', 'reject', 'withdraw'] as const)
        .filter((verb) => review.may.includes(verb))
        .map((verb) => {
          const { icon: Icon, colour, variant } = VERBS[verb]
          return (
            <Button
              key={verb}
              variant={variant}
              color={colour}
              leftSection={<Icon {...iconProps} />}
              onClick={() => setAsked(verb)}
            >
              {t(`fileReviewVerb.${verb}`)}
            </Button>
          )
        })}
    >
      {review.concludedBy && review.concludedAt && (
        <Alert color={REVIEW_LOOKS[review.state].colour} p="sm" title={t(REVIEW_LOOKS[review.state].text)}>
          <Text fz="sm">
            {review.concludedBy.name} · <Instant at={review.concludedAt} />
          </Text>
          {review.conclusion && (
            <Text fz="sm" className="plain wrap-anywhere">
              {review.conclusion}
            </Text>
          )}
        </Alert>
      )}
      <Changes workspaceId={workspaceId} review={review} />
      <Comments workspaceId={workspaceId} review={review} />
      {asked && <Conclude workspaceId={workspaceId} review={review} verb={asked} close={() => setAsked(null)} />}
    </Page>
  )
}

function Changes({ workspaceId, review }: { workspaceId: number; review: FileReviewDetail }) {
  const { t } = useTranslation()
  const { data, error } = useQuery(developmentQueries.versions(workspaceId, review.fileId))
  const version = data?.find(({ number }) => number === review.version)
  const before = data?.find(({ number }) => number === review.version - 1)
  return (
    <Section title={t(before ? 'fileReview.changes' : 'file.content')}>
      <ProblemNotice error={error} />
      {!data && !error && <Skeleton height={200} />}
      {data && !version && (
        <Text fz="sm" c="dimmed">
          {t('fileReview.tooOld')}
        </Text>
      )}
      {version && before && (
        <ComparedTexts
          sql={isSqlBody(version.body)}
          before={sideOf(t('file.version', { version: before.number }), before)}
          after={sideOf(t('file.version', { version: version.number }), version)}
        />
      )}
      {version && !before && (
        <CodeEditor
          label={t('file.content')}
          language={isSqlBody(version.body) ? 'sql' : 'text'}
          value={contentOf(version.body)}
          onChange={() => {}}
          readOnly
          minHeight={120}
        />
      )}
    </Section>
  )
}

const sideOf = (label: string, version: FileVersion) => ({ label, text: contentOf(version.body) })

function Comments({ workspaceId, review }: { workspaceId: number; review: FileReviewDetail }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [text, setText] = useState('')
  const [line, setLine] = useState<number | null>(null)
  const say = useMutation({
    mutationFn: () => developmentCalls.commentReview(workspaceId, review.id, { line, text: text.trim() }),
    onSuccess: (answer) => {
      client.setQueryData(developmentQueries.review(workspaceId, review.id).queryKey, answer)
      setText('')
      setLine(null)
    },
  })
  return (
    <Section title={t('fileReview.comments')}>
      <Stack gap="xs">
        {review.comments.length === 0 && (
          <Text fz="sm" c="dimmed">
            {t(review.may.includes('comment') ? 'fileReview.noComments' : 'fileReview.noCommentsReader')}
          </Text>
        )}
        {review.comments.map((comment) => (
          <Paper key={comment.id} withBorder p="xs" component="article">
            <Text fz="xs" c="dimmed">
              {comment.by.name} · <Instant at={comment.at} />
              {comment.line !== null && ` · ${t('fileReview.atLine', { line: comment.line })}`}
            </Text>
            <Text fz="sm" className="plain wrap-anywhere">
              {comment.text}
            </Text>
          </Paper>
        ))}
        {review.may.includes('comment') && (
          <form
            onSubmit={(event) => {
              event.preventDefault()
              if (text.trim() !== '') say.mutate()
            }}
          >
            <Group gap="xs" align="flex-start">
              <Textarea
                className="grow"
                label={t('fileReview.comment')}
                autosize
                minRows={2}
                value={text}
                onChange={(event) => setText(event.currentTarget.value)}
              />
              <NumberInput
                w={120}
                label={t('fileReview.line')}
                placeholder={t('fileReview.whole')}
                min={1}
                allowDecimal={false}
                value={line ?? ''}
                onChange={(value) => setLine(value === '' ? null : Number(value))}
              />
            </Group>
            <Button
              type="submit"
              size="xs"
              mt="xs"
              variant="default"
              loading={say.isPending}
              disabled={text.trim() === ''}
            >
              {t('fileReview.say')}
            </Button>
            <ProblemNotice error={say.error} />
          </form>
        )}
      </Stack>
    </Section>
  )
}

function Conclude(props: { workspaceId: number; review: FileReviewDetail; verb: Verb; close: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const { workspaceId, review, verb, close } = props
  const [comment, setComment] = useState('')
  const conclude = useMutation({
    mutationFn: () => developmentCalls.concludeReview(workspaceId, review.id, { verb, comment: comment.trim() }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['file-reviews'] })
      close()
    },
  })
  return (
    <Confirm
      opened
      close={close}
      title={t(`fileReviewVerb.${verb}Title`, { name: review.fileName, version: review.version })}
      verb={t(`fileReviewVerb.${verb}`)}
      danger={verb === 'reject'}
      busy={conclude.isPending}
      confirm={() => conclude.mutate()}
    >
      <Text fz="sm">{t('fileReview.holdsNothing')}</Text>
      <Textarea
        label={t('fileReview.conclusion')}
        autosize
        minRows={2}
        data-autofocus
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
      />
      <ProblemNotice error={conclude.error} />
    </Confirm>
  )
}
