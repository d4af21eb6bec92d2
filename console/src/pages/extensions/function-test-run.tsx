import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { calls } from '../../api/calls.ts'
import type { ExtensionView, FunctionTestRan } from '../../api/shapes.ts'
import { useEventNames } from '../../events.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { CodeEditor } from '../../ui/code-editor.tsx'
import { Disclosure } from '../../ui/disclosure.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Card, Section } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { Logs } from './function-logs.tsx'
import { lookOf } from './invocation-looks.ts'

type Props = {
  extension: ExtensionView
  version: number
  mayRun: boolean
  /** What is not saved yet would not run. */
  saveFirst: (() => Promise<unknown>) | null
}

/** One run of what is written, for a sample, a message that was sent before, or a body of one's own; nothing is answered with it. */
export function FunctionTestRun({ extension, version, mayRun, saveFirst }: Props) {
  const { t } = useTranslation()
  const names = useEventNames()
  const client = useQueryClient()
  const [eventCode, setEventCode] = useState(extension.points[0]!)
  const [messageId, setMessageId] = useState('')
  const [body, setBody] = useState('')
  const notJson = body.trim() !== '' && parsed(body) === null
  const run = useMutation({
    async mutationFn() {
      await saveFirst?.()
      const given = body.trim() === '' ? {} : { body: parsed(body)! }
      const what = messageId.trim() === '' ? { eventCode } : { messageId: messageId.trim() }
      return await calls.runFunction(extension.code, { ...(saveFirst ? {} : { version }), ...what, ...given })
    },
    onSuccess(ran) {
      if (body.trim() === '') setBody(JSON.stringify(JSON.parse(ran.request).messageBody, null, 2))
      void client.invalidateQueries({ queryKey: ['extensions', 'invocations', extension.code] })
    },
  })
  return (
    <Section title={t('function.run')} description={t('function.runHint')}>
      <Card>
        <Stack gap="sm">
          <Group grow align="flex-start">
            <Select
              label={t('function.event')}
              allowDeselect={false}
              disabled={messageId.trim() !== ''}
              data={extension.points.map((value) => ({ value, label: names.event(value) }))}
              value={eventCode}
              onChange={(value) => {
                if (value === null) return
                setEventCode(value)
                setBody('')
              }}
            />
            <TextInput
              label={t('function.message')}
              placeholder={t('function.messageHint')}
              value={messageId}
              onChange={(event) => {
                setMessageId(event.currentTarget.value)
                setBody('')
              }}
            />
          </Group>
          <div>
            <Text fz="sm" fw={600}>
              {t('function.body')}
            </Text>
            <Text fz="xs" c="dimmed" mb={4}>
              {t('function.bodyHint')}
            </Text>
            <CodeEditor
              label={t('function.body')}
              language="json"
              minHeight={120}
              maxHeight={260}
              value={body}
              invalid={notJson}
              onChange={setBody}
            />
            {notJson && (
              <Text fz="xs" c="var(--mantine-color-error)" role="alert">
                {t('function.bodyNotJson')}
              </Text>
            )}
          </div>
          <Group>
            <Button
              leftSection={<IconPlayerPlay {...iconProps} />}
              disabled={!mayRun || notJson}
              loading={run.isPending}
              onClick={() => run.mutate()}
            >
              {t(saveFirst ? 'function.saveAndRun' : 'function.runNow')}
            </Button>
          </Group>
          <ProblemNotice error={run.error} />
          {run.data && <Ran ran={run.data} />}
        </Stack>
      </Card>
    </Section>
  )
}

function Ran({ ran }: { ran: FunctionTestRan }) {
  const { t } = useTranslation()
  return (
    <Stack gap="xs" role="status" aria-label={t('function.result')}>
      <Group gap="xs">
        <StateBadge look={lookOf(ran)} />
        <Text fz="sm" c="dimmed">
          {t('function.used', {
            ms: ran.durationMs.toFixed(1),
            mib: (ran.memoryBytes / 1_048_576).toFixed(1),
          })}
        </Text>
      </Group>
      {ran.comment && (
        <Text fz="sm" className="wrap-anywhere">
          {ran.comment}
        </Text>
      )}
      {ran.missingSecrets.length > 0 && (
        <Text fz="sm" c="dimmed">
          {t('function.ranWithout', { names: ran.missingSecrets.join(', ') })}
        </Text>
      )}
      {ran.error && <CodeBlock text={ran.error} label={t('function.error')} mah={160} />}
      <Logs lines={ran.logs} cut={ran.logsCut} />
      <Disclosure label={t('function.request')}>
        <CodeBlock text={JSON.stringify(JSON.parse(ran.request), null, 2)} label={t('function.request')} mah={240} />
      </Disclosure>
    </Stack>
  )
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}
