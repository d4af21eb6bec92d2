import { Alert, Group, Text, Tooltip } from '@mantine/core'
import { IconBolt, IconLoader2, IconPlugConnectedX, IconRefresh } from '@tabler/icons-react'
import { lastAnswerAtMs } from '../../api/client.ts'
import type { Liveness } from '../../api/stream.ts'
import { useLiveness } from '../../live.ts'
import { type TextKey, useTranslation } from '../../text/index.ts'
import { useEverySecond } from '../../ui/clock.ts'
import type { IconComponent } from '../../ui/icon.ts'
import { Elapsed, Instant } from '../../ui/instant.tsx'

const LOOKS: Readonly<Record<Liveness, { icon: IconComponent; text: TextKey; meaning: TextKey }>> = {
  connecting: { icon: IconLoader2, text: 'shell.connecting', meaning: 'shell.connectingMeaning' },
  live: { icon: IconBolt, text: 'shell.live', meaning: 'shell.liveMeaning' },
  polling: { icon: IconRefresh, text: 'shell.polling', meaning: 'shell.pollingMeaning' },
}

/** How fresh what is shown is. */
export function LivenessMark() {
  const { t } = useTranslation()
  const liveness = useLiveness()
  const { icon: Icon, text, meaning } = LOOKS[liveness]
  return (
    <Tooltip label={t(meaning)}>
      <Group gap={4} wrap="nowrap" className="liveness" data-liveness={liveness} visibleFrom="sm" role="status">
        <Icon size={15} aria-hidden />
        <Text span fz="xs" inherit>
          {t(text)}
        </Text>
      </Group>
    </Tooltip>
  )
}

/** Over every page, as long as changes do not arrive by themselves: since when what is shown has not been confirmed. */
export function LivenessBanner() {
  const liveness = useLiveness()
  return liveness === 'polling' ? <Interrupted /> : null
}

const SILENT_MS = 12_000

function Interrupted() {
  const { t } = useTranslation()
  useEverySecond()
  const sinceMs = lastAnswerAtMs()
  const since = new Date(sinceMs).toISOString()
  // Read again every ten seconds, it is answered at least that often while the server is there.
  const away = Date.now() - sinceMs > SILENT_MS
  return (
    <Alert color={away ? 'red' : 'yellow'} mb="md" p="xs" icon={<IconPlugConnectedX />} className="interrupted">
      <Text fz="sm" role="status">
        {t(away ? 'shell.serverAway' : 'shell.interrupted')}
      </Text>
      <Text fz="sm">
        {t('shell.lastNews')} <Instant at={since} /> (<Elapsed since={since} until={null} now={Date.now} />)
      </Text>
    </Alert>
  )
}
