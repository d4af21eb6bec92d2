import { Box, Button, Group, Paper, Text, Textarea } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconCheck, IconCircleDashed, IconExternalLink, IconHelpCircle, IconUserCheck } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { calls } from '../../api/calls.ts'
import { serverNow } from '../../api/client.ts'
import type { CheckView, OperationDetail } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { type TextKey, useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Elapsed, Instant, Remaining } from '../../ui/instant.tsx'
import { LinkOut, LinkTo } from '../../ui/link.tsx'
import { MarkdownText } from '../../ui/markdown.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { checkLook, isOpen } from './standing.ts'

/** What keeps it from moving on and who can do something about it; the others say so beside their links. */
const WAIT_TEXTS: Readonly<Partial<Record<NonNullable<CheckView['waitsFor']>, TextKey>>> = {
  'waiting-for-answer': 'check.waitAnswer',
  sending: 'check.waitSending',
  'target-blocked': 'check.waitBlocked',
  'waiting-for-person': 'check.waitPerson',
}

type Props = { check: CheckView; operation: OperationDetail }

function waitText({ waitsFor, deployment }: CheckView, retried: boolean): TextKey {
  if (waitsFor === 'sending' && deployment === 'function') return retried ? 'function.waitAgain' : 'function.waitRun'
  return retried ? 'check.waitRetrying' : WAIT_TEXTS[waitsFor!]!
}

/** One extension's part in the operation: where it stands, since when, until when, what it said, and what can be done. */
export function CheckCard({ check, operation }: Props) {
  const { t } = useTranslation()
  const waits = isOpen(check) && operation.state === 'held'
  // An attempt is on record once it has ended, and one that succeeded is not followed by another.
  const retried = check.waitsFor === 'sending' && check.sentAt !== null
  return (
    <Paper withBorder p="sm" component="article" aria-label={check.extensionName} className="check">
      <Group justify="space-between" align="flex-start" gap="xs">
        <Box className="beside-badge">
          <LinkTo {...links.extension(check.extensionCode)} fw={600}>
            {check.extensionName}
          </LinkTo>{' '}
          <Text span c="dimmed" fz="xs">
            {t('check.version', { version: check.version })}
            {' · '}
            {t('check.owner', { name: check.owner.name })}
          </Text>
        </Box>
        <StateBadge look={checkLook(check, operation)} />
      </Group>

      <Text fz="sm" c="dimmed" mt={4}>
        {isOpen(check) && !waits ? (
          t('check.notNeededNext')
        ) : (
          <>
            {t(waits ? 'check.waitsFor' : 'check.took')}{' '}
            <Elapsed
              since={check.sentAt ?? operation.requestedAt}
              until={check.answeredAt ?? operation.endedAt}
              now={serverNow}
            />
          </>
        )}
        {waits && (
          <>
            {' · '}
            {t('check.timeLeft')} <Remaining until={check.expiresAt} now={serverNow} />
            {' · '}
            {t(check.onUnanswered === 'block' ? 'check.unansweredBlocks' : 'check.unansweredPasses')}
          </>
        )}
      </Text>
      {check.state === 'expired' && (
        <Text fz="sm" mt={4}>
          {t(check.onUnanswered === 'block' ? 'check.expiredBlocks' : 'check.expiredPasses')}
        </Text>
      )}
      {check.state === 'function-failed' && (
        <Text fz="sm" mt={4} className="wrap-anywhere">
          {t(check.onUnanswered === 'block' ? 'function.failedBlocks' : 'function.failedPasses')}{' '}
          {check.functionFailure}
        </Text>
      )}
      {waits && check.state === 'not-routed' && (
        <Text fz="sm" mt={4}>
          {t('check.notRoutedNext')}{' '}
          {operation.workspaceId !== null && (
            <LinkTo {...links.channel(operation.workspaceId)} fz="sm">
              {t('nav.channel')}
            </LinkTo>
          )}
        </Text>
      )}
      {waits && check.state === 'undelivered' && (
        <Text fz="sm" mt={4}>
          {t('check.undeliveredNext')}
        </Text>
      )}

      {check.waitsFor && WAIT_TEXTS[check.waitsFor] && (
        <Text fz="sm" mt={4}>
          {t(waitText(check, retried), { name: check.owner.name })}
          {check.waitsSince && (
            <Text span inherit c="dimmed">
              {' '}
              ({t('check.since')} <Instant at={check.waitsSince} />)
            </Text>
          )}
        </Text>
      )}
      {retried && check.nextAttemptAt && (
        <Text fz="sm" c="dimmed">
          {t('check.nextAttempt')} <Remaining until={check.nextAttemptAt} now={serverNow} />
        </Text>
      )}

      {check.comment && <MarkdownText text={check.comment} />}
      {check.passedBy && (
        <Text fz="sm" mt="xs" className="wrap-anywhere">
          {t('check.passedBy', { name: check.passedBy.name, reason: check.passedReason ?? '' })}
        </Text>
      )}

      <Group mt="xs" gap="md">
        <Steps check={check} />
      </Group>
      {check.mayReadInvocations && (
        <LinkTo {...links.extension(check.extensionCode, 'invocations')} fz="sm">
          {t('function.toRuns')}
        </LinkTo>
      )}
      {(check.detailUrl || check.helpDocUrl || check.mayPass) && (
        <Group mt="xs" gap="md" fz="sm">
          {check.detailUrl && (
            <Group gap={4} wrap="nowrap">
              <IconExternalLink {...iconProps} />
              <LinkOut href={check.detailUrl}>{t('check.details')}</LinkOut>
            </Group>
          )}
          {check.helpDocUrl && (
            <Group gap={4} wrap="nowrap">
              <IconHelpCircle {...iconProps} />
              <LinkOut href={check.helpDocUrl}>{t('check.help')}</LinkOut>
            </Group>
          )}
          {check.mayPass && <MarkAsPassed check={check} operation={operation} />}
        </Group>
      )}
    </Paper>
  )
}

