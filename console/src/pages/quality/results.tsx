import { Alert, Button, Group, Stack, Text, Textarea } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { qualityCalls } from '../../api/quality-calls.ts'
import type { QualityResult } from '../../api/quality-shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMay } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Disclosure } from '../../ui/disclosure.tsx'
import { Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { notify } from '../../ui/notify.tsx'
import { Card } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { ReasonList } from '../integration/reasons.tsx'
import { QUALITY_LOOKS, SEVERITY_LOOKS, valueText } from './looks.ts'
import { thresholdLines } from './thresholds.ts'

type Props = {
  workspaceId: number
  results: readonly QualityResult[]
  /** With the rule's name, where they are of several. */
  named?: boolean
}

/** Results with all that led to them: the value, what it was held against, the statement, and what people say of it. */
export function ResultList({ workspaceId, results, named = false }: Props) {
  return (
    <Stack gap="sm">
      {results.map((result) => (
        <Card key={result.id}>
          <Result workspaceId={workspaceId} result={result} named={named} />
        </Card>
      ))}
    </Stack>
  )
}

function Result({ workspaceId, result, named }: { workspaceId: number; result: QualityResult; named: boolean }) {
  const { t } = useTranslation()
  const may = useMay()
  const { rule } = result
  return (
    <Stack gap="xs">
      <Group gap="sm">
        <StateBadge look={QUALITY_LOOKS[result.status]} />
        {named ? (
          <>
            <LinkTo {...links.qualityRule(workspaceId, result.ruleId)} fw={600} className="wrap-anywhere">
              {rule.name}
            </LinkTo>
            <StateBadge look={SEVERITY_LOOKS[rule.severity]} size="sm" />
          </>
        ) : (
          <Text fz="sm" fw={600}>
            {result.bizdate}
          </Text>
        )}
        <Text fz="sm" c="dimmed">
          <Instant at={result.endedAt} />
        </Text>
      </Group>
      <Text fz="sm">
        {t(`metric.${rule.sampling.metric}`)}
        {rule.sampling.columns.length > 0 && ` (${rule.sampling.columns.join(t('ui.listSeparator'))})`}
        {': '}
        <b>{valueText(result.value)}</b>
      </Text>
      <Stack gap={0}>
        {thresholdLines(t, rule).map((line) => (
          <Text key={line} fz="sm" c="dimmed" className="wrap-anywhere">
            {line}
          </Text>
        ))}
        {result.comparisons.map(({ bizdate, value, checked, status }) => (
          <Text key={bizdate} fz="sm" c="dimmed">
            {t('checks.compared')}{' '}
            {t('checks.comparedLine', { bizdate, value: valueText(value), checked: valueText(checked) })}
            {` · ${t(QUALITY_LOOKS[status].text)}`}
          </Text>
        ))}
      </Stack>
      {result.reasons.length > 0 && (
        <Alert color="orange" p="xs" icon={<IconAlertTriangle />} title={t('checks.why')}>
          <ReasonList of={result.reasons} />
        </Alert>
      )}
      {result.statement !== '' && (
        <Disclosure label={t('checks.statement')}>
          <CodeBlock text={result.statement} label={t('checks.statement')} mah={240} />
        </Disclosure>
      )}
      {result.feedback.map(({ text, by, at }) => (
        <div key={`${at} ${by.id}`}>
          <Text fz="xs" c="dimmed">
            {by.name} · <Instant at={at} />
          </Text>
          <Text fz="sm" className="plain wrap-anywhere">
            {text}
          </Text>
        </div>
      ))}
      {may('quality.run', workspaceId) && (
        <Disclosure label={t('checks.addComment')}>
          <Comment workspaceId={workspaceId} resultId={result.id} />
        </Disclosure>
      )}
    </Stack>
  )
}

function Comment({ workspaceId, resultId }: { workspaceId: number; resultId: number }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [text, setText] = useState('')
  const give = useMutation({
    mutationFn: () => qualityCalls.giveFeedback(workspaceId, resultId, text.trim()),
    onSuccess: () => {
      setText('')
      void notify({ colour: 'green', message: t('checks.commented') })
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['quality'] }),
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim() !== '') give.mutate()
      }}
    >
      <Stack gap="xs" maw={640}>
        <Textarea
          label={t('checks.comment')}
          placeholder={t('checks.commentHint')}
          required
          autosize
          minRows={2}
          maxRows={8}
          maxLength={1_024}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <ProblemNotice error={give.error} />
        <Group>
          <Button type="submit" size="xs" loading={give.isPending} disabled={text.trim() === ''}>
            {t('checks.addComment')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
