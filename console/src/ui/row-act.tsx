import { ActionIcon, Tooltip } from '@mantine/core'
import type { IconComponent } from './icon.ts'

type Props = { label: string; icon: IconComponent; act: () => void; busy?: boolean }

/** What can be done with one row of a table: an icon that says in words what it does and to which. */
export function RowAct({ label, icon: Icon, act, busy = false }: Props) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" aria-label={label} loading={busy} onClick={act}>
        <Icon size={16} />
      </ActionIcon>
    </Tooltip>
  )
}
