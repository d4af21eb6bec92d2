import { Badge, type MantineColor } from '@mantine/core'
import { type TextKey, useTranslation } from '../text/index.ts'
import type { IconComponent } from './icon.ts'

/** How a state looks. Icon and words differ from state to state, so that nothing is told by colour alone. */
export type Look = { readonly icon: IconComponent; readonly colour: MantineColor; readonly text: TextKey }

export function StateBadge({ look, size = 'md' }: { look: Look; size?: 'sm' | 'md' | 'lg' }) {
  const { t } = useTranslation()
  const Icon = look.icon
  return (
    <Badge
      color={look.colour}
      variant="light"
      size={size}
      tt="none"
      fw={600}
      className="state-badge"
      leftSection={<Icon size={size === 'lg' ? 17 : 14} stroke={2} aria-hidden />}
    >
      {t(look.text)}
    </Badge>
  )
}
