import { IconPlayerPlay, IconPlayerTrackNext, IconSnowflake } from '@tabler/icons-react'
import type { Recurrence } from '../../api/shapes.ts'
import type { Look } from '../../ui/state-badge.tsx'

export const RECURRENCE_LOOKS: Readonly<Record<Recurrence, Look>> = {
  normal: { icon: IconPlayerPlay, colour: 'green', text: 'recurrence.normal' },
  pause: { icon: IconSnowflake, colour: 'grape', text: 'recurrence.pause' },
  skip: { icon: IconPlayerTrackNext, colour: 'gray', text: 'recurrence.skip' },
}
