import { ActionBar, Button, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from '../text/index.ts'
import type { ChosenRows } from './chosen-rows.ts'

type Props<T> = { chosen: ChosenRows<T>; label: string; count: string; children: ReactNode }

/** What can be done with all the rows that are chosen; it floats over the page while some are. */
export function ChosenBar<T>({ chosen, label, count, children }: Props<T>) {
  const { t } = useTranslation()
  return (
    <ActionBar opened={chosen.rows.length > 0} onClose={chosen.clear} aria-label={label} withBorder shadow="md">
      <Text fz="sm" fw={600} px="xs">
        {count}
      </Text>
      {children}
      <Button size="xs" variant="subtle" color="gray" onClick={chosen.clear}>
        {t('nodes.unselect')}
      </Button>
    </ActionBar>
  )
}
