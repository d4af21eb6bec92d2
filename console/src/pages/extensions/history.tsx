import { Button, Group, Timeline as Line, Skeleton, Stack, Text, Textarea } from '@mantine/core'
import {
  IconArrowBackUp,
  IconArrowUpBar,
  IconBan,
  IconClipboardCheck,
  IconFilePlus,
  IconMessage,
  IconPencil,
  IconPlayerPause,
  IconRocket,
  IconRosetteDiscountCheck,
  IconSend,
  IconTrashX,
  IconUserShare,
} from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { calls } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import type { ExtensionHistoryEntry } from '../../api/shapes.ts'
import { ProblemNotice } from '../../problem.tsx'
import { type Translate, useTranslation } from '../../text/index.ts'
import type { IconComponent } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'
import { MarkdownText } from '../../ui/markdown.tsx'

type Step = ExtensionHistoryEntry['step']
const ICONS: Readonly<Record<Step, IconComponent>> = {
  register: IconClipboardCheck,
  change: IconPencil,
  'new-version': IconFilePlus,
  submit: IconSend,
  withdraw: IconArrowBackUp,
  approve: IconRosetteDiscountCheck,
  reject: IconBan,
  publish: IconRocket,
  supersede: IconArrowUpBar,
  disable: IconPlayerPause,
  discard: IconTrashX,
  'change-owner': IconUserShare,
  comment: IconMessage,
}

const PAGE = 50
const MOST = 200

/** Who did what, when and why, the newest last as in a conversation; of one version, or of all. */
export function Timeline({ code, version }: { code: string; version?: number }) {
  const { t } = useTranslation()
  const [limit, setLimit] = useState(PAGE)
  const { data, error } = useQuery(queries.extensionHistory(code, version, limit))
  if (!data) return error ? <ProblemNotice error={error} /> : <Skeleton height={120} />
  const entries = data.items.toReversed()
  return (
    <div>
      {data.nextCursor !== null && limit < MOST && (
        <Button size="xs" variant="default" mb="sm" onClick={() => setLimit(MOST)}>
          {t('step.older')}
        </Button>
      )}
      {entries.length === 0 && (
        <Text fz="sm" c="dimmed">
          {t('step.empty')}
        </Text>
      )}
      <Line active={entries.length} bulletSize={26} lineWidth={2} color="gray">
        {entries.map((entry) => {
          const Icon = ICONS[entry.step]
          return (
            <Line.Item
              key={entry.id}
              bullet={<Icon size={15} aria-hidden />}
              title={
                <Text fz="sm" className="wrap-anywhere">
                  <Text span fw={600} inherit>
                    {entry.user.name}
                  </Text>{' '}
                  {said(entry, t)}
                </Text>
              }
            >
              <Text fz="xs" c="dimmed">
                <Instant at={entry.at} />
              </Text>
              {entry.note && <MarkdownText text={entry.note} />}
            </Line.Item>
          )
        })}
      </Line>
    </div>
  )
}

function said({ step, fields, version }: ExtensionHistoryEntry, t: Translate): string {
  if (step !== 'change') return t(`step.${step}`, { version })
  if (fields.length === 0) return t('step.changeNothing')
  return t('step.change', {
    fields: fields.map((field) => t(`diff.field.${field}`)).join(t('ui.listSeparator')),
  })
}

export function CommentBox({ code, version }: { code: string; version: number }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [text, setText] = useState('')
  const say = useMutation({
    mutationFn: () => calls.commentExtension(code, text.trim(), version),
    onSuccess: () => setText(''),
    onSettled: () => client.invalidateQueries({ queryKey: ['extensions', 'history'] }),
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        say.mutate()
      }}
    >
      <Stack gap="xs">
        <Textarea
          label={t('review.comment')}
          placeholder={t('review.commentPlaceholder')}
          autosize
          minRows={2}
          maxLength={4000}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <ProblemNotice error={say.error} />
        <Group justify="flex-end">
          <Button type="submit" variant="default" loading={say.isPending} disabled={text.trim() === ''}>
            {t('review.say')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
