import { Group, Text, Tooltip } from '@mantine/core'
import { IconBolt, IconLoader2, IconRefresh } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Liveness } from '../../api/stream.ts'
import { useLiveness } from '../../live.ts'
import type { TextKey } from '../../text/index.ts'
import type { IconComponent } from '../../ui/icon.ts'

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