/** sent → accepted → answered. */
function Steps({ check }: { check: CheckView }) {
  const { t } = useTranslation()
  const steps: readonly (readonly [name: string, at: string | null])[] = [
    [t('check.sent'), check.sentAt],
    [t('check.accepted'), check.acceptedAt],
    [t('check.answered'), check.answeredAt],
  ]
  return (
    <ol className="steps" aria-label={t('check.timeline')}>
      {steps.map(([name, at]) => (
        <li key={name} data-done={at !== null || undefined}>
          {at === null ? <IconCircleDashed size={14} aria-hidden /> : <IconCheck size={14} stroke={2.5} aria-hidden />}
          <span>
            <b>{name}</b> <Small>{at === null ? t('check.notYet') : <Instant at={at} />}</Small>
          </span>
        </li>
      ))}
    </ol>
  )
}

const Small = ({ children }: { children: ReactNode }) => (
  <Text span fz="xs" c="dimmed">
    {children}
  </Text>
)

const SHORTEST_REASON = 3

function MarkAsPassed({ check, operation }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [asking, dialog] = useDisclosure(false)
  const [reason, setReason] = useState('')
  const pass = useMutation({
    mutationFn: () => calls.passCheck(operation.id, check.extensionCode, { reason }),
    onSuccess: dialog.close,
    onSettled: () => client.invalidateQueries({ queryKey: ['operations'] }),
  })
  return (
    <>
      <Button size="xs" variant="light" leftSection={<IconUserCheck {...iconProps} />} onClick={dialog.open}>
        {t('check.pass')}
      </Button>
      <Confirm
        opened={asking}
        close={dialog.close}
        title={t('check.passTitle', { extension: check.extensionName })}
        verb={t('check.pass')}
        busy={pass.isPending}
        disabled={reason.trim().length < SHORTEST_REASON}
        confirm={() => pass.mutate()}
      >
        <Text fz="sm">{t('check.passMeaning')}</Text>
        <Textarea
          label={t('check.passReason')}
          description={t('check.passReasonHint')}
          required
          autosize
          minRows={2}
          maxLength={1000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          data-autofocus
        />
        <ProblemNotice error={pass.error} />
      </Confirm>
    </>
  )
}
