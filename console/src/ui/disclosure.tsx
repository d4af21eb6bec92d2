import { Box, Collapse, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronRight } from '@tabler/icons-react'
import { type ReactNode, useId } from 'react'

/** A part that is folded away until it is asked for. */
export function Disclosure({ label, children }: { label: ReactNode; children: ReactNode }) {
  const [opened, { toggle }] = useDisclosure(false)
  const id = useId()
  return (
    <Box>
      <UnstyledButton onClick={toggle} aria-expanded={opened} aria-controls={id} className="disclosure">
        <IconChevronRight size={16} aria-hidden className={opened ? 'turned' : undefined} />
        <span>{label}</span>
      </UnstyledButton>
      <Collapse expanded={opened} id={id} keepMounted={false}>
        <Box pt="xs">{children}</Box>
      </Collapse>
    </Box>
  )
}
