import {
  IconBan,
  IconCircleCheck,
  IconEye,
  IconFlask,
  IconPlayerPause,
  IconRosetteDiscountCheck,
} from '@tabler/icons-react'
import type { ExtensionStatus } from '../../api/shapes.ts'
import type { Look } from '../../ui/state-badge.tsx'

export const EXTENSION_LOOKS: Readonly<Record<ExtensionStatus, Look>> = {
  testing: { icon: IconFlask, colour: 'blue', text: 'extension.testing' },
  'in-review': { icon: IconEye, colour: 'violet', text: 'extension.inReview' },
  approved: { icon: IconRosetteDiscountCheck, colour: 'teal', text: 'extension.approved' },
  rejected: { icon: IconBan, colour: 'red', text: 'extension.rejected' },
  published: { icon: IconCircleCheck, colour: 'green', text: 'extension.published' },
  disabled: { icon: IconPlayerPause, colour: 'gray', text: 'extension.disabled' },
}

/** How far along Testing → In review → Approved → Published a status is: the index of the step it stands at. */
export const STEP_OF: Readonly<Record<ExtensionStatus, 0 | 1 | 2 | 3 | 4>> = {
  testing: 0,
  'in-review': 1,
  rejected: 1,
  approved: 2,
  published: 4,
  disabled: 3,
}
