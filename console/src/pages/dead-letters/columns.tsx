import { Text } from '@mantine/core'
import { IconClockOff, IconRouteOff } from '@tabler/icons-react'
import { serverNow } from '../../api/client.ts'
import type { DeadLetter } from '../../api/shapes.ts'
import type { useEventNames } from '../../events.ts'
import { links } from '../../links.ts'
import type { Translate } from '../../text/index.ts'
import { Instant, Remaining } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { type Look, StateBadge } from '../../ui/state-badge.tsx'

const REFUSALS: Readonly<Record<NonNullable<DeadLetter['refusal']>, Look>> = {
  EXPIRED: { icon: IconClockOff, colour: 'gray', text: 'deadLetters.expired' },
  TARGET_GONE: { icon: IconRouteOff, colour: 'gray', text: 'deadLetters.targetGone' },
  NOT_DEAD: { icon: IconClockOff, colour: 'gray', text: 'deadLetters.notDead' },
}

export function deadLetterColumns(
  t: Translate,
  names: ReturnType<typeof useEventNames>,
): readonly Column<DeadLetter>[] {
  return [
    {
      key: 'event',
      header: t('deadLetters.event'),
      width: 240,
      cell: (letter) => (
        <>
          <Text fz="sm" fw={500}>
            {names.event(letter.eventCode)}
          </Text>
          <Text fz="xs" c="dimmed" ff="monospace" className="wrap-anywhere">
            {letter.messageId}
          </Text>
          {letter.operationId !== null && (
            <LinkTo {...links.operationHere(letter.operationId)} fz="sm">
              {t('deadLetters.heldFor')}
            </LinkTo>
          )}
        </>
      ),
    },
    {
      key: 'target',
      header: t('deadLetters.target'),
      cell: (letter) => (
        <>
          <Text fz="sm" className="wrap-anywhere">
            {letter.busName === ''
              ? t('function.straight')
              : t('deadLetters.targetOnBus', { bus: letter.busName, target: letter.target.name })}
          </Text>
          <Text fz="xs" c="dimmed" className="wrap-anywhere">
            {letter.target.endpoint}
          </Text>
        </>
      ),
    },
    {
      key: 'attempts',
      header: t('deadLetters.attempts'),
      cell: (letter) => (
        <>
          <Text fz="sm">{t('deadLetters.tries', { count: letter.attempts })}</Text>
          {letter.lastAttempt?.error && (
            <Text fz="xs" c="dimmed" className="wrap-anywhere">
              {letter.lastAttempt.error}
            </Text>
          )}
        </>
      ),
    },
    {
      key: 'died',
      header: t('deadLetters.diedAt'),
      width: 170,
      times: true,
      cell: (letter) => <Instant at={letter.diedAt} zoned={false} />,
    },
    {
      key: 'replayable',
      header: t('deadLetters.replayable'),
      width: 170,
      cell: (letter) =>
        letter.refusal === null ? (
          <Text fz="sm">
            {t('deadLetters.for')} <Remaining until={letter.expiresAt} now={serverNow} />
          </Text>
        ) : (
          <StateBadge size="sm" look={REFUSALS[letter.refusal]} />
        ),
    },
  ]
}
