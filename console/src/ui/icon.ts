import type { Icon } from '@tabler/icons-react'

export type IconComponent = Icon

/** Icons beside text are decoration: the text says it all. */
export const iconProps = { size: 16, stroke: 1.75, 'aria-hidden': true } as const
