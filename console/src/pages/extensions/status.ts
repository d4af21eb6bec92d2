import {
  IconArrowUpBar,
  IconBan,
  IconCircleCheck,
  IconEye,
  IconFlask,
  IconPlayerPause,
  IconRosetteDiscountCheck,
  IconTrashX,
} from '@tabler/icons-react'
import type { ExtensionStatus, ExtensionVersion } from '../../api/shapes.ts'
import type { Look } from '../../ui/state-badge.tsx'

export const EXTENSION_LOOKS: Readonly<Record<ExtensionStatus, Look>> = {
  testing: { icon: IconFlask, colour: 'blue', text: 'extension.testing' },
  'in-review': { icon: IconEye, colour: 'violet', text: 'extension.inReview' },
  approved: { icon: IconRosetteDiscountCheck, colour: 'teal', text: 'extension.approved' },
  rejected: { icon: IconBan, colour: 'red', text: 'extension.rejected' },
  published: { icon: IconCircleCheck, colour: 'green', text: 'extension.published' },
  disabled: { icon: IconPlayerPause, colour: 'gray', text: 'extension.disabled' },
}

export const VERSION_LOOKS: Readonly<Record<ExtensionVersion['status'], Look>> = {
  ...EXTENSION_LOOKS,
  superseded: { icon: IconArrowUpBar, colour: 'gray', text: 'life.superseded' },
  discarded: { icon: IconTrashX, colour: 'gray', text: 'life.discarded' },
}

/** How far along Registered → Testing → In review → Published a status is: the index of the step it stands at. */
export const STEP_OF: Readonly<Record<ExtensionStatus, 1 | 2 | 3 | 4>> = {
  testing: 1,
  'in-review': 2,
  rejected: 2,
  approved: 3,
  published: 4,
  disabled: 3,
}
