import { Box, Group, ScrollArea } from '@mantine/core'
import { CopyTextButton } from './copy.tsx'

/** Text as it is: a script, a message, a pattern. Scrolls inside itself and can be copied. */
export function CodeBlock({ text, label, mah = 360 }: { text: string; label: string; mah?: number }) {
  return (
    <Box className="code-block">
      <Group justify="flex-end" className="code-block-tools">
        <CopyTextButton value={text} />
      </Group>
      <ScrollArea.Autosize mah={mah} type="auto" viewportProps={{ tabIndex: 0, role: 'group', 'aria-label': label }}>
        <pre>{text}</pre>
      </ScrollArea.Autosize>
    </Box>
  )
}
