import { Alert, Code, Select, SimpleGrid, Stack, Text, Textarea } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { queries } from '../../api/queries.ts'
import type { PatternVerdict } from '../../api/shapes.ts'
import { EVENTS_BY_MODULE, useEventNames } from '../../events.ts'
import { sentenceOf } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'

const FIRST_EVENT = 'freeze-node'
const TYPED_AFTER_MS = 250
const EXAMPLE = { source: ['acs.dataworks'], type: ['dataworks:NodeChange:FreezeNode'] }
const CODE = { input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }

/** The object that the text spells as JSON; null for anything else. */
export function readObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}

type Props = { busId: number; pattern: string; setPattern: (text: string) => void; problem: string | undefined }

/** A pattern, an event beside it, and at once whether the one matches the other. */
export function PatternEditor({ busId, pattern, setPattern, problem }: Props) {
  const { t } = useTranslation()
  const names = useEventNames()
  const [eventCode, setEventCode] = useState<string | null>(FIRST_EVENT)
  const [event, setEvent] = useState('')
  const sample = useQuery({ ...queries.eventSample(eventCode ?? FIRST_EVENT, busId), enabled: eventCode !== null })
  useEffect(() => {
    if (eventCode !== null && sample.data?.eventCode === eventCode) setEvent(JSON.stringify(sample.data.event, null, 2))
  }, [eventCode, sample.data])
  const readPattern = readObject(pattern)
  const readEvent = readObject(event)
  const [triedPattern] = useDebouncedValue(pattern, TYPED_AFTER_MS)
  const [triedEvent] = useDebouncedValue(event, TYPED_AFTER_MS)
  const verdict = useQuery(queries.patternVerdict(readObject(triedPattern), readObject(triedEvent)))
  return (
    <Stack gap="xs">
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Textarea
          label={t('rules.pattern')}
          description={t('rules.patternHint', { example: JSON.stringify(EXAMPLE) })}
          rows={14}
          spellCheck={false}
          styles={CODE}
          value={pattern}
          error={readPattern === null ? t('rules.patternNotJson') : problem}
          onChange={(change) => setPattern(change.currentTarget.value)}
        />
        <Stack gap={6}>
          <Select
            label={t('pattern.event')}
            description={t('pattern.eventHint')}
            searchable
            placeholder={t('pattern.pasted')}
            data={EVENTS_BY_MODULE.map((group) => ({
              group: names.module(group.module),
              items: group.events.map((one) => ({ value: one.eventCode, label: names.event(one.eventCode) })),
            }))}
            value={eventCode}
            onChange={(code) => code !== null && setEventCode(code)}
          />
          <Textarea
            aria-label={t('pattern.eventText')}
            rows={13}
            spellCheck={false}
            styles={CODE}
            value={event}
            error={event !== '' && readEvent === null ? t('pattern.eventNotJson') : undefined}
            onChange={(change) => {
              setEvent(change.currentTarget.value)
              setEventCode(null)
            }}
          />
        </Stack>
      </SimpleGrid>
      <div role="status">
        {readPattern !== null && readEvent !== null && <Verdict verdict={verdict.data} error={verdict.error} />}
      </div>
    </Stack>
  )
}

function Verdict({ verdict, error }: { verdict: PatternVerdict | undefined; error: Error | null }) {
  const { t } = useTranslation()
  if (error !== null)
    return <Alert color="red" variant="light" p="xs" icon={<IconAlertTriangle />} title={sentenceOf(error)} />
  if (verdict === undefined) return null
  const { mismatch } = verdict
  if (mismatch === null)
    return <Alert color="green" variant="light" p="xs" icon={<IconCircleCheck />} title={t('pattern.matches')} />
  return (
    <Alert
      color="orange"
      variant="light"
      p="xs"
      icon={<IconCircleX />}
      title={t('pattern.mismatch', { path: mismatch.path })}
    >
      <Text fz="sm" className="wrap-anywhere">
        {t('pattern.wanted')} <Code>{JSON.stringify(mismatch.wanted)}</Code>
      </Text>
      <Text fz="sm" className="wrap-anywhere">
        {mismatch.present ? (
          <>
            {t('pattern.found')} <Code>{JSON.stringify(mismatch.found)}</Code>
          </>
        ) : (
          t('pattern.absent')
        )}
      </Text>
    </Alert>
  )
}
